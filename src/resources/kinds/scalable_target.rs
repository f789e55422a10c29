//! Scalable targets of `SageMaker`: the limits between which Application Auto Scaling changes the capacity of a variant,
//! what makes it do so, and what it did in the last day.
//!
//! <https://docs.aws.amazon.com/autoscaling/application/APIReference/API_ScalableTarget.html>

mod activity;
mod policy;
mod read;

use std::borrow::Cow;

use aws_sdk_applicationautoscaling::types;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use activity::{NotScaled, ScalingActivity};
pub use policy::{ScalingPolicy, ScheduledAction};

use crate::aws::{Aws, AwsError};
use crate::health::Health;
use crate::resources::{
    AwsCommand, Cadence, Derived, Event, Kind, Listing, LogSource, Observed, Properties, Reference, Resource, Table,
    Turn, asked_lately, console,
};

/// The dimension of variants that run on instances.
const INSTANCES: &str = "sagemaker:variant:DesiredInstanceCount";

/// The number of activities among the properties. The timeline has all of them.
const SHOWN: usize = 3;

/// One scalable target.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ScalableTarget {
    /// The resource and the last part of the dimension. A variant may have several dimensions.
    pub id: String,
    /// ARN; absent for targets that were registered long ago.
    pub arn: Option<String>,
    /// `endpoint/NAME/variant/VARIANT` or `inference-component/NAME`, raw.
    pub resource: String,
    /// The dimension that is scaled, such as `sagemaker:variant:DesiredInstanceCount`, raw.
    pub dimension: String,
    /// The name of the endpoint; absent for an inference component.
    pub endpoint: Option<String>,
    /// The name of the variant.
    pub variant: Option<String>,
    /// The least capacity that scaling sets.
    pub min: i32,
    /// The most capacity that scaling sets.
    pub max: i32,
    /// The kinds of scaling that are suspended.
    pub suspended: Suspended,
    /// Its policies.
    pub policies: Vec<ScalingPolicy>,
    /// The actions that change its limits at certain times.
    pub scheduled: Vec<ScheduledAction>,
    /// Its activities of the last day, newest first.
    pub activities: Vec<ScalingActivity>,
}

/// The kinds of scaling that are suspended:
/// <https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-suspend-resume-scaling.html>.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Suspended {
    /// No policy removes capacity.
    pub scaling_in: bool,
    /// No policy adds capacity.
    pub scaling_out: bool,
    /// No scheduled action changes the limits.
    pub scheduled: bool,
}

impl Suspended {
    /// Names what is suspended: `in, out`. Empty if nothing is.
    #[must_use]
    pub fn in_words(self) -> String {
        let all = [(self.scaling_in, "in"), (self.scaling_out, "out"), (self.scheduled, "scheduled")];
        all.into_iter().filter(|(is, _)| *is).map(|(_, word)| word).collect::<Vec<_>>().join(", ")
    }
}

impl ScalableTarget {
    /// Returns whether it scales the instances of a variant of an endpoint.
    #[must_use]
    pub fn scales(&self, endpoint: &str, variant: &str) -> bool {
        let is = |name: &Option<String>, other: &str| name.as_deref() == Some(other);
        self.dimension == INSTANCES && is(&self.endpoint, endpoint) && is(&self.variant, variant)
    }
    /// Describes the limits: `min 1, max 4`.
    #[must_use]
    pub fn limits(&self) -> String {
        format!("min {}, max {}", self.min, self.max)
    }
    /// Returns the newest activity, if it should have changed the capacity and could not.
    fn failed(&self) -> Option<&ScalingActivity> {
        self.activities.first().filter(|newest| newest.failed())
    }
    /// Returns the policy or scheduled action that AWS names as the cause of an activity.
    fn by(&self, activity: &ScalingActivity) -> &str {
        let own = self.policies.iter().map(|p| &p.name).chain(self.scheduled.iter().map(|s| &s.name));
        // The name of one may be a part of the name of another.
        let causes = own.filter(|name| activity.cause.contains(name.as_str()));
        causes.max_by_key(|name| name.len()).map_or("", String::as_str)
    }
    /// Returns the event of an activity. Of equal reasons not to scale, which come again and again, only the first one
    /// is an event.
    fn event(&self, activity: &ScalingActivity) -> Option<Event> {
        let older = self.activities.iter().skip_while(|a| a.id != activity.id).nth(1);
        let again = !activity.not_scaled.is_empty() && older.is_some_and(|o| o.not_scaled == activity.not_scaled);
        let at = activity.ended.or(activity.started)?;
        // The activity comes before the name, because the end of a long line is cut.
        let (title, words) = (self.title(), activity.in_words());
        let text =
            if activity.failed() { format!("could not scale {title}: {words}") } else { format!("{words} ({title})") };
        (!again).then(|| Event::at(at, activity.health(), text).by(self.by(activity)))
    }
}

