//! The `[[model]]` tables: links between resources that AWS does not know, and metrics that only the team knows.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::time::Duration;

use serde::Deserialize;
use toml::Spanned;

use super::error::{ConfigError, Source};
use super::glob::Glob;
use super::pattern::Pattern;
use super::value::{Compare, Meaning, Name, Severity, Span};

/// One model, from its data to its alarms.
#[derive(Debug, Clone, PartialEq)]
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
    /// The data that it is trained on.
    pub data: Vec<Data>,
    /// The metrics that say how good it is.
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
            MetricSource::CloudWatch { .. } => None,
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
}

/// The type of a source of training data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DataKind {
    /// Objects below a prefix.
    S3,
    /// A group in the feature store.
    FeatureGroup,
}

/// A metric of a model.
#[derive(Debug, Clone, PartialEq)]
pub struct Metric {
    /// The name that the team uses for it.
    pub label: String,
    /// The source of its values.
    pub source: MetricSource,
    /// The comparison and the threshold; a value for which the comparison holds is beyond the threshold.
    pub limit: Option<(Compare, f64)>,
    /// The severity of a value beyond the threshold.
    pub severity: Option<Severity>,
    /// Whether a value beyond the threshold is bad or good.
    pub meaning: Meaning,
}

impl Metric {
    /// Returns whether it is the metric of this name in one of these namespaces of CloudWatch.
    #[must_use]
    pub fn is_cloudwatch(&self, namespaces: &[String], name: &str) -> bool {
        match &self.source {
            MetricSource::CloudWatch { namespace, name: own, .. } => own == name && namespaces.contains(namespace),
            MetricSource::Package { .. } => false,
        }
    }
}

/// The source of the values of a metric.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MetricSource {
    /// In CloudWatch.
    CloudWatch {
        /// Its namespace.
        namespace: String,
        /// Its name there.
        name: String,
        /// All of its dimensions.
        dimensions: BTreeMap<String, String>,
        /// The statistic, such as `Average`.
        stat: String,
        /// The time between two values, in whole minutes. If it is missing, it is derived from the values themselves.
        period: Option<Duration>,
    },
    /// In the evaluation report of the model package.
    Package {
        /// The path of the value in the report, such as `$.ranking.ctr.value`.
        json_path: String,
    },
}

/// The longest period of a metric, in seconds.
const LONGEST_PERIOD: u64 = 31 * 86_400;

/// A list of texts. Each keeps its own place, so that an error points at the one text and not at the list.
type Texts = Vec<Spanned<String>>;

