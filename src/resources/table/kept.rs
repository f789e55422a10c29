//! A table on disk.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize, Serializer};

use super::{Entry, Freshness, Table};
use crate::resources::Resource;

/// A table as it is written to disk: nothing of it is copied before, as there may be hundreds of megabytes.
#[derive(Debug, Serialize)]
#[serde(bound = "")]
pub(in crate::resources) struct Keeping<'a, T: Resource> {
    at: Option<Timestamp>,
    capped: bool,
    #[serde(serialize_with = "dated")]
    rows: &'a Table<T>,
}

fn dated<T: Resource, S: Serializer>(table: &Table<T>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(table.rows.values().map(|entry| (table.dated_at(entry), &entry.row)))
}

/// A table on disk: when it was last answered, and each row with the time at which it was read.
#[derive(Debug, Clone, Deserialize)]
pub(in crate::resources) struct Kept<T> {
    at: Option<Timestamp>,
    capped: bool,
    rows: Vec<(Timestamp, T)>,
}

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self { at: None, capped: false, rows: Vec::new() }
    }
}

impl<T: Resource> Table<T> {
    /// A table with the rows of an earlier run, each with the time at which it was read.
    pub(in crate::resources) fn restored(saved: Kept<T>) -> Self {
        let Some(at) = saved.at else { return Self::default() };
        let entry = |(at, row): (Timestamp, T)| (Arc::from(row.id()), Arc::new(Entry { row, at }));
        let rows: BTreeMap<_, _> = saved.rows.into_iter().map(entry).collect();
        Self { rows: Arc::new(rows), freshness: Freshness::Saved { at }, capped: saved.capped, ..Self::default() }
    }
    /// What a later run can begin with; nothing when nothing was ever answered.
    pub(in crate::resources) fn keep(&self) -> Keeping<'_, T> {
        Keeping { at: self.answered_at(), capped: self.capped, rows: self }
    }
}
