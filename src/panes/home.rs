//! All models, worst first. Below them is the selected model with its past.

use jiff::Timestamp;

use super::history::history;
use super::{cell, chain, first_contact};
use crate::app::{Account, App, Body, Cell, List, Order, Pane, PaneColumn, Preview, Subject};
use crate::fmt;
use crate::model::{Chain, Column, Health, Serving, StageKind, severity};
use crate::resources::Event;
use crate::view::{Block, Content, Line, Tone};

/// One row for each model.
pub(super) static PANE: Pane =
    Pane { name: "home", title: "models", short: "models", several: false, kinds: |_| false, body: Body::List(LIST) };

const LIST: List = List {
    columns: &[
        PaneColumn::cells("", 1),
        PaneColumn::fill("MODEL", 6, 15).name(),
        PaneColumn::fill("ACCOUNT", 3, 10).name().several(),
        PaneColumn::fill("WHAT", 8, 18).aged().below(chain::WIDE),
        PaneColumn::cells("LIVE", 5).below(chain::WIDE),
        PaneColumn::cells("DATA", 8).from(chain::WIDE),
        PaneColumn::cells("TRAINING", 13).from(chain::WIDE),
        PaneColumn::cells("REGISTRY", 14).from(chain::WIDE),
        PaneColumn::fill("PROD", 6, 15).from(chain::WIDE),
        PaneColumn::cells("STAGING", 9).from(chain::WIDE),
        PaneColumn::cells("ALARMS", 8),
        PaneColumn::fill("LAST CHANGE", 3, 11),
        PaneColumn::fill("WHY", 12, 40).from(180),
    ],
    ids,
    row,
    empty,
    all_accounts: true,
    preview: Some(Preview { rows: preview_rows, blocks: preview }),
    ..List::EMPTY
};

/// Returns the models of all accounts, worst first. Models of equal health are in the order of their accounts.
fn ids(app: &App) -> Vec<Subject> {
    let accounts = app.accounts();
    let models = accounts.iter().flat_map(|account| {
        // Check the age once, not for each of thousands of models.
        let aged = account.aged();
        let health = move |chain: &Chain| if aged { account.health(chain) } else { chain.health };
        account.chains().iter().map(move |chain| (health(chain), account.id, chain.name))
    });
    let mut models: Vec<_> = models.collect();
    // The sort is stable, and it is fast because the models of each account are sorted already.
    models.sort_by_key(|(health, ..)| std::cmp::Reverse(*health));
    models.into_iter().map(|(_, id, name)| Subject::model(id, name)).collect()
}

/// Explains an empty list: there are no models, they were not read yet, or they cannot be read.
fn empty(app: &App) -> Vec<Line> {
    let store = &app.here.observed.store;
    if app.several() {
        return vec![Line::new().muted("No model found yet; the accounts pane shows the progress of each account.")];
    }
    if let Some(why) = first_contact::unread(app) {
        return why;
    }
    if !store.endpoints.answered() || !store.groups.answered() {
        return vec![Line::new().with("◐ asking AWS…", Tone::Busy)];
    }
    first_contact::empty(app)
}

fn row(app: &App, subject: &Subject) -> Option<Vec<Cell>> {
    let account = app.account(subject.account)?;
    let chain = account.chain_of(&subject.item)?;
    let (production, other) = (chain.worst_serving(true), chain.worst_serving(false));
    Some(vec![
        Cell::glyph(account.health(chain)),
        Cell::text(chain.name, Tone::Strong),
        Cell::text(&account.name, account.tone),
        what(app, account, chain),
        live(chain, production),
        stage(app, account, chain, StageKind::Data),
        stage(app, account, chain, StageKind::Training),
        stage(app, account, chain, StageKind::Registry),
        production_cell(account, chain, production),
        staging(account, chain, other),
        alarms(account, chain),
        last_change(app, account, chain),
        why(account, chain),
    ])
}