/// A model as it is written in the file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    name: Spanned<Name>,
    #[serde(default)]
    accounts: Texts,
    group: Option<Name>,
    #[serde(default)]
    pipelines: Texts,
    #[serde(default)]
    endpoints: Texts,
    #[serde(default)]
    alarms: Texts,
    #[serde(default)]
    codepipeline: Texts,
    runbook_url: Option<Spanned<String>>,
    #[serde(default)]
    data: Vec<WrittenData>,
    #[serde(default)]
    metric: Vec<Spanned<WrittenMetric>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenData {
    kind: DataKind,
    uri: Spanned<Name>,
    max_age: Option<Span>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenMetric {
    label: Name,
    namespace: Option<Name>,
    name: Option<Name>,
    #[serde(default)]
    dimensions: BTreeMap<String, String>,
    stat: Option<Name>,
    period: Option<Spanned<Span>>,
    threshold: Option<Spanned<f64>>,
    compare: Option<Spanned<Compare>>,
    severity: Option<Severity>,
    #[serde(default)]
    meaning: Meaning,
    source: Option<Spanned<WrittenSource>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenSource {
    s3: WrittenReport,
    json_path: Spanned<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum WrittenReport {
    Package,
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
        let metrics = self.metric.into_iter().map(|metric| checked_metric(metric, source));
        Ok(Model {
            name: self.name.into_inner().0,
            accounts: each::<Name>(self.accounts, source)?.into_iter().map(|n| n.0).collect(),
            group: self.group.map(|g| g.0),
            pipelines: each(self.pipelines, source)?,
            endpoints: each(self.endpoints, source)?,
            alarms: each(self.alarms, source)?,
            codepipeline: each::<Name>(self.codepipeline, source)?.into_iter().map(|n| n.0).collect(),
            runbook_url: self.runbook_url.map(Spanned::into_inner),
            data,
            metrics: metrics.collect::<Result<_, _>>()?,
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
        Ok(Data { kind: self.kind, uri: self.uri.into_inner().0, max_age: self.max_age.map(|s| s.0) })
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

fn checked_metric(written: Spanned<WrittenMetric>, source: &Source) -> Result<Metric, ConfigError> {
    let span = written.span();
    let metric = written.into_inner();
    let limit = match (metric.threshold, metric.compare) {
        (Some(threshold), Some(compare)) if threshold.get_ref().is_finite() => {
            Some((compare.into_inner(), threshold.into_inner()))
        }
        (Some(threshold), Some(_)) => {
            return Err(ConfigError::at(source, threshold.span(), "a threshold is a number"));
        }
        (Some(threshold), None) => {
            return Err(needs(source, threshold.span(), "threshold", "compare = \">\""));
        }
        (None, Some(compare)) => {
            return Err(needs(source, compare.span(), "compare", "threshold = 0.15"));
        }
        (None, None) => None,
    };
    let period = metric.period.map(|period| checked_period(&period, source)).transpose()?;
    let from = match (metric.source, metric.namespace, metric.name) {
        (None, Some(namespace), Some(name)) => MetricSource::CloudWatch {
            period,
            namespace: namespace.0,
            name: name.0,
            dimensions: metric.dimensions,
            stat: metric.stat.map_or_else(|| "Average".to_owned(), |s| s.0),
        },
        (Some(report), None, None) if period.is_some() => {
            return Err(ConfigError::at(source, report.span(), "a report has no period")
                .hint("leave out period: a report is read once for each version"));
        }
        (Some(report), None, None) => package(report.into_inner(), source)?,
        (Some(report), _, _) => {
            let message = "a metric is in CloudWatch or in a report, not in both";
            return Err(
                ConfigError::at(source, report.span(), message).hint("leave out either source, or namespace and name")
            );
        }
        (None, _, _) => {
            let message = format!("the metric {:?} has no source", metric.label.0);
            return Err(ConfigError::at(source, span, message)
                .hint("add namespace and name, or source = { s3 = \"package\", json_path = \"$.…\" }"));
        }
    };
    Ok(Metric { label: metric.label.0, source: from, limit, severity: metric.severity, meaning: metric.meaning })
}

/// Checks that a period is one that CloudWatch accepts: whole minutes.
fn checked_period(written: &Spanned<Span>, source: &Source) -> Result<Duration, ConfigError> {
    let period = written.get_ref().0;
    let seconds = period.as_secs();
    if !seconds.is_multiple_of(60) || seconds > LONGEST_PERIOD {
        let message = "a period is whole minutes, at most 31 days";
        return Err(ConfigError::at(source, written.span(), message).hint("write \"5m\", \"1h\", \"1d\" or \"7d\""));
    }
    Ok(period)
}

fn package(report: WrittenSource, source: &Source) -> Result<MetricSource, ConfigError> {
    let WrittenSource { s3: WrittenReport::Package, json_path } = report;
    let path = json_path.get_ref();
    // The path leads to one value: it has names and `[n]`, and no wildcards.
    if path.len() < 3 || !path.starts_with("$.") || path.contains("..") || path.contains(['*', '?', '\'', '"']) {
        let message = format!("{:?} is not a path into a report", json_path.get_ref());
        return Err(ConfigError::at(source, json_path.span(), message).hint("write \"$.ranking.ctr.value\""));
    }
    Ok(MetricSource::Package { json_path: json_path.into_inner() })
}

fn each<T: TryFrom<String, Error = String>>(texts: Texts, source: &Source) -> Result<Vec<T>, ConfigError> {
    let each = texts.into_iter().map(|text| {
        let span = text.span();
        T::try_from(text.into_inner()).map_err(|message| ConfigError::at(source, span, message))
    });
    each.collect()
}

fn needs(source: &Source, span: Range<usize>, has: &str, lacks: &str) -> ConfigError {
    ConfigError::at(source, span, format!("{has} has no effect alone")).hint(format!("add {lacks}"))
}
