//! The settings that all AWS tools share, from the environment and from profiles.
//!
//! The SDK's loader reads many settings, and panics over some values that other tools accept. So it gets its own
//! environment and files, with only the settings that it needs and that are checked here.

mod missing;

use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, ConfigLoader, Region};
use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
use aws_types::os_shim_internal::Env;

use super::Transport;
use super::endpoint::{self, Endpoints};
use super::profiles::{Found, Profiles, encoded};
use super::target::{self, Target};

/// The variables that hold credentials. A profile that the user named takes precedence over them.
const OWN_KEYS: &[&str] = &[
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_ACCOUNT_ID",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
];
/// The variables for the credentials of a container.
const CONTAINER_VARIABLES: &[&str] = &[
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
];
/// The variables for the credentials and the region of the machine, and for the tokens of `aws login`.
const OF_MACHINE: &[&str] = &[
    "AWS_EC2_METADATA_DISABLED",
    "AWS_EC2_METADATA_V1_DISABLED",
    "AWS_EC2_METADATA_SERVICE_ENDPOINT",
    "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
    "AWS_LOGIN_CACHE_DIRECTORY",
];
/// The variables that hold keys, with the names of these settings in a profile.
const KEYS: &[(&str, &str)] = &[
    ("AWS_ACCESS_KEY_ID", "aws_access_key_id"),
    ("AWS_SECRET_ACCESS_KEY", "aws_secret_access_key"),
    ("AWS_SESSION_TOKEN", "aws_session_token"),
];

/// The longest time for reading the files.
const LONGEST_READ: Duration = Duration::from_secs(10);

/// The settings of the environment and the files for one target.
pub(super) struct Settings {
    /// The variables that are set and not empty.
    variables: HashMap<String, String>,
    profiles: Profiles,
    /// The profile in force.
    pub(super) profile: String,
    /// Whether the user named the profile, which then takes precedence over keys in the environment.
    asked: bool,
    /// The region that the user named or configured.
    pub(super) region: Option<String>,
    /// Endpoint URLs that are not AWS's own.
    pub(super) endpoints: Endpoints,
    fips: bool,
    dual_stack: bool,
    /// Proxies and certificates.
    pub(super) transport: Transport,
}

impl Settings {
    /// Reads the environment and the files. Files on a server that does not answer cause an error.
    ///
    /// # Errors
    /// A sentence without its full stop: an invalid value of a setting that is needed, with its place; or files that
    /// cannot be read in time.
    pub(super) async fn read(target: &Target) -> Result<Self, String> {
        let asked = target.clone();
        let work = tokio::task::spawn_blocking(move || Self::read_now(&asked));
        match tokio::time::timeout(LONGEST_READ, work).await {
            Ok(read) => read.map_err(|why| format!("the AWS settings cannot be read: {why}"))?,
            Err(_) => Err(format!("the AWS configuration files cannot be read within {} s", LONGEST_READ.as_secs())),
        }
    }

    fn read_now(target: &Target) -> Result<Self, String> {
        let variables =
            std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        let variables: HashMap<String, String> = variables.collect();
        let profiles = Profiles::read(|name| variables.get(name).filter(|value| !value.is_empty()).cloned());
        Self::of(target, &variables, profiles)
    }

