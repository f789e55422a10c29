//! A list on the screen: its rows and columns, its title, the reason why it is empty, and the preview of the selected
//! thing.

use super::{accounts, key_that};
use crate::app::{App, Cell, List, ListState, PaneColumn, Preview, Subject};
use crate::fmt;
use crate::resources::metric::MetricSeries;
use crate::resources::{Kind, Resource, Source};
use crate::view::{self, Block, Content, Cut, Id, Line, Row, Table, Tone, width};

/// Returns the columns of the pane that are shown at this width, each with its index among all columns. Those that the
/// operator chose need the room first.
#[must_use]
pub fn columns(app: &App) -> Vec<(usize, &'static PaneColumn)> {
    let width = app.size.0;
    let all = app.pane.list().map_or(&[][..], |list| list.columns);
    let choices = app.lists.get(app.pane.name).map(|list| &list.columns);
    let chosen = |c: &PaneColumn| choices.and_then(|choices| choices.get(c.column.title).copied());
    let fits = |c: &PaneColumn| (c.from..=c.to).contains(&width) && (app.several() || !c.several);
    let shown = |(_, c): &(usize, &PaneColumn)| chosen(c).unwrap_or_else(|| fits(c));
    let mut columns: Vec<_> = all.iter().enumerate().filter(shown).collect();
    let room = width - 2 * view::margin(width);
    loop {
        let widths = view::widths(columns.iter().map(|(_, c)| &c.column), room);
        let lacks = |at: usize, c: &PaneColumn| widths.get(at).is_none_or(|(cells, _)| *cells < c.column.least());
        let waits = columns.iter().enumerate().any(|(at, (_, c))| chosen(c) == Some(true) && lacks(at, c));
        // The sign and the name stay.
        let gives_way = columns.iter().skip(2).rposition(|(_, c)| chosen(c).is_none());
        let Some(place) = gives_way.filter(|_| waits) else {
            columns.truncate(widths.len());
            return columns;
        };
        columns.remove(place + 2);
    }
}

/// Returns the columns of the pane that the operator can choose, each with its index among all columns: those with a
/// title.
#[must_use]
pub fn choosable(app: &App) -> Vec<(usize, &'static PaneColumn)> {
    let all = app.pane.list().map_or(&[][..], |list| list.columns);
    let can_be_chosen = |c: &PaneColumn| !c.column.title.is_empty() && (app.several() || !c.several);
    all.iter().enumerate().filter(|(_, c)| can_be_chosen(c)).collect()
}

/// Returns the preview of a list. A list that has the whole screen has none.
fn preview<'l>(app: &App, list: &'l List) -> Option<&'l Preview> {
    list.preview.as_ref().filter(|_| !app.layout.zoomed)
}

/// Returns the number of rows of a list in a body of so many rows. A list with a preview is as high as its rows, and
/// leaves room for the preview.
pub(super) fn rows(app: &App, list: &List, body: u16) -> u16 {
    let Some(preview) = preview(app, list) else { return body.saturating_sub(2) };
    let is_empty = app.lists.get(app.pane.name).is_none_or(|state| state.ids.is_empty());
    if is_empty {
        // A text in place of rows has the room of all rows.
        return body.saturating_sub(1 + u16::from(has_title(app, list)));
    }
    let all = app.lists.get(app.pane.name).map_or(0, |state| state.all);
    let kept_free = (preview.rows)(app, body) + u16::from(has_title(app, list));
    u16::try_from(all).unwrap_or(u16::MAX).min(body.saturating_sub(kept_free + 1)).max(3)
}

/// Does the list have a title? A list with a preview has one only if it is filtered, or sorted by a hidden column.
fn has_title(app: &App, list: &List) -> bool {
    let filtered = |state: &ListState| state.problems || (!state.filter.is_empty() && !state.filter.typing);
    preview(app, list).is_none() || hidden_sort(app).is_some() || app.lists.get(app.pane.name).is_some_and(filtered)
}

/// Builds the list with its preview.
pub(super) fn blocks(app: &App, list: &List, body: u16) -> Vec<Block> {
    let mut blocks = vec![block(app, list, body)];
    if let Some(preview) = preview(app, list) {
        let left = body.saturating_sub(blocks.iter().map(|block| block.height).sum());
        blocks.extend((preview.blocks)(app, body, left));
    }
    blocks
}

