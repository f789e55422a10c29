//! The user's files: what they may say, and mistakes in them with their place.

mod error;
mod inherit;

pub use error::{ConfigError, Source, nearest};
pub use inherit::{Find, Inherits, family};
