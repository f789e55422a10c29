//! S3 locations that models depend on: the data they are trained on, and their artifacts.
//!
//! S3 cannot sort by time. So the newest object is searched for in the newest of the folders that are named after
//! dates. Where there are none, and more objects than are read, it stays unknown.

mod location;
mod objects;
mod partition;
mod request;
mod rhythm;

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_s3::types::BucketVersioningStatus;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::aws::{Aws, AwsError, DescribedEach, ErrorKind, describe, describe_each, in_background};
use crate::config::Pattern;
use crate::health::Health;
use crate::resources::{
    AwsCommand, Cadence, Derived, Kind, Listing, Observed, Properties, Resource, Table, Turn, console,
};
use location::{impossible, is_access_point};
use objects::{Ask, Found, Lister, PAGES};
use request::{LocationRequest, locations};
pub use rhythm::Rhythm;

pub(crate) use location::split;

/// The most locations that are followed. More are left out, and the listing says so.
const LOCATIONS: usize = 60;
/// Seconds after which the rhythm of a feature group is read again.
const RHYTHM: i64 = 12 * 3600;
/// Seconds after which a location that is looked at is read again.
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
    /// Its role for its model.
    pub role: Role,
    /// The time at which its newest object that is data was written, as far as it was read.
    pub newest: Option<Timestamp>,
    /// Key of that object.
    pub newest_key: Option<String>,
    /// The number of objects seen.
    pub objects: usize,
    /// Their size in bytes.
    pub bytes: u64,
    /// Whether there are more objects than were read.
    pub capped: bool,
    /// The reason why there may be an object newer than `newest`; absent when that is the newest.
    #[serde(default)]
    pub unsure: Option<String>,
    /// Bucket versioning: `Enabled`, `Suspended`, `Off`; absent when it could not be read.
    pub versioning: Option<String>,
    /// The reason why the versioning could not be read.
    #[serde(default)]
    pub versioning_unread: Option<String>,
    /// The reason why it could not be read, or a note that it is empty.
    pub problem: Option<String>,
    /// Whether it can be read and holds nothing.
    #[serde(default)]
    pub empty: bool,
    /// The rhythm in which it is written to, where it is the offline store of a feature group.
    #[serde(default)]
    pub rhythm: Option<Rhythm>,
}

/// The role of a location for its model.
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

impl Dataset {
    /// Returns whether the numbers of objects and bytes are those of the location. They are not if it could not be read.
    #[must_use]
    pub fn is_counted(&self) -> bool {
        self.problem.is_none() || self.empty
    }

    /// Returns the bucket, and the prefix up to the first folder whose name has a date.
    fn plain_place(&self) -> Option<(&str, &str)> {
        let (bucket, prefix) = split(&self.uri)?;
        let stem = Pattern::parse(prefix).ok().flatten().map_or(prefix.len(), |pattern| pattern.stem.len());
        Some((bucket, prefix.get(..stem).unwrap_or(prefix)))
    }
}

