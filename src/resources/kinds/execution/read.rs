//! Reads executions: what changed from the index, the past of a pipeline from its list, doubts by description.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_sagemaker::operation::describe_pipeline_execution::DescribePipelineExecutionOutput;
use aws_sdk_sagemaker::types::{
    Parameter, PipelineExecutionSummary, ResourceType, SearchRecord, SelectiveExecutionConfig, SortOrder,
    SortPipelineExecutionsBy,
};
use jiff::Timestamp;

use super::PipelineExecution;
use crate::aws::{Aws, AwsError, Described, Query, describe, failed, in_background};
use crate::redact;
use crate::resources::pipeline::{Pipeline, of_execution};
use crate::resources::{Cursor, Listing, Observed, Table, Turn, asked_lately, newest, reaches_back, settled, time};

/// Pages of the index that one turn reads at the start, the newest first.
const FIRST: usize = 4;
/// So many pages at the start; pipelines whose last execution is older are asked one by one.
const ENOUGH: usize = 60;
/// Executions read of each pipeline, newest first.
const NEWEST: i32 = 10;

type Rows = BTreeMap<String, PipelineExecution>;

pub(super) async fn read(
    aws: &Aws,
    observed: &Observed,
    turn: Turn<'_, PipelineExecution>,
) -> Result<Listing<PipelineExecution>, AwsError> {
    observed.store.pipelines.known()?;
    let mut rows = BTreeMap::new();
    let mut cursor = None;
    if turn.sweep || turn.known.cursor().is_some() {
        (rows, cursor) = list_changed(aws, observed, &turn).await?;
    }
    let ended = ended(observed, turn.known).into_iter().filter(|arn| !rows.contains_key(arn)).collect();
    let ended = described(aws, observed, ended, &mut rows).await;
    let mut due = looked_at(observed, turn.known);
    if turn.sweep && cursor.is_none() {
        due.extend(pipelines_behind(observed, turn.known, &rows));
    }
    let (more, chunk) = (due.len() > observed.chunk(), observed.chunk());
    due.truncate(chunk);
    let listed = in_background(describe(due.clone(), async |pipeline: String| of_pipeline(aws, &pipeline).await));
    let Described { found, fault } = listed.await;
    for execution in found.into_iter().flatten() {
        let known = turn.known.get(&execution.arn);
        let execution = execution.with_known(known);
        rows.entry(execution.arn.clone()).or_insert(execution);
    }
    let doubtful = doubtful(observed, turn.known, turn.known.rows().chain(rows.values()));
    due.extend(doubtful.iter().cloned());
    let fault = ended.or(fault).or(described(aws, observed, doubtful, &mut rows).await);
    match fault {
        Some(fault) if rows.is_empty() && turn.known.is_empty() => Err(fault),
        fault => {
            let rows = rows.into_values().collect();
            let listing = if turn.sweep { Listing::changed(rows) } else { Listing::part(rows) };
            let listing = listing.more(more || cursor.is_some()).cursor(cursor);
            Ok(listing.asked(settled(due, fault.as_ref())).fault(fault))
        }
    }
}

/// Describes executions into the rows; gives why some could not be described.
async fn described(aws: &Aws, observed: &Observed, due: Vec<String>, rows: &mut Rows) -> Option<AwsError> {
    let Described { found, fault } = describe(due, async |arn: String| {
        let request = aws.sagemaker.describe_pipeline_execution().pipeline_execution_arn(&arn);
        let described = request.send().await.map_err(failed)?;
        Ok(from_description(described, observed))
    })
    .await;
    rows.extend(found.into_iter().map(|e| (e.arn.clone(), e)));
    fault
}

/// The newest finished executions of their pipelines that succeeded and registered nothing, as far as is known, and that
/// may have been told to run only some steps: no list tells that. A single look reads no steps first, so it asks for all.
pub(super) fn doubtful<'a>(
    observed: &Observed,
    known: &Table<PipelineExecution>,
    rows: impl Iterator<Item = &'a PipelineExecution>,
) -> Vec<String> {
    let mut newest: BTreeMap<&str, &PipelineExecution> = BTreeMap::new();
    for row in rows.filter(|e| !e.running()) {
        let latest = newest.entry(&row.pipeline).or_insert(row);
        if row.started >= latest.started {
            *latest = row;
        }
    }
    let untold = |e: &&&PipelineExecution| e.status == "Succeeded" && e.selected.is_none();
    let mut doubtful: BTreeSet<&str> = newest.values().filter(untold).map(|e| e.arn.as_str()).collect();
    doubtful.retain(|arn| !asked_lately(known, arn, observed.at));
    if !observed.one_shot && !doubtful.is_empty() {
        let mut begun: BTreeSet<&str> = BTreeSet::new();
        for step in observed.store.steps.rows().filter(|step| doubtful.contains(step.execution.as_str())) {
            begun.insert(&step.execution);
        }
        for step in observed.store.steps.rows().filter(|step| step.made.model_package().is_some()) {
            begun.remove(step.execution.as_str());
        }
        doubtful.retain(|arn| begun.contains(arn));
    }
    doubtful.into_iter().map(str::to_owned).collect()
}

