//! `RegisterScalableTarget` of Application Auto Scaling, for a target that is registered. What is not sent stays.
//!
//! <https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html>

use aws_sdk_applicationautoscaling::types::{ScalableDimension, ServiceNamespace, SuspendedState};
use jiff::Timestamp;
use serde_json::Value;

use super::{Api, Call, Permission, Receipt, text};
use crate::aws::{Aws, AwsError, SERVICES, failed};
use crate::intents::endpoints::scaling;

/// The call of this module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RegisterScalableTarget {
    /// `ResourceId`.
    pub(crate) resource: String,
    /// `ScalableDimension`.
    pub(crate) dimension: String,
    /// `MinCapacity` and `MaxCapacity`, if they change.
    pub(crate) limits: Option<(i32, i32)>,
    /// All members of `SuspendedState`, if they change.
    pub(crate) suspended: Option<bool>,
}

impl Call for RegisterScalableTarget {
    const API: Api = Api::of(&SERVICES.application_auto_scaling, "RegisterScalableTarget");
    const PERMISSIONS: &'static [Permission] = &[Permission::new(
        "application-autoscaling:RegisterScalableTarget",
        &["application-autoscaling:REGION:ACCOUNT:scalable-target/*"],
    )];

    async fn send(&self, aws: &Aws) -> Result<Receipt, AwsError> {
        let state = self.suspended.map(|is| {
            let state = SuspendedState::builder().dynamic_scaling_in_suspended(is);
            state.dynamic_scaling_out_suspended(is).scheduled_scaling_suspended(is).build()
        });
        let request = aws.application_auto_scaling.register_scalable_target();
        let request = request.service_namespace(ServiceNamespace::Sagemaker).resource_id(&self.resource);
        let request = request.scalable_dimension(ScalableDimension::from(self.dimension.as_str()));
        let request = request.set_min_capacity(self.limits.map(|(min, _)| min));
        let request = request.set_max_capacity(self.limits.map(|(_, max)| max)).set_suspended_state(state);
        let reply = request.send().await.map_err(failed)?;
        Ok(Receipt { arn: reply.scalable_target_arn.clone(), ..Receipt::of(&reply) })
    }

    async fn effect(parameters: &Value, _: Timestamp, aws: &Aws) -> Result<Option<String>, AwsError> {
        let (resource, dimension) = (text(parameters, "ResourceId"), text(parameters, "ScalableDimension"));
        let Some(now) = scaling::read(aws, resource, Some(dimension)).await? else { return Ok(None) };
        let is = |name: &str, own: i32| {
            parameters.get(name).and_then(Value::as_i64).is_none_or(|wanted| wanted == i64::from(own))
        };
        let suspended = parameters.pointer("/SuspendedState/DynamicScalingOutSuspended").and_then(Value::as_bool);
        let as_wanted = is("MinCapacity", now.min)
            && is("MaxCapacity", now.max)
            && suspended.is_none_or(|wanted| now.suspended == [wanted; 3]);
        Ok(as_wanted.then_some(now.resource))
    }
}
