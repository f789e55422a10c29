//! The subject of a row or a node: an item of an account.

use std::sync::Arc;

use crate::model::StageKind;
use crate::resources::{AccountId, Kind};

/// An item of an account.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Subject {
    /// The account.
    pub account: AccountId,
    /// The item.
    pub item: Item,
}

/// The thing that a row or a node of a lineage shows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Item {
    /// A model: its name.
    Model(Arc<str>),
    /// A stage of a model.
    Stage(StageKind),
    /// A resource of AWS: its kind, and its id within the kind.
    Resource(Kind, Arc<str>),
    /// An action of an alarm that is no topic: its ARN. It is not read.
    AlarmAction(Arc<str>),
    /// The remaining items of a branch that is too long.
    Rest,
    /// An entry of the log: its number.
    LogEntry(u64),
    /// The source of a kind.
    Source(Kind),
    /// The account as a whole.
    Account,
}

impl Item {
    /// Returns the id of a resource, the name of a model, or the ARN of an action. Empty for
    /// everything else.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Model(id) | Self::Resource(_, id) | Self::AlarmAction(id) => id,
            Self::Stage(_) | Self::Rest | Self::LogEntry(_) | Self::Source(_) | Self::Account => "",
        }
    }
    /// Returns the kind and the id, if it is a resource.
    #[must_use]
    pub fn resource(&self) -> Option<(Kind, &str)> {
        if let Self::Resource(kind, id) = self { Some((*kind, id)) } else { None }
    }
    /// Returns the id, if it is a resource of this kind.
    #[must_use]
    pub fn of_kind(&self, kind: Kind) -> Option<&str> {
        self.resource().filter(|(own, _)| *own == kind).map(|(_, id)| id)
    }
    /// Returns the name, if it is a model.
    #[must_use]
    pub fn model(&self) -> Option<&str> {
        if let Self::Model(name) = self { Some(name) } else { None }
    }
}

impl Subject {
    /// Makes a resource of an account.
    #[must_use]
    pub fn resource(account: AccountId, kind: Kind, id: &str) -> Self {
        Self { account, item: Item::Resource(kind, id.into()) }
    }
    /// Makes a model of an account.
    #[must_use]
    pub fn model(account: AccountId, name: &str) -> Self {
        Self { account, item: Item::Model(name.into()) }
    }
    /// Returns the id of the item (see [`Item::id`]).
    #[must_use]
    pub fn id(&self) -> &str {
        self.item.id()
    }
}
