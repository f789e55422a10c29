//! What a request asks, without anything that is secret or that differs from one time to the next.
//!
//! Of a request's headers nothing is kept but the name of the service in the signature's scope.

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::cbor::Tree;
use crate::redact;

/// The only calls whose replies are recorded: reads of services whose replies are known to hold no credentials, by
/// signing name and by the beginning of the operation.
const KEPT: &[(&str, &[&str])] = &[
    ("sagemaker", &["BatchDescribe", "Describe", "List", "QueryLineage", "Search"]),
    ("monitoring", &["Describe", "Get", "List"]),
    ("s3", &["GET", "HEAD"]),
    ("sns", &["GetTopicAttributes", "List"]),
    ("sts", &["GetCallerIdentity"]),
];

/// Members of a request that are different each time without asking for anything else.
const VOLATILE: &[&str] =
    &["ClientRequestToken", "ClientToken", "IdempotencyToken", "StartTime", "EndTime", "StartDate", "EndDate"];

/// How requests and replies of a service are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wire {
    Json,
    Cbor,
    Query,
    Rest,
}

/// A request, as it is known on a tape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Asked {
    /// Signing name: `sagemaker`, `monitoring`, `s3`, ….
    pub(super) service: String,
    /// API name; of S3 the method.
    pub(super) operation: String,
    /// How it is written.
    pub(super) wire: Wire,
    /// What is asked, always in the same words.
    pub(super) key: String,
    /// The token of the page that is asked for.
    pub(super) page: Option<String>,
    /// Is it the content of an S3 object?
    pub(super) object: bool,
    /// The second up to which metrics are asked for.
    pub(super) until: Option<i64>,
}

impl Asked {
    /// Reads a request; `None` when it is none of AWS's.
    pub(super) fn of(request: &HttpRequest) -> Option<Self> {
        let header = |name: &str| request.headers().get(name).unwrap_or_default();
        let service = service(header("authorization"))?.to_owned();
        let body = request.body().bytes().unwrap_or_default();
        let uri: http::Uri = request.uri().parse().ok()?;
        let asked = |wire, operation: &str, key: &str, page| Self {
            service: service.clone(),
            operation: operation.to_owned(),
            wire,
            key: redact::text(key).into_owned(),
            page,
            object: false,
            until: None,
        };
        if let Some((_, operation)) = header("x-amz-target").rsplit_once('.') {
            let (key, page) = members(serde_json::from_slice(body).unwrap_or_default());
            return Some(asked(Wire::Json, operation, &key, page));
        }
        if let Some((_, operation)) = uri.path().rsplit_once("/operation/") {
            let tree = Tree::read(body)?;
            let until = tree.get("EndTime").and_then(Tree::second);
            let (key, page) = members(tree.to_json());
            return Some(Self { until, ..asked(Wire::Cbor, operation, &key, page) });
        }
        if service == "s3" {
            let (key, page, object) = s3(request.method(), &uri);
            return Some(Self { object, ..asked(Wire::Rest, request.method(), &key, page) });
        }
        let mut pairs = pairs(std::str::from_utf8(body).ok()?);
        let operation = take(&mut pairs, "Action")?;
        let page = take(&mut pairs, "NextToken");
        take(&mut pairs, "Version");
        pairs.sort();
        let key: Vec<String> = pairs.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
        Some(asked(Wire::Query, &operation, &key.join("&"), page))
    }

    /// May its reply be kept at all?
    pub(super) fn kept(&self) -> bool {
        let known = KEPT.iter().find(|(service, _)| *service == self.service);
        known.is_some_and(|(_, starts)| starts.iter().any(|start| self.operation.starts_with(start)))
    }

    /// The request without its page.
    pub(super) fn shelf(&self, scope: &str) -> String {
        format!("{scope} {} {} {}", self.service, self.operation, self.key)
    }

    /// Versions are answered one by one.
    pub(super) fn batch(&self) -> bool {
        self.service == "sagemaker" && self.operation == "BatchDescribeModelPackage"
    }

    /// Metrics are answered one by one.
    pub(super) fn metrics(&self) -> bool {
        self.service == "monitoring" && self.operation == "GetMetricData" && self.wire == Wire::Cbor
    }
}

/// The service in the signature's scope: `…/region/service/aws4_request`.
fn service(authorization: &str) -> Option<&str> {
    authorization.split_once("Credential=")?.1.split(',').next()?.split('/').nth(3)
}

/// Members of a request in the order of their names, and the token of its page.
fn members(mut request: Value) -> (String, Option<String>) {
    let mut page = None;
    if let Value::Object(members) = &mut request {
        page = members.remove("NextToken").or_else(|| members.remove("nextToken"));
        members.retain(|name, _| {
            !(VOLATILE.contains(&name.as_str()) || name.ends_with("After") || name.ends_with("Before"))
        });
    }
    request.sort_all_objects();
    (request.to_string(), page.and_then(|token| token.as_str().map(str::to_owned)))
}

