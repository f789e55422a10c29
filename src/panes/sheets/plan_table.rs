//! The tables of a plan: what changes, the ways back, and the targets of a rollback.
//!
//! Where the columns of a table have no room side by side, its rows are stacked, so that no name is broken to pieces.

use crate::intents::{Choice, Difference, Way};
use crate::view::{Cut, Line, SheetRow, Tone, cut, fit_side_by_side, width};

/// The width in cells of the widest name of a target that has no change to show.
const LONGEST: usize = 32;

/// The cells of a note that must fit beside the values. The rest of it may wrap.
const NOTE: usize = 24;

/// The minimum cells of a row at which a stacked value stands beside its label, and not below it.
const BESIDE: usize = 60;

/// Lists what changes: the property, its values now and then, and a note.
pub(super) fn differences(all: &[&Difference], room: usize) -> Vec<SheetRow> {
    let wide = |note: usize| all.iter().map(|d| difference(d, note)).collect::<Vec<_>>();
    if fit_side_by_side(&wide(NOTE), room) {
        return wide(usize::MAX).into_iter().map(SheetRow::Columns).collect();
    }
    let label = all.iter().map(|d| width(&d.what)).max().unwrap_or(0);
    let left = if room >= BESIDE { label + 3 } else { 0 };
    all.iter().flat_map(|d| stacked(d, room, left)).collect()
}

/// Makes the columns of a property. At most `most` cells of its note are kept.
fn difference(d: &Difference, most: usize) -> Vec<Line> {
    let then = if d.then.is_empty() { Line::new() } else { Line::new().muted("→ ").with(&d.then, tone(d)) };
    let gap = if d.then.is_empty() || d.note.is_empty() { "" } else { "   " };
    let note = Line::new().muted(gap).muted(short(&d.note, most));
    let last = Line(then.0.into_iter().chain(note.0).collect());
    vec![Line::new().muted(&d.what), Line::new().plain(&d.now), last]
}

/// Returns the tone of the future value.
fn tone(d: &Difference) -> Tone {
    if d.then.is_empty() { Tone::Muted } else { Tone::Strong }
}

/// Stacks the two values of a property. Short ones and their note have one row. `left` cells are for the labels; if
/// there are none, a label has a row of its own.
fn stacked(d: &Difference, room: usize, left: usize) -> Vec<SheetRow> {
    let note = if d.note.is_empty() { String::new() } else { format!("   {}", d.note) };
    let then = if d.then.is_empty() { String::new() } else { format!(" → {}", d.then) };
    let values = room.saturating_sub(left + 2);
    let label = Line::new().muted(&d.what);
    let mut rows = if left > 0 { Vec::new() } else { vec![SheetRow::Text(label.clone())] };
    let label = if left > 0 { label } else { Line::new() };
    let row = |label: Line, line: Line| SheetRow::Text(join(label, left, line));
    if width(&d.now) + width(&then) + width(&note) <= values {
        let line = Line::new().plain("  ").plain(&d.now);
        let line = if d.then.is_empty() { line } else { line.muted(" → ").with(&d.then, tone(d)) };
        rows.push(row(label, line.muted(note)));
        return rows;
    }
    rows.push(row(label, Line::new().plain("  ").plain(short(&d.now, values))));
    if !d.then.is_empty() {
        rows.push(row(Line::new(), Line::new().muted("→ ").with(short(&d.then, values), tone(d))));
    }
    let notes = Line::new().muted(&d.note).wrap(values.max(1));
    rows.extend(notes.into_iter().filter(|_| !d.note.is_empty()).map(|note| {
        let note = Line(Line::new().plain("  ").0.into_iter().chain(note.0).collect());
        row(Line::new(), note)
    }));
    rows
}

/// Puts a label, padded to `left` cells, before a line.
fn join(label: Line, left: usize, line: Line) -> Line {
    let gap = " ".repeat(left.saturating_sub(label.width()));
    Line(label.plain(gap).0.into_iter().chain(line.0).collect())
}

/// Lists all ways.
pub(super) fn ways(ways: &[Way], room: usize) -> Vec<SheetRow> {
    if ways.is_empty() {
        return Vec::new();
    }
    let title = SheetRow::Text(Line::new().muted("ways back, fastest first"));
    let rows = table(ways.iter().map(way), room);
    std::iter::once(title).chain(rows).chain([SheetRow::Text(Line::new())]).collect()
}

