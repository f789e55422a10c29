//! `SageMaker` pipelines and what their definitions say: parameters, steps, the group they register into.

mod definition;

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_sagemaker::operation::describe_pipeline::DescribePipelineOutput;
use aws_sdk_sagemaker::types::{PipelineSummary, SortOrder, SortPipelinesBy};
use jiff::Timestamp;
use serde::Serialize;

use super::{Listing, Resource, Seen, time};
use crate::aws::{Aws, AwsError, describe, failed, pages};

pub use definition::{Definition, Parameter, StepDefinition};

/// Pages of 100 pipelines.
const PAGES: usize = 20;

/// One `SageMaker` pipeline.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Pipeline {
    /// Unique in account and region.
    pub name: String,
    /// ARN; AWS spells its name in lower case there.
    pub arn: String,
    /// What its owner wrote.
    pub description: String,
    /// Creation.
    pub created: Option<Timestamp>,
    /// Last change of the definition.
    pub modified: Option<Timestamp>,
    /// Start of its last execution: the change detector.
    pub last_execution: Option<Timestamp>,
    /// `Active`, …, raw; empty until it was described.
    pub status: String,
    /// What it does; absent until it was described.
    pub definition: Option<Definition>,
}

impl Pipeline {
    /// What `DescribePipeline` says now.
    ///
    /// # Errors
    /// Those of the call.
    pub async fn describe(aws: &Aws, name: &str) -> Result<Self, AwsError> {
        let request = aws.sagemaker.describe_pipeline().pipeline_name(name);
        request.send().await.map(from_description).map_err(failed("DescribePipeline"))
    }
}

impl Resource for Pipeline {
    const KIND: &'static str = "pipelines";
    const EVERY: Duration = Duration::from_secs(30);
    fn id(&self) -> &str {
        &self.name
    }
    async fn list(aws: &Aws, seen: &Seen) -> Result<Listing<Self>, AwsError> {
        let (summaries, capped) = pages(PAGES, async |token| {
            let request = aws.sagemaker.list_pipelines().max_results(100).set_next_token(token);
            let request = request.sort_by(SortPipelinesBy::CreationTime).sort_order(SortOrder::Descending);
            let page = request.send().await.map_err(failed("ListPipelines"))?;
            Ok((page.pipeline_summaries.unwrap_or_default(), page.next_token))
        })
        .await?;
        let mut rows: BTreeMap<String, Self> = summaries.into_iter().map(from_summary).collect();
        let mut due = Vec::new();
        for row in rows.values_mut() {
            let known = seen.store.pipelines.get(&row.name);
            match known.filter(|k| k.definition.is_some() && k.modified == row.modified && k.created == row.created) {
                Some(known) => *row = Self { last_execution: row.last_execution, ..known.clone() },
                None => due.push(row.name.clone()),
            }
        }
        let waiting = due.len();
        due.truncate(seen.chunk());
        let asked = due.len();
        let described = describe(due, async |name| Self::describe(aws, &name).await).await;
        let learnt = !described.found.is_empty();
        for mut pipeline in described.found {
            // Only the list tells when it last ran; and its times are the change detector.
            if let Some(row) = rows.get(&pipeline.name) {
                (pipeline.last_execution, pipeline.modified) = (row.last_execution, row.modified);
            }
            rows.insert(pipeline.name.clone(), pipeline);
        }
        let more = waiting > asked && learnt;
        let listing = Listing { more, ..Listing::of(rows.into_values().collect()) };
        Ok(listing.capped(capped).fault(described.fault))
    }
}

fn from_summary(s: PipelineSummary) -> (String, Pipeline) {
    let pipeline = Pipeline {
        created: time(s.creation_time.as_ref()),
        modified: time(s.last_modified_time.as_ref()),
        last_execution: time(s.last_execution_time.as_ref()),
        name: s.pipeline_name.unwrap_or_default(),
        arn: s.pipeline_arn.unwrap_or_default(),
        description: s.pipeline_description.unwrap_or_default(),
        ..Pipeline::default()
    };
    (pipeline.name.clone(), pipeline)
}

fn from_description(d: DescribePipelineOutput) -> Pipeline {
    Pipeline {
        created: time(d.creation_time.as_ref()),
        modified: time(d.last_modified_time.as_ref()),
        last_execution: time(d.last_run_time.as_ref()),
        status: d.pipeline_status.map(|s| s.as_str().to_owned()).unwrap_or_default(),
        definition: Some(Definition::parse(d.pipeline_definition.as_deref().unwrap_or_default())),
        name: d.pipeline_name.unwrap_or_default(),
        arn: d.pipeline_arn.unwrap_or_default(),
        description: d.pipeline_description.unwrap_or_default(),
    }
}
