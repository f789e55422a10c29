//! A version beside the one that serves: what differs in its metrics, its image, its parameters, its code and its data.

use std::collections::BTreeMap;

use super::Chain;
use crate::config::MetricSource;
use crate::fmt;
use crate::resources::Observed;
use crate::resources::job::JobDetails;
use crate::resources::package::ModelPackage;

/// The property that names the inputs of the training jobs. Inputs that both have are left out.
const DATA: &str = "data";

/// A property of two versions. A text is empty where the version has no such property, or it is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// The property.
    pub what: String,
    /// Its value of the version that serves.
    pub live: String,
    /// Its value of the candidate.
    pub candidate: String,
}

/// A version beside the one that serves.
#[derive(Debug, Clone, PartialEq)]
pub struct BesideLive<'a> {
    /// The version that serves.
    pub live: &'a ModelPackage,
    /// The endpoint on which it serves.
    pub endpoint: &'a str,
    /// The properties that differ: metrics, image, parameters, code, data.
    pub changed: Vec<Pair>,
    /// The names of the properties that both have and that are the same.
    pub same: Vec<String>,
    /// Whether the training jobs of both are known. Else their parameters and data are left out.
    pub trained: bool,
}

/// Two versions side by side.
#[derive(Debug, Clone, PartialEq)]
pub struct Versions {
    /// Their properties: metrics, image, parameters, code, data.
    pub pairs: Vec<Pair>,
    /// Whether the training jobs of both are known. Else their parameters and data are left out.
    pub trained: bool,
}

/// Compares two versions of a model by their ids. `None` if one of them is not known.
#[must_use]
pub fn compare_versions(observed: &Observed, chain: &Chain<'_>, old: &str, new: &str) -> Option<Versions> {
    let packages = &observed.store.packages;
    let (live, candidate) = (packages.get(old)?, packages.get(new)?);
    let job = |package: &ModelPackage| job_of(observed, chain, package);
    let jobs = job(live).zip(job(candidate));
    let of = |package: &ModelPackage| {
        let mut all = reported(observed, chain, package);
        let trained = jobs.and_then(|_| job(package));
        all.extend(trained.into_iter().flat_map(final_metrics));
        let details = package.details.as_ref().filter(|details| !details.brief);
        let text = |value: Option<&String>| value.cloned().unwrap_or_default();
        all.push(("image".to_owned(), package.details.as_ref().map(|d| d.images.join(", ")).unwrap_or_default()));
        all.extend(trained.into_iter().flat_map(parameters));
        all.push(("CommitId".to_owned(), text(details.and_then(|d| d.commit.as_ref()))));
        all.push(("GeneratedBy".to_owned(), text(details.and_then(|d| d.generated_by.as_ref()))));
        all
    };
    let mut pairs = paired(of(live), of(candidate));
    pairs.extend(jobs.map(|(live, candidate)| inputs(live, candidate)));
    Some(Versions { pairs, trained: jobs.is_some() })
}

/// Compares a version of a model with the one that serves in production, or where there is no production: with the one
/// that gets the largest share. `None` if the version itself is that one, or nothing that is known serves.
#[must_use]
pub fn beside_live<'a>(observed: &'a Observed, chain: &Chain<'a>, candidate: &str) -> Option<BesideLive<'a>> {
    let packages = &observed.store.packages;
    let candidate = packages.get(candidate)?;
    let serving = chain.serving.iter().find(|serving| !serving.versions.is_empty())?;
    let (live, _) = serving.versions.first()?;
    let live = packages.rows().find(|package| package.arn.eq_ignore_ascii_case(live))?;
    if live.arn == candidate.arn {
        return None;
    }
    let Versions { pairs, trained } = compare_versions(observed, chain, &live.arn, &candidate.arn)?;
    let is_same = |pair: &Pair| pair.live == pair.candidate;
    let (same, changed): (Vec<Pair>, Vec<Pair>) = pairs.into_iter().partition(is_same);
    let inputs_are_same = |pair: &Pair| trained && pair.what == DATA;
    let same = same.into_iter().filter(|pair| !pair.live.is_empty() || inputs_are_same(pair)).map(|pair| pair.what);
    Some(BesideLive { live, endpoint: serving.endpoint, changed, same: same.collect(), trained })
}

/// Pairs the properties of both in the order of the candidate; those that only the other has come last.
fn paired(live: Vec<(String, String)>, candidate: Vec<(String, String)>) -> Vec<Pair> {
    let mut old: BTreeMap<String, String> = live.iter().cloned().collect();
    let mut pairs: Vec<Pair> = Vec::new();
    for (what, candidate) in candidate {
        let live = old.remove(&what).unwrap_or_default();
        pairs.push(Pair { what, live, candidate });
    }
    let only_live = live.into_iter().filter(|(what, _)| old.contains_key(what));
    pairs.extend(only_live.map(|(what, live)| Pair { what, live, candidate: String::new() }));
    pairs
}

