//! The `[[model]]` tables: links between resources that AWS does not know, and metrics that only the team knows.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use serde::Deserialize;

use super::error::{ConfigError, Source};
use super::family::{Family, Published, Unit};
use super::glob::Glob;
use super::metadata_item::{self, ItemTemplate};
use super::metric::{Metric, MetricSource, WrittenMetric, merged, needs};
use super::pattern::Pattern;
use super::schema_name::SchemaName;
use super::spanned::Spanned;
use super::value::{Name, Span};

/// One model, from its data to its alarms.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Model {
    /// The name that the team uses for it.
    pub name: String,
    /// Labels of the accounts that contain the model. If it is empty, every account may contain it.
    pub accounts: Vec<String>,
    /// The name or ARN of its model package group.
    pub group: Option<String>,
    /// Names of the pipelines that train it.
    pub pipelines: Vec<Glob>,
    /// Names of the endpoints that serve it. `{stage}` marks the part of the name that is the stage.
    pub endpoints: Vec<Glob>,
    /// Names of the alarms that watch it.
    pub alarms: Vec<Glob>,
    /// Names of the `CodePipeline` pipelines that deploy it.
    pub codepipeline: Vec<String>,
    /// The address of its runbook.
    pub runbook_url: Option<String>,
    /// The item of a `DynamoDB` table that describes it, its versions or its endpoints.
    pub metadata_item: Option<ItemTemplate>,
    /// What it is for, if the user says so.
    pub family: Option<Family>,
    /// The data that it is trained on.
    pub data: Vec<Data>,
    /// The metrics that say how good it is. Those of its family come first.
    pub metrics: Vec<Metric>,
}

impl Model {
    /// Returns the name of its model package group. If there is no `group`, it is the name of the model.
    #[must_use]
    pub fn group_name(&self) -> &str {
        let group = self.group.as_deref().unwrap_or(&self.name);
        group.rsplit('/').next().unwrap_or(group)
    }

    /// Iterates over the JSON paths of the metrics whose values are in evaluation reports.
    pub fn report_paths(&self) -> impl Iterator<Item = &str> {
        self.metrics.iter().filter_map(|metric| match &metric.source {
            MetricSource::Package { json_path } => Some(json_path.as_str()),
            MetricSource::CloudWatch { .. } | MetricSource::Report { .. } | MetricSource::Alarm { .. } => None,
        })
    }

    /// Iterates over the places and JSON paths of the metrics whose values are in reports at fixed places.
    pub fn fixed_reports(&self) -> impl Iterator<Item = (&str, &str)> {
        self.metrics.iter().filter_map(|metric| match &metric.source {
            MetricSource::Report { uri, json_path, .. } => Some((uri.as_str(), json_path.as_str())),
            MetricSource::CloudWatch { .. } | MetricSource::Package { .. } | MetricSource::Alarm { .. } => None,
        })
    }
}

/// A source of training data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Data {
    /// The type of the source.
    pub kind: DataKind,
    /// `s3://bucket/prefix/`, where `{yyyy-MM-dd}` stands for a date, or the name of a feature group.
    pub uri: String,
    /// The greatest age at which the data is still fresh.
    pub max_age: Option<Duration>,
    /// The schema of what is written there.
    pub schema: Option<SchemaName>,
}

/// The type of a source of training data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DataKind {
    /// Objects below a prefix.
    S3,
    /// A group in the feature store.
    FeatureGroup,
}

/// A list of texts. Each keeps its own place, so that an error points at the one text and not at the list.
type Texts = Vec<Spanned<String>>;

/// A model as it is written in the file.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "WrittenModel"))]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    /// The name of the model.
    name: Spanned<Name>,
    /// The labels of its accounts; left out: wherever there is something of it.
    #[serde(default)]
    accounts: Texts,
    /// The model package group, by name or ARN; left out: the name of the model.
    group: Option<Name>,
    /// Patterns on the names of its pipelines.
    #[serde(default)]
    pipelines: Texts,
    /// Patterns on the names of its endpoints. `{stage}` stands for the stage.
    #[serde(default)]
    endpoints: Texts,
    /// Patterns on the names of its alarms.
    #[serde(default)]
    alarms: Texts,
    /// The deployment pipelines that deploy a version, where AWS does not tell.
    #[serde(default)]
    codepipeline: Texts,
    /// The address of the runbook.
    runbook_url: Option<Spanned<String>>,
    /// The item of a `DynamoDB` table that describes it, its versions or its endpoints.
    metadata_item: Option<metadata_item::Written>,
    /// The family of the model, which brings the metrics of such a model.
    family: Option<Family>,
    /// How shares are published in the metrics of the family.
    unit: Option<Spanned<Unit>>,
    /// The namespace of the metrics of the family; left out: `Retail/Models`.
    namespace: Option<Spanned<Name>>,
    /// The dimensions of the metrics of the family; left out: `Model` with the name of the model.
    dimensions: Option<Spanned<BTreeMap<String, String>>>,
    /// The sources of its training data.
    #[serde(default)]
    data: Vec<WrittenData>,
    /// The metrics that judge it.
    #[serde(default)]
    metric: Vec<Spanned<WrittenMetric>>,
}

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct WrittenData {
    /// Its kind.
    kind: DataKind,
    /// The address, such as `s3://lake/sales/dt={yyyy-MM-dd}/`, or the name of the feature group.
    uri: Spanned<Name>,
    /// The age above which the data is stale, such as `26h`.
    max_age: Option<Span>,
    /// The schema in the schema registry of Glue: `registry/name`.
    schema: Option<Spanned<String>>,
}