/// Lists the executions that changed since the last look, from the index. At the start it reads until every pipeline
/// has shown its last execution.
async fn list_changed(
    aws: &Aws,
    observed: &Observed,
    turn: &Turn<'_, PipelineExecution>,
) -> Result<(Rows, Option<Cursor>), AwsError> {
    let known = turn.known;
    let since = newest(known, |e| e.modified);
    let reading = known.cursor().is_some() || since.is_none();
    let cap = if reading { FIRST } else { ENOUGH };
    let query = Query::changed(ResourceType::PipelineExecution);
    let found = aws.search(&query, known.token(), cap, |page| reaches_back(page, since, record_time)).await?;
    let (records, next) = found.unwrap_or_default();
    let rows: Rows = records.into_iter().filter_map(|r| from_record(r, observed)).map(|e| (e.arn.clone(), e)).collect();
    let complete = pipelines_behind(observed, known, &rows).is_empty();
    Ok((rows, Cursor::after(known.cursor(), FIRST, ENOUGH, next).filter(|_| reading && !complete)))
}

fn record_time(record: &SearchRecord) -> Option<&aws_smithy_types::DateTime> {
    record.pipeline_execution.as_ref()?.last_modified_time.as_ref()
}

/// Pipelines that ran since their newest known execution: the index does not have it (yet).
fn pipelines_behind(observed: &Observed, known: &Table<PipelineExecution>, rows: &Rows) -> Vec<String> {
    let mut newest: BTreeMap<&str, Option<Timestamp>> = BTreeMap::new();
    for execution in known.rows().chain(rows.values()) {
        let latest = newest.entry(&execution.pipeline).or_default();
        *latest = execution.started.max(*latest);
    }
    let behind = |p: &&Pipeline| newest.get(p.name.as_str()).copied().flatten() < p.last_execution;
    observed.store.pipelines.rows().filter(behind).map(|p| p.name.clone()).collect()
}

/// Pipelines that are looked at and whose past was not read lately.
pub(super) fn looked_at(observed: &Observed, known: &Table<PipelineExecution>) -> Vec<String> {
    let pipelines = if observed.one_shot {
        observed.store.pipelines.rows().map(|p| p.name.clone()).collect()
    } else {
        observed.focus.pipelines.clone()
    };
    pipelines.into_iter().filter(|name| !asked_lately(known, name, observed.at)).collect()
}

/// Executions that were running and of which no step runs any more.
fn ended(observed: &Observed, known: &Table<PipelineExecution>) -> Vec<String> {
    let steps = &observed.store.steps;
    let mut begun: BTreeSet<&str> = BTreeSet::new();
    let mut busy: BTreeSet<&str> = BTreeSet::new();
    for step in steps.rows() {
        begun.insert(&step.execution);
        if !step.over() {
            busy.insert(&step.execution);
        }
    }
    let over = |e: &&PipelineExecution| begun.contains(e.arn.as_str()) && !busy.contains(e.arn.as_str());
    known.rows().filter(|e| e.running()).filter(over).map(|e| e.arn.clone()).collect()
}

async fn of_pipeline(aws: &Aws, pipeline: &str) -> Result<Vec<PipelineExecution>, AwsError> {
    let request = aws.sagemaker.list_pipeline_executions().pipeline_name(pipeline).max_results(NEWEST);
    // The default order is not documented, so it is always set.
    let request = request.sort_by(SortPipelineExecutionsBy::CreationTime).sort_order(SortOrder::Descending);
    let page = request.send().await.map_err(failed)?;
    let summaries = page.pipeline_execution_summaries.unwrap_or_default();
    Ok(summaries.into_iter().map(|s| from_summary(pipeline, s)).filter(|e| !e.arn.is_empty()).collect())
}

/// The pipeline of an execution: its ARN spells the name in lower case.
fn pipeline_name(arn: &str, observed: &Observed) -> String {
    let spelt = of_execution(arn).unwrap_or_default();
    let pipelines = &observed.store.pipelines;
    let known = pipelines.get(spelt).or_else(|| pipelines.rows().find(|p| p.name.eq_ignore_ascii_case(spelt)));
    known.map_or(spelt, |p| &p.name).to_owned()
}

/// The index and the description have the same fields, in two types.
macro_rules! execution {
    ($d:expr, $observed:expr) => {{
        let d = $d;
        let arn = d.pipeline_execution_arn.unwrap_or_default();
        PipelineExecution {
            pipeline: pipeline_name(&arn, $observed),
            status: d.pipeline_execution_status.map(|s| s.as_str().to_owned()).unwrap_or_default(),
            started: time(d.creation_time.as_ref()),
            modified: time(d.last_modified_time.as_ref()),
            failure: d.failure_reason.filter(|f| !f.is_empty() && f != "None"),
            selected: Some(d.selective_execution_config.map(selected).unwrap_or_default()),
            name: d.pipeline_execution_display_name.unwrap_or_default(),
            parameters: None,
            arn,
        }
    }};
}

