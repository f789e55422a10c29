//! Schedules of `EventBridge` Scheduler: what starts a pipeline at fixed times.

use aws_sdk_scheduler::operation::get_schedule::GetScheduleOutput;
use aws_sdk_scheduler::types::ScheduleSummary;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::aws::{Aws, AwsError, failed, pages};
use crate::health::Health;
use crate::resources::convert::url_part;
use crate::resources::detailed::add_details;
use crate::resources::next_run::{NextRun, next_run};
use crate::resources::{
    AwsCommand, Cadence, Event, Kind, Listing, LogSource, Observed, Properties, Reference, Resource, Turn, arn_name,
    time,
};

/// Pages of 100 schedules.
const PAGES: usize = 30;

/// One schedule.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Schedule {
    /// Group and name: the id. A name is unique within its group.
    pub id: String,
    /// Name.
    pub name: String,
    /// Its group.
    pub group: String,
    /// ARN.
    pub arn: String,
    /// `ENABLED` or `DISABLED`, raw.
    pub state: String,
    /// The ARN of its target.
    pub target: String,
    /// When it was changed.
    pub modified: Option<Timestamp>,
    /// The rest of it; absent until that is read.
    pub details: Option<ScheduleDetails>,
}

/// The part of a schedule that the list does not contain.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ScheduleDetails {
    /// The change of the schedule after which they were read.
    pub of: Option<Timestamp>,
    /// `rate(7 days)`, `cron(…)` or `at(…)`.
    pub expression: String,
    /// The time zone of the expression.
    pub zone: Option<String>,
    /// Its description.
    pub description: String,
    /// The time from which a rate counts: its start date, or the time at which it was made.
    pub begin: Option<Timestamp>,
    /// The time after which it no longer runs.
    pub end: Option<Timestamp>,
    /// The ARN of the role that starts the target.
    pub role: Option<String>,
    /// The ARN of the queue that gets events that could not be delivered.
    pub dead_letters: Option<String>,
    /// The next run, seen from the time at which it was read.
    pub next: NextRun,
}

impl Schedule {
    /// Returns whether it is enabled.
    #[must_use]
    pub fn enabled(&self) -> bool {
        self.state == "ENABLED"
    }
    /// Returns whether it was read that it never runs again.
    fn is_over(&self) -> bool {
        self.details.as_ref().is_some_and(|details| details.next == NextRun::Never)
    }
}

impl Resource for Schedule {
    const KIND: Kind = Kind::Schedules;
    const CADENCE: Cadence = Cadence::Rare;
    const OPTIONAL: bool = true;
    // The kinds that show what serves and what fires come first.
    const AFTER: &'static [Kind] = &[Kind::Alarms, Kind::Packages];
    const NOUN: Option<&'static str> = Some("schedule");
    const STARTS: bool = true;
    const REFERENCES: &'static [&'static str] = &["target"];
    fn id(&self) -> &str {
        &self.id
    }
    fn title_of(id: &str) -> std::borrow::Cow<'_, str> {
        id.strip_prefix("default/").unwrap_or(id).into()
    }
    fn arn(&self) -> Option<&str> {
        Some(&self.arn)
    }
    fn status(&self) -> Option<&str> {
        Some(&self.state)
    }
    fn health(&self) -> Health {
        if self.problem().is_some() { Health::Warning } else { Health::Ok }
    }
    fn starts(&self) -> bool {
        self.problem().is_none()
    }
    fn problem(&self) -> Option<String> {
        if !self.enabled() {
            return Some("is disabled".to_owned());
        }
        self.is_over().then(|| "has no further run".to_owned())
    }
    fn summary(&self) -> String {
        let when = self.details.as_ref().map(|details| {
            let zone = details.zone.as_deref().filter(|zone| *zone != "UTC").map(|zone| format!(" {zone}"));
            format!("{}{}  ", details.expression, zone.unwrap_or_default())
        });
        format!("{}→ {}", when.unwrap_or_default(), arn_name(&self.target))
    }
    fn references(&self) -> Vec<Reference<'_>> {
        Reference::of_arn(&self.target, "Target.Arn").into_iter().collect()
    }
    /// The log of its target, if that is a function.
    fn log(&self) -> Option<LogSource> {
        LogSource::of_arn(&self.target)
    }
    fn properties(&self, all: &mut Properties) {
        all.status("State", &*self.state);
        if let Some(details) = &self.details {
            all.text("ScheduleExpression", &*details.expression)
                .text("ScheduleExpressionTimezone", details.zone.as_deref())
                .time("next run", details.next.at())
                .time("EndDate", details.end)
                .text("Description", &*details.description)
                .text("RoleArn", details.role.as_deref())
                .text("dead letters", details.dead_letters.as_deref());
        }
        all.text("Target", &*self.target).time("LastModificationDate", self.modified);
        if self.is_over() {
            all.warning("next run", "none: the schedule is over");
        }
    }
    fn console(&self, region: &str) -> Option<String> {
        Some(format!("scheduler/home?region={region}#schedules/{}/{}", url_part(&self.group), url_part(&self.name)))
    }
    fn command(&self) -> Option<AwsCommand> {
        Some(AwsCommand::new("scheduler", "get-schedule", "name", &self.name).with("group-name", &*self.group))
    }
    fn events(&self, old: Option<&Self>) -> Vec<Event> {
        let changed = old.is_some_and(|old| (&old.state, old.modified) != (&self.state, self.modified));
        let health = if self.enabled() { Health::Running } else { Health::Warning };
        let text = if self.enabled() { "changed" } else { "disabled" };
        let event = |at| Event::at(at, health, format!("schedule {} {text}", self.name));
        self.modified.filter(|_| changed).map(event).into_iter().collect()
    }
    async fn read(aws: &Aws, observed: &Observed, turn: Turn<'_, Self>) -> Result<Listing<Self>, AwsError> {
        let listed = pages(PAGES, async |token| {
            let request = aws.scheduler.list_schedules().max_results(100).set_next_token(token);
            let page = request.send().await.map_err(failed)?;
            Ok((page.schedules.into_iter().map(from_summary).collect(), page.next_token))
        })
        .await?;
        let renew = |listed, known: &Self| {
            let details = known.details.as_ref().map(|details| at_time(details, observed.at));
            Self { details, ..listed }
        };
        let holds = |row: &Self| row.details.as_ref().is_some_and(|details| details.of == row.modified);
        let read = async |schedule: Self| {
            let request = aws.scheduler.get_schedule().group_name(&schedule.group).name(&schedule.name);
            let details = from_output(request.send().await.map_err(failed)?);
            let details = ScheduleDetails { of: schedule.modified, ..at_time(&details, observed.at) };
            Ok(Self { details: Some(details), ..schedule })
        };
        Ok(add_details(observed, turn.known, listed, (renew, holds), read).await)
    }
}

