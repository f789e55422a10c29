//! The open log: opening and closing it, the cursor, the tail, the filter.

mod find;

use crossterm::event::KeyEvent;
use jiff::{SignedDuration, Timestamp};

use super::typing::{Typed, type_line};
use crate::app::{App, Context, Effect, Form, LogView, Notice, Submit};
use crate::fmt;
use crate::logs::{Begin, LogRequest};
use crate::panes;
use crate::view::{Id, Tone};
use find::find;

/// How far back one can jump.
const OLDEST: SignedDuration = SignedDuration::from_hours(90 * 24);

/// The most bytes of a line that a sheet shows.
const MOST_SHOWN: usize = 16 * 1024;

/// The most characters of a copied line in the message about it.
const MOST_TOLD: usize = 200;

type Able = Result<String, String>;

pub(super) fn can_open(context: &Context<'_>) -> Able {
    if context.app.replay.is_some() {
        return Err("a replay has no logs: they are not recorded".into());
    }
    if !cfg!(feature = "cloudwatchlogs") {
        return Err("this build does not read logs: it lacks the cargo feature cloudwatchlogs".into());
    }
    if context.app.open_log.is_some() {
        return Err("the log is open".into());
    }
    let subject = context.subject.as_ref().ok_or("nothing is selected")?;
    find(context.app, subject).map(|_| "logs".to_owned())
}

/// Opens the log of the selected thing; of an event, around its time.
pub(super) fn open(app: &mut App) -> Option<Effect> {
    let subject = app.subject()?;
    let found = find(app, &subject).ok()?;
    let begin = found.at.map_or(Begin::Newest, Begin::Around);
    let request = LogRequest { ticket: next_ticket(app), account: subject.account, source: found.source, begin };
    app.open_log = Some(LogView::new(request, found.title, app.here.observed.at));
    None
}

fn next_ticket(app: &mut App) -> u64 {
    app.log_tickets += 1;
    app.log_tickets
}

pub(super) fn in_log(context: &Context<'_>) -> Able {
    let key = context.app.keymap.key_for("logs").map(|key| format!(": {key} opens one")).unwrap_or_default();
    context.app.open_log.as_ref().map(|_| String::new()).ok_or_else(|| format!("only in a log{key}"))
}

pub(super) fn can_go_to_error(context: &Context<'_>) -> Able {
    in_log(context)?;
    let has = context.app.open_log.as_ref().is_some_and(|view| !view.errors.is_empty());
    if has { Ok(String::new()) } else { Err("no line tells of an error".into()) }
}

/// Returns the label of the key that pauses the tail or goes on.
#[expect(clippy::unnecessary_wraps, reason = "the answer of an action")]
pub(super) fn can_pause(view: &LogView) -> Able {
    Ok(if view.following { "pause" } else { "follow" }.to_owned())
}

/// Reads another part of the log, with the same filter.
fn reopen(app: &mut App, begin: Begin) {
    let ticket = next_ticket(app);
    let Some(old) = app.open_log.take() else { return };
    app.open_log = Some(old.read_anew(ticket, begin, app.here.observed.at));
}

/// Reads the last lines anew.
pub(super) fn refresh(app: &mut App) {
    reopen(app, Begin::Newest);
}

/// Lets the cursor follow the newest line, and reads on after the lines that are there.
fn follow(app: &mut App) {
    let (ticket, now) = (next_ticket(app), app.here.observed.at);
    let Some(view) = &mut app.open_log else { return };
    match (view.begin, view.lines.last().map(|line| line.at)) {
        (Begin::Newest | Begin::After(_), Some(last)) => {
            (view.following, view.ticket, view.begin) = (true, ticket, Begin::After(last.min(now)));
            (view.progress.asked, view.progress.read_at) = (now, None);
        }
        (Begin::Around(_), _) | (_, None) => reopen(app, Begin::Newest),
    }
}

/// Pauses the tail, or goes on.
pub(super) fn pause(app: &mut App) {
    match app.open_log.as_mut().filter(|view| view.following) {
        Some(view) => view.following = false,
        None => follow(app),
    }
}

/// Moves the cursor. Up pauses the tail.
pub(super) fn step(view: &mut LogView, by: isize) {
    view.following &= by >= 0;
    view.put(view.place.saturating_add_signed(by));
}

/// Moves the cursor by a screen.
pub(super) fn page(app: &mut App, by: isize) {
    let lines = app.open_log.as_ref().map_or(1, |view| panes::logs::lines_on_screen(app, view));
    let by = by.saturating_mul(isize::try_from(lines).unwrap_or(1).max(2) - 1);
    if let Some(view) = &mut app.open_log {
        step(view, by);
    }
}

/// Moves the cursor to the first line, or to the last one, which it then follows.
pub(super) fn end(app: &mut App, first: bool) {
    let Some(view) = &mut app.open_log else { return };
    match (first, view.begin) {
        (true, _) => step(view, isize::MIN),
        (false, Begin::Around(_)) => step(view, isize::MAX),
        (false, Begin::Newest | Begin::After(_)) if view.following => {}
        (false, Begin::Newest | Begin::After(_)) => follow(app),
    }
}

