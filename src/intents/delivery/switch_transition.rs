//! The transition into a stage of `CodePipeline`: while it is disabled, no execution enters the stage.

use std::time::Duration;

use aws_sdk_codepipeline::types::TransitionState;
use serde_json::Value;

use crate::aws::{Aws, AwsError};
use crate::intents::calls::{Call, DisableStageTransition, EnableStageTransition, text};
use crate::intents::delivery;
use crate::intents::{
    Difference, Executor, Guard, Input, Intent, Permission, Plan, Question, Receipt, Refusal, Selection, Step, Switch,
    Values, Verdict, new_id, reason,
};
use crate::resources::deployment_pipeline::{Delivery, DeploymentPipeline};
use crate::resources::pipeline::Parameter;
use crate::resources::{Kind, arn_name};
use crate::view::Line;

/// The longest reason that AWS takes.
const LONGEST_REASON: usize = 300;

/// Enable or disable the transition into a stage of a delivery pipeline (CodePipeline)
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct SwitchTransition {
    /// Name of the pipeline of CodePipeline
    pub pipeline: String,
    /// Name of the stage after the transition
    pub stage: String,
    /// What the transition shall be
    pub to: Switch,
    /// Why it is disabled; everybody reads it
    #[arg(long, default_value = "", required_if_eq("to", "disabled"))]
    pub reason: String,
}

fn is_held(delivery: Delivery<'_>) -> bool {
    matches!(delivery, Delivery::Held(..))
}

/// Checks a reason. AWS takes letters, digits and a few signs only:
/// <https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_DisableStageTransition.html>.
fn check(why: &str) -> Result<(), String> {
    reason::check(why, LONGEST_REASON)?;
    let allowed = |c: char| c.is_ascii_alphanumeric() || "!@ ().*?-".contains(c);
    match why.chars().find(|c| !allowed(*c)) {
        Some(other) => Err(format!("AWS does not take {other:?} in this reason: letters, digits and !@ ().*?- only")),
        None => Ok(()),
    }
}

/// Returns the switch that a pipeline offers: to enable a disabled transition comes first.
fn offered(pipeline: &DeploymentPipeline) -> Option<(Switch, Vec<String>)> {
    let stages = pipeline.stages.as_deref()?;
    let disabled: Vec<String> = stages.iter().filter(|s| s.disabled.is_some()).map(|s| s.name.clone()).collect();
    if !disabled.is_empty() {
        return Some((Switch::Enabled, disabled));
    }
    // Nothing comes into the first stage from another one. The last one is that of production.
    let rest = stages.iter().skip(1).rev().map(|stage| stage.name.clone()).collect();
    Some((Switch::Disabled, rest)).filter(|(_, stages): &(_, Vec<String>)| !stages.is_empty())
}

impl SwitchTransition {
    async fn state(&self, aws: &Aws) -> Result<Option<TransitionState>, AwsError> {
        Ok(delivery::stage(aws, &self.pipeline, &self.stage).await?.and_then(|stage| stage.inbound_transition_state))
    }

    fn target(&self) -> String {
        format!("{}/{}", self.pipeline, self.stage)
    }

    async fn step(&self, aws: &Aws) -> Result<Step, Refusal> {
        let (pipeline, stage) = (self.pipeline.clone(), self.stage.clone());
        match self.to {
            Switch::Enabled => Step::new(aws, EnableStageTransition { pipeline, stage }).await,
            Switch::Disabled => {
                let reason = self.reason.trim().to_owned();
                Step::new(aws, DisableStageTransition { pipeline, stage, reason }).await
            }
        }
    }

    fn undo(&self) -> String {
        let reason = if self.to == Switch::Enabled { " --reason …" } else { "" };
        format!("sagetop switch-transition {} {} {}{reason}", self.pipeline, self.stage, self.to.other().word())
    }
}

/// Describes a transition in a phrase.
fn phrase(state: &TransitionState) -> String {
    if state.enabled {
        return "enabled".to_owned();
    }
    let by = state.last_changed_by.as_deref().map(|by| format!(" by {}", arn_name(by))).unwrap_or_default();
    let why = state.disabled_reason.as_deref().map(|why| format!(": {why}")).unwrap_or_default();
    format!("disabled{by}{why}")
}

