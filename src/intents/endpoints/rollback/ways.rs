//! The ways back, in the order of their speed: each is planned like any other change, and the first that there is comes
//! first.

mod owner;
mod traffic;

use super::candidate::ConfigReader;
use super::{Present, Rollback, rebuild};
use crate::intents::{AnyIntent, Executor, Intent, Plan, Refusal, Way};

use owner::{Owner, hint};
use traffic::traffic;

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
            Some(RollbackWay::Previous) => {
                return match Box::pin(self.choose(executor, present, reader)).await? {
                    (RollbackWay::Rebuild, _) => Err(Refusal::No(format!(
                        "{}: no earlier configuration can be used{}",
                        self.endpoint,
                        hint(&self.endpoint, "rebuild")
                    ))),
                    (_, plan) => Ok(plan),
                };
            }
            Some(RollbackWay::Rebuild) => return rebuild::plan(self, executor, present, None, &[], Vec::new()).await,
            Some(RollbackWay::Traffic) => return self.by_traffic(executor, present).await,
            Some(way @ (RollbackWay::Reject | RollbackWay::Stage)) => {
                return self.by_its_owner(executor, present, way).await;
            }
        }
        let owner = Owner::find(executor, present).await;
        let shift = traffic(present);
        let enough = shift.as_ref().is_ok_and(|shift| shift.capacity.enough());
        let traffic = shift.map(|shift| shift.note);
        let by_traffic = if enough { self.by_traffic(executor, present).await.ok() } else { None };
        let (chosen, mut plan) = match by_traffic {
            Some(plan) => (RollbackWay::Traffic, plan),
            None => match Box::pin(self.choose(executor, present, reader)).await {
                Ok(chosen) => chosen,
                Err(Refusal::No(why)) => {
                    let hint = if traffic.is_ok() { hint(&self.endpoint, "traffic") } else { String::new() };
                    return Err(Refusal::No(why + &hint + &owner.hint(&self.endpoint)));
                }
                Err(error) => return Err(error),
            },
        };
        plan.ways = RollbackWay::ALL.map(|way| self.way(way, chosen, &traffic, &owner)).into();
        Ok(plan)
    }

    /// Plans the shift of the traffic, with what is to be known of the endpoint.
    async fn by_traffic(&self, executor: &Executor, present: &Present) -> Result<Plan, Refusal> {
        let shift = traffic(present).map_err(|why| Refusal::No(format!("{}: {why}", self.endpoint)))?;
        let mut plan = shift.intent.plan(executor).await?;
        plan.stage.clone_from(&present.monitoring.stage);
        let known = present.state().into_iter().chain(shift.capacity.warning()).chain(present.warnings());
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
        // A rejected version concerns every stage, but the stage of a pipeline deploys this endpoint.
        if way == RollbackWay::Stage {
            plan.stage.clone_from(&present.monitoring.stage);
        }
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
