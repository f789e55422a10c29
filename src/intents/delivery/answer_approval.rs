//! The answer to a manual approval of `CodePipeline`: `PutApprovalResult`.

use std::time::Duration;

use aws_sdk_codepipeline::types::{ActionCategory, ActionExecutionDetail, ActionExecutionStatus};
use serde_json::Value;

use crate::aws::{Aws, AwsError};
use crate::intents::calls::{Call, PutApprovalResult, text};
use crate::intents::delivery::{self, Waiting};
use crate::intents::{
    AnyIntent, Choice, Difference, Executor, Guard, Input, Intent, Permission, Plan, Question, Receipt, Refusal,
    Selection, Step, Values, Verdict, new_id, reason,
};
use crate::model::Serving;
use crate::resources::deployment_pipeline::Delivery;
use crate::resources::{Kind, Resource as _};
use crate::view::Line;

/// The longest reason. AWS takes 512 characters, and the id of the intent follows the reason.
const LONGEST_REASON: usize = 480;

/// Declares an answer as an intent of its own.
macro_rules! answers {
    ($($(#[$about:meta])* $intent:ident = $name:literal $help:literal, like $like:literal, $approved:literal;)+) => { $(
        $(#[$about])*
        #[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
        pub struct $intent {
            /// Name of the pipeline of CodePipeline
            pub pipeline: String,
            /// Why; kept in AWS with the approval
            #[arg(long)]
            pub reason: String,
            /// Id of the execution that waits (default: the one that has waited longest)
            #[arg(long, value_name = "ID")]
            pub execution: Option<String>,
            /// Stage that waits (default: the one that has waited longest)
            #[arg(long)]
            pub stage: Option<String>,
            /// Action of the stage that waits (default: the one that has waited longest)
            #[arg(long)]
            pub action: Option<String>,
        }

        impl From<Answer> for $intent {
            fn from(Answer { pipeline, reason, execution, stage, action, .. }: Answer) -> Self {
                Self { pipeline, reason, execution, stage, action }
            }
        }

        impl $intent {
            fn answer(&self) -> Answer {
                let Self { pipeline, reason, execution, stage, action } = self.clone();
                Answer { approves: $approved, pipeline, reason, execution, stage, action }
            }
        }

        impl Intent for $intent {
            const NAME: &'static str = $name;
            const HELP: &'static str = $help;
            const PATIENCE: Duration = Duration::from_mins(1);
            const ON: &'static [Kind] = &[Kind::DeploymentPipelines];
            const LIKE: Option<&'static str> = Some($like);
            const PERMISSIONS: &'static [&'static [Permission]] = &[PutApprovalResult::PERMISSIONS];
            const READS: &'static [&'static str] = &["codepipeline:GetPipeline", "codepipeline:GetPipelineState", "codepipeline:ListActionExecutions",
                "codepipeline:ListPipelineExecutions"];

            fn available(at: &Selection<'_>) -> Result<String, String> {
                available(at, $like)
            }

            fn question(at: &Selection<'_>) -> Option<Question> {
                question(at, $approved, |answer| Self::from(answer).into())
            }

            async fn plan(&self, executor: &Executor) -> Result<Plan, Refusal> {
                self.answer().plan(&executor.aws, |answer| Self::from(answer).into()).await
            }

            async fn present(&self, aws: &Aws) -> Result<String, AwsError> {
                self.answer().present(aws).await
            }

            async fn verify(&self, aws: &Aws, receipt: &Receipt, _: Duration) -> Result<Verdict, AwsError> {
                self.answer().verify(aws, receipt).await
            }

            fn of_last_call(_: &str, parameters: &Value) -> Option<Self> {
                let pipeline = text(parameters, "pipelineName").to_owned();
                let stage = Some(text(parameters, "stageName").to_owned());
                let action = Some(text(parameters, "actionName").to_owned());
                Some(Self { pipeline, reason: String::new(), execution: None, stage, action })
            }
        }
    )+ };
}

answers! {
    /// Approve what waits in a delivery pipeline (CodePipeline)
    ApproveDelivery = "approve-delivery" "approve what waits in a delivery pipeline", like "approve", true;
    /// Reject what waits in a delivery pipeline (CodePipeline)
    RejectDelivery = "reject-delivery" "reject what waits in a delivery pipeline", like "reject", false;
}

/// The answer to an approval.
#[derive(Debug, Clone)]
struct Answer {
    approves: bool,
    pipeline: String,
    reason: String,
    execution: Option<String>,
    stage: Option<String>,
    action: Option<String>,
}

