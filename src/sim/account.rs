//! The owner of the account, and the ARNs of its resources.

use serde::Deserialize;

/// The owner of the account.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Account {
    /// The account id, 12 digits.
    pub(crate) id: String,
    /// The alias.
    pub(crate) alias: String,
    /// The region.
    pub(crate) region: String,
    /// The role and session of the caller, such as `oncall/demo`.
    pub(crate) identity: String,
}

impl Default for Account {
    fn default() -> Self {
        Self {
            id: "123456789012".to_owned(),
            alias: "demo-retail".to_owned(),
            region: "eu-west-1".to_owned(),
            identity: "oncall/demo".to_owned(),
        }
    }
}

impl Account {
    /// Returns the ARN of a resource of a regional service.
    pub(crate) fn arn(&self, service: &str, resource: &str) -> String {
        format!("arn:aws:{service}:{}:{}:{resource}", self.region, self.id)
    }
    /// Returns the ARN of a `SageMaker` resource.
    pub(crate) fn sagemaker(&self, kind: &str, name: &str) -> String {
        self.arn("sagemaker", &format!("{kind}/{name}"))
    }
    /// Returns the ARN of a role.
    pub(crate) fn role(&self, name: &str) -> String {
        format!("arn:aws:iam::{}:role/{name}", self.id)
    }
    /// Returns the name of the caller's session, which follows the role.
    pub(crate) fn session(&self) -> &str {
        self.identity.rsplit('/').next().unwrap_or(&self.identity)
    }
}
