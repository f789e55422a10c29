//! Pipelines, their executions, and training jobs.

use std::collections::HashMap;

use super::cell;
use crate::app::{App, Body, Cell, List, Order, Pane, PaneColumn, Subject};
use crate::fmt;
use crate::model::{Health, StageKind, Usual, usual};
use crate::resources::execution::PipelineExecution;
use crate::resources::{Kind, Resource as _};
use crate::view::{Line, Tone};

/// The maximum number of executions of each pipeline.
const RUNS: usize = 5;

/// Each pipeline is followed by its newest executions. Jobs without a pipeline are at the end.
pub(super) static PANE: Pane = Pane {
    name: "training",
    title: "training",
    short: "runs",
    several: false,
    kinds: |kind| matches!(kind, Kind::Pipelines | Kind::Executions | Kind::Steps | Kind::Jobs | Kind::OtherJobs),
    body: Body::List(LIST),
};

const LIST: List = List {
    columns: &[
        PaneColumn::fill("PIPELINE / RUN / JOB", 5, 22).name(),
        PaneColumn::cells("STATUS", 16),
        PaneColumn::cells("STARTED", 8).right(),
        PaneColumn::fill("MODEL", 2, 12).name(),
        PaneColumn::cells("TOOK", 16).right().from(100),
        PaneColumn::fill("WHAT", 5, 14),
    ],
    ids,
    row,
    note,
    empty: |_| vec![Line::from("No SageMaker pipeline and no training job in this account and region.")],
    ..List::EMPTY
};

/// Says how the pipelines are read that were not.
fn note(app: &App) -> Line {
    let unread = app.here.observed.store.pipelines.rows().any(|pipeline| pipeline.status.is_empty());
    if unread { Line::new().muted("◌ not read: select a row to read it") } else { Line::new() }
}

fn ids(app: &App) -> Vec<Subject> {
    let store = &app.here.observed.store;
    let mut ids = Vec::new();
    let mut runs_of: HashMap<&str, Vec<&PipelineExecution>> = HashMap::new();
    for run in store.executions.rows() {
        runs_of.entry(&run.pipeline).or_default().push(run);
    }
    for pipeline in store.pipelines.rows() {
        ids.push(app.here.resource(Kind::Pipelines, &pipeline.name));
        let mut runs = runs_of.remove(pipeline.name.as_str()).unwrap_or_default();
        runs.sort_by_key(|e| std::cmp::Reverse(e.started));
        ids.extend(runs.iter().take(RUNS).map(|e| app.here.resource(Kind::Executions, &e.arn)));
    }
    let mut jobs: Vec<_> = store.jobs.rows().collect();
    jobs.sort_by_key(|j| std::cmp::Reverse(j.created));
    ids.extend(jobs.into_iter().map(|j| app.here.resource(Kind::Jobs, &j.name)));
    let mut others: Vec<_> = store.other_jobs.rows().filter(|job| !job.of_pipeline()).collect();
    others.sort_by_key(|job| std::cmp::Reverse(job.created));
    ids.extend(others.into_iter().map(|job| app.here.resource(Kind::OtherJobs, &job.id)));
    ids
}

fn row(app: &App, subject: &Subject) -> Option<Vec<Cell>> {
    pipeline(app, subject)
        .or_else(|| execution(app, subject))
        .or_else(|| job(app, subject))
        .or_else(|| other_job(app, subject))
}

fn pipeline(app: &App, subject: &Subject) -> Option<Vec<Cell>> {
    let pipeline = app.here.observed.store.pipelines.get(subject.item.of_kind(Kind::Pipelines)?)?;
    let what = pipeline.definition.as_ref().map(|d| match &d.problem {
        Some(problem) => problem.clone(),
        None => format!("{}, {}", fmt::count(d.steps.len(), "step"), fmt::count(d.parameters.len(), "parameter")),
    });
    Some(vec![
        Cell::text(&pipeline.name, Tone::Strong),
        match pipeline.status.as_str() {
            "" => Cell::signed(Health::Unknown, "not read", Tone::Muted),
            status => Cell::status(app, StageKind::Training, status),
        },
        Cell::age(app, app.here.observed.at, pipeline.last_execution),
        cell::models(app, subject),
        Cell::muted(""),
        Cell::plain(what.unwrap_or_default()),
    ])
}

