//! The checks between a plan and its calls, and the freezes that refuse a plan.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use sagetop::config::{Config, Source};
use sagetop::intents::{
    AccessRules, AnyIntent, ArmedRollback, Executor, MuteAlarms, Outcome, Plan, Progress, RejectOlder, RetrainFrom,
    Rollback, RollbackWay, SetInstances, State, Switch, SwitchRule, UnmuteAlarm,
};
use sagetop::journal::{Entry, Event};
use tokio::sync::mpsc;

use super::acts::carried_out;
use crate::harness::{Bare, Harness};

const PROD: &str = "recommendation-prod";
const STAGING: &str = "demand-forecasting-staging";
const GROUP: &str = "recommendation";

/// Returns an executor during a freeze of a stage.
fn frozen(t: &Bare, stage: &str) -> Executor {
    let text =
        format!("[[freeze]]\nname = \"quiet\"\nfrom = \"2020-01-01\"\nto = \"2099-01-01\"\nstages = [\"{stage}\"]\n");
    let freezes = Config::parse(&Source { file: "f".into(), text }).unwrap().freezes;
    let access = AccessRules { freezes, ..AccessRules::default() };
    Executor { access: access.into(), ..t.executor.clone() }
}

fn falls_into_the_freeze(plan: &Plan) -> bool {
    plan.warnings.iter().any(|warning| warning.starts_with("The freeze quiet"))
}

