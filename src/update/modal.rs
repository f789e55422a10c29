//! What keys do in sheets.

use crossterm::event::{Event, KeyCode, KeyEvent};
use tui_input::Input;
use tui_input::backend::crossterm::EventHandler;

use super::typing::{Typed, typed};
use super::{ask, navigate, palette, pick, replay};
use crate::app::{App, Ask, Decision, Effect, Form, Help, Modal, Planning};
use crate::intents::AnyIntent;
use crate::keymap::{self, Press, SheetKey};
use crate::panes;

/// A key while a sheet is open.
pub(super) fn key(app: &mut App, key: KeyEvent) -> Option<Effect> {
    let mut modal = app.modal.take()?;
    if let Modal::Help(help) = &mut modal
        && help.typing
    {
        let effect = type_filter(help, key);
        app.modal = Some(modal);
        return effect;
    }
    let Some(meant) = meant(app, &modal, key) else {
        edit(&mut modal, key);
        app.modal = Some(modal);
        return None;
    };
    if meant == SheetKey::Cancel {
        // Ctrl-C leaves a sheet; pressed again it leaves the program.
        return None;
    }
    if meant == SheetKey::Suspend {
        app.modal = Some(modal);
        return Some(Effect::Suspend);
    }
    if scroll(app, &mut modal, meant) {
        app.modal = Some(modal);
        return None;
    }
    match modal {
        Modal::Palette(palette) => return palette::key(app, palette, meant),
        Modal::Form(form) => return form_key(app, form, meant),
        Modal::Ask(ask) => return ask::key(app, ask, meant),
        Modal::Pick(pick) => return pick::key(app, pick, meant),
        Modal::Reason { intended, input, .. } if meant == SheetKey::Confirm => return reasoned(app, intended, input),
        Modal::Jump { input, .. } if meant == SheetKey::Confirm => return replay::jump_to(app, input),
        Modal::Notice { notice, .. } if meant == SheetKey::Confirm => {
            if let Some(subject) = notice.leads {
                navigate::enter(app, &subject);
            }
        }
        Modal::Help(_) if meant == SheetKey::Confirm => {}
        Modal::Help(help) if meant == SheetKey::Filter => {
            app.modal = Some(Modal::Help(Help { typing: true, ..help }));
        }
        other @ (Modal::Help(_)
        | Modal::Reason { .. }
        | Modal::Jump { .. }
        | Modal::Planning(_)
        | Modal::Notice { .. }) => app.modal = Some(other),
    }
    None
}

#[expect(clippy::wildcard_enum_match_arm, reason = "all other keys do the same everywhere")]
/// What a key means to a sheet; nothing where it edits the line that is being typed.
fn meant(app: &mut App, modal: &Modal, key: KeyEvent) -> Option<SheetKey> {
    if modal.types() && keymap::typed(key).is_some() {
        return None;
    }
    let Press::Action(meant) = app.keymap.press_in_sheet(key) else { return None };
    let edits = |key: &SheetKey| match key {
        SheetKey::Top | SheetKey::Bottom => modal.types(),
        SheetKey::PreviousChoice | SheetKey::NextChoice => !modal.turns(),
        _ => false,
    };
    Some(meant).filter(|key| !edits(key))
}

/// Scrolls a sheet that scrolls; false where the key does something else. Where it ends is seen to by [`settle`].
#[expect(clippy::wildcard_enum_match_arm, reason = "all other keys do something else")]
fn scroll(app: &App, modal: &mut Modal, key: SheetKey) -> bool {
    let page = panes::sheet(app, modal).page(app.size);
    let steps = !modal.chooses();
    let Some(scroll) = modal.scroll() else { return false };
    *scroll = match key {
        SheetKey::ScrollDown if steps => scroll.saturating_add(1),
        SheetKey::ScrollUp if steps => scroll.saturating_sub(1),
        SheetKey::PageDown => scroll.saturating_add(page),
        SheetKey::PageUp => scroll.saturating_sub(page),
        SheetKey::Top => 0,
        SheetKey::Bottom => usize::MAX,
        _ => return false,
    };
    true
}

