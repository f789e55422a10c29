//! Rules about data: is it there, is it fresh, and can it be written?

use std::time::Duration;

use jiff::Timestamp;

use super::{Column, Finding, RuleInput, Summary, failed_call, of_failure, unfinished, unread, untold};
use crate::config::{Data, DataKind};
use crate::fmt;
use crate::model::Health;
use crate::model::join::RECENT_JOBS;
use crate::resources::Kind;
use crate::resources::dataset::{Dataset, Role};
use crate::resources::feature_group::FeatureGroup;

/// Returns the training data of the model: its locations, and the offline stores of its feature groups.
fn datasets<'a>(input: &'a RuleInput<'_>) -> impl Iterator<Item = &'a Dataset> {
    let (chain, store) = (input.chain, input.index.store);
    let groups = chain.feature_groups.iter().filter_map(|name| store.feature_groups.get(name)?.offline_uri.as_deref());
    let groups = groups.filter(|uri| !chain.datasets.contains(uri));
    chain.datasets.iter().copied().chain(groups).filter_map(|uri| store.datasets.get(uri))
}

/// Returns the feature group of the model whose offline store is this location.
fn group_of<'a>(input: &'a RuleInput<'_>, uri: &str) -> Option<&'a str> {
    let is_its = |name: &&&str| {
        input.index.store.feature_groups.get(name).is_some_and(|group| group.offline_uri.as_deref() == Some(uri))
    };
    input.chain.feature_groups.iter().find(is_its).copied()
}

/// Returns the maximum age of a location. The configuration sets it for the location, or for the feature group whose
/// offline store it is. Otherwise the usual rhythm of the group decides.
fn max_age(input: &RuleInput<'_>, set: &Dataset) -> Option<Duration> {
    let group = group_of(input, &set.uri);
    let is_meant = |data: &&Data| match data.kind {
        DataKind::S3 => data.uri == set.uri,
        DataKind::FeatureGroup => Some(data.uri.as_str()) == group,
    };
    let configured = input.config.and_then(|config| config.data.iter().find(is_meant)?.max_age);
    configured.or_else(|| {
        let overdue = set.rhythm.filter(|_| group.is_some())?.overdue()?;
        Some(Duration::from_secs(overdue.unsigned_abs()))
    })
}

/// Returns the name of a location: the name of its feature group, if it is an offline store.
fn called<'a>(input: &'a RuleInput<'_>, set: &'a Dataset) -> &'a str {
    group_of(input, &set.uri).unwrap_or(&set.uri)
}

fn age_of(input: &RuleInput<'_>, set: &Dataset) -> Option<Duration> {
    let age = input.now.as_second() - set.newest?.as_second();
    Some(Duration::from_secs(age.try_into().unwrap_or(0)))
}

pub(super) fn unreadable(input: &RuleInput<'_>) -> Vec<Finding> {
    let configured = |uri: &str| input.config.is_some_and(|m| m.data.iter().any(|d| d.uri == uri));
    let named: Vec<Finding> = datasets(input)
        .filter_map(|d| {
            // Old input of a job may have been cleaned up, but data that the user named must exist.
            let health = if configured(&d.uri) { Health::Critical } else { Health::Unknown };
            let health = if d.empty { health } else { Health::Unknown };
            (health == Health::Critical || configured(&d.uri)).then(|| {
                let p = d.problem.as_ref()?;
                let finding = Finding::new(health, format!("{}: {p}", d.uri)).brief(p).word(unread_word(d));
                Some(finding.about(Kind::Datasets, &d.uri))
            })?
        })
        .collect();
    if named.is_empty() { nothing_read(input).into_iter().collect() } else { named }
}

/// Returns what is wrong with a location that cannot be read, in one word.
fn unread_word(set: &Dataset) -> &'static str {
    if set.empty { "empty" } else { "unread" }
}

/// Returns a finding if none of the locations can be read, because the state of the data is unknown then.
fn nothing_read(input: &RuleInput<'_>) -> Option<Finding> {
    let mut why = None;
    for dataset in datasets(input).filter(|d| d.role != Role::Artifact) {
        let problem = dataset.problem.as_deref().filter(|_| !dataset.empty)?;
        why.get_or_insert_with(|| format!("{}: {problem}", dataset.uri));
    }
    why.map(|text| Finding::new(Health::Unknown, text).word("unread"))
}

