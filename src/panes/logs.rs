//! The open log: two rows about it, and the lines around the cursor.

mod state;

use crate::app::{App, Body, LogFilter, LogView};
use crate::fmt;
use crate::logs::LogLine;
use crate::view::{self, Align, Block, Column, Content, Cut, Id, Line, Row, Table, Tone, Width, harmless};

/// The open log, which replaces the body of the pane.
pub(super) static BODY: Body =
    Body::Own(|app, rows| app.open_log.as_ref().map(|view| blocks(app, view, rows)).unwrap_or_default());

/// The number of rows about the log, above the lines and their column titles.
const ABOUT: u16 = 2;

/// The sign of a line that tells of an error.
const ERROR: &str = "✗";

/// The minimum width of a terminal that shows the date and the stream of each line.
const WIDE: u16 = 100;

/// The most characters that are looked at for one cell. More of them are not drawn, such as escape sequences.
const CHARS_IN_CELL: usize = 8;

fn blocks(app: &App, view: &LogView, body: u16) -> Vec<Block> {
    let about = vec![state::title(app, view), state::state(app, view)];
    let about = Block { height: ABOUT, content: Content::Lines { title: None, lines: about } };
    let height = body.saturating_sub(ABOUT);
    vec![about, Block { height, content: Content::Table(Painter::new(app, view, height).table()) }]
}

/// Returns the index of the first line on the screen, so that the selected one is visible.
#[must_use]
pub fn first_line(app: &App, view: &LogView) -> usize {
    let painter = Painter::of_screen(app, view);
    let (mut first, mut used) = (view.place, painter.height(view.place));
    while let Some(above) = first.checked_sub(1) {
        used += painter.height(above);
        if used > painter.rows {
            break;
        }
        first = above;
    }
    // The newest line stays at the bottom.
    if view.following { first } else { view.first.clamp(first, view.place) }
}

/// Returns the number of lines on the screen.
#[must_use]
pub fn lines_on_screen(app: &App, view: &LogView) -> usize {
    let painter = Painter::of_screen(app, view);
    let mut used = 0;
    let fits = |place: &usize| {
        used += painter.height(*place);
        used <= painter.rows
    };
    (view.first..view.shown.len()).take_while(fits).count()
}

/// Makes the rows of the lines, for a number of rows and a width.
struct Painter<'a> {
    app: &'a App,
    view: &'a LogView,
    filter: LogFilter,
    columns: Vec<Column>,
    /// The cells of a text.
    room: usize,
    /// The rows of the lines.
    rows: usize,
    /// Is the stream of each line shown?
    streams: bool,
}

impl<'a> Painter<'a> {
    fn of_screen(app: &'a App, view: &'a LogView) -> Self {
        Self::new(app, view, super::body_rows(app, &super::banners::banners(app)).saturating_sub(ABOUT))
    }

    fn new(app: &'a App, view: &'a LogView, height: u16) -> Self {
        let column = |title, width, cut| Column { title, width, align: Align::Left, cut };
        let wide = app.size.0 >= WIDE;
        let first = view.lines.iter().next().map(|line| &line.stream);
        let streams = wide && view.lines.iter().any(|line| Some(&line.stream) != first);
        let time = Width::Cells(if wide { 15 } else { 8 });
        let mut columns = vec![column("", Width::Cells(1), Cut::End), column("TIME", time, Cut::End)];
        columns.extend(streams.then(|| column("STREAM", Width::Cells(20), Cut::Middle)));
        columns.push(column("MESSAGE", Width::Fill { share: 1, min: 8 }, Cut::End));
        let widths = view::widths(columns.iter(), app.size.0 - 2 * view::margin(app.size.0));
        let room = widths.last().map_or(1, |(cells, _)| usize::from(*cells).max(1));
        let filter = LogFilter::new(view.filter.text());
        Self { app, view, filter, columns, room, rows: height.saturating_sub(1).max(1).into(), streams }
    }

    fn table(self) -> Table {
        let mut rows = Vec::new();
        for place in self.view.first..self.view.shown.len() {
            let Some(line) = self.view.line(place).filter(|_| rows.len() < self.rows) else { break };
            let texts = self.texts(line).into_iter().enumerate();
            rows.extend(texts.map(|(at, text)| self.row(place, line, at == 0, text)));
        }
        rows.truncate(self.rows);
        let empty = if rows.is_empty() { state::empty(self.app, self.view) } else { Vec::new() };
        Table { columns: self.columns, rows, empty, ..Table::default() }
    }

    /// Makes a row. Further rows of a wrapped line have only its text.
    fn row(&self, place: usize, line: &LogLine, first: bool, text: Line) -> Row {
        let app = self.app;
        let mut cells = vec![Line::new(); self.columns.len() - 1];
        if first {
            let time = if app.size.0 >= WIDE { fmt::second(line.at, &app.zone) } else { fmt::time(line.at, &app.zone) };
            let is_first_error = self.view.errors.first() == self.view.shown.get(place);
            let tone = if is_first_error { Tone::Bad } else { Tone::Warn };
            let sign = if line.is_error { Line::new().with(ERROR, tone) } else { Line::new() };
            cells = vec![sign, Line::new().muted(time)];
            cells.extend(self.streams.then(|| Line::new().muted(&line.stream)));
        }
        cells.push(text);
        Row { id: Id::of(&line.id), cells, selected: place == self.view.place, changed: false }
    }

    fn height(&self, place: usize) -> usize {
        if self.view.wrap { self.view.line(place).map_or(1, |line| self.texts(line).len()) } else { 1 }
    }

    /// Returns the rows of a line's text: one, or as many as the screen has if lines are wrapped.
    fn texts(&self, line: &LogLine) -> Vec<Line> {
        if !self.view.wrap {
            return vec![self.marked(line, &line.text, 1)];
        }
        let parts = line.text.split('\n').take(self.rows);
        let rows = parts.flat_map(|part| self.marked(line, part, self.rows).wrap(self.room));
        rows.take(self.rows).collect()
    }

    /// Makes the beginning of a text harmless and marks the words of the filter in it.
    fn marked(&self, line: &LogLine, text: &str, rows: usize) -> Line {
        let most = text.char_indices().nth(self.room.saturating_mul(rows * CHARS_IN_CELL));
        let text = harmless(most.and_then(|(end, _)| text.get(..end)).unwrap_or(text));
        let tone = if line.is_error { Tone::Bad } else { Tone::Plain };
        let (mut marked, mut end) = (Line::new(), 0);
        for range in self.filter.marks(&text) {
            let (before, word) = (text.get(end..range.start), text.get(range.clone()));
            marked = marked.with(before.unwrap_or_default(), tone).with(word.unwrap_or_default(), Tone::Busy);
            end = range.end;
        }
        marked.with(text.get(end..).unwrap_or_default(), tone)
    }
}
