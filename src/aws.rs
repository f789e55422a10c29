//! The seam to AWS: the clients, and the one stack that every call passes.
//!
//! `Meter` paces and counts by service; below it stands whatever answers: live
//! AWS, an endpoint URL, the simulated account, or a recording. Nothing above knows
//! which. Between the two a [`Recorder`] may write down what passes.

mod error;
mod http;
mod login;
mod meter;
mod pace;
mod page;
mod search;
mod tape;
mod unconnected;

use std::time::Duration;

use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::sts::AssumeRoleProvider;
use aws_config::{BehaviorVersion, Region, retry::RetryConfig, timeout::TimeoutConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime_api::client::http::SharedHttpClient;

use login::Login;
pub use login::Renewal;

pub use error::{AwsError, Kind, failed};
pub use http::Transport;
use http::{LONGEST_ANSWER, bounded};
pub use meter::{Meter, PER_METRIC, Spent, Usage, attributed};
pub(crate) use meter::{in_background, undisturbed};
pub use pace::{Pace, Urgency, Widening};
pub(crate) use page::pages_until;
pub use page::{Described, Page, describe, pages};
pub use search::Query;
pub use tape::{Deck, OnDeck, Playhead, Playing, Recorder, Recording, Reel, Scope, Tape};
use unconnected::Unconnected;

/// Where the clients point.
#[derive(Debug, Clone, Default)]
pub struct Target {
    /// What the user calls the account.
    pub label: Option<String>,
    /// Named profile of the AWS configuration files.
    pub profile: Option<String>,
    /// ARN of a role to take on with the credentials that the profile or the standard chain gives.
    pub role_arn: Option<String>,
    /// Region; otherwise the standard chain decides.
    pub region: Option<String>,
    /// One URL for all services (a local stand-in); S3 then uses path-style addresses.
    pub endpoint_url: Option<String>,
    /// Keep to the pace even where a stand-in on this machine answers.
    pub paced: bool,
}

impl Target {
    /// What stands on a recording of it.
    fn scope(&self, region: &str, endpoint: Option<&str>) -> Scope {
        // All that tells accounts apart: replies of two must never be taken for those of one.
        let who = [self.label.as_deref(), self.profile.as_deref(), self.role_arn.as_deref(), Some(region)];
        let name: Vec<&str> = who.into_iter().flatten().collect();
        let label = endpoint.map(|url| format!("at {url}")).unwrap_or_default();
        let called = self.called().map(str::to_owned);
        Scope { name: name.join(" "), region: region.to_owned(), label, account: self.label.clone(), called }
    }

    /// What it is called where regions do not matter.
    #[must_use]
    pub fn called(&self) -> Option<&str> {
        let role = self.role_arn.as_deref().and_then(|arn| arn.rsplit('/').next());
        self.label.as_deref().or(self.profile.as_deref()).or(role)
    }

    /// Refuses what cannot be meant, before it turns into a network error.
    ///
    /// # Errors
    /// A sentence without its end: a region or an endpoint URL that is none.
    pub fn check(&self) -> Result<(), String> {
        let wrong = |c: char| !(c.is_ascii_alphanumeric() || c == '-');
        if let Some(region) = self.region.as_deref().filter(|r| r.is_empty() || r.contains(wrong)) {
            return Err(format!("{region:?} is not a region; write one such as eu-west-1"));
        }
        let host =
            |url: &str| url.strip_prefix("http://").or(url.strip_prefix("https://")).is_some_and(|h| !h.is_empty());
        if let Some(url) = self.endpoint_url.as_deref().filter(|url| !host(url) || url.contains(char::is_whitespace)) {
            return Err(format!("{url:?} is not an endpoint URL; write one such as http://127.0.0.1:4599"));
        }
        Ok(())
    }
}

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
    /// The endpoint URL in force, when it is not AWS itself.
    pub endpoint: Option<String>,
    /// How calls leave this machine, where they do.
    pub transport: Option<Transport>,
    /// What may not be searched here.
    refusals: search::Refusals,
    /// Who calls, where it is not the simulated account.
    login: Option<Login>,
    /// What answers is a recording.
    replays: bool,
}

