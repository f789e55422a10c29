//! Monitoring schedules of Model Monitor: what watches the data and the answers of an endpoint, and what it found.
//!
//! The facts about Model Monitor are in `docs/aws.md#model-monitor`.

mod read;
mod violation;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::aws::{Aws, AwsError};
use crate::health::Health;
use crate::resources::{
    AwsCommand, Cadence, Event, Kind, Listing, Observed, Properties, Reference, Resource, Turn, page_of_arn,
};
pub use violation::{Violation, ViolationReport};

/// One schedule.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct MonitoringSchedule {
    /// Name: the id.
    pub name: String,
    /// ARN.
    pub arn: String,
    /// `DataQuality`, `ModelQuality`, `ModelBias` or `ModelExplainability`, raw.
    pub monitoring_type: String,
    /// `Scheduled`, `Stopped`, `Failed` or `Pending`, raw.
    pub status: String,
    /// The endpoint that it watches; absent if it watches transform jobs.
    pub endpoint: Option<String>,
    /// Creation.
    pub created: Option<Timestamp>,
    /// Last change.
    pub modified: Option<Timestamp>,
    /// The rest of it; absent until it was described.
    pub details: Option<MonitoringDetails>,
    /// Its last executions, newest first.
    pub executions: Vec<MonitoringExecution>,
    /// Whether its executions were listed. Otherwise there may be more, and newer ones.
    #[serde(default)]
    pub listed: bool,
    /// Whether it is scheduled, and two executions were missing when they were last listed.
    pub overdue: bool,
    /// The violations that the newest execution with violations found; absent until they were read.
    pub violations: Option<ViolationReport>,
}

/// The part of a schedule that the list does not contain.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct MonitoringDetails {
    /// The change of the schedule after which they were read.
    pub of: Option<Timestamp>,
    /// The times at which it executes: `cron(0 * ? * * *)`, or `NOW`.
    pub expression: Option<String>,
    /// The reason why it failed.
    pub failure: Option<String>,
    /// S3 URI of the constraints that it compares with, where the schedule itself names them.
    pub constraints: Option<String>,
    /// The name of its job definition.
    pub definition: Option<String>,
}

/// One execution.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct MonitoringExecution {
    /// `Completed`, `CompletedWithViolations`, `Failed`, `InProgress`, …, raw.
    pub status: String,
    /// The time for which it was scheduled.
    pub scheduled: Option<Timestamp>,
    /// Its last change.
    pub modified: Option<Timestamp>,
    /// ARN of the processing job that did it.
    pub job: Option<String>,
    /// The reason why it failed.
    pub failure: Option<String>,
}

impl MonitoringExecution {
    fn over(&self) -> bool {
        !matches!(self.status.as_str(), "Pending" | "InProgress" | "Stopping" | "")
    }
    /// Returns whether it found violations.
    #[must_use]
    pub fn violated(&self) -> bool {
        self.status == "CompletedWithViolations"
    }
    fn is_same(&self, other: &Self) -> bool {
        (&self.job, self.scheduled) == (&other.job, other.scheduled)
    }
    fn told(&self) -> String {
        self.failure.as_ref().map_or_else(|| self.status.clone(), |why| format!("{}: {why}", self.status))
    }
}

impl MonitoringSchedule {
    /// Returns the newest execution that has ended.
    #[must_use]
    pub fn newest(&self) -> Option<&MonitoringExecution> {
        self.executions.iter().find(|execution| execution.over())
    }
    /// Returns the violations of the newest execution, if they were read.
    #[must_use]
    pub fn found(&self) -> Option<&ViolationReport> {
        let newest = self.newest().filter(|newest| newest.violated())?;
        self.violations.as_ref().filter(|report| newest.job.as_ref() == Some(&report.job))
    }
    fn failure(&self) -> Option<&str> {
        self.details.as_ref()?.failure.as_deref()
    }
}

