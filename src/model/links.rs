//! The edges of a chain. Every join keeps only the certainty of the best edge into each stage. The edges themselves
//! are shown for one chain at a time, so they are computed again for that chain.

use serde::Serialize;

use super::{Confidence, StageKind};

/// One edge: its ends, its certainty, and the rule that found it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Link<'a> {
    /// The ARN, S3 URI or name of the thing before.
    pub from: &'a str,
    /// The ARN, S3 URI or name of the thing after.
    pub to: &'a str,
    /// The certainty.
    pub confidence: Confidence,
    /// The field that proves the edge.
    pub rule: &'static str,
    /// The stage that the edge leads into, or stays within.
    #[serde(skip)]
    pub into: StageKind,
    /// Does the edge cross from the stage before?
    #[serde(skip)]
    pub crossing: bool,
}

/// The certainty of the best edge into each stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Arrows([Option<Confidence>; StageKind::ALL.len()]);

impl Arrows {
    /// Returns the certainty of the edge into a stage. `None` if no edge links it to the stage before.
    pub(super) fn into(self, stage: StageKind) -> Option<Confidence> {
        self.0.get(stage as usize).copied().flatten()
    }
    fn add(&mut self, stage: StageKind, confidence: Confidence) {
        if let Some(arrow) = self.0.get_mut(stage as usize) {
            *arrow = Some(arrow.map_or(confidence, |best| best.min(confidence)));
        }
    }
}

/// The edges while a chain is joined.
#[derive(Debug, Default)]
pub(super) struct Edges<'a> {
    pub(super) arrows: Arrows,
    /// All edges, if they are wanted.
    all: Option<Vec<Link<'a>>>,
}

impl<'a> Edges<'a> {
    /// Makes an empty collection, which keeps all edges if they are `wanted`.
    pub(super) fn new(wanted: bool) -> Self {
        Self { arrows: Arrows::default(), all: wanted.then(Vec::new) }
    }
    pub(super) fn add(&mut self, link: Link<'a>) {
        if link.crossing {
            self.arrows.add(link.into, link.confidence);
        }
        self.all.iter_mut().for_each(|all| all.push(link));
    }
    pub(super) fn extend(&mut self, others: &Self) {
        for stage in StageKind::ALL {
            others.arrows.into(stage).into_iter().for_each(|confidence| self.arrows.add(stage, confidence));
        }
        self.all.iter_mut().for_each(|all| all.extend(others.all.iter().flatten()));
    }
    /// Returns each edge once, sorted.
    pub(super) fn into_sorted(self) -> Vec<Link<'a>> {
        let mut all = self.all.unwrap_or_default();
        all.sort_unstable();
        all.dedup();
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(from: &'static str, to: &'static str, confidence: Confidence) -> Link<'static> {
        Link { from, to, confidence, rule: "", into: StageKind::Alarms, crossing: true }
    }

    #[test]
    fn edges_are_told_once_and_in_order() {
        let exact = |from, to| link(from, to, Confidence::Exact);
        let mut edges = Edges::new(true);
        edges.add(exact("b", "topic"));
        let mut others = Edges::new(true);
        for link in [exact("topic", "mail"), exact("a", "b"), exact("b", "topic")] {
            others.add(link);
        }
        edges.extend(&others);
        assert_eq!(edges.into_sorted(), [exact("a", "b"), exact("b", "topic"), exact("topic", "mail")]);
    }

    #[test]
    fn an_arrow_is_as_sure_as_its_best_edge() {
        let mut edges = Edges::new(false);
        edges.add(Link { into: StageKind::Endpoint, crossing: false, ..link("a", "b", Confidence::Exact) });
        assert_eq!(StageKind::ALL.map(|stage| edges.arrows.into(stage)), [None; 5], "none crosses");
        edges.add(link("a", "b", Confidence::Guess));
        let mut others = Edges::new(false);
        others.add(link("c", "b", Confidence::Derived));
        edges.extend(&others);
        assert_eq!(edges.arrows.into(StageKind::Alarms), Some(Confidence::Derived));
        assert_eq!(edges.into_sorted(), [], "nobody asked for them");
    }
}
