//! Endpoint URLs of services that do not use AWS's own addresses.

use std::collections::BTreeMap;
use std::net::IpAddr;

use http::Uri;

use super::SERVICES;
use crate::redact;

/// The services that give credentials. The SDK calls them by itself; their addresses can be configured as well.
const CREDENTIALS: [&str; 3] = ["sso", "sso_oidc", "signin"];

/// Returns the names of all services whose address can be configured.
pub(super) fn configurable() -> impl Iterator<Item = &'static str> {
    SERVICES.iter().map(|service| service.name).chain(CREDENTIALS)
}

/// Returns the environment variable for the endpoint URL of a service.
pub(super) fn variable(service: &str) -> String {
    format!("AWS_ENDPOINT_URL_{}", service.to_ascii_uppercase())
}

/// The configured endpoint URLs by service.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Endpoints(BTreeMap<&'static str, String>);

impl Endpoints {
    /// Uses one URL for all services.
    pub(super) fn all_at(url: &str) -> Self {
        Self(configurable().map(|service| (service, url.to_owned())).collect())
    }

    pub(super) fn set(&mut self, service: &'static str, url: String) {
        self.0.insert(service, url);
    }

    /// Returns the endpoint URL of a service; `None` if it is AWS's own.
    pub(super) fn of(&self, service: &str) -> Option<&str> {
        self.0.get(service).map(String::as_str)
    }

    /// Returns the label for the screen: one URL, or each URL with its services. `None` if all addresses are AWS's own.
    pub(super) fn label(&self) -> Option<String> {
        let mut places: Vec<(&str, Vec<&str>)> = Vec::new();
        for (service, url) in SERVICES.iter().filter_map(|service| Some((service.name, self.of(service.name)?))) {
            match places.iter_mut().find(|(known, _)| *known == url) {
                Some((_, services)) => services.push(service),
                None => places.push((url, vec![service])),
            }
        }
        let format = |(url, services): &(&str, Vec<&str>)| {
            let all = services.len() == SERVICES.iter().count();
            let url = redact::text(url);
            if all { url.into_owned() } else { format!("{url} ({})", services.join(", ")) }
        };
        Some(places.iter().map(format).collect::<Vec<_>>().join(", ")).filter(|label| !label.is_empty())
    }

    /// Do all calls stay on this machine?
    pub(super) fn on_loopback(&self) -> bool {
        SERVICES.iter().all(|service| self.of(service.name).is_some_and(on_loopback))
    }
}

/// Is this URL on the machine itself?
fn on_loopback(url: &str) -> bool {
    let uri: Option<Uri> = url.parse().ok();
    uri.as_ref().and_then(Uri::host).is_some_and(is_this_machine)
}

/// Is this host of a URL the machine itself? An IPv6 address may be written in brackets.
pub(super) fn is_this_machine(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']').trim_end_matches('.').to_ascii_lowercase();
    let address = host.parse::<IpAddr>().map(|address| address.to_canonical());
    host == "localhost" || host.ends_with(".localhost") || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_are_on_loopback_only_if_all_of_them_are() {
        let cases = [
            ("http://127.0.0.1:4599", true),
            ("http://127.9.9.9", true),
            ("http://localhost:4599", true),
            ("http://s3.localhost:1/x", true),
            ("http://[::1]:4599", true),
            ("http://[::ffff:127.0.0.1]", true),
            ("http://LOCALHOST.:4599", true),
            ("http://localhost.example.com", false),
            ("http://127.0.0.1.example.com", false),
            ("https://vpce-1.sagemaker.eu-west-1.vpce.amazonaws.com", false),
        ];
        for (url, here) in cases {
            assert_eq!(Endpoints::all_at(url).on_loopback(), here, "{url}");
        }
        let mut some = Endpoints::all_at("http://localhost:1");
        some.set("s3", "https://minio.example.com".into());
        assert!(!some.on_loopback());
        assert!(!Endpoints::default().on_loopback(), "AWS itself");
    }

    #[test]
    fn the_label_is_one_url_or_each_url_with_its_services() {
        assert_eq!(Endpoints::default().label(), None);
        assert_eq!(Endpoints::all_at("http://h:1").label().as_deref(), Some("http://h:1"));
        let secret = Endpoints::all_at("http://h:1/?password=S3CR3T").label();
        assert_eq!(secret.as_deref(), Some("http://h:1/?password=redacted"));
        let mut some = Endpoints::default();
        some.set("sso", "http://portal".into());
        assert_eq!(some.label(), None, "this service gives credentials only");
        some.set("s3", "http://h:1".into());
        some.set("sns", "http://h:1".into());
        some.set("sagemaker", "http://h:2".into());
        assert_eq!(some.label().as_deref(), Some("http://h:2 (sagemaker), http://h:1 (s3, sns)"));
    }
}
