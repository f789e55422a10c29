//! The intents as commands: the calls that they send, their refusals, and the results that boto3 reads back.

use serde_json::{Value, json};

use super::server::{CHANGING, Moto, described, version};
use crate::sagetop::{Home, Run};

const PIPELINE: &str = "DemandForecast-Nightly";
const ENDPOINT: &str = "demand-forecast-prod";

/// Runs a command in the region that the tests change.
fn run(home: &Home, arguments: &[&str]) -> Run {
    home.run_at(&Moto::shared().url, CHANGING, arguments)
}

#[test]
fn decisions_need_the_right_name_and_a_reason() {
    let (moto, home, arn) = (Moto::shared(), Home::new(), version(3));
    let before = described(moto, 3);
    assert_eq!(before["ModelApprovalStatus"], "PendingManualApproval");
    let sent = moto.count(CHANGING, "UpdateModelPackage");
    let approve = |more: &[&str]| run(&home, &[&["approve", &arn], more].concat());

    approve(&["--reason", "good", "--yes", "demand-forecast/2"]).ends(1).says("demand-forecast/3");
    approve(&["--reason", "good", "--yes", "demand-forecast"]).ends(1);
    approve(&["--reason", "good"]).ends(1).says("--yes");
    approve(&["--reason", "  ", "--yes", "demand-forecast/3"]).ends(1).says("reason");
    approve(&["--reason", "good", "--plan-only"]).ends(0).says("UpdateModelPackage").says("Approved");
    approve(&["--reason", "good", "--yes", "demand-forecast/3", "--read-only"]).ends(1).says("read-only");
    approve(&["--yes", "demand-forecast/3"]).ends(2).says("--reason");
    assert_eq!(moto.count(CHANGING, "UpdateModelPackage"), sent, "something was sent");
    assert_eq!(described(moto, 3), before);

    let home = Home::new();
    let approve = |more: &[&str]| run(&home, &[&["approve", &arn], more].concat());
    approve(&["--reason", "MAPE 9 %, ML-77", "--yes", "demand-forecast/3"]).ends(0);
    let after = described(moto, 3);
    assert_eq!(after["ModelApprovalStatus"], "Approved");
    assert_eq!(after["ApprovalDescription"], "MAPE 9 %, ML-77");
    assert_eq!(after["CustomerMetadataProperties"], before["CustomerMetadataProperties"], "what others wrote is kept");
    assert_eq!(moto.count(CHANGING, "UpdateModelPackage"), sent + 1, "sent once");
    assert_eq!(home.events(), ["confirmed", "sending", "sent", "done"]);
    approve(&["--reason", "again", "--yes", "demand-forecast/3"]).ends(1).says("already");

    run(&home, &["reject", &arn, "--reason", "drifts", "--yes", "demand-forecast/3"]).ends(0);
    let after = described(moto, 3);
    assert_eq!(after["ModelApprovalStatus"], "Rejected");
    assert_eq!(after["ApprovalDescription"], "drifts");
    assert_eq!(moto.count(CHANGING, "UpdateModelPackage"), sent + 2, "what was refused was not sent");

    run(&home, &["approve", &version(99), "--reason", "x", "--yes", "demand-forecast/99"]).ends(1);
    run(&home, &["approve", "no arn", "--reason", "x", "--yes", "no arn"]).ends(1);
}

