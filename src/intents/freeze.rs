//! Freezes: times of the configuration in which nothing is sent, unless somebody lifts them on purpose.

use std::collections::BTreeMap;
use std::{fmt, io};

use jiff::Timestamp;

use super::access::AccessRules;
use super::stages::could_be;
use super::{Executor, Plan, Refusal, new_id};
use crate::config::Freeze;
use crate::journal::Event;

/// The name under which the journal has the lifting of a freeze.
pub const OVERRIDE: &str = "override-freeze";

/// A freeze in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frozen {
    /// The name of the freeze.
    pub name: String,
    /// Its end, UTC.
    pub until: Timestamp,
}

impl Frozen {
    /// Returns whether it is among those that were lifted, by name and up to a time.
    #[must_use]
    pub fn is_lifted(&self, lifted: &BTreeMap<String, Timestamp>, at: Timestamp) -> bool {
        lifted.get(&self.name).is_some_and(|until| at < *until)
    }
}

impl fmt::Display for Frozen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} until {}", self.name, self.until.strftime("%a %-d %b %H:%M UTC"))
    }
}

impl AccessRules {
    /// Returns the freezes in force for a change of a stage, for a caller with this ARN. The stage is empty if it is not
    /// known; then each freeze counts.
    #[must_use]
    pub fn frozen(&self, identity: Option<&str>, stage: &str, at: Timestamp) -> Vec<Frozen> {
        let here = |labels: &[String]| labels.is_empty() || labels.iter().any(|label| self.may_be(label, identity));
        let freezes = self.freezes.iter().filter(|freeze| protects(freeze, stage) && here(&freeze.accounts));
        freezes.filter_map(|freeze| Some(Frozen { name: freeze.name.clone(), until: freeze.until(at)? })).collect()
    }
}

/// Returns whether a freeze protects a stage. An unknown one, which is empty, counts as protected.
fn protects(freeze: &Freeze, stage: &str) -> bool {
    freeze.stages.is_empty() || freeze.stages.iter().any(|own| could_be(own, stage))
}

impl Executor {
    /// Returns the freezes in force for a stage: those that were lifted, and the others.
    fn freezes_of(&self, stage: &str, caller: Option<&str>) -> (Vec<Frozen>, Vec<Frozen>) {
        let now = (self.clock)();
        let frozen = self.access.frozen(caller, stage, now);
        frozen.into_iter().partition(|freeze| freeze.is_lifted(&self.lifted, now))
    }

    /// Says which freezes a plan falls into, as sentences.
    pub(super) fn warn_of_freezes(&self, plan: &Plan) -> Vec<String> {
        let (lifted, others) = self.freezes_of(&plan.stage, Some(&self.identity));
        let lifted = lifted.iter().map(|freeze| format!("This is sent in spite of the freeze {freeze}."));
        let others = others.iter().map(|freeze| format!("The freeze {freeze} is in force: this is not sent."));
        lifted.chain(others).collect()
    }

    /// Checks that no freeze forbids an intent for a stage. Returns the end of the line in the journal: the freezes that
    /// were lifted.
    pub(super) fn check_freezes(&self, intent: &str, stage: &str, caller: Option<&str>) -> Result<String, Refusal> {
        let (lifted, others) = self.freezes_of(stage, caller);
        if let Some(freeze) = others.first() {
            let name = &freeze.name;
            let way = format!("--{OVERRIDE} {name:?}, or {OVERRIDE} in the console, lifts it");
            return Err(Refusal::No(format!("frozen by {freeze}: {intent} was not sent; {way}")));
        }
        let lifted: Vec<String> = lifted.iter().map(|freeze| format!("; in spite of the freeze {freeze}")).collect();
        Ok(lifted.concat())
    }

    /// Journals that the operator lifts a freeze, and why.
    ///
    /// # Errors
    /// When the journal cannot be written. Then the freeze must stay.
    pub fn note_override(&self, freeze: &str, reason: &str) -> io::Result<()> {
        let mut entry = self.entry(new_id(), Event::Done, OVERRIDE, freeze);
        reason.clone_into(&mut entry.message);
        self.journal.append(&entry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, Source};
    use crate::intents::Caller;

    #[test]
    fn a_freeze_counts_for_its_stages_and_for_every_account_that_the_caller_could_be() {
        let text = "[[account]]\nlabel = \"prod\"\nprofile = \"p\"\n\
            [[freeze]]\nname = \"sale\"\ndays = [\"fri\"]\nstages = [\"prod\"]\n\
            [[freeze]]\nname = \"audit\"\ndays = [\"fri\"]\naccounts = [\"prod\"]\n";
        let config = Config::parse(&Source { file: "f".into(), text: text.into() }).unwrap();
        let rules = |profile: &str| AccessRules {
            read_only: false,
            accounts: config.accounts.clone(),
            stages: Vec::new(),
            freezes: config.freezes.clone(),
            caller: Caller { profile: profile.into(), ..Caller::default() },
        };
        let friday: Timestamp = "2026-11-27T12:00:00Z".parse().unwrap();
        let names = |profile: &str, stage: &str, at| {
            let frozen = rules(profile).frozen(Some("arn:aws:iam::1:user/ana"), stage, at);
            frozen.into_iter().map(|freeze| freeze.name).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(names("p", "prod", friday), "sale audit");
        assert_eq!(names("p", "staging", friday), "audit");
        assert_eq!(names("other", "", friday), "sale");
        assert_eq!(names("other", "staging", friday), "");
        for same in ["PROD", "production", "prd", "live", "prod-us", ""] {
            assert_eq!(names("other", same, friday), "sale", "{same}");
        }
        for other in ["preprod", "prod-canary", "test"] {
            assert_eq!(names("other", other, friday), "", "{other}");
        }
        assert_eq!(names("p", "prod", "2026-11-28T00:00:00Z".parse().unwrap()), "");
        let frozen = rules("p").frozen(None, "prod", friday);
        assert_eq!(frozen[0].to_string(), "sale until Sat 28 Nov 00:00 UTC");
    }
}
