//! The commands without a screen: `dump`, `status`, `bundle`, `policy`, `journal`, and the intents.

mod acknowledge;
pub mod bundle;
mod change;
pub mod configure;
mod drill;
mod dump;
mod interrupt;
mod journal;
mod policy;
mod record;
mod status;

use std::io::{self, Write};

use crate::aws::{Aws, Renewal};
use crate::model::{Joined, join};
use crate::resources::poll::{Clock, Patience, look_once};
use crate::resources::{Observed, Store};
use crate::session::Connection;
use crate::view::{EscapedJson, harmless};

pub use acknowledge::acknowledge;
pub use change::{Completion, Goal, carry_out};
pub use drill::announce_drill;
pub use dump::dump;
pub use journal::{Wanted, journal, since};
pub use policy::{Allowed, policy};
pub use record::record;
pub use status::status;

/// Everything that was read of an account at one time.
#[derive(Debug)]
pub struct Look {
    /// The name of the account among several.
    pub name: String,
    /// The clients of the account; their meter counts the calls.
    pub aws: Aws,
    /// The tables, the configuration, and the time.
    pub observed: Observed,
    /// The models, worst first.
    pub joined: Joined,
    /// Is it of a recording? Then nothing can be read on demand.
    pub recorded: bool,
}

impl Look {
    /// Reads every kind once, for at most the time that `patience` allows.
    pub async fn take(name: String, aws: Aws, observed: Observed, clock: &Clock, patience: Patience) -> Self {
        let mut observed = Box::pin(look_once(&aws, observed, clock, patience)).await;
        observed.at = clock();
        let joined = join(&observed);
        Self { name, aws, observed, joined, recorded: false }
    }

    /// Returns how to log in if the credentials are not valid, as a line for the terminal.
    #[must_use]
    pub fn login_hint(&self, login: Option<&Renewal>) -> Option<String> {
        let troubles = self.store().troubles();
        let (_, why) = troubles.into_iter().find(|(_, why)| why.is_about_credentials())?;
        let login = login.map_or_else(|| why.kind.advice().unwrap_or_default().to_owned(), Renewal::to_string);
        let way = why.remedy.clone().unwrap_or(login);
        Some(harmless(&format!("error: {}: {}: {}; {way}", self.name, why.lack(), why.message)) + "\n")
    }

    fn store(&self) -> &Store {
        &self.observed.store
    }
}

/// Reports the result of intents whose end was never seen in an account, as lines for the terminal.
pub async fn report_unfinished(connection: &Connection, look: &Look) -> String {
    let mut executor = connection.executor.clone();
    if let Some(me) = look.store().identity.rows().next() {
        executor.identity.clone_from(&me.arn);
    }
    let journal = executor.read_journal().await;
    let unfinished = executor.review(&journal).await;
    unfinished.iter().map(|open| harmless(&format!("note: {}: {open}", look.name)) + "\n").collect()
}

/// Describes the profile, region, endpoint, proxy and certificates in force for an account, as a line for the terminal.
#[must_use]
pub fn describe_connection(connection: &Connection) -> String {
    let aws = &connection.executor.aws;
    let endpoint = aws.endpoint.as_deref().map_or_else(|| "of AWS".to_owned(), str::to_owned);
    let mut phrases = vec![format!("region {}", aws.region), format!("endpoint {endpoint}")];
    phrases.extend(connection.profile.iter().map(|profile| format!("profile {profile}")));
    if let Some(transport) = &aws.transport {
        phrases.extend(transport.in_force());
    }
    harmless(&format!("{}: {}", connection.name, phrases.join("; "))) + "\n"
}

/// Writes JSON with an end of line.
fn print_json(out: &mut impl Write, value: &serde_json::Value) -> io::Result<()> {
    serde_json::to_writer_pretty(EscapedJson(&mut *out), value)?;
    writeln!(out)
}
