//! Cases of the edges to alarms, topics and people.

use super::cases;
use crate::model::Confidence::{Config, Derived, Exact};
use crate::model::testing::{Account, TOPIC, composite};
use crate::resources::config::ConfigVariant;
use crate::resources::feature_group::FeatureGroup;

const ALARM: &str = "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:fraud-5xx";
const PAGE: &str = "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:page";

/// Makes the alarm watch something by this dimension.
fn watches(a: &mut Account, dimension: &str, value: &str) {
    a.alarms[0].dimensions = vec![(dimension.into(), value.into())];
}

/// Makes the alarm watch an expression, without dimensions.
fn expression(a: &mut Account, text: &str) {
    a.alarms[0].dimensions.clear();
    a.alarms[0].watches = text.into();
}

fn parent(a: &mut Account, name: &str, rule: &str) {
    let alarm = composite(name, "OK", rule);
    a.alarms.push(alarm);
}

cases! {
    on "Dimensions.EndpointName":
    "it names the endpoint" |_| {} => [("endpoint/fraud-prod", ALARM, Exact)];
    "under another word" |a| watches(a, "Endpoint", "fraud-prod") => [("endpoint/fraud-prod", ALARM, Exact)];
    "it names another" |a| watches(a, "EndpointName", "fraud-prod-2") => [];
    "and a variant with the model" |a| a.alarms[0].dimensions.push(("VariantName".into(), "AllTraffic".into()))
        => [("endpoint/fraud-prod", ALARM, Exact)];
    "and a variant that nobody knows" |a| a.alarms[0].dimensions.push(("VariantName".into(), "x".into()))
        => [("endpoint/fraud-prod", ALARM, Exact)];

    on "Dimensions.EndpointConfigName":
    "it names what serves" |a| watches(a, "EndpointConfigName", "fraud-prod-1") => [("endpoint/fraud-prod", ALARM, Exact)];
    "it names what served before" |a| watches(a, "EndpointConfigName", "fraud-prod-0") => [];

    on "Dimensions.PipelineName":
    "it names the pipeline" |a| watches(a, "PipelineName", "fraud-build") => [("pipeline/fraud-build", ALARM, Exact)];
    "it names another" |a| watches(a, "PipelineName", "x") => [];

    on "Dimensions.FeatureGroupName":
    "it names a feature group" |a| {
        a.feature_groups.push(FeatureGroup { name: "fraud-clicks".into(), arn: "fg".into(), ..Default::default() });
        watches(a, "FeatureGroupName", "fraud-clicks");
    } => [("fg", ALARM, Exact)];
    "it names another" |a| watches(a, "FeatureGroupName", "x") => [];

    on "Dimensions.Model":
    "it names the model" |a| watches(a, "Model", "fraud") => [("fraud", ALARM, Exact)];
    "it names the group" |a| watches(a, "ModelPackageGroupName", "fraud") => [("fraud", ALARM, Exact)];
    "in another case, and with another sign" |a| watches(a, "model_name", "Fraud") => [("fraud", ALARM, Exact)];
    "it names another" |a| watches(a, "ModelName", "frau") => [];

    on "a dimension of an own metric has its name":
    "of the team's own metric" |a| { watches(a, "Service", "fraud"); a.alarms[0].namespaces = vec!["Shop/Scores".into()] }
        => [("fraud", ALARM, Derived)];
    "of a metric of AWS" |a| { watches(a, "ServiceName", "fraud"); a.alarms[0].namespaces = vec!["AWS/ECS".into()] }
        => [];

    on "AutoRollbackConfiguration.Alarms":
    "it guards deployments" |a| { watches(a, "x", "y"); a.endpoints[0].guards = Some(vec!["fraud-5xx".into()]) }
        => [("endpoint/fraud-prod", ALARM, Exact)];
    "it was deleted" |a| a.endpoints[0].guards = Some(vec!["gone".into()]) => [];

    on "the name that auto scaling gives":
    "it names the endpoint" |a| {
        watches(a, "x", "y");
        a.alarms[0].name = "TargetTracking-endpoint/fraud-prod/variant/v-AlarmHigh-1".into();
    } => [("endpoint/fraud-prod", ALARM, Derived)];
    "it names another" |a| {
        watches(a, "x", "y");
        a.alarms[0].name = "TargetTracking-endpoint/fraud-prod-2/variant/v-AlarmHigh-1".into();
    } => [];

    on "its expression names the endpoint":
    "as a word" |a| expression(a, "SELECT AVG(x) WHERE EndpointName = 'fraud-prod'")
        => [("endpoint/fraud-prod", ALARM, Derived)];
    "as a part of a word" |a| expression(a, "SELECT AVG(x) WHERE EndpointName = 'fraud-prod-2'") => [];
    "a dimension tells what it watches" |a| { expression(a, "fraud-prod"); watches(a, "EndpointName", "x") } => [];

    on "[[model]] alarms":
    "the configuration names it" |a| { watches(a, "x", "y"); a.configure("alarms = [\"fraud-*\"]") }
        => [("fraud", ALARM, Config)];
    "it names another" |a| { watches(a, "x", "y"); a.configure("alarms = [\"x-*\"]") } => [];
    "AWS says it as well: that counts" |a| a.configure("alarms = [\"fraud-*\"]") => [];

    on "AlarmRule names it":
    "a composite alarm of a child" |a| parent(a, "page", "ALARM(\"fraud-5xx\")") => [(ALARM, PAGE, Exact)];
    "and one of that" |a| { parent(a, "page", "ALARM(\"fraud-5xx\")"); parent(a, "all", "ALARM(\"page\")") }
        => [(ALARM, PAGE, Exact), (PAGE, "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:all", Exact)];
    "two that name each other" |a| {
        parent(a, "page", "ALARM(\"fraud-5xx\") OR ALARM(\"all\")");
        parent(a, "all", "ALARM(\"page\")");
    } => [(ALARM, PAGE, Exact), (PAGE, "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:all", Exact)];
    "a child that was deleted" |a| {
        a.endpoints[0].guards = Some(vec!["gone".into()]);
        parent(a, "page", "ALARM(\"gone\")");
    } => [("gone", PAGE, Exact)];
    "a composite alarm of others" |a| parent(a, "page", "ALARM(\"x\")") => [];

    on "AlarmActions[]":
    "it notifies a topic" |_| {} => [(ALARM, TOPIC, Exact)];
    "it calls something else" |a| a.alarms[0].actions = vec!["arn:aws:lambda:eu-west-1:1:function:f".into()] => [];

    on "Subscriptions[].TopicArn":
    "somebody listens" |_| {} => [(TOPIC, "arn:aws:sns:eu-west-1:123456789012:page arn:aws:sns:eu-west-1:123456789012:page:1", Exact)];
    "nobody does" |a| a.topics[0].listeners = Some(Vec::new()) => [];
}

