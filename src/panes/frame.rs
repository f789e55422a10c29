//! The parts around every pane: banners, notes, footer.

use crate::app::{Account, Action, App, Detail, List, ListState, Pane, TypedLine};
use crate::aws::{AwsError, ErrorKind, Renewal};
use crate::fmt;
use crate::keymap::SheetKey;
use crate::model::{Chain, Health, StageKind};
use crate::panes::{cell, lineage};
use crate::resources::alarm::Alarm;
use crate::resources::endpoint::Endpoint;
use crate::resources::identity::Identity;
use crate::resources::metric::MetricSeries;
use crate::resources::{Kind, Resource, Source};
use crate::view::{Footer, KeyHint, Line, Sheet, Tone};

/// The actions in the footer of a log.
const LOG_ACTIONS: [&str; 6] = ["pause", "back", "first-error", "wrap", "jump", "copy"];

/// The actions in the footer of charts.
const CHART_ACTIONS: [&str; 6] = ["left", "shorter", "longer", "compare", "back", "copy"];

/// The maximum number of rows of banners.
const MOST_BANNERS: usize = 4;

/// The kinds of failures that have a banner: nothing of the account can be read.
const CUT_OFF: [ErrorKind; 6] = [
    ErrorKind::Missing,
    ErrorKind::Expired,
    ErrorKind::Denied,
    ErrorKind::Skewed,
    ErrorKind::Untrusted,
    ErrorKind::Unreachable,
];

/// The minimum height of the terminal, in rows, at which a banner may have a second row.
const HIGH: u16 = 20;

/// Returns the urgent messages of all accounts: lost credentials, a role that cannot be assumed, a lost network.
pub(super) fn banners(app: &App) -> Vec<Line> {
    let mut banners = drill(app);
    banners.extend(tour(app));
    let mut told = Vec::new();
    for account in app.accounts() {
        let who = app.whose(account.id);
        told.extend(lost(app, account).into_iter().map(|text| (format!("{who}{text}"), Tone::Bad)));
        told.extend(unclaimed(account).map(|(text, tone)| (format!("{who}{text}"), tone)));
        #[cfg(feature = "health")]
        told.extend(trouble_of_aws(account).map(|text| (format!("{who}{text}"), Tone::Warn)));
    }
    // The list below is more important than many accounts with errors.
    told.truncate(MOST_BANNERS.saturating_sub(banners.len()));
    let mut spare = MOST_BANNERS.saturating_sub(banners.len() + told.len());
    for (text, tone) in told {
        let rows = if spare > 0 && app.size.1 >= HIGH { in_two_rows(app, &text) } else { vec![text] };
        spare -= rows.len() - 1;
        banners.extend(rows.into_iter().map(|row| Line::new().with(row, tone)));
    }
    banners
}

/// Returns a text on one row, or on two if one is too narrow for it. The end of the second row may be cut.
fn in_two_rows(app: &App, text: &str) -> Vec<String> {
    let rows = Line::from(text).wrap(usize::from(app.size.0).saturating_sub(2));
    let mut rows: Vec<String> = rows.iter().map(|row| row.text().trim().to_owned()).collect();
    let rest = rows.split_off(rows.len().min(1)).join(" ");
    rows.extend(Some(rest).filter(|rest| !rest.is_empty()));
    rows
}

/// Returns a banner for alarms on `SageMaker` that fire and belong to no model, because no row shows them.
fn unclaimed(account: &Account) -> Option<(String, Tone)> {
    let unclaimed = account.joined.unclaimed_alarms();
    let text = unclaimed.text()?;
    Some((format!("{} {text}", unclaimed.health.sign().0), cell::tone(unclaimed.health)))
}

/// Returns what AWS Health reports about AWS itself.
#[cfg(feature = "health")]
fn trouble_of_aws(account: &Account) -> Option<String> {
    let now = account.observed.at;
    let event = crate::resources::health_event::open_issue(&account.observed.store.health_events, now)?;
    let since = event.started.map(|at| format!(", {}", fmt::age(now, at))).unwrap_or_default();
    Some(format!("{} {}{since}", Health::Warning.sign().0, event.in_words()))
}

