//! The rollback of an endpoint to an earlier configuration, or to one that is rebuilt from the registry.

mod candidate;
mod changes;
mod choose;
mod compare;
mod components;
mod deployed;
mod images;
mod monitoring;
mod past_errors;
mod rebuild;
mod rows;
mod selected;
mod survey;
mod track_record;

use std::time::Duration;

use serde_json::Value;

use super::calls::{Call, CreateEndpointConfig, CreateModel, UpdateEndpoint, text};
use super::{
    Choice, Difference, Executor, Guard, Intent, Permission, Plan, Question, Receipt, Refusal, Selection, Step,
    Verdict, new_id,
};
use crate::aws::{Aws, AwsError, ErrorKind};
use crate::resources::Kind;
use crate::resources::endpoint::Endpoint;

use candidate::{Candidate, ConfigReader};
use choose::RatedCandidate;
use monitoring::Monitoring;

/// The time after which an unchanged endpoint was not updated, because AWS starts an update within seconds.
const SETTLED: Duration = Duration::from_secs(30);

/// Roll an endpoint back to an earlier configuration
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Rollback {
    /// Name of the endpoint
    pub endpoint: String,
    /// Configuration to go back to (default: the newest good one before the present)
    #[arg(long, value_name = "CONFIG")]
    pub to: Option<String>,
}

/// The present state of the endpoint.
struct Present {
    endpoint: Endpoint,
    /// The configuration that serves now; `None` if it or its model was deleted.
    serving: Option<Candidate>,
    monitoring: Monitoring,
}

impl Present {
    /// Reads the state of an endpoint. It is refused while the endpoint is changing.
    async fn read(executor: &Executor, name: &str, reader: &mut ConfigReader<'_>) -> Result<Self, Refusal> {
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
        Ok(Self { endpoint, serving, monitoring })
    }

    /// Returns whether the variant of this name runs without instances. If there is no configuration, the endpoint
    /// decides.
    fn serverless(&self, variant: &str) -> bool {
        let configured = self.serving.as_ref().and_then(|c| c.variant(variant)).map(|v| v.serverless);
        let live = || self.endpoint.variants.iter().any(|v| v.name == variant && v.serverless);
        configured.unwrap_or_else(live)
    }

    /// Returns whether any variant runs without instances.
    fn any_serverless(&self) -> bool {
        let configured = self.serving.iter().flat_map(Candidate::variants).any(|v| v.serverless);
        configured || self.endpoint.variants.iter().any(|v| v.serverless)
    }

    /// Returns whether inference components provide the models.
    fn uses_components(&self) -> bool {
        self.serving.as_ref().is_some_and(Candidate::uses_components)
    }
}

impl Intent for Rollback {
    const NAME: &'static str = "rollback";
    const HELP: &'static str = "roll an endpoint back";
    const PATIENCE: Duration = Duration::from_hours(2);
    const REMEDY: bool = true;
    const ON: &'static [Kind] = &[Kind::Endpoints];
    const PERMISSIONS: &'static [&'static [Permission]] =
        &[UpdateEndpoint::PERMISSIONS, CreateModel::PERMISSIONS, CreateEndpointConfig::PERMISSIONS];
    const READS: &'static [&'static str] = &[
        "sagemaker:DescribeEndpoint",
        "sagemaker:DescribeEndpointConfig",
        "sagemaker:DescribeModel",
        "sagemaker:DescribeModelPackage",
        "sagemaker:ListEndpointConfigs",
        "sagemaker:ListInferenceComponents",
        "sagemaker:ListModelPackages",
        "sagemaker:ListModels",
        "sagemaker:ListTags",
        "cloudwatch:DescribeAlarms",
        "cloudwatch:DescribeAlarmHistory",
        "cloudwatch:GetMetricData",
        "s3:GetObject",
        #[cfg(feature = "ecr")]
        "ecr:DescribeImages",
        #[cfg(feature = "kms")]
        "kms:DescribeKey",
    ];

    fn available(at: &Selection<'_>) -> Result<String, String> {
        selected::available(at)
    }

    fn question(at: &Selection<'_>) -> Option<Question> {
        selected::question(at)
    }

    async fn plan(&self, executor: &Executor) -> Result<Plan, Refusal> {
        let mut reader = ConfigReader::new(&executor.aws);
        let present = Present::read(executor, &self.endpoint, &mut reader).await?;
        match &self.to {
            Some(name) => {
                let target = reader.read(name).await?;
                self.refuse_pointless(&executor.aws, &present, &target).await?;
                let rated = RatedCandidate::of(executor, &present, target).await?;
                self.to_config(executor, &present, rated, Vec::new()).await
            }
            None if present.serving.is_none() => Err(Refusal::No(format!(
                "{}: the configuration that serves now was deleted, so the earlier ones are not known; name one with --to",
                self.endpoint
            ))),
            None if present.uses_components() => Err(components::refusal(&executor.aws, &present).await),
            None => Box::pin(self.choose(executor, &present, reader)).await,
        }
    }

    async fn verify(&self, aws: &Aws, receipt: &Receipt, waited: Duration) -> Result<Verdict, AwsError> {
        let _ = receipt;
        let now = Endpoint::describe(aws, &self.endpoint).await?;
        let target = self.to.as_deref().unwrap_or_default();
        Ok(verdict(&now, target, waited))
    }

    fn of_last_call(call: &str, parameters: &Value) -> Option<Self> {
        let config = text(parameters, "EndpointConfigName").to_owned();
        let endpoint = text(parameters, "EndpointName").to_owned();
        UpdateEndpoint::API.is(call).then_some(Self { endpoint, to: Some(config) })
    }

    fn finishing_command(target: &str, parameters: &Value) -> Option<String> {
        let config = Some(text(parameters, "EndpointConfigName")).filter(|config| !config.is_empty())?;
        Some(format!("sagetop rollback {target} --to {config}"))
    }
}

