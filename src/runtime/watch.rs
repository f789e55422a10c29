//! The watch over one account: its pollers, and what they are told.

use tokio::runtime::Handle;
use tokio::sync::{mpsc, watch};

use crate::app::App;
use crate::aws::Aws;
use crate::resources::poll::{Clock, Pollers, Wake};
use crate::resources::{Seen, Snapshot};

/// The pollers of one account.
pub(super) struct Watch {
    place: usize,
    aws: Aws,
    clock: Clock,
    seen: watch::Sender<Seen>,
    wake: watch::Sender<Wake>,
    background: Handle,
    pollers: Pollers,
}

/// Where what is read goes, with the place of its account.
type Out = mpsc::Sender<(usize, Snapshot)>;

impl Watch {
    /// A watch that has not begun, with its pollers in the `background`.
    pub(super) fn new(place: usize, aws: Aws, seen: Seen, clock: Clock, out: &Out, background: &Handle) -> Self {
        let (seen, wake) = (watch::Sender::new(seen), watch::Sender::new(Wake::default()));
        let (told, woken, to) = (seen.subscribe(), wake.subscribe(), (place, out.clone()));
        let pollers = Pollers::new(aws.clone(), told, woken, clock.clone(), to, background.clone());
        Self { place, aws, clock, seen, wake, background: background.clone(), pollers }
    }

    /// What wakes its pollers, also those that come later.
    pub(super) fn waker(&self) -> watch::Sender<Wake> {
        self.wake.clone()
    }

    /// New pollers, which know nothing and bring what they read to `out`.
    pub(super) fn renew(&mut self, app: &App, out: &Out) {
        self.publish(app, true);
        let (told, woken, to) = (self.seen.subscribe(), self.wake.subscribe(), (self.place, out.clone()));
        self.pollers = Pollers::new(self.aws.clone(), told, woken, self.clock.clone(), to, self.background.clone());
        self.start();
    }

    /// Begins to poll.
    pub(super) fn start(&mut self) {
        self.pollers.start();
    }

    /// Polls everything now.
    pub(super) fn refresh(&self) {
        self.wake.send_replace(Wake::default());
    }

    /// Lets the pollers see what there is and what is looked at, when one of them changed.
    pub(super) fn publish(&self, app: &App, polled: bool) {
        let Some(account) = app.account(self.place) else { return };
        self.seen.send_if_modified(|old| {
            let news = polled || old.focus != account.seen.focus;
            if news {
                *old = account.seen.clone();
            }
            news
        });
    }

    /// Reads all of it anew when a poll tells that the rows are of another account.
    pub(super) fn begins_anew(&mut self, app: &mut App, snapshot: &Snapshot) -> bool {
        let foreign = app.account(self.place).is_some_and(|account| account.is_foreign(snapshot));
        if foreign {
            app.forget(self.place);
            self.publish(app, true);
            self.pollers.restart();
        }
        foreign
    }
}
