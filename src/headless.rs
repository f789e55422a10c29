//! Without a screen: `dump`, `status`, and the intents as commands.

mod dump;
mod status;
mod write;

use std::io::{self, Write};

use crate::aws::{Aws, Kind, Renewal};
use crate::model::{Joined, join};
use crate::resources::poll::{Clock, Patience, look_once};
use crate::resources::{Seen, Store};
use crate::session::Connection;
use crate::view::harmless;

pub use dump::dump;
pub use status::status;
pub use write::{Answered, carry_out};

/// One thorough look at an account: every source asked, everything joined.
#[derive(Debug)]
pub struct Look {
    /// What it is called among several.
    pub name: String,
    /// The account's clients; their meter knows the calls.
    pub aws: Aws,
    /// Tables, configuration, time of the look.
    pub seen: Seen,
    /// The models, worst first.
    pub joined: Joined,
}

impl Look {
    /// Asks every source once, for as long as the patience lasts.
    pub async fn take(name: String, aws: Aws, seen: Seen, clock: &Clock, patience: Patience) -> Self {
        let mut seen = Box::pin(look_once(&aws, seen, clock, patience)).await;
        seen.at = clock();
        let joined = join(&seen);
        Self { name, aws, seen, joined }
    }

    /// What to do where nobody is logged in, as a line for the terminal: the command that logs in, if it is known.
    #[must_use]
    pub fn locked_out(&self, login: Option<&Renewal>) -> Option<String> {
        let troubles = self.store().troubles();
        let (_, why) = troubles.into_iter().find(|(_, why)| why.kind == Kind::Expired)?;
        let login = login.map_or_else(|| "log in again".to_owned(), Renewal::to_string);
        let way = if why.no_profile() { why.advice().unwrap_or_default().to_owned() } else { login };
        Some(harmless(&format!("error: {}: no valid credentials, {way}: {}", self.name, why.message)) + "\n")
    }

    fn store(&self) -> &Store {
        &self.seen.store
    }
}

/// Which profile, region, endpoint, proxy and certificates are in force for an account, as a line for the terminal.
#[must_use]
pub fn in_force(connection: &Connection) -> String {
    let aws = &connection.executor.aws;
    let endpoint = aws.endpoint.as_deref().map_or_else(|| "of AWS".to_owned(), str::to_owned);
    let mut told = vec![format!("region {}", aws.region), format!("endpoint {endpoint}")];
    told.extend(connection.profile.iter().map(|profile| format!("profile {profile}")));
    if let Some(transport) = &aws.transport {
        told.extend(transport.in_force());
    }
    harmless(&format!("{}: {}", connection.name, told.join("; "))) + "\n"
}

/// Writes JSON with an end of line.
fn print_json(out: &mut impl Write, value: &serde_json::Value) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, value)?;
    writeln!(out)
}
