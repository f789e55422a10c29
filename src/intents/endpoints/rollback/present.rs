//! The present state of the endpoint that is rolled back, and what to know of it before.

use std::collections::BTreeMap;

use super::candidate::{Candidate, ConfigReader};
use super::monitoring::Monitoring;
use super::{is_gone, scaling};
use crate::intents::{Executor, Refusal};
use crate::resources::endpoint::Endpoint;

/// The present state of the endpoint.
pub(super) struct Present {
    pub(super) endpoint: Endpoint,
    /// The configuration that serves now; `None` if it or its model was deleted.
    pub(super) serving: Option<Candidate>,
    pub(super) monitoring: Monitoring,
    /// The scaling of its instances, as sentences.
    pub(super) scaling: Vec<String>,
}

impl Present {
    /// Reads the state of an endpoint. It is refused while the endpoint is changing.
    pub(super) async fn read(executor: &Executor, name: &str, reader: &mut ConfigReader<'_>) -> Result<Self, Refusal> {
        let mut endpoint = Endpoint::describe(&executor.aws, name).await?;
        refuse_unsteady(&endpoint, reader).await?;
        let serving = match &endpoint.config {
            Some(name) => match reader.read(name).await {
                Ok(serving) => Some(serving),
                // After any other error the configuration may exist, and a plan would rest on a guess.
                Err(error) if is_gone(&error) => None,
                Err(error) => return Err(error.into()),
            },
            None => None,
        };
        endpoint.tags = endpoint.read_tags(&executor.aws).await.ok();
        let monitoring = Monitoring::read(executor, &endpoint, serving.as_ref()).await;
        let scaling = scaling::describe(&executor.aws, &endpoint).await;
        Ok(Self { endpoint, serving, monitoring, scaling })
    }

    /// Returns whether the variant of this name runs without instances. If there is no configuration, the endpoint
    /// decides.
    pub(super) fn serverless(&self, variant: &str) -> bool {
        let configured = self.serving.as_ref().and_then(|c| c.variant(variant)).map(|v| v.serverless);
        let live = || self.endpoint.variants.iter().any(|v| v.name == variant && v.serverless);
        configured.unwrap_or_else(live)
    }

    /// Returns whether any variant runs without instances.
    pub(super) fn any_serverless(&self) -> bool {
        let configured = self.serving.iter().flat_map(Candidate::variants).any(|v| v.serverless);
        configured || self.endpoint.variants.iter().any(|v| v.serverless)
    }

    /// Returns whether inference components provide the models.
    pub(super) fn uses_components(&self) -> bool {
        self.serving.as_ref().is_some_and(Candidate::uses_components)
    }
}

pub(super) async fn refuse_unsteady(endpoint: &Endpoint, reader: &mut ConfigReader<'_>) -> Result<(), Refusal> {
    let (name, status) = (&endpoint.name, endpoint.status.as_str());
    match status {
        "InService" | "UpdateRollbackFailed" => return Ok(()),
        "Failed" => {
            return Err(Refusal::No(format!(
                "{name} is Failed: AWS lets a failed endpoint only be deleted; this program deletes nothing, use: aws sagemaker delete-endpoint"
            )));
        }
        _ => {}
    }
    let to = match &endpoint.pending {
        Some(pending) => {
            let label = reader.read(&pending.config).await.map(|arriving| arriving.label());
            let label = label.ok().filter(|label| *label != pending.config).map(|label| format!("{label}, "));
            let since = pending.started.map(|at| at.strftime(" since %H:%M UTC").to_string());
            format!(" to {}{}{}", label.unwrap_or_default(), pending.config, since.unwrap_or_default())
        }
        None => String::new(),
    };
    let phase = endpoint.phase();
    let phase = phase.map(|phase| format!(" ({phase})")).unwrap_or_default();
    Err(Refusal::No(format!("{name} is {status}{to}{phase}: it can be rolled back when InService")))
}

