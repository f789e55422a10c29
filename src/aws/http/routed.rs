//! The client that calls each host directly or by its proxy, and explains why a connection failed.

use std::error::Error;

use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::{Builder, Connector};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use http::Uri;
use rustls::CertificateError;

use super::proxy::{Proxies, Proxy};
use super::tls;
use super::transport_error::TransportError;
use super::trust::Trust;
use crate::aws::causes::causes;

/// A client, or its connectors: one for direct calls and one for each proxy.
#[derive(Debug)]
pub(super) struct Routed<C> {
    proxies: Proxies,
    trust: Trust,
    direct: C,
    http: Option<C>,
    https: Option<C>,
}

impl Routed<SharedHttpClient> {
    pub(super) fn new(proxies: &Proxies, trust: Trust) -> Self {
        let by = |proxy: &Option<Proxy>| proxy.as_ref().map(|proxy| client(&trust, &proxy.config));
        let (http, https) = (by(&proxies.http), by(&proxies.https));
        Self { proxies: proxies.clone(), direct: client(&trust, &ProxyConfig::disabled()), http, https, trust }
    }
}

/// Creates a client that makes all calls through one proxy.
fn client(trust: &Trust, proxy: &ProxyConfig) -> SharedHttpClient {
    let (context, proxy) = (trust.context.clone(), proxy.clone());
    Builder::new().build_with_connector_fn(move |settings, parts| {
        let mut connector = Connector::builder().proxy_config(proxy.clone());
        connector.set_connector_settings(settings.cloned());
        connector.set_sleep_impl(parts.and_then(RuntimeComponents::sleep_impl));
        connector.tls_provider(tls()).tls_context(context.clone()).build()
    })
}

impl HttpClient for Routed<SharedHttpClient> {
    fn http_connector(&self, settings: &HttpConnectorSettings, parts: &RuntimeComponents) -> SharedHttpConnector {
        let connector = |client: &SharedHttpClient| client.http_connector(settings, parts);
        SharedHttpConnector::new(Routed {
            proxies: self.proxies.clone(),
            trust: self.trust.clone(),
            direct: connector(&self.direct),
            http: self.http.as_ref().map(connector),
            https: self.https.as_ref().map(connector),
        })
    }
}

impl HttpConnector for Routed<SharedHttpConnector> {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let Ok(target) = request.uri().parse::<Uri>() else { return self.direct.call(request) };
        let proxy = self.proxies.of(&target).cloned();
        let connector = match (&proxy, &self.http, &self.https) {
            (Some(_), Some(http), _) if target.scheme_str() == Some("http") => http,
            (Some(_), _, Some(https)) => https,
            _ => &self.direct,
        };
        let (answer, trusted) = (connector.call(request), self.trust.describe());
        HttpConnectorFuture::new(async move {
            match (answer.await, proxy) {
                // The proxy itself answered: only a proxy uses this status.
                (Ok(answer), Some(proxy)) if answer.status().as_u16() == 407 => {
                    let why = TransportError::Proxy { proxy: proxy.to_string(), why: LOGIN.to_owned() };
                    Err(ConnectorError::io(why.into()))
                }
                (Ok(answer), _) => Ok(answer),
                (Err(error), proxy) => Err(explained(error, &target, proxy.as_ref(), trusted)),
            }
        })
    }
}

/// The explanation of an answer with status 407.
const LOGIN: &str = "it requires a user and a password, or rejects those in the variable (407)";

/// Adds the certificate or the proxy to an error that one of them caused.
fn explained(error: ConnectorError, target: &Uri, proxy: Option<&Proxy>, trusted: String) -> ConnectorError {
    if let Some(why) = causes(&error).find_map(distrust) {
        let host = target.host().unwrap_or_default().to_owned();
        return ConnectorError::other(TransportError::Untrusted { host, why, trusted }.into(), None);
    }
    let Some(proxy) = proxy else { return error };
    let why = causes(&error).last().map(ToString::to_string).unwrap_or_default();
    // The connector hides the type of this error, so its text is compared.
    let why = if why.ends_with("proxy authorization required") { LOGIN.to_owned() } else { why };
    let why = TransportError::Proxy { proxy: proxy.to_string(), why };
    if error.is_timeout() { ConnectorError::timeout(why.into()) } else { ConnectorError::io(why.into()) }
}

/// Returns why a certificate was not trusted, if that is the cause.
fn distrust(error: &(dyn Error + 'static)) -> Option<String> {
    let Some(rustls::Error::InvalidCertificate(why)) = error.downcast_ref() else { return None };
    #[expect(clippy::wildcard_enum_match_arm, reason = "the others are told in their own words")]
    Some(match why {
        CertificateError::UnknownIssuer => "no trusted authority issued it".to_owned(),
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => "it has expired".to_owned(),
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => "it is not valid yet".to_owned(),
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "it is for another host".to_owned()
        }
        other => other.to_string(),
    })
}
