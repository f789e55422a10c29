//! Text for a terminal: it is sanitised, measured in cells, and cut between graphemes.
//!
//! Widths are counted in cells, grapheme by grapheme, never in bytes or chars.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

/// The replacement of a character that must not reach a terminal.
const REPLACED: char = '·';

/// The mark of a cut text.
const CUT: char = '…';

/// The most combining marks on one letter. No script needs more, and they make lines unreadable.
const MOST_MARKS: usize = 4;

/// The alignment of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Align {
    /// Left, for words.
    #[default]
    Left,
    /// Right, for numbers.
    Right,
}

/// The place at which a text that does not fit is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Cut {
    /// In the middle, for names, because both ends distinguish them.
    Middle,
    /// At the end, for sentences.
    #[default]
    End,
    /// Before the last piece of a line, for a text with its age: half an age would be wrong. What is in brackets is left
    /// out first, because half a number would be wrong as well, and then the pieces in the middle.
    BeforeLast,
    /// In the last piece of a line, after the pieces in the middle were left out: the first one, such as an age, stays as
    /// long as there is room for some of the last one.
    ToLast,
    /// After the scheme of an address, as `s3://…/run-7/train`, because the ends of locations distinguish them.
    Location,
}

/// Removes everything that could move the cursor, or hide or reorder the text that follows. Every grapheme of the
/// result takes at least one cell.
#[must_use]
pub fn harmless(text: &str) -> String {
    if simple(text) {
        return text.to_owned();
    }
    let mut visible = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match fate(c) {
            Fate::Keep => visible.push(c),
            Fate::Space => visible.push(' '),
            Fate::Drop => {}
            Fate::Replace => visible.push(REPLACED),
            Fate::Sequence => {
                let (after, shown) = sequence(c, rest);
                rest = after;
                visible.extend(shown);
            }
        }
    }
    let mut thinned = String::with_capacity(visible.len());
    visible.graphemes(true).for_each(|grapheme| thin(grapheme, &mut thinned));
    thinned
}

/// Returns whether a terminal would obey a character or not show it: a control character, one that reverses the
/// direction of text, or one without width.
#[must_use]
pub(crate) fn is_hidden(c: char) -> bool {
    !matches!(fate(c), Fate::Keep)
}

/// Escapes each character that a terminal would obey or not show, as `\u{1b}`. Keeps line ends and tabs.
#[must_use]
pub fn escaped(text: &str) -> Cow<'_, str> {
    let is_plain = |c: char| matches!(c, '\n' | '\t') || !is_hidden(c);
    if text.chars().all(is_plain) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if is_plain(c) { out.push(c) } else { out.extend(c.escape_unicode()) }
    }
    Cow::Owned(out)
}

/// Escapes as [`escaped`] does, and makes one line of the text.
#[must_use]
pub fn one_line(text: &str) -> String {
    escaped(text).replace(['\n', '\t'], " ")
}

/// Returns whether each character of a text is one grapheme and one cell. Nearly all text is like this, and can be
/// drawn faster.
#[must_use]
pub fn simple(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~')) || text.chars().all(is_simple)
}

/// Returns whether a character is ASCII or one that the panes draw with: dashes, arrows, lines, blocks, shapes, ticks.
fn is_simple(c: char) -> bool {
    matches!(c, ' '..='~' | '·' | '•' | '–' | '—' | '…' | '→' | '←' | '↑' | '↓' | '─'..='◼' | '✓' | '✗')
}

/// Returns the width of a text in cells.
#[must_use]
pub fn width(text: &str) -> usize {
    if simple(text) {
        return text.chars().count();
    }
    text.graphemes(true).map(cells).sum()
}

/// Cuts a text to at most `room` cells, with `…` at the cut.
#[must_use]
pub fn cut(text: &str, room: usize, how: Cut) -> String {
    if width(text) <= room {
        return text.to_owned();
    }
    let Some(left) = room.checked_sub(1) else {
        return String::new();
    };
    let tail = match how {
        Cut::End | Cut::BeforeLast | Cut::ToLast => 0,
        Cut::Middle => left / 3,
        Cut::Location => after_scheme(text, left),
    };
    let mut shown = head(text, left - tail).to_owned();
    shown.push(CUT);
    shown.push_str(ending(text, tail));
    shown
}

