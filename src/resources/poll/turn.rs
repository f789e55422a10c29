//! One turn of a kind: it reads, and applies the answer to the table.

use jiff::Timestamp;

use crate::aws::{Aws, AwsError, ErrorKind, Urgency, attributed, caught};
use crate::resources::admit::admit;
use crate::resources::{Change, Listing, Observed, Resource, Table, TableUpdate, Turn};

/// How one turn ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TurnOutcome {
    /// There is more to read at once.
    More,
    /// Everything was read for now.
    Complete,
    /// It failed for a reason that may soon pass.
    Retry,
    /// It failed for a reason that stays until somebody does something.
    Failed,
}

/// The result of a turn in a single look.
pub(crate) struct TurnResult {
    pub(crate) outcome: TurnOutcome,
    pub(crate) update: TableUpdate,
}

/// Takes one turn and applies its answer to the table.
pub(crate) async fn take_turn<T: Resource>(
    aws: &Aws,
    observed: &Observed,
    table: &mut Table<T>,
    sweep: bool,
    at: Timestamp,
) -> TurnOutcome {
    turn(aws, observed, table, sweep, &|| at).await.0
}

/// Takes one turn, and also returns the changes. The clock is read after the answer.
pub(super) async fn turn<T: Resource>(
    aws: &Aws,
    observed: &Observed,
    table: &mut Table<T>,
    sweep: bool,
    clock: &(dyn Fn() -> Timestamp + Sync),
) -> (TurnOutcome, Vec<Change>) {
    let asked_before = aws.meter.calls_of(T::KIND.name());
    let answer = attributed(T::KIND.name(), Urgency::Visible, read(aws, observed, table, sweep)).await;
    let answered = clock();
    let why = fault(&answer);
    let refused = why.is_some_and(|why| why.kind == ErrorKind::Expired && why.answered_no);
    let trouble = why.map(|why| why.kind);
    let (failed, more) = answer.as_ref().map_or((true, false), |listing| (false, listing.more));
    aws.meter.note_answer(T::KIND.service(), trouble == Some(ErrorKind::Throttled));
    if refused {
        aws.refused().await;
    }
    // A turn without calls is only as fresh as the newest answer of the vital kinds, which make calls in every turn.
    // Where those were never answered, the table stays as it is.
    let silent = why.is_none() && table.answered() && aws.meter.calls_of(T::KIND.name()) == asked_before;
    let last = || observed.store.last_answer().map(|last| table.answered_at().map_or(last, |at| at.max(last)));
    let at = if silent { last() } else { Some(answered) };
    let changes = at.map_or_else(Vec::new, |at| table.apply(answer, at));
    let outcome = match trouble {
        Some(kind) if kind.passing() => TurnOutcome::Retry,
        Some(kind) if kind.cut_off() => TurnOutcome::Failed,
        Some(_) if failed => TurnOutcome::Failed,
        // A denial may concern only one thing, so the others are still read.
        None | Some(ErrorKind::Denied | ErrorKind::Other) if more => TurnOutcome::More,
        _ => TurnOutcome::Complete,
    };
    (outcome, changes)
}

/// Returns the error of an answer that failed, wholly or in part.
fn fault<T>(answer: &Result<Listing<T>, AwsError>) -> Option<&AwsError> {
    answer.as_ref().map_or_else(Some, |listing| listing.fault.as_ref())
}

/// Reads the rows and removes what may not enter the table. A panic is an error like any other.
async fn read<T: Resource>(
    aws: &Aws,
    observed: &Observed,
    known: &Table<T>,
    sweep: bool,
) -> Result<Listing<T>, AwsError> {
    let answer = caught(T::read(aws, observed, Turn { known, sweep })).await;
    let broke_off = |said: String| Err(AwsError::other(T::KIND.name(), format!("the work broke off: {said}")));
    answer.unwrap_or_else(broke_off).map(|listing| admit(listing, !observed.preferences.unredacted))
}
