//! Kinds that are read only for what somebody looks at. An answer is good for some minutes.

use std::collections::BTreeSet;
use std::fmt::Display;

use jiff::Timestamp;

use super::listing::{asked_lately, settled};
use super::{Listing, Resource, Table};
use crate::aws::{AwsError, Described, describe};

/// Returns whether one of the things that are `looked_at` was not asked for lately. Before the first turn, none is due.
/// The text of each thing is the id of its row.
pub(super) fn is_due<T: Resource, W: Display>(known: &Table<T>, looked_at: &BTreeSet<W>, now: Timestamp) -> bool {
    known.answered() && looked_at.iter().any(|what| !asked_lately(known, &what.to_string(), now))
}

/// Reads the things that are `looked_at`, each with `read`, unless they were asked for lately. The others keep their rows.
pub(super) async fn read_each<T, W, F, Fut>(
    known: &Table<T>,
    looked_at: BTreeSet<W>,
    now: Timestamp,
    read: F,
) -> Listing<T>
where
    T: Resource,
    W: Display + Clone,
    F: Fn(W) -> Fut,
    Fut: Future<Output = Result<T, AwsError>>,
{
    let wanted: Vec<W> = looked_at.into_iter().filter(|what| !asked_lately(known, &what.to_string(), now)).collect();
    let ids = wanted.iter().map(ToString::to_string).collect();
    let Described { found, fault } = describe(wanted, read).await;
    let asked = settled(ids, fault.as_ref());
    Listing::part(found).asked(asked).fault(fault)
}

/// Returns an answer, or notes among the `problems` why it is missing.
///
/// # Errors
/// An error that every call would have now, such as credentials that have expired.
pub(super) fn keep<T>(
    problems: &mut Vec<String>,
    what: &str,
    answer: Result<T, AwsError>,
) -> Result<Option<T>, AwsError> {
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(why) if why.kind.is_shared() => Err(why),
        Err(why) => {
            problems.push(format!("{what}: {why}"));
            Ok(None)
        }
    }
}
