//! An error in a user's file: the place, the line, what is wrong, and a hint.

use std::fmt;
use std::ops::Range;

use crate::view::escaped;

/// The most characters of a line that are shown.
const LONGEST_EXCERPT: usize = 160;

/// A word of more bytes than this is compared with none of the known words.
const LONGEST_WORD: usize = 100;

/// The text of a file, and the name by which the user knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The path as the user would type it, or `themes/dark.toml` for a built-in file.
    pub file: String,
    /// The whole text.
    pub text: String,
}

/// An error in a user's file. `Display` writes it for the ordinary screen of a terminal: `error: …`, the place, the
/// line with a caret, and a hint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// The file, as the user would type it.
    pub file: String,
    /// The line, from 1. 0 means the whole file.
    pub line: usize,
    /// The column in characters, from 1. 0 means the whole file.
    pub column: usize,
    /// The fault, as a sentence without a full stop.
    pub message: String,
    /// A hint for the correction.
    pub hint: Option<String>,
    excerpt: String,
    carets: usize,
}

impl ConfigError {
    /// Creates an error about the whole file.
    #[must_use]
    pub fn new(file: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            file: file.into(),
            line: 0,
            column: 0,
            message: message.into(),
            hint: None,
            excerpt: String::new(),
            carets: 0,
        }
    }

    /// Creates an error at a range of bytes of a file.
    #[must_use]
    pub fn at(source: &Source, span: Range<usize>, message: impl Into<String>) -> Self {
        Self::new(source.file.as_str(), message).placed(source, span)
    }

    /// Converts an error of the TOML parser. Adds a hint where a name was wrong.
    #[must_use]
    pub fn from_toml(source: &Source, error: &toml::de::Error) -> Self {
        let message = error.message().replace('\n', ", ");
        // The known names are in the hint.
        let fault = message.split(", expected").next().filter(|_| message.starts_with("unknown "));
        let found = Self::new(source.file.as_str(), fault.unwrap_or(&message));
        let found = match error.span() {
            Some(span) => found.placed(source, span),
            None => found,
        };
        let mut quoted = message.split('`').skip(1).step_by(2);
        match (message.starts_with("unknown "), quoted.next()) {
            (true, Some(word)) => found.did_you_mean(word, quoted),
            _ => found,
        }
    }

    /// Adds the place, unless the error has one already.
    #[must_use]
    pub fn placed(mut self, source: &Source, span: Range<usize>) -> Self {
        if self.line > 0 {
            return self;
        }
        let start = span.start.min(source.text.len());
        let before = source.text.get(..start).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let line = source.text.get(line_start..).unwrap_or_default();
        let excerpt = line.lines().next().unwrap_or_default();
        let marked = source.text.get(start..span.end).unwrap_or_default();
        let column = before.get(line_start..).unwrap_or_default();

        self.file.clone_from(&source.file);
        self.line = before.matches('\n').count() + 1;
        self.column = column.chars().count() + 1;
        self.carets = marked.lines().next().map_or(0, |m| m.chars().count());
        excerpt.clone_into(&mut self.excerpt);
        self
    }

    /// Adds a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds the nearest known word as a hint, or all known words when none is near.
    #[must_use]
    pub fn did_you_mean<'a>(self, word: &str, known: impl Iterator<Item = &'a str>) -> Self {
        let known: Vec<&str> = known.collect();
        if let Some(near) = nearest(word, known.iter().copied()) {
            return self.hint(format!("did you mean {near:?}?"));
        }
        if known.is_empty() {
            return self;
        }
        self.hint(format!("one of: {}", known.join(", ")))
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", escaped(&self.message))?;
        if self.line == 0 {
            write!(f, "\n  --> {}", escaped(&self.file))?;
        } else {
            let number = self.line.to_string();
            let gutter = " ".repeat(number.len());
            // The caret line repeats the tabs of the line above, so that the caret is below the mistake.
            let column = self.column.saturating_sub(1);
            // Only the part around the mistake is shown of a very long line.
            let from = column.saturating_sub(LONGEST_EXCERPT / 2);
            let shown = |from: usize, most: usize| self.excerpt.chars().skip(from).take(most).collect::<String>();
            let before = shown(from, column - from);
            let indent: String = escaped(&before).chars().map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
            let carets = self.carets.clamp(1, LONGEST_EXCERPT / 2);
            write!(f, "\n{gutter} --> {}:{}:{}", escaped(&self.file), self.line, self.column)?;
            write!(f, "\n{gutter} |\n{number} | {}", escaped(&shown(from, LONGEST_EXCERPT)))?;
            write!(f, "\n{gutter} | {indent}{}", "^".repeat(carets))?;
        }
        match &self.hint {
            Some(hint) => write!(f, "\n  hint: {}", escaped(hint)),
            None => Ok(()),
        }
    }
}

