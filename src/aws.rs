//! The seam to AWS: the clients, and the one stack that every call passes.
//!
//! `Meter` paces and counts by service; below it stands whatever answers: live
//! AWS, an endpoint URL, the simulated account, or a recording. Nothing above knows
//! which. Between the two a [`Recorder`] may write down what passes.

mod arn;
mod bucket;
mod capture;
mod caught;
mod connect;
mod credentials_failure;
mod endpoint;
mod error;
mod files;
mod http;
mod ini;
mod login;
mod meter;
mod pace;
mod page;
mod patient;
mod profiles;
mod search;
mod settings;
mod tape;
mod target;
mod unconnected;
mod waits;

use http::{LONGEST_ANSWER, bounded};
use login::Login;

pub(crate) use arn::Arn;
pub use caught::hush_what_is_caught;
pub(crate) use caught::{caught, is_caught};
pub use error::{AwsError, Kind, Kind as ErrorKind, failed};
pub use http::Transport;
pub use login::Renewal;
pub use meter::{Meter, PER_METRIC, Spent, Usage, attributed};
pub(crate) use meter::{in_background, undisturbed};
pub use pace::{Pace, Urgency, Widening};
pub(crate) use page::{Asked, describe_each, pages_until};
pub use page::{Described, Page, describe, pages};
pub(crate) use patient::patiently;
pub use search::Query;
pub use tape::{Deck, OnDeck, Playhead, Playing, Recorder, Recording, Reel, Scope, Tape};
pub use target::Target;
pub(crate) use waits::unpaced;

/// The clients of one account and region.
#[derive(Debug, Clone)]
pub struct Aws {
    /// `SageMaker`: endpoints, registry, pipelines, jobs, features.
    pub sagemaker: aws_sdk_sagemaker::Client,
    /// `CloudWatch`: alarms and metrics.
    pub cloudwatch: aws_sdk_cloudwatch::Client,
    /// S3: data and artifacts.
    pub s3: aws_sdk_s3::Client,
    /// SNS: topics and subscriptions.
    pub sns: aws_sdk_sns::Client,
    /// STS: who am I.
    pub sts: aws_sdk_sts::Client,
    /// Counts and pace of all calls.
    pub meter: Meter,
    /// Region name.
    pub region: String,
    /// The endpoint URL in force, when it is not AWS itself; where services differ, each URL with its services.
    pub endpoint: Option<String>,
    /// What to do where AWS takes the credentials no more; none for an account that needs no login.
    pub renewal: Option<Renewal>,
    /// How calls leave this machine, where they do.
    pub transport: Option<Transport>,
    /// What may not be searched here.
    refusals: search::Refusals,
    /// Buckets that are in other regions.
    regions: bucket::Regions,
    /// Who calls, where it is not the simulated account.
    login: Option<Login>,
    /// What answers is a recording.
    replays: bool,
}

impl Aws {
    /// Says that what answers is a recording, which knows what was answered before something went wrong.
    #[must_use]
    pub fn replaying(self) -> Self {
        Self { replays: true, ..self }
    }

    /// Is what answers a recording?
    pub(crate) fn replays(&self) -> bool {
        self.replays
    }

    /// Has the credentials read anew, after AWS did not take them: somebody may have logged in again since.
    pub(crate) async fn refused(&self) {
        if let Some(login) = &self.login {
            login.refused().await;
        }
    }
}
