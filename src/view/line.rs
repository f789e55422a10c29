//! Text in pieces, each with its meaning. Text from AWS is made harmless here.

use std::ops::Range;

use compact_str::CompactString;
use smallvec::SmallVec;

use super::{Tone, harmless, simple, width};

/// A piece of text with one meaning. Its text contains no control character.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Span {
    text: CompactString,
    /// The width in cells; it is stored because it is needed often.
    cells: usize,
    tone: Tone,
    /// Is it what was searched for?
    marked: bool,
}

impl Span {
    /// Creates a piece from any text, even a hostile one: control characters, escape sequences and bidirectional
    /// overrides are replaced.
    pub fn new(text: impl AsRef<str>, tone: Tone) -> Self {
        let text = text.as_ref();
        let text = if simple(text) { text.into() } else { CompactString::from(harmless(text)) };
        Self { cells: width(&text), text, tone, marked: false }
    }
    /// Returns a part of its text with the same meaning.
    pub(super) fn part(&self, text: &str) -> Self {
        Self { text: text.into(), cells: width(text), ..*self }
    }
    /// Is it what was searched for?
    #[must_use]
    pub fn marked(&self) -> bool {
        self.marked
    }
    /// Appends a harmless text.
    pub(super) fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.cells = width(&self.text);
    }
    /// Returns the harmless text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
    /// Returns the meaning.
    #[must_use]
    pub fn tone(&self) -> Tone {
        self.tone
    }
}

/// One line of text in pieces.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Line(pub Spans);

/// The pieces of a line; there are seldom more than two.
pub type Spans = SmallVec<[Span; 2]>;

impl Line {
    /// Returns an empty line.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
    /// Adds a piece.
    #[must_use]
    pub fn with(mut self, text: impl AsRef<str>, tone: Tone) -> Self {
        self.0.push(Span::new(text, tone));
        self
    }
    /// Adds a plain piece.
    #[must_use]
    pub fn plain(self, text: impl AsRef<str>) -> Self {
        self.with(text, Tone::Plain)
    }
    /// Adds a muted piece.
    #[must_use]
    pub fn muted(self, text: impl AsRef<str>) -> Self {
        self.with(text, Tone::Muted)
    }
    /// Marks places of the text as searched for. They are in bytes, from left to right; what overlaps is one place.
    #[must_use]
    pub fn mark(self, places: &[Range<usize>]) -> Self {
        if places.is_empty() {
            return self;
        }
        let (mut line, mut begin) = (Self::new(), 0);
        for span in self.0 {
            let end = begin + span.text.len();
            let inside = |at: &usize| (begin..end).contains(at);
            let mut edges: Vec<usize> =
                places.iter().flat_map(|p| [p.start, p.end]).filter(inside).chain([begin, end]).collect();
            edges.sort_unstable();
            edges.dedup();
            for (from, to) in edges.iter().zip(edges.iter().skip(1)) {
                let marked = places.iter().any(|place| place.contains(from));
                let part = span.text.get(from - begin..to - begin).unwrap_or_default();
                line.0.push(Span { marked, ..span.part(part) });
            }
            begin = end;
        }
        line
    }
    /// Returns the width in terminal cells.
    #[must_use]
    pub fn width(&self) -> usize {
        self.0.iter().map(|s| s.cells).sum()
    }
    /// Returns the text without meanings.
    #[must_use]
    pub fn text(&self) -> String {
        self.0.iter().map(|s| s.text.as_str()).collect()
    }
}

impl From<&str> for Line {
    fn from(text: &str) -> Self {
        Self::new().plain(text)
    }
}

impl From<String> for Line {
    fn from(text: String) -> Self {
        Self::new().plain(text)
    }
}
