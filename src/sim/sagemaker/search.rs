//! `Search`: whole records with tags, by any property.

use std::borrow::Cow;

use super::super::fault::Fault;
use super::super::num;
use super::super::time::Time;
use super::super::wire::{Value, tree};
use super::super::world::World;
use super::listing::{ORDERS, compare, cut_sorted};
use super::{Operation, read};

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

const OPERATORS: &[&str] = &[
    "Equals",
    "NotEquals",
    "GreaterThan",
    "GreaterThanOrEqualTo",
    "LessThan",
    "LessThanOrEqualTo",
    "Contains",
    "Exists",
    "NotExists",
    "In",
];

fn search(world: &mut World, input: &Value) -> Result<Value, Fault> {
    let kind = input.one_of("Resource", KINDS)?.ok_or_else(|| Fault::missing("Resource"))?;
    let usual = if matches!(kind, "Model" | "ModelPackageGroup") { "CreationTime" } else { "LastModifiedTime" };
    let by = input.text("SortBy")?.unwrap_or(usual);
    let descending = input.one_of("SortOrder", ORDERS)?.unwrap_or("Descending") == "Descending";
    let mut found = world.searchable(kind);
    if let Some(expression) = input.get("SearchExpression") {
        check(expression, 0)?;
        found.retain(|record| matches(world, record, expression));
    }
    let total = num::count(found.len());
    // Each record is asked once for what it is sorted by, not in every comparison.
    for record in &mut found {
        record.rank = record.doc.at(by).cloned();
    }
    let (page, next) = cut_sorted(input, found, |a, b| {
        let order = compare(a.rank.as_ref(), b.rank.as_ref());
        if descending { order.reverse() } else { order }
    })?;
    let member = if kind == "ExperimentTrial" { "Trial" } else { kind.trim_start_matches("Experiment") };
    let member = if member.is_empty() { "Experiment" } else { member };
    let results: Vec<Value> =
        page.into_iter().map(|found| Value::Map(vec![(member.to_owned().into(), world.shown(kind, found))])).collect();
    Ok(tree! { "Results": results, "NextToken": next, "TotalHits": tree! { "Value": total, "Relation": "EqualTo" } })
}

/// A record that a search looks at.
struct Found<'a> {
    doc: Cow<'a, Value>,
    /// The name that its tags are under.
    arn: &'a str,
    rank: Option<Value>,
}

impl World {
    /// The records of a kind.
    fn searchable(&self, kind: &str) -> Vec<Found<'_>> {
        fn borrowed<'a>(doc: &'a Value, key: &str) -> Found<'a> {
            Found { doc: Cow::Borrowed(doc), arn: doc.str(key), rank: None }
        }
        let owned = |doc, arn| Found { doc: Cow::Owned(doc), arn, rank: None };
        match kind {
            "TrainingJob" => self.training.values().map(|r| borrowed(&r.doc, "TrainingJobArn")).collect(),
            "ModelPackage" => self.packages.values().flatten().map(|r| borrowed(&r.doc, "ModelPackageArn")).collect(),
            "ModelPackageGroup" => self.groups.values().map(|r| borrowed(&r.doc, "ModelPackageGroupArn")).collect(),
            "FeatureGroup" => self.features.values().map(|r| borrowed(&r.doc, "FeatureGroupArn")).collect(),
            "Pipeline" => self.pipelines.values().map(|r| borrowed(&r.doc, "PipelineArn")).collect(),
            "Endpoint" => {
                self.endpoints.values().map(|e| owned(self.indexed(e), e.record.doc.str("EndpointArn"))).collect()
            }
            "Model" => self.models.values().map(|r| owned(self.dashboard(&r.doc), r.doc.str("ModelArn"))).collect(),
            "PipelineExecution" => self.executions.values().map(|e| owned(e.found(), "")).collect(),
            _ => Vec::new(),
        }
    }

    /// A record as an answer shows it.
    fn shown(&self, kind: &str, found: Found<'_>) -> Value {
        let doc = found.doc.into_owned();
        let arn = doc.str(&format!("{kind}Arn")).to_owned();
        match kind {
            "Model" | "PipelineExecution" => doc,
            "Pipeline" => doc.with("PipelineDefinition", Value::Null).with("Tags", self.tags_of(&arn)),
            _ => doc.with("Tags", self.tags_of(&arn)),
        }
    }

    /// An endpoint as the index has it: without the deployment that is going on.
    fn indexed(&self, endpoint: &super::deploy::Endpoint) -> Value {
        let mut doc = self.describe_endpoint(endpoint);
        doc.set("PendingDeploymentSummary", Value::Null);
        doc.set("LastDeploymentConfig", Value::Null);
        doc
    }

    /// A model as the model dashboard has it: with the endpoints that it serves.
    fn dashboard(&self, model: &Value) -> Value {
        let name = model.str("ModelName");
        let serving = self.endpoints.values().filter(|e| e.variants.iter().any(|v| v.model == name));
        let endpoints: Vec<Value> = serving
            .map(|e| {
                e.record.doc.project(&[
                    "EndpointName",
                    "EndpointArn",
                    "CreationTime",
                    "LastModifiedTime",
                    "EndpointStatus",
                ])
            })
            .collect();
        let tags = self.tags_of(model.str("ModelArn"));
        tree! {
            "Model": model.clone().with("Tags", tags),
            "Endpoints": endpoints,
            "ModelName": Value::Null,
        }
    }
}

