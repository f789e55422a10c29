//! Which accounts in which regions the user wants to see, and what each is called.

use super::{Connection, cache_folder};
use crate::args::Common;
use crate::aws::{Renewal, Target};
use crate::config::{self, Config};
use crate::intents::{Access, Executor};
use crate::snapshot::Snapshot;

/// One account in one region that the user wants to see.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Wanted {
    account: config::Account,
    region: Option<String>,
}

impl Wanted {
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

    fn renewal(&self, profile: Option<&str>) -> Renewal {
        // Keys in the environment win over any profile but one that was asked for.
        if self.account.profile.is_none() && std::env::var("AWS_ACCESS_KEY_ID").is_ok_and(|key| !key.is_empty()) {
            return Renewal::Start;
        }
        let profile = profile.map(|name| format!(" --profile {name}")).unwrap_or_default();
        Renewal::Command(format!("aws sso login{profile}"))
    }

    /// What is wanted, connected; it is called like the target.
    pub(super) fn connection(&self, target: &Target, mut executor: Executor) -> Connection {
        if self.account.read_only {
            executor.access = Access::ReadOnly;
        }
        let aws = &executor.aws;
        let profile = self.account.profile.clone().or_else(|| std::env::var("AWS_PROFILE").ok());
        let login = self.renewal(profile.as_deref());
        let who = Some(profile.clone().unwrap_or_else(|| "default".into()));
        let name = [who, self.account.role_arn.clone(), Some(aws.region.clone()), aws.endpoint.clone()];
        let name: Vec<String> = name.into_iter().flatten().collect();
        let snapshot = Snapshot::of(&cache_folder(), &name.join("@"));
        Connection {
            name: target.called().unwrap_or(&aws.region).to_owned(),
            label: self.account.label.clone(),
            profile,
            colour: self.account.colour,
            login: Some(login),
            snapshot: Some(snapshot),
            executor,
        }
    }
}

/// The accounts and regions of the command line; where it names none, those of the configuration; where that names
/// none, what the standard chain finds.
pub(super) fn wanted(common: &Common, config: &Config, profile: Option<&str>) -> Vec<Wanted> {
    let known = |name: &str| {
        let by_label = config.accounts.iter().find(|a| a.label.as_deref() == Some(name));
        by_label.or_else(|| config.accounts.iter().find(|a| a.profile.as_deref() == Some(name)))
    };
    let named = |name: &String| {
        let unknown = || config::Account { profile: Some(name.clone()), ..config::Account::default() };
        known(name).cloned().unwrap_or_else(unknown)
    };
    let accounts: Vec<config::Account> = match (common.profile.is_empty(), common.region.is_empty()) {
        (false, _) => common.profile.iter().map(named).collect(),
        (true, true) if !config.accounts.is_empty() => config.accounts.clone(),
        (true, _) => {
            // The standard chain says who it is; what the configuration says of that profile holds all the same.
            let careful = profile.and_then(known).is_some_and(|account| account.read_only);
            vec![config::Account { read_only: careful, ..config::Account::default() }]
        }
    };
    let mut wanted: Vec<Wanted> = Vec::new();
    for account in accounts {
        let regions = if common.region.is_empty() { account.regions.clone() } else { common.region.clone() };
        if regions.is_empty() {
            wanted.push(Wanted { account: account.clone(), region: None });
        }
        wanted.extend(regions.into_iter().map(|region| Wanted { account: account.clone(), region: Some(region) }));
    }
    // Whoever names one twice sees it once.
    let mut known: Vec<Wanted> = Vec::new();
    wanted.retain(|one| {
        let new = !known.contains(one);
        known.push(one.clone());
        new
    });
    wanted
}

/// Accounts of the same name are told apart by their region.
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

    /// Name, region, and whether it is read only, of each that is wanted.
    fn names(text: &str, profile: &[&str], region: &[&str]) -> Vec<(Option<String>, Option<String>, bool)> {
        let config = Config::parse(&Source { file: "x".into(), text: text.into() }).unwrap();
        let texts = |all: &[&str]| all.iter().map(|text| (*text).to_owned()).collect();
        let common = Common { profile: texts(profile), region: texts(region), ..Common::default() };
        let told = |w: Wanted| (w.target(&common).called().map(str::to_owned), w.region.clone(), w.account.read_only);
        wanted(&common, &config, Some("retail-prod")).into_iter().map(told).collect()
    }

    #[test]
    fn the_command_line_comes_before_the_configuration_and_keeps_its_manners() {
        let row = |name: Option<&str>, region: Option<&str>, read_only| {
            (name.map(str::to_owned), region.map(str::to_owned), read_only)
        };
        assert_eq!(names("", &[], &[]), [row(None, None, false)]);
        // AWS_PROFILE names the account that is only to be read.
        let [prod_eu, prod_us] = ["eu-west-1", "us-east-1"].map(|region| row(Some("prod"), Some(region), true));
        assert_eq!(names(TWO, &[], &[]), [prod_eu.clone(), prod_us.clone(), row(Some("lab"), None, false)]);
        // A profile or a label that the configuration knows is as careful as that says.
        assert_eq!(names(TWO, &["prod"], &["us-east-1"]), std::slice::from_ref(&prod_us));
        assert_eq!(names(TWO, &["retail-prod"], &[]), [prod_eu, prod_us]);
        let other = |region| row(Some("other"), Some(region), false);
        assert_eq!(names(TWO, &["other", "other"], &["a-1", "b-1"]), [other("a-1"), other("b-1")]);
        assert_eq!(names(TWO, &[], &["a-1"]), [row(None, Some("a-1"), true)]);
    }
}
