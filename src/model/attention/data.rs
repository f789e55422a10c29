//! Is the data there, fresh, and writable?

use std::time::Duration;

use jiff::Timestamp;

use super::{Facts, Finding, unfinished, unread, untold};
use crate::fmt;
use crate::model::Health;
use crate::resources::dataset::{Dataset, NOTHING_THERE, Role};

fn datasets<'a>(facts: &'a Facts<'_>) -> impl Iterator<Item = &'a Dataset> {
    facts.chain.datasets.iter().filter_map(|uri| facts.index.store.datasets.get(uri))
}

fn max_age(facts: &Facts<'_>, uri: &str) -> Option<Duration> {
    facts.config?.data.iter().find(|d| d.uri == uri)?.max_age
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
        // Of more keys than are read the newest is not known.
        let (newest, allowed) = (d.newest.filter(|_| !d.capped)?, max_age(facts, &d.uri)?);
        let age = Duration::from_secs((facts.now.as_second() - newest.as_second()).try_into().unwrap_or(0));
        (age > allowed).then(|| (Health::Warning, format!("no data for {}", fmt::span(age)), Some(newest)))
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
        return untold([unfinished(&store.jobs), unfinished(&store.steps), unread(&store.feature_groups)]);
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
