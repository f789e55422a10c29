//! Mute rules of alarms: while one is active, its alarms change their states as ever and call nothing.
//!
//! The facts about mute rules are in `docs/aws.md#mute-rules`.

mod window;

use aws_sdk_cloudwatch::operation::get_alarm_mute_rule::GetAlarmMuteRuleOutput;
use aws_sdk_cloudwatch::types::AlarmMuteRuleSummary;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::aws::{Arn, Aws, AwsError, failed, pages};
use crate::health::Health;
use crate::resources::detailed::add_details;
use crate::resources::{
    AwsCommand, Cadence, Event, Kind, Listing, Observed, Properties, Reference, Resource, Turn, time,
};
pub use window::{MuteSchedule, Window};

/// Pages of 100 rules.
const PAGES: usize = 30;
/// The status of a rule that mutes its alarms now.
const ACTIVE: &str = "ACTIVE";
/// The status of a rule that will mute nothing again.
const EXPIRED: &str = "EXPIRED";

/// One mute rule.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct MuteRule {
    /// Name: the id. The list does not contain it, so it is that of the ARN.
    pub name: String,
    /// ARN.
    pub arn: String,
    /// `ACTIVE`, `SCHEDULED`, `EXPIRED`, raw.
    pub status: String,
    /// `ONE_TIME` or `RECURRING`, raw.
    pub mute_type: String,
    /// When it was changed.
    pub modified: Option<Timestamp>,
    /// The names of its alarms; none until they are read.
    pub alarms: Vec<String>,
    /// The rest of it; absent until that is read.
    pub details: Option<MuteDetails>,
    /// Whether the status contradicted the schedule when it was read, so that the schedule has a form that is unknown
    /// here.
    pub unclear: bool,
}

/// The part of a mute rule that the list does not contain.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct MuteDetails {
    /// The change of the rule after which they were read.
    pub of: Option<Timestamp>,
    /// Its description.
    pub description: String,
    /// When it mutes.
    pub schedule: MuteSchedule,
}

/// How long a rule mutes an alarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Muting {
    /// In this window.
    In(Window),
    /// Nobody knows until when.
    Unclear,
}

impl Muting {
    /// Returns the window, if it is known.
    #[must_use]
    pub fn window(self) -> Option<Window> {
        if let Self::In(window) = self { Some(window) } else { None }
    }
}

/// Rules that expired longer ago explain no event that is shown.
const DAY: jiff::SignedDuration = jiff::SignedDuration::from_hours(24);

impl MuteRule {
    /// Returns how the rule mutes its alarms at a time. `None` if it does not.
    #[must_use]
    pub fn muting(&self, at: Timestamp) -> Option<Muting> {
        let schedule = self.details.as_ref().map(|details| &details.schedule);
        match schedule {
            _ if self.status == EXPIRED => None,
            Some(schedule) if !self.unclear => schedule.open_at(at).map(Muting::In),
            _ => (self.status == ACTIVE).then_some(Muting::Unclear),
        }
    }
    /// Returns how the rule muted its alarms at a past time, if its schedule tells that. A rule that has expired since
    /// muted them as well.
    #[must_use]
    pub fn muted_at(&self, at: Timestamp) -> Option<Muting> {
        let known = self.details.as_ref().filter(|_| !self.unclear);
        known.and_then(|details| details.schedule.open_at(at)).map(Muting::In)
    }
    /// Returns its schedule in a few words: `cron(0 2 * * *) for 2h`.
    #[must_use]
    pub fn when(&self) -> String {
        let Some(details) = &self.details else { return "not read yet".to_owned() };
        let MuteSchedule { expression, duration, zone, .. } = &details.schedule;
        let zone = zone.as_deref().filter(|zone| *zone != "UTC").map(|zone| format!(" {zone}")).unwrap_or_default();
        let length = details.schedule.length().map_or_else(|| duration.clone(), |length| format!("{length:#}"));
        format!("{expression}{zone} for {length}")
    }
    /// Returns when it mutes next after a time, if that is known.
    #[must_use]
    pub fn next_after(&self, at: Timestamp) -> Option<Timestamp> {
        let known = self.details.as_ref().filter(|_| self.status != EXPIRED && !self.unclear);
        known.and_then(|details| details.schedule.next_after(at))
    }
    /// Compares its status with its schedule.
    fn judged(self, now: Timestamp) -> Self {
        let open = self.details.as_ref().map(|details| details.schedule.open_at(now).is_some());
        let unclear = open.is_some_and(|open| open != (self.status == ACTIVE)) && self.status != EXPIRED;
        Self { unclear, ..self }
    }
}

