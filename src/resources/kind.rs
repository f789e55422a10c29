//! The name of a kind, as it is written in files and in `dump`.

use std::fmt;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Kind;

impl Kind {
    /// Returns the kind with a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.name() == name)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Self::named(&name).ok_or_else(|| D::Error::custom(format!("there is no kind of resource called {name:?}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_configuration_knows_every_kind() {
        let known = crate::config::KINDS;
        let forgotten: Vec<_> = Kind::ALL.iter().filter(|kind| !known.contains(&kind.name())).collect();
        assert_eq!(forgotten, [&Kind::Samples]);
    }

    #[test]
    fn a_kind_is_found_by_its_name_alone() {
        for kind in Kind::ALL {
            assert_eq!(Kind::named(kind.name()), Some(*kind));
            let json = serde_json::to_string(kind).unwrap();
            assert_eq!(serde_json::from_str::<Kind>(&json).unwrap(), *kind);
        }
        assert_eq!(Kind::named("lambda_functions"), None);
        assert!(
            serde_json::from_str::<Kind>("\"lambda_functions\"").unwrap_err().to_string().contains("lambda_functions")
        );
    }
}
