//! The ways back, in the order of their speed: each is planned like any other change, and the first that there is comes
//! first.

use std::collections::BTreeSet;

use super::candidate::{Candidate, ConfigReader};
use super::{Present, Rollback, rebuild};
use crate::intents::deploy_rules::DeployRules;
use crate::intents::{AnyIntent, Executor, Intent, Plan, Refusal, Reject, ShiftTraffic, Way};
#[cfg(feature = "codepipeline")]
use crate::intents::{RollbackStage, delivery};
use crate::resources::endpoint::Variant;
use crate::resources::package::ModelPackage;

/// A way back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum RollbackWay {
    /// Shift the traffic to a variant that still runs an older version
    Traffic,
    /// Update the endpoint to an earlier configuration
    Previous,
    /// Build a configuration from an older approved version
    Rebuild,
    /// Reject the version, so that a deploy rule deploys the last approved one
    Reject,
    /// Let the stage of the delivery pipeline go back
    Stage,
}

/// The known part of a way: the intent that goes it with a note, or the reason why it is not offered.
type Known = Result<(AnyIntent, String), String>;

impl RollbackWay {
    /// All, in the order of their speed.
    const ALL: [Self; 5] = [Self::Traffic, Self::Previous, Self::Rebuild, Self::Reject, Self::Stage];

    /// Returns what is done, and how long it takes until it has an effect.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Traffic => ("shift traffic", "about a minute"),
            Self::Previous => ("earlier configuration", "5 to 20 min"),
            Self::Rebuild => ("rebuild from the registry", "6 to 21 min"),
            Self::Reject => ("reject the version", "its owner's deployment"),
            Self::Stage => ("roll the stage back", "its owner's deployment"),
        }
    }
}

impl Rollback {
    /// Plans the way that was asked for, or the fastest one, with a list of the others.
    pub(super) async fn by_a_way(
        &self,
        executor: &Executor,
        present: &Present,
        reader: ConfigReader<'_>,
    ) -> Result<Plan, Refusal> {
        match self.way {
            None => {}
            Some(RollbackWay::Previous) => return Ok(self.choose(executor, present, reader).await?.1),
            Some(RollbackWay::Rebuild) => return rebuild::plan(self, executor, present, None, &[], Vec::new()).await,
            Some(RollbackWay::Traffic) => return self.by_traffic(executor, present).await,
            Some(way @ (RollbackWay::Reject | RollbackWay::Stage)) => {
                return self.by_its_owner(executor, present, way).await;
            }
        }
        let owner = Owner::find(executor, present).await;
        let traffic = traffic(present).map(|(_, note)| note);
        let (chosen, mut plan) = match self.by_traffic(executor, present).await {
            Ok(plan) => (RollbackWay::Traffic, plan),
            Err(_) => match self.choose(executor, present, reader).await {
                Ok(chosen) => chosen,
                Err(Refusal::No(why)) => return Err(Refusal::No(why + &owner.hint(&self.endpoint))),
                Err(error) => return Err(error),
            },
        };
        plan.ways = RollbackWay::ALL.map(|way| self.way(way, chosen, &traffic, &owner)).into();
        Ok(plan)
    }

    /// Plans the shift of the traffic, with what is to be known of the endpoint.
    async fn by_traffic(&self, executor: &Executor, present: &Present) -> Result<Plan, Refusal> {
        let (intent, _) = traffic(present).map_err(|why| Refusal::No(format!("{}: {why}", self.endpoint)))?;
        let mut plan = intent.plan(executor).await?;
        plan.stage.clone_from(&present.monitoring.stage);
        let known = present.state().into_iter().chain(present.warnings());
        plan.warnings.splice(0..0, known);
        Ok(plan)
    }

