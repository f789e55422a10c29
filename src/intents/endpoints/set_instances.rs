//! The number of instances of the variants of an endpoint.

use std::time::Duration;

use serde_json::Value;

use super::variants::{changeable, question, steady, variant, variant_and, verdict};
use crate::aws::{Aws, AwsError};
use crate::intents::arguments::command_line;
use crate::intents::calls::{Call, UpdateEndpointWeightsAndCapacities, text};
use crate::intents::{
    Difference, Executor, Guard, Intent, Permission, Plan, Question, Receipt, Refusal, Selection, Step, Verdict, new_id,
};
use crate::resources::Kind;
use crate::resources::endpoint::{Endpoint, Variant};

/// Set the number of instances of variants of an endpoint
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct SetInstances {
    /// Name of the endpoint
    pub endpoint: String,
    /// New numbers of instances of variants; the others keep theirs
    #[arg(required = true, value_name = "VARIANT=COUNT", value_parser = variant_and::<i32>)]
    pub counts: Vec<(String, i32)>,
}

fn count(n: Option<i32>) -> String {
    n.map_or_else(|| "–".to_owned(), |n| n.to_string())
}

/// Writes what a plan about instances relies on.
fn counts(endpoint: &Endpoint) -> String {
    let each = endpoint.variants.iter().map(|v| format!(", {} × {}", v.name, count(v.desired_instances)));
    format!("{} on {}{}", endpoint.status, endpoint.config.as_deref().unwrap_or("nothing"), each.collect::<String>())
}

impl SetInstances {
    /// Refuses a number that the variant cannot have, and returns a warning about limits that are not known.
    async fn check(&self, aws: &Aws, variant: &Variant, wanted: i32) -> Result<Option<String>, Refusal> {
        let name = &variant.name;
        let no = |why: String| Err(Refusal::No(why));
        match variant {
            _ if wanted < 1 => return no(format!("{name} = {wanted}: a variant has one instance or more")),
            Variant { serverless: true, .. } => return no(format!("{name} is serverless: it has no instances")),
            Variant { most_instances: Some(_), .. } => {
                return no(format!("SageMaker itself scales {name} (ManagedInstanceScaling)"));
            }
            _ => {}
        }
        match limits(aws, &self.endpoint, name).await {
            Ok(Some((min, max))) if !(min..=max).contains(&wanted) => no(format!(
                "scaling keeps {name} between {min} and {max} instances and would undo this: set its limits first, with \
                 sagetop set-scaling-limits endpoint/{}/variant/{name}",
                self.endpoint
            )),
            Ok(Some((min, max))) => Ok(Some(format!("Scaling may change {name} again, between {min} and {max}."))),
            Ok(None) => Ok(None),
            Err(why) => Ok(Some(format!("Whether scaling would undo this for {name} is not known: {why}."))),
        }
    }
}

/// Reads the limits of scaling of a variant, if it is scaled.
#[cfg(feature = "applicationautoscaling")]
async fn limits(aws: &Aws, endpoint: &str, variant: &str) -> Result<Option<(i32, i32)>, AwsError> {
    let resource = format!("endpoint/{endpoint}/variant/{variant}");
    let target = super::scaling::read(aws, &resource, Some(super::scaling::INSTANCES)).await?;
    Ok(target.map(|target| (target.min, target.max)))
}

/// A build without the service cannot tell.
#[cfg(not(feature = "applicationautoscaling"))]
async fn limits(_: &Aws, _: &str, _: &str) -> Result<Option<(i32, i32)>, AwsError> {
    Err(AwsError::other("DescribeScalableTargets", "this build leaves out Application Auto Scaling"))
}