impl Resource for Dataset {
    const KIND: Kind = Kind::Datasets;
    const AFTER: &[Kind] = &[Kind::Jobs, Kind::FeatureGroups, Kind::Packages, Kind::Executions];
    const MISSING: &'static str = "not read: older jobs' inputs are not followed";
    const CADENCE: Cadence = Cadence::Slow;
    const OPTIONAL: bool = true;
    const WINDOWED: bool = true;
    fn id(&self) -> &str {
        &self.uri
    }
    fn health(&self) -> Health {
        if self.problem.is_some() { Health::Unknown } else { Health::Ok }
    }
    fn console(&self, region: &str) -> Option<String> {
        let (bucket, prefix) = self.plain_place()?;
        Some(console::s3(region, bucket, prefix))
    }
    fn command(&self) -> Option<AwsCommand> {
        let (bucket, prefix) = self.plain_place()?;
        let command = AwsCommand::new("s3api", "list-objects-v2", "bucket", bucket).with("max-items", "20");
        Some(if prefix.is_empty() { command } else { command.with("prefix", prefix) })
    }
    fn properties(&self, all: &mut Properties) {
        let objects = format!("{}{}", self.objects, if self.capped { " or more" } else { "" });
        all.text("problem", self.problem.as_deref())
            .text("newest unknown", self.unsure.as_deref())
            .time("newest object", self.newest)
            .text("key", self.newest_key.as_deref());
        if self.is_counted() {
            all.text("objects", &*objects).bytes("size", self.bytes);
        }
        all.text("versioning", self.versioning.as_deref())
            .warning("versioning", self.versioning_unread.as_deref())
            .derived(Derived::Kept)
            .text("uri", &*self.uri);
    }
    fn due(observed: &Observed, known: &Table<Self>) -> bool {
        known.answered() && locations(observed).iter().take(LOCATIONS).any(|w| known.get(&w.uri).is_none())
    }
    async fn read(aws: &Aws, observed: &Observed, turn: Turn<'_, Self>) -> Result<Listing<Self>, AwsError> {
        let known = turn.known;
        let mut request = locations(observed);
        let capped = request.len() > LOCATIONS;
        request.truncate(LOCATIONS);
        if let (true, Some(why)) = (request.is_empty(), observed.store.jobs.read_error()) {
            return Err(why.clone());
        }
        let uris: BTreeSet<&str> = request.iter().map(|w| w.uri.as_str()).collect();
        let left = known.rows().filter(|d| !uris.contains(d.uri.as_str())).map(|d| d.uri.clone()).collect();
        // A location that could not be read in an earlier run may be readable by now, and only AWS says why it still is
        // not.
        let refused = |uri: &str| turn.first() && known.get(uri).is_some_and(|row| row.problem.is_some());
        request.retain(|w| is_due(observed, known, &w.uri) || refused(&w.uri));
        let buckets: BTreeSet<String> =
            request.iter().filter_map(|w| split(&w.uri)).map(|(bucket, _)| bucket.to_owned()).collect();
        // Access points have no versioning of their own.
        let buckets = buckets.into_iter().filter(|bucket| !bucket.is_empty() && !is_access_point(bucket));
        let asked: Vec<String> = buckets.filter(|b| !turn.asked_lately(b, observed.at)).collect();
        let at = observed.at;
        // Both are read at the same time, so that a bucket that does not answer is not waited for twice.
        let (versioning, DescribedEach { found, missed, shared }) = tokio::join!(
            in_background(versionings(aws, asked.clone())),
            describe_each(request, async |request: LocationRequest| {
                let before = known.get(&request.uri).and_then(|row| row.rhythm);
                read(aws, &request, before, at).await
            }),
        );
        let (mut rows, mut refused): (Vec<Dataset>, Vec<Option<AwsError>>) = found.into_iter().unzip();
        if shared.is_none() {
            rows.extend(missed.iter().map(|(request, why)| request.row().refused(why)));
            refused.extend(missed.into_iter().map(|(_, why)| Some(why)));
        }
        let fault = shared.or_else(|| nothing_read(known, &rows, refused));
        for row in &mut rows {
            let bucket = split(&row.uri).map(|(bucket, _)| bucket.to_owned()).unwrap_or_default();
            let before = || {
                let of_bucket = known.rows().find(|d| split(&d.uri).is_some_and(|(b, _)| b == bucket));
                of_bucket.map(|d| (d.versioning.clone(), d.versioning_unread.clone())).unwrap_or_default()
            };
            (row.versioning, row.versioning_unread) = match versioning.get(&bucket) {
                Some(Ok(read)) => (Some(read.clone()), None),
                Some(Err(why)) => (None, Some(format!("not read: {why}"))),
                None => before(),
            };
        }
        match fault {
            Some(fault) if rows.is_empty() => Err(fault),
            fault => Ok(Listing::part(rows).without(left).asked(asked).capped(capped).fault(fault)),
        }
    }
}

/// Returns the error of all locations if none of them can be read: that of the first that was refused now or before.
fn nothing_read(known: &Table<Dataset>, rows: &[Dataset], refused: Vec<Option<AwsError>>) -> Option<AwsError> {
    let before = known.trouble().filter(|why| why.kind == ErrorKind::Denied && !known.is_empty()).cloned();
    let why = refused.into_iter().flatten().next().or(before)?;
    let readable = |row: &Dataset| row.problem.is_none() || row.empty;
    let anew: BTreeSet<&str> = rows.iter().map(|row| row.uri.as_str()).collect();
    let old = known.rows().filter(|row| !anew.contains(row.uri.as_str()));
    (!rows.iter().chain(old).any(readable)).then_some(why)
}

/// Returns whether a location was never read, or it is time to read it again.
fn is_due(observed: &Observed, known: &Table<Dataset>, uri: &str) -> bool {
    let named = || observed.preferences.models.iter().flat_map(|m| &m.data).any(|d| d.uri == uri);
    let after = if observed.focus.datasets.contains(uri) {
        LOOKED_AT
    } else if named() {
        NAMED
    } else {
        OTHERS
    };
    known.read_at(uri).is_none_or(|at| observed.at.as_second() - at.as_second() >= after)
}

