//! S3 locations that matter: data that models are trained on, and artifacts they became.
//!
//! S3 cannot sort by time, so "newest" is the newest of a bounded number of keys.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_s3::types::{BucketVersioningStatus, EncodingType, Object};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::step::Made;
use super::{Lane, Listing, Resource, Seen, Table, Turn, arn_name, time};
use crate::aws::{Aws, AwsError, Described, Kind, describe, failed, in_background, pages};
use crate::config::DataKind;

/// The problem of a location that can be read and holds nothing.
pub const NOTHING_THERE: &str = "no object there";

/// Pages of 1,000 keys of one location.
const PAGES: usize = 3;
/// Locations that are followed; more are left out, and the listing says so.
const LOCATIONS: usize = 60;
/// Seconds after which a location is read again that is looked at.
const LOOKED_AT: i64 = 55;
/// The same for one that the user named.
const NAMED: i64 = 2 * 60 - 5;
/// The same for all others.
const OTHERS: i64 = 10 * 60 - 5;

/// One location.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Dataset {
    /// `s3://bucket/prefix`, as it was named: the id.
    pub uri: String,
    /// What it is to its model.
    pub role: Role,
    /// When its newest object was written.
    pub newest: Option<Timestamp>,
    /// Key of that object.
    pub newest_key: Option<String>,
    /// Objects seen.
    pub objects: usize,
    /// Their size in bytes.
    pub bytes: u64,
    /// There are more objects than were read.
    pub capped: bool,
    /// Bucket versioning: `Enabled`, `Suspended`, `Off`; absent when it could not be read.
    pub versioning: Option<String>,
    /// Why it could not be read.
    pub problem: Option<String>,
}

/// What a location is to its model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Jobs read it, or the user named it.
    #[default]
    Data,
    /// The offline store of a feature group.
    Features,
    /// A job wrote it.
    Artifact,
}

impl Resource for Dataset {
    const KIND: &'static str = "datasets";
    const SERVICE: &'static str = "s3";
    const LANE: Lane = Lane::Slow;
    const OPTIONAL: bool = true;
    const WINDOWED: bool = true;
    fn id(&self) -> &str {
        &self.uri
    }
    fn ready(seen: &Seen) -> bool {
        let s = &seen.store;
        s.jobs.answered() && s.feature_groups.answered() && s.packages.answered() && s.executions.answered()
    }
    fn due(seen: &Seen, known: &Table<Self>) -> bool {
        known.answered() && locations(seen).iter().take(LOCATIONS).any(|(uri, _)| known.get(uri).is_none())
    }
    async fn read(aws: &Aws, seen: &Seen, turn: Turn<'_, Self>) -> Result<Listing<Self>, AwsError> {
        let known = turn.known;
        let mut wanted = locations(seen);
        let capped = wanted.len() > LOCATIONS;
        wanted.truncate(LOCATIONS);
        if let (true, Some(why)) = (wanted.is_empty(), seen.store.jobs.blind()) {
            return Err(why.clone());
        }
        let uris: BTreeSet<&str> = wanted.iter().map(|(uri, _)| uri.as_str()).collect();
        let left = known.rows().filter(|d| !uris.contains(d.uri.as_str())).map(|d| d.uri.clone()).collect();
        // What could not be read in an earlier run may be readable by now, and only AWS says why it still is not.
        let refused = |uri: &str| turn.first() && known.get(uri).is_some_and(|row| row.problem.is_some());
        wanted.retain(|(uri, _)| is_due(seen, known, uri) || refused(uri));
        let buckets: BTreeSet<String> =
            wanted.iter().filter_map(|(uri, _)| split(uri)).map(|(bucket, _)| bucket.to_owned()).collect();
        let asked: Vec<String> = buckets.into_iter().filter(|b| !turn.asked_lately(b, seen.at)).collect();
        let versioning = in_background(versionings(aws, asked.clone())).await;
        let at = seen.at;
        let Described { found, fault } = describe(wanted, async |(uri, role): (String, Role)| {
            let (row, refused) = read(aws, &uri, at).await?;
            Ok((Dataset { role, ..row }, refused))
        })
        .await;
        let (mut rows, refused): (Vec<Dataset>, Vec<Option<AwsError>>) = found.into_iter().unzip();
        let fault = fault.or_else(|| nothing_read(known, &rows, refused));
        for row in &mut rows {
            let bucket = split(&row.uri).map(|(bucket, _)| bucket.to_owned()).unwrap_or_default();
            let before = || known.rows().find(|d| split(&d.uri).is_some_and(|(b, _)| b == bucket))?.versioning.clone();
            row.versioning = versioning.get(&bucket).cloned().unwrap_or_else(before);
        }
        match fault {
            Some(fault) if rows.is_empty() => Err(fault),
            fault => Ok(Listing::part(rows).without(left).asked(asked).capped(capped).fault(fault)),
        }
    }
}

