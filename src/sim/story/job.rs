//! Jobs that no pipeline started.

use serde::Deserialize;

use super::super::time::Span;

/// A job of some kind.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct Job {
    /// The name.
    pub(crate) name: String,
    /// The kind.
    pub(crate) kind: JobKind,
    /// The time since it began.
    pub(crate) age: Span,
    /// The duration; a job without one is still running.
    pub(crate) lasts: Option<Span>,
    /// The reason why it failed, if it did.
    pub(crate) fails: Option<String>,
    /// The value of the objective that it found.
    pub(crate) best: Option<f64>,
}

/// A kind of job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub(crate) enum JobKind {
    /// Training on spot capacity that was taken away twice, with a warm pool after it.
    Training,
    Transform,
    Tuning,
    #[serde(rename = "automl")]
    AutoMl,
}
