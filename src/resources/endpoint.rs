//! Endpoints: their state, the configuration that serves, and whether a deployment is under way.

mod read;
mod stage;

use std::collections::BTreeMap;

use aws_sdk_sagemaker::operation::describe_endpoint::DescribeEndpointOutput;
use aws_sdk_sagemaker::types::{EndpointSummary, SearchRecord, Tag};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use stage::{is_production, split_stage};

use super::{Cadence, Derived, Event, Kind, Listing, LogSource, Observed, Properties, Resource, Table, Turn, time};
use crate::aws::{Aws, AwsError, failed};
use crate::health::Health;

/// One endpoint. Its details are from its last description, or from the index.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Endpoint {
    /// Unique in account and region.
    pub name: String,
    /// ARN.
    pub arn: String,
    /// `InService`, `Updating`, …, raw. `InService` is not success.
    pub status: String,
    /// Creation; with the ARN it distinguishes an endpoint from a later one of the same name.
    pub created: Option<Timestamp>,
    /// The last change. It moves with deployments and with scaling, so it shows changes but is no deployment time.
    pub modified: Option<Timestamp>,
    /// Name of the configuration that serves.
    pub config: Option<String>,
    /// The time at which this console saw that configuration go live; absent when it was live before.
    pub live_since: Option<Timestamp>,
    /// The configuration that served before, if this console saw it being replaced.
    #[serde(default)]
    pub replaced: Option<String>,
    /// The configuration that this console saw arriving and not going live, because AWS took the update back.
    pub went_back_from: Option<String>,
    /// The reason why it is not well; may be empty even then.
    pub failure: Option<String>,
    /// The variants that serve.
    pub variants: Vec<Variant>,
    /// A deployment under way.
    pub pending: Option<Pending>,
    /// Alarms that guarded the last deployment; absent until it was described, as no list contains them.
    pub guards: Option<Vec<String>>,
    /// Its tags, read once in its life; absent until they were read.
    pub tags: Option<BTreeMap<String, String>>,
}

/// One production variant.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Variant {
    /// Unique in the endpoint.
    pub name: String,
    /// Relative share of the traffic now.
    pub weight: Option<f32>,
    /// Relative share that is wanted.
    pub desired_weight: Option<f32>,
    /// Instances now.
    pub instances: Option<i32>,
    /// Instances wanted.
    pub desired_instances: Option<i32>,
    /// The most instances that SageMaker's own scaling may run (`ManagedInstanceScaling`).
    #[serde(default)]
    pub most_instances: Option<i32>,
    /// The phases it is in, raw: `Creating`, `ActivatingTraffic`, `Baking`, ….
    pub phases: Vec<String>,
    /// Digest or tag of the image that runs.
    pub image: Option<String>,
    /// Whether it runs without instances.
    pub serverless: bool,
}

/// A deployment under way.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Pending {
    /// The configuration that arrives.
    pub config: String,
    /// The time at which it started.
    pub started: Option<Timestamp>,
}

impl Variant {
    /// Describes how many instances run, are wanted and may run, and its share of the traffic.
    fn in_words(&self) -> String {
        if self.serverless {
            return "serverless".to_owned();
        }
        let count = |n: Option<i32>| n.map_or_else(|| "–".to_owned(), |n| n.to_string());
        let most = self.most_instances.map(|most| format!(", at most {most}")).unwrap_or_default();
        let (now, wanted) = (count(self.instances), count(self.desired_instances));
        format!("{now} instances, {wanted} wanted{most}, weight {}", self.weight.unwrap_or_default())
    }
}

impl Endpoint {
    /// Returns whether nothing is under way.
    #[must_use]
    pub fn steady(&self) -> bool {
        matches!(self.status.as_str(), "InService" | "Failed" | "OutOfService" | "UpdateRollbackFailed")
    }

