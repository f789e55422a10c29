//! One error for every call: the operation, the kind of failure, and AWS's message.

use std::any::type_name;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::{ErrorMetadata, ProvideErrorMetadata};
use serde::{Deserialize, Serialize};

use super::credentials_failure::CredentialsFailure;
use super::http::TransportError;
use crate::redact;

/// The most bytes of a message that are kept.
const LONGEST: usize = 10_240;

/// The kind of a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ErrorKind {
    /// The identity may not make this call.
    Denied,
    /// Too many calls; the account's limit is shared.
    Throttled,
    /// Credentials are missing, expired or not accepted.
    Expired,
    /// The clock of this machine is wrong, so that AWS accepts no signature.
    Skewed,
    /// The resource does not exist.
    Gone,
    /// The resource is changing; a retry must wait until it is stable.
    Busy,
    /// Somebody else changed the resource.
    Conflict,
    /// A quota is used up.
    Quota,
    /// There was no answer, because of the network, the name resolution or a time-out.
    Unreachable,
    /// The certificate of the other side is not trusted here.
    Untrusted,
    /// This account or endpoint does not know the operation.
    Unsupported,
    /// Any other failure.
    Other,
}

impl ErrorKind {
    /// Returns one word for the screen and for `dump`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Denied => "denied",
            Self::Throttled => "throttled",
            Self::Expired => "expired",
            Self::Skewed => "skewed",
            Self::Gone => "gone",
            Self::Busy => "busy",
            Self::Conflict => "conflict",
            Self::Quota => "quota",
            Self::Unreachable => "unreachable",
            Self::Untrusted => "untrusted",
            Self::Unsupported => "unsupported",
            Self::Other => "error",
        }
    }

    /// Returns what the operator can do about the failure, as the end of a sentence.
    #[must_use]
    pub fn advice(self) -> Option<&'static str> {
        match self {
            Self::Denied => Some("ask for this IAM action, or go on without it"),
            Self::Throttled => Some("the account's API limit is shared"),
            Self::Expired => Some("log in again (for SSO: aws sso login)"),
            Self::Skewed => Some("set the clock: AWS rejects requests that are more than 5 minutes off"),
            Self::Unreachable => Some("check the network, the region and the endpoint URL"),
            Self::Untrusted => {
                Some("set AWS_CA_BUNDLE, or ca_bundle of the profile, to the certificate authority of this network")
            }
            Self::Busy => Some("wait until it is InService"),
            Self::Conflict => Some("look again: somebody else changed it"),
            Self::Quota => Some("raise the quota or free some of it"),
            Self::Gone | Self::Unsupported | Self::Other => None,
        }
    }

    /// Returns what the console does about the failure by itself. A single look does nothing.
    fn meanwhile(self) -> Option<&'static str> {
        match self {
            Self::Throttled => Some("sagetop slows down by itself"),
            Self::Expired => Some("sagetop notices it without a restart"),
            Self::Unreachable => Some("sagetop tries again by itself"),
            Self::Denied
            | Self::Skewed
            | Self::Untrusted
            | Self::Gone
            | Self::Busy
            | Self::Conflict
            | Self::Quota
            | Self::Unsupported
            | Self::Other => None,
        }
    }

    /// Returns whether every call of the account would fail like this one: no login, no network, a wrong clock.
    #[must_use]
    pub fn cut_off(self) -> bool {
        matches!(self, Self::Expired | Self::Skewed | Self::Unreachable | Self::Untrusted)
    }

    /// Returns whether other calls would fail like this one now, so that the failure says nothing about the one
    /// resource that was requested. That is so if the account is cut off, and if calls are throttled.
    #[must_use]
    pub(crate) fn is_shared(self) -> bool {
        self.cut_off() || self.passing()
    }

    /// Returns whether the same call may soon succeed.
    #[must_use]
    pub fn passing(self) -> bool {
        matches!(self, Self::Throttled | Self::Unreachable)
    }
}

