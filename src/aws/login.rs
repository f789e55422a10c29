//! The credentials that sign the calls, and how they are read again when AWS no longer accepts them.

use std::fmt;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, SystemTime};

use aws_config::Region;
use aws_config::identity::IdentityCache;
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{self, ProvideCredentials, SharedCredentialsProvider, future};
use aws_smithy_runtime_api::client::identity::{
    IdentityFuture, ResolveCachedIdentity, SharedIdentityCache, SharedIdentityResolver,
};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use jiff::Timestamp;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::credentials_failure::CredentialsFailure;
use super::settings::Settings;
use super::{Target, caught};

/// Credentials are renewed this long before they expire. The SDK may halve this time; the remaining half is still
/// longer than a signed call waits for its turn.
const EARLY: Duration = Duration::from_secs(90);
/// The longest time for reading credentials. A `credential_process` may have to ask for a code first.
const LONGEST: Duration = Duration::from_mins(1);
/// After a failure or a refusal the credentials are not read again sooner, because that may start a program.
const AGAIN: Duration = Duration::from_secs(10);

/// The credentials of the profile that the user named, or of the standard chain.
///
/// The SDK reads the profile files once, and keeps credentials that have no expiry. But a new login may change the
/// files, so failed or refused credentials are dropped, and all files are read again. Clones share this state.
#[derive(Clone)]
pub(super) struct Login {
    target: Target,
    region: Region,
    known: Arc<Mutex<Option<Known>>>,
    /// When the last credentials expire.
    until: Arc<std::sync::Mutex<Option<SystemTime>>>,
}

/// How to renew credentials that AWS no longer accepts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Renewal {
    /// This command logs in with IAM Identity Center; the program picks up its result.
    Sso(Vec<String>),
    /// This command logs in as on the web page of AWS; the program picks up its result.
    SignIn(Vec<String>),
    /// The profile gets its credentials in another way; this phrase says what to do.
    Other(String),
    /// This machine has no profile that could be logged in.
    NoProfile,
    /// The keys are in the environment of this process, so only a restart can change them.
    Start,
}

impl fmt::Display for Renewal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sso(command) => write!(f, "log in; for SSO, run `{}`", in_one_line(command)),
            Self::SignIn(command) => write!(f, "log in with `{}`", in_one_line(command)),
            Self::Other(what) => f.write_str(what),
            Self::NoProfile => f.write_str("make a profile with `aws configure sso`, and pass it with --profile"),
            Self::Start => f.write_str("restart sagetop with other keys in the environment"),
        }
    }
}

impl Renewal {
    /// Returns the command that logs in: the program and its arguments.
    #[must_use]
    pub fn command(&self) -> Option<&[String]> {
        match self {
            Self::Sso(command) | Self::SignIn(command) => Some(command),
            Self::Other(_) | Self::NoProfile | Self::Start => None,
        }
    }
}

/// Returns a command as it is typed into a shell.
#[must_use]
pub fn in_one_line(command: &[String]) -> String {
    command.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ")
}

/// Returns a word, quoted for a shell if necessary.
pub(super) fn quoted(word: &str) -> String {
    let needed = word.contains(|c: char| c.is_whitespace() || "\"'$`\\".contains(c));
    if needed { format!("{word:?}") } else { word.to_owned() }
}

/// The state of a login.
#[derive(Clone)]
struct Known {
    /// The provider of credentials, or the reason why there is none.
    provider: Result<SharedCredentialsProvider, CredentialsFailure>,
    cache: SharedIdentityCache,
    since: Instant,
    /// Whether AWS refused the credentials.
    refused: bool,
}

impl Login {
    /// Creates a login without credentials; the files are read with the first call. `region` is the region of all
    /// calls.
    pub(super) fn new(target: Target, region: Region) -> Self {
        Self { target, region, known: Arc::default(), until: Arc::default() }
    }

    /// Returns when the credentials in use expire. `None` if they do not, or there are none.
    pub(super) fn until(&self) -> Option<Timestamp> {
        let until = *self.until.lock().unwrap_or_else(PoisonError::into_inner);
        Timestamp::try_from(until?).ok()
    }

