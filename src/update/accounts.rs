//! What comes of the accounts: polls are taken in, joined, and tell the pollers what is looked at.

use super::IDLE;
use crate::app::{App, Effect, FocusedOn};
use crate::model::Joined;
use crate::resources::{AccountId, Focus, KeptEvent, Kind, Seen, Snapshot, Store};
use crate::view::Tone;

impl App {
    /// Goes to the account of what the cursor is on. Not while a sheet or a lineage is open: what is asked or
    /// shown there stays of the account in which it was opened.
    pub(super) fn follow_cursor(&mut self) {
        let cursor = self.subject().map(|subject| subject.account);
        let account = cursor.or_else(|| self.filtered_account()).unwrap_or(self.here.id);
        if self.detail.is_none() && account != self.here.id {
            self.visit(account);
        }
    }

    /// Goes to an account.
    pub(crate) fn visit(&mut self, id: AccountId) {
        if let Some(there) = self.elsewhere.iter_mut().find(|account| account.id == id) {
            std::mem::swap(&mut self.here, there);
        }
    }

    /// Takes in a poll. When it tells who we are, it is time to review what was left open.
    pub(super) fn polled(&mut self, id: AccountId, snapshot: Snapshot) -> Option<Effect> {
        let identity = matches!(snapshot, Snapshot::Identity(..));
        let account = self.account_mut(id)?;
        let changes = account.polled(snapshot);
        let review = account.wants_review(identity);
        self.feed.take(id, changes);
        review.then_some(Effect::Review(id))
    }

    /// Begins an account with the tables of an earlier run, and with what it knew to have happened.
    pub fn begin_with(&mut self, id: AccountId, store: Store, news: Vec<KeptEvent>) {
        let Some(account) = self.account_mut(id) else { return };
        account.begin_with(store);
        self.feed.restore(id, news);
        self.revision += 1;
        self.settle();
    }

    /// Forgets the rows, as they are of another account.
    pub fn forget(&mut self, id: AccountId) {
        self.begin_with(id, Store::default(), Vec::new());
        // What seemed to change was two accounts that differ.
        self.feed.forget(id);
        let text = "the rows were those of another account and were dropped".to_owned();
        self.message = Some((Tone::Warn, text));
    }

    /// What the tables of an account are to be joined from, when they changed since that was last asked for. A join
    /// of a large account takes longer than a key may wait, so it is made elsewhere and comes back as a message.
    pub fn to_join(&mut self) -> Option<(AccountId, Seen)> {
        let mut accounts = std::iter::once(&mut self.here).chain(&mut self.elsewhere);
        accounts.find_map(|account| Some((account.id, account.give_to_join()?)))
    }

    pub(super) fn take_joined(&mut self, id: AccountId, joined: Joined) {
        let mut accounts = std::iter::once(&mut self.here).chain(&mut self.elsewhere);
        let Some(account) = accounts.find(|account| account.id == id) else { return };
        let at = account.seen.at;
        let changed = account.take_joined(joined);
        // A replay has the events that were seen then.
        for (chain, before) in changed.into_iter().filter(|_| self.replay.is_none()) {
            self.feed.health(at, id, chain, before);
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
        let mut focus = Focus { kinds: self.pane.kinds.iter().copied().collect(), idle, ..Focus::default() };
        if let Some(chain) = self.current_chain() {
            focus.endpoints.extend(chain.serving.iter().map(|s| s.endpoint.to_owned()));
            focus.selected = focus.endpoints.len();
            focus.pipelines.extend(chain.pipelines.iter().map(|&name| name.to_owned()));
            focus.groups.extend(chain.group.map(str::to_owned));
            focus.datasets.extend(chain.datasets.iter().map(|&uri| uri.to_owned()));
        }
        let of_kind = |kind| Some(subject.as_ref()?.item.of_kind(kind)?.to_owned());
        focus.packages.extend(of_kind(Kind::Packages));
        focus.jobs.extend(of_kind(Kind::Jobs));
        self.here.attend(focus);
    }
}
