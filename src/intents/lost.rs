//! A call without an answer: AWS may have taken it all the same. What it left behind tells.

use std::time::Duration;

use aws_sdk_sagemaker::types::{SortOrder, SortPipelineExecutionsBy};
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
        match trace(step, aws).await {
            Ok(Some(receipt)) => return Ok(receipt),
            Ok(None) if began.elapsed() >= SETTLED => {
                return Err(Outcome::Failed(format!(
                    "nothing has begun: {lost}, and {} left no trace in AWS; plan it again",
                    step.call()
                )));
            }
            Ok(None) => answered = Instant::now(),
            Err(error) if answered.elapsed() >= BLIND => {
                return Err(Outcome::Failed(format!(
                    "it is not known whether {} was taken: {lost}; AWS cannot be asked: {error}; look in AWS before you try again",
                    step.call()
                )));
            }
            Err(_) => {}
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Looks once for what a call leaves behind; `None` when it is not there.
///
/// # Errors
/// When AWS does not answer the question.
async fn trace(step: &Step, aws: &Aws) -> Result<Option<Receipt>, AwsError> {
    let found = match step {
        Step::UpdateModelPackage { arn, approval, description, .. } => {
            let now = ModelPackage::describe(aws, arn).await?;
            let reason = now.details.and_then(|details| details.approval_description);
            (now.approval == *approval && reason.as_ref() == Some(description)).then_some(now.arn)
        }
        Step::StartPipelineExecution { pipeline, display_name, .. } => execution(aws, pipeline, display_name).await?,
        Step::UpdateEndpoint { endpoint, config, .. } => {
            let now = Endpoint::describe(aws, endpoint).await?;
            let arriving = now.pending.as_ref().map(|pending| &pending.config);
            // An update may begin before AWS tells to which configuration.
            let begun = arriving.map_or(!now.steady(), |arriving| arriving == config);
            (begun || now.config.as_ref() == Some(config)).then_some(now.arn)
        }
        Step::CreateModel { name, .. } => {
            let now = aws.sagemaker.describe_model().model_name(name).send().await;
            there(now.map_err(failed("DescribeModel")))?.and_then(|model| model.model_arn)
        }
        Step::CreateEndpointConfig { name, .. } => {
            let now = aws.sagemaker.describe_endpoint_config().endpoint_config_name(name).send().await;
            there(now.map_err(failed("DescribeEndpointConfig")))?.and_then(|config| config.endpoint_config_arn)
        }
    };
    Ok(found.map(|arn| Receipt { arn: Some(arn), ..Receipt::default() }))
}

/// The newest execution with the display name that the plan gave it.
async fn execution(aws: &Aws, pipeline: &str, display_name: &str) -> Result<Option<String>, AwsError> {
    let request = aws.sagemaker.list_pipeline_executions().pipeline_name(pipeline).max_results(20);
    let request = request.sort_by(SortPipelineExecutionsBy::CreationTime).sort_order(SortOrder::Descending);
    let page = request.send().await.map_err(failed("ListPipelineExecutions"))?;
    let mut executions = page.pipeline_execution_summaries.unwrap_or_default().into_iter();
    let own = executions.find(|e| e.pipeline_execution_display_name.as_deref() == Some(display_name));
    Ok(own.and_then(|e| e.pipeline_execution_arn))
}

/// What is not there is an answer, no error.
fn there<T>(found: Result<T, AwsError>) -> Result<Option<T>, AwsError> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind == Kind::Gone => Ok(None),
        Err(error) => Err(error),
    }
}
