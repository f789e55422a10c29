//! Endpoints that serve in another way than one model on instances.

use serde::Deserialize;

use super::super::time::Span;

/// An endpoint of some kind, with a name of its own.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct Special {
    /// The name.
    pub(crate) name: String,
    /// The way to serve.
    pub(crate) way: Way,
    /// The versions that it serves: `model/number`. The second one is that of the second variant, shadow or component,
    /// or the one that arrives.
    pub(crate) versions: Vec<String>,
    /// Its age.
    #[serde(default = "month")]
    pub(crate) age: Span,
    /// The requests per minute.
    #[serde(default = "sixty")]
    pub(crate) requests: f64,
    /// The bucket for captured requests and asynchronous answers.
    pub(crate) bucket: String,
    /// The alarms that guard its deployments.
    #[serde(default)]
    pub(crate) guards: Vec<String>,
}

defaults! {
    month: Span = Span::minutes(30 * 24 * 60);
    sixty: f64 = 60.0;
}

/// A way to serve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Way {
    /// Two variants that share the traffic.
    Split,
    Shadow,
    Serverless,
    MultiModel,
    Asynchronous,
    Components,
    /// One instance that `SageMaker` scales, in a VPC, encrypted and recorded.
    Managed,
    /// A guarded canary deployment is under way when the story begins.
    Canary,
}