fn execution(app: &App, subject: &Subject) -> Option<Vec<Cell>> {
    let store = &app.here.observed.store;
    let run = store.executions.get(subject.item.of_kind(Kind::Executions)?)?;
    let steps: Vec<_> = store.steps.rows().filter(|s| s.execution == run.arn).collect();
    let runs = || store.executions.rows().filter(|e| e.pipeline == run.pipeline);
    let took = if run.running() {
        duration(app, run.started, usual(runs().filter_map(PipelineExecution::took).collect()))
    } else {
        took(run.started, steps.iter().filter_map(|s| s.ended).max().or(run.modified))
    };
    let step = steps.iter().find(|s| s.status == "Executing").map(|s| s.name.clone());
    let failed = steps.iter().find(|s| s.status == "Failed");
    let what = failed.map(|s| format!("{}: {}", s.name, s.failure.as_deref().unwrap_or("no reason given")));
    let what = what.or_else(|| run.failure.clone()).or(step).unwrap_or_else(|| run.name.clone());
    let name = Line::new().muted("└ ").plain(run.short());
    let order = Order::Word(format!("{}/{}", run.pipeline, run.short()).to_lowercase());
    Some(vec![
        Cell { order: Some(order), ..Cell::of_line(name) },
        Cell::status(app, StageKind::Training, &run.status),
        Cell::age(app, app.here.observed.at, run.started),
        cell::models(app, subject),
        took,
        Cell::plain(what),
    ])
}

fn job(app: &App, subject: &Subject) -> Option<Vec<Cell>> {
    let job = app.here.observed.store.jobs.get(subject.item.of_kind(Kind::Jobs)?)?;
    let details = job.details.as_ref();
    let metrics: Vec<String> = details
        .map(|d| d.metrics.iter().map(|(n, v)| format!("{n} {}", fmt::number(*v))).collect())
        .unwrap_or_default();
    let what = details.and_then(|d| d.failure.clone()).unwrap_or_else(|| metrics.join("  "));
    Some(vec![
        Cell::plain(&job.name),
        Cell::status(app, StageKind::Training, &job.status),
        Cell::age(app, app.here.observed.at, job.created),
        cell::models(app, subject),
        if job.running() { duration(app, job.created, None) } else { took(job.created, job.ended) },
        Cell::plain(what),
    ])
}

fn other_job(app: &App, subject: &Subject) -> Option<Vec<Cell>> {
    let job = app.here.observed.store.other_jobs.get(subject.item.of_kind(Kind::OtherJobs)?)?;
    Some(vec![
        Cell::plain(&job.name),
        Cell::status(app, StageKind::Training, &job.status),
        Cell::age(app, app.here.observed.at, job.created),
        cell::models(app, subject),
        if job.running() { duration(app, job.created, None) } else { took(job.created, job.ended) },
        Cell::plain(job.summary()),
    ])
}

/// Shows the present duration next to the usual one. A duration far above the usual one is highlighted.
fn duration(app: &App, from: Option<jiff::Timestamp>, usual: Option<Usual>) -> Cell {
    let Some(from) = from else { return Cell::muted("–") };
    let seconds = (app.here.observed.at.as_second() - from.as_second()).max(0);
    let span = |seconds: i64| fmt::span(std::time::Duration::from_secs(seconds.unsigned_abs()));
    let far = usual.is_some_and(|usual| seconds > usual.most);
    let line = Line::new().with(span(seconds), if far { Tone::Warn } else { Tone::Busy });
    let usual = usual.map(|usual| format!(" of ~{}", span(usual.median)));
    Cell::of(line.muted(usual.unwrap_or_default()), seconds).tells(if far { Health::Warning } else { Health::Running })
}

/// Shows how long something took that has ended. Its times may not have been read.
fn took(from: Option<jiff::Timestamp>, to: Option<jiff::Timestamp>) -> Cell {
    let (Some(from), Some(to)) = (from, to) else { return Cell::muted("◌") };
    let seconds = (to.as_second() - from.as_second()).max(0);
    let text = fmt::span(std::time::Duration::from_secs(seconds.unsigned_abs()));
    Cell::of(Line::new().plain(text), seconds)
}