    /// Plans what makes the owner of the endpoint deploy another version.
    async fn by_its_owner(&self, executor: &Executor, present: &Present, way: RollbackWay) -> Result<Plan, Refusal> {
        let owner = Owner::find(executor, present).await;
        let no = |why: String| Refusal::No(format!("{}: {why}", self.endpoint));
        let mut plan = match way {
            #[cfg(feature = "codepipeline")]
            RollbackWay::Stage => owner.stage.map_err(no)?.0.plan(executor).await?,
            _ => owner.reject.map_err(no)?.0.plan(executor).await?,
        };
        plan.stage.clone_from(&present.monitoring.stage);
        plan.warnings.splice(0..0, present.state());
        Ok(plan)
    }

    /// Makes a row of the list.
    fn way(&self, way: RollbackWay, chosen: RollbackWay, traffic: &Result<String, String>, owner: &Owner) -> Way {
        let own = |note: &str| Ok((self.along(way), note.to_owned()));
        let known: Known = match way {
            RollbackWay::Traffic => traffic.clone().map(|note| (self.along(way), note)),
            RollbackWay::Previous if chosen == RollbackWay::Rebuild => Err("none can be used".to_owned()),
            RollbackWay::Previous => own("a new fleet with a configuration that exists"),
            RollbackWay::Rebuild => own("a new model and configuration of an older approved version"),
            RollbackWay::Reject | RollbackWay::Stage => owner.note(way).map(|note| (self.along(way), note)),
        };
        let ((name, takes), chosen) = (way.words(), way == chosen);
        let (intent, note) = match known {
            Ok((intent, note)) => (Some(intent), note),
            Err(why) => (None, why),
        };
        Way { name: name.to_owned(), takes: takes.to_owned(), intent, chosen, note }
    }

    fn along(&self, way: RollbackWay) -> AnyIntent {
        Self { way: Some(way), to: None, ..self.clone() }.into()
    }
}

/// Finds a variant that runs an older version than another one that gets traffic, and that has capacity. Returns the
/// shift of all traffic to it.
fn traffic(present: &Present) -> Result<(ShiftTraffic, String), String> {
    let serving = present.serving.as_ref().ok_or("its configuration was deleted")?;
    let variants = &present.endpoint.variants;
    if variants.len() < 2 {
        return Err("it has one variant".to_owned());
    }
    let version = |variant: &Variant| {
        let own = serving.variant(&variant.name)?;
        let versions: BTreeSet<(&str, i32)> = serving.versions(own).into_iter().collect();
        versions.first().copied().filter(|_| versions.len() == 1)
    };
    let weight = |variant: &Variant| variant.weight.unwrap_or_default();
    let able = |variant: &&Variant| variant.serverless || variant.instances.is_some_and(|count| count > 0);
    let bad = variants.iter().filter(|variant| weight(variant) > 0.0).filter_map(version).max_by_key(|(_, v)| *v);
    let (group, newest) = bad.ok_or("which versions its variants run is not known")?;
    let older = |variant: &&Variant| version(variant).is_some_and(|(of, own)| of == group && own < newest);
    let good = variants.iter().filter(older).filter(able).max_by_key(|variant| version(variant));
    let good = good.ok_or("no variant with capacity runs an older version")?;
    let (_, older) = version(good).unwrap_or((group, newest));
    if unapproved(serving, group, older) {
        return Err(format!("{} runs v{older}, which is not Approved", good.name));
    }
    let weights = variants.iter().map(|v| (v.name.clone(), if v.name == good.name { 1.0 } else { 0.0 })).collect();
    let note = format!("{} runs v{older} on {} instances", good.name, good.instances.unwrap_or_default());
    Ok((ShiftTraffic { endpoint: present.endpoint.name.clone(), weights }, note))
}

fn unapproved(serving: &Candidate, group: &str, version: i32) -> bool {
    serving.unapproved().any(|package| package.group.as_deref() == Some(group) && package.version == Some(version))
}

/// What deploys the endpoint: the rules that wait for a rejection of its version, and a stage of `CodePipeline`.
#[derive(Debug)]
struct Owner {
    reject: Result<(Reject, String), String>,
    #[cfg(feature = "codepipeline")]
    stage: Result<(RollbackStage, String), String>,
}

