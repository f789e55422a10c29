//! One healthy model in one account, for tests. A case changes a few things and states the expected findings.
//!
//! The model is `fraud`: its pipeline `fraud-build` ran once and registered version 1, which was approved and serves on
//! `fraud-prod`; one alarm watches it and notifies the topic `page`. Every table was read at [`NOW`].

mod rows;

use std::ops::{Deref, DerefMut};

use jiff::Timestamp;

use super::{Joined, join};
use crate::aws::{AwsError, ErrorKind};
use crate::config::{Config, Source};
use crate::resources::alarm::Alarm;
use crate::resources::alarm_history::AlarmTurn;
use crate::resources::config::EndpointConfig;
use crate::resources::dataset::Dataset;
use crate::resources::deployment_pipeline::DeploymentPipeline;
use crate::resources::endpoint::Endpoint;
use crate::resources::event_rule::EventRule;
use crate::resources::execution::PipelineExecution;
use crate::resources::feature_group::FeatureGroup;
use crate::resources::group::ModelPackageGroup;
use crate::resources::identity::Identity;
use crate::resources::inference_component::InferenceComponent;
use crate::resources::job::TrainingJob;
use crate::resources::metric::MetricSeries;
use crate::resources::model::Model;
use crate::resources::model_card::ModelCard;
use crate::resources::monitoring_schedule::MonitoringSchedule;
use crate::resources::mute_rule::MuteRule;
use crate::resources::other_job::OtherJob;
use crate::resources::package::ModelPackage;
use crate::resources::pipeline::Pipeline;
use crate::resources::report::EvaluationReport;
use crate::resources::scalable_target::ScalableTarget;
use crate::resources::schedule::Schedule;
use crate::resources::state_machine::StateMachine;
use crate::resources::step::PipelineStep;
use crate::resources::subscription::Subscription;
use crate::resources::topic::Topic;
use crate::resources::trail_event::TrailEvent;
use crate::resources::{Listing, Observed, Preferences, Resource, Table};

pub(super) use rows::{
    alarm, composite, deployment_pipeline, endpoint, endpoint_config, event_rule, job, model, mute_rule, registered,
    requests, run, scalable_target, scaling_activity, series, step, subscription, trained, version,
};
use rows::{pipeline, topic};

/// The time of every case: a whole minute.
const NOW: i64 = 1_000_000_020;
pub(super) const MINUTE: i64 = 60;
pub(super) const HOUR: i64 = 60 * MINUTE;
pub(super) const DAY: i64 = 24 * HOUR;

/// The ARN of the topic that alarms notify.
pub(super) const TOPIC: &str = "arn:aws:sns:eu-west-1:123456789012:page";
/// The S3 location that the training job read.
pub(super) const DATA: &str = "s3://lake/fraud";
/// The ARN of the pipeline's only run.
pub(super) const RUN: &str = "arn:aws:sagemaker:eu-west-1:123456789012:pipeline/fraud-build/execution/r1";

/// Returns the time so many seconds before the time of the case.
pub(super) fn ago(seconds: i64) -> Option<Timestamp> {
    Timestamp::from_second(NOW - seconds).ok()
}

/// Returns an ARN of `SageMaker`: `arn("endpoint/fraud-prod")`.
pub(super) fn arn(of: &str) -> String {
    format!("arn:aws:sagemaker:eu-west-1:123456789012:{of}")
}

/// Returns the error of a call that is not allowed.
pub(super) fn denied() -> AwsError {
    AwsError { kind: ErrorKind::Denied, ..AwsError::other("Call", "") }
}

/// The state in which a table was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Read {
    /// All rows were read.
    Whole,
    /// All rows were read, and a later poll was denied.
    Stale,
    /// All rows were read, but a part of their details was denied.
    Faulty,
    /// There are more rows than were read.
    Capped,
    /// The first rows were read, and more are being read.
    Filling,
    /// No poll was answered yet.
    Never,
    /// Every poll was denied.
    Denied,
}

/// The rows of one kind, and the state in which they were read.
#[derive(Debug)]
pub(super) struct Rows<T> {
    rows: Vec<T>,
    read: Read,
}

impl<T: Resource> Rows<T> {
    fn of<const N: usize>(rows: [T; N]) -> Self {
        Self { rows: rows.into(), read: Read::Whole }
    }
    pub(super) fn never_read(&mut self) {
        self.read = Read::Never;
    }
    pub(super) fn denied(&mut self) {
        self.read = Read::Denied;
    }
    pub(super) fn stale(&mut self) {
        self.read = Read::Stale;
    }
    pub(super) fn faulty(&mut self) {
        self.read = Read::Faulty;
    }
    pub(super) fn capped(&mut self) {
        self.read = Read::Capped;
    }
    pub(super) fn partly_read(&mut self) {
        self.read = Read::Filling;
    }
    fn table(&self) -> Table<T> {
        let (mut table, at) = (Table::default(), Timestamp::from_second(NOW).unwrap());
        let listing = match self.read {
            Read::Never | Read::Denied => None,
            Read::Filling => Some(Listing::part(self.rows.clone()).more(true)),
            Read::Whole | Read::Stale | Read::Faulty | Read::Capped => Some(Listing::all(self.rows.clone())),
        };
        let fault = (self.read == Read::Faulty).then(denied);
        let listing = listing.map(|listing| listing.capped(self.read == Read::Capped).fault(fault));
        if let Some(listing) = listing {
            table.apply(Ok(listing), at);
        }
        if matches!(self.read, Read::Denied | Read::Stale) {
            table.apply(Err(denied()), at);
        }
        table
    }
}

