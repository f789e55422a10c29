//! Sheets over the screen, and what keys do in them. Focus never starts on yes.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use tui_input::Input;
use tui_input::backend::crossterm::EventHandler;

use super::{App, Effect, Form, Run, deck};
use crate::actions::{self, Intended};
use crate::intents::{AnyIntent, Plan};
use crate::keymap::{Mode, Press};
use crate::view::Tone;

/// A sheet over the screen.
#[derive(Debug, Clone)]
pub enum Modal {
    /// What the keys do here; scrolled by so many rows.
    Help {
        /// Rows scrolled away.
        scroll: usize,
    },
    /// All actions, to be found by typing.
    Palette(Palette),
    /// Why a version is approved or rejected.
    Reason {
        /// What is to be decided; its reason is still empty.
        intended: Intended,
        /// What was typed.
        input: Input,
        /// What is wrong with it.
        problem: Option<String>,
    },
    /// Parameters of a pipeline.
    Form(Form),
    /// Where a replay is to go.
    Jump {
        /// What was typed.
        input: Input,
        /// What is wrong with it.
        problem: Option<String>,
    },
    /// AWS is being asked what is so.
    Planning(AnyIntent),
    /// A plan waits for its answer.
    Ask(Ask),
    /// Something to read, to be closed by a key.
    Notice(Notice),
}

/// Something to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// What it is about.
    pub title: String,
    /// Paragraphs.
    pub text: Vec<String>,
    /// How it reads.
    pub tone: Tone,
}

impl Notice {
    /// Nothing can be planned, and why.
    pub(super) fn refused(title: String, why: String) -> Modal {
        Modal::Notice(Self { title, text: vec![why, "Nothing was sent.".into()], tone: Tone::Warn })
    }
}

/// All actions, found by typing.
#[derive(Debug, Clone, Default)]
pub struct Palette {
    /// What was typed.
    pub input: Input,
    /// Place of the cursor among the matches.
    pub place: usize,
}

/// A plan waiting for its answer.
#[derive(Debug, Clone)]
pub struct Ask {
    /// The plan.
    pub plan: Box<Plan>,
    /// What was typed; must become the target's name.
    pub input: Input,
    /// A key is enough; `true` when it stands on "send".
    pub lenient: Option<bool>,
    /// What is wrong with the answer.
    pub problem: Option<String>,
    /// Rows scrolled away; `None` keeps the answer in sight.
    pub scroll: Option<usize>,
}

impl Ask {
    pub(super) fn new(plan: Box<Plan>, lenient: bool) -> Self {
        Self { plan, input: Input::default(), lenient: lenient.then_some(false), problem: None, scroll: Some(0) }
    }
    /// Is the answer yes?
    #[must_use]
    pub fn confirmed(&self) -> bool {
        self.lenient.unwrap_or(self.input.value() == self.plan.target)
    }
}

/// A key while a sheet is open.
pub(super) fn key(app: &mut App, key: KeyEvent) -> Option<Effect> {
    let mut modal = app.modal.take()?;
    let press = if types_into(&modal, key) { Press::None } else { app.keymap.press(Mode::Ask, key) };
    let Press::Action(action) = press else {
        edit(&mut modal, key);
        app.modal = Some(modal);
        return None;
    };
    if action == "suspend" {
        app.modal = Some(modal);
        return Some(Effect::Suspend);
    }
    if action == "cancel" {
        // Ctrl-C leaves a sheet; pressed again it leaves the program.
        return None;
    }
    match modal {
        Modal::Help { scroll } => app.modal = scrolled(action, scroll).map(|scroll| Modal::Help { scroll }),
        Modal::Palette(palette) => return palette_action(app, palette, action),
        Modal::Reason { intended, input, .. } if action == "confirm" => return reasoned(app, intended, input),
        Modal::Jump { input, .. } if action == "confirm" => return deck::jump(app, input),
        Modal::Form(form) => return form_action(app, form, action),
        Modal::Ask(ask) => return ask_action(app, ask, action),
        Modal::Notice(_) if action == "confirm" => {}
        other @ (Modal::Reason { .. } | Modal::Jump { .. } | Modal::Planning(_) | Modal::Notice(_)) => {
            app.modal = Some(other);
        }
    }
    None
}

/// Letters are typed where something can be typed, whatever else they are bound to.
fn types_into(modal: &Modal, key: KeyEvent) -> bool {
    let letter =
        matches!(key.code, KeyCode::Char(_)) && !key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
    match modal {
        Modal::Palette(_) | Modal::Reason { .. } | Modal::Jump { .. } | Modal::Form(_) => letter,
        Modal::Ask(ask) => letter && ask.lenient.is_none(),
        Modal::Help { .. } | Modal::Planning(_) | Modal::Notice(_) => false,
    }
}

