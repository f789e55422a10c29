//! The input of the pollers and the joins: the tables, the focus of the screen, and the user's preferences.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::{Kind, Store};
use crate::config::{Automation, Config, Data, DataKind, Glob, Link, Model as ModelConfig, SchemaName, Severity};

/// The input of a poller: the tables so far, the focus of the screen, and the user's preferences.
#[derive(Debug, Clone, Default)]
pub struct Observed {
    /// The tables so far; cheap to clone.
    pub store: Store,
    /// The things that the operator looks at.
    pub focus: Arc<Focus>,
    /// The part of the configuration that matters here.
    pub preferences: Arc<Preferences>,
    /// Time of this poll.
    pub at: Timestamp,
    /// Whether this is one thorough look instead of a steady watch. It reads everything and waits for nothing.
    pub one_shot: bool,
    /// US dollars that the last day cost for what was read on demand. Metrics may cost so much less.
    pub on_demand: f64,
}

/// The part of the configuration that reading and joining depend on.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Preferences {
    /// The `[[model]]` tables of the configuration.
    pub models: Vec<ModelConfig>,
    /// Severities of topics and alarms, by pattern; the first match counts.
    pub severity: Vec<(Glob, Severity)>,
    /// The `[[automation]]` tables of the configuration.
    pub automations: Vec<Automation>,
    /// The change calendars that the freezes of the configuration name.
    pub calendars: Vec<String>,
    /// The `[[link]]` tables of the configuration.
    pub links: Vec<Link>,
    /// Whether a configured model without any resource is left out, because it may live in another account.
    pub omit_absent: bool,
    /// US dollars that metrics may cost a day; no limit when absent.
    pub max_cost_per_day: Option<f64>,
    /// Whether values under secret names, and secrets inside of texts, are shown as they are. Only `dump --no-redact`
    /// sets this.
    pub unredacted: bool,
    /// The time between two reads of the errors of all production endpoints.
    pub measure_every: Option<Duration>,
}

/// Seconds between two reads of the errors of all production endpoints, where the user does not say otherwise.
const MEASURE_EVERY: i64 = 5 * 60;
/// The factor by which the errors of the other endpoints are read less often.
const BACKSTAGE: i64 = 3;

impl Preferences {
    /// Returns the preferences of a configuration, for the only account.
    #[must_use]
    pub fn of(config: &Config) -> Self {
        let (models, severity) = (config.models.clone(), config.severities.clone());
        let links = config.links.clone();
        let (max_cost_per_day, measure_every) = (config.max_cost_per_day, config.measure_every);
        let calendars = config.freezes.iter().filter_map(|freeze| freeze.calendar().map(str::to_owned)).collect();
        let automations = config.automations.clone();
        Self {
            models,
            severity,
            automations,
            calendars,
            links,
            omit_absent: false,
            max_cost_per_day,
            measure_every,
            unredacted: false,
        }
    }
    /// Returns the schema that the configuration names for a source of data: a location or a feature group.
    #[must_use]
    pub fn schema_of(&self, kind: Kind, id: &str) -> Option<&SchemaName> {
        let is_it = |data: &&Data| match data.kind {
            DataKind::S3 => kind == Kind::Datasets && data.uri == id,
            DataKind::FeatureGroup => kind == Kind::FeatureGroups && data.uri == id,
        };
        self.models.iter().flat_map(|model| &model.data).filter(is_it).find_map(|data| data.schema.as_ref())
    }
    /// Returns the seconds between two reads of the errors of endpoints that customers see, or of the others.
    #[must_use]
    pub fn measured_every(&self, production: bool) -> i64 {
        let every = self.measure_every.and_then(|every| i64::try_from(every.as_secs()).ok()).unwrap_or(MEASURE_EVERY);
        if production { every } else { every * BACKSTAGE }
    }
}

/// The most descriptions a poll. The rest follow at once, so that the screen fills while they come.
const CHUNK: usize = 20;

impl Observed {
    /// Returns how many things one poll may describe. A single look describes all at once.
    pub(crate) fn chunk(&self) -> usize {
        if self.one_shot { usize::MAX } else { CHUNK }
    }
}

/// The things that deserve money and calls: those that are looked at, and those that are unhealthy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Focus {
    /// The thing that the cursor rests on, or whose detail is open.
    pub subject: Option<(Kind, String)>,
    /// The name of the `[[model]]` that the subject belongs to.
    pub model: Option<String>,
    /// The name of the `SageMaker` project of the model that is open.
    pub project: Option<String>,
    /// Endpoints whose metrics are wanted, most wanted first.
    pub endpoints: Vec<String>,
    /// The number of these that belong to the model that is looked at.
    pub selected: usize,
    /// Model package ARNs whose details are wanted.
    pub packages: BTreeSet<String>,
    /// Training job names whose details are wanted.
    pub jobs: BTreeSet<String>,
    /// The ids of other jobs whose details are wanted.
    pub other_jobs: BTreeSet<String>,
    /// Pipelines whose definition and newest steps are wanted.
    pub pipelines: BTreeSet<String>,
    /// Model package groups whose versions are wanted.
    pub groups: BTreeSet<String>,
    /// S3 locations that are read more often.
    pub datasets: BTreeSet<String>,
    /// Kinds that the visible pane lists.
    pub kinds: BTreeSet<Kind>,
    /// Whether a model is broken.
    pub broken: bool,
    /// Whether nobody pressed a key for a while.
    pub idle: bool,
}