/// Bucket, key and query of an S3 request, however its address is written; its page; whether it is an object's content.
fn s3(method: &str, uri: &http::Uri) -> (String, Option<String>, bool) {
    let host = uri.host().unwrap_or_default();
    let named = host.split_once(".s3.").or_else(|| host.split_once(".s3-")).map(|(bucket, _)| bucket.to_owned());
    let path = uri.path().trim_start_matches('/');
    let (bucket, key) = match named {
        Some(bucket) => (bucket, decoded(path)),
        None => path.split_once('/').map_or_else(|| (decoded(path), String::new()), |(b, k)| (decoded(b), decoded(k))),
    };
    let mut query = pairs(uri.query().unwrap_or_default());
    let page = take(&mut query, "continuation-token");
    query.retain(|(name, _)| name != "x-id" && !name.to_ascii_lowercase().starts_with("x-amz-"));
    query.sort();
    let object = method == "GET" && !key.is_empty() && query.iter().all(|(name, _)| name == "versionId");
    let query: Vec<String> = query.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    (format!("{bucket}/{key}?{}", query.join("&")), page, object)
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// The pairs of a form or query string.
fn pairs(text: &str) -> Vec<(String, String)> {
    let pair = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decoded(&name.replace('+', " ")), decoded(&value.replace('+', " ")))
    };
    text.split('&').filter(|part| !part.is_empty()).map(pair).collect()
}

fn take(pairs: &mut Vec<(String, String)>, name: &str) -> Option<String> {
    let place = pairs.iter().position(|(known, _)| known == name)?;
    Some(pairs.remove(place).1)
}

#[cfg(test)]
pub(super) mod tests {
    use aws_smithy_types::body::SdkBody;

    use super::*;

    /// A signed request, with everything in it that must never be kept.
    pub(in super::super) fn request(service: &str, uri: &str, headers: &[(&str, &str)], body: &[u8]) -> HttpRequest {
        let mut request = HttpRequest::new(SdkBody::from(body.to_vec()));
        request.set_uri(uri.to_owned()).unwrap();
        let scope = format!(
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20261123/eu-west-1/{service}/aws4_request, SignedHeaders=host, Signature=0badc0de"
        );
        request.headers_mut().insert("authorization", scope);
        request.headers_mut().insert("x-amz-security-token", "IQoJb3JpZ2luS3CR3T");
        for (name, value) in headers {
            request.headers_mut().insert((*name).to_owned(), (*value).to_owned());
        }
        request
    }

    pub(in super::super) fn json(operation: &str, body: &str) -> HttpRequest {
        let target = format!("SageMaker.{operation}");
        request(
            "sagemaker",
            "https://api.sagemaker.eu-west-1.amazonaws.com/",
            &[("x-amz-target", &target)],
            body.as_bytes(),
        )
    }

    #[test]
    fn the_same_question_has_the_same_key_whenever_and_however_it_is_asked() {
        let one =
            Asked::of(&json("ListEndpoints", r#"{"SortBy":"CreationTime","MaxResults":100,"NextToken":"t"}"#)).unwrap();
        let other = Asked::of(&json(
            "ListEndpoints",
            r#"{"MaxResults":100,"CreationTimeAfter":12,"ClientRequestToken":"x","SortBy":"CreationTime"}"#,
        ))
        .unwrap();
        assert_eq!((one.key.as_str(), one.page.as_deref()), (other.key.as_str(), Some("t")));
        assert_eq!(one.shelf("eu"), r#"eu sagemaker ListEndpoints {"MaxResults":100,"SortBy":"CreationTime"}"#);

        let get = |uri: &str| Asked::of(&request("s3", uri, &[], b"")).unwrap();
        let (hosted, path) = (
            get(
                "https://lake.s3.eu-west-1.amazonaws.com/?list-type=2&prefix=a%2Fb&x-id=ListObjectsV2&X-Amz-Signature=s",
            ),
            get("http://127.0.0.1:4599/lake?prefix=a%2Fb&list-type=2&continuation-token=t"),
        );
        assert_eq!((hosted.key.as_str(), hosted.object), ("lake/?list-type=2&prefix=a/b", false));
        assert_eq!((path.key, path.page.as_deref()), (hosted.key, Some("t")));
        assert!(get("https://lake.s3.eu-west-1.amazonaws.com/a/b.json?x-id=GetObject").object);

        let form = Asked::of(&request("sns", "https://sns/", &[], b"Action=ListTopics&Version=2010-03-31&NextToken=n"));
        let form = form.unwrap();
        assert_eq!((form.shelf("eu").as_str(), form.page.as_deref()), ("eu sns ListTopics ", Some("n")));
    }

    #[test]
    fn only_reads_that_hold_no_credentials_are_kept() {
        let kept = |service: &str, operation: &str| {
            let body = format!("Action={operation}");
            Asked::of(&request(service, "https://x/", &[], body.as_bytes())).unwrap().kept()
        };
        assert!(kept("sts", "GetCallerIdentity") && kept("sns", "ListSubscriptions"));
        for (service, operation) in [
            ("sts", "AssumeRole"),
            ("sts", "AssumeRoleWithWebIdentity"),
            ("sts", "GetSessionToken"),
            ("sts", "GetFederationToken"),
            ("sns", "Publish"),
            ("sns", "GetSMSAttributes"),
            ("awsssoportal", "GetRoleCredentials"),
            ("secretsmanager", "GetSecretValue"),
            ("ecr", "GetAuthorizationToken"),
        ] {
            assert!(!kept(service, operation), "{service} {operation}");
        }
        assert!(!Asked::of(&json("CreatePresignedDomainUrl", "{}")).unwrap().kept());
        assert!(!Asked::of(&json("UpdateEndpoint", "{}")).unwrap().kept());
        // What is not signed is a question about credentials, or none of AWS's.
        let mut unsigned = json("ListEndpoints", "{}");
        unsigned.headers_mut().remove("authorization");
        assert_eq!(Asked::of(&unsigned), None);
    }

    #[test]
    fn nothing_of_the_headers_is_kept() {
        let asked = format!("{:?}", Asked::of(&json("ListEndpoints", "{}")).unwrap());
        for secret in ["AKIA", "0badc0de", "IQoJ", "Signature"] {
            assert!(!asked.contains(secret), "{asked}");
        }
    }
}
