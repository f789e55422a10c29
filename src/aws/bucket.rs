//! S3 buckets: each is called in its own region.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_config::Region;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::{Arn, Aws, AwsError, failed};

/// The error codes of S3 for a bucket in another region.
const ELSEWHERE: [&str; 4] =
    ["PermanentRedirect", "TemporaryRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException"];

/// The known regions of buckets that are not in the account's region.
#[derive(Debug, Clone, Default)]
pub(super) struct Regions(Arc<Mutex<BTreeMap<String, String>>>);

impl Regions {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Aws {
    /// Calls S3 about a bucket, or about an access point by its ARN. If S3 says that the bucket is in another region,
    /// the call is repeated there, and all later calls go there too. With an endpoint URL, only the region in the
    /// signature changes.
    ///
    /// # Errors
    /// The error of the call; it names the region if that is not the account's.
    pub(crate) async fn ask_bucket<T, E, Fut>(
        &self,
        bucket: &str,
        ask: impl Fn(aws_sdk_s3::Client) -> Fut,
    ) -> Result<T, AwsError>
    where
        E: std::error::Error + ProvideErrorMetadata + 'static,
        Fut: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    {
        let known = self.regions.lock().get(bucket).cloned().or_else(|| region_of_arn(bucket).map(str::to_owned));
        let error = match ask(self.s3_in(known.as_deref())).await {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        let there = match known_region(&error) {
            None if is_elsewhere(&error) => self.head_bucket(bucket).await,
            told => told,
        };
        let asked = known.as_deref().unwrap_or(&self.region).to_owned();
        let Some(there) = there.filter(|there| is_elsewhere(&error) && *there != asked) else {
            return Err(add_region(failed(error), &asked, &self.region));
        };
        let answer = ask(self.s3_in(Some(&there))).await;
        self.regions.lock().insert(bucket.to_owned(), there.clone());
        answer.map_err(|error| add_region(failed(error), &there, &self.region))
    }

    /// Returns the client for a region; without a region, the client of the account.
    fn s3_in(&self, region: Option<&str>) -> aws_sdk_s3::Client {
        match region.filter(|region| *region != self.region) {
            None => self.s3.clone(),
            Some(region) => {
                let config = self.s3.config().to_builder().region(Region::new(region.to_owned()));
                aws_sdk_s3::Client::from_conf(config.build())
            }
        }
    }

    /// Returns the region of a bucket from the header that S3 sends even when it denies access.
    async fn head_bucket(&self, bucket: &str) -> Option<String> {
        match self.s3.head_bucket().bucket(bucket).send().await {
            Ok(answer) => answer.bucket_region.filter(|region| is_region(region)),
            Err(error) => known_region(&error),
        }
    }
}

/// Adds the region of the bucket to an error, if it is not the account's.
fn add_region(error: AwsError, region: &str, own: &str) -> AwsError {
    if region == own {
        return error;
    }
    AwsError { message: format!("the bucket is in {region}: {}", error.message), ..error }
}

fn is_elsewhere<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> bool {
    let status = error.raw_response().map(|answer| answer.status().as_u16());
    let code = error.as_service_error().and_then(ProvideErrorMetadata::code);
    matches!(status, Some(301 | 307)) || code.is_some_and(|code| ELSEWHERE.contains(&code))
}

/// Returns the region that an answer names: in a header, in an element of the error, or in its message.
fn known_region<E>(error: &SdkError<E, HttpResponse>) -> Option<String> {
    let answer = error.raw_response()?;
    let header = answer.headers().get("x-amz-bucket-region");
    let body = std::str::from_utf8(answer.body().bytes().unwrap_or_default()).unwrap_or_default();
    let between = |start: &str, end: &str| Some(body.split_once(start)?.1.split_once(end)?.0);
    let region = header.or_else(|| between("<Region>", "</Region>")).or_else(|| between("expecting '", "'"));
    region.filter(|region| is_region(region)).map(str::to_owned)
}

/// Returns the region in the ARN of an access point, as `eu-west-1` in
/// `arn:aws:s3:eu-west-1:123456789012:accesspoint/lake`.
fn region_of_arn(bucket: &str) -> Option<&str> {
    let region = Arn::parse(bucket)?.region;
    is_region(region).then_some(region)
}

/// Returns whether this is the name of a region. The text comes from an answer and becomes part of a host name.
fn is_region(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    (4..=32).contains(&text.len()) && text.chars().all(plain) && text.contains('-')
}

#[cfg(test)]
mod tests {
    use aws_sdk_s3::operation::list_objects_v2::ListObjectsV2Error;
    use aws_smithy_types::body::SdkBody;
    use aws_smithy_types::error::ErrorMetadata;

    use super::*;

    fn answer(status: u16, header: Option<&str>, code: &str, body: &str) -> SdkError<ListObjectsV2Error, HttpResponse> {
        let mut raw = HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body.to_owned()));
        if let Some(region) = header {
            raw.headers_mut().insert("x-amz-bucket-region", region.to_owned());
        }
        SdkError::service_error(ListObjectsV2Error::generic(ErrorMetadata::builder().code(code).build()), raw)
    }

    #[test]
    fn the_region_of_a_bucket_is_read_from_whatever_tells_it() {
        let element = "<Error><Code>AuthorizationHeaderMalformed</Code><Region>us-west-2</Region></Error>";
        let message = "<Message>the region 'eu-west-1' is wrong; expecting 'us-west-2'</Message>";
        let cases = [
            (301, Some("us-west-2"), "PermanentRedirect", "", true, Some("us-west-2")),
            (307, Some("us-west-2"), "TemporaryRedirect", "", true, Some("us-west-2")),
            (400, None, "AuthorizationHeaderMalformed", element, true, Some("us-west-2")),
            (400, None, "AuthorizationHeaderMalformed", message, true, Some("us-west-2")),
            (301, None, "PermanentRedirect", "<Endpoint>x</Endpoint>", true, None),
            (301, Some("evil.example/"), "PermanentRedirect", "", true, None),
            (403, Some("us-west-2"), "AccessDenied", "", false, Some("us-west-2")),
        ];
        for (status, header, code, body, elsewhere, region) in cases {
            let error = answer(status, header, code, body);
            assert_eq!(is_elsewhere(&error), elsewhere, "{status} {code}");
            assert_eq!(known_region(&error).as_deref(), region, "{status} {code} {body}");
        }
    }

    #[test]
    fn an_access_point_is_asked_in_the_region_of_its_arn() {
        assert_eq!(region_of_arn("arn:aws:s3:eu-west-1:123456789012:accesspoint/lake"), Some("eu-west-1"));
        assert_eq!(region_of_arn("arn:aws:s3::123456789012:accesspoint/m.mrap"), None);
        assert_eq!(region_of_arn("lake"), None);
    }
}
