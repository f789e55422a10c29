//! The `[[stage]]` tables: whether the things of a stage may be changed.

use serde::Deserialize;

use super::access::Access;
use super::error::{ConfigError, Source};
use super::spanned::Spanned;
use super::value::Name;

/// A stage, such as `prod`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// Its name. All names of production are one stage.
    pub name: String,
    /// Whether its things may be changed, and how that is confirmed.
    pub access: Access,
}

/// A stage as it is written in the file.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "WrittenStage"))]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    /// The name of the stage, such as `prod`.
    name: Spanned<Name>,
    /// Whether its things may be changed. The stricter one of account and stage holds.
    access: Access,
}

/// Checks all stages: names differ.
pub(super) fn checked(written: Vec<Written>, source: &Source) -> Result<Vec<Stage>, ConfigError> {
    let mut stages: Vec<Stage> = Vec::new();
    for Written { name, access } in written {
        let span = name.span();
        let name = name.into_inner().0;
        if stages.iter().any(|other| other.name.eq_ignore_ascii_case(&name)) {
            let message = format!("another [[stage]] has the name {name:?}");
            return Err(ConfigError::at(source, span, message).hint("give each a name of its own"));
        }
        stages.push(Stage { name, access });
    }
    Ok(stages)
}