/// A call that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AwsError {
    /// The API name, for example `ListEndpoints`.
    pub operation: Box<str>,
    /// The kind of the failure.
    pub kind: ErrorKind,
    /// The error code of AWS, unchanged.
    pub code: Option<String>,
    /// The message of AWS or of the connection, unchanged but for secrets, which are removed.
    pub message: String,
    /// The id of the request, for AWS support.
    pub request_id: Option<String>,
    /// Whether AWS refused the call with an HTTP status of 4xx and an error code. If it did not, a write may have
    /// happened nevertheless.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub answered_no: bool,
    /// Whether the call never left this machine: there are no credentials, it cannot be built, or nobody listens there.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub never_sent: bool,
    /// The remedy if the settings give no credentials, so that a login would not help. It is the end of a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

impl std::error::Error for AwsError {}

impl std::fmt::Display for AwsError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.operation, self.kind.word())?;
        match &self.code {
            Some(code) => write!(f, " ({code}): {}", self.message),
            None => write!(f, ": {}", self.message),
        }
    }
}

/// Converts the error of a call to an [`AwsError`]; for `map_err`.
#[expect(clippy::needless_pass_by_value, reason = "`map_err` hands it on by value")]
pub fn failed<E>(error: SdkError<E, HttpResponse>) -> AwsError
where
    E: std::error::Error + ProvideErrorMetadata + 'static,
{
    AwsError::new(operation::<E>(), &error)
}

/// Returns the API name of an operation by the type of its error. The SDK has one type for each, such as
/// `ListEndpointsError`.
fn operation<E>() -> &'static str {
    let name = type_name::<E>().rsplit("::").next().unwrap_or_default();
    name.strip_suffix("Error").unwrap_or(name)
}

impl AwsError {
    /// Returns what the operator can do about the error, as the end of a sentence.
    #[must_use]
    pub fn advice(&self) -> Option<&str> {
        self.remedy.as_deref().or(self.kind.advice())
    }

    /// Returns the advice for a console, which goes on by itself.
    #[must_use]
    pub fn watched(&self) -> Option<String> {
        let advice = self.advice()?;
        Some(self.kind.meanwhile().map_or_else(|| advice.to_owned(), |meanwhile| format!("{advice}; {meanwhile}")))
    }

    /// Creates an error of our own, for example for a reply that lacks a needed field.
    #[must_use]
    pub fn other(operation: &'static str, message: impl Into<String>) -> Self {
        let (code, request_id, remedy) = (None, None, None);
        let (answered_no, never_sent) = (false, false);
        let kind = ErrorKind::Other;
        let (operation, message) = (operation.into(), message.into());
        Self { operation, kind, code, message, request_id, answered_no, never_sent, remedy }
    }

