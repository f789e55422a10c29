//! What stands around every pane: header, banners, notes, footer.

use crate::actions;
use crate::app::{Account, App};
use crate::aws::{AwsError, Kind, OnDeck, Playing, Renewal};
use crate::fmt;
use crate::model::Health;
use crate::panes::cell::tone;
use crate::panes::{self, Pane};
use crate::resources::alarm::Alarm;
use crate::resources::endpoint::Endpoint;
use crate::resources::identity::Identity;
use crate::resources::metric::MetricSeries;
use crate::resources::{Freshness, Resource, Source};
use crate::view::{Footer, Line, Tone, width};

/// Rows of the header.
pub(super) const HEADER_ROWS: u16 = 2;
/// Rows that banners may take.
const MOST_BANNERS: usize = 4;

/// Who and where on the left, how it stands on the right; what it costs below.
pub(super) fn header(app: &App) -> Vec<(Line, Line)> {
    vec![(who(app), standing(app)), (under_way(app), cost(app))]
}

fn who(app: &App) -> Line {
    let Account { name, tone, .. } = &app.here;
    let mut line = Line::new().with("sagetop", Tone::Strong);
    if app.several() {
        // Where this is comes before everything that a narrow terminal may cut.
        line = line.plain("  ").with(name, if *tone == Tone::Plain { Tone::Strong } else { *tone });
    }
    if let Some(playing) = app.playing() {
        line.0.extend(replay(app, playing).0);
    }
    if let Some(label) = &app.here.stand_in {
        line = line.plain("  ").with(label, Tone::Warn);
    }
    match &app.deck {
        Some(OnDeck::Recording(recording)) => {
            let tone = if recording.trouble.is_some() { Tone::Bad } else { Tone::Busy };
            line = line.plain("  ").with("● REC", tone);
        }
        Some(OnDeck::Playing(_)) | None => {}
    }
    if app.here.read_only && app.playing().is_none() {
        line = line.plain("  ").with("read-only", Tone::Warn);
    }
    let told = app.several() && name.contains(app.here.region.as_str());
    let region = if told { String::new() } else { format!("  {}", app.here.region) };
    match app.here.identity() {
        Some(me) => {
            line.plain(format!("  {}", fmt::account(&me.account))).plain(format!("{region}  ")).muted(me.short())
        }
        None => line.plain(region),
    }
}

/// `REPLAY 23 Nov 03:12:40 / 03:40:00  10x  paused`: nobody may take it for now.
fn replay(app: &App, playing: &Playing) -> Line {
    let (at, end) = (fmt::second(playing.at, &app.zone), fmt::second(playing.end, &app.zone));
    // The day is told once when it is the same.
    let day = at.rsplit_once(' ').map_or("", |(day, _)| day);
    let end = end.strip_prefix(day).map_or(end.as_str(), str::trim_start);
    let cut = if playing.cut { " (cut)" } else { "" };
    let line = Line::new().plain("  ").with(format!("REPLAY {at}"), Tone::Warn).muted(format!(" / {end}{cut}  "));
    let line = line.plain(format!("{}x", playing.speed));
    match (playing.ended(), playing.paused) {
        (true, _) => line.with("  end", Tone::Busy),
        (false, true) => line.with("  paused", Tone::Busy),
        (false, false) => line,
    }
}

fn standing(app: &App) -> Line {
    let accounts = app.accounts();
    let count = |healths: &[Health]| accounts.iter().map(|account| account.count(healths)).sum::<usize>();
    let groups = [
        (Health::Critical, count(&[Health::Critical])),
        (Health::Warning, count(&[Health::Warning])),
        (Health::Unknown, count(&[Health::Unknown])),
        (Health::Ok, count(&[Health::Ok, Health::Running, Health::Waiting, Health::Absent])),
    ];
    let mut line = Line::new();
    for (health, n) in groups.into_iter().filter(|(_, n)| *n > 0) {
        let (glyph, word) = health.sign();
        line = line.with(format!("{glyph} {n} {word}  "), tone(health));
    }
    let unread = accounts.iter().filter(|account| app.several() && account.unread()).count();
    if unread > 0 {
        line = line.with(format!("{} not read  ", fmt::count(unread, "account")), Tone::Warn);
    }
    let waiting = app.inbox();
    line = line.with(format!("inbox {waiting}"), if waiting > 0 { Tone::Warn } else { Tone::Muted });
    if let Freshness::Saved { at } = app.here.seen.store.endpoints.freshness() {
        return line.with(format!("  of {} ago, asking AWS…", fmt::age(app.here.seen.at, *at)), Tone::Warn);
    }
    match data_age(app) {
        Some((seconds, age)) => line.with(format!("  {age} old"), if seconds > 120 { Tone::Warn } else { Tone::Muted }),
        None if app.here.seen.store.endpoints.blind().is_some() => line.with("  no answer", Tone::Bad),
        None => line.muted("  asking AWS…"),
    }
}

