//! Cases of the rules of attached things.

use super::cases;
use crate::model::Health::{Unknown, Waiting, Warning};
use crate::model::testing::{Account, MINUTE, ago, deployment_pipeline, event_rule, table, version};
use crate::model::{Column, StageKind};
use crate::resources::deployment_pipeline::{DeliveryStage, Transition};
use crate::resources::event_rule::{EventRule, Watched};
use crate::resources::monitoring_schedule::{MonitoringExecution, MonitoringSchedule, ViolationReport};
use crate::resources::schedule::Schedule;
use crate::resources::state_machine::StateMachine;
use crate::resources::trail_event::TrailEvent;

const PIPELINE: &str = "arn:aws:sagemaker:eu-west-1:123456789012:pipeline/fraud-build";
const DELIVERY: &str = "arn:aws:lambda:eu-west-1:123456789012:function:deploy";

fn weekly(a: &mut Account, state: &str) {
    a.event_rules.push(EventRule { state: state.into(), ..event_rule("weekly", &[PIPELINE], None) });
}

/// Makes a call about a rule, an hour ago. One that failed is newer.
fn call(call: &str, rule: &str, error: Option<&str>) -> TrailEvent {
    let minutes = if error.is_some() { 5 } else { 60 };
    TrailEvent {
        id: format!("{call} {rule}"),
        call: call.into(),
        at: ago(minutes * MINUTE),
        error: error.map(Into::into),
        kind: Some("event_rules".into()),
        thing: rule.into(),
        ..TrailEvent::default()
    }
}

/// Adds a schedule of the pipeline.
fn scheduled(a: &mut Account, state: &str) {
    a.schedules.push(Schedule {
        id: "default/nightly".into(),
        name: "nightly".into(),
        state: state.into(),
        target: PIPELINE.into(),
        ..Schedule::default()
    });
}

/// Adds a state machine whose definition names the pipeline.
fn machine(a: &mut Account) {
    let names = deployment_pipeline("", &["fraud-build"]).names;
    a.state_machines.push(StateMachine { name: "retrain".into(), names, ..StateMachine::default() });
}

/// Adds a rule that starts the state machine.
fn of_machine(a: &mut Account, name: &str, state: &str) {
    let machine = "arn:aws:states:eu-west-1:123456789012:stateMachine:retrain";
    a.event_rules.push(EventRule { state: state.into(), ..event_rule(name, &[machine], None) });
}

/// Adds a rule on the changes of the alarm.
fn of_alarm(a: &mut Account, pattern: &str) {
    let pattern = Some(pattern.into());
    a.event_rules.push(EventRule { pattern, ..event_rule("page", &[PIPELINE], None) });
}

fn approvals(a: &mut Account, name: &str, targets: &[&str]) {
    a.event_rules.push(event_rule(name, targets, Some("fraud")));
}

/// Adds a deployment pipeline of the production endpoint, with a change to its last two stages.
fn delivery(a: &mut Account, change: impl FnOnce(&mut DeliveryStage, &mut DeliveryStage)) {
    let mut pipeline = deployment_pipeline("carry", &["fraud-prod"]);
    if let Some([_, approve, deploy]) = pipeline.stages.as_deref_mut() {
        change(approve, deploy);
    }
    a.deployment_pipelines.push(pipeline);
}

/// Sets the status of a stage and its action.
fn set(stage: &mut DeliveryStage, status: &str, error: Option<&str>) {
    stage.status = Some(status.into());
    stage.actions[0].status = Some(status.into());
    stage.actions[0].error = error.map(Into::into);
}

fn freeze(stage: &mut DeliveryStage) {
    let by = Some("arn:aws:iam::123456789012:user/ana".into());
    stage.disabled = Some(Transition { reason: "sale until Monday".into(), by, at: ago(5 * MINUTE) });
}