/// Returns why an account cannot be read, and how to fix it.
fn lost(app: &App, account: &Account) -> Vec<String> {
    let troubles = account.observed.store.troubles();
    let told = |kind: ErrorKind| {
        // Every caller may read its own identity, so a denied identity means that the account was not accessible at
        // all. A single unreachable operation is reported next to its own table.
        let counts = |name: Kind| {
            (kind != ErrorKind::Denied || name == Identity::KIND)
                && (kind != ErrorKind::Unreachable || [Identity::KIND, Endpoint::KIND, Alarm::KIND].contains(&name))
        };
        let (_, error) = troubles.iter().find(|(of, error)| error.kind == kind && counts(*of))?;
        let what = match kind {
            _ if error.is_about_credentials() => error.lack().to_owned(),
            ErrorKind::Denied => "access denied".to_owned(),
            ErrorKind::Untrusted => "certificate not trusted".to_owned(),
            ErrorKind::Skewed => format!("this machine's clock is off{}", clock(error).unwrap_or_default()),
            ErrorKind::Throttled
            | ErrorKind::Expired
            | ErrorKind::Missing
            | ErrorKind::Gone
            | ErrorKind::Busy
            | ErrorKind::Conflict
            | ErrorKind::Quota
            | ErrorKind::Unreachable
            | ErrorKind::Unsupported
            | ErrorKind::Other => "AWS cannot be reached".to_owned(),
        };
        let login = account.login.as_ref().filter(|_| kind.is_about_credentials() && error.remedy.is_none());
        let advice = match login {
            Some(Renewal::Start) => Renewal::Start.to_string(),
            Some(command) => {
                let key = app.keymap.key_for("login").filter(|_| command.command().is_some());
                let key = key.map(|key| format!("press {key}, or ")).unwrap_or_default();
                format!("{key}{command}; sagetop notices it without a restart")
            }
            None => error.watched().unwrap_or_default(),
        };
        // The advice comes before the error, because the end of a long line is cut.
        Some(format!("{what}: {advice} · {error}"))
    };
    let mut told: Vec<String> = CUT_OFF.into_iter().filter_map(told).collect();
    if told.is_empty() {
        told.extend(unseen(&troubles));
    }
    told
}

/// Returns how far the clock of this machine is off, as the end of a phrase.
fn clock(error: &AwsError) -> Option<String> {
    let ahead = error.clock_ahead()?;
    let way = if ahead.is_negative() { "slow" } else { "fast" };
    Some(format!(" by {} ({way})", fmt::span(ahead.unsigned_abs())))
}

/// Returns why alarms or endpoints cannot be read, if nothing else is wrong. Without these two the other tables mean
/// little.
fn unseen(troubles: &[(Kind, AwsError)]) -> Option<String> {
    let lasts = |kind: ErrorKind| matches!(kind, ErrorKind::Denied | ErrorKind::Unsupported | ErrorKind::Other);
    let counts = |kind: Kind| [Alarm::KIND, Endpoint::KIND].contains(&kind);
    let (kind, error) = troubles.iter().find(|(kind, error)| counts(*kind) && lasts(error.kind))?;
    let advice = error.watched().map(|advice| format!("{advice} · ")).unwrap_or_default();
    Some(format!("{kind} cannot be read: {advice}{error}"))
}

/// Returns the task of an open drill, on at most three rows.
fn drill(app: &App) -> Vec<Line> {
    let Some((drill, keys)) = app.drill.as_ref().filter(|(d, _)| d.solved.is_none()) else { return Vec::new() };
    let task = Line::from(format!("drill: {}  ({})", drill.task, fmt::count(*keys as usize, "key")));
    let rows = task.wrap(usize::from(app.size.0).saturating_sub(2));
    rows.into_iter().take(3).map(|row| Line::new().with(row.text(), Tone::Busy)).collect()
}

