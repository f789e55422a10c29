//! The limits between which scaling changes the capacity of a target.

use std::time::Duration;

use aws_sdk_applicationautoscaling::types::ServiceNamespace;
use serde_json::Value;

use super::scaling::{self, Target};
use crate::aws::{Aws, AwsError, failed};
use crate::intents::arguments::{command_line, option};
use crate::intents::calls::{Call, RegisterScalableTarget, text};
use crate::intents::{
    Difference, Executor, Guard, Input, Intent, Permission, Plan, Question, Receipt, Refusal, Selection, Step, Values,
    Verdict, new_id,
};
use crate::resources::Kind;
use crate::resources::pipeline::Parameter;
use crate::view::Line;

/// Set the least and the most capacity of a scalable target
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct SetScalingLimits {
    /// Resource of the target: endpoint/NAME/variant/VARIANT, or inference-component/NAME
    pub resource: String,
    /// Least capacity
    #[arg(long)]
    pub min: i32,
    /// Most capacity
    #[arg(long)]
    pub max: i32,
    /// Scalable dimension (default: the only one of the resource)
    #[arg(long)]
    pub dimension: Option<String>,
}

impl SetScalingLimits {
    fn check(&self) -> Result<(), String> {
        match (self.min, self.max) {
            (min, _) if min < 0 => Err("the least capacity cannot be below 0".to_owned()),
            (min, max) if max < min => Err(format!("the most capacity ({max}) is below the least ({min})")),
            (_, 0) => Err("a most capacity of 0 leaves nothing that serves".to_owned()),
            _ => Ok(()),
        }
    }

    /// Names the scheduled actions that will set other limits.
    async fn scheduled(&self, aws: &Aws, dimension: &str) -> Vec<String> {
        let request = aws.application_auto_scaling.describe_scheduled_actions();
        let request = request.service_namespace(ServiceNamespace::Sagemaker).resource_id(&self.resource);
        let answer = request.scalable_dimension(dimension.into()).send().await.map_err(failed);
        match answer {
            Ok(answer) => answer
                .scheduled_actions
                .unwrap_or_default()
                .into_iter()
                .map(|action| {
                    let (name, when) = (action.scheduled_action_name, action.schedule);
                    format!("Scheduled action {name} sets its own limits at {when}.")
                })
                .collect(),
            Err(why) => vec![format!("Whether a scheduled action will set other limits is not known: {why}.")],
        }
    }

    fn reached(&self, target: &Target) -> bool {
        (target.min, target.max) == (self.min, self.max)
    }
}

impl Intent for SetScalingLimits {
    const NAME: &'static str = "set-scaling-limits";
    const HELP: &'static str = "set the least and the most capacity of a variant";
    const PATIENCE: Duration = Duration::from_mins(1);
    const ON: &'static [Kind] = &[Kind::ScalableTargets, Kind::Endpoints];
    const PERMISSIONS: &'static [&'static [Permission]] = &[RegisterScalableTarget::PERMISSIONS];
    const READS: &'static [&'static str] =
        &["application-autoscaling:DescribeScalableTargets", "application-autoscaling:DescribeScheduledActions"];

    fn available(at: &Selection<'_>) -> Result<String, String> {
        let target = scaling::selected(at)?;
        at.recent(&at.store().scalable_targets, &target.id)?;
        Ok("set scaling limits".to_owned())
    }

    fn question(at: &Selection<'_>) -> Option<Question> {
        let target = scaling::selected(at).ok()?;
        let input = |name: &str, now: i32| {
            let (name, default) = (name.to_owned(), Some(now.to_string()));
            Input::Parameter(Parameter { name, kind: "Integer".to_owned(), default, ..Parameter::default() })
        };
        let (resource, dimension) = (target.resource.clone(), target.dimension.clone());
        let make = move |values: &[String]| {
            let value = |place: usize| values.get(place).and_then(|value| value.trim().parse().ok());
            let (min, max) = (value(0).ok_or("write a number")?, value(1).ok_or("write a number")?);
            let intent = Self { resource: resource.clone(), min, max, dimension: Some(dimension.clone()) };
            intent.check()?;
            Ok(intent.into())
        };
        Some(Question::Values(Values {
            title: format!("Limits of {}", target.resource),
            text: vec![Line::new().muted("Scaling keeps the capacity between these two.")],
            inputs: vec![input("min", target.min), input("max", target.max)],
            intent: Box::new(make),
        }))
    }

    async fn plan(&self, executor: &Executor) -> Result<Plan, Refusal> {
        let aws = &executor.aws;
        self.check().map_err(Refusal::No)?;
        let target = scaling::need(aws, &self.resource, self.dimension.as_deref()).await?;
        if self.reached(&target) {
            return Err(Refusal::No(format!("{} has these limits already", self.resource)));
        }
        let own = Self { dimension: Some(target.dimension.clone()), ..self.clone() };
        let call = RegisterScalableTarget {
            resource: self.resource.clone(),
            dimension: target.dimension.clone(),
            limits: Some((self.min, self.max)),
            suspended: None,
        };
        let mut warnings = self.scheduled(aws, &target.dimension).await;
        warnings
            .extend((self.max < target.max).then(|| "Capacity above the new maximum is removed at once.".to_owned()));
        let title = format!("Limit {} to {} to {}", self.resource, self.min, self.max);
        Ok(Plan {
            differences: vec![
                Difference::change("MinCapacity", target.min.to_string(), self.min.to_string()),
                Difference::change("MaxCapacity", target.max.to_string(), self.max.to_string()),
            ],
            warnings,
            then: "Capacity outside of the limits is brought inside; done when the target has the limits.".to_owned(),
            undo: format!(
                "sagetop {} {} --min {} --max {}{}",
                Self::NAME,
                self.resource,
                target.min,
                target.max,
                scaling::option(self.dimension.as_deref())
            ),
            steps: vec![Step::new(aws, call).await?],
            guards: vec![Guard::present(own.clone(), &self.resource, target.facts())],
            inverse: Some(Box::new(Self { min: target.min, max: target.max, ..own.clone() }.into())),
            ..Plan::of(new_id(), own, title, self.resource.clone())
        })
    }

    async fn present(&self, aws: &Aws) -> Result<String, AwsError> {
        scaling::present(aws, &self.resource, self.dimension.as_deref()).await
    }

    async fn verify(&self, aws: &Aws, _: &Receipt, _: Duration) -> Result<Verdict, AwsError> {
        scaling::verdict(aws, &self.resource, self.dimension.as_deref(), |target| self.reached(target)).await
    }

    fn arguments(&self) -> Option<Vec<String>> {
        let limits = [option("min", self.min), option("max", self.max)].into_iter();
        let dimension = self.dimension.iter().map(|it| option("dimension", it));
        Some(command_line(limits.chain(dimension), [&self.resource]))
    }

    fn of_last_call(_: &str, parameters: &Value) -> Option<Self> {
        let of = |name: &str| i32::try_from(parameters.get(name)?.as_i64()?).ok();
        let dimension = Some(text(parameters, "ScalableDimension").to_owned());
        let resource = text(parameters, "ResourceId").to_owned();
        Some(Self { resource, min: of("MinCapacity")?, max: of("MaxCapacity")?, dimension })
    }
}