impl Owner {
    async fn find(executor: &Executor, present: &Present) -> Self {
        let packages = present.serving.iter().flat_map(|serving| serving.packages.iter().flatten());
        let Some(package) = packages.filter(|p| p.approval == "Approved").max_by_key(|p| p.version) else {
            let none = "no approved version of the registry serves";
            return Self {
                reject: Err(none.to_owned()),
                #[cfg(feature = "codepipeline")]
                stage: Err(none.to_owned()),
            };
        };
        let rules = DeployRules::of(executor, package, "Rejected").await;
        Self {
            #[cfg(feature = "codepipeline")]
            stage: stage(executor, present, package, &rules).await,
            reject: reject(present, package, &rules),
        }
    }

    /// Returns what a way would do, or why it is not offered.
    fn note(&self, way: RollbackWay) -> Result<String, String> {
        match way {
            RollbackWay::Reject => self.reject.as_ref().map(|(_, note)| note.clone()).map_err(String::clone),
            #[cfg(feature = "codepipeline")]
            RollbackWay::Stage => self.stage.as_ref().map(|(_, note)| note.clone()).map_err(String::clone),
            #[cfg(not(feature = "codepipeline"))]
            RollbackWay::Stage => Err("sagetop was built without CodePipeline".to_owned()),
            RollbackWay::Traffic | RollbackWay::Previous | RollbackWay::Rebuild => Err("not of its owner".to_owned()),
        }
    }

    /// Names the ways of the owner that there are, as the end of a refusal.
    fn hint(&self, endpoint: &str) -> String {
        let ways = [(RollbackWay::Reject, "reject"), (RollbackWay::Stage, "stage")].into_iter();
        let ways = ways.filter(|(way, _)| self.note(*way).is_ok());
        let ways = ways.map(|(_, word)| format!("; another way: sagetop rollback {endpoint} --way {word}"));
        ways.collect::<Vec<_>>().concat()
    }
}

fn reject(present: &Present, package: &ModelPackage, rules: &DeployRules) -> Result<(Reject, String), String> {
    let rule = rules.starting.first().ok_or("no rule is known to deploy when a version is rejected")?;
    let reason = format!("Rollback of {}", present.endpoint.name);
    Ok((Reject { arn: package.arn.clone(), reason }, rule.clone()))
}

/// Finds the stage of a pipeline that deploys the endpoint, by the word of its stage: a wrong one would be worse than
/// none.
#[cfg(feature = "codepipeline")]
async fn stage(
    executor: &Executor,
    present: &Present,
    package: &ModelPackage,
    rules: &DeployRules,
) -> Result<(RollbackStage, String), String> {
    let models = executor.preferences.models.iter();
    let configured = models.filter(|model| Some(model.group_name()) == package.group.as_deref());
    let mut pipelines: BTreeSet<String> = configured.flat_map(|model| model.codepipeline.clone()).collect();
    pipelines.extend(rules.pipelines.iter().cloned());
    if pipelines.is_empty() {
        pipelines.extend(DeployRules::of(executor, package, "Approved").await.pipelines);
    }
    let word = present.monitoring.stage.to_lowercase();
    for pipeline in pipelines {
        let stages = delivery::stages(&executor.aws, &pipeline).await;
        let stages = stages.map_err(|error| format!("{pipeline} cannot be read ({error})"))?;
        let mut names = stages.into_iter().skip(1).filter_map(|stage| stage.stage_name);
        let of_stage = |name: &String| !word.is_empty() && name.to_lowercase().contains(&word);
        if let Some(name) = names.rfind(of_stage) {
            let note = format!("{name} of {pipeline}");
            return Ok((RollbackStage { pipeline, stage: Some(name), to: None }, note));
        }
    }
    Err("no stage of a delivery pipeline is known to deploy it".to_owned())
}
