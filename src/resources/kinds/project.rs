//! Projects of `SageMaker`, and the products of Service Catalog that made them.
//!
//! A project is asked for when a model of it is open. The facts about projects are in `docs/aws.md#projects`.

#[cfg(feature = "servicecatalog")]
mod provisioned;

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::aws::{Aws, AwsError, failed};
use crate::health::Health;
use crate::resources::on_demand::{self, keep};
use crate::resources::{AwsCommand, Cadence, Kind, Listing, Observed, Properties, Resource, Table, Turn, time};

/// One project.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Project {
    /// Unique in account and region: the id of the row.
    pub name: String,
    /// `p-…`.
    pub id: Option<String>,
    /// `CreateCompleted`, `UpdateFailed`, …, raw.
    pub status: Option<String>,
    /// Creation.
    pub created: Option<Timestamp>,
    /// The product that made it; absent where it was made without Service Catalog.
    pub product: Option<ProvisionedProduct>,
    /// The reads that failed, each with the reason.
    pub problems: Vec<String>,
}

/// A provisioned product of Service Catalog. All but the id and the message need the feature `servicecatalog`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ProvisionedProduct {
    /// `pp-…`.
    pub id: String,
    /// `AVAILABLE`, `UNDER_CHANGE`, `TAINTED`, `ERROR`, `PLAN_IN_PROGRESS`, raw.
    pub status: Option<String>,
    /// What AWS says about the status.
    pub message: Option<String>,
    /// The name of the product, or its id where the name cannot be read.
    pub product: Option<String>,
    /// The name of its version (the provisioning artifact), or the id where the name cannot be read.
    pub artifact: Option<String>,
    /// Whether the administrator marked that version as `DEPRECATED`.
    pub deprecated: bool,
}

impl ProvisionedProduct {
    /// Returns the names of the product and its version, and whether that should no longer be used.
    fn template(&self) -> Option<String> {
        let deprecated = self.deprecated.then_some("DEPRECATED");
        let parts = [self.product.as_deref(), self.artifact.as_deref(), deprecated];
        let parts: Vec<&str> = parts.into_iter().flatten().collect();
        (!parts.is_empty()).then(|| parts.join("  "))
    }
}

impl Resource for Project {
    const KIND: Kind = Kind::Projects;
    const CADENCE: Cadence = Cadence::Rare;
    const OPTIONAL: bool = true;
    const ON_DEMAND: bool = true;
    const WINDOWED: bool = true;
    const AFTER: &'static [Kind] = &[Kind::Endpoints];
    fn id(&self) -> &str {
        &self.name
    }
    fn status(&self) -> Option<&str> {
        self.status.as_deref()
    }
    fn health(&self) -> Health {
        let words = [self.status.as_deref(), self.product.as_ref().and_then(|product| product.status.as_deref())];
        let worst = words.into_iter().flatten().map(Health::of_status).max().unwrap_or_default();
        if self.problems.is_empty() { worst } else { worst.max(Health::Unknown) }
    }
    fn command(&self) -> Option<AwsCommand> {
        Some(AwsCommand::sagemaker("describe-project", "project-name", &self.name))
    }
    fn properties(&self, all: &mut Properties) {
        all.status("  status", self.status.as_deref());
        if let Some(product) = &self.product {
            all.status("  product", product.status.as_deref())
                .text("  message", product.message.as_deref())
                .text("  template", product.template().as_deref());
        }
        for problem in &self.problems {
            all.warning("not read", &**problem);
        }
    }
    fn due(observed: &Observed, known: &Table<Self>) -> bool {
        on_demand::is_due(known, &looked_at(observed), observed.at)
    }
    async fn read(aws: &Aws, observed: &Observed, turn: Turn<'_, Self>) -> Result<Listing<Self>, AwsError> {
        let read = async |name| read_project(aws, name).await;
        Ok(on_demand::read_each(turn.known, looked_at(observed), observed.at, read).await)
    }
}

/// Returns the project of the model that is open.
fn looked_at(observed: &Observed) -> BTreeSet<String> {
    observed.focus.project.iter().cloned().collect()
}

/// Calls `DescribeProject`, and asks Service Catalog for its product. What cannot be read is a problem of its own.
///
/// # Errors
/// Those that concern all projects, such as credentials that have expired.
async fn read_project(aws: &Aws, name: String) -> Result<Project, AwsError> {
    let mut row = Project { name, ..Project::default() };
    let answer = aws.sagemaker.describe_project().project_name(&row.name).send().await.map_err(failed);
    let Some(found) = keep(&mut row.problems, "project", answer)? else { return Ok(row) };
    row.id = found.project_id;
    row.status = found.project_status.map(|status| status.as_str().to_owned());
    row.created = time(found.creation_time.as_ref());
    let details = found.service_catalog_provisioned_product_details;
    row.product = details.and_then(|details| {
        let (id, message) = (details.provisioned_product_id?, details.provisioned_product_status_message);
        Some(ProvisionedProduct { id, message, ..ProvisionedProduct::default() })
    });
    #[cfg(feature = "servicecatalog")]
    if let Some(product) = &mut row.product {
        provisioned::read(aws, product, &mut row.problems).await?;
    }
    Ok(row)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project(status: &str, product: Option<&str>) -> Project {
        let product = product.map(|status| ProvisionedProduct {
            id: "pp-1".into(),
            status: Some(status.into()).filter(|status: &String| !status.is_empty()),
            ..ProvisionedProduct::default()
        });
        Project { name: "fraud".into(), status: Some(status.into()), product, ..Project::default() }
    }

    #[test]
    fn a_project_is_as_healthy_as_the_product_that_made_it() {
        let cases = [
            ("CreateCompleted", None, Health::Ok),
            ("CreateCompleted", Some(""), Health::Ok),
            ("CreateCompleted", Some("AVAILABLE"), Health::Ok),
            ("UpdateCompleted", Some("UNDER_CHANGE"), Health::Running),
            ("UpdateCompleted", Some("PLAN_IN_PROGRESS"), Health::Running),
            ("CreateCompleted", Some("TAINTED"), Health::Warning),
            ("CreateCompleted", Some("ERROR"), Health::Critical),
            ("CreateCompleted", Some("SOMETHING_NEW"), Health::Unknown),
            ("CreateInProgress", None, Health::Running),
            ("DeleteInProgress", None, Health::Running),
            ("CreateFailed", Some("AVAILABLE"), Health::Critical),
            ("UpdateFailed", Some("AVAILABLE"), Health::Critical),
        ];
        for (status, product, health) in cases {
            assert_eq!(project(status, product).health(), health, "{status} {product:?}");
        }
        let unread =
            Project { problems: vec!["provisioned product: denied".into()], ..project("CreateCompleted", None) };
        assert_eq!(unread.health(), Health::Unknown);
    }

    #[test]
    fn the_template_is_the_product_and_its_version_as_far_as_they_are_known() {
        let known = |product: Option<&str>, artifact: Option<&str>, deprecated| ProvisionedProduct {
            product: product.map(str::to_owned),
            artifact: artifact.map(str::to_owned),
            deprecated,
            ..ProvisionedProduct::default()
        };
        let cases = [
            (known(Some("MLOps"), Some("v2"), false), Some("MLOps  v2")),
            (known(Some("MLOps"), Some("v1"), true), Some("MLOps  v1  DEPRECATED")),
            (known(Some("prod-abc"), None, false), Some("prod-abc")),
            (known(None, None, false), None),
        ];
        for (product, told) in cases {
            assert_eq!(product.template().as_deref(), told, "{product:?}");
        }
    }
}
