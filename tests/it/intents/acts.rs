//! What holds for every change by one call, for each of them: it is done and said to be so, it is not sent when
//! something changed or nothing may be changed, a refusal is told, and a lost answer is found out.

use std::time::Duration;

use sagetop::intents::{AccessRules, AnyIntent, ApproveDelivery, Executor, JobKind, MuteAlarms, Outcome};
use sagetop::intents::{
    RejectDelivery, RejectOlder, Retrain, RetryExecution, RetryStage, Rollback, RollbackStage, SetInstances,
    SetScalingLimits, ShiftTraffic,
};
use sagetop::intents::{StopExecution, StopJob, Switch, SwitchAlarmActions, SwitchRule, SwitchScaling, SwitchSchedule};
use sagetop::intents::{SwitchTransition, UnmuteAlarm};
use sagetop::journal::Event;
use serde_json::Value;
use tokio::sync::mpsc;

use super::ONE_CALL;
use crate::harness::{Bare, Harness};

/// Makes an intent from what runs in the account.
type Make = Box<dyn Fn(&Running) -> AnyIntent>;

/// The newest run of the pipeline `fraud-screening-build`, and the training job that is in progress.
#[derive(Default)]
struct Running {
    execution: String,
    job: String,
}

/// Always the same intent.
fn same(intent: impl Into<AnyIntent>) -> Make {
    let intent = intent.into();
    Box::new(move |_| intent.clone())
}

/// A change, the story in which it makes sense, and the operation that it calls.
pub(super) struct Act {
    story: &'static str,
    /// What others do before.
    before: Vec<Make>,
    /// The time after that.
    later: Duration,
    /// Whether a training job must be in progress.
    during_a_job: bool,
    /// Whether the endpoint has got a second variant.
    challenger: bool,
    intent: Make,
    operation: &'static str,
    /// Whether AWS recognises a repeated call.
    repeatable: bool,
}

fn act(story: &'static str, intent: impl Into<AnyIntent>, operation: &'static str) -> Act {
    Act {
        story,
        before: Vec::new(),
        later: Duration::from_secs(1),
        during_a_job: false,
        challenger: false,
        intent: same(intent),
        operation,
        repeatable: false,
    }
}

const DELIVERY: &str = "fraud-screening-deploy";

fn approve() -> AnyIntent {
    let (execution, stage) = (None, None);
    ApproveDelivery { pipeline: DELIVERY.into(), reason: "staging is fine".into(), execution, stage, action: None }
        .into()
}

fn transition(to: Switch) -> AnyIntent {
    let reason = "incident 4711".to_owned();
    SwitchTransition { pipeline: DELIVERY.into(), stage: "DeployProd".into(), to, reason }.into()
}

const TWO_VARIANTS: &str = "demand-forecasting-staging";

const ALARM: &str = "P2-price-elasticity-5xx";

fn mute() -> AnyIntent {
    let (alarms, time) = (vec![ALARM.to_owned()], Duration::from_mins(30));
    MuteAlarms { alarms, time, reason: "we know, INC-4711".into() }.into()
}

fn actions(to: Switch) -> AnyIntent {
    SwitchAlarmActions { alarm: ALARM.into(), to }.into()
}

fn retrain() -> AnyIntent {
    Retrain { pipeline: "fraud-screening-build".into(), parameters: Vec::new() }.into()
}

fn stop(now: &Running) -> AnyIntent {
    StopExecution { execution: now.execution.clone() }.into()
}

pub(super) fn acts() -> Vec<Act> {
    [versions(), deliveries(), triggers(), jobs(), capacity(), alarms()].into_iter().flatten().collect()
}

fn deliveries() -> Vec<Act> {
    let reject = RejectDelivery {
        pipeline: DELIVERY.into(),
        reason: "too slow".into(),
        execution: None,
        stage: None,
        action: None,
    };
    let back = RollbackStage { pipeline: DELIVERY.into(), stage: None, to: None };
    vec![
        act("stuck-approval", approve(), "PutApprovalResult"),
        act("stuck-approval", reject, "PutApprovalResult"),
        // The deployment fails, because somebody changes the endpoint at the same time.
        Act {
            before: vec![
                same(Rollback { endpoint: "fraud-screening-prod".into(), to: None, way: None }),
                same(approve()),
            ],
            later: Duration::from_mins(30),
            ..act("stuck-approval", RetryStage { pipeline: DELIVERY.into(), stage: None }, "RetryStageExecution")
        },
        act("stuck-approval", back, "RollbackStage"),
        act("stuck-approval", transition(Switch::Disabled), "DisableStageTransition"),
        Act {
            before: vec![same(transition(Switch::Disabled))],
            ..act("stuck-approval", transition(Switch::Enabled), "EnableStageTransition")
        },
    ]
}

