//! Inference components: models that share the instances of an endpoint. The configuration of such an endpoint names no
//! model, its components do.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_sagemaker::operation::describe_inference_component::DescribeInferenceComponentOutput;
use aws_sdk_sagemaker::types::{
    InferenceComponentSortKey, InferenceComponentSpecificationSummary, InferenceComponentSummary, OrderKey,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::aws::{Aws, AwsError, describe, failed, in_background, pages};
use crate::health::Health;
use crate::resources::{
    AwsCommand, Cadence, Event, Kind, Listing, LogSource, Observed, Properties, Resource, Table, Turn, console, time,
};

/// Pages of 100 components.
const PAGES: usize = 20;

/// One inference component.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct InferenceComponent {
    /// Unique in account and region.
    pub name: String,
    /// ARN.
    pub arn: String,
    /// Name of its endpoint.
    pub endpoint: String,
    /// Name of the variant on whose instances it runs.
    pub variant: Option<String>,
    /// `InService`, `Creating`, `Failed`, …, raw.
    pub status: String,
    /// Creation.
    pub created: Option<Timestamp>,
    /// Last change.
    pub modified: Option<Timestamp>,
    /// Details; absent until it was described.
    pub details: Option<ComponentDetails>,
}

/// The details that the list does not have.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ComponentDetails {
    /// The reason why it failed.
    pub failure: Option<String>,
    /// Names of its models. An adapter has none, see `base`.
    pub models: Vec<String>,
    /// Name of the component that it adapts.
    pub base: Option<String>,
    /// Copies now.
    pub copies: Option<i32>,
    /// Copies wanted.
    pub desired_copies: Option<i32>,
    /// CPU cores of each copy.
    #[serde(serialize_with = "crate::resources::convert::digits")]
    pub cores: Option<f32>,
    /// Accelerators of each copy.
    #[serde(serialize_with = "crate::resources::convert::digits")]
    pub accelerators: Option<f32>,
    /// Memory of each copy in MB, at least.
    pub memory: Option<i32>,
}

impl InferenceComponent {
    /// Returns the names of its models.
    pub fn models(&self) -> impl Iterator<Item = &str> {
        self.details.iter().flat_map(|d| &d.models).map(String::as_str)
    }

    async fn describe(aws: &Aws, name: &str) -> Result<Self, AwsError> {
        let request = aws.sagemaker.describe_inference_component().inference_component_name(name);
        request.send().await.map(from_description).map_err(failed)
    }

    fn same_state(&self, listed: &Self) -> bool {
        (self.created, self.modified, &self.status) == (listed.created, listed.modified, &listed.status)
    }
}

impl ComponentDetails {
    /// Describes its copies: `1 of 2 copies`.
    #[must_use]
    pub fn size(&self) -> String {
        let count = |n: Option<i32>| n.map_or_else(|| "–".to_owned(), |n| n.to_string());
        format!("{} of {} copies", count(self.copies), count(self.desired_copies))
    }