/// Shows the worst reason and its age, for narrow screens.
fn what(app: &App, account: &Account, chain: &Chain) -> Cell {
    let Some(worst) = chain.worst() else {
        return match account.well_until(chain) {
            Some(at) => Cell::of(
                Line::new().muted("ok ").with(format!("{} ago", fmt::age(account.observed.at, at)), Tone::Warn),
                0,
            ),
            None => Cell::of(Line::new().muted("ok"), 0),
        };
    };
    let age = worst.unsaid_since().map(|at| format!(" {}", cell::moment(app, account.observed.at, at)));
    let line = Line::new().with(chain::placed(chain, worst), cell::tone(worst.health)).muted(age.unwrap_or_default());
    Cell::of(line, -(worst.health as i64))
}

/// Shows what began first and what followed, for wide screens.
fn why(account: &Account, chain: &Chain) -> Cell {
    let Some((first, then)) = chain.course() else { return Cell::muted("") };
    let since = first.unsaid_since().map(|at| format!(" {}", fmt::age(account.observed.at, at)));
    let line = Line::new().with(&first.text, cell::tone(first.health)).muted(since.unwrap_or_default());
    let line = match then {
        Some(then) => line.muted(", then ").with(chain::placed(chain, then), cell::tone(then.health)),
        None => line,
    };
    Cell::of(line, -(first.health as i64))
}

fn live(chain: &Chain, serving: Option<&Serving>) -> Cell {
    match serving.map(Serving::version) {
        Some(Some(version)) => {
            let deploys = serving.is_some_and(|s| s.deployment.is_some());
            let line = Line::new().with(if deploys { "◐ " } else { "" }, Tone::Busy).plain(format!("v{version}"));
            Cell::of(line, version.into())
        }
        // A model without a version sorts below all versions.
        Some(None) => Cell::of(Line::new().muted("?"), 0),
        None => Cell { order: Some(Order::Number(0)), ..not_served(chain) },
    }
}

/// Shows that no endpoint serves the model, or that the endpoints are unknown.
fn not_served(chain: &Chain) -> Cell {
    match chain.stage(StageKind::Endpoint) {
        Some(stage) if stage.health == Health::Unknown && chain.serving.is_empty() => with_glyph(Health::Unknown, ""),
        Some(_) | None => Cell::muted("–"),
    }
}

/// Shows the glyph and the short fact of a stage.
fn stage(app: &App, account: &Account, chain: &Chain, kind: StageKind) -> Cell {
    let Some(stage) = chain.stage(kind) else { return Cell::muted("–") };
    let age = || stage.since.map(|at| cell::moment(app, account.observed.at, at)).unwrap_or_default();
    let text = match &stage.column {
        _ if stage.health == Health::Absent => String::new(),
        Some(Column::Word(word)) => word.to_string(),
        Some(Column::Age) => age(),
        Some(Column::WordAndAge(word)) => format!("{word} {}", age()),
        None => stage.brief().to_owned(),
    };
    with_glyph(account.stage_health(stage), &text)
}

fn with_glyph(health: Health, text: &str) -> Cell {
    Cell::signed(health, text, if health >= Health::Warning { cell::tone(health) } else { Tone::Plain })
}

/// Shows the production version and its worst finding. If there are several endpoints, the worst is shown with its
/// name.
fn production_cell(account: &Account, chain: &Chain, serving: Option<&Serving>) -> Cell {
    let Some(serving) = serving else { return not_served(chain) };
    let version = serving.label();
    let health = account.known(StageKind::Endpoint, chain.health_of(serving));
    // An endpoint that works may serve any version.
    let health = if serving.versions.is_empty() { health.max(Health::Unknown) } else { health };
    let why = chain.said_of(serving).find(|r| r.health > Health::Ok);
    let fact = why.map(|r| r.shortest().to_owned());
    let fact = fact.or_else(|| chain::latency(account, serving.endpoint).map(|v| format!("p99 {}", fmt::micros(v))));
    let several = chain.serving.iter().filter(|s| s.production()).count() > 1;
    // The fact comes before its place, because the end of a long text is cut.
    let place = if several { format!(" {}", serving.endpoint.replace(chain.name, "…")) } else { String::new() };
    with_glyph(health, &format!("{version} {}{place}", fact.unwrap_or_default()))
}

