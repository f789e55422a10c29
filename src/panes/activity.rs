//! The log of all accounts, newest first: events of AWS, changes of health, and plans that were sent from here.

use super::cell::{self, tone};
use crate::app::{App, Body, Cell, Item, List, LogEntry, Notice, Pane, PaneColumn, Subject};
use crate::fmt;
use crate::model::heard;
use crate::resources::{Event, Kind};
use crate::view::Line;

/// One row for each event.
pub(crate) static PANE: Pane = Pane {
    name: "activity",
    title: "activity",
    short: "act",
    several: false,
    kinds: |_| false,
    body: Body::List(LIST),
};

const LIST: List = List {
    columns: &[
        PaneColumn::cells("WHEN", 12),
        PaneColumn::fill("WHAT", 6, 30),
        PaneColumn::fill("MODEL", 1, 12).from(60).name(),
        PaneColumn::fill("ACCOUNT", 1, 10).name().several(),
    ],
    ids: |app| {
        let kept = app.log.iter().filter(|entry| app.event_filter.keeps(entry, app.here.observed.at));
        kept.map(|entry| app.here.subject(Item::LogEntry(entry.serial))).collect()
    },
    narrowed: |app| {
        let narrows = !app.event_filter.is_empty();
        narrows.then(|| (app.log.iter().count(), app.event_filter.words()))
    },
    row,
    empty: |_| {
        vec![Line::from(
            "Nothing happened in the last day. The history of one model is on the first pane, below its path.",
        )]
    },
    ..List::EMPTY
};

fn row(app: &App, subject: &Subject) -> Option<Vec<Cell>> {
    let Item::LogEntry(serial) = subject.item else { return None };
    let entry = app.log.get(serial)?;
    let when = Line::new().muted(fmt::clock(app.here.observed.at, entry.at, &app.zone));
    let account = app.account(entry.account).map(|a| a.name.as_str());
    let event = judged(app, entry);
    Some(vec![
        Cell::of(when, entry.at.as_second()),
        cell::of_event(&event),
        Cell::muted(model(app, entry)),
        Cell::muted(account.unwrap_or_default()),
    ])
}

/// Returns an event as it is drawn. An alarm whose firing is good news is no trouble, and one that was muted told nobody.
pub(crate) fn judged(app: &App, entry: &LogEntry) -> Event {
    let event = entry.event.clone();
    let alarm = entry.subject.as_ref().and_then(|subject| Some((subject.item.of_kind(Kind::Alarms)?, subject)));
    let Some((name, subject)) = alarm else { return event };
    let good = app.chain_of(subject).is_some_and(|c| c.good_news.contains(&name));
    if good {
        return event.as_good_news();
    }
    match app.account(entry.account) {
        Some(account) => heard(&account.observed.store, name, event),
        None => event,
    }
}

fn model(app: &App, entry: &LogEntry) -> String {
    entry.subject.as_ref().and_then(|subject| app.model_of(subject)).unwrap_or_default()
}

/// Shows one row in full, without cutting anything.
pub(crate) fn notice(app: &App, serial: u64) -> Option<Notice> {
    let entry = app.log.get(serial)?;
    let model = model(app, entry);
    let event = judged(app, entry);
    let mut text = vec![event.text, fmt::second(entry.at, &app.zone)];
    text.extend(Some(event.by).filter(|by| !by.is_empty()));
    text.extend((!model.is_empty()).then(|| format!("model {model}")));
    let leads = entry.subject.clone().filter(|_| !model.is_empty());
    let title = format!("{}what happened", app.whose(entry.account));
    Some(Notice { title, text, tone: tone(event.health), leads, ..Notice::default() })
}
