//! The assumptions of a plan. They are checked again just before the plan is sent.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::calls::text;
use super::{AnyIntent, Refusal, Step};
use crate::aws::Aws;
use crate::resources::config::EndpointConfig;
use crate::resources::endpoint::Endpoint;
use crate::resources::model::Model;
use crate::resources::package::ModelPackage;
use crate::resources::pipeline::Pipeline;

/// An assumption that must still hold.
#[derive(Debug, Clone, PartialEq)]
pub enum Guard {
    /// A version is unchanged since the plan.
    Package(Box<ModelPackage>),
    /// An endpoint runs this configuration and is in this state.
    Endpoint {
        /// The name.
        name: String,
        /// `EndpointStatus`.
        status: String,
        /// `EndpointConfigName`.
        config: Option<String>,
    },
    /// A configuration is still the one that was read.
    Config {
        /// The name.
        name: String,
        /// `CreationTime`, because a deleted name can be used again.
        created: Option<Timestamp>,
    },
    /// A model is still the one that was read.
    Model {
        /// The name.
        name: String,
        /// `CreationTime`, because a deleted name can be used again.
        created: Option<Timestamp>,
    },
    /// The state that the intent relies on is still the one that was read.
    Present {
        /// The intent, which reads it.
        intent: Box<AnyIntent>,
        /// The thing, for the message.
        what: String,
        /// The state.
        was: String,
    },
    /// A pipeline's definition is still the one that was read.
    Pipeline {
        /// The name.
        name: String,
        /// `LastModifiedTime`.
        modified: Option<Timestamp>,
    },
}

impl Guard {
    /// Guards that a version is unchanged since the plan.
    pub(super) fn package(package: &ModelPackage) -> Self {
        Self::Package(Box::new(package.clone()))
    }

    /// Guards that the state on which an intent relies is the one that was read; see [`super::Intent::present`].
    pub(super) fn present(intent: impl Into<AnyIntent>, what: &str, was: String) -> Self {
        Self::Present { intent: Box::new(intent.into()), what: what.to_owned(), was }
    }

    /// Returns whether it is about the version that a step changes.
    pub(super) fn is_of(&self, step: &Step) -> bool {
        matches!(self, Self::Package(package) if package.arn == text(step.parameters(), "ModelPackageArn"))
    }

    /// Checks in AWS whether the assumption still holds.
    ///
    /// # Errors
    /// When it does not hold, with both values; or when AWS does not answer.
    pub async fn check(&self, aws: &Aws) -> Result<(), Refusal> {
        let (what, planned, now) = match self {
            Self::Package(planned) => {
                let now = ModelPackage::describe(aws, &planned.arn).await?;
                let (was, is) = package_changes(planned, &now);
                (now.label(), was, is)
            }
            Self::Endpoint { name, status, config } => {
                let now = Endpoint::describe(aws, name).await?;
                let text = |status: &str, config: &Option<String>| {
                    format!("{status} on {}", config.as_deref().unwrap_or("nothing"))
                };
                (name.clone(), text(status, config), text(&now.status, &now.config))
            }
            Self::Present { intent, what, was } => (what.clone(), was.clone(), intent.present(aws).await?),
            Self::Config { name, created } => {
                let now = EndpointConfig::describe(aws, name).await?;
                (name.clone(), creation(*created), creation(now.created))
            }
            Self::Model { name, created } => {
                let now = Model::describe(aws, name).await?;
                (name.clone(), creation(*created), creation(now.created))
            }
            Self::Pipeline { name, modified } => {
                let now = Pipeline::describe(aws, name).await?;
                (name.clone(), modification(*modified), modification(now.modified))
            }
        };
        if planned == now {
            return Ok(());
        }
        Err(Refusal::No(format!(
            "{what} changed since the plan was made: it was {planned}, now it is {now}; this was not sent, plan again"
        )))
    }
}

/// Returns the changes of a version, as the old and the new values. Both are empty if nothing changed.
fn package_changes(planned: &ModelPackage, now: &ModelPackage) -> (String, String) {
    let (was, is) = (package_facts(planned), package_facts(now));
    let names: BTreeSet<&String> = was.keys().chain(is.keys()).collect();
    let changed: Vec<&String> = names.into_iter().filter(|name| was.get(*name) != is.get(*name)).collect();
    let text = |facts: &BTreeMap<String, String>| {
        let fact = |name: &&String| format!("{name} {}", facts.get(*name).map_or("absent", String::as_str));
        changed.iter().map(fact).collect::<Vec<_>>().join(", ")
    };
    (text(&was), text(&is))
}

/// Returns the properties of a version that a plan shows, and the time of the last change.
fn package_facts(package: &ModelPackage) -> BTreeMap<String, String> {
    let details = package.details.clone().unwrap_or_default();
    let named = |name: &str, value: String| (name.to_owned(), value);
    let always =
        [named("ModelApprovalStatus", package.approval.clone()), named("ModelPackageStatus", package.status.clone())];
    let reason = details.approval_description.map(|reason| named("ApprovalDescription", format!("{reason:?}")));
    let modified = details.modified.map(|at| named("LastModifiedTime", at.to_string()));
    let metadata = details
        .metadata
        .into_iter()
        .map(|(key, value)| (format!("CustomerMetadataProperties.{key}"), format!("{value:?}")));
    always.into_iter().chain(reason).chain(modified).chain(metadata).collect()
}

fn creation(at: Option<Timestamp>) -> String {
    at.map_or_else(|| "made at an unknown time".to_owned(), |at| format!("made at {at}"))
}

fn modification(at: Option<Timestamp>) -> String {
    at.map_or_else(|| "changed at an unknown time".to_owned(), |at| format!("changed at {at}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources::package::Details;

    #[test]
    fn a_version_that_was_changed_is_refused_with_both_values() {
        let at = |second| Timestamp::from_second(second).ok();
        let version = |approval: &str, reason: Option<&str>, metadata: &[(&str, &str)], modified| ModelPackage {
            approval: approval.into(),
            status: "Completed".into(),
            details: Some(Details {
                approval_description: reason.map(str::to_owned),
                metadata: metadata.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
                modified,
                ..Details::default()
            }),
            ..ModelPackage::default()
        };
        let planned = version("PendingManualApproval", None, &[("qa", "passed")], at(10));
        let none = (String::new(), String::new());
        assert_eq!(package_changes(&planned, &planned.clone()), none);
        let cases = [
            (version("Rejected", None, &[("qa", "passed")], at(10)), "ModelApprovalStatus Rejected"),
            (
                version("PendingManualApproval", Some("legal hold"), &[("qa", "passed")], at(10)),
                "ApprovalDescription \"legal hold\"",
            ),
            (
                version("PendingManualApproval", None, &[("qa", "failed")], at(10)),
                "CustomerMetadataProperties.qa \"failed\"",
            ),
            (version("PendingManualApproval", None, &[], at(10)), "CustomerMetadataProperties.qa absent"),
            (
                version("PendingManualApproval", None, &[("qa", "passed")], at(11)),
                "LastModifiedTime 1970-01-01T00:00:11Z",
            ),
        ];
        for (now, is) in cases {
            assert_eq!(package_changes(&planned, &now).1, is);
        }
    }
}
