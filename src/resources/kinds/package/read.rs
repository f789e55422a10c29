//! Chooses and reads versions: those that changed last, those that serve, those of a group that is looked at.
//!
//! A registry only grows, and old versions hardly ever matter, so a watch reads what changed since the last turn.
//! Without `sagemaker:Search` it reads the newest page and what is pending approval.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_sagemaker::types::{ModelApprovalStatus, ModelPackageSortBy, ModelPackageType, ResourceType, SortOrder};
use jiff::Timestamp;

use super::batch::{self, Batched};
use super::{Details, ModelPackage, from_record, from_summary};
use crate::aws::{Aws, AwsError, Described, ErrorKind, Query, describe, failed, in_background, pages};
use crate::config::Model as ModelConfig;
use crate::resources::{Cursor, Listing, Observed, Table, Turn, asked_lately, newest, reaches_back, settled};

/// Pages of 100 versions in a thorough look, or in a sweep without the index.
const PAGES: usize = 100;
/// Pages of the index that one turn reads at the start; more follow until each group has shown a version.
const FIRST: usize = 4;
/// The most pages at the start. Groups that showed no version in them are read when they are looked at.
const ENOUGH: usize = 60;
/// The number of newest versions of each group that are described where there is no index.
const WINDOW: usize = 5;
/// The same for a single thorough look.
const THOROUGH_WINDOW: usize = 20;

type Rows = BTreeMap<String, ModelPackage>;

/// Reads all versions, for a single look.
pub(super) async fn everything(aws: &Aws, observed: &Observed) -> Result<Listing<ModelPackage>, AwsError> {
    let query = Query::changed(ResourceType::ModelPackage);
    let (listed, found) = tokio::join!(list_all(aws, PAGES, None), aws.search(&query, None, PAGES, |_| false));
    let (mut rows, capped) = listed?;
    let records = found?.map(|(records, _)| records).unwrap_or_default();
    for package in records.into_iter().filter_map(from_record) {
        // The index may lag behind the list, so its details count only when both give the same state.
        lay(&mut rows, package, |row, package| row.approval == package.approval && row.status == package.status);
    }
    let due = newest_of_groups(&rows, observed, THOROUGH_WINDOW);
    let fault = described(aws, &mut rows, due).await;
    Ok(Listing::all(rows.into_values().collect()).capped(capped).fault(fault))
}

/// Reads the versions that may have changed, and those that are needed and not known.
pub(super) async fn window(
    aws: &Aws,
    observed: &Observed,
    turn: Turn<'_, ModelPackage>,
) -> Result<Listing<ModelPackage>, AwsError> {
    let known = turn.known;
    let query = Query::changed(ResourceType::ModelPackage);
    // The start reads until each group has shown a version. Later turns read until they reach what is known.
    let since = newest(known, modified).filter(|_| known.cursor().is_none());
    let reading = known.cursor().is_some() || turn.first() && since.is_none();
    let cap = if reading { FIRST } else { PAGES };
    let search = aws.search(&query, known.token(), cap, |page| reaches_back(page, since, record_time));
    // The first pages show what waits and what is new. The others only add old versions.
    let found = if known.cursor().is_some() { in_background(search).await? } else { search.await? };
    let (mut rows, cursor, mut alone) = if let Some((records, next)) = found {
        let rows = records.into_iter().filter_map(from_record).map(|p| (p.arn.clone(), p)).collect();
        (rows, Cursor::after(known.cursor(), FIRST, ENOUGH, next).filter(|_| reading), None)
    } else {
        let (rows, fault) = without_index(aws, observed, &turn).await?;
        (rows, None, fault)
    };
    let cursor = cursor.filter(|_| !every_group(observed, known, &rows));
    let groups = groups_to_read(observed, known);
    for group in &groups {
        match in_group(aws, group, &mut rows).await {
            Ok(()) => {}
            // If one group cannot be read, only its own versions are missing.
            Err(error) if matches!(error.kind, ErrorKind::Other | ErrorKind::Gone) => alone = alone.or(Some(error)),
            Err(error) => return Err(error),
        }
    }
    let mut due = needed(observed, known);
    due.retain(|arn| !rows.contains_key(arn) && (cursor.is_none() || observed.focus.packages.contains(arn)));
    let mut live = serving(observed, known);
    // While pages are read that may hold them, none is read by itself.
    live.retain(|arn| !rows.contains_key(arn) && !due.contains(arn) && cursor.is_none());
    let Batched { found, refused, fault: unread } = batch::read(aws, &live).await;
    for package in found {
        lay(&mut rows, package, |_, _| true);
    }
    live.retain(|arn| !refused.contains(arn));
    due.extend(refused);
    let (more, chunk) = (due.len() > observed.chunk(), observed.chunk());
    due.truncate(chunk);
    let fault = described(aws, &mut rows, due.clone()).await;
    let asked = settled(due, fault.as_ref()).into_iter().chain(settled(live, unread.as_ref()));
    let asked = groups.into_iter().chain(asked).collect();
    let listing = Listing::changed(rows.into_values().collect()).asked(asked).fault(fault.or(unread).or(alone));
    Ok(listing.more(more || cursor.is_some()).cursor(cursor))
}

