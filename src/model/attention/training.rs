//! Rules about training: did the last run succeed, and did it register a version?

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use super::{Column, Finding, RuleInput, Summary, unread, untold};
use crate::fmt;
use crate::model::{Health, Mark, Reason, Usual, usual};
use crate::resources::execution::PipelineExecution;
use crate::resources::job::TrainingJob;
use crate::resources::other_job::{OtherJob, Work};
use crate::resources::pipeline::{Definition, of_execution};
use crate::resources::step::{Made, PipelineStep};
use crate::resources::{Kind, arn_name};

/// The text of a failure in a narrow column.
const FAILED: Column = Column::WordAndAge("failed");

fn executions<'a>(input: &'a RuleInput<'_>) -> impl Iterator<Item = &'a PipelineExecution> {
    input.rows.executions.iter().copied()
}

fn newest_job<'a>(input: &'a RuleInput<'_>) -> Option<&'a TrainingJob> {
    input.rows.jobs.first().copied()
}

fn steps<'a>(input: &'a RuleInput<'_>, execution: &str) -> &'a [&'a PipelineStep] {
    input.index.training.steps.get(execution).map_or(&[], Vec::as_slice)
}

/// Finds the steps of the running execution that wait for a callback.
pub(super) fn callback(input: &RuleInput<'_>) -> Vec<Finding> {
    let running = executions(input).filter(|e| e.running());
    let steps = running.flat_map(|e| steps(input, &e.arn)).filter(|s| s.status == "Executing");
    let waiting = steps.filter_map(|s| {
        let Made::Callback(queue) = &s.made else { return None };
        let text = format!("{} waits for a callback by {}", s.name, arn_name(queue));
        Some(Finding::new(Health::Waiting, text).word("callback").since(s.started).about(Kind::Steps, &s.id))
    });
    waiting.collect()
}

pub(super) fn running(input: &RuleInput<'_>) -> Vec<Finding> {
    let run = executions(input).find(|e| e.running()).map(|e| {
        let steps = steps(input, &e.arn);
        let now = steps.iter().rev().find(|s| s.status == "Executing").map(|s| s.name.as_str());
        let all = input
            .index
            .store
            .pipelines
            .get(&e.pipeline)
            .and_then(|p| p.definition.as_ref())
            .map_or(0, |d| d.steps.len());
        let done = steps.iter().filter(|s| s.status == "Succeeded").count();
        let (text, short) = match now {
            Some(step) if all > 0 => (format!("{step}, {done} of {all} steps"), format!("{step} {done}/{all}")),
            Some(step) => (step.to_owned(), step.to_owned()),
            None => (e.status.to_lowercase(), e.status.to_lowercase()),
        };
        Finding::new(Health::Running, text).brief(short).since(e.started).about(Kind::Executions, &e.arn)
    });
    let job = || {
        let job = newest_job(input).filter(|j| j.running())?;
        let phase = job.details.as_ref().map_or("running", |d| d.phase.as_str());
        let health = if phase == "Interrupted" { Health::Warning } else { Health::Running };
        Some(Finding::new(health, format!("job {phase}")).since(job.created).about(Kind::Jobs, &job.name))
    };
    run.or_else(job).into_iter().collect()
}

/// Finds a run or a job that takes far longer than the last successful ones.
pub(super) fn slow(input: &RuleInput<'_>) -> Vec<Finding> {
    let running = executions(input).filter(|e| e.running() && e.only().is_empty());
    let run = running.filter_map(|run| {
        let of_it = executions(input).filter(|e| e.pipeline == run.pipeline);
        let usual = usual(of_it.filter_map(PipelineExecution::took).collect())?;
        Some(longer(input, "run", run.started?, usual)?.about(Kind::Executions, &run.arn))
    });
    let mut slow: Vec<Finding> = run.collect();
    // A pipeline is judged as a whole, not by its jobs.
    if input.rows.executions.is_empty() {
        let job = newest_job(input).filter(|job| job.running()).and_then(|job| {
            let usual = usual(input.rows.jobs.iter().filter_map(|job| job.took()).collect())?;
            Some(longer(input, "job", job.created?, usual)?.about(Kind::Jobs, &job.name))
        });
        slow.extend(job);
    }
    slow
}

fn longer(input: &RuleInput<'_>, what: &str, started: Timestamp, usual: Usual) -> Option<Finding> {
    let seconds = input.now.as_second() - started.as_second();
    if seconds <= usual.most {
        return None;
    }
    let span = |seconds: i64| fmt::span(Duration::from_secs(seconds.unsigned_abs()));
    let (now, median) = (span(seconds), span(usual.median));
    let finding = Finding::new(Health::Warning, format!("{what} takes {now}, usually {median}"));
    Some(finding.brief(format!("{now} (usually {median})")).column(Column::WordAndAge("slow")).since(Some(started)))
}

