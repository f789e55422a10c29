//! Whose account it is, and the names of what is in it.

use serde::Deserialize;

/// Whose account it is.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Account {
    pub(crate) id: String,
    pub(crate) alias: String,
    pub(crate) region: String,
    /// Role and session of the caller, `oncall/demo`.
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
    /// The ARN of a resource of a regional service.
    pub(crate) fn arn(&self, service: &str, resource: &str) -> String {
        format!("arn:aws:{service}:{}:{}:{resource}", self.region, self.id)
    }
    /// The ARN of a `SageMaker` resource.
    pub(crate) fn sagemaker(&self, kind: &str, name: &str) -> String {
        self.arn("sagemaker", &format!("{kind}/{name}"))
    }
    /// The ARN of a role.
    pub(crate) fn role(&self, name: &str) -> String {
        format!("arn:aws:iam::{}:role/{name}", self.id)
    }
    /// The name of the caller's session, which stands after the role.
    pub(crate) fn session(&self) -> &str {
        self.identity.rsplit('/').next().unwrap_or(&self.identity)
    }
}
