//! `sagetop status`: one line per model, and an exit code for scripts.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::{Look, dump, print_json};
use crate::args::FailOn;
use crate::aws::{AwsError, ErrorKind};
use crate::fmt;
use crate::model::{Chain, Health, Mark};
use crate::view::harmless;

/// The number of reasons in the line of a model; `--json` has all of them.
const REASONS: usize = 3;

/// Prints the state of each model, worst first, account by account; returns the exit code, that of the worst account:
/// 0 ok, 1 warning, 2 critical, 3 unknown.
///
/// # Errors
/// When `out` cannot be written.
pub fn status(looks: &[Look], as_json: bool, fail_on: FailOn, out: &mut impl Write) -> io::Result<u8> {
    if as_json {
        let worst = looks.iter().map(overall).max().unwrap_or(Health::Unknown);
        let whole = Map::from_iter([("health".to_owned(), worst.severity().into())]);
        print_json(out, &dump::together(looks, account, whole))?;
    } else {
        for look in looks {
            let who = if looks.len() > 1 { format!("{}  ", harmless(&look.name)) } else { String::new() };
            let lines = look.joined.chains().iter().map(|chain| line(chain, look));
            let lines = lines.chain(unclaimed(look)).chain(troubles(look));
            for line in lines {
                writeln!(out, "{who}{line}")?;
            }
        }
    }
    // A broken model matters more than an unknown one, and an unknown one more than a degraded one.
    let codes = looks.iter().map(|look| code(look, fail_on));
    Ok(codes.max_by_key(|code| [0, 1, 3, 2].iter().position(|known| known == code)).unwrap_or(3))
}

fn account(look: &Look) -> Map<String, Value> {
    let fields = [
        ("health", json!(overall(look).severity())),
        ("taken_at", json!(look.observed.at)),
        ("models", dump::models(look)),
        ("sources", json!(look.store().sources())),
    ];
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn code(look: &Look, fail_on: FailOn) -> u8 {
    let worst = overall(look);
    let any = |health| worst == health || look.joined.chains().iter().any(|c| c.health == health);
    match worst {
        Health::Critical => 2,
        // If AWS did not answer, the state may be worse than the known one.
        Health::Warning if fail_on == FailOn::Warning && !has_unanswered(look) => 1,
        // A warning below `--fail-on` does not hide that something could not be read.
        Health::Warning | Health::Unknown | Health::Waiting | Health::Running | Health::Ok | Health::Absent
            if any(Health::Unknown) || is_incomplete(look) =>
        {
            3
        }
        Health::Warning | Health::Unknown | Health::Waiting | Health::Running | Health::Ok | Health::Absent => 0,
    }
}

/// Returns the firing alarms on `SageMaker` that belong to no model, in one line.
fn unclaimed(look: &Look) -> Option<String> {
    let unclaimed = look.joined.unclaimed_alarms();
    let (glyph, word) = unclaimed.health.sign();
    unclaimed.text().map(|text| harmless(&format!("{glyph} {word:<8}  {text}")))
}

/// Returns the parts that could not be read, one line for each cause.
fn troubles(look: &Look) -> Vec<String> {
    let mut causes: Vec<(&AwsError, Vec<&str>)> = Vec::new();
    let sources = look.store().troubles();
    for (kind, error) in &sources {
        match causes.iter_mut().find(|(e, _)| e.kind == error.kind && e.message == error.message) {
            Some((_, names)) => names.push(kind.name()),
            None => causes.push((error, vec![kind.name()])),
        }
    }
    let mut lines: Vec<String> = causes
        .into_iter()
        .map(|(error, names)| {
            let what = if names.len() > 3 { format!("{} sources", names.len()) } else { names.join(", ") };
            let advice = error.advice().map(|a| format!("; {a}")).unwrap_or_default();
            harmless(&format!("{} {what}: {error}{advice}", Health::Unknown.sign().0))
        })
        .collect();
    if look.joined.chains().is_empty() && lines.is_empty() {
        let region = &look.aws.region;
        lines.push(format!("no model found in {region}: no model package group, no endpoint, no [[model]]"));
    }
    lines
}

/// Returns the health of the worst model; unknown when a kind that decides was never read.
fn overall(look: &Look) -> Health {
    let worst = look.joined.chains().iter().map(|c| c.health).max().unwrap_or(Health::Ok);
    let worst = worst.max(look.joined.unclaimed_alarms().health);
    if is_incomplete(look) { worst.max(Health::Unknown) } else { worst }
}

/// Returns whether AWS did not answer for one of the kinds. A denial is an answer.
fn has_unanswered(look: &Look) -> bool {
    let answered = |kind| matches!(kind, ErrorKind::Denied | ErrorKind::Unsupported | ErrorKind::Gone);
    look.store().troubles().iter().any(|(_, why)| !answered(why.kind))
}

/// Returns whether one of the kinds that decide was never read, or any kind was not answered.
fn is_incomplete(look: &Look) -> bool {
    let store = look.store();
    has_unanswered(look)
        || [store.endpoints.source(), store.alarms.source(), store.groups.source()]
            .iter()
            .any(|s| s.fetched_at.is_none())
}

/// Writes `✗ broken  recommendation  v13 (prod) v14 (staging)  CTR 1.9 < 2.5, 5XX alarm in ALARM since …`.
fn line(chain: &Chain, look: &Look) -> String {
    let (glyph, word) = match chain.health {
        Health::Absent | Health::Running | Health::Waiting => Health::Ok.sign(),
        health @ (Health::Ok | Health::Unknown | Health::Warning | Health::Critical) => health.sign(),
    };
    let serving = chain.serving.iter().filter_map(|s| {
        let stage = if s.stage.is_empty() { String::new() } else { format!(" ({})", s.stage) };
        s.version_with_share().map(|version| format!("{version}{stage}"))
    });
    // The reason that nobody is notified is always shown.
    let counted = chain.reasons.iter().filter(|r| r.health > Health::Running).enumerate();
    let (shown, left_out): (Vec<_>, Vec<_>) =
        counted.partition(|(place, r)| *place < REASONS || r.rule.is(Mark::AlwaysNamed));
    let reasons = shown.into_iter().map(|(_, r)| {
        let since = r.unsaid_since().map(|at| format!(" {}", fmt::age(look.observed.at, at))).unwrap_or_default();
        format!("{}{since}", r.text)
    });
    let serving: Vec<String> = serving.collect();
    let more = (!left_out.is_empty()).then(|| format!("and {} more", left_out.len()));
    let reasons: Vec<String> = reasons.chain(more).collect();
    harmless(&format!("{glyph} {word:<8}  {:<28}  {:<24}  {}", chain.name, serving.join(" "), reasons.join("; ")))
        .trim_end()
        .to_owned()
}
