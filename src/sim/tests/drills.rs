//! Tests of each incident: it is visible, the right fix ends it, and nothing else does.

use super::*;

fn play(story: &str, fix: impl FnOnce(&Account)) {
    let account = Account::of(story);
    account.wait(90);
    assert!(!account.fixed(), "{story} is done before anything was done");
    fix(&account);
    for _ in 0..40 {
        account.wait(10);
        if account.fixed() {
            return;
        }
    }
    panic!("{story} is not done: {:?}", account.sim.drill());
}

#[test]
fn demo_is_fixed_by_rolling_back() {
    play("demo", |account| {
        assert_eq!(account.sim.alarm("P1-recommendation-ctr").as_deref(), Some("ALARM"));
        account.deploy("recommendation-prod", &account.config("recommendation-prod-v12"));
    });
}

#[test]
fn ctr_is_fixed_by_rolling_back() {
    play("ctr", |account| account.deploy("recommendation-prod", &account.config("recommendation-prod-v12")));
}

#[test]
fn ctr_is_fixed_by_rejecting_the_bad_version() {
    play("ctr", |account| account.decide("recommendation/13", "Rejected"));
}

#[test]
fn drift_is_fixed_by_a_new_version() {
    play("drift", |account| {
        assert_eq!(account.sim.alarm("P3-demand-forecasting-drift").as_deref(), Some("ALARM"));
        account.retrain("demand-forecasting-build", &[]);
        account.wait(120);
        account.decide("demand-forecasting/13", "Approved");
    });
}

#[test]
fn a_bad_container_is_fixed_by_rebuilding_the_old_version() {
    play("bad-container", |account| {
        assert_eq!(account.sim.alarm("P1-fraud-screening-5xx").as_deref(), Some("ALARM"));
        let old = account.sagemaker("ListEndpointConfigs", &json!({ "NameContains": "fraud-screening-prod-v4" }));
        assert_eq!(old["EndpointConfigs"], json!([]));
        let now = account.endpoint("fraud-screening-prod");
        let config = json!({ "EndpointConfigName": now["EndpointConfigName"] });
        let mut variants = account.sagemaker("DescribeEndpointConfig", &config)["ProductionVariants"].clone();
        let package = "arn:aws:sagemaker:eu-west-1:123456789012:model-package/fraud-screening/4";
        let model = json!({ "ModelName": "back", "ExecutionRoleArn": "arn:aws:iam::123456789012:role/x", "Containers": [{ "ModelPackageName": package }] });
        account.sagemaker("CreateModel", &model);
        variants[0]["ModelName"] = json!("back");
        account.sagemaker(
            "CreateEndpointConfig",
            &json!({ "EndpointConfigName": "back", "ProductionVariants": variants }),
        );
        account.deploy("fraud-screening-prod", "back");
    });
}

#[test]
fn what_only_the_log_tells_is_fixed_by_the_old_version() {
    play("only-the-log-tells", |account| {
        assert_eq!(account.sim.alarm("P1-fraud-screening-5xx").as_deref(), Some("ALARM"));
        let group = json!({ "logGroupName": "/aws/sagemaker/Endpoints/fraud-screening-prod", "limit": 10_000 });
        let (_, answer) = account.send("Logs_20140328.FilterLogEvents", &group);
        assert!(answer.to_string().contains("CUDA out of memory"), "{answer}");
        account.deploy("fraud-screening-prod", &account.config("fraud-screening-prod-v4"));
    });
}

#[test]
fn a_failed_rollback_is_fixed_by_another_update() {
    play("rollback-failed", |account| {
        assert_eq!(account.endpoint("customer-segmentation-prod")["EndpointStatus"], "UpdateRollbackFailed");
        account.deploy("customer-segmentation-prod", &account.config("customer-segmentation-prod-v6"));
    });
}

#[test]
fn a_silent_rollback_is_answered_by_rejecting() {
    play("silent-rollback", |account| {
        let endpoint = account.endpoint("recommendation-prod");
        assert_eq!(endpoint["EndpointStatus"], "InService");
        assert!(endpoint["EndpointConfigName"].as_str().unwrap().contains("-v12-"));
        assert!(endpoint.get("FailureReason").is_none());
        account.decide("recommendation/13", "Rejected");
    });
}

#[test]
fn spot_is_fixed_by_paying() {
    play("spot", |account| {
        let again = account.retrain("recommendation-build", &[]);
        account.wait(90);
        assert_eq!(account.status(&again), "Failed");
        account.retrain("recommendation-build", &[("UseSpotInstances", "false")]);
    });
}

#[test]
fn the_gate_is_fixed_by_a_wider_gate() {
    play("gate", |account| {
        let again = account.retrain("demand-forecasting-build", &[]);
        account.wait(120);
        assert_eq!(account.status(&again), "Succeeded");
        assert!(!account.fixed());
        account.retrain("demand-forecasting-build", &[("MaxMape", "18")]);
    });
}

