//! Freezes: times of the configuration in which nothing is sent, unless somebody lifts them on purpose.

use std::collections::BTreeMap;
use std::{fmt, io};

use jiff::{SignedDuration, Timestamp};

use super::access::AccessRules;
use super::stages::could_be;
use super::{CalendarState, Calendars, Executor, Plan, Refusal, new_id};
use crate::config::Freeze;
use crate::journal::Event;

/// The name under which the journal has the lifting of a freeze.
pub const OVERRIDE: &str = "override-freeze";

/// A freeze in force.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frozen {
    /// The name of the freeze.
    pub name: String,
    /// Its end, UTC. A calendar may tell none, and it may have none.
    pub until: Option<Timestamp>,
    /// Whether it has no end.
    pub endless: bool,
    /// The reason why its calendar is not known, as a phrase. Such a freeze is in force until the calendar is read.
    pub doubt: Option<String>,
}

/// The time for which a freeze is lifted that has no end, or whose end is not known.
const UNKNOWN_END: SignedDuration = SignedDuration::from_hours(1);

impl Frozen {
    /// Returns whether it is among those that were lifted, by name and up to a time.
    #[must_use]
    pub fn is_lifted(&self, lifted: &BTreeMap<String, Timestamp>, at: Timestamp) -> bool {
        lifted.get(&self.name).is_some_and(|until| at < *until)
    }

    /// Returns up to when it is lifted by somebody who lifts it now: its end, or an hour where it has none, or that
    /// is not known.
    #[must_use]
    pub fn lifted_until(&self, at: Timestamp) -> Timestamp {
        self.until.unwrap_or_else(|| at.saturating_add(UNKNOWN_END).unwrap_or(at))
    }

    /// Returns the freeze of a calendar that is not known to be open.
    fn of_calendar(name: &str, state: CalendarState) -> Option<Self> {
        let (until, doubt) = match state {
            CalendarState::Open => return None,
            CalendarState::Closed(until) => (until, None),
            CalendarState::Unknown(why) => (None, Some(why)),
        };
        Some(Self { name: name.to_owned(), until, endless: false, doubt })
    }
}

impl fmt::Display for Frozen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.doubt, self.until) {
            (Some(why), _) => write!(f, "{}, whose calendar is not known: {why}", self.name),
            (None, _) if self.endless => write!(f, "{} without an end", self.name),
            (None, Some(until)) => write!(f, "{} until {}", self.name, until.strftime("%a %-d %b %H:%M UTC")),
            (None, None) => write!(f, "{}, whose calendar is CLOSED", self.name),
        }
    }
}

impl AccessRules {
    /// Returns the freezes in force for a change of a stage, for a caller with this ARN. The stage is empty if it is not
    /// known; then each freeze counts. A freeze whose calendar is not known is in force.
    #[must_use]
    pub fn frozen(&self, identity: Option<&str>, stage: &str, at: Timestamp, calendars: &Calendars) -> Vec<Frozen> {
        let in_force = |freeze: &Freeze| {
            if let Some(calendar) = freeze.calendar() {
                return Frozen::of_calendar(&freeze.name, calendars.state(calendar));
            }
            let (until, endless) = (freeze.until(at)?, freeze.is_endless(at));
            let until = (!endless).then_some(until);
            Some(Frozen { name: freeze.name.clone(), until, endless, doubt: None })
        };
        self.freezes_for(identity, stage).filter_map(in_force).collect()
    }

    /// Returns the freezes that protect a stage of the caller's account, whether they are in force or not.
    fn freezes_for(&self, identity: Option<&str>, stage: &str) -> impl Iterator<Item = &Freeze> {
        let here =
            move |labels: &[String]| labels.is_empty() || labels.iter().any(|label| self.may_be(label, identity));
        self.freezes.iter().filter(move |freeze| protects(freeze, stage) && here(&freeze.accounts))
    }
}

/// Returns whether a freeze protects a stage. An unknown one, which is empty, counts as protected.
fn protects(freeze: &Freeze, stage: &str) -> bool {
    freeze.stages.is_empty() || freeze.stages.iter().any(|own| could_be(own, stage))
}

