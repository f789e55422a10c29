//! The nodes of things that are attached to things of the model: rules, deployment pipelines, and others.

use super::nodes::{Branch, branch, unique};
use crate::app::{App, Item};
use crate::fmt;
use crate::model::{Attached, Chain, Health, StageKind};
use crate::resources::Kind;

/// The number of levels below a stage on which attached things are shown.
const DEEPEST: usize = 6;

/// Returns the nodes of the attached things of a stage that are below no other thing.
pub(super) fn of_stage(app: &App, chain: &Chain, stage: StageKind) -> Vec<Branch> {
    let same = chain.attached.chunk_by(|a, b| (a.kind, a.id) == (b.kind, b.id));
    let alone = same.filter(|edges| !edges.iter().any(Attached::is_below)).filter_map(|edges| edges.first());
    alone.filter(|a| a.stage == stage).map(|a| node(app, a.kind, a.id)).collect()
}

/// Puts the things that are attached to a node first among the nodes below it.
pub(super) fn attach(app: &App, chain: &Chain, nodes: &mut [Branch]) {
    attach_down_to(app, chain, nodes, DEEPEST);
}

fn attach_down_to(app: &App, chain: &Chain, nodes: &mut [Branch], depth: usize) {
    // Things may name each other.
    let Some(depth) = depth.checked_sub(1) else { return };
    for above in nodes {
        let own = |to| chain.attached.iter().filter(move |a| a.to == to && a.is_below());
        let attached = above.item.resource().into_iter().flat_map(own);
        let attached = unique(attached.map(|a| node(app, a.kind, a.id)).collect());
        above.children.splice(0..0, attached);
        attach_down_to(app, chain, &mut above.children, depth);
    }
}

/// Makes the node of an attached thing: AWS's word for it, what it is doing, since when, and its state.
fn node(app: &App, kind: Kind, id: &str) -> Branch {
    let (noun, table) = (kind.noun().unwrap_or_default(), app.here.observed.store.table(kind));
    let item = Item::Resource(kind, id.into());
    let Some(thing) = table.thing(id) else {
        return branch(item, Health::Unknown, &table.title(id), &format!("{noun}  {}", table.missing()), Vec::new());
    };
    let age = thing.since().map(|at| fmt::age(app.here.observed.at, at)).unwrap_or_default();
    let parts = [noun.to_owned(), thing.activity().unwrap_or_default(), age, thing.summary()];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    let worst = app.here.joined.finding_about(kind, id).map_or(Health::Absent, |finding| finding.health);
    branch(item, thing.health().max(worst), &thing.title(), &parts.join("  "), Vec::new())
}
