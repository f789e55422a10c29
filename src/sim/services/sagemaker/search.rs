//! `Search`: whole records with tags, by any property.

mod expression;

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::endpoint::Endpoint;
use super::endpoints::description;
use super::execution::Execution;
use super::listing::{Column, ORDERS, cut_sorted};
use super::state::{Handler, State};
use crate::sim::prelude::{Answer, Env, Operation, Record, ServiceError, Value, num, read, tree, words};
use expression::{Expression, Filter, values};

pub(super) static OPERATIONS: &[Operation<Handler>] = &[read("Search", search)];

const KINDS: &[&str] = words! {
    TrainingJob Experiment ExperimentTrial ExperimentTrialComponent Endpoint Model ModelPackage ModelPackageGroup
    Pipeline PipelineExecution FeatureGroup FeatureMetadata Image ImageVersion Project HyperParameterTuningJob
    ModelCard PipelineVersion Job HubContent
};

fn search(state: &mut State, env: &mut Env, input: &Value) -> Answer {
    let kind = input.one_of("Resource", KINDS)?.ok_or_else(|| ServiceError::missing("Resource"))?;
    let usual = if matches!(kind, "Model" | "ModelPackageGroup") { "CreationTime" } else { "LastModifiedTime" };
    let by = input.text("SortBy")?.unwrap_or(usual);
    let descending = input.one_of("SortOrder", ORDERS)?.unwrap_or("Descending") == "Descending";
    let index = Index::new(state, env, kind);
    let mut found = index.records();
    if let Some(expression) = input.get("SearchExpression") {
        let expression = Expression::read(expression)?;
        found.retain(|record| expression.holds(&|filter| index.passes(record, filter)));
    }
    let total = num::count(found.len());
    // The answer has the members of a model one level deeper.
    let mut column = Column::of(by.strip_prefix("Model.").unwrap_or(by));
    let ranked = found.into_iter().map(|record| (column.rank(record.doc), record));
    let (page, next) = cut_sorted(input, ranked, descending)?;
    let member = if kind == "ExperimentTrial" { "Trial" } else { kind.trim_start_matches("Experiment") };
    let member = if member.is_empty() { "Experiment" } else { member };
    let row = |record: &Found<'_>| Value::Map(vec![(member.to_owned().into(), index.row(record))]);
    let results: Vec<Value> = page.iter().map(row).collect();
    Ok(tree! { "Results": results, "NextToken": next, "TotalHits": tree! { "Value": total, "Relation": "EqualTo" } })
}

/// A record that a search examines. The additional members of the index are computed only for rows that need them.
struct Found<'a> {
    doc: &'a Value,
    origin: Origin<'a>,
}

/// The source of the additional members of the index.
enum Origin<'a> {
    Record,
    Endpoint(&'a Endpoint),
    Model,
    Execution(&'a Execution),
}

/// The members about the deployment of an endpoint that the index lacks.
const NOT_INDEXED: [&str; 3] = ["PendingDeploymentSummary", "LastDeploymentConfig", "AsyncInferenceConfig"];

/// The records of one kind in the search index.
struct Index<'a> {
    state: &'a State,
    env: &'a Env,
    kind: &'a str,
    /// The member that holds the ARN of a record, by which its tags are found.
    arn: String,
    /// The endpoints that serve each model, by its name; empty unless models are searched.
    serving: BTreeMap<&'a str, Vec<&'a Endpoint>>,
}

impl<'a> Index<'a> {
    fn new(state: &'a State, env: &'a Env, kind: &'a str) -> Self {
        let mut serving: BTreeMap<&str, Vec<&Endpoint>> = BTreeMap::new();
        for endpoint in state.endpoints.values().filter(|_| kind == "Model") {
            for variant in &endpoint.variants {
                let all = serving.entry(&variant.model).or_default();
                if all.last().is_none_or(|last| !std::ptr::eq(*last, endpoint)) {
                    all.push(endpoint);
                }
            }
        }
        Self { state, env, kind, arn: format!("{kind}Arn"), serving }
    }

    fn records(&self) -> Vec<Found<'a>> {
        fn plain(record: &Record) -> Found<'_> {
            Found { doc: &record.doc, origin: Origin::Record }
        }
        let state = self.state;
        match self.kind {
            "TrainingJob" => state.training_jobs.values().map(plain).collect(),
            "ModelPackage" => state.packages.values().flatten().map(plain).collect(),
            "ModelPackageGroup" => state.groups.values().map(plain).collect(),
            "FeatureGroup" => state.feature_groups.values().map(plain).collect(),
            "Pipeline" => state.pipelines.values().map(plain).collect(),
            "Model" => state.models.values().map(|r| Found { doc: &r.doc, origin: Origin::Model }).collect(),
            "Endpoint" => {
                state.endpoints.values().map(|e| Found { doc: &e.record.doc, origin: Origin::Endpoint(e) }).collect()
            }
            "PipelineExecution" => {
                state.executions.values().map(|e| Found { doc: &e.record.doc, origin: Origin::Execution(e) }).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Returns a record with all members of the index.
    fn complete(&self, found: &Found<'a>) -> Cow<'a, Value> {
        match found.origin {
            Origin::Record => Cow::Borrowed(found.doc),
            Origin::Execution(execution) => Cow::Owned(execution.search_record()),
            Origin::Model => Cow::Owned(self.dashboard(found.doc)),
            Origin::Endpoint(endpoint) => {
                let mut doc = description(self.env, endpoint);
                for member in NOT_INDEXED {
                    doc.set(member, Value::Null);
                }
                Cow::Owned(doc)
            }
        }
    }

    /// Returns a record as an answer shows it.
    fn row(&self, found: &Found<'a>) -> Value {
        let doc = self.complete(found).into_owned();
        let tags = self.env.tags.rows(found.doc.str(&self.arn));
        match self.kind {
            "Model" | "PipelineExecution" => doc,
            "Pipeline" => doc.with("PipelineDefinition", Value::Null).with("Tags", tags),
            _ => doc.with("Tags", tags),
        }
    }

    /// Returns a model in the form of the model dashboard, with the endpoints that it serves.
    fn dashboard(&self, model: &Value) -> Value {
        let members = ["EndpointName", "EndpointArn", "CreationTime", "LastModifiedTime", "EndpointStatus"];
        let serving = self.serving.get(model.str("ModelName")).into_iter().flatten();
        let endpoints: Vec<Value> = serving.map(|endpoint| endpoint.record.doc.project(&members)).collect();
        let tags = self.env.tags.rows(model.str("ModelArn"));
        tree! { "Model": model.clone().with("Tags", tags), "Endpoints": endpoints, "ModelName": Value::Null }
    }

    fn passes(&self, record: &Found<'a>, filter: &Filter<'_>) -> bool {
        if let Some(key) = filter.name.strip_prefix("Tags.") {
            let tag = self.env.tags.get(record.doc.str(&self.arn), key).map(Value::from);
            return filter.holds(&tag.iter().collect::<Vec<_>>());
        }
        let top = filter.name.split('.').next().unwrap_or(filter.name);
        let is_own = record.doc.get(top).is_some() && !NOT_INDEXED.contains(&top);
        let doc = if is_own { Cow::Borrowed(record.doc) } else { self.complete(record) };
        filter.holds(&values(&doc, filter.name))
    }
}