/// Returns whether there is something to read before the next turn.
pub(super) fn due(observed: &Observed, known: &Table<ModelPackage>) -> bool {
    let wanted = || !needed(observed, known).is_empty() || !serving(observed, known).is_empty();
    known.answered() && (!groups_to_read(observed, known).is_empty() || wanted())
}

/// Returns the groups that are looked at and whose versions were not read lately.
fn groups_to_read(observed: &Observed, known: &Table<ModelPackage>) -> Vec<String> {
    observed.focus.groups.iter().filter(|g| !asked_lately(known, g, observed.at)).cloned().collect()
}

/// Returns versions whose full details are wanted: those looked at, and those that serve if the configuration needs
/// their report.
fn needed(observed: &Observed, known: &Table<ModelPackage>) -> Vec<String> {
    let asking: BTreeSet<&str> = observed
        .preferences
        .models
        .iter()
        .filter(|m| m.report_paths().next().is_some())
        .map(ModelConfig::group_name)
        .collect();
    let asked_for = |arn: &&str| ModelPackage::parse_arn(arn).is_some_and(|(group, _)| asking.contains(group));
    let looked_at = observed.focus.packages.iter().map(String::as_str);
    lacking(looked_at.chain(live(observed).filter(asked_for)), observed, known, |details| !details.brief)
}

/// Returns versions that serve and have no details.
fn serving(observed: &Observed, known: &Table<ModelPackage>) -> Vec<String> {
    lacking(live(observed), observed, known, |_| true)
}

fn live(observed: &Observed) -> impl Iterator<Item = &str> {
    observed.store.models.rows().flat_map(crate::resources::model::Model::packages)
}

/// Returns those of the versions, each once, that have no details for which `does` holds and were not read lately.
fn lacking<'a>(
    arns: impl Iterator<Item = &'a str>,
    observed: &Observed,
    known: &Table<ModelPackage>,
    does: impl Fn(&Details) -> bool,
) -> Vec<String> {
    let once: BTreeSet<&str> = arns.filter(|arn| arn.starts_with("arn:")).collect();
    let has = |arn: &str| known.get(arn).and_then(|k| k.details.as_ref()).is_some_and(&does);
    once.into_iter().filter(|arn| !has(arn) && !asked_lately(known, arn, observed.at)).map(str::to_owned).collect()
}

fn modified(package: &ModelPackage) -> Option<Timestamp> {
    package.details.as_ref().and_then(|d| d.modified).max(package.created)
}

fn record_time(record: &aws_sdk_sagemaker::types::SearchRecord) -> Option<&aws_smithy_types::DateTime> {
    let package = record.model_package.as_ref()?;
    package.last_modified_time.as_ref().or(package.creation_time.as_ref())
}

fn every_group(observed: &Observed, known: &Table<ModelPackage>, rows: &Rows) -> bool {
    let shown: BTreeSet<&str> = known.rows().chain(rows.values()).filter_map(|p| p.group.as_deref()).collect();
    // Until the list of groups was read, no group can count as the last.
    observed.store.groups.answered() && observed.store.groups.rows().all(|g| shown.contains(g.name.as_str()))
}

/// Reads the newest hundred versions of a group that is looked at.
async fn in_group(aws: &Aws, group: &str, rows: &mut Rows) -> Result<(), AwsError> {
    let query = Query::changed(ResourceType::ModelPackage).with("ModelPackageGroupName", group);
    match aws.search(&query, None, 1, |_| false).await? {
        Some((records, _)) => rows.extend(records.into_iter().filter_map(from_record).map(|p| (p.arn.clone(), p))),
        None => {
            for (arn, package) in list_all(aws, 1, Some(group)).await?.0 {
                rows.entry(arn).or_insert(package);
            }
        }
    }
    Ok(())
}

/// Reads the newest page and what is pending approval; in a sweep all pages. Describes what changed; the fault is that
/// of single versions.
async fn without_index(
    aws: &Aws,
    observed: &Observed,
    turn: &Turn<'_, ModelPackage>,
) -> Result<(Rows, Option<AwsError>), AwsError> {
    let known = turn.known;
    let cap = if turn.sweep && !turn.first() { PAGES } else { 1 };
    let (listed, waiting) = tokio::join!(list_all(aws, cap, None), waiting(aws));
    let (mut rows, _) = listed?;
    rows.extend(waiting?);
    // A version that waited and no longer does was decided about; no list says when.
    let decided = known.rows().filter(|k| k.waits() && !rows.contains_key(&k.arn)).map(|k| k.arn.clone());
    let mut due: Vec<String> = decided.collect();
    for row in rows.values_mut() {
        // An approval changes no time in a list, so the approval itself is compared.
        if let Some(k) = known.get(&row.arn).filter(|k| k.approval == row.approval && k.status == row.status) {
            row.details.clone_from(&k.details);
        }
    }
    due.extend(newest_of_groups(&rows, observed, WINDOW));
    match described(aws, &mut rows, due).await {
        Some(why) if !matches!(why.kind, ErrorKind::Other) => Err(why),
        fault => Ok((rows, fault)),
    }
}

