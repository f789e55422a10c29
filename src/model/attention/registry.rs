//! Which version is the good one, and does one wait for somebody?

use jiff::Timestamp;

use super::{Facts, Finding, unfinished, unread};
use crate::model::Health;
use crate::resources::package::ModelPackage;

/// Newest first.
fn versions<'a>(facts: &'a Facts<'_>) -> impl Iterator<Item = &'a ModelPackage> {
    facts.rows.packages.iter().copied()
}

pub(super) fn waits(facts: &Facts<'_>) -> Vec<Finding> {
    let approved = versions(facts).filter(|p| p.approval == "Approved").filter_map(|p| p.version).max();
    let waiting = versions(facts).filter(|p| p.waits() && p.version > approved);
    waiting
        .map(|p| (Health::Waiting, format!("v{} waits for approval", p.version.unwrap_or_default()), p.created))
        .collect()
}

/// Somebody approved a version an hour ago or more, and production still serves an older one.
pub(super) fn not_live(facts: &Facts<'_>) -> Vec<Finding> {
    let Some(serving) = facts.chain.serving.iter().find(|s| s.production() && s.arriving.is_empty()) else {
        return Vec::new();
    };
    let (Some(live), Some(newest)) = (serving.version(), versions(facts).find(|p| p.approval == "Approved")) else {
        return Vec::new();
    };
    let decided = newest.details.as_ref().and_then(|d| d.modified).or(newest.created);
    let version = newest.version.unwrap_or_default();
    let long_ago = decided.is_some_and(|at| facts.now.as_second() - at.as_second() > 3600);
    if version <= live || !long_ago {
        return Vec::new();
    }
    vec![(Health::Waiting, format!("v{version} is approved, {} serves v{live}", serving.endpoint), decided)]
}

pub(super) fn version_failed(facts: &Facts<'_>) -> Vec<Finding> {
    let failed = versions(facts).next().filter(|p| p.status == "Failed");
    failed
        .map(|p| (Health::Critical, format!("v{} failed", p.version.unwrap_or_default()), p.created))
        .into_iter()
        .collect()
}

pub(super) fn source(facts: &Facts<'_>) -> Vec<Finding> {
    let packages = &facts.index.store.packages;
    if facts.chain.group.is_some() && facts.rows.packages.is_empty() {
        // What changed lately is read first: of this group nothing did.
        return unfinished(packages);
    }
    if packages.is_empty() { unread(packages) } else { Vec::new() }
}

pub(super) fn summary(facts: &Facts<'_>) -> (bool, String, Option<Timestamp>) {
    if let Some(p) = versions(facts).find(|p| p.approval == "Approved") {
        let decided = p.details.as_ref().and_then(|d| d.modified);
        return (true, format!("v{} approved", p.version.unwrap_or_default()), decided.or(p.created));
    }
    match versions(facts).next() {
        Some(p) => (true, format!("v{} {}", p.version.unwrap_or_default(), p.approval), p.created),
        None if facts.chain.group.is_some() => (true, "no version yet".to_owned(), None),
        None => (false, "not registered".to_owned(), None),
    }
}