fn available(at: &Selection<'_>, verb: &str) -> Result<String, String> {
    let waits = |delivery: Delivery<'_>| matches!(delivery, Delivery::AwaitsApproval(_));
    let pipeline = delivery::selected(at, waits).ok_or("no delivery waits for approval here")?;
    match pipeline.delivery() {
        // The state of a pipeline with parallel executions does not say what waits in each of them.
        _ if pipeline.mode.as_deref() == Some("PARALLEL") && !pipeline.approvals.is_empty() => {}
        Some(Delivery::AwaitsApproval(_)) => {}
        Some(_) => return Err(format!("nothing waits for approval in {}", pipeline.name)),
        None => return Err(format!("the state of {} is not read", pipeline.name)),
    }
    at.recent(&at.store().deployment_pipelines, &pipeline.name)?;
    Ok(format!("{verb} delivery"))
}

fn question(at: &Selection<'_>, approves: bool, intent: fn(Answer) -> AnyIntent) -> Option<Question> {
    let waiting = delivery::selected(at, |delivery| matches!(delivery, Delivery::AwaitsApproval(_)))?;
    let pipeline = waiting.name.clone();
    let title = format!("{} in {pipeline}", if approves { "Approve what waits" } else { "Reject what waits" });
    let what = waiting.problem().map(|problem| Line::from(format!("{pipeline} {problem}.")));
    let why = Line::new().muted("Why? CodePipeline keeps the reason with the approval.");
    let text = what.into_iter().chain(released(at)).chain([why]).collect();
    let make = move |values: &[String]| {
        let reason = values.first().map(|reason| reason.trim().to_owned()).unwrap_or_default();
        reason::check(&reason, LONGEST_REASON)?;
        Ok(intent(Answer { approves, pipeline: pipeline.clone(), reason, execution: None, stage: None, action: None }))
    };
    Some(Question::Values(Values { title, text, inputs: vec![Input::Text("reason")], intent: Box::new(make) }))
}

/// Names the newest approved version of the model, and what production serves. The plan names the revision that waits.
fn released(at: &Selection<'_>) -> Option<Line> {
    let chain = at.chain?;
    let mut versions = chain.packages.iter().filter_map(|arn| at.store().packages.get(arn));
    let newest = versions.find(|package| package.approval == "Approved")?;
    let live = chain.serving.iter().find(|serving| serving.production()).and_then(Serving::version);
    let live = live.map(|live| format!("; production serves v{live}")).unwrap_or_default();
    Some(Line::from(format!("The newest approved version is {}{live}.", newest.label())))
}

impl Answer {
    fn verbs(&self) -> (&'static str, &'static str) {
        if self.approves { ("Approve", "Approved") } else { ("Reject", "Rejected") }
    }

    /// Returns whether this approval may be meant.
    fn means(&self, waiting: &Waiting) -> bool {
        let is = |wanted: &Option<String>, own: &str| wanted.as_deref().is_none_or(|wanted| wanted == own);
        is(&self.execution, &waiting.execution) && is(&self.stage, &waiting.stage) && is(&self.action, &waiting.action)
    }

    /// Returns the answer to this very approval.
    fn at(&self, waiting: &Waiting) -> Self {
        let Waiting { execution, stage, action, .. } = waiting;
        let [execution, stage, action] = [execution, stage, action].map(|own| Some(own.clone()));
        Self { execution, stage, action, ..self.clone() }
    }

    async fn plan(&self, aws: &Aws, intent: fn(Self) -> AnyIntent) -> Result<Plan, Refusal> {
        let why = self.reason.trim();
        reason::check(why, LONGEST_REASON).map_err(Refusal::No)?;
        let mut all = delivery::waiting(aws, &self.pipeline).await?;
        all.sort_by_key(|waiting| waiting.since);
        let Some(waiting) = all.iter().find(|it| self.means(it)) else {
            return Err(delivery::lacks(&self.pipeline, "nothing waits for approval there"));
        };
        let (verb, status) = self.verbs();
        let id = new_id();
        let chosen = self.at(waiting);
        let summary = format!("{why} (sagetop {})", id.chars().take(8).collect::<String>());
        let call = PutApprovalResult {
            pipeline: self.pipeline.clone(),
            stage: waiting.stage.clone(),
            action: waiting.action.clone(),
            approved: self.approves,
            summary,
            token: waiting.token.clone(),
        };
        let target = format!("{}/{}", self.pipeline, waiting.stage);
        let title = format!("{verb} {} in {}", waiting.action, self.pipeline);
        let next = self.next(aws, &waiting.stage).await?;
        Ok(Plan {
            choices: self.choices(&all, waiting, intent),
            differences: self.rows(aws, waiting, status).await,
            checks: vec![format!("{} waits for approval", waiting.action)],
            then: match next {
                _ if !self.approves => {
                    "The execution fails here and goes no further; done when AWS says so.".to_owned()
                }
                Some(stage) => {
                    format!("{stage} begins at once; done when the approval is taken, not when it is deployed.")
                }
                None => "It is the last stage; done when the approval is taken.".to_owned(),
            },
            undo: if self.approves {
                "None: an approval cannot be taken back. Disable the transition into the next stage, or roll back."
                    .to_owned()
            } else {
                format!("The failed stage can be tried again: sagetop retry-stage {}", self.pipeline)
            },
            steps: vec![Step::new(aws, call).await?],
            guards: vec![Guard::present(intent(chosen.clone()), &target, chosen.present(aws).await?)],
            ..Plan::of(id, intent(chosen), title, target)
        })
    }