/// Returns the details with the next run after a time.
fn at_time(details: &ScheduleDetails, now: Timestamp) -> ScheduleDetails {
    let zone = TimeZone::get(details.zone.as_deref().unwrap_or("UTC"));
    let next = zone.map(|zone| next_run(&details.expression, &zone, details.begin, now).until(details.end));
    let next = next.unwrap_or_default();
    ScheduleDetails { next, ..details.clone() }
}

fn from_summary(summary: ScheduleSummary) -> Schedule {
    let (group, name) = (summary.group_name.unwrap_or_default(), summary.name.unwrap_or_default());
    Schedule {
        id: format!("{group}/{name}"),
        name,
        group,
        arn: summary.arn.unwrap_or_default(),
        state: summary.state.map(|state| state.as_str().to_owned()).unwrap_or_default(),
        target: summary.target.map(|target| target.arn).unwrap_or_default(),
        modified: time(summary.last_modification_date.as_ref()),
        details: None,
    }
}

fn from_output(output: GetScheduleOutput) -> ScheduleDetails {
    let begin = output.start_date.as_ref().or(output.creation_date.as_ref());
    ScheduleDetails {
        of: None,
        begin: time(begin),
        end: time(output.end_date.as_ref()),
        expression: output.schedule_expression.unwrap_or_default(),
        zone: output.schedule_expression_timezone,
        description: output.description.unwrap_or_default(),
        role: output.target.as_ref().map(|target| target.role_arn.clone()),
        dead_letters: output.target.and_then(|target| target.dead_letter_config).and_then(|queue| queue.arn),
        next: NextRun::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schedule_says_whether_it_will_start_its_target() {
        let now: Timestamp = "2026-11-23T03:11:00Z".parse().unwrap();
        let schedule = |state: &str, expression: &str, end: Option<&str>| {
            let end = end.map(|end| end.parse().unwrap());
            let details = ScheduleDetails { expression: expression.into(), end, ..ScheduleDetails::default() };
            Schedule { state: state.into(), details: Some(at_time(&details, now)), ..Schedule::default() }
        };
        let cases = [
            (schedule("ENABLED", "cron(0 3 1 * ? *)", None), None),
            (schedule("DISABLED", "cron(0 3 1 * ? *)", None), Some("is disabled")),
            (schedule("ENABLED", "cron(0 3 1 * ? *)", Some("2026-11-30T00:00:00Z")), Some("has no further run")),
            (schedule("ENABLED", "at(2026-11-22T00:00:00)", None), Some("has no further run")),
            // Without the time at which it began, the next run of a rate is unknown, and that is no problem.
            (schedule("ENABLED", "rate(7 days)", None), None),
            (schedule("ENABLED", "cron(of a form that is new)", None), None),
            (Schedule { state: "ENABLED".into(), ..Schedule::default() }, None),
        ];
        for (schedule, problem) in cases {
            assert_eq!(schedule.problem().as_deref(), problem, "{schedule:?}");
            assert_eq!(schedule.starts(), problem.is_none());
        }
    }
}
