//! What the plans about Application Auto Scaling read: one scalable target as it is now, and which one is selected.

use aws_sdk_applicationautoscaling::types::{ScalableDimension, ScalableTarget as SdkTarget, ServiceNamespace};

use crate::aws::{Aws, AwsError, failed};
use crate::intents::{Refusal, Selection, Verdict};
use crate::resources::Kind;
use crate::resources::scalable_target::ScalableTarget;

/// The dimension of variants that run on instances.
pub(in crate::intents) const INSTANCES: &str = "sagemaker:variant:DesiredInstanceCount";

/// A scalable target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::intents) struct Target {
    pub(in crate::intents) resource: String,
    pub(in crate::intents) dimension: String,
    pub(in crate::intents) min: i32,
    pub(in crate::intents) max: i32,
    /// Whether scaling in, scaling out and scheduled scaling are suspended.
    pub(in crate::intents) suspended: [bool; 3],
}

/// The words for what can be suspended, in the order of [`Target::suspended`].
pub(in crate::intents) const KINDS: [&str; 3] = ["scaling in", "scaling out", "scheduled scaling"];

impl Target {
    /// Writes what a plan relies on.
    pub(in crate::intents) fn facts(&self) -> String {
        let suspended: Vec<&str> =
            KINDS.into_iter().zip(self.suspended).filter(|(_, is)| *is).map(|(kind, _)| kind).collect();
        let suspended = if suspended.is_empty() { "nothing".to_owned() } else { suspended.join(" and ") };
        format!("min {}, max {}, {suspended} suspended", self.min, self.max)
    }
}

/// Reads a scalable target. Without a dimension it must be the only one of the resource.
pub(in crate::intents) async fn read(
    aws: &Aws,
    resource: &str,
    dimension: Option<&str>,
) -> Result<Option<Target>, AwsError> {
    let request = aws.application_auto_scaling.describe_scalable_targets().resource_ids(resource);
    let request = request.service_namespace(ServiceNamespace::Sagemaker);
    let request = request.set_scalable_dimension(dimension.map(ScalableDimension::from));
    let mut found = request.send().await.map_err(failed)?.scalable_targets.unwrap_or_default().into_iter();
    Ok(found.next().filter(|_| dimension.is_some() || found.len() == 0).map(from_sdk))
}

fn from_sdk(target: SdkTarget) -> Target {
    let state = target.suspended_state.as_ref();
    let suspended = |of: fn(&aws_sdk_applicationautoscaling::types::SuspendedState) -> Option<bool>| {
        state.and_then(of).unwrap_or(false)
    };
    Target {
        suspended: [
            suspended(|state| state.dynamic_scaling_in_suspended),
            suspended(|state| state.dynamic_scaling_out_suspended),
            suspended(|state| state.scheduled_scaling_suspended),
        ],
        resource: target.resource_id,
        dimension: target.scalable_dimension.as_str().to_owned(),
        min: target.min_capacity,
        max: target.max_capacity,
    }
}

/// Writes the option of the command line for a dimension that was given.
pub(in crate::intents) fn option(dimension: Option<&str>) -> String {
    dimension.map(|dimension| format!(" --dimension {dimension}")).unwrap_or_default()
}

/// Reads what a plan relies on, as a phrase.
pub(in crate::intents) async fn present(
    aws: &Aws,
    resource: &str,
    dimension: Option<&str>,
) -> Result<String, AwsError> {
    Ok(read(aws, resource, dimension).await?.map_or_else(|| "gone".to_owned(), |target| target.facts()))
}

/// Returns whether a target is as it was wanted.
pub(in crate::intents) async fn verdict(
    aws: &Aws,
    resource: &str,
    dimension: Option<&str>,
    reached: impl Fn(&Target) -> bool,
) -> Result<Verdict, AwsError> {
    let Some(target) = read(aws, resource, dimension).await? else {
        return Ok(Verdict::Failed(format!("{resource} is gone")));
    };
    let text = format!("{resource}: {}", target.facts());
    Ok(if reached(&target) { Verdict::Done(text) } else { Verdict::Pending(text) })
}

/// Reads a target that must be there.
pub(in crate::intents) async fn need(aws: &Aws, resource: &str, dimension: Option<&str>) -> Result<Target, Refusal> {
    let missing = || {
        let what = "has no scalable target, or several: name one with --dimension";
        Refusal::No(format!("{resource} {what}"))
    };
    read(aws, resource, dimension).await?.ok_or_else(missing)
}

/// Returns the selected target, or the only one of the selected endpoint.
pub(in crate::intents) fn selected<'a>(at: &Selection<'a>) -> Result<&'a ScalableTarget, String> {
    let targets = &at.store().scalable_targets;
    if let Some(id) = at.id_of(Kind::ScalableTargets) {
        return targets.get(id).ok_or_else(|| format!("{id} is gone"));
    }
    let endpoint = at.id_of(Kind::Endpoints).ok_or("no scalable target is selected")?;
    let mut own = targets.rows().filter(|target| target.endpoint.as_deref() == Some(endpoint));
    match (own.next(), own.next()) {
        (Some(only), None) => Ok(only),
        (Some(_), Some(_)) => Err(format!("{endpoint} has several scalable targets: select one")),
        (None, _) => Err(format!("no scalable target of {endpoint} is known")),
    }
}
