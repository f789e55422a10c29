//! The tables of a plan: what changes, the ways back, and the targets of a rollback.
//!
//! Where the columns of a table have no room side by side, its rows are stacked, so that no name is broken to pieces.

use crate::intents::{Choice, Difference, Way};
use crate::view::{Cut, Line, SheetRow, Tone, cut, width};

/// The width in cells of the widest name of a target that has no change to show.
const LONGEST: usize = 32;

/// The minimum cells of a row at which a stacked value stands beside its label, and not below it.
const BESIDE: usize = 60;

/// Lists what changes: the property, its values now and then, and a note.
pub(super) fn differences(all: &[&Difference], room: usize) -> Vec<SheetRow> {
    let label = all.iter().map(|d| width(&d.what)).max().unwrap_or(0);
    let left = if room >= BESIDE && (label + GAP) * 2 <= room { label + GAP } else { 0 };
    let values = room.saturating_sub(left + INDENT);
    // The longest present value that leaves as much room for the other one.
    let half = values.saturating_sub(ARROW) / 2;
    let now = all.iter().filter(|d| !d.then.is_empty()).map(|d| width(&d.now)).filter(|cells| *cells <= half);
    let table = Table { left, values, now: if left > 0 { now.max().unwrap_or(0) } else { 0 } };
    all.iter().flat_map(|d| table.rows(d)).map(SheetRow::Text).collect()
}

/// The cells after the longest label.
const GAP: usize = 3;
/// The cells before a value, where a stacked one has its arrow.
const INDENT: usize = 2;
/// The cells of the arrow between two values.
const ARROW: usize = 3;

/// The columns of the values of a plan, in cells.
struct Table {
    /// The labels with their gap; 0 if a label has a row of its own.
    left: usize,
    /// Both values with the note.
    values: usize,
    /// The present values that have the other one beside them.
    now: usize,
}

impl Table {
    /// Returns the rows of a property: its values side by side if both have room, otherwise below each other.
    fn rows(&self, d: &Difference) -> Vec<Line> {
        let label = Line::new().muted(&d.what);
        let (mut rows, label) = if self.left > 0 { (Vec::new(), label) } else { (vec![label], Line::new()) };
        let tone = if d.then.is_empty() { Tone::Muted } else { Tone::Strong };
        let padded = width(&d.now).max(self.now);
        let aligned = self.left == 0 || padded == self.now;
        let beside = aligned && padded + ARROW + width(&d.then) <= self.values;
        let mut values = Line::new().plain(" ".repeat(INDENT)).plain(short(&d.now, self.values));
        if !d.then.is_empty() && beside {
            let gap = " ".repeat(padded - width(&d.now));
            values = values.plain(gap).muted(" → ").with(&d.then, tone);
        }
        let mut last = join(label, self.left, values);
        if !d.then.is_empty() && !beside {
            rows.push(last);
            last = join(Line::new(), self.left, Line::new().muted("→ ").with(short(&d.then, self.values), tone));
        }
        if d.note.is_empty() || last.width() + GAP + width(&d.note) <= self.left + INDENT + self.values {
            rows.push(if d.note.is_empty() { last } else { last.muted(" ".repeat(GAP)).muted(&d.note) });
            return rows;
        }
        rows.push(last);
        let notes = Line::new().muted(&d.note).wrap(self.values.max(1));
        rows.extend(notes.into_iter().map(|note| join(Line::new(), self.left + INDENT, note)));
        rows
    }
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

/// The minimum cells of the last column of a table. If it has fewer, it stands below the others.
const LAST: usize = 30;

/// Returns rows of columns. If the last column has too little room, it stands below the others, and on a narrow screen
/// each column stands below the one before.
fn table(rows: impl Iterator<Item = Vec<Line>>, room: usize) -> Vec<SheetRow> {
    if room >= BESIDE {
        let rows: Vec<Vec<Line>> = rows.collect();
        return if leaves_room(&rows, room) {
            rows.into_iter().map(SheetRow::Columns).collect()
        } else {
            two_high(&rows, room)
        };
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

/// Has the last column enough room beside the others?
fn leaves_room(rows: &[Vec<Line>], room: usize) -> bool {
    let widest = |place: usize| rows.iter().filter_map(|row| row.get(place)).map(Line::width).max().unwrap_or(0);
    let last = rows.iter().map(Vec::len).max().unwrap_or(0).saturating_sub(1);
    let before: usize = (0..last).map(|place| widest(place) + GAP).sum();
    widest(last).min(LAST) + before <= room
}

/// Puts the last column of each row below the others. It stays beside the name if nothing else is there.
fn two_high(rows: &[Vec<Line>], room: usize) -> Vec<SheetRow> {
    let names = rows.iter().filter_map(|row| row.first()).map(Line::width).max().unwrap_or(0);
    let lines = rows.iter().flat_map(|row| {
        let Some((last, before)) = row.split_last() else { return Vec::new() };
        let beside = before.iter().skip(1).filter(|line| line.width() > 0);
        let mut line = before.first().cloned().unwrap_or_default();
        for (place, column) in beside.enumerate() {
            let left = if place == 0 { names } else { line.width() };
            line = join(line, left + GAP, column.clone());
        }
        let alone = before.iter().skip(1).all(|column| column.width() == 0);
        if alone && names + GAP + last.width() <= room {
            return vec![join(line, names + GAP, last.clone())];
        }
        let below = last.wrap(room.saturating_sub(INDENT * 2)).into_iter().filter(|row| row.width() > 0);
        let below = below.map(|row| join(Line::new(), INDENT * 2, row));
        std::iter::once(line).chain(below).collect()
    });
    lines.map(SheetRow::Text).collect()
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
        assert_eq!(
            texts(differences(&all, 114), 114),
            [
                "configuration            recommendation-prod-v13-20261123-0304 → recommendation-prod-v12-20261109-0310",
                "AllTraffic instances     6                                     → 6 kept   configuration says 2",
            ]
        );
    }

    #[test]
    fn a_last_column_without_room_stands_below_the_others() {
        let row = |name: &str, takes: &str, note: &str| [name, takes, note].map(Line::from).to_vec();
        let rows = [
            row("– shift traffic", "", "it has one variant"),
            row("› earlier configuration", "5 to 20 min", "a new fleet with a configuration that exists"),
            row("  rebuild from the registry", "its owner's deployment", "a new model"),
        ];
        assert_eq!(
            texts(table(rows.clone().into_iter(), 74), 74),
            [
                "– shift traffic               it has one variant",
                "› earlier configuration       5 to 20 min",
                "    a new fleet with a configuration that exists",
                "  rebuild from the registry   its owner's deployment",
                "    a new model",
            ]
        );
        let wide = texts(table(rows.into_iter(), 114), 114);
        assert_eq!(wide.len(), 3, "{wide:?}");
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
