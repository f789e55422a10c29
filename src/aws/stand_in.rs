//! The stand-ins: servers that answer in the place of AWS.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A server that answers in the place of AWS. The screen names it, so that nobody takes it for AWS.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StandIn {
    /// The simulated account inside the program.
    Demo,
    /// An endpoint URL; where services differ, each URL with its services.
    Url(String),
}

impl fmt::Display for StandIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Demo => f.write_str("DEMO"),
            Self::Url(url) => write!(f, "at {url}"),
        }
    }
}
