//! `SageMaker` models: the link from a configuration to a registered version. They are immutable, so each is described
//! once.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_sagemaker::operation::describe_model::DescribeModelOutput;
use aws_sdk_sagemaker::types::{
    ContainerMode, ModelDashboardModel, ModelDataSource, ModelSortKey, OrderKey, ResourceType, S3ModelDataType,
    SearchRecord,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::aws::{Aws, AwsError, Query, describe, failed, in_background, pages};
use crate::resources::inference_component::InferenceComponent;
use crate::resources::{
    AwsCommand, Cadence, Cursor, Kind, Listing, Observed, Properties, Resource, Table, Turn, asked_lately, console,
    settled, time,
};

/// Pages of 100 models in a thorough look.
const PAGES: usize = 20;
/// Pages of the index that one turn reads at the start, the newest models first.
const FIRST: usize = 4;
/// The most pages that are read at the start. Older models that serve are described one by one.
const ENOUGH: usize = 120;

/// Pages of the index that are looked through for the models of a version.
const LOOKED_THROUGH: usize = 10;
/// The most models that no longer serve and that one turn describes.
const PAST: usize = 5;

/// One model.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Model {
    /// Unique in account and region; can be deleted and made again.
    pub name: String,
    /// ARN.
    pub arn: String,
    /// Creation.
    pub created: Option<Timestamp>,
    /// Its containers, the primary one first; absent until it was described.
    pub containers: Option<Vec<Container>>,
    /// Role that it runs with.
    pub role: Option<String>,
    /// Subnets that it runs in; none outside a VPC.
    #[serde(default)]
    pub subnets: Vec<String>,
    /// Security groups of its network interfaces.
    #[serde(default)]
    pub security_groups: Vec<String>,
    /// Whether its containers reach no network.
    #[serde(default)]
    pub isolated: bool,
    /// Endpoints that ran it when the index was read. They show which version serves before any configuration is read.
    pub endpoints: Vec<String>,
}

/// One container of a model.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Container {
    /// Name or ARN of the registered version it was made from; absent for image + data.
    pub package: Option<String>,
    /// Image.
    pub image: Option<String>,
    /// The place of its artifact: an object, or a prefix, which ends with `/`.
    pub data: Option<String>,
    /// Whether it serves many models (`Mode` `MultiModel`): the objects under `data`.
    #[serde(default)]
    pub multi_model: bool,
}

impl Model {
    /// Returns the registered versions it was made from.
    pub fn packages(&self) -> impl Iterator<Item = &str> {
        self.containers.iter().flatten().filter_map(|c| c.package.as_deref())
    }

    /// Returns the models that were made from a version and are on endpoints, as far as the index goes back, and
    /// whether these are all. Returns `None` where this account has no index.
    ///
    /// # Errors
    /// Those of the call.
    pub async fn made_from(aws: &Aws, package: &str) -> Result<Option<(Vec<Self>, bool)>, AwsError> {
        let found = aws.search(&Query::made(ResourceType::Model), None, LOOKED_THROUGH, |_| false).await?;
        let models = |records: Vec<SearchRecord>| {
            let all = records.into_iter().filter_map(from_record).filter(|m| !m.endpoints.is_empty());
            all.filter(|m| m.packages().any(|arn| arn.eq_ignore_ascii_case(package))).collect()
        };
        Ok(found.map(|(records, next)| (models(records), next.is_none())))
    }

    /// Calls `DescribeModel`.
    ///
    /// # Errors
    /// Those of the call; `Gone` when it was deleted.
    pub async fn describe(aws: &Aws, name: &str) -> Result<Self, AwsError> {
        let request = aws.sagemaker.describe_model().model_name(name);
        request.send().await.map(Self::from).map_err(failed)
    }
}

