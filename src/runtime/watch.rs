//! The watch over one account: its pollers, and what they are told.

use tokio::sync::{mpsc, watch};

use crate::app::App;
use crate::aws::Aws;
use crate::resources::poll::{Clock, Pollers, Wake};
use crate::resources::{Seen, Snapshot};

/// The pollers of one account.
pub(super) struct Watch {
    place: usize,
    seen: watch::Sender<Seen>,
    wake: watch::Sender<Wake>,
    pollers: Pollers,
}

impl Watch {
    /// A watch that has not begun.
    pub(super) fn new(place: usize, aws: Aws, seen: Seen, clock: Clock, out: mpsc::Sender<(usize, Snapshot)>) -> Self {
        let (seen, seen_by_pollers) = watch::channel(seen);
        let (wake, woken) = watch::channel(Wake::default());
        Self { place, seen, wake, pollers: Pollers::new(aws, seen_by_pollers, woken, clock, place, out) }
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

    /// Reads all of it anew when a poll tells that the rows of the last run are of another account.
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
