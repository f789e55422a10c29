//! Creates the clients: from the settings of AWS tools, or over any other connector.

use std::time::Duration;

use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::sts::AssumeRoleProvider;
use aws_config::{BehaviorVersion, Region, SdkConfig, retry::RetryConfig, timeout::TimeoutConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime_api::client::http::SharedHttpClient;

use super::endpoint::Endpoints;
use super::login::Login;
use super::settings::Settings;
use super::unconnected::Unconnected;
use super::{Aws, Clients, LONGEST_ANSWER, Meter, Pace, Target, bounded, bucket, search};

impl Aws {
    /// Creates clients by the standard chain of AWS configuration: flags, environment, profile files, SSO, instance
    /// roles.
    ///
    /// # Errors
    /// A sentence without its full stop: those of [`Target::check`]; an invalid setting that is needed; no region.
    /// Credentials are looked up with the first call, not here.
    pub async fn connect(target: &Target, pace: Pace) -> Result<Self, String> {
        target.check()?;
        let settings = Settings::read(target).await?;
        let asked = settings.region.clone().map(Region::new);
        let config = settings.loader(asked).no_credentials().load().await;
        let Some(region) = config.region().cloned() else { return Err(settings.no_region()) };
        let login = Login::new(target.clone(), region.clone());
        let provider = SharedCredentialsProvider::new(login.clone());
        let mut config = config.into_builder().credentials_provider(provider).identity_cache(login.clone()).build();
        if let Some(role) = &target.role_arn {
            // The SDK renews the session, which lasts an hour, before it ends.
            let role = AssumeRoleProvider::builder(role).session_name("sagetop").configure(&config).build().await;
            config = config.into_builder().credentials_provider(SharedCredentialsProvider::new(role)).build();
        }
        let (region, http) = (region.to_string(), settings.transport.client());
        // Nobody else calls an endpoint on this machine, so pacing would only slow it down.
        let shared = target.paced || !settings.endpoints.on_loopback();
        let pace = if shared { pace } else { Pace::Unlimited };
        let (use_fips, use_dual_stack) = settings.addresses();
        let config = config.into_builder().use_fips(use_fips).use_dual_stack(use_dual_stack).build();
        let aws = Self::assemble(&config, &http, Meter::new(pace), region, &settings.endpoints);
        let renewal = Some(settings.renewal());
        Ok(Self { renewal, login: Some(login), transport: Some(settings.transport), ..aws })
    }

    /// Creates clients over any connector, with invented credentials, for the simulated account.
    #[must_use]
    pub fn over(http: &SharedHttpClient, region: &str) -> Self {
        Self::over_at(http, region, Pace::Unlimited)
    }

    /// Creates clients that are connected to nothing: each call fails with the message `why`. They serve an account
    /// that cannot be connected, and an account of a recording.
    #[must_use]
    pub fn unconnected(target: &Target, why: &str) -> Self {
        let region = target.region.as_deref().unwrap_or("unknown");
        Self::over(&SharedHttpClient::new(Unconnected(why.to_owned())), region)
    }

    /// Creates the clients of [`Self::over`] with rate limits.
    #[must_use]
    pub fn over_at(http: &SharedHttpClient, region: &str, pace: Pace) -> Self {
        let config = SdkConfig::builder()
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
        Self::assemble(&config, &http, Meter::new(pace), region.to_owned(), &Endpoints::default())
    }

    fn assemble(
        config: &SdkConfig,
        http: &SharedHttpClient,
        meter: Meter,
        region: String,
        endpoints: &Endpoints,
    ) -> Self {
        // The SDK does not retry: the pollers retry themselves, and a write is sent only once.
        let clients = Clients::new(|service| {
            let mut config = config
                .to_builder()
                .http_client(meter.wrap(service, http))
                .retry_config(RetryConfig::disabled())
                .timeout_config(TimeoutConfig::builder().connect_timeout(Duration::from_secs(5)).build())
                // The SDK would mistake our own pacing (see `Meter`) for a stalled stream.
                .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
            if let Some(url) = endpoints.of(service.name) {
                // A configured endpoint URL is used as it is: FIPS and dual stack do not apply.
                config = config.endpoint_url(url).use_fips(false).use_dual_stack(false);
            }
            config.build()
        });
        Self {
            clients,
            meter,
            region,
            endpoint: endpoints.label(),
            refusals: search::Refusals::default(),
            regions: bucket::Regions::default(),
            renewal: None,
            transport: None,
            login: None,
        }
    }
}
