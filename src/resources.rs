//! What AWS tells us: one file a kind of resource, one line each in `resources!`.
//!
//! The macro makes the [`Store`] (all tables), the [`Snapshot`] (what one poll brought)
//! and the pollers. No SDK type leaves this module's files.

pub mod alarm;
pub mod config;
pub mod dataset;
pub mod endpoint;
pub mod execution;
pub mod feature_group;
pub mod group;
pub mod identity;
pub mod job;
pub mod metric;
pub mod model;
pub mod package;
pub mod pipeline;
pub mod poll;
pub mod report;
pub mod step;
pub mod subscription;
mod table;
pub mod topic;

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

use crate::aws::{Aws, AwsError};
use crate::config::{Glob, Model as ModelConfig, Severity};

pub use table::{Change, Freshness, Polled, Source, Table, What};

/// One kind of thing AWS can tell us about: a plain struct, and how to list all of them.
pub trait Resource: Clone + PartialEq + Debug + Serialize + Send + Sync + 'static {
    /// Name of the kind: sources, dump, journal.
    const KIND: &'static str;
    /// Its own pace while nothing is wrong.
    const EVERY: Duration;
    /// Are only the newest, or those looked at, ever listed? Then one that is missing is not gone.
    const WINDOWED: bool = false;
    /// Unique and stable across polls: AWS's name where it is unique, otherwise the ARN.
    fn id(&self) -> &str;
    /// One line for the activity pane about what changed since `old`; `None` when it is not news.
    fn news(&self, _old: Option<&Self>) -> Option<String> {
        None
    }
    /// May it be asked already? Kinds that read other tables wait until those were answered once.
    #[must_use]
    fn ready(_seen: &Seen) -> bool {
        true
    }
    /// All of them. Reads nothing twice that cannot have changed.
    fn list(aws: &Aws, seen: &Seen) -> impl Future<Output = Result<Listing<Self>, AwsError>> + Send;
}

/// What one listing brought.
#[derive(Debug, Clone, PartialEq)]
pub struct Listing<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// There are more in AWS than were read.
    pub capped: bool,
    /// Details are still missing; ask again at once.
    pub more: bool,
    /// Part of the details could not be had; the rows are good as far as they go.
    pub fault: Option<AwsError>,
}

impl<T> Listing<T> {
    /// A complete listing.
    #[must_use]
    pub fn of(rows: Vec<T>) -> Self {
        Self { rows, capped: false, more: false, fault: None }
    }
    /// Marks a listing that was cut.
    #[must_use]
    pub fn capped(mut self, capped: bool) -> Self {
        self.capped = capped;
        self
    }
    /// Adds what could not be had.
    #[must_use]
    pub fn fault(mut self, fault: Option<AwsError>) -> Self {
        self.fault = fault;
        self
    }
}

/// What a poller may look at: the tables so far, what is on the screen, what the user configured.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// The tables so far; cheap to clone.
    pub store: Store,
    /// What the operator looks at.
    pub focus: Arc<Focus>,
    /// The `[[model]]` tables of the configuration.
    pub models: Arc<Vec<ModelConfig>>,
    /// Severities of topics and alarms, by pattern; the first match counts.
    pub severity: Arc<Vec<(Glob, Severity)>>,
    /// Time of this poll.
    pub at: Timestamp,
    /// One thorough look instead of a steady watch: describe more, wait for nothing.
    pub thorough: bool,
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
    /// Endpoints whose metrics are wanted.
    pub endpoints: BTreeSet<String>,
    /// Model package ARNs whose details are wanted.
    pub packages: BTreeSet<String>,
    /// Training job names whose details are wanted.
    pub jobs: BTreeSet<String>,
}

