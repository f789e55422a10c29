//! S3: buckets with objects. Most objects have a size and no contents.

mod reply;
mod state;

pub(crate) use reply::{Request, answer};
pub(crate) use state::{Bucket, State};
