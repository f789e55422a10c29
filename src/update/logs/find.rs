//! The log of a selected thing.

use jiff::Timestamp;

use crate::app::{Account, App, Item, Subject};
use crate::model::{Chain, StageKind};
use crate::resources::step::PipelineStep;
use crate::resources::{Kind, LogSource};

/// A log that was found.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// The name of the thing whose log it is.
    pub(super) title: String,
    /// The log group and its streams.
    pub(super) source: LogSource,
    /// The time that matters, if the selected thing is an event.
    pub(super) at: Option<Timestamp>,
}

impl Found {
    fn new(title: &str, source: LogSource) -> Self {
        Self { title: title.to_owned(), source, at: None }
    }
}

/// Finds the log of a thing, or of the part of it that tells most: of a run, that of its failed step; of a model, that of
/// its endpoint; of an event, that of its thing at its time.
///
/// # Errors
/// A phrase that says why there is none.
pub(super) fn find(app: &App, subject: &Subject) -> Result<Found, String> {
    let account = app.account(subject.account).ok_or("its account is not watched any more")?;
    match &subject.item {
        Item::Resource(kind, id) => of_resource(account, *kind, id),
        Item::Model(name) => of_model(account, account.joined.chain(name)),
        Item::Stage(stage) => of_stage(account, app.current_chain(), *stage),
        Item::AlarmAction(arn) => LogSource::of_arn(arn).map(|source| Found::new(arn, source)).ok_or_else(none),
        Item::LogEntry(serial) => {
            let entry = app.log.get(*serial).ok_or("the event is gone")?;
            let subject = entry.subject.as_ref().ok_or("the event names nothing that has a log")?;
            Ok(Found { at: Some(entry.at), ..find(app, subject)? })
        }
        Item::Rest | Item::Source(_) | Item::Account => Err(none()),
    }
}

fn none() -> String {
    "it has no log; endpoints, variants, jobs, steps, runs, functions and state machines that write one have one"
        .to_owned()
}

fn of_resource(account: &Account, kind: Kind, id: &str) -> Result<Found, String> {
    let store = &account.observed.store;
    if kind == Kind::Executions {
        return of_run(account, id);
    }
    if kind == Kind::Pipelines {
        let runs = store.executions.rows().filter(|run| run.pipeline == id);
        let newest = runs.max_by_key(|run| run.started).ok_or("no run of it was read")?;
        return of_run(account, &newest.arn);
    }
    let thing = store.get(kind, id).ok_or_else(none)?;
    let silent = || match kind.noun() {
        Some("state machine") => "the state machine writes no log".to_owned(),
        _ => none(),
    };
    let source = thing.log().ok_or_else(silent)?;
    Ok(Found::new(&thing.title(), source))
}

/// Finds the log of the step that failed, otherwise that of the last step that has one.
fn of_run(account: &Account, arn: &str) -> Result<Found, String> {
    let mut steps: Vec<&PipelineStep> = account.observed.store.steps.rows().filter(|s| s.execution == arn).collect();
    if steps.is_empty() {
        return Err("the steps of the run are not read yet".to_owned());
    }
    steps.sort_by_key(|step| (step.status == "Failed", step.started));
    let found = steps.into_iter().rev().find_map(|step| Some((step, crate::resources::Thing::log(step)?)));
    let (step, source) = found.ok_or("no step of the run has a log")?;
    Ok(Found::new(&step.name, source))
}

fn of_model(account: &Account, chain: Option<&Chain<'_>>) -> Result<Found, String> {
    let endpoint = of_stage(account, chain, StageKind::Endpoint);
    endpoint.or_else(|_| of_stage(account, chain, StageKind::Training))
}

fn of_stage(account: &Account, chain: Option<&Chain<'_>>, stage: StageKind) -> Result<Found, String> {
    let chain = chain.ok_or_else(none)?;
    match stage {
        StageKind::Endpoint => {
            let serving = chain.serving.first().ok_or("the model has no endpoint")?;
            of_resource(account, Kind::Endpoints, serving.endpoint)
        }
        StageKind::Training => {
            let run = chain.executions.first().map(|arn| of_run(account, arn));
            let job = || of_resource(account, Kind::Jobs, chain.jobs.first()?).ok();
            run.and_then(Result::ok).or_else(job).ok_or_else(|| "the model has no run or job that was read".to_owned())
        }
        StageKind::Data | StageKind::Registry | StageKind::Alarms => Err(none()),
    }
}
