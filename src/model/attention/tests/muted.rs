//! Cases of the rules of muted alarms.

use super::cases;
use crate::model::Health::{Unknown, Warning};
use crate::model::testing::{Account, MINUTE, alarm, composite, mute_rule};
use crate::resources::mute_rule::MuteRule;

/// The seconds since the mute rule of the cases began to mute, at 01:00 UTC.
const MUTED: i64 = 47 * MINUTE;

fn muted(a: &mut Account, alarms: &[&str]) {
    a.mute_rules.push(mute_rule("release", alarms));
}

fn fires(a: &mut Account) {
    a.alarms[0].state = "ALARM".into();
}

fn unread(a: &mut Account, status: &str) {
    a.mute_rules.push(MuteRule { status: status.into(), details: None, ..mute_rule("release", &[]) });
}

cases! {
    Alarms "muted":
    "no rule mutes anything" |a| fires(a) => [];
    "a rule mutes another alarm" |a| { fires(a); muted(a, &["other"]) } => [];
    "a rule mutes the alarm that fires" |a| { fires(a); muted(a, &["fraud-5xx"]) }
        => [(Warning, "nobody is notified of fraud-5xx until 04:00 UTC: mute rule release mutes it", Some(MUTED))];
    "a rule mutes an alarm that would page" |a| muted(a, &["fraud-5xx"])
        => [(Warning, "fraud-5xx notifies nobody until 04:00 UTC: muted by mute rule release", Some(MUTED))];
    "a rule mutes two of them" |a| { a.alarms.push(alarm("fraud-4xx", "OK")); muted(a, &["fraud-5xx", "fraud-4xx"]) }
        => [(Warning, "2 alarms notify nobody until 04:00 UTC: muted by mute rule release", Some(MUTED))];
    "a quiet alarm that does not page" |a| { a.alarms[0].description = "sev3".into(); muted(a, &["fraud-5xx"]) } => [];
    "an alarm that does not page fires" |a| {
        fires(a);
        a.alarms[0].description = "sev3".into();
        muted(a, &["fraud-5xx"]);
    } => [(Warning, "nobody is notified of fraud-5xx until 04:00 UTC: mute rule release mutes it", Some(MUTED))];
    "a composite alarm notifies for it" |a| {
        fires(a);
        a.alarms.push(composite("page", "ALARM", "ALARM(\"fraud-5xx\")"));
        muted(a, &["fraud-5xx"]);
    } => [];
    "the composite alarm is muted as well" |a| {
        fires(a);
        a.alarms[0].actions.clear();
        a.alarms.push(composite("page", "ALARM", "ALARM(\"fraud-5xx\")"));
        muted(a, &["page"]);
    } => [(Warning, "nobody is notified of page until 04:00 UTC: mute rule release mutes it", Some(MUTED))];
    "nobody knows until when" |a| {
        fires(a);
        a.mute_rules.push(MuteRule { unclear: true, ..mute_rule("release", &["fraud-5xx"]) });
    } => [(Warning, "nobody is notified of fraud-5xx: mute rule release mutes it", Some(60 * MINUTE))];
    "the rule is over" |a| {
        fires(a);
        a.mute_rules.push(MuteRule { status: "EXPIRED".into(), ..mute_rule("release", &["fraud-5xx"]) });
    } => [];
    Alarms "mute-unread":
    "its alarms were read" |a| muted(a, &["other"]) => [];
    "it is active and was not read" |a| unread(a, "ACTIVE")
        => [(Unknown, "mute rule release is active and may mute an alarm of this model: its alarms were not read", None)];
    "the model has two alarms that page" |a| { a.alarms.push(alarm("fraud-4xx", "OK")); unread(a, "ACTIVE") }
        => [(Unknown, "mute rule release is active and may mute alarms of this model: its alarms were not read", None)];
    "it is not active yet" |a| unread(a, "SCHEDULED") => [];
    "it is over" |a| unread(a, "EXPIRED") => [];
    "no alarm would page" |a| { a.alarms[0].description = "sev3".into(); unread(a, "ACTIVE") } => [];
}