/// Whether an expression is one that the service accepts.
fn check(expression: &Value, depth: usize) -> Result<(), Fault> {
    if depth > 20 {
        return Err(Fault::invalid("The search expression is nested too deeply."));
    }
    expression.one_of("Operator", &["And", "Or"])?;
    let filters = expression.list("Filters")?;
    if filters.len() > 20 {
        return Err(Fault::invalid("A search expression can have at most 20 filters."));
    }
    for filter in filters {
        filter.need("Name")?;
        filter.one_of("Operator", OPERATORS)?;
    }
    expression.list("SubExpressions")?.iter().try_for_each(|sub| check(sub, depth + 1))
}

fn matches(world: &World, record: &Found<'_>, expression: &Value) -> bool {
    let filters = expression.get("Filters").map(Value::items).unwrap_or_default();
    let nested = expression.get("NestedFilters").map(Value::items).unwrap_or_default();
    let subs = expression.get("SubExpressions").map(Value::items).unwrap_or_default();
    let mut parts = filters
        .iter()
        .map(|filter| passes(world, record, filter))
        .chain(
            nested
                .iter()
                .flat_map(|n| n.get("Filters").map(Value::items).unwrap_or_default())
                .map(|f| passes(world, record, f)),
        )
        .chain(subs.iter().map(|sub| matches(world, record, sub)));
    if expression.str("Operator") == "Or" { parts.any(|part| part) } else { parts.all(|part| part) }
}

/// The values under a property's path; lists give all of theirs.
fn values<'a>(record: &'a Value, path: &str) -> Vec<&'a Value> {
    let mut found = vec![record];
    for key in path.split('.') {
        let step = |value: &'a Value| match value {
            Value::List(items) => items.iter().filter_map(|item| item.get(key)).collect::<Vec<_>>(),
            Value::Map(_) | Value::Dict(_) => {
                value.get(key).or_else(|| value.get("Model").and_then(|model| model.get(key))).into_iter().collect()
            }
            Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Text(_) | Value::Time(_) => {
                Vec::new()
            }
        };
        found = found.into_iter().flat_map(step).collect();
    }
    found
}

fn passes(world: &World, record: &Found<'_>, filter: &Value) -> bool {
    let name = filter.str("Name");
    let tags = || world.tags.get(record.arn);
    let tag = name.strip_prefix("Tags.").map(|key| tags().and_then(|tags| tags.get(key)).map(Value::from));
    let found = match &tag {
        Some(tag) => tag.iter().collect(),
        None => values(&record.doc, name),
    };
    let wanted = filter.str("Value");
    let any = |test: &dyn Fn(&str) -> bool| found.iter().any(|value| test(&plain(value)));
    match filter.get("Operator").and_then(Value::as_text).unwrap_or("Equals") {
        "NotEquals" => !any(&|text| text == wanted),
        "Contains" => any(&|text| text.contains(wanted)),
        "Exists" => !found.is_empty(),
        "NotExists" => found.is_empty(),
        "In" => any(&|text| wanted.split(',').any(|one| one.trim() == text)),
        "GreaterThan" => found.iter().any(|v| order(v, wanted).is_some_and(std::cmp::Ordering::is_gt)),
        "GreaterThanOrEqualTo" => found.iter().any(|v| order(v, wanted).is_some_and(std::cmp::Ordering::is_ge)),
        "LessThan" => found.iter().any(|v| order(v, wanted).is_some_and(std::cmp::Ordering::is_lt)),
        "LessThanOrEqualTo" => found.iter().any(|v| order(v, wanted).is_some_and(std::cmp::Ordering::is_le)),
        _ => any(&|text| text == wanted),
    }
}

fn plain(value: &Value) -> Cow<'_, str> {
    match value {
        Value::Text(text) => text.as_ref().into(),
        Value::Time(time) => time.iso().into(),
        Value::Int(int) => int.to_string().into(),
        Value::Float(float) => float.to_string().into(),
        Value::Bool(flag) => flag.to_string().into(),
        Value::Null | Value::List(_) | Value::Map(_) | Value::Dict(_) => "".into(),
    }
}

fn order(value: &Value, wanted: &str) -> Option<std::cmp::Ordering> {
    match value {
        Value::Time(time) => Some(time.cmp(&Time::parse(wanted)?)),
        Value::Text(text) => Some((**text).cmp(wanted)),
        Value::Int(_) | Value::Float(_) => Some(value.as_float()?.total_cmp(&wanted.parse().ok()?)),
        Value::Null | Value::Bool(_) | Value::List(_) | Value::Map(_) | Value::Dict(_) => None,
    }
}