    fn note_expiry(&self, until: Option<SystemTime>) {
        *self.until.lock().unwrap_or_else(PoisonError::into_inner) = until;
    }

    /// Notes that AWS no longer accepts the credentials. The next call reads all files again, unless they were just
    /// read.
    pub(super) async fn refused(&self) {
        if let Some(known) = &mut *self.known.lock().await {
            known.refused = true;
        }
    }

    async fn read_token(&self) -> Known {
        let mut known = self.known.lock().await;
        let holds = |k: &&Known| (k.provider.is_ok() && !k.refused) || k.since.elapsed() < AGAIN;
        if let Some(known) = known.as_ref().filter(holds) {
            return known.clone();
        }
        let cache = IdentityCache::lazy().buffer_time(EARLY).load_timeout(LONGEST).build();
        let provider = self.provider().await;
        let fresh = Known { provider, cache, since: Instant::now(), refused: false };
        known.insert(fresh).clone()
    }

    /// Creates a new provider each time, because a provider keeps the files that it has read.
    async fn provider(&self) -> Result<SharedCredentialsProvider, CredentialsFailure> {
        let correct = || "correct this setting".to_owned();
        let settings =
            Settings::read(&self.target).await.map_err(|why| CredentialsFailure::of_settings(why, correct()))?;
        if let Some((why, remedy)) = settings.lacks() {
            return Err(CredentialsFailure::of_settings(why, remedy));
        }
        let config = settings.loader(Some(self.region.clone())).load().await;
        config
            .credentials_provider()
            .ok_or_else(|| CredentialsFailure::of(&CredentialsError::not_loaded("no provider")))
    }

    async fn credentials(&self) -> provider::Result {
        let asked = self.read_token().await;
        let why = match asked.provider {
            Err(why) => return Err(CredentialsError::provider_error(why)),
            Ok(provider) => match ask(&provider).await {
                Ok(found) => {
                    self.note_expiry(found.expiry());
                    return Ok(found);
                }
                Err(why) => why,
            },
        };
        self.note_expiry(None);
        // Another task may have read the credentials again meanwhile, and those did not fail.
        if let Some(known) = self.known.lock().await.as_mut().filter(|known| known.since == asked.since) {
            (known.since, known.provider) = (Instant::now(), Err(why.clone()));
        }
        Err(CredentialsError::provider_error(why))
    }
}

/// Gets credentials. The SDK panics over some files and clocks, which must not end the program.
async fn ask(provider: &SharedCredentialsProvider) -> Result<Credentials, CredentialsFailure> {
    match caught(provider.provide_credentials()).await {
        Ok(given) => readable(given.map_err(|error| CredentialsFailure::of(&error))?),
        Err(said) => {
            let why = format!("the AWS SDK broke off: {said}");
            Err(CredentialsFailure::of_settings(why, "check the profile and the clock of this machine".to_owned()))
        }
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

/// Uses the SDK's own cache until it is dropped.
impl ResolveCachedIdentity for Login {
    fn resolve_cached_identity<'a>(
        &'a self,
        resolver: SharedIdentityResolver,
        components: &'a RuntimeComponents,
        bag: &'a ConfigBag,
    ) -> IdentityFuture<'a> {
        IdentityFuture::new(async move {
            let cache = self.read_token().await.cache;
            cache.resolve_cached_identity(resolver, components, bag).await
        })
    }
}

/// Rejects keys with characters that no key has, such as the carriage return of a file from Windows. No call could be
/// signed with them.
fn readable(keys: Credentials) -> Result<Credentials, CredentialsFailure> {
    let strange = |text: &str| text.chars().find(|c| !c.is_ascii_graphic());
    let parts = [("access key id", Some(keys.access_key_id())), ("session token", keys.session_token())];
    let found = parts.into_iter().find_map(|(what, text)| Some((what, strange(text?)?)));
    let Some((what, c)) = found else { return Ok(keys) };
    let why = format!("the {what} contains U+{:04X}, which no key contains", u32::from(c));
    Err(CredentialsFailure::of_settings(why, "correct the variable or file that contains it".to_owned()))
}

/// Prints no credentials.
impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login").field("profile", &self.target.profile).finish_non_exhaustive()
    }
}