/// Where no location at all can be read, that is the trouble of all: why, as the first of them was refused now or before.
fn nothing_read(known: &Table<Dataset>, rows: &[Dataset], refused: Vec<Option<AwsError>>) -> Option<AwsError> {
    let before = known.trouble().filter(|why| why.kind == Kind::Denied && !known.is_empty()).cloned();
    let why = refused.into_iter().flatten().next().or(before)?;
    let readable = |row: &Dataset| row.problem.as_deref().is_none_or(|problem| problem == NOTHING_THERE);
    let anew: BTreeSet<&str> = rows.iter().map(|row| row.uri.as_str()).collect();
    let old = known.rows().filter(|row| !anew.contains(row.uri.as_str()));
    (!rows.iter().chain(old).any(readable)).then_some(why)
}

/// Was a location never read, or is it time to read it again?
fn is_due(seen: &Seen, known: &Table<Dataset>, uri: &str) -> bool {
    let named = || seen.wishes.models.iter().flat_map(|m| &m.data).any(|d| d.uri == uri);
    let after = if seen.focus.datasets.contains(uri) {
        LOOKED_AT
    } else if named() {
        NAMED
    } else {
        OTHERS
    };
    known.read_at(uri).is_none_or(|at| seen.at.as_second() - at.as_second() >= after)
}

async fn versionings(aws: &Aws, buckets: Vec<String>) -> BTreeMap<String, Option<String>> {
    let answers = describe(buckets, async |bucket: String| {
        let versioning = versioning(aws, &bucket).await;
        Ok((bucket, versioning))
    });
    answers.await.found.into_iter().collect()
}

/// Bucket and prefix of `s3://bucket/prefix`.
#[must_use]
pub fn split(uri: &str) -> Option<(&str, &str)> {
    let rest = uri.strip_prefix("s3://")?;
    Some(rest.split_once('/').unwrap_or((rest, "")))
}

/// What to look at: configured data first, then what jobs read, features, newest artifacts.
fn locations(seen: &Seen) -> Vec<(String, Role)> {
    let store = &seen.store;
    let configured = seen.wishes.models.iter().flat_map(|m| &m.data).filter(|d| d.kind == DataKind::S3);
    let mut wanted: Vec<(String, Role)> = configured.map(|d| (d.uri.clone(), Role::Data)).collect();
    let mut artifacts = Vec::new();
    for (name, pipeline) in newest_jobs(seen) {
        let Some(details) = store.jobs.get(&name).and_then(|j| j.details.as_ref()) else { continue };
        wanted.extend(details.inputs.iter().map(|uri| (uri.clone(), Role::Data)));
        // What a job made is immutable: it is looked at when its model is.
        if seen.thorough
            || seen.focus.jobs.contains(&name)
            || pipeline.is_some_and(|p| seen.focus.pipelines.contains(&p))
        {
            artifacts.extend(details.artifact.iter().map(|uri| (uri.clone(), Role::Artifact)));
        }
    }
    wanted.extend(store.feature_groups.rows().filter_map(|g| Some((g.offline_uri.clone()?, Role::Features))));
    wanted.extend(artifacts);
    let mut once = BTreeSet::new();
    wanted.retain(|(uri, _)| uri.starts_with("s3://") && once.insert(uri.clone()));
    wanted
}

/// The newest job of each pipeline, and the newest jobs of no pipeline.
fn newest_jobs(seen: &Seen) -> BTreeMap<String, Option<String>> {
    let store = &seen.store;
    let mut by_pipeline: BTreeMap<&str, (Option<Timestamp>, &str)> = BTreeMap::new();
    let mut in_pipelines = BTreeSet::new();
    for step in store.steps.rows() {
        let Made::TrainingJob(arn) = &step.made else { continue };
        let Some(execution) = store.executions.get(&step.execution) else { continue };
        in_pipelines.insert(arn_name(arn));
        let newest = by_pipeline.entry(&execution.pipeline).or_default();
        if newest.1.is_empty() || execution.started > newest.0 {
            *newest = (execution.started, arn_name(arn));
        }
    }
    let mut alone: Vec<_> = store.jobs.rows().filter(|j| !in_pipelines.contains(j.name.as_str())).collect();
    alone.sort_by_key(|j| std::cmp::Reverse(j.created));
    let alone = alone.into_iter().take(10).map(|j| (j.name.clone(), None));
    let own = by_pipeline.into_iter().map(|(pipeline, (_, name))| (name.to_owned(), Some(pipeline.to_owned())));
    own.chain(alone).collect()
}

