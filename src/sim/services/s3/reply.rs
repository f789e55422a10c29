//! Requests to S3, and their answers. The method, path and query determine the operation.

use bytes::Bytes;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::state::{Bucket, Object, State};
use crate::sim::prelude::{Account, ServiceError, Time, Value, num, tree};
use crate::sim::wire::xml;

/// The characters that AWS does not encode when keys are listed with `encoding-type=url`.
const URL: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.').remove(b'*');
/// The largest object without contents that is read as zeros.
const MOST_ZEROS: i64 = 64 * 1024 * 1024;
const NAMESPACE: &str = "http://s3.amazonaws.com/doc/2006-03-01/";

/// A parsed S3 request.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) bucket: String,
    pub(crate) key: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) range: Option<String>,
}

/// An answer of S3.
#[derive(Debug, Default)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Bytes,
}

impl Request {
    fn has(&self, name: &str) -> bool {
        self.query.iter().any(|(key, _)| key == name)
    }
    fn get(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
    /// Returns the operation of the request; `None` if this account does not know it.
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
        let wanted = sub.iter().find(|name| self.has(name)).copied();
        match (self.method.as_str(), self.bucket.is_empty(), self.key.is_empty(), wanted) {
            ("GET", true, _, None) => Some("ListBuckets"),
            ("HEAD", false, true, None) => Some("HeadBucket"),
            ("GET", false, true, Some("location")) => Some("GetBucketLocation"),
            ("GET", false, true, Some("versioning")) => Some("GetBucketVersioning"),
            ("GET", false, true, Some("replication")) => Some("GetBucketReplication"),
            ("GET", false, true, Some("encryption")) => Some("GetBucketEncryption"),
            ("GET", false, true, Some("versions")) => Some("ListObjectVersions"),
            ("GET", false, true, None) => Some("ListObjectsV2"),
            ("HEAD", false, false, None) => Some("HeadObject"),
            ("GET", false, false, None) => Some("GetObject"),
            _ => None,
        }
    }
}

/// Answers a request.
pub(crate) fn answer(state: &State, account: &Account, request: &Request) -> Result<Reply, ServiceError> {
    let Some(operation) = request.operation() else {
        return Err(ServiceError::new(
            "MethodNotAllowed",
            "The specified method is not allowed against this resource.",
        )
        .status(405));
    };
    if operation == "ListBuckets" {
        return Ok(list_buckets(state, account, request));
    }
    let Some(bucket) = state.buckets.get(&request.bucket) else {
        return Err(ServiceError::new("NoSuchBucket", "The specified bucket does not exist").status(404));
    };
    let region = ("x-amz-bucket-region", account.region.clone());
    match operation {
        "HeadBucket" => Ok(Reply { status: 200, headers: vec![region], body: Bytes::new() }),
        "GetBucketLocation" => {
            let place = if account.region == "us-east-1" { "" } else { account.region.as_str() };
            Ok(xml("LocationConstraint", &Value::from(place)))
        }
        "GetBucketVersioning" => Ok(xml("VersioningConfiguration", &tree! { "Status": bucket.versioning.as_deref() })),
        "GetBucketReplication" => replication(bucket, account),
        "GetBucketEncryption" => Ok(encryption(bucket)),
        "ListObjectsV2" => list_objects(bucket, request),
        "ListObjectVersions" => list_versions(bucket, request),
        _ => object(bucket, request, operation == "HeadObject"),
    }
}

fn xml(root: &str, value: &Value) -> Reply {
    let mut content = value.as_text().map(xml::escape).unwrap_or_default();
    for (key, member) in value.members() {
        xml::flat_element(&mut content, key, member);
    }
    let declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
    let body = format!("{declaration}\n<{root} xmlns=\"{NAMESPACE}\">{content}</{root}>");
    Reply { status: 200, headers: vec![("content-type", "application/xml".to_owned())], body: body.into() }
}

