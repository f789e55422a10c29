//! The menu of what can be done to the selected thing.

use super::commands;
use crate::app::{Action, App, Context, Effect, Menu};

/// Returns the changes that concern the selection: those of the thing itself, those of its model, and those of the
/// thing or its model that are not available.
fn listed(context: &Context<'_>) -> Vec<&'static Action> {
    let writes = context.app.tables.actions.iter().filter(|action| action.writes());
    let place = |action: &Action| match ((action.able)(context).is_ok(), context.is_on(action)) {
        (true, true) => Some(0),
        (true, false) => Some(1),
        (false, true) => Some(2),
        (false, false) if (action.fits)(context) => Some(3),
        (false, false) => None,
    };
    let mut listed: Vec<_> = writes.filter_map(|action| Some((place(action)?, action))).collect();
    listed.sort_by_key(|(place, _)| *place);
    listed.into_iter().map(|(_, action)| action).collect()
}

/// Returns the names of the commands of the configuration that fit the selection.
fn fitting(context: &Context<'_>) -> Vec<String> {
    let fitting = context.app.commands.iter().filter(|command| commands::fits(context, command));
    fitting.map(|command| command.name.clone()).collect()
}

pub(super) fn can_open(context: &Context<'_>) -> Result<String, String> {
    if listed(context).is_empty() && fitting(context).is_empty() {
        Err("nothing can be done to this from here".into())
    } else {
        Ok("menu".into())
    }
}

pub(super) fn open(app: &mut App) -> Option<Effect> {
    let context = app.context();
    let (actions, commands) = (listed(&context), fitting(&context));
    let about = match (&context.subject, context.chain) {
        (Some(subject), _) if subject.item.resource().is_some() => app
            .account(subject.account)
            .zip(subject.item.resource())
            .map(|(account, (kind, id))| account.observed.store.title(kind, id).into_owned())
            .unwrap_or_default(),
        (_, Some(chain)) => chain.name.to_owned(),
        _ => String::new(),
    };
    app.modal = Some(Menu { about, actions, commands, focus: 0 }.into());
    #[cfg(feature = "iam")]
    if app.replay.is_none() && app.here.simulated.is_none() {
        app.here.simulated = Some(std::collections::BTreeSet::new());
        return Some(Effect::Simulate(app.here.id));
    }
    None
}
