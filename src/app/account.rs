//! One account in one region: what was read of it, and what comes of that.
//!
//! Several may be watched at once. Each has tables, models, calls and trouble of its own, so that one that
//! fails never hides another.

mod age;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::subject::{Item, Subject};
use crate::aws::{Renewal, Usage};
use crate::intents::AccessRules;
use crate::model::{Chain, Health, Joined, join};
use crate::resources::identity::Identity;
use crate::resources::{AccountId, Change, Focus, Freshness, Kind, Seen, Snapshot, Source, Store, Table, What};
use crate::view::Tone;

/// Seconds that a changed row glows.
const GLOW: i64 = 2;
/// Seconds after which models are judged anew, as time alone makes data old.
const JUDGE_EVERY: i64 = 15;

/// One account in one region.
#[derive(Debug, Default)]
pub struct Account {
    /// How messages, effects and rows name it.
    pub id: AccountId,
    /// What it is called among several.
    pub name: String,
    /// How that name reads.
    pub tone: Tone,
    /// Its region.
    pub region: String,
    /// What stands in for AWS: `DEMO`, or a URL.
    pub stand_in: Option<String>,
    /// By which proxy it is called and whose certificates are trusted, one phrase each, where either was set.
    pub transport: Vec<String>,
    /// Decides whether anything may be changed in it.
    pub access: Arc<AccessRules>,
    /// What to do where AWS takes its credentials no more.
    pub login: Option<Renewal>,
    /// The tables, the configuration, the time, the focus.
    pub seen: Seen,
    /// The models, and what is looked up in them.
    pub joined: Arc<Joined>,
    /// What the calls amount to.
    pub usage: Usage,
    /// What changed a moment ago, and when that was seen.
    changed: BTreeMap<Subject, Timestamp>,
    /// When the models were judged last.
    judged: Timestamp,
    /// The tables changed since they were last given to be joined.
    unjoined: bool,
    /// What the focus was made from.
    pub(crate) focused: Option<FocusedOn>,
    /// AWS was already asked what became of intents that were left open.
    reviewed: bool,
}

/// What a focus depends on.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FocusedOn {
    pub(crate) revision: u64,
    pub(crate) pane: &'static str,
    pub(crate) idle: bool,
    pub(crate) detail: Option<String>,
    pub(crate) subject: Option<Subject>,
}

impl Account {
    /// An account of which nothing was read yet.
    #[must_use]
    pub fn new(seen: Seen) -> Self {
        let (judged, joined) = (seen.at, Arc::new(join(&seen)));
        Self { seen, joined, judged, ..Self::default() }
    }

    /// Is it time to find out what became of intents that were left open? True once, when a poll tells who we are: only
    /// then it is known which lines of the journal belong to this account.
    pub(crate) fn wants_review(&mut self, polled_identity: bool) -> bool {
        polled_identity && self.identity().is_some() && !std::mem::replace(&mut self.reviewed, true)
    }

    /// Checks whether anything may be changed in it, by whoever AWS says we are.
    ///
    /// # Errors
    /// Why not, as a phrase.
    pub fn may_change(&self) -> Result<(), String> {
        self.access.check(self.identity().map(|me| me.arn.as_str()))
    }

    /// Something in this account.
    #[must_use]
    pub fn subject(&self, item: Item) -> Subject {
        Subject { account: self.id, item }
    }

    /// A resource of this account.
    #[must_use]
    pub fn resource(&self, kind: Kind, id: &str) -> Subject {
        Subject::resource(self.id, kind, id)
    }

    /// The models, worst first.
    #[must_use]
    pub fn chains(&self) -> &[Chain<'_>] {
        self.joined.chains()
    }