    /// Sets what only a comparison with the earlier description shows: what went live, and what was taken back.
    fn after(mut self, before: Option<&Self>, at: Timestamp) -> Self {
        if let Some(before) = before {
            let changed = before.config.is_some() && before.config != self.config;
            self.live_since = if changed { Some(at) } else { before.live_since };
            self.replaced = if changed { before.config.clone() } else { before.replaced.clone() };
            self.went_back_from = before.went_back(&self);
        }
        self
    }

    /// Returns whether a list shows that both are the same endpoint in the same state.
    fn same_state(&self, listed: &Self) -> bool {
        (self.created, self.modified, &self.status) == (listed.created, listed.modified, &listed.status)
    }

    /// Returns the configuration that an update wanted, when it ended with the configuration of before.
    fn went_back(&self, now: &Self) -> Option<String> {
        if now.config != self.config || now.pending.is_some() {
            return None;
        }
        let wanted = self.pending.as_ref().map(|p| p.config.clone()).filter(|c| Some(c) != now.config.as_ref());
        wanted.or_else(|| self.went_back_from.clone())
    }

    /// Calls `DescribeEndpoint`, bypassing every table.
    ///
    /// # Errors
    /// Those of the call.
    pub async fn describe(aws: &Aws, name: &str) -> Result<Self, AwsError> {
        let request = aws.sagemaker.describe_endpoint().endpoint_name(name);
        let found = request.send().await.map(from_description).map_err(failed)?;
        // Even if the answer lacks the name, it is about the requested endpoint.
        Ok(if found.name.is_empty() { Self { name: name.to_owned(), ..found } } else { found })
    }
}

impl Endpoint {
    /// Calls `ListTags` for it.
    ///
    /// # Errors
    /// Those of the call.
    pub async fn read_tags(&self, aws: &Aws) -> Result<BTreeMap<String, String>, AwsError> {
        let request = aws.sagemaker.list_tags().resource_arn(&self.arn).max_results(100);
        Ok(pairs(request.send().await.map_err(failed)?.tags.unwrap_or_default()))
    }
}

impl Resource for Endpoint {
    const KIND: Kind = Kind::Endpoints;
    const CADENCE: Cadence = Cadence::Fast;
    const SWEEP: Option<Cadence> = Some(Cadence::Rare);
    const VITAL: bool = true;
    fn id(&self) -> &str {
        &self.name
    }
    fn status(&self) -> Option<&str> {
        Some(&self.status)
    }
    fn arn(&self) -> Option<&str> {
        Some(&self.arn)
    }
    fn console(&self, region: &str) -> Option<String> {
        Some(format!("sagemaker/home?region={region}#/endpoints/{}", self.name))
    }
    fn log(&self) -> Option<LogSource> {
        Some(LogSource::endpoint(&self.name))
    }
    fn properties(&self, all: &mut Properties) {
        all.status("EndpointStatus", &*self.status)
            .text("FailureReason", self.failure.as_deref())
            .text("EndpointConfigName", self.config.as_deref())
            .text("arriving", self.pending.as_ref().map(|pending| pending.config.as_str()));
        for variant in &self.variants {
            all.text(variant.name.clone(), &*variant.in_words())
                .text("  phases", &*variant.phases.join(", "))
                .text("  image", variant.image.as_deref());
        }
        all.derived(Derived::Capacity);
        all.text("rollback alarms", &*self.guards.as_deref().unwrap_or_default().join(", "))
            .time("CreationTime", self.created)
            .time("LastModifiedTime", self.modified);
        for (key, value) in self.tags.iter().flatten() {
            all.text(format!("tag {key}"), &**value);
        }
    }
    fn events(&self, old: Option<&Self>) -> Vec<Event> {
        let health = Health::of_status(&self.status);
        let Some(old) = old else {
            let created = |at| Event::at(at, Health::Running, format!("{} created", self.name));
            return self.created.map(created).into_iter().collect();
        };
        let mut events = Vec::new();
        if old.config.is_some() && old.config != self.config {
            let config = self.config.as_deref().unwrap_or("nothing");
            events.push(Event::observed(health, format!("{} runs {config}", self.name)));
        }
        if old.status != self.status {
            events.push(Event::observed(health, format!("{}: {} → {}", self.name, old.status, self.status)));
        }
        events
    }
    fn due(observed: &Observed, known: &Table<Self>) -> bool {
        observed.focus.endpoints.iter().filter_map(|name| known.get(name)).any(|e| e.guards.is_none())
    }
    async fn read(aws: &Aws, observed: &Observed, turn: Turn<'_, Self>) -> Result<Listing<Self>, AwsError> {
        read::read(aws, observed, turn).await
    }
}

