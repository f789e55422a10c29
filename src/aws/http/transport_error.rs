//! The reasons for a missing or incomplete answer, if this side knows more than the connector says.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use crate::aws::causes::causes;
use crate::aws::error_kind::ErrorKind;

/// The reason why no complete answer arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::aws) enum TransportError {
    /// The answer was not complete within this time.
    Late(Duration),
    /// The connection ended in the middle of the answer, with this message.
    BrokenOff(String),
    /// The answer is larger than this many bytes, and was not read to its end.
    TooLarge(usize),
    /// The certificate of the other side is not trusted.
    Untrusted {
        /// The host that the certificate should be for.
        host: String,
        /// The problem with the certificate.
        why: String,
        /// The certificates that are trusted.
        trusted: String,
    },
    /// No connection was made through a proxy.
    Proxy {
        /// The proxy and the variable that names it.
        proxy: String,
        /// The problem with the connection.
        why: String,
    },
}

impl TransportError {
    /// Finds the first such error in a chain of causes.
    pub(in crate::aws) fn within<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a Self> {
        causes(error).find_map(|cause| cause.downcast_ref())
    }

    /// Returns the kind of the failure.
    pub(in crate::aws) fn kind(&self) -> ErrorKind {
        match self {
            Self::Untrusted { .. } => ErrorKind::Untrusted,
            Self::TooLarge(_) => ErrorKind::Other,
            Self::Late(_) | Self::BrokenOff(_) | Self::Proxy { .. } => ErrorKind::Unreachable,
        }
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Late(longest) => write!(f, "no complete answer within {} s", longest.as_secs()),
            Self::BrokenOff(why) => write!(f, "the answer broke off: {why}"),
            Self::TooLarge(most) => {
                write!(f, "the answer is larger than {} MiB, which AWS never sends", most / (1024 * 1024))
            }
            Self::Untrusted { host, why, trusted } => {
                write!(f, "the certificate of {host} is not trusted: {why}; trusted are {trusted}")
            }
            Self::Proxy { proxy, why } => write!(f, "no connection through the proxy {proxy}: {why}"),
        }
    }
}

impl Error for TransportError {}