impl Present {
    /// Returns how many requests fail. If nothing shows that the endpoint is broken, says so, because the operator may
    /// have intended another endpoint.
    pub(super) fn state(&self) -> Option<String> {
        let (name, monitoring) = (&self.endpoint.name, &self.monitoring);
        if let Some(bad) = monitoring.recent_errors.too_many() {
            return Some(format!("{name} fails now: {bad}."));
        }
        let quiet = monitoring.problem.is_none() && monitoring.trouble.is_none();
        let alarms = match monitoring.alarms.len() {
            0 => "no alarm watches it".to_owned(),
            1 => "its alarm does not fire".to_owned(),
            count => format!("none of its {count} alarms fires"),
        };
        let Some(failed) = monitoring.recent_errors.failed else {
            let why = monitoring.recent_errors.problem.as_deref().unwrap_or("not read");
            let unknown = format!("The errors of {name} could not be read ({why})");
            let rest = format!(". It is InService, and {alarms}: whether it is broken is not known here");
            return Some(if quiet { format!("{unknown}{rest}.") } else { format!("{unknown}.") });
        };
        let requests = monitoring.recent_errors.describe(failed);
        quiet.then(|| {
            if failed.requests > 0.0 {
                format!("{name} looks well: it is InService, {requests}, and {alarms}.")
            } else {
                format!("{name} is InService, {requests}, and {alarms}: whether it is broken is not known here.")
            }
        })
    }

    /// Returns the general warnings about a change of the endpoint.
    pub(super) fn warnings(&self) -> Vec<String> {
        let endpoint = &self.endpoint;
        let mut warnings = Vec::new();
        if let Some(guards) = endpoint.guards.as_ref().filter(|guards| !guards.is_empty()) {
            warnings.push(format!(
                "The last deployment was guarded by {}. The rollback goes without: an alarm that fires because of the bad version would undo it.",
                guards.join(", ")
            ));
        }
        if let Some(failure) = &endpoint.failure {
            warnings.push(format!("The last update failed: {failure}"));
        }
        let red = &self.monitoring.firing;
        if !red.is_empty() {
            let alarms = if red.len() == 1 { "An alarm fires" } else { "Alarms fire" };
            let names = red.join(", ");
            warnings.push(format!("{alarms} already: {names}. Only an OK after the rollback tells that it helped."));
        }
        warnings.extend(self.scaling.iter().cloned());
        warnings.extend(owners(endpoint.tags.as_ref()));
        warnings
    }
}

/// Names what else manages an endpoint with these tags, and will overwrite a change. AWS sets the tags of
/// `CloudFormation` and of `SageMaker` projects; other tools have conventions only.
fn owners(tags: Option<&BTreeMap<String, String>>) -> Vec<String> {
    let Some(tags) = tags else {
        return vec!["Whether a stack owns this endpoint is not known: its tags could not be read.".to_owned()];
    };
    let will = "and will not know of the change; its next run overwrites it.";
    let mut owners = Vec::new();
    if let Some(stack) = tags.get("aws:cloudformation:stack-name") {
        owners.push(format!("CloudFormation stack {stack} owns this endpoint {will}"));
    }
    if let Some(project) = tags.get("sagemaker:project-name") {
        owners.push(format!("CodePipeline of the SageMaker project {project} owns this endpoint {will}"));
    }
    for (key, value) in tags {
        let (key, value) = (key.to_lowercase().replace(['-', '_', ' '], ""), value.to_lowercase());
        let tool = ["terraform", "pulumi", "opentofu"].into_iter().find(|tool| key == *tool || value == *tool);
        if let Some(tool) = tool.filter(|tool| key == *tool || key.ends_with("managedby")) {
            owners.push(format!("The tags say that {tool} owns this endpoint {will}"));
        }
    }
    owners
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_owns_the_endpoint_is_told_by_its_tags() {
        for (key, value, says) in [
            ("aws:cloudformation:stack-name", "web", "CloudFormation stack web"),
            ("sagemaker:project-name", "churn", "SageMaker project churn"),
            ("ManagedBy", "Terraform", "terraform"),
            ("managed-by", "pulumi", "pulumi"),
            ("Terraform", "true", "terraform"),
        ] {
            let told = owners(Some(&[(key.to_owned(), value.to_owned())].into()));
            assert!(told.len() == 1 && told[0].contains(says), "{key} {value}: {told:?}");
        }
        assert!(owners(Some(&[("team".to_owned(), "terraform".to_owned())].into())).is_empty());
        assert!(owners(None)[0].contains("not known"));
    }
}