    /// Describes what each copy takes of an instance: `4 cores, 1 accelerators, 8192 MB`.
    #[must_use]
    pub fn share(&self) -> String {
        let parts = [
            self.cores.map(|n| format!("{n} cores")),
            self.accelerators.map(|n| format!("{n} accelerators")),
            self.memory.map(|n| format!("{n} MB")),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

impl Resource for InferenceComponent {
    const KIND: Kind = Kind::InferenceComponents;
    const AFTER: &[Kind] = &[Kind::Endpoints, Kind::Configs];
    const CADENCE: Cadence = Cadence::Slow;
    const OPTIONAL: bool = true;
    fn id(&self) -> &str {
        &self.name
    }
    fn status(&self) -> Option<&str> {
        Some(&self.status)
    }
    fn arn(&self) -> Option<&str> {
        Some(&self.arn)
    }
    fn part_of(&self) -> Option<(Kind, &str)> {
        Some((Kind::Endpoints, &self.endpoint))
    }
    fn log(&self) -> Option<LogSource> {
        Some(LogSource::endpoint(&self.endpoint))
    }
    fn console(&self, region: &str) -> Option<String> {
        Some(console::sagemaker(region, "endpoints", &self.endpoint))
    }
    fn command(&self) -> Option<AwsCommand> {
        Some(AwsCommand::sagemaker("describe-inference-component", "inference-component-name", &self.name))
    }
    fn properties(&self, all: &mut Properties) {
        all.status("InferenceComponentStatus", &*self.status);
        if let Some(details) = &self.details {
            all.text("FailureReason", details.failure.as_deref())
                .text("copies", &*details.size())
                .text("each copy takes", &*details.share())
                .text("ModelName", &*details.models.join(", "))
                .text("BaseInferenceComponentName", details.base.as_deref());
        }
        all.text("EndpointName", &*self.endpoint)
            .text("VariantName", self.variant.as_deref())
            .time("CreationTime", self.created)
            .time("LastModifiedTime", self.modified);
    }
    fn events(&self, old: Option<&Self>) -> Vec<Event> {
        let turned = old.filter(|old| old.status != self.status);
        let event = |old: &Self| {
            let text = format!("component {}: {} → {}", self.name, old.status, self.status);
            Event::observed(Health::of_status(&self.status), text)
        };
        turned.map(event).into_iter().collect()
    }
    fn due(observed: &Observed, known: &Table<Self>) -> bool {
        known.answered() && known.is_empty() && used(observed) && known.asked_at(ASKED).is_none()
    }
    async fn read(aws: &Aws, observed: &Observed, turn: Turn<'_, Self>) -> Result<Listing<Self>, AwsError> {
        observed.store.endpoints.known()?;
        // No call is made for an account whose endpoints all name their models.
        if !observed.one_shot && turn.known.is_empty() && !used(observed) {
            return Ok(Listing::all(Vec::new()));
        }
        let (summaries, capped) = pages(PAGES, async |token| {
            let request = aws.sagemaker.list_inference_components().max_results(100).set_next_token(token);
            let request = request.sort_by(InferenceComponentSortKey::CreationTime).sort_order(OrderKey::Descending);
            let page = request.send().await.map_err(failed)?;
            Ok((page.inference_components.unwrap_or_default(), page.next_token))
        })
        .await?;
        let mut rows: BTreeMap<String, Self> = summaries.into_iter().map(from_summary).collect();
        let mut due = BTreeSet::new();
        for row in rows.values_mut() {
            match turn.known.get(&row.name).filter(|known| known.details.is_some()) {
                Some(known) if known.same_state(row) && matches!(&*row.status, "InService" | "Failed") => {
                    row.clone_from(known);
                }
                known => {
                    row.details = known.and_then(|known| known.details.clone());
                    due.insert(row.name.clone());
                }
            }
        }
        // Those without details come first, so that the others cannot keep them waiting.
        let (known, new): (BTreeSet<String>, BTreeSet<String>) =
            due.into_iter().partition(|name| rows.get(name).is_some_and(|row| row.details.is_some()));
        let more = new.len() > observed.chunk();
        let due = new.into_iter().chain(known).take(observed.chunk()).collect();
        let work = describe(due, async |name: String| Self::describe(aws, &name).await);
        let described = in_background(work).await;
        for component in described.found {
            // The times of the list are kept, because the next list is compared with them.
            let listed = rows.get(&component.name).map(|row| (row.created, row.modified));
            let (created, modified) = listed.unwrap_or((component.created, component.modified));
            rows.insert(component.name.clone(), Self { created, modified, ..component });
        }
        let listing = Listing::all(rows.into_values().collect()).capped(capped).more(more && described.fault.is_none());
        Ok(listing.asked(vec![ASKED.to_owned()]).fault(described.fault))
    }
}

/// The mark of a list that was read.
const ASKED: &str = "all";

/// Returns whether an endpoint may have components: its configuration names no model for a variant with instances.
fn used(observed: &Observed) -> bool {
    let configs = observed.store.configs.rows().flat_map(|c| c.variants.iter().flatten());
    configs.into_iter().any(|v| v.model.is_none() && !v.serverless)
}

fn from_summary(s: InferenceComponentSummary) -> (String, InferenceComponent) {
    let component = InferenceComponent {
        status: s.inference_component_status.map(|s| s.as_str().to_owned()).unwrap_or_default(),
        created: time(s.creation_time.as_ref()),
        modified: time(s.last_modified_time.as_ref()),
        name: s.inference_component_name.unwrap_or_default(),
        arn: s.inference_component_arn.unwrap_or_default(),
        endpoint: s.endpoint_name.unwrap_or_default(),
        variant: s.variant_name,
        details: None,
    };
    (component.name.clone(), component)
}

fn from_description(d: DescribeInferenceComponentOutput) -> InferenceComponent {
    let all: Vec<InferenceComponentSpecificationSummary> =
        d.specification.into_iter().chain(d.specifications.unwrap_or_default()).collect();
    let mut models: Vec<String> = all.iter().filter_map(|s| s.model_name.clone()).collect();
    models.dedup();
    let takes = all.first().and_then(|s| s.compute_resource_requirements.clone());
    let takes = takes.as_ref();
    let runtime = d.runtime_config.as_ref();
    let details = ComponentDetails {
        base: all.iter().find_map(|s| s.base_inference_component_name.clone()),
        copies: runtime.and_then(|r| r.current_copy_count),
        desired_copies: runtime.and_then(|r| r.desired_copy_count),
        cores: takes.and_then(|t| t.number_of_cpu_cores_required),
        accelerators: takes.and_then(|t| t.number_of_accelerator_devices_required),
        memory: takes.and_then(|t| t.min_memory_required_in_mb),
        failure: d.failure_reason.filter(|f| !f.is_empty()),
        models,
    };
    InferenceComponent {
        status: d.inference_component_status.map(|s| s.as_str().to_owned()).unwrap_or_default(),
        created: time(d.creation_time.as_ref()),
        modified: time(d.last_modified_time.as_ref()),
        name: d.inference_component_name.unwrap_or_default(),
        arn: d.inference_component_arn.unwrap_or_default(),
        endpoint: d.endpoint_name.unwrap_or_default(),
        variant: d.variant_name,
        details: Some(details),
    }
}