/// Makes the row of a way: what is done, how long it takes, and what it would do or why it is not offered.
fn way(way: &Way) -> Vec<Line> {
    let (mark, tone) = match (&way.intent, way.chosen) {
        (_, true) => ("›", Tone::Strong),
        (Some(_), false) => (" ", Tone::Plain),
        (None, false) => ("–", Tone::Muted),
    };
    vec![
        Line::new().plain(format!("{mark} ")).with(&way.name, tone),
        Line::new().with(if way.intent.is_some() { &way.takes } else { "" }, tone),
        Line::new().muted(&way.note),
    ]
}

/// Lists all choices: the change that each would make, and its earlier result or the reason why it is not offered.
pub(super) fn choices(choices: &[Choice], room: usize) -> Vec<SheetRow> {
    if choices.is_empty() {
        return Vec::new();
    }
    let title = SheetRow::Text(Line::new().muted("rollback targets, newest first"));
    let rows = table(choices.iter().map(choice), room);
    std::iter::once(title).chain(rows).chain([SheetRow::Text(Line::new())]).collect()
}

fn choice(choice: &Choice) -> Vec<Line> {
    let offered = choice.intent.is_some();
    let mark = match (choice.chosen, offered) {
        (true, _) => "›",
        (false, true) => " ",
        (false, false) => "–",
    };
    let tone = match (choice.bad, offered) {
        (true, _) => Tone::Bad,
        (false, true) => Tone::Plain,
        (false, false) => Tone::Muted,
    };
    let name = if choice.chosen { Tone::Strong } else { tone };
    let first = Line::new().plain(format!("{mark} ")).with(&choice.label, name);
    let changes = Line::new().plain(&choice.changes);
    let what = if choice.changes.is_empty() { Line::new().muted(short(&choice.name, LONGEST)) } else { changes };
    vec![first, what, Line::new().with(&choice.record, tone)]
}

/// Returns rows of columns, or on a narrow screen each column below the one before, indented.
fn table(rows: impl Iterator<Item = Vec<Line>>, room: usize) -> Vec<SheetRow> {
    if room >= BESIDE {
        return rows.map(SheetRow::Columns).collect();
    }
    let stack = |row: Vec<Line>| {
        let full = row.into_iter().enumerate().filter(|(_, column)| column.width() > 0);
        let lines = full.flat_map(move |(place, column)| {
            let indent = if place == 0 { "" } else { "  " };
            let lines = column.wrap(room.saturating_sub(indent.len()));
            lines.into_iter().map(move |line| join(Line::new(), indent.len(), line))
        });
        lines.map(SheetRow::Text).collect::<Vec<_>>()
    };
    rows.flat_map(stack).collect()
}

/// Shortens a long value in its middle. The call below the table shows all of it.
fn short(text: &str, room: usize) -> String {
    cut(text, room, Cut::Middle)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::Sheet;

    fn texts(rows: Vec<SheetRow>, room: usize) -> Vec<String> {
        let sheet = Sheet { rows, ..Sheet::default() };
        sheet.lay_out(room).iter().map(|row| row.line.text().trim_end().to_owned()).collect()
    }

    #[test]
    fn names_stay_whole_where_the_table_is_too_narrow_for_both_sides() {
        let config = Difference {
            what: "configuration".into(),
            now: "recommendation-prod-v13-20261123-0304".into(),
            then: "recommendation-prod-v12-20261109-0310".into(),
            note: String::new(),
        };
        let instances = Difference {
            what: "AllTraffic instances".into(),
            now: "6".into(),
            then: "6 kept".into(),
            note: "configuration says 2".into(),
        };
        let all = [&config, &instances];
        assert_eq!(
            texts(differences(&all, 74), 74),
            [
                "configuration            recommendation-prod-v13-20261123-0304",
                "                       → recommendation-prod-v12-20261109-0310",
                "AllTraffic instances     6 → 6 kept   configuration says 2",
            ]
        );
        assert_eq!(
            texts(differences(&all, 36), 36),
            [
                "configuration",
                "  recommendation-prod-v1…261123-0304",
                "→ recommendation-prod-v1…261109-0310",
                "AllTraffic instances",
                "  6 → 6 kept   configuration says 2",
            ]
        );
        let wide = texts(differences(&all, 140), 140);
        assert_eq!(wide.len(), 2, "both sides fit: {wide:?}");
    }

    #[test]
    fn a_narrow_screen_has_the_columns_of_a_table_below_each_other() {
        let rows = [vec![Line::from("› earlier configuration"), Line::from("5 to 20 min"), Line::from("a new fleet")]];
        assert_eq!(
            texts(table(rows.clone().into_iter(), 36), 36),
            ["› earlier configuration", "  5 to 20 min", "  a new fleet"]
        );
        assert_eq!(texts(table(rows.into_iter(), 74), 74), ["› earlier configuration   5 to 20 min   a new fleet"]);
    }
}
