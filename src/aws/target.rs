//! The account, region and endpoint that the clients call.

use http::Uri;
use http::uri::Authority;

/// The account, region and endpoint that the clients call.
#[derive(Debug, Clone, Default)]
pub struct Target {
    /// The user's name for the account.
    pub label: Option<String>,
    /// Named profile of the AWS configuration files.
    pub profile: Option<String>,
    /// The ARN of a role to assume with the credentials of the profile or the standard chain.
    pub role_arn: Option<String>,
    /// The region; without one, the standard chain decides.
    pub region: Option<String>,
    /// One URL for all services (a local substitute for AWS). S3 then uses path-style addresses.
    pub endpoint_url: Option<String>,
    /// Whether to keep the pace even if a substitute on this machine answers.
    pub paced: bool,
}

impl Target {
    /// Returns the name of the account if regions do not matter.
    #[must_use]
    pub fn called(&self) -> Option<&str> {
        let role = self.role_arn.as_deref().and_then(|arn| arn.rsplit('/').next());
        self.label.as_deref().or(self.profile.as_deref()).or(role)
    }

    /// Rejects impossible values before they cause a network error.
    ///
    /// # Errors
    /// A sentence without its end: an invalid region or endpoint URL, or a URL with a password in it.
    pub fn check(&self) -> Result<(), String> {
        if let Some(region) = self.region.as_deref().filter(|region| !is_region(region)) {
            return Err(format!("{region:?} is not a region; write one such as eu-west-1"));
        }
        if self.endpoint_url.as_deref().is_some_and(may_hold_password) {
            return Err(PASSWORD_IN_URL.to_owned());
        }
        if let Some(url) = self.endpoint_url.as_deref().filter(|url| !is_url(url)) {
            return Err(format!("{url:?} is not an endpoint URL; write one such as http://127.0.0.1:4599"));
        }
        Ok(())
    }
}

/// Returns whether this can be a region. Regions are parts of host names.
pub(super) fn is_region(text: &str) -> bool {
    let part = |c: char| c.is_ascii_alphanumeric() || c == '-';
    (1..=63).contains(&text.len()) && text.chars().all(part) && !text.starts_with('-') && !text.ends_with('-')
}

/// The reason why an endpoint URL with a user or a password is refused. AWS has no use for either, and URLs are shown
/// on the screen. The message does not repeat the URL.
pub(super) const PASSWORD_IN_URL: &str =
    "the endpoint URL contains an @, which can follow a user and a password; write it without them";

/// Returns whether this endpoint URL may contain a user and a password, even if it is otherwise malformed.
pub(super) fn may_hold_password(url: &str) -> bool {
    url.contains('@')
}

/// Returns whether this address can be called.
pub(super) fn is_url(text: &str) -> bool {
    let Ok(uri) = text.parse::<Uri>() else { return false };
    let web = uri.scheme_str().is_some_and(|scheme| ["http", "https"].contains(&scheme));
    let (host, authority) = (uri.host().unwrap_or_default(), uri.authority().map_or("", Authority::as_str));
    // The parser drops a port that is not a number.
    let port = uri.port().is_some() || authority.ends_with(host);
    web && !host.is_empty() && port
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_meant_is_refused_before_any_call() {
        let target = |region: &str, url: &str| Target {
            region: Some(region.into()),
            endpoint_url: Some(url.into()),
            ..Target::default()
        };
        for (region, url) in [
            ("eu-west-1", "http://127.0.0.1:4599"),
            ("us-gov-west-1", "https://h/path"),
            ("eu-west-1", "http://[::1]:4599"),
            ("eu-west-1", "http://[::1]"),
        ] {
            assert_eq!(target(region, url).check(), Ok(()), "{region} {url}");
        }
        let regions = ["eu west", "", "eu-west-1\n", "-eu", "eu-", "eu_west_1", "eu.west"];
        for region in regions {
            assert!(target(region, "http://h").check().is_err(), "{region}");
        }
        let urls = [
            "",
            "nonsense",
            "http://",
            "http:// h",
            "127.0.0.1:4599",
            "h:1",
            "ftp://h",
            "http://h:99999",
            "http://h:x",
        ];
        for url in urls {
            assert!(target("eu-west-1", url).check().is_err(), "{url}");
        }
    }

    #[test]
    fn an_endpoint_url_with_a_password_is_refused_and_not_repeated() {
        for url in
            ["http://me:s3cret@h", "http://s3cret@h:1", "me:s3cret@h", "http://me:1/s3cret@h", "http://me:s3cret@h:x"]
        {
            let target = Target { endpoint_url: Some(url.into()), ..Target::default() };
            let why = target.check().unwrap_err();
            assert!(why.contains("write it without") && !why.contains("s3cret"), "{url}: {why}");
        }
    }
}