pub(super) fn last_run_failed(input: &RuleInput<'_>) -> Vec<Finding> {
    // Judge each pipeline separately: a successful scoring run does not repair a failed training run.
    let mut finished = Vec::new();
    for pipeline in &input.chain.pipelines {
        finished.extend(executions(input).find(|e| e.pipeline == *pipeline && !e.running()));
    }
    if !finished.is_empty() {
        return finished.into_iter().filter(|e| e.status == "Failed").map(|e| failed_run(input, e)).collect();
    }
    let failed = newest_job(input).filter(|j| j.status == "Failed");
    failed
        .map(|j| {
            let why = j.details.as_ref().and_then(|d| d.failure.as_deref()).unwrap_or("no reason given");
            let finding = Finding::new(Health::Critical, format!("training job failed: {why}"));
            finding.column(FAILED).since(j.ended.or(j.created)).about(Kind::Jobs, &j.name)
        })
        .into_iter()
        .collect()
}

fn failed_run(input: &RuleInput<'_>, run: &PipelineExecution) -> Finding {
    let step = steps(input, &run.arn).iter().find(|s| s.status == "Failed").copied();
    let why = step.and_then(|s| s.failure.clone()).or_else(|| run.failure.clone());
    let place = step.map(|s| format!(" at {}", s.name)).unwrap_or_default();
    let why = why.map(|w| format!(": {w}")).unwrap_or_default();
    let finding = Finding::new(Health::Critical, format!("last run failed{place}{why}"));
    let finding = finding.brief(format!("failed{place}{why}")).column(FAILED);
    finding.since(run.ended().or(run.started)).about(Kind::Executions, &run.arn)
}

/// The seconds for which a failed batch job counts. One that was tried once is forgotten then.
const RECENT: i64 = 7 * 24 * 3600;

/// Finds the newest batch job of the model that failed, unless a later one of its name succeeded. One finding is enough,
/// whatever failed beside it.
pub(super) fn batch_failed(input: &RuleInput<'_>) -> Vec<Finding> {
    let mut newest: BTreeMap<(&str, String), &OtherJob> = BTreeMap::new();
    for job in input.index.store.other_jobs.rows().filter(|job| is_own_batch(input, job)) {
        let known = newest.entry((job.work.noun(), series_of(&job.name))).or_insert(job);
        if job.created > known.created {
            *known = job;
        }
    }
    let ended = |job: &OtherJob| job.ended.or(job.created);
    let recent = |job: &OtherJob| ended(job).is_some_and(|at| input.now.as_second() - at.as_second() <= RECENT);
    let failed = newest.into_values().filter(|job| job.status == "Failed" && recent(job)).max_by_key(|job| ended(job));
    let finding = |job: &OtherJob| {
        let (noun, why) = (job.work.noun(), job.failure.as_deref().unwrap_or("no reason given"));
        let finding = Finding::new(Health::Warning, format!("{noun} {} failed: {why}", job.name));
        let finding = finding.brief(format!("{noun} failed: {why}")).column(FAILED);
        finding.since(ended(job)).about(Kind::OtherJobs, &job.id)
    };
    failed.map(finding).into_iter().collect()
}

/// Is it a finished transform or processing job that belongs to the model itself, and not to a run or a monitor, which
/// have findings of their own?
fn is_own_batch(input: &RuleInput<'_>, job: &OtherJob) -> bool {
    let is_batch = match job.work {
        Work::Processing | Work::Transform => matches!(job.status.as_str(), "Completed" | "Failed"),
        Work::Tuning | Work::AutoMl => false,
    };
    let of_group = || {
        let groups = job.group.as_deref().zip(input.chain.group);
        groups.is_some_and(|(a, b)| a.eq_ignore_ascii_case(b))
    };
    let of_model = || {
        let model = job.details.as_ref().and_then(|details| details.model.as_deref());
        model.is_some_and(|model| input.rows.models.iter().any(|own| own.name == model))
    };
    is_batch && (of_group() || of_model()) && !job.of_pipeline() && !job.of_monitor()
}

/// Returns the part of a name that jobs of a series share: the words without a number.
fn series_of(name: &str) -> String {
    let words = name.split(['-', '_', '.']).filter(|word| !word.contains(|c: char| c.is_ascii_digit()));
    words.collect::<Vec<_>>().join("-")
}

/// Is a finding about a run that ended, while a newer run of the same pipeline is under way?
pub(super) fn is_tried_again(input: &RuleInput<'_>, reason: &Reason) -> bool {
    let ended = || input.index.store.executions.get(reason.about_kind(Kind::Executions)?);
    reason.rule.is(Mark::OfLastRun)
        && ended().is_some_and(|run| executions(input).any(|newer| newer.running() && newer.pipeline == run.pipeline))
}

