//! Texts with placeholders: addresses and arguments that are filled with the names of a thing.

use std::fmt;

use serde::Deserialize;

use super::error::{ConfigError, Source};
use super::spanned::Spanned;

/// A text with placeholders such as `{name}`. `{{` and `}}` stand for braces.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(with = "String", bound = "P: Placeholders"))]
#[serde(try_from = "String", bound = "P: Placeholders")]
pub struct Template<P = Placeholder>(Vec<Part<P>>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part<P> {
    Text(String),
    Value(P),
}

/// The placeholders that a template may have.
pub trait Placeholders: Copy + PartialEq + 'static {
    /// All of them, in the order in which an error names them.
    const ALL: &'static [Self];

    /// Returns its name between the braces.
    fn name(self) -> &'static str;
}

/// A placeholder of addresses and arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placeholder {
    /// The ARN of the thing.
    Arn,
    /// Its name.
    Name,
    /// Its region.
    Region,
    /// The profile in force.
    Profile,
    /// The account id, 12 digits.
    Account,
}

impl Placeholders for Placeholder {
    const ALL: &'static [Self] = &[Self::Arn, Self::Name, Self::Region, Self::Profile, Self::Account];

    fn name(self) -> &'static str {
        match self {
            Self::Arn => "arn",
            Self::Name => "name",
            Self::Region => "region",
            Self::Profile => "profile",
            Self::Account => "account",
        }
    }
}

impl fmt::Display for Placeholder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&braced(*self))
    }
}

/// Returns a placeholder as it is written.
fn braced(placeholder: impl Placeholders) -> String {
    format!("{{{}}}", placeholder.name())
}

impl<P: Placeholders> Template<P> {
    /// Returns the text with the values of its placeholders.
    ///
    /// # Errors
    /// The first placeholder without a value.
    pub fn fill(&self, value: impl Fn(P) -> Option<String>) -> Result<String, P> {
        let part = |part: &Part<P>| match part {
            Part::Text(text) => Ok(text.clone()),
            Part::Value(placeholder) => value(*placeholder).ok_or(*placeholder),
        };
        self.0.iter().map(part).collect()
    }

    /// Are there placeholders in it?
    #[must_use]
    pub fn has_placeholders(&self) -> bool {
        self.0.iter().any(|part| matches!(part, Part::Value(_)))
    }

    /// Is this placeholder in it?
    #[must_use]
    pub fn names(&self, placeholder: P) -> bool {
        self.0.contains(&Part::Value(placeholder))
    }

    /// Does its text begin with one of these? A placeholder at the beginning is no text.
    #[must_use]
    pub fn begins_with(&self, starts: &[&str]) -> bool {
        let Some(Part::Text(text)) = self.0.first() else { return false };
        starts.iter().any(|start| text.starts_with(start))
    }
}

/// Parses texts with their places.
pub(super) fn parsed(texts: Vec<Spanned<String>>, source: &Source) -> Result<Vec<Template>, ConfigError> {
    let parse = |text: Spanned<String>| {
        let span = text.span();
        Template::try_from(text.into_inner()).map_err(|why| ConfigError::at(source, span, why))
    };
    texts.into_iter().map(parse).collect()
}

impl<P: Placeholders> fmt::Display for Template<P> {
    /// Writes it as the file does.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|part| match part {
            Part::Text(text) => f.write_str(&text.replace('{', "{{").replace('}', "}}")),
            Part::Value(placeholder) => f.write_str(&braced(*placeholder)),
        })
    }
}

impl<P: Placeholders> TryFrom<String> for Template<P> {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let (mut parts, mut plain) = (Vec::new(), String::new());
        let mut rest = text.chars().peekable();
        while let Some(c) = rest.next() {
            match c {
                '{' | '}' if rest.peek() == Some(&c) => plain.extend(rest.next()),
                '{' => {
                    let name: String = std::iter::from_fn(|| rest.next_if(|c| *c != '}')).collect();
                    if rest.next().is_none() {
                        return Err(format!("{{{name} is not closed by a }}; write {{{{ for a brace"));
                    }
                    let found = P::ALL.iter().copied().find(|placeholder| placeholder.name() == name);
                    let value = found.ok_or_else(|| {
                        let known: Vec<String> = P::ALL.iter().copied().map(braced).collect();
                        let known = known.join(", ");
                        format!("there is no placeholder {{{name}}}; write one of {known}, or {{{{ for a brace")
                    })?;
                    if !plain.is_empty() {
                        parts.push(Part::Text(std::mem::take(&mut plain)));
                    }
                    parts.push(Part::Value(value));
                }
                '}' => return Err("a } closes no placeholder; write }} for a brace".to_owned()),
                _ => plain.push(c),
            }
        }
        if !plain.is_empty() {
            parts.push(Part::Text(plain));
        }
        Ok(Self(parts))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_filled_and_braces_stay() {
        let cases = [
            ("plain", Ok("plain")),
            ("{name}@{region}", Ok("x@r")),
            ("{{name}} {name}", Ok("{name} x")),
            ("{arn}", Err("{arn}")),
            ("", Ok("")),
        ];
        for (text, expected) in cases {
            let template = <Template>::try_from(text.to_owned()).unwrap();
            assert_eq!(template.to_string(), text);
            let filled = template.fill(|placeholder| match placeholder {
                Placeholder::Name => Some("x".to_owned()),
                Placeholder::Region => Some("r".to_owned()),
                Placeholder::Arn | Placeholder::Profile | Placeholder::Account => None,
            });
            assert_eq!(
                filled.map_err(|missing| missing.to_string()),
                expected.map(str::to_owned).map_err(str::to_owned)
            );
        }
        for (text, says) in [("{nam}", "no placeholder {nam}"), ("{name", "not closed"), ("}", "closes no placeholder")]
        {
            let why = <Template>::try_from(text.to_owned()).unwrap_err();
            assert!(why.contains(says), "{text}: {why}");
        }
    }
}
