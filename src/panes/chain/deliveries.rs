//! The deployment pipelines that deliver a version now, in the box of the registry.

use super::super::cell;
use crate::app::App;
use crate::fmt;
use crate::model::{Chain, StageKind};
use crate::view::{Fact, Line};

/// Returns what delivers a version, waits, or is kept from it: `◇ …-deploy 12 min`, and below it what it does. The headline
/// tells the worst one already.
pub(super) fn facts(app: &App, chain: &Chain) -> Vec<Fact> {
    let headline = chain.stage(StageKind::Registry).and_then(|stage| chain.reason_of(stage));
    let told = |kind, id| headline.is_some_and(|reason| reason.is_about(kind, id));
    let same = chain.attached.chunk_by(|a, b| (a.kind, a.id) == (b.kind, b.id)).filter_map(|same| same.first());
    let delivering = same.filter(|a| a.has_own_stage()).filter_map(|a| {
        let thing = app.here.observed.store.get(a.kind, a.id)?;
        let doing = thing.problem().or(thing.activity())?;
        let health = app.here.known(StageKind::Registry, thing.health());
        let age = thing.since().map(|at| format!(" {}", fmt::age(app.here.observed.at, at))).unwrap_or_default();
        let line = Line::new().with(format!("{} ", health.sign().0), cell::tone(health));
        let name = Fact::named(line.plain(thing.title().replace(chain.name, "…")), Line::new().muted(age));
        let doing = (!told(a.kind, a.id)).then(|| Line::new().muted(format!("  {doing}")).into());
        Some(std::iter::once(name).chain(doing))
    });
    delivering.flatten().collect()
}
