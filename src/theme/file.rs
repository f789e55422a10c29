//! The file of a theme: named colours, and a style for each token.

use std::collections::BTreeMap;

use ratatui::style::{Color, Modifier, Style};
use serde::Deserialize;

use super::Token;
use super::color::literal;
use crate::config::{ConfigError, Inherits, Source, Spanned};

/// One file as it is written.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct File {
    /// The theme that this one changes.
    inherits: Option<Spanned<String>>,
    /// Names of colours, such as `leaf = "#7ed491"`.
    #[serde(default)]
    palette: BTreeMap<Spanned<String>, Spanned<String>>,
    /// How text is drawn, by what it means.
    #[serde(default)]
    tone: BTreeMap<Spanned<String>, Look>,
    /// How the parts of the console are drawn.
    #[serde(default)]
    chrome: BTreeMap<Spanned<String>, Look>,
}

impl Inherits for File {
    fn inherits(&self) -> Option<&Spanned<String>> {
        self.inherits.as_ref()
    }
}

/// The style of one token.
#[derive(Debug, Clone, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
#[expect(clippy::struct_excessive_bools, reason = "the attributes of a terminal cell, by name")]
struct Look {
    /// The colour of the text: one of the palette, or such as `#c9d2de` or `red`.
    fg: Option<Spanned<String>>,
    /// The colour of the ground.
    bg: Option<Spanned<String>>,
    /// Bold.
    bold: bool,
    /// Dim.
    dim: bool,
    /// Italic.
    italic: bool,
    /// Underlined.
    underlined: bool,
    /// The colours of text and ground change places.
    reversed: bool,
}

/// The merged contents of a theme file and all that it inherits from.
#[derive(Default)]
pub(super) struct Looks {
    palette: BTreeMap<String, Color>,
    looks: BTreeMap<Token, (Source, Look)>,
}

impl Looks {
    /// Merges a file. A token that it names replaces the inherited one as a whole.
    pub(super) fn lay(&mut self, source: &Source, file: File) -> Result<(), ConfigError> {
        for (name, value) in file.palette {
            let color = literal(value.get_ref()).ok_or_else(|| not_a_color(source, &value, &[]))?;
            self.palette.insert(name.into_inner(), color);
        }
        let tones = file.tone.into_iter().map(|entry| (entry, Token::TONES));
        let chrome = file.chrome.into_iter().map(|entry| (entry, Token::CHROME));
        for ((name, look), known) in tones.chain(chrome) {
            let token = known.iter().find(|t| t.name() == name.get_ref()).ok_or_else(|| {
                let message = format!("there is no token {:?} in this table", name.get_ref());
                ConfigError::at(source, name.span(), message)
                    .did_you_mean(name.get_ref(), known.iter().map(|t| t.name()))
            })?;
            self.looks.insert(*token, (source.clone(), look));
        }
        Ok(())
    }

    /// The style of a token in full colour. An error when none of the files has it.
    pub(super) fn style(&self, token: Token, source: &Source) -> Result<Style, ConfigError> {
        let Some((source, look)) = self.looks.get(&token) else {
            let message = format!("the theme has no style for {:?}", token.name());
            return Err(
                ConfigError::new(source.file.as_str(), message).hint("add it, or start with inherits = \"dark\"")
            );
        };
        let mut style = Style::new();
        style.fg = look.fg.as_ref().map(|c| self.color(source, c)).transpose()?;
        style.bg = look.bg.as_ref().map(|c| self.color(source, c)).transpose()?;
        let attributes = [
            (look.bold, Modifier::BOLD),
            (look.dim, Modifier::DIM),
            (look.italic, Modifier::ITALIC),
            (look.underlined, Modifier::UNDERLINED),
            (look.reversed, Modifier::REVERSED),
        ];
        let chosen = attributes.into_iter().filter(|(on, _)| *on).map(|(_, m)| m);
        Ok(style.add_modifier(chosen.collect()))
    }

    fn color(&self, source: &Source, text: &Spanned<String>) -> Result<Color, ConfigError> {
        let own = self.palette.get(text.get_ref()).copied();
        let names: Vec<&str> = self.palette.keys().map(String::as_str).collect();
        own.or_else(|| literal(text.get_ref())).ok_or_else(|| not_a_color(source, text, &names))
    }
}

fn not_a_color(source: &Source, text: &Spanned<String>, names: &[&str]) -> ConfigError {
    const TERMINAL: [&str; 17] = [
        "reset",
        "black",
        "red",
        "green",
        "yellow",
        "blue",
        "magenta",
        "cyan",
        "gray",
        "darkgray",
        "lightred",
        "lightgreen",
        "lightyellow",
        "lightblue",
        "lightmagenta",
        "lightcyan",
        "white",
    ];
    let message = format!("{:?} is not a colour", text.get_ref());
    let error = ConfigError::at(source, text.span(), message);
    let known = names.iter().copied().chain(TERMINAL);
    match crate::config::nearest(text.get_ref(), known) {
        Some(near) => error.hint(format!("did you mean {near:?}?")),
        None => error.hint("\"#rrggbb\", a name of [palette], a name such as \"lightred\", or \"0\" to \"255\""),
    }
}
