//! What was well when it was last read is not known to be well for ever.

use jiff::Timestamp;

use super::Account;
use crate::model::{Chain, Health, Stage, StageKind};

/// Seconds after which what tells that something is wrong right now was not read for too long.
const VITAL: i64 = 120;
/// The same for what changes with people and pipelines.
const OTHERS: i64 = 300;

impl Account {
    /// Was nothing of it ever read, in this run or an earlier one, that tells of a model?
    #[must_use]
    pub fn unread(&self) -> bool {
        let store = &self.seen.store;
        let answered = [store.endpoints.answered_at(), store.groups.answered_at(), store.alarms.answered_at()];
        answered.iter().all(Option::is_none) && self.chains().is_empty()
    }

    /// When a stage was last read, where that is too long ago to tell how it is now.
    #[must_use]
    pub fn outdated(&self, stage: StageKind) -> Option<Timestamp> {
        let store = &self.seen.store;
        let (read, longest) = match stage {
            StageKind::Data => (store.datasets.answered_at(), OTHERS),
            StageKind::Training => (store.executions.answered_at(), OTHERS),
            StageKind::Registry => (store.packages.answered_at(), OTHERS),
            StageKind::Endpoint => (store.endpoints.answered_at(), VITAL),
            StageKind::Alarms => (store.alarms.answered_at(), VITAL),
        };
        read.filter(|at| self.seen.at.as_second() - at.as_second() > longest)
    }

    /// How a stage is as far as that is known now.
    #[must_use]
    pub fn stage_health(&self, stage: &Stage) -> Health {
        self.known(stage.kind, stage.health)
    }

    /// How something in a stage is as far as that is known now: what was well then may be otherwise by now, what was bad
    /// is told as it was.
    #[must_use]
    pub fn known(&self, stage: StageKind, health: Health) -> Health {
        if well(health) && self.outdated(stage).is_some() { Health::Unknown } else { health }
    }

    /// How a model is as far as that is known now.
    #[must_use]
    pub fn health(&self, chain: &Chain<'_>) -> Health {
        if self.well_until(chain).is_some() { Health::Unknown } else { chain.health }
    }

    /// Until when a model was known to be well, where that is too long ago.
    #[must_use]
    pub fn well_until(&self, chain: &Chain<'_>) -> Option<Timestamp> {
        if chain.health > Health::Waiting {
            return None;
        }
        let stages = chain.stages.iter().filter(|stage| well(stage.health));
        stages.filter_map(|stage| self.outdated(stage.kind)).min()
    }

    /// Was any stage read too long ago?
    #[must_use]
    pub fn aged(&self) -> bool {
        StageKind::ALL.into_iter().any(|kind| self.outdated(kind).is_some())
    }

    /// How many models are like this, as far as that is known now.
    #[must_use]
    pub fn count(&self, healths: &[Health]) -> usize {
        if !self.aged() {
            return healths.iter().map(|health| self.joined.count(*health)).sum();
        }
        self.chains().iter().filter(|chain| healths.contains(&self.health(chain))).count()
    }
}

/// Is there something, and is it well?
fn well(health: Health) -> bool {
    matches!(health, Health::Ok | Health::Running | Health::Waiting)
}
