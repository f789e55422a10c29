//! The choice of the proxy for a call: `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`.

use std::fmt;

use aws_smithy_http_client::proxy::ProxyConfig;
use http::Uri;

use super::Variable;
use super::exempt::Exempt;

/// The proxies for `http://` and `https://` addresses, and the hosts that are called without one.
#[derive(Debug, Clone, Default)]
pub(super) struct Proxies {
    pub(super) http: Option<Proxy>,
    pub(super) https: Option<Proxy>,
    pub(super) exempt: Exempt,
    /// The value of `NO_PROXY`, if it is set.
    except: Option<String>,
}

/// One proxy. Its user and password are never printed.
#[derive(Clone)]
pub(super) struct Proxy {
    /// `http://host:port`, without user and password.
    url: String,
    /// The connector's settings for this proxy, with user and password.
    pub(super) config: ProxyConfig,
    /// The environment variable that names the proxy.
    variable: String,
}

impl Proxies {
    /// Reads the variables; the lower-case name of each wins, as with the AWS command line. A variable that is set and
    /// empty turns the proxy off.
    ///
    /// # Errors
    /// A sentence without its end: a value that names no proxy.
    pub(super) fn read(variable: &Variable<'_>) -> Result<Self, String> {
        let set = |name: &str| {
            [name.to_ascii_lowercase(), name.to_owned()].into_iter().find_map(|name| Some((variable(&name)?, name)))
        };
        let all = set("ALL_PROXY");
        let proxy = |name: &str| match set(name).or_else(|| all.clone()) {
            Some((value, name)) if !value.trim().is_empty() => Proxy::parse(value.trim(), &name).map(Some),
            _ => Ok(None),
        };
        let except = set("NO_PROXY").map(|(value, _)| value).filter(|value| !value.trim().is_empty());
        let exempt = Exempt::parse(except.as_deref().unwrap_or_default());
        Ok(Self { http: proxy("HTTP_PROXY")?, https: proxy("HTTPS_PROXY")?, exempt, except })
    }

    /// Returns the proxy for the calls to this address.
    pub(super) fn of(&self, target: &Uri) -> Option<&Proxy> {
        let proxy = if target.scheme_str() == Some("http") { &self.http } else { &self.https };
        proxy.as_ref().filter(|_| !self.exempt.bypasses(target))
    }

    /// Describes the proxies without their passwords.
    pub(super) fn describe(&self) -> Option<String> {
        let proxies: Vec<String> = match (&self.https, &self.http) {
            (Some(one), Some(other)) if one.to_string() == other.to_string() => vec![one.to_string()],
            (https, http) => {
                let https = https.iter().map(|proxy| format!("{proxy} for https"));
                https.chain(http.iter().map(|proxy| format!("{proxy} for http"))).collect()
            }
        };
        let except = self.except.as_ref().map(|hosts| format!(", not for {hosts} (NO_PROXY)")).unwrap_or_default();
        (!proxies.is_empty()).then(|| format!("proxy {}{except}", proxies.join(" and ")))
    }
}

impl Proxy {
    fn parse(value: &str, variable: &str) -> Result<Self, String> {
        // A password may hold an @; a host does not.
        let (scheme, rest) = value.split_once("://").unwrap_or(("http", value));
        let (login, place) = rest.rsplit_once('@').map_or((None, rest), |(login, place)| (Some(login), place));
        let place = place.split(['/', '?', '#']).next().unwrap_or_default();
        // The message does not repeat the value: a malformed URL may contain a password anywhere.
        let wrong =
            |why: &str| format!("{variable} is not a proxy: {why}; write one such as http://proxy.example:3128");
        let scheme = scheme.to_ascii_lowercase();
        if !matches!(scheme.as_str(), "http" | "https") {
            return Err(wrong(&format!(
                "only http:// and https:// proxies are supported, and it begins with {scheme}://"
            )));
        }
        let url = format!("{scheme}://{place}");
        let parsed: Option<Uri> = url.parse().ok();
        let sound = parsed.as_ref().and_then(Uri::authority).is_some_and(|authority| {
            let port = authority.as_str().strip_prefix(authority.host());
            let number = |port: &str| port.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok());
            !authority.host().is_empty() && port.is_some_and(|port| port.is_empty() || number(port))
        });
        if !sound {
            return Err(wrong("it has no host, or a port that is not a number"));
        }
        let config = ProxyConfig::all(url.as_str()).map_err(|_| wrong("it is not a valid URL"))?;
        let config = match login {
            Some(login) => {
                let (user, password) = login.split_once(':').unwrap_or((login, ""));
                config.with_basic_auth(encoded(user), encoded(password))
            }
            None => config,
        };
        Ok(Self { url, config, variable: variable.to_owned() })
    }
}

