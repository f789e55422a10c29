//! Each rule with its cases: the difference from a healthy account, and the findings of the rule.

mod alarms;
mod attached;
mod capacity;
mod data;
mod endpoint;
mod errors;
mod metrics;
mod muted;
mod order;
mod parts;
mod registry;
mod training;

use super::*;
use crate::model::testing::Account;

/// A finding: its health, its phrase, and for how many seconds it has lasted.
type Found = (Health, &'static str, Option<i64>);

/// One account, and the findings of a rule in it.
struct Case {
    /// The difference from a healthy account.
    what: &'static str,
    given: fn(&mut Account),
    found: &'static [Found],
}

/// A rule and its cases.
struct OfRule {
    stage: StageKind,
    rule: &'static str,
    cases: &'static [Case],
}

/// The cases of some rules: `Stage "rule": "what is different" |account| change it => [what is found];`.
macro_rules! cases {
    ($($stage:ident $rule:literal: $($what:literal |$a:pat_param| $given:expr => [$($found:expr),* $(,)?];)+)+) => {
        pub(super) const CASES: &[super::OfRule] = &[$(super::OfRule {
            stage: crate::model::StageKind::$stage,
            rule: $rule,
            cases: &[$(super::Case { what: $what, given: |$a| { $given; }, found: &[$($found),*] },)+],
        },)+];
    };
}
use cases;

const CASES: [&[OfRule]; 11] = [
    parts::CASES,
    data::CASES,
    training::CASES,
    registry::CASES,
    endpoint::CASES,
    errors::CASES,
    metrics::CASES,
    alarms::CASES,
    muted::CASES,
    attached::CASES,
    capacity::CASES,
];

/// Returns the findings of a rule about the model.
fn found(account: &Account, stage: StageKind, rule: &str) -> Vec<(Health, String, Option<i64>)> {
    let observed = account.observed();
    let joined = crate::model::join(&observed);
    let reasons = &joined.chain("fraud").unwrap().reasons;
    let found = reasons.iter().filter(|r| (r.stage(), r.rule.name) == (stage, rule));
    let ago = |since: Timestamp| observed.at.as_second() - since.as_second();
    found.map(|r| (r.health, r.text.clone(), r.since.map(ago))).collect()
}

#[test]
fn a_rule_finds_what_its_cases_say_and_nothing_else() {
    let mut wrong = Vec::new();
    for OfRule { stage, rule, cases } in CASES.into_iter().flatten() {
        for Case { what, given, found: expected } in *cases {
            let mut account = Account::healthy();
            given(&mut account);
            let found = found(&account, *stage, rule);
            let expected: Vec<_> =
                expected.iter().map(|(health, text, ago)| (*health, (*text).to_owned(), *ago)).collect();
            if found != expected {
                wrong.push(format!("{} {rule}: {what}\n  expected {expected:?}\n  found    {found:?}", stage.name()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_narrow_column_has_the_fact_and_no_name() {
    let mut long = Vec::new();
    for OfRule { stage, rule, cases } in CASES.into_iter().flatten().filter(|of| of.stage != StageKind::Alarms) {
        for Case { what, given, .. } in *cases {
            let mut account = Account::healthy();
            given(&mut account);
            let joined = account.join();
            let reasons = &joined.chain("fraud").unwrap().reasons;
            let found = reasons.iter().filter(|r| (r.stage(), r.rule.name) == (*stage, *rule));
            // An age, or a word and an age, is short.
            let short = |r: &&Reason| matches!(r.column, Some(Column::Age | Column::WordAndAge(_)));
            let wide = found.filter(|r| r.health > Health::Ok && !short(r)).map(Reason::shortest);
            long.extend(wide.filter(|word| word.chars().count() > 16).map(|word| format!("{rule}: {what}: {word}")));
        }
    }
    assert!(long.is_empty(), "{}", long.join("\n"));
}

#[test]
fn every_rule_has_cases_in_which_it_finds_something_and_nothing() {
    for rule in ATTENTION {
        let cases = CASES.into_iter().flatten().filter(|cases| (cases.stage, cases.rule) == (rule.stage, rule.name));
        let cases: Vec<&Case> = cases.flat_map(|cases| cases.cases).collect();
        let (name, stage) = (rule.name, rule.stage.name());
        assert!(cases.iter().any(|case| !case.found.is_empty()), "no case in which {stage} {name} finds something");
        assert!(cases.iter().any(|case| case.found.is_empty()), "no case in which {stage} {name} finds nothing");
    }
    for cases in CASES.into_iter().flatten() {
        let known = ATTENTION.iter().any(|rule| (rule.stage, rule.name) == (cases.stage, cases.rule));
        assert!(known, "there is no rule {} {}", cases.stage.name(), cases.rule);
    }
}

#[test]
fn nothing_is_found_of_a_healthy_model() {
    let joined = Account::healthy().join();
    let chain = joined.chain("fraud").unwrap();
    assert_eq!(chain.reasons, []);
    assert_eq!(chain.health, Health::Ok);
    assert!(chain.stages.iter().all(|stage| stage.health == Health::Ok), "{:?}", chain.stages);
}