/// Judges an update. Success is `InService` *and* the wanted configuration: a failed update rolls back by itself and
/// looks healthy. See `docs/aws.md#silent-rollback`.
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

async fn refuse_unsteady(endpoint: &Endpoint, reader: &mut ConfigReader<'_>) -> Result<(), Refusal> {
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

impl Rollback {
    /// Refuses a configuration that serves already, or that cannot serve on this endpoint.
    async fn refuse_pointless(&self, aws: &Aws, present: &Present, target: &Candidate) -> Result<(), Refusal> {
        let (endpoint, name) = (&present.endpoint, &target.config.name);
        if endpoint.config.as_ref() == Some(name) {
            return Err(Refusal::No(format!("{} runs {name} already", endpoint.name)));
        }
        if !target.uses_components() && present.uses_components() {
            return Err(components::refusal(aws, present).await);
        }
        if let (true, Some(obstacle)) = (target.uses_components(), target.obstacle(present)) {
            return Err(Refusal::No(format!("{name} {obstacle}")));
        }
        Ok(())
    }

    async fn to_config(
        &self,
        executor: &Executor,
        present: &Present,
        rated: RatedCandidate,
        choices: Vec<Choice>,
    ) -> Result<Plan, Refusal> {
        let endpoint = &present.endpoint;
        let target = &rated.candidate;
        let name = target.config.name.clone();
        let (mut checks, bad) = target.check(&executor.aws, present).await;
        checks.extend(rated.in_favour().filter(|_| choices.is_empty()));
        let retain = target.keeps_counts(present).is_ok() && !target.raises(present);
        let mut warnings = rated.warnings();
        warnings.extend(present.state());
        warnings.extend(target.surprises(present));
        warnings.extend(bad);
        warnings.extend(present.warnings());
        let call = UpdateEndpoint { endpoint: endpoint.name.clone(), config: name.clone(), retain };
        let guards = [vec![endpoint_guard(endpoint)], target.guards()].concat();
        Ok(Plan {
            id: new_id(),
            intent: Self { to: Some(name.clone()), ..self.clone() }.into(),
            title: format!("Roll back {} to {}", endpoint.name, target.headline(present)),
            stage: present.monitoring.stage.clone(),
            target: endpoint.name.clone(),
            choices,
            differences: rows::differences(target, present, retain),
            checks,
            warnings,
            then: format!("Blue/green, all at once, usually 5 to 20 min; done when InService and {name} is live."),
            undo: undo(present, Some(target)),
            steps: vec![Step::new(&executor.aws, call).await?],
            guards,
        })
    }
}

impl Present {
    /// Returns how many requests fail. If nothing shows that the endpoint is broken, says so, because the operator may
    /// have intended another endpoint.
    fn state(&self) -> Option<String> {
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
    fn warnings(&self) -> Vec<String> {
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
        if let Some(stack) = endpoint.tags.as_ref().and_then(|tags| tags.get("aws:cloudformation:stack-name")) {
            warnings.push(format!("CloudFormation stack {stack} owns this endpoint and will not know of the change; rejecting the bad version may be the better way."));
        }
        warnings
    }
}

fn endpoint_guard(endpoint: &Endpoint) -> Guard {
    Guard::Endpoint { name: endpoint.name.clone(), status: endpoint.status.clone(), config: endpoint.config.clone() }
}

/// How to undo the rollback, or why that is impossible.
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

/// Makes one row of the plan.
fn row(what: &str, now: &str, then: &str, note: &str) -> Difference {
    Difference { what: what.to_owned(), now: now.to_owned(), then: then.to_owned(), note: note.to_owned() }
}

/// Returns whether the error says that the resource does not exist.
fn is_gone(error: &AwsError) -> bool {
    error.kind == ErrorKind::Gone
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::Target;

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

    #[tokio::test]
    async fn only_a_steady_endpoint_is_rolled_back() {
        let aws =
            Aws::unconnected(&Target { region: Some("eu-west-1".into()), ..Target::default() }, "nothing is sent");
        let mut reader = ConfigReader::new(&aws);
        assert!(refuse_unsteady(&endpoint("InService", "c", None), &mut reader).await.is_ok());
        let refusal = refuse_unsteady(&endpoint("Updating", "c", None), &mut reader).await.unwrap_err().to_string();
        assert_eq!(refusal, "e is Updating: it can be rolled back when InService");
    }
}
