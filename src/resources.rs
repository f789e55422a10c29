//! What AWS tells us: one file a kind of resource, one line each in `resources!`.
//!
//! The macro makes the [`Store`] (all tables), the [`Snapshot`] (what one poll brought)
//! and the pollers. No SDK type leaves this module's files.

mod admit;
pub mod alarm;
pub mod alarm_history;
pub mod config;
pub mod dataset;
pub mod endpoint;
mod event;
pub mod execution;
pub mod feature_group;
pub mod group;
pub mod identity;
pub mod job;
mod lane;
mod listing;
pub mod metric;
pub mod model;
pub mod package;
pub mod pipeline;
pub mod poll;
pub mod report;
mod seen;
pub mod step;
pub mod subscription;
mod table;
pub mod topic;

use std::fmt::Debug;

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::aws::{Aws, AwsError};

pub use event::Event;
pub use lane::{Lane, Traffic};
pub use listing::{Cursor, Extent, Listing};
use listing::{asked_lately, newest, reaches_back, settled};
pub use seen::{Focus, Seen, Wishes};
pub use table::{Change, Freshness, Source, Table, What};

/// One kind of thing AWS can tell us about: a plain struct, and how to read it.
pub trait Resource: Clone + PartialEq + Debug + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// Name of the kind: sources, dump, journal.
    const KIND: &'static str;
    /// The service that is asked; its limits are shared by all kinds.
    const SERVICE: &'static str = "sagemaker";
    /// How often it is asked while nothing is wrong.
    const LANE: Lane;
    /// How often all of it is read, where a turn only reads what may have changed.
    const SWEEP: Option<Lane> = None;
    /// Tells that something is wrong right now: it stays fast when nobody presses a key.
    const VITAL: bool = false;
    /// Can the models be judged without it, if less well? A single look waits less for it.
    const OPTIONAL: bool = false;
    /// Fields that name other things by texts of any kind: they are joined by, and enter as they are.
    const REFERENCES: &'static [&'static str] = &[];
    /// Are only the newest, or those looked at, ever listed? Then one that is missing is not gone.
    const WINDOWED: bool = false;
    /// Unique and stable across polls: AWS's name where it is unique, otherwise the ARN.
    fn id(&self) -> &str;
    /// What its events are about: the kind and the id of itself, unless it tells of something else.
    fn subject(&self) -> (&'static str, &str) {
        (Self::KIND, self.id())
    }
    /// What happened to it since `old`; without `old`, all that the row itself tells of the past.
    fn events(&self, _old: Option<&Self>) -> Vec<Event> {
        Vec::new()
    }
    /// May it be asked already? Kinds that read other tables wait until those were answered once.
    #[must_use]
    fn ready(_seen: &Seen) -> bool {
        true
    }
    /// Is there something that should be read now instead of at the next turn: what an endpoint began to run, what
    /// the operator began to look at?
    #[must_use]
    fn due(_seen: &Seen, _known: &Table<Self>) -> bool {
        false
    }
    /// One turn. Reads nothing twice that cannot have changed.
    fn read(
        aws: &Aws,
        seen: &Seen,
        turn: Turn<'_, Self>,
    ) -> impl Future<Output = Result<Listing<Self>, AwsError>> + Send;
}

/// What is asked of a kind at one turn.
#[derive(Debug)]
pub struct Turn<'a, T> {
    /// What is known so far.
    pub known: &'a Table<T>,
    /// Read all of it, not only what may have changed.
    pub sweep: bool,
}

impl<T: Resource> Turn<'_, T> {
    /// Was it never answered in this run?
    pub(crate) fn first(&self) -> bool {
        self.known.blind().is_some() || !self.known.answered()
    }
    /// Was something asked on demand in the last while? Then it is not asked again.
    pub(crate) fn asked_lately(&self, what: &str, now: Timestamp) -> bool {
        asked_lately(self.known, what, now)
    }
}

