//! S3's requests: method, path and query say what is wanted.

use std::fmt::Write as _;

use bytes::Bytes;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::super::fault::Fault;
use super::super::num;
use super::super::time::Time;
use super::super::wire::xml::escape;
use super::super::world::World;
use super::{Bucket, Object};

/// What AWS leaves as it is when keys are listed with `encoding-type=url`.
const URL: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.').remove(b'*');
/// Objects without contents are made of zeros, up to this size.
const MOST_ZEROS: i64 = 64 * 1024 * 1024;
const NAMESPACE: &str = "http://s3.amazonaws.com/doc/2006-03-01/";

/// An S3 request, taken apart.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) method: String,
    pub(crate) bucket: String,
    pub(crate) key: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) range: Option<String>,
}

/// What S3 answers.
#[derive(Debug, Default)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Bytes,
}

impl Asked {
    fn has(&self, name: &str) -> bool {
        self.query.iter().any(|(key, _)| key == name)
    }
    fn get(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
    /// The name of the operation that it asks for; nothing when this account does not know it.
    pub(crate) fn operation(&self) -> Option<&'static str> {
        let sub = [
            "location",
            "versioning",
            "versions",
            "replication",
            "acl",
            "policy",
            "lifecycle",
            "encryption",
            "tagging",
            "uploads",
            "notification",
        ];
        let asked = sub.iter().find(|name| self.has(name)).copied();
        match (self.method.as_str(), self.bucket.is_empty(), self.key.is_empty(), asked) {
            ("GET", true, _, None) => Some("ListBuckets"),
            ("HEAD", false, true, None) => Some("HeadBucket"),
            ("GET", false, true, Some("location")) => Some("GetBucketLocation"),
            ("GET", false, true, Some("versioning")) => Some("GetBucketVersioning"),
            ("GET", false, true, Some("versions")) => Some("ListObjectVersions"),
            ("GET", false, true, None) => Some("ListObjectsV2"),
            ("HEAD", false, false, None) => Some("HeadObject"),
            ("GET", false, false, None) => Some("GetObject"),
            _ => None,
        }
    }
}

/// Answers a request; a fault becomes an XML error elsewhere.
pub(crate) fn answer(world: &World, asked: &Asked) -> Result<Reply, Fault> {
    let Some(operation) = asked.operation() else {
        return Err(
            Fault::new("MethodNotAllowed", "The specified method is not allowed against this resource.").status(405)
        );
    };
    if operation == "ListBuckets" {
        return Ok(list_buckets(world, asked));
    }
    let Some(bucket) = world.buckets.get(&asked.bucket) else {
        return Err(Fault::new("NoSuchBucket", "The specified bucket does not exist").status(404));
    };
    let region = ("x-amz-bucket-region", world.home.region.clone());
    match operation {
        "HeadBucket" => Ok(Reply { status: 200, headers: vec![region], body: Bytes::new() }),
        "GetBucketLocation" => {
            let place = if world.home.region == "us-east-1" { "" } else { world.home.region.as_str() };
            Ok(xml(&format!("<LocationConstraint xmlns=\"{NAMESPACE}\">{place}</LocationConstraint>")))
        }
        "GetBucketVersioning" => {
            let status = bucket.versioning.as_ref().map(|s| format!("<Status>{s}</Status>")).unwrap_or_default();
            Ok(xml(&format!("<VersioningConfiguration xmlns=\"{NAMESPACE}\">{status}</VersioningConfiguration>")))
        }
        "ListObjectsV2" => list_objects(bucket, asked),
        "ListObjectVersions" => list_versions(bucket, asked),
        _ => object(bucket, asked, operation == "HeadObject"),
    }
}

fn xml(body: &str) -> Reply {
    let body = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{body}");
    Reply { status: 200, headers: vec![("content-type", "application/xml".to_owned())], body: body.into() }
}

