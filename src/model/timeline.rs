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
        let good_news = kind == Kind::Alarms && chain.good_news.contains(&row.id());
        let told = move |event| if kind == Kind::Alarms { heard(store, row.id(), event) } else { event };
        row.events().into_iter().map(move |event| if good_news { event.as_good_news() } else { told(event) })
    });
    let deployed = chain.serving.iter().flat_map(|serving| deployments(serving, store));
    let dated = recorded.chain(deployed).filter_map(|event| Some((event.at?, event)));
    let mut past: Vec<(Timestamp, Event)> = dated.collect();
    past.sort_by_key(|(at, _)| Reverse(*at));
    past.truncate(most);
    past
}

/// Returns the last deployment of an endpoint, and the one that is going on.
fn deployments(serving: &Serving, store: &Store) -> impl Iterator<Item = Event> {
    let seen_live = store.endpoints.get(serving.endpoint).is_some_and(|e| e.live_since.is_some());
    let live = serving.since.map(|at| {
        let version = serving.version().map_or_else(|| "a configuration".to_owned(), |v| format!("v{v}"));
        let word = if seen_live { "live in" } else { "configured for" };
        let changed = serving.changed.as_ref().map(|changed| format!(": {changed}")).unwrap_or_default();
        let text = format!("{version} {word} {}{changed}", serving.endpoint);
        Event::at(at, Health::Running, text).by(serving.config.unwrap_or_default())
    });
    let deploying = serving.deployment.as_ref().and_then(|deployment| {
        let (endpoint, way, phase) = (serving.endpoint, deployment.way(), deployment.phase());
        let text = format!("{endpoint} {}: {way}{phase}", deployment.status);
        Some(Event::at(deployment.since?, Health::Running, text))
    });
    live.into_iter().chain(deploying)
}

#[cfg(test)]
mod tests;