/// Age of the oldest of the sources that are read all the time.
fn data_age(app: &App) -> Option<(i64, String)> {
    let store = &app.here.seen.store;
    let (alarms, endpoints) = (store.alarms.answered_at()?, store.endpoints.answered_at()?);
    let oldest = alarms.min(endpoints);
    Some((app.here.seen.at.as_second() - oldest.as_second(), fmt::age(app.here.seen.at, oldest)))
}

/// The newest plan that was sent and did not end.
fn under_way(app: &App) -> Line {
    let Some(run) = app.runs.iter().rev().find(|r| r.outcome.is_none()) else { return hidden(app) };
    let age = fmt::age(app.here.seen.at, run.since);
    let whose = app.whose(run.account);
    Line::new().with(format!("◐ {whose}{}: ", run.plan.title), Tone::Busy).plain(&run.text).muted(format!("  {age}"))
}

/// Which of the models are seen, where not all of them are: their list has no title.
fn hidden(app: &App) -> Line {
    let list = app.lists.get(app.pane.name).filter(|_| app.pane.name == panes::home().name && app.detail.is_none());
    let (Some(list), rows) = (list, panes::list_rows(app)) else { return Line::new() };
    if list.ids.len() <= rows {
        return Line::new();
    }
    let end = (list.first + rows).min(list.ids.len());
    Line::new().muted(format!("models {}–{end} of {}", list.first + 1, list.ids.len()))
}

/// What all accounts together cost.
fn cost(app: &App) -> Line {
    if app.playing().is_some() {
        // Calls to a recording are no calls.
        return Line::new();
    }
    let accounts = app.accounts();
    let calls: u64 = accounts.iter().map(|account| account.usage.last_minute).sum();
    let throttled: u64 = accounts.iter().map(|account| account.usage.throttled).sum();
    let dollars: f64 = accounts.iter().map(|account| account.usage.cost_per_day).sum();
    let widening = accounts.iter().map(|account| account.usage.widening).max().unwrap_or(1);
    let tone = if throttled > 0 { Tone::Warn } else { Tone::Muted };
    Line::new()
        .muted(format!("api {calls}/min  "))
        .with(format!("throttled {throttled}{}  ", widened(widening)), tone)
        .muted(format!("{}/day", fmt::dollars(dollars)))
}

/// How much less often everything is asked than usual.
fn widened(widening: u32) -> String {
    if widening > 1 { format!(" (asked {widening}× less)") } else { String::new() }
}

/// What the operator must know now, in whichever account: lost credentials, a role that may not be taken on, a lost
/// network.
pub(super) fn banners(app: &App) -> Vec<Line> {
    let mut banners = drill(app);
    for account in app.accounts() {
        let who = app.whose(account.place);
        banners.extend(lost(account).into_iter().map(|text| Line::new().with(format!("{who}{text}"), Tone::Bad)));
    }
    // The list below matters more than the tenth account that cannot be read.
    banners.truncate(MOST_BANNERS);
    banners
}

/// Why an account cannot be read, and what to do.
fn lost(account: &Account) -> Vec<String> {
    let troubles = account.seen.store.troubles();
    let told = |kind: Kind| {
        // Everybody may ask who they are: who is denied even that is somebody who was not let in. And one operation
        // that is not answered is told where it is missed.
        let counts = |name: &str| {
            (kind != Kind::Denied || name == Identity::KIND)
                && (kind != Kind::Unreachable || [Identity::KIND, Endpoint::KIND, Alarm::KIND].contains(&name))
        };
        let (_, error) = troubles.iter().find(|(name, error)| error.kind == kind && counts(name))?;
        let (what, advice) = match (kind, &account.login) {
            (Kind::Expired, Some(Renewal::Start)) => ("no valid credentials", Renewal::Start.to_string()),
            (Kind::Expired, Some(command)) => {
                ("no valid credentials", format!("{command}; it is picked up without a restart"))
            }
            (Kind::Expired, None) => ("no valid credentials", kind.advice().unwrap_or_default().to_owned()),
            (Kind::Denied, _) => ("not let in", kind.advice().unwrap_or_default().to_owned()),
            (Kind::Skewed, _) => ("this machine's clock is off", kind.advice().unwrap_or_default().to_owned()),
            (_, _) => ("AWS cannot be reached", kind.advice().unwrap_or_default().to_owned()),
        };
        // What to do comes before what was said: the end of a long line is cut.
        Some(format!("{what}: {advice} · {error}"))
    };
    let mut told: Vec<String> =
        [Kind::Expired, Kind::Denied, Kind::Skewed, Kind::Unreachable].into_iter().filter_map(told).collect();
    if told.is_empty() {
        told.extend(unseen(&troubles));
    }
    told
}

