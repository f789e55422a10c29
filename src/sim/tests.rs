//! Tests of the account as a whole: its behaviour as its clients see it.

mod behaviour;
mod drills;
mod rubbish;
mod wires;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use bytes::Bytes;
use serde_json::{Value, json};

use super::*;

/// 23 November 2026, 03:00 UTC.
const NIGHT: u64 = 1_795_402_800;

/// An account with a clock that the test moves.
struct Account {
    sim: Sim,
    clock: Arc<AtomicU64>,
}

impl Account {
    fn of(story: &str) -> Self {
        Self::with(story, &Settings::default())
    }

    fn with(story: &str, settings: &Settings) -> Self {
        let text = Sim::story(story).unwrap_or(story);
        let story = Story::parse(text).unwrap();
        let clock = Arc::new(AtomicU64::new(NIGHT * 1000));
        let hand = Arc::clone(&clock);
        let time: Clock = Arc::new(move || UNIX_EPOCH + Duration::from_millis(hand.load(Ordering::Relaxed)));
        Self { sim: Sim::with(&story, time, settings), clock }
    }

    fn wait(&self, seconds: u64) {
        self.clock.fetch_add(seconds * 1000, Ordering::Relaxed);
    }

    fn send(&self, target: &str, body: &Value) -> (u16, Value) {
        let request = http::Request::post("/")
            .header("x-amz-target", target)
            .header("content-type", "application/x-amz-json-1.1")
            .body(Bytes::from(body.to_string()))
            .unwrap();
        let answer = self.sim.handle(&request);
        (answer.status().as_u16(), serde_json::from_slice(answer.body()).unwrap_or(Value::Null))
    }

    /// Makes a `SageMaker` call that must succeed.
    fn sagemaker(&self, operation: &str, body: &Value) -> Value {
        let (status, answer) = self.send(&format!("SageMaker.{operation}"), body);
        assert_eq!(status, 200, "{operation}: {answer}");
        answer
    }

    /// Makes a `SageMaker` call that must be refused; returns code and message.
    fn refused(&self, operation: &str, body: &Value) -> (String, String) {
        let (status, answer) = self.send(&format!("SageMaker.{operation}"), body);
        assert_eq!(status, 400, "{operation}: {answer}");
        (answer["__type"].as_str().unwrap().to_owned(), answer["message"].as_str().unwrap().to_owned())
    }

    fn endpoint(&self, name: &str) -> Value {
        self.sagemaker("DescribeEndpoint", &json!({ "EndpointName": name }))
    }

    /// Returns the newest endpoint configuration whose name contains `part`.
    fn config(&self, part: &str) -> String {
        let found = self.sagemaker("ListEndpointConfigs", &json!({ "NameContains": part }));
        found["EndpointConfigs"][0]["EndpointConfigName"].as_str().unwrap().to_owned()
    }

    fn deploy(&self, endpoint: &str, config: &str) {
        let order =
            json!({ "EndpointName": endpoint, "EndpointConfigName": config, "RetainAllVariantProperties": true });
        self.sagemaker("UpdateEndpoint", &order);
    }

    fn decide(&self, version: &str, status: &str) {
        let arn = format!("arn:aws:sagemaker:eu-west-1:123456789012:model-package/{version}");
        let order =
            json!({ "ModelPackageArn": arn, "ModelApprovalStatus": status, "ApprovalDescription": "by a test" });
        self.sagemaker("UpdateModelPackage", &order);
    }

    /// Starts a pipeline; returns the execution.
    fn retrain(&self, pipeline: &str, parameters: &[(&str, &str)]) -> String {
        let parameters: Vec<Value> =
            parameters.iter().map(|(name, value)| json!({ "Name": name, "Value": value })).collect();
        let token = format!("{pipeline}-{:040}", self.clock.load(Ordering::Relaxed));
        let order = json!({ "PipelineName": pipeline, "ClientRequestToken": token, "PipelineParameters": parameters });
        self.sagemaker("StartPipelineExecution", &order)["PipelineExecutionArn"].as_str().unwrap().to_owned()
    }

    fn status(&self, execution: &str) -> String {
        let found = self.sagemaker("DescribePipelineExecution", &json!({ "PipelineExecutionArn": execution }));
        found["PipelineExecutionStatus"].as_str().unwrap().to_owned()
    }

    /// Returns whether the drill is done.
    fn fixed(&self) -> bool {
        self.sim.drill().unwrap().fixed_after.is_some()
    }
}
