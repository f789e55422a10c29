//! Executions of Systems Manager Automation that concern the models: what a runbook does to their endpoints, pipelines and
//! alarms, and where it failed.
//!
//! They are listed only while the pane that shows them is open. The facts are in `docs/aws.md#automation-executions`.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ssm::types::AutomationExecution as Described;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::aws::{Aws, AwsError, describe, failed, in_background};
use crate::health::Health;
use crate::resources::related::names_existing;
use crate::resources::{
    AwsCommand, Cadence, Event, Kind, Listing, Observed, Properties, Reference, Resource, Table, Turn, settled, time,
};

/// The newest executions of the account that are looked through.
const NEWEST: i32 = 50;

/// One execution.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct AutomationExecution {
    /// `AutomationExecutionId`: the id.
    pub id: String,
    /// The name of the runbook (document).
    pub document: String,
    /// Its version.
    pub version: Option<String>,
    /// `InProgress`, `Success`, `Failed`, `PendingApproval`, …, raw.
    pub status: String,
    /// Start.
    pub started: Option<Timestamp>,
    /// End.
    pub ended: Option<Timestamp>,
    /// ARN of who started it.
    pub by: Option<String>,
    /// The step that failed; otherwise the one that it is in.
    pub step: Option<String>,
    /// The reason why it failed.
    pub failure: Option<String>,
    /// The values of its parameters.
    pub parameters: BTreeMap<String, Vec<String>>,
}

/// The ends of the names of parameters that tell what their values are, and the kinds of these.
const NAMED: &[(&str, Kind)] = &[
    ("EndpointName", Kind::Endpoints),
    ("ModelPackageGroupName", Kind::Groups),
    ("PipelineName", Kind::Pipelines),
    ("AlarmName", Kind::Alarms),
    ("TrainingJobName", Kind::Jobs),
];

impl AutomationExecution {
    /// Calls `GetAutomationExecution`.
    ///
    /// # Errors
    /// Those of the call.
    pub async fn of(aws: &Aws, id: &str) -> Result<Self, AwsError> {
        let answer = aws.ssm.get_automation_execution().automation_execution_id(id).send().await.map_err(failed)?;
        let described = answer.automation_execution;
        described
            .map(|described| from_sdk(id, described))
            .ok_or_else(|| AwsError::other("GetAutomationExecution", "no AutomationExecution"))
    }
    /// Returns whether it does not change any more. Words that are not known count as under way.
    #[must_use]
    pub fn over(&self) -> bool {
        self.succeeded() || self.has_failed()
    }
    /// Returns whether it came to its end.
    #[must_use]
    pub fn succeeded(&self) -> bool {
        matches!(self.status.as_str(), "Success" | "CompletedWithSuccess")
    }
    /// Returns whether it ended before its end.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        matches!(
            self.status.as_str(),
            "Failed"
                | "TimedOut"
                | "Cancelled"
                | "Rejected"
                | "CompletedWithFailure"
                | "Exited"
                | "ChangeCalendarOverrideRejected"
        )
    }
    /// Describes its state: `Failed in Act: the queue does not exist`.
    #[must_use]
    pub fn in_words(&self) -> String {
        let step = self.step.as_deref().filter(|_| !self.succeeded()).map(|step| format!(" in {step}"));
        let failure = self.failure.as_deref().filter(|_| self.has_failed()).map(|why| format!(": {why}"));
        format!("{}{}{}", self.status, step.unwrap_or_default(), failure.unwrap_or_default())
    }
}

