//! The inbox: what waits for somebody to decide or to act, in all accounts.

use std::cmp::Reverse;
use std::collections::HashSet;

use super::{cell, key_that};
use crate::app::{Account, App, Body, Cell, Item, List, Pane, PaneColumn, Subject};
use crate::model::{Chain, Health, Reason};
use crate::view::Line;

/// One row for each thing that waits.
pub(super) static PANE: Pane =
    Pane { name: "inbox", title: "inbox", short: "inbox", several: false, kinds: |_| false, body: Body::List(LIST) };

const LIST: List = List {
    columns: &[
        PaneColumn::cells("", 1),
        PaneColumn::cells("SINCE", 7).right(),
        PaneColumn::fill("MODEL", 3, 14).name(),
        PaneColumn::fill("WHAT", 8, 24),
        PaneColumn::cells("STAGE", 9).from(90),
        PaneColumn::fill("ACCOUNT", 1, 10).name().several(),
    ],
    ids,
    row,
    empty,
    all_accounts: true,
    ..List::EMPTY
};

/// Says that nothing waits, and that trouble which nobody has to decide on is elsewhere.
fn empty(app: &App) -> Vec<Line> {
    let mut lines = vec![Line::from("Nothing waits for you.")];
    let accounts = app.accounts();
    let count = |health| accounts.iter().map(|account| account.count(&[health])).sum::<usize>();
    let unwell = [(count(Health::Critical), "broken"), (count(Health::Warning), "degraded")];
    let told: Vec<String> = unwell.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{n} {word}")).collect();
    if !told.is_empty() {
        let left_out = format!("{} models need no decision", told.join(", "));
        lines.push(Line::new().muted(left_out).muted(key_that(app, "home", "lists them")));
    }
    lines
}

/// Returns the things, those that wait for a decision first, then the newest first.
fn ids(app: &App) -> Vec<Subject> {
    let accounts = app.accounts();
    let waiting =
        accounts.iter().flat_map(|account| account.inbox().map(move |(chain, reason)| (account.id, chain, reason)));
    let mut waiting: Vec<_> = waiting.collect();
    waiting.sort_by_key(|(_, _, reason)| (reason.health, Reverse(reason.since)));
    let subjects = waiting.into_iter().map(|(account, chain, reason)| match &reason.about {
        Some((kind, id)) => Subject::resource(account, *kind, id),
        None => Subject::model(account, chain.name),
    });
    // A thing may belong to several models.
    let mut listed = HashSet::new();
    subjects.filter(|subject| listed.insert(subject.clone())).collect()
}

/// Returns the models for which a thing waits, and the worst finding about it.
fn waiting<'a>(account: &'a Account, item: &Item) -> Option<(Vec<&'a str>, &'a Reason)> {
    let is_about = |chain: &Chain<'_>, reason: &Reason| match item.resource() {
        Some((kind, id)) => reason.is_about(kind, id),
        None => reason.about.is_none() && item.model() == Some(chain.name),
    };
    let found: Vec<_> = account.inbox().filter(|(chain, reason)| is_about(chain, reason)).collect();
    let (_, reason) = *found.iter().max_by_key(|(_, reason)| reason.health)?;
    Some((found.iter().map(|(chain, _)| chain.name).collect(), reason))
}

fn row(app: &App, subject: &Subject) -> Option<Vec<Cell>> {
    let account = app.account(subject.account)?;
    let (models, reason) = waiting(account, &subject.item)?;
    let known = subject.item.resource().and_then(|(kind, id)| account.acknowledged(kind, id));
    let known = known.map(|known| format!("ack {} · ", known.text())).unwrap_or_default();
    Some(vec![
        Cell::glyph(reason.health),
        Cell::age(app, account.observed.at, reason.since),
        Cell::plain(models.join(", ")),
        Cell::text(format!("{known}{}", reason.text), cell::tone(reason.health)),
        Cell::muted(reason.stage().name()),
        Cell::text(&account.name, account.tone),
    ])
}