/// Shows the version of a stage other than production. A stage that is not called staging is named.
fn staging(account: &Account, chain: &Chain, serving: Option<&Serving>) -> Cell {
    let Some(serving) = serving else { return not_served(chain) };
    let health = account.known(StageKind::Endpoint, chain.health_of(serving));
    let version = serving.label();
    let usual = ["staging", "stage", "stg"].iter().any(|stage| serving.stage.eq_ignore_ascii_case(stage));
    let stage = if usual { String::new() } else { format!(" {}", serving.stage) };
    with_glyph(health, &format!("{version}{stage}"))
}

/// Shows the worst tier that fires, and the number of alarms in it.
fn alarms(account: &Account, chain: &Chain) -> Cell {
    let firing = chain::firing(account, chain);
    let health = chain.stage(StageKind::Alarms).map_or(Health::Unknown, |s| account.stage_health(s));
    if firing.is_empty() {
        let mut words = chain.reasons.iter().filter_map(|r| match &r.column {
            Some(Column::Word(word)) if r.stage() == StageKind::Alarms => Some(&**word),
            _ => None,
        });
        return with_glyph(health, words.next().unwrap_or_default());
    }
    let mut tiers: Vec<String> =
        firing.iter().filter_map(|a| severity::tier(&account.observed.preferences.severity, a)).collect();
    tiers.sort();
    match tiers.first() {
        Some(worst) => with_glyph(health, &format!("{} {worst}", tiers.iter().filter(|t| *t == worst).count())),
        None => with_glyph(health, &firing.len().to_string()),
    }
}

fn last_change(app: &App, account: &Account, chain: &Chain) -> Cell {
    match &chain.last_change {
        Some((at, what)) => {
            // The age comes first, because a narrow column cuts the end.
            let age = cell::moment(app, account.observed.at, *at);
            let line = Line::new().muted(format!("{age} ")).plain(what);
            Cell::of(line, account.observed.at.as_second() - at.as_second())
        }
        None => Cell::of(Line::new().muted("–"), i64::MAX),
    }
}

/// Returns the number of rows to keep free for the drawing of a model and its newest events.
fn preview_rows(app: &App, body: u16) -> u16 {
    chain_rows(app, body) + if body >= 16 { 5 } else { 1 }
}

fn chain_rows(app: &App, body: u16) -> u16 {
    match (app.size.0 >= chain::WIDE, body) {
        (true, 42..) => 13,
        (true, 30..) => 10,
        (true, 20..) => 8,
        (false, 26..) => 7,
        (_, 12..) => 3,
        (_, _) => 0,
    }
}

/// Draws the selected model and its past.
fn preview(app: &App, body: u16, rows: u16) -> Vec<Block> {
    let mut left = rows;
    let mut blocks = Vec::new();
    let Some(selected) = app.current_chain() else { return blocks };
    let drawn = chain_rows(app, body).min(left);
    let gap = u16::from(left > drawn + 3);
    if drawn > 0 {
        let space = Content::Lines { title: None, lines: Vec::new() };
        blocks.push(Block { height: gap, content: space });
        blocks.push(Block { height: drawn, content: Content::Chain(chain::chain(app, selected)) });
        left = left.saturating_sub(drawn + gap);
    }
    if left > 1 {
        blocks.push(Block { height: left, content: past(app, selected, left) });
    }
    blocks
}

/// Draws the past of a model.
fn past(app: &App, chain: &Chain, rows: u16) -> Content {
    let line = |(at, event): &(Timestamp, Event)| {
        cell::event(Line::new().muted(format!("{:>11}  ", fmt::clock(app.here.observed.at, *at, &app.zone))), event)
    };
    let lines = history(app, chain, rows.into()).iter().map(line).collect();
    let zone = app.zone.to_fixed_offset().map(|o| o.to_string()).unwrap_or_default();
    let zone = app.zone.iana_name().map_or(zone, str::to_owned);
    Content::Lines { title: Some(Line::new().with("what happened", Tone::Muted).muted(format!("  {zone}"))), lines }
}