fn list_buckets(world: &World, asked: &Asked) -> Reply {
    let prefix = asked.get("prefix").unwrap_or("");
    let most: usize = asked.get("max-buckets").and_then(|n| n.parse().ok()).unwrap_or(10_000);
    let after = asked.get("continuation-token").unwrap_or("");
    let mut found = world.buckets.iter().filter(|(name, _)| name.starts_with(prefix) && name.as_str() > after);
    let mut out = format!("<ListAllMyBucketsResult xmlns=\"{NAMESPACE}\"><Buckets>");
    let mut last = "";
    for (name, bucket) in found.by_ref().take(most) {
        let _ = write!(
            out,
            "<Bucket><Name>{}</Name><CreationDate>{}</CreationDate></Bucket>",
            escape(name),
            bucket.created.iso()
        );
        last = name;
    }
    out.push_str("</Buckets>");
    if found.next().is_some() {
        let _ = write!(out, "<ContinuationToken>{}</ContinuationToken>", escape(last));
    }
    let owner = num::hex(num::hash(&world.home.account), 64);
    let _ = write!(out, "<Owner><ID>{owner}</ID></Owner></ListAllMyBucketsResult>");
    xml(&out)
}

/// The page size of a listing.
fn most(asked: &Asked) -> Result<usize, Fault> {
    let Some(text) = asked.get("max-keys") else { return Ok(1000) };
    let wrong = || Fault::new("InvalidArgument", "Provided max-keys not an integer or within integer range");
    let wanted: i64 = text.parse().map_err(|_| wrong())?;
    usize::try_from(wanted).map(|n| n.min(1000)).map_err(|_| wrong())
}

fn list_objects(bucket: &Bucket, asked: &Asked) -> Result<Reply, Fault> {
    let most = most(asked)?;
    let v2 = asked.get("list-type") == Some("2");
    let encode = asked.get("encoding-type") == Some("url");
    let shown = |text: &str| if encode { utf8_percent_encode(text, URL).to_string() } else { escape(text) };
    let (prefix, delimiter) = (asked.get("prefix").unwrap_or(""), asked.get("delimiter").filter(|d| !d.is_empty()));
    let after = match asked.get("continuation-token") {
        Some(token) => token
            .strip_prefix("1~")
            .ok_or_else(|| Fault::new("InvalidArgument", "The continuation token provided is incorrect"))?,
        None => asked.get("start-after").or_else(|| asked.get("marker")).unwrap_or(""),
    };
    let (mut contents, mut groups, mut count, mut last, mut more) =
        (String::new(), Vec::<String>::new(), 0, String::new(), false);
    for (key, object) in bucket.objects.range(prefix.to_owned()..).take_while(|(key, _)| key.starts_with(prefix)) {
        let tail = key.strip_prefix(prefix).unwrap_or("");
        let group = delimiter.and_then(|d| tail.split_once(d).map(|(head, _)| format!("{prefix}{head}{d}")));
        let seen = group.as_ref().unwrap_or(key);
        if key.as_str() <= after || seen.as_str() <= after || groups.last() == Some(seen) {
            continue;
        }
        if count >= most {
            more = true;
            break;
        }
        count += 1;
        last.clone_from(seen);
        match group {
            Some(group) => groups.push(group),
            None => contents.push_str(&row(&shown(key), object)),
        }
    }
    let mut out = format!(
        "<ListBucketResult xmlns=\"{NAMESPACE}\"><Name>{}</Name><Prefix>{}</Prefix>",
        escape(&asked.bucket),
        shown(prefix)
    );
    let _ = write!(out, "<MaxKeys>{most}</MaxKeys><IsTruncated>{more}</IsTruncated>");
    if v2 {
        let _ = write!(out, "<KeyCount>{count}</KeyCount>");
    }
    if encode {
        out.push_str("<EncodingType>url</EncodingType>");
    }
    if let Some(delimiter) = delimiter {
        let _ = write!(out, "<Delimiter>{}</Delimiter>", shown(delimiter));
    }
    if more && v2 {
        let _ = write!(out, "<NextContinuationToken>1~{}</NextContinuationToken>", escape(&last));
    }
    out.push_str(&contents);
    for group in groups {
        let _ = write!(out, "<CommonPrefixes><Prefix>{}</Prefix></CommonPrefixes>", shown(&group));
    }
    out.push_str("</ListBucketResult>");
    Ok(xml(&out))
}

fn row(key: &str, object: &Object) -> String {
    format!(
        "<Contents><Key>{key}</Key><LastModified>{}</LastModified><ETag>&quot;{}&quot;</ETag><Size>{}</Size><StorageClass>STANDARD</StorageClass></Contents>",
        object.modified.iso(),
        object.etag,
        object.size
    )
}

