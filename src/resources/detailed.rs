//! Reads kinds whose lists say little: the list first, then the details of each row that is new, changed or old.

use std::collections::HashSet;

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
    let Read { rows: read, shared, first } = read_each(due, read).await;
    rows.extend(later.into_iter().chain(read));
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
    let Read { rows: read, shared, first } = read_each(due, read).await;
    let fault = listing.fault.take().or(shared).or(first);
    rows.extend(read);
    Listing { rows, ..listing }.fault(fault)
}

/// Rows after an attempt to read each of them.
struct Read<T> {
    /// All of them, except those that no longer exist. Those that could not be read are as they were.
    rows: Vec<T>,
    /// The error that all of them share.
    shared: Option<AwsError>,
    /// The first error of a single one.
    first: Option<AwsError>,
}

async fn read_each<T, F>(due: Vec<T>, read: impl Fn(T) -> F) -> Read<T>
where
    T: Resource,
    F: Future<Output = Result<T, AwsError>>,
{
    let before = due.clone();
    let DescribedEach { found: mut rows, missed, shared } = describe_each(due, read).await;
    let first = missed.first().map(|(_, why)| why.clone());
    rows.extend(missed.into_iter().map(|(row, _)| row));
    if shared.is_some() {
        // A shared error ends the work. Rows that were not asked for are listed, so they exist.
        let told: HashSet<String> = rows.iter().map(|row| row.id().to_owned()).collect();
        rows.extend(before.into_iter().filter(|row| !told.contains(row.id())));
    }
    Read { rows, shared, first }
}

#[cfg(all(test, feature = "eventbridge"))]
mod tests {
    use std::collections::BTreeSet;

    use jiff::Timestamp;

    use super::*;
    use crate::aws::ErrorKind;
    use crate::resources::event_rule::{EventRule, EventTarget};

    fn rule(name: &str, state: &str, targets: Option<Vec<EventTarget>>) -> EventRule {
        let read = targets.is_some().then_some(Timestamp::UNIX_EPOCH);
        EventRule { name: name.into(), state: state.into(), targets, read, ..EventRule::default() }
    }

    /// Reads the targets of a rule. The name says how that fails.
    async fn read(row: EventRule) -> Result<EventRule, AwsError> {
        let failed = |kind| Err(AwsError { kind, ..AwsError::other("ListTargetsByRule", "no") });
        match row.name.as_str() {
            "denied" => failed(ErrorKind::Other),
            "throttled" => failed(ErrorKind::Throttled),
            "gone" => failed(ErrorKind::Gone),
            _ => Ok(EventRule { targets: Some(vec![EventTarget::default()]), ..row }),
        }
    }

    /// Adds the targets to listed rules of which `known` are known. Reading them fails for the rule `denied`.
    async fn detailed(known: Vec<EventRule>, listed: Vec<EventRule>) -> Listing<EventRule> {
        let mut table = Table::default();
        table.apply(Ok(Listing::all(known)), Timestamp::UNIX_EPOCH);
        let renew = |row: EventRule, known: &EventRule| EventRule { targets: known.targets.clone(), ..row };
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

    /// Returns the names of the rows.
    fn names(listing: &Listing<EventRule>) -> BTreeSet<&str> {
        listing.rows.iter().map(|rule| rule.name.as_str()).collect()
    }

    #[tokio::test]
    async fn an_error_that_all_rows_share_does_not_make_rows_look_deleted() {
        let listed: Vec<String> = (0..12).map(|n| format!("r{n}")).chain(["throttled".to_owned()]).collect();
        let all: BTreeSet<&str> = listed.iter().map(String::as_str).collect();
        let rules = || listed.iter().map(|name| rule(name, "ENABLED", None)).collect::<Vec<EventRule>>();
        for place in [0, 6, 12] {
            let mut rules = rules();
            rules.swap(place, 12);
            let listing = detailed(Vec::new(), rules).await;
            assert_eq!(names(&listing), all, "the error is at place {place}");
            assert!(!listing.more && listing.fault.is_some());
        }
        let due = read_due(Listing::all(rules()), |_| true, read).await;
        assert_eq!((names(&due), due.fault.is_some()), (all, true));
    }

    #[tokio::test]
    async fn a_row_that_no_longer_exists_is_left_out() {
        let listed = ["gone", "kept"].map(|name| rule(name, "ENABLED", None)).into();
        assert_eq!(names(&detailed(Vec::new(), listed).await), BTreeSet::from(["kept"]));
    }

    #[tokio::test]
    async fn more_rows_than_one_turn_reads_are_read_by_the_next() {
        let listed = (0..50).map(|n| rule(&format!("r{n}"), "ENABLED", None)).collect();
        let listing = detailed(Vec::new(), listed).await;
        let read = listing.rows.iter().filter(|rule| rule.targets.is_some()).count();
        assert_eq!((listing.rows.len(), read, listing.more), (50, 20, true));
    }
}