async fn versioning(aws: &Aws, bucket: &str) -> Option<String> {
    let answer = aws.s3.get_bucket_versioning().bucket(bucket).send().await.ok()?;
    // Absent means never enabled (aws-map 1.2).
    Some(answer.status.as_ref().map_or("Off", BucketVersioningStatus::as_str).to_owned())
}

/// Reads one location. A problem of this location alone is a row that says so, with what AWS said; trouble that all
/// locations share is an error.
async fn read(aws: &Aws, uri: &str, at: Timestamp) -> Result<(Dataset, Option<AwsError>), AwsError> {
    let mut row = Dataset { uri: uri.to_owned(), ..Dataset::default() };
    let found = match split(uri) {
        Some((bucket, prefix)) => match prefix.split_once('{') {
            Some((stem, _)) => newest_partition(aws, bucket, stem, at).await,
            None => objects(aws, bucket, prefix).await,
        },
        None => return Ok((Dataset { problem: Some("not an S3 URI".into()), ..row }, None)),
    };
    match found {
        Ok((objects, capped)) => {
            row.capped = capped;
            row.objects = objects.len();
            row.bytes = objects.iter().filter_map(|o| u64::try_from(o.size?).ok()).sum();
            if let Some(newest) = objects.iter().max_by_key(|o| time(o.last_modified.as_ref())) {
                row.newest = time(newest.last_modified.as_ref());
                row.newest_key = newest.key.as_deref().map(decoded);
            }
            if row.objects == 0 {
                row.problem = Some(NOTHING_THERE.to_owned());
            }
            Ok((row, None))
        }
        Err(error) if error.kind.cut_off() || error.kind == Kind::Throttled => Err(error),
        Err(error) => Ok((Dataset { problem: Some(error.to_string()), ..row }, Some(error))),
    }
}

/// Of `stem{date}/…` the newest date that exists: dates sort as text, and a month back is enough.
async fn newest_partition(aws: &Aws, bucket: &str, stem: &str, at: Timestamp) -> Result<(Vec<Object>, bool), AwsError> {
    let month_ago = Timestamp::from_second(at.as_second() - 31 * 86_400).unwrap_or(at);
    let from = month_ago.strftime("%Y-%m-%d");
    let start_after = format!("{stem}{from}");
    let (partitions, _) = pages(PAGES, async |token| {
        let request = aws.s3.list_objects_v2().bucket(bucket).prefix(stem).delimiter("/").start_after(&start_after);
        let request = request.encoding_type(EncodingType::Url).set_continuation_token(token);
        let page = request.send().await.map_err(failed("ListObjectsV2"))?;
        let prefixes = page.common_prefixes.unwrap_or_default();
        Ok((prefixes.into_iter().filter_map(|p| p.prefix).collect::<Vec<_>>(), page.next_continuation_token))
    })
    .await?;
    match partitions.iter().max() {
        Some(newest) => objects(aws, bucket, &decoded(newest)).await,
        // Nothing in the last month: whatever there is.
        None => objects(aws, bucket, stem).await,
    }
}

async fn objects(aws: &Aws, bucket: &str, prefix: &str) -> Result<(Vec<Object>, bool), AwsError> {
    pages(PAGES, async |token| {
        // A control character in a key would break the XML; url encoding keeps it readable.
        let request = aws.s3.list_objects_v2().bucket(bucket).prefix(prefix).encoding_type(EncodingType::Url);
        let page = request.set_continuation_token(token).send().await.map_err(failed("ListObjectsV2"))?;
        Ok((page.contents.unwrap_or_default(), page.next_continuation_token))
    })
    .await
}

fn decoded(key: &str) -> String {
    percent_encoding::percent_decode_str(&key.replace('+', " ")).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uris_are_split_and_keys_decoded() {
        assert_eq!(split("s3://lake/sales/dt=1/"), Some(("lake", "sales/dt=1/")));
        assert_eq!(split("s3://lake"), Some(("lake", "")));
        assert_eq!(split("https://lake"), None);
        assert_eq!(decoded("a+b%0Ac"), "a b\nc");
    }
}
