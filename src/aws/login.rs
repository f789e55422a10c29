//! As whom calls are signed, and forgetting it when AWS takes it no more.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::default_provider::credentials::DefaultCredentialsChain;
use aws_config::identity::IdentityCache;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{self, ProvideCredentials, SharedCredentialsProvider, future};
use aws_smithy_runtime_api::client::identity::{
    IdentityFuture, ResolveCachedIdentity, SharedIdentityCache, SharedIdentityResolver,
};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::error::root_cause;
use super::http::Obstacle;

/// Credentials are renewed this long before their end; the SDK takes up to half of it off, and what is left is longer
/// than a signed call waits for its turn.
const EARLY: Duration = Duration::from_secs(90);
/// A program that gives credentials may have to ask for a code first.
const LONGEST: Duration = Duration::from_mins(1);
/// A login that failed or was refused is not tried again sooner, however many ask: a program may stand behind it.
const AGAIN: Duration = Duration::from_secs(10);

/// The profile that was asked for, or whom the standard chain finds.
///
/// The SDK reads the profile files once, and keeps credentials whose end it does not know. Whoever logs in again may
/// write other ones there: what failed or was refused is forgotten, and all is read anew. Clones forget together.
#[derive(Clone)]
pub(super) struct Login {
    profile: Option<String>,
    config: SdkConfig,
    known: Arc<Mutex<Option<Known>>>,
}

/// What to do where AWS takes the credentials no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Renewal {
    /// A command logs in; what it leaves is picked up.
    Command(String),
    /// The keys are those of this process's environment: only a new start can have others.
    Start,
}

impl fmt::Display for Renewal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Command(command) => write!(f, "log in again, with SSO by `{command}`"),
            Self::Start => f.write_str("start sagetop again with other keys than those in the environment"),
        }
    }
}

/// How the reason begins where a profile is not there.
pub(super) const NO_PROFILE: &str = "the AWS configuration files have no profile";

/// What is known of a login.
#[derive(Clone)]
struct Known {
    provider: SharedCredentialsProvider,
    cache: SharedIdentityCache,
    since: Instant,
    /// AWS did not take them.
    refused: bool,
    /// Why there are none.
    failed: Option<String>,
}

impl Login {
    /// Nobody yet: files are read with the first call. Region and the like are those of `config`.
    pub(super) fn new(profile: Option<String>, config: SdkConfig) -> Self {
        Self { profile, config, known: Arc::default() }
    }

    /// AWS took the credentials no more: everything is read anew with the next call, unless that was done a moment ago.
    pub(super) async fn refused(&self) {
        if let Some(known) = &mut *self.known.lock().await {
            known.refused = true;
        }
    }

    async fn known(&self) -> Known {
        let mut known = self.known.lock().await;
        let holds = |k: &&Known| (k.failed.is_none() && !k.refused) || k.since.elapsed() < AGAIN;
        if let Some(known) = known.as_ref().filter(holds) {
            return known.clone();
        }
        let cache = IdentityCache::lazy().buffer_time(EARLY).load_timeout(LONGEST).build();
        let provider = self.provider().await;
        let fresh = Known { provider, cache, since: Instant::now(), refused: false, failed: None };
        known.insert(fresh).clone()
    }

    async fn provider(&self) -> SharedCredentialsProvider {
        let config = &self.config;
        // Made here, as it would keep the files that it has read.
        let sources = ProviderConfig::default()
            .with_region(config.region().cloned())
            .with_use_fips(config.use_fips())
            .with_use_dual_stack(config.use_dual_stack());
        let sources = match config.http_client() {
            Some(http) => sources.with_http_client(http),
            None => sources,
        };
        if let Some(name) = &self.profile {
            // A profile that was asked for wins over keys in the environment.
            let profile = ProfileFileCredentialsProvider::builder().configure(&sources).profile_name(name).build();
            return SharedCredentialsProvider::new(profile);
        }
        let mut chain = DefaultCredentialsChain::builder().configure(sources);
        chain.set_region(config.region().cloned());
        SharedCredentialsProvider::new(chain.build().await)
    }

    async fn credentials(&self) -> provider::Result {
        let asked = self.known().await;
        if let Some(why) = asked.failed {
            return Err(CredentialsError::provider_error(why));
        }
        let error = match asked.provider.provide_credentials().await {
            Ok(found) => return Ok(found),
            Err(error) => error,
        };
        if let Some(obstacle) = Obstacle::within(&error) {
            return Err(CredentialsError::provider_error(obstacle.clone()));
        }
        let why = match (&error, &self.profile) {
            (CredentialsError::CredentialsNotLoaded(_), Some(name)) => {
                format!("{NO_PROFILE} {name} with credentials")
            }
            _ => root_cause(&error),
        };
        // What was read anew meanwhile did not fail.
        if let Some(known) = self.known.lock().await.as_mut().filter(|known| known.since == asked.since) {
            (known.since, known.failed) = (Instant::now(), Some(why.clone()));
        }
        Err(CredentialsError::provider_error(why))
    }
}

impl ProvideCredentials for Login {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.credentials())
    }
}

/// The SDK's own cache, for as long as it is not forgotten.
impl ResolveCachedIdentity for Login {
    fn resolve_cached_identity<'a>(
        &'a self,
        resolver: SharedIdentityResolver,
        components: &'a RuntimeComponents,
        bag: &'a ConfigBag,
    ) -> IdentityFuture<'a> {
        IdentityFuture::new(async move {
            let cache = self.known().await.cache;
            cache.resolve_cached_identity(resolver, components, bag).await
        })
    }
}

/// Says nothing of credentials.
impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login").field("profile", &self.profile).finish_non_exhaustive()
    }
}
