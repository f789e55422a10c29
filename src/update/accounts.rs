//! The accounts: polls and joins are applied to them, and the focus of their pollers is set.

use super::IDLE;
use crate::app::{Alert, App, Effect, FocusedOn, PAUSE};
use crate::aws::Usage;
use crate::intents::Remembered;
use crate::model::{Health, Joined};
use crate::resources::{AccountId, Focus, KeptEvent, Kind, Observed, Store, TableUpdate};
use crate::view::Tone;

impl App {
    /// Selects the account of the selected thing. While a sheet or a lineage is open the account stays, because their
    /// contents belong to it.
    pub(super) fn follow_cursor(&mut self) {
        let cursor = self.subject().map(|subject| subject.account);
        let account = cursor.or_else(|| self.filtered_account()).unwrap_or(self.here.id);
        if self.shows_pane() && account != self.here.id {
            self.visit(account);
        }
    }

    /// Selects an account.
    pub(crate) fn visit(&mut self, id: AccountId) {
        if let Some(there) = self.elsewhere.iter_mut().find(|account| account.id == id) {
            std::mem::swap(&mut self.here, there);
        }
    }

    /// Applies a poll to its account. The first poll that says who we are requests a review of unfinished intents.
    pub(super) fn take_update(&mut self, id: AccountId, update: TableUpdate) -> Option<Effect> {
        let identity = matches!(update, TableUpdate::Identity(..));
        let account = self.account_mut(id)?;
        let changes = account.take_update(update);
        let review = account.wants_review(identity);
        self.log.add_changes(id, changes);
        review.then_some(Effect::Review(id))
    }

    pub(super) fn take_usage(&mut self, id: AccountId, usage: Usage) {
        if let Some(account) = self.account_mut(id) {
            account.observed.on_demand = usage.on_demand;
            account.usage = usage;
        }
    }

    /// Replaces the tables of an account and adds events, for example those of an earlier run.
    pub fn begin_with(&mut self, id: AccountId, store: Store, news: Vec<KeptEvent>) {
        let Some(account) = self.account_mut(id) else { return };
        account.begin_with(store);
        self.log.restore(id, news);
        self.revision += 1;
        self.settle();
    }

    /// Removes all that is known of an account, because its rows belong to another one. An open plan or form is closed, its
    /// armed rollbacks are disarmed, freezes are in force again, and no change of the other account can be taken back.
    pub fn forget(&mut self, id: AccountId) {
        if self.here.id == id {
            self.modal = None;
        }
        for run in self.runs.iter_mut().filter(|run| run.account == id) {
            run.plan.inverse = None;
        }
        self.open_log.take_if(|view| view.account == id);
        self.open_charts.take_if(|view| view.subject.account == id);
        self.series.forget(id);
        self.armed.retain(|armed| armed.account != id);
        self.begin_with(id, Store::default(), Vec::new());
        if let Some(account) = self.account_mut(id) {
            account.remembered = Remembered::default();
            account.lifted.clear();
            account.denied.clear();
            account.simulated = None;
        }
        // Remove the changes, which only say that two accounts differ.
        self.log.forget(id);
        let text = "the rows were those of another account and were dropped".to_owned();
        self.message = Some((Tone::Warn, text));
    }

    /// Returns the tables of an account that have changed since they were last joined. The runtime joins them on
    /// another thread, because the join of a large account would delay keys, and returns the result as a message.
    pub fn to_join(&mut self) -> Option<(AccountId, Observed)> {
        let mut accounts = std::iter::once(&mut self.here).chain(&mut self.elsewhere);
        accounts.find_map(|account| Some((account.id, account.give_to_join()?)))
    }

    pub(super) fn take_joined(&mut self, id: AccountId, joined: Joined) -> Option<Effect> {
        let whose = self.whose(id);
        let mut accounts = std::iter::once(&mut self.here).chain(&mut self.elsewhere);
        let account = accounts.find(|account| account.id == id)?;
        let at = account.observed.at;
        let mut alerts = Vec::new();
        let changed = account.take_joined(joined);
        // A replay has its own events.
        for (chain, before) in changed.into_iter().filter(|_| self.replay.is_none()) {
            self.log.add_health(at, id, chain, before);
            let key = (id, chain.name.to_owned());
            let again = self.alerted.get(&key).is_some_and(|told| at.duration_since(*told) < PAUSE);
            if chain.health == Health::Critical && !again {
                let text = chain.worst().map(|worst| worst.text.clone()).unwrap_or_default();
                alerts.push(Alert { account: id, whose: whose.clone(), model: chain.name.to_owned(), text, at });
                self.alerted.insert(key, at);
            }
        }
        self.revision += 1;
        (!alerts.is_empty()).then_some(Effect::Alert(alerts))
    }

    /// Sets the focus of the pollers: selected and unhealthy things are read more often, and in detail.
    pub(super) fn refocus(&mut self) {
        let revision = self.revision;
        let absent = self.last_key.is_some_and(|at| self.here.observed.at.as_second() - at.as_second() > IDLE);
        // A wallboard is looked at without a key.
        let idle = absent && self.wallboard.is_none();
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
            kinds: Kind::ALL.iter().copied().filter(|kind| (self.pane.kinds)(*kind)).collect(),
            broken: self.here.joined.chains().iter().any(|chain| chain.health == Health::Critical),
            idle,
            ..Focus::default()
        };
        if let Some(chain) = self.current_chain() {
            let configured = chain.configured.and_then(|at| self.here.observed.preferences.models.get(at));
            focus.model = configured.map(|model| model.name.clone());
            let open = self.detail.is_some();
            focus.project = chain.project_name(&self.here.observed.store).filter(|_| open).map(str::to_owned);
            focus.endpoints.extend(chain.serving.iter().map(|s| s.endpoint.to_owned()));
            focus.selected = focus.endpoints.len();
            focus.pipelines.extend(chain.pipelines.iter().map(|&name| name.to_owned()));
            focus.groups.extend(chain.group.map(str::to_owned));
            focus.datasets.extend(chain.datasets.iter().map(|&uri| uri.to_owned()));
        }
        let of_kind = |kind| Some(subject.as_ref()?.item.of_kind(kind)?.to_owned());
        focus.packages.extend(of_kind(Kind::Packages));
        focus.jobs.extend(of_kind(Kind::Jobs));
        focus.other_jobs.extend(of_kind(Kind::OtherJobs));
        let step = of_kind(Kind::Steps).and_then(|id| self.here.observed.store.steps.get(&id)?.made.other_job());
        focus.other_jobs.extend(step.map(str::to_ascii_lowercase));
        focus.subject = subject.as_ref().and_then(|s| s.item.resource()).map(|(kind, id)| (kind, id.to_owned()));
        self.here.attend(focus);
    }
}
