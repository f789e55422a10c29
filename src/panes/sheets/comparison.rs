//! Two things of a kind side by side: what differs, and the names of what is the same.

use super::{keys, place};
use crate::app::{App, Comparison, Subject};
use crate::keymap::SheetKey::{Cancel, ScrollDown, Unfold};
use crate::panes::facts;
use crate::view::{Line, Sheet, SheetRow, Tone, width};

/// The preferred width of the sheet in cells.
const WIDTH: u16 = 120;

/// The most cells of a label, and of one on a terminal below [`WIDE`], where the values need the room:
/// `PendingManualApproval` and a time with its age are whole.
const LABELS: (usize, usize) = (24, 18);

/// The minimum width of a terminal that has room for long labels.
const WIDE: u16 = 100;

/// The cells of the frame, of the gaps between the columns, and of the arrow.
const FRAME: usize = 4 + 2 * 3 + 2;

pub(super) fn comparison(app: &App, comparison: &Comparison) -> Sheet {
    let Comparison { old, new, unfolded, scroll } = comparison;
    let (changed, same): (Vec<_>, Vec<_>) =
        facts::compare(app, old, new).into_iter().partition(facts::Compared::differs);
    let labels = changed.iter().chain(&same).map(|row| width(&row.label)).max().unwrap_or(0);
    let labels = labels.min(if app.size.0 < WIDE { LABELS.1 } else { LABELS.0 });
    let cells = usize::from(app.size.0.saturating_sub(4).min(WIDTH)).saturating_sub(FRAME + labels) / 2;
    let head = facts::Compared { label: String::new(), old: named(app, old), new: named(app, new) };
    let mut rows = side_by_side(head, "  ", cells);
    if changed.is_empty() {
        rows.push(SheetRow::Text(Line::from("As far as it was read, nothing differs.")));
    }
    rows.extend(changed.into_iter().flat_map(|row| side_by_side(row, "→ ", cells)));
    if *unfolded {
        rows.push(SheetRow::Text(Line::new().muted("the same")));
        rows.extend(same.into_iter().flat_map(|row| side_by_side(row, "  ", cells)));
    } else if !same.is_empty() {
        let names: Vec<String> = same.into_iter().map(|row| row.label).collect();
        rows.push(SheetRow::Text(Line::new().muted(format!("same   {}", names.join(", ")))));
    }
    rows.extend(place(app));
    let fold = if *unfolded { "fold" } else { "show what is the same" };
    Sheet {
        title: Line::from("compared"),
        width: WIDTH,
        rows,
        scroll: *scroll,
        keys: keys(app, false, &[(ScrollDown, "scroll"), (Unfold, fold), (Cancel, "close")]),
        ..Sheet::default()
    }
}

/// Lays out a fact: both values have the same room, and are wrapped in it.
fn side_by_side(row: facts::Compared, arrow: &str, cells: usize) -> Vec<SheetRow> {
    let (old, new) = (or_nothing(row.old).wrap(cells), or_nothing(row.new).wrap(cells));
    let count = old.len().max(new.len());
    let line = |all: &[Line], at: usize| all.get(at).cloned().unwrap_or_default();
    let part = |at: usize| {
        let first = at == 0;
        let label = Line::new().muted(if first { row.label.as_str() } else { "" });
        let arrow = Line::new().muted(if first { arrow } else { "  " });
        let new = Line(arrow.0.into_iter().chain(line(&new, at).0).collect());
        SheetRow::Columns(vec![label, line(&old, at), new])
    };
    (0..count).map(part).collect()
}

/// Returns the name of a thing.
fn named(app: &App, subject: &Subject) -> Line {
    Line::new().with(app.name_of(subject), Tone::Strong)
}

fn or_nothing(line: Line) -> Line {
    if line.width() == 0 { Line::new().muted("–") } else { line }
}
