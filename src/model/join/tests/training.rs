//! Cases of the edges from data to versions.

use super::cases;
use crate::model::Confidence::{Config, Derived, Exact, Guess};
use crate::model::testing::{Account, DAY, arn, job, run, step, trained};
use crate::resources::feature_group::FeatureGroup;
use crate::resources::model::Container;

/// Removes the definition of the pipeline, as if it was not read.
fn undefined(a: &mut Account) {
    a.pipelines[0].definition = None;
}

/// Removes the maker from the version.
fn unsaid(a: &mut Account) {
    a.packages[0].details.as_mut().unwrap().generated_by = None;
}

/// Makes the job produce the artifact of the version.
fn artifact(a: &mut Account) {
    a.jobs[0].details.as_mut().unwrap().artifact = Some("s3://m/1.tar.gz".into());
    a.packages[0].details.as_mut().unwrap().data = vec!["s3://m/1.tar.gz".into()];
}

fn feature_group(a: &mut Account, name: &str, uri: &str) {
    a.feature_groups.push(FeatureGroup {
        name: name.into(),
        arn: arn(&format!("feature-group/{name}")),
        offline_uri: Some(uri.into()),
        ..FeatureGroup::default()
    });
}

/// Makes the job read the offline store of this name. The place of no store was read.
fn unread_store(a: &mut Account, name: &str) {
    a.feature_groups[0].offline_uri = None;
    a.jobs[0].details.as_mut().unwrap().inputs = vec![format!("s3://b/1/offline-store/{name}/data")];
}

