//! `StartAutomationExecution`: a runbook of Systems Manager is started. Its token makes a repeated call safe.

use aws_sdk_ssm::operation::RequestId;
use aws_sdk_ssm::types::{AutomationExecutionFilter, AutomationExecutionFilterKey, ResourceTypeForTagging, Tag};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::{Api, Call, Permission, Receipt, text};
use crate::aws::{Aws, AwsError, SERVICES, failed};
use crate::resources::time;

/// The tag of an execution that says which intent started it. A call without an answer is found again by it.
const TAG: &str = "sagetop-intent";
/// The most pages of executions that are read. AWS keeps them for 30 days.
const PAGES: usize = 100;
/// The most that the clock of this machine may be ahead of the one of AWS.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_mins(15);

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
    const STARTS: bool = true;

    async fn send(&self, aws: &Aws) -> Result<Receipt, AwsError> {
        let tag = Tag::builder().key(TAG).value(&self.token).build();
        let tag = tag.map_err(|why| AwsError::other("StartAutomationExecution", why.to_string()))?;
        let parameters = self.parameters.iter().map(|(name, value)| (name.clone(), vec![value.clone()])).collect();
        let request = aws.ssm.start_automation_execution().document_name(&self.document);
        let request = request.document_version(&self.version).set_parameters(Some(parameters));
        let reply = request.client_token(&self.token).tags(tag).send().await.map_err(failed)?;
        Ok(Receipt { request_id: reply.request_id().map(str::to_owned), arn: reply.automation_execution_id })
    }

    /// Finds the execution with the tag of the intent among those of the runbook that began since.
    async fn effect(parameters: &Value, since: Timestamp, aws: &Aws) -> Result<Option<String>, AwsError> {
        let (document, token) = (text(parameters, "DocumentName"), text(parameters, "ClientToken"));
        let earliest = since.saturating_sub(CLOCKS_DIFFER).unwrap_or(since);
        for id in begun_since(aws, document, earliest).await? {
            let request = aws.ssm.list_tags_for_resource().resource_type(ResourceTypeForTagging::Automation);
            let reply = request.resource_id(&id).send().await.map_err(failed)?;
            let tags = reply.tag_list.unwrap_or_default();
            if tags.iter().any(|tag| tag.key == TAG && tag.value == token) {
                return Ok(Some(id));
            }
        }
        Ok(None)
    }
}

/// Returns the ids of the executions of a runbook that did not begin before a time, or whose time is not known. AWS does
/// not promise an order, so all pages are read. The list does not tell whether executions of a shared runbook have its ARN,
/// so these are not asked for by name.
async fn begun_since(aws: &Aws, document: &str, earliest: Timestamp) -> Result<Vec<String>, AwsError> {
    let request = aws.ssm.describe_automation_executions().max_results(50);
    let request = if document.starts_with("arn:") {
        request
    } else {
        let key = AutomationExecutionFilterKey::DocumentNamePrefix;
        let filter = AutomationExecutionFilter::builder().key(key).values(document).build();
        request.filters(filter.map_err(|why| AwsError::other("DescribeAutomationExecutions", why.to_string()))?)
    };
    let name = document.rsplit('/').next().unwrap_or(document);
    let (mut ids, mut token) = (Vec::new(), None);
    for _ in 0..PAGES {
        let page = request.clone().set_next_token(token).send().await.map_err(failed)?;
        let found = page.automation_execution_metadata_list.unwrap_or_default().into_iter();
        let own = found.filter(|one| one.document_name.as_deref().is_some_and(|own| own.ends_with(name)));
        let recent = own.filter(|one| time(one.execution_start_time.as_ref()).is_none_or(|began| began >= earliest));
        ids.extend(recent.filter_map(|one| one.automation_execution_id));
        token = page.next_token;
        if token.is_none() {
            return Ok(ids);
        }
    }
    Err(AwsError::other("DescribeAutomationExecutions", format!("there are more than {PAGES} pages")))
}
