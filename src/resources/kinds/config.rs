//! Endpoint configurations: the models that an endpoint runs. They are immutable, so each is described once.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_sagemaker::operation::describe_endpoint_config::DescribeEndpointConfigOutput;
use aws_sdk_sagemaker::types::{EndpointConfigSortKey, OrderKey, ProductionVariant};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::aws::{Aws, AwsError, Described, ErrorKind, describe, failed, in_background, pages};
use crate::resources::endpoint::Endpoint;
use crate::resources::{
    AwsCommand, Cadence, Kind, Listing, Observed, Properties, Resource, Table, Turn, asked_lately, console, settled,
    time,
};

/// Returns whether the name of a configuration is that of the endpoint, or the endpoint's with something after it.
#[must_use]
pub fn belongs(config: &str, endpoint: &str) -> bool {
    config.strip_prefix(endpoint).is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '_', '.']))
}

/// Pages of 100 configurations in a thorough look.
const PAGES: usize = 20;

/// One endpoint configuration.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct EndpointConfig {
    /// Unique in account and region; can be deleted and made again.
    pub name: String,
    /// ARN.
    pub arn: String,
    /// Creation.
    pub created: Option<Timestamp>,
    /// Production variants; absent until it was described.
    pub variants: Option<Vec<ConfigVariant>>,
    /// Shadow variants: they get a copy of the traffic and answer nobody.
    #[serde(default)]
    pub shadows: Vec<ConfigVariant>,
    /// Key that encrypts its volumes.
    pub kms_key: Option<String>,
    /// Role of an endpoint of inference components.
    #[serde(default)]
    pub role: Option<String>,
    /// Subnets of an endpoint of inference components; those of other endpoints are in their models.
    #[serde(default)]
    pub subnets: Vec<String>,
    /// Whether it records requests.
    pub data_capture: bool,
    /// Whether it serves asynchronously.
    pub asynchronous: bool,
    /// Whether an endpoint names it although AWS no longer knows it.
    #[serde(default)]
    pub deleted: bool,
}

/// One variant as configured.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ConfigVariant {
    /// Unique in the configuration.
    pub name: String,
    /// Absent for endpoints of inference components.
    pub model: Option<String>,
    /// Instances at the start; an update without `RetainAllVariantProperties` goes back to it.
    pub instances: Option<i32>,
    /// For example `ml.c6i.xlarge`.
    pub instance_type: Option<String>,
    /// Whether it runs without instances.
    pub serverless: bool,
    /// Share of the traffic at the start, relative to the other variants.
    #[serde(default)]
    #[serde(serialize_with = "crate::resources::convert::digits")]
    pub weight: Option<f32>,
    /// Memory of a serverless variant, in MB.
    #[serde(default)]
    pub memory: Option<i32>,
    /// Requests that a serverless variant takes at once.
    #[serde(default)]
    pub concurrency: Option<i32>,
}

impl EndpointConfig {
    /// Returns whether its name is that of the endpoint, or the endpoint's with something after it.
    #[must_use]
    pub fn belongs_to(&self, endpoint: &str) -> bool {
        belongs(&self.name, endpoint)
    }

    /// Returns the names of the models that take traffic.
    pub fn models(&self) -> impl Iterator<Item = &str> {
        self.variants.iter().flatten().filter_map(|v| v.model.as_deref())
    }

    /// Calls `DescribeEndpointConfig`.
    ///
    /// # Errors
    /// Those of the call; `Gone` when it was deleted.
    pub async fn describe(aws: &Aws, name: &str) -> Result<Self, AwsError> {
        let request = aws.sagemaker.describe_endpoint_config().endpoint_config_name(name);
        request.send().await.map(from_description).map_err(failed)
    }
}