/// Returns the job that made the artifact of a version.
fn job_of<'a>(observed: &'a Observed, chain: &Chain<'a>, package: &ModelPackage) -> Option<&'a JobDetails> {
    let made = &package.details.as_ref()?.data;
    let mut jobs = chain.jobs.iter().filter_map(|name| observed.store.jobs.get(name)?.details.as_ref());
    jobs.find(|job| job.artifact.as_ref().is_some_and(|artifact| made.contains(artifact)))
}

/// Returns the metrics of the evaluation report that the configuration names.
fn reported(observed: &Observed, chain: &Chain, package: &ModelPackage) -> Vec<(String, String)> {
    let config = chain.configured.and_then(|place| observed.preferences.models.get(place));
    let report = observed.store.reports.get(&package.arn);
    let metrics = config.zip(report).into_iter().flat_map(|(config, report)| {
        config.metrics.iter().filter_map(|metric| match &metric.source {
            MetricSource::Package { json_path } => {
                Some((metric.label.clone(), fmt::number(report.value(json_path).ok()?)))
            }
            MetricSource::CloudWatch { .. } | MetricSource::Report { .. } | MetricSource::Alarm { .. } => None,
        })
    });
    metrics.collect()
}

/// Returns the inputs that only one of two jobs has.
fn inputs(live: &JobDetails, candidate: &JobDetails) -> Pair {
    let only = |own: &JobDetails, other: &JobDetails| {
        let inputs = own.inputs.iter().filter(|input| !other.inputs.contains(input));
        inputs.map(String::as_str).collect::<Vec<_>>().join(", ")
    };
    Pair { what: DATA.to_owned(), live: only(live, candidate), candidate: only(candidate, live) }
}

fn final_metrics(job: &JobDetails) -> impl Iterator<Item = (String, String)> {
    job.metrics.iter().map(|(name, value)| (name.clone(), fmt::number(*value)))
}

fn parameters(job: &JobDetails) -> impl Iterator<Item = (String, String)> {
    job.hyperparameters.iter().map(|(name, value)| (name.clone(), value.clone()))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Account, job, version};
    use super::*;

    /// Adds version 2, which waits for an approval and was trained with other parameters on the same data.
    fn account() -> Account {
        let mut account = Account::healthy();
        account.packages.push(version(2, "PendingManualApproval"));
        for (place, name, depth) in [(0, "old", "6"), (1, "new", "8")] {
            let mut trained = job(name, "Completed", 3600);
            let details = trained.details.as_mut().unwrap();
            details.artifact = Some(format!("s3://models/{name}.tar.gz"));
            details.metrics = vec![("validation:auc".into(), if place == 0 { 0.9 } else { 0.95 })];
            details.hyperparameters =
                [("eta", "0.2"), ("max_depth", depth)].map(|(k, v)| (k.to_owned(), v.to_owned())).into();
            account.jobs.push(trained);
            let details = account.packages[place].details.as_mut().unwrap();
            details.data = vec![format!("s3://models/{name}.tar.gz")];
            details.images = vec!["xgboost@sha256:1".into()];
            details.commit = Some(format!("{place}a1b2c3"));
        }
        account
    }

    fn compared(account: &Account, number: i32) -> Option<(Vec<String>, Vec<String>, bool)> {
        let (observed, joined) = (account.observed(), account.join());
        let candidate = account.packages.iter().find(|package| package.version == Some(number))?;
        let compared = beside_live(&observed, joined.chain("fraud")?, &candidate.arn)?;
        let changed = compared.changed.iter().map(|p| format!("{}: {} → {}", p.what, p.live, p.candidate));
        Some((changed.collect(), compared.same, compared.trained))
    }

    #[test]
    fn what_differs_comes_first_and_what_is_the_same_is_only_named() {
        let (changed, same, trained) = compared(&account(), 2).unwrap();
        assert_eq!(changed, ["validation:auc: 0.9 → 0.95", "max_depth: 6 → 8", "CommitId: 0a1b2c3 → 1a1b2c3"]);
        assert_eq!(same, ["image", "eta", "GeneratedBy", "data"]);
        assert!(trained);
    }

    #[test]
    fn a_job_that_is_not_known_makes_no_difference() {
        let mut account = account();
        account.jobs.retain(|job| job.name != "old");
        let (changed, _, trained) = compared(&account, 2).unwrap();
        assert_eq!(changed, ["CommitId: 0a1b2c3 → 1a1b2c3"]);
        assert!(!trained);
    }

    #[test]
    fn what_serves_is_not_compared_with_itself() {
        assert_eq!(compared(&account(), 1), None);
        let mut account = account();
        account.endpoints.clear();
        assert_eq!(compared(&account, 2), None);
    }
}
