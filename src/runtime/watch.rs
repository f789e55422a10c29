//! The watch over the accounts: their pollers, and what they are told.

use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use crate::app::App;
use crate::aws::Aws;
use crate::recording::Recorder;
use crate::resources::poll::{Clock, Pollers, Reader, Wake};
use crate::resources::{AccountId, Seen, Snapshot};

/// Keys that follow each other faster make the cursor run, and the pollers hear what is looked at when it rests for so
/// long: nobody wants what it ran past to be read.
const REST: Duration = Duration::from_millis(150);

/// The watch over all accounts, each in its place.
pub(super) struct Watches {
    each: Vec<Watch>,
    /// Is told of everything that is taken in.
    recorder: Option<Recorder>,
    /// When a key came last.
    key: Option<Instant>,
    /// When the cursor rests, if it runs.
    rests: Option<Instant>,
}

impl Watches {
    pub(super) fn new(each: Vec<Watch>, recorder: Option<Recorder>) -> Self {
        Self { each, recorder, key: None, rests: None }
    }
    /// Begins to poll.
    pub(super) fn start(&mut self) {
        self.each.iter_mut().for_each(Watch::start);
    }
    /// Polls an account now.
    pub(super) fn refresh(&self, account: AccountId) {
        self.each.get(account.place()).into_iter().for_each(Watch::refresh);
    }

    /// Is what was read taken in? Not where its account was begun anew since; and when it tells that the rows are of
    /// another account, all of that is read anew. What is taken in is recorded.
    pub(super) fn takes(&mut self, reader: Reader, snapshot: &Snapshot, app: &mut App) -> bool {
        let id = reader.account;
        let watch = self.each.get_mut(id.place()).filter(|watch| watch.pollers.reader() == reader);
        let Some(watch) = watch else { return false };
        let foreign = watch.begins_anew(app, snapshot);
        match &self.recorder {
            Some(recorder) if foreign => recorder.forgot(id),
            Some(recorder) => recorder.polled(id, snapshot),
            None => {}
        }
        !foreign
    }

    /// After a message: lets the pollers see what one of them read, and what is looked at, unless the cursor runs.
    pub(super) fn publish(&mut self, app: &App, polled: Option<AccountId>, key: bool) {
        if key {
            let now = Instant::now();
            let before = self.key.replace(now);
            self.rests = before.filter(|before| now - *before < REST).map(|_| now + REST);
        }
        for watch in &self.each {
            watch.publish(app, polled == Some(watch.account), self.rests.is_some());
        }
    }
    /// When [`Self::rest`] is due.
    pub(super) fn rests(&self) -> Option<Instant> {
        self.rests
    }
    /// The cursor rests: lets the pollers see what is looked at.
    pub(super) fn rest(&mut self, app: &App) {
        self.rests = None;
        self.publish(app, None, false);
    }
}

/// The pollers of one account.
pub(super) struct Watch {
    account: AccountId,
    seen: watch::Sender<Seen>,
    wake: watch::Sender<Wake>,
    pollers: Pollers,
}

/// Where what is read goes, with the place of its account.
type Out = mpsc::Sender<(Reader, Snapshot)>;

impl Watch {
    /// A watch that has not begun, with its pollers in the `background`.
    pub(super) fn new(account: AccountId, aws: Aws, seen: Seen, clock: Clock, out: &Out, background: &Handle) -> Self {
        let (seen, wake) = (watch::Sender::new(seen), watch::Sender::new(Wake::default()));
        let pollers =
            Pollers::new(aws, seen.subscribe(), wake.subscribe(), clock, account, out.clone(), background.clone());
        Self { account, seen, wake, pollers }
    }

    /// Begins anew with what there is by now.
    pub(super) fn renew(&mut self, app: &App) {
        self.publish(app, true, false);
        self.pollers.restart();
    }

    /// Begins to poll.
    pub(super) fn start(&mut self) {
        self.pollers.start();
    }

    /// Polls everything now.
    pub(super) fn refresh(&self) {
        self.wake.send_replace(Wake::default());
    }

    /// Lets the pollers see what there is and what is looked at, when one of them changed. While the cursor `runs` they
    /// see what it left.
    fn publish(&self, app: &App, polled: bool, runs: bool) {
        let Some(account) = app.account(self.account) else { return };
        self.seen.send_if_modified(|old| {
            let focus = if runs { old.focus.clone() } else { account.seen.focus.clone() };
            let news = polled || old.focus != focus;
            if news {
                *old = Seen { focus, ..account.seen.clone() };
            }
            news
        });
    }

    /// Reads all of it anew when a poll tells that the rows are of another account.
    pub(super) fn begins_anew(&mut self, app: &mut App, snapshot: &Snapshot) -> bool {
        let foreign = app.account(self.account).is_some_and(|account| account.is_foreign(snapshot));
        if foreign {
            app.forget(self.account);
            self.renew(app);
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

    fn told(account: &str) -> Snapshot {
        Snapshot::Identity(read(Identity { account: account.into(), ..Identity::default() }), Vec::new())
    }

    #[tokio::test(start_paused = true)]
    async fn of_another_account_neither_news_nor_what_is_on_its_way_is_left() {
        let keymap = Assets::default().keymap("default", NAMES).unwrap();
        let mut app = App::new(TABLES, Account::new(Seen::default()), Vec::new(), keymap);
        let (out, _inbox) = mpsc::channel(1);
        let aws = Aws::unconnected(&Target::default(), "nobody is asked");
        let watch = Watch::new(
            AccountId::FIRST,
            aws,
            Seen::default(),
            Arc::new(|| Timestamp::UNIX_EPOCH),
            &out,
            &Handle::current(),
        );
        let first = watch.pollers.reader();
        let mut watches = Watches::new(vec![watch], None);
        let mut hand = |snapshot: Snapshot, reader: Reader| {
            let taken = watches.takes(reader, &snapshot, &mut app);
            if taken {
                app.update(Msg::Polled(AccountId::FIRST, snapshot));
            }
            (taken, app.feed.iter().count(), app.here.seen.store.alarms.len())
        };
        assert_eq!(hand(told("1"), first), (true, 0, 0));
        let alarm = |state: &str| Alarm { name: "errors".into(), state: state.into(), ..Alarm::default() };
        let mut alarms = read(alarm("OK"));
        let changes = alarms.apply(Ok(Listing::all(vec![alarm("ALARM")])), Timestamp::UNIX_EPOCH);
        let fires = Snapshot::Alarms(alarms, changes);
        assert_eq!(hand(fires.clone(), first), (true, 1, 1), "the news that it fires");
        assert_eq!(hand(told("2"), first), (false, 0, 0), "somebody logged in to another account");
        assert_eq!(hand(fires, first), (false, 0, 0), "what was read before came late");
    }
}