/// Takes the role away from the target of the last rule.
fn without_role(a: &mut Account) {
    let rule = a.event_rules.last_mut().unwrap();
    rule.targets.as_mut().unwrap()[0].role = None;
}

/// Adds a rule on the events of the endpoint.
fn of_endpoint(a: &mut Account, state: &str) {
    let watches = vec![Watched { field: "EndpointName".into(), name: "fraud-prod".into() }];
    a.event_rules.push(EventRule { state: state.into(), watches, ..event_rule("lost", &[PIPELINE], None) });
}

/// Adds a monitor of the endpoint, and its newest execution.
fn monitor(a: &mut Account, status: &str, newest: &str) {
    let (job, scheduled) = (Some("arn:job".to_owned()), ago(60 * MINUTE));
    let failure = (newest == "Failed").then(|| "no captured data".to_owned());
    let execution = MonitoringExecution { status: newest.into(), scheduled, job, failure, ..Default::default() };
    let json = serde_json::json!({"violations": [{"feature_name": "age", "constraint_check_type": "data_type_check"}]});
    let report = ViolationReport { job: "arn:job".into(), ..ViolationReport::default() };
    a.monitoring_schedules.push(MonitoringSchedule {
        name: "fraud-data".into(),
        status: status.into(),
        endpoint: Some("fraud-prod".into()),
        modified: ago(10 * MINUTE),
        executions: vec![execution],
        violations: Some(report.parse(&json)),
        ..MonitoringSchedule::default()
    });
}

