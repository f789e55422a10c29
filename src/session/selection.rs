//! The accounts and regions that the user wants to see, and their names.

use std::sync::Arc;

use super::{Connection, SeenFile, snapshot_folder, state_folder};
use crate::args::Common;
use crate::aws::{StandIn, Target};
use crate::config::{self, Config};
use crate::intents::{AccessRules, Caller, Executor};
use crate::snapshot::Snapshot;

/// One account in one region that the user wants to see.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct SelectedAccount {
    account: config::Account,
    region: Option<String>,
}

impl SelectedAccount {
    pub(super) fn target(&self, common: &Common) -> Target {
        Target {
            label: self.account.label.clone(),
            profile: self.account.profile.clone(),
            role_arn: self.account.role_arn.clone(),
            region: self.region.clone(),
            endpoint_url: common.endpoint_url.clone(),
            paced: common.paced,
        }
    }

    /// Returns the identity of the caller, as far as it is known before AWS says it.
    fn caller(&self, region: &str, environment: impl Fn(&str) -> Option<String>) -> Caller {
        let standard = self.account.profile.is_none();
        let profile = self.account.profile.clone().or_else(|| environment("AWS_PROFILE"));
        Caller {
            profile: profile.unwrap_or_else(|| "default".into()),
            standard,
            // Credentials of the environment take precedence over any profile that the user did not name.
            keys: standard && OF_ENVIRONMENT.iter().any(|name| environment(name).is_some()),
            role_arn: self.account.role_arn.clone(),
            region: region.to_owned(),
        }
    }

    /// Makes the connection of an account, which has the name of the target.
    pub(super) fn connection(&self, target: &Target, mut executor: Executor) -> Connection {
        let caller = self.caller(&executor.aws.region, environment);
        executor.access = Arc::new(AccessRules { caller, ..AccessRules::clone(&executor.access) });
        let aws = &executor.aws;
        let profile = self.account.profile.clone().or_else(|| environment("AWS_PROFILE"));
        let who = Some(profile.clone().unwrap_or_else(|| "default".into()));
        let name = [who, self.account.role_arn.clone(), Some(aws.region.clone()), aws.endpoint.clone()];
        let name: Vec<String> = name.into_iter().flatten().collect();
        let name_of_files = name.join("@");
        let snapshot = Snapshot::of(&snapshot_folder(), &name_of_files);
        let seen = SeenFile::of(&state_folder().join("seen"), &name_of_files);
        Connection {
            name: target.called().unwrap_or(&aws.region).to_owned(),
            label: self.account.label.clone(),
            profile,
            colour: self.account.colour,
            stand_in: aws.endpoint.clone().map(StandIn::Url),
            login: aws.renewal.clone(),
            snapshot: Some(snapshot),
            seen: Some(seen),
            executor,
        }
    }
}

/// Variables by which the environment or a container gives credentials.
const OF_ENVIRONMENT: [&str; 4] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
];

/// Returns a variable of this process's environment. An empty one counts as none.
pub(super) fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Returns the accounts and regions of the command line. If it names none, returns those of the configuration; if that
/// names none, the one of the standard chain.
///
/// # Errors
/// A sentence: a profile belongs to several accounts with different roles.
pub(super) fn selection(common: &Common, config: &Config) -> Result<Vec<SelectedAccount>, String> {
    let accounts: Vec<config::Account> = match (common.profile.is_empty(), common.region.is_empty()) {
        (false, _) => {
            let named: Result<Vec<_>, _> =
                common.profile.iter().map(|name| accounts_named(name, &config.accounts)).collect();
            named?.concat()
        }
        (true, true) if !config.accounts.is_empty() => config.accounts.clone(),
        (true, _) => vec![config::Account::default()],
    };
    let mut selection: Vec<SelectedAccount> = Vec::new();
    for account in accounts {
        let regions = if common.region.is_empty() { account.regions.clone() } else { common.region.clone() };
        if regions.is_empty() {
            selection.push(SelectedAccount { account: account.clone(), region: None });
        }
        selection.extend(
            regions.into_iter().map(|region| SelectedAccount { account: account.clone(), region: Some(region) }),
        );
    }
    // An account that is named twice is shown once.
    let mut known: Vec<SelectedAccount> = Vec::new();
    selection.retain(|one| {
        let new = !known.contains(one);
        known.push(one.clone());
        new
    });
    Ok(selection)
}

/// Returns the accounts of a label, or else of a profile. A profile that the configuration does not know is an account
/// too.
fn accounts_named(name: &str, accounts: &[config::Account]) -> Result<Vec<config::Account>, String> {
    if let Some(account) = accounts.iter().find(|account| account.label.as_deref() == Some(name)) {
        return Ok(vec![account.clone()]);
    }
    let own: Vec<config::Account> =
        accounts.iter().filter(|account| account.profile.as_deref() == Some(name)).cloned().collect();
    let Some(first) = own.first() else {
        return Ok(vec![config::Account { profile: Some(name.to_owned()), ..config::Account::default() }]);
    };
    if own.iter().all(|account| account.role_arn == first.role_arn) {
        return Ok(own);
    }
    let labels: Vec<&str> =
        own.iter().map(|account| account.label.as_deref().unwrap_or("one without a label")).collect();
    Err(format!(
        "several accounts of the configuration use the profile {name}, with different roles: {}; name one by its label",
        labels.join(", ")
    ))
}

