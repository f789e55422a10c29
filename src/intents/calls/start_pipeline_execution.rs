//! `StartPipelineExecution`: a new run of a pipeline. Its token makes a repeated call safe.

use aws_sdk_sagemaker::operation::RequestId;
use aws_sdk_sagemaker::types::{
    Parameter, SelectedStep, SelectiveExecutionConfig, SortOrder, SortPipelineExecutionsBy,
};
use jiff::Timestamp;
use serde_json::Value;

use super::{Api, Call, Permission, Receipt, text};
use crate::aws::{Aws, AwsError, failed};

/// The pages of 100 executions that are searched for one execution.
const PAGES: usize = 5;

/// The call of this module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StartPipelineExecution {
    /// `PipelineName`.
    pub(crate) pipeline: String,
    /// `PipelineExecutionDisplayName`, at most 82 of `[A-Za-z0-9-]`.
    pub(crate) display_name: String,
    /// `PipelineExecutionDescription`.
    pub(crate) description: String,
    /// `PipelineParameters`: name and value.
    pub(crate) parameters: Vec<(String, String)>,
    /// `SelectiveExecutionConfig`; absent for all steps.
    pub(crate) selective: Option<Selective>,
    /// `ClientRequestToken`: a repeated token starts no second execution; see `docs/aws.md#start-once`.
    pub(crate) token: String,
}

/// The steps that run, and the execution that made what they need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Selective {
    /// `SourcePipelineExecutionArn`.
    pub(crate) source: String,
    /// `SelectedSteps`.
    pub(crate) steps: Vec<String>,
}

impl Selective {
    fn to_sdk(&self) -> SelectiveExecutionConfig {
        let steps = self.steps.iter().map(|name| SelectedStep::builder().step_name(name).build());
        let config = SelectiveExecutionConfig::builder().source_pipeline_execution_arn(&self.source);
        config.set_selected_steps(Some(steps.collect())).build()
    }
}

impl Call for StartPipelineExecution {
    const API: Api = Api::sagemaker("StartPipelineExecution");
    const PERMISSIONS: &'static [Permission] =
        &[Permission::new("sagemaker:StartPipelineExecution", &["sagemaker:REGION:ACCOUNT:pipeline/*"])];
    const REPEATABLE: bool = true;
    const STARTS: bool = true;

    async fn send(&self, aws: &Aws) -> Result<Receipt, AwsError> {
        let parameters = self.parameters.iter().map(|(n, v)| Parameter::builder().name(n).value(v).build()).collect();
        let request = aws.sagemaker.start_pipeline_execution().pipeline_name(&self.pipeline);
        let request = request.pipeline_execution_display_name(&self.display_name);
        let request = request.pipeline_execution_description(&self.description);
        let request = request.set_pipeline_parameters(Some(parameters)).client_request_token(&self.token);
        let request = request.set_selective_execution_config(self.selective.as_ref().map(Selective::to_sdk));
        let reply = request.send().await.map_err(failed)?;
        Ok(Receipt { request_id: reply.request_id().map(str::to_owned), arn: reply.pipeline_execution_arn })
    }

    /// Finds the execution with the display name of the plan among the newest ones.
    async fn effect(parameters: &Value, _: Timestamp, aws: &Aws) -> Result<Option<String>, AwsError> {
        let (pipeline, name) = (text(parameters, "PipelineName"), text(parameters, "PipelineExecutionDisplayName"));
        let mut token = None;
        for _ in 0..PAGES {
            let request = aws.sagemaker.list_pipeline_executions().pipeline_name(pipeline).max_results(100);
            let request = request.sort_by(SortPipelineExecutionsBy::CreationTime).sort_order(SortOrder::Descending);
            let page = request.set_next_token(token).send().await.map_err(failed)?;
            let mut executions = page.pipeline_execution_summaries.unwrap_or_default().into_iter();
            let own = executions.find(|e| e.pipeline_execution_display_name.as_deref() == Some(name));
            token = page.next_token;
            if own.is_some() || token.is_none() {
                return Ok(own.and_then(|e| e.pipeline_execution_arn));
            }
        }
        Ok(None)
    }
}
