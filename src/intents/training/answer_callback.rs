//! The answer to a step of a `SageMaker` pipeline that waits until somebody calls back:
//! <https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html#step-type-callback>.

use std::time::Duration;

use aws_sdk_sagemaker::types::PipelineExecutionStep;
use serde_json::Value;

use super::retrain;
use crate::aws::{Aws, AwsError, failed, pages};
use crate::intents::calls::{Call, SendPipelineExecutionStepFailure, SendPipelineExecutionStepSuccess};
use crate::intents::{
    AnyIntent, Difference, Executor, Guard, Input, Intent, Permission, Plan, Question, Receipt, Refusal, Selection,
    Step, Values, Verdict, new_id, reason,
};
use crate::resources::step::{Made, PipelineStep};
use crate::resources::{Kind, arn_name};
use crate::view::Line;

/// The longest `FailureReason` that AWS accepts.
const LONGEST_REASON: usize = 256;
/// The pages of 100 steps that are read.
const PAGES: usize = 5;

/// Let a step of a SageMaker pipeline that waits for a callback succeed
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct SucceedCallback {
    /// ARN of the run
    pub execution: String,
    /// Name of the step
    pub step: String,
    /// An output of the step, which later steps use
    #[arg(long = "output", value_name = "NAME=VALUE", value_parser = retrain::name_and_value)]
    pub outputs: Vec<(String, String)>,
}

/// Let a step of a SageMaker pipeline that waits for a callback fail
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct FailCallback {
    /// ARN of the run
    pub execution: String,
    /// Name of the step
    pub step: String,
    /// Why; the run keeps it
    #[arg(long)]
    pub reason: String,
}

/// A step as AWS knows it now.
struct Waiting {
    status: String,
    attempt: i32,
    token: Option<String>,
    queue: Option<String>,
}

impl Waiting {
    async fn read(aws: &Aws, execution: &str, step: &str) -> Result<Self, AwsError> {
        let (all, _) = pages(PAGES, async |token| {
            let request = aws.sagemaker.list_pipeline_execution_steps().pipeline_execution_arn(execution);
            let page = request.max_results(100).set_next_token(token).send().await.map_err(failed)?;
            Ok((page.pipeline_execution_steps.unwrap_or_default(), page.next_token))
        })
        .await?;
        let own = all.into_iter().find(|own: &PipelineExecutionStep| own.step_name.as_deref() == Some(step));
        let Some(own) = own else {
            return Ok(Self { status: "not begun".to_owned(), attempt: 0, token: None, queue: None });
        };
        let callback = own.metadata.and_then(|metadata| metadata.callback);
        let (token, queue) = callback.map(|it| (it.callback_token, it.sqs_queue_url)).unwrap_or_default();
        let status = own.step_status.map(|status| status.as_str().to_owned()).unwrap_or_default();
        let waits = status == "Executing";
        Ok(Self { token: token.filter(|_| waits), status, attempt: own.attempt_count.unwrap_or_default(), queue })
    }

    fn facts(&self) -> String {
        let waits = if self.token.is_some() { ", waits for a callback" } else { "" };
        format!("{}{waits}, attempt {}", self.status, self.attempt)
    }
}

/// Returns the selected step, or the only one of the selected run or model that waits for a callback.
fn selected<'a>(at: &Selection<'a>) -> Result<&'a PipelineStep, String> {
    let waits = |step: &&PipelineStep| step.status == "Executing" && matches!(step.made, Made::Callback(_));
    let steps = &at.store().steps;
    if let Some(step) = at.id_of(Kind::Steps).and_then(|id| steps.get(id)) {
        return if waits(&step) { Ok(step) } else { Err(format!("{} waits for no callback", step.name)) };
    }
    let pipelines = at.chain.map(|chain| chain.pipelines.as_slice()).unwrap_or_default();
    let of_model = |run: &str| at.store().executions.get(run).is_some_and(|e| pipelines.contains(&e.pipeline.as_str()));
    let own = |run: &str| match at.id_of(Kind::Executions) {
        Some(id) => id == run,
        None => at.thing.is_none() && of_model(run),
    };
    let mut waiting = steps.rows().filter(waits).filter(|step| own(&step.execution));
    match (waiting.next(), waiting.next()) {
        (Some(step), None) => Ok(step),
        (Some(_), Some(_)) => Err("several steps wait for a callback: select one".to_owned()),
        (None, _) => Err("no step waits for a callback here".to_owned()),
    }
}

/// The part of a plan that both answers share: the token, and the plan without its call.
async fn begin(
    executor: &Executor,
    (execution, step): (&str, &str),
    then: &str,
    intent: AnyIntent,
) -> Result<(String, Plan), Refusal> {
    let now = Waiting::read(&executor.aws, execution, step).await?;
    let facts = now.facts();
    let target = format!("{}/{step}", arn_name(execution));
    let Some(token) = now.token else {
        return Err(Refusal::No(format!("{target} is {}: it waits for no callback; nothing was sent", now.status)));
    };
    let rows = [
        Some(Difference::change("StepStatus", &now.status, then)),
        Difference::fact("run", Some(execution)),
        Difference::fact("asked by the queue", now.queue.as_deref().map(arn_name)),
    ];
    let plan = Plan {
        differences: rows.into_iter().flatten().collect(),
        checks: vec!["the step waits for a callback".to_owned()],
        warnings: vec!["Whoever reads the queue may answer at the same time; AWS takes the first answer.".to_owned()],
        then: format!("The run goes on at once; done when {step} reads {then}."),
        undo: "None: an answer is final.".to_owned(),
        guards: vec![Guard::present(intent.clone(), &target, facts)],
        ..Plan::of(new_id(), intent, format!("Let {target} be {then}"), target)
    };
    Ok((token, plan))
}

