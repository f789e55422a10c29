//! Resources as their services describe them.

use std::collections::{BTreeMap, BTreeSet};

use super::time::Time;
use super::wire::Value;

/// A resource as its service describes it, by AWS's own member names.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    pub(crate) name: String,
    /// Also a member of the description; most lists are sorted by it.
    pub(crate) created: Time,
    pub(crate) doc: Value,
}

impl Record {
    pub(crate) fn new(name: &str, created: Time, doc: Value) -> Self {
        Self { name: name.to_owned(), created, doc }
    }
}

/// Resources of one kind by name.
pub(crate) type Table = BTreeMap<String, Record>;

/// Names in the order of creation.
pub(crate) type ByAge = BTreeSet<(Time, String)>;