fn from_sdk(id: &str, d: Described) -> AutomationExecution {
    let steps = d.step_executions.unwrap_or_default();
    let bad = |status: &str| matches!(status, "Failed" | "TimedOut" | "Cancelled");
    let failed = steps.iter().find(|step| step.step_status.as_ref().is_some_and(|status| bad(status.as_str())));
    let failure = failed.and_then(|step| step.failure_message.clone()).or(d.failure_message);
    AutomationExecution {
        id: id.to_owned(),
        document: d.document_name.unwrap_or_default(),
        version: d.document_version,
        status: d.automation_execution_status.map(|status| status.as_str().to_owned()).unwrap_or_default(),
        started: time(d.execution_start_time.as_ref()),
        ended: time(d.execution_end_time.as_ref()),
        by: d.executed_by,
        step: failed.and_then(|step| step.step_name.clone()).or(d.current_step_name),
        failure: failure.filter(|why| !why.is_empty()),
        parameters: d.parameters.unwrap_or_default().into_iter().collect(),
    }
}

impl Resource for AutomationExecution {
    const KIND: Kind = Kind::AutomationExecutions;
    const CADENCE: Cadence = Cadence::Rare;
    const OPTIONAL: bool = true;
    const ON_DEMAND: bool = true;
    const AFTER: &'static [Kind] = &[Kind::Endpoints, Kind::Alarms, Kind::Pipelines];
    const NOUN: Option<&'static str> = Some("SSM automation");
    fn id(&self) -> &str {
        &self.id
    }
    fn title(&self) -> Cow<'_, str> {
        (&*self.document).into()
    }
    fn status(&self) -> Option<&str> {
        Some(&self.status)
    }
    fn health(&self) -> Health {
        match () {
            () if self.succeeded() => Health::Ok,
            () if self.has_failed() => Health::Warning,
            () if self.status.is_empty() => Health::Unknown,
            () => Health::Running,
        }
    }
    fn summary(&self) -> String {
        self.in_words()
    }
    fn activity(&self) -> Option<String> {
        (!self.over() && !self.status.is_empty()).then(|| format!("is {}", self.in_words()))
    }
    fn since(&self) -> Option<Timestamp> {
        self.started
    }
    fn references(&self) -> Vec<Reference<'_>> {
        let named = self.parameters.iter().flat_map(|(name, values)| {
            let kind = NAMED.iter().find(|(end, _)| name.ends_with(end)).map(|(_, kind)| *kind);
            values.iter().filter_map(move |value| {
                let by_name = || Some(Reference::new(kind?, value, "Parameters"));
                Reference::of_arn(value, "Parameters").or_else(by_name)
            })
        });
        named.collect()
    }
    fn properties(&self, all: &mut Properties) {
        all.status("AutomationExecutionStatus", &*self.status)
            .text(if self.has_failed() { "failed step" } else { "CurrentStepName" }, self.step.as_deref())
            .warning("FailureMessage", self.failure.as_deref())
            .text("DocumentName", &*self.document)
            .text("DocumentVersion", self.version.as_deref())
            .time("ExecutionStartTime", self.started)
            .time("ExecutionEndTime", self.ended)
            .text("ExecutedBy", self.by.as_deref());
        for (name, values) in &self.parameters {
            all.text(format!("parameter {name}"), &*values.join(", "));
        }
        all.text("AutomationExecutionId", &*self.id);
    }
    fn console(&self, region: &str) -> Option<String> {
        Some(format!("systems-manager/automation/execution/{}?region={region}", self.id))
    }
    fn command(&self) -> Option<AwsCommand> {
        Some(AwsCommand::new("ssm", "get-automation-execution", "automation-execution-id", &self.id))
    }
    fn events(&self, old: Option<&Self>) -> Vec<Event> {
        let turned = self.over() && old.is_none_or(|old| old.status != self.status);
        let event = |at| Event::at(at, self.health(), format!("automation {} {}", self.document, self.in_words()));
        self.ended.filter(|_| turned).map(event).into_iter().collect()
    }
    fn due(observed: &Observed, known: &Table<Self>) -> bool {
        known.answered() && known.is_empty() && looked_at(observed) && known.asked_at(LIST).is_none()
    }
    async fn read(aws: &Aws, observed: &Observed, turn: Turn<'_, Self>) -> Result<Listing<Self>, AwsError> {
        if !looked_at(observed) {
            return Ok(Listing::part(Vec::new()).capped(turn.known.capped()));
        }
        let request = aws.ssm.describe_automation_executions().max_results(NEWEST);
        let page = request.send().await.map_err(failed)?;
        let capped = page.next_token.is_some_and(|token| !token.is_empty());
        let listed = page.automation_execution_metadata_list.unwrap_or_default();
        let ids: BTreeSet<String> = listed.into_iter().filter_map(|one| one.automation_execution_id).collect();
        // One that has ended does not change, and one that named nothing here will not name anything later.
        let known = |id: &String| turn.known.get(id).map_or(turn.known.asked_at(id).is_some(), Self::over);
        let due: Vec<String> = ids.iter().filter(|id| !known(id)).cloned().collect();
        let read = in_background(describe(due.clone(), async |id: String| Self::of(aws, &id).await)).await;
        let (own, others): (Vec<Self>, Vec<Self>) =
            read.found.into_iter().partition(|row| names_existing(&observed.store, row));
        let news: BTreeSet<&str> = own.iter().map(|row| row.id.as_str()).collect();
        let kept = turn.known.rows().filter(|row| ids.contains(&row.id) && !news.contains(row.id.as_str()));
        let rows = kept.cloned().chain(own.iter().cloned()).collect();
        let mut asked: Vec<String> = others.into_iter().filter(Self::over).map(|row| row.id).collect();
        asked.push(LIST.to_owned());
        Ok(Listing::all(rows).capped(capped).asked(settled(asked, read.fault.as_ref())).fault(read.fault))
    }
}

