//! Scaling of a target that is suspended or resumed.

use std::time::Duration;

use serde_json::Value;

use super::scaling::{self, KINDS};
use crate::aws::{Aws, AwsError};
use crate::intents::arguments::{command_line, option};
use crate::intents::calls::{Call, RegisterScalableTarget, text};
use crate::intents::{
    Difference, Executor, Guard, Intent, Part, Permission, Plan, Question, Receipt, Refusal, Selection, Step, Switch,
    Switched, Verdict, new_id,
};
use crate::resources::Kind;

/// Resume (enabled) or suspend (disabled) scaling of a scalable target
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct SwitchScaling {
    /// Resource of the target: endpoint/NAME/variant/VARIANT, or inference-component/NAME
    pub resource: String,
    /// What scaling shall be
    pub to: Switch,
    /// Scalable dimension (default: the only one of the resource)
    #[arg(long)]
    pub dimension: Option<String>,
}

impl SwitchScaling {
    fn verb(&self) -> &'static str {
        if self.to == Switch::Enabled { "Resume" } else { "Suspend" }
    }
}

impl Intent for SwitchScaling {
    const NAME: &'static str = "switch-scaling";
    const HELP: &'static str = "turn scaling of a variant on or off";
    const PATIENCE: Duration = Duration::from_mins(1);
    const ON: &'static [Kind] = &[Kind::ScalableTargets, Kind::Endpoints];
    const PERMISSIONS: &'static [&'static [Permission]] = &[RegisterScalableTarget::PERMISSIONS];
    const READS: &'static [&'static str] = &["application-autoscaling:DescribeScalableTargets"];

    fn available(at: &Selection<'_>) -> Result<String, String> {
        let target = scaling::selected(at)?;
        at.recent(&at.store().scalable_targets, &target.id)?;
        Ok(Switch::of(!target.suspended.in_words().is_empty()).label("scaling"))
    }

    fn question(at: &Selection<'_>) -> Option<Question> {
        let target = scaling::selected(at).ok()?;
        let to = Switch::of(!target.suspended.in_words().is_empty());
        let (resource, dimension) = (target.resource.clone(), Some(target.dimension.clone()));
        Some(Question::Nothing(Self { resource, to, dimension }.into()))
    }

    async fn plan(&self, executor: &Executor) -> Result<Plan, Refusal> {
        let aws = &executor.aws;
        let target = scaling::need(aws, &self.resource, self.dimension.as_deref()).await?;
        let suspend = self.to == Switch::Disabled;
        if target.suspended == [suspend; 3] {
            return Err(Refusal::No(format!("scaling of {} is {} already", self.resource, self.to.word())));
        }
        let own = Self { dimension: Some(target.dimension.clone()), ..self.clone() };
        let word = |suspended: bool| if suspended { "suspended" } else { "active" };
        let rows = KINDS.into_iter().zip(target.suspended);
        let rows = rows.map(|(kind, is)| Difference::change(kind, word(is), word(suspend)));
        let call = RegisterScalableTarget {
            resource: self.resource.clone(),
            dimension: target.dimension.clone(),
            limits: None,
            suspended: Some(suspend),
        };
        let warning = if suspend {
            "Nothing adds capacity while scaling is suspended, whatever the load, until somebody resumes it."
        } else {
            "Scaling may change the capacity at once."
        };
        let title = format!("{} scaling of {}", self.verb(), self.resource);
        Ok(Plan {
            differences: rows.chain(Difference::fact("limits", Some(target.facts()))).collect(),
            warnings: vec![warning.to_owned()],
            then: "The change is immediate; the capacity stays as it is. Done when the target reads so.".to_owned(),
            undo: if target.suspended == [!suspend; 3] {
                let dimension = scaling::option(self.dimension.as_deref());
                format!("sagetop {} {} {}{dimension}", Self::NAME, self.resource, self.to.other().word())
            } else {
                format!("None by this command, which switches all of it: before it was {}.", target.facts())
            },
            steps: vec![Step::new(aws, call).await?],
            guards: vec![Guard::present(own.clone(), &self.resource, target.facts())],
            inverse: own.switches().pop().map(|switched| switched.back).filter(|_| target.suspended == [!suspend; 3]),
            ..Plan::of(new_id(), own, title, self.resource.clone())
        })
    }

    async fn present(&self, aws: &Aws) -> Result<String, AwsError> {
        scaling::present(aws, &self.resource, self.dimension.as_deref()).await
    }

    async fn verify(&self, aws: &Aws, _: &Receipt, _: Duration) -> Result<Verdict, AwsError> {
        let wanted = [self.to == Switch::Disabled; 3];
        scaling::verdict(aws, &self.resource, self.dimension.as_deref(), |target| target.suspended == wanted).await
    }

    fn switches(&self) -> Vec<Switched> {
        vec![Switched::new(Part::Scaling, &self.resource, self.to, Self { to: self.to.other(), ..self.clone() })]
    }

    fn arguments(&self) -> Option<Vec<String>> {
        Some(command_line(
            self.dimension.iter().map(|it| option("dimension", it)),
            [self.resource.as_str(), self.to.word()],
        ))
    }

    fn of_last_call(_: &str, parameters: &Value) -> Option<Self> {
        let suspended = parameters.pointer("/SuspendedState/DynamicScalingOutSuspended")?.as_bool()?;
        let dimension = Some(text(parameters, "ScalableDimension").to_owned());
        let resource = text(parameters, "ResourceId").to_owned();
        Some(Self { resource, to: Switch::of(!suspended), dimension })
    }
}