async fn list_all(aws: &Aws, cap: usize, group: Option<&str>) -> Result<(Rows, bool), AwsError> {
    let (summaries, capped) = pages(cap, async |token| {
        // If no type is given, AWS returns unversioned packages only: docs/aws.md#unversioned-packages
        let kind = if group.is_some() { ModelPackageType::Versioned } else { ModelPackageType::Both };
        let request = aws
            .sagemaker
            .list_model_packages()
            .model_package_type(kind)
            .set_model_package_group_name(group.map(str::to_owned));
        let request = request.sort_by(ModelPackageSortBy::CreationTime).sort_order(SortOrder::Descending);
        let page = request.max_results(100).set_next_token(token).send().await;
        let page = page.map_err(failed)?;
        Ok((page.model_package_summary_list.unwrap_or_default(), page.next_token))
    })
    .await?;
    Ok((summaries.into_iter().map(from_summary).collect(), capped))
}

async fn waiting(aws: &Aws) -> Result<Rows, AwsError> {
    let request = aws.sagemaker.list_model_packages().model_package_type(ModelPackageType::Versioned);
    let request = request.model_approval_status(ModelApprovalStatus::PendingManualApproval).max_results(100);
    let request = request.sort_by(ModelPackageSortBy::CreationTime).sort_order(SortOrder::Descending);
    let page = request.send().await.map_err(failed)?;
    Ok(page.model_package_summary_list.unwrap_or_default().into_iter().map(from_summary).collect())
}

/// Describes versions after everything else, as none of them shows that something is wrong now.
async fn described(aws: &Aws, rows: &mut Rows, due: Vec<String>) -> Option<AwsError> {
    let work = describe(due, async |arn| ModelPackage::describe(aws, &arn).await);
    let Described { found, fault } = in_background(work).await;
    for package in found {
        lay(rows, package, |_, _| true);
    }
    fault
}

/// Replaces a row by the version with details, unless `counts` says that the two are of different states.
fn lay(rows: &mut Rows, package: ModelPackage, counts: impl Fn(&ModelPackage, &ModelPackage) -> bool) {
    // Names compare without case. The list's spelling and time are kept, because the next list has them too.
    let listed = match rows.get(&package.arn) {
        Some(row) => Some(row),
        None => rows.values().find(|row| row.arn.eq_ignore_ascii_case(&package.arn)),
    };
    let (arn, created, known) = match listed {
        Some(row) if !counts(row, &package) => return,
        Some(row) => (row.arn.clone(), row.created, true),
        None => (package.arn.clone(), package.created, false),
    };
    let created = if known { created } else { package.created };
    rows.insert(arn.clone(), ModelPackage { arn, created, ..package });
}

/// Returns the versions without details that are needed: the newest of each group, those that wait, serve or are looked
/// at.
fn newest_of_groups(rows: &Rows, observed: &Observed, window: usize) -> Vec<String> {
    let mut newest: Vec<&ModelPackage> = rows.values().collect();
    newest.sort_by_key(|p| (std::cmp::Reverse(p.version), std::cmp::Reverse(p.created)));
    let mut taken: BTreeMap<Option<&str>, usize> = BTreeMap::new();
    let live: BTreeSet<&str> =
        observed.store.models.rows().flat_map(crate::resources::model::Model::packages).collect();
    let mut wanted = Vec::new();
    for package in newest {
        let count = taken.entry(package.group.as_deref()).or_default();
        *count += 1;
        let matters = *count <= window
            || package.waits()
            || observed.focus.packages.contains(&package.arn)
            || live.contains(package.arn.as_str());
        if matters && package.details.is_none() {
            wanted.push(package.arn.clone());
        }
    }
    wanted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_newest_the_live_and_the_focused_are_described() {
        let row = |v: i32| {
            let arn = format!("arn:x:model-package/g/{v}");
            (arn.clone(), ModelPackage { arn, group: Some("g".into()), version: Some(v), ..Default::default() })
        };
        let rows: Rows = (1..=20).map(row).collect();
        let mut observed = Observed::default();
        assert_eq!(newest_of_groups(&rows, &observed, WINDOW).len(), WINDOW);
        let packages = ["arn:x:model-package/g/2".to_owned()].into();
        observed.focus = std::sync::Arc::new(crate::resources::Focus { packages, ..Default::default() });
        let arns = newest_of_groups(&rows, &observed, WINDOW);
        assert_eq!(arns.len(), WINDOW + 1);
        assert!(arns.iter().any(|a| a.ends_with("/2")) && arns.iter().any(|a| a.ends_with("/20")));
    }
}
