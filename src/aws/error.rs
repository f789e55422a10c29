//! One error for every call: the operation, the kind of failure, and AWS's message.

use std::any::type_name;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::causes::{causes, root_cause};
use super::credentials_failure::CredentialsFailure;
use super::error_kind::{ErrorKind, classify};
use super::http::TransportError;
use super::skew;
use crate::redact;

/// The most bytes of a message that are kept.
const LONGEST: usize = 10_240;

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
    /// Returns whether the call had no credentials that AWS accepts.
    #[must_use]
    pub fn is_about_credentials(&self) -> bool {
        self.kind.is_about_credentials() || self.remedy.is_some()
    }

    /// Returns what the account lacks, for an error about credentials.
    #[must_use]
    pub fn lack(&self) -> &'static str {
        if self.kind == ErrorKind::Missing { "no credentials" } else { "no valid credentials" }
    }

    /// Returns how far the clock of this machine is ahead of that of AWS, if AWS rejects the call for that and says so.
    #[must_use]
    pub fn clock_ahead(&self) -> Option<SignedDuration> {
        skew::ahead(&self.message).filter(|_| self.kind == ErrorKind::Skewed)
    }

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
        let failure = if status.is_none() { CredentialsFailure::find(error) } else { None };
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_its_operation() {
        let error = aws_sdk_s3::operation::list_objects_v2::ListObjectsV2Error::unhandled("x");
        let answer = HttpResponse::new(403.try_into().unwrap(), aws_smithy_types::body::SdkBody::empty());
        let error = failed(SdkError::service_error(error, answer));
        assert_eq!((&*error.operation, error.kind), ("ListObjectsV2", ErrorKind::Denied));
    }
}
