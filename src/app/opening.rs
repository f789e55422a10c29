//! The thing that the command line asks to show first.

use super::subject::Item;
use crate::resources::{Kind, Reference};

/// The thing to show first. It is looked for until it is found, or until a key is pressed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// The thing. Its id may differ in case from AWS's.
    pub item: Item,
    /// The name for messages, in the user's words: `alarm P1-web-5xx`.
    pub name: String,
}

impl Opening {
    /// Makes an opening of a model.
    #[must_use]
    pub fn model(name: &str) -> Self {
        Self { item: Item::Model(name.into()), name: format!("model {name}") }
    }
    /// Makes an opening of a thing of a kind, which `word` names.
    #[must_use]
    pub fn resource(kind: Kind, word: &str, id: &str) -> Self {
        Self { item: Item::Resource(kind, id.into()), name: format!("{word} {id}") }
    }
    /// Makes an opening of the thing with this ARN. `None` if its kind is not read.
    #[must_use]
    pub fn arn(arn: &str) -> Option<Self> {
        let Reference { kind, id, .. } = Reference::of_arn(arn, "")?;
        Some(Self { item: Item::Resource(kind, id.into()), name: arn.to_owned() })
    }
}