/// A sheet is scrolled no further than to its end, also when the window has become larger.
pub(super) fn settle(app: &mut App) {
    let Some(mut modal) = app.modal.take() else { return };
    if modal.scroll().is_some_and(|scroll| *scroll > 0) {
        let most = panes::sheet(app, &modal).most_scroll(app.size);
        if let Some(scroll) = modal.scroll() {
            *scroll = most.min(*scroll);
        }
    }
    app.modal = Some(modal);
}

/// A key while the filter of the help is typed.
fn type_filter(help: &mut Help, key: KeyEvent) -> Option<Effect> {
    match typed(&mut help.filter, key) {
        Typed::Changed => help.scroll = 0,
        Typed::Kept | Typed::Dropped => help.typing = false,
        Typed::Moved(by) => help.scroll = help.scroll.saturating_add_signed(by),
        Typed::Left(effect) => return Some(effect),
        Typed::Nothing => {}
    }
    None
}

/// The line that is being typed.
fn line(modal: &mut Modal) -> Option<&mut Input> {
    match modal {
        Modal::Palette(palette) => {
            palette.moved = None;
            Some(&mut palette.input)
        }
        Modal::Reason { input, problem, .. } | Modal::Jump { input, problem } => {
            *problem = None;
            Some(input)
        }
        Modal::Form(form) => form.fields.get_mut(form.focus).map(|f| &mut f.input),
        Modal::Ask(ask) if ask.lenient.is_none() => {
            ask.problem = None;
            Some(&mut ask.input)
        }
        Modal::Ask(_) | Modal::Help(_) | Modal::Pick(_) | Modal::Planning(_) | Modal::Notice { .. } => None,
    }
}

fn edit(modal: &mut Modal, key: KeyEvent) {
    if let Modal::Form(form) = modal {
        let by = isize::from(key.code == KeyCode::Right) - isize::from(key.code == KeyCode::Left);
        if by != 0 && form.choose(by) {
            return;
        }
    }
    if let Some(input) = line(modal) {
        input.handle_event(&Event::Key(key));
    }
}

/// Puts pasted text where letters go; false where nothing is typed.
pub(super) fn paste(modal: &mut Modal, text: &str) -> bool {
    if let Modal::Help(help) = modal
        && help.typing
    {
        (help.filter, help.scroll) = (format!("{}{text}", help.filter), 0);
        return true;
    }
    let Some(input) = line(modal) else { return false };
    *input = Input::new(format!("{}{text}", input.value()));
    true
}

fn reasoned(app: &mut App, intended: Decision, input: Input) -> Option<Effect> {
    if input.value().trim().is_empty() {
        let problem = Some("a reason is needed: it is kept with the version".to_owned());
        app.modal = Some(Modal::Reason { intended, input, problem });
        return None;
    }
    Some(plan(app, intended.with_reason(input.value())))
}

#[expect(clippy::wildcard_enum_match_arm, reason = "all other keys do nothing here")]
fn form_key(app: &mut App, mut form: Form, key: SheetKey) -> Option<Effect> {
    match key {
        SheetKey::Confirm => match form.intent() {
            Ok(intent) => return Some(plan(app, intent.into())),
            Err(wrong) => form.focus = wrong,
        },
        SheetKey::NextField | SheetKey::ScrollDown => form.step(1),
        SheetKey::PreviousField | SheetKey::ScrollUp => form.step(-1),
        _ => {}
    }
    app.modal = Some(Modal::Form(form));
    None
}

/// Asks for a plan, and says so on the screen until it is there.
pub(crate) fn plan(app: &mut App, intent: AnyIntent) -> Effect {
    plan_after(app, intent, None)
}

/// The same for what was chosen in another plan, which stays on the screen.
pub(super) fn plan_after(app: &mut App, intent: AnyIntent, before: Option<Box<Ask>>) -> Effect {
    app.modal = Some(Modal::Planning(Planning { intent: intent.clone(), before, waits: None }));
    Effect::Plan(app.here.place, intent)
}
