//! The log of all accounts, newest first: events of AWS, changes of health, and plans that were sent from here.

use super::cell::tone;
use crate::app::{App, Body, Cell, Item, List, News, Notice, Order, Pane, PaneColumn, Subject};
use crate::fmt;
use crate::model::Health;
use crate::resources::Kind;
use crate::view::Line;

/// One row for each event.
pub(super) static PANE: Pane =
    Pane { name: "activity", title: "activity", several: false, kinds: &[], body: Body::List(LIST) };

const LIST: List = List {
    columns: &[
        PaneColumn::cells("WHEN", 12),
        PaneColumn::fill("WHAT", 6, 30),
        PaneColumn::fill("MODEL", 1, 12).from(60).name(),
        PaneColumn::fill("ACCOUNT", 1, 10).name().several(),
    ],
    ids: |app| app.feed.iter().map(|n| app.here.subject(Item::LogEntry(n.serial))).collect(),
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
    let news = app.feed.get(serial)?;
    let when = Line::new().muted(fmt::clock(app.here.seen.at, news.at, &app.zone));
    let account = app.account(news.account).map(|a| a.name.as_str());
    let health = health(app, news);
    let what = Line::new().with(format!("{} ", health.sign().0), tone(health)).plain(&news.text);
    let what = if news.by.is_empty() { what } else { what.muted(format!("   {}", super::home::short(&news.by))) };
    Some(vec![
        Cell { line: when, order: Some(Order::Number(news.at.as_second())) },
        Cell { line: what, order: Some(Order::Word(news.text.clone())) },
        Cell::muted(model(app, news)),
        Cell::muted(account.unwrap_or_default()),
    ])
}

/// Returns the health that an event is drawn with. An alarm whose firing is good news is no trouble.
pub(super) fn health(app: &App, news: &News) -> Health {
    let alarm = news.subject.as_ref().filter(|_| news.health == Health::Critical);
    let alarm = alarm.and_then(|subject| Some((subject.item.of_kind(Kind::Alarms)?, app.chain_of(subject)?)));
    let good = alarm.is_some_and(|(name, chain)| chain.good_news.contains(&name));
    if good { Health::Ok } else { news.health }
}

fn model(app: &App, news: &News) -> String {
    news.subject.as_ref().and_then(|subject| app.model_of(subject)).unwrap_or_default()
}

/// Shows one row in full, without cutting anything.
pub(crate) fn notice(app: &App, serial: u64) -> Option<Notice> {
    let news = app.feed.get(serial)?;
    let model = model(app, news);
    let mut text = vec![news.text.clone(), fmt::second(news.at, &app.zone)];
    text.extend((!news.by.is_empty()).then(|| news.by.clone()));
    text.extend((!model.is_empty()).then(|| format!("model {model}")));
    let leads = news.subject.clone().filter(|_| !model.is_empty());
    let title = format!("{}what happened", app.whose(news.account));
    Some(Notice { title, text, tone: tone(health(app, news)), leads, ..Notice::default() })
}
