//! Endpoints: what serves, from which configuration, and whether a deployment is under way.

use std::collections::BTreeMap;

use aws_sdk_sagemaker::operation::describe_endpoint::DescribeEndpointOutput;
use aws_sdk_sagemaker::types::{EndpointSortKey, EndpointSummary, OrderKey, ResourceType, SearchRecord, Tag};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Lane, Listing, Resource, Seen, Table, Turn, time};
use crate::aws::{Aws, AwsError, Described, Kind, Query, describe, failed, in_background, pages};

/// Pages of 100 endpoints.
const PAGES: usize = 100;
/// So many changes are described one by one; more are asked of the index.
const FEW: usize = 5;

/// One endpoint. Details are those of its last `DescribeEndpoint`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Endpoint {
    /// Unique in account and region.
    pub name: String,
    /// ARN.
    pub arn: String,
    /// `InService`, `Updating`, …, raw. `InService` is not success (`aws-map` 0.1).
    pub status: String,
    /// Creation; with the ARN it tells one endpoint from a later one of the same name.
    pub created: Option<Timestamp>,
    /// Moves with deployments and with scaling: a change detector, not a deployment time.
    pub modified: Option<Timestamp>,
    /// Name of the configuration that serves.
    pub config: Option<String>,
    /// When this console saw that configuration go live; absent when it was live before.
    pub live_since: Option<Timestamp>,
    /// The configuration that this console saw arriving and not going live: AWS took the update back.
    pub went_back_from: Option<String>,
    /// Why it is not well; may be empty even then.
    pub failure: Option<String>,
    /// What serves.
    pub variants: Vec<Variant>,
    /// A deployment under way.
    pub pending: Option<Pending>,
    /// Alarms that guarded the last deployment; absent until it was described, as no list tells them.
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
    /// What it is doing, raw: `Creating`, `ActivatingTraffic`, `Baking`, ….
    pub phases: Vec<String>,
    /// Digest or tag of the image that runs.
    pub image: Option<String>,
    /// Runs without instances.
    pub serverless: bool,
}

/// A deployment under way.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Pending {
    /// The configuration that arrives.
    pub config: String,
    /// Since when.
    pub started: Option<Timestamp>,
}

impl Endpoint {
    /// Is nothing under way?
    #[must_use]
    pub fn steady(&self) -> bool {
        matches!(self.status.as_str(), "InService" | "Failed" | "OutOfService" | "UpdateRollbackFailed")
    }

    /// What is only seen by comparing with the description of before: what went live, what was taken back.
    fn after(mut self, before: Option<&Self>, at: Timestamp) -> Self {
        if let Some(before) = before {
            let changed = before.config.is_some() && before.config != self.config;
            self.live_since = if changed { Some(at) } else { before.live_since };
            self.went_back_from = before.went_back(&self);
        }
        self
    }

    /// Does a list say of both that they are the same, and as they were?
    fn same_state(&self, listed: &Self) -> bool {
        (self.created, self.modified, &self.status) == (listed.created, listed.modified, &listed.status)
    }

    /// What an update that was under way wanted, when it ended with the configuration of before.
    fn went_back(&self, now: &Self) -> Option<String> {
        if now.config != self.config || now.pending.is_some() {
            return None;
        }
        let wanted = self.pending.as_ref().map(|p| p.config.clone()).filter(|c| Some(c) != now.config.as_ref());
        wanted.or_else(|| self.went_back_from.clone())
    }

    /// What `DescribeEndpoint` says now, bypassing every table.
    ///
    /// # Errors
    /// Those of the call.
    pub async fn describe(aws: &Aws, name: &str) -> Result<Self, AwsError> {
        let request = aws.sagemaker.describe_endpoint().endpoint_name(name);
        request.send().await.map(from_description).map_err(failed("DescribeEndpoint"))
    }
}

