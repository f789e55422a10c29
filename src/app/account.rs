//! One account in one region: its tables, its models, and the state of its calls.
//!
//! Several accounts may be watched at once. An error in one of them never hides another.

mod age;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::seen::Seen;
use super::subject::{Item, Subject};
use crate::aws::{Renewal, StandIn, Usage};
use crate::handles::Place;
use crate::intents::{AccessRules, Calendars, Frozen, Remembered};
use crate::model::{Chain, Health, Joined, Reason, join};
use crate::resources::identity::Identity;
use crate::resources::{AccountId, Change, Focus, Freshness, Kind, Observed, Source, Store, Table, TableUpdate, What};
use crate::view::Tone;

/// The seconds for which a changed row is highlighted.
const GLOW: i64 = 2;
/// The interval in seconds at which models are joined again without new data: rules depend on the age of data.
const JUDGE_EVERY: i64 = 15;

/// One account in one region.
#[derive(Debug, Default)]
pub struct Account {
    /// Identifies the account in messages, effects and rows.
    pub id: AccountId,
    /// The name of the account, shown when several are watched.
    pub name: String,
    /// The tone of the name.
    pub tone: Tone,
    /// The region.
    pub region: String,
    /// The named profile in force, if there is one.
    pub profile: Option<String>,
    /// The backend, where it is not AWS.
    pub stand_in: Option<StandIn>,
    /// The proxy and the trusted certificates, one phrase each, where they are configured.
    pub transport: Vec<String>,
    /// The rules that say whether anything may be changed.
    pub access: Arc<AccessRules>,
    /// Its acknowledgements and switches, from the journal.
    pub remembered: Remembered,
    /// The freezes that the operator lifted in this console, by name, and up to when.
    pub lifted: BTreeMap<String, Timestamp>,
    /// How to renew the credentials when they have expired.
    pub login: Option<Renewal>,
    /// The profiles of the AWS configuration files.
    pub profiles: Vec<String>,
    /// The tables, the configuration, the time and the focus.
    pub observed: Observed,
    /// The models, with their indexes.
    pub joined: Arc<Joined>,
    /// The findings that were marked as seen.
    pub seen: BTreeSet<Seen>,
    /// The number and the cost of its calls.
    pub usage: Usage,
    /// The things that changed a moment ago, and when.
    changed: BTreeMap<Subject, Timestamp>,
    /// When the tables were last handed out to be joined.
    judged: Timestamp,
    /// Have the tables changed since they were last handed out to be joined?
    unjoined: bool,
    /// The inputs from which the focus was made.
    pub(crate) focused: Option<FocusedOn>,
    /// The IAM actions that were denied to the caller when a plan was sent, until everything is read anew.
    pub denied: BTreeSet<String>,
    /// The IAM actions that are denied as IAM simulates it. It is asked once, when the menu is first opened; `None` before
    /// that. Empty after everything is read anew: the operator wants to try.
    pub simulated: Option<BTreeSet<String>>,
    /// Has the outcome of unfinished intents been requested already?
    reviewed: bool,
}

/// The inputs of a focus.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FocusedOn {
    pub(crate) revision: u64,
    pub(crate) pane: &'static str,
    pub(crate) idle: bool,
    pub(crate) detail: Option<String>,
    pub(crate) subject: Option<Subject>,
}

impl Account {
    /// Makes an account without data.
    #[must_use]
    pub fn new(observed: Observed) -> Self {
        let (judged, joined) = (observed.at, Arc::new(join(&observed)));
        Self { observed, joined, judged, ..Self::default() }
    }

    /// Should the outcome of unfinished intents be requested now? True once, after the first poll that returns our
    /// identity: without the identity it is unknown which lines of the journal belong to this account.
    pub(crate) fn wants_review(&mut self, polled_identity: bool) -> bool {
        polled_identity && self.identity().is_some() && !std::mem::replace(&mut self.reviewed, true)
    }

    /// Checks whether the caller may change anything in this account.
    ///
    /// # Errors
    /// The reason, as a phrase.
    pub fn may_change(&self) -> Result<(), String> {
        self.access.check(self.identity().map(|me| me.arn.as_str()))
    }