fn list_versions(bucket: &Bucket, asked: &Asked) -> Result<Reply, Fault> {
    let (most, prefix) = (most(asked)?, asked.get("prefix").unwrap_or(""));
    let after = asked.get("key-marker").unwrap_or("");
    let mut found = bucket.objects.iter().filter(|(key, _)| key.starts_with(prefix) && key.as_str() > after);
    let (mut rows, mut last) = (String::new(), "");
    for (key, object) in found.by_ref().take(most) {
        let _ = write!(
            rows,
            "<Version><Key>{}</Key><VersionId>{}</VersionId><IsLatest>true</IsLatest><LastModified>{}</LastModified><ETag>&quot;{}&quot;</ETag><Size>{}</Size><StorageClass>STANDARD</StorageClass></Version>",
            escape(key),
            object.version,
            object.modified.iso(),
            object.etag,
            object.size
        );
        last = key;
    }
    let more = found.next().is_some();
    let mut out = format!(
        "<ListVersionsResult xmlns=\"{NAMESPACE}\"><Name>{}</Name><Prefix>{}</Prefix>",
        escape(&asked.bucket),
        escape(prefix)
    );
    let _ = write!(out, "<MaxKeys>{most}</MaxKeys><IsTruncated>{more}</IsTruncated>");
    if more {
        let _ = write!(out, "<NextKeyMarker>{}</NextKeyMarker>", escape(last));
    }
    let _ = write!(out, "{rows}</ListVersionsResult>");
    Ok(xml(&out))
}

fn object(bucket: &Bucket, asked: &Asked, head: bool) -> Result<Reply, Fault> {
    let Some(object) = bucket.objects.get(&asked.key) else {
        return Err(Fault::new("NoSuchKey", "The specified key does not exist.").status(404));
    };
    if asked.get("versionId").is_some_and(|wanted| wanted != object.version) {
        return Err(Fault::new("NoSuchVersion", "The specified version does not exist.").status(404));
    }
    let mut headers = vec![
        ("last-modified", http_date(object.modified)),
        ("etag", format!("\"{}\"", object.etag)),
        ("accept-ranges", "bytes".to_owned()),
        (
            "content-type",
            if asked.key.rsplit('.').next() == Some("json") { "application/json" } else { "binary/octet-stream" }
                .to_owned(),
        ),
        ("x-amz-server-side-encryption", "AES256".to_owned()),
    ];
    if bucket.versioning.is_some() {
        headers.push(("x-amz-version-id", object.version.clone()));
    }
    let (from, to, status) = match asked.range.as_deref().and_then(|text| range(text, object.size)) {
        Some((from, to)) => {
            headers.push(("content-range", format!("bytes {from}-{}/{}", to - 1, object.size)));
            (from, to, 206)
        }
        None => (0, object.size, 200),
    };
    headers.push(("content-length", (to - from).to_string()));
    let body = if head { Bytes::new() } else { contents(object, from, to)? };
    Ok(Reply { status, headers, body })
}

fn contents(object: &Object, from: i64, to: i64) -> Result<Bytes, Fault> {
    let place = |at: i64| usize::try_from(at).unwrap_or(0);
    if let Some(body) = &object.body {
        return Ok(Bytes::copy_from_slice(body.as_bytes().get(place(from)..place(to)).unwrap_or_default()));
    }
    if to - from > MOST_ZEROS {
        return Err(Fault::new("SlowDown", "Please reduce your request rate.").status(503));
    }
    Ok(Bytes::from(vec![0; place(to - from)]))
}

/// The bytes that a `Range` header asks for; nothing when it is not one that can be served.
fn range(text: &str, size: i64) -> Option<(i64, i64)> {
    let (from, to) = text.strip_prefix("bytes=")?.split_once('-')?;
    let (from, to) = match (from.parse::<i64>(), to.parse::<i64>()) {
        (Ok(from), Ok(to)) => (from, to.saturating_add(1).min(size)),
        (Ok(from), Err(_)) => (from, size),
        (Err(_), Ok(last)) => ((size - last).max(0), size),
        (Err(_), Err(_)) => return None,
    };
    (from < to).then_some((from, to))
}

/// An instant as HTTP headers write it.
pub(crate) fn http_date(at: Time) -> String {
    at.format("%a, %d %b %Y %H:%M:%S GMT")
}
