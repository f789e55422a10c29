//! Steps of a run that wait until somebody calls back.

use sagetop::intents::{AccessRules, AnyIntent, FailCallback, Outcome, SucceedCallback};

use super::acts::carried_out;
use super::{ONE_CALL, sent};
use crate::harness::{Bare, Harness};

const GATE: &str = r#"{"Version": "2020-12-01", "Steps": [
    {"Name": "Review", "Type": "Callback", "SqsQueueUrl": "https://sqs.eu-west-1.amazonaws.com/123456789012/reviews",
     "OutputParameters": [{"OutputName": "verdict", "OutputType": "String"}]}]}"#;

/// Starts a run of a pipeline that waits for a callback at once; returns its ARN.
async fn waiting() -> (Bare, String) {
    let t = Harness::story("empty").bare();
    let sagemaker = &t.executor.aws.sagemaker;
    let token = "0123456789012345678901234567890123456789";
    let create = sagemaker.create_pipeline().pipeline_name("gate").pipeline_definition(GATE);
    create.role_arn("arn:aws:iam::123456789012:role/build").client_request_token(token).send().await.unwrap();
    let start = sagemaker.start_pipeline_execution().pipeline_name("gate").client_request_token(token);
    let execution = start.send().await.unwrap().pipeline_execution_arn.unwrap();
    (t, execution)
}

#[tokio::test(start_paused = true)]
async fn a_callback_step_succeeds_with_its_outputs_and_its_token_is_kept_nowhere() {
    let (t, execution) = waiting().await;
    let outputs = vec![("verdict".to_owned(), "good".to_owned())];
    let intent = AnyIntent::from(SucceedCallback { execution, step: "Review".into(), outputs });
    let plan = intent.plan(&t.executor).await.unwrap();
    assert!(plan.target.ends_with("/Review"), "{}", plan.target);
    let outcome = carried_out(&t, AccessRules::default(), intent.clone()).await;
    assert_eq!(outcome, Outcome::Done("Review is Succeeded".to_owned()));
    let request = sent(t.sim.write_calls().last().unwrap(), "SendPipelineExecutionStepSuccess");
    assert_eq!(request["OutputParameters"][0]["Value"], "good");
    let token = request["CallbackToken"].as_str().unwrap();
    assert_eq!(t.journal().iter().map(|line| line.event).collect::<Vec<_>>(), ONE_CALL);
    assert!(!format!("{:?}{plan:?}", t.journal()).replace(&format!("callback: {token:?}"), "").contains(token));
    let again = intent.plan(&t.executor).await.unwrap_err().to_string();
    assert!(again.contains("is Succeeded: it waits for no callback"), "{again}");
}

#[tokio::test(start_paused = true)]
async fn a_callback_step_fails_with_a_reason_unless_somebody_else_answered() {
    let (t, execution) = waiting().await;
    let intent =
        AnyIntent::from(FailCallback { execution: execution.clone(), step: "Review".into(), reason: "biased".into() });
    let stale = intent.plan(&t.executor).await.unwrap();
    let outcome = carried_out(&t, AccessRules::default(), intent).await;
    assert_eq!(outcome, Outcome::Done("Review is Failed".to_owned()));
    let request = sent(t.sim.write_calls().last().unwrap(), "SendPipelineExecutionStepFailure");
    assert_eq!(request["FailureReason"], "biased");
    let (tell, _told) = tokio::sync::mpsc::channel(64);
    let Outcome::Refused(why) = t.executor.run(&stale, &tell).await else { panic!("it was sent twice") };
    assert!(why.contains("changed since the plan was made"), "{why}");
}
