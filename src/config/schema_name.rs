//! The name of a schema in the schema registry of Glue.

use std::fmt::{self, Display};

/// A schema of a registry, written as `registry/name`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SchemaName {
    /// The name of the registry.
    pub registry: String,
    /// The name of the schema.
    pub name: String,
}

impl Display for SchemaName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.registry, self.name)
    }
}

impl TryFrom<String> for SchemaName {
    type Error = String;

    /// The letters are those that Glue allows:
    /// <https://docs.aws.amazon.com/glue/latest/webapi/API_SchemaId.html>.
    fn try_from(text: String) -> Result<Self, String> {
        let is_name = |name: &str| {
            (1..=255).contains(&name.len()) && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_$#.".contains(c))
        };
        match text.split_once('/') {
            Some((registry, name)) if is_name(registry) && is_name(name) => {
                Ok(Self { registry: registry.to_owned(), name: name.to_owned() })
            }
            _ => Err(format!("{text:?} is not a schema of Glue; write \"registry/name\"")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schema_is_named_with_its_registry() {
        let long = "x".repeat(256);
        let cases = [
            ("retail/clicks", Some(("retail", "clicks"))),
            ("default-registry/a.b_c$#", Some(("default-registry", "a.b_c$#"))),
            ("clicks", None),
            ("/clicks", None),
            ("retail/", None),
            ("retail/a/b", None),
            ("retail/a b", None),
            ("arn:aws:glue:eu-west-1:1:schema/retail/clicks", None),
            (long.as_str(), None),
            ("", None),
        ];
        for (text, wanted) in cases {
            let name = SchemaName::try_from(text.to_owned()).ok();
            let told = name.as_ref().map(|name| (name.registry.as_str(), name.name.as_str()));
            assert_eq!(told, wanted, "{text}");
            assert!(name.is_none_or(|name| name.to_string() == text), "{text}");
        }
    }
}
