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
mod present;
mod rebuild;
mod rows;
mod scaling;
mod selected;
mod survey;
mod track_record;
mod ways;

use std::time::Duration;

use serde_json::Value;

use crate::aws::{Aws, AwsError, ErrorKind};
use crate::intents::arguments::{command_line, option, word};
use crate::intents::calls::{Call, CreateEndpointConfig, CreateModel, UpdateEndpoint, text};
use crate::intents::{
    AnyIntent, Choice, Difference, Executor, Guard, Intent, Permission, Plan, Question, Receipt, Refusal, Selection,
    Step, Verdict, new_id,
};
use crate::resources::Kind;
use crate::resources::endpoint::Endpoint;

pub use ways::RollbackWay;

use candidate::{Candidate, ConfigReader};
use choose::RatedCandidate;
use present::Present;
#[cfg(test)]
use present::refuse_unsteady;

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
    /// How to go back (default: the fastest way that there is)
    #[arg(long, value_enum, conflicts_with = "to")]
    pub way: Option<RollbackWay>,
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
        "application-autoscaling:DescribeScalableTargets",
        "codepipeline:GetPipeline",
        "codepipeline:GetPipelineState",
        "events:ListRules",
        "events:ListTargetsByRule",
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

    fn endpoints<'a>(at: &Selection<'a>) -> Vec<&'a str> {
        selected::endpoints(at)
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
            None => Box::pin(self.by_a_way(executor, &present, reader)).await,
        }
    }

    async fn verify(&self, aws: &Aws, receipt: &Receipt, waited: Duration) -> Result<Verdict, AwsError> {
        let _ = receipt;
        let now = Endpoint::describe(aws, &self.endpoint).await?;
        let target = self.to.as_deref().unwrap_or_default();
        Ok(verdict(&now, target, waited))
    }

    fn arguments(&self) -> Option<Vec<String>> {
        let to = self.to.iter().map(|it| option("to", it));
        Some(command_line(to.chain(self.way.iter().map(|way| option("way", word(way)))), [&self.endpoint]))
    }

    fn is_relative(&self) -> bool {
        self.to.is_none()
    }

    fn of_last_call(call: &str, parameters: &Value) -> Option<Self> {
        let config = text(parameters, "EndpointConfigName").to_owned();
        let endpoint = text(parameters, "EndpointName").to_owned();
        UpdateEndpoint::API.is(call).then_some(Self { endpoint, to: Some(config), way: None })
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

    /// Refuses a configuration of a version that was rejected.
    pub(in crate::intents) async fn refuse_rejected(&self, aws: &Aws) -> Result<(), Refusal> {
        let Some(to) = &self.to else { return Ok(()) };
        let target = ConfigReader::new(aws).read(to).await?;
        match target.unapproved().find(|package| package.approval == "Rejected") {
            Some(package) => Err(Refusal::No(format!("{} of {to} is Rejected; nothing is sent", package.label()))),
            None => Ok(()),
        }
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
        let undo = undo(present, Some(target));
        let forward = undo.is_ok();
        let guards = [vec![endpoint_guard(endpoint)], target.guards()].concat();
        let intent = Self { to: Some(name.clone()), way: None, ..self.clone() };
        let title = format!("Roll back {} to {}", endpoint.name, target.headline(present));
        Ok(Plan {
            stage: present.monitoring.stage.clone(),
            choices,
            inverse: inverse(present).filter(|_| forward),
            differences: rows::differences(target, present, retain),
            checks,
            warnings,
            then: format!("Blue/green, all at once, usually 5 to 20 min; done when InService and {name} is live."),
            undo: undo.unwrap_or_else(|why| why),
            steps: vec![Step::new(&executor.aws, call).await?],
            guards,
            ..Plan::of(new_id(), intent, title, endpoint.name.clone())
        })
    }
}

fn endpoint_guard(endpoint: &Endpoint) -> Guard {
    Guard::Endpoint { name: endpoint.name.clone(), status: endpoint.status.clone(), config: endpoint.config.clone() }
}

/// Returns the update to the configuration that serves now.
fn inverse(present: &Present) -> Option<Box<AnyIntent>> {
    let to = Some(present.endpoint.config.clone().filter(|_| present.serving.is_some())?);
    Some(Box::new(Rollback { endpoint: present.endpoint.name.clone(), to, way: None }.into()))
}

/// How to undo the rollback, or why that is impossible.
fn undo(present: &Present, target: Option<&Candidate>) -> Result<String, String> {
    let (Some(config), Some(serving)) = (&present.endpoint.config, &present.serving) else {
        return Err("None: what serves now was deleted from the account and cannot be deployed again.".to_owned());
    };
    let instances = |c: &Candidate| c.variants().any(|v| !v.serverless);
    if present.any_serverless() && target.is_some_and(instances) {
        return Err("None: once on instances, AWS does not make an endpoint serverless again.".to_owned());
    }
    match target {
        Some(target) if target.config.asynchronous && !serving.config.asynchronous => {
            Err("None: AWS does not take AsyncInferenceConfig from an endpoint again.".to_owned())
        }
        _ => Ok(format!("Roll forward: sagetop rollback {} --to {config}", present.endpoint.name)),
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