cases! {
    on "RegisterModel.ModelPackageGroupName of the definition":
    "the definition registers into the group" |_| {} => [("pipeline/fraud-build", "model-package-group/fraud", Exact)];
    "in other letters" |a| a.pipelines[0].definition.as_mut().unwrap().groups = vec!["FRAUD".into()]
        => [("pipeline/fraud-build", "model-package-group/fraud", Exact)];
    "it registers into another" |a| a.pipelines[0].definition.as_mut().unwrap().groups = vec!["other".into()] => [];
    "it was not read" |a| undefined(a) => [];

    on "MetadataProperties.GeneratedBy of its versions":
    "a version says which run made it" |a| undefined(a) => [("pipeline/fraud-build", "model-package-group/fraud", Exact)];
    "the name of the pipeline in other letters" |a| { undefined(a); a.pipelines[0].name = "Fraud-Build".into() }
        => [("pipeline/fraud-build", "model-package-group/fraud", Exact)];
    "no version says it" |a| { undefined(a); unsaid(a) } => [];
    "somebody made it by hand" |a| {
        undefined(a);
        a.packages[0].details.as_mut().unwrap().generated_by = Some("by hand".into());
    } => [];
    "the definition says it: that counts" |_| {} => [];

    on "Metadata.RegisterModel.Arn of its runs":
    "a run registered into the group" |a| { undefined(a); unsaid(a) }
        => [("pipeline/fraud-build", "model-package-group/fraud", Exact)];
    "no run did" |a| { undefined(a); unsaid(a); a.steps.truncate(1) } => [];

    on "[[model]] pipelines":
    "the configuration names it" |a| { undefined(a); unsaid(a); a.steps.clear(); a.configure("pipelines = [\"fraud-*\"]") }
        => [("pipeline/fraud-build", "model-package-group/fraud", Config)];
    "it names another" |a| { undefined(a); unsaid(a); a.steps.clear(); a.configure("pipelines = [\"x-*\"]") } => [];
    "AWS says it as well: that counts" |a| a.configure("pipelines = [\"fraud-*\"]") => [];

    on "the execution's ARN holds the pipeline's name":
    "a run" |_| {} => [("pipeline/fraud-build", "pipeline/fraud-build/execution/r1", Exact)];
    "no run" |a| a.executions.clear() => [];

    on "Metadata.TrainingJob.Arn":
    "a step of a run trained" |_| {} => [("pipeline/fraud-build/execution/r1", "training-job/fraud-train", Exact)];
    "the job is not known" |a| a.jobs.clear() => [("pipeline/fraud-build/execution/r1", "training-job/fraud-train", Exact)];
    "no step did" |a| a.steps.clear() => [];

    on "Metadata.RegisterModel.Arn":
    "a step of a run registered" |_| {} => [("pipeline/fraud-build/execution/r1", "model-package/fraud/1", Exact)];
    "no step did" |a| a.steps.clear() => [];

    on "the job's name holds the execution's id":
    "the steps were not read" |a| { a.steps.clear(); a.jobs[0].name = "pipelines-r1-Train-abc".into() }
        => [("pipeline/fraud-build/execution/r1", "training-job/fraud-train", Derived)];
    "the id of another run" |a| { a.steps.clear(); a.jobs[0].name = "pipelines-r12-Train-abc".into() } => [];
    "a name that somebody gave" |_| {} => [];

    on "MetadataProperties.GeneratedBy":
    "a version says which run made it" |_| {} => [("pipeline/fraud-build/execution/r1", "model-package/fraud/1", Exact)];
    "a run that is not known" |a| a.executions[0].arn = arn("pipeline/fraud-build/execution/r9") => [];

    on "ModelDataUrl equals S3ModelArtifacts":
    "the job made what the version has" |a| artifact(a) => [("training-job/fraud-train", "model-package/fraud/1", Derived)];
    "it made something else" |a| { artifact(a); a.packages[0].details.as_mut().unwrap().data = vec!["s3://m/2".into()] }
        => [];
    "the version was not described" |a| { artifact(a); a.packages[0].details = None } => [];

    on "the model's ModelDataUrl equals S3ModelArtifacts":
    "a model was made without the registry" |a| {
        artifact(a);
        a.models[0].containers = Some(vec![Container { data: Some("s3://m/1.tar.gz".into()), ..Container::default() }]);
    } => [("training-job/fraud-train", "model/fraud-1", Derived)];
    "a model names its version" |a| artifact(a) => [];

    on "InputDataConfig[].S3Uri":
    "a job read it" |_| {} => [("s3://lake/fraud", "training-job/fraud-train", Exact)];
    "what older jobs than the last three read says nothing about today" |a| {
        a.jobs[0].details.as_mut().unwrap().inputs = vec!["s3://lake/old".into()];
        for n in 1..4 {
            let job = job(&format!("j{n}"), "Completed", n * DAY);
            a.steps.push(step(&run("r1", "", 0).arn, &job.name, crate::resources::step::Made::TrainingJob(job.arn.clone())));
            a.jobs.push(job);
        }
    } => [
        ("s3://lake/fraud", "training-job/j1", Exact),
        ("s3://lake/fraud", "training-job/j2", Exact),
        ("s3://lake/fraud", "training-job/j3", Exact),
    ];
    "a job that was not described" |a| a.jobs[0].details = None => [];

    on "the input lies in the offline store":
    "below it" |a| feature_group(a, "clicks", "s3://lake") => [("feature-group/clicks", "training-job/fraud-train", Derived)];
    "the store itself" |a| feature_group(a, "clicks", "s3://lake/fraud/")
        => [("feature-group/clicks", "training-job/fraud-train", Derived)];
    "beside it" |a| feature_group(a, "clicks", "s3://lake/frau") => [];

    on "the input's path names the feature group":
    "its place was not read" |a| { feature_group(a, "clicks", ""); unread_store(a, "clicks-1612345678") }
        => [("feature-group/clicks", "training-job/fraud-train", Guess)];
    "it has another name" |a| { feature_group(a, "clicks", ""); unread_store(a, "clicks-eu-1612345678") } => [];
    "its place is known, and it is another one" |a| {
        feature_group(a, "clicks", "");
        unread_store(a, "clicks-1612345678");
        a.feature_groups[0].offline_uri = Some("s3://lake/clicks".into());
    } => [];

    on "[[model.data]]":
    "a location" |a| a.configure("[[model.data]]\nkind = \"s3\"\nuri = \"s3://x/y\"")
        => [("s3://x/y", "pipeline/fraud-build", Config)];
    "a feature group" |a| a.configure("[[model.data]]\nkind = \"feature_group\"\nuri = \"clicks\"")
        => [("clicks", "pipeline/fraud-build", Config)];
    "without a pipeline" |a| {
        a.pipelines.clear();
        a.configure("[[model.data]]\nkind = \"s3\"\nuri = \"s3://x/y\"");
    } => [("s3://x/y", "fraud", Config)];
    "nothing" |a| a.configure("") => [];

    on "the feature group's name begins with the model's":
    "it does" |a| feature_group(a, "fraud-clicks", "s3://store") => [("feature-group/fraud-clicks", "pipeline/fraud-build", Guess)];
    "it does not" |a| feature_group(a, "clicks-fraud", "s3://store") => [];
    "a job read it: that counts" |a| feature_group(a, "fraud-clicks", "s3://lake") => [];
}

#[test]
fn jobs_and_runs_are_in_order_newest_first_and_each_once() {
    let mut account = Account::healthy();
    account.jobs.push(job("pipelines-r1-Train", "Completed", DAY));
    account.steps.push(step(&run("r1", "", 0).arn, "Again", trained()));
    account.executions.push(run("r2", "Succeeded", DAY));
    let joined = account.join();
    let chain = joined.chain("fraud").unwrap();
    assert_eq!(chain.jobs, ["pipelines-r1-Train", "fraud-train"]);
    assert_eq!(chain.executions, [run("r2", "", 0).arn, run("r1", "", 0).arn]);
}
