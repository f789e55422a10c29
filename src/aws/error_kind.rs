//! The kinds of failures, and how an answer of AWS is classified.

use serde::{Deserialize, Serialize};

/// The kind of a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ErrorKind {
    /// The identity may not make this call.
    Denied,
    /// Too many calls; the account's limit is shared.
    Throttled,
    /// The credentials have expired or are not accepted.
    Expired,
    /// There are no credentials: nobody has logged in, or the settings name none.
    #[serde(rename = "no credentials")]
    Missing,
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
            Self::Missing => "no credentials",
            Self::Skewed => "skewed",
            Self::Gone => "not found",
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
            Self::Missing => Some("pass --profile, or log in (for SSO: aws sso login)"),
            Self::Skewed => Some("set the clock, because AWS rejects requests that are more than 5 minutes off"),
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
    pub(super) fn meanwhile(self) -> Option<&'static str> {
        match self {
            Self::Throttled => Some("sagetop slows down by itself"),
            Self::Expired | Self::Missing => Some("sagetop notices it without a restart"),
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

    /// Returns whether a login would help.
    #[must_use]
    pub fn is_about_credentials(self) -> bool {
        matches!(self, Self::Expired | Self::Missing)
    }

    /// Returns whether every call of the account would fail like this one: no login, no network, a wrong clock.
    #[must_use]
    pub fn cut_off(self) -> bool {
        self.is_about_credentials() || matches!(self, Self::Skewed | Self::Unreachable | Self::Untrusted)
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
        "ResourceNotFound"
        | "ResourceNotFoundException"
        | "NotFound"
        | "NoSuchKey"
        | "NoSuchBucket"
        | "ImageNotFoundException"
        | "RepositoryNotFoundException" => ErrorKind::Gone,
        "ResourceLimitExceeded" | "LimitExceededException" => ErrorKind::Quota,
        "ConflictException" | "ConcurrentUpdateException" => ErrorKind::Conflict,
        "ResourceInUse" => ErrorKind::Busy,
        "UnknownOperationException"
        | "InvalidAction"
        | "UnknownOperation"
        | "NotImplemented"
        | "SubscriptionRequiredException" => ErrorKind::Unsupported,
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
        for kind in [
            ErrorKind::Expired,
            ErrorKind::Missing,
            ErrorKind::Skewed,
            ErrorKind::Unreachable,
            ErrorKind::Untrusted,
            ErrorKind::Throttled,
        ] {
            assert!(kind.is_shared(), "{kind:?}");
        }
        for kind in [ErrorKind::Denied, ErrorKind::Gone, ErrorKind::Unsupported, ErrorKind::Other] {
            assert!(!kind.is_shared(), "{kind:?}");
        }
    }

    #[test]
    fn kinds_follow_what_aws_really_answers() {
        let cases = [
            (400, "ThrottlingException", "Rate exceeded", ErrorKind::Throttled),
            (400, "ValidationException", "Could not find endpoint \"arn:aws:…\".", ErrorKind::Gone),
            (400, "ValidationException", "Cannot update in-progress endpoint \"x\".", ErrorKind::Busy),
            (400, "ValidationException", "1 validation error detected", ErrorKind::Other),
            (400, "SubscriptionRequiredException", "", ErrorKind::Unsupported),
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
