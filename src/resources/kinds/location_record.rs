//! What S3 keeps of a location that is looked at: encryption, replication and its lag, the size of the bucket over two
//! weeks, and the versions of the newest object.
//!
//! The facts about replication are in `docs/aws.md#replication`.

mod read;

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::aws::{Aws, AwsError};
use crate::health::Health;
use crate::resources::{Cadence, Kind, Listing, Observed, Properties, Resource, Table, Turn, on_demand};

/// The settings and versions of one location.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct LocationRecord {
    /// The location, as models name it: the id.
    pub uri: String,
    /// The default encryption of the bucket.
    pub encryption: Option<Encryption>,
    /// The rules of replication; absent until they were read.
    pub replication: Option<Vec<Replication>>,
    /// The bytes that the bucket has in Standard storage on each of the last days, oldest first. Other storage classes
    /// have metrics of their own: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/metrics-dimensions.html>.
    pub sizes: Vec<(Timestamp, f64)>,
    /// The newest versions of the newest object, newest first.
    pub versions: Vec<ObjectVersion>,
    /// The state of the replication of the newest object, raw; absent if no rule is about it.
    pub replicated: Option<String>,
    /// The reads that failed, each with the reason.
    pub problems: Vec<String>,
}

/// The default encryption of a bucket.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Encryption {
    /// `AES256`, `aws:kms` or `aws:kms:dsse`, raw.
    pub algorithm: String,
    /// The key of KMS, by ARN or id.
    pub key: Option<String>,
}

/// One rule of replication.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Replication {
    /// Its id.
    pub id: String,
    /// `Enabled` or `Disabled`, raw.
    pub status: String,
    /// The bucket that it copies to.
    pub to: String,
    /// Seconds by which the copy is behind, where the rule has metrics.
    pub latency: Option<f64>,
    /// Operations that wait, where the rule has metrics.
    pub pending: Option<f64>,
    /// Operations that failed in the last hour, where the rule has metrics.
    pub failed: Option<f64>,
}

/// One version of an object.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ObjectVersion {
    /// Its id; `null` where versioning was off.
    pub id: String,
    /// When it was written.
    pub modified: Option<Timestamp>,
    /// Whether it says that the object was deleted.
    pub deleted: bool,
}

