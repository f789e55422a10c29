//! Marking a row, and comparing it with another one.

use crate::app::{App, Comparison, Context, Effect, Subject};
use crate::resources::{Kind, Store};
use crate::view::Tone;

/// The kinds whose things are compared.
const KINDS: [(Kind, &str); 4] = [
    (Kind::Packages, "versions"),
    (Kind::Executions, "runs"),
    (Kind::Configs, "configurations"),
    (Kind::Jobs, "training jobs"),
];

/// Returns the thing to compare: the selected one, or the configuration of the selected endpoint.
fn comparable(context: &Context<'_>) -> Result<Subject, String> {
    let subject = context.subject.clone().ok_or("nothing is selected")?;
    let app = context.app;
    if let Some(name) = subject.item.of_kind(Kind::Endpoints) {
        let endpoint = app.account(subject.account).and_then(|account| account.observed.store.endpoints.get(name));
        let config = endpoint.and_then(|endpoint| endpoint.config.as_deref());
        let config = config.ok_or("the configuration of this endpoint was not read")?;
        return Ok(Subject::resource(subject.account, Kind::Configs, config));
    }
    let kind = subject.item.resource().map(|(kind, _)| kind);
    let compared = KINDS.iter().any(|(known, _)| Some(*known) == kind);
    let all: Vec<&str> = KINDS.iter().map(|(_, name)| *name).collect();
    if compared { Ok(subject) } else { Err(format!("compares {}, endpoints", all.join(", "))) }
}

pub(super) fn can_mark(context: &Context<'_>) -> Result<String, String> {
    if context.app.open_log.is_some() || context.app.open_charts.is_some() {
        return Err("only a row of a list or a lineage is marked".into());
    }
    comparable(context).map(|_| String::new())
}

/// Marks the selected thing for a comparison, or takes the mark back.
pub(super) fn mark(app: &mut App) -> Option<Effect> {
    let subject = comparable(&app.context()).ok()?;
    let name = app.name_of(&subject);
    if app.marked.as_ref() == Some(&subject) {
        app.marked = None;
        app.message = Some((Tone::Plain, format!("{name} is no longer marked")));
        return None;
    }
    app.marked = Some(subject);
    let key = app.keymap.key_for("diff").map(|key| format!(": {key} on another one compares both"));
    app.message = Some((Tone::Plain, format!("{name} is marked{}", key.unwrap_or_default())));
    None
}

/// Returns the two things that would be compared, the marked or the older one first.
fn pair(context: &Context<'_>) -> Result<(Subject, Subject), String> {
    let selected = comparable(context)?;
    let app = context.app;
    let marked = app.marked.as_ref().filter(|marked| **marked != selected);
    let kind = |subject: &Subject| subject.item.resource().map(|(kind, _)| kind);
    if let Some(marked) = marked.filter(|marked| kind(marked) == kind(&selected)) {
        if marked.account != selected.account {
            return Err(format!("{} is marked, of another account", app.name_of(marked)));
        }
        return Ok((marked.clone(), selected));
    }
    let account = app.account(selected.account).ok_or("the account is gone")?;
    let before = before(&account.observed.store, &selected);
    let key = app.keymap.key_for("mark").map(|key| format!(" with {key}")).unwrap_or_default();
    let before = before.ok_or_else(|| format!("mark another one first{key}"))?;
    Ok((before, selected))
}

/// Returns the version or the run before this one.
fn before(store: &Store, subject: &Subject) -> Option<Subject> {
    let (kind, id) = subject.item.resource()?;
    let id = if kind == Kind::Packages {
        let own = store.packages.get(id)?;
        let older = store.packages.rows().filter(|p| p.group == own.group && p.version < own.version);
        &older.max_by_key(|p| p.version)?.arn
    } else {
        // Only versions and runs have an order.
        let own = store.executions.get(id).filter(|_| kind == Kind::Executions)?;
        let older = store.executions.rows().filter(|run| run.pipeline == own.pipeline && run.started < own.started);
        &older.max_by_key(|run| run.started)?.arn
    };
    Some(Subject::resource(subject.account, kind, id))
}

pub(super) fn can_compare(context: &Context<'_>) -> Result<String, String> {
    can_mark(context)?;
    pair(context).map(|_| String::new())
}

/// Shows the marked thing and the selected one side by side; without a mark, the one before and the selected one.
pub(super) fn compare(app: &mut App) -> Option<Effect> {
    let (old, new) = pair(&app.context()).ok()?;
    app.visit(new.account);
    app.modal = Some(Comparison { old, new, unfolded: false, scroll: 0 }.into());
    None
}
