//! The results of checks. A run shows one line for each of its checks; a step or a job shows all of its report.

use super::{Fact, resource, unread};
use crate::app::App;
use crate::model::{Chain, Health};
use crate::resources::check_report::CheckReport;
use crate::resources::{Kind, Resource};
use crate::view::{Line, Tone};

/// Returns the facts about the checks of a run, of a step or of a job.
pub(super) fn checks(app: &App, chain: &Chain, id: &str) -> Vec<Fact> {
    let store = &app.here.observed.store;
    let kinds = [Kind::Executions, Kind::Steps, Kind::OtherJobs];
    let Some(kind) = kinds.into_iter().find(|kind| store.get(*kind, id).is_some()) else { return Vec::new() };
    let jobs = CheckReport::jobs_of(store, kind, id);
    let facts = jobs.iter().map(|job| match store.check_reports.get(job) {
        None => vec![unread("report of the check", &store.check_reports)],
        Some(report) if kind == Kind::Executions => vec![in_a_line(app, report)],
        Some(_) => resource(app, chain, Kind::CheckReports, job),
    });
    facts.flatten().collect()
}

/// Shows what a check found, below the name of its step.
fn in_a_line(app: &App, report: &CheckReport) -> Fact {
    let mut steps = app.here.observed.store.steps.rows();
    let own = |job: Option<&str>| job.is_some_and(|job| job.eq_ignore_ascii_case(&report.job));
    let step = steps.find(|step| own(step.made.other_job())).map(|step| step.name.as_str()).unwrap_or_default();
    let health = report.health();
    let tone = if health == Health::Ok { Tone::Plain } else { Tone::Warn };
    let sign = if health == Health::Ok { String::new() } else { format!("{} ", health.sign().0) };
    (format!("report of {step}"), Line::new().with(format!("{sign}{}", report.in_words()), tone))
}