    async fn rows(&self, aws: &Aws, waiting: &Waiting, status: &str) -> Vec<Difference> {
        let revision = delivery::revision(aws, &self.pipeline, &waiting.execution).await;
        let since = waiting.since.map(|at| at.strftime("%Y-%m-%d %H:%M UTC").to_string());
        let facts = [
            Difference::fact("execution", Some(&waiting.execution)),
            Difference::fact("delivers", revision),
            Difference::fact("waits since", since),
            Difference::fact("asks", waiting.asks.clone()),
        ];
        let place = format!("{}/{}", waiting.stage, waiting.action);
        [Difference::change(&place, "InProgress", status)].into_iter().chain(facts.into_iter().flatten()).collect()
    }

    /// Offers the other approvals that wait, if there are several.
    fn choices(&self, all: &[Waiting], chosen: &Waiting, intent: fn(Self) -> AnyIntent) -> Vec<Choice> {
        let choice = |it: &Waiting| Choice {
            label: it.since.map(|at| at.strftime("%m-%d %H:%M").to_string()).unwrap_or_default(),
            name: format!("{} of {}", it.action, it.execution),
            intent: Some(intent(self.at(it))),
            chosen: self.at(chosen).means(it),
            ..Choice::default()
        };
        if all.len() > 1 { all.iter().map(choice).collect() } else { Vec::new() }
    }

    /// Returns the stage after the approval.
    async fn next(&self, aws: &Aws, stage: &str) -> Result<Option<String>, AwsError> {
        let mut stages = delivery::stages(aws, &self.pipeline).await?.into_iter();
        stages.find(|state| state.stage_name.as_deref() == Some(stage));
        Ok(stages.next().and_then(|state| state.stage_name))
    }

    /// Names the approval of the execution that waits. The token is not shown, but a new one has a new time.
    async fn present(&self, aws: &Aws) -> Result<String, AwsError> {
        let all = delivery::waiting(aws, &self.pipeline).await?;
        let own = all.iter().find(|it| self.means(it));
        Ok(own.map_or_else(
            || "not waiting for approval".to_owned(),
            |it| {
                let since = it.since.map(|at| format!(" since {at}")).unwrap_or_default();
                format!("waiting in {} of execution {}{since}", it.action, it.execution)
            },
        ))
    }

    async fn verify(&self, aws: &Aws, receipt: &Receipt) -> Result<Verdict, AwsError> {
        let execution = self.execution.as_deref().or(receipt.arn.as_deref());
        let Some(execution) = execution else {
            return Ok(Verdict::Failed("AWS did not say which execution it was; look at the pipeline".into()));
        };
        let all = delivery::action_executions(aws, &self.pipeline, Some(execution)).await?;
        let is_approval = |it: &&ActionExecutionDetail| {
            let of = it.input.as_ref().and_then(|input| input.action_type_id.as_ref());
            of.is_some_and(|of| of.category == ActionCategory::Approval)
                && it.stage_name == self.stage
                && (self.action.is_none() || it.action_name == self.action)
        };
        let Some(approval) = all.iter().find(is_approval) else {
            return Ok(Verdict::Pending("AWS does not list the approval yet".into()));
        };
        let (_, wanted) = self.verbs();
        let place = format!("{}/{}", self.pipeline, approval.stage_name.as_deref().unwrap_or_default());
        Ok(match (&approval.status, self.approves) {
            (Some(ActionExecutionStatus::Succeeded), true) | (Some(ActionExecutionStatus::Failed), false) => {
                Verdict::Done(format!("{place} is {wanted}"))
            }
            (Some(ActionExecutionStatus::InProgress), _) => Verdict::Pending(format!("{place} still waits")),
            (status, _) => {
                let status = status.as_ref().map_or("in an unknown state", |status| status.as_str());
                Verdict::Failed(format!("{place} is not {wanted}: AWS says that it is {status}"))
            }
        })
    }
}
