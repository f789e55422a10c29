//! A plan that waits for its answer. Focus never starts on yes.

use tui_input::Input;

use super::{App, Effect, Modal, Notice, Run};
use crate::actions::SheetKey;
use crate::intents::{Plan, Step};
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
}

impl Ask {
    pub(super) fn new(plan: Box<Plan>, lenient: bool) -> Self {
        Self { plan, input: Input::default(), lenient: lenient.then_some(false), problem: None, scroll: 0 }
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
    use SheetKey::{Confirm, CopyCall, NextField, PreviousField, ScrollDown, ScrollUp};
    let mut effect = None;
    match key {
        Confirm => return answered(app, ask),
        CopyCall => {
            let calls: Vec<String> = ask.plan.steps.iter().map(Step::cli).collect();
            app.message = Some((Tone::Good, "copied as aws command".into()));
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