#[test]
fn stale_data_is_answered_by_stopping() {
    let account = Account::of("stale");
    account.wait(5);
    let found = account.sagemaker("ListPipelineExecutions", &json!({ "PipelineName": "demand-forecasting-build" }));
    let running = &found["PipelineExecutionSummaries"][0];
    assert_eq!(running["PipelineExecutionStatus"], "Executing");
    let order =
        json!({ "PipelineExecutionArn": running["PipelineExecutionArn"], "ClientRequestToken": "t".repeat(36) });
    account.sagemaker("StopPipelineExecution", &order);
    assert!(!account.fixed());
    account.wait(10);
    assert!(account.fixed());
}

#[test]
fn a_rule_without_targets_drops_approvals() {
    play("approval-rule", |account| {
        account.decide("recommendation/13", "Approved");
        account.wait(120);
        assert!(!account.fixed());
        let target = json!([{ "Id": "1", "Arn": "arn:aws:codepipeline:eu-west-1:123456789012:recommendation-deploy" }]);
        let order = json!({ "Rule": "recommendation-deploy-on-decision", "Targets": target });
        assert_eq!(account.send("AWSEvents.PutTargets", &order).0, 200);
        account.decide("recommendation/13", "PendingManualApproval");
        account.decide("recommendation/13", "Approved");
    });
}

#[test]
fn a_disabled_rule_starts_nothing_and_a_run_by_hand_does() {
    play("disabled-trigger", |account| {
        let order = json!({ "PipelineName": "demand-forecasting-build", "ClientRequestToken": "t".repeat(36) });
        account.sagemaker("StartPipelineExecution", &order);
    });
}

#[test]
fn a_delivery_that_waits_goes_on_when_a_person_approves_it() {
    play("stuck-approval", |account| {
        account.wait(120);
        assert!(!account.fixed());
        let name = json!({ "name": "fraud-screening-deploy" });
        let (_, state) = account.send("CodePipeline_20150709.GetPipelineState", &name);
        let waiting = &state["stageStates"][2];
        let token = &waiting["actionStates"][0]["latestExecution"]["token"];
        let answer = json!({
            "pipelineName": "fraud-screening-deploy", "stageName": waiting["stageName"], "token": token,
            "actionName": "ApproveProduction", "result": { "status": "Approved", "summary": "staging is well" },
        });
        assert_eq!(account.send("CodePipeline_20150709.PutApprovalResult", &answer).0, 200);
    });
}

#[test]
fn a_failed_state_machine_is_answered_by_retraining() {
    play("failed-state-machine", |account| {
        account.retrain("customer-segmentation-build", &[]);
    });
}

#[test]
fn a_pinned_endpoint_is_fixed_by_more_instances() {
    play("pinned", |account| {
        assert_eq!(account.sim.alarm("P2-recommendation-latency").as_deref(), Some("ALARM"));
        let wanted = json!([{ "VariantName": "AllTraffic", "DesiredInstanceCount": 12 }]);
        let order = json!({ "EndpointName": "recommendation-prod", "DesiredWeightsAndCapacities": wanted });
        account.sagemaker("UpdateEndpointWeightsAndCapacities", &order);
    });
}

#[test]
fn capped_scaling_is_fixed_by_a_higher_maximum() {
    play("capped-scaling", |account| {
        assert_eq!(account.sim.alarm("P2-fraud-screening-latency").as_deref(), Some("ALARM"));
        let order = json!({
            "ServiceNamespace": "sagemaker",
            "ResourceId": "endpoint/fraud-screening-prod/variant/AllTraffic",
            "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
            "MaxCapacity": 6,
        });
        let (status, answer) = account.send("AnyScaleFrontendService.RegisterScalableTarget", &order);
        assert_eq!(status, 200, "{answer}");
    });
}

#[test]
fn without_capacity_scaling_fails_again_and_again() {
    let account = Account::of("no-capacity");
    account.wait(700);
    let request = json!({ "ServiceNamespace": "sagemaker" });
    let (_, answer) = account.send("AnyScaleFrontendService.DescribeScalingActivities", &request);
    let statuses: Vec<_> = answer["ScalingActivities"].as_array().unwrap().iter().map(|a| &a["StatusCode"]).collect();
    assert_eq!(statuses[..2], ["Failed", "Failed"], "{answer}");
    assert_eq!(account.endpoint("recommendation-prod")["ProductionVariants"][0]["DesiredInstanceCount"], 6);
}

#[test]
fn expired_credentials_come_back() {
    let account = Account::of("expired");
    account.wait(30);
    assert_eq!(account.refused("ListEndpoints", &json!({})).0, "ExpiredTokenException");
    account.wait(60);
    assert!(!account.fixed());
    account.sagemaker("ListEndpoints", &json!({}));
    assert!(account.fixed());
}

#[test]
fn every_story_can_be_told() {
    for name in Sim::stories() {
        let account = Account::of(name);
        let story = Story::parse(Sim::story(name).unwrap()).unwrap();
        assert!(!story.about.is_empty(), "{name}");
        if let Some(drill) = account.sim.drill() {
            assert!(drill.fixed_after.is_none() && !drill.task.is_empty() && !drill.fix.is_empty(), "{name}");
        }
    }
}

#[test]
fn the_template_can_be_played_to_its_end() {
    play("template", |account| {
        assert_eq!(account.sim.alarm("my-mape").as_deref(), Some("ALARM"));
        account.retrain("my-model-build", &[("UseSpotInstances", "false")]);
        account.wait(100);
        account.decide("my-model/4", "Approved");
    });
}
