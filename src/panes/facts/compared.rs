//! The final metrics of a training job, compared with those of the job before.

use super::Fact;
use crate::app::App;
use crate::fmt;
use crate::model::Chain;
use crate::resources::job::TrainingJob;
use crate::view::Line;

/// Returns one fact for each final metric of a job.
pub(super) fn compared(app: &App, chain: &Chain, name: &str) -> Vec<Fact> {
    let Some(job) = app.here.observed.store.jobs.get(name) else { return Vec::new() };
    let before = before(app, chain, job);
    let metrics = job.details.iter().flat_map(|details| &details.metrics);
    let fact = |(name, value): &(String, f64)| {
        let value = *value;
        let line = Line::new().plain(fmt::number(value));
        let old = before.and_then(|job| {
            let metrics = &job.details.as_ref()?.metrics;
            metrics.iter().find(|(other, _)| other == name).map(|(_, value)| *value)
        });
        let line = old.map_or(line.clone(), |old| {
            let sign = if value < old { "−" } else { "+" };
            let change = fmt::number((value - old).abs());
            line.muted(format!("  {sign}{change}, was {} the run before", fmt::number(old)))
        });
        (name.clone(), line)
    };
    metrics.map(fact).collect()
}

/// Returns the newest completed job of the same model that began before this one.
fn before<'a>(app: &'a App, chain: &Chain, job: &TrainingJob) -> Option<&'a TrainingJob> {
    let jobs = chain.jobs.iter().filter_map(|name| app.here.observed.store.jobs.get(name));
    let older = jobs.filter(|other| other.name != job.name && other.created < job.created);
    older.filter(|other| other.status == "Completed" && other.details.is_some()).max_by_key(|other| other.created)
}