    /// The model that something belongs to; the worst one when it belongs to several.
    #[must_use]
    pub fn chain_of(&self, item: &Item) -> Option<&Chain<'_>> {
        self.chains_of(item).into_iter().next()
    }

    /// All models that something belongs to, the worst first.
    #[must_use]
    pub fn chains_of(&self, item: &Item) -> Vec<&Chain<'_>> {
        if let Some(name) = item.model() {
            return self.joined.chain(name).into_iter().collect();
        }
        let Some((kind, id)) = item.resource() else { return Vec::new() };
        let owners = self.joined.owners(kind, id);
        let whole = || self.seen.store.get(kind, id)?.part_of();
        match whole().filter(|_| owners.is_empty()) {
            Some((kind, id)) => self.joined.owners(kind, id),
            None => owners,
        }
    }

    /// Did it change a moment ago?
    #[must_use]
    pub fn changed(&self, subject: &Subject) -> bool {
        self.changed.get(subject).is_some_and(|at| self.seen.at.as_second() - at.as_second() < GLOW)
    }

    /// Who it is, as far as AWS said so.
    #[must_use]
    pub fn identity(&self) -> Option<&Identity> {
        self.seen.store.identity.rows().next()
    }

    pub(crate) fn tick(&mut self, now: Timestamp) {
        self.seen.at = now;
        self.unjoined |= now.as_second() - self.judged.as_second() >= JUDGE_EVERY;
    }

    /// Lays a poll over the tables; what changed by it.
    pub(crate) fn polled(&mut self, snapshot: Snapshot) -> Vec<Change> {
        let changes = self.seen.store.apply(snapshot);
        let (at, id) = (self.seen.at, self.id);
        self.changed.retain(|_, since| at.as_second() - since.as_second() < GLOW);
        let seen_to_change = changes.iter().filter(|c| c.what != What::Found);
        self.changed.extend(seen_to_change.map(|c| (Subject::resource(id, c.kind, &c.id), c.at)));
        self.unjoined = true;
        changes
    }

    /// Takes these tables in place of all that were read. They are joined later.
    pub(crate) fn restore(&mut self, store: Store) {
        self.changed.clear();
        self.seen.store = store;
        self.unjoined = true;
    }

    /// Has the models judged at the present time.
    pub(crate) fn judge_anew(&mut self) {
        self.unjoined = true;
    }

    pub(crate) fn begin_with(&mut self, store: Store) {
        self.changed.clear();
        self.seen.store = store;
        self.joined = Arc::new(join(&self.seen));
    }

    /// Does a poll tell that the rows are of another account? They may be those of an earlier run, or somebody logged in
    /// to another account since.
    #[must_use]
    pub fn is_foreign(&self, snapshot: &Snapshot) -> bool {
        let Snapshot::Identity(now, _) = snapshot else { return false };
        let account = |table: &Table<Identity>| table.rows().next().map(|me| me.account.clone());
        let known = account(&self.seen.store.identity);
        let saved = matches!(self.seen.store.identity.freshness(), Freshness::Saved { .. });
        account(now).is_some_and(|now| if saved { Some(now) != known } else { known.is_some_and(|known| known != now) })
    }

    pub(crate) fn give_to_join(&mut self) -> Option<Seen> {
        if !std::mem::take(&mut self.unjoined) {
            return None;
        }
        self.judged = self.seen.at;
        Some(self.seen.clone())
    }

    /// Takes the models as they are now; which are better or worse than before, and how they were.
    pub(crate) fn take_joined(&mut self, joined: Joined) -> Vec<(&Chain<'_>, Health)> {
        let before = std::mem::replace(&mut self.joined, Arc::new(joined));
        if !self.seen.store.sources().iter().all(Source::settled) {
            // While something was never read, a health says more about that than about the model.
            return Vec::new();
        }
        let old = |chain: &Chain| before.chain(chain.name).map_or(Health::Absent, |c| c.health);
        let told = self.joined.chains().iter().map(|chain| (chain, old(chain)));
        // What appeared a moment ago and is still to be read is no news of its model.
        let read = |chain: &Chain| !chain.worst().is_some_and(|worst| worst.unread);
        told.filter(|(chain, old)| {
            *old != chain.health && !matches!(old, Health::Absent | Health::Unknown) && read(chain)
        })
        .collect()
    }

    /// What is read of an account that is not looked at: what is always read, and what is not well.
    pub(crate) fn look_away(&mut self, revision: u64, idle: bool) {
        let from = Some(FocusedOn { revision, pane: "", idle, detail: None, subject: None });
        if self.focused != from {
            self.focused = from;
            self.attend(Focus { idle, ..Focus::default() });
        }
    }

    /// Tells the pollers what is looked at; what is not well deserves it as well.
    pub(crate) fn attend(&mut self, mut focus: Focus) {
        let looked_at: BTreeSet<String> = focus.endpoints.iter().cloned().collect();
        focus.endpoints.extend(self.joined.unwell().iter().filter(|e| !looked_at.contains(*e)).cloned());
        if *self.seen.focus != focus {
            self.seen.focus = Arc::new(focus);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources::Listing;

    fn identity(account: &str) -> Table<Identity> {
        let mut table = Table::default();
        let me = Identity { account: account.into(), arn: format!("arn:{account}"), ..Identity::default() };
        table.apply(Ok(Listing::all(vec![me])), Timestamp::UNIX_EPOCH);
        table
    }

    #[test]
    fn whoever_logs_in_to_another_account_sees_no_row_of_the_one_before() {
        let told = |account| Snapshot::Identity(identity(account), Vec::new());
        let mut account = Account::new(Seen::default());
        assert!(!account.is_foreign(&told("1")), "nothing was known");
        account.seen.store.identity = identity("1");
        assert!(!account.is_foreign(&told("1")));
        assert!(account.is_foreign(&told("2")));
        assert!(!account.is_foreign(&Snapshot::Identity(Table::default(), Vec::new())), "nobody is notified of");
    }
}
