//! Keys while a plan waits for confirmation.

use super::plan_after;
use crate::app::{Answer, App, Ask, Effect, Notice, Run, Subject};
use crate::intents::{Plan, Step};
use crate::keymap::SheetKey;
use crate::resources::AccountId;
use crate::view::Tone;

/// Handles a key.
#[expect(clippy::wildcard_enum_match_arm, reason = "all other keys do nothing here")]
pub(super) fn key(app: &mut App, mut ask: Ask, key: SheetKey) -> Option<Effect> {
    use SheetKey::{
        Confirm, CopyCall, NextChoice, NextField, PreviousChoice, PreviousField, ScrollDown, ScrollUp, Unfold,
    };
    let mut effect = None;
    match key {
        Confirm => return submit_answer(app, ask),
        NextChoice | PreviousChoice => {
            let by = if key == NextChoice { 1 } else { -1 };
            if let Some(intent) = ask.beside(by) {
                return Some(plan_after(app, intent, Some(Box::new(ask))));
            }
        }
        Unfold => ask.unfolded = !ask.unfolded,
        CopyCall => {
            let calls: Vec<String> = ask.plan.steps.iter().map(Step::cli).collect();
            app.message = Some((Tone::Good, "copied the aws command".into()));
            effect = Some(Effect::Copy(calls.join("\n")));
        }
        NextField | PreviousField if ask.ways().count() > 1 => {
            let by = if key == NextField { 1 } else { -1 };
            if let Some(intent) = ask.another_way(by) {
                return Some(plan_after(app, intent, Some(Box::new(ask))));
            }
        }
        NextField | PreviousField | ScrollDown | ScrollUp => {
            if let Answer::Key { sends } = &mut ask.answer {
                *sends = !*sends;
            }
        }
        _ => {}
    }
    app.modal = Some(ask.into());
    effect
}

fn submit_answer(app: &mut App, mut ask: Ask) -> Option<Effect> {
    if !ask.confirmed() {
        if ask.is_by_key() {
            app.message = Some((Tone::Plain, "cancelled: nothing was sent".into()));
            return None;
        }
        ask.problem = Some(format!("type {} to send; nothing was sent", ask.plan.target));
        app.modal = Some(ask.into());
        return None;
    }
    let subject = app.subject();
    start(app, app.here.id, ask.plan, subject)
}

/// Sends a plan about a thing, unless its target is being changed already.
pub(in super::super) fn start(
    app: &mut App,
    account: AccountId,
    planned: Box<Plan>,
    subject: Option<Subject>,
) -> Option<Effect> {
    let under_way = |r: &Run| r.outcome.is_none() && r.account == account && r.plan.target == planned.target;
    if app.runs.iter().any(under_way) {
        let why = format!("{} is being changed from here already; wait for its end", planned.target);
        app.modal = Some(Notice::refused(app.whose(account) + &planned.title, why).into());
        return None;
    }
    let (plan, since) = ((*planned).clone(), app.here.observed.at);
    let unsent = plan.steps.len();
    let run = Run { account, plan, subject, since, text: "checking again".into(), unsent, outcome: None };
    app.message = Some((Tone::Busy, format!("{}: checking again, then sending", run.plan.title)));
    app.runs.push(run);
    Some(Effect::Run(account, planned))
}