    /// Combines the settings. `environment` contains all variables, also empty ones.
    fn of(target: &Target, environment: &HashMap<String, String>, profiles: Profiles) -> Result<Self, String> {
        // An empty variable counts as unset, as for the AWS command line; an empty proxy variable means "no proxy".
        let variables: HashMap<String, String> =
            environment.iter().filter(|(_, value)| !value.is_empty()).map(|(n, v)| (n.clone(), v.clone())).collect();
        let profile = target.profile.clone().or_else(|| variables.get("AWS_PROFILE").cloned());
        let profile = profile.unwrap_or_else(|| "default".to_owned());
        if let Some(fault) = profiles.fault(&profile) {
            return Err(format!("{fault}, in a section that the profile {profile} needs"));
        }
        let source = Source { variables: &variables, profiles: &profiles, profile: &profile };
        let switch = |variable, name| source.switch(variable, name);
        let fips = switch("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint")?;
        let dual_stack = switch("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint")?;
        let region = match &target.region {
            Some(region) => Some(region.clone()),
            None => source.region()?,
        };
        let ignored = target.endpoint_url.is_none()
            && switch("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "ignore_configured_endpoint_urls")?;
        let endpoints = match &target.endpoint_url {
            Some(url) => Endpoints::all_at(url),
            None if ignored => Endpoints::default(),
            None => source.endpoints()?,
        };
        let asked = target.profile.is_some();
        let ca_bundle = profiles.get(&profile, "ca_bundle").map(|found| found.value.clone());
        let transport = Transport::read(&|name: &str| environment.get(name).cloned(), ca_bundle.as_deref())?;
        Ok(Self { variables, profiles, profile, asked, region, endpoints, fips, dual_stack, transport })
    }

    /// Creates the SDK's loader with these settings. `region` is the region of all calls.
    pub(super) fn loader(&self, region: Option<Region>) -> ConfigLoader {
        let keys = KEYS.iter().filter_map(|(variable, name)| Some((*name, self.variables.get(*variable)?.clone())));
        let keys: Vec<(&str, String)> = keys.collect();
        let files = EnvConfigFiles::builder();
        let files = files.with_contents(EnvConfigFileKind::Config, self.profiles.text(&keys)).build();
        // A configured endpoint URL is used as it is: FIPS and dual stack do not apply.
        let chosen = self.endpoints.of("sts").is_some();
        let loader = aws_config::defaults(BehaviorVersion::latest())
            .env(self.environment())
            .profile_files(files)
            .profile_name(encoded(&self.profile))
            .use_fips(self.fips && !chosen)
            .use_dual_stack(self.dual_stack && !chosen)
            .http_client(self.transport.client())
            .retry_config(RetryConfig::standard());
        match region {
            Some(region) => loader.region(region),
            None => loader,
        }
    }

    /// Returns the environment variables that the SDK sees.
    fn environment(&self) -> Env {
        let source =
            self.profiles.chain(&self.profile).iter().find_map(|name| self.profiles.get(name, "credential_source"));
        let source = source.map(|found| found.value.to_ascii_lowercase()).unwrap_or_default();
        // A named profile without credentials is an error, so no other credentials may replace them.
        let elsewhere = |place: &str| !self.asked || source == place;
        let observed = |name: &str| {
            !name.starts_with("AWS_")
                || OF_MACHINE.contains(&name)
                || (OWN_KEYS.contains(&name) && !self.asked)
                || (CONTAINER_VARIABLES.contains(&name) && elsewhere("ecscontainer"))
        };
        let variables = self.variables.iter().filter(|(name, _)| observed(name));
        let mut variables: HashMap<String, String> = variables.map(|(n, v)| (n.clone(), v.clone())).collect();
        if !elsewhere("ec2instancemetadata") {
            variables.insert("AWS_EC2_METADATA_DISABLED".to_owned(), "true".to_owned());
        }
        for service in endpoint::configurable() {
            let url = self.endpoints.of(service).map(str::to_owned);
            variables.extend(url.map(|url| (endpoint::variable(service), url)));
        }
        Env::from(variables)
    }

    /// Returns whether services are called at their FIPS addresses, and at their dual-stack addresses.
    pub(super) fn addresses(&self) -> (bool, bool) {
        (self.fips, self.dual_stack)
    }
}

/// Prints only the profile, because the variables and the files hold keys and passwords.
impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings").field("profile", &self.profile).finish_non_exhaustive()
    }
}

/// The sources of settings: a variable wins over the profile.
struct Source<'a> {
    variables: &'a HashMap<String, String>,
    profiles: &'a Profiles,
    profile: &'a str,
}