    fn new<E>(operation: &'static str, error: &SdkError<E, HttpResponse>) -> Self
    where
        E: std::error::Error + ProvideErrorMetadata + 'static,
    {
        let code = error.code().map(str::to_owned);
        let raw = error.raw_response();
        if let Some(trouble) = TransportError::within(error) {
            return Self { kind: trouble.kind(), ..Self::other(operation, trouble.to_string()) };
        }
        let status = raw.map(|r| r.status().as_u16());
        let request_id = raw.and_then(|r| {
            ["x-amzn-requestid", "x-amz-request-id"].iter().find_map(|h| r.headers().get(h)).map(str::to_owned)
        });
        let said = match (error.message(), status) {
            (Some(message), _) => message.to_owned(),
            (None, Some(status)) => format!("HTTP {status} without an error that could be read"),
            (None, None) => root_cause(error),
        };
        let failure = if status.is_none() { CredentialsFailure::behind(error) } else { None };
        let never_sent = status.is_none() && (failure.is_some() || cannot_be_asked(error) || nobody_listens(error));
        let (kind, message, remedy) = match (failure, status) {
            (Some(failure), _) => (failure.kind, failure.why, failure.remedy),
            (None, None) if cannot_be_asked(error) => (ErrorKind::Other, said, None),
            (None, None) => (ErrorKind::Unreachable, said, None),
            (None, Some(status)) => (classify(status, code.as_deref().unwrap_or_default(), &said), said, None),
        };
        // A page without an error code comes from a machine between here and AWS.
        let answered_no = code.is_some() && status.is_some_and(|s| (400..500).contains(&s));
        let mut message = message;
        message.truncate(message.floor_char_boundary(LONGEST));
        let message = redact::text(&message).into_owned();
        let code = code.map(|code| redact::text(&code).into_owned());
        Self { operation: operation.into(), kind, code, message, request_id, answered_no, never_sent, remedy }
    }
}

/// Iterates over an error and all its causes, outermost first. It also opens the error inside an I/O error.
pub(super) fn causes<'a>(
    error: &'a (dyn std::error::Error + 'static),
) -> impl Iterator<Item = &'a (dyn std::error::Error + 'static)> {
    std::iter::successors(Some(error), |&error| match error.downcast_ref::<std::io::Error>() {
        Some(io) => io.get_ref().map(|inner| -> &(dyn std::error::Error + 'static) { inner }),
        None => error.source(),
    })
}

/// Returns the innermost cause: "connection refused" says more than "dispatch failure". For an answer of AWS, returns
/// its message.
pub(super) fn root_cause(error: &(dyn std::error::Error + 'static)) -> String {
    let cause = causes(error).last().unwrap_or(error);
    match cause.downcast_ref::<ErrorMetadata>().map(|said| (said.code(), said.message())) {
        Some((Some(code), Some(message))) => format!("{code}: {message}"),
        _ => cause.to_string(),
    }
}

/// Returns whether the request could not be built, or has no address.
fn cannot_be_asked<E>(error: &SdkError<E, HttpResponse>) -> bool {
    if let SdkError::DispatchFailure(failure) = error {
        return failure.is_user() || has_no_address(&format!("{failure:?}"));
    }
    matches!(error, SdkError::ConstructionFailure(_))
}

/// Returns whether the connection was refused, so that no byte of the call left this machine.
fn nobody_listens(error: &(dyn std::error::Error + 'static)) -> bool {
    let refused = |error: &std::io::Error| error.kind() == std::io::ErrorKind::ConnectionRefused;
    causes(error).any(|cause| cause.downcast_ref().is_some_and(refused))
}

/// Returns whether the SDK's rules give no address for this one resource, such as a bucket. Then nothing was sent.
fn has_no_address(context: &str) -> bool {
    context.contains("ResolveEndpointError")
}

/// Classifies an error by status first, then code, then message: not-found and busy are `ValidationException`s
/// (`docs/aws.md#not-found`).
pub(super) fn classify(status: u16, code: &str, message: &str) -> ErrorKind {
    let has = |words: &[&str]| words.iter().any(|w| message.contains(w));
    match code {
        "RequestTimeTooSkewed" | "RequestExpired" | "RequestInTheFuture" => ErrorKind::Skewed,
        // For a wrong clock, STS and SNS use the code that means a wrong key in SageMaker.
        "InvalidSignatureException" | "SignatureDoesNotMatch" | "AuthFailure"
            if has(&["Signature expired", "Signature not yet current"]) =>
        {
            ErrorKind::Skewed
        }
        "ThrottlingException" | "Throttling" | "TooManyRequestsException" | "RequestLimitExceeded" | "SlowDown" => {
            ErrorKind::Throttled
        }
        "AccessDeniedException"
        | "AccessDenied"
        | "UnauthorizedOperation"
        | "AuthorizationError"
        | "AuthorizationErrorException"
        | "ForbiddenException" => ErrorKind::Denied,
        "ExpiredTokenException"
        | "ExpiredToken"
        | "UnrecognizedClientException"
        | "InvalidClientTokenId"
        | "InvalidAccessKeyId"
        | "SignatureDoesNotMatch"
        | "InvalidSignatureException"
        | "UnauthorizedException"
        | "InvalidGrantException"
        | "AuthFailure"
        | "MissingAuthenticationToken"
        | "IncompleteSignature" => ErrorKind::Expired,
        "ResourceNotFound" | "ResourceNotFoundException" | "NotFound" | "NoSuchKey" | "NoSuchBucket" => ErrorKind::Gone,
        "ResourceLimitExceeded" | "LimitExceededException" => ErrorKind::Quota,
        "ConflictException" | "ConcurrentUpdateException" => ErrorKind::Conflict,
        "ResourceInUse" => ErrorKind::Busy,
        "UnknownOperationException" | "InvalidAction" | "UnknownOperation" | "NotImplemented" => ErrorKind::Unsupported,
        _ if has(&["Could not find", "Requested resource not found", "does not exist"]) => ErrorKind::Gone,
        _ if has(&["Cannot update in-progress endpoint"]) => ErrorKind::Busy,
        _ => match status {
            401 => ErrorKind::Expired,
            403 => ErrorKind::Denied,
            // An endpoint that does not know the service or operation answers with a page, not with an error.
            404 | 405 | 500 | 501 if code.is_empty() => ErrorKind::Unsupported,
            429 => ErrorKind::Throttled,
            502..=504 => ErrorKind::Unreachable,
            _ => ErrorKind::Other,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trouble_is_shared_where_the_account_is_cut_off_or_calls_come_too_fast() {
        for kind in
            [ErrorKind::Expired, ErrorKind::Skewed, ErrorKind::Unreachable, ErrorKind::Untrusted, ErrorKind::Throttled]
        {
            assert!(kind.is_shared(), "{kind:?}");
        }
        for kind in [ErrorKind::Denied, ErrorKind::Gone, ErrorKind::Unsupported, ErrorKind::Other] {
            assert!(!kind.is_shared(), "{kind:?}");
        }
    }

    #[test]
    fn an_error_names_its_operation() {
        let error = aws_sdk_s3::operation::list_objects_v2::ListObjectsV2Error::unhandled("x");
        let answer = HttpResponse::new(403.try_into().unwrap(), aws_smithy_types::body::SdkBody::empty());
        let error = failed(SdkError::service_error(error, answer));
        assert_eq!((&*error.operation, error.kind), ("ListObjectsV2", ErrorKind::Denied));
    }

    #[test]
    fn kinds_follow_what_aws_really_answers() {
        let cases = [
            (400, "ThrottlingException", "Rate exceeded", ErrorKind::Throttled),
            (400, "ValidationException", "Could not find endpoint \"arn:aws:…\".", ErrorKind::Gone),
            (400, "ValidationException", "Cannot update in-progress endpoint \"x\".", ErrorKind::Busy),
            (400, "ValidationException", "1 validation error detected", ErrorKind::Other),
            (403, "", "no code in an XML body for a JSON service", ErrorKind::Denied),
            (403, "InvalidClientTokenId", "The security token is invalid", ErrorKind::Expired),
            (
                403,
                "InvalidSignatureException",
                "Signature expired: 20261123T0311Z is now earlier than",
                ErrorKind::Skewed,
            ),
            (
                403,
                "InvalidSignatureException",
                "The request signature we calculated does not match",
                ErrorKind::Expired,
            ),
            (403, "RequestTimeTooSkewed", "The difference is too large", ErrorKind::Skewed),
            (403, "SignatureDoesNotMatch", "Signature expired: 20261129T0100Z is now earlier than", ErrorKind::Skewed),
            (
                403,
                "SignatureDoesNotMatch",
                "Signature not yet current: 20261129T2300Z is still later",
                ErrorKind::Skewed,
            ),
            (403, "SignatureDoesNotMatch", "The request signature we calculated does not match", ErrorKind::Expired),
            (403, "ForbiddenException", "No access", ErrorKind::Denied),
            (401, "UnauthorizedException", "Session token not found or invalid", ErrorKind::Expired),
            (500, "", "an HTML page", ErrorKind::Unsupported),
            (500, "InternalFailure", "oops", ErrorKind::Other),
            (404, "", "an HTML page", ErrorKind::Unsupported),
            (404, "NoSuchBucket", "The specified bucket does not exist", ErrorKind::Gone),
            (503, "", "", ErrorKind::Unreachable),
            (400, "SomethingNew", "", ErrorKind::Other),
        ];
        for (status, code, message, kind) in cases {
            assert_eq!(classify(status, code, message), kind, "{status} {code} {message}");
        }
    }
}
