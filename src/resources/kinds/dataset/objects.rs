//! Lists the objects below a prefix, and finds those that are data and the newest of them.

use aws_sdk_s3::operation::list_objects_v2::ListObjectsV2Output;
use aws_sdk_s3::types::{EncodingType, Object};
use jiff::Timestamp;

use crate::aws::{Aws, AwsError};
use crate::resources::time;

/// The most pages of 1,000 keys of one listing.
pub(super) const PAGES: usize = 3;

const OPERATION: &str = "ListObjectsV2";

/// The most calls that one location may take in a turn.
const CALLS: usize = 24;

/// The data that was found below a prefix.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Found {
    /// The number of objects that are data.
    pub(super) objects: usize,
    /// Their size in bytes.
    pub(super) bytes: u64,
    /// The time at which the newest of them was written, and its key.
    pub(super) newest: Option<(Timestamp, String)>,
    /// Whether there are more objects than were read.
    pub(super) capped: bool,
    /// The reason why there may be newer data than that, if so.
    pub(super) unsure: Option<String>,
}

impl Found {
    /// Adds the objects of a listing; `prefix` is the location as it was named.
    pub(super) fn add(&mut self, objects: &[Object], prefix: &str) {
        for object in objects {
            let key = key_of(object);
            // An object without a byte is a marker, whatever it is called.
            let empty = object.size == Some(0);
            if empty || key.ends_with('/') || !is_data(key.strip_prefix(prefix).unwrap_or(&key)) {
                continue;
            }
            self.objects += 1;
            self.bytes += object.size.and_then(|size| u64::try_from(size).ok()).unwrap_or_default();
            if let Some(at) = time(object.last_modified.as_ref())
                && self.newest.as_ref().is_none_or(|(newest, _)| at > *newest)
            {
                self.newest = Some((at, key));
            }
        }
    }
}

/// Returns whether an object is data, by its key below the named location. Manifests and metadata of tables are not,
/// nor are the files that Spark, Hive and others leave behind (`_SUCCESS`, `_temporary/`, `_delta_log/`, `.x.crc`).
/// These programs ignore names that begin with `_` or `.` too, unless the names contain a column, as `_year=2026`.
fn is_data(below: &str) -> bool {
    let name = below.rsplit('/').next().unwrap_or(below).to_ascii_lowercase();
    let ends = ["_$folder$", ".manifest", "-manifest.csv", ".metadata.json"];
    let whole = ["manifest", "manifest.json", "symlink.txt", "version-hint.text"];
    let hidden = |part: &str| part.starts_with(['_', '.']) && !part.contains('=');
    // An empty rest means that the object itself was named.
    below.is_empty()
        || !(ends.iter().any(|end| name.ends_with(end))
            || whole.contains(&name.as_str())
            || below.split('/').any(hidden))
}

/// The request for a listing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ask<'a> {
    pub(super) prefix: &'a str,
    /// Whether to list one level of folders only, not all that is in them.
    pub(super) folders: bool,
    /// The name after which the listing begins.
    pub(super) after: Option<&'a str>,
}

/// One level or all below a prefix, as far as it was read.
#[derive(Debug, Default)]
pub(super) struct Listed {
    pub(super) objects: Vec<Object>,
    /// Whole prefixes, with their slash.
    pub(super) folders: Vec<String>,
    /// The token of the page that was not read.
    pub(super) next: Option<String>,
    /// Whether AWS says that there is more, but not how to read it.
    pub(super) cut: bool,
}

impl Listed {
    /// Returns whether there is more than was read.
    pub(super) fn more(&self) -> bool {
        self.cut || self.next.is_some()
    }
}

/// Lists a bucket, with so many calls at most.
pub(super) struct Lister<'a> {
    aws: &'a Aws,
    bucket: &'a str,
    calls: usize,
}

impl<'a> Lister<'a> {
    pub(super) fn new(aws: &'a Aws, bucket: &'a str) -> Self {
        Self { aws, bucket, calls: CALLS }
    }

    /// Returns whether all calls were made that one location may take.
    pub(super) fn exhausted(&self) -> bool {
        self.calls == 0
    }

    /// Lists from a token on, at most so many pages.
    pub(super) async fn list(&mut self, ask: Ask<'_>, token: Option<String>, pages: usize) -> Result<Listed, AwsError> {
        let mut all = Listed { next: token, ..Listed::default() };
        for page in 0..pages {
            if self.exhausted() || page > 0 && all.next.is_none() {
                break;
            }
            self.calls -= 1;
            let answer = self.page(ask, all.next.take()).await?;
            all.objects.extend(answer.contents.unwrap_or_default());
            let folders = answer.common_prefixes.unwrap_or_default();
            all.folders.extend(folders.into_iter().filter_map(|folder| Some(decoded(&folder.prefix?))));
            all.next = answer.next_continuation_token.filter(|token| !token.is_empty());
            all.cut = answer.is_truncated == Some(true) && all.next.is_none();
        }
        Ok(all)
    }

    async fn page(&self, ask: Ask<'_>, token: Option<String>) -> Result<ListObjectsV2Output, AwsError> {
        // The header by which the reader pays is never sent. A bucket that requires it denies the call, and is shown as
        // denied.
        let request = |s3: aws_sdk_s3::Client| {
            // A control character in a key would break the XML; url encoding keeps it readable.
            let request = s3.list_objects_v2().bucket(self.bucket).prefix(ask.prefix).encoding_type(EncodingType::Url);
            let request = request.set_delimiter(ask.folders.then(|| "/".to_owned()));
            request.set_start_after(ask.after.map(str::to_owned)).set_continuation_token(token.clone()).send()
        };
        let answer = self.aws.ask_bucket(self.bucket, request).await?;
        // Every S3 listing says whether it was cut. An answer that does not is from another service or incomplete, and
        // must not count as an empty listing.
        if answer.is_truncated.is_none() && answer.key_count.is_none() {
            return Err(AwsError::other(OPERATION, "the answer is no listing"));
        }
        Ok(answer)
    }
}

/// Returns the key of an object, decoded.
pub(super) fn key_of(object: &Object) -> String {
    object.key.as_deref().map(decoded).unwrap_or_default()
}

fn decoded(key: &str) -> String {
    percent_encoding::percent_decode_str(&key.replace('+', " ")).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_decoded() {
        assert_eq!(decoded("a+b%0Ac"), "a b\nc");
    }

    #[test]
    fn markers_and_leftovers_are_no_data() {
        for data in ["", "p", "dt=1/part-0.parquet", "_year=2026/p", "a/b.json", "eu/manifest-2.json", "x_$folder"] {
            assert!(is_data(data), "{data:?}");
        }
        for marker in [
            "_SUCCESS",
            "dt=1/_SUCCESS",
            "dt=1/_committed_8372",
            "dt=1/_started_8372",
            "_temporary/0/part-0",
            "dt=1/.part-0.crc",
            "_delta_log/000.json",
            "dt=1_$folder$",
            "_symlink_format_manifest/dt=1/manifest",
            "manifest.json",
            "dt=1/train.manifest",
            ".spark-staging-1/dt=1/p",
        ] {
            assert!(!is_data(marker), "{marker:?}");
        }
    }
}
