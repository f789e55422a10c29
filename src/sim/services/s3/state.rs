//! The buckets and their objects.

use crate::sim::prelude::{Time, num};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The buckets by name.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) buckets: BTreeMap<String, Bucket>,
}

/// A bucket.
#[derive(Debug, Clone)]
pub(crate) struct Bucket {
    pub(crate) created: Time,
    /// `Enabled`, `Suspended`, or `None` if versioning was never on.
    pub(crate) versioning: Option<String>,
    pub(crate) objects: BTreeMap<String, Object>,
    /// The bucket that it is copied to.
    pub(crate) copy: Option<String>,
    /// The key that encrypts it by default.
    pub(crate) key: Option<String>,
}

/// The newest version of an object.
#[derive(Debug, Clone)]
pub(crate) struct Object {
    pub(crate) size: i64,
    pub(crate) modified: Time,
    pub(crate) etag: String,
    pub(crate) version: String,
    /// The contents; `None` for an object of zeros.
    pub(crate) body: Option<Arc<str>>,
}

impl State {
    /// Puts an object. A missing bucket is created.
    pub(crate) fn put(&mut self, uri: &str, at: Time, size: i64, body: Option<Arc<str>>) {
        let Some((bucket, key)) = uri.strip_prefix("s3://").and_then(|path| path.split_once('/')) else { return };
        let seed = num::hash(uri) ^ num::mix(u64::from_ne_bytes(at.0.to_ne_bytes()));
        let object = Object { size, modified: at, etag: num::hex(seed, 32), version: num::id(seed, 32), body };
        let bucket = self.buckets.entry(bucket.to_owned()).or_insert_with(|| Bucket {
            created: at,
            versioning: Some("Enabled".to_owned()),
            objects: BTreeMap::new(),
            copy: None,
            key: None,
        });
        bucket.objects.insert(key.to_owned(), object);
    }
}
