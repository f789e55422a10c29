//! Missing settings, and what to do about them.

use super::Settings;
use crate::aws::Renewal;
use crate::aws::login::quoted;

/// The settings by which a profile gets credentials without a login.
const OTHER_WAYS: &[&str] = &["aws_access_key_id", "web_identity_token_file", "credential_source"];

impl Settings {
    /// Returns why the profile cannot give credentials, and what to do about it.
    pub(in crate::aws) fn lacks(&self) -> Option<(String, String)> {
        if self.has_own_keys() {
            return None;
        }
        let needed = self.asked || self.variables.contains_key("AWS_PROFILE");
        let chain = self.profiles.chain(&self.profile);
        if let Some(missing) = chain.iter().find(|name| !self.profiles.has(name)) {
            return (needed || chain.len() > 1)
                .then(|| (self.no_profile(missing), "use an existing profile, or add this one".to_owned()));
        }
        if let Some(lacks) = self.lacks_a_code(&chain) {
            return Some(lacks);
        }
        // For a profile that only the environment names, the machine or the container may have credentials.
        (self.asked && !self.profiles.has_credentials(&self.profile)).then(|| {
            let what = format!("the profile {} has no credentials", self.profile);
            (what, "give it keys, a role, an SSO session or a credential_process".to_owned())
        })
    }

    /// Returns the problem of a role that needs an MFA code, and the command that helps.
    fn lacks_a_code(&self, chain: &[String]) -> Option<(String, String)> {
        let of = |profile: &str, name| self.profiles.get(profile, name).map(|found| found.value);
        let (profile, role, serial) =
            chain.iter().find_map(|profile| Some((profile, of(profile, "role_arn")?, of(profile, "mfa_serial")?)))?;
        let base = quoted(&of(profile, "source_profile").unwrap_or_else(|| profile.clone()));
        let what =
            format!("the role of the profile {profile} requires an MFA code of {serial}, which cannot be entered here");
        let how = format!(
            "run `aws sts assume-role --profile {base} --role-arn {role} --role-session-name sagetop --serial-number \
             {serial} --token-code CODE` and start sagetop with the keys that it prints, or give the profile a \
             credential_process that asks for the code"
        );
        Some((what, how))
    }

    /// Returns how to renew credentials that AWS no longer accepts.
    pub(in crate::aws) fn renewal(&self) -> Renewal {
        // Keys in the environment take precedence over any profile that the user did not name.
        if self.has_own_keys() {
            return Renewal::Start;
        }
        if !self.asked && self.profiles.names().is_empty() {
            return Renewal::NoProfile;
        }
        let profile = match self.profile.as_str() {
            "default" if !self.asked => Vec::new(),
            name => vec!["--profile", name],
        };
        let command = |words: &[&str]| words.iter().chain(&profile).map(|word| (*word).to_owned()).collect();
        let chain = self.profiles.chain(&self.profile);
        let says = |names: &[&str]| chain.iter().any(|p| names.iter().any(|name| self.profiles.get(p, name).is_some()));
        if self.of_profile("login_session").is_some() {
            Renewal::SignIn(command(&["aws", "login"]))
        } else if says(&["credential_process"]) {
            Renewal::Other(format!("run the credential_process of the profile {} by hand to see why", self.profile))
        } else if says(OTHER_WAYS) && !says(&["sso_session", "sso_start_url"]) {
            Renewal::Other(format!("check the credentials that the profile {} names", self.profile))
        } else {
            Renewal::Sso(command(&["aws", "sso", "login"]))
        }
    }

    /// Returns whether there are keys in the environment that no profile overrides.
    fn has_own_keys(&self) -> bool {
        !self.asked && self.variables.contains_key("AWS_ACCESS_KEY_ID")
    }

    /// Returns a setting of the profile, or of a profile that its credentials come from.
    fn of_profile(&self, name: &str) -> Option<String> {
        let chain = self.profiles.chain(&self.profile);
        chain.iter().find_map(|profile| self.profiles.get(profile, name)).map(|found| found.value)
    }

    /// Returns why no region is known, as a sentence without its full stop.
    pub(in crate::aws) fn no_region(&self) -> String {
        let whose = if self.profiles.has(&self.profile) {
            format!("the profile {} has none", self.profile)
        } else if self.asked || self.variables.contains_key("AWS_PROFILE") {
            self.no_profile(&self.profile)
        } else {
            format!("there is no profile{}", self.unread())
        };
        format!("no region: {whose}; pass --region, set AWS_REGION, or give the profile a region")
    }

    /// Writes the message that a profile does not exist, with the existing ones.
    fn no_profile(&self, name: &str) -> String {
        let files: Vec<String> = self.profiles.files.iter().map(|path| path.display().to_string()).collect();
        let known = match self.profiles.names().as_slice() {
            [] => "no profiles at all".to_owned(),
            names => format!("only {}", names.join(", ")),
        };
        let lost = self.unread();
        format!("the AWS configuration files have no profile {name}: {} have {known}{lost}", files.join(" and "))
    }

    /// Names a file that could not be read, in brackets, because it may contain the missing setting.
    fn unread(&self) -> String {
        self.profiles.lost.first().map(|lost| format!(" ({lost})")).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::super::tests::{of_profile, settings};
    use super::*;
    use crate::aws::Target;
    use crate::aws::profiles::Profiles;

    #[test]
    fn a_login_is_renewed_by_what_made_it() {
        let renewal = |target: &Target, variables| settings(target, variables).unwrap().renewal().to_string();
        let key = [("AWS_ACCESS_KEY_ID", "k")];
        assert!(renewal(&Target::default(), &key).starts_with("restart sagetop"));
        assert_eq!(renewal(&Target::default(), &[]), "log in; for SSO, run `aws sso login`");
        assert_eq!(renewal(&of_profile("a"), &key), "log in; for SSO, run `aws sso login --profile a`");
        assert_eq!(renewal(&of_profile("session"), &[]), "log in with `aws login --profile session`");
        // A login does not change the keys of a profile.
        assert_eq!(renewal(&of_profile("my keys"), &[]), "check the credentials that the profile my keys names");
    }

    #[test]
    fn a_machine_without_profiles_is_told_to_make_one_and_not_to_log_in() {
        let none = Settings::of(&Target::default(), &HashMap::new(), Profiles::default()).unwrap();
        let said = none.renewal().to_string();
        assert!(said.contains("`aws configure sso`") && !said.contains("log in"), "{said}");
        assert_eq!(none.renewal().command(), None, "a new profile has a name of its own, so a restart is needed");
    }

    #[test]
    fn what_is_missing_is_told_with_what_to_do() {
        let lacks = |profile: &str| settings(&of_profile(profile), &[]).unwrap().lacks().map(|(why, _)| why);
        assert_eq!(lacks("my keys"), None);
        assert_eq!(lacks("session"), None);
        assert_eq!(lacks("a"), Some("the profile a has no credentials".to_owned()));
        let why = lacks("none").unwrap();
        assert!(why.contains("no profile none") && why.contains("only a, bad, my keys, role, session"), "{why}");
        // A user who names no profile may have credentials from another place.
        assert_eq!(settings(&Target::default(), &[]).unwrap().lacks(), None);
        let named = settings(&Target::default(), &[("AWS_PROFILE", "none")]).unwrap();
        assert!(named.lacks().is_some() && named.no_region().contains("no profile none"));
        let keys = settings(&Target::default(), &[("AWS_PROFILE", "none"), ("AWS_ACCESS_KEY_ID", "k")]).unwrap();
        assert_eq!(keys.lacks(), None, "keys of the environment win");
    }
}
