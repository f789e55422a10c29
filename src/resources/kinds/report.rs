//! Evaluation reports of versions: JSON files in S3 whose field names are free.
//!
//! They are read only for models whose configuration needs a value in them, for the versions that serve and the newest
//! one. Each is read once, as a registered version does not change.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::aws::{Aws, AwsError, DescribedEach, ErrorKind, describe_each};
use crate::resources::dataset::split;
use crate::resources::package::ModelPackage;
use crate::resources::{
    AwsCommand, Cadence, Kind, Listing, Observed, Properties, Resource, Store, Table, Turn, console, time,
};

/// The most bytes of a report. A larger file is no report.
const LARGEST: usize = 256 * 1024;
/// Seconds after which a report that could not be read is tried again: permissions are put right, files arrive late.
const AGAIN: i64 = 600;

/// The values that the configuration needs from one version's report.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct EvaluationReport {
    /// ARN of the version: the id. A report at a fixed place has its S3 URI instead.
    pub package: String,
    /// Its place (`ModelMetrics.ModelQuality.Statistics`).
    pub uri: Option<String>,
    /// The numbers at the JSON paths of the configuration; a path that leads to none is absent.
    pub values: BTreeMap<String, f64>,
    /// The reason why it could not be read, as a phrase that follows "the evaluation report".
    pub problem: Option<String>,
    /// The time at which it was read.
    pub read: Timestamp,
    /// The time at which the file was last written (`LastModified`).
    #[serde(default)]
    pub written: Option<Timestamp>,
}

impl EvaluationReport {
    /// Returns whether it is at a fixed place, where it may change.
    fn fixed(&self) -> bool {
        self.package.starts_with("s3://")
    }
    /// Returns the number at a path of the configuration.
    ///
    /// # Errors
    /// The reason why there is none, as a phrase that follows "the evaluation report".
    pub fn value(&self, path: &str) -> Result<f64, String> {
        match (&self.problem, self.values.get(path)) {
            (Some(problem), _) => Err(problem.clone()),
            (None, Some(value)) => Ok(*value),
            (None, None) => Err(format!("has no number at {path}")),
        }
    }
}

impl Resource for EvaluationReport {
    const KIND: Kind = Kind::Reports;
    const CADENCE: Cadence = Cadence::Slow;
    const AFTER: &[Kind] = &[Kind::Packages, Kind::Endpoints, Kind::Configs, Kind::Models];
    const OPTIONAL: bool = true;
    const WINDOWED: bool = true;
    fn id(&self) -> &str {
        &self.package
    }
    fn part_of(&self) -> Option<(Kind, &str)> {
        (!self.fixed()).then_some((Kind::Packages, &*self.package))
    }
    fn console(&self, region: &str) -> Option<String> {
        let (bucket, key) = split(self.uri.as_deref()?)?;
        Some(console::s3(region, bucket, key))
    }
    fn command(&self) -> Option<AwsCommand> {
        let (bucket, key) = split(self.uri.as_deref()?)?;
        Some(AwsCommand::new("s3api", "head-object", "bucket", bucket).with("key", key))
    }
    fn properties(&self, all: &mut Properties) {
        all.text("problem", self.problem.as_deref()).time("read", Some(self.read));
        all.time("written", self.written).text("uri", self.uri.as_deref());
        for (path, value) in &self.values {
            all.number(path.clone(), *value);
        }
    }
    fn due(observed: &Observed, known: &Table<Self>) -> bool {
        known.answered() && requests(observed).iter().any(|w| known.get(&w.package).is_none_or(|k| k.uri != w.uri))
    }
    async fn read(aws: &Aws, observed: &Observed, turn: Turn<'_, Self>) -> Result<Listing<Self>, AwsError> {
        let requests = requests(observed);
        if let (true, Some(why)) = (requests.is_empty(), observed.store.packages.read_error()) {
            return Err(why.clone());
        }
        let mut rows = BTreeMap::new();
        let mut due = Vec::new();
        for requests in requests {
            let known = turn.known.get(&requests.package).filter(|known| known.uri == requests.uri);
            let settled =
                |r: &Self| (r.problem.is_none() && !r.fixed()) || observed.at.as_second() - r.read.as_second() < AGAIN;
            rows.extend(known.map(|known| (known.package.clone(), known.clone())));
            if !known.is_some_and(settled) {
                due.push(requests);
            }
        }
        let DescribedEach { found, missed, shared } =
            describe_each(due, async |requests: ReportRequest| requests.read(aws, observed.at).await).await;
        rows.extend(found.into_iter().map(|row| (row.package.clone(), row)));
        if shared.is_none() {
            let refused = missed.into_iter().map(|(requests, why)| requests.refused(&why, observed.at));
            rows.extend(refused.map(|row| (row.package.clone(), row)));
        }
        Ok(Listing::all(rows.into_values().collect()).fault(shared))
    }
}

/// One report that is wanted.
#[derive(Debug, Clone, PartialEq)]
struct ReportRequest {
    package: String,
    uri: Option<String>,
    paths: BTreeSet<String>,
}

