//! The pollers of all accounts, and the tables and focus that they use.

use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use crate::app::App;
use crate::aws::Aws;
use crate::recording::Recorder;
use crate::resources::poll::{Clock, Pollers, Reader, Wake};
use crate::resources::{AccountId, Observed, TableUpdate};

/// Keys that follow each other within this time move the cursor continuously. The pollers read the thing on which it
/// rests, not the things that it passes.
const REST: Duration = Duration::from_millis(150);

/// The pollers of all accounts, in the order of their ids.
pub(super) struct PollerSet {
    each: Vec<AccountPollers>,
    /// The recorder of all accepted polls.
    recorder: Option<Recorder>,
    /// The time of the last key.
    key: Option<Instant>,
    /// The time when a moving cursor will count as resting.
    rests: Option<Instant>,
}

impl PollerSet {
    pub(super) fn new(each: Vec<AccountPollers>, recorder: Option<Recorder>) -> Self {
        Self { each, recorder, key: None, rests: None }
    }
    /// Starts to poll.
    pub(super) fn start(&mut self) {
        self.each.iter_mut().for_each(AccountPollers::start);
    }
    /// Polls an account now.
    pub(super) fn refresh(&self, account: AccountId) {
        self.each.get(account.place()).into_iter().for_each(AccountPollers::refresh);
    }

    /// Is a poll accepted? It is not if the pollers of its account were restarted since. If it says that the present
    /// rows belong to another account, they are dropped and everything is read again.
    pub(super) fn accept(&mut self, reader: Reader, update: &TableUpdate, app: &mut App) -> bool {
        let id = reader.account;
        let polled = self.each.get_mut(id.place()).filter(|polled| polled.pollers.reader() == reader);
        let Some(polled) = polled else { return false };
        let foreign = polled.restart_if_foreign(app, update);
        match &self.recorder {
            Some(recorder) if foreign => recorder.forgot(id),
            Some(recorder) => recorder.polled(id, update),
            None => {}
        }
        !foreign
    }

    /// Passes the tables that a poll changed to the other pollers, and the focus unless the cursor is moving.
    pub(super) fn publish(&mut self, app: &App, polled: Option<AccountId>, key: bool) {
        if key {
            let now = Instant::now();
            let before = self.key.replace(now);
            self.rests = before.filter(|before| now - *before < REST).map(|_| now + REST);
        }
        for each in &self.each {
            each.publish(app, polled == Some(each.account), self.rests.is_some());
        }
    }
    /// Returns the time when [`Self::cursor_rests`] is due.
    pub(super) fn rests_at(&self) -> Option<Instant> {
        self.rests
    }
    /// Lets the pollers read the selected thing, because the cursor rests.
    pub(super) fn cursor_rests(&mut self, app: &App) {
        self.rests = None;
        self.publish(app, None, false);
    }
}

/// The pollers of one account.
pub(super) struct AccountPollers {
    account: AccountId,
    observed: watch::Sender<Observed>,
    wake: watch::Sender<Wake>,
    pollers: Pollers,
}

/// The channel for the results of polls, each with its reader.
type Out = mpsc::Sender<(Reader, TableUpdate)>;

impl AccountPollers {
    /// Makes pollers that have not started. They run in the `background`.
    pub(super) fn new(
        account: AccountId,
        aws: Aws,
        observed: Observed,
        clock: Clock,
        out: &Out,
        background: &Handle,
    ) -> Self {
        let (observed, wake) = (watch::Sender::new(observed), watch::Sender::new(Wake::default()));
        let pollers =
            Pollers::new(aws, observed.subscribe(), wake.subscribe(), clock, account, out.clone(), background.clone());
        Self { account, observed, wake, pollers }
    }

    /// Restarts the pollers with the present tables.
    pub(super) fn restart(&mut self, app: &App) {
        self.publish(app, true, false);
        self.pollers.restart();
    }

    /// Starts to poll.
    pub(super) fn start(&mut self) {
        self.pollers.start();
    }

    /// Polls everything now.
    pub(super) fn refresh(&self) {
        self.wake.send_replace(Wake::default());
    }

    /// Passes the tables and the focus to the pollers if one of them changed. While the cursor `runs`, the old focus
    /// stays.
    fn publish(&self, app: &App, polled: bool, runs: bool) {
        let Some(account) = app.account(self.account) else { return };
        self.observed.send_if_modified(|old| {
            let focus = if runs { old.focus.clone() } else { account.observed.focus.clone() };
            let news = polled || old.focus != focus;
            if news {
                *old = Observed { focus, ..account.observed.clone() };
            }
            news
        });
    }

    /// Drops all rows and reads them again, if a poll says that they belong to another account.
    pub(super) fn restart_if_foreign(&mut self, app: &mut App, update: &TableUpdate) -> bool {
        let foreign = app.account(self.account).is_some_and(|account| account.is_foreign(update));
        if foreign {
            app.forget(self.account);
            self.restart(app);
        }
        foreign
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jiff::Timestamp;

    use super::*;
    use crate::app::{Account, Msg};
    use crate::assets::Assets;
    use crate::aws::Target;
    use crate::resources::alarm::Alarm;
    use crate::resources::identity::Identity;
    use crate::resources::{Listing, Resource, Table};
    use crate::update::{NAMES, TABLES};

    fn read<T: Resource>(row: T) -> Table<T> {
        let mut table = Table::default();
        table.apply(Ok(Listing::all(vec![row])), Timestamp::UNIX_EPOCH);
        table
    }

    fn told(account: &str) -> TableUpdate {
        TableUpdate::Identity(read(Identity { account: account.into(), ..Identity::default() }), Vec::new())
    }

    #[tokio::test(start_paused = true)]
    async fn of_another_account_neither_news_nor_what_is_on_its_way_is_left() {
        let keymap = Assets::default().keymap("default", NAMES).unwrap();
        let mut app = App::new(TABLES, Account::new(Observed::default()), Vec::new(), keymap);
        let (out, _inbox) = mpsc::channel(1);
        let aws = Aws::unconnected(&Target::default(), "nobody is asked");
        let polled = AccountPollers::new(
            AccountId::FIRST,
            aws,
            Observed::default(),
            Arc::new(|| Timestamp::UNIX_EPOCH),
            &out,
            &Handle::current(),
        );
        let first = polled.pollers.reader();
        let mut pollers = PollerSet::new(vec![polled], None);
        let mut hand = |update: TableUpdate, reader: Reader| {
            let taken = pollers.accept(reader, &update, &mut app);
            if taken {
                app.update(Msg::Polled(AccountId::FIRST, update));
            }
            (taken, app.log.iter().count(), app.here.observed.store.alarms.len())
        };
        assert_eq!(hand(told("1"), first), (true, 0, 0));
        let alarm = |state: &str| Alarm { name: "errors".into(), state: state.into(), ..Alarm::default() };
        let mut alarms = read(alarm("OK"));
        let changes = alarms.apply(Ok(Listing::all(vec![alarm("ALARM")])), Timestamp::UNIX_EPOCH);
        let fires = TableUpdate::Alarms(alarms, changes);
        assert_eq!(hand(fires.clone(), first), (true, 1, 1), "the news that it fires");
        assert_eq!(hand(told("2"), first), (false, 0, 0), "somebody logged in to another account");
        assert_eq!(hand(fires, first), (false, 0, 0), "what was read before came late");
    }
}
