//! `sagetop status`: one line per model, and an exit code for scripts.

use std::io::{self, Write};

use serde_json::json;

use super::{Look, dump, print_json};
use crate::args::FailOn;
use crate::fmt;
use crate::model::{Chain, Health};
use crate::view::harmless;

/// Prints the state of each model, worst first; returns the exit code: 0 ok, 1 warning, 2 critical, 3 unknown.
///
/// # Errors
/// When `out` cannot be written.
pub fn status(look: &Look, as_json: bool, fail_on: FailOn, out: &mut impl Write) -> io::Result<u8> {
    let worst = overall(look);
    if as_json {
        let models: Vec<_> = look.chains.iter().map(dump::model).collect();
        print_json(
            out,
            &json!({"schema": 1, "health": worst.severity(), "taken_at": look.seen.at, "models": models, "sources": look.store().sources()}),
        )?;
    } else {
        for chain in &look.chains {
            writeln!(out, "{}", line(chain, look))?;
        }
        if look.chains.is_empty() {
            writeln!(out, "no model found in {}: no model package group, no endpoint, no [[model]]", look.aws.region)?;
        }
        for source in look.store().sources().iter().filter(|s| s.error.is_some()) {
            writeln!(
                out,
                "{} {} {}",
                Health::Unknown.sign().0,
                source.name,
                harmless(source.error.as_deref().unwrap_or_default())
            )?;
        }
    }
    Ok(match worst {
        Health::Critical => 2,
        Health::Warning if fail_on == FailOn::Warning => 1,
        Health::Unknown => 3,
        Health::Warning | Health::Waiting | Health::Running | Health::Ok | Health::Absent => 0,
    })
}

/// The worst model; unknown when a source that decides could not be read at all.
fn overall(look: &Look) -> Health {
    let worst = look.chains.iter().map(|c| c.health).max().unwrap_or(Health::Ok);
    let store = look.store();
    let blind = [store.endpoints.source(), store.alarms.source(), store.groups.source()];
    let blind = blind.iter().any(|s| s.fetched_at.is_none());
    if blind { worst.max(Health::Unknown) } else { worst }
}

/// `✗ broken  recommendation  v13 (prod) v14 (staging)  CTR 1.9 < 2.5, 5XX alarm in ALARM since …`
fn line(chain: &Chain, look: &Look) -> String {
    let (glyph, word) = match chain.health {
        Health::Absent | Health::Running | Health::Waiting => Health::Ok.sign(),
        health @ (Health::Ok | Health::Unknown | Health::Warning | Health::Critical) => health.sign(),
    };
    let serving = chain.serving.iter().filter_map(|s| {
        let stage = if s.stage.is_empty() { String::new() } else { format!(" ({})", s.stage) };
        s.version().map(|v| format!("v{v}{stage}"))
    });
    let reasons = chain.reasons.iter().filter(|r| r.health > Health::Running).take(3).map(|r| {
        let since = r.since.map(|at| format!(" {}", fmt::age(look.seen.at, at))).unwrap_or_default();
        format!("{}{since}", r.text)
    });
    let serving: Vec<String> = serving.collect();
    let reasons: Vec<String> = reasons.collect();
    harmless(&format!("{glyph} {word:<8}  {:<28}  {:<24}  {}", chain.name, serving.join(" "), reasons.join("; ")))
        .trim_end()
        .to_owned()
}
