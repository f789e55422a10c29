//! Roll back an endpoint to an earlier configuration, or rebuild one from the registry.

mod candidate;
mod compare;
mod components;
mod deployed;
mod previous;
mod rebuild;
mod rows;

use std::time::Duration;

use super::{Difference, Executor, Guard, Intent, Plan, Receipt, Refusal, Step, Verdict, new_id};
use crate::aws::{Aws, AwsError, Kind};
use crate::resources::endpoint::Endpoint;

use candidate::Candidate;
use previous::{Previous, previous};

/// AWS starts an update within seconds; an endpoint that still looks untouched after this was not updated.
const SETTLED: Duration = Duration::from_secs(30);

/// Roll an endpoint back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rollback {
    /// Name of the endpoint.
    pub endpoint: String,
    /// The configuration to go back to; the newest good one before the present when absent.
    pub to: Option<String>,
}

/// What a plan needs to know of the endpoint.
struct Present {
    endpoint: Endpoint,
    /// What serves now; absent when its configuration or model was deleted.
    serving: Option<Candidate>,
}

impl Present {
    /// Does the variant of this name run without instances? The configuration tells; without it the endpoint.
    fn serverless(&self, variant: &str) -> bool {
        let configured = self.serving.as_ref().and_then(|c| c.variant(variant)).map(|v| v.serverless);
        let live = || self.endpoint.variants.iter().any(|v| v.name == variant && v.serverless);
        configured.unwrap_or_else(live)
    }

    /// Does anything on it run without instances?
    fn any_serverless(&self) -> bool {
        let configured = self.serving.iter().flat_map(Candidate::variants).any(|v| v.serverless);
        configured || self.endpoint.variants.iter().any(|v| v.serverless)
    }

    /// Do inference components bring its models?
    fn of_components(&self) -> bool {
        self.serving.as_ref().is_some_and(Candidate::of_components)
    }
}

impl Intent for Rollback {
    const NAME: &'static str = "rollback";
    const PATIENCE: Duration = Duration::from_hours(2);

    async fn plan(&self, by: &Executor) -> Result<Plan, Refusal> {
        let aws = &by.aws;
        let endpoint = Endpoint::describe(aws, &self.endpoint).await?;
        refuse_unsteady(&endpoint)?;
        let serving = match &endpoint.config {
            Some(name) => match candidate::look(aws, name).await {
                Ok(serving) => Some(serving),
                // Only what is gone is gone; any other answer would make a guess of the plan.
                Err(error) if gone(&error) => None,
                Err(error) => return Err(error.into()),
            },
            None => None,
        };
        let present = Present { endpoint, serving };
        match &self.to {
            Some(name) => {
                let target = candidate::look(aws, name).await?;
                self.to_config(aws, &present, target).await
            }
            None if present.serving.is_none() => Err(Refusal::No(format!(
                "{}: what serves now was deleted from the account, so what came before it cannot be told; name it with --to",
                self.endpoint
            ))),
            None if present.of_components() => Err(components::refusal(aws, &present).await),
            None => match previous(by, &present).await? {
                Previous::Found(target) => self.to_config(aws, &present, *target).await,
                Previous::None(why_not) => rebuild::plan(self, aws, &present, &why_not, (by.clock)()).await,
            },
        }
    }

    async fn verify(&self, aws: &Aws, receipt: &Receipt, waited: Duration) -> Result<Verdict, AwsError> {
        let _ = receipt;
        let now = Endpoint::describe(aws, &self.endpoint).await?;
        let target = self.to.as_deref().unwrap_or_default();
        Ok(verdict(&now, target, waited))
    }
}

/// Success is `InService` *and* the wanted configuration: a failed update rolls back by itself and looks healthy.
fn verdict(now: &Endpoint, target: &str, waited: Duration) -> Verdict {
    let config = now.config.as_deref().unwrap_or("nothing");
    let why = now.failure.as_deref().map_or_else(|| "AWS gave no reason".to_owned(), str::to_owned);
    match now.status.as_str() {
        "InService" if now.pending.is_some() => Verdict::Pending("InService, deployment pending".into()),
        "InService" if config == target => Verdict::Done(format!("{} is InService on {target}", now.name)),
        "InService" if waited < SETTLED => Verdict::Pending(format!("InService on {config}, not started yet")),
        "InService" => Verdict::Failed(format!(
            "silently rolled back: {} is InService, but still on {config} instead of {target}: {why}",
            now.name
        )),
        "Failed" | "OutOfService" | "UpdateRollbackFailed" => {
            Verdict::Failed(format!("{} is {} on {config}: {why}", now.name, now.status))
        }
        "RollingBack" => Verdict::Pending(format!("RollingBack to {config}: the update failed: {why}")),
        status => {
            let phases: Vec<&str> = now.variants.iter().flat_map(|v| &v.phases).map(String::as_str).collect();
            let phases = if phases.is_empty() { String::new() } else { format!(" ({})", phases.join(", ")) };
            Verdict::Pending(format!("{status}{phases}"))
        }
    }
}

fn refuse_unsteady(endpoint: &Endpoint) -> Result<(), Refusal> {
    match endpoint.status.as_str() {
        "InService" | "UpdateRollbackFailed" => Ok(()),
        "Failed" => Err(Refusal::No(format!(
            "{} is Failed: AWS lets a failed endpoint only be deleted; this program deletes nothing, use: aws sagemaker delete-endpoint",
            endpoint.name
        ))),
        status => Err(Refusal::No(format!("{} is {status}: it can be rolled back when InService", endpoint.name))),
    }
}

