//! The edges of a chain. All that is always asked of them is how sure the best one into each stage is; the edges themselves
//! are looked at in one chain at a time, and found again for it.

use serde::Serialize;

use super::{Confidence, StageKind};

/// One edge: what it joins, how sure it is, and by which rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Link<'a> {
    /// ARN, S3 URI or name of what comes before.
    pub from: &'a str,
    /// ARN, S3 URI or name of what follows.
    pub to: &'a str,
    /// How sure.
    pub confidence: Confidence,
    /// The field that says so.
    pub rule: &'static str,
    /// The stage that it leads into (or stays within).
    #[serde(skip)]
    pub into: StageKind,
    /// Does it cross from the stage before?
    #[serde(skip)]
    pub crossing: bool,
}

/// How sure the best edge into each stage is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Arrows([Option<Confidence>; StageKind::ALL.len()]);

impl Arrows {
    /// That into a stage; `None` when nothing links it with the one before.
    pub(super) fn into(self, stage: StageKind) -> Option<Confidence> {
        self.0.get(stage as usize).copied().flatten()
    }
    fn add(&mut self, stage: StageKind, confidence: Confidence) {
        if let Some(arrow) = self.0.get_mut(stage as usize) {
            *arrow = Some(arrow.map_or(confidence, |best| best.min(confidence)));
        }
    }
}

/// Edges while they are found.
#[derive(Debug, Default)]
pub(super) struct Edges<'a> {
    pub(super) arrows: Arrows,
    /// All of them, where somebody asks for them.
    all: Option<Vec<Link<'a>>>,
}

impl<'a> Edges<'a> {
    /// Keeps all of them when they are `wanted`.
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
    /// Each edge once, in their order.
    pub(super) fn told(self) -> Vec<Link<'a>> {
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
        assert_eq!(edges.told(), [exact("a", "b"), exact("b", "topic"), exact("topic", "mail")]);
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
        assert_eq!(edges.told(), [], "nobody asked for them");
    }
}