impl Resource for MuteRule {
    const KIND: Kind = Kind::MuteRules;
    const CADENCE: Cadence = Cadence::Rare;
    const OPTIONAL: bool = true;
    // The kinds that show what serves and what fires come first.
    const AFTER: &'static [Kind] = &[Kind::Alarms, Kind::Packages];
    const NOUN: Option<&'static str> = Some("mute rule");
    const REFERENCES: &'static [&'static str] = &["alarms"];
    fn id(&self) -> &str {
        &self.name
    }
    fn arn(&self) -> Option<&str> {
        Some(&self.arn)
    }
    fn status(&self) -> Option<&str> {
        Some(&self.status)
    }
    fn health(&self) -> Health {
        match self.status.as_str() {
            ACTIVE => Health::Warning,
            "SCHEDULED" | EXPIRED => Health::Ok,
            _ => Health::Unknown,
        }
    }
    fn summary(&self) -> String {
        let alarms = if self.details.is_some() { format!("  → {}", self.alarms.join(", ")) } else { String::new() };
        format!("{}{alarms}", self.when())
    }
    fn activity(&self) -> Option<String> {
        (self.status == ACTIVE).then(|| "mutes its alarms".to_owned())
    }
    fn references(&self) -> Vec<Reference<'_>> {
        // What is over mutes nothing.
        let named = self.alarms.iter().filter(|_| self.status != EXPIRED);
        named.map(|id| Reference::new(Kind::Alarms, id, "MuteTargets.AlarmNames")).collect()
    }
    fn console(&self, region: &str) -> Option<String> {
        Some(format!("cloudwatch/home?region={region}#alarmsV2:"))
    }
    fn command(&self) -> Option<AwsCommand> {
        Some(AwsCommand::new("cloudwatch", "get-alarm-mute-rule", "alarm-mute-rule-name", &self.name))
    }
    fn properties(&self, all: &mut Properties) {
        all.status("Status", &*self.status).text("MuteType", &*self.mute_type);
        if let Some(details) = &self.details {
            all.text("Expression", &*details.schedule.expression)
                .text("Timezone", details.schedule.zone.as_deref())
                .text("Duration", &*details.schedule.duration)
                .time("StartDate", details.schedule.start)
                .time("ExpireDate", details.schedule.expire)
                .text("AlarmNames", &*self.alarms.join(", "))
                .text("Description", &*details.description);
        }
        all.time("LastUpdatedTimestamp", self.modified);
        if self.unclear {
            all.warning("schedule", "the status contradicts it: when the rule mutes is not known");
        }
    }
    fn events(&self, old: Option<&Self>) -> Vec<Event> {
        let status = old
            .filter(|old| old.status != self.status)
            .map(|_| Event::observed(self.health(), format!("mute rule {} {}", self.name, self.status)));
        let changed = self.modified.filter(|_| old.is_none_or(|old| old.modified != self.modified));
        let changed = changed.map(|at| Event::at(at, Health::Running, format!("mute rule {} changed", self.name)));
        status.into_iter().chain(changed).collect()
    }
    async fn read(aws: &Aws, observed: &Observed, turn: Turn<'_, Self>) -> Result<Listing<Self>, AwsError> {
        let listed = pages(PAGES, async |token| {
            let request = aws.cloudwatch.list_alarm_mute_rules().max_records(100).set_next_token(token);
            let page = request.send().await.map_err(failed)?;
            let rows = page.alarm_mute_rule_summaries.unwrap_or_default().into_iter().filter_map(from_summary);
            Ok((rows.collect(), page.next_token))
        })
        .await?;
        let renew =
            |listed, known: &Self| Self { alarms: known.alarms.clone(), details: known.details.clone(), ..listed };
        let holds = |row: &Self| {
            // The details of a rule that expired within the last day are read, too: the console shows the events of
            // that day, and the details tell which of them the rule muted.
            let is_over = row.status == EXPIRED && row.modified.is_some_and(|at| observed.at.duration_since(at) > DAY);
            is_over || row.details.as_ref().is_some_and(|details| details.of == row.modified)
        };
        let read = async |rule: Self| {
            let request = aws.cloudwatch.get_alarm_mute_rule().alarm_mute_rule_name(&rule.name);
            let (details, alarms) = from_output(request.send().await.map_err(failed)?);
            Ok(Self { details: Some(MuteDetails { of: rule.modified, ..details }), alarms, ..rule })
        };
        let mut listing = add_details(observed, turn.known, listed, (renew, holds), read).await;
        listing.rows = listing.rows.into_iter().map(|rule| rule.judged(observed.at)).collect();
        Ok(listing)
    }
}

