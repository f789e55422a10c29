//! Locations such as `s3://bucket/prefix`, also with the ARN of an access point in place of the bucket.

use crate::aws::{Arn, Aws};

/// Splits `s3://bucket/prefix` into bucket and prefix. The ARN of an access point counts as the bucket.
#[must_use]
pub(crate) fn split(uri: &str) -> Option<(&str, &str)> {
    let rest = uri.strip_prefix("s3://")?;
    let slash = rest.match_indices('/').nth(slashes(rest)).map(|(place, _)| place);
    let (bucket, prefix) = slash.and_then(|place| rest.split_at_checked(place)).unwrap_or((rest, ""));
    Some((bucket, prefix.strip_prefix('/').unwrap_or(prefix)))
}

/// Counts the slashes that belong to the bucket: `arn:…:accesspoint/name`, `arn:…:outpost/id/accesspoint/name`.
fn slashes(rest: &str) -> usize {
    let resource = if rest.starts_with("arn:") { rest.splitn(6, ':').nth(5) } else { None };
    match resource.and_then(|resource| resource.split(['/', ':']).next()) {
        Some("accesspoint") if resource.is_some_and(|r| r.starts_with("accesspoint/")) => 1,
        Some("outpost") => 3,
        _ => 0,
    }
}

/// Returns whether it is the ARN of an access point.
pub(super) fn is_access_point(bucket: &str) -> bool {
    bucket.starts_with("arn:")
}

/// Says why this location cannot be read at all, as a phrase that follows it; `None` where AWS has to say.
pub(super) fn impossible(aws: &Aws, uri: &str) -> Option<String> {
    let Some((bucket, _)) = split(uri) else { return Some("not an S3 URI".to_owned()) };
    if bucket.is_empty() {
        return Some("names no bucket".to_owned());
    }
    if !is_access_point(bucket) {
        return None;
    }
    // Its region is empty: https://docs.aws.amazon.com/AmazonS3/latest/userguide/MultiRegionAccessPoints.html
    if Arn::parse(bucket).is_none_or(|arn| arn.region.is_empty()) {
        let why = "a multi-region access point asks for signatures of another kind (SigV4A) than sagetop makes";
        return Some(format!("{why}; name one of its buckets"));
    }
    let url = aws.endpoint.as_deref()?;
    Some(format!("an access point has an address at AWS only, not at the endpoint URL {url}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_location_is_a_bucket_and_a_prefix() {
        let point = "arn:aws:s3:eu-west-1:123456789012:accesspoint/lake-ap";
        let colon = "arn:aws:s3:eu-west-1:123456789012:accesspoint:lake-ap";
        let outpost = "arn:aws:s3-outposts:eu-west-1:123456789012:outpost/op-1/accesspoint/lake-ap";
        for (uri, request) in [
            ("s3://lake/sales/dt=1/".to_owned(), Some(("lake", "sales/dt=1/"))),
            ("s3://lake".to_owned(), Some(("lake", ""))),
            ("s3://lake//raw data/".to_owned(), Some(("lake", "/raw data/"))),
            ("s3:///x".to_owned(), Some(("", "x"))),
            (format!("s3://{point}/sales/x"), Some((point, "sales/x"))),
            (format!("s3://{point}"), Some((point, ""))),
            (format!("s3://{colon}/sales/"), Some((colon, "sales/"))),
            (format!("s3://{outpost}/sales/"), Some((outpost, "sales/"))),
            ("https://lake".to_owned(), None),
        ] {
            assert_eq!(split(&uri), request, "{uri}");
        }
    }
}