fn pairs(tags: Vec<Tag>) -> BTreeMap<String, String> {
    tags.into_iter().map(|t| (t.key.unwrap_or_default(), t.value.unwrap_or_default())).collect()
}

fn from_summary(s: EndpointSummary) -> (String, Endpoint) {
    let endpoint = Endpoint {
        status: s.endpoint_status.map(|s| s.as_str().to_owned()).unwrap_or_default(),
        created: time(s.creation_time.as_ref()),
        modified: time(s.last_modified_time.as_ref()),
        arn: s.endpoint_arn.unwrap_or_default(),
        name: s.endpoint_name.unwrap_or_default(),
        ..Endpoint::default()
    };
    (endpoint.name.clone(), endpoint)
}

fn from_description(d: DescribeEndpointOutput) -> Endpoint {
    let guards = d.last_deployment_config.as_ref().and_then(|c| c.auto_rollback_configuration());
    Endpoint {
        guards: Some(
            guards.map(|g| g.alarms().iter().filter_map(|a| a.alarm_name.clone()).collect()).unwrap_or_default(),
        ),
        status: d.endpoint_status.map(|s| s.as_str().to_owned()).unwrap_or_default(),
        created: time(d.creation_time.as_ref()),
        modified: time(d.last_modified_time.as_ref()),
        pending: d.pending_deployment_summary.map(|p| Pending {
            config: p.endpoint_config_name.unwrap_or_default(),
            started: time(p.start_time.as_ref()),
        }),
        variants: d.production_variants.unwrap_or_default().into_iter().map(from_variant).collect(),
        arn: d.endpoint_arn.unwrap_or_default(),
        name: d.endpoint_name.unwrap_or_default(),
        config: d.endpoint_config_name,
        live_since: None,
        replaced: None,
        went_back_from: None,
        failure: d.failure_reason.filter(|f| !f.is_empty()),
        tags: None,
    }
}

/// Converts a record of the index. It lacks deployments and the alarms that guarded the last one.
fn from_record(record: SearchRecord) -> Option<Endpoint> {
    let e = record.endpoint?;
    Some(Endpoint {
        status: e.endpoint_status.map(|s| s.as_str().to_owned()).unwrap_or_default(),
        created: time(e.creation_time.as_ref()),
        modified: time(e.last_modified_time.as_ref()),
        variants: e.production_variants.unwrap_or_default().into_iter().map(from_variant).collect(),
        arn: e.endpoint_arn.unwrap_or_default(),
        name: e.endpoint_name?,
        config: e.endpoint_config_name,
        failure: e.failure_reason.filter(|f| !f.is_empty()),
        tags: Some(pairs(e.tags.unwrap_or_default())),
        ..Endpoint::default()
    })
}

fn from_variant(v: aws_sdk_sagemaker::types::ProductionVariantSummary) -> Variant {
    let image = v.deployed_images().first().and_then(|i| i.resolved_image.clone().or(i.specified_image.clone()));
    Variant {
        image,
        serverless: v.current_serverless_config.is_some(),
        phases: v.variant_status().iter().map(|s| s.status.as_ref().map_or("", |s| s.as_str()).to_owned()).collect(),
        name: v.variant_name.unwrap_or_default(),
        weight: v.current_weight,
        desired_weight: v.desired_weight,
        instances: v.current_instance_count,
        desired_instances: v.desired_instance_count,
        most_instances: v.managed_instance_scaling.and_then(|scaling| scaling.max_instance_count),
    }
}