/// Adds the region to the names of accounts that would otherwise have the same name.
pub(super) fn name_apart(connections: &mut [Connection]) {
    let names: Vec<String> = connections.iter().map(|c| c.name.clone()).collect();
    for connection in connections {
        let region = &connection.executor.aws.region;
        if names.iter().filter(|name| **name == connection.name).count() > 1 && connection.name != *region {
            connection.name = format!("{} {region}", connection.name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Source;

    const TWO: &str = "[[account]]\nlabel = \"prod\"\nprofile = \"retail-prod\"\nregions = [\"eu-west-1\", \"us-east-1\"]\n\
                       access = \"read-only\"\n[[account]]\nrole_arn = \"arn:aws:iam::1:role/ops/lab\"\n";

    fn preferences(text: &str, profile: &[&str], region: &[&str]) -> (Config, Result<Vec<SelectedAccount>, String>) {
        let config = Config::parse(&Source { file: "x".into(), text: text.into() }).unwrap();
        let texts = |all: &[&str]| all.iter().map(|text| (*text).to_owned()).collect();
        let common = Common { profile: texts(profile), region: texts(region), ..Common::default() };
        let selection = selection(&common, &config);
        (config, selection)
    }

    /// Returns name and region of each account that is wanted.
    fn names(text: &str, profile: &[&str], region: &[&str]) -> Vec<(Option<String>, Option<String>)> {
        let told = |w: SelectedAccount| (w.target(&Common::default()).called().map(str::to_owned), w.region);
        preferences(text, profile, region).1.unwrap().into_iter().map(told).collect()
    }

    #[test]
    fn the_command_line_comes_before_the_configuration() {
        let row = |name: Option<&str>, region: Option<&str>| (name.map(str::to_owned), region.map(str::to_owned));
        assert_eq!(names("", &[], &[]), [row(None, None)]);
        let [prod_eu, prod_us] = ["eu-west-1", "us-east-1"].map(|region| row(Some("prod"), Some(region)));
        assert_eq!(names(TWO, &[], &[]), [prod_eu.clone(), prod_us.clone(), row(Some("lab"), None)]);
        assert_eq!(names(TWO, &["prod"], &["us-east-1"]), std::slice::from_ref(&prod_us));
        assert_eq!(names(TWO, &["retail-prod"], &[]), [prod_eu, prod_us]);
        let other = |region| row(Some("other"), Some(region));
        assert_eq!(names(TWO, &["other", "other"], &["a-1", "b-1"]), [other("a-1"), other("b-1")]);
        assert_eq!(names(TWO, &[], &["a-1"]), [row(None, Some("a-1"))]);
    }

    #[test]
    fn a_profile_of_several_roles_is_refused_with_the_labels() {
        let two = "[[account]]\nlabel = \"ops\"\nprofile = \"p\"\nrole_arn = \"arn:aws:iam::1:role/oncall\"\n\
                   [[account]]\nlabel = \"prod\"\nprofile = \"p\"\naccess = \"read-only\"\n";
        let why = preferences(two, &["p"], &[]).1.unwrap_err();
        assert!(why.contains("ops, prod"), "{why}");
        assert_eq!(names(two, &["prod"], &[]).len(), 1);
    }

    #[test]
    fn no_way_of_starting_loses_that_an_account_is_only_read() {
        let keys: &[(&str, &str)] = &[("AWS_ACCESS_KEY_ID", "x")];
        let own: &[(&str, &str)] = &[("AWS_PROFILE", "retail-prod")];
        let (plain, default, retail) = ("", "profile = \"default\"\n", "profile = \"retail-prod\"\n");
        let cases = [
            (plain, keys, vec![], vec![]),
            (plain, keys, vec![], vec!["eu-west-1"]),
            (plain, own, vec![], vec!["eu-west-1"]),
            (default, &[], vec![], vec!["eu-west-1"]),
            (default, &[], vec!["default"], vec![]),
            (default, &[], vec!["prod"], vec!["us-east-1"]),
            (retail, own, vec![], vec!["eu-west-1"]),
            (retail, &[], vec!["retail-prod"], vec!["us-east-1"]),
            (retail, keys, vec![], vec!["eu-west-1"]),
        ];
        for (account, variables, profile, region) in cases {
            let text =
                format!("[[account]]\nlabel = \"prod\"\n{account}regions = [\"eu-west-1\"]\naccess = \"read-only\"\n");
            let (config, selection) = preferences(&text, &profile, &region);
            for one in selection.unwrap() {
                let environment = |name: &str| variables.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned());
                let caller = one.caller(one.region.as_deref().unwrap_or("eu-west-1"), environment);
                let rules = AccessRules { accounts: config.accounts.clone(), caller, ..AccessRules::default() };
                let me = Some("arn:aws:iam::123456789012:user/ana");
                assert!(rules.check(me).is_err(), "{text} {variables:?} {profile:?} {region:?}");
            }
        }
    }

    #[tokio::test]
    async fn a_profile_that_only_assumes_a_role_is_of_another_account() {
        let with_role = "[[account]]\nprofile = \"base\"\nrole_arn = \"arn:aws:iam::1:role/sagetop\"\n";
        for (text, expected) in [("[[account]]\nprofile = \"base\"\n", Some("base")), (with_role, None)] {
            let selected = preferences(text, &[], &[]).1.unwrap().remove(0);
            let target = Target { region: Some("eu-west-1".into()), ..selected.target(&Common::default()) };
            let executor = Executor {
                aws: crate::aws::Aws::unconnected(&target, "nothing is sent"),
                access: Arc::default(),
                lifted: std::collections::BTreeMap::new(),
                journal: crate::journal::Journal::at("/nowhere".into()),
                identity: String::new(),
                clock: Arc::new(|| jiff::Timestamp::UNIX_EPOCH),
                preferences: Arc::default(),
            };
            assert_eq!(selected.connection(&target, executor).own_profile(), expected, "{text}");
        }
    }
}
