//! Gathers the pack of a thing from the tables and the joined models.

use std::collections::BTreeSet;

use super::pack::{Link, ModelState, Moment, Pack};
use super::part;
use crate::app::{Item, Opening};
use crate::handles::{About, Handle, Place, What};
use crate::headless::Look;
use crate::model::{Chain, timeline};
use crate::resources::{Kind, Thing};

/// Version of the shape.
const SCHEMA: u32 = 1;
/// The most entries of each part. What is left out is counted.
const MOST_MOMENTS: usize = 200;
const MOST_THINGS: usize = 150;
const MOST_ALARMS: usize = 100;
const MOST_SERIES: usize = 150;
/// The most models of a thing.
const MOST_MODELS: usize = 5;

/// Finds the thing in an account. AWS writes some names in lower case.
pub(super) fn find(look: &Look, wanted: &Opening) -> Option<Item> {
    let Some((kind, name)) = wanted.item.resource() else {
        let name = wanted.item.model()?;
        let chains = look.joined.chains();
        let chain = chains.iter().find(|chain| chain.name == name);
        let chain = chain.or_else(|| chains.iter().find(|chain| chain.name.eq_ignore_ascii_case(name)))?;
        return Some(Item::Model(chain.name.into()));
    };
    let table = look.store().table(kind);
    let thing = table.thing(name).or_else(|| table.things().find(|thing| thing.id().eq_ignore_ascii_case(name)))?;
    Some(Item::Resource(kind, thing.id().into()))
}

/// Returns the models of a thing, the worst first.
pub(super) fn chains<'a>(look: &'a Look, item: &Item) -> Vec<&'a Chain<'a>> {
    match item.resource() {
        Some((kind, id)) => look.joined.owners_of_part(look.store(), kind, id),
        None => item.model().and_then(|name| look.joined.chain(name)).into_iter().collect(),
    }
}

/// Returns the things of models, each once, the thing itself first.
fn things<'a>(look: &'a Look, item: &Item, chains: &[&'a Chain<'a>]) -> Vec<&'a dyn Thing> {
    let mut known: BTreeSet<(Kind, String)> = BTreeSet::new();
    let own = item.resource().map(|(kind, id)| (kind, id.to_owned()));
    let joined = chains.iter().flat_map(|chain| {
        // Rows with many ids are newest first, but alarms have the order of their names: all are looked at below.
        let of = |kind| {
            let most = if kind == Kind::Alarms { usize::MAX } else { MOST_THINGS / 5 };
            chain.ids(kind).take(most).map(move |id| (kind, id.to_owned()))
        };
        let attached = chain.attached_things().map(|(kind, id)| (kind, id.to_owned()));
        Chain::JOINED.into_iter().rev().flat_map(of).chain(attached)
    });
    let mut all = Vec::new();
    for (kind, id) in own.into_iter().chain(joined) {
        if let Some(thing) = look.store().get(kind, &id)
            && known.insert((kind, id))
        {
            all.push(thing);
        }
    }
    all
}

/// Gathers everything but logs and the journal.
pub(super) fn gather(look: &Look, item: &Item, about: &str) -> Pack {
    let me = look.store().identity.rows().next();
    let chains = chains(look, item);
    let things = things(look, item, &chains);
    let place = Place {
        region: &look.aws.region,
        account: me.map(|me| me.account.as_str()),
        profile: None,
        links: &look.observed.preferences.links,
    };
    let mut left_out = Vec::new();
    let mut most = |what: &str, all: usize, most: usize| {
        if all > most {
            left_out.push(format!("{} of {all} {what}", all - most));
        }
        most
    };
    let mut alarms: Vec<_> = things.iter().filter(|thing| thing.kind() == Kind::Alarms).collect();
    alarms.sort_by_key(|alarm| alarm.status() != Some("ALARM"));
    let series: Vec<_> = part::series(look, &chains, item);
    let moments = moments(look, &chains, &things);
    let [alarm_count, series_count, thing_count, moment_count, chain_count] = [
        most("alarms", alarms.len(), MOST_ALARMS),
        most("metrics", series.len(), MOST_SERIES),
        most("things", things.len(), MOST_THINGS),
        most("events", moments.len(), MOST_MOMENTS),
        most("models", chains.len(), MOST_MODELS),
    ];
    let mut alarms: Vec<_> = alarms.into_iter().take(alarm_count).filter_map(|a| part::alarm(look, a.id())).collect();
    alarms.sort_by_key(|alarm| (alarm.state != "ALARM", alarm.name.clone()));
    Pack {
        schema: SCHEMA,
        program: concat!("sagetop ", env!("CARGO_PKG_VERSION")).to_owned(),
        taken_at: look.observed.at,
        name: item.id().to_owned(),
        about: about.to_owned(),
        account: me.map(|me| me.account.clone()),
        region: look.aws.region.clone(),
        identity: me.map(|me| me.arn.clone()),
        endpoint_url: look.aws.endpoint.clone(),
        models: chains.iter().take(chain_count).map(|chain| part::model(chain)).collect::<Vec<ModelState>>(),
        timeline: moments.into_iter().take(moment_count).collect(),
        alarms,
        metrics: series.into_iter().take(series_count).collect(),
        logs: Vec::new(),
        done: Vec::new(),
        things: things.iter().take(thing_count).map(|thing| part::thing(place, *thing)).collect(),
        links: links(look, item, &chains, place),
        troubles: part::troubles(look),
        left_out,
    }
}

/// Returns the events of the models and of the thing, newest first.
fn moments(look: &Look, chains: &[&Chain], things: &[&dyn Thing]) -> Vec<Moment> {
    let of_chains = chains.iter().flat_map(|chain| timeline(chain, look.store(), 2 * MOST_MOMENTS));
    let own = things.first().filter(|_| chains.is_empty()).map(|thing| thing.events()).unwrap_or_default();
    let own = own.into_iter().filter_map(|event| Some((event.at?, event)));
    let mut all: Vec<Moment> = of_chains.chain(own).map(|(at, event)| part::moment(at, &event)).collect();
    all.sort_by(|a, b| b.at.cmp(&a.at).then_with(|| a.text.cmp(&b.text)));
    all.dedup();
    all
}

/// Returns what leads to the thing and to its models.
fn links(look: &Look, item: &Item, chains: &[&Chain], place: Place<'_>) -> Vec<Link> {
    let own = match item.resource() {
        Some((kind, id)) => {
            look.store().get(kind, id).map_or_else(|| place.of_id(About::Kind(kind), id), |thing| place.of_thing(thing))
        }
        None => Vec::new(),
    };
    let of_model = |chain: &&Chain| {
        let group = chain.group.and_then(|group| look.store().get(Kind::Groups, group));
        let configured = chain.configured.and_then(|at| look.observed.preferences.models.get(at));
        place.of_model(chain.name, group, configured.and_then(|model| model.runbook_url.as_deref()))
    };
    let wanted = |handle: &Handle| !matches!(handle.what, What::Name | What::Id);
    let all = own.into_iter().chain(chains.iter().take(MOST_MODELS).flat_map(of_model)).filter(wanted);
    let mut all: Vec<Link> = all.map(|h| Link { what: h.what.name().to_owned(), text: h.text }).collect();
    all.dedup();
    all
}
