//! What carries a version out and what starts a training, made by boto3: pipelines of `CodePipeline`, rules, and state
//! machines belong to the model that they name.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::server::{Moto, RETAIL};
use crate::sagetop::Home;

const GROUP: &str = "basket-size";

/// Makes a pipeline whose last action names the group in the parameters of a stack.
fn deployment_pipeline(moto: &Moto) -> String {
    let trust = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"Service": "codepipeline.amazonaws.com"}, "Action": "sts:AssumeRole",
    }]});
    let role = json!({"RoleName": "deploy", "AssumeRolePolicyDocument": trust.to_string()});
    let role = moto.ask(RETAIL, "iam", "create_role", &role)["Role"]["Arn"].clone();
    let action = |name: &str, category: &str, provider: &str, configuration: Value| {
        let kind = json!({"category": category, "owner": "AWS", "provider": provider, "version": "1"});
        json!({"name": name, "actions": [{"name": name, "actionTypeId": kind, "configuration": configuration}]})
    };
    let parameters = json!({"ModelPackageGroupName": GROUP}).to_string();
    let stages = json!([
        action("Source", "Source", "S3", json!({"S3Bucket": "code", "S3ObjectKey": "deploy.zip"})),
        action("DeployProd", "Deploy", "CloudFormation", json!({"StackName": "web", "ParameterOverrides": parameters})),
    ]);
    let pipeline = json!({
        "name": "carry", "roleArn": role, "version": 1, "stages": stages,
        "artifactStore": {"type": "S3", "location": "code"},
    });
    moto.ask(RETAIL, "codepipeline", "create_pipeline", &json!({"pipeline": pipeline}));
    let carry = moto.ask(RETAIL, "codepipeline", "get_pipeline", &json!({"name": "carry"}));
    carry["metadata"]["pipelineArn"].as_str().unwrap().to_owned()
}

/// Makes a rule on approvals of the group that starts the pipeline.
fn rule(moto: &Moto, pipeline: &str) {
    let pattern = json!({
        "source": ["aws.sagemaker"], "detail-type": ["SageMaker Model Package State Change"],
        "detail": {"ModelPackageGroupName": [GROUP], "ModelApprovalStatus": ["Approved"]},
    });
    moto.ask(RETAIL, "events", "put_rule", &json!({"Name": "approvals", "EventPattern": pattern.to_string()}));
    let target = json!({"Id": "1", "Arn": pipeline, "RoleArn": "arn:aws:iam::123456789012:role/start"});
    moto.ask(RETAIL, "events", "put_targets", &json!({"Rule": "approvals", "Targets": [target]}));
}

/// Makes a state machine that names the group, and starts it.
fn state_machine(moto: &Moto) {
    let state = json!({
        "Type": "Task", "Resource": "arn:aws:states:::aws-sdk:sagemaker:listModelPackages", "End": true,
        "Parameters": {"ModelPackageGroupName": GROUP},
    });
    let definition = json!({"StartAt": "Look", "States": {"Look": state}}).to_string();
    let machine = json!({
        "name": "look-after", "definition": definition, "roleArn": "arn:aws:iam::123456789012:role/states",
    });
    let arn = moto.ask(RETAIL, "stepfunctions", "create_state_machine", &machine)["stateMachineArn"].clone();
    moto.ask(RETAIL, "stepfunctions", "start_execution", &json!({"stateMachineArn": arn, "name": "first"}));
}

#[test]
fn what_delivers_and_starts_a_model_belongs_to_it() {
    let moto = Moto::start(&[]);
    moto.ask(RETAIL, "sagemaker", "create_model_package_group", &json!({"ModelPackageGroupName": GROUP}));
    let pipeline = deployment_pipeline(&moto);
    rule(&moto, &pipeline);
    state_machine(&moto);
    let dump = Home::new().run_at(&moto.url, RETAIL, &["dump"]).ends(0).json();

    let model = &dump["models"][0];
    assert_eq!(model["name"], GROUP);
    let attached = model["attached"].as_array().unwrap().iter();
    let attached: BTreeSet<_> = attached.map(|a| (a["kind"].as_str().unwrap(), a["id"].as_str().unwrap())).collect();
    let expected = [("deployment_pipelines", "carry"), ("event_rules", "approvals"), ("state_machines", "look-after")];
    assert_eq!(attached, BTreeSet::from(expected));
    let resources = &dump["resources"];
    assert_eq!(resources["deployment_pipelines"][0]["arn"], pipeline);
    // moto has no GetPipelineState, so the state is not known, and not said to be good.
    assert!(resources["deployment_pipelines"][0]["stages"].is_null());
    let source = dump["sources"].as_array().unwrap().iter().find(|source| source["name"] == "deployment_pipelines");
    assert!(source.unwrap()["error"].as_str().unwrap().contains("GetPipelineState"), "{source:?}");
    assert_eq!(resources["state_machines"][0]["executions"][0]["name"], "first");
}
