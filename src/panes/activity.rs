//! The log of all accounts, newest first: events of AWS, changes of health, and plans that were sent from here.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::BTreeSet;

use jiff::SignedDuration;

use super::cell::{self, tone};
use crate::app::{Account, App, Body, Cell, Item, List, LogEntry, Notice, Pane, PaneColumn, Subject};
use crate::fmt;
use crate::model::{Deployed, Serving, deployments, heard, judge_alarm};
use crate::resources::{AccountId, Event, Kind, Store};
use crate::view::Line;

/// The greatest age of a deployment that is listed.
const DAY: SignedDuration = SignedDuration::from_hours(24);

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
    ids,
    narrowed: |app| {
        let narrows = !app.event_filter.is_empty();
        narrows.then(|| (entries(app).len(), app.event_filter.words()))
    },
    row,
    empty: |_| {
        vec![Line::from(
            "Nothing happened in the last day. The history of one model is on the first pane, below its path.",
        )]
    },
    ..List::EMPTY
};

fn ids(app: &App) -> Vec<Subject> {
    let mut kept = entries(app);
    kept.retain(|(entry, _)| app.event_filter.keeps(entry, app.here.observed.at));
    kept.into_iter().map(|(_, subject)| subject).collect()
}

/// Returns the events of the log, and the last deployment of each endpoint, which only the join sees, newest first. The
/// call that began a deployment is not listed beside it.
fn entries(app: &App) -> Vec<(Cow<'_, LogEntry>, Subject)> {
    let calls: Vec<(AccountId, Event)> = app
        .accounts()
        .into_iter()
        .flat_map(|account| {
            let calls = calls_of_deployments(touched(account), &account.observed.store);
            calls.into_iter().map(move |call| (account.id, call))
        })
        .collect();
    let is_told = |entry: &LogEntry| calls.iter().any(|(id, call)| entry.account == *id && entry.event == *call);
    let logged = app.log.iter().filter(|entry| !is_told(entry));
    let logged = logged.map(|entry| (Cow::Borrowed(entry), app.here.subject(Item::LogEntry(entry.serial))));
    let deployed = app.accounts().into_iter().flat_map(deployed);
    let deployed = deployed.filter_map(|entry| Some((Cow::Owned(entry.clone()), entry.subject?)));
    let mut all: Vec<(Cow<'_, LogEntry>, Subject)> = logged.chain(deployed).collect();
    // The sort is stable, and the log is sorted already.
    all.sort_by_key(|(entry, _)| Reverse(entry.at));
    all
}

/// Returns the calls that began the deployments of these endpoints.
pub(super) fn calls_of_deployments<'a>(serving: impl Iterator<Item = &'a Serving<'a>>, store: &Store) -> Vec<Event> {
    serving.flat_map(|serving| deployments(serving, store)).filter_map(|deployed| deployed.call).collect()
}

/// Returns the last deployment of each endpoint of an account in the last day, as an entry of the log.
fn deployed(account: &Account) -> Vec<LogEntry> {
    let (store, now) = (&account.observed.store, account.observed.at);
    let mut known = BTreeSet::new();
    let first = touched(account).filter(|serving| known.insert(serving.endpoint));
    let entries = first.filter_map(|serving| of_endpoint(account.id, serving, store));
    entries.filter(|entry| now.duration_since(entry.at) <= DAY).collect()
}

/// Returns the endpoints that changed in the last day. A large account has few of them.
fn touched(account: &Account) -> impl Iterator<Item = &Serving<'_>> {
    let (store, now) = (&account.observed.store, account.observed.at);
    account.chains().iter().flat_map(|chain| &chain.serving).filter(move |serving| {
        let modified = store.endpoints.get(serving.endpoint).and_then(|endpoint| endpoint.modified);
        modified.max(serving.since).is_some_and(|at| now.duration_since(at) <= DAY)
    })
}

fn of_endpoint(account: AccountId, serving: &Serving, store: &Store) -> Option<LogEntry> {
    let newest = deployments(serving, store).filter(|deployed| deployed.event.at.is_some());
    let Deployed { event, .. } = newest.max_by_key(|deployed| deployed.event.at)?;
    let subject = Some(Subject::resource(account, Kind::Endpoints, serving.endpoint));
    Some(LogEntry { serial: 0, at: event.at?, event, account, subject })
}

/// Returns the entry of a row: that of the log, or the last deployment of an endpoint.
fn entry<'a>(app: &'a App, subject: &Subject) -> Option<Cow<'a, LogEntry>> {
    if let Item::LogEntry(serial) = subject.item {
        return app.log.get(serial).map(Cow::Borrowed);
    }
    let name = subject.item.of_kind(Kind::Endpoints)?;
    let account = app.account(subject.account)?;
    let serving = account.joined.serving(name)?;
    of_endpoint(account.id, serving, &account.observed.store).map(Cow::Owned)
}

fn row(app: &App, subject: &Subject) -> Option<Vec<Cell>> {
    let entry = entry(app, subject)?;
    let entry = entry.as_ref();
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
    let Some(store) = app.account(entry.account).map(|account| &account.observed.store) else { return event };
    match app.chain_of(subject) {
        Some(chain) => judge_alarm(chain, store, name, event),
        None => heard(store, name, event),
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