fn replication(bucket: &Bucket, account: &Account) -> Result<Reply, ServiceError> {
    let Some(copy) = &bucket.copy else {
        let message = "The replication configuration was not found";
        return Err(ServiceError::new("ReplicationConfigurationNotFoundError", message).status(404));
    };
    let rule = tree! {
        "ID": "copy-all", "Priority": 1, "Status": "Enabled", "Filter": tree! { "Prefix": "" },
        "DeleteMarkerReplication": tree! { "Status": "Disabled" },
        "Destination": tree! { "Bucket": format!("arn:aws:s3:::{copy}") },
    };
    Ok(xml("ReplicationConfiguration", &tree! { "Role": account.role("replication"), "Rule": vec![rule] }))
}

fn encryption(bucket: &Bucket) -> Reply {
    let algorithm = if bucket.key.is_some() { "aws:kms" } else { "AES256" };
    let default = tree! { "SSEAlgorithm": algorithm, "KMSMasterKeyID": bucket.key.as_deref() };
    let rule = tree! { "ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": bucket.key.is_some() };
    xml("ServerSideEncryptionConfiguration", &tree! { "Rule": vec![rule] })
}

fn list_buckets(state: &State, account: &Account, request: &Request) -> Reply {
    let prefix = request.get("prefix").unwrap_or("");
    let most: usize = request.get("max-buckets").and_then(|n| n.parse().ok()).unwrap_or(10_000);
    let after = request.get("continuation-token").unwrap_or("");
    let mut found = state.buckets.iter().filter(|(name, _)| name.starts_with(prefix) && name.as_str() > after);
    let page: Vec<_> = found.by_ref().take(most).collect();
    let last = page.last().map_or("", |(name, _)| name.as_str());
    let rows = page.iter().map(|(name, bucket)| tree! { "Name": *name, "CreationDate": bucket.created });
    xml(
        "ListAllMyBucketsResult",
        &tree! {
            "Buckets": tree! { "Bucket": rows.collect::<Vec<_>>() },
            "ContinuationToken": found.next().map(|_| last),
            "Owner": tree! { "ID": num::hex(num::hash(&account.id), 64) },
        },
    )
}

/// Returns the page size of a listing.
fn page_size(request: &Request) -> Result<usize, ServiceError> {
    let Some(text) = request.get("max-keys") else { return Ok(1000) };
    let wrong = || ServiceError::new("InvalidArgument", "Provided max-keys not an integer or within integer range");
    let wanted: i64 = text.parse().map_err(|_| wrong())?;
    usize::try_from(wanted).map(|n| n.min(1000)).map_err(|_| wrong())
}

fn list_objects(bucket: &Bucket, request: &Request) -> Result<Reply, ServiceError> {
    let most = page_size(request)?;
    let v2 = request.get("list-type") == Some("2");
    let encode = request.get("encoding-type") == Some("url");
    let text = |text: &str| if encode { utf8_percent_encode(text, URL).to_string() } else { text.to_owned() };
    let (prefix, delimiter) = (request.get("prefix").unwrap_or(""), request.get("delimiter").filter(|d| !d.is_empty()));
    let after = match request.get("continuation-token") {
        Some(token) => token
            .strip_prefix("1~")
            .ok_or_else(|| ServiceError::new("InvalidArgument", "The continuation token provided is incorrect"))?,
        None => request.get("start-after").or_else(|| request.get("marker")).unwrap_or(""),
    };
    let (mut contents, mut groups, mut count, mut last, mut more) = (Vec::new(), Vec::new(), 0, String::new(), false);
    for (key, object) in bucket.objects.range(prefix.to_owned()..).take_while(|(key, _)| key.starts_with(prefix)) {
        let tail = key.strip_prefix(prefix).unwrap_or("");
        let group = delimiter.and_then(|d| tail.split_once(d).map(|(head, _)| format!("{prefix}{head}{d}")));
        let listed = group.as_ref().unwrap_or(key);
        if key.as_str() <= after || listed.as_str() <= after || groups.last() == Some(listed) {
            continue;
        }
        if count >= most {
            more = true;
            break;
        }
        count += 1;
        last.clone_from(listed);
        match group {
            Some(group) => groups.push(group),
            None => contents.push(tree! { "Key": text(key) }.merged(&described(object))),
        }
    }
    let groups = groups.iter().map(|group| tree! { "Prefix": text(group) });
    Ok(xml(
        "ListBucketResult",
        &tree! {
            "Name": &request.bucket,
            "Prefix": text(prefix),
            "MaxKeys": num::count(most),
            "IsTruncated": more,
            "KeyCount": v2.then_some(count).map(num::count),
            "EncodingType": encode.then_some("url"),
            "Delimiter": delimiter.map(text),
            "NextContinuationToken": (more && v2).then(|| format!("1~{last}")),
            "Contents": contents,
            "CommonPrefixes": groups.collect::<Vec<_>>(),
        },
    ))
}

