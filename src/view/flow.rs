//! The fit of lines into a given width: they are cut, or wrapped between words.

use super::text::{Cut, after_scheme, cells, ending, graphemes, head, width};
use super::{Line, Span, Tone};

/// The fewest cells of a last piece that say something.
const FEW: usize = 8;

impl Line {
    /// Cuts the line to at most `room` cells, with `…` at the cut. The pieces keep their meanings.
    #[must_use]
    pub fn cut(&self, room: usize, how: Cut) -> Self {
        if self.width() <= room {
            return self.clone();
        }
        if how == Cut::BeforeLast {
            return self.without_asides(room).cut_before_last(room);
        }
        if how == Cut::ToLast {
            let short = self.without_middle(room);
            let last = Self(short.0.last().cloned().into_iter().collect());
            let first = short.width() - last.width();
            let both = short.width() <= room || first + FEW <= room;
            return if both { short.cut(room, Cut::End) } else { last.cut(room, Cut::End) };
        }
        let Some(left) = room.checked_sub(1) else {
            return Self::new();
        };
        let tail = match how {
            Cut::End | Cut::BeforeLast | Cut::ToLast => 0,
            Cut::Middle => left / 3,
            Cut::Location => after_scheme(&self.text(), left),
        };
        self.cut_around(left, tail)
    }

    /// Leaves out what is in brackets, and then pieces in the middle.
    fn without_asides(&self, room: usize) -> Self {
        let spans = self.0.iter().map(|span| span.part(&without_brackets(span.text())));
        Self(spans.filter(|span| !span.text().is_empty()).collect()).without_middle(room)
    }

    /// Leaves out the pieces between the first and the last one from the right, until the line fits in `room` cells.
    fn without_middle(&self, room: usize) -> Self {
        let mut line = self.clone();
        while line.width() > room && line.0.len() > 2 {
            line.0.remove(line.0.len() - 2);
        }
        line
    }

    /// Cuts the line before its last piece, unless that has most of the room.
    fn cut_before_last(&self, room: usize) -> Self {
        let Some(left) = room.checked_sub(1).filter(|_| self.width() > room) else { return self.cut(room, Cut::End) };
        let last = self.0.last().map(|last| width(last.text())).filter(|last| last * 2 <= left);
        self.cut_around(left, last.unwrap_or(0))
    }

    /// Keeps the first of `left` cells and the last `tail` of them, with `…` between them.
    fn cut_around(&self, left: usize, tail: usize) -> Self {
        let mut shown = self.first_cells(left - tail);
        let tone = shown.0.last().map_or(Tone::Plain, Span::tone);
        shown = shown.with("…", tone);
        shown.0.extend(self.last_cells(tail).0);
        shown
    }

    /// Wraps the line to rows of at most `room` cells, between words where possible. Later rows start below the first
    /// word when the line starts with a glyph or an indent.
    #[must_use]
    pub fn wrap(&self, room: usize) -> Vec<Self> {
        let room = room.max(1);
        if self.width() <= room {
            return vec![self.clone()];
        }
        let indent = self.hanging().min(room / 2);
        let mut rows = Rows { room, indent, done: Vec::new(), row: Self::new(), used: 0 };
        for word in words(self) {
            rows.add(&word);
        }
        rows.finish()
    }

    /// Pads the line with spaces at its end or start, to exactly `room` cells.
    #[must_use]
    pub fn padded(&self, room: usize, align: super::Align, how: Cut) -> Self {
        let mut shown = self.cut(room, how);
        let missing = " ".repeat(room - shown.width().min(room));
        if missing.is_empty() {
            return shown;
        }
        match align {
            super::Align::Left => shown.plain(missing),
            super::Align::Right => {
                shown.0.insert(0, Span::new(missing, Tone::Plain));
                shown
            }
        }
    }

    fn first_cells(&self, mut room: usize) -> Self {
        let mut kept = Self::new();
        for span in &self.0 {
            let part = head(span.text(), room);
            if !part.is_empty() {
                kept.0.push(span.part(part));
            }
            if part.len() < span.text().len() {
                break;
            }
            room -= width(part);
        }
        kept
    }

    fn last_cells(&self, mut room: usize) -> Self {
        let mut kept = Self::new();
        for span in self.0.iter().rev() {
            let part = ending(span.text(), room);
            if !part.is_empty() {
                kept.0.push(span.part(part));
            }
            if part.len() < span.text().len() {
                break;
            }
            room -= width(part);
        }
        kept.0.reverse();
        kept
    }

