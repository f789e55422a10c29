//! Keys in sheets. What is common to all sheets is here; each kind of sheet has a file for its own keys.

mod ask;
mod chooser;
pub(super) mod column_picker;
mod comparison;
mod form;
mod help;
mod menu;
mod palette;
mod pick;
pub(super) mod theme_picker;

pub(super) use ask::start;

use crossterm::event::KeyEvent;

use super::navigate;
use super::typing;
use crate::app::{App, Ask, Effect, Modal, Notice, Output, Planning};
use crate::intents::AnyIntent;
use crate::keymap::SheetKey;
use crate::panes;
use crate::view::Tone;

/// Handles a key while a sheet is open.
pub(super) fn key(app: &mut App, key: KeyEvent) -> Option<Effect> {
    let mut modal = app.modal.take()?;
    if let Modal::Help(help) = &mut modal
        && help.filter.typing
    {
        let typed = help::type_filter(help, &mut app.keymap, key);
        app.modal = Some(modal);
        return typed;
    }
    let dialog = modal.dialog_mut();
    let Some(meant) = typing::meant(&mut app.keymap, key, dialog.types(), dialog.turns()) else {
        dialog.line().into_iter().for_each(|line| typing::edit(line, key));
        say_dropped(app, &modal);
        app.modal = Some(modal);
        return None;
    };
    app.modal = Some(modal);
    act(app, meant)
}

/// Says that a key has no effect while a plan is read: a name that is typed then is not in the line of the plan.
fn say_dropped(app: &mut App, modal: &Modal) {
    if let Modal::Planning(_) = modal {
        app.message = Some((Tone::Warn, "the plan is still being read: what is typed now is dropped".to_owned()));
    }
}

/// Carries out an action of the open sheet.
#[expect(clippy::wildcard_enum_match_arm, reason = "all other keys mean something to a kind of sheet")]
pub(super) fn act(app: &mut App, meant: SheetKey) -> Option<Effect> {
    let mut modal = app.modal.take()?;
    match meant {
        // `cancel` closes the sheet, although one of its keys also quits the program.
        SheetKey::Cancel => {
            if let Modal::ThemePicker(picker) = modal {
                theme_picker::put_on(app, picker.before)
            } else if let Modal::Output(Output { ticket, ended: None, .. }) = modal {
                app.message = Some((Tone::Warn, "the command was stopped".into()));
                Some(Effect::Stop(ticket))
            } else {
                None
            }
        }
        SheetKey::Suspend => {
            app.modal = Some(modal);
            Some(Effect::Suspend)
        }
        _ if scroll(app, &mut modal, meant) => {
            app.modal = Some(modal);
            None
        }
        _ => match modal {
            Modal::Help(help) => help::key(app, help, meant),
            Modal::Palette(palette) => palette::key(app, palette, meant),
            Modal::Form(form) => form::key(app, form, meant),
            Modal::Pick(pick) => pick::key(app, pick, meant),
            Modal::ThemePicker(picker) => theme_picker::key(app, picker, meant),
            Modal::Comparison(it) => comparison::key(app, it, meant),
            Modal::ColumnPicker(picker) => column_picker::key(app, picker, meant),
            Modal::Menu(menu) => menu::key(app, menu, meant),
            Modal::Chooser(chooser) => chooser::key(app, chooser, meant),
            Modal::Ask(ask) => ask::key(app, ask, meant),
            Modal::Notice(notice) => close(app, notice, meant),
            Modal::Properties(it) => {
                app.modal = (meant != SheetKey::Confirm).then(|| it.into());
                None
            }
            Modal::Planning(_) | Modal::Output(_) => {
                say_dropped(app, &modal);
                app.modal = Some(modal);
                None
            }
        },
    }
}

/// Scrolls the sheet. Returns false if the key does something else. [`settle`] limits the scroll position.
#[expect(clippy::wildcard_enum_match_arm, reason = "all other keys do something else")]
fn scroll(app: &App, modal: &mut Modal, key: SheetKey) -> bool {
    let page = panes::sheet(app, modal).page(app.size);
    let rows = !modal.dialog().steps();
    let Some(scroll) = modal.dialog_mut().scroll() else { return false };
    *scroll = match key {
        SheetKey::ScrollDown if rows => scroll.saturating_add(1),
        SheetKey::ScrollUp if rows => scroll.saturating_sub(1),
        SheetKey::PageDown => scroll.saturating_add(page),
        SheetKey::PageUp => scroll.saturating_sub(page),
        SheetKey::Top => 0,
        SheetKey::Bottom => usize::MAX,
        _ => return false,
    };
    true
}

/// Limits the scroll position to the end of the sheet, for example after the terminal has become larger.
pub(super) fn settle(app: &mut App) {
    let Some(mut modal) = app.modal.take() else { return };
    if modal.dialog_mut().scroll().is_some_and(|scroll| *scroll > 0) {
        let most = panes::sheet(app, &modal).most_scroll(app.size);
        if let Some(scroll) = modal.dialog_mut().scroll() {
            *scroll = most.min(*scroll);
        }
    }
    app.modal = Some(modal);
}

/// Closes a notice, and goes to its subject.
fn close(app: &mut App, notice: Notice, key: SheetKey) -> Option<Effect> {
    match (key, &notice.leads) {
        (SheetKey::Confirm, Some(subject)) => navigate::enter(app, subject),
        (SheetKey::Confirm, None) => {}
        _ => app.modal = Some(notice.into()),
    }
    None
}

/// Requests a plan, and shows that until it is made.
pub(super) fn plan(app: &mut App, intent: AnyIntent) -> Effect {
    plan_after(app, intent, None)
}

/// Requests the plan of another choice. The plan in which it was chosen stays on the screen.
fn plan_after(app: &mut App, intent: AnyIntent, before: Option<Box<Ask>>) -> Effect {
    app.modal = Some(Planning { intent: intent.clone(), before, since: app.here.observed.at, waits: None }.into());
    Effect::Plan(app.here.id, intent)
}