cases! {
    Training "not-started":
    "nothing is there to start the pipeline" |_| {} => [];
    "its rule is enabled" |a| weekly(a, "ENABLED") => [];
    "its rule is disabled" |a| weekly(a, "DISABLED")
        => [(Warning, "nothing starts fraud-build: rule weekly is disabled", None)];
    "somebody disabled its rule an hour ago" |a| {
        weekly(a, "DISABLED");
        a.trail_events.push(call("DisableRule", "weekly", None));
        a.trail_events.push(call("EnableRule", "weekly", Some("AccessDenied")));
        a.trail_events.push(call("DisableRule", "other", None));
    } => [(Warning, "nothing starts fraud-build: rule weekly is disabled", Some(60 * MINUTE))];
    "one of two rules is disabled" |a| {
        weekly(a, "DISABLED");
        a.event_rules.push(event_rule("monthly", &[PIPELINE], None));
    } => [];
    "a disabled rule of another pipeline" |a| {
        let other = event_rule("other", &["arn:aws:sagemaker:eu-west-1:123456789012:pipeline/other"], None);
        a.event_rules.push(EventRule { state: "DISABLED".into(), ..other });
    } => [];
    "its rule is disabled, and other rules are still read" |a| { weekly(a, "DISABLED"); a.event_rules.partly_read() }
        => [(Unknown, "nothing starts fraud-build, as far as was read: rule weekly is disabled", None)];
    "its rule is disabled, and there are more rules" |a| { weekly(a, "DISABLED"); a.event_rules.capped() }
        => [(Unknown, "nothing starts fraud-build, as far as was read: rule weekly is disabled", None)];
    "its rule is disabled, and schedules are denied" |a| { weekly(a, "DISABLED"); a.schedules.denied() }
        => [(Unknown, "nothing starts fraud-build, as far as was read: rule weekly is disabled", None)];
    "its rule is disabled, and targets of others could not be read" |a| { weekly(a, "DISABLED"); a.event_rules.faulty() }
        => [(Unknown, "nothing starts fraud-build, as far as was read: rule weekly is disabled", None)];
    "its rule is disabled, and a schedule starts it" |a| { weekly(a, "DISABLED"); scheduled(a, "ENABLED") } => [];
    "its rule and its schedule are disabled" |a| { weekly(a, "DISABLED"); scheduled(a, "DISABLED") }
        => [(Warning, "nothing starts fraud-build: rule weekly is disabled", None)];
    "its rule is disabled, and a state machine may start it" |a| { weekly(a, "DISABLED"); machine(a) } => [];
    "nothing is known to start its state machine" |a| machine(a) => [];
    "a rule starts its state machine" |a| { machine(a); of_machine(a, "nightly", "ENABLED") } => [];
    "the rule of its state machine is disabled" |a| { machine(a); of_machine(a, "nightly", "DISABLED") } => [(
        Warning,
        "nothing starts fraud-build: its state machine retrain is started only by rule nightly, which is disabled",
        None
    )];
    "one of two rules of its state machine is disabled" |a| {
        machine(a);
        of_machine(a, "nightly", "DISABLED");
        of_machine(a, "weekly", "ENABLED");
    } => [];
    "both rules of its state machine are disabled" |a| {
        machine(a);
        of_machine(a, "nightly", "DISABLED");
        of_machine(a, "weekly", "DISABLED");
    } => [(
        Warning,
        "nothing starts fraud-build: its state machine retrain is started only by rule nightly, which is disabled, and rule \
         weekly, which is disabled",
        None
    )];
    "the rule of its state machine is disabled, and schedules are denied" |a| {
        machine(a);
        of_machine(a, "nightly", "DISABLED");
        a.schedules.denied();
    } => [(
        Unknown,
        "nothing starts fraud-build, as far as was read: its state machine retrain is started only by rule nightly, which \
         is disabled",
        None
    )];
    "the rule of its state machine is disabled, and a schedule starts the pipeline" |a| {
        machine(a);
        of_machine(a, "nightly", "DISABLED");
        scheduled(a, "ENABLED");
    } => [];
    "its own rule and that of its state machine are disabled" |a| {
        weekly(a, "DISABLED");
        machine(a);
        of_machine(a, "nightly", "DISABLED");
    } => [(Warning, "nothing starts fraud-build: rule weekly is disabled", None)];
    Training "attached":
    "the rule may start the pipeline" |a| weekly(a, "ENABLED") => [];
    "the rule has no role for it" |a| { weekly(a, "ENABLED"); without_role(a) }
        => [(Warning, "rule weekly has no role that may start fraud-build", None)];
    "a disabled rule has a finding of its own" |a| { weekly(a, "DISABLED"); without_role(a) } => [];
    Registry "not-delivered":
    "no rule waits for approvals" |_| {} => [];
    "a rule with a target does" |a| approvals(a, "deploy", &[DELIVERY]) => [];
    "a rule without targets does" |a| approvals(a, "deploy", &[])
        => [(Warning, "an approval starts nothing: rule deploy has no targets", None)];
    "one of two rules has a target" |a| { approvals(a, "deploy", &[]); approvals(a, "notify", &[DELIVERY]) } => [];
    "the targets were not read" |a| { approvals(a, "deploy", &[]); a.event_rules[0].targets = None } => [];
    Registry "attached":
    "the rule needs no role for a function" |a| { approvals(a, "deploy", &[DELIVERY]); without_role(a) } => [];
    "the rule has no role for the pipeline" |a| { approvals(a, "retrain", &[PIPELINE]); without_role(a) }
        => [(Warning, "rule retrain has no role that may start fraud-build", None)];
    "a delivery has passed all its stages" |a| delivery(a, |_, _| ()) => [];
    "a delivery is under way" |a| delivery(a, |_, deploy| set(deploy, "InProgress", None)) => [];
    "a delivery has failed" |a| delivery(a, |_, deploy| set(deploy, "Failed", Some("stack is in ROLLBACK_COMPLETE")))
        => [(Warning, "CodePipeline carry failed in DeployProd: stack is in ROLLBACK_COMPLETE", Some(12 * MINUTE))];
    "a person has rejected the delivery" |a| delivery(a, |approve, _| set(approve, "Failed", Some("too risky")))
        => [(Warning, "CodePipeline carry was not approved in Approve: too risky", Some(12 * MINUTE))];
    "a delivery waits before a disabled transition" |a| delivery(a, |_, deploy| {
        freeze(deploy);
        deploy.inbound = Some("e2".into());
    }) => [(
        Warning,
        "CodePipeline carry is held before DeployProd: disabled by ana: sale until Monday",
        Some(5 * MINUTE)
    )];
    "an approval has a rule of its own" |a| delivery(a, |approve, _| set(approve, "InProgress", None)) => [];
    "the state was not read" |a| { delivery(a, |_, _| ()); a.deployment_pipelines[0].stages = None } => [];
    "a pipeline that deploys something else has failed" |a| {
        delivery(a, |_, deploy| set(deploy, "Failed", None));
        a.deployment_pipelines[0].names = None;
    } => [];
    Registry "delivery-waits":
    "nothing waits" |a| delivery(a, |_, _| ()) => [];
    "a person must approve the delivery" |a| delivery(a, |approve, _| set(approve, "InProgress", None))
        => [(Waiting, "CodePipeline carry waits for approval in Approve", Some(12 * MINUTE))];
    "the way is closed, and nothing waits there" |a| delivery(a, |_, deploy| freeze(deploy)) => [(
        Waiting,
        "CodePipeline carry goes no further than before DeployProd: disabled by ana: sale until Monday",
        Some(5 * MINUTE)
    )];
    "a failure is no decision" |a| delivery(a, |_, deploy| set(deploy, "Failed", None)) => [];
    Endpoint "attached":
    "a rule on the events of the endpoint" |a| of_endpoint(a, "ENABLED") => [];
    "it has no role for its target" |a| { of_endpoint(a, "ENABLED"); without_role(a) }
        => [(Warning, "rule lost has no role that may start fraud-build", None)];
    "its monitor finds nothing" |a| monitor(a, "Scheduled", "Completed") => [];
    "its monitor found violations" |a| monitor(a, "Scheduled", "CompletedWithViolations")
        => [(Warning, "monitor fraud-data found 1 violation: age (data_type_check)", Some(60 * MINUTE))];
    "its monitor failed" |a| monitor(a, "Scheduled", "Failed")
        => [(Warning, "monitor fraud-data failed in its last execution: no captured data", Some(60 * MINUTE))];
    "its monitor was stopped" |a| monitor(a, "Stopped", "Completed")
        => [(Warning, "monitor fraud-data is stopped: nothing watches for drift", Some(10 * MINUTE))];
    "its monitor executes no more" |a| { monitor(a, "Scheduled", "Completed"); a.monitoring_schedules[0].overdue = true }
        => [(Warning, "monitor fraud-data misses its executions", Some(60 * MINUTE))];
    "a monitor of another endpoint failed" |a| {
        monitor(a, "Scheduled", "Failed");
        a.monitoring_schedules[0].endpoint = Some("other".into());
    } => [];
    Alarms "attached":
    "a rule on the alarm may start its target" |a| of_alarm(a, r#"{"source": ["aws.cloudwatch"]}"#) => [];
    "it has no role for its target" |a| { of_alarm(a, r#"{"source": ["aws.cloudwatch"]}"#); without_role(a) }
        => [(Warning, "rule page has no role that may start fraud-build", None)];
}

#[test]
fn an_approval_that_starts_nothing_does_not_hide_the_version_that_waits() {
    let cases = table! {
        "nothing waits" |a| approvals(a, "deploy", &[]) => "delivery off";
        "a version waits" |a| {
            approvals(a, "deploy", &[]);
            a.packages.push(version(2, "PendingManualApproval"));
        } => "v2 waits, off";
    };
    for (what, given, expected) in cases {
        let mut account = Account::healthy();
        given(&mut account);
        let joined = account.join();
        let stage = joined.chain("fraud").unwrap().stage(StageKind::Registry).unwrap().clone();
        assert_eq!(stage.column, Some(Column::Word(expected.into())), "{what}");
    }
}