/// Returns a rule of the list. One whose ARN has no name cannot be read any further, and is left out.
fn from_summary(summary: AlarmMuteRuleSummary) -> Option<MuteRule> {
    let arn = summary.alarm_mute_rule_arn?;
    let name = Arn::parse(&arn)?.resource.strip_prefix("alarm-mute-rule:")?.to_owned();
    Some(MuteRule {
        name,
        status: summary.status.map(|status| status.as_str().to_owned()).unwrap_or_default(),
        mute_type: summary.mute_type.unwrap_or_default(),
        modified: time(summary.last_updated_timestamp.as_ref()),
        arn,
        ..MuteRule::default()
    })
}

/// Returns the details of a rule, and the names of its alarms.
fn from_output(output: GetAlarmMuteRuleOutput) -> (MuteDetails, Vec<String>) {
    let (start, expire) = (time(output.start_date.as_ref()), time(output.expire_date.as_ref()));
    let schedule = output.rule.and_then(|rule| rule.schedule).map(|schedule| MuteSchedule {
        expression: schedule.expression.unwrap_or_default(),
        duration: schedule.duration.unwrap_or_default(),
        zone: schedule.timezone,
        start,
        expire,
    });
    let (description, schedule) = (output.description.unwrap_or_default(), schedule.unwrap_or_default());
    let alarms = output.mute_targets.and_then(|targets| targets.alarm_names).unwrap_or_default();
    (MuteDetails { of: None, description, schedule }, alarms)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(status: &str, expression: &str) -> MuteRule {
        let (expression, duration) = (expression.to_owned(), "PT2H".to_owned());
        let schedule = MuteSchedule { expression, duration, ..MuteSchedule::default() };
        let details = Some(MuteDetails { schedule, ..MuteDetails::default() });
        MuteRule { name: "r".into(), status: status.into(), alarms: vec!["a".into()], details, ..MuteRule::default() }
    }

    #[test]
    fn a_rule_mutes_when_its_schedule_says_so_unless_aws_contradicts_it() {
        let read: Timestamp = "2026-11-23T03:11:00Z".parse().unwrap();
        let later = "2026-11-23T04:10:00Z".parse().unwrap();
        let until = |end: &str| Some(end.parse::<Timestamp>().ok());
        let cases = [
            (rule("ACTIVE", "cron(0 2 * * *)"), until("2026-11-23T04:00:00Z"), None),
            // Its window opens after it was read.
            (rule("SCHEDULED", "cron(0 4 * * *)"), None, until("2026-11-23T06:00:00Z")),
            (rule("EXPIRED", "cron(0 2 * * *)"), None, None),
            (rule("ACTIVE", "of a form that is new"), Some(None), Some(None)),
            (rule("SCHEDULED", "of a form that is new"), None, None),
            // AWS reads the expression in another way than this program.
            (rule("SCHEDULED", "cron(0 2 * * *)"), None, None),
            (rule("ACTIVE", "cron(0 4 * * *)"), Some(None), Some(None)),
            (MuteRule { details: None, ..rule("ACTIVE", "") }, Some(None), Some(None)),
        ];
        for (rule, at_once, then) in cases {
            let rule = rule.judged(read);
            let muted = |at| rule.muting(at).map(|muting| muting.window().and_then(|window| window.end));
            assert_eq!((muted(read), muted(later)), (at_once, then), "{rule:?}");
        }
    }

    #[test]
    fn a_rule_is_known_by_the_name_in_its_arn() {
        let named = |arn: &str| {
            from_summary(AlarmMuteRuleSummary::builder().alarm_mute_rule_arn(arn).build()).map(|rule| rule.name)
        };
        assert_eq!(named("arn:aws:cloudwatch:eu-west-1:1:alarm-mute-rule:release: 7"), Some("release: 7".into()));
        assert_eq!(named("arn:aws:cloudwatch:eu-west-1:1:alarm:x"), None);
        assert_eq!(named("not an ARN"), None);
    }

    #[test]
    fn a_rule_says_when_it_mutes_and_what() {
        assert_eq!(rule("ACTIVE", "cron(0 2 * * *)").summary(), "cron(0 2 * * *) for 2h  → a");
        assert_eq!(MuteRule { details: None, ..rule("ACTIVE", "") }.summary(), "not read yet");
        let named = |rule: &MuteRule| Resource::references(rule).iter().map(|r| r.id.to_owned()).collect::<Vec<_>>();
        assert_eq!(named(&rule("ACTIVE", "x")), ["a"]);
        assert_eq!(named(&rule("EXPIRED", "x")), [""; 0]);
    }
}
