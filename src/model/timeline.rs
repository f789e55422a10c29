//! The past events of one model, newest first: those that its rows record, and the deployments that only the join sees.

use std::cmp::Reverse;

use jiff::Timestamp;

use super::{Chain, Health, Serving, heard};
use crate::resources::{Event, Kind, Store};

/// Returns the newest `most` events of a model, newest first. All of them have a time.
#[must_use]
pub fn timeline(chain: &Chain, store: &Store, most: usize) -> Vec<(Timestamp, Event)> {
    // The run already reports the jobs of its steps.
    let told = |kind: Kind| kind != Kind::Jobs || chain.pipelines.is_empty();
    // Rows with many ids are sorted, newest first, so the newest events are among the first rows.
    let joined = Chain::JOINED.into_iter().rev().filter(|kind| told(*kind));
    let joined = joined.flat_map(|kind| chain.ids(kind).take(most).map(move |id| (kind, id)));
    let rows = joined.chain(chain.attached_things()).filter_map(|(kind, id)| Some((kind, store.get(kind, id)?)));
    let recorded = rows.flat_map(|(kind, row)| {
        row.events()
            .into_iter()
            .map(move |event| if kind == Kind::Alarms { judge_alarm(chain, store, row.id(), event) } else { event })
    });
    let deployed = chain.serving.iter().flat_map(|serving| deployments(serving, store)).map(|deployed| deployed.event);
    let dated = recorded.chain(deployed).filter_map(|event| Some((event.at?, event)));
    let mut past: Vec<(Timestamp, Event)> = dated.collect();
    past.sort_by_key(|(at, _)| Reverse(*at));
    past.truncate(most);
    past
}

/// Returns the event of an alarm of a model as it counts. Good news is no trouble, and what only degrades the model does
/// not break it.
#[must_use]
pub fn judge_alarm(chain: &Chain, store: &Store, alarm: &str, event: Event) -> Event {
    if chain.good_news.contains(&alarm) {
        return event.as_good_news();
    }
    let event = heard(store, alarm, event);
    if chain.degrading.contains(&alarm) { event.at_most(Health::Warning) } else { event }
}

/// A deployment of an endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deployed {
    /// A sentence that says what happened, and who did it if that is known.
    pub event: Event,
    /// The event of the call that began it, if `CloudTrail` shows the call. Both are one thing.
    pub call: Option<Event>,
}

/// Returns the last deployment of an endpoint, the one that AWS rolled back, and the one that is going on.
pub fn deployments(serving: &Serving, store: &Store) -> impl Iterator<Item = Deployed> {
    let endpoint = store.endpoints.get(serving.endpoint);
    let live = serving.since.map(|at| {
        let version = serving.versions_with_shares().unwrap_or_else(|| "a configuration".to_owned());
        let call = serving.config.and_then(|config| call(store, serving.endpoint, |own| own == config));
        let word = match (endpoint.and_then(|e| e.live_since), &call) {
            (Some(_), _) => "live in",
            (None, Some(_)) => "deployed to",
            (None, None) => "configured for",
        };
        let before: Vec<String> = serving.replaced.iter().map(|version| format!("v{version}")).collect();
        let before = if before.is_empty() { String::new() } else { format!("{} → ", before.join(", ")) };
        let changed = serving.changed.as_ref().map(|changed| format!(": {changed}")).unwrap_or_default();
        let text = format!("{before}{version} {word} {}{changed}", serving.endpoint);
        Deployed::new(Event::at(at, Health::Running, text).by(serving.config.unwrap_or_default()), call)
    });
    let rolled_back = endpoint.filter(|e| e.was_rolled_back()).and_then(|e| {
        let why = e.failure.as_ref().map(|why| format!(": {why}"));
        let call = call(store, &e.name, |own| e.config.as_deref() != Some(own));
        let what = e.went_back_from.as_deref().or(call.as_ref().and_then(|call| call.config.as_deref()));
        let text = format!("{} rolled back in {}{}", what.unwrap_or("the update"), e.name, why.unwrap_or_default());
        Some(Deployed::new(Event::at(e.modified?, Health::Critical, text), call))
    });
    let deploying = serving.deployment.as_ref().and_then(|deployment| {
        let (name, way, phase) = (serving.endpoint, deployment.way(), deployment.phase());
        let text = format!("{name} {}: {way}{phase}", deployment.status);
        let pending = endpoint.and_then(|e| e.pending.as_ref());
        let call = pending.and_then(|pending| call(store, name, |own| own == pending.config));
        Some(Deployed::new(Event::at(deployment.since?, Health::Running, text), call))
    });
    live.into_iter().chain(rolled_back).chain(deploying)
}

impl Deployed {
    fn new(event: Event, call: Option<Call>) -> Self {
        match call {
            Some(Call { event: call, .. }) => Self { event: event.by(call.by.clone()), call: Some(call) },
            None => Self { event, call: None },
        }
    }
}

/// A call that deployed a configuration.
struct Call {
    event: Event,
    config: Option<String>,
}

/// Returns the newest successful call that deployed one of these configurations to an endpoint.
#[cfg(feature = "cloudtrail")]
fn call(store: &Store, endpoint: &str, deployed: impl Fn(&str) -> bool) -> Option<Call> {
    use crate::resources::Resource;
    let own = store.trail_events.rows().filter(|call| call.part_of() == Some((Kind::Endpoints, endpoint)));
    let calls = own.filter(|call| call.error.is_none() && call.config.as_deref().is_some_and(&deployed));
    let newest = calls.max_by_key(|call| call.at)?;
    Some(Call { event: newest.events(None).into_iter().next()?, config: newest.config.clone() })
}
#[cfg(not(feature = "cloudtrail"))]
fn call(_: &Store, _: &str, _: impl Fn(&str) -> bool) -> Option<Call> {
    None
}

#[cfg(test)]
mod tests;
