//! Reads the settings of the bucket, the versions of the newest object, and the metrics of both.

use aws_sdk_s3::types::ReplicationRule;
use jiff::Timestamp;

use super::{Encryption, LocationRecord, ObjectVersion, Replication};
use crate::aws::{Aws, AwsError};
use crate::resources::dataset::split;
use crate::resources::metric::{MetricQuery, MetricSeries};
use crate::resources::on_demand::keep;
use crate::resources::{arn_name, time};

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;
/// The days of which the size is read. S3 publishes it once a day.
const DAYS: i64 = 14;
/// The versions of the newest object that are read.
const VERSIONS: i32 = 5;
/// The rules whose metrics are read.
const METERED: usize = 3;

/// Reads what is kept of a location. What cannot be read is named in the record.
///
/// # Errors
/// An error that every call would have now.
pub(super) async fn of(
    aws: &Aws,
    uri: String,
    newest: Option<String>,
    at: Timestamp,
) -> Result<LocationRecord, AwsError> {
    let Some(bucket) = split(&uri).map(|(bucket, _)| bucket.to_owned()) else {
        return Ok(LocationRecord { uri, ..LocationRecord::default() });
    };
    let mut row = LocationRecord { uri, ..LocationRecord::default() };
    let (encryption, rules) = tokio::join!(encryption(aws, &bucket), replication(aws, &bucket));
    row.encryption = keep(&mut row.problems, "encryption", encryption)?.flatten();
    row.replication = keep(&mut row.problems, "replication", rules)?;
    if let Some(key) = newest {
        let versions = versions(aws, &bucket, &key).await;
        row.versions = keep(&mut row.problems, "versions", versions)?.unwrap_or_default();
        let head = aws.ask_bucket(&bucket, |s3| s3.head_object().bucket(&bucket).key(&key).send()).await;
        let head = keep(&mut row.problems, "newest object", head)?;
        row.replicated = head.and_then(|head| head.replication_status).map(|status| status.as_str().to_owned());
    }
    let metrics = Box::pin(metrics(aws, &bucket, &mut row, at)).await;
    keep(&mut row.problems, "metrics", metrics)?;
    Ok(row)
}

/// Returns `None` where S3 answers with one of these codes: the bucket has no such setting.
fn unless<T>(code: &str, answer: Result<T, AwsError>) -> Result<Option<T>, AwsError> {
    match answer {
        Err(why) if why.code.as_deref() == Some(code) => Ok(None),
        answer => answer.map(Some),
    }
}

async fn encryption(aws: &Aws, bucket: &str) -> Result<Option<Encryption>, AwsError> {
    let answer = aws.ask_bucket(bucket, |s3| s3.get_bucket_encryption().bucket(bucket).send()).await;
    let answer = unless("ServerSideEncryptionConfigurationNotFoundError", answer)?;
    let rules = answer.and_then(|answer| answer.server_side_encryption_configuration).map(|config| config.rules);
    let default = rules.into_iter().flatten().find_map(|rule| rule.apply_server_side_encryption_by_default);
    Ok(default.map(|default| Encryption {
        algorithm: default.sse_algorithm.as_str().to_owned(),
        key: default.kms_master_key_id,
    }))
}

async fn replication(aws: &Aws, bucket: &str) -> Result<Vec<Replication>, AwsError> {
    let answer = aws.ask_bucket(bucket, |s3| s3.get_bucket_replication().bucket(bucket).send()).await;
    let answer = unless("ReplicationConfigurationNotFoundError", answer)?;
    let rules = answer.and_then(|answer| answer.replication_configuration).map(|config| config.rules);
    Ok(rules.into_iter().flatten().map(from_rule).collect())
}

fn from_rule(rule: ReplicationRule) -> Replication {
    Replication {
        id: rule.id.unwrap_or_default(),
        status: rule.status.as_str().to_owned(),
        to: rule.destination.map(|to| to.bucket).unwrap_or_default(),
        ..Replication::default()
    }
}

/// Returns the newest versions of one object. S3 lists versions of a key newest first, and other keys that begin with it.
async fn versions(aws: &Aws, bucket: &str, key: &str) -> Result<Vec<ObjectVersion>, AwsError> {
    let ask = |s3: aws_sdk_s3::Client| s3.list_object_versions().bucket(bucket).prefix(key).max_keys(VERSIONS).send();
    let answer = aws.ask_bucket(bucket, ask).await?;
    let written = answer.versions.unwrap_or_default().into_iter().filter(|version| version.key.as_deref() == Some(key));
    let written = written.map(|version| ObjectVersion {
        id: version.version_id.unwrap_or_default(),
        modified: time(version.last_modified.as_ref()),
        deleted: false,
    });
    let markers = answer.delete_markers.unwrap_or_default().into_iter().filter(|m| m.key.as_deref() == Some(key));
    let markers = markers.map(|marker| ObjectVersion {
        id: marker.version_id.unwrap_or_default(),
        modified: time(marker.last_modified.as_ref()),
        deleted: true,
    });
    let mut all: Vec<ObjectVersion> = written.chain(markers).collect();
    all.sort_by_key(|version| std::cmp::Reverse(version.modified));
    Ok(all)
}

/// Reads the size of the bucket by day, and how far replication is behind where it has rules.
async fn metrics(aws: &Aws, bucket: &str, row: &mut LocationRecord, at: Timestamp) -> Result<(), AwsError> {
    let end = at.as_second() - at.as_second() % DAY;
    let size = query("BucketSizeBytes", "Average", DAY, &[("BucketName", bucket), ("StorageType", "StandardStorage")]);
    let sizes = MetricSeries::between(aws, &[size], (end - DAYS * DAY, end)).await?;
    row.sizes = sizes.into_iter().next().map(|series| series.points).unwrap_or_default();
    let end = at.as_second() - at.as_second() % 60;
    for rule in row.replication.iter_mut().flatten().filter(|rule| rule.status == "Enabled").take(METERED) {
        let to = arn_name(&rule.to).to_owned();
        let of = |name: &str, stat: &str| {
            let dimensions = [("SourceBucket", bucket), ("DestinationBucket", &*to), ("RuleId", &*rule.id)];
            query(name, stat, HOUR, &dimensions)
        };
        let queries = [
            of("ReplicationLatency", "Maximum"),
            of("OperationsPendingReplication", "Maximum"),
            of("OperationsFailedReplication", "Sum"),
        ];
        let read = MetricSeries::between(aws, &queries, (end - HOUR, end)).await?;
        let mut last = read.iter().map(|series| series.points.last().map(|(_, value)| *value));
        rule.latency = last.next().flatten();
        rule.pending = last.next().flatten();
        rule.failed = last.next().flatten();
    }
    Ok(())
}

fn query(name: &str, stat: &str, period: i64, dimensions: &[(&str, &str)]) -> MetricQuery {
    MetricQuery {
        namespace: "AWS/S3".to_owned(),
        name: name.to_owned(),
        dimensions: dimensions.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
        stat: stat.to_owned(),
        period,
    }
}
