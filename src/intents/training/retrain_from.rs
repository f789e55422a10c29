//! A run of one step of a `SageMaker` pipeline and of all that depend on it, with what an earlier run made before it (selective execution).
//!
//! <https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-selective-ex.html>

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::Value;

use super::pipeline_run::PipelineRun;
use super::retrain;
use crate::aws::{Aws, AwsError, failed, pages};
use crate::intents::calls::{Call, Selective, StartPipelineExecution, text};
use crate::intents::{
    Difference, Executor, Guard, Intent, Permission, Plan, Question, Receipt, Refusal, Selection, Step, Verdict, new_id,
};
use crate::resources::Kind;
use crate::resources::pipeline::{Definition, Parameter, Pipeline, StepDefinition};

/// The most steps that AWS lets a run select.
const MOST: usize = 50;
/// The pages of 100 parameters that are read; AWS allows 200 parameters.
const PAGES: usize = 3;

/// Start a SageMaker pipeline from one of its steps on, with what an earlier run made before
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct RetrainFrom {
    /// ARN of the earlier run, which succeeded or failed
    pub execution: String,
    /// Name of the step that runs again, with all that depend on it
    pub step: String,
}

/// AWS takes the results of a run that has ended so.
fn has_results(status: &str) -> bool {
    matches!(status, "Succeeded" | "Failed")
}

impl RetrainFrom {
    /// Returns this step with all that depend on it, and the other steps that these come after. Both have the order of
    /// the definition.
    fn split<'a>(&self, definition: &'a Definition) -> Result<(Vec<&'a str>, Vec<&'a str>), Refusal> {
        let steps = &definition.steps;
        let names = || steps.iter().map(|step| step.name.as_str());
        if !names().any(|name| name == self.step) {
            let all: Vec<&str> = names().collect();
            return Err(Refusal::No(format!("the definition has no step {}; it has: {}", self.step, all.join(", "))));
        }
        let mut selected = BTreeSet::from([self.step.as_str()]);
        loop {
            let follows = |step: &&StepDefinition| step.after.iter().any(|before| selected.contains(before.as_str()));
            let more: Vec<&str> = steps.iter().filter(follows).map(|step| step.name.as_str()).collect();
            let known = selected.len();
            selected.extend(more);
            if selected.len() == known {
                break;
            }
        }
        if selected.len() > MOST {
            return Err(Refusal::No(format!("{} steps would run, and AWS takes {MOST}", selected.len())));
        }
        let runs = |step: &&StepDefinition| selected.contains(step.name.as_str());
        let needed: BTreeSet<&str> =
            steps.iter().filter(runs).flat_map(|step| &step.after).map(String::as_str).collect();
        let before = names().filter(|name| needed.contains(name) && !selected.contains(name)).collect();
        Ok((names().filter(|name| selected.contains(name)).collect(), before))
    }
}

/// Reads the parameters of a run.
async fn parameters(aws: &Aws, execution: &str) -> Result<Vec<(String, String)>, AwsError> {
    let (all, _) = pages(PAGES, async |token| {
        let request = aws.sagemaker.list_pipeline_parameters_for_execution().pipeline_execution_arn(execution);
        let page = request.set_next_token(token).send().await.map_err(failed)?;
        let each = page.pipeline_parameters.unwrap_or_default().into_iter();
        Ok((each.filter_map(|parameter| Some((parameter.name?, parameter.value?))).collect(), page.next_token))
    })
    .await?;
    Ok(all)
}

/// Warns of runs under way, and of what the run does not give.
async fn warnings(aws: &Aws, run: &PipelineRun, needed: &[&str]) -> Result<Vec<String>, Refusal> {
    let missing: Vec<&str> = needed.iter().filter(|name| !run.succeeded(name)).copied().collect();
    let mut warnings = retrain::running(aws, &run.pipeline).await?;
    warnings.push(
        "Other steps take no part: what is needed of them comes from that run. AWS checks whether the selection can \
         run."
            .to_owned(),
    );
    warnings.extend((!missing.is_empty()).then(|| {
        format!("These steps, which it needs, did not succeed in that run: {}. AWS may refuse.", missing.join(", "))
    }));
    Ok(warnings)
}

