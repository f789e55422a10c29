//! What happened to one model, from everything that carries a time, newest first.

use jiff::Timestamp;

use super::{Chain, Health};
use crate::resources::Store;

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Happened {
    /// When.
    pub at: Timestamp,
    /// How it reads.
    pub health: Health,
    /// A phrase.
    pub text: String,
    /// Who or what did it, as far as known.
    pub by: String,
}

/// Everything that the tables know of a chain's past.
#[must_use]
pub fn timeline(chain: &Chain, store: &Store) -> Vec<Happened> {
    let mut past = Vec::new();
    alarms(chain, store, &mut past);
    versions(chain, store, &mut past);
    runs(chain, store, &mut past);
    for serving in &chain.serving {
        let Some(at) = serving.since else { continue };
        let version = serving.version().map_or_else(|| "a configuration".to_owned(), |v| format!("v{v}"));
        let seen_live = store.endpoints.get(&serving.endpoint).is_some_and(|e| e.live_since.is_some());
        let word = if seen_live { "live in" } else { "configured for" };
        let text = format!("{version} {word} {}", serving.endpoint);
        past.push(Happened { at, health: Health::Running, text, by: serving.config.clone().unwrap_or_default() });
    }
    past.sort_by(|a, b| b.cmp(a));
    past
}

fn alarms(chain: &Chain, store: &Store, past: &mut Vec<Happened>) {
    for alarm in chain.alarms.iter().filter_map(|name| store.alarms.get(name)).filter(|a| !a.scaling()) {
        let Some(at) = alarm.since else { continue };
        let health = match alarm.state.as_str() {
            "ALARM" => Health::Critical,
            "OK" => Health::Ok,
            _ => Health::Unknown,
        };
        let topics: Vec<&str> = alarm.actions.iter().filter_map(|a| a.rsplit(':').next()).collect();
        let by = if topics.is_empty() || health != Health::Critical {
            String::new()
        } else {
            format!("→ {}", topics.join(", "))
        };
        past.push(Happened { at, health, text: format!("{} {}", alarm.name, alarm.state), by });
    }
}

fn versions(chain: &Chain, store: &Store, past: &mut Vec<Happened>) {
    for package in chain.packages.iter().filter_map(|arn| store.packages.get(arn)) {
        let version = package.version.unwrap_or_default();
        let details = package.details.as_ref();
        if let Some(at) = package.created {
            let by = details.and_then(|d| d.created_by.clone()).unwrap_or_default();
            past.push(Happened { at, health: Health::Running, text: format!("v{version} registered"), by });
        }
        let Some(at) = details.and_then(|d| d.modified).filter(|_| !package.waits()) else { continue };
        let health = if package.approval == "Approved" { Health::Ok } else { Health::Warning };
        let why = details.and_then(|d| d.approval_description.as_deref()).map(|w| format!(": {w}")).unwrap_or_default();
        let by = details.and_then(|d| d.modified_by.clone()).unwrap_or_default();
        past.push(Happened { at, health, text: format!("v{version} {}{why}", package.approval), by });
    }
}

fn runs(chain: &Chain, store: &Store, past: &mut Vec<Happened>) {
    for run in chain.executions.iter().filter_map(|arn| store.executions.get(arn)) {
        let Some(at) = run.started else { continue };
        let health = match run.status.as_str() {
            "Succeeded" => Health::Ok,
            "Failed" => Health::Critical,
            "Executing" | "Stopping" => Health::Running,
            _ => Health::Unknown,
        };
        let why = run.failure.as_deref().map(|f| format!(": {f}")).unwrap_or_default();
        past.push(Happened { at, health, text: format!("run started, {}{why}", run.status), by: run.pipeline.clone() });
    }
}
