//! Rules about the registry: which version is approved, and does one wait for a decision?

use super::attached::delivering;
use super::{Column, Finding, RuleInput, Summary, unfinished, unread};
use crate::model::{Health, Serving};
use crate::resources::Kind;
use crate::resources::endpoint::Mode;
use crate::resources::package::ModelPackage;

/// Returns the versions, newest first.
fn versions<'a>(input: &'a RuleInput<'_>) -> impl Iterator<Item = &'a ModelPackage> {
    input.rows.packages.iter().copied()
}

/// Returns the versions that wait and are newer than the newest approved one, the newest first.
fn waiting<'a>(input: &'a RuleInput<'_>) -> impl Iterator<Item = &'a ModelPackage> {
    let approved = versions(input).filter(|p| p.approval == "Approved").filter_map(|p| p.version).max();
    versions(input).filter(move |p| p.waits() && p.version > approved)
}

/// Returns the newest version that waits for a decision.
pub(super) fn newest_waiting(input: &RuleInput<'_>) -> Option<i32> {
    waiting(input).next()?.version
}

pub(super) fn waits(input: &RuleInput<'_>) -> Vec<Finding> {
    waiting(input)
        .map(|p| {
            let version = p.version.unwrap_or_default();
            let finding = Finding::new(Health::Waiting, format!("v{version} pending approval"));
            finding.brief(format!("v{version} pending")).since(p.created).about(Kind::Packages, &p.arn)
        })
        .collect()
}

/// Finds a version that was approved more than an hour ago while production still serves an older one. A version that gets
/// a small share of the requests is live. A delivery that is under way or waits explains it.
pub(super) fn not_live(input: &RuleInput<'_>) -> Vec<Finding> {
    if delivering(input) {
        return Vec::new();
    }
    let Some(newest) = versions(input).find(|p| p.approval == "Approved") else { return Vec::new() };
    let decided = newest.details.as_ref().and_then(|d| d.modified).or(newest.created);
    let version = newest.version.unwrap_or_default();
    if decided.is_none_or(|at| input.now.as_second() - at.as_second() <= 3600) {
        return Vec::new();
    }
    let steady = input.chain.serving.iter().filter(|s| s.production() && s.arriving.is_empty());
    let production = || input.chain.serving.iter().filter(|s| s.production());
    let (serve, all) = (production().filter(|s| s.answers(version)).count(), production().count());
    let elsewhere = serve > 0;
    let older = steady.filter_map(|serving| {
        serving.version().filter(|live| *live < version && !serving.answers(version))?;
        let live = serving.versions_with_shares()?;
        let text = format!("v{version} is approved, {} serves {live}", serving.place());
        let place = if elsewhere { format!(" in {}", serving.endpoint) } else { String::new() };
        let finding = Finding::new(Health::Waiting, text).brief(format!("v{version} approved, not live{place}"));
        let word = if elsewhere { format!("v{version} in {serve} of {all}") } else { format!("v{version} not live") };
        let finding = finding.word(word);
        Some(finding.since(decided).about(Kind::Packages, &newest.arn))
    });
    older.collect()
}

/// Finds production versions that were rejected or never approved. If no version was ever approved, this team does
/// not use approvals.
pub(super) fn serves_unapproved(input: &RuleInput<'_>) -> Vec<Finding> {
    let approves = versions(input).any(|p| p.approval == "Approved");
    let production = input.chain.serving.iter().filter(|serving| serving.production());
    let served = production.flat_map(|serving| serving.answering().map(move |version| (serving, version)));
    let told = |(serving, (arn, version)): (&Serving, &(&str, i32))| {
        let package = input.index.package(arn)?;
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
        let short = if package.waits() { "unapproved" } else { "Rejected" };
        Some(
            Finding::new(health, text)
                .brief(format!("v{version} {word}, serves {place}"))
                .word(format!("v{version} {short}"))
                .since(since)
                .about(Kind::Packages, *arn),
        )
    };
    served.filter_map(told).collect()
}

pub(super) fn version_failed(input: &RuleInput<'_>) -> Vec<Finding> {
    let failed = versions(input).next().filter(|p| p.status == "Failed");
    failed
        .map(|p| {
            let text = format!("v{} failed", p.version.unwrap_or_default());
            Finding::new(Health::Critical, text).since(p.created).about(Kind::Packages, &p.arn)
        })
        .into_iter()
        .collect()
}

pub(super) fn source(input: &RuleInput<'_>) -> Vec<Finding> {
    let packages = &input.index.store.packages;
    let found = if input.chain.group.is_some() && input.rows.packages.is_empty() {
        // Recent changes are read first, and none of them belongs to this group.
        unfinished(packages)
    } else if packages.is_empty() {
        unread(packages)
    } else {
        Vec::new()
    };
    if found.is_empty() { unknown_version(input).into_iter().collect() } else { found }
}

/// Returns a finding about a production version that cannot be read: nobody knows whether it was approved.
fn unknown_version(input: &RuleInput<'_>) -> Option<Finding> {
    let packages = &input.index.store.packages;
    let production = input.chain.serving.iter().filter(|serving| serving.production());
    let mut served = production.flat_map(Serving::answering);
    let (arn, version) = served.find(|(arn, _)| input.index.package(arn).is_none())?;
    let why = match packages.trouble() {
        Some(why) => format!("not read: {} {}", why.operation, why.kind.word()),
        None if packages.asked_at(arn).is_some() || packages.complete() => "is not in the registry".to_owned(),
        // It will be read soon.
        None => return None,
    };
    Some(Finding::new(Health::Unknown, format!("v{version} {why}")).word(format!("v{version} unknown")))
}

/// Returns whether an endpoint of the model loads many models, whose versions AWS does not tell.
fn serves_many(input: &RuleInput<'_>) -> bool {
    let store = &input.index.store;
    let endpoints = input.chain.serving.iter().filter_map(|serving| store.endpoints.get(serving.endpoint));
    endpoints.map(|endpoint| Mode::of(store, endpoint)).any(|mode| mode == Mode::MultiModel)
}

pub(super) fn summary(input: &RuleInput<'_>) -> Summary {
    let number = |p: &ModelPackage| format!("v{}", p.version.unwrap_or_default());
    if let Some(p) = versions(input).find(|p| p.approval == "Approved") {
        let decided = p.details.as_ref().and_then(|d| d.modified);
        let summary = Summary::new(true, format!("{} approved", number(p)), decided.or(p.created));
        return Summary { column: Some(Column::Word(number(p).into())), ..summary };
    }
    match versions(input).next() {
        Some(p) => Summary::new(true, format!("{} {}", number(p), p.approval), p.created),
        None if input.chain.group.is_some() => Summary::new(true, "no version yet", None),
        None if serves_many(input) => Summary::new(false, "not known: a multi-model endpoint names no version", None),
        None => Summary::new(false, "not registered", None),
    }
}
