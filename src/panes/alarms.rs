//! Alarms and their receivers. Alarms of auto scaling are hidden, because they are in ALARM whenever there is little
//! traffic.

use super::{cell, muted};
use crate::app::{App, Body, Cell, List, Pane, PaneColumn, Subject};
use crate::model::people::{Reach, reach, ways};
use crate::model::{AlarmReceiver, Health, StageKind, severity};
use crate::resources::Kind;
use crate::resources::alarm::Alarm;
use crate::view::{Line, Tone};

/// One row for each alarm: firing alarms first, the newest first.
pub(super) static PANE: Pane = Pane {
    name: "alarms",
    title: "alarms",
    short: "alarm",
    several: false,
    kinds: |kind| matches!(kind, Kind::Alarms | Kind::Topics | Kind::Subscriptions),
    body: Body::List(LIST),
};

const LIST: List = List {
    columns: &[
        PaneColumn::cells("STATE", 9),
        PaneColumn::fill("ALARM", 5, 20).name(),
        PaneColumn::cells("SEV", 5),
        PaneColumn::cells("SINCE", 7).right(),
        PaneColumn::fill("TELLS", 5, 12),
        PaneColumn::fill("MODEL", 2, 12).name().from(90),
        PaneColumn::cells("TYPE", 9).from(140),
        PaneColumn::fill("WATCHES", 4, 14).name().from(120),
        PaneColumn::fill("WHY", 4, 14).from(180),
    ],
    ids,
    row,
    empty: |_| {
        vec![
            Line::from("No alarm in this account and region."),
            Line::new().muted("Auto Scaling alarms are hidden; the scaling key shows them."),
        ]
    },
    ..List::EMPTY
};

fn ids(app: &App) -> Vec<Subject> {
    let mut all: Vec<&Alarm> =
        app.here.observed.store.alarms.rows().filter(|a| app.show_scaling || !a.scaling()).collect();
    let rank = |a: &Alarm| match a.state.as_str() {
        "ALARM" if !a.scaling() => 0,
        "OK" => 2,
        _ => 1,
    };
    // The sort is stable, and the alarms are sorted by name already.
    all.sort_by_cached_key(|a| (rank(a), std::cmp::Reverse(a.since)));
    all.into_iter().map(|a| app.here.resource(Kind::Alarms, &a.name)).collect()
}

fn row(app: &App, subject: &Subject) -> Option<Vec<Cell>> {
    let alarm = app.here.observed.store.alarms.get(subject.id())?;
    Some(vec![
        state(app, subject, alarm),
        Cell::plain(&alarm.name),
        Cell::muted(severity::tier(&app.here.observed.preferences.severity, alarm).unwrap_or_default()),
        Cell::age(app, app.here.observed.at, alarm.since),
        tells(app, alarm),
        cell::models(app, subject),
        Cell::muted(&*alarm.kind),
        Cell::plain(format!("{} {}", alarm.watches, alarm.condition)),
        Cell::muted(&alarm.reason),
    ])
}

/// Shows the state. An alarm in ALARM has the health that the rules of its model give it, and may even be good news.
fn state(app: &App, subject: &Subject, alarm: &Alarm) -> Cell {
    let said = || {
        let chain = app.model_of(subject).and_then(|model| app.chain(&model));
        let reasons = chain.into_iter().flat_map(|chain| &chain.reasons);
        reasons.filter(|r| r.is_about(Kind::Alarms, &alarm.name)).map(|r| r.health).max()
    };
    let quiet = |text| Cell { signed: true, ..Cell::of_line(Line::new().muted("◌ ").muted(text)) };
    match (alarm.state.as_str(), alarm.scaling()) {
        // Whether data should come is for the rules of its model to say.
        ("INSUFFICIENT_DATA", _) => quiet("no data").tells(said().unwrap_or_default()),
        ("ALARM", true) => quiet("ALARM").tells(Health::Absent),
        ("ALARM", false) => {
            let health = said().unwrap_or(Health::Warning);
            Cell::signed(health, "ALARM", cell::tone(health))
        }
        // The state is as old as the last successful evaluation.
        (state, _) if alarm.evaluation.is_some() => {
            Cell::signed(Health::Unknown, &format!("{state}, not evaluated"), Tone::Warn)
        }
        (state, _) => Cell::status(app, StageKind::Alarms, state),
    }
}

/// Shows the names of the called actions, or the other receiver of the alarm.
fn tells(app: &App, alarm: &Alarm) -> Cell {
    if let Some(known) = app.here.acknowledged(Kind::Alarms, &alarm.name) {
        return Cell::text(format!("ack {}", known.text()), Tone::Good);
    }
    if alarm.scaling() {
        return Cell::muted("Auto Scaling");
    }
    let warn = |text: &str| Cell::signed(Health::Warning, text, Tone::Warn);
    match app.here.joined.receiver(&alarm.name) {
        Some(AlarmReceiver::Nobody) => warn("nobody"),
        Some(AlarmReceiver::Suppressed(by)) => warn(&format!("nobody now: {by}")),
        Some(AlarmReceiver::Muted(by)) => warn(&muted::brief(app, by)),
        Some(AlarmReceiver::Quiet(by)) => warn(&format!("nobody now: {by} is quiet")),
        Some(AlarmReceiver::Composite(parent)) => Cell::muted(format!("via {parent}")),
        Some(AlarmReceiver::Perhaps(parent)) => Cell::muted(format!("? via {parent}")),
        Some(AlarmReceiver::Rule(rule)) => Cell::muted(format!("rule {rule}")),
        Some(AlarmReceiver::PerhapsRule(rule)) => Cell::muted(format!("? rule {rule}")),
        Some(AlarmReceiver::Deployment(endpoint)) => Cell::muted(format!("rolls back {endpoint}")),
        Some(AlarmReceiver::Unread) => Cell::muted("◌ not known yet"),
        None => actions(app, alarm),
    }
}

/// Shows the called actions. A topic that reaches nobody, or whose reach is unknown, is marked.
fn actions(app: &App, alarm: &Alarm) -> Cell {
    let mut tone = Tone::Plain;
    let marked = alarm.actions.iter().zip(alarm.called()).map(|(action, words)| {
        let topic = alarm.calls("sns").any(|topic| topic == action);
        match reach(&app.here.observed.store, action) {
            Reach::Nobody(_) if topic => {
                tone = Tone::Warn;
                format!("▲ nobody: {words}")
            }
            Reach::Unknown(_) if topic => format!("◌ {words}"),
            Reach::Somebody if topic => match ways(&app.here.observed.store, action) {
                ways if ways.is_empty() => words.into_owned(),
                ways => format!("{words}: {ways}"),
            },
            Reach::Nobody(_) | Reach::Unknown(_) | Reach::Somebody | Reach::Unread => words.into_owned(),
        }
    });
    let marked = marked.chain(muted::soon(app, &alarm.name)).collect::<Vec<_>>().join(", ");
    let health = if tone == Tone::Warn { Health::Warning } else { Health::Absent };
    Cell::text(marked, tone).tells(health)
}