impl std::error::Error for ConfigError {}

/// Finds the known word that was probably meant: few letters differ, or it begins the same way.
#[must_use]
pub fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    if word.len() > LONGEST_WORD {
        return None;
    }
    let word = word.to_lowercase();
    let allowed = word.chars().count().div_ceil(3);
    known
        .map(|k| {
            let prefixed = word.len() >= 3 && (k.starts_with(&word) || word.starts_with(k));
            (if prefixed { 1 } else { strsim::osa_distance(&word, k) }, k)
        })
        .filter(|(d, _)| *d <= allowed)
        .min()
        .map(|(_, k)| k)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistake_shows_its_place_and_a_way_on() {
        let source = Source { file: "keymaps/x.toml".into(), text: "[keys]\na = \"quit\"\nb = \"aprove\"\n".into() };
        let at = source.text.find("\"aprove\"").unwrap();
        let error = ConfigError::at(&source, at..at + 8, "there is no action \"aprove\"")
            .did_you_mean("aprove", ["approve", "reject"].into_iter());
        assert_eq!((error.line, error.column), (3, 5));
        let text = "\
error: there is no action \"aprove\"
  --> keymaps/x.toml:3:5
  |
3 | b = \"aprove\"
  |     ^^^^^^^^
  hint: did you mean \"approve\"?";
        assert_eq!(error.to_string(), text);
    }

    #[test]
    fn places_outside_the_text_do_not_matter() {
        let source = Source { file: "f".into(), text: "é".into() };
        for span in [0..0, 5..9, 1..2, 2..2] {
            let error = ConfigError::at(&source, span, "m");
            assert_eq!(error.line, 1);
            assert!(error.to_string().contains('^'));
        }
    }

    #[test]
    fn hidden_characters_and_long_lines_are_shown_so_that_the_place_can_be_seen() {
        let text = format!("a = \"\u{1b}[2J\" {}\n{}x{}", "?".repeat(3), "y".repeat(500), "z".repeat(500));
        let source = Source { file: "x\u{202e}.toml".into(), text };
        let marked = ConfigError::at(&source, 11..12, "what is\u{7} that").to_string();
        let lines: Vec<&str> = marked.lines().collect();
        assert_eq!(lines[0], "error: what is\\u{7} that");
        assert!(lines[1].contains("x\\u{202e}.toml:1:12"), "{marked}");
        assert_eq!(lines[3], "1 | a = \"\\u{1b}[2J\" ???");
        assert_eq!(lines[4].find('^'), lines[3].find('?'));
        let long = ConfigError::at(&source, 515..516, "m").to_string();
        assert!(long.len() < 600, "{long}");
        let lines: Vec<&str> = long.lines().collect();
        assert_eq!(lines[4].find('^'), lines[3].find('x'));
    }

    #[test]
    fn which_word_was_meant() {
        let known = ["approve", "reject", "rollback", "quit", "page-down", "page-up"];
        let near = |word| nearest(word, known.into_iter());
        assert_eq!(near("aprove"), Some("approve"));
        assert_eq!(near("rejcet"), Some("reject"));
        assert_eq!(near("roll"), Some("rollback"));
        assert_eq!(near("Quit"), Some("quit"));
        assert_eq!(near("pagedown"), Some("page-down"));
        assert_eq!(near("explode"), None);
    }
}