impl Intent for RetrainFrom {
    const NAME: &'static str = "retrain-from";
    const HELP: &'static str = "start the pipeline from this step on, with what this run made before";
    const PATIENCE: Duration = Duration::from_hours(24);
    const ON: &'static [Kind] = &[Kind::Steps];
    const PERMISSIONS: &'static [&'static [Permission]] = &[StartPipelineExecution::PERMISSIONS];
    const READS: &'static [&'static str] = &[
        "sagemaker:DescribePipeline",
        "sagemaker:DescribePipelineExecution",
        "sagemaker:ListPipelineExecutions",
        "sagemaker:ListPipelineExecutionSteps",
        "sagemaker:ListPipelineParametersForExecution",
    ];

    fn available(at: &Selection<'_>) -> Result<String, String> {
        let step =
            at.id_of(Kind::Steps).and_then(|id| at.store().steps.get(id)).ok_or("no step of a run is selected")?;
        let run = at.store().executions.get(&step.execution).ok_or("its run is gone")?;
        at.recent(&at.store().executions, &run.arn)?;
        if has_results(&run.status) {
            return Ok(format!("retrain from {}", step.name));
        }
        Err(format!("this run of {} is {}: it must have succeeded or failed", run.pipeline, run.status))
    }

    fn question(at: &Selection<'_>) -> Option<Question> {
        let step = at.store().steps.get(at.id_of(Kind::Steps)?)?;
        let (execution, step) = (step.execution.clone(), step.name.clone());
        Some(Question::Nothing(Self { execution, step }.into()))
    }

    async fn plan(&self, executor: &Executor) -> Result<Plan, Refusal> {
        let (aws, now) = (&executor.aws, (executor.clock)());
        let run = PipelineRun::read(aws, &self.execution).await?;
        if !has_results(&run.status) {
            return Err(Refusal::No(format!("{} is {}: it must have succeeded or failed", run.label, run.status)));
        }
        let pipeline = Pipeline::describe(aws, &run.pipeline).await?;
        let definition = pipeline.definition.clone().unwrap_or_default();
        let (selected, before) = self.split(&definition)?;
        let given = parameters(aws, &self.execution).await?;
        let other = |(name, value): &(String, String)| {
            definition.parameters.iter().any(|own: &Parameter| own.name == *name && !own.is_default(value))
        };
        let given: Vec<(String, String)> = given.into_iter().filter(other).collect();
        let warnings = warnings(aws, &run, &before).await?;
        let id = new_id();
        let call = StartPipelineExecution {
            pipeline: run.pipeline.clone(),
            display_name: retrain::display_name(now, &id),
            description: format!("started from sagetop, intent {id}"),
            parameters: given.clone(),
            selective: Some(Selective {
                source: self.execution.clone(),
                steps: selected.iter().map(|&name| name.to_owned()).collect(),
            }),
            token: id.clone(),
        };
        let rows = [
            Difference::fact("run", Some(&run.label)),
            Some(Difference::change("takes from it", before.join(", "), "")),
            Some(Difference::change("runs again", "", selected.join(", "))),
        ];
        let parameters = given.iter().filter_map(|(name, value)| Difference::fact(name, Some(value)));
        Ok(Plan {
            differences: rows.into_iter().flatten().chain(parameters).collect(),
            checks: vec![format!("{} is {}", run.label, run.status)],
            warnings,
            then: format!("A new run of {} steps; done when it succeeds.", selected.len()),
            undo: "StopPipelineExecution ends the run; what it wrote stays.".to_owned(),
            steps: vec![Step::new(aws, call).await?],
            guards: vec![
                Guard::present(self.clone(), &run.label, run.status.clone()),
                Guard::Pipeline { name: run.pipeline.clone(), modified: pipeline.modified },
            ],
            ..Plan::of(
                id,
                self.clone(),
                format!("Start {} from {}", run.pipeline, self.step),
                format!("{}/{}", run.label, self.step),
            )
        })
    }

    async fn present(&self, aws: &Aws) -> Result<String, AwsError> {
        Ok(PipelineRun::read(aws, &self.execution).await?.status)
    }

    async fn verify(&self, aws: &Aws, receipt: &Receipt, _: Duration) -> Result<Verdict, AwsError> {
        let Some(arn) = &receipt.arn else {
            return Ok(Verdict::Failed("AWS did not say which run it started; look at the runs".to_owned()));
        };
        PipelineRun::read(aws, arn).await?.verdict(aws).await
    }

    fn of_last_call(_: &str, parameters: &Value) -> Option<Self> {
        let selective = parameters.get("SelectiveExecutionConfig")?;
        let step = selective.pointer("/SelectedSteps/0/StepName")?.as_str()?.to_owned();
        Some(Self { execution: text(selective, "SourcePipelineExecutionArn").to_owned(), step })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_depends_on_a_step_runs_again_wherever_it_is_written() {
        let step = |text: &str| {
            let (name, after) = text.split_once(':').unwrap();
            let after = after.split_whitespace().map(str::to_owned).collect();
            StepDefinition { name: name.into(), after, ..StepDefinition::default() }
        };
        // Register is written before what it depends on, and Report belongs to a branch of its own.
        let steps = ["Load:", "Register:Check", "Train:Load", "Report:Load", "Check:Train Report"];
        let definition = Definition { steps: steps.map(step).into(), ..Definition::default() };
        for (from, selected, before) in [
            ("Load", "Load Register Train Report Check", ""),
            ("Train", "Register Train Check", "Load Report"),
            ("Check", "Register Check", "Train Report"),
            ("Register", "Register", "Check"),
        ] {
            let intent = RetrainFrom { execution: String::new(), step: from.into() };
            let (own, needed) = intent.split(&definition).unwrap();
            assert_eq!((own.join(" "), needed.join(" ")), (selected.to_owned(), before.to_owned()), "{from}");
        }
    }
}
