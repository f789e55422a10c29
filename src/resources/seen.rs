//! What the pollers and the joins look at: the tables, what is on the screen, what the user wishes.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::{Kind, Store};
use crate::config::{Config, Glob, Model as ModelConfig, Severity};

/// What a poller may look at: the tables so far, what is on the screen, what the user configured.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// The tables so far; cheap to clone.
    pub store: Store,
    /// What the operator looks at.
    pub focus: Arc<Focus>,
    /// What the user configured.
    pub wishes: Arc<Wishes>,
    /// Time of this poll.
    pub at: Timestamp,
    /// One thorough look instead of a steady watch: read everything, wait for nothing.
    pub thorough: bool,
}

/// What the user configured that reading and joining depend on.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Wishes {
    /// The `[[model]]` tables of the configuration.
    pub models: Vec<ModelConfig>,
    /// Severities of topics and alarms, by pattern; the first match counts.
    pub severity: Vec<(Glob, Severity)>,
    /// Is a configured model of which nothing is there left out? So it is where it may live in another account.
    pub sparse: bool,
    /// US dollars that metrics may cost a day; no limit when absent.
    pub max_cost_per_day: Option<f64>,
    /// Are values under secret names, and secrets inside of texts, shown as they are? Only `dump --no-redact` asks.
    pub unredacted: bool,
    /// How often errors of all production endpoints are read.
    pub measure_every: Option<Duration>,
}

/// Seconds between two looks at the errors of all production endpoints, where the user does not say otherwise.
const MEASURE_EVERY: i64 = 5 * 60;
/// So many times less often those of the other endpoints are looked at.
const BACKSTAGE: i64 = 3;

impl Wishes {
    /// Those of a configuration, for the only account.
    #[must_use]
    pub fn of(config: &Config) -> Self {
        let (models, severity) = (config.models.clone(), config.severities.clone());
        let (max_cost_per_day, measure_every) = (config.max_cost_per_day, config.measure_every);
        Self { models, severity, sparse: false, max_cost_per_day, measure_every, unredacted: false }
    }
    /// Seconds between two looks at the errors of endpoints that customers see, or of the others.
    #[must_use]
    pub fn measured_every(&self, production: bool) -> i64 {
        let every = self.measure_every.and_then(|every| i64::try_from(every.as_secs()).ok()).unwrap_or(MEASURE_EVERY);
        if production { every } else { every * BACKSTAGE }
    }
}

/// Descriptions a poll; the rest follow at once, so that the screen fills while they come.
const CHUNK: usize = 20;

impl Seen {
    /// How many things one poll may describe: a single look waits for nothing in between.
    pub(crate) fn chunk(&self) -> usize {
        if self.thorough { usize::MAX } else { CHUNK }
    }
}

/// What deserves money and calls: what is looked at, and what is unhealthy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Focus {
    /// Endpoints whose metrics are wanted, most wanted first.
    pub endpoints: Vec<String>,
    /// So many of them are of the model that is looked at.
    pub selected: usize,
    /// Model package ARNs whose details are wanted.
    pub packages: BTreeSet<String>,
    /// Training job names whose details are wanted.
    pub jobs: BTreeSet<String>,
    /// Pipelines whose definition and newest steps are wanted.
    pub pipelines: BTreeSet<String>,
    /// Model package groups whose versions are wanted.
    pub groups: BTreeSet<String>,
    /// S3 locations that are read more often.
    pub datasets: BTreeSet<String>,
    /// Kinds that the pane which is shown lists.
    pub kinds: BTreeSet<Kind>,
    /// Nobody pressed a key for a while.
    pub idle: bool,
}
