//! The facts of two things of a kind, in pairs.

use std::collections::BTreeMap;

use super::{Fact, format_value, steps};
use crate::app::{App, Subject};
use crate::model::{Pair, compare_versions};
use crate::resources::{Derived, Kind, Property, Value};
use crate::view::Line;

/// A fact about two things.
#[derive(Debug, Clone)]
pub(in crate::panes) struct Compared {
    pub(in crate::panes) label: String,
    pub(in crate::panes) old: Line,
    pub(in crate::panes) new: Line,
}

impl Compared {
    /// Do the two differ in it?
    pub(in crate::panes) fn differs(&self) -> bool {
        self.old.text() != self.new.text()
    }
}

/// Pairs the facts of two things, in the order of the newer one; those that only the older one has come last.
pub(in crate::panes) fn compare(app: &App, old: &Subject, new: &Subject) -> Vec<Compared> {
    let mut rows = versions(app, old, new);
    let older = own(app, old);
    let mut known: BTreeMap<String, Line> = older.iter().cloned().collect();
    let newer = own(app, new).into_iter().map(|(label, new)| {
        let old = known.remove(&label).unwrap_or_default();
        Compared { label, old, new }
    });
    let mut pairs: Vec<Compared> = newer.collect();
    let only_old = older.into_iter().filter(|(label, _)| known.contains_key(label));
    pairs.extend(only_old.map(|(label, old)| Compared { label, old, new: Line::new() }));
    // Metrics, image, parameters, code and data come before the properties of AWS.
    pairs.retain(|pair| rows.iter().all(|row| row.label != pair.label));
    rows.extend(pairs);
    rows.retain(|row| row.old.width() + row.new.width() > 0);
    let not_read = |subject: &Subject| !is_read(app, subject);
    let (old_unread, new_unread) = (not_read(old), not_read(new));
    for row in &mut rows {
        // A fact that was not read is no difference.
        for (side, unread) in [(&mut row.old, old_unread), (&mut row.new, new_unread)] {
            if unread && side.width() == 0 {
                *side = Line::new().muted("◌ not read");
            }
        }
    }
    rows
}

/// Were the details of a thing read in full? Of versions, those that serve are read in brief.
fn is_read(app: &App, subject: &Subject) -> bool {
    let package = || app.here.observed.store.packages.get(subject.id());
    let is_version = subject.item.resource().is_some_and(|(kind, _)| kind == Kind::Packages);
    !is_version || package().and_then(|package| package.details.as_ref()).is_some_and(|details| !details.brief)
}

/// Returns what makes two versions: metrics, image, parameters, code and data.
fn versions(app: &App, old: &Subject, new: &Subject) -> Vec<Compared> {
    let chain = app.here.joined.owner(Kind::Packages, new.id());
    let versions = chain.and_then(|chain| compare_versions(&app.here.observed, chain, old.id(), new.id()));
    let row = |Pair { what, live, candidate }: Pair| Compared {
        label: what,
        old: Line::new().plain(live),
        new: Line::new().plain(candidate),
    };
    let untrained = versions.as_ref().is_some_and(|versions| !versions.trained).then(|| Compared {
        label: "training".to_owned(),
        old: Line::new().muted("◌ the job of one is not known"),
        new: Line::new().muted("parameters and data are left out"),
    });
    versions.into_iter().flat_map(|versions| versions.pairs).map(row).chain(untrained).collect()
}

/// Returns the facts that a thing has of its own. Those that the other things of its model give are no difference
/// between two things.
fn own(app: &App, subject: &Subject) -> Vec<Fact> {
    let Some((kind, id)) = subject.item.resource() else { return Vec::new() };
    let Some(thing) = app.here.observed.store.get(kind, id) else { return Vec::new() };
    let fact = |Property { label, value }: Property| {
        if let Value::Derived(which) = value {
            return if which == Derived::Steps { steps::steps(app, id) } else { Vec::new() };
        }
        vec![(label.into_owned(), format_value(app, value))]
    };
    thing.properties().into_iter().flat_map(fact).collect()
}