impl Resource for MonitoringSchedule {
    const KIND: Kind = Kind::MonitoringSchedules;
    const CADENCE: Cadence = Cadence::Rare;
    const OPTIONAL: bool = true;
    const AFTER: &'static [Kind] = &[Kind::Endpoints];
    const NOUN: Option<&'static str> = Some("monitor");
    const REFERENCES: &'static [&'static str] = &["endpoint"];
    fn id(&self) -> &str {
        &self.name
    }
    fn arn(&self) -> Option<&str> {
        Some(&self.arn)
    }
    fn status(&self) -> Option<&str> {
        Some(&self.status)
    }
    fn console(&self, region: &str) -> Option<String> {
        page_of_arn(region, &self.arn)
    }
    fn command(&self) -> Option<AwsCommand> {
        Some(AwsCommand::sagemaker("describe-monitoring-schedule", "monitoring-schedule-name", &self.name))
    }
    fn health(&self) -> Health {
        if self.problem().is_some() {
            return Health::Warning;
        }
        match self.status.as_str() {
            "Scheduled" if !self.listed || self.details.is_none() => Health::Unknown,
            "Scheduled" if self.executions.first().is_some_and(|newest| !newest.over()) => Health::Running,
            "Scheduled" => Health::Ok,
            "Pending" => Health::Running,
            _ => Health::Unknown,
        }
    }
    fn problem(&self) -> Option<String> {
        let newest = self.newest();
        match self.status.as_str() {
            "Stopped" => return Some("is stopped: nothing watches for drift".to_owned()),
            "Failed" => return Some(format!("failed: {}", self.failure().unwrap_or("AWS gives no reason"))),
            _ => {}
        }
        match newest {
            Some(newest) if newest.status == "Failed" => {
                let why = newest.failure.as_deref().unwrap_or("AWS gives no reason");
                Some(format!("failed in its last execution: {why}"))
            }
            Some(newest) if newest.violated() => {
                Some(self.found().map_or_else(|| "found violations".to_owned(), ViolationReport::in_words))
            }
            _ if self.overdue => Some("misses its executions".to_owned()),
            _ => None,
        }
    }
    fn problem_in_brief(&self) -> Option<&'static str> {
        let newest = self.newest();
        Some(match (self.status.as_str(), newest) {
            ("Stopped", _) => "monitor off",
            ("Failed", _) => "monitor failed",
            (_, Some(newest)) if newest.status == "Failed" => "monitor failed",
            (_, Some(newest)) if newest.violated() => "violations",
            (_, _) => "monitor silent",
        })
    }
    fn activity(&self) -> Option<String> {
        let newest = self.executions.first().filter(|newest| !newest.over() && self.problem().is_none())?;
        Some(format!("is {}", newest.status))
    }
    fn since(&self) -> Option<Timestamp> {
        match self.status.as_str() {
            "Stopped" | "Failed" => self.modified,
            _ => self.newest().filter(|_| self.problem().is_some()).and_then(|newest| newest.scheduled),
        }
    }
    fn summary(&self) -> String {
        let last = match self.executions.first() {
            Some(newest) => Some(newest.status.as_str()),
            None => self.listed.then_some("never executed"),
        };
        let when = self.details.as_ref().and_then(|details| details.expression.as_deref());
        let unread = (!self.listed).then_some("executions not read");
        let parts = [Some(&*self.monitoring_type), last, unread, when];
        parts.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("  ")
    }
    fn references(&self) -> Vec<Reference<'_>> {
        let endpoint = self.endpoint.as_deref();
        endpoint.map(|id| Reference::new(Kind::Endpoints, id, "EndpointName")).into_iter().collect()
    }
    fn properties(&self, all: &mut Properties) {
        all.status("MonitoringScheduleStatus", &*self.status)
            .text("MonitoringType", &*self.monitoring_type)
            .warning("found", self.problem().as_deref())
            .text("EndpointName", self.endpoint.as_deref());
        if let Some(report) = self.found() {
            report.properties(all);
        }
        if let Some(details) = &self.details {
            all.text("ScheduleExpression", details.expression.as_deref())
                .text("MonitoringJobDefinitionName", details.definition.as_deref())
                .text("ConstraintsResource", details.constraints.as_deref());
        }
        all.warning("schedule", self.details.is_none().then_some("not read"));
        all.warning("executions", (!self.listed).then_some("not read; there may be newer ones"));
        for execution in &self.executions {
            all.text("execution", &*execution.told())
                .time("  scheduled", execution.scheduled)
                .text("  job", execution.job.as_deref());
        }
        all.time("CreationTime", self.created).time("LastModifiedTime", self.modified);
    }
    fn events(&self, old: Option<&Self>) -> Vec<Event> {
        let new = self.executions.iter().filter(|execution| {
            // An execution that failed before it began has no job.
            let is_it = |known: &MonitoringExecution| known.is_same(execution) && known.status == execution.status;
            let known = old.is_some_and(|old| old.executions.iter().any(is_it));
            // Most executions find nothing, several an hour.
            execution.over() && execution.status != "Completed" && !known
        });
        let events = new.filter_map(|execution| {
            let health = Health::of_status(&execution.status);
            Some(Event::at(execution.modified?, health, format!("monitor {} {}", self.name, execution.told())))
        });
        let turned = self.modified.filter(|_| old.is_some_and(|old| old.status != self.status));
        let health = Health::of_status(&self.status);
        let turned = turned.map(|at| Event::at(at, health, format!("monitor {} {}", self.name, self.status)));
        events.chain(turned).collect()
    }
    async fn read(aws: &Aws, observed: &Observed, turn: Turn<'_, Self>) -> Result<Listing<Self>, AwsError> {
        read::read(aws, observed, turn).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn monitor(status: &str, newest: &[&str]) -> MonitoringSchedule {
        let execution = |status: &&str| MonitoringExecution {
            status: (*status).to_owned(),
            job: Some(format!("arn:{status}")),
            failure: (*status == "Failed").then(|| "no captured data".to_owned()),
            modified: Some(Timestamp::UNIX_EPOCH),
            ..MonitoringExecution::default()
        };
        MonitoringSchedule {
            name: "fraud-data".into(),
            status: status.into(),
            executions: newest.iter().map(execution).collect(),
            details: Some(MonitoringDetails::default()),
            listed: true,
            ..MonitoringSchedule::default()
        }
    }

    #[test]
    fn the_schedule_and_its_newest_execution_say_what_is_wrong() {
        let overdue = |m: MonitoringSchedule| MonitoringSchedule { overdue: true, ..m };
        let unlisted = |m: MonitoringSchedule| MonitoringSchedule { listed: false, ..m };
        let cases = [
            (monitor("Scheduled", &[]), Health::Ok, None),
            (monitor("Scheduled", &["Completed", "Failed"]), Health::Ok, None),
            (monitor("Scheduled", &["InProgress", "Completed"]), Health::Running, None),
            (monitor("Pending", &[]), Health::Running, None),
            (monitor("Stopped", &["Completed"]), Health::Warning, Some("is stopped: nothing watches for drift")),
            (monitor("Failed", &[]), Health::Warning, Some("failed: AWS gives no reason")),
            (
                monitor("Scheduled", &["InProgress", "Failed"]),
                Health::Warning,
                Some("failed in its last execution: no captured data"),
            ),
            (monitor("Scheduled", &["CompletedWithViolations"]), Health::Warning, Some("found violations")),
            (overdue(monitor("Scheduled", &["Completed"])), Health::Warning, Some("misses its executions")),
            (monitor("SomethingNew", &[]), Health::Unknown, None),
            (unlisted(monitor("Scheduled", &[])), Health::Unknown, None),
            (MonitoringSchedule { details: None, ..monitor("Scheduled", &["Completed"]) }, Health::Unknown, None),
            (unlisted(monitor("Scheduled", &["Completed"])), Health::Unknown, None),
            (
                unlisted(monitor("Scheduled", &["Failed"])),
                Health::Warning,
                Some("failed in its last execution: no captured data"),
            ),
        ];
        for (monitor, health, says) in cases {
            assert_eq!((monitor.health(), monitor.problem().as_deref()), (health, says), "{monitor:?}");
        }
    }

    #[test]
    fn only_a_schedule_whose_executions_were_listed_never_executed() {
        let cases = [
            (monitor("Scheduled", &[]), "never executed"),
            (monitor("Scheduled", &["Completed"]), "Completed"),
            (MonitoringSchedule { listed: false, ..monitor("Scheduled", &[]) }, "executions not read"),
            (
                MonitoringSchedule { listed: false, ..monitor("Scheduled", &["Completed"]) },
                "Completed  executions not read",
            ),
        ];
        for (monitor, summary) in cases {
            assert_eq!(monitor.summary(), summary);
        }
    }

    #[test]
    fn the_violations_of_an_older_execution_are_not_those_of_the_newest() {
        let report = |job: &str| ViolationReport { job: job.into(), total: 2, ..ViolationReport::default() };
        let of = |job| {
            let violations = Some(report(job));
            MonitoringSchedule { violations, ..monitor("Scheduled", &["CompletedWithViolations"]) }
        };
        assert_eq!(of("arn:CompletedWithViolations").problem().as_deref(), Some("found 2 violations"));
        assert_eq!(of("arn:older").problem().as_deref(), Some("found violations"));
    }

    #[test]
    fn an_execution_that_ends_is_an_event() {
        let (before, after) = (monitor("Scheduled", &["InProgress"]), monitor("Scheduled", &["Failed", "InProgress"]));
        let texts: Vec<String> = after.events(Some(&before)).into_iter().map(|event| event.text).collect();
        assert_eq!(texts, ["monitor fraud-data Failed: no captured data"]);
        assert_eq!(after.events(None).len(), 1, "one that ended before the first look");
        assert!(before.events(None).is_empty());
    }

    #[test]
    fn an_execution_that_finds_nothing_is_no_event() {
        let events = |newest: &[&str]| {
            let events = monitor("Scheduled", newest).events(Some(&monitor("Scheduled", &[])));
            events.into_iter().map(|event| (event.health, event.text)).collect::<Vec<_>>()
        };
        assert!(events(&["Completed"]).is_empty());
        let violated = "monitor fraud-data CompletedWithViolations".to_owned();
        assert_eq!(events(&["CompletedWithViolations", "Completed"]), [(Health::Warning, violated)]);
    }

    #[test]
    fn each_failure_without_a_job_is_an_event() {
        let failed = |hours: &[i64]| {
            let failed = |hour: &i64| MonitoringExecution {
                scheduled: Timestamp::from_second(hour * 3600).ok(),
                job: None,
                ..monitor("", &["Failed"]).executions.remove(0)
            };
            MonitoringSchedule { executions: hours.iter().map(failed).collect(), ..monitor("Scheduled", &[]) }
        };
        let events = |old: &[i64], new: &[i64]| failed(new).events(Some(&failed(old))).len();
        assert_eq!((events(&[1], &[2, 1]), events(&[2, 1], &[2, 1]), events(&[], &[2, 1])), (1, 0, 2));
    }
}
