//! Themes: how each meaning looks on this terminal.
//!
//! A theme file gives a style to each of a fixed set of tokens. Colour is never the only sign of a state, so each theme
//! also works with sixteen colours and without any.

mod color;
mod file;

use std::collections::BTreeMap;

use ratatui::style::{Color, Modifier, Style};

pub use color::Level;

use crate::config::{ConfigError, Find, Source, family};
use crate::view::Tone;
pub(crate) use file::File;
use file::Looks;

/// The tokens of a theme. In a file their names are in lower case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the tones are explained in the view, the rest in `name`")]
pub enum Token {
    Plain,
    Muted,
    Strong,
    Good,
    Busy,
    Warn,
    Bad,
    Screen,
    Header,
    Title,
    Border,
    Selection,
    Key,
    Changed,
    Sheet,
    Frame,
    Field,
}

impl Token {
    /// The tokens of the table `[tone]`.
    pub const TONES: &[Self] = &[Self::Plain, Self::Muted, Self::Strong, Self::Good, Self::Busy, Self::Warn, Self::Bad];

    /// The tokens of the table `[chrome]`.
    pub const CHROME: &[Self] = &[
        Self::Screen,
        Self::Header,
        Self::Title,
        Self::Border,
        Self::Selection,
        Self::Key,
        Self::Changed,
        Self::Sheet,
        Self::Frame,
        Self::Field,
    ];

    /// Its name in a theme file.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Muted => "muted",
            Self::Strong => "strong",
            Self::Good => "good",
            Self::Busy => "busy",
            Self::Warn => "warn",
            Self::Bad => "bad",
            Self::Screen => "screen",       // the ground below everything
            Self::Header => "header",       // the rows at the top
            Self::Title => "title",         // names of tables and sheets
            Self::Border => "border",       // boxes, rules, arrows
            Self::Selection => "selection", // where the cursor is
            Self::Key => "key",             // a key the operator can press
            Self::Changed => "changed",     // a row that changed a moment ago
            Self::Sheet => "sheet",         // the ground of a sheet
            Self::Frame => "frame",         // around a sheet that only reads
            Self::Field => "field",         // where the operator types
        }
    }

    /// The terminal colour that replaces it where the colours of the theme cannot be shown.
    fn ansi(self) -> Option<Color> {
        match self {
            Self::Muted | Self::Border => Some(Color::DarkGray),
            Self::Good => Some(Color::Green),
            Self::Busy | Self::Key | Self::Frame => Some(Color::Cyan),
            Self::Warn => Some(Color::Yellow),
            Self::Bad => Some(Color::Red),
            // The default colour, so that a word on a coloured line does not take the colour of the line.
            Self::Plain | Self::Strong | Self::Title | Self::Field | Self::Screen | Self::Sheet => Some(Color::Reset),
            Self::Header | Self::Selection | Self::Changed => None,
        }
    }

    /// The attribute that replaces its background where backgrounds cannot be shown.
    fn attribute(self) -> Modifier {
        let marks = [
            (Self::Selection, Modifier::REVERSED),
            (Self::Field, Modifier::UNDERLINED),
            (Self::Changed, Modifier::BOLD),
        ];
        let mark = marks.into_iter().find(|(token, _)| *token == self);
        mark.map_or(Modifier::empty(), |(_, m)| m)
    }
}

impl From<Tone> for Token {
    fn from(tone: Tone) -> Self {
        match tone {
            Tone::Plain => Self::Plain,
            Tone::Muted => Self::Muted,
            Tone::Strong => Self::Strong,
            Tone::Good => Self::Good,
            Tone::Busy => Self::Busy,
            Tone::Warn => Self::Warn,
            Tone::Bad => Self::Bad,
        }
    }
}

/// The styles of all tokens for one terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Theme {
    styles: BTreeMap<Token, Style>,
    ascii: bool,
    links: bool,
}

impl Theme {
    /// Reads a theme and those it inherits from, for a terminal with this many colours.
    ///
    /// # Errors
    /// When a file is not a theme, names an unknown token or colour, or leaves a token out.
    pub fn parse(source: &Source, level: Level, find: Find<'_>) -> Result<Self, ConfigError> {
        let mut looks = Looks::default();
        for (source, file) in family::<File>(source, find)? {
            looks.lay(&source, file)?;
        }
        let mut styles = BTreeMap::new();
        for token in Token::TONES.iter().chain(Token::CHROME) {
            let style = looks.style(*token, source)?;
            styles.insert(*token, reduced(*token, style, level));
        }
        Ok(Self { styles, ascii: false, links: false })
    }

    /// The same theme for a terminal that shows only ASCII.
    #[must_use]
    pub fn with_ascii(mut self, ascii: bool) -> Self {
        self.ascii = ascii;
        self
    }

    /// Must everything be drawn in ASCII?
    #[must_use]
    pub fn ascii(&self) -> bool {
        self.ascii
    }

    /// The same theme for a terminal that can follow addresses.
    #[must_use]
    pub fn with_links(mut self, links: bool) -> Self {
        self.links = links;
        self
    }

    /// Can the terminal follow addresses?
    #[must_use]
    pub fn links(&self) -> bool {
        self.links
    }

    /// The style of a token.
    #[must_use]
    pub fn style(&self, token: Token) -> Style {
        self.styles.get(&token).copied().unwrap_or_default()
    }

    /// The style of a meaning.
    #[must_use]
    pub fn tone(&self, tone: Tone) -> Style {
        self.style(tone.into())
    }
}

/// Reduces a style to the colours of the terminal.
fn reduced(token: Token, style: Style, level: Level) -> Style {
    let mut style = style;
    match level {
        Level::True => return style,
        Level::Indexed => {
            style.fg = style.fg.map(color::indexed);
            style.bg = style.bg.map(color::indexed);
            return style;
        }
        Level::Ansi => {
            // The background of the theme might not be readable below a foreground colour of the terminal.
            style.fg = style.fg.and_then(|c| if color::rgb(c).is_some() { token.ansi() } else { Some(c) });
            style.bg = style.bg.filter(|c| color::rgb(*c).is_none());
        }
        Level::None => {
            style.fg = None;
            style.bg = None;
        }
    }
    if style.bg.is_none() {
        style = style.add_modifier(token.attribute());
    }
    if level == Level::Ansi && token == Token::Selection && style.bg.is_none() {
        // The bar has one colour from edge to edge, whatever the colours of its cells are.
        style.fg = Some(Color::Reset);
    }
    style
}

#[cfg(test)]
mod tests;