/// The line that is being typed.
fn line(modal: &mut Modal) -> Option<&mut Input> {
    match modal {
        Modal::Palette(palette) => Some(&mut palette.input),
        Modal::Reason { input, problem, .. } | Modal::Jump { input, problem } => {
            *problem = None;
            Some(input)
        }
        Modal::Form(form) => form.fields.get_mut(form.focus).map(|f| &mut f.input),
        Modal::Ask(ask) if ask.lenient.is_none() => {
            (ask.problem, ask.scroll) = (None, None);
            Some(&mut ask.input)
        }
        Modal::Ask(_) | Modal::Help { .. } | Modal::Planning(_) | Modal::Notice(_) => None,
    }
}

fn edit(modal: &mut Modal, key: KeyEvent) {
    if let Modal::Form(form) = modal {
        let by = isize::from(key.code == KeyCode::Right) - isize::from(key.code == KeyCode::Left);
        if by != 0 && form.choose(by) {
            return;
        }
    }
    if let Modal::Palette(palette) = modal {
        palette.place = 0;
    }
    if let Some(input) = line(modal) {
        input.handle_event(&Event::Key(key));
    }
}

/// Pasted text goes where letters go; it never acts as keys.
pub(super) fn paste(app: &mut App, text: &str) {
    if let Some(input) = app.modal.as_mut().and_then(line) {
        let joined = format!("{}{text}", input.value());
        *input = Input::new(joined);
    }
}

fn scrolled(action: &str, scroll: usize) -> Option<usize> {
    match action {
        "scroll-down" => Some(scroll + 1),
        "scroll-up" => Some(scroll.saturating_sub(1)),
        "next-field" => Some(scroll + 10),
        "previous-field" => Some(scroll.saturating_sub(10)),
        _ => None,
    }
}

fn palette_action(app: &mut App, mut palette: Palette, action: &str) -> Option<Effect> {
    let matches = actions::matching(app, palette.input.value());
    match action {
        "confirm" => {
            let name = matches.get(palette.place).map(|a| a.name)?;
            return actions::run(app, name);
        }
        "scroll-down" | "next-field" => palette.place = (palette.place + 1).min(matches.len().saturating_sub(1)),
        "scroll-up" | "previous-field" => palette.place = palette.place.saturating_sub(1),
        _ => {}
    }
    app.modal = Some(Modal::Palette(palette));
    None
}

fn reasoned(app: &mut App, intended: Intended, input: Input) -> Option<Effect> {
    if input.value().trim().is_empty() {
        let problem = Some("a reason is needed: it is kept with the version".to_owned());
        app.modal = Some(Modal::Reason { intended, input, problem });
        return None;
    }
    Some(plan(app, intended.with_reason(input.value())))
}

fn form_action(app: &mut App, mut form: Form, action: &str) -> Option<Effect> {
    match action {
        "confirm" => match form.intent() {
            Ok(intent) => return Some(plan(app, intent.into())),
            Err(wrong) => form.focus = wrong,
        },
        "next-field" | "scroll-down" => form.step(1),
        "previous-field" | "scroll-up" => form.step(-1),
        _ => {}
    }
    app.modal = Some(Modal::Form(form));
    None
}

fn ask_action(app: &mut App, mut ask: Ask, action: &str) -> Option<Effect> {
    match action {
        "confirm" => return answered(app, ask),
        "copy-call" => {
            let calls: Vec<String> = ask.plan.steps.iter().map(crate::intents::Step::cli).collect();
            app.message = Some((Tone::Good, "copied as aws command".into()));
            app.modal = Some(Modal::Ask(ask));
            return Some(Effect::Copy(calls.join("\n")));
        }
        "next-field" | "previous-field" => ask.lenient = ask.lenient.map(|send| !send),
        "scroll-down" => ask.scroll = Some(ask.scroll.unwrap_or(0) + 1),
        "scroll-up" => ask.scroll = Some(ask.scroll.unwrap_or(0).saturating_sub(1)),
        _ => {}
    }
    app.modal = Some(Modal::Ask(ask));
    None
}

fn answered(app: &mut App, mut ask: Ask) -> Option<Effect> {
    if !ask.confirmed() {
        if ask.lenient.is_some() {
            app.message = Some((Tone::Plain, "cancelled: nothing was sent".into()));
            return None;
        }
        ask.problem = Some(format!("type {} to send; nothing was sent", ask.plan.target));
        app.modal = Some(Modal::Ask(ask));
        return None;
    }
    let account = app.here.place;
    let under_way = |r: &Run| r.outcome.is_none() && r.account == account && r.plan.target == ask.plan.target;
    if app.runs.iter().any(under_way) {
        let why = format!("{} is being changed from here already; wait for its end", ask.plan.target);
        app.modal = Some(Notice::refused(app.whose(account) + &ask.plan.title, why));
        return None;
    }
    let (plan, since) = ((*ask.plan).clone(), app.here.seen.at);
    let run = Run { account, plan, since, text: "checking again".into(), outcome: None };
    app.message = Some((Tone::Busy, format!("{}: checking again, then sending", run.plan.title)));
    app.runs.push(run);
    Some(Effect::Run(account, ask.plan))
}

/// Asks for a plan, and says so on the screen until it is there.
pub(crate) fn plan(app: &mut App, intent: AnyIntent) -> Effect {
    app.modal = Some(Modal::Planning(intent.clone()));
    Effect::Plan(app.here.place, intent)
}