    /// Returns the number of cells before the first word: an indent, and a glyph with its space.
    fn hanging(&self) -> usize {
        let text = self.text();
        let indent = text.len() - text.trim_start_matches(' ').len();
        let mut words = text.trim_start_matches(' ').splitn(2, ' ');
        let glyph = words.next().filter(|w| width(w) == 1 && !w.chars().all(char::is_alphanumeric));
        indent + glyph.map_or(0, |_| 2)
    }
}

/// Returns a text without the parts in brackets that follow a space: `CTR 2.1 % (min 2.5)` → `CTR 2.1 %`.
fn without_brackets(text: &str) -> String {
    let mut kept = String::new();
    let mut rest = text;
    while let Some((before, (_, after))) =
        rest.split_once(" (").and_then(|(before, inside)| Some((before, inside.split_once(')')?)))
    {
        kept.push_str(before);
        rest = after;
    }
    kept.push_str(rest);
    kept
}

/// A word, or the spaces between two words: texts, each with the piece that it is of.
type Word<'a> = Vec<(&'a str, &'a Span)>;

fn words(line: &Line) -> Vec<Word<'_>> {
    let is_space = |text: &str| text.starts_with(' ');
    let mut words: Vec<Word> = Vec::new();
    for span in &line.0 {
        for part in parts(span.text(), |before, next| is_space(before) != is_space(next)) {
            match words.last_mut() {
                Some(word) if word.last().is_some_and(|(t, _)| is_space(t) == is_space(part)) => {
                    word.push((part, span));
                }
                _ => words.push(vec![(part, span)]),
            }
        }
    }
    words
}

/// Splits a text between two graphemes wherever `border` returns true.
fn parts(text: &str, border: impl Fn(&str, &str) -> bool) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut before) = (0, "");
    for (at, grapheme) in graphemes(text) {
        if at > start && border(before, grapheme) {
            parts.extend(text.get(start..at));
            start = at;
        }
        before = grapheme;
    }
    parts.extend(text.get(start..).filter(|rest| !rest.is_empty()));
    parts
}

/// The rows of a line while they are filled.
struct Rows {
    room: usize,
    indent: usize,
    done: Vec<Line>,
    row: Line,
    used: usize,
}

impl Rows {
    /// Adds a word or the space between two words. It goes to the next row if it does not fit on this one.
    fn add(&mut self, word: &[(&str, &Span)]) {
        let cells: usize = word.iter().map(|(text, _)| width(text)).sum();
        let fits = self.used + cells <= self.room;
        if !fits && word.iter().all(|(text, _)| text.starts_with(' ')) {
            self.turn();
        } else if fits || cells <= self.room - self.indent {
            if !fits {
                self.turn();
            }
            for (text, of) in word {
                self.push(text, width(text), of);
            }
        } else {
            for (text, of) in word {
                self.add_broken(text, of);
            }
        }
    }

    /// Adds a word that is longer than a row. It is broken after punctuation where possible.
    fn add_broken(&mut self, text: &str, of: &Span) {
        for part in parts(text, |before, _| "-/:_.=,;@|".contains(before)) {
            let whole = width(part);
            if self.used + whole > self.room && whole <= self.room - self.indent {
                self.turn();
            }
            for (_, grapheme) in graphemes(part) {
                let cells = cells(grapheme);
                if self.used + cells > self.room && self.used > self.indent {
                    self.turn();
                }
                self.push(grapheme, cells, of);
            }
        }
    }

    fn push(&mut self, word: &str, cells: usize, of: &Span) {
        let starts_later_row = self.used <= self.indent && !self.done.is_empty();
        if starts_later_row && word.chars().all(|c| c == ' ') {
            return;
        }
        // Neighbouring pieces of one meaning become one piece.
        match self.row.0.last_mut().filter(|last| last.is_like(of)) {
            Some(last) => last.push(word),
            None => self.row.0.push(of.part(word)),
        }
        self.used += cells;
    }

    fn turn(&mut self) {
        while let Some(last) = self.row.0.pop() {
            let kept = last.text().trim_end_matches(' ');
            if !kept.is_empty() {
                self.row.0.push(last.part(kept));
                break;
            }
        }
        self.done.push(std::mem::take(&mut self.row));
        self.used = self.indent;
        if self.indent > 0 {
            self.row.0.push(Span::new(" ".repeat(self.indent), Tone::Plain));
        }
    }

