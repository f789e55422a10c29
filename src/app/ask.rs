//! A plan that waits for its answer. Focus never starts on yes.

use tui_input::Input;

use super::{App, Effect, Modal, Notice, Run, modal};
use crate::actions::SheetKey;
use crate::intents::{AnyIntent, Choice, Plan, Step};
use crate::view::Tone;

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
    /// Rows scrolled away.
    pub scroll: usize,
    /// Are the calls shown whole?
    pub unfolded: bool,
}

impl Ask {
    pub(super) fn new(plan: Box<Plan>, lenient: bool) -> Self {
        Self {
            plan,
            input: Input::default(),
            lenient: lenient.then_some(false),
            problem: None,
            scroll: 0,
            unfolded: false,
        }
    }
    /// The places of the choices that are offered.
    pub fn targets(&self) -> impl Iterator<Item = usize> {
        self.plan.choices.iter().enumerate().filter(|(_, choice)| choice.intent.is_some()).map(|(place, _)| place)
    }
    /// Returns the intent of the next or previous choice. After the last choice comes the first.
    fn beside(&self, by: isize) -> Option<AnyIntent> {
        let offered: Vec<&Choice> = self.plan.choices.iter().filter(|choice| choice.intent.is_some()).collect();
        let now = offered.iter().position(|choice| choice.chosen).unwrap_or(0);
        let next = (now + offered.len()).saturating_add_signed(by).checked_rem(offered.len())?;
        offered.get(next).filter(|choice| !choice.chosen)?.intent.clone()
    }
    /// The plan for another choice, in the place of this one: what was chosen among stays in sight.
    pub(super) fn turned(self, intent: &AnyIntent, mut plan: Box<Plan>) -> Self {
        if plan.choices.is_empty() {
            plan.choices = self.plan.choices;
            plan.choices.iter_mut().for_each(|choice| choice.chosen = choice.intent.as_ref() == Some(intent));
        }
        Self { unfolded: self.unfolded, ..Self::new(plan, self.lenient.is_some()) }
    }
    /// Is the answer yes?
    #[must_use]
    pub fn confirmed(&self) -> bool {
        self.lenient.unwrap_or(self.input.value() == self.plan.target)
    }
}

/// A key that means something to a plan.
#[expect(clippy::wildcard_enum_match_arm, reason = "all other keys do nothing here")]
pub(super) fn key(app: &mut App, mut ask: Ask, key: SheetKey) -> Option<Effect> {
    use SheetKey::{
        Confirm, CopyCall, NextChoice, NextField, PreviousChoice, PreviousField, ScrollDown, ScrollUp, Unfold,
    };
    let mut effect = None;
    match key {
        Confirm => return answered(app, ask),
        NextChoice | PreviousChoice => {
            let by = if key == NextChoice { 1 } else { -1 };
            if let Some(intent) = ask.beside(by) {
                return Some(modal::plan_after(app, intent, Some(Box::new(ask))));
            }
        }
        Unfold => ask.unfolded = !ask.unfolded,
        CopyCall => {
            let calls: Vec<String> = ask.plan.steps.iter().map(Step::cli).collect();
            app.message = Some((Tone::Good, "copied the aws command".into()));
            effect = Some(Effect::Copy(calls.join("\n")));
        }
        NextField | PreviousField | ScrollDown | ScrollUp => ask.lenient = ask.lenient.map(|send| !send),
        _ => {}
    }
    app.modal = Some(Modal::Ask(ask));
    effect
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
    let unsent = plan.steps.len();
    let run = Run { account, plan, since, text: "checking again".into(), unsent, outcome: None };
    app.message = Some((Tone::Busy, format!("{}: checking again, then sending", run.plan.title)));
    app.runs.push(run);
    Some(Effect::Run(account, ask.plan))
}
