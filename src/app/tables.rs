//! What comes of the tables: polls are taken in, joined, and tell the pollers what is looked at.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{App, GLOW, IDLE, Subject};
use crate::model::{Health, Joined, join};
use crate::resources::identity::Identity;
use crate::resources::{Focus, Freshness, Seen, Snapshot, Source, Store, Table};
use crate::view::Tone;

impl App {
    pub(super) fn polled(&mut self, snapshot: Snapshot) {
        let changes = self.seen.store.apply(snapshot);
        self.feed.take(&changes);
        let at = self.seen.at;
        self.changed.retain(|_, since| at.as_second() - since.as_second() < GLOW);
        self.changed.extend(changes.into_iter().map(|c| (Subject::new(c.kind, c.id), at)));
        self.unjoined = true;
    }

    /// Begins with the tables of an earlier run.
    pub fn begin_with(&mut self, store: Store) {
        self.seen.store = store;
        self.joined = Arc::new(join(&self.seen));
        self.revision += 1;
        self.settle();
    }

    /// Does a poll tell that the rows of the earlier run are of another account?
    #[must_use]
    pub fn is_foreign(&self, snapshot: &Snapshot) -> bool {
        let Snapshot::Identity(now, _) = snapshot else { return false };
        let saved = &self.seen.store.identity;
        let account = |table: &Table<Identity>| table.rows().next().map(|me| me.account.clone());
        matches!(saved.freshness(), Freshness::Saved { .. }) && account(now).is_some_and(|a| Some(a) != account(saved))
    }

    /// Forgets the rows of an earlier run, as they are of another account.
    pub fn forget(&mut self) {
        self.begin_with(Store::default());
        let text = "the rows of the last run were of another account and were dropped".to_owned();
        self.message = Some((Tone::Warn, text));
    }

    /// What the tables are to be joined from, when they changed since that was last asked for. A join of a large
    /// account takes longer than a key may wait, so it is made elsewhere and comes back as a message.
    pub fn to_join(&mut self) -> Option<Seen> {
        if !std::mem::take(&mut self.unjoined) {
            return None;
        }
        self.judged = self.seen.at;
        Some(self.seen.clone())
    }

    pub(super) fn take_joined(&mut self, joined: Joined) {
        let before = std::mem::replace(&mut self.joined, Arc::new(joined));
        self.revision += 1;
        if !self.seen.store.sources().iter().all(Source::settled) {
            // While something was never read, a health says more about that than about the model.
            return;
        }
        for chain in self.joined.chains() {
            let old = before.chain(&chain.name).map_or(Health::Absent, |c| c.health);
            if old != chain.health && !matches!(old, Health::Absent | Health::Unknown) {
                self.feed.health(self.seen.at, chain, old);
            }
        }
    }

    /// What is looked at and what is not well is read more often, and in detail.
    pub(super) fn refocus(&mut self) {
        let subject = self.subject();
        let idle = self.last_key.is_some_and(|at| self.seen.at.as_second() - at.as_second() > IDLE);
        let detail = self.detail.as_ref().map(|d| d.model.clone());
        let from = Some((self.revision, self.pane.name, idle, detail, subject.clone()));
        if self.focused == from {
            return;
        }
        self.focused = from;
        let mut focus = Focus { kinds: self.pane.kinds.iter().copied().collect(), idle, ..Focus::default() };
        if let Some(chain) = self.current_chain() {
            focus.endpoints.extend(chain.serving.iter().map(|s| s.endpoint.clone()));
            focus.selected = focus.endpoints.len();
            focus.pipelines.extend(chain.pipelines.iter().cloned());
            focus.groups.extend(chain.group.clone());
            focus.datasets.extend(chain.datasets.iter().cloned());
        }
        let looked_at: BTreeSet<String> = focus.endpoints.iter().cloned().collect();
        focus.endpoints.extend(self.joined.unwell().iter().filter(|e| !looked_at.contains(*e)).cloned());
        match subject {
            Some(Subject { kind: "model_packages", id }) => {
                focus.packages.insert(id);
            }
            Some(Subject { kind: "training_jobs", id }) => {
                focus.jobs.insert(id);
            }
            Some(_) | None => {}
        }
        if *self.seen.focus != focus {
            self.seen.focus = Arc::new(focus);
        }
    }
}
