//! Reads endpoints: all of them every time where they are few, only those that changed where they are many.
//!
//! The list has the true state. The index has details a hundred at a time, but may lag, and has neither a deployment
//! under way nor the alarms that guarded the last one. Endpoints that need those are described.

use std::collections::BTreeMap;

use aws_sdk_sagemaker::types::{EndpointSortKey, OrderKey, ResourceType, SearchRecord};
use aws_smithy_types::DateTime;
use jiff::Timestamp;

use super::{Endpoint, from_record, from_summary, pairs};
use crate::aws::{Aws, AwsError, Described, ErrorKind, Query, describe, failed, in_background, pages};
use crate::resources::{Cursor, Listing, Observed, Table, Turn, newest, reaches_back};

/// Pages of 100 endpoints.
const PAGES: usize = 100;
/// Pages that one turn reads at the start. If there are more, later turns read them.
const FIRST: usize = 5;
/// With so many endpoints, the list is read every ten minutes only, and changes come from the index.
const MANY: usize = PAGES * FIRST;
/// Up to this many changes are described one by one; more are read from the index.
const FEW: usize = 5;

type Rows = BTreeMap<String, Endpoint>;

pub(super) async fn read(
    aws: &Aws,
    observed: &Observed,
    turn: Turn<'_, Endpoint>,
) -> Result<Listing<Endpoint>, AwsError> {
    let known = turn.known;
    let first = !known.rows().any(|e| e.config.is_some());
    if !observed.one_shot && (first || known.cursor().is_some()) {
        return begin(aws, observed, known).await;
    }
    if !observed.one_shot
        && known.len() >= MANY
        && !turn.sweep
        && let Some(listing) = list_changed(aws, observed, known).await?
    {
        return Ok(listing);
    }
    let (rows, indexed) = if first {
        let (listed, indexed) = tokio::join!(list_all(aws, PAGES), indexed(aws));
        (listed?, indexed?)
    } else {
        (list_all(aws, PAGES).await?, Rows::new())
    };
    whole(aws, observed, known, rows, indexed).await
}

/// Reads the first pages of list and index at once, which is everything for most accounts. If there is more, later
/// turns read on in the index, last changed first.
async fn begin(aws: &Aws, observed: &Observed, known: &Table<Endpoint>) -> Result<Listing<Endpoint>, AwsError> {
    let query = Query::changed(ResourceType::Endpoint);
    let search = aws.search(&query, known.token(), FIRST, |_| false);
    let found = if known.token().is_some() {
        in_background(search).await?
    } else {
        let (listed, found) = tokio::join!(list_all(aws, FIRST), search);
        let ((rows, capped), found) = (listed?, found?);
        match found {
            Some(found) if capped => Some(found),
            Some((records, _)) => return whole(aws, observed, known, (rows, false), by_name(records)).await,
            None if capped => return whole(aws, observed, known, self::list_all(aws, PAGES).await?, Rows::new()).await,
            None => return whole(aws, observed, known, (rows, false), Rows::new()).await,
        }
    };
    let (records, next) = found.unwrap_or_default();
    let cursor = Cursor::after(known.cursor(), FIRST, PAGES, next);
    Ok(Listing::part(by_name(records).into_values().collect()).more(cursor.is_some()).cursor(cursor))
}

/// Completes the list with details from the index, from what is known, and from descriptions.
async fn whole(
    aws: &Aws,
    observed: &Observed,
    known: &Table<Endpoint>,
    (mut rows, capped): (Rows, bool),
    mut indexed: Rows,
) -> Result<Listing<Endpoint>, AwsError> {
    let changed = |row: &&Endpoint| known.get(&row.name).is_none_or(|k| k.modified != row.modified);
    if indexed.is_empty() && rows.values().filter(changed).count() > FEW {
        indexed = self::indexed(aws).await?;
    }
    for row in rows.values_mut() {
        let before = known.get(&row.name).filter(|k| k.created == row.created);
        *row = match (before, indexed.get(&row.name).filter(|i| i.same_state(row))) {
            (_, Some(indexed)) => indexed.clone().after(before, observed.at),
            // Until it is described again, it keeps its last details with the new status.
            (Some(k), None) => Endpoint { status: row.status.clone(), modified: row.modified, ..k.clone() },
            (None, None) => continue,
        };
    }
    let (more, fault) = complete(aws, observed, known, &mut rows, &indexed).await;
    Ok(Listing::all(rows.into_values().collect()).capped(capped).more(more).fault(fault))
}

/// Reads what changed since the newest change that is known, and what is changing. Returns `None` when there is no
/// index.
async fn list_changed(
    aws: &Aws,
    observed: &Observed,
    known: &Table<Endpoint>,
) -> Result<Option<Listing<Endpoint>>, AwsError> {
    let since = newest(known, |e| e.modified);
    let query = Query::changed(ResourceType::Endpoint);
    let found = aws.search(&query, None, PAGES, |page| reaches_back(page, since, record_time)).await?;
    let Some((records, _)) = found else { return Ok(None) };
    let new = |row: &Endpoint| known.get(&row.name).is_none_or(|k| !k.same_state(row));
    let indexed: Rows = by_name(records).into_iter().filter(|(_, row)| new(row)).collect();
    let mut rows: Rows = indexed
        .iter()
        .map(|(name, row)| {
            let before = known.get(name).filter(|k| k.created == row.created);
            (name.clone(), row.clone().after(before, observed.at))
        })
        .collect();
    let watched = |e: &&Endpoint| !e.steady() || e.guards.is_none() && observed.focus.endpoints.contains(&e.name);
    for endpoint in known.rows().filter(watched) {
        rows.entry(endpoint.name.clone()).or_insert_with(|| endpoint.clone());
    }
    let (more, fault) = complete(aws, observed, known, &mut rows, &indexed).await;
    Ok(Some(Listing::changed(rows.into_values().collect()).more(more).fault(fault)))
}