impl Resource for Endpoint {
    const KIND: &'static str = "endpoints";
    const LANE: Lane = Lane::Fast;
    const VITAL: bool = true;
    fn id(&self) -> &str {
        &self.name
    }
    fn news(&self, old: Option<&Self>) -> Option<String> {
        let Some(old) = old else { return Some(format!("{} appears: {}", self.name, self.status)) };
        if old.config.is_some() && old.config != self.config {
            let config = self.config.as_deref().unwrap_or("nothing");
            return Some(format!("{}: {} is live now ({})", self.name, config, self.status));
        }
        (old.status != self.status).then(|| format!("{}: {} → {}", self.name, old.status, self.status))
    }
    fn due(seen: &Seen, known: &Table<Self>) -> bool {
        seen.focus.endpoints.iter().filter_map(|name| known.get(name)).any(|e| e.guards.is_none())
    }
    async fn read(aws: &Aws, seen: &Seen, turn: Turn<'_, Self>) -> Result<Listing<Self>, AwsError> {
        let known = turn.known;
        // Many without details: the index has them a hundred at a time. It may lag, so the list says what is so.
        let first = !known.rows().any(|e| e.config.is_some());
        let (listed, mut indexed) =
            if first { tokio::join!(listed(aws), indexed(aws)) } else { (listed(aws).await, Ok(BTreeMap::new())) };
        let (mut rows, capped) = listed?;
        let changed = |row: &&Self| known.get(&row.name).is_none_or(|k| k.modified != row.modified);
        if !first && rows.values().filter(changed).count() > FEW {
            indexed = self::indexed(aws).await;
        }
        let indexed = indexed?;
        for row in rows.values_mut() {
            let before = known.get(&row.name).filter(|k| k.created == row.created);
            *row = match (before, indexed.get(&row.name).filter(|i| i.same_state(row))) {
                (_, Some(indexed)) => indexed.clone().after(before, seen.at),
                // Until it is described again, the last details stand under the new status.
                (Some(k), None) => Self { status: row.status.clone(), modified: row.modified, ..k.clone() },
                (None, None) => continue,
            };
        }
        let due = due(&rows, &indexed, seen, known);
        let chunk = seen.chunk();
        let waiting = due.iter().filter(|(again, _)| !again).count();
        let due: Vec<String> = due.into_iter().take(chunk).map(|(_, name)| name).collect();
        let Described { found, fault } = describe(due, async |name| Self::describe(aws, &name).await).await;
        let learnt = !found.is_empty();
        for mut endpoint in found {
            // The list's times stay: they are what the next list is compared with.
            let listed = rows.get(&endpoint.name).map(|row| (row.created, row.modified));
            (endpoint.created, endpoint.modified) = listed.unwrap_or((endpoint.created, endpoint.modified));
            endpoint.tags = rows.get(&endpoint.name).and_then(|row| row.tags.clone());
            let before = known.get(&endpoint.name).filter(|k| k.created == endpoint.created);
            rows.insert(endpoint.name.clone(), endpoint.after(before, seen.at));
        }
        let tag_fault = in_background(read_tags(aws, &mut rows)).await;
        let more = waiting > chunk && learnt;
        Ok(Listing::all(rows.into_values().collect()).capped(capped).more(more).fault(fault.or(tag_fault)))
    }
}

async fn listed(aws: &Aws) -> Result<(BTreeMap<String, Endpoint>, bool), AwsError> {
    let (summaries, capped) = pages(PAGES, async |token| {
        let request = aws.sagemaker.list_endpoints().max_results(100).set_next_token(token);
        let request = request.sort_by(EndpointSortKey::CreationTime).sort_order(OrderKey::Descending);
        let page = request.send().await.map_err(failed("ListEndpoints"))?;
        Ok((page.endpoints.unwrap_or_default(), page.next_token))
    })
    .await?;
    Ok((summaries.into_iter().map(from_summary).collect(), capped))
}

async fn indexed(aws: &Aws) -> Result<BTreeMap<String, Endpoint>, AwsError> {
    let found = aws.search(&Query::changed(ResourceType::Endpoint), None, PAGES, |_| false).await?;
    let records = found.map(|(records, _)| records).unwrap_or_default();
    Ok(records.into_iter().filter_map(from_record).map(|e| (e.name.clone(), e)).collect())
}

/// What is described, and whether it is only looked at again: what changed since it last was, what is changing, and
/// what is looked at and was only indexed. What is new comes first, then what was not read for longest.
fn due(
    rows: &BTreeMap<String, Endpoint>,
    indexed: &BTreeMap<String, Endpoint>,
    seen: &Seen,
    known: &Table<Endpoint>,
) -> Vec<(bool, String)> {
    let mut due = Vec::new();
    for row in rows.values() {
        let unchanged =
            [known.get(&row.name), indexed.get(&row.name)].into_iter().flatten().any(|told| told.same_state(row));
        let told = row.config.is_some() && unchanged;
        let wanted = row.guards.is_none() && (seen.thorough || seen.focus.endpoints.contains(&row.name));
        if !told || wanted || !row.steady() {
            due.push((told && !wanted, known.read_at(&row.name), row.name.clone()));
        }
    }
    due.sort();
    due.into_iter().map(|(again, _, name)| (again, name)).collect()
}

/// Tags are read once in an endpoint's life; stage and project are in them (`aws-map` edge 28).
async fn read_tags(aws: &Aws, rows: &mut BTreeMap<String, Endpoint>) -> Option<AwsError> {
    let untagged: Vec<(String, String)> =
        rows.values().filter(|r| r.tags.is_none()).map(|r| (r.name.clone(), r.arn.clone())).collect();
    let described = describe(untagged, async |(name, arn)| {
        let page =
            aws.sagemaker.list_tags().resource_arn(arn).max_results(100).send().await.map_err(failed("ListTags"))?;
        Ok((name, pairs(page.tags.unwrap_or_default())))
    })
    .await;
    for (name, tags) in described.found {
        if let Some(row) = rows.get_mut(&name) {
            row.tags = Some(tags);
        }
    }
    if described.fault.as_ref().is_some_and(|f| matches!(f.kind, Kind::Denied | Kind::Unsupported)) {
        // It would be refused at every poll: without tags is how it is.
        for row in rows.values_mut() {
            row.tags.get_or_insert_default();
        }
    }
    described.fault
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
        went_back_from: None,
        failure: d.failure_reason.filter(|f| !f.is_empty()),
        tags: None,
    }
}

/// What the index knows: all but deployments, and the alarms that guarded the last one.
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
    }
}
