//! The state that a console begins with.

use super::{Connection, Session};
use crate::app::{Account, App};
use crate::aws::{Deck, Transport};
use crate::config::{Colour, Confirm};
use crate::keymap::Keymap;
use crate::resources::AccountId;
use crate::snapshot::{Found, Snapshot};
use crate::update::TABLES;
use crate::view::Tone;

impl Session {
    /// A console on the accounts of this session, with what the last run saw of them.
    #[must_use]
    pub fn app(&self, keymap: Keymap) -> App {
        let mut accounts = AccountId::all().zip(&self.connections).map(|(id, c)| account(self, id, c));
        let here = accounts.next().unwrap_or_default();
        let mut app = App::new(TABLES, here, accounts.collect(), keymap);
        app.confirm_by_key = self.config.confirm == Confirm::Confirm;
        app.deck = self.deck.as_ref().and_then(Deck::state);
        warm(&mut app, &self.connections);
        app
    }
}

/// An account as the screen knows it, before anything was read.
fn account(session: &Session, id: AccountId, connection: &Connection) -> Account {
    let aws = &connection.executor.aws;
    let tone = match connection.colour {
        Colour::Plain => Tone::Plain,
        Colour::Red => Tone::Bad,
        Colour::Yellow => Tone::Warn,
        Colour::Green => Tone::Good,
        Colour::Blue => Tone::Busy,
    };
    // Nobody may take a stand-in for the real thing.
    let taped = match &session.deck {
        Some(Deck::Playing(tapes)) => tapes.get(id.place()).map(|tape| tape.scope().label.clone()),
        Some(Deck::Recording(_)) | None => None,
    };
    let stand_in = match (&session.sim, &aws.endpoint) {
        _ if taped.is_some() => taped.filter(|label| !label.is_empty()),
        (Some(_), _) => Some("DEMO".to_owned()),
        (None, Some(url)) => Some(format!("at {url}")),
        (None, None) => None,
    };
    let mut account = Account::new(session.seen(connection));
    (account.id, account.name, account.tone) = (id, connection.name.clone(), tone);
    (account.region, account.stand_in) = (aws.region.clone(), stand_in);
    account.transport = aws.transport.as_ref().map(Transport::settings).unwrap_or_default();
    (account.access, account.login) = (connection.executor.access.clone(), connection.login.clone());
    account
}

/// Begins with what the last run saw, marked as such; a file that cannot be used is told.
fn warm(app: &mut App, connections: &[Connection]) {
    for (id, connection) in AccountId::all().zip(connections) {
        match connection.snapshot.as_ref().map(Snapshot::read) {
            Some(Found::Tables(store, news)) => app.begin_with(id, *store, news),
            Some(Found::SetAside(told)) => app.message = Some((Tone::Warn, told)),
            Some(Found::Nothing) | None => {}
        }
    }
}
