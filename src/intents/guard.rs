//! What a plan relies on, looked at again just before it is sent.

use jiff::Timestamp;

use super::Refusal;
use crate::aws::Aws;
use crate::resources::config::EndpointConfig;
use crate::resources::endpoint::Endpoint;
use crate::resources::model::Model;
use crate::resources::package::ModelPackage;
use crate::resources::pipeline::Pipeline;

/// Something that must still be so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Guard {
    /// A version has this approval and status.
    Package {
        /// ARN.
        arn: String,
        /// `ModelApprovalStatus`.
        approval: String,
        /// `ModelPackageStatus`.
        status: String,
    },
    /// An endpoint runs this configuration and is in this state.
    Endpoint {
        /// Name.
        name: String,
        /// `EndpointStatus`.
        status: String,
        /// `EndpointConfigName`.
        config: Option<String>,
    },
    /// A configuration is the one that was looked at.
    Config {
        /// Name.
        name: String,
        /// `CreationTime`: names can be deleted and used again.
        created: Option<Timestamp>,
    },
    /// A model is the one that was looked at.
    Model {
        /// Name.
        name: String,
        /// `CreationTime`: names can be deleted and used again.
        created: Option<Timestamp>,
    },
    /// A pipeline's definition is the one that was looked at.
    Pipeline {
        /// Name.
        name: String,
        /// `LastModifiedTime`.
        modified: Option<Timestamp>,
    },
}

impl Guard {
    /// A version stays as decided.
    pub(super) fn package(package: &ModelPackage) -> Self {
        let (approval, status) = (package.approval.clone(), package.status.clone());
        Self::Package { arn: package.arn.clone(), approval, status }
    }

    /// Asks AWS whether it is still so.
    ///
    /// # Errors
    /// When it is not, with both values; or when AWS does not answer.
    pub async fn check(&self, aws: &Aws) -> Result<(), Refusal> {
        let (what, planned, now) = match self {
            Self::Package { arn, approval, status } => {
                let now = ModelPackage::describe(aws, arn).await?;
                let now_text = format!("{}, {}", now.approval, now.status);
                (now.label(), format!("{approval}, {status}"), now_text)
            }
            Self::Endpoint { name, status, config } => {
                let now = Endpoint::describe(aws, name).await?;
                let text = |status: &str, config: &Option<String>| {
                    format!("{status} on {}", config.as_deref().unwrap_or("nothing"))
                };
                (name.clone(), text(status, config), text(&now.status, &now.config))
            }
            Self::Config { name, created } => {
                let now = EndpointConfig::describe(aws, name).await?;
                (name.clone(), made(*created), made(now.created))
            }
            Self::Model { name, created } => {
                let now = Model::describe(aws, name).await?;
                (name.clone(), made(*created), made(now.created))
            }
            Self::Pipeline { name, modified } => {
                let now = Pipeline::describe(aws, name).await?;
                (name.clone(), changed(*modified), changed(now.modified))
            }
        };
        if planned == now {
            return Ok(());
        }
        Err(Refusal::No(format!(
            "{what} changed since the plan was made: it was {planned}, now it is {now}; nothing was sent, plan again"
        )))
    }
}

fn made(at: Option<Timestamp>) -> String {
    at.map_or_else(|| "made at an unknown time".to_owned(), |at| format!("made at {at}"))
}

fn changed(at: Option<Timestamp>) -> String {
    at.map_or_else(|| "changed at an unknown time".to_owned(), |at| format!("changed at {at}"))
}
