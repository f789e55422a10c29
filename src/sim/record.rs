//! Resources in the form in which their services describe them.

use std::collections::{BTreeMap, BTreeSet};

use super::time::Time;
use super::wire::Value;

/// A resource in the form in which its service describes it, with AWS's own member names.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    pub(crate) name: String,
    /// The creation time. It is also a member of the description; most lists are sorted by it.
    pub(crate) created: Time,
    pub(crate) doc: Value,
}

impl Record {
    pub(crate) fn new(name: &str, created: Time, doc: Value) -> Self {
        Self { name: name.to_owned(), created, doc }
    }
}

/// The resources of one kind by name.
pub(crate) type Table = BTreeMap<String, Record>;

/// The names in the order of creation.
pub(crate) type ByAge = BTreeSet<(Time, String)>;
