//! The watched accounts and regions: their health, and the errors of reading them.

use super::cell;
use crate::app::{Account, App, Body, Cell, Item, List, Pane, PaneColumn, Subject};
use crate::aws::AwsError;
use crate::fmt;
use crate::model::Health;
use crate::view::{Line, Tone};

/// One row for each account in a region.
pub(super) static PANE: Pane = Pane {
    name: "accounts",
    title: "accounts",
    short: "acct",
    several: true,
    kinds: |_| false,
    body: Body::List(LIST),
};

const LIST: List = List {
    columns: &[
        PaneColumn::fill("NAME", 3, 12).name(),
        PaneColumn::cells("ACCOUNT", 14).from(100),
        PaneColumn::cells("REGION", 14).from(90),
        PaneColumn::fill("AS", 3, 10).from(150),
        PaneColumn::cells("ACCESS", 10).from(120),
        PaneColumn::cells("✗", 4).right(),
        PaneColumn::cells("▲", 4).right(),
        PaneColumn::cells("◌", 4).right(),
        PaneColumn::cells("✓", 5).right(),
        PaneColumn::cells("INBOX", 5).right(),
        PaneColumn::cells("AGE", 6).right(),
        PaneColumn::cells("LOGIN", 9).right().from(130),
        PaneColumn::cells("CALLS/MIN", 9).right().from(130),
        PaneColumn::cells("COST/DAY", 8).right().from(140),
        // The trouble is shown at any width.
        PaneColumn::fill("TROUBLE", 5, 10),
    ],
    ids: |app| app.accounts().into_iter().map(|account| account.subject(Item::Account)).collect(),
    row,
    all_accounts: true,
    ..List::EMPTY
};

fn row(app: &App, subject: &Subject) -> Option<Vec<Cell>> {
    let account = app.account(subject.account)?;
    let usage = &account.usage;
    let counted = |n: usize, tone: Tone| {
        let line = Line::new().with(n.to_string(), if n > 0 { tone } else { Tone::Muted });
        Cell::of(line, i64::try_from(n).unwrap_or(i64::MAX))
    };
    // The models of an account that was never read cannot be counted.
    let models = |healths: &[Health], tone: Health| match account.count(healths) {
        _ if account.unread() => Cell::count(None).tells(Health::Unknown),
        0 => counted(0, Tone::Muted),
        count => counted(count, cell::tone(tone)).tells(tone),
    };
    let well = [Health::Ok, Health::Running, Health::Waiting, Health::Absent];
    let identity = account.identity();
    Some(vec![
        Cell::text(&account.name, account.tone),
        Cell::plain(identity.map_or_else(|| "–".to_owned(), |me| fmt::account(&me.account))),
        Cell::plain(&account.region),
        Cell::muted(identity.map_or("–", |me| me.short())),
        Cell::muted(if account.may_change().is_err() { "read-only" } else { "read-write" }),
        models(&[Health::Critical], Health::Critical),
        models(&[Health::Warning], Health::Warning),
        models(&[Health::Unknown], Health::Unknown),
        models(&well, Health::Ok),
        if account.unread() { Cell::count(None) } else { counted(account.waiting(), Tone::Warn) },
        Cell::age(app, account.observed.at, account.observed.store.endpoints.answered_at()),
        login(account),
        counted(usize::try_from(usage.last_minute).unwrap_or(usize::MAX), Tone::Plain),
        Cell::of(Line::new().muted(fmt::dollars(usage.cost_per_day)), 0),
        trouble(account),
    ])
}

/// Shows for how long the credentials in use are good.
fn login(account: &Account) -> Cell {
    let now = account.observed.at;
    match account.usage.credentials_until {
        Some(until) if until > now => {
            let left = until.as_second() - now.as_second();
            Cell::of(Line::new().plain(fmt::age(until, now)), left)
        }
        Some(_) => Cell::text("over", Tone::Warn),
        None => Cell::muted("–"),
    }
}

/// Returns the first error, its kind, and the number of other sources with errors.
fn trouble(account: &Account) -> Cell {
    let troubles = account.observed.store.troubles();
    match troubles.first() {
        Some((name, why)) if troubles.len() > 1 => {
            let (kind, more) = (why.kind.word(), troubles.len() - 1);
            Cell::text(format!("{kind}: {name} and {more} more · {why}"), Tone::Warn).tells(Health::Warning)
        }
        Some((name, why)) => {
            Cell::text(format!("{}: {name} · {why}", why.kind.word()), Tone::Warn).tells(Health::Warning)
        }
        None => Cell::muted("–"),
    }
}

/// Returns the error because of which nothing of an account could be read.
pub(super) fn unread_error(account: &Account) -> Option<&AwsError> {
    let store = &account.observed.store;
    store.endpoints.read_error().or(store.groups.read_error())
}

/// Returns why nothing of an account could be read, and how to fix it.
pub(super) fn why_unread(account: &Account) -> Option<Vec<Line>> {
    let why = unread_error(account)?;
    let advice = why.watched().unwrap_or_default();
    Some(vec![Line::new().with(format!("▲ {why}"), Tone::Warn), Line::new().muted(advice)])
}