impl<T> Deref for Rows<T> {
    type Target = Vec<T>;
    fn deref(&self) -> &Vec<T> {
        &self.rows
    }
}

impl<T> DerefMut for Rows<T> {
    fn deref_mut(&mut self) -> &mut Vec<T> {
        &mut self.rows
    }
}

/// Declares a table of cases: the difference, the change of the account, and the expected result.
macro_rules! table {
    ($($what:literal |$account:pat_param| $given:expr => $expected:expr;)+) => {
        [$(($what, (|$account: &mut crate::model::testing::Account| { $given; }) as fn(&mut _), $expected),)+]
    };
}
pub(super) use table;

macro_rules! account {
    ($($table:ident: $kind:ty,)+) => {
        /// The contents of an account, and the state in which they were read.
        #[derive(Debug)]
        pub(super) struct Account {
            /// The text of the configuration.
            pub(super) config: String,
            $(pub(super) $table: Rows<$kind>,)+
        }

        impl Account {
            /// Returns the tables, as the join gets them.
            pub(super) fn observed(&self) -> Observed {
                let source = Source { file: "config.toml".into(), text: self.config.clone() };
                let preferences = Preferences::of(&Config::parse(&source).unwrap()).into();
                let mut observed = Observed { at: Timestamp::from_second(NOW).unwrap(), preferences, ..Observed::default() };
                $(observed.store.$table = self.$table.table();)+
                observed
            }
            /// Returns an account without anything, in which every table was read.
            pub(super) fn empty() -> Self {
                Self { config: String::new(), $($table: Rows::of([]),)+ }
            }
        }
    };
}

account! {
    identity: Identity,
    alarms: Alarm,
    alarm_history: AlarmTurn,
    endpoints: Endpoint,
    groups: ModelPackageGroup,
    packages: ModelPackage,
    configs: EndpointConfig,
    inference_components: InferenceComponent,
    models: Model,
    pipelines: Pipeline,
    executions: PipelineExecution,
    steps: PipelineStep,
    jobs: TrainingJob,
    other_jobs: OtherJob,
    feature_groups: FeatureGroup,
    topics: Topic,
    subscriptions: Subscription,
    datasets: Dataset,
    metrics: MetricSeries,
    reports: EvaluationReport,
    event_rules: EventRule,
    schedules: Schedule,
    scalable_targets: ScalableTarget,
    deployment_pipelines: DeploymentPipeline,
    state_machines: StateMachine,
    mute_rules: MuteRule,
    monitoring_schedules: MonitoringSchedule,
    model_cards: ModelCard,
    trail_events: TrailEvent,
}

impl Account {
    /// Returns the account of the healthy model.
    pub(super) fn healthy() -> Self {
        let identity = Identity { account: "123456789012".into(), ..Identity::default() };
        let group =
            ModelPackageGroup { name: "fraud".into(), arn: arn("model-package-group/fraud"), ..Default::default() };
        Self {
            identity: Rows::of([identity]),
            alarms: Rows::of([alarm("fraud-5xx", "OK")]),
            endpoints: Rows::of([endpoint("fraud-prod", "fraud-prod-1")]),
            groups: Rows::of([group]),
            packages: Rows::of([version(1, "Approved")]),
            configs: Rows::of([endpoint_config("fraud-prod-1", "fraud-1")]),
            models: Rows::of([model("fraud-1", 1)]),
            pipelines: Rows::of([pipeline()]),
            executions: Rows::of([run("r1", "Succeeded", 10 * DAY)]),
            steps: Rows::of([step(RUN, "Train", trained()), step(RUN, "Register", registered(1))]),
            jobs: Rows::of([job("fraud-train", "Completed", 10 * DAY)]),
            topics: Rows::of([topic()]),
            datasets: Rows::of([Dataset { uri: DATA.into(), newest: ago(HOUR), objects: 1, ..Dataset::default() }]),
            metrics: Rows { rows: requests("fraud-prod", 60.0, [0.0, 0.0]), read: Read::Whole },
            ..Self::empty()
        }
    }

    /// Adds text to the `[[model]]` table of the configuration.
    pub(super) fn configure(&mut self, text: &str) {
        self.config = format!("[[model]]\nname = \"fraud\"\n{text}");
    }

    /// Joins the tables.
    pub(super) fn join(&self) -> Joined {
        join(&self.observed())
    }
}
