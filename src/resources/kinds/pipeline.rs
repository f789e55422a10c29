//! `SageMaker` pipelines and what their definitions say: parameters, steps, the group they register into.

mod definition;

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_sagemaker::operation::describe_pipeline::DescribePipelineOutput;
use aws_sdk_sagemaker::types::{PipelineSummary, SortOrder, SortPipelinesBy};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::aws::{Aws, AwsError, Described, describe, failed, in_background, pages};
use crate::resources::{
    AwsCommand, Cadence, Kind, Listing, Observed, Properties, Resource, Table, Turn, asked_lately, console, settled,
    time,
};

pub use definition::{Definition, Parameter, StepDefinition};

/// Pages of 100 pipelines.
const PAGES: usize = 20;

/// One `SageMaker` pipeline.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Pipeline {
    /// Unique in account and region.
    pub name: String,
    /// ARN; AWS spells its name in lower case there.
    pub arn: String,
    /// The description by its owner.
    pub description: String,
    /// Creation.
    pub created: Option<Timestamp>,
    /// Last change of the definition.
    pub modified: Option<Timestamp>,
    /// Start of its last execution. A change of it shows that there is a new execution to read.
    pub last_execution: Option<Timestamp>,
    /// `Active`, …, raw; empty until it was described.
    pub status: String,
    /// Its definition; absent until it was described.
    pub definition: Option<Definition>,
}

impl Pipeline {
    /// Calls `DescribePipeline`.
    ///
    /// # Errors
    /// Those of the call.
    pub async fn describe(aws: &Aws, name: &str) -> Result<Self, AwsError> {
        let request = aws.sagemaker.describe_pipeline().pipeline_name(name);
        request.send().await.map(from_description).map_err(failed)
    }
}

impl Resource for Pipeline {
    const KIND: Kind = Kind::Pipelines;
    const CADENCE: Cadence = Cadence::Slow;
    // A pipeline that is described between two sweeps needs no new list.
    const SWEEP: Option<Cadence> = Some(Cadence::Slow);
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
        Some(console::studio(region))
    }
    fn command(&self) -> Option<AwsCommand> {
        Some(AwsCommand::sagemaker("describe-pipeline", "pipeline-name", &self.name))
    }
    fn properties(&self, all: &mut Properties) {
        all.status("PipelineStatus", &*self.status)
            .time("last run", self.last_execution)
            .time("LastModifiedTime", self.modified);
        if let Some(definition) = &self.definition {
            let steps: Vec<String> = definition.steps.iter().map(StepDefinition::in_words).collect();
            all.text("problem", definition.problem.as_deref())
                .text("registers into", &*definition.groups.join(", "))
                .text("steps", &*steps.join(" → "));
            for parameter in &definition.parameters {
                let default = parameter.default.as_deref().unwrap_or("must be given");
                all.text(format!("{} {}", parameter.name, parameter.kind), default);
            }
        }
        all.text("description", &*self.description);
    }
    fn due(observed: &Observed, known: &Table<Self>) -> bool {
        let lacks = |name: &str| known.get(name).is_some_and(|p| p.definition.is_none());
        let running = observed.store.executions.rows().filter(|e| e.running()).map(|e| e.pipeline.as_str());
        let mut matter = observed.focus.pipelines.iter().map(String::as_str).chain(running);
        matter.any(|name| lacks(name) && !asked_lately(known, name, observed.at))
    }
    async fn read(aws: &Aws, observed: &Observed, turn: Turn<'_, Self>) -> Result<Listing<Self>, AwsError> {
        if !turn.sweep && !turn.first() {
            let due = wanted(turn.known.rows(), observed, &turn);
            let Defined { rows, asked, more, fault } = defined(aws, observed, due, |name| turn.known.get(name)).await;
            return Ok(Listing::part(rows).more(more).asked(asked).fault(fault));
        }
        let (summaries, capped) = pages(PAGES, async |token| {
            let request = aws.sagemaker.list_pipelines().max_results(100).set_next_token(token);
            let request = request.sort_by(SortPipelinesBy::CreationTime).sort_order(SortOrder::Descending);
            let page = request.send().await.map_err(failed)?;
            Ok((page.pipeline_summaries.unwrap_or_default(), page.next_token))
        })
        .await?;
        // A pipeline without a name can neither be described nor started.
        let named = summaries.into_iter().map(from_summary).filter(|(name, _)| !name.is_empty());
        let mut all: BTreeMap<String, Self> = named.collect();
        for row in all.values_mut() {
            let same = |k: &&Self| k.modified == row.modified && k.created == row.created;
            if let Some(known) = turn.known.get(&row.name).filter(|k| k.definition.is_some()).filter(same) {
                *row = Self { last_execution: row.last_execution, ..known.clone() };
            }
        }
        let due = wanted(all.values(), observed, &turn);
        let Defined { rows, asked, more, fault } = defined(aws, observed, due, |name| all.get(name)).await;
        all.extend(rows.into_iter().map(|pipeline| (pipeline.name.clone(), pipeline)));
        Ok(Listing::all(all.into_values().collect()).capped(capped).more(more).asked(asked).fault(fault))
    }
}

