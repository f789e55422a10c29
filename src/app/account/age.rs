//! Data that has not been refreshed for too long is shown as unknown.

use jiff::Timestamp;

use super::Account;
use crate::model::{Chain, Health, Stage, StageKind};

/// The maximum age in seconds of data that says what is broken now.
const VITAL: i64 = 120;
/// The maximum age in seconds of data that changes with people and pipelines.
const OTHERS: i64 = 300;

impl Account {
    /// Has nothing been read yet from which a model could be known, in this run or an earlier one?
    #[must_use]
    pub fn unread(&self) -> bool {
        let store = &self.observed.store;
        let answered = [store.endpoints.answered_at(), store.groups.answered_at(), store.alarms.answered_at()];
        answered.iter().all(Option::is_none) && self.chains().is_empty()
    }

    /// Returns when a stage was last read, if that is too long ago.
    #[must_use]
    pub fn outdated(&self, stage: StageKind) -> Option<Timestamp> {
        let store = &self.observed.store;
        let (read, longest) = match stage {
            StageKind::Data => (store.datasets.answered_at(), OTHERS),
            StageKind::Training => (store.executions.answered_at(), OTHERS),
            StageKind::Registry => (store.packages.answered_at(), OTHERS),
            StageKind::Endpoint => (store.endpoints.answered_at(), VITAL),
            StageKind::Alarms => (store.alarms.answered_at(), VITAL),
        };
        read.filter(|at| self.observed.at.as_second() - at.as_second() > longest)
    }

    /// Returns the health of a stage, or unknown if its data is too old.
    #[must_use]
    pub fn stage_health(&self, stage: &Stage) -> Health {
        self.known(stage.kind, stage.health)
    }

    /// Returns the health of something in a stage. If the data is too old, a good health becomes unknown; a bad
    /// health stays.
    #[must_use]
    pub fn known(&self, stage: StageKind, health: Health) -> Health {
        if well(health) && self.outdated(stage).is_some() { Health::Unknown } else { health }
    }

    /// Returns the health of a model, or unknown if its data is too old.
    #[must_use]
    pub fn health(&self, chain: &Chain<'_>) -> Health {
        if self.well_until(chain).is_some() { Health::Unknown } else { chain.health }
    }

    /// Returns when a healthy model was last known to be healthy, if that is too long ago.
    #[must_use]
    pub fn well_until(&self, chain: &Chain<'_>) -> Option<Timestamp> {
        if chain.health > Health::Waiting {
            return None;
        }
        let stages = chain.stages.iter().filter(|stage| well(stage.health));
        stages.filter_map(|stage| self.outdated(stage.kind)).min()
    }

    /// Is the data of any stage too old?
    #[must_use]
    pub fn aged(&self) -> bool {
        StageKind::ALL.into_iter().any(|kind| self.outdated(kind).is_some())
    }

    /// Returns the number of models with one of these healths. Data that is too old is taken into account.
    #[must_use]
    pub fn count(&self, healths: &[Health]) -> usize {
        if !self.aged() {
            return healths.iter().map(|health| self.joined.count(*health)).sum();
        }
        self.chains().iter().filter(|chain| healths.contains(&self.health(chain))).count()
    }
}

/// Is this the health of something that exists and works?
fn well(health: Health) -> bool {
    matches!(health, Health::Ok | Health::Running | Health::Waiting)
}
