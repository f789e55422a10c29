//! Is the data there, fresh, and writable?

use std::time::Duration;

use jiff::Timestamp;

use super::{Facts, Finding, NOT_READ, unfinished, unread, untold};
use crate::config::{Data, DataKind};
use crate::fmt;
use crate::model::Health;
use crate::resources::dataset::{Dataset, NOTHING_THERE, Role};

fn datasets<'a>(facts: &'a Facts<'_>) -> impl Iterator<Item = &'a Dataset> {
    facts.chain.datasets.iter().filter_map(|uri| facts.index.store.datasets.get(uri))
}

/// How old a location may be: its own `max_age`, or that of the feature group whose offline store it is.
fn max_age(facts: &Facts<'_>, uri: &str) -> Option<Duration> {
    let groups = &facts.index.store.feature_groups;
    let is_meant = |data: &&Data| match data.kind {
        DataKind::S3 => data.uri == uri,
        DataKind::FeatureGroup => groups.get(&data.uri).and_then(|group| group.offline_uri.as_deref()) == Some(uri),
    };
    facts.config?.data.iter().find(is_meant)?.max_age
}

pub(super) fn unreadable(facts: &Facts<'_>) -> Vec<Finding> {
    let configured = |uri: &str| facts.config.is_some_and(|m| m.data.iter().any(|d| d.uri == uri));
    let named: Vec<Finding> = datasets(facts)
        .filter_map(|d| {
            // What an old job read may have been tidied away; what the user named must be there.
            let health = if configured(&d.uri) { Health::Critical } else { Health::Unknown };
            let empty = d.problem.as_deref() == Some(NOTHING_THERE);
            let health = if empty { health } else { Health::Unknown };
            (health == Health::Critical || configured(&d.uri))
                .then(|| d.problem.as_ref().map(|p| (health, format!("{}: {p}", d.uri), None)))?
        })
        .collect();
    if named.is_empty() { nothing_read(facts).into_iter().collect() } else { named }
}

/// Where none of the locations can be read, how the data is is not known.
fn nothing_read(facts: &Facts<'_>) -> Option<Finding> {
    let mut why = None;
    for dataset in datasets(facts).filter(|d| d.role != Role::Artifact) {
        let problem = dataset.problem.as_deref().filter(|problem| *problem != NOTHING_THERE)?;
        why.get_or_insert_with(|| format!("{}: {problem}", dataset.uri));
    }
    why.map(|text| (Health::Unknown, text, None))
}

pub(super) fn age(facts: &Facts<'_>) -> Vec<Finding> {
    let old = |d: &Dataset| {
        let allowed = max_age(facts, &d.uri).filter(|_| d.problem.is_none())?;
        let age = d.newest.map(|newest| facts.now.as_second() - newest.as_second());
        let age = age.map(|age| Duration::from_secs(age.try_into().unwrap_or(0)));
        // Something that is new enough is there, whatever else there is.
        if age.is_some_and(|age| age <= allowed) {
            return None;
        }
        match (&d.unsure, age) {
            (Some(why), _) => Some((Health::Unknown, format!("newest data of {} unknown: {why}", d.uri), None)),
            (None, Some(age)) => Some((Health::Warning, format!("no data for {}", fmt::span(age)), d.newest)),
            (None, None) => None,
        }
    };
    datasets(facts).filter_map(old).collect()
}

pub(super) fn offline_store(facts: &Facts<'_>) -> Vec<Finding> {
    let groups = facts.chain.feature_groups.iter();
    groups
        .filter_map(|name| {
            let group = facts.index.store.feature_groups.get(name)?;
            if group.offline_status.as_deref() == Some("Blocked") {
                let why = group.blocked.as_deref().unwrap_or("no reason given");
                return Some((Health::Critical, format!("offline store of {name} is blocked: {why}"), None));
            }
            let failed = group.status.contains("Failed");
            failed.then(|| (Health::Critical, format!("feature group {name} is {}", group.status), group.modified))
        })
        .collect()
}

pub(super) fn source(facts: &Facts<'_>) -> Vec<Finding> {
    let (chain, store) = (facts.chain, facts.index.store);
    if chain.datasets.is_empty() && chain.feature_groups.is_empty() {
        // Where data lies is told by what was trained on it.
        let undescribed = facts.rows.jobs.iter().any(|job| job.details.is_none());
        let why = store.jobs.trouble().filter(|_| undescribed);
        let why = why.map(|why| (Health::Unknown, format!("{} {}", why.operation, why.kind.word()), None));
        return untold([
            unfinished(&store.jobs),
            unfinished(&store.steps),
            unread(&store.feature_groups),
            why.into_iter().collect(),
        ]);
    }
    let lacks = |data: &&Data| data.kind == DataKind::S3 && store.datasets.get(&data.uri).is_none();
    let missing = facts.config.and_then(|config| config.data.iter().find(lacks)).filter(|_| !store.datasets.is_empty());
    if let Some(data) = missing {
        let why = store.datasets.trouble().map(|why| format!("{} {}", why.operation, why.kind.word()));
        return vec![(Health::Unknown, format!("{}: {}", data.uri, why.unwrap_or_else(|| NOT_READ.to_owned())), None)];
    }
    let located = !chain.datasets.is_empty() && store.datasets.is_empty();
    let grouped = !chain.feature_groups.is_empty() && store.feature_groups.is_empty();
    let found = if located { unread(&store.datasets) } else { Vec::new() };
    if found.is_empty() && grouped { unread(&store.feature_groups) } else { found }
}

pub(super) fn summary(facts: &Facts<'_>) -> (bool, String, Option<Timestamp>) {
    let present = !facts.chain.datasets.is_empty() || !facts.chain.feature_groups.is_empty();
    let newest = datasets(facts).filter(|d| d.role != Role::Artifact).filter_map(|d| d.newest).max();
    let summary = match (present, newest) {
        (false, _) => "no data location known",
        (true, Some(_)) if datasets(facts).any(|d| max_age(facts, &d.uri).is_some()) => "fresh",
        (true, Some(_)) => "newest",
        (true, None) => "linked",
    };
    (present, summary.to_owned(), newest)
}