/// The name under which it is noted that the list was read.
const LIST: &str = "list";

fn looked_at(observed: &Observed) -> bool {
    observed.focus.kinds.contains(&AutomationExecution::KIND)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_execution_says_where_it_is_or_failed() {
        let execution = |status: &str, step: Option<&str>, failure: Option<&str>| AutomationExecution {
            status: status.into(),
            step: step.map(str::to_owned),
            failure: failure.map(str::to_owned),
            ..AutomationExecution::default()
        };
        let cases = [
            (execution("InProgress", Some("Act"), None), "InProgress in Act", Health::Running),
            (execution("PendingApproval", Some("Ask"), None), "PendingApproval in Ask", Health::Running),
            (execution("Success", Some("Act"), None), "Success", Health::Ok),
            (execution("CompletedWithSuccess", None, None), "CompletedWithSuccess", Health::Ok),
            (execution("Failed", Some("Act"), Some("no queue")), "Failed in Act: no queue", Health::Warning),
            (execution("TimedOut", None, None), "TimedOut", Health::Warning),
            (execution("SomethingNew", Some("Act"), None), "SomethingNew in Act", Health::Running),
            (execution("", None, None), "", Health::Unknown),
        ];
        for (execution, words, health) in cases {
            assert_eq!((execution.in_words().as_str(), execution.health()), (words, health));
        }
    }

    #[test]
    fn an_execution_belongs_to_what_its_parameters_name() {
        let parameters = [
            ("EndpointName", "fraud-prod"),
            ("TargetAlarmName", "fraud-5xx"),
            ("Resource", "arn:aws:sagemaker:eu-west-1:1:pipeline/fraud-build"),
            ("Reason", "memory"),
        ];
        let parameters = parameters.map(|(name, value)| (name.to_owned(), vec![value.to_owned()]));
        let execution = AutomationExecution { parameters: parameters.into(), ..AutomationExecution::default() };
        let named: Vec<(Kind, &str)> = execution.references().iter().map(|named| (named.kind, named.id)).collect();
        assert_eq!(
            named,
            [(Kind::Endpoints, "fraud-prod"), (Kind::Pipelines, "fraud-build"), (Kind::Alarms, "fraud-5xx")]
        );
    }
}
