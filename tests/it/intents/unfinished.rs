//! Intents that were interrupted when the program was killed. The real program reports them at its next plan.

use serde_json::{Value, json};

use crate::altered::{Altered, Answer, Asked};
use crate::sagetop::Home;

const REGION: &str = "eu-west-1";

const DEMO: &str = "arn:aws:sts::123456789012:assumed-role/oncall/demo";

/// Writes entries into the journal as if the program had been killed just after them, an hour ago.
fn leave_open(home: &Home, url: &str, events: &[&str], (intent, target, call): (&str, &str, &str), parameters: &Value) {
    #[expect(clippy::disallowed_methods, reason = "the program asked is a process and lives in real time")]
    let at = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(1);
    let line = |event: &&str| {
        let line = json!({
            "at": at, "id": "cut", "event": event, "intent": intent, "target": target, "region": REGION,
            "endpoint": url, "identity": DEMO, "call": call, "parameters": parameters,
        });
        format!("{line}\n")
    };
    home.write("state/sagetop/journal.jsonl", &events.iter().map(line).collect::<String>());
}

/// Runs the real program to plan an intent.
fn plan(home: &Home, url: &str, intent: &str, target: &str) -> crate::sagetop::Run {
    home.run_at(url, REGION, &[intent, target, "--plan-only"]).ends(0)
}

#[test]
fn what_was_left_open_is_told_once_with_what_became_of_it() {
    let account = Altered::serve("demo", |_| None);
    let dump = Home::new().run_at(&account.url, REGION, &["dump"]).ends(0).json();
    let endpoints = dump["resources"]["endpoints"].as_array().unwrap();
    let live = endpoints.iter().find(|e| e["name"] == "recommendation-prod").unwrap()["config"].clone();
    let run = json!({"PipelineName": "fraud-screening-build", "PipelineExecutionDisplayName": "sagetop-cut"});
    let to = |config: &Value| json!({"EndpointName": "recommendation-prod", "EndpointConfigName": config});
    let model = json!({"ModelName": "was-never-made"});
    let update = ("rollback", "recommendation-prod", "sagemaker:UpdateEndpoint");
    let create = ("rollback", "recommendation-prod", "sagemaker:CreateModel");
    let start = ("retrain", "fraud-screening-build", "sagemaker:StartPipelineExecution");
    let newer = ("rollback", "recommendation-prod", "sagemaker:SomethingNewer");
    let (sending, sent): (&[&str], &[&str]) = (&["sending"], &["sending", "sent"]);
    let cases = [
        (sending, update, to(&live), "is done: recommendation-prod is InService on"),
        (sending, update, to(&json!("other")), "is not done: sagemaker:UpdateEndpoint left no trace"),
        (sent, update, to(&json!("other")), "is over: AWS accepted sagemaker:UpdateEndpoint, and something newer"),
        (sending, create, model, "is not done: sagemaker:CreateModel left no trace"),
        (sending, start, run.clone(), "is not done: sagemaker:StartPipelineExecution left no trace"),
        (sent, start, run, "is over: AWS accepted sagemaker:StartPipelineExecution, and does not list what it started"),
        (sending, newer, json!({}), "is not known to be done"),
    ];
    for (events, call, parameters, told) in cases {
        let home = Home::new();
        leave_open(&home, &account.url, events, call, &parameters);
        let (intent, target, _) = call;
        plan(&home, &account.url, intent, target).says(&format!("{intent} {target} was left open and {told}"));
        let status = || home.run_at(&account.url, REGION, &["status"]).err;
        assert!(status().contains("was left open"), "{call:?}: a plan that is only shown ends nothing");
        let again = status().contains("was left open");
        assert_eq!(again, told.contains("not known"), "{call:?}: what is sure is told once");
    }
}

#[test]
fn an_end_is_not_written_for_an_account_that_is_not_known() {
    let denied = |asked: &Asked| {
        let denied = "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>";
        (asked.operation == "GetCallerIdentity").then(|| Answer::xml(403, denied))
    };
    let account = Altered::serve("demo", denied);
    let home = Home::new();
    let call = ("rollback", "recommendation-prod", "sagemaker:CreateModel");
    leave_open(&home, &account.url, &["sending"], call, &json!({"ModelName": "was-never-made"}));
    for _ in 0..2 {
        plan(&home, &account.url, "rollback", "recommendation-prod").says("was left open");
    }
    assert_eq!(home.events(), ["sending"]);
}