/// Two versions wait for a decision.
const TWO_WAIT: &str = "shop\"\n[[add]]\nversions = [\
    { age = \"2d\", status = \"PendingManualApproval\" }, { age = \"1d\", status = \"PendingManualApproval\" }]\nmodel = \"recommendation";

fn versions() -> Vec<Act> {
    let older = RejectOlder { group: "recommendation".into(), reason: "a newer one waits".into(), before: None };
    vec![act(TWO_WAIT, older, "UpdateModelPackage")]
}

fn triggers() -> Vec<Act> {
    let rule = |to| SwitchRule { rule: "recommendation-deploy-on-decision".into(), to };
    let schedule = |to| SwitchSchedule { schedule: "price-elasticity-weekly".into(), to };
    vec![
        act("demo", rule(Switch::Disabled), "DisableRule"),
        Act { before: vec![same(rule(Switch::Disabled))], ..act("demo", rule(Switch::Enabled), "EnableRule") },
        Act { repeatable: true, ..act("demo", schedule(Switch::Disabled), "UpdateSchedule") },
    ]
}

fn jobs() -> Vec<Act> {
    vec![
        Act {
            before: vec![same(retrain())],
            during_a_job: true,
            intent: Box::new(|now| StopJob { kind: JobKind::Training, job: now.job.clone() }.into()),
            ..act("demo", retrain(), "StopTrainingJob")
        },
        Act {
            before: vec![same(retrain())],
            intent: Box::new(stop),
            repeatable: true,
            ..act("demo", retrain(), "StopPipelineExecution")
        },
        Act {
            before: vec![same(retrain()), Box::new(stop)],
            later: Duration::from_secs(20),
            intent: Box::new(|now| RetryExecution { execution: now.execution.clone() }.into()),
            repeatable: true,
            ..act("demo", retrain(), "RetryPipelineExecution")
        },
    ]
}

fn capacity() -> Vec<Act> {
    let instances =
        SetInstances { endpoint: "demand-forecasting-staging".into(), counts: vec![("AllTraffic".into(), 3)] };
    let traffic = ShiftTraffic { endpoint: TWO_VARIANTS.into(), weights: vec![("Challenger".into(), 3.0)] };
    let scaled = || "endpoint/fraud-screening-prod/variant/AllTraffic".to_owned();
    let scaling = |to| SwitchScaling { resource: scaled(), to, dimension: None };
    let limits = SetScalingLimits { resource: scaled(), min: 3, max: 9, dimension: None };
    vec![
        act("demo", instances, "UpdateEndpointWeightsAndCapacities"),
        Act { challenger: true, ..act("demo", traffic, "UpdateEndpointWeightsAndCapacities") },
        act("demo", scaling(Switch::Disabled), "RegisterScalableTarget"),
        Act {
            before: vec![same(scaling(Switch::Disabled))],
            ..act("demo", scaling(Switch::Enabled), "RegisterScalableTarget")
        },
        act("demo", limits, "RegisterScalableTarget"),
    ]
}

fn alarms() -> Vec<Act> {
    vec![
        act("demo", mute(), "PutAlarmMuteRule"),
        Act {
            before: vec![same(mute())],
            later: Duration::from_mins(2),
            ..act("demo", UnmuteAlarm { alarm: ALARM.into(), rules: Vec::new() }, "PutAlarmMuteRule")
        },
        Act {
            // A region that does not know mute rules.
            story: "demo\"\n[[fault]]\noperation = \"ListAlarmMuteRules\"\ncode = \"UnknownOperationException\"\n\
                    message = \"no",
            ..act("demo", actions(Switch::Disabled), "DisableAlarmActions")
        },
    ]
}