/// Escapes the characters that a URL may not contain, and keeps existing escapes.
fn encoded(text: &str) -> String {
    /// Every character but letters, digits, the percent sign of an escape, and a few marks without a meaning in a URL.
    const ESCAPED: &percent_encoding::AsciiSet =
        &percent_encoding::NON_ALPHANUMERIC.remove(b'%').remove(b'-').remove(b'_').remove(b'.').remove(b'~');
    percent_encoding::utf8_percent_encode(text, ESCAPED).to_string()
}

impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.url, self.variable)
    }
}

/// Prints neither user nor password.
impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Variables<'a> = &'a [(&'a str, &'a str)];

    fn read(variables: Variables<'_>) -> Result<Proxies, String> {
        Proxies::read(&|name: &str| variables.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned()))
    }

    fn by(variables: &[(&str, &str)], target: &str) -> Option<String> {
        read(variables).unwrap().of(&target.parse().unwrap()).map(ToString::to_string)
    }

    #[test]
    fn each_scheme_has_its_proxy_and_the_lower_case_name_comes_first() {
        let aws = "https://sts.amazonaws.com/";
        let cases: [(Variables<'_>, &str, Option<&str>); 10] = [
            (&[("HTTPS_PROXY", "http://a:1")], aws, Some("http://a:1 (HTTPS_PROXY)")),
            (&[("HTTPS_PROXY", "http://a:1"), ("https_proxy", "http://b:2")], aws, Some("http://b:2 (https_proxy)")),
            (&[("HTTPS_PROXY", "http://a:1"), ("https_proxy", "")], aws, None),
            (&[("HTTP_PROXY", "http://a:1")], aws, None),
            (&[("HTTP_PROXY", "http://a:1")], "http://minio.test/", Some("http://a:1 (HTTP_PROXY)")),
            (&[("ALL_PROXY", "a:1")], aws, Some("http://a:1 (ALL_PROXY)")),
            (&[("all_proxy", "http://a:1"), ("HTTPS_PROXY", "")], aws, None),
            (&[("all_proxy", "http://a:1"), ("no_proxy", "amazonaws.com")], aws, None),
            (&[("HTTPS_PROXY", "HTTPS://a/path")], aws, Some("https://a (HTTPS_PROXY)")),
            (&[("HTTPS_PROXY", "http://[::1]:3128/")], aws, Some("http://[::1]:3128 (HTTPS_PROXY)")),
        ];
        for (variables, target, expected) in cases {
            assert_eq!(by(variables, target).as_deref(), expected, "{variables:?} {target}");
        }
    }

    #[test]
    fn a_password_is_used_and_never_shown() {
        for value in ["http://me:s3cret@a:1", "me:s3cret@a:1", "http://me:s3cr%65t%40@a:1"] {
            let proxies = read(&[("HTTPS_PROXY", value)]).unwrap();
            let (told, debug) = (proxies.describe().unwrap(), format!("{proxies:?}"));
            assert_eq!(told, "proxy http://a:1 (HTTPS_PROXY) for https");
            assert!(!debug.contains("s3c") && !debug.contains("me:"), "{debug}");
        }
        assert_eq!((encoded("p@ss/w:rd"), encoded("p%40ss")), ("p%40ss%2Fw%3Ard".into(), "p%40ss".into()));
    }

    #[test]
    fn what_is_no_proxy_names_the_variable_and_not_the_value() {
        for value in [
            "socks5://me:s3cret@a:1",
            "http://",
            "http://me:s3cret@",
            "http://me:s3cret@a:port",
            "http://a b:1",
            "http://a:",
        ] {
            let why = read(&[("https_proxy", value)]).unwrap_err();
            assert!(why.contains("https_proxy") && !why.contains("s3cret"), "{value}: {why}");
        }
    }

    #[test]
    fn what_is_in_force_is_told_once() {
        let told = |variables: &[(&str, &str)]| read(variables).unwrap().describe();
        assert_eq!(told(&[]), None);
        assert_eq!(told(&[("NO_PROXY", "a.test")]), None, "without a proxy there is no exception");
        assert_eq!(
            told(&[("ALL_PROXY", "http://a:1"), ("NO_PROXY", "a.test")]).unwrap(),
            "proxy http://a:1 (ALL_PROXY), not for a.test (NO_PROXY)"
        );
    }
}