impl ReportRequest {
    async fn read(self, aws: &Aws, at: Timestamp) -> Result<EvaluationReport, AwsError> {
        let Self { package, uri, paths } = self;
        let mut row = EvaluationReport { package, uri, read: at, ..EvaluationReport::default() };
        match &row.uri {
            None => row.problem = Some("is missing: the version names none (ModelMetrics)".to_owned()),
            Some(uri) => match fetch_dated(aws, uri).await? {
                Ok((json, written)) => {
                    row.written = written;
                    let number = |path: String| Some((json.pointer(&pointer(&path))?.as_f64()?, path));
                    let found = paths.into_iter().filter_map(number);
                    row.values = found.map(|(value, path)| (path, value)).collect();
                }
                Err(problem) => row.problem = Some(problem),
            },
        }
        Ok(row)
    }
    /// Makes the row of a report that alone could not be read now.
    fn refused(self, why: &AwsError, at: Timestamp) -> EvaluationReport {
        let problem = Some(format!("cannot be read: {why}"));
        EvaluationReport { package: self.package, uri: self.uri, problem, read: at, ..EvaluationReport::default() }
    }
}

/// Returns the reports to read: those of the versions that serve and of the newest one, of each model that needs them.
fn requests(observed: &Observed) -> Vec<ReportRequest> {
    let live = live(&observed.store);
    let serves = |p: &ModelPackage| {
        let made_of = p.details.iter().flat_map(|d| &d.data);
        live.contains(&p.arn.to_ascii_lowercase()) || made_of.into_iter().any(|data| live.contains(data))
    };
    let mut requests: BTreeMap<&str, ReportRequest> = BTreeMap::new();
    for model in observed.preferences.models.iter().filter(|model| model.report_paths().next().is_some()) {
        let group = model.group_name();
        let versions = observed.store.packages.rows().filter(|p| p.group.as_deref() == Some(group));
        let newest = versions.clone().max_by_key(|p| p.version).map(|p| &p.arn);
        for package in versions.filter(|p| Some(&p.arn) == newest || serves(p)) {
            // The place of its report is unknown until a version was described.
            let Some(details) = package.details.as_ref().filter(|details| !details.brief) else { continue };
            let entry = requests.entry(&package.arn).or_insert_with(|| ReportRequest {
                package: package.arn.clone(),
                uri: details.metrics_uri.clone(),
                paths: BTreeSet::new(),
            });
            entry.paths.extend(model.report_paths().map(str::to_owned));
        }
    }
    let mut fixed: BTreeMap<&str, ReportRequest> = BTreeMap::new();
    for (uri, path) in observed.preferences.models.iter().flat_map(crate::config::Model::fixed_reports) {
        let request = || ReportRequest { package: uri.to_owned(), uri: Some(uri.to_owned()), paths: BTreeSet::new() };
        fixed.entry(uri).or_insert_with(request).paths.insert(path.to_owned());
    }
    requests.into_values().chain(fixed.into_values()).collect()
}

/// Returns what endpoints serve or are about to serve: ARNs of versions in lower case, and artifacts.
fn live(store: &Store) -> BTreeSet<String> {
    let configs = store.endpoints.rows().flat_map(|e| e.config.iter().chain(e.pending.as_ref().map(|p| &p.config)));
    let models =
        configs.filter_map(|name| store.configs.get(name)).flat_map(crate::resources::config::EndpointConfig::models);
    let containers = models.filter_map(|name| store.models.get(name)).flat_map(|m| m.containers.iter().flatten());
    containers
        .flat_map(|c| c.package.as_ref().map(|p| p.to_ascii_lowercase()).into_iter().chain(c.data.clone()))
        .collect()
}

/// Converts a path such as `$.ranking.ctr[0].value` to a JSON pointer: `/ranking/ctr/0/value`.
fn pointer(path: &str) -> String {
    let inner = path.strip_prefix('$').unwrap_or(path).replace('~', "~0").replace('/', "~1");
    inner.replace(['.', '['], "/").replace(']', "")
}

/// Reads a report. An inner error is a problem of this one alone, as a phrase that follows "the evaluation report".
///
/// # Errors
/// An error that every report would have now: no credentials, no network, no more calls.
pub async fn fetch(aws: &Aws, uri: &str) -> Result<Result<Value, String>, AwsError> {
    Ok(fetch_dated(aws, uri).await?.map(|(json, _)| json))
}