impl Resource for Model {
    const KIND: Kind = Kind::Models;
    const CADENCE: Cadence = Cadence::Rare;
    const AFTER: &[Kind] = &[Kind::Endpoints];
    // Only models that serve are read, so one that is missing is not gone.
    const WINDOWED: bool = true;
    fn id(&self) -> &str {
        &self.name
    }
    fn arn(&self) -> Option<&str> {
        Some(&self.arn)
    }
    fn console(&self, region: &str) -> Option<String> {
        Some(console::sagemaker(region, "models", &self.name))
    }
    fn command(&self) -> Option<AwsCommand> {
        Some(AwsCommand::sagemaker("describe-model", "model-name", &self.name))
    }
    fn properties(&self, all: &mut Properties) {
        all.time("CreationTime", self.created);
        for container in self.containers.iter().flatten() {
            all.text("ModelPackageName", container.package.as_deref())
                .text("Image", container.image.as_deref())
                .text("ModelDataUrl", container.data.as_deref());
        }
        all.text("ExecutionRoleArn", self.role.as_deref())
            .text("Subnets", &*self.subnets.join(", "))
            .text("SecurityGroupIds", &*self.security_groups.join(", "));
    }
    fn due(observed: &Observed, known: &Table<Self>) -> bool {
        known.answered() && !(needed(observed, known).is_empty() && past(observed, known).is_empty())
    }
    async fn read(aws: &Aws, observed: &Observed, turn: Turn<'_, Self>) -> Result<Listing<Self>, AwsError> {
        if observed.one_shot { everything(aws).await } else { serving(aws, observed, turn).await }
    }
}

/// Reads all models, for a single look.
async fn everything(aws: &Aws) -> Result<Listing<Model>, AwsError> {
    let query = Query::made(ResourceType::Model);
    let (listed, found) = tokio::join!(list_all(aws), aws.search(&query, None, PAGES, |_| false));
    let (mut rows, capped) = listed?;
    for model in found?.map(|(records, _)| records).into_iter().flatten().filter_map(from_record) {
        if let Some(row) = rows.get_mut(&model.name).filter(|row| row.created == model.created) {
            *row = model;
        }
    }
    let due = rows.values().filter(|r| r.containers.is_none()).map(|r| r.name.clone()).collect();
    let described = describe(due, async |name: String| Model::describe(aws, &name).await).await;
    for model in described.found {
        // The time of the list is kept, because the next list is compared with it.
        let created = rows.get(&model.name).and_then(|row| row.created).or(model.created);
        rows.insert(model.name.clone(), Model { created, ..model });
    }
    Ok(Listing::all(rows.into_values().collect()).capped(capped).fault(described.fault))
}

/// Reads the index at the start, newest first, until every endpoint has shown what it runs. Later it reads what is
/// needed.
async fn serving(aws: &Aws, observed: &Observed, turn: Turn<'_, Model>) -> Result<Listing<Model>, AwsError> {
    let known = turn.known;
    let mut rows = Vec::new();
    let mut cursor = None;
    if known.cursor().is_some() || known.is_empty() {
        let mut waiting: BTreeSet<&str> = observed.store.endpoints.rows().map(|e| e.name.as_str()).collect();
        for name in known.rows().flat_map(|m| &m.endpoints) {
            waiting.remove(name.as_str());
        }
        let found = aws
            .search(&Query::made(ResourceType::Model), known.token(), FIRST, |page| {
                for endpoint in page.iter().filter_map(|r| r.model.as_ref()).flat_map(ModelDashboardModel::endpoints) {
                    waiting.remove(endpoint.endpoint_name().unwrap_or_default());
                }
                waiting.is_empty()
            })
            .await?;
        let (records, next) = found.unwrap_or_default();
        // Models that are on no endpoint are left out.
        rows.extend(records.into_iter().filter_map(from_record).filter(|m| !m.endpoints.is_empty()));
        cursor = Cursor::after(known.cursor(), FIRST, ENOUGH, next).filter(|_| !waiting.is_empty());
    }
    let mut due = needed(observed, known);
    due.retain(|name| !rows.iter().any(|m: &Model| m.name == *name));
    let more = due.len() > observed.chunk() || cursor.is_some();
    due.truncate(observed.chunk());
    let described = describe(due.clone(), async |name: String| Model::describe(aws, &name).await).await;
    rows.extend(described.found);
    let mut asked = settled(due, described.fault.as_ref());
    if !more && described.fault.is_none() {
        let past = past(observed, known);
        rows.extend(
            in_background(describe(past.clone(), async |name: String| Model::describe(aws, &name).await)).await.found,
        );
        asked.extend(past);
    }
    Ok(Listing::part(rows).asked(asked).more(more).cursor(cursor).fault(described.fault))
}

