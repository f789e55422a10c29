//! `StartAutomationExecution`: a runbook of Systems Manager is started. Its token makes a repeated call safe.

use aws_sdk_ssm::operation::RequestId;
use aws_sdk_ssm::types::{AutomationExecutionFilter, AutomationExecutionFilterKey, ResourceTypeForTagging, Tag};
use serde_json::Value;

use super::{Api, Call, Permission, Receipt, text};
use crate::aws::{Aws, AwsError, SERVICES, failed};

/// The tag of an execution that says which intent started it. A call without an answer is found again by it.
const TAG: &str = "sagetop-intent";

/// The call of this module:
/// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_StartAutomationExecution.html>.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StartAutomationExecution {
    /// `DocumentName`.
    pub(crate) document: String,
    /// `DocumentVersion`.
    pub(crate) version: String,
    /// `Parameters`: name and value.
    pub(crate) parameters: Vec<(String, String)>,
    /// `ClientToken`: a repeated token starts no second execution.
    pub(crate) token: String,
}

impl Call for StartAutomationExecution {
    const API: Api = Api::of(&SERVICES.ssm, "StartAutomationExecution");
    const PERMISSIONS: &'static [Permission] = &[
        Permission::new("ssm:StartAutomationExecution", &["ssm:REGION:ACCOUNT:automation-definition/*"]),
        Permission::new("ssm:AddTagsToResource", &["ssm:REGION:ACCOUNT:automation-execution/*"]),
    ];
    const REPEATABLE: bool = true;

    async fn send(&self, aws: &Aws) -> Result<Receipt, AwsError> {
        let tag = Tag::builder().key(TAG).value(&self.token).build();
        let tag = tag.map_err(|why| AwsError::other("StartAutomationExecution", why.to_string()))?;
        let parameters = self.parameters.iter().map(|(name, value)| (name.clone(), vec![value.clone()])).collect();
        let request = aws.ssm.start_automation_execution().document_name(&self.document);
        let request = request.document_version(&self.version).set_parameters(Some(parameters));
        let reply = request.client_token(&self.token).tags(tag).send().await.map_err(failed)?;
        Ok(Receipt { request_id: reply.request_id().map(str::to_owned), arn: reply.automation_execution_id })
    }

    /// Finds the execution with the tag of the intent among the newest ones of the runbook.
    async fn effect(parameters: &Value, aws: &Aws) -> Result<Option<String>, AwsError> {
        let (document, token) = (text(parameters, "DocumentName"), text(parameters, "ClientToken"));
        let (ids, more) = newest(aws, document).await?;
        for id in ids {
            let request = aws.ssm.list_tags_for_resource().resource_type(ResourceTypeForTagging::Automation);
            let reply = request.resource_id(&id).send().await.map_err(failed)?;
            let tags = reply.tag_list.unwrap_or_default();
            if tags.iter().any(|tag| tag.key == TAG && tag.value == token) {
                return Ok(Some(id));
            }
        }
        // It may be among the older ones.
        if more {
            Err(AwsError::other("DescribeAutomationExecutions", "there are more than one page"))
        } else {
            Ok(None)
        }
    }
}

/// Returns the ids of the newest executions of a runbook, and whether there are older ones. The list does not tell
/// whether executions of a shared runbook have its ARN, so these are not asked for by name.
async fn newest(aws: &Aws, document: &str) -> Result<(Vec<String>, bool), AwsError> {
    let request = aws.ssm.describe_automation_executions().max_results(50);
    let request = if document.starts_with("arn:") {
        request
    } else {
        let key = AutomationExecutionFilterKey::DocumentNamePrefix;
        let filter = AutomationExecutionFilter::builder().key(key).values(document).build();
        request.filters(filter.map_err(|why| AwsError::other("DescribeAutomationExecutions", why.to_string()))?)
    };
    let reply = request.send().await.map_err(failed)?;
    let name = document.rsplit('/').next().unwrap_or(document);
    let found = reply.automation_execution_metadata_list.unwrap_or_default().into_iter();
    let own = found.filter(|one| one.document_name.as_deref().is_some_and(|own| own.ends_with(name)));
    Ok((own.filter_map(|one| one.automation_execution_id).collect(), reply.next_token.is_some()))
}