/// Did the run include a step that registers? A run of selected steps without such a step rightly registers no
/// version.
fn was_to_register(input: &RuleInput<'_>, run: &PipelineExecution) -> bool {
    let definition = input.index.store.pipelines.get(&run.pipeline).and_then(|p| p.definition.as_ref());
    let registering =
        |name: &String| definition.is_some_and(|d| d.steps.iter().any(|step| step.registers() && step.name == *name));
    run.only().is_empty() || run.only().iter().any(registering)
}

pub(super) fn nothing_registered(input: &RuleInput<'_>) -> Vec<Finding> {
    let Some(last) = executions(input).find(|e| !e.running()).filter(|e| e.status == "Succeeded") else {
        return Vec::new();
    };
    let steps = steps(input, &last.arn);
    let definition = input.index.store.pipelines.get(&last.pipeline).and_then(|p| p.definition.as_ref());
    // Without the definition, an earlier version made by this pipeline shows that it registers versions.
    let of_it = |arn: &str| of_execution(arn).is_some_and(|name| name.eq_ignore_ascii_case(&last.pipeline));
    let versions = input.chain.packages.iter().filter_map(|arn| input.index.store.packages.get(arn));
    let made = || versions.filter_map(|p| p.details.as_ref()?.generated_by.as_deref()).any(of_it);
    let registers = definition.map_or_else(made, Definition::registers) && was_to_register(input, last);
    let registered = steps.iter().any(|s| matches!(s.made, Made::ModelPackage(_)));
    // Steps are read after the execution. If the last poll still saw a running step, the steps are out of date.
    let read = steps.iter().all(|s| !matches!(s.status.as_str(), "Executing" | "Starting"));
    if steps.is_empty() || !registers || registered || !read {
        return Vec::new();
    }
    let condition = steps.iter().find(|s| matches!(&s.made, Made::Condition(outcome) if outcome == "False"));
    let why = condition.map_or_else(|| "no step did".to_owned(), |c| format!("condition {} was false", c.name));
    let short = condition.map_or_else(|| why.clone(), |c| format!("{} false", c.name));
    vec![
        Finding::new(Health::Warning, format!("last run registered nothing: {why}"))
            .brief(format!("no version: {short}"))
            .column(Column::Word("no version".into()))
            .since(last.ended().or(last.started))
            .about(Kind::Executions, &last.arn),
    ]
}

pub(super) fn source(input: &RuleInput<'_>) -> Vec<Finding> {
    let store = input.index.store;
    if input.rows.executions.is_empty() && input.rows.jobs.is_empty() {
        // The products of pipelines and jobs determine to which model they belong.
        let others = [unread(&store.executions), unread(&store.jobs), unread(&store.packages)];
        return untold([unread(&store.pipelines), untold(others)]);
    }
    let pipelines = unread(&store.pipelines);
    if !pipelines.is_empty() {
        return pipelines;
    }
    // Jobs alone do not show how the runs that started them ended.
    if input.rows.executions.is_empty() && !input.chain.pipelines.is_empty() {
        return unread(&store.executions);
    }
    // If no version names the last run, only its steps show whether it registered one.
    let last = executions(input).find(|e| !e.running()).filter(|e| e.status == "Succeeded");
    let last = last.filter(|e| steps(input, &e.arn).is_empty() && store.steps.asked_at(&e.arn).is_none());
    let made = |e: &&PipelineExecution| {
        let mut versions = input.rows.packages.iter().filter_map(|p| p.details.as_ref()?.generated_by.as_deref());
        versions.any(|by| by.eq_ignore_ascii_case(&e.arn))
    };
    last.filter(|e| !made(e)).map(|_| Finding::unread("steps ")).into_iter().collect()
}

pub(super) fn summary(input: &RuleInput<'_>) -> Summary {
    let aged = |text: String, at| Summary { column: Some(Column::Age), ..Summary::new(true, text, at) };
    if let Some(last) = executions(input).next() {
        if let ("Succeeded", only @ [_, ..]) = (last.status.as_str(), last.only()) {
            return aged(format!("ran only {}", only.join(", ")), last.ended().or(last.started));
        }
        let status = last.status.to_lowercase();
        return Summary { brief: Some(status.clone()), ..aged(format!("run {status}"), last.ended().or(last.started)) };
    }
    match newest_job(input) {
        Some(job) => aged(format!("job {}", job.status.to_lowercase()), job.ended.or(job.created)),
        None if input.chain.pipelines.is_empty() => Summary::new(false, "no pipeline or job known", None),
        None => aged("never run".to_owned(), None),
    }
}
