//! An execution of a `SageMaker` pipeline: its state, and what it came to.

use crate::aws::{Aws, AwsError, ErrorKind, failed};
use crate::intents::{Selection, Verdict};
use crate::resources::Kind;
use crate::resources::execution::PipelineExecution;
use crate::resources::package::ModelPackage;
use crate::resources::pipeline::{Definition, Pipeline, StepDefinition};
use crate::resources::step::{Made, PipelineStep};

/// An execution, as AWS knows it now.
pub(super) struct PipelineRun {
    pub(super) pipeline: String,
    /// The name that the operator types: the pipeline and the id of the execution.
    pub(super) label: String,
    /// `Executing`, `Failed`, …, raw.
    pub(super) status: String,
    pub(super) failure: Option<String>,
    /// The steps that were selected; empty for a run of all.
    selected: Vec<String>,
    /// Its steps; absent where they may not be read.
    steps: Option<Vec<PipelineStep>>,
}

impl PipelineRun {
    /// Reads an execution with its steps.
    pub(super) async fn read(aws: &Aws, arn: &str) -> Result<Self, AwsError> {
        let request = aws.sagemaker.describe_pipeline_execution().pipeline_execution_arn(arn);
        let execution = request.send().await.map_err(failed)?;
        let steps = match PipelineStep::of(aws, arn).await {
            Ok(steps) => Some(steps),
            Err(error) if matches!(error.kind, ErrorKind::Unsupported | ErrorKind::Denied) => None,
            Err(error) => return Err(error),
        };
        let selected =
            execution.selective_execution_config.and_then(|config| config.selected_steps).unwrap_or_default();
        let (pipeline, id) = names(arn);
        Ok(Self {
            label: format!("{pipeline}/{id}"),
            pipeline: pipeline.to_owned(),
            status: execution.pipeline_execution_status.map(|s| s.as_str().to_owned()).unwrap_or_default(),
            failure: execution.failure_reason,
            selected: selected.into_iter().filter_map(|step| step.step_name).collect(),
            steps,
        })
    }

    /// Names the steps that run.
    pub(super) fn executing(&self) -> impl Iterator<Item = &str> {
        self.steps.iter().flatten().filter(|step| step.status == "Executing").map(|step| step.name.as_str())
    }

    /// Returns whether a step of this name succeeded.
    pub(super) fn succeeded(&self, name: &str) -> bool {
        self.steps.iter().flatten().any(|step| step.name == name && step.status == "Succeeded")
    }

    /// Returns the step that failed.
    pub(super) fn failed(&self) -> Option<&PipelineStep> {
        self.steps.iter().flatten().find(|step| step.status == "Failed")
    }

    /// Judges whether the execution has come to its end. One that should have registered a version and did not has
    /// failed, whatever its status is.
    pub(super) async fn verdict(&self, aws: &Aws) -> Result<Verdict, AwsError> {
        let registers = match (self.status.as_str(), &self.steps) {
            ("Succeeded", Some(_)) => {
                let definition = Pipeline::describe(aws, &self.pipeline).await?.definition;
                definition.is_some_and(|definition| registers(&definition, &self.selected))
            }
            _ => false,
        };
        Ok(verdict(&self.status, self.failure.as_deref(), self.steps.as_deref(), registers))
    }
}

/// Returns whether a run of these steps should register a version. No steps stand for all.
fn registers(definition: &Definition, selected: &[String]) -> bool {
    let runs = |step: &&StepDefinition| selected.is_empty() || selected.contains(&step.name);
    definition.steps.iter().filter(runs).any(StepDefinition::registers)
}

/// Returns the pipeline and the id of `arn:…:pipeline/NAME/execution/ID`.
fn names(arn: &str) -> (&str, &str) {
    let mut parts = arn.rsplit('/');
    let id = parts.next().unwrap_or(arn);
    (parts.nth(1).unwrap_or_default(), id)
}

/// Returns the selected execution, or that of the selected step.
pub(super) fn selected<'a>(at: &Selection<'a>) -> Option<&'a PipelineExecution> {
    let of_step = || Some(at.store().steps.get(at.id_of(Kind::Steps)?)?.execution.as_str());
    at.store().executions.get(at.id_of(Kind::Executions).or_else(of_step)?)
}