#[tokio::test(start_paused = true)]
async fn a_rejection_that_rolls_back_falls_into_the_freeze_of_any_stage() {
    let t = Harness::story("demo").bare();
    let executor = frozen(&t, "staging");
    let back = |way| AnyIntent::from(Rollback { endpoint: PROD.into(), to: None, way: Some(way) });
    let reject = executor.plan(&back(RollbackWay::Reject)).await.unwrap();
    assert!(falls_into_the_freeze(&reject), "{reject:?}");
    let (tell, _told) = mpsc::channel(64);
    assert!(matches!(executor.run(&reject, &tell).await, Outcome::Refused(_)));
    let previous = executor.plan(&back(RollbackWay::Previous)).await.unwrap();
    assert!(!falls_into_the_freeze(&previous), "{previous:?}");
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_whose_tags_cannot_be_read_falls_into_the_freeze_of_any_stage() {
    let denied = "inherits = \"demo\"\n[[fault]]\noperation = \"ListTags\"\ncode = \"AccessDeniedException\"\n\
                  message = \"no\"\n";
    let intent = AnyIntent::from(SetInstances { endpoint: STAGING.into(), counts: vec![("AllTraffic".into(), 3)] });
    for (story, stage, expected) in
        [("demo", "qa", false), ("demo", "staging", true), (denied, "qa", true), (denied, "staging", true)]
    {
        let t = Harness::story(story).config("").bare();
        let plan = frozen(&t, stage).plan(&intent).await.unwrap();
        assert_eq!(falls_into_the_freeze(&plan), expected, "{story} {stage}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_armed_rollback_does_not_send_a_version_that_was_rejected() {
    let t = Harness::story("demo").bare();
    let sagemaker = &t.executor.aws.sagemaker;
    let now = sagemaker.describe_endpoint().endpoint_name(PROD).send().await.unwrap();
    let serving = now.endpoint_config_name.unwrap();
    let page = sagemaker.list_endpoint_configs().name_contains(PROD).send().await.unwrap();
    let names = page.endpoint_configs.unwrap_or_default().into_iter().filter_map(|config| config.endpoint_config_name);
    let older = names.into_iter().find(|name| name.contains("-v12-")).unwrap();
    let arn = now.endpoint_arn.unwrap();
    let armed = ArmedRollback { endpoint: PROD.into(), arn, arriving: serving, to: older };
    let plan = t.executor.plan_when_steady(&armed, |_| {}).await.unwrap();
    assert_eq!(plan.target, PROD);
    set_approval(&t, 12, "Rejected").await;
    let why = t.executor.plan_when_steady(&armed, |_| {}).await.unwrap_err().to_string();
    assert!(why.contains("recommendation/12 of ") && why.ends_with(" is Rejected; nothing is sent"), "{why}");
}

/// Decides a version of the group, as another person would.
async fn set_approval(t: &Bare, version: i32, approval: &str) {
    let sagemaker = &t.executor.aws.sagemaker;
    let page = sagemaker
        .list_model_packages()
        .model_package_group_name(GROUP)
        .model_package_type("Versioned".into())
        .max_results(100)
        .send()
        .await
        .unwrap();
    let all = page.model_package_summary_list.unwrap_or_default();
    let arn = all.into_iter().find(|it| it.model_package_version == Some(version)).unwrap().model_package_arn.unwrap();
    let update = sagemaker.update_model_package().model_package_arn(arn).model_approval_status(approval.into());
    update.send().await.unwrap();
}

/// Four versions wait for a decision.
fn four_wait() -> (Bare, AnyIntent) {
    let waits = |age: &str| format!("{{ age = \"{age}\", status = \"PendingManualApproval\" }}");
    let versions = ["4d", "3d", "2d", "1d"].map(waits).join(", ");
    let story = format!("inherits = \"shop\"\n[[add]]\nmodel = \"{GROUP}\"\nversions = [{versions}]\n");
    let intent = RejectOlder { group: GROUP.into(), reason: "a newer one waits".into(), before: None };
    (Harness::story(&story).bare(), intent.into())
}

/// Sends the first call of a plan. The executor waits with the second one until its progress is taken.
async fn send_one(t: &Bare, plan: Plan) -> (tokio::task::JoinHandle<Outcome>, mpsc::Receiver<Progress>) {
    let (tell, told) = mpsc::channel(1);
    tell.send(Progress::Waiting(String::new())).await.unwrap();
    let executor = t.executor.clone();
    let work = tokio::spawn(async move { executor.run(&plan, &tell).await });
    while t.sim.calls("UpdateModelPackage") == 0 {
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    tokio::time::sleep(Duration::from_secs(5)).await;
    (work, told)
}

/// Returns the numbers of the versions that wait.
async fn waiting(t: &Bare) -> Vec<i32> {
    let list = t.executor.aws.sagemaker.list_model_packages().model_package_group_name(GROUP);
    let list = list.model_package_type("Versioned".into()).max_results(100);
    let all = list.send().await.unwrap().model_package_summary_list.unwrap_or_default();
    let waits = all.into_iter().filter(|it| it.model_approval_status == Some("PendingManualApproval".into()));
    let mut versions: Vec<i32> = waits.filter_map(|it| it.model_package_version).collect();
    versions.sort_unstable();
    versions
}

#[tokio::test(start_paused = true)]
async fn a_version_that_is_decided_while_older_ones_are_rejected_is_left_alone() {
    let (t, intent) = four_wait();
    let before = waiting(&t).await;
    let plan = intent.plan(&t.executor).await.unwrap();
    assert_eq!(plan.steps.len(), 3, "{plan:?}");
    let (work, mut told) = send_one(&t, plan).await;
    set_approval(&t, before[1], "Approved").await;
    while told.recv().await.is_some() {}
    let Outcome::Failed(why) = work.await.unwrap() else { panic!("it was done") };
    assert!(why.starts_with("ended after 1 of 3 calls: "), "{why}");
    assert_eq!(t.sim.approval(&format!("{GROUP}/{}", before[1])).unwrap(), "Approved");
    assert_eq!(waiting(&t).await, before[2..]);
}

#[tokio::test(start_paused = true)]
async fn an_interrupted_rejection_of_older_versions_is_not_told_as_done() {
    let (t, intent) = four_wait();
    let plan = intent.plan(&t.executor).await.unwrap();
    let (work, told) = send_one(&t, plan).await;
    work.abort();
    drop(told);
    tokio::time::sleep(Duration::from_mins(20)).await;
    let review = t.executor.review(&t.executor.read_journal().await).await;
    let states: Vec<&State> = review.iter().map(|open| &open.state).collect();
    let [State::Failed(why)] = states.as_slice() else { panic!("{review:?}") };
    assert_eq!(why, "2 versions of recommendation still wait; plan it again");
}

#[tokio::test(start_paused = true)]
async fn the_newest_version_that_is_not_rejected_stays() {
    let (t, intent) = four_wait();
    let before = waiting(&t).await;
    set_approval(&t, before[3], "Rejected").await;
    let outcome = carried_out(&t, AccessRules::default(), intent).await;
    assert!(matches!(outcome, Outcome::Done(_)), "{outcome:?}");
    assert_eq!(waiting(&t).await, before[2..3]);
}

#[tokio::test(start_paused = true)]
async fn the_undo_of_a_mute_ends_no_other_mute() {
    const ALARM: &str = "P2-price-elasticity-5xx";
    let t = Harness::story("demo").bare();
    let mute = |minutes| MuteAlarms {
        alarms: vec![ALARM.to_owned()],
        time: Duration::from_mins(minutes),
        reason: "INC-4711".to_owned(),
    };
    let first = carried_out(&t, AccessRules::default(), mute(600).into()).await;
    assert!(matches!(first, Outcome::Done(_)), "{first:?}");
    let plan = AnyIntent::from(mute(500)).plan(&t.executor).await.unwrap();
    let (tell, _told) = mpsc::channel(64);
    let second = t.executor.run(&plan, &tell).await;
    assert!(matches!(second, Outcome::Done(_)), "{second:?}");
    let back = plan.inverse.unwrap().plan(&t.executor).await.unwrap();
    assert_eq!(back.steps.len(), 1, "{back:?}");
    let rule = back.steps[0].parameters()["Name"].as_str().unwrap().to_owned();
    assert!(plan.undo.ends_with(&format!("--rule {rule}")), "{}", plan.undo);
    let all = AnyIntent::from(UnmuteAlarm { alarm: ALARM.to_owned(), rules: Vec::new() });
    assert_eq!(all.plan(&t.executor).await.unwrap().steps.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_mute_of_several_alarms_is_confirmed_by_the_name_of_the_first() {
    let t = Harness::story("demo").bare();
    let alarms = ["P2-price-elasticity-5xx", "P2-fraud-screening-latency"].map(str::to_owned).to_vec();
    let intent = MuteAlarms { alarms, time: Duration::from_hours(1), reason: "INC-4711".to_owned() };
    let plan = AnyIntent::from(intent).plan(&t.executor).await.unwrap();
    assert_eq!(plan.target, "P2-price-elasticity-5xx +1");
    assert!(plan.title.starts_with("Mute P2-price-elasticity-5xx +1 for"), "{}", plan.title);
}

#[tokio::test(start_paused = true)]
async fn a_selective_run_warns_of_a_run_that_goes_on() {
    const PIPELINE: &str = "fraud-screening-build";
    let t = Harness::story("demo").bare();
    let sagemaker = &t.executor.aws.sagemaker;
    let page = sagemaker.list_pipeline_executions().pipeline_name(PIPELINE).send().await.unwrap();
    let runs = page.pipeline_execution_summaries.unwrap_or_default().into_iter();
    let mut ended = runs.filter(|run| run.pipeline_execution_status == Some("Succeeded".into()));
    let execution = ended.next().unwrap().pipeline_execution_arn.unwrap();
    let list = sagemaker.list_pipeline_execution_steps().pipeline_execution_arn(&execution).send().await.unwrap();
    let step = list.pipeline_execution_steps.unwrap_or_default().remove(0).step_name.unwrap();
    let intent = AnyIntent::from(RetrainFrom { execution, step });
    let warns = |plan: &Plan| plan.warnings.iter().any(|warning| warning.starts_with("It is running already"));
    assert!(!warns(&intent.plan(&t.executor).await.unwrap()));
    sagemaker
        .start_pipeline_execution()
        .pipeline_name(PIPELINE)
        .client_request_token("t".repeat(32))
        .send()
        .await
        .unwrap();
    assert!(warns(&intent.plan(&t.executor).await.unwrap()));
}

#[tokio::test(start_paused = true)]
async fn what_was_switched_off_is_remembered_even_if_its_end_was_not_seen() {
    let t = Harness::story("demo").bare();
    let rule = "recommendation-deploy-on-decision";
    let off = AnyIntent::from(SwitchRule { rule: rule.into(), to: Switch::Disabled });
    let on = AnyIntent::from(SwitchRule { rule: rule.into(), to: Switch::Enabled });
    let left = |events: &[Event], lines: &[Entry]| {
        for entry in lines.iter().filter(|line| events.contains(&line.event)) {
            t.executor.journal.append(entry).unwrap();
        }
        t.executor.remembered(&t.executor.newest_lines().unwrap()).off.len()
    };
    assert!(matches!(carried_out(&t, AccessRules::default(), off).await, Outcome::Done(_)));
    let switched_off = t.journal();
    assert!(matches!(carried_out(&t, AccessRules::default(), on).await, Outcome::Done(_)));
    let switched_on = t.journal().split_off(switched_off.len());
    let unseen = [Event::Confirmed, Event::Sending, Event::Sent];
    assert_eq!(t.executor.remembered(&t.executor.newest_lines().unwrap()).off.len(), 0);
    assert_eq!(left(&unseen, &switched_off), 1, "AWS accepted it");
    assert_eq!(left(&unseen, &switched_on), 1, "nobody saw that it is on again");
    assert_eq!(left(&[Event::Sending, Event::Sent, Event::Done], &switched_on), 0);
}

#[tokio::test(start_paused = true)]
async fn a_freeze_that_was_lifted_is_in_force_again_in_the_next_window() {
    let t = Harness::story("demo").bare();
    let intent = AnyIntent::from(SwitchRule { rule: "recommendation-deploy-on-decision".into(), to: Switch::Disabled });
    let frozen = frozen(&t, "prod");
    let plan = intent.plan(&frozen).await.unwrap();
    let (tell, _told) = mpsc::channel(64);
    let now = (frozen.clock)();
    let lifted = |until: Timestamp| Executor { lifted: [("quiet".to_owned(), until)].into(), ..frozen.clone() };
    let over = lifted(now - SignedDuration::from_hours(1)).run(&plan, &tell).await;
    assert!(matches!(over, Outcome::Refused(_)), "{over:?}");
    let holds = lifted(now + SignedDuration::from_hours(1)).run(&plan, &tell).await;
    assert!(matches!(holds, Outcome::Done(_)), "{holds:?}");
}
