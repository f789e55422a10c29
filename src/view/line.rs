//! Text in pieces, each with its meaning. Text from AWS is made harmless here.

use std::ops::Range;
use std::sync::Arc;

use compact_str::CompactString;
use smallvec::SmallVec;

use super::{Tone, harmless, hyperlink, simple, width};

/// A piece of text with one meaning. Its text contains no control character.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Span {
    text: CompactString,
    /// The width in cells; it is stored because it is needed often.
    cells: usize,
    tone: Tone,
    /// Is it what was searched for?
    marked: bool,
    /// The address that it leads to, where the terminal can follow one.
    link: Option<Arc<str>>,
}

impl Span {
    /// Creates a piece from any text, even a hostile one: control characters, escape sequences and bidirectional
    /// overrides are replaced.
    pub fn new(text: impl AsRef<str>, tone: Tone) -> Self {
        let text = text.as_ref();
        let text = if simple(text) { text.into() } else { CompactString::from(harmless(text)) };
        Self { cells: width(&text), text, tone, marked: false, link: None }
    }
    /// Returns a part of its text with the same meaning.
    pub(super) fn part(&self, text: &str) -> Self {
        Self { text: text.into(), cells: width(text), ..self.clone() }
    }
    /// Is it what was searched for?
    #[must_use]
    pub fn marked(&self) -> bool {
        self.marked
    }
    /// Creates a piece that leads to an address. A text that cannot be an address leads nowhere.
    pub fn linked(text: impl AsRef<str>, tone: Tone, address: &str) -> Self {
        Self { link: hyperlink::is_address(address).then(|| address.into()), ..Self::new(text, tone) }
    }
    /// Returns whether both pieces mean the same, so that they can be one.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        (self.tone, self.marked, &self.link) == (other.tone, other.marked, &other.link)
    }
    /// Returns the address that it leads to.
    #[must_use]
    pub fn link(&self) -> Option<&str> {
        self.link.as_deref()
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
    /// Adds an address that the terminal can follow.
    #[must_use]
    pub fn address(mut self, address: &str) -> Self {
        self.0.push(Span::linked(address, Tone::Plain, address));
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
