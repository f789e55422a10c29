//! Shows the mute rules of an alarm.

use crate::app::App;
use crate::fmt;
use crate::model::Muted;
use crate::resources::mute_rule::MuteRule;

/// Returns until when an alarm is muted, and by what: `muted until 04:00 by rule release`.
pub(super) fn now(app: &App, Muted { rule, until, .. }: &Muted) -> String {
    let clock = |at| format!(" until {}", fmt::clock(app.here.observed.at, at, &app.zone));
    format!("muted{} by rule {rule}", until.map(clock).unwrap_or_default())
}

/// Returns until when an alarm is muted, for a narrow cell: `muted to 04:00`. The details of the alarm name the rule.
pub(super) fn brief(app: &App, Muted { until, .. }: &Muted) -> String {
    let clock = |at| format!(" to {}", fmt::clock(app.here.observed.at, at, &app.zone));
    format!("muted{}", until.map(clock).unwrap_or_default())
}

/// Returns the rules that do not mute an alarm now, and will at another time.
fn later<'a>(app: &'a App, alarm: &'a str) -> impl Iterator<Item = &'a MuteRule> {
    let at = app.here.observed.at;
    let own =
        app.here.observed.store.mute_rules.rows().filter(move |rule| rule.alarms.iter().any(|name| name == alarm));
    own.filter(move |rule| rule.muting(at).is_none() && rule.next_after(at).is_some())
}

/// Returns when an alarm that is not muted now will be: `muted from 02:00 by rule nightly`. Empty if it will not be.
pub(super) fn soon(app: &App, alarm: &str) -> Option<String> {
    let at = app.here.observed.at;
    let first =
        later(app, alarm).filter_map(|rule| Some((rule.next_after(at)?, rule))).min_by_key(|(next, _)| *next)?;
    Some(format!("muted from {} by rule {}", fmt::clock(at, first.0, &app.zone), first.1.name))
}

/// Describes the rules that will mute an alarm: `muted every cron(0 2 * * *) for 2h by rule nightly, next 11-24 02:00`.
pub(super) fn schedules(app: &App, alarm: &str) -> Vec<String> {
    let at = app.here.observed.at;
    let described = later(app, alarm).map(|rule| {
        let every = if rule.mute_type == "ONE_TIME" { "at" } else { "every" };
        let next = rule.next_after(at).map(|next| format!(", next {}", fmt::clock(at, next, &app.zone)));
        format!("muted {every} {} by rule {}{}", rule.when(), rule.name, next.unwrap_or_default())
    });
    described.collect()
}