impl Source<'_> {
    fn variable(&self, name: &str) -> Option<Found> {
        let value = self.variables.get(name)?.clone();
        Some(Found { value, place: format!("the environment variable {name}") })
    }

    fn switch(&self, variable: &str, name: &str) -> Result<bool, String> {
        let Some(found) = self.variable(variable).or_else(|| self.profiles.get(self.profile, name)) else {
            return Ok(false);
        };
        match found.value.to_ascii_lowercase().as_str() {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err(refused(name, &found, "is neither true nor false")),
        }
    }

    /// Returns the region of the environment, of the profile, or of a profile that its credentials come from.
    fn region(&self) -> Result<Option<String>, String> {
        let variable = ["AWS_REGION", "AWS_DEFAULT_REGION"].iter().find_map(|name| self.variable(name));
        let chain = self.profiles.chain(self.profile);
        let found = variable.or_else(|| chain.iter().find_map(|profile| self.profiles.get(profile, "region")));
        let wrong = found.as_ref().filter(|found| !target::is_region(&found.value));
        match wrong {
            Some(wrong) => Err(refused("region", wrong, "is not a region such as eu-west-1")),
            None => Ok(found.map(|found| found.value)),
        }
    }

    /// Reads the endpoint URLs in the order of
    /// <https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html>.
    fn endpoints(&self) -> Result<Endpoints, String> {
        let name = "endpoint_url";
        let mut endpoints = Endpoints::default();
        for service in endpoint::configurable() {
            let found = self
                .variable(&endpoint::variable(service))
                .or_else(|| self.variable("AWS_ENDPOINT_URL"))
                .or_else(|| self.profiles.of_service(self.profile, service, name))
                .or_else(|| self.profiles.get(self.profile, name));
            let Some(found) = found else { continue };
            if target::may_hold_password(&found.value) {
                return Err(format!("{name}: {}; it stands in {}", target::PASSWORD_IN_URL, found.place));
            }
            if !target::is_url(&found.value) {
                return Err(refused(name, &found, "is not an endpoint URL such as http://127.0.0.1:4599"));
            }
            endpoints.set(service, found.value);
        }
        Ok(endpoints)
    }
}