impl Resource for EndpointConfig {
    const KIND: Kind = Kind::Configs;
    const AFTER: &[Kind] = &[Kind::Endpoints];
    const MISSING: &'static str = "deleted, or not read yet";
    const CADENCE: Cadence = Cadence::Slow;
    // Only configurations that endpoints name are read, so one that is missing is not gone.
    const WINDOWED: bool = true;
    fn id(&self) -> &str {
        &self.name
    }
    fn arn(&self) -> Option<&str> {
        Some(&self.arn)
    }
    fn console(&self, region: &str) -> Option<String> {
        Some(console::sagemaker(region, "endpointConfig", &self.name))
    }
    fn command(&self) -> Option<AwsCommand> {
        Some(AwsCommand::sagemaker("describe-endpoint-config", "endpoint-config-name", &self.name))
    }
    fn properties(&self, all: &mut Properties) {
        all.time("CreationTime", self.created);
        for variant in self.variants.iter().flatten() {
            let count = variant.instances.map(|n| format!("{n} × ")).unwrap_or_default();
            let (on, model) = (variant.instance_type.as_deref(), variant.model.as_deref());
            let text = format!("{count}{}, model {}", on.unwrap_or("serverless"), model.unwrap_or("–"));
            all.text(variant.name.clone(), &*text);
        }
        let shadows: Vec<&str> = self.shadows.iter().filter_map(|variant| variant.model.as_deref()).collect();
        all.text("shadow", &*shadows.join(", "))
            .text("data capture", if self.data_capture { "on" } else { "off" })
            .text("KmsKeyId", self.kms_key.as_deref());
    }
    fn due(observed: &Observed, known: &Table<Self>) -> bool {
        known.answered() && (!needed(observed, known).is_empty() || unread(observed, known).next().is_some())
    }
    async fn read(aws: &Aws, observed: &Observed, turn: Turn<'_, Self>) -> Result<Listing<Self>, AwsError> {
        if observed.one_shot {
            return everything(aws).await;
        }
        observed.store.endpoints.known()?;
        let mut due = needed(observed, turn.known);
        // If nothing else is to be read, one of those that serve is read again, as they can be deleted.
        if due.is_empty() {
            due.extend(one_a_minute(observed));
        }
        let more = due.len() > CHUNK;
        due.truncate(CHUNK);
        let replaced = in_background(replaced(aws, observed, turn.known)).await;
        let (first, rest): (Vec<String>, Vec<String>) = due.iter().cloned().partition(|c| looked_at(observed, c));
        let first = read(aws, first).await;
        let rest = in_background(read(aws, rest)).await;
        let rows = first.found.into_iter().chain(rest.found).chain(replaced.found).collect();
        let fault = first.fault.or(rest.fault);
        let asked = settled(due, fault.as_ref()).into_iter().chain(replaced.asked).collect();
        Ok(Listing::part(rows).asked(asked).more(more || replaced.more).fault(fault))
    }
}

/// Seconds for which the configuration that a deployment replaced is of interest.
const LATELY: i64 = 24 * 3600;
/// Endpoints whose replaced configuration one turn looks for. Each costs two calls, once after each deployment.
const LOOKS: usize = 3;

/// Configurations that served before the present ones.
#[derive(Default)]
struct Replaced {
    found: Vec<EndpointConfig>,
    /// ARNs of the configurations whose predecessors were looked for.
    asked: Vec<String>,
    more: bool,
}

/// Reads the configurations that the deployments of the last day replaced, as only these show what changed. A
/// configuration that cannot be read is left out.
async fn replaced(aws: &Aws, observed: &Observed, known: &Table<EndpointConfig>) -> Replaced {
    let mut replaced = Replaced::default();
    for (endpoint, config) in unread(observed, known) {
        if replaced.asked.len() >= LOOKS {
            replaced.more = true;
            break;
        }
        replaced.asked.push(config.arn.clone());
        let before = match &endpoint.replaced {
            Some(name) => Some(name.clone()),
            None => predecessor(aws, endpoint, config).await,
        };
        if let Some(name) = before.filter(|name| known.get(name).is_none()) {
            replaced.found.extend(EndpointConfig::describe(aws, &name).await);
        }
    }
    replaced
}

/// Returns endpoints with configurations of the last day whose predecessors were not looked for.
fn unread<'a>(
    observed: &'a Observed,
    known: &'a Table<EndpointConfig>,
) -> impl Iterator<Item = (&'a Endpoint, &'a EndpointConfig)> {
    let lately = |at: Option<Timestamp>| at.is_some_and(|at| observed.at.as_second() - at.as_second() < LATELY);
    let deployed = observed.store.endpoints.rows().filter_map(|e| Some((e, known.get(e.config.as_deref()?)?)));
    deployed.filter(move |(endpoint, config)| {
        let is_known = endpoint.replaced.as_ref().is_some_and(|name| known.get(name).is_some());
        lately(config.created) && !config.arn.is_empty() && !is_known && known.asked_at(&config.arn).is_none()
    })
}

/// Returns the name of the configuration that was made for an endpoint before this one.
async fn predecessor(aws: &Aws, endpoint: &Endpoint, config: &EndpointConfig) -> Option<String> {
    let request = aws.sagemaker.list_endpoint_configs().name_contains(&endpoint.name).max_results(10);
    let request = request.sort_by(EndpointConfigSortKey::CreationTime).sort_order(OrderKey::Descending);
    let request = request.creation_time_before(aws_smithy_types::DateTime::from_secs(config.created?.as_second()));
    let page = request.send().await.ok()?;
    let older = |c: &aws_sdk_sagemaker::types::EndpointConfigSummary| time(c.creation_time.as_ref()) < config.created;
    let mut older = page.endpoint_configs.unwrap_or_default().into_iter().filter(older);
    older.find_map(|c| c.endpoint_config_name.filter(|name| belongs(name, &endpoint.name)))
}

/// The most descriptions a turn, so that a newly focused endpoint does not wait for all of them.
const CHUNK: usize = 10;

