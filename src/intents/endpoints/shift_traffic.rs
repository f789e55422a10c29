//! Shares of the traffic of the variants of an endpoint.

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

/// Shift the traffic between the variants of an endpoint
#[derive(Debug, Clone, PartialEq, clap::Args)]
pub struct ShiftTraffic {
    /// Name of the endpoint
    pub endpoint: String,
    /// New weights of variants; the others keep theirs
    #[arg(required = true, value_name = "VARIANT=WEIGHT", value_parser = variant_and::<f32>)]
    pub weights: Vec<(String, f32)>,
}

impl ShiftTraffic {
    /// Returns the weight of a variant after the change.
    fn then(&self, variant: &Variant) -> f32 {
        let given = self.weights.iter().find(|(name, _)| *name == variant.name);
        given.map_or(variant.weight.unwrap_or_default(), |(_, weight)| *weight)
    }

    /// Writes the weight of a variant and its share of the traffic before and after the change.
    fn row(&self, endpoint: &Endpoint, variant: &Variant) -> Difference {
        let total = |of: &dyn Fn(&Variant) -> f32| endpoint.variants.iter().map(of).sum::<f32>();
        let share = |weight: f32, total: f32| {
            let share = if total > 0.0 { weight / total * 100.0 } else { 0.0 };
            format!("{weight} ({share:.0} %)")
        };
        let (now, then) = (variant.weight.unwrap_or_default(), self.then(variant));
        let before = share(now, total(&|v| v.weight.unwrap_or_default()));
        Difference::change(&variant.name, before, share(then, total(&|v| self.then(v))))
    }

    fn check(&self, endpoint: &Endpoint) -> Result<(), Refusal> {
        if endpoint.variants.len() < 2 {
            return Err(Refusal::No(format!("{} has one variant, which gets all of the traffic", endpoint.name)));
        }
        for (name, weight) in &self.weights {
            variant(endpoint, &self.weights, name)?;
            if !weight.is_finite() || *weight < 0.0 {
                return Err(Refusal::No(format!("{name} = {weight}: a weight is 0 or more")));
            }
        }
        if endpoint.variants.iter().all(|variant| self.then(variant) <= 0.0) {
            return Err(Refusal::No("no variant would get any traffic".to_owned()));
        }
        if endpoint.variants.iter().all(|v| same(self.then(v), v.weight.unwrap_or_default())) {
            return Err(Refusal::No(format!("{} has these weights already", endpoint.name)));
        }
        Ok(())
    }
}

fn same(one: f32, other: f32) -> bool {
    (one - other).abs() < 1e-6
}

/// Writes what a plan about weights relies on. Scaling may change instances at any time, so they are left out.
fn weights(endpoint: &Endpoint) -> String {
    let each = endpoint.variants.iter().map(|v| format!(", {} weight {}", v.name, v.weight.unwrap_or_default()));
    format!("{} on {}{}", endpoint.status, endpoint.config.as_deref().unwrap_or("nothing"), each.collect::<String>())
}

impl Intent for ShiftTraffic {
    const NAME: &'static str = "shift-traffic";
    const HELP: &'static str = "shift the traffic between the variants of an endpoint";
    const PATIENCE: Duration = Duration::from_hours(1);
    const REMEDY: bool = true;
    const ON: &'static [Kind] = &[Kind::Endpoints];
    const PERMISSIONS: &'static [&'static [Permission]] = &[UpdateEndpointWeightsAndCapacities::PERMISSIONS];
    const READS: &'static [&'static str] = &["sagemaker:DescribeEndpoint", "sagemaker:ListTags"];

    fn available(at: &Selection<'_>) -> Result<String, String> {
        let endpoint = changeable(at)?;
        let several = endpoint.variants.len() > 1;
        if several { Ok("shift traffic".to_owned()) } else { Err(format!("{} has one variant", endpoint.name)) }
    }

    fn question(at: &Selection<'_>) -> Option<Question> {
        let text = "Weights are relative: 1 and 3 are 25 % and 75 % of the traffic.";
        let now = |variant: &Variant| variant.weight.unwrap_or_default().to_string();
        let make = |endpoint, changed: Vec<(String, String)>| {
            let parsed = changed.into_iter().map(|(name, value)| variant_and(&format!("{name}={value}")));
            Ok(Self { endpoint, weights: parsed.collect::<Result<_, _>>()? }.into())
        };
        Some(question(changeable(at).ok()?, ("Weights of", text, "Float"), now, make))
    }

    async fn plan(&self, executor: &Executor) -> Result<Plan, Refusal> {
        let endpoint = steady(&executor.aws, &self.endpoint).await?;
        self.check(&endpoint)?;
        let (name, weights_now) = (self.endpoint.clone(), weights(&endpoint));
        let call = UpdateEndpointWeightsAndCapacities {
            endpoint: name.clone(),
            weights: self.weights.clone(),
            counts: Vec::new(),
        };
        let before = self.weights.iter().filter_map(|(given, _)| {
            let variant = endpoint.variants.iter().find(|variant| variant.name == *given)?;
            Some((given.clone(), variant.weight?))
        });
        let before: Vec<(String, f32)> = before.collect();
        let undo = before.iter().map(|(given, weight)| format!(" {given}={weight}"));
        let idle = endpoint.variants.iter().filter(|v| self.then(v) > 0.0 && v.instances == Some(0));
        Ok(Plan {
            stage: endpoint.known_stage(&executor.preferences.models).to_owned(),
            differences: endpoint.variants.iter().map(|variant| self.row(&endpoint, variant)).collect(),
            warnings: idle.map(|v| format!("{} would get traffic and has no instance.", v.name)).collect(),
            then:
                "The endpoint is Updating for some seconds and serves meanwhile; done when InService with the weights."
                    .to_owned(),
            undo: format!("sagetop {} {name}{}", Self::NAME, undo.collect::<String>()),
            steps: vec![Step::new(&executor.aws, call).await?],
            guards: vec![Guard::present(self.clone(), &name, weights_now)],
            ..Plan::of(new_id(), self.clone(), format!("Shift the traffic of {name}"), name.clone())
                .undone_by(Self { endpoint: name, weights: before })
        })
    }

    async fn present(&self, aws: &Aws) -> Result<String, AwsError> {
        Ok(weights(&Endpoint::describe(aws, &self.endpoint).await?))
    }

    async fn verify(&self, aws: &Aws, _: &Receipt, waited: Duration) -> Result<Verdict, AwsError> {
        let now = Endpoint::describe(aws, &self.endpoint).await?;
        let has = |(name, wanted): &(String, f32)| {
            now.variants.iter().any(|v| v.name == *name && v.weight.is_some_and(|own| same(*wanted, own)))
        };
        Ok(verdict(&now, self.weights.iter().all(has), waited))
    }

    fn arguments(&self) -> Option<Vec<String>> {
        let variants = self.weights.iter().map(|(name, number)| format!("{name}={number}"));
        Some(command_line([], std::iter::once(self.endpoint.clone()).chain(variants)))
    }

    fn of_last_call(_: &str, parameters: &Value) -> Option<Self> {
        let sent = parameters.get("DesiredWeightsAndCapacities")?.as_array()?.iter();
        let weights = sent.filter_map(|of| {
            let weight = of.get("DesiredWeight")?.to_string().parse().ok()?;
            Some((text(of, "VariantName").to_owned(), weight))
        });
        Some(Self { endpoint: text(parameters, "EndpointName").to_owned(), weights: weights.collect() })
    }
}
