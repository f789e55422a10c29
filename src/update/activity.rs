//! The keys of the log of events: its filters, and the way to the thing that an event is about.

use super::navigate;
use crate::app::{App, Context, Effect, EventFilter, EventKind};
use crate::panes::activity;
use crate::view::Tone;

pub(super) fn can_narrow(context: &Context<'_>) -> Result<String, String> {
    let app = context.app;
    if app.pane.name == activity::PANE.name && app.detail.is_none() && app.open_log.is_none() {
        return Ok(String::new());
    }
    let key = app.keymap.key_for("activity").map(|key| format!(": {key} goes there")).unwrap_or_default();
    Err(format!("only the activity has kinds and ages of events{key}"))
}

/// Lists the next kind of which there are events. After the last kind come all.
pub(super) fn next_kind(app: &mut App) -> Option<Effect> {
    let now = app.event_filter.kind.and_then(|kind| EventKind::ALL.iter().position(|known| *known == kind));
    let mut later = EventKind::ALL.iter().skip(now.map_or(0, |place| place + 1));
    let exists = |kind: &EventKind| app.log.iter().any(|entry| EventKind::of(entry) == *kind);
    app.event_filter.kind = later.find(|kind| exists(kind)).copied();
    None
}

/// Lists the events of the next longer time. After the longest come all.
pub(super) fn next_age(app: &mut App) -> Option<Effect> {
    app.event_filter.minutes = app.event_filter.next_age();
    None
}

/// Lists all events again. Returns whether some were left out.
pub(super) fn widen(app: &mut App) -> bool {
    let narrow = app.pane.name == activity::PANE.name && !app.event_filter.is_empty();
    if narrow {
        app.event_filter = EventFilter::default();
    }
    narrow
}

/// Opens the thing that an event is about, and shows the event as a message. An event that leads nowhere is shown in full.
pub(super) fn open(app: &mut App, serial: u64) -> Option<()> {
    let notice = activity::notice(app, serial)?;
    let Some(subject) = notice.leads.clone() else {
        app.modal = Some(notice.into());
        return None;
    };
    let told = app.log.get(serial).map(|entry| activity::judged(app, entry))?;
    navigate::enter(app, &subject);
    let by = if told.by.is_empty() { String::new() } else { format!("  {}", told.by) };
    app.message = Some((Tone::Plain, format!("{}{by}", told.text)));
    None
}
