//! Moving between panes, rows and nodes.

use super::{activity, charts, logs, search};
use crate::app::{App, Context, Detail, Effect, Item, Pane, Properties, Subject, of_account};
use crate::panes::{self, lineage};
use crate::resources::Kind;
use crate::resources::alarm::Alarm;
use crate::view::Tone;

/// The result of moving: always `None`, as it has no effect on the runtime.
type Moved = Option<Effect>;

pub(super) fn go(app: &mut App, name: &str) -> Moved {
    if let Some(pane) = app.tables.panes.iter().find(|pane| pane.name == name) {
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
    if let Some(view) = &mut app.open_log {
        logs::step(view, by);
    } else if app.open_charts.is_some() {
        charts::choose(app, by);
    } else if app.detail.is_some() {
        super::lineage::step(app, by);
    } else {
        app.list_mut().step(by);
    }
    None
}

pub(super) fn page(app: &mut App, by: isize) -> Moved {
    if app.open_log.is_some() {
        logs::page(app, by);
        return None;
    }
    if app.open_charts.is_some() {
        charts::page(app, by);
        return None;
    }
    let rows = isize::try_from(panes::list_rows(app)).unwrap_or(10).max(2) - 1;
    step(app, by * rows)
}

pub(super) fn end(app: &mut App, first: bool) -> Moved {
    if app.open_log.is_some() {
        logs::end(app, first);
        return None;
    }
    if app.open_charts.is_some() {
        charts::end(app, first);
        return None;
    }
    step(app, if first { isize::MIN / 2 } else { isize::MAX / 2 })
}

/// Opens or closes the selected branch.
pub(super) fn branch(app: &mut App, open: bool) -> Moved {
    if charts::are_shown(app) {
        charts::step(app, if open { 1 } else { -1 });
        return None;
    }
    if let Some(detail) = &mut app.detail {
        if open {
            detail.closed.remove(&detail.selected);
        } else if !detail.closed.contains(&detail.selected) && lineage::has_children(app) {
            if let Some(detail) = &mut app.detail {
                detail.closed.insert(detail.selected.clone());
            }
        } else if let Some(detail) = &mut app.detail
            && let [above @ .., _] = detail.selected.as_slice()
            && !above.is_empty()
        {
            let above = above.to_vec();
            detail.select(above);
        }
    }
    None
}

pub(super) fn has_branches(context: &Context<'_>) -> Result<String, String> {
    if charts::are_shown(context.app) {
        return Ok("cursor".to_owned());
    }
    let key = context.app.keymap.key_for("open").map(|key| format!(": {key} opens the lineage of the selected row"));
    in_lineage(context, format!("only a lineage has branches{}", key.unwrap_or_default()))
}

pub(super) fn has_facts(context: &Context<'_>) -> Result<String, String> {
    in_lineage(context, "only the facts of a lineage scroll".to_owned())
}

fn in_lineage(context: &Context<'_>, otherwise: String) -> Result<String, String> {
    let covered = context.app.open_log.is_some() || context.app.open_charts.is_some();
    let is_shown = context.app.detail.is_some() && !covered;
    if is_shown { Ok(String::new()) } else { Err(otherwise) }
}

/// Scrolls the properties.
pub(super) fn scroll_facts(app: &mut App, by: isize) -> Moved {
    let detail = app.detail.as_mut()?;
    detail.scroll = detail.scroll.saturating_add_signed(by);
    None
}

pub(super) fn can_open(context: &Context<'_>) -> Result<String, String> {
    let log_is_empty = context.app.open_log.as_ref().is_some_and(|view| view.shown.is_empty());
    if !log_is_empty && (context.app.detail.is_some() || context.subject.is_some()) {
        Ok(String::new())
    } else {
        Err("nothing is listed here".into())
    }
}

pub(super) fn open(app: &mut App) -> Moved {
    if app.open_log.is_some() {
        logs::show_line(app);
        return None;
    }
    if let Some(view) = &mut app.open_charts {
        charts::zoom(view);
        return None;
    }
    if app.detail.is_some() {
        return branch_toggle(app);
    }
    let subject = app.subject()?;
    if subject.item == Item::Account {
        let name = app.account(subject.account)?.name.clone();
        only(app, &name);
    } else if let Item::Source(kind) = subject.item {
        app.modal = Some(panes::sources::notice(app, kind).into());
    } else if let Item::LogEntry(serial) = subject.item {
        activity::open(app, serial);
    } else {
        enter(app, &subject);
    }
    None
}

/// Opens the lineage of a thing's model, with the thing selected, or the properties of a thing of no model.
pub(super) fn enter(app: &mut App, subject: &Subject) {
    (app.open_charts, app.open_log) = (None, None);
    app.visit(subject.account);
    let Some(chain) = app.here.chain_of(&subject.item) else {
        match subject.item.resource() {
            Some(_) => app.modal = Some(Properties { subject: subject.clone(), scroll: 0 }.into()),
            None => app.message = Some((Tone::Warn, "it belongs to no model".to_owned())),
        }
        return;
    };
    let detail = Detail { model: chain.name.to_owned(), ..Detail::default() };
    let selected = lineage::path_to(app, chain, &subject.item);
    app.detail = Some(Detail { selected, ..detail });
}

/// Shows the models of one account.
fn only(app: &mut App, account: &str) {
    app.go(app.tables.home);
    app.list_mut().filter = of_account(account).into();
    app.list_mut().put(0);
}

pub(super) fn can_choose(context: &Context<'_>) -> Result<String, String> {
    if context.app.several() {
        Ok(String::new())
    } else {
        Err("only one account is watched: start with --profile a,b for more".into())
    }
}

fn branch_toggle(app: &mut App) -> Moved {
    let closed = app.detail.as_ref().is_some_and(|d| d.closed.contains(&d.selected));
    if !closed && !lineage::has_children(app) {
        app.message = Some((Tone::Plain, "there is nothing below this".into()));
        return None;
    }
    branch(app, closed)
}

/// Selects a thing in its pane. The filter is removed if it hides the thing. A thing that no pane lists is shown in the
/// lineage of its model.
pub(super) fn reach(app: &mut App, subject: &Subject, name: &str) -> Moved {
    app.visit(subject.account);
    let lists = |pane: &&&Pane| subject.item.resource().is_some_and(|(kind, _)| (pane.kinds)(kind));
    let pane = app.tables.panes.iter().find(lists).map_or(app.tables.home.name, |pane| pane.name);
    let alarm = subject.item.of_kind(Kind::Alarms).and_then(|name| app.here.observed.store.alarms.get(name));
    app.show_scaling |= alarm.is_some_and(Alarm::scaling);
    go(app, pane);
    if !app.list_mut().ids.contains(subject) {
        // The filter or the choice of problems hides it.
        let list = app.list_mut();
        list.filter.clear();
        list.problems = false;
        go(app, pane);
    }
    match app.list_mut().ids.iter().position(|id| id == subject) {
        Some(place) => app.list_mut().put(place),
        None if app.chain_of(subject).is_some() => enter(app, subject),
        None => app.message = Some((Tone::Warn, format!("{name} is not in this list"))),
    }
    None
}

pub(super) fn can_go_back(context: &Context<'_>) -> Result<String, String> {
    let app = context.app;
    let filtered = app.lists.get(app.pane.name).is_some_and(|list| !list.filter.is_empty() || list.problems);
    let shown = app.wallboard.is_some() || app.layout.zoomed || app.tour.is_some();
    if !app.shows_pane() || filtered || !app.at_home() || shown {
        Ok(String::new())
    } else {
        Err("there is nothing to go back to".into())
    }
}

pub(super) fn back(app: &mut App) -> Moved {
    if app.open_log.is_some() {
        logs::back(app);
        return None;
    }
    if app.open_charts.is_some() {
        charts::back(app);
        return None;
    }
    if app.detail.take().is_some() || app.wallboard.take().is_some() {
        return None;
    }
    let list = app.list_mut();
    if !list.filter.is_empty() {
        list.filter.clear();
    } else if list.problems {
        list.problems = false;
    } else if !activity::widen(app) && !std::mem::take(&mut app.layout.zoomed) {
        if app.at_home() {
            app.tour = None;
        } else {
            app.go(app.tables.home);
        }
    }
    None
}

pub(super) fn can_filter(context: &Context<'_>) -> Result<String, String> {
    if charts::are_shown(context.app) { Err("charts have no rows to filter".into()) } else { Ok(String::new()) }
}

pub(super) fn filter(app: &mut App) -> Moved {
    match (&mut app.open_log, &mut app.detail) {
        (Some(view), _) => view.filter.typing = true,
        (None, Some(detail)) => search::begin(detail),
        (None, None) => app.list_mut().filter.typing = true,
    }
    None
}

pub(super) fn can_look_on(context: &Context<'_>) -> Result<String, String> {
    if context.app.open_log.is_some() {
        return logs::can_go_to_error(context);
    }
    if context.app.open_charts.is_some() {
        return Err("charts have no rows to search".into());
    }
    match &context.app.detail {
        Some(detail) if !detail.search.line.is_empty() => Ok(String::new()),
        Some(_) => Err("no search yet: the filter key starts one".into()),
        None => Err("only in a lineage: in a list, the filter shows all matches".into()),
    }
}

pub(super) fn look_on(app: &mut App, by: isize) -> Moved {
    if app.open_log.is_some() {
        logs::next_error(app, by);
    } else {
        search::next(app, by);
    }
    None
}

pub(super) fn can_choose_rows(context: &Context<'_>) -> Result<String, String> {
    let app = context.app;
    let listed = app.shows_pane().then(|| app.pane.list()).flatten();
    listed.map(|_| String::new()).ok_or_else(|| "only a list has rows and columns to choose".into())
}

pub(super) fn can_sort(context: &Context<'_>) -> Result<String, String> {
    if context.app.open_log.is_some() {
        return Err("a log is in the order of time".into());
    }
    if context.app.open_charts.is_some() {
        return Err("charts have no columns to sort by".into());
    }
    if context.app.detail.is_some() {
        return Err("a lineage has no columns to sort by".into());
    }
    context.app.pane.list().map(|_| String::new()).ok_or_else(|| "nothing is listed here".into())
}

/// Sorts by the next visible column. After the last column comes the default order.
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
    let text = if app.show_scaling { "Auto Scaling alarms: shown" } else { "Auto Scaling alarms: hidden" };
    app.message = Some((Tone::Plain, text.into()));
    None
}