impl Replication {
    /// Returns what is wrong with it, as a phrase.
    #[must_use]
    pub fn problem(&self) -> Option<String> {
        if self.status == "Disabled" {
            return Some("is Disabled".to_owned());
        }
        let failed = self.failed.filter(|failed| *failed > 0.0)?;
        // A metric may be a mean of several, so it is not always a whole number.
        Some(format!("failed {:.0} times in the last hour", failed.ceil()))
    }
    fn in_words(&self) -> String {
        let number = |value: Option<f64>, word: &str| value.map(|value| format!("{value:.0} {word}"));
        let parts = [
            Some(format!("{} → {}", self.status, crate::resources::arn_name(&self.to))),
            self.problem(),
            number(self.latency, "s behind"),
            number(self.pending, "pending"),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join("  ")
    }
}

impl LocationRecord {
    /// Returns the size of what the bucket has in Standard storage, and by how many percent it changed in the days that are known.
    #[must_use]
    pub fn trend(&self) -> Option<(f64, Option<(f64, i64)>)> {
        let ((from, first), (to, last)) = (self.sizes.first()?, self.sizes.last()?);
        let days = (to.as_second() - from.as_second()) / 86_400;
        let change = (days > 0 && *first > 0.0).then(|| ((last / first - 1.0) * 100.0, days));
        Some((*last, change))
    }
    /// Returns whether the newest object could not be copied. S3's words are in upper case:
    /// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-status.html>.
    fn uncopied(&self) -> bool {
        self.replicated.as_deref() == Some("FAILED")
    }
    /// Returns the version to which the newest object can be restored: the one before the newest.
    #[must_use]
    pub fn restore_point(&self) -> Option<&ObjectVersion> {
        self.versions.iter().skip(1).find(|version| !version.deleted)
    }
}

impl Resource for LocationRecord {
    const KIND: Kind = Kind::LocationRecords;
    const CADENCE: Cadence = Cadence::Rare;
    const OPTIONAL: bool = true;
    const ON_DEMAND: bool = true;
    const WINDOWED: bool = true;
    const AFTER: &'static [Kind] = &[Kind::Datasets];
    fn id(&self) -> &str {
        &self.uri
    }
    fn part_of(&self) -> Option<(Kind, &str)> {
        Some((Kind::Datasets, &self.uri))
    }
    fn health(&self) -> Health {
        let bad = self.replication.iter().flatten().any(|rule| rule.problem().is_some());
        match bad || self.uncopied() {
            true => Health::Warning,
            false if self.problems.is_empty() => Health::Ok,
            false => Health::Unknown,
        }
    }
    fn properties(&self, all: &mut Properties) {
        if let Some(Encryption { algorithm, key }) = &self.encryption {
            all.text("encryption", format!("{algorithm}  {}", key.as_deref().unwrap_or_default()).trim_end());
        }
        if self.replication.as_ref().is_some_and(Vec::is_empty) {
            all.text("replication", "none");
        }
        for rule in self.replication.iter().flatten() {
            let words = rule.in_words();
            match rule.problem() {
                Some(_) => all.warning("replication", &*words),
                None => all.text("replication", &*words),
            };
        }
        let replicated = self.replicated.as_deref();
        all.text("newest object replicated", replicated.filter(|_| !self.uncopied()))
            .warning("newest object replicated", replicated.filter(|_| self.uncopied()));
        if let Some((bytes, change)) = self.trend() {
            let change = change.map(|(percent, days)| format!("  {percent:+.1} % in {days} days"));
            all.text("size in Standard storage", &*format!("{:.1} GB{}", bytes / 1e9, change.unwrap_or_default()));
        }
        if let Some(newest) = self.versions.first() {
            let what = if newest.deleted { "deleted by" } else { "version" };
            all.text("newest version", &*format!("{what} {}", newest.id)).time("  written", newest.modified);
        }
        match self.restore_point() {
            Some(point) => all.text("restore point", &*point.id).time("  written", point.modified),
            None => all.text("restore point", (!self.versions.is_empty()).then_some("none: no older version")),
        };
        for problem in &self.problems {
            all.warning("not read", &**problem);
        }
    }
    fn due(observed: &Observed, known: &Table<Self>) -> bool {
        on_demand::is_due(known, &looked_at(observed), observed.at)
    }
    async fn read(aws: &Aws, observed: &Observed, turn: Turn<'_, Self>) -> Result<Listing<Self>, AwsError> {
        let newest = |uri: &str| observed.store.datasets.get(uri).and_then(|set| set.newest_key.clone());
        let read = async |uri: String| {
            let key = newest(&uri);
            read::of(aws, uri, key, observed.at).await
        };
        Ok(Box::pin(on_demand::read_each(turn.known, looked_at(observed), observed.at, read)).await)
    }
}

/// Returns the location that is looked at.
fn looked_at(observed: &Observed) -> BTreeSet<String> {
    let subject = observed.focus.subject.iter().filter(|(kind, _)| *kind == Kind::Datasets).map(|(_, uri)| uri);
    let exists = subject.filter(|uri| observed.store.datasets.get(uri).is_some_and(|set| set.problem.is_none()));
    exists.cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources::Value;

    #[test]
    fn a_rule_says_where_it_copies_to_and_what_is_wrong() {
        let rule = |status: &str, failed: f64| Replication {
            status: status.into(),
            to: "arn:aws:s3:::copy".into(),
            failed: Some(failed),
            ..Replication::default()
        };
        let cases = [
            (rule("Enabled", 0.0), "Enabled → copy"),
            (rule("Disabled", 0.0), "Disabled → copy  is Disabled"),
            (rule("Enabled", 3.0), "Enabled → copy  failed 3 times in the last hour"),
            (rule("Enabled", 80.15), "Enabled → copy  failed 81 times in the last hour"),
            (Replication { latency: Some(12.0), failed: None, ..rule("Enabled", 0.0) }, "Enabled → copy  12 s behind"),
        ];
        for (rule, words) in cases {
            assert_eq!(rule.in_words(), words);
        }
    }

    #[test]
    fn an_object_that_was_not_copied_is_a_warning_and_the_other_states_are_told() {
        let cases = [
            ("FAILED", Health::Warning),
            ("COMPLETED", Health::Ok),
            ("COMPLETE", Health::Ok),
            ("PENDING", Health::Ok),
            ("REPLICA", Health::Ok),
            ("SOMETHING_NEW", Health::Ok),
        ];
        for (state, health) in cases {
            let record = LocationRecord { replicated: Some(state.into()), ..LocationRecord::default() };
            let mut all = Properties::default();
            record.properties(&mut all);
            let told = all.into_all().into_iter().find(|property| property.label == "newest object replicated");
            let state = state.to_owned();
            let value = if health == Health::Warning { Value::Warning(state) } else { Value::Text(state) };
            assert_eq!((record.health(), told.map(|told| told.value)), (health, Some(value)));
        }
    }

    #[test]
    fn the_trend_is_that_of_the_days_that_are_known() {
        let day = |n: i64| Timestamp::from_second(n * 86_400).unwrap();
        let record = |sizes: &[(i64, f64)]| LocationRecord {
            sizes: sizes.iter().map(|(n, bytes)| (day(*n), *bytes)).collect(),
            ..LocationRecord::default()
        };
        assert_eq!(record(&[(1, 100.0), (8, 150.0)]).trend(), Some((150.0, Some((50.0, 7)))));
        assert_eq!(record(&[(1, 100.0)]).trend(), Some((100.0, None)));
        assert_eq!(record(&[(1, 0.0), (2, 5.0)]).trend(), Some((5.0, None)));
        assert_eq!(record(&[]).trend(), None);
    }

    #[test]
    fn an_object_is_restored_to_the_version_before_the_newest() {
        let version = |id: &str, deleted| ObjectVersion { id: id.into(), deleted, ..ObjectVersion::default() };
        let record = |versions: Vec<ObjectVersion>| LocationRecord { versions, ..LocationRecord::default() };
        let point = |record: &LocationRecord| record.restore_point().map(|version| version.id.clone());
        assert_eq!(point(&record(vec![version("c", true), version("b", false)])), Some("b".into()));
        assert_eq!(point(&record(vec![version("a", false)])), None);
    }
}