/// Returns the models that a configuration of an endpoint or a component runs and that were not described yet.
fn needed(observed: &Observed, known: &Table<Model>) -> Vec<String> {
    let store = &observed.store;
    let configs = store.endpoints.rows().flat_map(|e| e.config.iter().chain(e.pending.as_ref().map(|p| &p.config)));
    let models =
        configs.filter_map(|c| store.configs.get(c)).flat_map(crate::resources::config::EndpointConfig::models);
    let components = store.inference_components.rows().flat_map(InferenceComponent::models);
    let once: BTreeSet<&str> = models.chain(components).collect();
    let lacks =
        |name: &&str| known.get(name).is_none_or(|k| k.containers.is_none()) && !asked_lately(known, name, observed.at);
    once.into_iter().filter(lacks).map(str::to_owned).collect()
}

/// Returns the models of configurations that no longer serve. Each is described once only, as it may be gone.
fn past(observed: &Observed, known: &Table<Model>) -> Vec<String> {
    let models = observed.store.configs.rows().flat_map(crate::resources::config::EndpointConfig::models);
    let once: BTreeSet<&str> = models.collect();
    let lacks = |name: &&str| known.get(name).is_none_or(|k| k.containers.is_none()) && known.asked_at(name).is_none();
    once.into_iter().filter(lacks).take(PAST).map(str::to_owned).collect()
}

async fn list_all(aws: &Aws) -> Result<(BTreeMap<String, Model>, bool), AwsError> {
    let (summaries, capped) = pages(PAGES, async |token| {
        let request = aws.sagemaker.list_models().max_results(100).set_next_token(token);
        let request = request.sort_by(ModelSortKey::CreationTime).sort_order(OrderKey::Descending);
        let page = request.send().await.map_err(failed)?;
        Ok((page.models.unwrap_or_default(), page.next_token))
    })
    .await?;
    let row = |s: aws_sdk_sagemaker::types::ModelSummary| Model {
        created: time(s.creation_time.as_ref()),
        name: s.model_name.unwrap_or_default(),
        arn: s.model_arn.unwrap_or_default(),
        ..Model::default()
    };
    Ok((summaries.into_iter().map(row).map(|m| (m.name.clone(), m)).collect(), capped))
}

/// The index and the description have the same fields, in two types.
macro_rules! model {
    ($d:expr, $endpoints:expr) => {{
        let d = $d;
        let containers = d.primary_container.into_iter().chain(d.containers.unwrap_or_default());
        let containers = containers.map(|c| {
            let multi_model = c.mode == Some(ContainerMode::MultiModel);
            let data = artifact(c.model_data_url.as_deref(), c.model_data_source.as_ref());
            Container {
                data: if multi_model { data.map(prefix) } else { data },
                package: c.model_package_name,
                image: c.image,
                multi_model,
            }
        });
        Model {
            containers: Some(containers.collect()),
            created: time(d.creation_time.as_ref()),
            name: d.model_name.unwrap_or_default(),
            arn: d.model_arn.unwrap_or_default(),
            role: d.execution_role_arn,
            subnets: d.vpc_config.as_ref().and_then(|v| v.subnets.clone()).unwrap_or_default(),
            security_groups: d.vpc_config.and_then(|v| v.security_group_ids).unwrap_or_default(),
            isolated: d.enable_network_isolation.unwrap_or_default(),
            endpoints: $endpoints,
        }
    }};
}

/// Returns the place of model data: an object, or a prefix. A prefix ends with `/` even where the URI does not.
///
/// See <https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_S3ModelDataSource.html>.
pub(super) fn artifact(url: Option<&str>, source: Option<&ModelDataSource>) -> Option<String> {
    if let Some(url) = url.filter(|url| !url.is_empty()) {
        return Some(url.to_owned());
    }
    let source = source?.s3_data_source()?;
    let uri = source.s3_uri.clone()?;
    Some(if source.s3_data_type == Some(S3ModelDataType::S3Prefix) { prefix(uri) } else { uri })
}

fn prefix(uri: String) -> String {
    if uri.ends_with('/') { uri } else { uri + "/" }
}

impl From<DescribeModelOutput> for Model {
    fn from(d: DescribeModelOutput) -> Self {
        model!(d, Vec::new())
    }
}

fn from_record(record: SearchRecord) -> Option<Model> {
    let dashboard = record.model?;
    let endpoints = dashboard.endpoints.unwrap_or_default().into_iter().filter_map(|e| e.endpoint_name);
    Some(model!(dashboard.model?, endpoints.collect()))
}
