//! Acknowledges alarms and findings, takes the last change back, and lists what was left switched off.

use super::modal;
use crate::app::{App, Context, Effect, Field, Form, Run, Submit};
use crate::fmt;
use crate::intents::{AnyIntent, Outcome, Pick, PickItem, Remembered};
use crate::resources::{AccountId, Kind};
use crate::view::{Line, Tone};

/// Returns the selected thing with its account, if there is something to acknowledge about it.
fn selected(context: &Context<'_>) -> Option<(AccountId, Kind, String)> {
    let subject = context.subject.as_ref()?;
    let (kind, id) = subject.item.resource()?;
    Some((subject.account, kind, id.to_owned()))
}

pub(super) fn can_acknowledge(context: &Context<'_>) -> Result<String, String> {
    if context.app.replay.is_some() {
        return Err("not available in a replay".into());
    }
    let none = || nothing_to_acknowledge(context);
    let (account, kind, id) = selected(context).ok_or_else(none)?;
    let account = context.app.account(account).ok_or_else(none)?;
    account.acknowledgeable(kind, &id).ok_or_else(none)?;
    let known = account.acknowledged(kind, &id).is_some();
    Ok(if known { "withdraw acknowledgement" } else { "acknowledge" }.to_owned())
}

/// Says why nothing is acknowledged here, and from where the trouble of a model is.
fn nothing_to_acknowledge(context: &Context<'_>) -> String {
    let is_model = selected(context).is_none() && context.chain.is_some();
    if !is_model {
        return "no alarm fires here, and no finding is about this".to_owned();
    }
    let key = |action: &str| context.app.keymap.key_for(action).map(|key| format!(" ({key})")).unwrap_or_default();
    format!("go to an alarm{} or to a finding{} of this model first", key("alarms"), key("cause"))
}

/// Asks for a note; withdraws at once.
pub(super) fn acknowledge(app: &mut App) -> Option<Effect> {
    let (place, kind, id) = selected(&app.context())?;
    let account = app.account(place)?;
    let since = account.acknowledgeable(kind, &id)?;
    let about = (kind, id.clone());
    if account.acknowledged(kind, &id).is_some() {
        return Some(Effect::Acknowledge(place, about, since, None));
    }
    let title = format!("Acknowledge {}", account.observed.store.title(kind, &id));
    let text = "This stays on this side: AWS is not told. The journal keeps your name and the note, and everybody who \
                shares its directory sees them, until it is well and begins anew.";
    let submit = move |_: &mut App, values: &[String]| {
        let note = values.first().map(|note| note.trim().to_owned()).unwrap_or_default();
        Ok(Some(Effect::Acknowledge(place, about.clone(), since, Some(note))))
    };
    let form = Form {
        title,
        text: vec![Line::new().muted(text)],
        fields: vec![Field::text("note")],
        focus: 0,
        writes: false,
        confirm: "acknowledge",
        problem: None,
        submit: Submit::new(submit),
    };
    app.modal = Some(form.into());
    None
}

/// Returns the last change from here in the selected account.
fn last<'a>(context: &'a Context<'_>) -> Option<&'a Run> {
    let app = context.app;
    app.runs.iter().rev().find(|run| run.account == app.here.id)
}

pub(super) fn can_undo(context: &Context<'_>) -> Result<String, String> {
    let run = last(context).ok_or("nothing was changed in this account since the start")?;
    match (&run.outcome, &run.plan.inverse) {
        (None | Some(Outcome::Open(_)), _) => Err(format!("{} is under way", run.plan.title)),
        (Some(Outcome::Refused(_)), _) => Err(format!("{} was refused, so nothing was sent", run.plan.title)),
        (Some(Outcome::Done(_) | Outcome::Failed(_)), None) => Err(format!("{}: {}", run.plan.title, run.plan.undo)),
        (Some(Outcome::Done(_) | Outcome::Failed(_)), Some(_)) => {
            context.app.here.may_change().map_err(|why| format!("read-only: {why}"))?;
            context.app.here.may_change_stage(&run.plan.stage)?;
            match context.app.here.freeze(&run.plan.stage) {
                Some(freeze) => Err(format!("frozen by {freeze}")),
                None => Ok("undo".to_owned()),
            }
        }
    }
}

/// Plans the inverse of the last change.
pub(super) fn undo(app: &mut App) -> Option<Effect> {
    let inverse = last(&app.context())?.plan.inverse.clone()?;
    Some(modal::plan(app, *inverse))
}

pub(super) fn can_list_off(context: &Context<'_>) -> Result<String, String> {
    let left = context.app.here.left_off().count();
    if left == 0 { Err("nothing that was switched off from here is off".into()) } else { Ok("left off".to_owned()) }
}

/// Lists what was switched off from here. The chosen thing is switched on again by a plan.
pub(super) fn list_off(app: &mut App) -> Option<Effect> {
    let now = app.here.observed.at;
    let item = |off: &crate::intents::SwitchedOff| PickItem {
        line: Line::from(off.switched.name()),
        note: Line::new().muted(format!("{} ago by {}", fmt::age(now, off.at), off.by)),
        intent: AnyIntent::clone(&off.switched.back),
    };
    let items: Vec<PickItem> = app.here.left_off().map(item).collect();
    let (title, text) = ("Switched off from here".to_owned(), "Choose one to plan its return.".to_owned());
    app.modal = Some(Pick { title, text, items, focus: 0 }.into());
    None
}

impl App {
    /// Takes what the journal knows of an account.
    pub(super) fn take_remembered(&mut self, place: AccountId, remembered: Remembered) {
        if let Some(account) = self.account_mut(place).filter(|account| account.remembered != remembered) {
            account.remembered = remembered;
            self.revision += 1;
        }
    }

    /// Says whether an acknowledgement was journalled.
    pub(super) fn acknowledged(&mut self, journalled: Result<bool, String>) {
        self.message = Some(match journalled {
            Ok(true) => (Tone::Good, "acknowledged: the journal has it, AWS is not told".to_owned()),
            Ok(false) => (Tone::Plain, "the acknowledgement is withdrawn".to_owned()),
            Err(why) => (Tone::Bad, format!("not acknowledged: the journal cannot be written ({why})")),
        });
    }
}