#[test]
fn alarms_of_auto_scaling_belong_to_the_model_and_are_not_judged() {
    let mut account = Account::healthy();
    account.alarms[0].actions = vec!["arn:aws:autoscaling:eu-west-1:1:scalingPolicy:x".into()];
    account.alarms[0].state = "ALARM".into();
    let joined = account.join();
    let chain = joined.chain("fraud").unwrap();
    assert_eq!(chain.alarms, ["fraud-5xx"]);
    assert_eq!(chain.reasons, []);
}

#[test]
fn an_alarm_on_a_variant_is_no_alarm_of_the_models_of_other_variants() {
    for (variant, mine) in [("AllTraffic", true), ("churn", false)] {
        let mut account = Account::healthy();
        let mut other = account.models[0].clone();
        other.name = "churn-1".into();
        let arn = "arn:aws:sagemaker:eu-west-1:123456789012:model-package/churn/1".to_owned();
        other.containers.as_mut().unwrap()[0].package = Some(arn);
        account.models.push(other);
        let variants = account.configs[0].variants.as_mut().unwrap();
        let second = ConfigVariant { name: "churn".into(), model: Some("churn-1".into()), ..variants[0].clone() };
        variants[0].name = "AllTraffic".into();
        variants.push(second);
        account.alarms[0].dimensions.push(("VariantName".into(), variant.into()));
        let joined = account.join();
        assert_eq!(joined.chain("fraud").unwrap().alarms.contains(&"fraud-5xx"), mine, "{variant}");
    }
}
