//! Leads from a thing to the first cause of its model's trouble, and to what changed before it.

use super::navigate;
use crate::app::{App, Context, Effect, Subject};
use crate::model::Reason;
use crate::panes::history::{began, changes_before};
use crate::view::Tone;

/// Returns the first cause that the rules know.
fn first_cause<'a>(context: &'a Context<'_>) -> Option<&'a Reason> {
    context.chain.and_then(|chain| chain.course()).map(|(first, _)| first)
}

pub(super) fn can_show(context: &Context<'_>) -> Result<String, String> {
    match (context.chain, first_cause(context)) {
        (None, _) => Err("no model is selected".to_owned()),
        (Some(_), None) => Err("nothing is wrong with it".to_owned()),
        (Some(_), Some(_)) => Ok(String::new()),
    }
}

/// Opens the lineage at the thing that the first cause is about, and says what the cause is.
pub(super) fn show(app: &mut App) -> Option<Effect> {
    let context = app.context();
    let (chain, cause) = (context.chain?, first_cause(&context)?);
    let account = app.here.id;
    let about = cause.about.as_ref().map(|(kind, id)| Subject::resource(account, *kind, id));
    // The lineage has no node for a metric.
    let about = about.filter(|subject| app.chain_of(subject).is_some());
    let subject = about.unwrap_or_else(|| Subject::model(account, chain.name));
    let text = format!("first cause: {}", cause.text);
    navigate::enter(app, &subject);
    app.message = Some((Tone::Plain, text));
    None
}

pub(super) fn can_show_changes(context: &Context<'_>) -> Result<String, String> {
    began(context).map(|_| String::new())
}

/// Shows what changed in the hour before the trouble.
pub(super) fn show_changes(app: &mut App) -> Option<Effect> {
    let notice = changes_before(&app.context()).ok()?;
    app.modal = Some(notice.into());
    None
}