async fn verdict(aws: &Aws, execution: &str, step: &str, wanted: &str) -> Result<Verdict, AwsError> {
    let now = Waiting::read(aws, execution, step).await?;
    let text = format!("{step} is {}", now.status);
    Ok(match now.status.as_str() {
        status if status == wanted => Verdict::Done(text),
        "Succeeded" | "Failed" | "Stopped" => Verdict::Failed(format!("{text}: somebody else answered, or it ended")),
        _ => Verdict::Pending(text),
    })
}

const READS: &[&str] = &["sagemaker:ListPipelineExecutionSteps"];

impl Intent for SucceedCallback {
    const NAME: &'static str = "succeed-callback";
    const HELP: &'static str = "let a step that waits for a callback succeed";
    const PATIENCE: Duration = Duration::from_mins(5);
    const ON: &'static [Kind] = &[Kind::Steps];
    const LIKE: Option<&'static str> = Some("approve");
    const PERMISSIONS: &'static [&'static [Permission]] = &[SendPipelineExecutionStepSuccess::PERMISSIONS];
    const READS: &'static [&'static str] = READS;

    fn available(at: &Selection<'_>) -> Result<String, String> {
        Ok(format!("succeed callback of {}", selected(at)?.name))
    }

    fn question(at: &Selection<'_>) -> Option<Question> {
        let step = selected(at).ok()?;
        let (execution, name) = (step.execution.clone(), step.name.clone());
        let text = "Later steps may use its outputs: NAME=VALUE, separated by commas; empty for none.";
        let make = move |values: &[String]| {
            let typed = values.first().map(|typed| typed.trim()).unwrap_or_default();
            let each = typed.split(',').map(str::trim).filter(|output| !output.is_empty());
            let outputs = each.map(retrain::name_and_value).collect::<Result<_, _>>()?;
            Ok(Self { execution: execution.clone(), step: name.clone(), outputs }.into())
        };
        let title = format!("Let {} succeed", step.name);
        let (text, inputs) = (vec![Line::new().muted(text)], vec![Input::Text("outputs")]);
        Some(Question::Values(Values { title, text, inputs, intent: Box::new(make) }))
    }

    async fn plan(&self, executor: &Executor) -> Result<Plan, Refusal> {
        let place = (self.execution.as_str(), self.step.as_str());
        let (callback, mut plan) = begin(executor, place, "Succeeded", self.clone().into()).await?;
        plan.differences.extend(self.outputs.iter().filter_map(|(name, value)| Difference::fact(name, Some(value))));
        let call = SendPipelineExecutionStepSuccess { callback, outputs: self.outputs.clone(), token: plan.id.clone() };
        plan.steps.push(Step::new(&executor.aws, call).await?);
        Ok(plan)
    }

    async fn present(&self, aws: &Aws) -> Result<String, AwsError> {
        Ok(Waiting::read(aws, &self.execution, &self.step).await?.facts())
    }

    async fn verify(&self, aws: &Aws, _: &Receipt, _: Duration) -> Result<Verdict, AwsError> {
        verdict(aws, &self.execution, &self.step, "Succeeded").await
    }

    fn of_last_call(_: &str, _: &Value) -> Option<Self> {
        None
    }
}

impl Intent for FailCallback {
    const NAME: &'static str = "fail-callback";
    const HELP: &'static str = "let a step that waits for a callback fail";
    const PATIENCE: Duration = Duration::from_mins(5);
    const ON: &'static [Kind] = &[Kind::Steps];
    const LIKE: Option<&'static str> = Some("reject");
    const PERMISSIONS: &'static [&'static [Permission]] = &[SendPipelineExecutionStepFailure::PERMISSIONS];
    const READS: &'static [&'static str] = READS;

    fn available(at: &Selection<'_>) -> Result<String, String> {
        Ok(format!("fail callback of {}", selected(at)?.name))
    }

    fn question(at: &Selection<'_>) -> Option<Question> {
        let step = selected(at).ok()?;
        let (execution, name) = (step.execution.clone(), step.name.clone());
        let make = move |values: &[String]| {
            let why = values.first().map(|why| why.trim().to_owned()).unwrap_or_default();
            reason::check(&why, LONGEST_REASON)?;
            Ok(Self { execution: execution.clone(), step: name.clone(), reason: why }.into())
        };
        let title = format!("Let {} fail", step.name);
        let text = vec![Line::new().muted("Why? The run keeps the reason (FailureReason), and fails.")];
        Some(Question::Values(Values { title, text, inputs: vec![Input::Text("reason")], intent: Box::new(make) }))
    }

    async fn plan(&self, executor: &Executor) -> Result<Plan, Refusal> {
        let why = self.reason.trim();
        reason::check(why, LONGEST_REASON).map_err(Refusal::No)?;
        let place = (self.execution.as_str(), self.step.as_str());
        let (callback, mut plan) = begin(executor, place, "Failed", self.clone().into()).await?;
        let call = SendPipelineExecutionStepFailure { callback, reason: why.to_owned(), token: plan.id.clone() };
        plan.steps.push(Step::new(&executor.aws, call).await?);
        plan.warnings.push("The run fails with it, unless the pipeline goes on after failures.".to_owned());
        Ok(plan)
    }

    async fn present(&self, aws: &Aws) -> Result<String, AwsError> {
        Ok(Waiting::read(aws, &self.execution, &self.step).await?.facts())
    }

    async fn verify(&self, aws: &Aws, _: &Receipt, _: Duration) -> Result<Verdict, AwsError> {
        verdict(aws, &self.execution, &self.step, "Failed").await
    }

    fn of_last_call(_: &str, _: &Value) -> Option<Self> {
        None
    }
}
