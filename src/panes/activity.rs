//! What happened since the start, newest first: what AWS changed, what was sent from here.

use super::{Cell, Order, Pane, PaneColumn};
use crate::app::{App, Subject};
use crate::fmt;
use crate::view::Line;

/// One row a thing that happened.
pub(super) const PANE: Pane = Pane {
    name: "activity",
    title: "activity",
    columns: &[
        PaneColumn::cells("WHEN", 12),
        PaneColumn::fill("WHAT", 6, 30),
        PaneColumn::fill("MODEL", 1, 12).from(100).name(),
        PaneColumn::fill("ACCOUNT", 1, 10).name().several(),
    ],
    kinds: &[],
    ids: |app| app.feed.iter().map(|n| app.here.subject("news", n.serial.to_string())).collect(),
    row,
    empty: |_| {
        vec![Line::from(
            "Nothing changed since the start. The past of one model is on the first pane, under its drawing.",
        )]
    },
};

fn row(app: &App, subject: &Subject) -> Option<Vec<Cell>> {
    let serial: u64 = subject.id.parse().ok()?;
    let news = app.feed.iter().find(|n| n.serial == serial)?;
    let when = Line::new().muted(fmt::clock(app.here.seen.at, news.at, &app.zone));
    let account = app.account(news.account).map(|a| a.name.as_str());
    let model = news.subject.as_ref().and_then(|s| app.model_of(s)).unwrap_or_default();
    Some(vec![
        Cell { line: when, order: Some(Order::Number(news.at.as_second())) },
        Cell::text(&news.text, news.tone),
        Cell::muted(model),
        Cell::muted(account.unwrap_or_default()),
    ])
}
