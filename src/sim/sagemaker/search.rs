//! `Search`: whole records with tags, by any property.

mod expression;

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::super::fault::Fault;
use super::super::num;
use super::super::wire::{Value, tree};
use super::super::world::{Record, World};
use super::deploy::Endpoint;
use super::execution::Execution;
use super::listing::{Column, ORDERS, cut_sorted};
use super::{Operation, read};
use expression::{Expression, Filter, values};

pub(super) static OPERATIONS: &[Operation] = &[read("Search", search)];

const KINDS: &[&str] = &[
    "TrainingJob",
    "Experiment",
    "ExperimentTrial",
    "ExperimentTrialComponent",
    "Endpoint",
    "Model",
    "ModelPackage",
    "ModelPackageGroup",
    "Pipeline",
    "PipelineExecution",
    "FeatureGroup",
    "FeatureMetadata",
    "Image",
    "ImageVersion",
    "Project",
    "HyperParameterTuningJob",
    "ModelCard",
    "PipelineVersion",
    "Job",
    "HubContent",
];

fn search(world: &mut World, input: &Value) -> Result<Value, Fault> {
    let kind = input.one_of("Resource", KINDS)?.ok_or_else(|| Fault::missing("Resource"))?;
    let usual = if matches!(kind, "Model" | "ModelPackageGroup") { "CreationTime" } else { "LastModifiedTime" };
    let by = input.text("SortBy")?.unwrap_or(usual);
    let descending = input.one_of("SortOrder", ORDERS)?.unwrap_or("Descending") == "Descending";
    let index = Index::of(world, kind);
    let mut found = index.records();
    if let Some(expression) = input.get("SearchExpression") {
        let expression = Expression::read(expression)?;
        found.retain(|record| expression.holds(&|filter| index.passes(record, filter)));
    }
    let total = num::count(found.len());
    // What the dashboard says of a model itself is one level deeper.
    let mut column = Column::of(by.strip_prefix("Model.").unwrap_or(by));
    let ranked = found.into_iter().map(|record| (column.rank(record.doc), record));
    let (page, next) = cut_sorted(input, ranked, descending)?;
    let member = if kind == "ExperimentTrial" { "Trial" } else { kind.trim_start_matches("Experiment") };
    let member = if member.is_empty() { "Experiment" } else { member };
    let shown = |record: &Found<'_>| Value::Map(vec![(member.to_owned().into(), index.shown(record))]);
    let results: Vec<Value> = page.iter().map(shown).collect();
    Ok(tree! { "Results": results, "NextToken": next, "TotalHits": tree! { "Value": total, "Relation": "EqualTo" } })
}

/// A record that a search looks at. What the index adds is put together for those rows only that are asked for it.
struct Found<'a> {
    doc: &'a Value,
    of: Of<'a>,
}

/// What the index makes its additions from.
enum Of<'a> {
    Nothing,
    Endpoint(&'a Endpoint),
    Model,
    Execution(&'a Execution),
}

/// What is under way with an endpoint; the index does not have it.
const UNDER_WAY: [&str; 2] = ["PendingDeploymentSummary", "LastDeploymentConfig"];

/// The records of one kind as a search sees them.
struct Index<'a> {
    world: &'a World,
    kind: &'a str,
    /// The member that holds a record's own name, under which its tags are.
    arn: String,
    /// The endpoints that serve with a model, by its name; only models are asked for them.
    serving: BTreeMap<&'a str, Vec<&'a Endpoint>>,
}

impl<'a> Index<'a> {
    fn of(world: &'a World, kind: &'a str) -> Self {
        let mut serving: BTreeMap<&str, Vec<&Endpoint>> = BTreeMap::new();
        for endpoint in world.endpoints.values().filter(|_| kind == "Model") {
            for variant in &endpoint.variants {
                let all = serving.entry(&variant.model).or_default();
                if all.last().is_none_or(|last| !std::ptr::eq(*last, endpoint)) {
                    all.push(endpoint);
                }
            }
        }
        Self { world, kind, arn: format!("{kind}Arn"), serving }
    }

    fn records(&self) -> Vec<Found<'a>> {
        fn plain(record: &Record) -> Found<'_> {
            Found { doc: &record.doc, of: Of::Nothing }
        }
        let world = self.world;
        match self.kind {
            "TrainingJob" => world.training.values().map(plain).collect(),
            "ModelPackage" => world.packages.values().flatten().map(plain).collect(),
            "ModelPackageGroup" => world.groups.values().map(plain).collect(),
            "FeatureGroup" => world.features.values().map(plain).collect(),
            "Pipeline" => world.pipelines.values().map(plain).collect(),
            "Model" => world.models.values().map(|r| Found { doc: &r.doc, of: Of::Model }).collect(),
            "Endpoint" => world.endpoints.values().map(|e| Found { doc: &e.record.doc, of: Of::Endpoint(e) }).collect(),
            "PipelineExecution" => {
                world.executions.values().map(|e| Found { doc: &e.record.doc, of: Of::Execution(e) }).collect()
            }
            _ => Vec::new(),
        }
    }

    /// A record with all that the index has of it.
    fn whole(&self, found: &Found<'a>) -> Cow<'a, Value> {
        match found.of {
            Of::Nothing => Cow::Borrowed(found.doc),
            Of::Execution(execution) => Cow::Owned(execution.found()),
            Of::Model => Cow::Owned(self.dashboard(found.doc)),
            Of::Endpoint(endpoint) => {
                let mut doc = self.world.describe_endpoint(endpoint);
                for member in UNDER_WAY {
                    doc.set(member, Value::Null);
                }
                Cow::Owned(doc)
            }
        }
    }

    /// A record as an answer shows it.
    fn shown(&self, found: &Found<'a>) -> Value {
        let doc = self.whole(found).into_owned();
        let tags = self.world.tags_of(found.doc.str(&self.arn));
        match self.kind {
            "Model" | "PipelineExecution" => doc,
            "Pipeline" => doc.with("PipelineDefinition", Value::Null).with("Tags", tags),
            _ => doc.with("Tags", tags),
        }
    }

    /// A model as the model dashboard has it: with the endpoints that it serves.
    fn dashboard(&self, model: &Value) -> Value {
        let members = ["EndpointName", "EndpointArn", "CreationTime", "LastModifiedTime", "EndpointStatus"];
        let serving = self.serving.get(model.str("ModelName")).into_iter().flatten();
        let endpoints: Vec<Value> = serving.map(|endpoint| endpoint.record.doc.project(&members)).collect();
        let tags = self.world.tags_of(model.str("ModelArn"));
        tree! { "Model": model.clone().with("Tags", tags), "Endpoints": endpoints, "ModelName": Value::Null }
    }

    fn passes(&self, record: &Found<'a>, filter: &Filter<'_>) -> bool {
        if let Some(key) = filter.name.strip_prefix("Tags.") {
            let tags = self.world.tags.get(record.doc.str(&self.arn));
            let tag = tags.and_then(|tags| tags.get(key)).map(Value::from);
            return filter.holds(&tag.iter().collect::<Vec<_>>());
        }
        let top = filter.name.split('.').next().unwrap_or(filter.name);
        let told = record.doc.get(top).is_some() && !UNDER_WAY.contains(&top);
        let doc = if told { Cow::Borrowed(record.doc) } else { self.whole(record) };
        filter.holds(&values(&doc, filter.name))
    }
}
