//! A call without an answer: AWS may have taken it all the same. What it left behind tells.

use std::time::Duration;

use aws_sdk_sagemaker::types::{SortOrder, SortPipelineExecutionsBy};
use serde_json::Value;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::{Outcome, Progress, Receipt, Step};
use crate::aws::{Aws, AwsError, Kind, failed};
use crate::resources::endpoint::Endpoint;
use crate::resources::package::ModelPackage;

/// AWS shows what it has taken within seconds. A call that left no trace after this time was not taken.
const SETTLED: Duration = Duration::from_secs(30);
/// Time between two looks.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// Pages of 100 executions in which one is looked for.
const PAGES: usize = 5;
/// The search ends after this time without an answer to any look.
const BLIND: Duration = Duration::from_mins(10);

/// Searches AWS for the trace of a call that had no answer, and returns what AWS would have answered.
///
/// # Errors
/// The end of the plan: the call left no trace, or it cannot be known whether it did.
pub(super) async fn search(
    step: &Step,
    aws: &Aws,
    lost: &AwsError,
    tell: &mpsc::Sender<Progress>,
) -> Result<Receipt, Outcome> {
    // Nobody has to listen; the search goes on.
    let _ = tell.send(Progress::Waiting(format!("{lost}; looking whether it was done"))).await;
    let began = Instant::now();
    let mut answered = began;
    loop {
        match trace(step.call(), &step.parameters(), aws).await {
            Ok(Some(receipt)) => return Ok(receipt),
            Ok(None) if began.elapsed() >= SETTLED => {
                return Err(Outcome::Failed(format!(
                    "nothing has begun: {lost}, and {} left no trace in AWS; plan it again",
                    step.call()
                )));
            }
            Ok(None) => answered = Instant::now(),
            // Asking again would change nothing.
            Err(error) if matches!(error.kind, Kind::Denied | Kind::Gone | Kind::Unsupported) => {
                return Err(unknown(step, lost, &error));
            }
            Err(error) if answered.elapsed() >= BLIND => {
                return Err(unknown(step, lost, &error));
            }
            Err(_) => {}
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// The end of a plan of which nobody can say whether its last call was taken.
fn unknown(step: &Step, lost: &AwsError, why: &AwsError) -> Outcome {
    let call = step.call();
    Outcome::Failed(format!(
        "it is not known whether {call} was taken: {lost}; AWS cannot be asked: {why}; look in AWS before you try again"
    ))
}

/// Looks once for what a call leaves behind; `None` when it is not there. The call and its parameters are those of
/// [`Step::call`] and [`Step::parameters`], which the journal keeps.
///
/// # Errors
/// When AWS does not answer the question.
pub(super) async fn trace(call: &str, parameters: &Value, aws: &Aws) -> Result<Option<Receipt>, AwsError> {
    let text = |name: &str| parameters.get(name).and_then(Value::as_str).unwrap_or_default();
    let arn = match call {
        "sagemaker:UpdateModelPackage" => {
            let now = ModelPackage::describe(aws, text("ModelPackageArn")).await?;
            let reason = now.details.and_then(|details| details.approval_description).unwrap_or_default();
            let decided = now.approval == text("ModelApprovalStatus") && reason == text("ApprovalDescription");
            decided.then_some(now.arn)
        }
        "sagemaker:StartPipelineExecution" => {
            execution(aws, text("PipelineName"), text("PipelineExecutionDisplayName")).await?
        }
        "sagemaker:UpdateEndpoint" => {
            let (now, config) = (Endpoint::describe(aws, text("EndpointName")).await?, text("EndpointConfigName"));
            let arriving = now.pending.as_ref().map(|pending| pending.config == config);
            // An update may begin before AWS tells to which configuration.
            let begun = arriving.unwrap_or_else(|| !now.steady());
            (begun || now.config.as_deref() == Some(config)).then_some(now.arn)
        }
        "sagemaker:CreateModel" => {
            let now = aws.sagemaker.describe_model().model_name(text("ModelName")).send().await;
            there(now.map_err(failed("DescribeModel")))?.and_then(|model| model.model_arn)
        }
        "sagemaker:CreateEndpointConfig" => {
            let request = aws.sagemaker.describe_endpoint_config().endpoint_config_name(text("EndpointConfigName"));
            let now = request.send().await.map_err(failed("DescribeEndpointConfig"));
            there(now)?.and_then(|config| config.endpoint_config_arn)
        }
        // A newer version of the program made it.
        _ => return Err(AwsError::other("nothing", format!("it is not known what {call} leaves behind"))),
    };
    Ok(arn.map(|arn| Receipt { arn: Some(arn), ..Receipt::default() }))
}

/// Finds the execution with the display name that the plan gave it, among the newest.
async fn execution(aws: &Aws, pipeline: &str, display_name: &str) -> Result<Option<String>, AwsError> {
    let mut token = None;
    for _ in 0..PAGES {
        let request = aws.sagemaker.list_pipeline_executions().pipeline_name(pipeline).max_results(100);
        let request = request.sort_by(SortPipelineExecutionsBy::CreationTime).sort_order(SortOrder::Descending);
        let page = request.set_next_token(token).send().await.map_err(failed("ListPipelineExecutions"))?;
        let mut executions = page.pipeline_execution_summaries.unwrap_or_default().into_iter();
        let own = executions.find(|e| e.pipeline_execution_display_name.as_deref() == Some(display_name));
        token = page.next_token;
        if own.is_some() || token.is_none() {
            return Ok(own.and_then(|e| e.pipeline_execution_arn));
        }
    }
    Ok(None)
}

/// Turns "not found" into `None`.
fn there<T>(found: Result<T, AwsError>) -> Result<Option<T>, AwsError> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind == Kind::Gone => Ok(None),
        Err(error) => Err(error),
    }
}
