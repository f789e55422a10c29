//! The rules of this account that wait for a decision on a version, and the targets that they then start.

#[cfg(feature = "eventbridge")]
mod read;

use crate::intents::{Difference, Executor};
use crate::resources::package::ModelPackage;

/// The rules that wait for a decision, and the consequences.
#[derive(Debug, Default)]
pub(in crate::intents) struct DeployRules {
    /// One row for each rule that waits for the decision.
    pub(in crate::intents) differences: Vec<Difference>,
    /// Warnings for the operator about these rules, as sentences.
    pub(in crate::intents) warnings: Vec<String>,
    /// The pipelines of `CodePipeline` that start.
    pub(in crate::intents) pipelines: Vec<String>,
    /// The targets of the rules that are enabled, one phrase a rule.
    pub(in crate::intents) starting: Vec<String>,
    /// Whether something may start: a rule starts it, or the rules could not be read.
    pub(in crate::intents) may_start: bool,
}

impl DeployRules {
    /// Reads the rules that wait for the approval status of a version to become `status`.
    #[cfg(feature = "eventbridge")]
    pub(in crate::intents) async fn of(executor: &Executor, package: &ModelPackage, status: &str) -> Self {
        Box::pin(Self::read(executor, package, status)).await
    }
    #[cfg(not(feature = "eventbridge"))]
    #[expect(clippy::unused_async, reason = "with EventBridge it reads")]
    pub(in crate::intents) async fn of(_: &Executor, _: &ModelPackage, _: &str) -> Self {
        let unknown = "Which rules wait for this is not known: sagetop was built without EventBridge.";
        Self { warnings: vec![unknown.to_owned()], may_start: true, ..Self::default() }
    }
}