/// Without what fires and what serves the rest means little: why that is not read, where everything else may be.
fn unseen(troubles: &[(&str, AwsError)]) -> Option<String> {
    let lasts = |kind: Kind| matches!(kind, Kind::Denied | Kind::Unsupported | Kind::Other);
    let counts = |name: &str| [Alarm::KIND, Endpoint::KIND].contains(&name);
    let (name, error) = troubles.iter().find(|(name, error)| counts(name) && lasts(error.kind))?;
    let advice = error.kind.advice().map(|advice| format!("{advice} · ")).unwrap_or_default();
    Some(format!("{name} cannot be read: {advice}{error}"))
}

/// The task of a drill while it is open, on as many rows as it needs, three at most.
fn drill(app: &App) -> Vec<Line> {
    let Some((drill, keys)) = app.drill.as_ref().filter(|(d, _)| d.solved.is_none()) else { return Vec::new() };
    let task = Line::from(format!("drill: {}  ({})", drill.task, fmt::count(*keys as usize, "key")));
    let rows = task.wrap(usize::from(app.size.0).saturating_sub(2));
    rows.into_iter().take(3).map(|row| Line::new().with(row.text(), Tone::Busy)).collect()
}

/// What is not as usual with the kinds that a pane lists.
pub(super) fn note(app: &App, pane: &Pane) -> Option<Line> {
    let sources = app.here.seen.store.sources();
    let mut line = Line::new();
    for kind in pane.kinds {
        let noted = sources.iter().find(|s| s.name == *kind).and_then(|source| noted(app, source));
        line.0.extend(noted.into_iter().flat_map(|note| note.muted("  ").0));
    }
    (!line.0.is_empty()).then_some(line)
}

/// Only what is not as usual: not read, of an earlier run, cut, or in trouble.
fn noted(app: &App, source: &Source) -> Option<Line> {
    let age = source.fetched_at.map(|at| format!(" {}", fmt::age(app.here.seen.at, at))).unwrap_or_default();
    match source.state {
        "waiting" => return Some(Line::new().muted(format!("{} not read yet", source.name))),
        "saved" => return Some(Line::new().with(format!("{} of{age} ago", source.name), Tone::Warn)),
        _ => {}
    }
    if source.error.is_some() {
        return Some(Line::new().with(format!("▲ {} {}{age}", source.name, source.state), Tone::Warn));
    }
    let why = if source.name == MetricSeries::KIND { " by max_cost_per_day" } else { "" };
    source.capped.then(|| Line::new().with(format!("{} cut at {}{why}", source.name, source.rows), Tone::Warn))
}

/// The keys that matter now, or what is typed, or what just happened.
pub(super) fn footer(app: &App) -> Footer {
    let list = app.lists.get(app.pane.name);
    if let Some(list) = list.filter(|l| l.typing && app.modal.is_none()) {
        let message = Line::new()
            .with("/", Tone::Strong)
            .plain(&list.filter)
            .muted("   enter keeps, esc clears, !word leaves out")
            .muted(if app.several() { ", @word is an account" } else { "" });
        return Footer { message: Some(message), cursor: Some(1 + width(&list.filter)), keys: Vec::new() };
    }
    if let Some(keys) = &app.pending_keys {
        return Footer { message: Some(Line::new().muted(keys)), ..Footer::default() };
    }
    if let Some((tone, text)) = &app.message {
        return Footer { message: Some(Line::new().with(text, *tone)), ..Footer::default() };
    }
    Footer { keys: keys(app), ..Footer::default() }
}

fn keys(app: &App) -> Vec<(String, String, bool)> {
    let context = app.context();
    let key = |action: &str| app.keymap.key_for(action);
    let replay = ["replay-pause", "replay-step", "replay-back", "replay-jump", "replay-faster", "replay-slower"];
    let acts = ["approve", "reject", "retrain", "rollback"];
    let first: &[&str] = if app.playing().is_some() { &replay } else { &acts };
    let mut keys: Vec<(String, String, bool)> = first
        .iter()
        .filter_map(|name| {
            let able = (actions::named(name)?.able)(&context);
            let word = name.trim_start_matches("replay-");
            let label = able.as_deref().map_or(word, |l| if l.is_empty() { word } else { l }).to_owned();
            Some((key(name)?, label, able.is_ok()))
        })
        .collect();
    // The way to all other keys is the last to give way.
    let fixed = [("help", "keys"), ("open", "open"), ("filter", "filter"), ("palette", "anything"), ("quit", "quit")];
    keys.extend(fixed.into_iter().filter_map(|(name, label)| Some((key(name)?, label.to_owned(), true))));
    keys
}
