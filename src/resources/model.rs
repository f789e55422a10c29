//! `SageMaker` models: the link from a configuration to a registered version. Immutable, described once.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_sagemaker::operation::describe_model::DescribeModelOutput;
use aws_sdk_sagemaker::types::{ModelSortKey, OrderKey};
use jiff::Timestamp;
use serde::Serialize;

use super::{Listing, Resource, Seen, time};
use crate::aws::{Aws, AwsError, describe, failed, pages};

/// Pages of 100 models.
const PAGES: usize = 20;

/// One model.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
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
}

/// One container of a model.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Container {
    /// Name or ARN of the registered version it was made from; absent for image + data.
    pub package: Option<String>,
    /// Image.
    pub image: Option<String>,
    /// Where its artifact is.
    pub data: Option<String>,
}

impl Model {
    /// The registered versions it was made from.
    pub fn packages(&self) -> impl Iterator<Item = &str> {
        self.containers.iter().flatten().filter_map(|c| c.package.as_deref())
    }

    /// What `DescribeModel` says now.
    ///
    /// # Errors
    /// Those of the call; `Gone` when it was deleted.
    pub async fn describe(aws: &Aws, name: &str) -> Result<Self, AwsError> {
        let request = aws.sagemaker.describe_model().model_name(name);
        request.send().await.map(from_description).map_err(failed("DescribeModel"))
    }
}

impl Resource for Model {
    const KIND: &'static str = "models";
    const EVERY: Duration = Duration::from_mins(1);
    fn id(&self) -> &str {
        &self.name
    }
    async fn list(aws: &Aws, seen: &Seen) -> Result<Listing<Self>, AwsError> {
        let (summaries, capped) = pages(PAGES, async |token| {
            let request = aws.sagemaker.list_models().max_results(100).set_next_token(token);
            let request = request.sort_by(ModelSortKey::CreationTime).sort_order(OrderKey::Descending);
            let page = request.send().await.map_err(failed("ListModels"))?;
            Ok((page.models.unwrap_or_default(), page.next_token))
        })
        .await?;
        let mut rows = BTreeMap::new();
        let mut due = Vec::new();
        for s in summaries {
            let (name, created) = (s.model_name.unwrap_or_default(), time(s.creation_time.as_ref()));
            let known = seen.store.models.get(&name).filter(|k| k.created == created && k.containers.is_some());
            let row = known.cloned().unwrap_or_else(|| {
                due.push(name.clone());
                Self { name: name.clone(), arn: s.model_arn.unwrap_or_default(), created, ..Self::default() }
            });
            rows.insert(name, row);
        }
        // What serves may be older than everything the list was read to.
        for name in live(seen) {
            if capped && !rows.contains_key(name) {
                match seen.store.models.get(name).filter(|k| k.containers.is_some()) {
                    Some(known) => drop(rows.insert(name.to_owned(), known.clone())),
                    None => due.push(name.to_owned()),
                }
            }
        }
        live_first(&mut due, seen);
        let waiting = due.len();
        due.truncate(seen.chunk());
        let asked = due.len();
        let described = describe(due, async |name| Self::describe(aws, &name).await).await;
        let learnt = !described.found.is_empty();
        for model in described.found {
            // The list's time stays: it is what the next list is compared with.
            let created = rows.get(&model.name).and_then(|row| row.created).or(model.created);
            rows.insert(model.name.clone(), Self { created, ..model });
        }
        let more = waiting > asked && learnt;
        let listing = Listing { more, ..Listing::of(rows.into_values().collect()) };
        Ok(listing.capped(capped).fault(described.fault))
    }
}

/// Names of the models that serve.
fn live(seen: &Seen) -> Vec<&str> {
    let configs = seen.store.endpoints.rows().filter_map(|e| e.config.as_deref());
    configs.filter_map(|c| seen.store.configs.get(c)).flat_map(super::config::EndpointConfig::models).collect()
}

/// What serves is looked at before what once served.
fn live_first(due: &mut [String], seen: &Seen) {
    let configs = seen.store.endpoints.rows().filter_map(|e| e.config.as_deref());
    let live: Vec<&str> =
        configs.filter_map(|c| seen.store.configs.get(c)).flat_map(super::config::EndpointConfig::models).collect();
    due.sort_by_key(|name| !live.contains(&name.as_str()));
}

fn from_description(d: DescribeModelOutput) -> Model {
    let containers = d.primary_container.into_iter().chain(d.containers.unwrap_or_default());
    let containers = containers.map(|c| Container {
        data: c.model_data_url.or_else(|| c.model_data_source?.s3_data_source?.s3_uri),
        package: c.model_package_name,
        image: c.image,
    });
    Model {
        containers: Some(containers.collect()),
        created: time(d.creation_time.as_ref()),
        name: d.model_name.unwrap_or_default(),
        arn: d.model_arn.unwrap_or_default(),
        role: d.execution_role_arn,
    }
}
