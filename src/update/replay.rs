//! The recording and the replay: their state, and the commands to the replay.

use super::logs;
use crate::app::{Account, App, Context, Effect, EventLog, Form, ReplayCommand, Submit};
use crate::fmt;
use crate::recording::{AccountState, Played, Recorded, RecordingStatus};
use crate::resources::{AccountId, Change, Kind, Store, TableUpdate, What};
use crate::view::Tone;

/// Changes that are named after a step; the others are counted.
const MOST_NAMED: usize = 4;

pub(super) fn in_replay(context: &Context<'_>) -> Result<String, String> {
    context.app.replay.map(|_| String::new()).ok_or_else(|| "only in a replay: sagetop replay FILE".to_owned())
}

pub(super) fn can_pause(context: &Context<'_>) -> Result<String, String> {
    if let Some(view) = &context.app.open_log {
        return logs::can_pause(view);
    }
    in_replay(context)?;
    match context.app.replay {
        Some(replay) if replay.ended() => Err("the recording ends here".to_owned()),
        Some(replay) if replay.paused => Ok("play".to_owned()),
        Some(_) | None => Ok("pause".to_owned()),
    }
}

pub(super) fn can_step(context: &Context<'_>) -> Result<String, String> {
    in_replay(context)?;
    let ended = context.app.replay.is_some_and(|replay| replay.ended());
    if ended { Err("the recording ends here".to_owned()) } else { Ok(String::new()) }
}

pub(super) fn can_go_back(context: &Context<'_>) -> Result<String, String> {
    in_replay(context)?;
    let begins = context.app.replay.is_some_and(|replay| replay.at <= replay.begin);
    if begins { Err("the recording begins here".to_owned()) } else { Ok(String::new()) }
}

#[expect(clippy::unnecessary_wraps, reason = "one signature for all actions")]
pub(super) fn command(command: ReplayCommand) -> Option<Effect> {
    Some(Effect::Replay(command))
}

pub(super) fn can_jump(context: &Context<'_>) -> Result<String, String> {
    if context.app.open_log.is_some() { Ok(String::new()) } else { in_replay(context) }
}

/// Pauses or resumes the log or the replay.
pub(super) fn pause(app: &mut App) -> Option<Effect> {
    if app.open_log.is_some() {
        logs::pause(app);
        return None;
    }
    command(ReplayCommand::Pause)
}

/// Asks for the position to go to.
pub(super) fn jump(app: &mut App) -> Option<Effect> {
    if app.open_log.is_some() {
        logs::jump(app);
        return None;
    }
    let replay = app.replay?;
    let (begin, end) = (fmt::second(replay.begin, &app.zone), fmt::second(replay.end, &app.zone));
    let forms = "A time of day, a date with a time, +5m or -30s from here, or a share such as 50%.";
    let submit = |app: &mut App, values: &[String]| {
        let (Some(replay), Some(typed)) = (app.replay, values.first()) else { return Ok(None) };
        let at = fmt::moment(typed, replay.at, (replay.begin, replay.end), &app.zone)?;
        Ok(Some(Effect::Replay(ReplayCommand::To(at))))
    };
    let form = Form::time(format!("The recording goes from {begin} to {end}. {forms}"), Submit::new(submit));
    app.modal = Some(form.into());
    None
}

/// Stores the state of the recording. A new error is shown.
pub(super) fn take_status(app: &mut App, status: RecordingStatus) {
    if let (Some(why), Some(RecordingStatus { trouble: None, .. })) = (&status.trouble, &app.recording) {
        app.message = Some((Tone::Bad, format!("recording: {why}")));
    }
    app.recording = Some(status);
}

/// Applies a part of the recording. After a step, the changes of that moment are shown.
pub(super) fn take_played(app: &mut App, played: Played) {
    let Played { status, recorded, step } = played;
    app.tick(status.at);
    app.replay = Some(status);
    let (mut events, mut changes) = (Vec::new(), Vec::new());
    for recorded in recorded {
        match recorded {
            Recorded::Restored(accounts) => {
                restore(app, accounts);
                (events, changes) = (Vec::new(), Vec::new());
            }
            Recorded::Polled(id, update) => changes.extend(apply_update(app, id, *update)),
            Recorded::Usage(id, usage) => app.take_usage(id, usage),
            Recorded::Event(id, event) => {
                events.push(app.whose(id) + &event.event.text);
                app.log.restore(id, [event]);
            }
            Recorded::Forgotten(id) => {
                if let Some(account) = app.account_mut(id) {
                    account.restore(Store::default());
                }
                app.log.forget(id);
                let text = app.whose(id) + "the rows were dropped: another account answered";
                changes.push(Named { text, is_told: false });
            }
        }
    }
    if status.paused {
        // Models are joined at the time of the position.
        app.here.judge_anew();
        app.elsewhere.iter_mut().for_each(Account::judge_anew);
    }
    if step {
        app.message = name(events, changes).map(|text| (Tone::Plain, text));
    }
}

/// Returns a text about a step: the events, and the changes that no event reports.
fn name(events: Vec<String>, changes: Vec<Named>) -> Option<String> {
    let told = !events.is_empty();
    let changes = changes.into_iter().filter(|change| !(told && change.is_told)).map(|change| change.text);
    let mut named: Vec<String> = events.into_iter().chain(changes).collect();
    let more = named.len().saturating_sub(MOST_NAMED);
    named.truncate(MOST_NAMED);
    named.extend((more > 0).then(|| format!("and {more} more")));
    (!named.is_empty()).then(|| named.join("; "))
}

/// A change in words.
struct Named {
    text: String,
    /// Does an event report the change as well?
    is_told: bool,
}

/// Replaces the state of all accounts.
fn restore(app: &mut App, accounts: Vec<AccountState>) {
    app.log = EventLog::default();
    app.revision += 1;
    for (id, AccountState { store, events, usage }) in AccountId::all().zip(accounts) {
        if let Some(account) = app.account_mut(id) {
            account.restore(store);
            account.usage = usage;
        }
        app.log.restore(id, events);
    }
}

/// Applies a poll. Returns what it changed.
fn apply_update(app: &mut App, id: AccountId, update: TableUpdate) -> Option<Named> {
    let whose = app.whose(id);
    let account = app.account_mut(id)?;
    let (kind, after) = (update.kind(), update.source().state);
    let before = account.observed.store.table(kind).source().state;
    let changes = account.take_update(update);
    let what = if before == after { describe_changes(kind, &changes)? } else { format!("{kind} {after}") };
    let is_told = before == after && changes.iter().all(|change| !change.events.is_empty());
    Some(Named { text: whose + &what, is_told })
}

fn describe_changes(kind: Kind, changes: &[Change]) -> Option<String> {
    match changes {
        [] => None,
        [Change { id, what, .. }] => {
            let what = match what {
                What::Added => "appeared",
                What::Removed => "went",
                What::Changed | What::Found => "changed",
            };
            Some(format!("{kind} {id} {what}"))
        }
        many => Some(format!("{kind}: {} changed", many.len())),
    }
}
