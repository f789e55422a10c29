//! The tour, the wallboard, and what else changes how the screen is laid out.

use jiff::Timestamp;

use crate::app::{App, Context, Effect, Tour, Wallboard};
use crate::model::Health;
use crate::view::Tone;

/// Seconds for which the wallboard shows a model.
const TURN_EVERY: i64 = 10;

/// Begins the tour on the first pane.
pub(super) fn begin(app: &mut App) -> Option<Effect> {
    app.go(app.tables.home);
    app.tour = Some(Tour::default());
    None
}

/// Notes that an action was run.
pub(super) fn note(app: &mut App, action: &str) {
    let Some(tour) = app.tour else { return };
    app.tour = tour.after(action);
    if app.tour.is_none() && app.modal.is_none() {
        app.message = Some((Tone::Good, "the tour has ended".to_owned()));
    }
}

/// Shows times instead of ages in lists, or ages again.
pub(super) fn show_times(app: &mut App) -> Option<Effect> {
    app.layout.times = !app.layout.times;
    let zone = app.zone.iana_name().unwrap_or("local time").to_owned();
    let text = if app.layout.times { format!("lists show times ({zone})") } else { "lists show ages".to_owned() };
    app.message = Some((Tone::Plain, text));
    None
}

pub(super) fn can_zoom(context: &Context<'_>) -> Result<String, String> {
    let app = context.app;
    if app.open_log.is_some() {
        return Err("a log has the whole screen".into());
    }
    if app.open_charts.is_some() { Err("in charts, open enlarges one".into()) } else { Ok(String::new()) }
}

/// Gives the list or the tree all rows and columns, or shows the parts beside it again.
pub(super) fn zoom(app: &mut App) -> Option<Effect> {
    app.layout.zoomed = !app.layout.zoomed;
    None
}

/// Shows the wallboard, or the list of models again.
pub(super) fn wallboard(app: &mut App) -> Option<Effect> {
    if app.wallboard.take().is_none() {
        app.go(app.tables.home);
        app.list_mut().step(isize::MIN / 2);
        app.wallboard = Some(Wallboard { turned: app.here.observed.at });
    }
    None
}

/// Selects the next model that is not well, when the wallboard has shown one for long enough. After the last one, or if
/// all are well, it selects the first model.
pub(super) fn turn(app: &mut App, now: Timestamp) {
    let covered = app.modal.is_some() || !app.shows_pane();
    let Some(board) = app.wallboard.as_mut().filter(|_| !covered) else { return };
    if now.as_second() - board.turned.as_second() < TURN_EVERY {
        return;
    }
    board.turned = now;
    let Some(list) = app.lists.get(app.pane.name) else { return };
    let unwell = |place: &usize| {
        let account = list.ids.get(*place).and_then(|id| Some((app.account(id.account)?, id)));
        let health = account.and_then(|(account, id)| Some(account.health(account.chain_of(&id.item)?)));
        health.is_some_and(|health| health >= Health::Unknown)
    };
    let next = (list.place() + 1..list.ids.len()).find(unwell).unwrap_or(0);
    app.list_mut().put(next);
}