fn selected(config: SelectiveExecutionConfig) -> Vec<String> {
    config.selected_steps.unwrap_or_default().into_iter().filter_map(|step| step.step_name).collect()
}

/// Leaves out values that may be secrets, because rows are kept on disk.
fn harmless_parameters(parameters: Vec<Parameter>) -> Vec<(String, String)> {
    let each = parameters.into_iter().filter_map(|parameter| Some((parameter.name?, parameter.value?)));
    each.filter(|(name, value)| redact::value(name, value) == value.as_str()).collect()
}

fn from_description(d: DescribePipelineExecutionOutput, observed: &Observed) -> PipelineExecution {
    execution!(d, observed)
}

fn from_record(record: SearchRecord, observed: &Observed) -> Option<PipelineExecution> {
    let mut execution = record.pipeline_execution?;
    let parameters = execution.pipeline_parameters.take().map(harmless_parameters);
    Some(PipelineExecution { parameters, ..execution!(execution, observed) })
}

fn from_summary(pipeline: &str, s: PipelineExecutionSummary) -> PipelineExecution {
    PipelineExecution {
        pipeline: pipeline.to_owned(),
        status: s.pipeline_execution_status.map(|s| s.as_str().to_owned()).unwrap_or_default(),
        started: time(s.start_time.as_ref()),
        modified: None,
        selected: None,
        parameters: None,
        failure: s.pipeline_execution_failure_reason.filter(|f| !f.is_empty() && f != "None"),
        name: s.pipeline_execution_display_name.unwrap_or_default(),
        arn: s.pipeline_execution_arn.unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources::step::{Made, PipelineStep};

    fn observed_with(pipelines: Vec<Pipeline>) -> Observed {
        let mut observed = Observed::default();
        observed.store.pipelines.apply(Ok(Listing::all(pipelines)), Timestamp::UNIX_EPOCH);
        observed
    }

    #[test]
    fn only_pipelines_with_something_new_are_asked_one_by_one() {
        let at = |s| Timestamp::new(s, 0).ok();
        let run = PipelineExecution { pipeline: "p".into(), started: at(10), ..Default::default() };
        let rows: Rows = [("x".to_owned(), run)].into();
        let behind = |last_execution| {
            let observed = observed_with(vec![Pipeline { name: "p".into(), last_execution, ..Default::default() }]);
            !super::pipelines_behind(&observed, &Table::default(), &rows).is_empty()
        };
        assert!(!behind(at(10)));
        assert!(behind(at(11)), "a newer one started");
        assert!(!behind(None), "it never ran: there is nothing to ask for");
    }

    #[test]
    fn only_a_success_of_which_nothing_else_tells_is_described() {
        let run = |arn: &str, second: i64, status: &str, selected: Option<Vec<String>>| PipelineExecution {
            arn: arn.into(),
            pipeline: "p".into(),
            status: status.into(),
            started: Timestamp::from_second(second).ok(),
            selected,
            ..Default::default()
        };
        let step = |arn: &str, made: Made| PipelineStep {
            id: format!("{arn}/s"),
            execution: arn.into(),
            made,
            ..Default::default()
        };
        let package = || Made::ModelPackage("arn:aws:sagemaker:r:1:model-package/g/1".into());
        let cases = [
            (
                "its steps registered nothing",
                vec![run("a", 1, "Succeeded", None)],
                vec![step("a", Made::Nothing)],
                vec!["a"],
            ),
            ("its steps are not known", vec![run("a", 1, "Succeeded", None)], vec![], vec![]),
            ("it registered", vec![run("a", 1, "Succeeded", None)], vec![step("a", package())], vec![]),
            ("it is told", vec![run("a", 1, "Succeeded", Some(vec![]))], vec![step("a", Made::Nothing)], vec![]),
            ("it failed", vec![run("a", 1, "Failed", None)], vec![step("a", Made::Nothing)], vec![]),
            (
                "a newer one is told",
                vec![run("b", 2, "Succeeded", Some(vec![])), run("a", 1, "Succeeded", None)],
                vec![step("a", Made::Nothing)],
                vec![],
            ),
        ];
        for (what, runs, steps, expected) in cases {
            let mut observed = Observed::default();
            observed.store.steps.apply(Ok(Listing::all(steps)), Timestamp::UNIX_EPOCH);
            assert_eq!(doubtful(&observed, &Table::default(), runs.iter()), expected, "{what}");
        }
    }

    #[test]
    fn an_execution_belongs_to_the_pipeline_that_its_arn_spells_in_lower_case() {
        let observed = observed_with(vec![Pipeline { name: "Fraud-Build".into(), ..Default::default() }]);
        assert_eq!(pipeline_name("arn:aws:sagemaker:r:1:pipeline/fraud-build/execution/x", &observed), "Fraud-Build");
        assert_eq!(pipeline_name("arn:aws:sagemaker:r:1:pipeline/other/execution/x", &observed), "other");
    }
}
