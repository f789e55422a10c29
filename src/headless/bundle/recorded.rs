//! The state of an account in a recording, as if it had just been looked at.

use jiff::Timestamp;

use crate::headless::Look;
use crate::model::join;
use crate::recording::{Player, Recorded};
use crate::resources::{AccountId, Store};
use crate::session::Session;

/// Returns the accounts of a replay as they were at a time.
///
/// # Errors
/// A text for the terminal: the session is no replay.
pub fn recorded_look(session: &Session, at: Option<Timestamp>) -> Result<Vec<Look>, String> {
    let replay = session.replay.as_ref().ok_or("error: this is no recording\n")?;
    let at = at.unwrap_or(replay.recording.end);
    let mut stores: Vec<Store> = vec![Store::default(); session.connections.len()];
    for recorded in Player::new(replay.recording.clone()).seek(at) {
        match recorded {
            Recorded::Restored(all) => stores = all.into_iter().map(|state| state.store).collect(),
            Recorded::Polled(account, update) => {
                if let Some(store) = stores.get_mut(account.place()) {
                    store.apply(*update);
                }
            }
            Recorded::Forgotten(account) => {
                if let Some(store) = stores.get_mut(account.place()) {
                    *store = Store::default();
                }
            }
            Recorded::Usage(..) | Recorded::Event(..) => {}
        }
    }
    let accounts = AccountId::all().zip(&session.connections);
    let looks = accounts.map(|(id, connection)| {
        let mut observed = session.observed(connection);
        observed.store = stores.get(id.place()).cloned().unwrap_or_default();
        observed.at = at;
        let joined = join(&observed);
        let (name, aws) = (connection.name.clone(), connection.executor.aws.clone());
        Look { name, aws, observed, joined, recorded: true }
    });
    Ok(looks.collect())
}