/// Gives an endpoint a second variant of the same model, as another user would.
async fn add_challenger(t: &Bare) {
    let sagemaker = &t.executor.aws.sagemaker;
    let now = sagemaker.describe_endpoint().endpoint_name(TWO_VARIANTS).send().await.unwrap();
    let config = now.endpoint_config_name.unwrap();
    let config = sagemaker.describe_endpoint_config().endpoint_config_name(config).send().await.unwrap();
    let mut variants = config.production_variants.unwrap();
    let mut challenger = variants[0].clone();
    challenger.variant_name = Some("Challenger".to_owned());
    variants.push(challenger);
    let create = sagemaker.create_endpoint_config().endpoint_config_name("two-variants");
    create.set_production_variants(Some(variants)).send().await.unwrap();
    let update = sagemaker.update_endpoint().endpoint_name(TWO_VARIANTS).endpoint_config_name("two-variants");
    update.send().await.unwrap();
    tokio::time::sleep(Duration::from_mins(30)).await;
}

impl Act {
    /// Makes the account of the story with a fault of the operation, and lets others do what they do before.
    pub(super) async fn begun(&self, fault: &str) -> (Bare, AnyIntent) {
        let fault = fault.replace("OPERATION", self.operation);
        let t = Harness::story(&format!("inherits = \"{}\"\n{fault}", self.story)).bare();
        if self.challenger {
            add_challenger(&t).await;
        }
        for make in &self.before {
            let intent = make(&running(&t).await);
            let plan = intent.plan(&t.executor).await.unwrap();
            let (tell, _told) = mpsc::channel(64);
            t.executor.send(&plan, &tell).await.unwrap();
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        // The account moves on when it is asked something.
        tokio::time::sleep(self.later).await;
        let mut now = running(&t).await;
        for _ in 0..200 {
            if !self.during_a_job || !now.job.is_empty() {
                break;
            }
            tokio::time::sleep(Duration::from_secs(10)).await;
            now = running(&t).await;
        }
        let intent = (self.intent)(&now);
        (t, intent)
    }

    /// Returns the number of calls of the operation, beside those of others.
    fn made(&self, t: &Bare, before: u64) -> u64 {
        t.sim.calls(self.operation) - before
    }
}

/// Reads what runs in the account.
async fn running(t: &Bare) -> Running {
    let sagemaker = &t.executor.aws.sagemaker;
    let runs = sagemaker.list_pipeline_executions().pipeline_name("fraud-screening-build").send().await.unwrap();
    let run = runs.pipeline_execution_summaries.unwrap_or_default().into_iter().next();
    let Some(execution) = run.and_then(|run| run.pipeline_execution_arn) else { return Running::default() };
    let steps = sagemaker.list_pipeline_execution_steps().pipeline_execution_arn(&execution).send().await.unwrap();
    let steps = steps.pipeline_execution_steps.unwrap_or_default().into_iter();
    let mut executing = steps.filter(|step| step.step_status.as_ref().is_some_and(|is| is.as_str() == "Executing"));
    let job = executing.find_map(|step| step.metadata?.training_job?.arn);
    let job = job.and_then(|arn| Some(arn.rsplit_once('/')?.1.to_owned())).unwrap_or_default();
    Running { execution, job }
}

/// Makes a plan, and carries it out with this access.
pub(super) async fn carried_out(t: &Bare, access: AccessRules, intent: AnyIntent) -> Outcome {
    let executor = Executor { access: access.into(), ..t.executor.clone() };
    let plan = intent.plan(&executor).await.unwrap();
    let (tell, _told) = mpsc::channel(64);
    executor.run(&plan, &tell).await
}

/// Returns the requests of an operation that the account received, without secrets.
fn received(t: &Bare, operation: &str) -> Vec<Value> {
    let calls = t.sim.write_calls();
    let own = calls.iter().filter_map(|call| call.strip_prefix(operation)?.strip_prefix(' '));
    let request = |text: &str| {
        let mut request: Value = serde_json::from_str(text).unwrap();
        sagetop::redact::json(&mut request);
        request
    };
    own.map(request).collect()
}

#[tokio::test(start_paused = true)]
async fn it_is_done_and_journalled_as_it_was_sent() {
    for act in acts() {
        let (t, intent) = act.begun("").await;
        let lines = t.journal().len();
        let outcome = carried_out(&t, AccessRules::default(), intent.clone()).await;
        assert!(matches!(outcome, Outcome::Done(_)), "{intent:?}: {outcome:?}");
        let journal = t.journal().split_off(lines);
        let events: Vec<Event> = journal.iter().map(|entry| entry.event).collect();
        assert_eq!(events, ONE_CALL, "{intent:?}");
        let journalled = journal[1].parameters.clone().map(in_floats);
        assert_eq!(journalled, received(&t, act.operation).pop().map(in_floats), "{intent:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn it_is_not_sent_after_somebody_else_did_it() {
    for act in acts() {
        let (t, intent) = act.begun("").await;
        let plan = intent.plan(&t.executor).await.unwrap();
        let other = carried_out(&t, AccessRules::default(), intent.clone()).await;
        assert!(matches!(other, Outcome::Done(_)), "{intent:?}: {other:?}");
        let calls = t.sim.write_calls();
        let (tell, _told) = mpsc::channel(64);
        let Outcome::Refused(why) = t.executor.run(&plan, &tell).await else { panic!("{intent:?}") };
        assert!(why.contains("changed since the plan was made"), "{intent:?}: {why}");
        assert_eq!(t.sim.write_calls(), calls, "{intent:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn it_is_not_sent_where_nothing_may_be_changed() {
    for act in acts() {
        let (t, intent) = act.begun("").await;
        let before = t.sim.calls(act.operation);
        let outcome = carried_out(&t, AccessRules::read_only(), intent.clone()).await;
        assert!(matches!(&outcome, Outcome::Refused(why) if why.contains("read-only")), "{outcome:?}");
        assert_eq!(act.made(&t, before), 0, "{intent:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_denial_is_told_and_the_call_is_not_repeated() {
    let denied = "[[fault]]\noperation = \"OPERATION\"\ncode = \"AccessDeniedException\"\nmessage = \"no\"\n";
    // To resume scaling, or to unmute, the call that is denied here must have been made before.
    let again = ["RegisterScalableTarget", "PutAlarmMuteRule"];
    let resumes = |act: &Act| again.contains(&act.operation) && !act.before.is_empty();
    for act in acts().into_iter().filter(|act| !resumes(act)) {
        let (t, intent) = act.begun(denied).await;
        let before = t.sim.calls(act.operation);
        let outcome = carried_out(&t, AccessRules::default(), intent.clone()).await;
        assert!(matches!(&outcome, Outcome::Failed(why) if why.contains("denied")), "{intent:?}: {outcome:?}");
        assert_eq!(act.made(&t, before), 1, "{intent:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_found_out() {
    let lost = "[[fault]]\noperation = \"OPERATION\"\nstatus = 502\nbody = \"<html>Bad Gateway</html>\"\ndone = true\n";
    for act in acts() {
        let (t, intent) = act.begun(lost).await;
        let (lines, before) = (t.journal().len(), t.sim.calls(act.operation));
        let outcome = carried_out(&t, AccessRules::default(), intent.clone()).await;
        assert!(matches!(outcome, Outcome::Done(_)), "{intent:?}: {outcome:?}");
        assert_eq!(act.made(&t, before), if act.repeatable { 2 } else { 1 }, "{intent:?}");
        let events: Vec<Event> = t.journal().split_off(lines).iter().map(|entry| entry.event).collect();
        let call: &[Event] = &[Event::Sending, Event::Error];
        let calls = if act.repeatable { [call, call].concat() } else { call.to_vec() };
        assert_eq!(events, [&[Event::Confirmed], &calls[..], &[Event::Sent, Event::Done]].concat(), "{intent:?}");
    }
}

/// Writes all numbers in one way, because times arrive with a fraction.
fn in_floats(value: Value) -> Value {
    match value {
        Value::Number(number) => number.as_f64().into(),
        Value::Array(items) => items.into_iter().map(in_floats).collect(),
        Value::Object(members) => members.into_iter().map(|(name, value)| (name, in_floats(value))).collect(),
        other @ (Value::Null | Value::Bool(_) | Value::String(_)) => other,
    }
}
