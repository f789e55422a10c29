//! All models, worst first. Below them is the selected model with its past.

use jiff::Timestamp;

use super::history::history;
use super::{cell, chain, first_contact};
use crate::app::{Account, App, Body, Cell, List, Order, Pane, PaneColumn, Preview, Subject};
use crate::fmt;
use crate::model::{Chain, Change, Column, Health, Serving, StageKind, severity};
use crate::resources::Event;
use crate::resources::endpoint::Mode;
use crate::view::{Block, Content, Line, Tone};

/// One row for each model.
pub(super) static PANE: Pane =
    Pane { name: "home", title: "models", short: "models", several: false, kinds: |_| false, body: Body::List(LIST) };

const LIST: List = List {
    columns: &[
        PaneColumn::cells("", 1),
        PaneColumn::fill("MODEL", 6, 15).name(),
        PaneColumn::fill("ACCOUNT", 3, 10).name().several(),
        PaneColumn::fill("WHAT", 8, 18).aged().below(STAGES),
        PaneColumn::cells("LIVE", 7).below(STAGES),
        PaneColumn::cells("DATA", 8).from(STAGES),
        PaneColumn::cells("TRAINING", 13).from(STAGES),
        PaneColumn::cells("REGISTRY", 16).from(STAGES),
        PaneColumn::fill("PROD", 6, 15).from(STAGES),
        PaneColumn::cells("STAGING", 9).from(STAGES),
        PaneColumn::cells("ALARMS", 8).aged(),
        PaneColumn::fill("LAST CHANGE", 3, 11).ending().from(70),
        PaneColumn::fill("WHY", 12, 40).from(180),
    ],
    ids,
    row,
    empty,
    all_accounts: true,
    preview: Some(Preview { rows: preview_rows, blocks: preview }),
    ..List::EMPTY
};

/// The minimum width of the terminal at which the list has a column for each stage.
const STAGES: u16 = 112;

/// The minimum width of the terminal at which the alarms have room to say that nobody hears of them.
const ROOMY: u16 = 140;

/// The minimum width of the terminal at which the versions have room for their shares.
const SHARES: u16 = 160;

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
        live(app, account, chain, production),
        stage(app, account, chain, StageKind::Data),
        stage(app, account, chain, StageKind::Training),
        stage(app, account, chain, StageKind::Registry),
        production_cell(app, account, chain, production),
        staging(account, chain, other),
        alarms(app, account, chain),
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
    let line = Line::new().with(chain::placed(chain, worst), cell::tone(worst.health));
    let silent = chain::silence(account, chain).filter(|_| worst.stage() != StageKind::Alarms);
    let line = match silent {
        Some(silent) => line.with(format!(" {}", silent.sign()), Tone::Warn),
        None => line,
    };
    Cell::of(line.muted(age.unwrap_or_default()), -(worst.health as i64))
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

/// Returns the version of an endpoint that gets the largest share. Without one it says what is known: the endpoint loads many models, or its model was
/// made without the registry.
fn label(app: &App, account: &Account, chain: &Chain, serving: &Serving) -> String {
    let store = &account.observed.store;
    let many = || store.endpoints.get(serving.endpoint).is_some_and(|e| Mode::of(store, e) == Mode::MultiModel);
    let unregistered = || chain.health_of(serving) != Health::Unknown && serving.deployment.is_none();
    match serving.version() {
        None if many() => "many".to_owned(),
        None if unregistered() => "–".to_owned(),
        Some(_) | None if app.size.0 < SHARES => serving.label(),
        Some(_) | None => serving.label_with_share(),
    }
}

fn live(app: &App, account: &Account, chain: &Chain, serving: Option<&Serving>) -> Cell {
    match serving.map(Serving::version) {
        Some(Some(version)) => {
            let deploys = serving.is_some_and(|s| s.deployment.is_some());
            let brief = serving.and_then(Serving::version_in_brief).unwrap_or_default();
            let line = Line::new().with(if deploys { "◐ " } else { "" }, Tone::Busy).plain(brief);
            Cell::of(line, version.into())
        }
        // A model without a version sorts below all versions.
        Some(None) => {
            let serving = serving.filter(|serving| chain.health_of(serving) != Health::Unknown);
            match serving {
                Some(serving) => Cell::of(Line::new().muted(label(app, account, chain, serving)), 0),
                None => Cell { order: Some(Order::Number(0)), ..with_glyph(Health::Unknown, "") },
            }
        }
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
/// name. One whose stage is not known counts as production, and has a `?`.
fn production_cell(app: &App, account: &Account, chain: &Chain, serving: Option<&Serving>) -> Cell {
    let Some(serving) = serving else { return not_served(chain) };
    let version = label(app, account, chain, serving);
    let health = account.known(StageKind::Endpoint, chain.health_of(serving));
    let why = chain.said_of(serving).find(|r| r.health > Health::Ok);
    let fact = why.map(|r| r.shortest().to_owned());
    let fact = fact.or_else(|| chain::latency(account, serving.endpoint).map(|v| format!("p99 {}", fmt::micros(v))));
    let several = chain.serving.iter().filter(|s| s.production()).count() > 1;
    // The fact comes before its place, because the end of a long text is cut.
    let place = if several { format!(" {}", serving.endpoint.replace(chain.name, "…")) } else { String::new() };
    let doubt = if serving.stage.is_empty() { "? " } else { "" };
    with_glyph(health, &format!("{version} {doubt}{}{place}", fact.unwrap_or_default()))
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
fn alarms(app: &App, account: &Account, chain: &Chain) -> Cell {
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
        Some(worst) => {
            let silent = chain::silence(account, chain).filter(|_| app.size.0 >= ROOMY);
            let silent = silent.map(|silent| format!(" ({})", silent.sign()));
            let count = tiers.iter().filter(|t| *t == worst).count();
            with_glyph(health, &format!("{count} {worst}{}", silent.unwrap_or_default()))
        }
        None => with_glyph(health, &firing.len().to_string()),
    }
}

fn last_change(app: &App, account: &Account, chain: &Chain) -> Cell {
    match &chain.last_change {
        Some(Change { at, what, how }) => {
            // The age comes first, and a narrow column leaves out what changed.
            let age = cell::moment(app, account.observed.at, *at);
            let what = if what.is_empty() { String::new() } else { format!("{what} ") };
            let line = Line::new().muted(format!("{age} ")).plain(what).plain(how);
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
