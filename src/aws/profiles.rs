//! The two configuration files that all AWS tools share, and the profiles in them.
//!
//! AWS documents where they are and what they mean: <https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html>.

use std::collections::BTreeMap;
use std::fmt;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::files::at_home;
use super::ini::{self, Setting};
use crate::disk;

/// The characters that must be escaped in the name of a profile for the SDK.
const NAMES: AsciiSet =
    NON_ALPHANUMERIC.remove(b'_').remove(b'-').remove(b'/').remove(b'.').remove(b'@').remove(b':').remove(b'+');

/// The settings of a profile that are needed. Settings of other tools are not passed on, so that the SDK cannot reject
/// them.
const NEEDED: &[&str] = &[
    "aws_access_key_id",
    "aws_secret_access_key",
    "aws_session_token",
    "aws_account_id",
    "role_arn",
    "source_profile",
    "credential_source",
    "external_id",
    "role_session_name",
    "web_identity_token_file",
    "sso_session",
    "sso_account_id",
    "sso_role_name",
    "sso_region",
    "sso_start_url",
    "credential_process",
    "login_session",
    "ec2_metadata_service_endpoint",
    "ec2_metadata_service_endpoint_mode",
    "ec2_metadata_v1_disabled",
];

/// Each of these gives credentials by itself.
const CREDENTIALS: &[&str] = &[
    "aws_access_key_id",
    "aws_secret_access_key",
    "role_arn",
    "credential_source",
    "web_identity_token_file",
    "sso_session",
    "sso_start_url",
    "sso_account_id",
    "credential_process",
    "login_session",
];

/// The contents of the files.
#[derive(Default)]
pub(super) struct Profiles {
    named: BTreeMap<String, Group>,
    sessions: BTreeMap<String, Group>,
    services: BTreeMap<String, Group>,
    /// The files that were searched for.
    pub(super) files: Vec<PathBuf>,
    /// The parts that could not be read and may belong to any profile, each a sentence without its end.
    pub(super) lost: Vec<String>,
}

/// The sections of one name, from both files.
#[derive(Default)]
struct Group {
    /// The settings; the last one of a name counts.
    settings: Vec<(Setting, PathBuf)>,
    /// The lines that cannot be read, each a sentence without its end.
    faults: Vec<String>,
}

/// A value and its place.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Found {
    /// The value, which is never empty.
    pub(super) value: String,
    /// The place, as the end of a sentence: a variable, or a file with the line.
    pub(super) place: String,
}

