//! What the cursor is on: an account and something in it, never a row number.

use std::sync::Arc;

use crate::model::StageKind;
use crate::resources::{AccountId, Kind};

/// Something in an account.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Subject {
    /// Its account.
    pub account: AccountId,
    /// What it is.
    pub item: Item,
}

/// What a row or a node of a lineage stands for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Item {
    /// A model, by its name.
    Model(Arc<str>),
    /// A stage of a model.
    Stage(StageKind),
    /// A resource of AWS: its kind, and its id within the kind.
    Resource(Kind, Arc<str>),
    /// A `CodePipeline` pipeline of the configuration, by its name. It is not read.
    DeploymentPipeline(Arc<str>),
    /// Something else than a topic that an alarm calls, by its ARN. It is not read.
    AlarmAction(Arc<str>),
    /// What is left out of a branch that is too long.
    Rest,
    /// An entry of the log, by its serial number.
    LogEntry(u64),
    /// How a kind is read.
    Source(Kind),
    /// The account as a whole.
    Account,
}

impl Item {
    /// The id of a resource, the name of a model or of a pipeline, the ARN of an action; empty for everything else.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Model(id) | Self::Resource(_, id) | Self::DeploymentPipeline(id) | Self::AlarmAction(id) => id,
            Self::Stage(_) | Self::Rest | Self::LogEntry(_) | Self::Source(_) | Self::Account => "",
        }
    }
    /// The kind and the id of a resource.
    #[must_use]
    pub fn resource(&self) -> Option<(Kind, &str)> {
        if let Self::Resource(kind, id) = self { Some((*kind, id)) } else { None }
    }
    /// The id of a resource of this kind.
    #[must_use]
    pub fn of_kind(&self, kind: Kind) -> Option<&str> {
        self.resource().filter(|(own, _)| *own == kind).map(|(_, id)| id)
    }
    /// The name of a model.
    #[must_use]
    pub fn model(&self) -> Option<&str> {
        if let Self::Model(name) = self { Some(name) } else { None }
    }
}

impl Subject {
    /// A resource of an account.
    #[must_use]
    pub fn resource(account: AccountId, kind: Kind, id: &str) -> Self {
        Self { account, item: Item::Resource(kind, id.into()) }
    }
    /// A model of an account.
    #[must_use]
    pub fn model(account: AccountId, name: &str) -> Self {
        Self { account, item: Item::Model(name.into()) }
    }
    /// The id of what it is (see [`Item::id`]).
    #[must_use]
    pub fn id(&self) -> &str {
        self.item.id()
    }
}
