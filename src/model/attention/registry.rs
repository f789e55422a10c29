//! Which version is the good one, and does one wait for somebody?

use jiff::Timestamp;

use super::{Facts, Finding, unfinished, unread};
use crate::model::{Health, Serving};
use crate::resources::package::ModelPackage;

/// Newest first.
fn versions<'a>(facts: &'a Facts<'_>) -> impl Iterator<Item = &'a ModelPackage> {
    facts.rows.packages.iter().copied()
}

pub(super) fn waits(facts: &Facts<'_>) -> Vec<Finding> {
    let approved = versions(facts).filter(|p| p.approval == "Approved").filter_map(|p| p.version).max();
    let waiting = versions(facts).filter(|p| p.waits() && p.version > approved);
    waiting
        .map(|p| {
            let version = p.version.unwrap_or_default();
            let finding = Finding::new(Health::Waiting, format!("v{version} waits for approval"));
            finding.short(format!("v{version} waits")).since(p.created).about(&p.arn)
        })
        .collect()
}

/// Somebody approved a version an hour ago or more, and production still serves an older one.
pub(super) fn not_live(facts: &Facts<'_>) -> Vec<Finding> {
    let Some(newest) = versions(facts).find(|p| p.approval == "Approved") else { return Vec::new() };
    let decided = newest.details.as_ref().and_then(|d| d.modified).or(newest.created);
    let version = newest.version.unwrap_or_default();
    if decided.is_none_or(|at| facts.now.as_second() - at.as_second() <= 3600) {
        return Vec::new();
    }
    let steady = facts.chain.serving.iter().filter(|s| s.production() && s.arriving.is_empty());
    let elsewhere = facts.chain.serving.iter().any(|s| s.production() && s.version() == Some(version));
    let older = steady.filter_map(|serving| {
        let live = serving.version().filter(|live| *live < version)?;
        let text = format!("v{version} is approved, {} serves v{live}", serving.place());
        let place = if elsewhere { format!(" in {}", serving.endpoint) } else { String::new() };
        let finding = Finding::new(Health::Waiting, text).short(format!("v{version} approved, not live{place}"));
        Some(finding.since(decided).about(&newest.arn))
    });
    older.collect()
}

/// What customers get was rejected, or nobody approved it. Where no version was ever approved nobody does that here.
pub(super) fn serves_unapproved(facts: &Facts<'_>) -> Vec<Finding> {
    let approves = versions(facts).any(|p| p.approval == "Approved");
    let production = facts.chain.serving.iter().filter(|serving| serving.production());
    let served = production.flat_map(|serving| serving.versions.iter().map(move |version| (serving, version)));
    let told = |(serving, (arn, version)): (&Serving, &(&str, i32))| {
        let package = facts.index.package(arn)?;
        let details = package.details.as_ref();
        let (health, since) = match package.approval.as_str() {
            "Rejected" => (Health::Warning, details.and_then(|d| d.modified)),
            "PendingManualApproval" if approves => (Health::Warning, package.created),
            "PendingManualApproval" => (Health::Waiting, package.created),
            _ => return None,
        };
        let why = details.and_then(|d| d.approval_description.as_deref()).filter(|_| !package.waits());
        let why = why.map(|why| format!(": {why}")).unwrap_or_default();
        let place = if serving.stage.is_empty() { serving.endpoint } else { serving.stage };
        let text = format!("v{version} serves {} and is {}{why}", serving.place(), package.approval);
        let word = if package.waits() { "not approved" } else { "Rejected" };
        Some(Finding::new(health, text).short(format!("v{version} {word}, serves {place}")).since(since).about(*arn))
    };
    served.filter_map(told).collect()
}

pub(super) fn version_failed(facts: &Facts<'_>) -> Vec<Finding> {
    let failed = versions(facts).next().filter(|p| p.status == "Failed");
    failed
        .map(|p| {
            let text = format!("v{} failed", p.version.unwrap_or_default());
            Finding::new(Health::Critical, text).since(p.created).about(&p.arn)
        })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::join;
    use crate::resources::config::{ConfigVariant, EndpointConfig};
    use crate::resources::endpoint::Endpoint;
    use crate::resources::model::{Container, Model};
    use crate::resources::package::Details;
    use crate::resources::{Listing, Seen};

    /// What is said where an endpoint serves v2 of a group whose versions have these approvals, from v1 on.
    fn said(endpoint: &str, approvals: &[&str]) -> Vec<(&'static str, Health, String)> {
        let at = Timestamp::from_second(1_000_000_000).unwrap();
        let arn = |number: usize| format!("arn:aws:sagemaker:r:1:model-package/fraud/{number}");
        let version = |(place, approval): (usize, &&str)| ModelPackage {
            arn: arn(place + 1),
            group: Some("fraud".into()),
            version: i32::try_from(place + 1).ok(),
            approval: (*approval).into(),
            status: "Completed".into(),
            created: Some(Timestamp::UNIX_EPOCH),
            details: Some(Details { approval_description: Some("so".into()), ..Details::default() }),
            ..ModelPackage::default()
        };
        let container = Container { package: Some(arn(2)), ..Container::default() };
        let model = Model { name: "m".into(), containers: Some(vec![container]), ..Model::default() };
        let variant = ConfigVariant { name: "v".into(), model: Some("m".into()), ..ConfigVariant::default() };
        let config = EndpointConfig { name: "c".into(), variants: Some(vec![variant]), ..EndpointConfig::default() };
        let endpoint = Endpoint { name: endpoint.into(), config: Some("c".into()), ..Endpoint::default() };
        let mut seen = Seen { at, ..Seen::default() };
        let versions = approvals.iter().enumerate().map(version).collect();
        seen.store.packages.apply(Ok(Listing::all(versions)), at);
        seen.store.models.apply(Ok(Listing::all(vec![model])), at);
        seen.store.configs.apply(Ok(Listing::all(vec![config])), at);
        seen.store.endpoints.apply(Ok(Listing::all(vec![endpoint])), at);
        let joined = join(&seen);
        let reasons = joined.chain("fraud").unwrap().reasons.iter();
        let reasons = reasons.filter(|r| matches!(r.rule, "not-live" | "serves-unapproved"));
        reasons.map(|r| (r.rule, r.health, r.text.clone())).collect()
    }

    #[test]
    fn what_customers_get_is_to_be_approved_and_the_newest_of_those() {
        let (yes, no, open) = ("Approved", "Rejected", "PendingManualApproval");
        for (endpoint, approvals, expected) in [
            ("fraud-prod", &[yes, yes][..], None),
            ("fraud-prod", &[yes, no], Some((Health::Warning, "v2 serves fraud-prod and is Rejected: so"))),
            ("fraud-prod", &[yes, open], Some((Health::Warning, "v2 serves fraud-prod and is PendingManualApproval"))),
            // Nobody approves here.
            ("fraud-prod", &[open, open], Some((Health::Waiting, "v2 serves fraud-prod and is PendingManualApproval"))),
            ("fraud-prod", &[yes, yes, yes], Some((Health::Waiting, "v3 is approved, fraud-prod serves v2"))),
            ("fraud-staging", &[yes, no], None),
            ("fraud-staging", &[yes, yes, yes], None),
        ] {
            let found: Vec<(Health, String)> =
                said(endpoint, approvals).into_iter().map(|(_, health, text)| (health, text)).collect();
            let expected: Vec<(Health, String)> =
                expected.into_iter().map(|(health, text): (Health, &str)| (health, text.to_owned())).collect();
            assert_eq!(found, expected, "{endpoint} {approvals:?}");
        }
    }
}
