//! The properties of a thing that belongs to no model.

use super::super::facts;
use super::{keys, place};
use crate::app::{App, Properties};
use crate::keymap::SheetKey::{Confirm, ScrollDown};
use crate::view::{Line, Sheet, SheetRow, Tone};

/// The greatest width of the sheet, in cells.
const WIDTH: u16 = 110;

/// The cells of the frame, and of the gap between the columns.
const FRAME: usize = 4 + 2;

/// The greatest width of a label, in cells.
const LABEL: usize = 28;

pub(super) fn properties(app: &App, properties: &Properties) -> Sheet {
    let facts = facts::of_thing(app, &properties.subject);
    let labels: Vec<Line> = facts.iter().map(|(label, _)| Line::new().muted(label)).collect();
    let label_width = labels.iter().map(Line::width).max().unwrap_or_default().min(LABEL);
    let cells = usize::from(app.size.0.saturating_sub(4).min(WIDTH)).saturating_sub(FRAME + label_width);
    let mut rows = Vec::new();
    for (label, (_, value)) in labels.into_iter().zip(facts) {
        let mut label = label.wrap(label_width).into_iter();
        let mut value = value.wrap(cells).into_iter();
        loop {
            let (left, right) = (label.next(), value.next());
            if left.is_none() && right.is_none() {
                break;
            }
            rows.push(SheetRow::Columns(vec![left.unwrap_or_default(), right.unwrap_or_default()]));
        }
    }
    rows.extend(place(app));
    rows.push(SheetRow::Text(
        Line::new().muted("It belongs to no model. A [[model]] of the configuration can name what it belongs to."),
    ));
    Sheet {
        title: Line::new().with(app.name_of(&properties.subject), Tone::Strong),
        width: WIDTH,
        rows,
        scroll: properties.scroll,
        keys: keys(app, false, &[(ScrollDown, "scroll"), (Confirm, "close")]),
        ..Sheet::default()
    }
}