/// Returns the names of the profiles in both files.
#[must_use]
pub fn profile_names() -> Vec<String> {
    let profiles = Profiles::read(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    profiles.names().into_iter().map(str::to_owned).collect()
}

impl Profiles {
    /// Reads both files at the paths that `variable` or the home directory gives. A missing file sets nothing.
    pub(super) fn read(variable: impl Fn(&str) -> Option<String>) -> Self {
        let mut profiles = Self::default();
        for (name, path, prefixed) in
            [("AWS_CONFIG_FILE", "~/.aws/config", true), ("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials", false)]
        {
            let path = at_home(variable(name).as_deref().unwrap_or(path));
            match disk::read(&path) {
                Ok(bytes) => profiles.add(&path, &bytes, prefixed),
                Err(e) if e.kind() == ErrorKind::NotFound => {}
                Err(e) => profiles.lost.push(format!("{} cannot be read ({e})", path.display())),
            }
            profiles.files.push(path);
        }
        profiles
    }

    /// Adds a file. Unless it is the credentials file, the names of its sections are `prefixed` with their kind.
    pub(super) fn add(&mut self, path: &Path, bytes: &[u8], prefixed: bool) {
        for section in ini::parse(bytes) {
            let faults: Vec<String> = section
                .faults
                .iter()
                .map(|fault| format!("line {} of {} {}", fault.line, path.display(), fault.why))
                .collect();
            let group = match kind(&section.header, prefixed) {
                Some(("profile", name)) => self.named.entry(name).or_default(),
                Some(("sso-session", name)) => self.sessions.entry(name).or_default(),
                Some(("services", name)) => self.services.entry(name).or_default(),
                Some(_) => continue,
                None => {
                    self.lost.extend(faults);
                    continue;
                }
            };
            group.settings.extend(section.settings.into_iter().map(|setting| (setting, path.to_owned())));
            group.faults.extend(faults);
        }
    }

    /// Returns whether this profile exists.
    pub(super) fn has(&self, profile: &str) -> bool {
        self.named.contains_key(profile)
    }

    /// Returns all names in order.
    pub(super) fn names(&self) -> Vec<&str> {
        self.named.keys().map(String::as_str).collect()
    }

    /// Returns a setting of a profile, unless it is empty.
    pub(super) fn get(&self, profile: &str, name: &str) -> Option<Found> {
        let (setting, path) = self.named.get(profile)?.last(name)?;
        Some(setting.resolve(&setting.value, path)).filter(|found| !found.value.is_empty())
    }

    /// Returns a setting of one service from the `services` section of a profile.
    pub(super) fn of_service(&self, profile: &str, service: &str, name: &str) -> Option<Found> {
        let section = self.get(profile, "services")?;
        let (setting, path) = self.services.get(&section.value)?.last(service)?;
        let (_, value) = setting.nested.iter().rev().find(|(nested, _)| nested == name)?;
        Some(setting.resolve(value, path)).filter(|found| !found.value.is_empty())
    }

    /// Returns a profile and those that its credentials come from, each once. A profile with keys of its own ends the
    /// chain. The first one does not, because a role takes precedence over keys.
    pub(super) fn chain(&self, profile: &str) -> Vec<String> {
        let mut chain = vec![profile.to_owned()];
        while let Some(last) = chain.last() {
            let keys = chain.len() > 1 && self.get(last, "aws_access_key_id").is_some();
            let role = self.get(last, "role_arn").is_some() && !keys;
            let next = self.get(last, "source_profile").filter(|next| role && !chain.contains(&next.value));
            let Some(next) = next else { break };
            chain.push(next.value);
        }
        chain
    }

    /// Returns the first unreadable line of a profile, or of a profile that its credentials come from.
    pub(super) fn fault(&self, profile: &str) -> Option<&str> {
        let chain = self.chain(profile);
        chain.iter().filter_map(|name| self.named.get(name)?.faults.first()).map(String::as_str).next()
    }

    /// Returns whether a profile says how to get credentials.
    pub(super) fn has_credentials(&self, profile: &str) -> bool {
        CREDENTIALS.iter().any(|name| self.get(profile, name).is_some())
    }

    /// Writes the needed settings of all profiles in the syntax of the SDK. `environment` are the keys that
    /// `credential_source = Environment` means: the SDK would look for them before it looks at any profile.
    pub(super) fn text(&self, environment: &[(&str, String)]) -> String {
        let mut lines = Vec::new();
        for (name, group) in &self.named {
            lines.push(format!("[profile {}]", encoded(name)));
            lines.extend(group.needed());
        }
        for (name, group) in &self.sessions {
            lines.push(format!("[sso-session {name}]"));
            lines.extend(group.needed());
        }
        lines.push(format!("[profile {ENVIRONMENT}]"));
        lines.extend(environment.iter().map(|(name, value)| format!("{name} = {value}")));
        lines.join("\n")
    }
}

/// The profile with the keys of the environment. No file can contain this name.
const ENVIRONMENT: &str = "%environment";

impl Group {
    fn last(&self, name: &str) -> Option<&(Setting, PathBuf)> {
        self.settings.iter().rev().find(|(setting, _)| setting.name == name)
    }

    /// Returns the lines that the SDK needs.
    fn needed(&self) -> impl Iterator<Item = String> {
        let set = NEEDED.iter().filter_map(|name| Some((*name, self.last(name)?.0.value.as_str())));
        set.filter(|(_, value)| !value.is_empty()).map(|(name, value)| match (name, value) {
            ("source_profile", value) => format!("source_profile = {}", encoded(value)),
            ("credential_source", value) if value.eq_ignore_ascii_case("environment") => {
                format!("source_profile = {ENVIRONMENT}")
            }
            (name, value) => format!("{name} = {value}"),
        })
    }
}

/// Prints the names of the files only: their contents may include keys.
impl fmt::Debug for Profiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Profiles").field("files", &self.files).finish_non_exhaustive()
    }
}

/// Prints the place and not the value, which may be a key.
impl fmt::Debug for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Found").field("place", &self.place).finish_non_exhaustive()
    }
}

impl Setting {
    fn resolve(&self, value: &str, path: &Path) -> Found {
        Found { value: value.to_owned(), place: format!("line {} of {}", self.line, path.display()) }
    }
}

/// Escapes the name of a profile for the SDK, which accepts no blanks and quotes.
pub(super) fn encoded(profile: &str) -> String {
    utf8_percent_encode(profile, &NAMES).to_string()
}

