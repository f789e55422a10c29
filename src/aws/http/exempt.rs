//! The hosts that are called without the proxy: `NO_PROXY`, this machine, and its own network link.

use std::net::IpAddr;

use http::Uri;
use ipnet::IpNet;

use crate::aws::endpoint::is_this_machine;

/// The hosts that are called directly.
///
/// The rules are those of curl and of the AWS command line: a name matches itself and all names below it, with or
/// without a leading dot; an entry may name a port, an address, or a network as `10.0.0.0/8`; `*` matches every host.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Exempt(Vec<Rule>);

/// One entry of `NO_PROXY`.
#[derive(Debug, Clone, PartialEq)]
struct Rule {
    hosts: Hosts,
    port: Option<u16>,
}

#[derive(Debug, Clone, PartialEq)]
enum Hosts {
    All,
    /// This name and all below it; lower case, without dots around it.
    Domain(String),
    Network(IpNet),
}

impl Exempt {
    /// Reads the value of `NO_PROXY`: entries between commas or blanks.
    pub(super) fn parse(text: &str) -> Self {
        Self(text.split([',', ' ', '\t']).filter_map(Rule::parse).collect())
    }

    /// Returns whether this host is called directly.
    pub(super) fn bypasses(&self, target: &Uri) -> bool {
        let Some(host) = target.host() else { return true };
        let host = host.trim_start_matches('[').trim_end_matches(']').trim_end_matches('.').to_ascii_lowercase();
        let address = host.parse::<IpAddr>().ok().map(|address| address.to_canonical());
        let port = target.port_u16().unwrap_or(if target.scheme_str() == Some("http") { 80 } else { 443 });
        never_proxied(&host, address) || self.0.iter().any(|rule| rule.holds(&host, address, port))
    }
}

impl Rule {
    fn parse(entry: &str) -> Option<Self> {
        if let Some(network) = network(entry) {
            return Some(Self { hosts: Hosts::Network(network), port: None });
        }
        let (name, port) = match entry.rsplit_once(':') {
            Some((name, port)) => (name, Some(port.parse().ok()?)),
            None => (entry, None),
        };
        let hosts = match network(name) {
            Some(network) => Hosts::Network(network),
            None if name == "*" => Hosts::All,
            None => {
                let name = name.trim_start_matches('*').trim_matches('.').to_ascii_lowercase();
                Hosts::Domain(Some(name).filter(|name| !name.is_empty())?)
            }
        };
        Some(Self { hosts, port })
    }

    fn holds(&self, host: &str, address: Option<IpAddr>, port: u16) -> bool {
        let there = match &self.hosts {
            Hosts::All => true,
            Hosts::Domain(name) => host.strip_suffix(name).is_some_and(|left| left.is_empty() || left.ends_with('.')),
            Hosts::Network(network) => address.is_some_and(|address| network.contains(&address)),
        };
        there && self.port.is_none_or(|only| only == port)
    }
}

/// Parses an address or a network. An IPv6 address may be written in brackets.
fn network(text: &str) -> Option<IpNet> {
    let text = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let network = text.parse::<IpNet>().ok();
    network.or_else(|| text.parse::<IpAddr>().ok().map(|address| IpNet::from(address.to_canonical())))
}

/// Returns whether a host is this machine or on its own link. Instances and containers get their credentials from
/// there, and no proxy can reach it.
fn never_proxied(host: &str, address: Option<IpAddr>) -> bool {
    /// The address at which instances and containers get metadata and credentials over IPv6.
    const METADATA: u128 = 0xfd00_0ec2_0000_0000_0000_0000_0000_0000;
    is_this_machine(host)
        || match address {
            Some(IpAddr::V4(address)) => address.is_link_local(),
            Some(IpAddr::V6(address)) => address.is_unicast_link_local() || address.to_bits() >> 16 == METADATA >> 16,
            None => false,
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn direct(rules: &str, url: &str) -> bool {
        Exempt::parse(rules).bypasses(&url.parse().unwrap())
    }

    #[test]
    fn no_proxy_names_hosts_as_curl_reads_them() {
        let cases = [
            ("amazonaws.com", "https://sts.eu-west-1.amazonaws.com/", true),
            (".amazonaws.com", "https://sts.eu-west-1.amazonaws.com/", true),
            ("*.amazonaws.com", "https://sts.eu-west-1.amazonaws.com/", true),
            (".example.com", "https://example.com/", true),
            ("Example.COM.", "https://api.EXAMPLE.com/", true),
            ("example.com", "https://notexample.com/", false),
            ("api.example.com", "https://example.com/", false),
            ("example.com:8443", "https://example.com:8443/", true),
            ("example.com:8443", "https://example.com/", false),
            ("example.com:443", "https://example.com/", true),
            ("example.com:80", "http://example.com/", true),
            ("one.test, two.test", "https://two.test/", true),
            ("one.test two.test", "https://two.test/", true),
            ("*", "https://10.1.2.3/", true),
            ("*", "https://sts.amazonaws.com/", true),
            ("10.0.0.0/8", "https://10.200.0.1/", true),
            ("10.0.0.0/8", "https://11.0.0.1/", false),
            ("10.0.0.0/8", "https://ten.test/", false),
            ("192.0.2.7", "https://192.0.2.7:8443/", true),
            ("192.0.2.7:80", "https://192.0.2.7/", false),
            ("2001:db8::/32", "https://[2001:db8::1]/", true),
            ("[2001:db8::1]:443", "https://[2001:db8::1]/", true),
            ("2001:db8::1", "https://[2001:db8::2]/", false),
            (", ,.,:x,*.", "https://example.com/", false),
            ("", "https://example.com/", false),
        ];
        for (rules, url, expected) in cases {
            assert_eq!(direct(rules, url), expected, "{rules:?} {url}");
        }
    }

    #[test]
    fn this_machine_and_its_link_are_never_asked_for_by_a_proxy() {
        let here = ["127.0.0.1:4599", "localhost", "s3.localhost:4566", "[::1]", "169.254.169.254", "169.254.170.2"];
        let link = ["[fe80::1]", "[fd00:ec2::254]", "[fd00:ec2::23]", "[::ffff:127.0.0.1]"];
        for host in here.iter().chain(&link) {
            assert!(direct("", &format!("http://{host}/")), "{host}");
        }
        assert!(!direct("", "http://169.255.0.1/") && !direct("", "http://localhost.example.com/"));
    }
}