/// Returns the cells that the end of an address has, beside its scheme.
pub(super) fn after_scheme(text: &str, room: usize) -> usize {
    room.saturating_sub(text.find("://").map_or(0, |at| at + 3))
}

/// Returns the graphemes of a text, each with its byte offset.
pub(super) fn graphemes(text: &str) -> impl DoubleEndedIterator<Item = (usize, &str)> {
    // Segmentation by the rules of all scripts takes much longer, and most text does not need it.
    let simple = simple(text);
    let letters = text.char_indices().filter_map(|(at, c)| Some((at, text.get(at..at + c.len_utf8())?)));
    let letters = simple.then_some(letters).into_iter().flatten();
    letters.chain((!simple).then(|| text.grapheme_indices(true)).into_iter().flatten())
}

/// Returns the first graphemes that fit.
pub(super) fn head(text: &str, room: usize) -> &str {
    let mut used = 0;
    let end = graphemes(text).find(|(_, g)| {
        used += cells(g);
        used > room
    });
    end.and_then(|(at, _)| text.get(..at)).unwrap_or(text)
}

/// Returns the last graphemes that fit.
pub(super) fn ending(text: &str, room: usize) -> &str {
    let mut used = 0;
    let before = graphemes(text).rev().find(|(_, g)| {
        used += cells(g);
        used > room
    });
    before.and_then(|(at, g)| text.get(at + g.len()..)).unwrap_or(text)
}

/// Returns the width of one grapheme in cells, in agreement with the terminal library.
pub(super) fn cells(grapheme: &str) -> usize {
    match grapheme.as_bytes() {
        [b' '..=b'~'] => 1,
        _ if grapheme.contains(char::is_control) => 0,
        _ => grapheme.width(),
    }
}

enum Fate {
    Keep,
    Space,
    Drop,
    Replace,
    Sequence,
}

/// Decides what to do with one character.
fn fate(c: char) -> Fate {
    match c {
        '\n' | '\r' | '\t' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{2800}' => Fate::Space,
        '\u{1b}' | '\u{9b}' => Fate::Sequence,
        // Terminals disagree about the width of joiners, fillers, variation selectors and tags.
        '\u{ad}'
        | '\u{34f}'
        | '\u{115f}'..='\u{1160}'
        | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200d}'
        | '\u{2060}'..='\u{2065}'
        | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}'
        | '\u{ffa0}'
        | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}' => Fate::Drop,
        // Directional marks, embeddings, overrides and isolates reorder the text that the reader sees.
        '\u{61c}'
        | '\u{200e}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2066}'..='\u{206f}'
        | '\u{fff0}'..='\u{fffb}' => Fate::Replace,
        c if c.is_control() => Fate::Replace,
        c if is_noncharacter(c) => Fate::Replace,
        _ => Fate::Keep,
    }
}

/// Returns whether no version of Unicode will ever assign this code point to a character.
fn is_noncharacter(c: char) -> bool {
    let code = u32::from(c);
    (0xfdd0..=0xfdef).contains(&code) || code & 0xfffe == 0xfffe
}

/// Skips an escape sequence. The colours of a log line vanish, any other sequence leaves a mark, and the payload of a
/// longer one (a title, a clipboard) stays readable.
fn sequence(first: char, rest: std::str::Chars<'_>) -> (std::str::Chars<'_>, Option<char>) {
    let mut after = rest.clone();
    if first == '\u{1b}' && after.next() != Some('[') {
        return (rest, Some(REPLACED));
    }
    loop {
        match after.next() {
            Some(' '..='?') => {}
            Some('m') => return (after, None),
            Some('@'..='~') => return (after, Some(REPLACED)),
            // This is not a sequence, so only the escape character is removed.
            _ => return (rest, Some(REPLACED)),
        }
    }
}

/// Adds a grapheme, with at least one cell and a limited number of marks.
fn thin(grapheme: &str, into: &mut String) {
    if cells(grapheme) == 0 {
        into.push(REPLACED);
        return;
    }
    let mut marks = 0;
    into.extend(grapheme.chars().filter(|c| {
        let is_mark = cells(c.encode_utf8(&mut [0; 4])) == 0;
        marks += usize::from(is_mark);
        !is_mark || marks <= MOST_MARKS
    }));
}

#[cfg(test)]
mod tests;
