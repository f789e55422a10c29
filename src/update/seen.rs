//! Marks findings as seen.

use crate::app::{Account, App, Context, Effect, Seen, Subject};
use crate::view::Tone;

/// Returns the marks of the findings about a thing that wait and may be seen.
fn marks(app: &App, subject: &Subject) -> Vec<Seen> {
    let waiting = app.account(subject.account).into_iter().flat_map(Account::inbox);
    let about =
        waiting.filter(|(_, reason)| subject.item.resource().is_some_and(|(kind, id)| reason.is_about(kind, id)));
    about.filter_map(|(_, reason)| Seen::of(reason)).collect()
}

pub(super) fn can_mark(context: &Context<'_>) -> Result<String, String> {
    let marks = context.subject.as_ref().map(|subject| marks(context.app, subject)).unwrap_or_default();
    if marks.is_empty() {
        return Err("only a deployment that was rolled back can be marked as seen; all else must be acted on".into());
    }
    Ok("seen".to_owned())
}

/// Marks the findings about the selected thing as seen, in this run and in later ones.
pub(super) fn mark(app: &mut App) -> Option<Effect> {
    let subject = app.subject()?;
    let marks = marks(app, &subject);
    let account = app.account_mut(subject.account)?;
    account.seen.extend(marks);
    let all = account.seen.iter().cloned().collect();
    app.revision += 1;
    app.message = Some((Tone::Good, "marked as seen: it left the inbox, and stays a finding of its model".to_owned()));
    Some(Effect::KeepSeen(subject.account, all))
}
