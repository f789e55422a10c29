//! The topics of a story and their subscribers.

use std::collections::BTreeMap;

use serde::Deserialize;

/// An SNS topic.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct Topic {
    /// The name.
    pub(crate) name: String,
    /// The display name.
    #[serde(default)]
    pub(crate) display: String,
    /// The tags.
    #[serde(default)]
    pub(crate) tags: BTreeMap<String, String>,
    /// The subscribers.
    #[serde(default)]
    pub(crate) subscriptions: Vec<Subscription>,
    /// The key that encrypts it.
    pub(crate) key: Option<String>,
    /// The account of the owner, if it is another one. Then this account does not list it.
    pub(crate) account: Option<String>,
}

/// A subscriber of a topic.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct Subscription {
    /// The protocol, such as `email`.
    pub(crate) protocol: String,
    /// The address.
    pub(crate) endpoint: String,
    /// Whether it is not yet confirmed.
    #[serde(default)]
    pub(crate) pending: bool,
    /// Whether it was deleted some days ago.
    #[serde(default)]
    pub(crate) deleted: bool,
    /// The account of the owner, if it is another one. Then this account does not list it.
    pub(crate) account: Option<String>,
}