pub(super) fn age(input: &RuleInput<'_>) -> Vec<Finding> {
    let old = |d: &Dataset| {
        let allowed = max_age(input, d).filter(|_| d.problem.is_none())?;
        let age = age_of(input, d);
        // The location has data that is new enough, even if it holds other objects too.
        if age.is_some_and(|age| age <= allowed) {
            return None;
        }
        let name = called(input, d);
        let finding = match (&d.unsure, age) {
            (Some(why), _) => {
                Finding::new(Health::Unknown, format!("newest data of {name} unknown: {why}")).word("age ?")
            }
            (None, Some(age)) => {
                let text = format!("no data for {} in {name}", fmt::span(age));
                let short = format!("no data for {}", fmt::span(age));
                Finding::new(Health::Warning, text).brief(short).column(Column::Age).since(d.newest)
            }
            (None, None) => return None,
        };
        Some(finding.about(Kind::Datasets, &d.uri))
    };
    datasets(input).filter_map(old).collect()
}

pub(super) fn offline_store(input: &RuleInput<'_>) -> Vec<Finding> {
    let groups = input.chain.feature_groups.iter();
    groups
        .filter_map(|name| {
            let group = input.index.store.feature_groups.get(name)?;
            if group.is_blocked() {
                let why = group.blocked.as_deref().unwrap_or("no reason given");
                return Some(
                    Finding::new(Health::Critical, format!("offline store of {name} is blocked: {why}"))
                        .brief(format!("offline store blocked: {why}"))
                        .word("blocked")
                        .about(Kind::FeatureGroups, *name),
                );
            }
            let failed = group.status.contains("Failed");
            failed.then(|| {
                Finding::new(Health::Critical, format!("feature group {name} is {}", group.status))
                    .word("failed")
                    .since(group.modified)
                    .about(Kind::FeatureGroups, *name)
            })
        })
        .collect()
}

pub(super) fn source(input: &RuleInput<'_>) -> Vec<Finding> {
    let (chain, store) = (input.chain, input.index.store);
    if chain.datasets.is_empty() && chain.feature_groups.is_empty() {
        // The training jobs name the locations of the data.
        let undescribed = input.rows.jobs.iter().any(|job| job.details.is_none());
        let why = failed_call(&store.jobs).filter(|_| undescribed).map(of_failure);
        return untold([
            unfinished(&store.jobs),
            unfinished(&store.steps),
            unread(&store.feature_groups),
            why.into_iter().collect(),
        ]);
    }
    let lacks = |data: &&Data| data.kind == DataKind::S3 && store.datasets.get(&data.uri).is_none();
    let missing = input.config.and_then(|config| config.data.iter().find(lacks)).filter(|_| !store.datasets.is_empty());
    let why = failed_call(&store.datasets).map(of_failure);
    if let Some(data) = missing {
        let unread = || Finding::unread(&format!("{}: ", data.uri));
        let finding = why.map(|why| Finding { text: format!("{}: {}", data.uri, why.text), ..why });
        return vec![finding.unwrap_or_else(unread)];
    }
    let mut found = Vec::new();
    if !chain.datasets.is_empty() && datasets(input).next().is_none() {
        found = unread(&store.datasets);
        // Other datasets were read, so those of this model will be read soon, unless something is wrong.
        let beyond = "beyond the number of locations that are read";
        let capped = store.datasets.capped().then(|| Finding::new(Health::Unknown, beyond).word("not read"));
        let wrong = why.or(capped).filter(|_| found.is_empty());
        found.extend(wrong);
    }
    let grouped = !chain.feature_groups.is_empty() && store.feature_groups.is_empty();
    if found.is_empty() && grouped {
        found = unread(&store.feature_groups);
    }
    if found.is_empty() { unlinked_store(input).into_iter().collect() } else { found }
}