/// Reads a report as [`fetch`] does, with the time at which it was last written.
async fn fetch_dated(aws: &Aws, uri: &str) -> Result<Result<(Value, Option<Timestamp>), String>, AwsError> {
    let Some((bucket, key)) = split(uri).filter(|(bucket, key)| !bucket.is_empty() && !key.is_empty()) else {
        return Ok(Err("is not in S3".to_owned()));
    };
    let ask = |s3: aws_sdk_s3::Client| s3.get_object().bucket(bucket).key(key).send();
    let reply = match aws.ask_bucket(bucket, ask).await {
        Ok(reply) => reply,
        Err(error) if error.kind.is_shared() => return Err(error),
        // Without the permission s3:ListBucket a missing key is a 403, so this does not say that the file was deleted.
        Err(error) if error.kind == ErrorKind::Denied => return Ok(Err("may not be read".to_owned())),
        Err(error) => return Ok(Err(format!("cannot be read: {error}"))),
    };
    let too_large = || Ok(Err(format!("is larger than {} KiB", LARGEST / 1024)));
    if reply.content_length().is_some_and(|n| usize::try_from(n).map_or(true, |n| n > LARGEST)) {
        return too_large();
    }
    // The length may be missing or wrong, so the bytes are counted as they come.
    let written = time(reply.last_modified());
    let (mut body, mut bytes) = (reply.body, Vec::new());
    while let Some(chunk) = body.try_next().await.map_err(|_| broken_off())? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > LARGEST {
            return too_large();
        }
    }
    let json = serde_json::from_slice(&bytes).map_err(|error| format!("is not JSON: {error}"));
    Ok(json.map(|json| (json, written)))
}

fn broken_off() -> AwsError {
    AwsError { kind: ErrorKind::Unreachable, ..AwsError::other("GetObject", "the answer broke off") }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::config::{Config, Source};
    use crate::resources::Preferences;
    use crate::resources::config::{ConfigVariant, EndpointConfig};
    use crate::resources::endpoint::Endpoint;
    use crate::resources::model::{Container, Model};
    use crate::resources::package::Details;

    #[test]
    fn a_path_into_a_report_is_a_json_pointer() {
        let json = serde_json::json!({"ranking": {"ctr@10": [{"value": 0.03}], "a/b": 2}});
        let at = |path: &str| json.pointer(&pointer(path)).and_then(Value::as_f64);
        assert_eq!(at("$.ranking.ctr@10[0].value"), Some(0.03));
        assert_eq!(at("$.ranking.a/b"), Some(2.0));
        assert_eq!(at("$.ranking.ctr@10[1].value"), None);
        assert_eq!(at("$.ranking"), None, "not a number");
    }

    fn version(group: &str, number: i32) -> ModelPackage {
        let arn = format!("arn:x:model-package/{group}/{number}");
        let metrics_uri = Some(format!("s3://b/{group}/{number}.json"));
        let details =
            Details { metrics_uri, data: vec![format!("s3://b/{group}/{number}.tar.gz")], ..Details::default() };
        ModelPackage {
            arn,
            group: Some(group.into()),
            version: Some(number),
            details: Some(details),
            ..Default::default()
        }
    }

    /// Makes five versions of two groups; v2 serves by its ARN, v3 by its artifact.
    fn observed(config: &str) -> Observed {
        let config = Config::parse(&Source { file: "x".into(), text: config.into() }).unwrap();
        let preferences = Preferences { models: config.models, ..Preferences::default() };
        let mut observed = Observed { preferences: Arc::new(preferences), ..Observed::default() };
        let both = |number| [version("fraud", number), version("web", number)];
        observed.store.packages.apply(Ok(Listing::all((1..=5).flat_map(both).collect())), Timestamp::UNIX_EPOCH);
        let endpoint = Endpoint { name: "e".into(), config: Some("c".into()), ..Default::default() };
        observed.store.endpoints.apply(Ok(Listing::all(vec![endpoint])), Timestamp::UNIX_EPOCH);
        let variant =
            |model: &str| ConfigVariant { name: model.into(), model: Some(model.into()), ..Default::default() };
        let variants = Some(vec![variant("by-arn"), variant("by-data")]);
        observed.store.configs.apply(
            Ok(Listing::all(vec![EndpointConfig { name: "c".into(), variants, ..Default::default() }])),
            Timestamp::UNIX_EPOCH,
        );
        let model = |name: &str, container: Container| Model {
            name: name.into(),
            containers: Some(vec![container]),
            ..Default::default()
        };
        observed.store.models.apply(
            Ok(Listing::all(vec![
                model(
                    "by-arn",
                    Container { package: Some("arn:x:model-package/FRAUD/2".into()), ..Default::default() },
                ),
                model("by-data", Container { data: Some("s3://b/fraud/3.tar.gz".into()), ..Default::default() }),
                model(
                    "unused",
                    Container { package: Some("arn:x:model-package/fraud/1".into()), ..Default::default() },
                ),
            ])),
            Timestamp::UNIX_EPOCH,
        );
        observed
    }

    #[test]
    fn only_what_serves_and_the_newest_of_models_that_ask_is_read() {
        let ask = "[[model]]\nname = \"m\"\ngroup = \"fraud\"\n[[model.metric]]\nlabel = \"AUC\"\n\
                   source = { s3 = \"package\", json_path = \"$.auc\" }\n[[model]]\nname = \"web\"\n";
        let found = requests(&observed(ask));
        let packages: Vec<&str> = found.iter().filter_map(|w| w.package.rsplit(':').next()).collect();
        assert_eq!(packages, ["model-package/fraud/2", "model-package/fraud/3", "model-package/fraud/5"]);
        assert!(found.iter().all(|w| w.paths == BTreeSet::from(["$.auc".to_owned()])));
        assert!(requests(&observed("[[model]]\nname = \"fraud\"\n")).is_empty(), "nobody asks");
    }
}
