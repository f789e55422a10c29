//! Endpoints: their state, the configuration that serves, and whether a deployment is under way.

mod mode;
mod read;
mod rollout;
mod settings;
mod stage;
mod variant;

use std::collections::BTreeMap;

use aws_sdk_sagemaker::operation::describe_endpoint::DescribeEndpointOutput;
use aws_sdk_sagemaker::types::{EndpointSummary, SearchRecord, Tag};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use mode::Mode;
pub use rollout::{Pending, Rollout};
pub use settings::{Asynchronous, DataCapture};
pub use stage::{is_production, split_any_stage, split_stage};
pub use variant::{ServerlessLimits, Variant, shares};

use crate::aws::{Aws, AwsError, failed};
use crate::health::Health;
use crate::resources::{
    AwsCommand, Cadence, Derived, Event, Kind, Listing, LogSource, Observed, Properties, Resource, Table, Turn,
    console, time,
};

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
    /// Variants that get a copy of the traffic and answer nobody.
    #[serde(default)]
    pub shadows: Vec<Variant>,
    /// A deployment under way.
    pub pending: Option<Pending>,
    /// Alarms that guarded the last deployment; absent until it was described, as no list contains them.
    pub guards: Option<Vec<String>>,
    /// How the last deployment moved the traffic; absent where AWS's default did, or until it was described.
    #[serde(default)]
    pub rollout: Option<Rollout>,
    /// What it records of its requests.
    #[serde(default)]
    pub capture: Option<DataCapture>,
    /// Where it leaves the answers of asynchronous requests; absent until it was described.
    #[serde(default)]
    pub asynchronous: Option<Asynchronous>,
    /// Its tags, read once in its life; absent until they were read.
    pub tags: Option<BTreeMap<String, String>>,
}

impl Endpoint {
    /// Returns whether nothing is under way.
    #[must_use]
    pub fn steady(&self) -> bool {
        matches!(self.status.as_str(), "InService" | "Failed" | "OutOfService" | "UpdateRollbackFailed")
    }

    /// Returns the configuration that arrives with a deployment. A change of weights or of instances has none.
    #[must_use]
    pub fn arriving(&self) -> Option<&str> {
        let pending = self.pending.as_ref().map(|pending| pending.config.as_str());
        pending.filter(|config| self.config.as_deref() != Some(*config))
    }

    /// Did AWS roll the last update back? An endpoint in service has a reason for failure only after that.
    #[must_use]
    pub fn was_rolled_back(&self) -> bool {
        self.status == "InService" && (self.failure.is_some() || self.went_back_from.is_some())
    }
    /// Returns the phase of the change under way, raw: that of the fleet that arrives, or of the one that serves.
    #[must_use]
    pub fn phase(&self) -> Option<&str> {
        let arriving = self.pending.as_ref().and_then(Pending::phase).map(|(phase, _)| phase);
        arriving.or_else(|| self.variants.iter().flat_map(|v| &v.phases).next().map(String::as_str))
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
        Some(console::sagemaker(region, "endpoints", &self.name))
    }
    fn command(&self) -> Option<AwsCommand> {
        Some(AwsCommand::sagemaker("describe-endpoint", "endpoint-name", &self.name))
    }
    fn log(&self) -> Option<LogSource> {
        Some(LogSource::endpoint(&self.name))
    }
    fn properties(&self, all: &mut Properties) {
        all.status("EndpointStatus", &*self.status)
            .text("FailureReason", self.failure.as_deref())
            .text("EndpointConfigName", self.config.as_deref());
        all.derived(Derived::Serving);
        all.derived(Derived::Capacity);
        if let Some(asynchronous) = &self.asynchronous {
            all.text("S3OutputPath", asynchronous.output.as_deref())
                .text("S3FailurePath", asynchronous.failures.as_deref());
        }
        all.text("DataCaptureConfig", self.capture.as_ref().map(DataCapture::in_words).as_deref())
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
        pending: d.pending_deployment_summary.map(Pending::from),
        rollout: d.last_deployment_config.as_ref().and_then(Rollout::of),
        capture: d.data_capture_config.map(DataCapture::from),
        asynchronous: d.async_inference_config.map(Asynchronous::from),
        shadows: d.shadow_production_variants.unwrap_or_default().into_iter().map(Variant::from).collect(),
        variants: d.production_variants.unwrap_or_default().into_iter().map(Variant::from).collect(),
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
        variants: e.production_variants.unwrap_or_default().into_iter().map(Variant::from).collect(),
        shadows: e.shadow_production_variants.unwrap_or_default().into_iter().map(Variant::from).collect(),
        capture: e.data_capture_config.map(DataCapture::from),
        arn: e.endpoint_arn.unwrap_or_default(),
        name: e.endpoint_name?,
        config: e.endpoint_config_name,
        failure: e.failure_reason.filter(|f| !f.is_empty()),
        tags: Some(pairs(e.tags.unwrap_or_default())),
        ..Endpoint::default()
    })
}
