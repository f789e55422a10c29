//! Intents that were cut while the program was killed, told by the real program at its next plan.

use serde_json::{Value, json};

use crate::altered::Altered;
use crate::sagetop::Home;

const REGION: &str = "eu-west-1";

/// Leaves a line in the journal as if the program had been killed just after it, an hour ago.
fn leave_open(home: &Home, intent: &str, target: &str, call: &str, parameters: &Value) {
    #[expect(clippy::disallowed_methods, reason = "the program asked is a process and lives in real time")]
    let at = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(1);
    let line = json!({
        "at": at, "id": "cut", "event": "sending", "intent": intent, "target": target, "region": REGION,
        "identity": "arn:aws:sts::123456789012:assumed-role/oncall/demo", "call": call, "parameters": parameters,
    });
    home.write("state/sagetop/journal.jsonl", &format!("{line}\n"));
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
    let (rollback, retrain) = ("recommendation-prod", "fraud-screening-build");
    let cases = [
        ("rollback", rollback, "sagemaker:UpdateEndpoint", to(&live), "is done: recommendation-prod is InService on"),
        (
            "rollback",
            rollback,
            "sagemaker:UpdateEndpoint",
            to(&json!("other")),
            "is not done: sagemaker:UpdateEndpoint left no trace",
        ),
        ("rollback", rollback, "sagemaker:CreateModel", model, "is not done: sagemaker:CreateModel left no trace"),
        (
            "retrain",
            retrain,
            "sagemaker:StartPipelineExecution",
            run,
            "is not done: sagemaker:StartPipelineExecution left no trace",
        ),
        ("rollback", rollback, "sagemaker:SomethingNewer", json!({}), "is not known to be done"),
    ];
    for (intent, target, call, parameters, told) in cases {
        let home = Home::new();
        leave_open(&home, intent, target, call, &parameters);
        let plan = || home.run_at(&account.url, REGION, &[intent, target, "--plan-only"]).ends(0);
        plan().says(&format!("{intent} {target} was left open and {told}"));
        let again = plan().out.contains("was left open");
        assert_eq!(again, told.contains("not known"), "{call}: what is sure is told once");
    }
}
