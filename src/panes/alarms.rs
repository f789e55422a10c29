//! Alarms and whom they reach. Auto scaling's own are hidden: they are in ALARM whenever it is quiet.

use super::{Cell, Pane, PaneColumn};
use crate::app::{App, Subject};
use crate::model::severity;
use crate::resources::alarm::Alarm;
use crate::view::{Line, Tone};

/// One row an alarm: firing first, the newest first.
pub(super) const PANE: Pane = Pane {
    name: "alarms",
    title: "alarms",
    columns: &[
        PaneColumn::cells("STATE", 19),
        PaneColumn::fill("ALARM", 5, 20).name(),
        PaneColumn::cells("TIER", 5),
        PaneColumn::cells("SINCE", 7).right(),
        PaneColumn::fill("TELLS", 3, 12),
        PaneColumn::fill("MODEL", 2, 12).name().from(90),
        PaneColumn::cells("TYPE", 9).from(110),
        PaneColumn::fill("WATCHES", 4, 14).from(120),
        PaneColumn::fill("WHY", 5, 14).from(150),
    ],
    ids,
    row,
    empty: |_| {
        vec![
            Line::from("No alarm in this account and region."),
            Line::new().muted("Auto scaling's own alarms are hidden; the scaling key shows them."),
        ]
    },
};

fn ids(app: &App) -> Vec<Subject> {
    let mut all: Vec<&Alarm> = app.seen.store.alarms.rows().filter(|a| app.show_scaling || !a.scaling()).collect();
    let rank = |a: &Alarm| match a.state.as_str() {
        "ALARM" if !a.scaling() => 0,
        "OK" => 2,
        _ => 1,
    };
    all.sort_by_key(|a| (rank(a), std::cmp::Reverse(a.since), a.name.clone()));
    all.into_iter().map(|a| Subject::new("alarms", &a.name)).collect()
}

fn row(app: &App, subject: &Subject) -> Option<Vec<Cell>> {
    let alarm = app.seen.store.alarms.get(&subject.id)?;
    let state = match (alarm.state.as_str(), alarm.scaling()) {
        ("INSUFFICIENT_DATA", _) | ("ALARM", true) => Cell::muted(format!("◌ {}", alarm.state)),
        (state, _) => Cell::status(state),
    };
    Some(vec![
        state,
        Cell::plain(&alarm.name),
        Cell::muted(severity::tier(&app.seen.severity, alarm).unwrap_or_default()),
        Cell::age(app.seen.at, alarm.since),
        tells(alarm),
        Cell::muted(app.model_of(subject).unwrap_or_default()),
        Cell::muted(alarm.kind),
        Cell::plain(format!("{} {}", alarm.watches, alarm.condition)),
        Cell::muted(&alarm.reason),
    ])
}

/// Names of what its actions call, or why nobody is told.
fn tells(alarm: &Alarm) -> Cell {
    if alarm.scaling() {
        return Cell::muted("auto scaling");
    }
    if !alarm.actions_enabled {
        return Cell::muted("actions off");
    }
    let names: Vec<&str> = alarm.actions.iter().filter_map(|a| a.rsplit([':', '/']).next()).collect();
    if names.is_empty() { Cell::text("nobody", Tone::Warn) } else { Cell::plain(names.join(", ")) }
}
