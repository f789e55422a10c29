//! What comes of the accounts: polls are taken in, joined, and tell the pollers what is looked at.

use super::IDLE;
use crate::app::{App, Feed, FocusedOn, KeptNews, Subject};
use crate::model::Joined;
use crate::resources::{Focus, Kind, Seen, Snapshot, Store};
use crate::view::Tone;

impl App {
    /// Goes to the account of what the cursor is on. Not while a sheet or a lineage is open: what is asked or
    /// shown there stays of the account in which it was opened.
    pub(super) fn follow_cursor(&mut self) {
        let cursor = self.subject().map(|subject| subject.account);
        let place = cursor.or_else(|| self.filtered_account()).unwrap_or(self.here.place);
        if self.detail.is_none() && place != self.here.place {
            self.visit(place);
        }
    }

    /// Goes to an account.
    pub(crate) fn visit(&mut self, place: usize) {
        if let Some(there) = self.elsewhere.iter_mut().find(|account| account.place == place) {
            std::mem::swap(&mut self.here, there);
        }
    }

    pub(super) fn polled(&mut self, place: usize, snapshot: Snapshot) {
        let Some(account) = self.account_mut(place) else { return };
        let changes = account.polled(snapshot);
        self.feed.take(place, changes);
    }

    /// Begins an account with the tables of an earlier run, and with what it knew to have happened.
    pub fn begin_with(&mut self, place: usize, store: Store, news: Vec<KeptNews>) {
        let Some(account) = self.account_mut(place) else { return };
        account.begin_with(store);
        self.feed.restore(place, news);
        self.revision += 1;
        self.settle();
    }

    /// Forgets the rows, as they are of another account.
    pub fn forget(&mut self, place: usize) {
        self.begin_with(place, Store::default(), Vec::new());
        // What seemed to change was two accounts that differ.
        self.feed.forget(place);
        let text = "the rows so far were of another account and were dropped".to_owned();
        self.message = Some((Tone::Warn, text));
    }

    /// What the tables of an account are to be joined from, when they changed since that was last asked for. A join
    /// of a large account takes longer than a key may wait, so it is made elsewhere and comes back as a message.
    pub fn to_join(&mut self) -> Option<(usize, Seen)> {
        let mut accounts = std::iter::once(&mut self.here).chain(&mut self.elsewhere);
        accounts.find_map(|account| Some((account.place, account.give_to_join()?)))
    }

    pub(super) fn take_joined(&mut self, place: usize, joined: Joined) {
        let mut accounts = std::iter::once(&mut self.here).chain(&mut self.elsewhere);
        let Some(account) = accounts.find(|account| account.place == place) else { return };
        let at = account.seen.at;
        for (chain, before) in account.take_joined(joined) {
            self.feed.health(at, place, chain, before);
        }
        self.revision += 1;
    }

    /// What is looked at and what is not well is read more often, and in detail.
    pub(super) fn refocus(&mut self) {
        let revision = self.revision;
        let idle = self.last_key.is_some_and(|at| self.here.seen.at.as_second() - at.as_second() > IDLE);
        for account in &mut self.elsewhere {
            account.look_away(revision, idle);
        }
        let subject = self.subject();
        let detail = self.detail.as_ref().map(|d| d.model.clone());
        let from = Some(FocusedOn { revision, pane: self.pane.name, idle, detail, subject: subject.clone() });
        if self.here.focused == from {
            return;
        }
        self.here.focused = from;
        let mut focus = Focus {
            kinds: self.pane.kinds.iter().filter_map(|kind| Kind::named(kind)).collect(),
            idle,
            ..Focus::default()
        };
        if let Some(chain) = self.current_chain() {
            focus.endpoints.extend(chain.serving.iter().map(|s| s.endpoint.to_owned()));
            focus.selected = focus.endpoints.len();
            focus.pipelines.extend(chain.pipelines.iter().map(|&name| name.to_owned()));
            focus.groups.extend(chain.group.map(str::to_owned));
            focus.datasets.extend(chain.datasets.iter().map(|&uri| uri.to_owned()));
        }
        match subject {
            Some(Subject { kind: "model_packages", id, .. }) => {
                focus.packages.insert(id);
            }
            Some(Subject { kind: "training_jobs", id, .. }) => {
                focus.jobs.insert(id);
            }
            Some(_) | None => {}
        }
        self.here.attend(focus);
    }

    /// Forgets what was read: it lies in the future of the position that a replay went back to. The cursors stay.
    pub fn rewind(&mut self) {
        self.feed = Feed::default();
        self.rewound = true;
        for place in 0..=self.elsewhere.len() {
            self.begin_with(place, Store::default(), Vec::new());
        }
    }
}