impl Aws {
    /// Clients by the standard chain of AWS configuration: flags, environment, profile files, SSO, instance roles.
    /// What answers them is handed to `around`, which may put a recorder around it.
    ///
    /// # Errors
    /// Those of [`Target::check`], and when no region can be found; credentials are looked up with the first call, not
    /// here.
    pub async fn connect(
        target: &Target,
        pace: Pace,
        around: impl FnOnce(&Scope, SharedHttpClient) -> SharedHttpClient,
    ) -> Result<Self, String> {
        target.check()?;
        let transport = Transport::of(target.profile.as_deref()).await?;
        let mut loader = aws_config::defaults(BehaviorVersion::latest()).no_credentials();
        loader = loader.http_client(transport.client());
        if let Some(profile) = &target.profile {
            loader = loader.profile_name(profile);
        }
        if let Some(region) = &target.region {
            loader = loader.region(Region::new(region.clone()));
        }
        if let Some(url) = &target.endpoint_url {
            loader = loader.endpoint_url(url);
        }
        let config = loader.load().await;
        let login = Login::new(target.profile.clone(), config.clone());
        let provider = SharedCredentialsProvider::new(login.clone());
        let mut config = config.into_builder().credentials_provider(provider).identity_cache(login.clone()).build();
        if let Some(role) = &target.role_arn {
            // Each session of an hour is renewed by the SDK before it ends.
            let role = AssumeRoleProvider::builder(role).session_name("sagetop").configure(&config).build().await;
            config = config.into_builder().credentials_provider(SharedCredentialsProvider::new(role)).build();
        }
        let Some(region) = config.region().map(ToString::to_string) else {
            let whose = target.profile.as_deref().map(|name| {
                format!(
                    " for the profile {name}: the AWS configuration files have no such profile, or none with a region"
                )
            });
            let whose = whose.unwrap_or_default();
            return Err(format!("no region{whose}; pass --region, set AWS_REGION, or give the profile a region"));
        };
        let endpoint = config.endpoint_url().map(str::to_owned);
        let http = transport.client();
        let http = around(&target.scope(&region, endpoint.as_deref()), http);
        // A stand-in on this machine is shared with nobody: pacing would only slow it down.
        let shared = target.paced || !endpoint.as_deref().is_some_and(on_loopback);
        let pace = if shared { pace } else { Pace::unlimited() };
        let aws = Self::assemble(&config, &http, Meter::new(pace), region, endpoint);
        Ok(Self { login: Some(login), transport: Some(transport), ..aws })
    }

    /// Clients over any connector, with credentials that mean nothing: the simulated account.
    #[must_use]
    pub fn over(http: &SharedHttpClient, region: &str) -> Self {
        Self::over_at(http, region, Pace::unlimited())
    }

    /// Clients of an account that cannot be connected: each call fails and says `why`, so that it is told where the
    /// account would be.
    #[must_use]
    pub fn unconnected(target: &Target, why: &str) -> Self {
        let region = target.region.as_deref().unwrap_or("unknown");
        Self::over(&SharedHttpClient::new(Unconnected(why.to_owned())), region)
    }

    /// The same at a pace.
    #[must_use]
    pub fn over_at(http: &SharedHttpClient, region: &str, pace: Pace) -> Self {
        let config = aws_config::SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(region.to_owned()))
            .credentials_provider(SharedCredentialsProvider::new(Credentials::new(
                "DEMO",
                "DEMO",
                None,
                None,
                "simulated account",
            )))
            .sleep_impl(aws_smithy_async::rt::sleep::SharedAsyncSleep::new(
                aws_smithy_async::rt::sleep::TokioSleep::new(),
            ))
            .build();
        let http = bounded(http.clone(), LONGEST_ANSWER);
        Self::assemble(&config, &http, Meter::new(pace), region.to_owned(), None)
    }

    fn assemble(
        config: &aws_config::SdkConfig,
        http: &SharedHttpClient,
        meter: Meter,
        region: String,
        endpoint: Option<String>,
    ) -> Self {
        // The pollers decide when to try again, and a write is sent once: the SDK does not retry on its own.
        let config = |service| {
            config
                .to_builder()
                .http_client(meter.around(service, http))
                .retry_config(RetryConfig::disabled())
                .timeout_config(TimeoutConfig::builder().connect_timeout(Duration::from_secs(5)).build())
                // It would take the wait for a turn (see `Meter`) for a connection that stands still.
                .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
                .build()
        };
        let s3 = aws_sdk_s3::config::Builder::from(&config("s3")).force_path_style(endpoint.is_some()).build();
        Self {
            sagemaker: aws_sdk_sagemaker::Client::new(&config("sagemaker")),
            cloudwatch: aws_sdk_cloudwatch::Client::new(&config("cloudwatch")),
            s3: aws_sdk_s3::Client::from_conf(s3),
            sns: aws_sdk_sns::Client::new(&config("sns")),
            sts: aws_sdk_sts::Client::new(&config("sts")),
            meter,
            region,
            endpoint,
            transport: None,
            refusals: search::Refusals::default(),
            login: None,
            replays: false,
        }
    }

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

/// Is this URL on the machine itself?
fn on_loopback(url: &str) -> bool {
    let host = url.split("://").nth(1).unwrap_or(url);
    ["127.", "localhost", "[::1]"].iter().any(|l| host.starts_with(l))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_meant_is_refused_before_any_call() {
        let target = |region: &str, url: &str| Target {
            region: Some(region.into()),
            endpoint_url: Some(url.into()),
            ..Target::default()
        };
        assert_eq!(target("eu-west-1", "http://127.0.0.1:4599").check(), Ok(()));
        for (region, url) in
            [("eu west", "http://h"), ("", "http://h"), ("eu-west-1", "nonsense"), ("eu-west-1", "http://")]
        {
            assert!(target(region, url).check().is_err(), "{region} {url}");
        }
    }
}
