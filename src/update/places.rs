//! Going back and forward among the places that were visited.

use super::list;
use crate::app::{App, ChartsView, Context, Detail, Effect, Place};
use crate::charts::Comparison;

pub(super) fn can_turn(context: &Context<'_>, by: isize) -> Result<String, String> {
    let none = if by < 0 { "there is no earlier place" } else { "there is no later place" };
    context.app.places.ahead(by).map(|_| String::new()).ok_or_else(|| none.to_owned())
}

/// Shows the place that was visited before or after this one, with the row that was selected there.
pub(super) fn turn(app: &mut App, by: isize) -> Option<Effect> {
    let Place { pane, account, lineage, charts, selected } = app.places.turn(by)?;
    app.visit(account);
    app.pane = app.tables.panes.iter().find(|known| known.name == pane)?;
    app.open_log = None;
    app.detail = lineage.map(|(model, selected)| Detail { model, selected, ..Detail::default() });
    app.open_charts = charts.map(|subject| ChartsView::new(subject, app.window, Comparison::None));
    list::settle(app);
    let row = selected.and_then(|selected| app.list_mut().ids.iter().position(|id| *id == selected));
    if let Some(row) = row {
        app.list_mut().put(row);
    }
    None
}

/// Notes the place that the screen shows now.
pub(super) fn follow(app: &mut App) {
    let place = Place::of(app);
    app.places.follow(place);
}
