//! The changes of one answer in a table, in the form in which they are written to disk.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};

use super::{Change, Entry, Freshness, State, Table};
use crate::resources::{Delta, Resource};

/// The most rows of a patch. All rows of a large table are written in several.
const MOST_ROWS: usize = 500;

/// The changes that turn a table into the next one. Those that make a table from an empty one contain all of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Patch {
    state: State,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    rows: Vec<RowPatch>,
    /// Ids of rows that are gone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    gone: Vec<String>,
    /// Things that were read on demand, and when.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    asked: BTreeMap<String, Timestamp>,
}

/// A row that was read. A new one has its row, a known one its id, and a delta where it differs.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct RowPatch {
    at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    row: Option<Box<RawValue>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    delta: Option<Delta>,
}

impl Patch {
    /// Returns whether it changes the rows themselves, not only the times at which they were read.
    #[must_use]
    pub fn changes_rows(&self) -> bool {
        !self.gone.is_empty() || self.rows.iter().any(|row| row.row.is_some() || row.delta.is_some())
    }

    /// Returns whether it adds rows.
    #[must_use]
    pub fn adds_rows(&self) -> bool {
        self.rows.iter().any(|row| row.row.is_some())
    }
}

impl<T: Resource> Table<T> {
    /// Writes the patches that turn `before` into this table; none where they are the same.
    ///
    /// # Errors
    /// That of `write`, and when a row cannot be written as JSON.
    pub(in crate::resources) fn patches_since(
        &self,
        before: &Self,
        write: &mut dyn FnMut(Patch) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut rows: Vec<&Arc<Entry<T>>> = Vec::new();
        let mut gone = Vec::new();
        // Tables share their rows as long as nothing about them changes.
        if !Arc::ptr_eq(&self.rows, &before.rows) {
            let known = |id: &str, entry| before.rows.get(id).is_some_and(|known| Arc::ptr_eq(known, entry));
            rows.extend(self.rows.iter().filter(|(id, entry)| !known(id, entry)).map(|(_, entry)| entry));
            let ids = before.rows.keys().filter(|id| !self.rows.contains_key(*id));
            gone.extend(ids.map(ToString::to_string));
        }
        let asked = self.asked.iter().filter(|(what, at)| before.asked.get(*what) != Some(at));
        let asked: BTreeMap<String, Timestamp> = asked.map(|(what, at)| (what.clone(), *at)).collect();
        if rows.is_empty() && gone.is_empty() && asked.is_empty() && self.state == before.state {
            return Ok(());
        }
        let mut pieces = rows.chunks(MOST_ROWS);
        let first = RowPatch::each(pieces.next().unwrap_or_default(), before)?;
        write(Patch { state: self.state.clone(), rows: first, gone, asked })?;
        for rows in pieces {
            let rows = RowPatch::each(rows, before)?;
            write(Patch { state: self.state.clone(), rows, gone: Vec::new(), asked: BTreeMap::new() })?;
        }
        Ok(())
    }

    /// Applies a patch, and returns the changes with the time `at`, as [`Table::apply`] returned them.
    ///
    /// # Errors
    /// When a row cannot be read as one of this kind.
    pub(in crate::resources) fn patch(&mut self, patch: Patch, at: Timestamp) -> serde_json::Result<Vec<Change>> {
        let first = self.is_first();
        let rows = patch.rows.into_iter().filter_map(|row| row.applied(self).transpose());
        let rows = rows.collect::<serde_json::Result<Vec<Entry<T>>>>()?;
        let known = |id: &String| self.rows.get_key_value(id.as_str()).map(|(id, _)| id.clone());
        let gone: Vec<Arc<str>> = patch.gone.iter().filter_map(known).collect();
        self.state = patch.state;
        if !patch.asked.is_empty() {
            Arc::make_mut(&mut self.asked).extend(patch.asked);
        }
        Ok(self.put(rows, &gone, first, at))
    }

    /// Returns the table as a later run begins with it: its rows are marked as those of an earlier one.
    pub(in crate::resources) fn saved(self) -> Self {
        let Some(at) = self.answered_at() else { return Self::default() };
        let State { swept, capped, .. } = self.state;
        let state = State { freshness: Freshness::Saved { at }, swept, capped, ..State::default() };
        Self { rows: self.rows, state, ..Self::default() }
    }
}

impl RowPatch {
    fn each<T: Resource>(entries: &[&Arc<Entry<T>>], before: &Table<T>) -> serde_json::Result<Vec<Self>> {
        let row = |entry: &&Arc<Entry<T>>| Self::of(entry, before.get(entry.row.id()));
        entries.iter().map(row).collect()
    }

    fn of<T: Resource>(entry: &Entry<T>, known: Option<&T>) -> serde_json::Result<Self> {
        let at = entry.at;
        let Some(known) = known else {
            return Ok(Self { at, id: None, row: Some(to_raw_value(&entry.row)?), delta: None });
        };
        let id = Some(entry.row.id().to_owned());
        if *known == entry.row {
            return Ok(Self { at, id, row: None, delta: None });
        }
        let delta = Delta::of(known, &entry.row)?;
        let row = if delta.is_none() { Some(to_raw_value(&entry.row)?) } else { None };
        Ok(Self { at, id, row, delta })
    }

    /// Returns the new row, given the table of before; `None` where that does not know the row.
    fn applied<T: Resource>(self, table: &Table<T>) -> serde_json::Result<Option<Entry<T>>> {
        let at = self.at;
        if let Some(row) = self.row {
            return Ok(Some(Entry { row: serde_json::from_str(row.get())?, at }));
        }
        let Some(known) = self.id.and_then(|id| table.get(&id)) else { return Ok(None) };
        let Some(delta) = self.delta else { return Ok(Some(Entry { row: known.clone(), at })) };
        Ok(Some(Entry { row: delta.applied(known)?, at }))
    }
}