/// Describes the rows that are due, a chunk a turn, and reads tags that are missing. Returns whether more is due.
async fn complete(
    aws: &Aws,
    observed: &Observed,
    known: &Table<Endpoint>,
    rows: &mut Rows,
    indexed: &Rows,
) -> (bool, Option<AwsError>) {
    let due = due(rows, indexed, observed, known);
    let chunk = observed.chunk();
    let waiting = due.iter().filter(|(again, _)| !again).count();
    let due: Vec<String> = due.into_iter().take(chunk).map(|(_, name)| name).collect();
    let Described { found, fault } = describe(due, async |name| Endpoint::describe(aws, &name).await).await;
    let learnt = !found.is_empty();
    for mut endpoint in found {
        // The times of the list are kept, because the next list is compared with them.
        let listed = rows.get(&endpoint.name).map(|row| (row.created, row.modified));
        (endpoint.created, endpoint.modified) = listed.unwrap_or((endpoint.created, endpoint.modified));
        endpoint.tags = rows.get(&endpoint.name).and_then(|row| row.tags.clone());
        let before = known.get(&endpoint.name).filter(|k| k.created == endpoint.created);
        rows.insert(endpoint.name.clone(), endpoint.after(before, observed.at));
    }
    let tag_fault = in_background(read_tags(aws, rows)).await;
    (waiting > chunk && learnt, fault.or(tag_fault))
}

async fn list_all(aws: &Aws, most: usize) -> Result<(Rows, bool), AwsError> {
    let (summaries, capped) = pages(most, async |token| {
        let request = aws.sagemaker.list_endpoints().max_results(100).set_next_token(token);
        let request = request.sort_by(EndpointSortKey::CreationTime).sort_order(OrderKey::Descending);
        let page = request.send().await.map_err(failed)?;
        Ok((page.endpoints.unwrap_or_default(), page.next_token))
    })
    .await?;
    // An endpoint without a name can neither be described nor acted on.
    Ok((summaries.into_iter().map(from_summary).filter(|(name, _)| !name.is_empty()).collect(), capped))
}

async fn indexed(aws: &Aws) -> Result<Rows, AwsError> {
    let found = aws.search(&Query::changed(ResourceType::Endpoint), None, PAGES, |_| false).await?;
    Ok(by_name(found.map(|(records, _)| records).unwrap_or_default()))
}

fn by_name(records: Vec<SearchRecord>) -> Rows {
    records.into_iter().filter_map(from_record).map(|e| (e.name.clone(), e)).collect()
}

fn record_time(record: &SearchRecord) -> Option<&DateTime> {
    record.endpoint.as_ref()?.last_modified_time.as_ref()
}

/// Returns the endpoints to describe, and whether each is only checked again. These are endpoints that changed since
/// they were last described, that are changing, or that are looked at and were only indexed. New ones come first, then
/// those that were not read for longest.
fn due(rows: &Rows, indexed: &Rows, observed: &Observed, known: &Table<Endpoint>) -> Vec<(bool, String)> {
    let mut due: Vec<(bool, Option<Timestamp>, String)> = Vec::new();
    for row in rows.values() {
        let unchanged =
            [known.get(&row.name), indexed.get(&row.name)].into_iter().flatten().any(|told| told.same_state(row));
        let told = row.config.is_some() && unchanged;
        let wanted = row.guards.is_none() && (observed.one_shot || observed.focus.endpoints.contains(&row.name));
        if !told || wanted || !row.steady() {
            due.push((told && !wanted, known.read_at(&row.name), row.name.clone()));
        }
    }
    due.sort();
    due.into_iter().map(|(again, _, name)| (again, name)).collect()
}

/// Reads missing tags, once in an endpoint's life. Stage and project are in them.
async fn read_tags(aws: &Aws, rows: &mut Rows) -> Option<AwsError> {
    let untagged: Vec<(String, String)> =
        rows.values().filter(|r| r.tags.is_none()).map(|r| (r.name.clone(), r.arn.clone())).collect();
    let described = describe(untagged, async |(name, arn)| {
        let page = aws.sagemaker.list_tags().resource_arn(arn).max_results(100).send().await.map_err(failed)?;
        Ok((name, pairs(page.tags.unwrap_or_default())))
    })
    .await;
    for (name, tags) in described.found {
        if let Some(row) = rows.get_mut(&name) {
            row.tags = Some(tags);
        }
    }
    if described.fault.as_ref().is_some_and(|f| matches!(f.kind, ErrorKind::Denied | ErrorKind::Unsupported)) {
        // AWS would refuse them at every poll, so the endpoints count as having no tags.
        for row in rows.values_mut() {
            row.tags.get_or_insert_default();
        }
    }
    described.fault
}
