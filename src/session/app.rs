//! The state that a console begins with.

use super::{Connection, SeenFile, Session};
use crate::app::{Account, App};
use crate::aws::{StandIn, Transport, profile_names};
use crate::config::{Colour, Confirm};
use crate::keymap::Keymap;
use crate::recording::{Recorder, Replay};
use crate::resources::AccountId;
use crate::snapshot::{Found, Snapshot};
use crate::update::TABLES;
use crate::view::Tone;

impl Session {
    /// Makes a console on the accounts of this session, which begins with what the last run saw of them.
    #[must_use]
    pub fn app(&self, keymap: Keymap) -> App {
        let mut accounts = AccountId::all().zip(&self.connections).map(|(id, c)| account(self, id, c));
        let here = accounts.next().unwrap_or_default();
        let mut app = App::new(TABLES, here, accounts.collect(), keymap);
        app.confirm_by_key = self.config.confirm == Confirm::Confirm;
        app.commands.clone_from(&self.config.commands);
        app.recording = self.recorder.as_ref().map(Recorder::status);
        app.replay = self.replay.as_ref().map(Replay::status);
        warm(&mut app, &self.connections);
        app
    }
}

impl Session {
    /// Returns a name of the watched accounts, under which the operator's choices about their rows are kept. It is empty
    /// in a replay.
    #[must_use]
    pub fn accounts(&self) -> String {
        if self.replay.is_some() {
            return String::new();
        }
        let name = |connection: &Connection| {
            let aws = &connection.executor.aws;
            let who = connection.label.as_deref().or(connection.profile.as_deref()).unwrap_or("default");
            match &connection.stand_in {
                Some(StandIn::Demo) => format!("demo@{}", aws.region),
                Some(StandIn::Url(url)) => format!("{who}@{}@{url}", aws.region),
                None => format!("{who}@{}", aws.region),
            }
        };
        self.connections.iter().map(name).collect::<Vec<_>>().join(" ")
    }
}

/// Makes the account for the screen, before anything is read.
fn account(session: &Session, id: AccountId, connection: &Connection) -> Account {
    let aws = &connection.executor.aws;
    let tone = match connection.colour {
        Colour::Plain => Tone::Plain,
        Colour::Red => Tone::Bad,
        Colour::Yellow => Tone::Warn,
        Colour::Green => Tone::Good,
        Colour::Blue => Tone::Busy,
    };
    let mut account = Account::new(session.observed(connection));
    (account.id, account.name, account.tone) = (id, connection.name.clone(), tone);
    (account.region, account.stand_in) = (aws.region.clone(), connection.stand_in.clone());
    account.profile = connection.own_profile().map(str::to_owned);
    account.transport = aws.transport.as_ref().map(Transport::settings).unwrap_or_default();
    if connection.stand_in.is_none() && session.replay.is_none() {
        account.profiles = profile_names();
    }
    account.seen = connection.seen.as_ref().map(SeenFile::read).unwrap_or_default().into_iter().collect();
    (account.access, account.login) = (connection.executor.access.clone(), connection.login.clone());
    account
}

/// Loads what the last run saw, marked as such. A snapshot that cannot be used is reported in a message.
fn warm(app: &mut App, connections: &[Connection]) {
    for (id, connection) in AccountId::all().zip(connections) {
        match connection.snapshot.as_ref().map(Snapshot::read) {
            Some(Found::Tables(store, news)) => app.begin_with(id, *store, news),
            Some(Found::SetAside(told)) => app.message = Some((Tone::Warn, told)),
            Some(Found::Nothing) | None => {}
        }
    }
}
