//! A run of a pipeline from one of its steps on.

use sagetop::intents::{AccessRules, AnyIntent, Outcome, RetrainFrom};

use super::acts::carried_out;
use super::sent;
use crate::harness::{Bare, Harness};

const PIPELINE: &str = "fraud-screening-build";

/// Returns the ARNs of the runs of the pipeline that ended with a status, newest first.
async fn runs(t: &Bare, status: &str) -> Vec<String> {
    let page = t.executor.aws.sagemaker.list_pipeline_executions().pipeline_name(PIPELINE).send().await.unwrap();
    let all = page.pipeline_execution_summaries.unwrap_or_default().into_iter();
    let own = all.filter(|run| run.pipeline_execution_status.as_ref().is_some_and(|is| is.as_str() == status));
    own.filter_map(|run| run.pipeline_execution_arn).collect()
}

/// Returns the names of the steps of the definition.
async fn steps(t: &Bare, execution: &str) -> Vec<String> {
    let request = t.executor.aws.sagemaker.list_pipeline_execution_steps().pipeline_execution_arn(execution);
    let page = request.send().await.unwrap();
    let mut names: Vec<String> =
        page.pipeline_execution_steps.unwrap_or_default().into_iter().filter_map(|step| step.step_name).collect();
    names.reverse();
    names
}

#[tokio::test(start_paused = true)]
async fn a_run_begins_at_a_step_with_what_an_earlier_one_made() {
    let t = Harness::story("demo").bare();
    let source = runs(&t, "Succeeded").await.remove(0);
    let before = steps(&t, &source).await;
    let intent = AnyIntent::from(RetrainFrom { execution: source.clone(), step: before[1].clone() });
    let plan = intent.plan(&t.executor).await.unwrap();
    assert_eq!(plan.differences[1].now, before[0], "{plan:?}");
    assert!(plan.differences[2].then.starts_with(&before[1]), "{plan:?}");
    let outcome = carried_out(&t, AccessRules::default(), intent).await;
    assert!(matches!(outcome, Outcome::Done(_)), "{outcome:?}");
    let request = sent(&t.sim.write_calls()[0], "StartPipelineExecution");
    let selective = &request["SelectiveExecutionConfig"];
    assert_eq!(selective["SourcePipelineExecutionArn"], source);
    assert_eq!(selective["SelectedSteps"][0]["StepName"], before[1]);
    let run = runs(&t, "Succeeded").await.remove(0);
    assert_ne!(run, source);
    assert!(!steps(&t, &run).await.contains(&before[0]), "the first step did not run");
}

#[tokio::test(start_paused = true)]
async fn a_run_that_goes_on_or_lacks_the_step_is_refused() {
    let t = Harness::story("demo").bare();
    let source = runs(&t, "Succeeded").await.remove(0);
    let unknown = AnyIntent::from(RetrainFrom { execution: source, step: "Nothing".into() });
    let why = unknown.plan(&t.executor).await.unwrap_err().to_string();
    assert!(why.starts_with("the definition has no step Nothing; it has: "), "{why}");
}
