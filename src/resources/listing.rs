//! The result of one turn of a kind, and how much of the whole it covers.

use jiff::Timestamp;

use super::{Resource, Table, time};
use crate::aws::AwsError;

/// The place where a long list continues that is read turn by turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// The number of pages that were read.
    pub pages: usize,
    /// The token of the next one.
    pub token: String,
}

impl Cursor {
    /// Moves on by some pages, unless there are no more or that was enough, as a list may have no end.
    pub(crate) fn after(before: Option<&Self>, pages: usize, most: usize, next: Option<String>) -> Option<Self> {
        let pages = before.map_or(0, |cursor| cursor.pages) + pages;
        next.filter(|_| pages < most).map(|token| Self { pages, token })
    }
}

/// How much of a kind a listing covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// The rows are all there are, so a missing one is gone.
    All,
    /// The rows end a list that was read turn by turn. A row that none of its turns named is gone.
    Rest,
    /// The rows are all that changed, so a missing one is as it was.
    Changed,
    /// The rows are some that were read. It says nothing about the others.
    Part,
}

/// The result of one turn.
#[derive(Debug, Clone, PartialEq)]
pub struct Listing<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// Ids of rows that are gone, where the extent does not say it.
    pub gone: Vec<String>,
    /// How much of the whole the rows cover.
    pub extent: Extent,
    /// Whether there are more in AWS than were read.
    pub capped: bool,
    /// Whether details are still missing, so that the next turn follows at once.
    pub more: bool,
    /// The error of details that could not be read. The rows are good as far as they go.
    pub fault: Option<AwsError>,
    /// The token of the page that the next turn begins with.
    pub cursor: Option<Cursor>,
    /// Things that were read on demand, noted so that they are not read at every turn.
    pub asked: Vec<String>,
}

impl<T> Listing<T> {
    fn new(rows: Vec<T>, extent: Extent) -> Self {
        let (gone, asked) = (Vec::new(), Vec::new());
        Self { rows, gone, extent, capped: false, more: false, fault: None, cursor: None, asked }
    }
    /// Makes a listing of all rows there are.
    #[must_use]
    pub fn all(rows: Vec<T>) -> Self {
        Self::new(rows, Extent::All)
    }
    /// Makes a listing of the last rows of all, after those of the turns before.
    #[must_use]
    pub fn rest(rows: Vec<T>) -> Self {
        Self::new(rows, Extent::Rest)
    }
    /// Makes a listing of all rows that changed.
    #[must_use]
    pub fn changed(rows: Vec<T>) -> Self {
        Self::new(rows, Extent::Changed)
    }
    /// Makes a listing of some rows.
    #[must_use]
    pub fn part(rows: Vec<T>) -> Self {
        Self::new(rows, Extent::Part)
    }
    /// Names rows that are gone.
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
    /// Says whether more details can be read at once.
    #[must_use]
    pub fn more(mut self, more: bool) -> Self {
        self.more = more;
        self
    }
    /// Notes what was read on demand.
    #[must_use]
    pub fn asked(mut self, asked: Vec<String>) -> Self {
        self.asked = asked;
        self
    }
    /// Sets where the next turn begins.
    #[must_use]
    pub fn cursor(mut self, cursor: Option<Cursor>) -> Self {
        self.cursor = cursor;
        self
    }
    /// Sets the error of details that could not be read.
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

/// Seconds by which the index may lag behind. Records that are a little older than the newest known row are read again.
const LAG: i64 = 300;

/// Returns the time of the newest known change, by `when`.
pub(super) fn newest<T: Resource>(known: &Table<T>, when: fn(&T) -> Option<Timestamp>) -> Option<Timestamp> {
    known.rows().filter_map(when).max()
}

/// Returns whether a page, newest first, reaches back to what is known. If nothing is known, no page does.
pub(super) fn reaches_back<R>(
    page: &[R],
    since: Option<Timestamp>,
    when: fn(&R) -> Option<&aws_smithy_types::DateTime>,
) -> bool {
    let oldest = page.last().and_then(|record| time(when(record)));
    matches!((oldest, since), (Some(oldest), Some(since)) if oldest.as_second() < since.as_second() - LAG)
}

/// Returns the part of `due` that need not be read again soon: all of it, unless it failed for a reason that everything
/// shares.
pub(super) fn settled(due: Vec<String>, fault: Option<&AwsError>) -> Vec<String> {
    if fault.is_some_and(|why| why.kind.is_shared()) { Vec::new() } else { due }
}

#[cfg(test)]
mod tests;
