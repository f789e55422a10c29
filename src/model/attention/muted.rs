//! The rules about alarms that a mute rule mutes, or may mute.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::alarms::{good_news, harm};
use super::{Finding, RuleInput};
use crate::fmt;
use crate::model::alarm_receiver::receiver_of;
use crate::model::{AlarmReceiver, Health, Muted, severity};
use crate::resources::Kind;
use crate::resources::alarm::Alarm;

/// Returns the alarms that tell nobody because a mute rule mutes them, and the rule.
fn muted<'a>(input: &'a RuleInput<'_>) -> impl Iterator<Item = (&'a Alarm, Muted)> {
    let own = |alarm: &&Alarm| input.index.alarms.muted.contains_key(alarm.name.as_str());
    let alarms = input.rows.alarms.iter().copied().filter(own).filter(|alarm| !good_news(input.config, alarm));
    alarms.filter_map(|alarm| {
        let Some(AlarmReceiver::Muted(muted)) = receiver_of(input.index, alarm) else { return None };
        Some((alarm, muted))
    })
}

/// Does the alarm page people when it fires?
fn pages(input: &RuleInput<'_>, alarm: &Alarm) -> bool {
    let tier = severity::tier(&input.observed.preferences.severity, alarm);
    alarm.calls("sns").next().is_some() && tier.is_none_or(|tier| severity::weight(&tier) >= Health::Critical)
}

/// Returns until when something lasts: ` until 04:00 UTC`. Empty if that is not known.
fn until(now: Timestamp, end: Option<Timestamp>) -> String {
    end.map(|end| format!(" until {} UTC", fmt::clock(now, end, &TimeZone::UTC))).unwrap_or_default()
}

/// Finds the alarms that fire and are muted, and the mute rules that mute alarms that would page.
pub(super) fn told_nobody(input: &RuleInput<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut quiet: BTreeMap<String, (Muted, Vec<&Alarm>)> = BTreeMap::new();
    for (alarm, muted) in muted(input) {
        if alarm.firing() {
            found.push(firing(input, alarm, &muted));
        } else if pages(input, alarm) {
            quiet.entry(muted.rule.clone()).or_insert_with(|| (muted, Vec::new())).1.push(alarm);
        }
    }
    found.extend(quiet.into_values().map(|(muted, alarms)| would_tell(input, &muted, &alarms)));
    found
}

/// Finds the mute rules that mute now, and whose alarms were not read, if the model has alarms that would page.
///
/// The list of mute rules does not contain their alarms, so the rule may mute these.
pub(super) fn unread(input: &RuleInput<'_>) -> Vec<Finding> {
    let paging =
        input.rows.alarms.iter().filter(|alarm| pages(input, alarm) && !good_news(input.config, alarm)).count();
    if paging == 0 {
        return Vec::new();
    }
    let rules = input.observed.store.mute_rules.rows().filter(|rule| rule.details.is_none());
    let active = rules.filter(|rule| rule.muting(input.now).is_some());
    active
        .map(|rule| {
            let which = if paging == 1 { "an alarm" } else { "alarms" };
            let text = format!(
                "mute rule {} is active and may mute {which} of this model: its alarms were not read",
                rule.name
            );
            Finding::new(Health::Unknown, text)
                .brief(format!("{} may mute", rule.name))
                .about(Kind::MuteRules, &rule.name)
        })
        .collect()
}

fn firing(input: &RuleInput<'_>, alarm: &Alarm, muted: &Muted) -> Finding {
    let end = until(input.now, muted.until);
    let phrase = |name: &str| format!("nobody is notified of {name}{end}: mute rule {} mutes it", muted.rule);
    let brief = format!("{} muted{end} by {}", alarm.name.replace(input.chain.name, "…"), muted.rule);
    let since = alarm.since.max(muted.since);
    let finding = Finding::new(Health::Warning, phrase(&alarm.name)).brief(brief).since(since);
    finding.about(Kind::Alarms, &alarm.name).awaits(harm(input, alarm) == Health::Critical)
}

fn would_tell(input: &RuleInput<'_>, muted: &Muted, alarms: &[&Alarm]) -> Finding {
    let end = until(input.now, muted.until);
    let which = match alarms {
        [alarm] => alarm.name.clone(),
        _ => fmt::count(alarms.len(), "alarm"),
    };
    let would = if alarms.len() == 1 { "notifies" } else { "notify" };
    let text = format!("{which} {would} nobody{end}: muted by mute rule {}", muted.rule);
    let brief = format!("{which} muted{end} by {}", muted.rule);
    Finding::new(Health::Warning, text).brief(brief).since(muted.since).about(Kind::MuteRules, &muted.rule)
}
