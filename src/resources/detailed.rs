//! Reads kinds whose lists say little: the list first, then the details of each row that is new, changed or old.

use super::{Listing, Observed, Resource, Table};
use crate::aws::{AwsError, DescribedEach, describe_each};

/// Adds the details to listed rows. `renew` adds the details that are known to a listed row, `holds` says whether they
/// still hold. The details of all other rows are read by `read`, some in each turn.
///
/// A row whose details cannot be read now is as the list has it, with the details that are known.
pub(super) async fn add_details<T, F>(
    observed: &Observed,
    known: &Table<T>,
    listed: (Vec<T>, bool),
    (renew, holds): (impl Fn(T, &T) -> T, impl Fn(&T) -> bool),
    read: impl Fn(T) -> F,
) -> Listing<T>
where
    T: Resource,
    F: Future<Output = Result<T, AwsError>>,
{
    let (listed, capped) = listed;
    let renewed = listed.into_iter().map(|row| match known.get(row.id()) {
        Some(known) => renew(row, known),
        None => row,
    });
    let (mut rows, mut due): (Vec<T>, Vec<T>) = renewed.partition(holds);
    if due.len() > observed.chunk() {
        // Each turn begins at another row, so that rows which cannot be read do not keep the others waiting.
        let turn = usize::try_from(observed.at.as_second().unsigned_abs()).unwrap_or(0);
        let first = turn % due.len();
        due.rotate_left(first);
    }
    let later = due.split_off(due.len().min(observed.chunk()));
    let more = !later.is_empty();
    let DescribedEach { found, missed, shared } = describe_each(due, read).await;
    let first = missed.first().map(|(_, why)| why.clone());
    rows.extend(missed.into_iter().map(|(row, _)| row).chain(later).chain(found));
    // If nothing more can be read now, the next turn need not follow at once.
    Listing::all(rows).capped(capped).more(more && shared.is_none()).fault(shared.or(first))
}

/// Reads the state of those rows of a listing that are due. The others stay as they are, and so do those that cannot be
/// read.
pub(super) async fn read_due<T, F>(
    mut listing: Listing<T>,
    is_due: impl Fn(&T) -> bool,
    read: impl Fn(T) -> F,
) -> Listing<T>
where
    T: Resource,
    F: Future<Output = Result<T, AwsError>>,
{
    let (due, mut rows): (Vec<T>, Vec<T>) = std::mem::take(&mut listing.rows).into_iter().partition(is_due);
    let DescribedEach { found, missed, shared } = describe_each(due, read).await;
    let first = missed.first().map(|(_, why)| why.clone());
    let fault = listing.fault.take().or(shared).or(first);
    rows.extend(missed.into_iter().map(|(row, _)| row).chain(found));
    Listing { rows, ..listing }.fault(fault)
}

#[cfg(all(test, feature = "eventbridge"))]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::resources::event_rule::{EventRule, EventTarget};

    fn rule(name: &str, state: &str, targets: Option<Vec<EventTarget>>) -> EventRule {
        let read = targets.is_some().then_some(Timestamp::UNIX_EPOCH);
        EventRule { name: name.into(), state: state.into(), targets, read, ..EventRule::default() }
    }

    /// Adds the targets to listed rules of which `known` are known. Reading them fails for the rule `denied`.
    async fn detailed(known: Vec<EventRule>, listed: Vec<EventRule>) -> Listing<EventRule> {
        let mut table = Table::default();
        table.apply(Ok(Listing::all(known)), Timestamp::UNIX_EPOCH);
        let renew = |row: EventRule, known: &EventRule| EventRule { targets: known.targets.clone(), ..row };
        let read = async |row: EventRule| match row.name.as_str() {
            "denied" => Err(AwsError::other("ListTargetsByRule", "denied")),
            _ => Ok(EventRule { targets: Some(vec![EventTarget::default()]), ..row }),
        };
        let holds = |row: &EventRule| row.targets.is_some() && row.name != "denied";
        add_details(&Observed::default(), &table, (listed, false), (renew, holds), read).await
    }

    #[tokio::test]
    async fn a_row_is_as_the_list_has_it_even_where_its_details_cannot_be_read() {
        let known = vec![rule("denied", "ENABLED", Some(vec![])), rule("kept", "ENABLED", Some(vec![]))];
        let listed = ["denied", "kept", "new"].map(|name| rule(name, "DISABLED", None)).into();
        let Listing { mut rows, fault, .. } = detailed(known, listed).await;
        rows.sort_by(|a, b| a.name.cmp(&b.name));
        let states: Vec<(&str, Option<usize>)> =
            rows.iter().map(|rule| (rule.state.as_str(), rule.targets.as_ref().map(Vec::len))).collect();
        assert_eq!(states, [("DISABLED", Some(0)), ("DISABLED", Some(0)), ("DISABLED", Some(1))]);
        assert_eq!(fault.map(|why| why.operation), Some("ListTargetsByRule".into()));
    }

    #[tokio::test]
    async fn more_rows_than_one_turn_reads_are_read_by_the_next() {
        let listed = (0..50).map(|n| rule(&format!("r{n}"), "ENABLED", None)).collect();
        let listing = detailed(Vec::new(), listed).await;
        let read = listing.rows.iter().filter(|rule| rule.targets.is_some()).count();
        assert_eq!((listing.rows.len(), read, listing.more), (50, 20, true));
    }
}
