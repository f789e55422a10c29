//! Pipeline executions: the newest few of each pipeline.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_sagemaker::types::{PipelineExecutionSummary, SortOrder, SortPipelineExecutionsBy};
use jiff::Timestamp;
use serde::Serialize;

use super::pipeline::Pipeline;
use super::{Listing, Resource, Seen, time};
use crate::aws::{Aws, AwsError, Described, describe, failed};

/// Executions read of each pipeline, newest first.
const NEWEST: i32 = 10;

/// One execution.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct PipelineExecution {
    /// ARN: the id.
    pub arn: String,
    /// Name of its pipeline.
    pub pipeline: String,
    /// Name it was given.
    pub name: String,
    /// `Executing`, `Succeeded`, `Failed`, …, raw. `Succeeded` may have registered nothing (`aws-map` 0.7).
    pub status: String,
    /// Start.
    pub started: Option<Timestamp>,
    /// Why it failed.
    pub failure: Option<String>,
}

impl PipelineExecution {
    /// Is it still running?
    #[must_use]
    pub fn running(&self) -> bool {
        matches!(self.status.as_str(), "Executing" | "Stopping")
    }
    /// Its id within the pipeline.
    #[must_use]
    pub fn short(&self) -> &str {
        super::arn_name(&self.arn)
    }
}

impl Resource for PipelineExecution {
    const KIND: &'static str = "pipeline_executions";
    const EVERY: Duration = Duration::from_secs(15);
    const WINDOWED: bool = true;
    fn id(&self) -> &str {
        &self.arn
    }
    fn news(&self, old: Option<&Self>) -> Option<String> {
        match old {
            None => Some(format!("{} started ({})", self.pipeline, self.short())),
            Some(old) if old.status != self.status => {
                let why = self.failure.as_deref().map(|f| format!(": {f}")).unwrap_or_default();
                Some(format!("{} {}{why}", self.pipeline, self.status))
            }
            Some(_) => None,
        }
    }
    fn ready(seen: &Seen) -> bool {
        seen.store.pipelines.answered()
    }
    async fn list(aws: &Aws, seen: &Seen) -> Result<Listing<Self>, AwsError> {
        // What hangs on something that was never read is not known either.
        if let Some(why) = seen.store.pipelines.blind() {
            return Err(why.clone());
        }
        let mut rows: BTreeMap<String, Self> = BTreeMap::new();
        let mut due = Vec::new();
        for pipeline in seen.store.pipelines.rows() {
            let known: Vec<&Self> = seen.store.executions.rows().filter(|e| e.pipeline == pipeline.name).collect();
            if unchanged(pipeline, &known) {
                rows.extend(known.into_iter().map(|e| (e.arn.clone(), e.clone())));
            } else {
                due.push(pipeline.name.clone());
            }
        }
        let Described { found, fault } = describe(due, async |pipeline: String| {
            let request = aws.sagemaker.list_pipeline_executions().pipeline_name(&pipeline).max_results(NEWEST);
            // The default order is not documented, so it is always set (aws-map 2.1).
            let request = request.sort_by(SortPipelineExecutionsBy::CreationTime).sort_order(SortOrder::Descending);
            let page = request.send().await.map_err(failed("ListPipelineExecutions"))?;
            let summaries = page.pipeline_execution_summaries.unwrap_or_default();
            Ok(summaries.into_iter().map(|s| from_summary(&pipeline, s)).collect::<Vec<_>>())
        })
        .await;
        match fault {
            Some(fault) if found.is_empty() && rows.is_empty() => Err(fault),
            fault => {
                rows.extend(found.into_iter().flatten().map(|e| (e.arn.clone(), e)));
                Ok(Listing::of(rows.into_values().collect()).fault(fault))
            }
        }
    }
}

/// Nothing runs, and no execution started since the last look.
fn unchanged(pipeline: &Pipeline, known: &[&PipelineExecution]) -> bool {
    let newest = known.iter().filter_map(|e| e.started).max();
    pipeline.last_execution.is_some() && newest >= pipeline.last_execution && !known.iter().any(|e| e.running())
}

fn from_summary(pipeline: &str, s: PipelineExecutionSummary) -> PipelineExecution {
    PipelineExecution {
        pipeline: pipeline.to_owned(),
        status: s.pipeline_execution_status.map(|s| s.as_str().to_owned()).unwrap_or_default(),
        started: time(s.start_time.as_ref()),
        failure: s.pipeline_execution_failure_reason.filter(|f| !f.is_empty() && f != "None"),
        name: s.pipeline_execution_display_name.unwrap_or_default(),
        arn: s.pipeline_execution_arn.unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pipelines_with_something_new_are_asked_again() {
        let at = |s| Timestamp::new(s, 0).ok();
        let run = |status: &str, s| PipelineExecution { status: status.into(), started: at(s), ..Default::default() };
        let pipeline = |s| Pipeline { last_execution: s, ..Default::default() };
        let (done, running) = (run("Succeeded", 10), run("Executing", 10));
        assert!(unchanged(&pipeline(at(10)), &[&done]));
        assert!(!unchanged(&pipeline(at(11)), &[&done]), "a newer one started");
        assert!(!unchanged(&pipeline(at(10)), &[&running]), "it is still running");
        assert!(!unchanged(&pipeline(None), &[&done]), "nothing tells");
        assert!(!unchanged(&pipeline(at(10)), &[]), "never read");
    }
}