/// Declares the kinds; the order is the order of asking (worst news first).
macro_rules! resources {
    ($($field:ident: $variant:ident($kind:ty),)+) => {
        /// All tables. Clones share their rows.
        #[derive(Debug, Clone, Default)]
        pub struct Store {
            $(#[doc = concat!("Rows of `", stringify!($variant), "`.")] pub $field: Table<$kind>,)+
        }

        /// What one poll of one kind made of its table, and what that changed.
        #[derive(Debug, Clone)]
        pub enum Snapshot {
            $(#[doc = concat!("A poll of `", stringify!($variant), "`.")] $variant(Table<$kind>, Vec<Change>),)+
        }

        impl Snapshot {
            /// The kind that was polled.
            #[must_use]
            pub fn kind(&self) -> &'static str {
                match self { $(Self::$variant(..) => <$kind>::KIND,)+ }
            }
            /// The state of its source.
            #[must_use]
            pub fn source(&self) -> Source {
                match self { $(Self::$variant(table, _) => table.source(),)+ }
            }
        }

        impl Store {
            /// Takes in one poll; says what it changed.
            pub fn apply(&mut self, snapshot: Snapshot) -> Vec<Change> {
                match snapshot {
                    $(Snapshot::$variant(table, changes) => {
                        self.$field = table;
                        changes
                    })+
                }
            }
            /// The state of each source, in the order of asking.
            #[must_use]
            pub fn sources(&self) -> Vec<Source> {
                vec![$(self.$field.source(),)+]
            }
            /// How many rows there are in all tables.
            #[must_use]
            pub fn rows(&self) -> usize {
                0 $(+ self.$field.len())+
            }
            /// When AWS answered last, of the vital sources: they ask in every turn, while others may have nothing to ask.
            #[must_use]
            pub fn last_answer(&self) -> Option<Timestamp> {
                let well = [$(match self.$field.freshness() {
                    Freshness::Fresh { at, fault: None } if <$kind>::VITAL => Some(*at),
                    _ => None,
                },)+];
                well.into_iter().flatten().max()
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

        /// All tables as they are written to disk.
        #[derive(Debug, Serialize)]
        pub struct Keeping<'a> {
            $($field: table::Keeping<'a, $kind>,)+
        }

        /// All tables on disk. A kind that a file lacks begins empty; one that only the file knows is left out.
        #[derive(Debug, Default, serde::Deserialize)]
        pub struct KeptStore {
            $(#[serde(default)] $field: table::Kept<$kind>,)+
        }

        impl Store {
            /// What a later run can begin with.
            #[must_use]
            pub fn keep(&self) -> Keeping<'_> {
                Keeping { $($field: self.$field.keep(),)+ }
            }
            /// The tables of an earlier run; their rows are marked as such until they are read again.
            #[must_use]
            pub fn restored(kept: KeptStore) -> Self {
                Self { $($field: Table::restored(kept.$field),)+ }
            }
        }

        impl poll::Pollers {
            /// Starts one task a kind; they end when this is dropped, or the receiver is.
            pub fn start(&mut self) {
                $(self.spawn::<$kind>(|store| &store.$field, Snapshot::$variant);)+
            }
        }

        /// The kinds, as a single look asks them.
        pub(crate) const KINDS: &[poll::Asking] = &[$(poll::Asking {
            name: <$kind>::KIND,
            optional: <$kind>::OPTIONAL,
            ready: <$kind>::ready,
            ask: |aws, seen| Box::pin(async move {
                let mut table = seen.store.$field.clone();
                let told = poll::ask::<$kind>(&aws, &seen, &mut table, true, seen.at).await;
                poll::Asked { told, snapshot: Snapshot::$variant(table, Vec::new()) }
            }),
            unanswered: |store, why, at| {
                let mut table = store.$field.clone();
                // What it was told last says more than that the time was up.
                if table.trouble().is_none() {
                    table.apply(Err(why), at);
                }
                Snapshot::$variant(table, Vec::new())
            },
        },)+];
    };
}

resources! {
    identity: Identity(identity::Identity),
    alarms: Alarms(alarm::Alarm),
    alarm_history: AlarmHistory(alarm_history::AlarmTurn),
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
