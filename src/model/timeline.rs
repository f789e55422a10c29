//! The past events of one model, from all rows that carry a time, newest first.

use std::cmp::Reverse;

use jiff::Timestamp;

use super::{Chain, Deployment, Health, Serving};
use crate::resources::Store;
use crate::resources::alarm::Alarm;
use crate::resources::execution::PipelineExecution;
use crate::resources::package::ModelPackage;

/// One past event.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Happened {
    /// The time.
    pub at: Timestamp,
    /// The health that it is drawn with.
    pub health: Health,
    /// A phrase.
    pub text: String,
    /// The person or service that did it, if known.
    pub by: String,
}

/// Something in the tables that carries a time.
enum Moment<'a> {
    /// The flag says whether the change is good news.
    Turned(&'a Alarm, bool),
    Registered(&'a ModelPackage),
    Decided(&'a ModelPackage),
    Started(&'a PipelineExecution),
    Live(&'a Serving<'a>, bool),
    Deploying(&'a Serving<'a>, &'a Deployment<'a>),
}

/// Returns the newest `most` events of a chain that the tables know.
#[must_use]
pub fn timeline(chain: &Chain, store: &Store, most: usize) -> Vec<Happened> {
    let mut past = moments(chain, store);
    past.sort_by_key(|(at, _)| Reverse(*at));
    past.truncate(most);
    let mut past: Vec<Happened> = past.into_iter().map(|(at, moment)| moment.told(at)).collect();
    past.sort_by(|a, b| b.cmp(a));
    past
}

fn moments<'a>(chain: &'a Chain, store: &'a Store) -> Vec<(Timestamp, Moment<'a>)> {
    let mut past = Vec::new();
    for alarm in chain.alarms.iter().filter_map(|name| store.alarms.get(name)).filter(|a| !a.scaling()) {
        let good = chain.good_news.contains(&alarm.name.as_str());
        past.extend(alarm.since.map(|at| (at, Moment::Turned(alarm, good))));
    }
    for package in chain.packages.iter().filter_map(|arn| store.packages.get(arn)) {
        past.extend(package.created.map(|at| (at, Moment::Registered(package))));
        let decided = package.details.as_ref().and_then(|d| d.modified).filter(|_| !package.waits());
        past.extend(decided.map(|at| (at, Moment::Decided(package))));
    }
    for run in chain.executions.iter().filter_map(|arn| store.executions.get(arn)) {
        past.extend(run.started.map(|at| (at, Moment::Started(run))));
    }
    for serving in &chain.serving {
        let seen_live = store.endpoints.get(serving.endpoint).is_some_and(|e| e.live_since.is_some());
        past.extend(serving.since.map(|at| (at, Moment::Live(serving, seen_live))));
        let deployment = serving.deployment.as_ref();
        past.extend(deployment.and_then(|d| Some((d.since?, Moment::Deploying(serving, d)))));
    }
    past
}

impl Moment<'_> {
    fn told(&self, at: Timestamp) -> Happened {
        let (health, text, by) = match self {
            Self::Turned(alarm, good) => turned(alarm, *good),
            Self::Registered(package) => {
                let by = package.details.as_ref().and_then(|d| d.created_by.clone()).unwrap_or_default();
                (Health::Running, format!("v{} registered", package.version.unwrap_or_default()), by)
            }
            Self::Decided(package) => decided(package),
            Self::Started(run) => started(run),
            Self::Live(serving, seen_live) => {
                let version = serving.version().map_or_else(|| "a configuration".to_owned(), |v| format!("v{v}"));
                let word = if *seen_live { "live in" } else { "configured for" };
                let changed = serving.changed.as_ref().map(|changed| format!(": {changed}")).unwrap_or_default();
                let text = format!("{version} {word} {}{changed}", serving.endpoint);
                (Health::Running, text, serving.config.unwrap_or_default().to_owned())
            }
            Self::Deploying(serving, deployment) => {
                let (endpoint, way, phase) = (serving.endpoint, deployment.way(), deployment.phase());
                (Health::Running, format!("{endpoint} {}: {way}{phase}", deployment.status), String::new())
            }
        };
        Happened { at, health, text, by }
    }
}

fn turned(alarm: &Alarm, good: bool) -> (Health, String, String) {
    let health = match alarm.state.as_str() {
        "ALARM" if good => Health::Ok,
        "ALARM" => Health::Critical,
        "OK" => Health::Ok,
        _ => Health::Unknown,
    };
    let topics: Vec<&str> = alarm.actions.iter().filter_map(|a| a.rsplit(':').next()).collect();
    let told = !topics.is_empty() && alarm.actions_enabled && alarm.firing();
    let by = if told { format!("→ {}", topics.join(", ")) } else { String::new() };
    (health, format!("{} {}", alarm.name, alarm.state), by)
}

fn decided(package: &ModelPackage) -> (Health, String, String) {
    let details = package.details.as_ref();
    let health = if package.approval == "Approved" { Health::Ok } else { Health::Warning };
    let why = details.and_then(|d| d.approval_description.as_deref()).map(|w| format!(": {w}")).unwrap_or_default();
    let by = details.and_then(|d| d.modified_by.clone()).unwrap_or_default();
    (health, format!("v{} {}{why}", package.version.unwrap_or_default(), package.approval), by)
}

fn started(run: &PipelineExecution) -> (Health, String, String) {
    let health = match run.status.as_str() {
        "Succeeded" => Health::Ok,
        "Failed" => Health::Critical,
        "Executing" | "Stopping" => Health::Running,
        _ => Health::Unknown,
    };
    let why = run.failure.as_deref().map(|f| format!(": {f}")).unwrap_or_default();
    (health, format!("run started, {}{why}", run.status), run.pipeline.clone())
}

#[cfg(test)]
mod tests;