impl Intent for SwitchTransition {
    const NAME: &'static str = "switch-transition";
    const HELP: &'static str = "open or close the way into a stage of a delivery pipeline";
    const PATIENCE: Duration = Duration::from_mins(1);
    const ON: &'static [Kind] = &[Kind::DeploymentPipelines];
    const PERMISSIONS: &'static [&'static [Permission]] =
        &[DisableStageTransition::PERMISSIONS, EnableStageTransition::PERMISSIONS];
    const READS: &'static [&'static str] = &["codepipeline:GetPipelineState"];

    fn available(at: &Selection<'_>) -> Result<String, String> {
        let pipeline = delivery::selected(at, is_held).ok_or("no delivery pipeline is selected")?;
        at.recent(&at.store().deployment_pipelines, &pipeline.name)?;
        let none = || format!("the stages of {} are not read", pipeline.name);
        let (to, _) = offered(pipeline).ok_or_else(none)?;
        Ok(to.label("transition"))
    }

    fn question(at: &Selection<'_>) -> Option<Question> {
        let pipeline = delivery::selected(at, is_held)?;
        let (to, stages) = offered(pipeline)?;
        let name = pipeline.name.clone();
        let stage = Parameter {
            name: "stage".to_owned(),
            default: stages.first().cloned(),
            choices: stages,
            ..Parameter::default()
        };
        let mut inputs = vec![Input::Parameter(stage)];
        inputs.extend((to == Switch::Disabled).then_some(Input::Text("reason")));
        let text = match to {
            Switch::Enabled => "The transition into which stage? What waits before it goes on at once.",
            Switch::Disabled => "Into which stage shall nothing go? Everybody reads the reason.",
        };
        let make = move |values: &[String]| {
            let value = |place: usize| values.get(place).map(|value| value.trim().to_owned()).unwrap_or_default();
            let intent = Self { pipeline: name.clone(), stage: value(0), to, reason: value(1) };
            if to == Switch::Disabled {
                check(&intent.reason)?;
            }
            Ok(intent.into())
        };
        let (title, text) = (format!("{} a transition of {}", to.verb(), pipeline.name), vec![Line::new().muted(text)]);
        Some(Question::Values(Values { title, text, inputs, intent: Box::new(make) }))
    }

    async fn plan(&self, executor: &Executor) -> Result<Plan, Refusal> {
        let aws = &executor.aws;
        if self.to == Switch::Disabled {
            check(self.reason.trim()).map_err(Refusal::No)?;
        }
        let Some(stage) = delivery::stage(aws, &self.pipeline, &self.stage).await? else {
            return Err(delivery::lacks(&self.pipeline, &format!("it has no stage {}", self.stage)));
        };
        let Some(now) = stage.inbound_transition_state else {
            return Err(delivery::lacks(&self.pipeline, &format!("no transition leads into {}", self.stage)));
        };
        if Switch::of(now.enabled) == self.to {
            return Err(Refusal::No(format!("the transition into {} is {} already", self.stage, phrase(&now))));
        }
        let waits = stage.inbound_executions.unwrap_or_default().into_iter().next().or(stage.inbound_execution);
        let mut rows = vec![Difference::change("transition", phrase(&now), self.to.word())];
        rows.extend(Difference::fact("waits before it", waits.as_ref().map(|it| &it.pipeline_execution_id)));
        let title = format!("{} the transition into {} of {}", self.to.verb(), self.stage, self.pipeline);
        let then = match (self.to, &waits) {
            (Switch::Disabled, _) => "What is in the stage goes on; what comes later waits before it, for everybody.",
            (Switch::Enabled, Some(_)) => "What waits before the stage enters it at once.",
            (Switch::Enabled, None) => "The next execution enters the stage by itself.",
        };
        Ok(Plan {
            differences: rows,
            checks: vec![format!("{} is a stage of {}", self.stage, self.pipeline)],
            then: format!("{then} Done when the transition reads {}.", self.to.word()),
            undo: self.undo(),
            steps: vec![self.step(aws).await?],
            guards: vec![Guard::present(self.clone(), &self.target(), phrase(&now))],
            ..Plan::of(new_id(), self.clone(), title, self.target())
        })
    }

    async fn present(&self, aws: &Aws) -> Result<String, AwsError> {
        Ok(self.state(aws).await?.map_or_else(|| "gone".to_owned(), |state| phrase(&state)))
    }

    async fn verify(&self, aws: &Aws, _: &Receipt, _: Duration) -> Result<Verdict, AwsError> {
        Ok(match self.state(aws).await? {
            Some(state) => self.to.verdict(state.enabled, &format!("the transition into {}", self.target())),
            None => Verdict::Failed(format!("{} has no transition any more", self.target())),
        })
    }

    fn of_last_call(call: &str, parameters: &Value) -> Option<Self> {
        let of = |name| text(parameters, name).to_owned();
        let to = Switch::of(EnableStageTransition::API.is(call));
        Some(Self { pipeline: of("pipelineName"), stage: of("stageName"), to, reason: of("reason") })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_has_only_the_characters_that_aws_takes() {
        assert_eq!(check("incident 4711 (prod)"), Ok(()));
        for wrong in ["", "gefährlich", "a/b", "line\nend"] {
            assert!(check(wrong).is_err(), "{wrong:?}");
        }
    }
}
