//! The actions of the intents: from the selection to a plan, as each intent declares it.

use std::collections::BTreeSet;

use super::modal;
use crate::app::{Action, App, Context, Effect, Field, Form, Submit};
use crate::intents::{Input, Intent, Permission, Question, Selection, Values};
use crate::resources::Observed;
use crate::view::Tone;

/// Returns the action that plans an intent.
pub(super) const fn action<I: Intent>() -> Action {
    let (able, run) =
        (able::<I> as fn(&Context<'_>) -> Result<String, String>, run::<I> as fn(&mut App) -> Option<Effect>);
    let fits = fits::<I> as fn(&Context<'_>) -> bool;
    Action { name: I::NAME, help: I::HELP, group: "act", remedy: I::REMEDY, on: I::ON, like: I::LIKE, able, fits, run }
}

/// Returns the selection, as intents see it.
pub(super) fn selection<'a>(context: &'a Context<'_>) -> Selection<'a> {
    let (app, here) = (context.app, &context.app.here);
    let thing = context.subject.as_ref().and_then(|subject| subject.item.resource());
    Selection {
        thing,
        chain: context.chain,
        observed: &here.observed,
        joined: &here.joined,
        zone: &app.zone,
        refresh_key: app.keymap.key_for("refresh"),
    }
}

fn able<I: Intent>(context: &Context<'_>) -> Result<String, String> {
    if context.app.replay.is_some() {
        return Err("not available in a replay".into());
    }
    context.app.here.may_change().map_err(|why| format!("read-only: {why}"))?;
    let label = I::available(&selection(context))?;
    allowed::<I>(context)?;
    // The simulation may be wrong about a single thing, so it refuses nothing.
    Ok(match context.app.here.simulated.as_ref().and_then(lacks::<I>) {
        Some(action) => format!("{label} (IAM simulates that {action} is denied)"),
        None => label,
    })
}

/// Does the intent fit the selection, in an account that may be changed?
fn fits<I: Intent>(context: &Context<'_>) -> bool {
    let writable = context.app.replay.is_none() && context.app.here.may_change().is_ok();
    writable && I::available(&selection(context)).is_ok()
}

/// Checks that the intent may be sent, whatever the state of the selection is.
fn allowed<I: Intent>(context: &Context<'_>) -> Result<(), String> {
    allowed_on::<I>(context, &I::endpoints(&selection(context)))
}

/// Checks that the intent may be sent for one of these endpoints, or for something whose stage is not known if there are
/// none.
pub(super) fn allowed_on<I: Intent>(context: &Context<'_>, endpoints: &[&str]) -> Result<(), String> {
    if context.app.replay.is_some() {
        return Err("not available in a replay".into());
    }
    context.app.here.may_change().map_err(|why| format!("read-only: {why}"))?;
    let again = || context.app.keymap.key_for("refresh").map(|key| format!("; {key} lets you try again"));
    let here = &context.app.here;
    if let Some(action) = lacks::<I>(&here.denied) {
        return Err(format!("{action} was denied before{}", again().unwrap_or_default()));
    }
    let Observed { store, preferences, .. } = &here.observed;
    let stage = |name: &&str| store.endpoints.get(name).map(|endpoint| endpoint.known_stage(&preferences.models));
    let stages: Vec<&str> = endpoints.iter().map(|name| stage(name).unwrap_or_default()).collect();
    let mut each = if stages.is_empty() { vec![""] } else { stages }.into_iter().map(|stage| {
        here.may_change_stage(stage)?;
        here.freeze(stage).map_or(Ok(()), |freeze| Err(format!("frozen by {freeze}")))
    });
    let first = each.next().unwrap_or(Ok(()));
    // The operator chooses one that may be changed; if there is none, the reason of the first one is shown.
    first.or_else(|why| each.find(Result::is_ok).unwrap_or(Err(why)))
}

/// Returns an IAM action without which the intent can do nothing, if it is denied: one of each of its calls.
fn lacks<I: Intent>(denied: &BTreeSet<String>) -> Option<&'static str> {
    let of_call = |call: &&'static [Permission]| call.iter().map(|p| p.action).find(|action| denied.contains(*action));
    let all: Option<Vec<&str>> = I::PERMISSIONS.iter().map(of_call).collect();
    all?.first().copied()
}

/// Opens the question of the intent, or requests the plan.
fn run<I: Intent>(app: &mut App) -> Option<Effect> {
    match I::question(&selection(&app.context()))? {
        Question::Nothing(intent) => return Some(modal::plan(app, intent)),
        Question::Values(values) => app.modal = Some(form(values).into()),
        Question::Which(pick) => app.modal = Some(pick.into()),
        Question::NotRead(what) => {
            app.message = Some((Tone::Busy, format!("{what}: press the key again in a moment")));
            return Some(Effect::Refresh(app.here.id));
        }
    }
    None
}

/// Makes a form that plans the intent of its values.
fn form(values: Values) -> Form {
    let Values { title, text, inputs, intent } = values;
    let field = |input| match input {
        Input::Text(label) => Field::text(label),
        Input::Parameter(parameter) => Field::from(parameter),
        Input::Filled(parameter, value) => Field::from(parameter).filled(value),
    };
    Form {
        title,
        text,
        fields: inputs.into_iter().map(field).collect(),
        focus: 0,
        writes: true,
        confirm: "make the plan",
        problem: None,
        submit: Submit::new(move |app, values| Ok(Some(modal::plan(app, intent(values)?)))),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{NAMES, TABLES};
    use super::*;
    use crate::app::Account;
    use crate::assets::Assets;
    use crate::intents::Retrain;
    use crate::resources::pipeline::Pipeline;
    use crate::resources::{AccountId, Kind, Listing};
    use jiff::Timestamp;

    #[test]
    fn what_is_not_read_yet_is_asked_for_at_once() {
        let mut observed = Observed::default();
        let unread = vec![Pipeline { name: "build".into(), ..Pipeline::default() }];
        observed.store.pipelines.apply(Ok(Listing::all(unread)), Timestamp::UNIX_EPOCH);
        let keymap = Assets::default().keymap("default", NAMES).unwrap();
        let mut app = App::new(TABLES, Account::new(observed), Vec::new(), keymap);
        let subject = Some(app.here.resource(Kind::Pipelines, "build"));
        app.list_mut().selected = subject;
        assert_eq!(able::<Retrain>(&app.context()), Ok("retrain".to_owned()));
        assert!(matches!(run::<Retrain>(&mut app), Some(Effect::Refresh(AccountId::FIRST))));
        let (_, message) = app.message.unwrap();
        assert_eq!(message, "the definition of build is being read: press the key again in a moment");
    }
}