/// Builds the list alone.
fn block(app: &App, list: &List, body: u16) -> Block {
    let (rows, titled) = (rows(app, list, body), has_title(app, list));
    let height = if preview(app, list).is_some() { rows + 1 + u16::from(titled) } else { body };
    Block { height, content: Content::Table(table(app, list, rows.into(), titled)) }
}

/// Updates the cursor in a list that was drawn. Returns false if something else was drawn there.
pub(super) fn follow(app: &App, list: &List, drawn: &mut Block, body: u16) -> bool {
    let height = rows(app, list, body) + 1 + u16::from(has_title(app, list));
    let (Content::Table(table), Some(state)) = (&mut drawn.content, app.lists.get(app.pane.name)) else { return false };
    if drawn.height != height {
        return false;
    }
    // The drawn row may show another thing than the selected one.
    let at = state.place().saturating_sub(state.first);
    let selected = state.selected.as_ref().map(Id::of);
    let is_there = table.rows.get(at).is_some_and(|row| Some(row.id) == selected);
    if table.place == (state.first, state.ids.len()) && is_there {
        table.rows.iter_mut().enumerate().for_each(|(place, row)| row.selected = place == at);
    } else {
        *drawn = block(app, list, body);
    }
    true
}

/// Builds the rows that fit, with their columns.
fn table(app: &App, shown: &List, rows: usize, titled: bool) -> Table {
    let columns = columns(app);
    let empty = ListState::default();
    let list = app.lists.get(app.pane.name).unwrap_or(&empty);
    let filter = app.parse_filter(shown, &list.applied).ok();
    let marked = |(place, cell): (usize, Cell)| {
        let places = filter.as_ref().map(|filter| filter.marks(place, &cell)).unwrap_or_default();
        cell.line.mark(&places)
    };
    let row = |subject: &Subject| {
        let cells = (shown.row)(app, subject)?;
        let changed = app.account(subject.account).is_some_and(|account| account.changed(subject));
        let is_shown = |(place, _): &(usize, Cell)| columns.iter().any(|(shown, _)| shown == place);
        let cells = cells.into_iter().enumerate().filter(is_shown).map(marked).collect();
        Some(Row { id: Id::of(subject), cells, selected: list.selected.as_ref() == Some(subject), changed })
    };
    let visible = list.ids.iter().skip(list.first).take(rows).filter_map(row).collect();
    let never_read = never_read(app, list);
    let sorted = list.sort.and_then(|(place, down)| Some((columns.iter().position(|(p, _)| *p == place)?, down)));
    let heading = titled.then(|| title(app, list));
    // A source that was never read is reported in place of the rows.
    let noted = heading.as_ref().filter(|_| !never_read);
    let note = noted.and_then(|heading| note(app, shown, room_beside(app, heading, list.ids.len())));
    Table {
        title: heading,
        note,
        columns: columns.into_iter().map(|(_, c)| c.column.clone()).collect(),
        sorted,
        rows: visible,
        place: (list.first, list.ids.len()),
        empty: if list.ids.is_empty() { reasons_for_nothing(app, shown, list) } else { Vec::new() },
    }
}

fn title(app: &App, list: &ListState) -> Line {
    let narrowed = app.pane.list().and_then(|shown| (shown.narrowed)(app));
    let (all, words) = narrowed.unwrap_or((list.all, String::new()));
    let count = match list.ids.len() {
        _ if never_read(app, list) => "–".to_owned(),
        shown if shown < all => format!("{shown} of {all}"),
        shown => shown.to_string(),
    };
    let mut line = Line::new().with(app.pane.title, Tone::Strong).muted(format!("  {count}"));
    if !words.is_empty() {
        line = line.muted("  ").plain(words);
    }
    let marked = app.marked.as_ref().filter(|marked| list.ids.contains(marked));
    if let Some(marked) = marked {
        line = line.muted("  marked ").plain(app.name_of(marked));
    }
    if list.problems {
        line = line.muted("  ").with("problems only", Tone::Warn);
    }
    if let Some((column, descending)) = hidden_sort(app) {
        line = line.muted("  by ").plain(format!("{column} {}", if descending { "↓" } else { "↑" }));
    }
    if list.filter.is_empty() { line } else { line.muted("  /").plain(list.filter.text()) }
}

/// Returns the sort column if it is hidden at this width, because no heading shows it then; and whether the order is
/// descending.
fn hidden_sort(app: &App) -> Option<(&'static str, bool)> {
    let (place, descending) = app.lists.get(app.pane.name)?.sort?;
    let hidden = columns(app).iter().all(|(shown, _)| *shown != place);
    Some((app.pane.list()?.columns.get(place).filter(|_| hidden)?.column.title, descending))
}