    /// Checks whether the configuration lets things of a stage be changed. The stage is empty if it is not known.
    ///
    /// # Errors
    /// The reason, as a phrase that begins with `read-only`.
    pub fn may_change_stage(&self, stage: &str) -> Result<(), String> {
        self.access.check_stage(stage).map_err(|why| format!("read-only: {why}"))
    }

    /// Returns the freezes in force for changes of a stage, also those that were lifted. The stage is empty if it is not
    /// known.
    #[must_use]
    pub fn frozen(&self, stage: &str) -> Vec<Frozen> {
        let Observed { store, at, .. } = &self.observed;
        self.access.frozen(self.identity().map(|me| me.arn.as_str()), stage, *at, &Calendars::of(store, *at))
    }

    /// Returns the first freeze that forbids changes of a stage, because it was not lifted.
    #[must_use]
    pub fn freeze(&self, stage: &str) -> Option<Frozen> {
        self.frozen(stage).into_iter().find(|freeze| !freeze.is_lifted(&self.lifted, self.observed.at))
    }

    /// Returns the place in which handles of its things are made.
    #[must_use]
    pub fn place(&self) -> Place<'_> {
        let account = self.identity().map(|me| me.account.as_str());
        let links = &self.observed.preferences.links;
        Place { region: &self.region, account, profile: self.profile.as_deref(), links }
    }

    /// Makes a subject in this account.
    #[must_use]
    pub fn subject(&self, item: Item) -> Subject {
        Subject { account: self.id, item }
    }

    /// Makes a resource of this account.
    #[must_use]
    pub fn resource(&self, kind: Kind, id: &str) -> Subject {
        Subject::resource(self.id, kind, id)
    }

    /// Returns the models, the worst first.
    #[must_use]
    pub fn chains(&self) -> &[Chain<'_>] {
        self.joined.chains()
    }

    /// Returns the findings that wait for somebody, with their models, without those that were marked as seen.
    pub fn inbox(&self) -> impl Iterator<Item = (&Chain<'_>, &Reason)> {
        let seen = |reason: &Reason| Seen::of(reason).is_some_and(|mark| self.seen.contains(&mark));
        self.joined.inbox().filter(move |(_, reason)| !seen(reason))
    }

    /// Returns the number of findings that wait for somebody.
    #[must_use]
    pub fn waiting(&self) -> usize {
        if self.seen.is_empty() { self.joined.waiting() } else { self.inbox().count() }
    }

    /// Names what was never read and may hold something that waits for somebody.
    #[must_use]
    pub fn unread_for_inbox(&self) -> Vec<&'static str> {
        let store = &self.observed.store;
        let answered = [
            (Kind::Packages, store.packages.answered_at()),
            (Kind::Endpoints, store.endpoints.answered_at()),
            (Kind::Alarms, store.alarms.answered_at()),
            (Kind::Topics, store.topics.answered_at()),
        ];
        let unread = answered.into_iter().filter(|(_, at)| at.is_none()).map(|(kind, _)| kind.name());
        unread.chain(self.joined.has_unseen_deliveries().then_some("deliveries")).collect()
    }

    /// Returns the model that an item belongs to: the worst one if it belongs to several.
    #[must_use]
    pub fn chain_of(&self, item: &Item) -> Option<&Chain<'_>> {
        self.chains_of(item).into_iter().next()
    }

    /// Returns all models that an item belongs to, the worst first.
    #[must_use]
    pub fn chains_of(&self, item: &Item) -> Vec<&Chain<'_>> {
        if let Some(name) = item.model() {
            return self.joined.chain(name).into_iter().collect();
        }
        let Some((kind, id)) = item.resource() else { return Vec::new() };
        self.joined.owners_of_part(&self.observed.store, kind, id)
    }

    /// Did the subject change a moment ago?
    #[must_use]
    pub fn changed(&self, subject: &Subject) -> bool {
        self.changed.get(subject).is_some_and(|at| self.observed.at.as_second() - at.as_second() < GLOW)
    }

    /// Returns the caller, if AWS has returned its identity.
    #[must_use]
    pub fn identity(&self) -> Option<&Identity> {
        self.observed.store.identity.rows().next()
    }

    pub(crate) fn tick(&mut self, now: Timestamp) {
        self.observed.at = now;
        self.unjoined |= now.as_second() - self.judged.as_second() >= JUDGE_EVERY;
    }

    /// Applies a poll to the tables. Returns the changes.
    pub(crate) fn take_update(&mut self, update: TableUpdate) -> Vec<Change> {
        let changes = self.observed.store.apply(update);
        let (at, id) = (self.observed.at, self.id);
        self.changed.retain(|_, since| at.as_second() - since.as_second() < GLOW);
        let seen_to_change = changes.iter().filter(|c| c.what != What::Found);
        self.changed.extend(seen_to_change.map(|c| (Subject::resource(id, c.kind, &c.id), c.at)));
        self.unjoined = true;
        changes
    }

    /// Replaces all tables. They are joined later.
    pub(crate) fn restore(&mut self, store: Store) {
        self.changed.clear();
        self.observed.store = store;
        self.unjoined = true;
    }

    /// Requests a join at the present time.
    pub(crate) fn judge_anew(&mut self) {
        self.unjoined = true;
    }

    pub(crate) fn begin_with(&mut self, store: Store) {
        self.changed.clear();
        self.observed.store = store;
        self.joined = Arc::new(join(&self.observed));
    }

    /// Does a poll say that the rows are those of another account? They may come from an earlier run, or the operator
    /// has logged in to another account since.
    #[must_use]
    pub fn is_foreign(&self, update: &TableUpdate) -> bool {
        let TableUpdate::Identity(now, _) = update else { return false };
        let account = |table: &Table<Identity>| table.rows().next().map(|me| me.account.clone());
        let known = account(&self.observed.store.identity);
        let saved = matches!(self.observed.store.identity.freshness(), Freshness::Saved { .. });
        account(now).is_some_and(|now| if saved { Some(now) != known } else { known.is_some_and(|known| known != now) })
    }

    pub(crate) fn give_to_join(&mut self) -> Option<Observed> {
        if !std::mem::take(&mut self.unjoined) {
            return None;
        }
        self.judged = self.observed.at;
        Some(self.observed.clone())
    }

    /// Replaces the models. Returns those whose health has changed, with their health before.
    pub(crate) fn take_joined(&mut self, joined: Joined) -> Vec<(&Chain<'_>, Health)> {
        let before = std::mem::replace(&mut self.joined, Arc::new(joined));
        if !self.observed.store.sources().iter().all(Source::settled) {
            // Until everything has been read once, a health only says what is missing.
            return Vec::new();
        }
        let old = |chain: &Chain| before.chain(chain.name).map_or(Health::Absent, |c| c.health);
        let told = self.joined.chains().iter().map(|chain| (chain, old(chain)));
        // A stage that is still being read does not change the health of its model.
        let read = |chain: &Chain| !chain.worst().is_some_and(|worst| worst.unread);
        told.filter(|(chain, old)| {
            *old != chain.health && !matches!(old, Health::Absent | Health::Unknown) && read(chain)
        })
        .collect()
    }

    /// Sets the focus of an account that is not shown: only its unhealthy endpoints are in it.
    pub(crate) fn look_away(&mut self, revision: u64, idle: bool) {
        let from = Some(FocusedOn { revision, pane: "", idle, detail: None, subject: None });
        if self.focused != from {
            self.focused = from;
            self.attend(Focus { idle, ..Focus::default() });
        }
    }

    /// Sets the focus of the pollers. Unhealthy endpoints are added to it.
    pub(crate) fn attend(&mut self, mut focus: Focus) {
        let looked_at: BTreeSet<String> = focus.endpoints.iter().cloned().collect();
        focus.endpoints.extend(self.joined.unwell().iter().filter(|e| !looked_at.contains(*e)).cloned());
        if *self.observed.focus != focus {
            self.observed.focus = Arc::new(focus);
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
        let told = |account| TableUpdate::Identity(identity(account), Vec::new());
        let mut account = Account::new(Observed::default());
        assert!(!account.is_foreign(&told("1")), "nothing was known");
        account.observed.store.identity = identity("1");
        assert!(!account.is_foreign(&told("1")));
        assert!(account.is_foreign(&told("2")));
        assert!(!account.is_foreign(&TableUpdate::Identity(Table::default(), Vec::new())), "nobody is notified of");
    }
}
