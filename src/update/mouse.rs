//! The mouse: a click does what the keys do at that place. Nothing needs the mouse.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

use super::run_action::run_action;
use super::{logs, modal, navigate};
use crate::app::{App, Effect, Modal};
use crate::keymap::SheetKey;
use crate::panes::{self, lineage};
use crate::view::{Hit, Id, SheetRow, Tone, hit, is_readable};

/// The number of rows of one step of the wheel.
const WHEEL: isize = 3;

/// Handles an event of the mouse. `twice` says whether it is the second click of a double click.
pub(super) fn handle(app: &mut App, mouse: MouseEvent, twice: bool) -> Option<Effect> {
    if !is_readable(app.size) {
        return None;
    }
    match mouse.kind {
        MouseEventKind::ScrollDown => wheel(app, WHEEL),
        MouseEventKind::ScrollUp => wheel(app, -WHEEL),
        MouseEventKind::Down(MouseButton::Left) => {
            app.notice_operator();
            click(app, (mouse.column, mouse.row), twice)
        }
        MouseEventKind::Down(_)
        | MouseEventKind::Up(_)
        | MouseEventKind::Drag(_)
        | MouseEventKind::Moved
        | MouseEventKind::ScrollLeft
        | MouseEventKind::ScrollRight => None,
    }
}

/// Leaves the mouse to the terminal, so that it selects text, or takes it again.
#[expect(clippy::unnecessary_wraps, reason = "one signature for all actions")]
pub(super) fn toggle(app: &mut App) -> Option<Effect> {
    app.mouse = !app.mouse;
    let text = if app.mouse { "the mouse clicks here" } else { "the mouse selects text of the terminal" };
    app.message = Some((Tone::Plain, text.into()));
    Some(Effect::Mouse(app.mouse))
}

fn wheel(app: &mut App, by: isize) -> Option<Effect> {
    if app.modal.is_none() {
        return navigate::step(app, by);
    }
    // The rows of a sheet that scrolls move, and no choice in it: the wheel must not turn "cancel" to "send".
    if let Some(scroll) = app.modal.as_mut().and_then(|modal| modal.dialog_mut().scroll()) {
        *scroll = scroll.saturating_add_signed(by);
        return None;
    }
    let key = if by > 0 { SheetKey::ScrollDown } else { SheetKey::ScrollUp };
    press(app, key, 1)
}

/// Presses a key of the open sheet so many times.
fn press(app: &mut App, key: SheetKey, times: usize) -> Option<Effect> {
    let mut last = None;
    for _ in 0..times {
        last = modal::act(app, key).or(last);
    }
    last
}

fn click(app: &mut App, at: (u16, u16), twice: bool) -> Option<Effect> {
    match hit(&panes::screen(app), app.size, at)? {
        Hit::Tab(pane) => run_action(app, pane),
        Hit::Key(name) if app.modal.is_some() => press(app, SheetKey::named(&name)?, 1),
        Hit::Key(name) => run_action(app, &name),
        Hit::Head(place) => sort_by(app, place),
        Hit::Row(id) => select(app, id, twice),
        Hit::Node(id) => select_node(app, id, twice),
        Hit::SheetRow { place, pinned: false } => choose(app, place, twice),
        Hit::SheetRow { pinned: true, .. } => None,
    }
}

/// Sorts by a visible column. A second click reverses the order.
fn sort_by(app: &mut App, place: usize) -> Option<Effect> {
    if app.open_log.is_some() {
        return None;
    }
    let (column, _) = *panes::columns(app).get(place)?;
    let list = app.list_mut();
    let same = list.sort.filter(|(now, _)| *now == column);
    list.sort = Some((column, same.is_some_and(|(_, descending)| !descending)));
    None
}

/// Selects a row. A double click opens it.
fn select(app: &mut App, id: Id, twice: bool) -> Option<Effect> {
    if app.open_log.is_some() {
        logs::select(app, id);
    } else {
        let list = app.list_mut();
        let place = list.ids.iter().position(|subject| Id::of(subject) == id)?;
        list.put(place);
    }
    if twice { run_action(app, "open") } else { None }
}

fn select_node(app: &mut App, id: Id, twice: bool) -> Option<Effect> {
    let path = app.detail.as_ref().and_then(|detail| lineage::path_of(app, detail, id))?;
    app.detail.as_mut()?.select(path);
    if twice { run_action(app, "open") } else { None }
}

/// Selects an item of the open sheet. A double click confirms it.
fn choose(app: &mut App, place: usize, twice: bool) -> Option<Effect> {
    let sheet = panes::sheet(app, app.modal.as_ref()?);
    let chooses = matches!(
        app.modal,
        Some(Modal::Palette(_) | Modal::Pick(_) | Modal::Chooser(_) | Modal::ThemePicker(_) | Modal::ColumnPicker(_))
    );
    if !chooses || !matches!(sheet.rows.get(place), Some(SheetRow::Item { .. })) {
        return None;
    }
    // In the palette no row may be selected yet. The first key then selects the first item.
    let first = sheet.rows.iter().position(|row| matches!(row, SheetRow::Item { .. }))?;
    let now = sheet.focus.map_or(first.checked_sub(1), Some).unwrap_or_default();
    let key = if place >= now { SheetKey::ScrollDown } else { SheetKey::ScrollUp };
    let moved = press(app, key, place.abs_diff(now));
    if twice { press(app, SheetKey::Confirm, 1).or(moved) } else { moved }
}