/// Describes configurations. One that is gone gives a row that says so.
async fn read(aws: &Aws, names: Vec<String>) -> Described<EndpointConfig> {
    describe(names, async |name: String| match EndpointConfig::describe(aws, &name).await {
        Err(error) if error.kind == ErrorKind::Gone => {
            Ok(EndpointConfig { name, variants: Some(Vec::new()), deleted: true, ..EndpointConfig::default() })
        }
        answer => answer,
    })
    .await
}

fn named_configs(observed: &Observed) -> impl Iterator<Item = &str> {
    let endpoints = observed.store.endpoints.rows();
    endpoints.flat_map(|e| e.config.iter().chain(e.pending.as_ref().map(|p| &p.config))).map(String::as_str)
}

/// Returns the configurations that endpoints name and that are not known. Those that are looked at come first.
fn needed(observed: &Observed, known: &Table<EndpointConfig>) -> Vec<String> {
    let once: BTreeSet<&str> = named_configs(observed).collect();
    let lacks = |name: &&str| known.get(name).is_none() && !asked_lately(known, name, observed.at);
    let mut needed: Vec<String> = once.into_iter().filter(lacks).map(str::to_owned).collect();
    needed.sort_by_cached_key(|name| !looked_at(observed, name));
    needed
}

fn looked_at(observed: &Observed, config: &str) -> bool {
    let names =
        |e: &Endpoint| e.config.as_deref() == Some(config) || e.pending.as_ref().is_some_and(|p| p.config == config);
    observed.focus.endpoints.iter().filter_map(|e| observed.store.endpoints.get(e)).any(names)
}

/// Returns the configuration whose turn it is in this minute, of all that serve. The cost is constant, however many
/// there are.
fn one_a_minute(observed: &Observed) -> Option<String> {
    let all: Vec<&str> = named_configs(observed).collect();
    let minute = usize::try_from(observed.at.as_second() / 60).unwrap_or(0);
    all.get(minute.checked_rem(all.len())?).map(|name| (*name).to_owned())
}

/// Reads all configurations, for a single look.
async fn everything(aws: &Aws) -> Result<Listing<EndpointConfig>, AwsError> {
    let (summaries, capped) = pages(PAGES, async |token| {
        let request = aws.sagemaker.list_endpoint_configs().max_results(100).set_next_token(token);
        let request = request.sort_by(EndpointConfigSortKey::CreationTime).sort_order(OrderKey::Descending);
        let page = request.send().await.map_err(failed)?;
        Ok((page.endpoint_configs.unwrap_or_default(), page.next_token))
    })
    .await?;
    let row = |s: aws_sdk_sagemaker::types::EndpointConfigSummary| EndpointConfig {
        created: time(s.creation_time.as_ref()),
        name: s.endpoint_config_name.unwrap_or_default(),
        arn: s.endpoint_config_arn.unwrap_or_default(),
        ..EndpointConfig::default()
    };
    let mut rows: BTreeMap<String, EndpointConfig> =
        summaries.into_iter().map(row).map(|c| (c.name.clone(), c)).collect();
    let described =
        describe(rows.keys().cloned().collect(), async |name: String| EndpointConfig::describe(aws, &name).await).await;
    for config in described.found {
        // The time of the list is kept, because the next list is compared with it.
        let created = rows.get(&config.name).and_then(|row| row.created).or(config.created);
        rows.insert(config.name.clone(), EndpointConfig { created, ..config });
    }
    Ok(Listing::all(rows.into_values().collect()).capped(capped).fault(described.fault))
}

fn from_description(d: DescribeEndpointConfigOutput) -> EndpointConfig {
    EndpointConfig {
        variants: Some(d.production_variants.unwrap_or_default().into_iter().map(from_variant).collect()),
        shadows: d.shadow_production_variants.unwrap_or_default().into_iter().map(from_variant).collect(),
        data_capture: d.data_capture_config.is_some_and(|c| c.enable_capture == Some(true)),
        asynchronous: d.async_inference_config.is_some(),
        created: time(d.creation_time.as_ref()),
        name: d.endpoint_config_name.unwrap_or_default(),
        arn: d.endpoint_config_arn.unwrap_or_default(),
        kms_key: d.kms_key_id,
        role: d.execution_role_arn,
        subnets: d.vpc_config.and_then(|v| v.subnets).unwrap_or_default(),
        deleted: false,
    }
}

fn from_variant(v: ProductionVariant) -> ConfigVariant {
    ConfigVariant {
        serverless: v.serverless_config.is_some(),
        memory: v.serverless_config.as_ref().and_then(|s| s.memory_size_in_mb),
        concurrency: v.serverless_config.as_ref().and_then(|s| s.max_concurrency),
        name: v.variant_name.unwrap_or_default(),
        model: v.model_name.filter(|model| !model.is_empty()),
        instances: v.initial_instance_count,
        instance_type: v.instance_type.map(|t| t.as_str().to_owned()),
        weight: v.initial_variant_weight,
    }
}