/// Returns the step of the tour.
fn tour(app: &App) -> Option<Line> {
    // Without a model there is nothing to show yet.
    let has_models = app.lists.get(app.tables.home.name).is_some_and(|list| !list.ids.is_empty());
    let (step, all, action, does) = app.tour.as_ref().filter(|_| has_models)?.step()?;
    let key = app.keymap.key_for(action).unwrap_or_else(|| action.to_owned());
    let ends = app
        .keymap
        .key_for("back")
        .filter(|_| action != "back")
        .map(|key| format!("   ({key} on the first pane ends the tour)"));
    let text = format!("tour {step} of {all}: {key} {does}{}", ends.unwrap_or_default());
    Some(Line::new().with(text, Tone::Busy))
}

/// Returns the note of a list, with the unusual states of its kinds.
pub(super) fn note(app: &App, pane: &Pane, list: &List) -> Option<Line> {
    let mut line = (list.note)(app);
    for kind in Kind::ALL.iter().filter(|kind| (pane.kinds)(**kind)) {
        let noted = source_note(app, &app.here.observed.store.table(*kind).source());
        line.0.extend(noted.into_iter().flat_map(|note| note.muted("  ").0));
    }
    (!line.0.is_empty()).then_some(line)
}

/// Returns a note if a source is not read, of an earlier run, cut, or in trouble.
fn source_note(app: &App, source: &Source) -> Option<Line> {
    let age = source.fetched_at.map(|at| format!(" {}", fmt::age(app.here.observed.at, at))).unwrap_or_default();
    match source.state {
        "waiting" => return Some(Line::new().muted(format!("{} not read yet", source.kind))),
        "saved" => return Some(Line::new().with(format!("{} of{age} ago", source.kind), Tone::Warn)),
        _ => {}
    }
    if source.error.is_some() {
        return Some(Line::new().with(format!("▲ {} {}{age}", source.kind, source.state), Tone::Warn));
    }
    let why = if source.kind == MetricSeries::KIND { " by max_cost_per_day" } else { "" };
    source.capped.then(|| Line::new().with(format!("{} cut at {}{why}", source.kind, source.rows), Tone::Warn))
}

/// Returns the footer: the important keys, the edited line, or the last message.
pub(super) fn footer(app: &App, sheet: Option<&Sheet>) -> Footer {
    if app.wallboard.is_some() && app.modal.is_none() && app.message.is_none() && app.pending_keys.is_none() {
        return Footer { message: Some(wallboard(app)), ..Footer::default() };
    }
    if let Some(detail) = app.detail.as_ref().filter(|detail| detail.search.line.typing && app.modal.is_none()) {
        return searched(app, detail);
    }
    if let Some(view) = app.open_log.as_ref().filter(|view| view.filter.typing && app.modal.is_none()) {
        let line = Line::new().with("/", Tone::Strong).plain(view.filter.text());
        return typed(app, &view.filter, line, ["clears", "!word excludes"]);
    }
    let list = app.lists.get(app.pane.name);
    if let Some(list) = list.filter(|l| l.filter.typing && app.detail.is_none() && app.modal.is_none()) {
        return filtered(app, list);
    }
    if let Some(keys) = &app.pending_keys {
        return Footer { message: Some(Line::new().muted(keys)), ..Footer::default() };
    }
    if let Some((tone, text)) = &app.message {
        return Footer { message: Some(Line::new().with(text, *tone)), ..Footer::default() };
    }
    let keys = sheet.map_or_else(|| keys(app), |sheet| sheet.keys.clone());
    Footer { keys, ..Footer::default() }
}

/// Returns the last row of the wallboard: the time, and how to leave.
fn wallboard(app: &App) -> Line {
    let now = fmt::second(app.here.observed.at, &app.zone);
    let leaves = app.keymap.key_for("back").map(|key| format!("   {key} leaves the wallboard"));
    Line::new().with(now, Tone::Strong).muted(leaves.unwrap_or_default())
}

/// Returns the footer while the filter of a list is edited, with the number of rows that it keeps, or its mistake.
fn filtered(app: &App, list: &ListState) -> Footer {
    let account = if app.several() { " @account" } else { "" };
    let signs = format!("!not ~regex ?letters column:text{account}");
    let line = Line::new().with("/", Tone::Strong).plain(list.filter.text());
    let line = match &list.mistake {
        Some(mistake) => line.with(format!("   {mistake}; the list stays"), Tone::Warn),
        None if list.filter.is_empty() => line,
        None => line.muted(format!("   {} of {}", list.ids.len(), list.all)),
    };
    typed(app, &list.filter, line, ["clears", &signs])
}

