//! Moving about: panes, rows, lineage.

use crate::app::{App, Detail, Effect, Modal, Subject, of_account};
use crate::panes;
use crate::view::Tone;

use super::Context;

/// Always `None`: moving has no effect outside.
type Moved = Option<Effect>;

pub(super) fn go(app: &mut App, name: &str) -> Moved {
    if let Some(pane) = panes::named(name) {
        app.go(pane);
    }
    None
}

pub(super) fn turn(app: &mut App, by: isize) -> Moved {
    let shown: Vec<_> = panes::shown(app).collect();
    let now = shown.iter().position(|p| p.name == app.pane.name).unwrap_or(0);
    let next = (now + shown.len()).saturating_add_signed(by) % shown.len();
    if let Some(pane) = shown.get(next) {
        app.go(pane);
    }
    None
}

pub(super) fn step(app: &mut App, by: isize) -> Moved {
    if app.detail.is_some() {
        panes::lineage::step(app, by);
    } else {
        app.list_mut().step(by);
    }
    None
}

pub(super) fn page(app: &mut App, by: isize) -> Moved {
    let rows = isize::try_from(panes::list_rows(app)).unwrap_or(10).max(2) - 1;
    step(app, by * rows)
}

pub(super) fn end(app: &mut App, first: bool) -> Moved {
    step(app, if first { isize::MIN / 2 } else { isize::MAX / 2 })
}

/// Opens or closes the branch that the cursor is on.
pub(super) fn branch(app: &mut App, open: bool) -> Moved {
    if let Some(detail) = &mut app.detail {
        if open {
            detail.closed.remove(&detail.selected);
        } else if !detail.closed.contains(&detail.selected) && panes::lineage::has_children(app) {
            if let Some(detail) = &mut app.detail {
                detail.closed.insert(detail.selected.clone());
            }
        } else if let Some(detail) = &mut app.detail
            && detail.selected.len() > 1
        {
            detail.selected.pop();
        }
    }
    None
}

pub(super) fn open(app: &mut App) -> Moved {
    if app.detail.is_some() {
        return branch_toggle(app);
    }
    let subject = app.subject()?;
    if subject.kind == "account" {
        return only(app, &subject.id);
    }
    if subject.kind == "source" {
        app.modal = panes::sources::told(app, &subject.id).map(Modal::Notice);
        return None;
    }
    let Some(chain) = app.current_chain() else {
        let text = "it belongs to no model: add it to a [[model]] of the configuration".to_owned();
        app.message = Some((Tone::Warn, text));
        return None;
    };
    let detail = Detail { model: chain.name.to_owned(), ..Detail::default() };
    let selected = panes::lineage::path_to(app, chain, &subject);
    app.detail = Some(Detail { selected, ..detail });
    None
}

/// Shows the models of one account.
fn only(app: &mut App, account: &str) -> Moved {
    app.go(panes::home());
    app.list_mut().filter = of_account(account);
    app.list_mut().put(0);
    None
}

pub(super) fn can_choose(context: &Context<'_>) -> Result<String, String> {
    if context.app.several() {
        Ok(String::new())
    } else {
        Err("one account is watched: --profile a,b watches two".into())
    }
}

fn branch_toggle(app: &mut App) -> Moved {
    let closed = app.detail.as_ref().is_some_and(|d| d.closed.contains(&d.selected));
    branch(app, closed)
}

pub(super) fn back(app: &mut App) -> Moved {
    if app.detail.take().is_some() {
        return None;
    }
    let list = app.list_mut();
    if !list.filter.is_empty() {
        list.filter.clear();
    } else if app.pane.name != "home" {
        app.go(panes::home());
    }
    None
}

pub(super) fn filter(app: &mut App) -> Moved {
    if app.detail.is_none() {
        app.list_mut().typing = true;
    }
    None
}

/// By the next column that is shown; after the last one in the pane's own order again.
pub(super) fn sort(app: &mut App) -> Moved {
    let shown = panes::columns(app);
    let list = app.list_mut();
    let now = list.sort.map(|(column, _)| column);
    let next = shown.iter().map(|(place, _)| *place).find(|place| now.is_none_or(|now| *place > now));
    list.sort = next.map(|place| (place, false));
    None
}

pub(super) fn reverse(app: &mut App) -> Moved {
    let first = panes::columns(app).first().map(|(place, _)| (*place, true));
    let list = app.list_mut();
    list.sort = list.sort.map(|(column, descending)| (column, !descending)).or(first);
    None
}

pub(super) fn scaling(app: &mut App) -> Moved {
    app.show_scaling = !app.show_scaling;
    let text = if app.show_scaling { "auto scaling's alarms are shown" } else { "auto scaling's alarms are hidden" };
    app.message = Some((Tone::Plain, text.into()));
    None
}

/// What a colleague would paste: the ARN where there is one, otherwise the name.
fn copied(context: &Context<'_>) -> Option<String> {
    let store = &context.app.here.seen.store;
    let Subject { kind, id, .. } = context.subject.as_ref()?;
    let arn = match *kind {
        "endpoints" => store.endpoints.get(id).map(|e| e.arn.clone()),
        "endpoint_configs" => store.configs.get(id).map(|c| c.arn.clone()),
        "models" => store.models.get(id).map(|m| m.arn.clone()),
        "alarms" => store.alarms.get(id).map(|a| a.arn.clone()),
        "pipelines" => store.pipelines.get(id).map(|p| p.arn.clone()),
        "training_jobs" => store.jobs.get(id).map(|j| j.arn.clone()),
        "feature_groups" => store.feature_groups.get(id).map(|g| g.arn.clone()),
        _ => None,
    };
    Some(arn.filter(|a| !a.is_empty()).unwrap_or_else(|| id.clone()))
}

pub(super) fn can_copy(context: &Context<'_>) -> Result<String, String> {
    copied(context).ok_or_else(|| "nothing is selected".into())
}

pub(super) fn copy(app: &mut App) -> Moved {
    let text = copied(&app.context())?;
    app.message = Some((Tone::Good, format!("copied {text}")));
    Some(Effect::Copy(text))
}
