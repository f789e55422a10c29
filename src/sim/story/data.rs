//! The tables of a story about data: buckets, folders with data, and feature groups.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::super::time::Span;
use super::yes;

/// A bucket.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct Bucket {
    /// The name.
    pub(crate) name: String,
    /// Whether it keeps old versions of objects.
    #[serde(default = "yes")]
    pub(crate) versioned: bool,
    /// The bucket that it is copied to.
    pub(crate) copy: Option<String>,
    /// The key that encrypts it by default.
    pub(crate) key: Option<String>,
    /// Its age.
    #[serde(default = "year")]
    pub(crate) age: Span,
}

defaults! {
    year: Span = Span::minutes(400 * 24 * 60);
}

/// A folder with one sub-folder per day.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct Data {
    /// The location, such as `s3://lake/clicks/`.
    pub(crate) uri: String,
    /// The age of the newest object.
    pub(crate) newest: Span,
    /// The number of days.
    #[serde(default = "fortnight")]
    pub(crate) days: u32,
    /// The number of objects of a day.
    #[serde(default = "three")]
    pub(crate) files: u32,
    /// The size of an object in bytes.
    #[serde(default = "size")]
    pub(crate) size: i64,
}

defaults! {
    fortnight: u32 = 14;
    three: u32 = 3;
    size: i64 = 64_000_000;
}

/// A feature group.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct FeatureGroup {
    /// The name.
    pub(crate) name: String,
    /// The description.
    #[serde(default)]
    pub(crate) description: String,
    /// The feature that identifies a record.
    pub(crate) record: String,
    /// The feature with the time of a record.
    #[serde(default = "event_time")]
    pub(crate) event_time: String,
    /// The names of the features, with `Integral`, `Fractional` or `String`.
    pub(crate) features: BTreeMap<String, String>,
    /// Whether there is an online store.
    #[serde(default = "yes")]
    pub(crate) online: bool,
    /// The bucket of the offline store; `None` if there is no offline store.
    pub(crate) bucket: Option<String>,
    /// Its age.
    #[serde(default = "year")]
    pub(crate) age: Span,
    /// The age of the newest record in the offline store.
    pub(crate) newest: Option<Span>,
    /// The reason why the offline store is blocked, if it is.
    pub(crate) blocked: Option<String>,
}

defaults! {
    event_time: String = "event_time".to_owned();
}