#[test]
fn a_run_starts_with_checked_parameters() {
    let (moto, home) = (Moto::shared(), Home::new());
    let sent = moto.count(CHANGING, "StartPipelineExecution");
    let retrain = |more: &[&str]| run(&home, &[&["retrain", PIPELINE], more].concat());
    let yes = ["--yes", PIPELINE];
    let wrong = |parameter: &str| retrain(&[&["--param", parameter], &yes[..]].concat()).ends(1);

    wrong("Epochs=many").says("Epochs");
    wrong("LearningRate=fast").says("LearningRate");
    wrong("FullHistory=perhaps").says("FullHistory");
    wrong("InstanceType=ml.t2.nano").says("ml.m5.4xlarge");
    wrong("Epoch=3").says("Epochs");
    retrain(&["--param", "Epochs", "--yes", PIPELINE]).ends(2).says("NAME=VALUE");
    retrain(&["--yes", "demandforecast-nightly"]).ends(1).says(PIPELINE);
    retrain(&["--plan-only"]).ends(0).says("StartPipelineExecution");
    retrain(&["--read-only", "--yes", PIPELINE]).ends(1).says("read-only");
    run(&home, &["retrain", "no-such-pipeline", "--yes", "no-such-pipeline"]).ends(1).says("no-such-pipeline");
    assert_eq!(moto.count(CHANGING, "StartPipelineExecution"), sent, "something was sent");

    let before = executions(moto, PIPELINE);
    let changed = ["--param", "Epochs=20", "--param", "InstanceType=ml.g5.xlarge", "--param", "FullHistory=true"];
    let home = Home::new();
    run(&home, &[&["retrain", PIPELINE], &changed[..], &yes[..]].concat()).ends(0);
    let after = executions(moto, PIPELINE);
    let new: Vec<&String> = after.iter().filter(|arn| !before.contains(arn)).collect();
    assert_eq!(new.len(), 1, "{after:?}");
    assert_eq!(home.events(), ["confirmed", "sending", "sent", "done"]);
    let started = parameters(moto, new[0]);
    assert_eq!(started["Epochs"], "20");
    assert_eq!(started["InstanceType"], "ml.g5.xlarge");
    assert_eq!(started["FullHistory"], "true");
}

#[test]
fn a_roll_back_that_aws_does_not_know_fails_in_plain_words() {
    let (moto, home) = (Moto::shared(), Home::new());
    let describe = || moto.ask(CHANGING, "sagemaker", "describe_endpoint", &json!({"EndpointName": ENDPOINT}));
    let before = describe();
    let rollback = |more: &[&str]| run(&home, &[&["rollback", ENDPOINT], more].concat());

    // boto3 made no image and no artifact, so nothing could start; a configuration that is named is planned with warnings.
    rollback(&["--plan-only"]).ends(1).says("demand-forecast-prod-previous needs ");
    let named = rollback(&["--to", "demand-forecast-prod-previous", "--plan-only"]).ends(0);
    named.says("demand-forecast-prod-previous").says("RetainAllVariantProperties");
    rollback(&["--to", "demand-forecast-prod-previous", "--yes", "demand-forecast"]).ends(1).says(ENDPOINT);
    rollback(&["--to", "demand-forecast-prod-current", "--yes", ENDPOINT]).ends(1).says("already");
    rollback(&["--to", "no-such-config", "--yes", ENDPOINT]).ends(1).says("no-such-config");
    rollback(&["--to", "demand-forecast-prod-previous", "--read-only", "--yes", ENDPOINT]).ends(1).says("read-only");
    assert_eq!(moto.count(CHANGING, "UpdateEndpoint"), 0, "something was sent");

    // moto does not support UpdateEndpoint. The call is made once, and its error is shown as it is.
    let home = Home::new();
    let named = ["--to", "demand-forecast-prod-previous", "--yes", ENDPOINT];
    run(&home, &[&["rollback", ENDPOINT], &named[..]].concat()).ends(1).says("UpdateEndpoint");
    assert_eq!(moto.count(CHANGING, "UpdateEndpoint"), 1);
    assert_eq!(home.events(), ["confirmed", "sending", "error", "failed"]);
    assert_eq!(describe(), before);
}

fn executions(moto: &Moto, pipeline: &str) -> Vec<String> {
    let page = moto.ask(CHANGING, "sagemaker", "list_pipeline_executions", &json!({"PipelineName": pipeline}));
    let rows = page["PipelineExecutionSummaries"].as_array().unwrap().iter();
    rows.map(|e| e["PipelineExecutionArn"].as_str().unwrap().to_owned()).collect()
}

/// Returns the parameters that an execution was started with, by name.
fn parameters(moto: &Moto, execution: &str) -> Value {
    let request = json!({"PipelineExecutionArn": execution});
    let page = moto.ask(CHANGING, "sagemaker", "list_pipeline_parameters_for_execution", &request);
    let rows = page["PipelineParameters"].as_array().unwrap().iter();
    rows.map(|p| (p["Name"].as_str().unwrap().to_owned(), p["Value"].clone())).collect::<serde_json::Map<_, _>>().into()
}