/// The result of describing some pipelines.
struct Defined {
    rows: Vec<Pipeline>,
    asked: Vec<String>,
    more: bool,
    fault: Option<AwsError>,
}

/// Describes the first pipelines that are `due`. `row` returns what the list says of a pipeline.
async fn defined<'a>(
    aws: &Aws,
    observed: &Observed,
    mut due: Vec<String>,
    row: impl Fn(&str) -> Option<&'a Pipeline>,
) -> Defined {
    let more = due.len() > observed.chunk();
    due.truncate(observed.chunk());
    let work = describe(due.clone(), async |name: String| Pipeline::describe(aws, &name).await);
    let Described { found: mut rows, fault } = in_background(work).await;
    for pipeline in &mut rows {
        // Only the list says when it last ran. Its times are kept, because the next list is compared with them.
        if let Some(row) = row(&pipeline.name) {
            (pipeline.last_execution, pipeline.modified) = (row.last_execution, row.modified);
        }
    }
    Defined { rows, asked: settled(due, fault.as_ref()), more, fault }
}

/// Returns the pipelines whose definition is needed and not known: those looked at, those that run, and those of which
/// no version shows the group that they register into.
fn wanted<'a>(rows: impl Iterator<Item = &'a Pipeline>, observed: &Observed, turn: &Turn<'_, Pipeline>) -> Vec<String> {
    let store = &observed.store;
    let made = store.packages.rows().filter_map(|p| p.details.as_ref()?.generated_by.as_deref());
    let telling: BTreeSet<String> = made.filter_map(of_execution).map(str::to_ascii_lowercase).collect();
    let running: BTreeSet<&str> =
        store.executions.rows().filter(|e| e.running()).map(|e| e.pipeline.as_str()).collect();
    let registry_read = store.packages.answered() && !store.packages.unfinished();
    let looked_at = |name: &str| observed.focus.pipelines.contains(name);
    let matters = |name: &str| {
        observed.one_shot
            || looked_at(name)
            || running.contains(name)
            || (registry_read && !telling.contains(&name.to_ascii_lowercase()))
    };
    let lacking = rows.filter(|p| p.definition.is_none()).map(|p| p.name.as_str());
    let wanted = lacking.filter(|name| matters(name) && (looked_at(name) || !turn.asked_lately(name, observed.at)));
    let mut names: Vec<String> = wanted.map(str::to_owned).collect();
    names.sort_by_key(|name| !looked_at(name));
    names
}

/// Returns the pipeline's name in an execution's ARN, `…:pipeline/{name}/execution/{id}`, as AWS spells it there.
#[must_use]
pub fn of_execution(execution: &str) -> Option<&str> {
    execution.split_once(":pipeline/")?.1.split('/').next()
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