/// Returns a finding if the model reads an offline store of which it is not known whose it is, and a broken feature group
/// may be the one.
fn unlinked_store(input: &RuleInput<'_>) -> Option<Finding> {
    let (chain, groups) = (input.chain, &input.index.store.feature_groups);
    let call = failed_call(groups)?;
    let own = || chain.feature_groups.iter().filter_map(move |name| groups.get(name));
    let is_of = |group: &FeatureGroup, uri: &str| match &group.offline_uri {
        Some(store) => uri.starts_with(store.as_str()),
        None => group.may_store_at(uri),
    };
    let is_unlinked = |uri: &&&str| FeatureGroup::is_store(uri) && !own().any(|group| is_of(group, uri));
    let uri = chain.datasets.iter().find(is_unlinked)?;
    let is_lost = |group: &&FeatureGroup| {
        group.is_broken() && group.offline_uri.is_none() && !chain.feature_groups.contains(&group.name.as_str())
    };
    let lost = groups.rows().find(is_lost)?;
    let text = format!("feature group {} is {}, and may write {uri}: {}", lost.name, state(lost), call.phrase);
    Some(Finding::new(Health::Unknown, text).word(call.word).about(Kind::FeatureGroups, &lost.name))
}

/// Returns the state of a feature group that is broken, in one word.
fn state(group: &FeatureGroup) -> &str {
    if group.is_blocked() { "blocked" } else { &group.status }
}

/// Is it a location that each of the recent jobs read? What only one of them read is what a step of its run wrote.
fn is_standing(input: &RuleInput<'_>, set: &Dataset) -> bool {
    let mut jobs = input.rows.jobs.iter().take(RECENT_JOBS).filter_map(|job| job.details.as_ref()).peekable();
    jobs.peek().is_some() && jobs.all(|details| details.inputs.contains(&set.uri))
}

/// Does one location contain the other?
fn overlap(a: &Dataset, b: &Dataset) -> bool {
    let (a, b) = (folder(&a.uri), folder(&b.uri));
    a.starts_with(&b) || b.starts_with(&a)
}

/// Returns the folder of a location: `s3://lake/sales/` of `s3://lake/sales/dt={yyyy-MM-dd}/`.
fn folder(uri: &str) -> String {
    let dated = uri.split_once('{').and_then(|(start, _)| Some(start.rsplit_once('/')?.0));
    format!("{}/", dated.unwrap_or(uri).trim_end_matches('/'))
}

/// Returns the age of the oldest location that jobs read and whose age nothing bounds, neither itself nor as a part of
/// another location.
fn oldest_unbounded(input: &RuleInput<'_>) -> Option<Timestamp> {
    let is_bounded =
        |set: &Dataset| datasets(input).any(|bounded| overlap(bounded, set) && max_age(input, bounded).is_some());
    let standing = datasets(input).filter(|set| set.role == Role::Data && is_standing(input, set));
    standing.filter(|set| !is_bounded(set)).filter_map(|set| set.newest).min()
}

/// Returns the summary of the worst input. If all inputs have a maximum age, that is the one closest to its maximum,
/// and otherwise the oldest one.
pub(super) fn summary(input: &RuleInput<'_>) -> Summary {
    let present = !input.chain.datasets.is_empty() || !input.chain.feature_groups.is_empty();
    let spent = |set: &Dataset| {
        let (age, allowed) = (age_of(input, set)?, max_age(input, set)?);
        Some((age.as_secs() * 1000 / allowed.as_secs().max(1), set.newest?))
    };
    let aged = |text: &str, newest| Summary { column: Some(Column::Age), ..Summary::new(present, text, newest) };
    if let Some((_, newest)) = datasets(input).filter_map(spent).max() {
        return match oldest_unbounded(input) {
            Some(oldest) => aged("newest", Some(oldest.min(newest))),
            None => aged("fresh", Some(newest)),
        };
    }
    let any = || datasets(input).filter(|d| d.role != Role::Artifact).filter_map(|d| d.newest).max();
    let newest = oldest_unbounded(input).or_else(any);
    match (present, newest) {
        (false, _) => aged("no data location known", newest),
        (true, Some(_)) => aged("newest", newest),
        (true, None) => aged("linked", None),
    }
}