impl Resource for ScalableTarget {
    const KIND: Kind = Kind::ScalableTargets;
    const CADENCE: Cadence = Cadence::Rare;
    const OPTIONAL: bool = true;
    // The kinds that show what serves and what fires come first.
    const AFTER: &'static [Kind] = &[Kind::Alarms, Kind::Packages];
    const NOUN: Option<&'static str> = Some("scalable target");
    const REFERENCES: &'static [&'static str] = &["resource", "endpoint", "variant", "policies"];
    fn id(&self) -> &str {
        &self.id
    }
    fn title(&self) -> Cow<'_, str> {
        match (&self.endpoint, &self.variant) {
            (Some(endpoint), Some(variant)) => format!("{endpoint}/{variant}").into(),
            _ => Self::title_of(&self.resource),
        }
    }
    fn arn(&self) -> Option<&str> {
        self.arn.as_deref()
    }
    fn health(&self) -> Health {
        if self.problem().is_some() { Health::Warning } else { Health::Ok }
    }
    fn summary(&self) -> String {
        let policies: Vec<String> = self.policies.iter().map(ScalingPolicy::in_words).collect();
        let policies = if policies.is_empty() { "no policy".to_owned() } else { policies.join(", ") };
        format!("{}  {policies}", self.limits())
    }
    fn problem(&self) -> Option<String> {
        let failed = self.failed().map(|activity| format!("could not scale: {}", activity.in_words()));
        let suspended = Some(self.suspended.in_words()).filter(|suspended| !suspended.is_empty());
        failed.or_else(|| Some(format!("has scaling suspended: {}", suspended?)))
    }
    fn problem_in_brief(&self) -> Option<&'static str> {
        Some(match self.failed() {
            Some(activity) if activity.lacks_capacity() => "no capacity",
            Some(_) => "cannot scale",
            None => "scaling off",
        })
    }
    fn since(&self) -> Option<Timestamp> {
        // AWS tries again and again: the problem began with the first failure.
        self.activities.iter().take_while(|activity| activity.failed()).last()?.started
    }
    fn references(&self) -> Vec<Reference<'_>> {
        let endpoint = self.endpoint.as_deref();
        endpoint.map(|id| Reference::new(Kind::Endpoints, id, "ResourceId")).into_iter().collect()
    }
    /// The log of its variant.
    fn log(&self) -> Option<LogSource> {
        Some(LogSource::variant(self.endpoint.as_deref()?, self.variant.as_deref()?))
    }
    fn console(&self, region: &str) -> Option<String> {
        self.endpoint.as_deref().map(|endpoint| console::sagemaker(region, "endpoints", endpoint))
    }
    fn command(&self) -> Option<AwsCommand> {
        Some(
            AwsCommand::new("application-autoscaling", "describe-scalable-targets", "service-namespace", "sagemaker")
                .with("resource-ids", &*self.resource),
        )
    }
    fn properties(&self, all: &mut Properties) {
        all.derived(Derived::Capacity).text("ResourceId", &*self.resource).text("ScalableDimension", &*self.dimension);
        for policy in &self.policies {
            all.text("PolicyName", &*policy.name).text("  Alarms", &*policy.alarms.join(", "));
        }
        for activity in self.activities.iter().take(SHOWN) {
            all.text("StatusCode", &*activity.status)
                .time("  StartTime", activity.started)
                .text("  Description", &*activity.description)
                .text("  StatusMessage", &*activity.message)
                .text("  Cause", &*activity.cause);
        }
    }
    fn events(&self, old: Option<&Self>) -> Vec<Event> {
        let known = |activity: &ScalingActivity| {
            let known = old.into_iter().flat_map(|old| &old.activities).find(|known| known.id == activity.id);
            known.is_some_and(|known| known.status == activity.status)
        };
        let new = self.activities.iter().filter(|activity| !known(activity));
        let mut events: Vec<Event> = new.filter_map(|activity| self.event(activity)).collect();
        let Some(old) = old else { return events };
        if (old.min, old.max) != (self.min, self.max) {
            let text = format!("{}: {} → {}", self.title(), old.limits(), self.limits());
            events.push(Event::observed(Health::Running, text));
        }
        if old.suspended != self.suspended {
            let (health, text) = match self.suspended.in_words() {
                none if none.is_empty() => (Health::Ok, "scaling resumed".to_owned()),
                what => (Health::Warning, format!("scaling suspended: {what}")),
            };
            events.push(Event::observed(health, format!("{}: {text}", self.title())));
        }
        events
    }
    fn due(observed: &Observed, known: &Table<Self>) -> bool {
        known.answered() && read::signs(observed, known).any(|sign| !asked_lately(known, &sign, observed.at))
    }
    async fn read(aws: &Aws, observed: &Observed, turn: Turn<'_, Self>) -> Result<Listing<Self>, AwsError> {
        read::read(aws, observed, turn.known).await
    }
}

fn from_sdk(target: types::ScalableTarget) -> ScalableTarget {
    let dimension = target.scalable_dimension.as_str().to_owned();
    let part = dimension.rsplit(':').next().unwrap_or_default();
    let names: Vec<&str> = target.resource_id.split('/').collect();
    let (endpoint, variant) = match names[..] {
        ["endpoint", endpoint, "variant", variant] => (Some(endpoint.to_owned()), Some(variant.to_owned())),
        _ => (None, None),
    };
    let suspended = target.suspended_state;
    let is = |of: fn(&types::SuspendedState) -> Option<bool>| suspended.as_ref().and_then(of).unwrap_or_default();
    ScalableTarget {
        id: format!("{}/{part}", target.resource_id),
        arn: target.scalable_target_arn,
        endpoint,
        variant,
        min: target.min_capacity,
        max: target.max_capacity,
        suspended: Suspended {
            scaling_in: is(|s| s.dynamic_scaling_in_suspended),
            scaling_out: is(|s| s.dynamic_scaling_out_suspended),
            scheduled: is(|s| s.scheduled_scaling_suspended),
        },
        resource: target.resource_id,
        dimension,
        ..ScalableTarget::default()
    }
}

#[cfg(test)]
mod tests;
