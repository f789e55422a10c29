//! The `[[automation]]` tables: runbooks of Systems Manager that may be started from here.

use serde::Deserialize;

use super::Glob;
use super::error::{ConfigError, Source};
use super::spanned::Spanned;
use super::template::{Placeholder, Template};
use super::value::Name;

/// A runbook that may be started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Automation {
    /// The name that the team uses for it.
    pub name: String,
    /// The runbook: a document of the type `Automation`, by name or ARN.
    pub document: String,
    /// The version of the document; absent for its default version.
    pub version: Option<String>,
    /// The parameters that are sent, by name. Their only placeholder is `{name}`.
    pub parameters: Vec<(String, Template)>,
    /// The kinds of things that it is offered on, by their names. Empty for all.
    pub kinds: Vec<String>,
    /// Patterns on the names of the models that it is offered on. Empty for all.
    pub models: Vec<Glob>,
}

impl Automation {
    /// Returns whether its parameters have the name of a thing in them.
    #[must_use]
    pub fn needs_name(&self) -> bool {
        self.parameters.iter().any(|(_, value)| value.has_placeholders())
    }

    /// Returns the parameters with the name of a thing in them; `None` if they need one and there is none.
    #[must_use]
    pub fn parameters_for(&self, name: Option<&str>) -> Option<Vec<(String, String)>> {
        let fill = |placeholder| name.filter(|_| placeholder == Placeholder::Name).map(str::to_owned);
        let filled = self.parameters.iter().map(|(key, value)| Some((key.clone(), value.fill(fill).ok()?)));
        filled.collect()
    }
}

/// An automation as it is written in the file.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "WrittenAutomation"))]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    /// The name in the menu and on the command line.
    name: Spanned<Name>,
    /// The runbook: a document of the type `Automation`, by name or ARN.
    document: Name,
    /// The version of the document; left out: its default version.
    version: Option<Name>,
    /// The parameters that are sent. `{name}` stands for the name of the thing that it is started on.
    #[serde(default)]
    parameters: std::collections::BTreeMap<String, Spanned<String>>,
    /// The kinds of things that it is offered on; left out: all.
    #[serde(default)]
    kinds: Vec<Spanned<String>>,
    /// Patterns on the names of the models that it is offered on; left out: all.
    #[serde(default)]
    models: Vec<Spanned<String>>,
}

/// Checks all automations: names differ, kinds exist, and parameters have no placeholder but `{name}`.
pub(super) fn checked(written: Vec<Written>, source: &Source) -> Result<Vec<Automation>, ConfigError> {
    let mut automations: Vec<Automation> = Vec::new();
    for one in written {
        let span = one.name.span();
        let automation = one.checked(source)?;
        if automations.iter().any(|other| other.name == automation.name) {
            let message = format!("another [[automation]] has the name {:?}", automation.name);
            return Err(ConfigError::at(source, span, message).hint("give each a name of its own"));
        }
        automations.push(automation);
    }
    Ok(automations)
}

impl Written {
    fn checked(self, source: &Source) -> Result<Automation, ConfigError> {
        let mut parameters = Vec::new();
        for (name, value) in self.parameters {
            let span = value.span();
            let template =
                Template::try_from(value.into_inner()).map_err(|why| ConfigError::at(source, span.clone(), why))?;
            if let Err(other) = template.fill(|p| (p == Placeholder::Name).then(String::new)) {
                let message = format!("the parameters of an automation do not know {other}");
                return Err(ConfigError::at(source, span, message).hint("write {name}, the name of the thing"));
            }
            parameters.push((name, template));
        }
        let glob = |pattern: Spanned<String>| {
            let span = pattern.span();
            Glob::try_from(pattern.into_inner()).map_err(|why| ConfigError::at(source, span, why))
        };
        if let Some(account) = self.kinds.iter().find(|kind| kind.get_ref() == "account") {
            let message = "an automation is started on a thing, and the account is none";
            let error = ConfigError::at(source, account.span(), message);
            return Err(error.hint("name the kinds of things, such as endpoints, or leave kinds out"));
        }
        Ok(Automation {
            name: self.name.into_inner().0,
            document: self.document.0,
            version: self.version.map(|version| version.0),
            parameters,
            kinds: super::kinds::checked(self.kinds, source)?,
            models: self.models.into_iter().map(glob).collect::<Result<_, _>>()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::Config;
    use super::*;

    fn parsed(text: &str) -> Result<Vec<Automation>, String> {
        let text = format!("[[automation]]\nname = \"restart\"\ndocument = \"R\"\n{text}");
        let config = Config::parse(&Source { file: "sagetop.toml".into(), text });
        config.map(|config| config.automations).map_err(|why| why.to_string())
    }

    #[test]
    fn parameters_are_filled_with_the_name_of_the_thing() {
        let of = |text: &str, name: Option<&str>| parsed(text).unwrap()[0].parameters_for(name);
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let both = "parameters = { EndpointName = \"{name}\", Reason = \"on call\" }";
        assert_eq!(of(both, Some("x")), Some(vec![pair("EndpointName", "x"), pair("Reason", "on call")]));
        assert_eq!(of(both, None), None);
        assert_eq!(of("parameters = { Reason = \"{{}}\" }", None), Some(vec![pair("Reason", "{}")]));
        assert_eq!(of("", None), Some(Vec::new()));
    }

    #[test]
    fn mistakes_are_told_with_the_right_names() {
        for (text, says) in [
            ("kinds = [\"endpoint\"]", "there is no kind \"endpoint\""),
            ("kinds = [\"endpoints\", \"account\"]", "the account is none"),
            ("parameters = { A = \"{arn}\" }", "do not know {arn}"),
            ("parameters = { A = \"{nam}\" }", "no placeholder {nam}"),
            ("[[automation]]\nname = \"restart\"\ndocument = \"S\"", "another [[automation]]"),
        ] {
            let why = parsed(text).unwrap_err();
            assert!(why.contains(says), "{text}: {why}");
        }
    }
}