/// Declares the kinds; the order is the order of asking (worst news first).
macro_rules! resources {
    ($($field:ident: $variant:ident($kind:ty),)+) => {
        /// All tables. Clones share their rows.
        #[derive(Debug, Clone, Default)]
        pub struct Store {
            $(#[doc = concat!("Rows of `", stringify!($variant), "`.")] pub $field: Table<$kind>,)+
        }

        /// What one poll of one kind brought.
        #[derive(Debug, Clone)]
        pub enum Snapshot {
            $(#[doc = concat!("A poll of `", stringify!($variant), "`.")] $variant(Polled<$kind>),)+
        }

        impl Snapshot {
            /// The kind that was polled.
            #[must_use]
            pub fn kind(&self) -> &'static str {
                match self { $(Self::$variant(_) => <$kind>::KIND,)+ }
            }
            /// Details are still missing and may be had at once.
            #[must_use]
            pub fn unfinished(&self) -> bool {
                match self { $(Self::$variant(p) => p.unfinished(),)+ }
            }
            /// It failed for a reason that may be over in a moment.
            #[must_use]
            pub fn passing_failure(&self) -> bool {
                match self { $(Self::$variant(p) => p.passing_failure(),)+ }
            }
        }

        impl Store {
            /// Takes in one poll; says what it changed.
            pub fn apply(&mut self, snapshot: Snapshot) -> Vec<Change> {
                match snapshot {
                    $(Snapshot::$variant(polled) => self.$field.apply(polled),)+
                }
            }
            /// The state of each source, in the order of asking.
            #[must_use]
            pub fn sources(&self) -> Vec<Source> {
                vec![$(self.$field.source(),)+]
            }
            /// The sources that are in trouble, and why.
            #[must_use]
            pub fn troubles(&self) -> Vec<(&'static str, AwsError)> {
                let all = [$((<$kind>::KIND, self.$field.trouble()),)+];
                all.into_iter().filter_map(|(name, why)| Some((name, why?.clone()))).collect()
            }
            /// All rows as JSON, by kind.
            #[must_use]
            pub fn to_json(&self) -> serde_json::Map<String, serde_json::Value> {
                let mut kinds = serde_json::Map::new();
                $(kinds.insert(<$kind>::KIND.to_owned(), self.$field.to_json());)+
                kinds
            }
        }

        impl poll::Pollers {
            /// Starts one task a kind; they end when the receiver is dropped.
            pub fn start(&mut self) {
                $(self.spawn::<$kind>(Snapshot::$variant);)+
            }
        }

        /// Asks each kind that is `due` once, all at the same time; used for a single look.
        pub async fn ask_once(aws: &Aws, seen: &Seen, due: &BTreeSet<&'static str>) -> Vec<Snapshot> {
            let mut answers: Vec<std::pin::Pin<Box<dyn Future<Output = Snapshot> + Send + '_>>> = Vec::new();
            $(if due.contains(<$kind>::KIND) && <$kind>::ready(seen) {
                answers.push(Box::pin(async { Snapshot::$variant(poll::ask::<$kind>(aws, seen).await) }));
            })+
            futures_util::future::join_all(answers).await
        }
    };
}

resources! {
    identity: Identity(identity::Identity),
    alarms: Alarms(alarm::Alarm),
    endpoints: Endpoints(endpoint::Endpoint),
    groups: Groups(group::ModelPackageGroup),
    packages: Packages(package::ModelPackage),
    configs: Configs(config::EndpointConfig),
    models: Models(model::Model),
    pipelines: Pipelines(pipeline::Pipeline),
    executions: Executions(execution::PipelineExecution),
    steps: Steps(step::PipelineStep),
    jobs: Jobs(job::TrainingJob),
    feature_groups: FeatureGroups(feature_group::FeatureGroup),
    topics: Topics(topic::Topic),
    subscriptions: Subscriptions(subscription::Subscription),
    datasets: Datasets(dataset::Dataset),
    metrics: Metrics(metric::MetricSeries),
    reports: Reports(report::EvaluationReport),
}

/// An SDK time as ours; what cannot be represented is absent.
pub(crate) fn time(at: Option<&aws_smithy_types::DateTime>) -> Option<Timestamp> {
    let at = at?;
    Timestamp::new(at.secs(), i32::try_from(at.subsec_nanos()).ok()?).ok()
}

/// The last part of an ARN, or the text itself: `arn:…:endpoint/x` → `x`.
#[must_use]
pub fn arn_name(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}