/// Returns the kind and name of a section; `None` if the header cannot be read.
fn kind(header: &str, prefixed: bool) -> Option<(&'static str, String)> {
    if header.is_empty() {
        return None;
    }
    if !prefixed || header == "default" {
        return Some(("profile", header.to_owned()));
    }
    let Some((kind, name)) = header.split_once([' ', '\t']) else { return Some(("other", header.to_owned())) };
    let kind = ["profile", "sso-session", "services"].into_iter().find(|known| *known == kind).unwrap_or("other");
    Some((kind, unquoted(name.trim()).to_owned()))
}

/// Removes the quotes from a name. A name with blanks needs them.
fn unquoted(name: &str) -> &str {
    let within = |quote: char| name.strip_prefix(quote)?.strip_suffix(quote);
    within('"').or_else(|| within('\'')).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profiles(config: &[u8], credentials: &[u8]) -> Profiles {
        let mut profiles = Profiles::default();
        profiles.add(Path::new("config"), config, true);
        profiles.add(Path::new("credentials"), credentials, false);
        profiles
    }

    #[test]
    fn profiles_of_both_files_are_one_and_have_the_names_that_the_aws_command_line_takes() {
        let config: &[u8] = b"[default]\nregion = a-1\n[profile two]\nregion = b-1\nrole_arn = r\n\
            [profile \"My Mac's profile\"]\nregion = c-1\n[profile 'x y']\n[stray]\nregion = d-1\n[sso-session s]\n";
        let all = profiles(config, b"[two]\naws_access_key_id = k\nregion = e-1\n[three]\n");
        assert_eq!(all.names(), ["My Mac's profile", "default", "three", "two", "x y"]);
        let of = |profile: &str, name: &str| all.get(profile, name).map(|found| (found.value, found.place));
        let found = |value: &str, place: &str| Some((value.to_owned(), place.to_owned()));
        assert_eq!(of("default", "region"), found("a-1", "line 2 of config"));
        assert_eq!(of("two", "region"), found("e-1", "line 3 of credentials"));
        assert_eq!(of("two", "role_arn"), found("r", "line 5 of config"));
        assert_eq!(of("My Mac's profile", "region"), found("c-1", "line 7 of config"));
        assert_eq!(of("stray", "region"), None);
    }

    #[test]
    fn a_line_that_cannot_be_read_concerns_its_profile_and_those_that_build_on_it() {
        let config: &[u8] = b"[profile good]\nregion = a-1\n[profile bad]\njust words\n\
            [profile role]\nsource_profile = bad\nrole_arn = r\n\
            [profile me]\nsource_profile = me\nrole_arn = r\n[profile keys]\nsource_profile = bad\n[broken\nx = 1\n";
        let all = profiles(config, b"");
        let told = Some("line 4 of config is neither a [section] nor a name = value");
        let cases = [("good", None), ("bad", told), ("role", told), ("me", None), ("keys", None), ("none", None)];
        for (profile, fault) in cases {
            assert_eq!(all.fault(profile), fault, "{profile}");
        }
        assert_eq!(all.lost, ["line 13 of config begins with [ and has no ]"]);
    }

    #[test]
    fn the_sdk_is_handed_what_it_needs_and_nothing_that_it_may_refuse() {
        let config: &[u8] = b"[default]\nretry_mode = legacy\nmax_attempts = 0\nregion = a-1\naws_access_key_id = k\n\
            [profile a b]\nrole_arn = r\nsource_profile = a b\n[profile env]\nrole_arn = e\n\
            credential_source = Environment\n[sso-session s]\nsso_region = a-1\n";
        let text = profiles(config, b"").text(&[("aws_access_key_id", "of-the-environment".to_owned())]);
        let expected = "[profile a%20b]\nrole_arn = r\nsource_profile = a%20b\n[profile default]\naws_access_key_id = k\n\
            [profile env]\nrole_arn = e\nsource_profile = %environment\n[sso-session s]\nsso_region = a-1\n\
            [profile %environment]\naws_access_key_id = of-the-environment";
        assert_eq!(text, expected);
    }

    #[test]
    fn a_services_section_speaks_for_the_profiles_that_name_it() {
        let config: &[u8] = b"[profile a]\nservices = local\n[profile b]\n\
            [services local]\ns3 =\n  endpoint_url = http://h:1\nsso_oidc =\n  endpoint_url =\n";
        let all = profiles(config, b"");
        let of = |profile, service| all.of_service(profile, service, "endpoint_url").map(|found| found.value);
        assert_eq!(of("a", "s3"), Some("http://h:1".to_owned()));
        assert_eq!((of("a", "sso_oidc"), of("a", "sns"), of("b", "s3")), (None, None, None));
    }
}
