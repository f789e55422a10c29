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
mod lane;
pub mod metric;
pub mod model;
pub mod package;
pub mod pipeline;
pub mod poll;
pub mod step;
pub mod subscription;
mod table;
pub mod topic;

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::aws::{Aws, AwsError, Kind};
use crate::config::{Glob, Model as ModelConfig, Severity};

pub use lane::{Lane, Traffic};
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

/// Minutes for which an answer on demand is good enough.
const DEMAND: i64 = 10;

fn asked_lately<T: Resource>(known: &Table<T>, what: &str, now: Timestamp) -> bool {
    known.asked_at(what).is_some_and(|at| now.as_second() - at.as_second() < DEMAND * 60)
}

/// Where a long list goes on that is read turn by turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// Pages that were read.
    pub pages: usize,
    /// The token of the next one.
    pub token: String,
}

impl Cursor {
    /// After some more pages, unless there is nothing more or that was enough: a list may have no end.
    pub(crate) fn after(before: Option<&Self>, pages: usize, most: usize, next: Option<String>) -> Option<Self> {
        let pages = before.map_or(0, |cursor| cursor.pages) + pages;
        next.filter(|_| pages < most).map(|token| Self { pages, token })
    }
}

/// How much of a kind a listing speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// The rows are all there are: what is missing is gone.
    All,
    /// The rows are all that changed: what is missing is as it was.
    Changed,
    /// The rows are some that were read: of the others nothing is said.
    Part,
}

/// What one turn brought.
#[derive(Debug, Clone, PartialEq)]
pub struct Listing<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// Ids of what is gone, where the extent does not say it.
    pub gone: Vec<String>,
    /// What they are of the whole.
    pub extent: Extent,
    /// There are more in AWS than were read.
    pub capped: bool,
    /// Details are still missing; ask again at once.
    pub more: bool,
    /// Part of the details could not be had; the rows are good as far as they go.
    pub fault: Option<AwsError>,
    /// The token of the page that the next turn begins with.
    pub cursor: Option<Cursor>,
    /// What was asked on demand, so that it is not asked at every turn.
    pub asked: Vec<String>,
}

impl<T> Listing<T> {
    fn new(rows: Vec<T>, extent: Extent) -> Self {
        let (gone, asked) = (Vec::new(), Vec::new());
        Self { rows, gone, extent, capped: false, more: false, fault: None, cursor: None, asked }
    }
    /// All rows there are.
    #[must_use]
    pub fn all(rows: Vec<T>) -> Self {
        Self::new(rows, Extent::All)
    }
    /// All rows that changed.
    #[must_use]
    pub fn changed(rows: Vec<T>) -> Self {
        Self::new(rows, Extent::Changed)
    }
    /// Some rows.
    #[must_use]
    pub fn part(rows: Vec<T>) -> Self {
        Self::new(rows, Extent::Part)
    }
    /// Takes rows away.
    #[must_use]
    pub fn without(mut self, gone: Vec<String>) -> Self {
        self.gone = gone;
        self
    }
    /// Marks a listing that was cut.
    #[must_use]
    pub fn capped(mut self, capped: bool) -> Self {
        self.capped = capped;
        self
    }
    /// Says that there are details to be had at once.
    #[must_use]
    pub fn more(mut self, more: bool) -> Self {
        self.more = more;
        self
    }
    /// Takes note of what was asked on demand.
    #[must_use]
    pub fn asked(mut self, asked: Vec<String>) -> Self {
        self.asked = asked;
        self
    }
    /// Says where the next turn begins.
    #[must_use]
    pub fn cursor(mut self, cursor: Option<Cursor>) -> Self {
        self.cursor = cursor;
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
    /// US dollars that metrics may cost a day; no limit when absent.
    pub max_cost_per_day: Option<f64>,
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
    pub kinds: BTreeSet<&'static str>,
    /// Nobody pressed a key for a while.
    pub idle: bool,
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
            /// When a source was answered last, of those that are well.
            #[must_use]
            pub fn last_answer(&self) -> Option<Timestamp> {
                let well = [$(match self.$field.freshness() {
                    Freshness::Fresh { at, fault: None } => Some(*at),
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

        impl poll::Pollers {
            /// Starts one task a kind; they end when this is dropped, or the receiver is.
            pub fn start(&mut self) {
                $(self.spawn::<$kind>(|store| &store.$field, Snapshot::$variant);)+
            }
        }

        /// Asks each kind that is `due` once, all at the same time; used for a single look.
        pub(crate) async fn ask_once(aws: &Aws, seen: &Seen, due: &BTreeSet<&'static str>) -> Vec<poll::Asked> {
            let mut answers: Vec<std::pin::Pin<Box<dyn Future<Output = poll::Asked> + Send + '_>>> = Vec::new();
            $(if due.contains(<$kind>::KIND) && <$kind>::ready(seen) {
                answers.push(Box::pin(async {
                    let mut table = seen.store.$field.clone();
                    let told = poll::ask::<$kind>(aws, seen, &mut table, true, seen.at).await;
                    poll::Asked { told, snapshot: Snapshot::$variant(table, Vec::new()) }
                }));
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
}

/// An SDK time as ours; what cannot be represented is absent.
pub(crate) fn time(at: Option<&aws_smithy_types::DateTime>) -> Option<Timestamp> {
    let at = at?;
    Timestamp::new(at.secs(), i32::try_from(at.subsec_nanos()).ok()?).ok()
}

/// Seconds by which the index may lag behind: what is a little older than the newest known is read again.
const LAG: i64 = 300;

/// When the newest thing that is known changed, by `when`.
pub(crate) fn newest<T: Resource>(known: &Table<T>, when: fn(&T) -> Option<Timestamp>) -> Option<Timestamp> {
    known.rows().filter_map(when).max()
}

/// Does a page, newest first, reach back to what is known? Without anything known no page does.
pub(crate) fn reaches_back<R>(
    page: &[R],
    since: Option<Timestamp>,
    when: fn(&R) -> Option<&aws_smithy_types::DateTime>,
) -> bool {
    let oldest = page.last().and_then(|record| time(when(record)));
    matches!((oldest, since), (Some(oldest), Some(since)) if oldest.as_second() < since.as_second() - LAG)
}

/// What of `due` need not be asked again soon: all of it, unless the reason why some was not answered may pass.
pub(crate) fn settled(due: Vec<String>, fault: Option<&AwsError>) -> Vec<String> {
    if fault.is_some_and(|why| why.kind.passing() || why.kind == Kind::Expired) { Vec::new() } else { due }
}

/// The last part of an ARN, or the text itself: `arn:…:endpoint/x` → `x`.
#[must_use]
pub fn arn_name(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}