/// Returns the members of an object in lists.
fn described(object: &Object) -> Value {
    tree! {
        "LastModified": object.modified,
        "ETag": format!("\"{}\"", object.etag),
        "Size": object.size,
        "StorageClass": "STANDARD",
    }
}

fn list_versions(bucket: &Bucket, request: &Request) -> Result<Reply, ServiceError> {
    let (most, prefix) = (page_size(request)?, request.get("prefix").unwrap_or(""));
    let after = request.get("key-marker").unwrap_or("");
    let mut found = bucket.objects.iter().filter(|(key, _)| key.starts_with(prefix) && key.as_str() > after);
    let page: Vec<_> = found.by_ref().take(most).collect();
    let last = page.last().map_or("", |(key, _)| key.as_str());
    let more = found.next().is_some();
    let rows = page.iter().map(|(key, object)| {
        tree! { "Key": *key, "VersionId": &object.version, "IsLatest": true }.merged(&described(object))
    });
    Ok(xml(
        "ListVersionsResult",
        &tree! {
            "Name": &request.bucket,
            "Prefix": prefix,
            "MaxKeys": num::count(most),
            "IsTruncated": more,
            "NextKeyMarker": more.then_some(last),
            "Version": rows.collect::<Vec<_>>(),
        },
    ))
}

fn object(bucket: &Bucket, request: &Request, head: bool) -> Result<Reply, ServiceError> {
    let Some(object) = bucket.objects.get(&request.key) else {
        return Err(ServiceError::new("NoSuchKey", "The specified key does not exist.").status(404));
    };
    if request.get("versionId").is_some_and(|wanted| wanted != object.version) {
        return Err(ServiceError::new("NoSuchVersion", "The specified version does not exist.").status(404));
    }
    let mut headers = vec![
        ("last-modified", http_date(object.modified)),
        ("etag", format!("\"{}\"", object.etag)),
        ("accept-ranges", "bytes".to_owned()),
        (
            "content-type",
            if request.key.rsplit('.').next() == Some("json") { "application/json" } else { "binary/octet-stream" }
                .to_owned(),
        ),
        ("x-amz-server-side-encryption", "AES256".to_owned()),
    ];
    if bucket.versioning.is_some() {
        headers.push(("x-amz-version-id", object.version.clone()));
    }
    let (from, to, status) = match request.range.as_deref().and_then(|text| range(text, object.size)) {
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

fn contents(object: &Object, from: i64, to: i64) -> Result<Bytes, ServiceError> {
    let place = |at: i64| usize::try_from(at).unwrap_or(0);
    if let Some(body) = &object.body {
        return Ok(Bytes::copy_from_slice(body.as_bytes().get(place(from)..place(to)).unwrap_or_default()));
    }
    if to - from > MOST_ZEROS {
        return Err(ServiceError::new("SlowDown", "Please reduce your request rate.").status(503));
    }
    Ok(Bytes::from(vec![0; place(to - from)]))
}

/// Returns the bytes of a `Range` header; `None` if the range is invalid.
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

/// Formats an instant for HTTP headers.
pub(crate) fn http_date(at: Time) -> String {
    at.format("%a, %d %b %Y %H:%M:%S GMT")
}