impl Executor {
    /// Returns the freezes in force for a stage: those that were lifted, and the others. Calendars are asked now.
    async fn freezes_of(&self, stage: &str, caller: Option<&str>) -> (Vec<Frozen>, Vec<Frozen>) {
        let now = (self.clock)();
        let own = self.access.freezes_for(caller, stage);
        let calendars: Vec<String> = own.filter_map(|freeze| freeze.calendar().map(str::to_owned)).collect();
        let calendars = Calendars::ask(&self.aws, calendars, now).await;
        let frozen = self.access.frozen(caller, stage, now, &calendars);
        frozen.into_iter().partition(|freeze| freeze.is_lifted(&self.lifted, now))
    }

    /// Notes in a plan the freezes that it falls into, and says which these are, as sentences.
    pub(super) async fn warn_of_freezes(&self, plan: &mut Plan) -> Vec<String> {
        let (lifted, others) = self.freezes_of(&plan.stage, Some(&self.identity)).await;
        plan.frozen = others;
        let lifted = lifted.iter().map(|freeze| format!("This is sent in spite of the freeze {freeze}."));
        let others = plan.frozen.iter().map(|freeze| format!("The freeze {freeze} is in force: this is not sent."));
        lifted.chain(others).collect()
    }

    /// Checks that no freeze forbids an intent for a stage. Returns the end of the line in the journal: the freezes that
    /// were lifted.
    pub(super) async fn check_freezes(
        &self,
        intent: &str,
        stage: &str,
        caller: Option<&str>,
    ) -> Result<String, Refusal> {
        let (lifted, others) = self.freezes_of(stage, caller).await;
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
            let frozen = rules(profile).frozen(Some("arn:aws:iam::1:user/ana"), stage, at, &Calendars::default());
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
        let frozen = rules("p").frozen(None, "prod", friday, &Calendars::default());
        assert_eq!(frozen[0].to_string(), "sale until Sat 28 Nov 00:00 UTC");
    }

    #[test]
    fn a_freeze_without_an_end_says_so_and_is_lifted_for_an_hour() {
        let text = "[[freeze]]\nname = \"stop\"\n\
            days = [\"mon\", \"tue\", \"wed\", \"thu\", \"fri\", \"sat\", \"sun\"]\n";
        let config = Config::parse(&Source { file: "f".into(), text: text.into() }).unwrap();
        let rules = AccessRules { freezes: config.freezes, ..AccessRules::default() };
        let at: Timestamp = "2026-11-27T12:00:00Z".parse().unwrap();
        let [stop] = &rules.frozen(None, "prod", at, &Calendars::default())[..] else { panic!("it is a freeze") };
        assert_eq!((stop.to_string().as_str(), stop.until), ("stop without an end", None));
        assert_eq!(Some(stop.lifted_until(at)), "2026-11-27T13:00:00Z".parse().ok());
    }

    #[test]
    fn a_calendar_that_is_not_known_to_be_open_is_a_freeze() {
        let text = "[[freeze]]\nname = \"changes\"\ncalendar = \"prod-calendar\"\nstages = [\"prod\"]\n";
        let config = Config::parse(&Source { file: "f".into(), text: text.into() }).unwrap();
        let rules = AccessRules { freezes: config.freezes, ..AccessRules::default() };
        let at: Timestamp = "2026-11-27T12:00:00Z".parse().unwrap();
        let next = "2026-11-28T06:30:00Z".parse().ok();
        let hour = "2026-11-27T13:00:00Z".parse().ok();
        let cases = [
            (CalendarState::Open, None),
            (CalendarState::Closed(next), Some(("changes until Sat 28 Nov 06:30 UTC", next))),
            (CalendarState::Closed(None), Some(("changes, whose calendar is CLOSED", hour))),
            (
                CalendarState::Unknown("it was not read yet".into()),
                Some(("changes, whose calendar is not known: it was not read yet", hour)),
            ),
        ];
        for (state, expected) in cases {
            let calendars = [("prod-calendar".to_owned(), state.clone())].into_iter().collect();
            let frozen = rules.frozen(None, "prod", at, &calendars);
            let told = frozen.first().map(|freeze| (freeze.to_string(), Some(freeze.lifted_until(at))));
            assert_eq!(told, expected.map(|(text, until)| (text.to_owned(), until)), "{state:?}");
        }
        assert!(rules.frozen(None, "staging", at, &Calendars::default()).is_empty());
        let lifted = [("changes".to_owned(), at)].into();
        let [unread] = &rules.frozen(None, "", at, &Calendars::default())[..] else { panic!("it is a freeze") };
        assert!(unread.doubt.is_some() && !unread.is_lifted(&lifted, at), "a lift ends");
    }
}
