//! The HTTP client for all calls, also those for credentials: proxies, trusted certificates, and time-outs.

mod deadline;
mod exempt;
mod proxy;
mod routed;
mod transport_error;
mod trust;

use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::http::SharedHttpClient;

use proxy::Proxies;
use routed::Routed;
use trust::Trust;

pub(super) use deadline::{LONGEST_ANSWER, bounded};
pub(super) use transport_error::TransportError;

/// Looks up an environment variable; `None` if it is not set.
pub(super) type Variable<'a> = dyn Fn(&str) -> Option<String> + 'a;

/// The proxies and the trusted certificates.
#[derive(Debug, Clone)]
pub struct Transport {
    proxies: Proxies,
    trust: Trust,
}

impl Transport {
    /// Reads the settings from the environment, and the file of trusted certificates. `ca_bundle` is the setting of
    /// that name of a profile, which `AWS_CA_BUNDLE` overrides.
    ///
    /// # Errors
    /// A sentence without its full stop: a proxy that is not a URL, or a file without a certificate.
    pub(super) fn read(variable: &Variable<'_>, ca_bundle: Option<&str>) -> Result<Self, String> {
        Ok(Self { proxies: Proxies::read(variable)?, trust: Trust::read(variable, ca_bundle)? })
    }

    /// Creates a client with these settings. A late or incomplete answer is an error.
    pub(super) fn client(&self) -> SharedHttpClient {
        bounded(SharedHttpClient::new(Routed::new(&self.proxies, self.trust.clone())), LONGEST_ANSWER)
    }

    /// Returns the settings in force, one phrase each, without passwords. An absent setting has a phrase too.
    #[must_use]
    pub fn in_force(&self) -> Vec<String> {
        let proxy = self.proxies.describe().unwrap_or_else(|| "no proxy".to_owned());
        vec![proxy, format!("certificates: {}", self.trust.describe())]
    }

    /// Returns the phrases of [`Self::in_force`] for those settings only that somebody set.
    #[must_use]
    pub(crate) fn settings(&self) -> Vec<String> {
        let certificates = self.trust.is_set().then(|| format!("certificates: {}", self.trust.describe()));
        self.proxies.describe().into_iter().chain(certificates).collect()
    }
}

/// Returns the TLS that all connections use.
fn tls() -> Provider {
    Provider::Rustls(CryptoMode::AwsLc)
}