/// Returns the sources of a pane that were never read.
fn unread(app: &App) -> Vec<Source> {
    let mut sources = app.here.observed.store.sources();
    sources.retain(|source| (app.pane.kinds)(source.kind) && source.fetched_at.is_none());
    sources
}

/// Is the list empty because a source was never read? In that case there is no count.
fn never_read(app: &App, list: &ListState) -> bool {
    list.ids.is_empty() && !unread(app).is_empty()
}

fn reasons_for_nothing(app: &App, shown: &List, list: &ListState) -> Vec<Line> {
    let unread = unread(app).into_iter().map(|source| match source.error {
        Some(why) => Line::new().with(format!("◌ {} never read: {why}", source.kind), Tone::Warn),
        None => Line::new().muted(format!("◌ {} not read yet", source.kind)),
    });
    let unread: Vec<Line> = unread.collect();
    if !unread.is_empty() {
        return unread;
    }
    if let Some((all, words)) = (shown.narrowed)(app).filter(|_| list.filter.is_empty()) {
        let key = key_that(app, "back", "shows all");
        return vec![Line::new().plain(format!("None of {all} rows: {words}.")).muted(key)];
    }
    if list.filter.is_empty() && list.problems && list.all > 0 {
        let key = key_that(app, "problems", "shows all");
        return vec![Line::new().plain(format!("No row of {} tells of a problem.", list.all)).muted(key)];
    }
    if list.filter.is_empty() {
        return (shown.empty)(app);
    }
    if shown.all_accounts && app.filtered_account() == Some(app.here.id) && app.here.unread() {
        let name = Line::new().plain(format!("Nothing of {} has been read yet.", app.here.name));
        let name = name.muted(key_that(app, "back", "shows the others"));
        return accounts::why_unread(&app.here).unwrap_or_default().into_iter().chain([name]).collect();
    }
    let clears = key_that(app, "back", "clears the filter");
    let whose = if list.problems { "No row with a problem" } else { "No row" };
    vec![Line::new().plain(format!("{whose} matches {:?}.", list.filter.text())).muted(clears)]
}

/// Returns the cells that a title and the place among so many rows leave for a note.
fn room_beside(app: &App, title: &Line, rows: usize) -> usize {
    let place = width(&format!("   {rows}–{rows} of {rows}"));
    let all = usize::from(app.size.0.saturating_sub(2 * view::margin(app.size.0)));
    all.saturating_sub(title.width() + 2 + place)
}

/// Returns the note of a list, with the unusual states of its kinds, in so many cells. Where there is not room for all,
/// the states stay.
fn note(app: &App, list: &List, room: usize) -> Option<Line> {
    let kinds = Kind::ALL.iter().filter(|kind| (app.pane.kinds)(**kind));
    let states = kinds.filter_map(|kind| source_note(app, &app.here.observed.store.table(*kind).source()));
    let states: Vec<Line> = states.collect();
    let own = Some((list.note)(app)).filter(|own| own.width() > 0);
    let whole = side_by_side(own.into_iter().chain(states.iter().cloned()));
    let line = if whole.width() <= room { whole } else { side_by_side(states).cut(room, Cut::End) };
    (line.width() > 0).then_some(line)
}

/// Joins notes to one, with a gap between two of them.
fn side_by_side(notes: impl IntoIterator<Item = Line>) -> Line {
    let mut line = Line::new();
    for note in notes {
        if line.width() > 0 {
            line = line.muted("  ");
        }
        line.0.extend(note.0);
    }
    line
}

/// Returns a note if a source is not read, of an earlier run, cut, or in trouble.
fn source_note(app: &App, source: &Source) -> Option<Line> {
    let age = source.fetched_at.map(|at| format!(" {}", fmt::age(app.here.observed.at, at))).unwrap_or_default();
    match source.state {
        "waiting" => return Some(Line::new().muted(format!("{} not read yet", source.kind))),
        "saved" => return Some(Line::new().with(format!("{} of{age} ago", source.kind), Tone::Warn)),
        _ => {}
    }
    if source.error.is_some() {
        return Some(Line::new().with(format!("▲ {} {}{age}", source.kind, source.state), Tone::Warn));
    }
    let why = if source.kind == MetricSeries::KIND { " by max_cost_per_day" } else { "" };
    source.capped.then(|| Line::new().with(format!("{} cut at {}{why}", source.kind, source.rows), Tone::Warn))
}
