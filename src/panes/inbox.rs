//! The inbox: what waits for somebody to decide or to act, in all accounts.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashSet};

use super::cell;
use crate::app::{Account, App, Body, Cell, Item, List, Pane, PaneColumn, Subject};
use crate::model::{Chain, Health, Reason};
use crate::view::{Line, Tone, width};

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

/// The minimum width of the terminal at which a row names the thing that waits.
const WIDE: u16 = 100;

/// The cells of a text on a narrower terminal.
const NARROW: usize = 44;

/// Says that nothing waits, or that nothing has to be approved, what was not read, and where the trouble is.
fn empty(app: &App) -> Vec<Line> {
    let accounts = app.accounts();
    let unread: BTreeSet<&str> = accounts.iter().flat_map(|account| account.unread_for_inbox()).collect();
    let unread = unread.into_iter().collect::<Vec<_>>().join(", ");
    let count = |health| accounts.iter().map(|account| account.count(&[health])).sum::<usize>();
    let unwell = [(count(Health::Critical), "broken"), (count(Health::Warning), "degraded")];
    let told: Vec<String> = unwell.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{n} {word}")).collect();
    let head = match (unread.is_empty(), told.is_empty()) {
        (true, true) => Line::from("Nothing waits for you."),
        (true, false) => Line::from("Nothing to approve."),
        (false, _) => Line::new().with(format!("◌ What waits is not known. Not read: {unread}."), Tone::Warn),
    };
    if told.is_empty() {
        return vec![head];
    }
    let leads = app.keymap.key_for("home").map(|key| format!(": press {key}")).unwrap_or_default();
    vec![head.with(format!("  {}{leads}", told.join(", ")), Tone::Warn)]
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
    // The text of an attached thing begins with its name. If the text does not fit, the row begins with what waits.
    let is_long = app.size.0 < WIDE && width(&reason.text) > NARROW;
    let named_first = matches!(reason.rule.name, "delivery-waits" | "attached");
    let what = if is_long && named_first { reason.brief() } else { &reason.text };
    Some(vec![
        Cell::glyph(reason.health),
        Cell::age(app, account.observed.at, reason.since),
        Cell::plain(models.join(", ")),
        Cell::text(format!("{known}{what}"), cell::tone(reason.health)),
        Cell::muted(reason.stage().name()),
        Cell::text(&account.name, account.tone),
    ])
}
