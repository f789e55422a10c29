//! Runbooks of Systems Manager: what was started is listed, and those of the configuration are started, once, and followed
//! to their end.

#![cfg(feature = "ssm")]

use sagetop::intents::{AccessRules, AnyIntent, Executor, Outcome, StartAutomation};
use sagetop::journal::Event;

use super::acts::carried_out;
use super::{ONE_CALL, sent};
use crate::harness::{Bare, Harness};

const RUNBOOKS: &str = "[[automation]]\nname = \"restart\"\ndocument = \"Retail-RestartEndpoint\"\nkinds = [\"endpoints\"]\n\
    parameters = { EndpointName = \"{name}\", Reason = \"on call\" }\n\
    [[automation]]\nname = \"drain\"\ndocument = \"Retail-DrainQueue\"\nmodels = [\"fraud-*\"]\n\
    parameters = { EndpointName = \"{name}\" }\n\
    [[automation]]\nname = \"gone\"\ndocument = \"Retail-Deleted\"\n\
    [[automation]]\nname = \"short\"\ndocument = \"Retail-RestartEndpoint\"\nparameters = { Endpoint = \"x\" }\n\
    [[automation]]\nname = \"bare\"\ndocument = \"Retail-RestartEndpoint\"\n";

/// A configuration that says which model each endpoint belongs to.
const MODELS: &str = "[[model]]\nname = \"fraud-screening\"\nendpoints = [\"fraud-screening-{stage}\"]\n";

fn start(automation: &str, on: Option<&str>) -> AnyIntent {
    StartAutomation { automation: automation.into(), on: on.map(str::to_owned), ..StartAutomation::default() }.into()
}

fn account(fault: &str) -> Bare {
    Harness::story(&format!("inherits = \"governed\"\n{fault}")).config(&format!("{RUNBOOKS}{MODELS}")).bare()
}

async fn run(t: &Bare, intent: AnyIntent) -> Outcome {
    carried_out(t, AccessRules::default(), intent).await
}

#[tokio::test(start_paused = true)]
async fn executions_that_concern_the_models_are_listed_with_the_step_that_failed() {
    let mut t = Harness::story("governed").size(200, 60).ready().await;
    assert!(!t.sim().operations().contains("ssm:DescribeAutomationExecutions"), "nobody looked");
    t.keys("9").await;
    t.run_for("2m").await;
    t.says("Failed in Act: The queue of fraud-screening-prod does not exist.");
    t.never_says("Retail-RestartEndpoint");
    assert_eq!(t.sim().calls("GetAutomationExecution"), 2);
    t.run_for("12m").await;
    assert_eq!(t.sim().calls("GetAutomationExecution"), 2, "what has ended is read once");
    t.keys("'/Retail-DrainQueue' enter enter").await;
    t.run_for("1m").await;
    for told in ["failed step", "parameter EndpointName", "fraud-screening-prod", "ExecutedBy"] {
        t.says(told);
    }
}

#[tokio::test(start_paused = true)]
async fn a_runbook_is_started_from_the_menu_and_followed_to_its_end() {
    let mut t = Harness::story("governed").config(RUNBOOKS).size(160, 50).ready().await;
    t.keys("4 '/price-elasticity-prod' enter").await;
    t.run_for("5s").await;
    t.keys(": 'start-automation' enter").await;
    t.run_for("2s").await;
    t.says("Which runbook?");
    t.keys("enter").await;
    t.until("Start restart on price-elasticity-prod", "20s").await;
    for told in ["StartAutomationExecution", "Retail-RestartEndpoint", "on call", "version"] {
        t.says(told);
    }
    t.keys("'price-elasticity-prod' enter").await;
    t.until("automation Retail-RestartEndpoint: Success", "5m").await;
    let calls = t.sim().write_calls();
    let request = sent(&calls[0], "StartAutomationExecution");
    assert_eq!(request["DocumentVersion"], "3");
    assert_eq!(request["Parameters"]["EndpointName"][0], "price-elasticity-prod");
    assert_eq!((calls.len(), t.events()), (1, ONE_CALL.to_vec()));
}

