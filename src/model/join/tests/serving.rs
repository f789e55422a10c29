//! Cases of the edges from endpoints back to versions.

use super::cases;
use crate::model::Confidence::{Config, Derived, Exact, Guess};
use crate::model::testing::{Account, HOUR, ago, arn, deployment_pipeline, endpoint, endpoint_config, model, version};
use crate::resources::endpoint::Pending;
use crate::resources::model::Container;

/// Makes the serving model name no version.
fn unregistered(a: &mut Account) {
    a.models[0].containers = Some(vec![Container { data: Some("s3://m/1.tar.gz".into()), ..Container::default() }]);
}

/// Gives a version the artifact of the model.
fn artifact(a: &mut Account, version: usize) {
    a.packages[version].details.as_mut().unwrap().data = vec!["s3://m/1.tar.gz".into()];
}

/// Gives the endpoint a tag, and a name that does not match the model.
fn tagged(a: &mut Account, value: &str) {
    a.endpoints[0].name = "score".into();
    a.endpoints[0].tags.as_mut().unwrap().insert("sagemaker:project-name".into(), value.into());
}

const NAME: [(&str, &str, crate::model::Confidence); 1] = [("model-package-group/fraud", "endpoint/fraud-prod", Guess)];

cases! {
    on "DescribeEndpoint.EndpointConfigName":
    "a configuration that is known" |_| {} => [("endpoint-config/fraud-prod-1", "endpoint/fraud-prod", Exact)];
    "one that is not known" |a| a.configs.clear() => [("fraud-prod-1", "endpoint/fraud-prod", Exact)];
    "an endpoint that was not described" |a| a.endpoints[0].config = None => [];

    on "ProductionVariants[].ModelName":
    "a model that is known" |_| {} => [("model/fraud-1", "endpoint-config/fraud-prod-1", Exact)];
    "one that is not known" |a| { unregistered(a); a.models.clear() }
        => [("fraud-1", "endpoint-config/fraud-prod-1", Exact)];
    "the configuration that arrives as well" |a| {
        a.models.push(model("fraud-2", 2));
        a.configs.push(endpoint_config("fraud-prod-2", "fraud-2"));
        a.endpoints[0].pending = Some(Pending { config: "fraud-prod-2".into(), started: ago(0), ..Pending::default() });
    } => [
        ("model/fraud-1", "endpoint-config/fraud-prod-1", Exact),
        ("model/fraud-2", "endpoint-config/fraud-prod-2", Exact),
    ];
    "a configuration that was deleted" |a| a.configs[0].deleted = true => [];
    "a configuration without a model (inference components)" |a| a.configs[0].variants.as_mut().unwrap()[0].model = None
        => [];

    on "Containers[].ModelPackageName":
    "a version that is known" |_| {} => [("model-package/fraud/1", "model/fraud-1", Exact)];
    "a version that is not in the registry" |a| a.packages.clear() => [("model-package/fraud/1", "model/fraud-1", Exact)];
    "an ARN in other letters" |a| a.models[0].containers.as_mut().unwrap()[0].package = Some(arn("model-package/Fraud/1"))
        => [("model-package/fraud/1", "model/fraud-1", Exact)];
    "a model without a version" |a| unregistered(a) => [];

    on "ModelDataUrl equals the version's":
    "one version has the artifact" |a| { unregistered(a); artifact(a, 0) }
        => [("model-package/fraud/1", "model/fraud-1", Derived)];
    "two versions have it" |a| {
        unregistered(a);
        a.packages.push(version(2, "Approved"));
        artifact(a, 0);
        artifact(a, 1);
    } => [];
    "none has it" |a| unregistered(a) => [];
    "the model names a version: that counts" |a| {
        a.models[0].containers.as_mut().unwrap()[0].data = Some("s3://m/1.tar.gz".into());
        artifact(a, 0);
    } => [];

    on "Search(Model).Endpoints[]":
    "before the configuration was read" |a| { a.configs.never_read(); a.models[0].endpoints = vec!["fraud-prod".into()] }
        => [("model/fraud-1", "endpoint/fraud-prod", Exact)];
    "the configuration tells more" |a| a.models[0].endpoints = vec!["fraud-prod".into()] => [];
    "something went live since the index was read" |a| {
        a.configs.never_read();
        a.models[0].endpoints = vec!["fraud-prod".into()];
        a.endpoints[0].live_since = ago(HOUR);
    } => [];

    on "tag sagemaker:project-name":
    "it names the group" |a| { unregistered(a); tagged(a, "fraud") }
        => [("model-package-group/fraud", "endpoint/fraud-prod", Derived)];
    "in other letters" |a| { unregistered(a); tagged(a, "FRAUD") }
        => [("model-package-group/fraud", "endpoint/fraud-prod", Derived)];
    "it names something else" |a| { unregistered(a); tagged(a, "x") } => [];
    "the version that serves counts more" |a| tagged(a, "fraud") => [];

    on "the endpoint's name without its stage is the group's":
    "nothing else tells whose it is" |a| unregistered(a) => [NAME[0]];
    "the tag counts more" |a| {
        unregistered(a);
        a.endpoints[0].tags.as_mut().unwrap().insert("sagemaker:project-name".into(), "fraud".into());
    } => [];
    "the version counts more" |_| {} => [];
    "only a part of the name" |a| { unregistered(a); a.endpoints[0].name = "fraudulent-prod".into() } => [];
    "its stage comes first" |a| { unregistered(a); a.endpoints[0].name = "PRD-fraud".into() } => [NAME[0]];

    on "[[model]] endpoints":
    "the configuration names it" |a| { unregistered(a); a.configure("endpoints = [\"fraud-{stage}\"]") }
        => [("model-package-group/fraud", "endpoint/fraud-prod", Config)];
    "the version that serves makes a better edge" |a| a.configure("endpoints = [\"fraud-{stage}\"]") => [];
    "it names another" |a| { unregistered(a); a.configure("endpoints = [\"other-{stage}\"]") } => [];

    on "[[model]] codepipeline":
    "the configuration names it" |a| {
        a.configure("codepipeline = [\"deploy\"]");
        a.endpoints.push(endpoint("fraud-staging", "fraud-prod-1"));
    } => [("deploy", "endpoint/fraud-prod", Config), ("deploy", "endpoint/fraud-staging", Config)];
    "there is no endpoint" |a| { a.configure("codepipeline = [\"deploy\"]"); a.endpoints.clear() }
        => [("model-package-group/fraud", "deploy", Config)];
    "the configuration names none" |a| a.configure("endpoints = [\"fraud-{stage}\"]") => [];
    "it was read, so it has an ARN" |a| {
        a.configure("codepipeline = [\"deploy\"]");
        a.deployment_pipelines.push(deployment_pipeline("deploy", &[]));
    } => [("arn:aws:codepipeline:eu-west-1:123456789012:deploy", "endpoint/fraud-prod", Config)];

    on "stages[].actions[].configuration":
    "its action names the endpoint" |a| a.deployment_pipelines.push(deployment_pipeline("deploy", &["fraud-prod"]))
        => [("arn:aws:codepipeline:eu-west-1:123456789012:deploy", "endpoint/fraud-prod", Exact)];
    "its action names another endpoint" |a| a.deployment_pipelines.push(deployment_pipeline("deploy", &["other"])) => [];
}