/// Selects the first line that tells of an error. A filter that hides it is removed.
pub(super) fn first_error(app: &mut App) -> Option<Effect> {
    let view = app.open_log.as_mut()?;
    let first = *view.errors.first()?;
    go_to_line(view, first);
    None
}

fn go_to_line(view: &mut LogView, index: usize) {
    view.following = false;
    if view.shown.binary_search(&index).is_err() {
        view.filter.clear();
        view.arrange();
    }
    view.put_line(index);
}

/// Selects the next or the previous line that tells of an error.
pub(super) fn next_error(app: &mut App, by: isize) {
    let Some(view) = &mut app.open_log else { return };
    let Some(now) = view.shown.get(view.place).copied() else { return };
    let shown = |index: &&usize| view.shown.binary_search(index).is_ok();
    let found = if by > 0 {
        view.errors.iter().filter(shown).find(|index| **index > now)
    } else {
        view.errors.iter().filter(shown).rev().find(|index| **index < now)
    };
    if let Some(index) = found.copied() {
        go_to_line(view, index);
    } else {
        let text = if by > 0 { "no later line tells of an error" } else { "no earlier line tells of an error" };
        app.message = Some((Tone::Plain, text.to_owned()));
    }
}

pub(super) fn wrap(app: &mut App) -> Option<Effect> {
    let view = app.open_log.as_mut()?;
    view.wrap = !view.wrap;
    None
}

/// Removes the filter, or closes the log.
pub(super) fn back(app: &mut App) {
    match app.open_log.as_mut().filter(|view| !view.filter.is_empty()) {
        Some(view) => view.filter.clear(),
        None => app.open_log = None,
    }
}

/// Shows the selected line in full.
pub(super) fn show_line(app: &mut App) {
    let Some(line) = app.open_log.as_ref().and_then(LogView::selected) else { return };
    let shown = line.text.get(..line.text.floor_char_boundary(MOST_SHOWN)).unwrap_or_default();
    let mut text: Vec<String> = shown.split('\n').map(str::to_owned).collect();
    let rest = line.text.len() - shown.len();
    text.extend((rest > 0).then(|| {
        let copy = app.keymap.key_for("copy").map(|key| format!("; {key} copies all of it")).unwrap_or_default();
        format!("… {} more{copy}", fmt::bytes(u64::try_from(rest).unwrap_or(u64::MAX)))
    }));
    let title = format!("{}  {}", fmt::second(line.at, &app.zone), line.stream);
    let tone = if line.is_error { Tone::Bad } else { Tone::Plain };
    app.modal = Some(Notice { title, text, tone, ..Notice::default() }.into());
}

/// Copies the selected line.
/// Selects a visible line.
pub(super) fn select(app: &mut App, id: Id) {
    let Some(view) = &mut app.open_log else { return };
    let place = (0..).map_while(|place| Some((place, view.line(place)?.id)));
    if let Some((place, _)) = place.into_iter().find(|(_, line)| Id::of(line) == id) {
        view.put(place);
    }
}

pub(super) fn copy(app: &mut App) -> Option<Effect> {
    let text = app.open_log.as_ref()?.selected()?.text.to_string();
    let told: String = text.chars().take(MOST_TOLD).collect();
    app.message = Some((Tone::Good, format!("copied {told}")));
    Some(Effect::Copy(text))
}

/// Asks for the time to go to.
pub(super) fn jump(app: &mut App) {
    let forms = "A time of day, a date with a time, or +5m or -30s from the selected line.";
    let submit = |app: &mut App, values: &[String]| {
        let (Some(view), Some(typed)) = (&app.open_log, values.first()) else { return Ok(None) };
        let now = app.here.observed.at;
        let from = view.selected().map_or(now, |line| line.at.min(now));
        let at = fmt::moment(typed, from, (oldest(now), now), &app.zone)?;
        reopen(app, Begin::Around(at));
        Ok(None)
    };
    let form = Form::time(forms.to_owned(), Submit::new(submit));
    app.modal = Some(form.into());
}

fn oldest(now: Timestamp) -> Timestamp {
    now.checked_sub(OLDEST).unwrap_or(now)
}

/// Handles a key while the filter is edited.
pub(super) fn filter_key(app: &mut App, key: KeyEvent) -> Option<Effect> {
    let view = app.open_log.as_mut()?;
    match type_line(&mut view.filter, &mut app.keymap, key) {
        Typed::Moved(by) => step(view, by),
        Typed::Suspended => return Some(Effect::Suspend),
        Typed::Changed | Typed::Kept | Typed::Dropped | Typed::Nothing => {}
    }
    None
}

/// Updates the rows of the log, and scrolls to the selected one.
pub(super) fn settle(app: &mut App) {
    let Some(view) = &mut app.open_log else { return };
    view.arrange();
    let Some(view) = &app.open_log else { return };
    let first = panes::logs::first_line(app, view);
    if let Some(view) = &mut app.open_log {
        view.first = first;
    }
}

#[cfg(test)]
mod tests;