/// Checks rules that span several values: names must differ, and some fields need each other.
pub(super) fn checked(written: Vec<Written>, labels: &[&str], source: &Source) -> Result<Vec<Model>, ConfigError> {
    let mut taken: HashMap<String, usize> = HashMap::new();
    written
        .into_iter()
        .map(|model| {
            let (span, name) = (model.name.span(), model.name.get_ref().0.clone());
            let line = ConfigError::at(source, span.clone(), "").line;
            if let Some(before) = taken.insert(name.clone(), line) {
                let message = format!("there is another model {name:?} in line {before}");
                return Err(ConfigError::at(source, span, message));
            }
            if let Some(unknown) = model.accounts.iter().find(|a| !labels.contains(&a.get_ref().as_str())) {
                let message = format!("no [[account]] has the label {:?}", unknown.get_ref());
                let labels = if labels.is_empty() { "no [[account]] has a label".into() } else { labels.join(", ") };
                return Err(ConfigError::at(source, unknown.span(), message).hint(format!("there are: {labels}")));
            }
            model.checked(source)
        })
        .collect()
}

impl Written {
    fn checked(self, source: &Source) -> Result<Model, ConfigError> {
        if let Some(url) = &self.runbook_url
            && !(url.get_ref().starts_with("https://") || url.get_ref().starts_with("http://"))
        {
            let message = format!("{:?} is not a web address", url.get_ref());
            return Err(ConfigError::at(source, url.span(), message).hint("write one that starts with https://"));
        }
        let data = self.data.into_iter().map(|data| data.checked(source)).collect::<Result<_, _>>()?;
        let name = self.name.into_inner().0;
        let alone = [
            ("unit", self.unit.as_ref().map(Spanned::span)),
            ("namespace", self.namespace.as_ref().map(Spanned::span)),
            ("dimensions", self.dimensions.as_ref().map(Spanned::span)),
        ];
        let alone = alone.into_iter().find_map(|(setting, span)| Some((setting, span?)));
        if let (None, Some((setting, span))) = (self.family, alone) {
            return Err(needs(source, span, setting, "family = \"forecast\", or write it in [[model.metric]]"));
        }
        let published = Published {
            unit: self.unit.map(Spanned::into_inner),
            namespace: self.namespace.map(|namespace| namespace.into_inner().0),
            dimensions: self.dimensions.map(Spanned::into_inner),
        };
        let of_family = self.family.map(|family| family.metrics(&name, &published)).unwrap_or_default();
        Ok(Model {
            metrics: merged(of_family, self.metric, source)?,
            name,
            family: self.family,
            accounts: each::<Name>(self.accounts, source)?.into_iter().map(|n| n.0).collect(),
            group: self.group.map(|g| g.0),
            pipelines: each(self.pipelines, source)?,
            endpoints: each(self.endpoints, source)?,
            alarms: each(self.alarms, source)?,
            codepipeline: each::<Name>(self.codepipeline, source)?.into_iter().map(|n| n.0).collect(),
            runbook_url: self.runbook_url.map(Spanned::into_inner),
            metadata_item: self.metadata_item.map(|template| template.checked(source)).transpose()?,
            data,
        })
    }
}

impl WrittenData {
    fn checked(self, source: &Source) -> Result<Data, ConfigError> {
        let uri = &self.uri.get_ref().0;
        if self.kind == DataKind::S3
            && !uri.strip_prefix("s3://").is_some_and(|rest| !rest.starts_with('/') && !rest.is_empty())
        {
            let message = format!("{uri:?} is not an S3 location");
            return Err(ConfigError::at(source, self.uri.span(), message).hint("write \"s3://bucket/prefix/\""));
        }
        if self.kind == DataKind::FeatureGroup && uri.contains("://") {
            let message = format!("{uri:?} is not the name of a feature group");
            return Err(ConfigError::at(source, self.uri.span(), message).hint("an S3 location has kind = \"s3\""));
        }
        if self.kind == DataKind::S3 {
            checked_pattern(&self.uri, source)?;
        }
        let schema = self.schema.map(|schema| {
            let span = schema.span();
            SchemaName::try_from(schema.into_inner()).map_err(|why| ConfigError::at(source, span, why))
        });
        let (uri, max_age) = (self.uri.into_inner().0, self.max_age.map(|s| s.0));
        Ok(Data { kind: self.kind, uri, max_age, schema: schema.transpose()? })
    }
}

/// Checks the dates in a location. An error points at the date within the text.
fn checked_pattern(uri: &Spanned<Name>, source: &Source) -> Result<(), ConfigError> {
    let (text, span) = (&uri.get_ref().0, uri.span());
    let bucket = text.find("://").and_then(|at| text.get(at + 3..)?.find('/').map(|slash| at + 4 + slash));
    let (bucket, prefix) = text.split_at_checked(bucket.unwrap_or(text.len())).unwrap_or((text, ""));
    if bucket.contains(['{', '}']) {
        let message = format!("{bucket:?} is not the name of a bucket: dates belong in the prefix");
        return Err(ConfigError::at(source, span, message).hint("write \"s3://bucket/dt={yyyy-MM-dd}/\""));
    }
    Pattern::parse(prefix).map(|_| ()).map_err(|wrong| {
        // A text without escapes begins one byte after the opening quote.
        let start = span.start + 1 + bucket.len();
        let plain = source.text.get(span.start + 1..).is_some_and(|rest| rest.starts_with(text.as_str()));
        let place = if plain { start + wrong.place.start..start + wrong.place.end } else { span.clone() };
        ConfigError::at(source, place, wrong.message).hint(wrong.hint)
    })
}

fn each<T: TryFrom<String, Error = String>>(texts: Texts, source: &Source) -> Result<Vec<T>, ConfigError> {
    let each = texts.into_iter().map(|text| {
        let span = text.span();
        T::try_from(text.into_inner()).map_err(|message| ConfigError::at(source, span, message))
    });
    each.collect()
}