/// Returns the footer while a search word is edited, with the number of matches.
fn searched(app: &App, detail: &Detail) -> Footer {
    let text = detail.search.line.text();
    let line = Line::new().with("/", Tone::Strong).plain(text);
    let line = match lineage::place(app, detail) {
        _ if text.trim().is_empty() => line.muted("   a word to search for"),
        (Some(place), all) => line.muted(format!("   {} of {all}", place + 1)),
        (None, _) => line.with(format!("   {}", lineage::no_match(app, detail)), Tone::Warn),
    };
    let next = app.keymap.key_for("next-match").map(|key| format!("{key} continues")).unwrap_or_default();
    typed(app, &detail.search.line, line, ["goes back", &next])
}

/// Returns the footer of a line that is edited, with its cursor. `drops` names the effect of the cancel key, `more`
/// adds a hint.
fn typed(app: &App, typed: &TypedLine, line: Line, [drops, more]: [&str; 2]) -> Footer {
    let ends = [(SheetKey::Confirm, "keeps"), (SheetKey::Cancel, drops)];
    let ends = ends.into_iter().filter_map(|(key, does)| Some((app.keymap.sheet_key_for(key, true)?, does)));
    let ends = ends.map(|(key, does)| format!("{key} {does}"));
    let hints: Vec<String> = ends.chain(Some(more.to_owned()).filter(|more| !more.is_empty())).collect();
    let message = line.muted(format!("   {}", hints.join(", ")));
    Footer { message: Some(message), cursor: Some(1 + typed.input.visual_cursor()), keys: Vec::new() }
}

fn keys(app: &App) -> Vec<KeyHint> {
    let context = app.context();
    let key = |action: &str| app.keymap.key_for(action);
    let group = if app.replay.is_some() { "replay" } else { "act" };
    let named = |names: &[&str]| names.iter().filter_map(|name| app.action(name)).collect();
    let in_charts = app.open_log.is_none() && app.open_charts.is_some();
    let mut actions: Vec<&Action> = match app.open_log {
        Some(_) => named(&LOG_ACTIONS),
        None if in_charts => named(&CHART_ACTIONS),
        None => app.tables.actions.iter().filter(|action| action.group == group).collect(),
    };
    // If an endpoint is broken, the remedies come first.
    let broken = |chain: &Chain<'_>| chain.stage(StageKind::Endpoint).is_some_and(|s| s.health == Health::Critical);
    if context.chain.is_some_and(broken) {
        actions.sort_by_key(|action| !action.remedy);
    }
    let mut keys: Vec<KeyHint> = actions
        .into_iter()
        .filter_map(|own| {
            let action = app.action_at(own.name, &context)?;
            let able = (action.able)(&context);
            // A change of no kind of thing is only told of while it makes sense.
            if own.writes() && own.on.is_empty() && able.is_err() {
                return None;
            }
            let label = able.as_ref().ok().filter(|label| !label.is_empty()).map_or(action.name, |label| label);
            Some(KeyHint {
                key: key(own.name)?,
                label: label.to_owned(),
                action: own.name.to_owned(),
                works: able.is_ok(),
                kept: false,
            })
        })
        .collect();
    // The keys to everything else stay even if there is no room for writes.
    let filter = if app.detail.is_some() && app.open_log.is_none() { "search" } else { "filter" };
    let open = if in_charts { "enlarge" } else { "open" };
    let fixed = [("help", "keys"), ("open", open), ("filter", filter), ("palette", "anything"), ("quit", "quit")];
    let fixed = fixed.into_iter().filter(|(name, _)| !(in_charts && *name == "filter"));
    keys.extend(fixed.filter_map(|(name, label)| {
        let (label, action) = (label.to_owned(), name.to_owned());
        Some(KeyHint { key: key(name)?, label, action, works: true, kept: name != "quit" })
    }));
    keys
}
