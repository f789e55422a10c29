//! S3: buckets with objects, most of which have a size and no contents.

mod reply;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::num;
use super::time::Time;
use super::world::World;

pub(crate) use reply::{Asked, answer};

/// A bucket.
#[derive(Debug, Clone)]
pub(crate) struct Bucket {
    pub(crate) created: Time,
    /// `Enabled`, `Suspended`, or nothing when versioning was never on.
    pub(crate) versioning: Option<String>,
    pub(crate) objects: BTreeMap<String, Object>,
}

/// The newest version of an object.
#[derive(Debug, Clone)]
pub(crate) struct Object {
    pub(crate) size: i64,
    pub(crate) modified: Time,
    pub(crate) etag: String,
    pub(crate) version: String,
    pub(crate) body: Option<Arc<str>>,
}

/// Bucket and key of an S3 address.
pub(crate) fn split(uri: &str) -> Option<(&str, &str)> {
    uri.strip_prefix("s3://")?.split_once('/')
}

impl World {
    /// Puts a text object; a bucket that is not there is made.
    pub(crate) fn put_text(&mut self, uri: &str, body: &str) {
        let size = num::count(body.len());
        self.put(uri, size, Some(body.into()));
    }

    /// Puts an object of which only the size matters.
    pub(crate) fn put_sized(&mut self, uri: &str, size: i64) {
        self.put(uri, size, None);
    }

    fn put(&mut self, uri: &str, size: i64, body: Option<Arc<str>>) {
        let Some((bucket, key)) = split(uri) else { return };
        let now = self.now;
        let seed = num::hash(uri) ^ num::mix(u64::from_ne_bytes(now.0.to_ne_bytes()));
        let object = Object { size, modified: now, etag: num::hex(seed, 32), version: num::id(seed, 32), body };
        let bucket = self.buckets.entry(bucket.to_owned()).or_insert_with(|| Bucket {
            created: now,
            versioning: Some("Enabled".to_owned()),
            objects: BTreeMap::new(),
        });
        bucket.objects.insert(key.to_owned(), object);
    }
}