/// Judges a run. A run that should register a version has failed if its steps show that it registered none.
fn verdict(status: &str, failure: Option<&str>, steps: Option<&[PipelineStep]>, registers: bool) -> Verdict {
    let all = steps.unwrap_or_default();
    match status {
        "Succeeded" if registers && all.iter().all(|s| s.made.model_package().is_none()) => {
            Verdict::Failed(result(steps))
        }
        "Succeeded" => Verdict::Done(result(steps)),
        "Executing" | "Stopping" | "" => {
            let done = all.iter().filter(|s| s.status == "Succeeded").count();
            let now = all.iter().rev().find(|s| s.status == "Executing").map_or(status, |s| s.name.as_str());
            Verdict::Pending(format!("{now}, {}", crate::fmt::count(done, "step") + " done"))
        }
        _ => {
            let step = all.iter().find(|s| s.status == "Failed");
            let place = step.map(|s| format!(" at {}", s.name)).unwrap_or_default();
            let why = step.and_then(|s| s.failure.as_deref()).or(failure).unwrap_or("AWS gave no reason");
            Verdict::Failed(format!("the run {}{place}: {why}", status.to_lowercase()))
        }
    }
}

fn result(steps: Option<&[PipelineStep]>) -> String {
    let Some(steps) = steps else {
        return "the run succeeded; its steps cannot be read, so what it registered is not known".into();
    };
    let registered = steps.iter().find_map(|s| s.made.model_package());
    if let Some((group, version)) = registered.and_then(ModelPackage::parse_arn) {
        return format!("the run succeeded and registered {group}/{version}");
    }
    let condition = steps.iter().find(|s| matches!(&s.made, Made::Condition(outcome) if outcome == "False"));
    let why = condition.map(|c| format!(": condition {} was false", c.name)).unwrap_or_default();
    format!("the run succeeded and registered nothing{why}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_names_the_pipeline_and_the_execution() {
        let arn = "arn:aws:sagemaker:eu-west-1:1:pipeline/fraud-build/execution/abc";
        assert_eq!(names(arn), ("fraud-build", "abc"));
        assert_eq!(names("abc"), ("", "abc"));
    }

    fn step(name: &str, status: &str, made: Made) -> PipelineStep {
        PipelineStep { name: name.into(), status: status.into(), made, ..Default::default() }
    }

    #[test]
    fn a_run_that_succeeds_says_what_it_registered() {
        let package = Made::ModelPackage("arn:aws:sagemaker:r:1:model-package/fraud/8".into());
        let after = |steps: Option<&[PipelineStep]>| verdict("Succeeded", None, steps, true);
        assert_eq!(
            after(Some(&[step("Register", "Succeeded", package)])),
            Verdict::Done("the run succeeded and registered fraud/8".into())
        );
        let condition = [step("Check", "Succeeded", Made::Condition("False".into()))];
        let Verdict::Failed(text) = after(Some(&condition)) else { panic!() };
        assert!(text.ends_with("registered nothing: condition Check was false"));
        let Verdict::Done(text) = verdict("Succeeded", None, None, false) else { panic!() };
        assert!(text.contains("cannot be read"));
    }

    #[test]
    fn only_a_selected_step_has_to_register() {
        let step =
            |name: &str, kind: &str| StepDefinition { name: name.into(), kind: kind.into(), ..Default::default() };
        let steps = vec![step("Train", "Training"), step("Register", "RegisterModel"), step("Tell", "Lambda")];
        let definition = Definition { steps, ..Definition::default() };
        for (selected, expected) in [(&[][..], true), (&["Register", "Tell"], true), (&["Tell"], false)] {
            let selected: Vec<String> = selected.iter().map(|name| (*name).to_owned()).collect();
            assert_eq!(registers(&definition, &selected), expected, "{selected:?}");
        }
    }

    #[test]
    fn failure_names_the_step_and_its_reason() {
        let mut train = step("Train", "Failed", Made::Nothing);
        train.failure = Some("CapacityError".into());
        let failed = verdict("Failed", Some("Step failure"), Some(&[train]), true);
        assert_eq!(failed, Verdict::Failed("the run failed at Train: CapacityError".into()));
    }
}
