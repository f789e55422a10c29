//! The `metadata_item` of a model: which item of a `DynamoDB` table describes the model, its versions or its endpoints.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::error::{ConfigError, Source};
use super::spanned::Spanned;
use super::template::{Placeholders, Template};

/// The table and the key of the items that describe a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemTemplate {
    /// The name or the ARN of the table.
    pub table: String,
    /// The key of an item: names of attributes and their values. One or two, as `DynamoDB` has it:
    /// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.CoreComponents.html>.
    pub key: Vec<(String, KeyValue)>,
}

/// The value of an attribute of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyValue {
    /// The value with placeholders.
    pub template: Template<KeyPlaceholder>,
    /// Whether it is of the type number (`N`) and not of the type string (`S`).
    pub number: bool,
}

/// A placeholder of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyPlaceholder {
    /// The name of the model in the configuration.
    Model,
    /// The name of its model package group.
    Group,
    /// The number of a version.
    Version,
    /// The name of an endpoint.
    Endpoint,
}

impl Placeholders for KeyPlaceholder {
    const ALL: &'static [Self] = &[Self::Model, Self::Group, Self::Version, Self::Endpoint];

    fn name(self) -> &'static str {
        match self {
            Self::Model => "model",
            Self::Group => "group",
            Self::Version => "version",
            Self::Endpoint => "endpoint",
        }
    }
}

impl ItemTemplate {
    /// Returns whether its key has this placeholder.
    #[must_use]
    pub fn names(&self, placeholder: KeyPlaceholder) -> bool {
        self.key.iter().any(|(_, value)| value.template.names(placeholder))
    }
}

/// A template as it is written in the file.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "WrittenRecord"))]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    /// The name or the ARN of the table.
    table: Spanned<String>,
    /// The one or two attributes of its primary key. `{model}`, `{group}`, `{version}` and `{endpoint}` are filled in.
    key: Spanned<BTreeMap<String, Spanned<WrittenValue>>>,
}

/// The value of an attribute: a text, or a number as the JSON of `DynamoDB` has it.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(untagged, expecting = "a key has texts such as \"{version}\", or numbers such as { N = \"{version}\" }")]
enum WrittenValue {
    /// A text.
    Text(String),
    /// A number.
    Number(Number),
}

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct Number {
    /// Its digits.
    #[serde(rename = "N")]
    text: String,
}

impl Written {
    /// Checks the name of the table, and that the key is one that `DynamoDB` can have.
    pub(super) fn checked(self, source: &Source) -> Result<ItemTemplate, ConfigError> {
        let table = self.table.get_ref();
        if !is_table(table) {
            let message = format!("{table:?} is not the name or the ARN of a DynamoDB table");
            return Err(ConfigError::at(source, self.table.span(), message).hint("write \"ml-models\""));
        }
        let (span, written) = (self.key.span(), self.key.into_inner());
        if written.is_empty() || written.len() > 2 {
            let message = format!("a key of DynamoDB has one or two attributes, and not {}", written.len());
            return Err(ConfigError::at(source, span, message).hint("name those of the primary key of the table"));
        }
        let key = written.into_iter().map(|(name, value)| {
            let span = value.span();
            let (text, number) = match value.into_inner() {
                WrittenValue::Text(text) => (text, false),
                WrittenValue::Number(Number { text }) => (text, true),
            };
            let template = Template::try_from(text).map_err(|why| ConfigError::at(source, span, why))?;
            Ok((name, KeyValue { template, number }))
        });
        let template = ItemTemplate { table: self.table.into_inner(), key: key.collect::<Result<_, ConfigError>>()? };
        if template.names(KeyPlaceholder::Version) && template.names(KeyPlaceholder::Endpoint) {
            let message = "an item is about versions or about endpoints, and not about both";
            return Err(ConfigError::at(source, span, message).hint("leave out {version} or {endpoint}"));
        }
        Ok(template)
    }
}

/// Is it a name or an ARN that a table can have? The rules are AWS's:
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html>.
fn is_table(text: &str) -> bool {
    let name = match text.strip_prefix("arn:") {
        Some(arn) => arn.split_once(":table/").map_or("", |(_, name)| name),
        None => text,
    };
    (3..=255).contains(&name.len()) && name.chars().all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c))
}

#[cfg(test)]
mod tests {
    use super::super::Config;
    use super::*;

    fn parsed(template: &str) -> Result<ItemTemplate, ConfigError> {
        let text = format!("[[model]]\nname = \"m\"\nmetadata_item = {template}\n");
        let config = Config::parse(&Source { file: "sagetop.toml".into(), text })?;
        Ok(config.models.into_iter().find_map(|model| model.metadata_item).unwrap())
    }

    #[test]
    fn an_item_has_a_table_and_a_key_of_texts_and_numbers() {
        let template =
            parsed(r#"{ table = "ml-models", key = { model = "team/{group}", version = { N = "{version}" } } }"#)
                .unwrap();
        assert_eq!(template.table, "ml-models");
        let told: Vec<_> =
            template.key.iter().map(|(name, value)| (&**name, value.template.to_string(), value.number)).collect();
        assert_eq!(told, [("model", "team/{group}".to_owned(), false), ("version", "{version}".to_owned(), true)]);
        assert!(template.names(KeyPlaceholder::Version) && !template.names(KeyPlaceholder::Endpoint));
    }

    #[test]
    fn mistakes_are_told_with_their_place() {
        for (template, says, place) in [
            (r#"{ table = "a b", key = { m = "x" } }"#, "is not the name or the ARN", (3, 27)),
            (r#"{ table = "arn:aws:s3:::x", key = { m = "x" } }"#, "is not the name or the ARN", (3, 27)),
            (r#"{ table = "models", key = {} }"#, "one or two attributes, and not 0", (3, 43)),
            (r#"{ table = "models", key = { a = "1", b = "2", c = "3" } }"#, "and not 3", (3, 43)),
            (r#"{ table = "models", key = { m = "{modl}" } }"#, "there is no placeholder {modl}", (3, 49)),
            (r#"{ table = "models", key = { m = 3 } }"#, "a key has texts such as", (3, 49)),
            (r#"{ table = "models", key = { m = { S = "x" } } }"#, "a key has texts such as", (3, 49)),
            (r#"{ table = "models", key = { e = "{endpoint}", v = "{version}" } }"#, "not about both", (3, 43)),
            (r#"{ table = "models", kye = { m = "x" } }"#, "unknown field `kye`", (3, 37)),
        ] {
            let error = parsed(template).unwrap_err();
            assert!(error.message.contains(says), "{template}: {error}");
            assert_eq!((error.line, error.column), place, "{error}");
        }
    }
}
