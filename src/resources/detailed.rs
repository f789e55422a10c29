//! Reads kinds whose lists say little: the list first, then the details of each row that is new, changed or old.

use super::{Listing, Observed, Resource, Table};
use crate::aws::{AwsError, DescribedEach, describe_each};

/// Adds the details to listed rows. `keep` returns a row with its known details, if these still hold; all other rows
/// are read by `read`, some in each turn.
///
/// A row whose details cannot be read stays as it was known, or as it was listed.
pub(super) async fn add_details<T, F>(
    observed: &Observed,
    known: &Table<T>,
    listed: (Vec<T>, bool),
    keep: impl Fn(&T, &T) -> Option<T>,
    read: impl Fn(T) -> F,
) -> Listing<T>
where
    T: Resource,
    F: Future<Output = Result<T, AwsError>>,
{
    let (listed, capped) = listed;
    let (mut rows, mut due) = (Vec::new(), Vec::new());
    for row in listed {
        match known.get(row.id()).and_then(|known| keep(&row, known)) {
            Some(kept) => rows.push(kept),
            None => due.push(row),
        }
    }
    let later = due.split_off(due.len().min(observed.chunk()));
    let more = !later.is_empty();
    let DescribedEach { found, missed, shared } = describe_each(due, read).await;
    let first = missed.first().map(|(_, why)| why.clone());
    let undetailed = missed.into_iter().map(|(row, _)| row).chain(later);
    rows.extend(undetailed.map(|row| known.get(row.id()).cloned().unwrap_or(row)));
    rows.extend(found);
    // If nothing more can be read now, the next turn need not follow at once.
    Listing::all(rows).capped(capped).more(more && shared.is_none()).fault(shared.or(first))
}