/// Writes the message for a setting with an invalid value.
fn refused(name: &str, found: &Found, why: &str) -> String {
    format!("{name}: {:?} {why}; it stands in {}", found.value, found.place)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    const FILE: &str = "[profile a]\nregion = a-1\nendpoint_url = http://of-profile\nservices = local\n\
        [services local]\ns3 =\n  endpoint_url = http://of-section\n\
        [profile role]\nrole_arn = r\nsource_profile = a\n[profile bad]\nregion = eu_west\n\
        [profile session]\nlogin_session = arn\n[profile my keys]\naws_access_key_id = k\n";

    /// A test case: variables, a service, and the URL of that service.
    type Case<'a> = (&'a [(&'a str, &'a str)], &'a str, Option<&'a str>);

    pub(super) fn settings(target: &Target, variables: &[(&str, &str)]) -> Result<Settings, String> {
        let mut profiles = Profiles::default();
        profiles.add(Path::new("config"), FILE.as_bytes(), true);
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Settings::of(target, &variables.collect(), profiles)
    }

    pub(super) fn of_profile(name: &str) -> Target {
        Target { profile: Some(name.to_owned()), ..Target::default() }
    }

    #[test]
    fn what_is_nearest_wins() {
        let region = |profile, variables| settings(&of_profile(profile), variables).map(|found| found.region);
        assert_eq!(region("a", &[("AWS_REGION", "b-1"), ("AWS_DEFAULT_REGION", "c-1")]), Ok(Some("b-1".into())));
        assert_eq!(region("a", &[("AWS_DEFAULT_REGION", "c-1")]), Ok(Some("c-1".into())));
        assert_eq!(region("a", &[]), Ok(Some("a-1".into())));
        assert_eq!(region("role", &[]), Ok(Some("a-1".into())));
        assert_eq!(region("none", &[]), Ok(None));
        let told = "region: \"eu_west\" is not a region such as eu-west-1; it stands in line 12 of config";
        assert_eq!(region("bad", &[]), Err(told.into()));
        let asked = Target { region: Some("d-1".into()), ..of_profile("bad") };
        assert_eq!(settings(&asked, &[]).map(|found| found.region), Ok(Some("d-1".into())));
    }

    #[test]
    fn the_endpoint_of_a_service_is_the_nearest_one() {
        let of = |target: &Target, variables, service| {
            settings(target, variables).unwrap().endpoints.of(service).map(str::to_owned)
        };
        let all = ("AWS_ENDPOINT_URL", "http://of-all");
        let a = of_profile("a");
        let cases: &[Case<'_>] = &[
            (&[], "s3", Some("http://of-section")),
            (&[], "sns", Some("http://of-profile")),
            (&[all], "s3", Some("http://of-all")),
            (&[all, ("AWS_ENDPOINT_URL_S3", "http://of-s3")], "s3", Some("http://of-s3")),
            (&[all, ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")], "s3", None),
        ];
        for (variables, service, expected) in cases {
            assert_eq!(of(&a, variables, service).as_deref(), *expected, "{variables:?} {service}");
        }
        let asked = Target { endpoint_url: Some("http://asked".into()), ..a };
        let variables = [all, ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")];
        assert_eq!(of(&asked, &variables, "sso_oidc").as_deref(), Some("http://asked"));
    }

    #[test]
    fn a_proxy_variable_that_is_set_and_empty_means_no_proxy() {
        let (all, none) = (("ALL_PROXY", "http://a:1"), ("https_proxy", ""));
        let proxy = |variables: &[(&str, &str)]| {
            settings(&Target::default(), variables).unwrap().transport.in_force().into_iter().next()
        };
        assert_eq!(proxy(&[("HTTPS_PROXY", "http://a:1"), none]).as_deref(), Some("no proxy"));
        assert_eq!(proxy(&[all, none]).as_deref(), Some("proxy http://a:1 (ALL_PROXY) for http"));
        assert_eq!(proxy(&[all, ("all_proxy", "")]).as_deref(), Some("no proxy"));
        // Any other empty variable counts as unset.
        let empty = settings(&of_profile("a"), &[("AWS_REGION", ""), ("AWS_USE_FIPS_ENDPOINT", "")]).unwrap();
        assert_eq!(empty.region.as_deref(), Some("a-1"));
    }

    #[test]
    fn no_secret_is_printed_for_debugging() {
        let mut profiles = Profiles::default();
        let file = b"[default]\naws_secret_access_key = s3cret\ns3cret\n[profile a]\naws_session_token = s3cret\n";
        profiles.add(Path::new("config"), file, true);
        let found = profiles.get("default", "aws_secret_access_key");
        let variables = [("AWS_SECRET_ACCESS_KEY", "s3cret"), ("HTTPS_PROXY", "http://me:s3cret@proxy:1")];
        let settings = settings(&of_profile("a"), &variables).unwrap();
        let printed = format!("{profiles:?} {found:?} {settings:?} {:?}", settings.transport);
        assert!(printed.contains("config") && !printed.contains("s3cret"), "{printed}");
    }

    #[test]
    fn an_endpoint_url_with_a_password_is_refused_with_its_place_and_not_repeated() {
        let why = settings(&of_profile("a"), &[("AWS_ENDPOINT_URL_S3", "http://me:s3cret@h")]).unwrap_err();
        assert!(why.contains("the environment variable AWS_ENDPOINT_URL_S3") && !why.contains("s3cret"), "{why}");
    }

    #[test]
    fn the_sdk_sees_no_variable_that_it_does_not_need() {
        let variables = [
            ("HOME", "/home/ana"),
            ("AWS_RETRY_MODE", "legacy"),
            ("AWS_PROFILE", "b"),
            ("AWS_ACCESS_KEY_ID", "k"),
            ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://c"),
        ];
        let observed = |target: &Target, name: &str| settings(target, &variables).unwrap().environment().get(name).ok();
        let (anybody, a) = (Target::default(), of_profile("a"));
        assert_eq!(observed(&a, "HOME").as_deref(), Some("/home/ana"));
        assert_eq!(observed(&a, "AWS_ENDPOINT_URL_STS").as_deref(), Some("http://of-profile"));
        assert_eq!((observed(&a, "AWS_RETRY_MODE"), observed(&a, "AWS_PROFILE")), (None, None));
        // No other credentials replace those of a profile that the user named.
        for name in ["AWS_ACCESS_KEY_ID", "AWS_CONTAINER_CREDENTIALS_FULL_URI"] {
            assert!(observed(&anybody, name).is_some() && observed(&a, name).is_none(), "{name}");
        }
        assert_eq!(observed(&a, "AWS_EC2_METADATA_DISABLED").as_deref(), Some("true"));
        assert_eq!(observed(&anybody, "AWS_EC2_METADATA_DISABLED"), None);
    }
}
