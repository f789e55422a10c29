//! The past of a model, and the part of it that came before a trouble.

use std::cmp::Reverse;

use jiff::{SignedDuration, Timestamp};

use super::{activity, cell};
use crate::app::{App, Context, Notice, Subject};
use crate::fmt;
use crate::model::{Chain, Health, timeline};
use crate::resources::{Event, Kind};
use crate::view::Span;

/// The time before a trouble in which its cause is looked for.
const BEFORE: SignedDuration = SignedDuration::from_hours(1);
/// The maximum number of events that are searched.
const MOST: usize = 500;
/// The maximum number of events that are searched for marks.
const MOST_MARKS: usize = 200;

/// Returns the past of a model: the events of the tables, and older events that only the log still has.
pub(super) fn history(app: &App, chain: &Chain, most: usize) -> Vec<(Timestamp, Event)> {
    let mut past = timeline(chain, &app.here.observed.store, most);
    let own = |subject: &Subject| {
        // The run already reports the jobs of its steps.
        let step = subject.item.of_kind(Kind::Jobs).is_some() && !chain.pipelines.is_empty();
        !step && app.here.chain_of(&subject.item).is_some_and(|owner| owner.name == chain.name)
    };
    let calls = activity::calls_of_deployments(chain.serving.iter(), &app.here.observed.store);
    let lost = app.log.iter().filter(|entry| !calls.contains(&entry.event)).filter(|entry| {
        let here = entry.event.at.is_some() && entry.account == app.here.id;
        let known = || past.iter().any(|(at, event)| *at == entry.at && event.text == entry.event.text);
        here && entry.subject.as_ref().is_some_and(own) && !known()
    });
    let lost: Vec<_> = lost.take(most).map(|entry| (entry.at, activity::judged(app, entry))).collect();
    past.extend(lost);
    past.sort_by_key(|(at, _)| Reverse(*at));
    past.truncate(most);
    past
}

/// Returns the signs of what happened to the model, each with the index of its point: of `points` points from a second
/// since 1970 on, each of which covers `period` seconds. The worst come last, so that they are drawn over the others.
pub(super) fn marks(app: &App, chain: &Chain, from: i64, period: i64, points: usize) -> Vec<(usize, Span)> {
    let mark = |(at, event): (Timestamp, Event)| {
        let place = usize::try_from((at.as_second() - from).div_euclid(period)).ok().filter(|place| *place < points)?;
        Some((event.health, place))
    };
    let mut marks: Vec<(Health, usize)> = history(app, chain, MOST_MARKS).into_iter().filter_map(mark).collect();
    marks.sort_unstable();
    marks.into_iter().map(|(health, place)| (place, Span::new(cell::event_sign(health), cell::tone(health)))).collect()
}

/// Returns since when something is wrong with the selected thing or, if nothing is wrong with it, with its model. The
/// trouble of a model is the one that its headline begins with.
///
/// # Errors
/// Returns why that is unknown.
pub fn began(context: &Context<'_>) -> Result<Timestamp, String> {
    let chain = context.chain.ok_or("no model is selected")?;
    let thing = context.subject.as_ref().and_then(|subject| subject.item.resource());
    let wrong = || chain.reasons.iter().filter(|r| r.health >= Health::Warning);
    let own = thing.and_then(|(kind, id)| wrong().filter(|r| r.is_about(kind, id)).find_map(|r| r.since));
    own.or_else(|| chain.began()).ok_or_else(|| "nothing is wrong with it, or nobody knows since when".to_owned())
}

/// Returns the notice of what changed in the hour before the trouble of the selected thing, the latest change first.
///
/// # Errors
/// Returns why there is none.
pub fn changes_before(context: &Context<'_>) -> Result<Notice, String> {
    let (app, chain, began) = (context.app, context.chain.ok_or("no model is selected")?, began(context)?);
    let earliest = began.checked_sub(BEFORE).unwrap_or_default();
    let past = history(app, chain, MOST).into_iter().filter(|(at, _)| (earliest..=began).contains(at));
    let mut text: Vec<String> = past.map(|(at, event)| line(app, began, at, &event)).collect();
    if text.is_empty() {
        text.push("Nothing that was read changed in that hour.".to_owned());
    }
    let title = format!("{}: what changed before {}", chain.name, fmt::clock(app.here.observed.at, began, &app.zone));
    Ok(Notice { title, text, ..Notice::default() })
}

fn line(app: &App, began: Timestamp, at: Timestamp, event: &Event) -> String {
    let before = if at == began { "then".to_owned() } else { format!("{} before", fmt::age(began, at)) };
    let by = if event.by.is_empty() { String::new() } else { format!("   {}", event.by) };
    format!("{}  {before}  {}{by}", fmt::clock(app.here.observed.at, at, &app.zone), event.text)
}