    fn finish(mut self) -> Vec<Line> {
        let has_words = self.row.0.iter().any(|s| !s.text().trim().is_empty());
        if has_words || self.done.is_empty() {
            self.done.push(self.row);
        }
        self.done
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::Align;

    fn texts(rows: &[Line]) -> Vec<String> {
        rows.iter().map(Line::text).collect()
    }

    #[test]
    fn a_cut_line_keeps_its_meanings() {
        let line = Line::new().with("✗ ", Tone::Bad).plain("recommendation-prod");
        let shown = line.cut(12, Cut::Middle);
        assert_eq!(shown.text(), "✗ recomm…rod");
        assert_eq!(shown.0.first().map(Span::tone), Some(Tone::Bad));
        assert_eq!(line.cut(3, Cut::End).text(), "✗ …");
        assert_eq!(line.cut(0, Cut::End).text(), "");
    }

    #[test]
    fn before_an_age_brackets_give_way_first_and_no_number_is_halved() {
        let ctr = Line::new().with("CTR 2.1 % (min 2.5)", Tone::Bad).with(" → nobody", Tone::Warn).muted(" 62 min");
        let run = Line::new().muted("59 min ").plain("v12 ").plain("approved");
        let cases = [
            (&ctr, 40, "CTR 2.1 % (min 2.5) → nobody 62 min"),
            (&ctr, 25, "CTR 2.1 % → nobody 62 min"),
            (&ctr, 20, "CTR 2.1 % 62 min"),
        ];
        for (line, room, shown) in cases {
            assert_eq!(line.cut(room, Cut::BeforeLast).text(), shown, "{room}");
        }
        for (room, shown) in [(19, "59 min v12 approved"), (15, "59 min approved"), (14, "approved"), (6, "appro…")] {
            assert_eq!(run.cut(room, Cut::ToLast).text(), shown, "{room}");
        }
        let live = Line::new().muted("9 min ").plain("v12 ").plain("live in staging");
        assert_eq!(live.cut(16, Cut::ToLast).text(), "9 min live in s…");
        let short = Line::new().muted("15 min ").plain("v13 ").plain("live");
        assert_eq!(short.cut(14, Cut::ToLast).text(), "15 min live");
        let failed = Line::new().with("failed at Preprocess: AlgorithmError", Tone::Bad).muted(" 12 d");
        assert_eq!(failed.cut(25, Cut::BeforeLast).text(), "failed at Preproces… 12 d");
    }

    #[test]
    fn a_cut_location_keeps_its_scheme_and_its_end() {
        let run = Line::from("s3://retail-ml-artifacts/recommendation/lytmyxslyrtr/preprocess/train");
        let cases = [
            (69, "s3://retail-ml-artifacts/recommendation/lytmyxslyrtr/preprocess/train"),
            (45, "s3://…mendation/lytmyxslyrtr/preprocess/train"),
            (36, "s3://…/lytmyxslyrtr/preprocess/train"),
            (12, "s3://…/train"),
            (3, "s3…"),
        ];
        for (room, shown) in cases {
            assert_eq!(run.cut(room, Cut::Location).text(), shown, "{room}");
        }
    }

    #[test]
    fn lines_wrap_between_words_and_hang_below_the_first() {
        let line = Line::new().with("▲ ", Tone::Warn).plain("P1-recommendation-5xx is in ALARM: it would undo this");
        let rows = line.wrap(30);
        assert_eq!(texts(&rows), ["▲ P1-recommendation-5xx is in", "  ALARM: it would undo this"]);
        assert_eq!(texts(&Line::from("aaaaaaaaaa").wrap(4)), ["aaaa", "aaaa", "aa"]);
        assert_eq!(texts(&Line::from("").wrap(4)), [""]);
        assert_eq!(texts(&Line::from("one two").wrap(0)).concat(), "onetwo");
    }

    #[test]
    fn no_wrapped_row_is_too_wide_and_no_word_is_lost() {
        let text = "Sends sagemaker:UpdateEndpoint recommendation-prod → v12-20261109-0200, 日本語のモデル all at once";
        let squeezed = |t: &str| t.replace(' ', "");
        for room in 2..60 {
            let rows = Line::from(text).wrap(room);
            assert!(rows.iter().all(|r| r.width() <= room), "{room}: {rows:?}");
            assert_eq!(squeezed(&texts(&rows).concat()), squeezed(text), "{room}");
        }
    }

    #[test]
    fn padding_fills_the_room() {
        assert_eq!(Line::from("7").padded(3, Align::Right, Cut::End).text(), "  7");
        assert_eq!(Line::from("seven").padded(3, Align::Left, Cut::End).text(), "se…");
    }
}
