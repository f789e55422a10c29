//! The last row of the screen: the keys that matter here, the line that is edited, or the last message.

use crate::app::{Action, App, Detail, ListState, TypedLine};
use crate::fmt;
use crate::keymap::SheetKey;
use crate::model::{Chain, Health, StageKind};
use crate::panes::lineage;
use crate::resources::Kind;
use crate::view::{Footer, KeyHint, Line, Sheet, Tone};

/// The actions in the footer of a log.
const LOG_ACTIONS: [&str; 6] = ["pause", "back", "first-error", "wrap", "jump", "copy"];

/// The actions in the footer of charts.
const CHART_ACTIONS: [&str; 6] = ["left", "shorter", "longer", "compare", "back", "copy"];

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
            // A change that cannot be made is only told of where it is about the kind of the selected thing. Most steps of
            // a run wait for no answer.
            let is_step = context.subject.as_ref().is_some_and(|subject| subject.item.of_kind(Kind::Steps).is_some());
            if own.writes() && able.is_err() && (is_step || !context.is_on(action)) {
                return None;
            }
            let works = able.is_ok();
            let label = able.ok().filter(|label| !label.is_empty()).unwrap_or_else(|| action.title());
            Some(KeyHint { key: key(own.name)?, label, action: own.name.to_owned(), works, kept: false })
        })
        .collect();
    // The keys to everything else stay even if there is no room for writes.
    let filter = if app.detail.is_some() && app.open_log.is_none() { "search" } else { "filter" };
    let open = if in_charts { "enlarge" } else { "open" };
    let fixed = [("help", "keys"), ("open", open), ("filter", filter), ("palette", "anything"), ("quit", "quit")];
    // An empty list has no row that the key could open.
    let works = |name: &str| app.action(name).is_none_or(|action| (action.able)(&context).is_ok());
    let fixed =
        fixed.into_iter().filter(|(name, _)| !(in_charts && *name == "filter") && (*name != "open" || works(name)));
    keys.extend(fixed.filter_map(|(name, label)| {
        let (label, action) = (label.to_owned(), name.to_owned());
        Some(KeyHint { key: key(name)?, label, action, works: true, kept: name != "quit" })
    }));
    keys
}