impl Intent for SetInstances {
    const NAME: &'static str = "set-instances";
    const HELP: &'static str = "set the number of instances of a variant";
    const PATIENCE: Duration = Duration::from_hours(1);
    const ON: &'static [Kind] = &[Kind::Endpoints];
    const PERMISSIONS: &'static [&'static [Permission]] = &[UpdateEndpointWeightsAndCapacities::PERMISSIONS];
    const READS: &'static [&'static str] =
        &["sagemaker:DescribeEndpoint", "sagemaker:ListTags", "application-autoscaling:DescribeScalableTargets"];

    fn available(at: &Selection<'_>) -> Result<String, String> {
        let endpoint = changeable(at)?;
        if endpoint.variants.iter().any(|variant| !variant.serverless && variant.most_instances.is_none()) {
            return Ok("set instances".to_owned());
        }
        Err(format!("{} has no instances that are set by hand", endpoint.name))
    }

    fn question(at: &Selection<'_>) -> Option<Question> {
        let text = "How many instances? Scaling may change the number again within its limits.";
        let now = |variant: &Variant| variant.desired_instances.or(variant.instances).unwrap_or_default().to_string();
        let make = |endpoint, changed: Vec<(String, String)>| {
            let parsed = changed.into_iter().map(|(name, value)| variant_and(&format!("{name}={value}")));
            Ok(Self { endpoint, counts: parsed.collect::<Result<_, _>>()? }.into())
        };
        Some(question(changeable(at).ok()?, ("Instances of", text, "Integer"), now, make))
    }

    async fn plan(&self, executor: &Executor) -> Result<Plan, Refusal> {
        let endpoint = steady(&executor.aws, &self.endpoint).await?;
        let (name, was) = (self.endpoint.clone(), counts(&endpoint));
        let (mut rows, mut warnings, mut undo) = (Vec::new(), Vec::new(), Vec::new());
        let mut before = Vec::new();
        for (given, wanted) in &self.counts {
            let variant = variant(&endpoint, &self.counts, given)?;
            warnings.extend(self.check(&executor.aws, variant, *wanted).await?);
            let now = count(variant.desired_instances);
            undo.push(format!(" {given}={now}"));
            before.extend(variant.desired_instances.map(|count| (given.clone(), count)));
            rows.push(Difference::change(given, now, wanted.to_string()));
        }
        if rows.iter().all(|row| row.now == row.then) {
            return Err(Refusal::No(format!("{name} has these instances already")));
        }
        let call = UpdateEndpointWeightsAndCapacities {
            endpoint: name.clone(),
            weights: Vec::new(),
            counts: self.counts.clone(),
        };
        Ok(Plan {
            stage: endpoint.known_stage(&executor.preferences.models).to_owned(),
            differences: rows,
            warnings,
            then: "The endpoint is Updating until the instances run or are gone, and serves meanwhile; done when \
                   InService with the instances."
                .to_owned(),
            undo: format!("sagetop {} {name}{}", Self::NAME, undo.concat()),
            steps: vec![Step::new(&executor.aws, call).await?],
            guards: vec![Guard::present(self.clone(), &name, was)],
            inverse: (before.len() == self.counts.len())
                .then(|| Box::new(Self { endpoint: name.clone(), counts: before }.into())),
            ..Plan::of(new_id(), self.clone(), format!("Set the instances of {name}"), name.clone())
        })
    }

    async fn present(&self, aws: &Aws) -> Result<String, AwsError> {
        Ok(counts(&Endpoint::describe(aws, &self.endpoint).await?))
    }

    async fn verify(&self, aws: &Aws, _: &Receipt, waited: Duration) -> Result<Verdict, AwsError> {
        let now = Endpoint::describe(aws, &self.endpoint).await?;
        let has = |(name, wanted): &(String, i32)| {
            now.variants.iter().any(|v| v.name == *name && [v.desired_instances, v.instances] == [Some(*wanted); 2])
        };
        Ok(verdict(&now, self.counts.iter().all(has), waited))
    }

    fn arguments(&self) -> Option<Vec<String>> {
        let variants = self.counts.iter().map(|(name, number)| format!("{name}={number}"));
        Some(command_line([], std::iter::once(self.endpoint.clone()).chain(variants)))
    }

    fn of_last_call(_: &str, parameters: &Value) -> Option<Self> {
        let sent = parameters.get("DesiredWeightsAndCapacities")?.as_array()?.iter();
        let counts = sent.filter_map(|of| {
            let count = i32::try_from(of.get("DesiredInstanceCount")?.as_i64()?).ok()?;
            Some((text(of, "VariantName").to_owned(), count))
        });
        Some(Self { endpoint: text(parameters, "EndpointName").to_owned(), counts: counts.collect() })
    }
}
