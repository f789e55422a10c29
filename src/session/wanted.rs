//! Which accounts in which regions the user wants to see, and what each is called.

use super::{Connection, cache_folder};
use crate::args::Common;
use crate::aws::Target;
use crate::config::{self, Config};
use crate::intents::{Access, Executor};
use crate::snapshot::Snapshot;

/// One account in one region that the user wants to see.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    account: config::Account,
    region: Option<String>,
}

impl Wanted {
    /// What it is called where regions do not matter.
    pub(super) fn base(&self) -> Option<&str> {
        let role = self.account.role_arn.as_deref().and_then(|arn| arn.rsplit('/').next());
        self.account.label.as_deref().or(self.account.profile.as_deref()).or(role)
    }

    pub(super) fn target(&self, common: &Common) -> Target {
        Target {
            profile: self.account.profile.clone(),
            role_arn: self.account.role_arn.clone(),
            region: self.region.clone(),
            endpoint_url: common.endpoint_url.clone(),
        }
    }

    pub(super) fn connection(&self, mut executor: Executor) -> Connection {
        if self.account.read_only {
            executor.access = Access::ReadOnly;
        }
        let aws = &executor.aws;
        let profile = self.account.profile.clone().or_else(|| std::env::var("AWS_PROFILE").ok());
        let login = profile.as_ref().map(|name| format!("aws sso login --profile {name}"));
        let who = Some(profile.unwrap_or_else(|| "default".into()));
        let name = [who, self.account.role_arn.clone(), Some(aws.region.clone()), aws.endpoint.clone()];
        let name: Vec<String> = name.into_iter().flatten().collect();
        let snapshot = Snapshot::of(&cache_folder(), &name.join("@"));
        Connection {
            name: self.base().unwrap_or(&aws.region).to_owned(),
            label: self.account.label.clone(),
            colour: self.account.colour,
            login: Some(login.unwrap_or_else(|| "aws sso login".to_owned())),
            snapshot: Some(snapshot),
            executor,
        }
    }
}

/// The accounts and regions of the command line; where it names none, those of the configuration; where that names
/// none, what the standard chain finds.
pub(super) fn wanted(common: &Common, config: &Config) -> Vec<Wanted> {
    let named = |name: &String| {
        let known = config.accounts.iter().find(|a| a.label.as_ref() == Some(name) || a.profile.as_ref() == Some(name));
        let unknown = || config::Account { profile: Some(name.clone()), ..config::Account::default() };
        known.cloned().unwrap_or_else(unknown)
    };
    let accounts: Vec<config::Account> = match (common.profile.is_empty(), common.region.is_empty()) {
        (false, _) => common.profile.iter().map(named).collect(),
        (true, true) if !config.accounts.is_empty() => config.accounts.clone(),
        (true, _) => vec![config::Account::default()],
    };
    let mut wanted = Vec::new();
    for account in accounts {
        let regions = if common.region.is_empty() { account.regions.clone() } else { common.region.clone() };
        if regions.is_empty() {
            wanted.push(Wanted { account: account.clone(), region: None });
        }
        wanted.extend(regions.into_iter().map(|region| Wanted { account: account.clone(), region: Some(region) }));
    }
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
