//! The ways in which endpoints serve. Each publishes other metrics.

use super::Endpoint;
use crate::resources::Store;
use crate::resources::model::Container;

/// How an endpoint serves, as far as it is known. What it publishes follows from it:
/// <https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html>.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Each variant runs one model on instances.
    Instances,
    /// Without instances; see [serverless endpoints](https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints-monitoring.html).
    Serverless,
    /// Each variant loads the models that are asked for.
    MultiModel,
    /// Requests wait in a queue, answers go to S3; see
    /// [asynchronous endpoints](https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-monitor.html).
    Asynchronous,
    /// Inference components share the instances.
    Components,
}

impl Mode {
    /// Returns the mode of an endpoint. Until its configuration and model were read, what its own row tells counts.
    #[must_use]
    pub fn of(store: &Store, endpoint: &Endpoint) -> Self {
        let config = endpoint.config.as_ref().and_then(|name| store.configs.get(name)).filter(|c| !c.deleted);
        let variants = || config.into_iter().flat_map(|c| c.variants.iter().flatten());
        if endpoint.asynchronous.is_some() || config.is_some_and(|c| c.asynchronous) {
            return Self::Asynchronous;
        }
        if endpoint.variants.iter().any(|v| v.serverless) || variants().any(|v| v.serverless) {
            return Self::Serverless;
        }
        if variants().next().is_some() && variants().all(|v| v.model.is_none()) {
            return Self::Components;
        }
        let containers = variants().filter_map(|v| store.models.get(v.model.as_ref()?)?.containers.as_ref());
        if containers.flatten().any(|container: &Container| container.multi_model) {
            return Self::MultiModel;
        }
        Self::Instances
    }

    /// Returns the mode as far as the description of the endpoint alone tells it.
    #[must_use]
    pub fn told_by(endpoint: &Endpoint) -> Self {
        match endpoint.asynchronous {
            Some(_) => Self::Asynchronous,
            None if endpoint.variants.iter().any(|v| v.serverless) => Self::Serverless,
            None => Self::Instances,
        }
    }

    /// Returns the metric whose sum is the number of requests. The three s are AWS's.
    #[must_use]
    pub fn requests(self) -> &'static str {
        match self {
            Self::Asynchronous => "InvocationsProcesssed",
            Self::Instances | Self::Serverless | Self::MultiModel | Self::Components => "Invocations",
        }
    }

    /// Returns its name for the screen. Empty for the usual one.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Instances => "",
            Self::Serverless => "serverless",
            Self::MultiModel => "multi-model",
            Self::Asynchronous => "asynchronous",
            Self::Components => "inference components",
        }
    }

    /// Returns the names of the parts of an endpoint that publish requests and errors: its variants, or its components.
    #[must_use]
    pub fn parts<'a>(self, store: &'a Store, endpoint: &'a Endpoint) -> Vec<&'a str> {
        if self == Self::Components {
            let own = store.inference_components.rows().filter(|c| c.endpoint == endpoint.name);
            return own.map(|c| c.name.as_str()).collect();
        }
        endpoint.variants.iter().map(|v| v.name.as_str()).collect()
    }
}
