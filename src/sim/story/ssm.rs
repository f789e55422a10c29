//! The tables of a story about Systems Manager: change calendars, runbooks, and what was started of them.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::super::time::Span;

/// A change calendar.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct Calendar {
    /// The name.
    pub(crate) name: String,
    /// Whether it is closed when the story begins.
    #[serde(default)]
    pub(crate) closed: bool,
    /// The time after which it is no longer so; left out: it stays so.
    pub(crate) turns: Option<Span>,
}

/// A runbook: a document of the type `Automation`.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct Runbook {
    /// The name.
    pub(crate) name: String,
    /// The version.
    #[serde(default = "first")]
    pub(crate) version: String,
    /// The description.
    #[serde(default)]
    pub(crate) description: String,
    /// The names of its parameters. All of them must be given.
    #[serde(default)]
    pub(crate) parameters: Vec<String>,
    /// The reason why its second step fails, if it does.
    pub(crate) fails: Option<String>,
}

defaults! {
    first: String = "1".to_owned();
}

/// An execution of a runbook in the past.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct Automation {
    /// The name of the runbook.
    pub(crate) runbook: String,
    /// The values of its parameters.
    #[serde(default)]
    pub(crate) parameters: BTreeMap<String, String>,
    /// The time since it began.
    pub(crate) age: Span,
}
