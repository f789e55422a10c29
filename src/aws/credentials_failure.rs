//! The reasons for missing credentials: no network, a wrong clock, a role that is not granted, a login that ended, or
//! settings that give no credentials.

use std::error::Error;
use std::fmt;

use aws_config::imds::client::error::{ImdsError, TokenError};
use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::error::metadata::ErrorMetadata;

use super::causes::{causes, root_cause};
use super::error_kind::{ErrorKind, classify};
use super::http::TransportError;

/// The reason why there are no credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CredentialsFailure {
    /// The kind of the failure.
    pub(super) kind: ErrorKind,
    /// The raw error message.
    pub(super) why: String,
    /// The remedy if a login would change nothing, as the end of a sentence.
    pub(super) remedy: Option<String>,
}

impl Error for CredentialsFailure {}

impl fmt::Display for CredentialsFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why)
    }
}

impl CredentialsFailure {
    /// Creates the failure of settings that give no credentials. Only a change of the settings helps.
    pub(super) fn of_settings(why: String, remedy: String) -> Self {
        Self { kind: ErrorKind::Missing, why, remedy: Some(remedy) }
    }

    /// Finds the failure in the chain of causes of a call that was not made.
    pub(super) fn find(error: &(dyn Error + 'static)) -> Option<Self> {
        if let Some(known) = causes(error).find_map(|cause| cause.downcast_ref::<Self>()) {
            return Some(known.clone());
        }
        causes(error).find_map(|cause| cause.downcast_ref::<CredentialsError>()).map(Self::of)
    }

    /// Converts the error of a provider of credentials.
    pub(super) fn of(error: &CredentialsError) -> Self {
        if let Some(trouble) = TransportError::within(error) {
            return Self { kind: trouble.kind(), why: trouble.to_string(), remedy: None };
        }
        let cause = root_cause(error);
        let said = causes(error).find_map(|cause| cause.downcast_ref::<ErrorMetadata>());
        let unanswered =
            causes(error).any(|cause| cause.downcast_ref::<ConnectorError>().is_some_and(|e| !e.is_user()));
        let kind = match (error, said.and_then(ErrorMetadata::code)) {
            // The service that gives credentials refused, or it cannot answer now.
            (_, Some("InternalFailure" | "InternalServerException" | "ServiceUnavailable" | "InternalError")) => {
                ErrorKind::Unreachable
            }
            (_, Some(code)) => {
                let kind = classify(400, code, &cause);
                let unknown = matches!(kind, ErrorKind::Other | ErrorKind::Gone | ErrorKind::Unsupported);
                if unknown { ErrorKind::Expired } else { kind }
            }
            // A proxy or the like answered: services always send an error code.
            (_, None) if said.is_some() => ErrorKind::Unreachable,
            (CredentialsError::ProviderTimedOut(_), None) => ErrorKind::Unreachable,
            (_, None) if unanswered => ErrorKind::Unreachable,
            (CredentialsError::CredentialsNotLoaded(_) | CredentialsError::InvalidConfiguration(_), None) => {
                ErrorKind::Missing
            }
            // The last source of the chain is the metadata of the machine, which gives nobody a login.
            _ if causes(error).any(|cause| cause.is::<ImdsError>() || cause.is::<TokenError>()) => ErrorKind::Missing,
            _ => ErrorKind::Expired,
        };
        let (why, remedy) = match (kind, error) {
            (ErrorKind::Unreachable, _) => (format!("the source of the credentials cannot be reached ({cause})"), None),
            (ErrorKind::Missing, CredentialsError::InvalidConfiguration(_)) => {
                (cause, Some("correct the profile".to_owned()))
            }
            (ErrorKind::Missing, CredentialsError::ProviderError(_)) => (format!("none were found ({cause})"), None),
            (ErrorKind::Missing, _) => ("none were found".to_owned(), None),
            (ErrorKind::Expired, _) => of_program(&file(error).unwrap_or(cause)),
            _ => (cause, None),
        };
        Self { kind, why, remedy }
    }
}

/// Keeps the first 200 characters of the stderr of the `credential_process`.
fn of_program(cause: &str) -> (String, Option<String>) {
    let short = |text: &str| text.trim().chars().take(200).collect::<String>();
    if let Some((_, said)) = cause.rsplit_once("Stderr: ") {
        return (format!("no usable credentials ({})", short(said)), None);
    }
    if let Some((_, said)) = cause.rsplit_once("external process, could not parse response: ") {
        let why = format!(
            "no usable credentials (the output of the credential_process is not JSON with keys: {})",
            short(said)
        );
        return (why, Some("run the credential_process of the profile by hand and check its output".to_owned()));
    }
    (format!("no usable credentials ({})", short(cause)), None)
}

/// Names the file and the operation when an I/O error is the cause.
fn file(error: &(dyn Error + 'static)) -> Option<String> {
    let all: Vec<_> = causes(error).collect();
    let [.., what, why] = all.as_slice() else { return None };
    why.downcast_ref::<std::io::Error>().map(|why| format!("{what}: {why}"))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    type Boxed = Box<dyn Error + Send + Sync>;

    fn metadata(code: &str, message: &str) -> ErrorMetadata {
        ErrorMetadata::builder().code(code).message(message).build()
    }

    fn given(cause: Boxed) -> CredentialsError {
        CredentialsError::provider_error(cause)
    }

    #[test]
    fn no_credentials_are_told_as_what_keeps_them_away() {
        let offline = ConnectorError::io("Connection refused (os error 111)".into());
        let earlier = "Signature expired: 20261129T0100Z is now earlier than 20261129T0855Z";
        let cases = [
            (given(offline.into()), ErrorKind::Unreachable, "cannot be reached (Connection refused"),
            (given(metadata("AccessDenied", "not you").into()), ErrorKind::Denied, "AccessDenied: not you"),
            (given(metadata("ForbiddenException", "No access").into()), ErrorKind::Denied, "No access"),
            (given(metadata("SignatureDoesNotMatch", earlier).into()), ErrorKind::Skewed, earlier),
            (given(metadata("Throttling", "slow").into()), ErrorKind::Throttled, "slow"),
            (
                given(metadata("UnauthorizedException", "Session token not found").into()),
                ErrorKind::Expired,
                "Session token",
            ),
            (given(metadata("InternalFailure", "later").into()), ErrorKind::Unreachable, "later"),
            (given(ErrorMetadata::builder().build().into()), ErrorKind::Unreachable, "cannot be reached"),
            (given(metadata("NewException", "what").into()), ErrorKind::Expired, "what"),
            (CredentialsError::provider_timed_out(Duration::from_secs(5)), ErrorKind::Unreachable, "cannot be reached"),
            (CredentialsError::not_loaded("nothing"), ErrorKind::Missing, "none were found"),
            (given("exit 1. Stderr: ask ana\n".into()), ErrorKind::Expired, "no usable credentials (ask ana)"),
            (given("the token has expired".into()), ErrorKind::Expired, "the token has expired"),
        ];
        for (error, kind, why) in cases {
            let told = CredentialsFailure::of(&error);
            assert_eq!(told.kind, kind, "{error:?}");
            assert!(told.why.contains(why), "{told:?}");
        }
    }
}