async fn versionings(aws: &Aws, buckets: Vec<String>) -> BTreeMap<String, Result<String, AwsError>> {
    let answers = describe(buckets, async |bucket: String| {
        let versioning = versioning(aws, &bucket).await;
        Ok((bucket, versioning))
    });
    answers.await.found.into_iter().collect()
}

async fn versioning(aws: &Aws, bucket: &str) -> Result<String, AwsError> {
    let ask = |s3: aws_sdk_s3::Client| s3.get_bucket_versioning().bucket(bucket).send();
    let answer = aws.ask_bucket(bucket, ask).await?;
    // It is absent where versioning was never on:
    // https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketVersioning.html
    Ok(answer.status.as_ref().map_or("Off", BucketVersioningStatus::as_str).to_owned())
}

/// Reads one location. A problem of this location alone gives a row that says so, and AWS's error. An error that other
/// locations may share is returned as the error.
async fn read(
    aws: &Aws,
    request: &LocationRequest,
    before: Option<Rhythm>,
    at: Timestamp,
) -> Result<(Dataset, Option<AwsError>), AwsError> {
    let row = Dataset { rhythm: before, ..request.row() };
    if let Some(problem) = impossible(aws, &request.uri) {
        return Ok((Dataset { problem: Some(problem), ..row }, None));
    }
    match find_objects(aws, request, at).await {
        Ok(found) => {
            let fresh = before.filter(|rhythm| at.as_second() - rhythm.at.as_second() < RHYTHM);
            let rhythm = if request.features && fresh.is_none() {
                in_background(looked_for(aws, request, at)).await?
            } else {
                before
            };
            Ok((Dataset { rhythm, ..row.with(found) }, None))
        }
        Err(error) if error.kind.is_shared() => Err(error),
        Err(error) => Ok((row.refused(&error), Some(error))),
    }
}

/// Reads the rhythm of a location. If only this fails, while the location itself was read, the next turn tries it
/// again.
async fn looked_for(aws: &Aws, request: &LocationRequest, at: Timestamp) -> Result<Option<Rhythm>, AwsError> {
    let (bucket, prefix) = split(&request.uri).unwrap_or_default();
    match rhythm::rhythm(&mut Lister::new(aws, bucket), prefix, at).await {
        Ok(rhythm) => Ok(Some(rhythm)),
        Err(why) if why.kind.is_shared() => Err(why),
        Err(_) => Ok(None),
    }
}

async fn find_objects(aws: &Aws, request: &LocationRequest, at: Timestamp) -> Result<Found, AwsError> {
    let (bucket, prefix) = split(&request.uri).unwrap_or_default();
    let mut lister = Lister::new(aws, bucket);
    // Only a location that the user wrote may be a pattern. A location that AWS names is a prefix, whatever is in it.
    let pattern = if request.named { Pattern::parse(prefix).ok().flatten() } else { None };
    if let Some(pattern) = pattern {
        return partition::newest(&mut lister, &pattern, at).await;
    }
    let first = lister.list(Ask { prefix, folders: false, after: None }, None, 1).await?;
    if first.more()
        && let Some(found) = partition::guessed(&mut lister, prefix, at).await?
    {
        return Ok(found);
    }
    let mut found = Found::default();
    found.add(&first.objects, prefix);
    if first.next.is_some() {
        let rest = lister.list(Ask { prefix, folders: false, after: None }, first.next, PAGES - 1).await?;
        found.add(&rest.objects, prefix);
        found.capped = rest.more();
        let why = || format!("more than {PAGES},000 objects; configure a date pattern in [[model.data]]");
        found.unsure = found.capped.then(why);
    }
    Ok(found)
}

impl Dataset {
    fn with(self, found: Found) -> Self {
        let (newest, newest_key) = found.newest.unzip();
        let untimed = newest.is_none() && found.unsure.is_none() && found.objects > 0;
        let unsure = found.unsure.or_else(|| untimed.then(|| "S3 does not say when it was written".to_owned()));
        let nothing = newest.is_none() && unsure.is_none();
        Self {
            newest,
            newest_key,
            objects: found.objects,
            bytes: found.bytes,
            capped: found.capped,
            unsure,
            problem: nothing.then(|| "no data there".to_owned()),
            empty: nothing,
            ..self
        }
    }
    fn refused(self, why: &AwsError) -> Self {
        Self { problem: Some(why.to_string()), ..self }
    }
}