#[tokio::test(start_paused = true)]
async fn only_what_the_configuration_names_is_started() {
    let t = account("");
    for (automation, on, why) in [
        ("Retail-RestartEndpoint", None, "no [[automation]] of the configuration has the name"),
        ("restart", None, "restart needs the name of what it is started on"),
        ("gone", Some("x"), "gone takes no name"),
        ("gone", None, "DescribeDocument"),
        ("short", None, "has no parameter Endpoint; it has: EndpointName, Reason"),
        ("bare", None, "EndpointName has no default"),
        ("restart", Some("recomendation-prod"), "nothing of the name recomendation-prod is among endpoints"),
        ("restart", Some("fraud-screening-build"), "nothing of the name fraud-screening-build is among endpoints"),
        ("drain", Some("recommendation-prod"), "drain is not for the models of recommendation-prod (endpoints)"),
    ] {
        let refused = start(automation, on).plan(&t.executor).await.unwrap_err().to_string();
        assert!(refused.contains(why), "{automation}: {refused}");
    }
    assert!(t.sim.write_calls().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_runbook_that_fails_is_a_failure_with_its_step() {
    let t = account("");
    let Outcome::Failed(why) = run(&t, start("drain", Some("fraud-screening-prod"))).await else {
        panic!("it is done")
    };
    assert_eq!(why, "automation Retail-DrainQueue: Failed in Act: The queue of fraud-screening-prod does not exist.");
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_starts_nothing_twice() {
    let lost = "[[fault]]\noperation = \"StartAutomationExecution\"\nstatus = 502\n\
                body = \"<html>Bad Gateway</html>\"\ndone = true\n";
    let t = account(lost);
    let outcome = run(&t, start("restart", Some("price-elasticity-prod"))).await;
    assert!(matches!(outcome, Outcome::Done(_)), "{outcome:?}");
    let listed = t.executor.aws.ssm.describe_automation_executions().send().await.unwrap();
    let listed = listed.automation_execution_metadata_list.unwrap();
    assert_eq!(listed.len(), 3, "two were there before: {listed:?}");
}

#[tokio::test(start_paused = true)]
async fn a_runbook_needs_the_permissions_that_it_names_and_waits_for_a_freeze() {
    let t = account("");
    t.sim.forget_operations();
    let outcome = run(&t, start("restart", Some("price-elasticity-prod"))).await;
    assert!(matches!(outcome, Outcome::Done(_)), "{outcome:?}");
    let needs = sagetop::intents::NEEDS.iter().find(|needs| needs.intent == "start-automation").unwrap();
    let calls = needs.calls.iter().copied().flatten().map(|permission| permission.action);
    let named: Vec<&str> = calls.chain(needs.reads.iter().copied()).collect();
    let made = t.sim.operations();
    assert!(made.iter().all(|call| named.contains(&call.as_str())), "{made:?} and {named:?}");

    let freeze = "[[freeze]]\nname = \"sale\"\nfrom = \"2020-01-01\"\nto = \"2099-01-01\"\n";
    let source = sagetop::config::Source { file: "f".into(), text: freeze.into() };
    let freezes = sagetop::config::Config::parse(&source).unwrap().freezes;
    let access = AccessRules { freezes, ..AccessRules::default() };
    let executor = Executor { access: access.into(), ..t.executor.clone() };
    let plan = start("restart", Some("price-elasticity-prod")).plan(&executor).await.unwrap();
    let (tell, _told) = tokio::sync::mpsc::channel(64);
    let Outcome::Refused(why) = executor.run(&plan, &tell).await else { panic!("it was sent") };
    assert!(why.starts_with("frozen by sale"), "{why}");
    assert_eq!(t.journal().last().map(|entry| entry.event), Some(Event::Refused));
}

#[tokio::test(start_paused = true)]
async fn what_was_not_started_is_known_however_many_were_started_before() {
    let lost = "[[fault]]\noperation = \"StartAutomationExecution\"\nstatus = 502\n\
                body = \"<html>Bad Gateway</html>\"\nfrom = \"1h\"\n";
    let t = account(lost);
    for turn in 0..60 {
        let values = |value: &str| vec![value.to_owned()];
        let request = t.executor.aws.ssm.start_automation_execution().document_name("Retail-RestartEndpoint");
        let request = request.parameters("EndpointName", values("price-elasticity-prod"));
        request.parameters("Reason", values(&format!("turn {turn}"))).send().await.unwrap();
    }
    tokio::time::sleep(std::time::Duration::from_hours(2)).await;
    let Outcome::Failed(why) = run(&t, start("restart", Some("price-elasticity-prod"))).await else {
        panic!("it is done")
    };
    assert!(why.starts_with("nothing has begun"), "{why}");
    assert!(t.sim.calls("ListTagsForResource") == 0, "what began hours before is not looked at");
}

#[tokio::test(start_paused = true)]
async fn a_runbook_that_goes_on_is_open_and_not_failed() {
    let waits = "[[fault]]\noperation = \"GetAutomationExecution\"\nstatus = 200\nbody = '''{\"AutomationExecution\": \
                 {\"AutomationExecutionId\": \"1\", \"DocumentName\": \"Retail-RestartEndpoint\", \
                 \"AutomationExecutionStatus\": \"Waiting\"}}'''\n";
    let t = account(waits);
    let outcome = run(&t, start("restart", Some("price-elasticity-prod"))).await;
    let Outcome::Open(what) = outcome else { panic!("{outcome:?}") };
    assert!(
        what.starts_with("no end was seen in 60 min, and AWS goes on: automation Retail-RestartEndpoint"),
        "{what}"
    );
    let events: Vec<Event> = t.journal().iter().map(|entry| entry.event).collect();
    assert_eq!(events, [Event::Confirmed, Event::Sending, Event::Sent]);
    let review = t.executor.review(&t.executor.read_journal().await).await;
    assert!(review[0].to_string().contains("was left open and is under way"), "{review:?}");
}
