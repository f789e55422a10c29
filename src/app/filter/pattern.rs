//! One word of a filter. It matches a text that contains the word, a regular expression, or its letters in this order.

use std::ops::Range;

use regex_lite::{Regex, RegexBuilder};

/// The text or pattern that is looked for. Without an upper-case letter, both cases match.
#[derive(Debug)]
pub(super) enum Pattern {
    /// These characters one after another, in lower case unless `cased`.
    Text { letters: Vec<char>, cased: bool },
    /// These characters in this order, with any others between them.
    Fuzzy { letters: Vec<char>, cased: bool },
    /// A regular expression.
    Regex(Regex),
}

impl Pattern {
    /// Parses a word: `~` begins a regular expression, `?` begins letters that others may stand between. A sign alone
    /// is an ordinary word.
    ///
    /// # Errors
    /// A sentence: the regular expression has a mistake.
    pub(super) fn parse(word: &str) -> Result<Self, String> {
        let behind = |sign| word.strip_prefix(sign).filter(|rest: &&str| !rest.is_empty());
        if let Some(text) = behind('~') {
            return regex(text).map(Self::Regex);
        }
        let fuzzy = behind('?');
        let text = fuzzy.unwrap_or(word);
        let cased = text.chars().any(char::is_uppercase);
        let letters = text.chars().collect();
        Ok(if fuzzy.is_some() { Self::Fuzzy { letters, cased } } else { Self::Text { letters, cased } })
    }

    /// Is it in the text?
    pub(super) fn is_in(&self, text: &str) -> bool {
        match self {
            Self::Regex(regex) => regex.is_match(text),
            Self::Text { letters, .. } if letters.is_empty() => true,
            Self::Text { .. } | Self::Fuzzy { .. } => !self.find(text).is_empty(),
        }
    }

    /// Returns the places in the text that match, in bytes, from left to right. They do not overlap.
    pub(super) fn find(&self, text: &str) -> Vec<Range<usize>> {
        match self {
            Self::Regex(regex) => regex.find_iter(text).map(|found| found.range()).filter(|r| !r.is_empty()).collect(),
            Self::Text { letters, cased } => words(&characters(text, *cased), letters),
            Self::Fuzzy { letters, cased } => in_order(&characters(text, *cased), letters).unwrap_or_default(),
        }
    }
}

/// Compiles a regular expression. An upper-case letter makes it case-sensitive, unless it is part of a class such as
/// `\S`.
fn regex(text: &str) -> Result<Regex, String> {
    let mut escaped = false;
    let cased = text.chars().any(|c| {
        let counts = c.is_uppercase() && !escaped;
        escaped = c == '\\' && !escaped;
        counts
    });
    RegexBuilder::new(text).case_insensitive(!cased).build().map_err(|mistake| format!("~{text}: {mistake}"))
}

/// Returns the characters of a text with their places, in lower case unless `cased`.
fn characters(text: &str, cased: bool) -> Vec<(Range<usize>, char)> {
    let folded = |c: char| if cased { c } else { c.to_lowercase().next().unwrap_or(c) };
    text.char_indices().map(|(at, c)| (at..at + c.len_utf8(), folded(c))).collect()
}

/// Finds letters that stand together.
fn words(text: &[(Range<usize>, char)], letters: &[char]) -> Vec<Range<usize>> {
    let (mut found, mut rest) = (Vec::new(), text);
    while let Some((window, after)) = rest.get(..letters.len()).zip(rest.get(letters.len()..)) {
        let matches = window.iter().zip(letters).all(|((_, c), letter)| c == letter);
        match (window.first(), window.last()) {
            (Some((first, _)), Some((last, _))) if matches => {
                found.push(first.start..last.end);
                rest = after;
            }
            (Some(_), _) => rest = rest.get(1..).unwrap_or_default(),
            (None, _) => break,
        }
    }
    found
}

/// Finds letters that stand in this order. `None` if one is missing.
fn in_order(text: &[(Range<usize>, char)], letters: &[char]) -> Option<Vec<Range<usize>>> {
    let mut rest = text.iter();
    letters.iter().map(|letter| rest.find(|(_, c)| c == letter).map(|(at, _)| at.clone())).collect()
}
