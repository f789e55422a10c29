//! What one turn of a kind brought, and how much of the whole it speaks of.

use jiff::Timestamp;

use super::{Resource, Table, time};
use crate::aws::AwsError;

/// Where a long list goes on that is read turn by turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// Pages that were read.
    pub pages: usize,
    /// The token of the next one.
    pub token: String,
}

impl Cursor {
    /// After some more pages, unless there is nothing more or that was enough: a list may have no end.
    pub(crate) fn after(before: Option<&Self>, pages: usize, most: usize, next: Option<String>) -> Option<Self> {
        let pages = before.map_or(0, |cursor| cursor.pages) + pages;
        next.filter(|_| pages < most).map(|token| Self { pages, token })
    }
}

/// How much of a kind a listing speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// The rows are all there are: what is missing is gone.
    All,
    /// The rows end a list that was read turn by turn: what none of its turns named is gone.
    Rest,
    /// The rows are all that changed: what is missing is as it was.
    Changed,
    /// The rows are some that were read: of the others nothing is said.
    Part,
}

/// What one turn brought.
#[derive(Debug, Clone, PartialEq)]
pub struct Listing<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// Ids of what is gone, where the extent does not say it.
    pub gone: Vec<String>,
    /// What they are of the whole.
    pub extent: Extent,
    /// There are more in AWS than were read.
    pub capped: bool,
    /// Details are still missing; ask again at once.
    pub more: bool,
    /// Part of the details could not be had; the rows are good as far as they go.
    pub fault: Option<AwsError>,
    /// The token of the page that the next turn begins with.
    pub cursor: Option<Cursor>,
    /// What was asked on demand, so that it is not asked at every turn.
    pub asked: Vec<String>,
}

impl<T> Listing<T> {
    fn new(rows: Vec<T>, extent: Extent) -> Self {
        let (gone, asked) = (Vec::new(), Vec::new());
        Self { rows, gone, extent, capped: false, more: false, fault: None, cursor: None, asked }
    }
    /// All rows there are.
    #[must_use]
    pub fn all(rows: Vec<T>) -> Self {
        Self::new(rows, Extent::All)
    }
    /// The last rows of all, after those of the turns before.
    #[must_use]
    pub fn rest(rows: Vec<T>) -> Self {
        Self::new(rows, Extent::Rest)
    }
    /// All rows that changed.
    #[must_use]
    pub fn changed(rows: Vec<T>) -> Self {
        Self::new(rows, Extent::Changed)
    }
    /// Some rows.
    #[must_use]
    pub fn part(rows: Vec<T>) -> Self {
        Self::new(rows, Extent::Part)
    }
    /// Takes rows away.
    #[must_use]
    pub fn without(mut self, gone: Vec<String>) -> Self {
        self.gone = gone;
        self
    }
    /// Marks a listing that was cut.
    #[must_use]
    pub fn capped(mut self, capped: bool) -> Self {
        self.capped = capped;
        self
    }
    /// Says that there are details to be had at once.
    #[must_use]
    pub fn more(mut self, more: bool) -> Self {
        self.more = more;
        self
    }
    /// Takes note of what was asked on demand.
    #[must_use]
    pub fn asked(mut self, asked: Vec<String>) -> Self {
        self.asked = asked;
        self
    }
    /// Says where the next turn begins.
    #[must_use]
    pub fn cursor(mut self, cursor: Option<Cursor>) -> Self {
        self.cursor = cursor;
        self
    }
    /// Adds what could not be had.
    #[must_use]
    pub fn fault(mut self, fault: Option<AwsError>) -> Self {
        self.fault = fault;
        self
    }
}

/// Minutes for which an answer on demand is good enough.
const DEMAND: i64 = 10;

pub(super) fn asked_lately<T: Resource>(known: &Table<T>, what: &str, now: Timestamp) -> bool {
    known.asked_at(what).is_some_and(|at| now.as_second() - at.as_second() < DEMAND * 60)
}

/// Seconds by which the index may lag behind: what is a little older than the newest known is read again.
const LAG: i64 = 300;

/// When the newest thing that is known changed, by `when`.
pub(super) fn newest<T: Resource>(known: &Table<T>, when: fn(&T) -> Option<Timestamp>) -> Option<Timestamp> {
    known.rows().filter_map(when).max()
}

/// Does a page, newest first, reach back to what is known? Without anything known no page does.
pub(super) fn reaches_back<R>(
    page: &[R],
    since: Option<Timestamp>,
    when: fn(&R) -> Option<&aws_smithy_types::DateTime>,
) -> bool {
    let oldest = page.last().and_then(|record| time(when(record)));
    matches!((oldest, since), (Some(oldest), Some(since)) if oldest.as_second() < since.as_second() - LAG)
}

/// What of `due` need not be asked again soon: all of it, unless the reason why some was not answered may pass.
pub(super) fn settled(due: Vec<String>, fault: Option<&AwsError>) -> Vec<String> {
    if fault.is_some_and(|why| why.kind.is_shared()) { Vec::new() } else { due }
}

#[cfg(test)]
mod tests;