impl Rollback {
    async fn to_config(&self, aws: &Aws, present: &Present, target: Candidate) -> Result<Plan, Refusal> {
        let endpoint = &present.endpoint;
        let name = target.config.name.clone();
        if endpoint.config.as_deref() == Some(name.as_str()) {
            return Err(Refusal::No(format!("{} runs {name} already", endpoint.name)));
        }
        if !target.of_components() && present.of_components() {
            return Err(components::refusal(aws, present).await);
        }
        if let (true, Some(obstacle)) = (target.of_components(), target.obstacle(present)) {
            return Err(Refusal::No(format!("{name} {obstacle}")));
        }
        let (checks, bad) = target.checked(aws, present).await;
        let retain = target.keeps_counts(present);
        let mut warnings = target.surprises(present);
        warnings.extend(bad);
        warnings.extend(self.warnings(aws, present).await);
        let retain = retain.is_ok();
        let step = Step::UpdateEndpoint { endpoint: endpoint.name.clone(), config: name.clone(), retain };
        let guards = [vec![endpoint_guard(endpoint)], target.guards()].concat();
        Ok(Plan {
            id: new_id(),
            intent: Self { to: Some(name.clone()), ..self.clone() }.into(),
            title: format!("Roll back {} to {}", endpoint.name, target.label()),
            target: endpoint.name.clone(),
            differences: rows::differences(&target, present, retain),
            checks,
            warnings,
            then: format!("Blue/green, all at once, usually 5 to 20 min; done when InService and {name} is live."),
            undo: undo(present, Some(&target)),
            steps: vec![step],
            guards,
        })
    }

    /// What everybody should know before an endpoint is moved.
    async fn warnings(&self, aws: &Aws, present: &Present) -> Vec<String> {
        let endpoint = &present.endpoint;
        let mut warnings = Vec::new();
        if let Some(guards) = endpoint.guards.as_ref().filter(|guards| !guards.is_empty()) {
            warnings.push(format!(
                "The last deployment was guarded by {}: they are left out, as an alarm that is in ALARM because of the bad version would undo the rollback.",
                guards.join(", ")
            ));
        }
        if let Some(failure) = &endpoint.failure {
            warnings.push(format!("The last update failed: {failure}"));
        }
        let tags = aws.sagemaker.list_tags().resource_arn(&endpoint.arn).max_results(100).send().await;
        let tags = tags.map(|page| page.tags.unwrap_or_default()).unwrap_or_default();
        let stack = tags.iter().find(|t| t.key() == Some("aws:cloudformation:stack-name")).and_then(|t| t.value());
        if let Some(stack) = stack {
            warnings.push(format!("CloudFormation stack {stack} owns this endpoint and will not know of the change; rejecting the bad version may be the better way."));
        }
        warnings
    }
}

fn endpoint_guard(endpoint: &Endpoint) -> Guard {
    Guard::Endpoint { name: endpoint.name.clone(), status: endpoint.status.clone(), config: endpoint.config.clone() }
}

/// How to take it back. What AWS does not take back is said before it is sent.
fn undo(present: &Present, target: Option<&Candidate>) -> String {
    let (Some(config), Some(serving)) = (&present.endpoint.config, &present.serving) else {
        return "None: what serves now was deleted from the account and cannot be deployed again.".to_owned();
    };
    let instances = |c: &Candidate| c.variants().any(|v| !v.serverless);
    if present.any_serverless() && target.is_some_and(instances) {
        return "None: once on instances, AWS does not make an endpoint serverless again.".to_owned();
    }
    match target {
        Some(target) if target.config.asynchronous && !serving.config.asynchronous => {
            "None: AWS does not take AsyncInferenceConfig from an endpoint again.".to_owned()
        }
        _ => format!("Roll forward: sagetop rollback {} --to {config}", present.endpoint.name),
    }
}

/// One row of the plan.
fn row(what: &str, now: &str, then: &str, note: &str) -> Difference {
    Difference { what: what.to_owned(), now: now.to_owned(), then: then.to_owned(), note: note.to_owned() }
}

/// Does the error only say that the thing is not there?
fn gone(error: &AwsError) -> bool {
    error.kind == Kind::Gone
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint(status: &str, config: &str, failure: Option<&str>) -> Endpoint {
        Endpoint {
            name: "e".into(),
            status: status.into(),
            config: Some(config.into()),
            failure: failure.map(str::to_owned),
            ..Default::default()
        }
    }

    #[test]
    fn in_service_is_success_only_on_the_target() {
        let later = Duration::from_mins(2);
        assert!(matches!(verdict(&endpoint("InService", "old", None), "old", later), Verdict::Done(_)));
        assert!(matches!(verdict(&endpoint("Updating", "bad", None), "old", later), Verdict::Pending(_)));
        let Verdict::Failed(text) = verdict(&endpoint("InService", "bad", Some("alarm x")), "old", later) else {
            panic!()
        };
        assert!(text.starts_with("silently rolled back") && text.ends_with("alarm x"), "{text}");
        let at_once = verdict(&endpoint("InService", "bad", None), "old", Duration::ZERO);
        assert!(matches!(at_once, Verdict::Pending(_)), "AWS needs a moment to begin");
        assert!(matches!(verdict(&endpoint("SomethingNew", "bad", None), "old", later), Verdict::Pending(_)));
    }

    #[test]
    fn only_a_steady_endpoint_is_rolled_back() {
        assert!(refuse_unsteady(&endpoint("InService", "c", None)).is_ok());
        let refusal = refuse_unsteady(&endpoint("Updating", "c", None)).unwrap_err().to_string();
        assert_eq!(refusal, "e is Updating: it can be rolled back when InService");
    }
}
