//! Endpoint configurations: which models an endpoint would run. Immutable, so each is described once in its life.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_sagemaker::operation::describe_endpoint_config::DescribeEndpointConfigOutput;
use aws_sdk_sagemaker::types::{EndpointConfigSortKey, OrderKey};
use jiff::Timestamp;
use serde::Serialize;

use super::{Listing, Resource, Seen, time};
use crate::aws::{Aws, AwsError, describe, failed, pages};

/// Pages of 100 configurations.
const PAGES: usize = 20;

/// One endpoint configuration.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct EndpointConfig {
    /// Unique in account and region; can be deleted and made again.
    pub name: String,
    /// ARN.
    pub arn: String,
    /// Creation.
    pub created: Option<Timestamp>,
    /// Production variants; absent until it was described.
    pub variants: Option<Vec<ConfigVariant>>,
    /// Names of models that get a copy of the traffic.
    pub shadow_models: Vec<String>,
    /// Key that encrypts its volumes.
    pub kms_key: Option<String>,
    /// Does it record requests?
    pub data_capture: bool,
    /// Does it serve asynchronously?
    pub asynchronous: bool,
}

/// One variant as configured.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct ConfigVariant {
    /// Unique in the configuration.
    pub name: String,
    /// Absent for endpoints of inference components.
    pub model: Option<String>,
    /// Instances at the start; an update without `RetainAllVariantProperties` goes back to it.
    pub instances: Option<i32>,
    /// For example `ml.c6i.xlarge`.
    pub instance_type: Option<String>,
    /// Runs without instances.
    pub serverless: bool,
}

impl EndpointConfig {
    /// Names of the models that take traffic.
    pub fn models(&self) -> impl Iterator<Item = &str> {
        self.variants.iter().flatten().filter_map(|v| v.model.as_deref())
    }

    /// What `DescribeEndpointConfig` says now.
    ///
    /// # Errors
    /// Those of the call; `Gone` when it was deleted.
    pub async fn describe(aws: &Aws, name: &str) -> Result<Self, AwsError> {
        let request = aws.sagemaker.describe_endpoint_config().endpoint_config_name(name);
        request.send().await.map(from_description).map_err(failed("DescribeEndpointConfig"))
    }
}

impl Resource for EndpointConfig {
    const KIND: &'static str = "endpoint_configs";
    const EVERY: Duration = Duration::from_mins(1);
    fn id(&self) -> &str {
        &self.name
    }
    async fn list(aws: &Aws, seen: &Seen) -> Result<Listing<Self>, AwsError> {
        let (summaries, capped) = pages(PAGES, async |token| {
            let request = aws.sagemaker.list_endpoint_configs().max_results(100).set_next_token(token);
            let request = request.sort_by(EndpointConfigSortKey::CreationTime).sort_order(OrderKey::Descending);
            let page = request.send().await.map_err(failed("ListEndpointConfigs"))?;
            Ok((page.endpoint_configs.unwrap_or_default(), page.next_token))
        })
        .await?;
        let mut rows = BTreeMap::new();
        let mut due = Vec::new();
        for s in summaries {
            let (name, created) = (s.endpoint_config_name.unwrap_or_default(), time(s.creation_time.as_ref()));
            let known = seen.store.configs.get(&name).filter(|k| k.created == created && k.variants.is_some());
            let row = known.cloned().unwrap_or_else(|| {
                due.push(name.clone());
                Self { name: name.clone(), arn: s.endpoint_config_arn.unwrap_or_default(), created, ..Self::default() }
            });
            rows.insert(name, row);
        }
        // What serves may be older than everything the list was read to.
        for name in
            seen.store.endpoints.rows().flat_map(|e| e.config.iter().chain(e.pending.as_ref().map(|p| &p.config)))
        {
            if capped && !rows.contains_key(name) {
                match seen.store.configs.get(name).filter(|k| k.variants.is_some()) {
                    Some(known) => drop(rows.insert(name.clone(), known.clone())),
                    None => due.push(name.clone()),
                }
            }
        }
        live_first(&mut due, seen);
        let waiting = due.len();
        due.truncate(seen.chunk());
        let asked = due.len();
        let described = describe(due, async |name| Self::describe(aws, &name).await).await;
        let learnt = !described.found.is_empty();
        for config in described.found {
            // The list's time stays: it is what the next list is compared with.
            let created = rows.get(&config.name).and_then(|row| row.created).or(config.created);
            rows.insert(config.name.clone(), Self { created, ..config });
        }
        let more = waiting > asked && learnt;
        let listing = Listing { more, ..Listing::of(rows.into_values().collect()) };
        Ok(listing.capped(capped).fault(described.fault))
    }
}

/// What serves is looked at before what once served.
fn live_first(due: &mut [String], seen: &Seen) {
    let live: Vec<&str> = seen.store.endpoints.rows().filter_map(|e| e.config.as_deref()).collect();
    due.sort_by_key(|name| !live.contains(&name.as_str()));
}

fn from_description(d: DescribeEndpointConfigOutput) -> EndpointConfig {
    let variants = d.production_variants.unwrap_or_default().into_iter().map(|v| ConfigVariant {
        serverless: v.serverless_config.is_some(),
        name: v.variant_name.unwrap_or_default(),
        model: v.model_name,
        instances: v.initial_instance_count,
        instance_type: v.instance_type.map(|t| t.as_str().to_owned()),
    });
    EndpointConfig {
        variants: Some(variants.collect()),
        shadow_models: d
            .shadow_production_variants
            .unwrap_or_default()
            .into_iter()
            .filter_map(|v| v.model_name)
            .collect(),
        data_capture: d.data_capture_config.is_some_and(|c| c.enable_capture == Some(true)),
        asynchronous: d.async_inference_config.is_some(),
        created: time(d.creation_time.as_ref()),
        name: d.endpoint_config_name.unwrap_or_default(),
        arn: d.endpoint_config_arn.unwrap_or_default(),
        kms_key: d.kms_key_id,
    }
}
