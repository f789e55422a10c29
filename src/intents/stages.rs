//! The access of a change: the strictest of the accounts that the caller could be and of the stages that the change
//! could be of.

use super::access::AccessRules;
use super::{Executor, Plan};
use crate::config::{Access, Stage};
use crate::resources::endpoint::is_production;

/// Returns whether a stage of the configuration is this one. An unknown one, which is empty, could be each. All names of
/// production are one stage.
pub(super) fn could_be(own: &str, stage: &str) -> bool {
    stage.is_empty() || own.eq_ignore_ascii_case(stage) || (is_production(own) && is_production(stage))
}

impl AccessRules {
    /// Returns the strictest `[[stage]]` that a change of this stage could be of. The stage is empty if it is not known.
    fn strictest_stage(&self, stage: &str) -> Option<&Stage> {
        self.stages.iter().filter(|own| could_be(&own.name, stage)).max_by_key(|own| own.access)
    }

    /// Checks whether things of a stage may be changed. The stage is empty if it is not known; then each `[[stage]]`
    /// counts.
    ///
    /// # Errors
    /// Why not, as a phrase.
    pub fn check_stage(&self, stage: &str) -> Result<(), String> {
        match self.strictest_stage(stage).filter(|own| own.access == Access::ReadOnly) {
            None => Ok(()),
            Some(own) if stage.is_empty() => Err(format!(
                "the configuration only lets the stage {} be read, and the stage of this is not known",
                own.name
            )),
            Some(own) => Err(format!("the configuration only lets the stage {} be read", own.name)),
        }
    }

    /// Returns the access of a change of a stage, for a caller with this ARN, and what asks for it, as a phrase.
    #[must_use]
    pub fn of_change(&self, identity: Option<&str>, stage: &str) -> (Access, String) {
        let account = self.strictest_account(identity).map(|account| {
            let name = account.label.as_ref().or(account.profile.as_ref());
            let name =
                name.map_or_else(|| "an [[account]] without a name".to_owned(), |name| format!("account {name}"));
            (account.access, name)
        });
        let own = self.strictest_stage(stage).map(|own| {
            let unknown = if stage.is_empty() { ", which this could be of" } else { "" };
            (own.access, format!("stage {}{unknown}", own.name))
        });
        // If both ask for the same, `max_by_key` returns the last one, so the plan names the stage.
        [account, own].into_iter().flatten().max_by_key(|(access, _)| *access).unwrap_or_default()
    }
}

impl Executor {
    /// Notes in a plan how it is confirmed, and says so if the configuration names its account or its stage.
    pub(super) fn note_access(&self, plan: &mut Plan) {
        let (access, whose) = self.access.of_change(Some(&self.identity), &plan.stage);
        plan.access = access;
        match access {
            Access::ReadWrite => {}
            Access::Confirm => plan.checks.push(format!("A key confirms it: {whose}")),
            Access::Type => plan.checks.push(format!("The typed name confirms it: {whose}")),
            Access::ReadOnly => {
                plan.warnings.insert(0, format!("This is not sent, because it may only be read: {whose}."));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, Source};
    use crate::intents::Caller;

    fn rules(text: &str) -> AccessRules {
        let config = Config::parse(&Source { file: "f".into(), text: text.into() }).unwrap();
        AccessRules {
            accounts: config.accounts,
            stages: config.stages,
            caller: Caller { profile: "p".into(), ..Caller::default() },
            ..AccessRules::default()
        }
    }

    #[test]
    fn the_stricter_one_of_account_and_stage_holds() {
        use Access::{Confirm, ReadOnly, ReadWrite, Type};
        let account = |access: &str| format!("[[account]]\nprofile = \"p\"\naccess = \"{access}\"\n");
        let stage = |name: &str, access: &str| format!("[[stage]]\nname = \"{name}\"\naccess = \"{access}\"\n");
        let both = stage("prod", "type") + &stage("staging", "confirm");
        let cases = [
            (String::new(), "prod", ReadWrite, ""),
            (both.clone(), "prod", Type, "stage prod"),
            (both.clone(), "live", Type, "stage prod"),
            (both.clone(), "STAGING", Confirm, "stage staging"),
            (both.clone(), "qa", ReadWrite, ""),
            (both.clone(), "", Type, "stage prod, which this could be of"),
            (account("confirm") + &both, "prod", Type, "stage prod"),
            (account("type") + &both, "staging", Type, "account p"),
            (account("confirm") + &both, "qa", Confirm, "account p"),
            (account("confirm") + &both, "staging", Confirm, "stage staging"),
            (account("read-only") + &both, "staging", ReadOnly, "account p"),
            (account("read-write") + &stage("prod", "read-only"), "prod-us", ReadOnly, "stage prod"),
            (account("read-only") + &stage("prod", "read-write"), "prod", ReadOnly, "account p"),
            ("[[account]]\nprofile = \"other\"\naccess = \"type\"\n".to_owned(), "prod", ReadWrite, ""),
        ];
        for (text, stage, access, whose) in cases {
            let of = rules(&text).of_change(Some("arn:aws:iam::111111111111:user/ana"), stage);
            assert_eq!(of, (access, whose.to_owned()), "{text} {stage}");
        }
    }

    #[test]
    fn a_stage_that_is_only_read_refuses_also_a_change_whose_stage_is_not_known() {
        let rules = rules("[[stage]]\nname = \"prod\"\naccess = \"read-only\"\n");
        assert_eq!(rules.check_stage("staging"), Ok(()));
        assert!(rules.check_stage("production").unwrap_err().ends_with("the stage prod be read"));
        assert!(rules.check_stage("").unwrap_err().ends_with("the stage of this is not known"));
    }
}
