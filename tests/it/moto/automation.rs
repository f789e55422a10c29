//! Rules and schedules that boto3 made are read and joined to the models of their pipelines.

use serde_json::{Value, json};

use super::server::{Moto, RETAIL};
use crate::sagetop::Home;

/// Makes a pipeline that registers into a group, a rule for it, and two schedules.
fn fill(moto: &Moto) {
    let definition = json!({"Version": "2020-12-01", "Steps": [{
        "Name": "Register", "Type": "RegisterModel", "Arguments": {"ModelPackageGroupName": "churn"},
    }]});
    let ask = |service, method, request: Value| moto.ask(RETAIL, service, method, &request);
    let role = "arn:aws:iam::123456789012:role/starts";
    ask("sagemaker", "create_model_package_group", json!({"ModelPackageGroupName": "churn"}));
    let pipeline = ask(
        "sagemaker",
        "create_pipeline",
        json!({"PipelineName": "Churn-build", "PipelineDefinition": definition.to_string(), "RoleArn": role,
            "ClientRequestToken": "0".repeat(32)}),
    );
    let arn = pipeline["PipelineArn"].as_str().unwrap();
    ask(
        "events",
        "put_rule",
        json!({"Name": "nightly", "ScheduleExpression": "cron(0 3 * * ? *)", "State": "DISABLED"}),
    );
    ask("events", "put_targets", json!({"Rule": "nightly", "Targets": [{"Id": "1", "Arn": arn, "RoleArn": role}]}));
    let pattern = json!({"source": ["aws.sagemaker"], "detail": {"ModelPackageGroupName": ["churn"]}});
    ask("events", "put_rule", json!({"Name": "approved", "EventPattern": pattern.to_string()}));
    ask(
        "events",
        "put_rule",
        json!({"Name": "strange", "EventPattern": "{\"detail\": {\"ModelPackageGroupName\": [{\"prefix\": \"ch\"}]}}"}),
    );
    for (name, expression) in [("weekly", "rate(7 days)"), ("once", "at(2020-01-01T00:00:00)")] {
        let target = json!({"Arn": arn, "RoleArn": role});
        let window = json!({"Mode": "OFF"});
        let schedule =
            json!({"Name": name, "ScheduleExpression": expression, "Target": target, "FlexibleTimeWindow": window});
        ask("scheduler", "create_schedule", schedule);
    }
}

#[test]
fn rules_and_schedules_belong_to_the_models_of_their_pipelines() {
    let moto = Moto::start(&[]);
    fill(&moto);
    let dump = Home::new().run_at(&moto.url, RETAIL, &["dump"]).ends(0).json();
    let model = dump["models"].as_array().unwrap().iter().find(|model| model["name"] == "churn").unwrap();
    let mut attached: Vec<&str> =
        model["attached"].as_array().unwrap().iter().map(|thing| thing["id"].as_str().unwrap()).collect();
    attached.sort_unstable();
    assert_eq!(attached, ["approved", "default/once", "default/weekly", "nightly"]);
    let rules = dump["resources"]["event_rules"].as_array().unwrap();
    assert_eq!(rules.iter().filter(|rule| rule["targets"].is_array()).count(), 3, "{rules:?}");
    let reasons: Vec<&str> =
        model["reasons"].as_array().unwrap().iter().map(|reason| reason["text"].as_str().unwrap()).collect();
    assert!(reasons.contains(&"an approval starts nothing: rule approved has no targets"), "{reasons:?}");
    assert!(!reasons.iter().any(|text| text.contains("nothing starts")), "a schedule starts it: {reasons:?}");
}
