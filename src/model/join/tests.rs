//! Each edge with its cases: the difference from a healthy account, and the resulting edges of that kind.

mod alarms;
mod models;
mod serving;
mod training;

use crate::model::Confidence;
use crate::model::testing::{Account, arn};

/// An edge: from, to, and its certainty. ARNs of `SageMaker` are shown without their common prefix.
type Edge = (&'static str, &'static str, Confidence);

/// One account, and its edges of one kind.
struct Case {
    /// The difference from a healthy account.
    what: &'static str,
    given: fn(&mut Account),
    edges: &'static [Edge],
}

/// The field or the name that proves an edge, and its cases.
struct OfEdge {
    rule: &'static str,
    cases: &'static [Case],
}

/// Declares the cases of some edges: `on "field or name": "difference" |account| change it => [edges];`.
macro_rules! cases {
    ($(on $rule:literal: $($what:literal |$a:pat_param| $given:expr => [$($edge:expr),* $(,)?];)+)+) => {
        pub(super) const CASES: &[super::OfEdge] = &[$(super::OfEdge {
            rule: $rule,
            cases: &[$(super::Case { what: $what, given: |$a| { $given; }, edges: &[$($edge),*] },)+],
        },)+];
    };
}
use cases;

/// Returns the edges of the model, each with its rule.
fn edges(account: &Account) -> Vec<(String, String, Confidence, &'static str)> {
    let joined = account.join();
    let short = |id: &str| id.strip_prefix(&arn("")).unwrap_or(id).to_owned();
    let links = joined.chain("fraud").map(|chain| joined.links(chain)).unwrap_or_default();
    links.into_iter().map(|link| (short(link.from), short(link.to), link.confidence, link.rule)).collect()
}

#[test]
fn there_are_the_edges_that_the_cases_say_and_no_others() {
    let mut wrong = Vec::new();
    for OfEdge { rule, cases } in [serving::CASES, training::CASES, alarms::CASES].into_iter().flatten() {
        assert!(cases.iter().any(|case| !case.edges.is_empty()), "no case in which there is an edge: {rule}");
        assert!(cases.iter().any(|case| case.edges.is_empty()), "no case in which there is none: {rule}");
        for Case { what, given, edges: expected } in *cases {
            let mut account = Account::healthy();
            given(&mut account);
            let found = edges(&account).into_iter().filter(|(.., by)| by == rule);
            let found: Vec<(String, String, Confidence)> = found.map(|(from, to, sure, _)| (from, to, sure)).collect();
            let expected: Vec<_> =
                expected.iter().map(|(from, to, sure)| (from.to_string(), to.to_string(), *sure)).collect();
            if found != expected {
                wrong.push(format!("{rule}: {what}\n  expected {expected:?}\n  found    {found:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_edge_of_the_healthy_model_has_cases() {
    let tested: Vec<&str> =
        [serving::CASES, training::CASES, alarms::CASES].into_iter().flatten().map(|cases| cases.rule).collect();
    for (from, to, _, rule) in edges(&Account::healthy()) {
        assert!(tested.contains(&rule), "{from} → {to}: {rule} has no cases");
    }
}
