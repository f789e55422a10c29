//! The whole state of the console. The screen is a function of it.

use std::collections::BTreeMap;

use jiff::{Timestamp, tz::TimeZone};

use super::account::Account;
use super::armed::Armed;
use super::charts_view::ChartsView;
use super::choices::{Choices, Settled};
use super::detail::Detail;
use super::drill::Drill;
use super::event_filter::EventFilter;
use super::event_log::EventLog;
use super::filter::Filter;
use super::list::ListState;
use super::log_view::LogView;
use super::messages::Messages;
use super::modal::Modal;
use super::opening::Opening;
use super::places::Places;
use super::run::Run;
use super::subject::{Item, Subject};
use super::tables::{Action, Context, List, Pane, Tables};
use super::tour::{Layout, Tour, Wallboard};
use crate::charts::{SeriesCache, Window};
use crate::config::Command;
use crate::keymap::Keymap;
use crate::model::Chain;
use crate::recording::{RecordingStatus, ReplayStatus};
use crate::resources::{AccountId, Kind};
use crate::view::Tone;

/// The whole state of the console.
#[derive(Debug)]
pub struct App {
    /// The selected account: the account of the selected thing.
    pub here: Account,
    /// The other watched accounts, in no order.
    pub elsewhere: Vec<Account>,
    /// The number of changes of models and tables so far. Lists are made again when it changes.
    pub revision: u64,
    /// The size of the terminal: columns and rows.
    pub size: (u16, u16),
    /// The time zone of the operator.
    pub zone: TimeZone,
    /// Does the console take the clicks of the mouse? Otherwise the terminal selects text with it.
    pub mouse: bool,
    /// The name of the theme that is in force.
    pub theme: String,
    /// The names of all themes.
    pub themes: Vec<String>,
    /// Is a plan confirmed by a key, instead of the typed name of its target?
    pub confirm_by_key: bool,
    /// All panes and actions.
    pub tables: Tables,
    /// The selected pane.
    pub pane: &'static Pane,
    /// The state of each pane's list, by the name of the pane.
    pub lists: BTreeMap<&'static str, ListState>,
    /// The open lineage. It is shown instead of the pane.
    pub detail: Option<Detail>,
    /// The thing that was marked for a comparison.
    pub marked: Option<Subject>,
    /// The places that were visited.
    pub places: Places,
    /// The open log. It is shown instead of the lineage or the pane.
    pub open_log: Option<LogView>,
    /// The open charts. They are shown instead of the lineage or the pane; a log is shown instead of them.
    pub open_charts: Option<ChartsView>,
    /// The window that charts open with: the last one.
    pub window: Window,
    /// The series that were read for charts.
    pub series: SeriesCache,
    /// The number of logs that were opened or read anew so far.
    pub(crate) log_tickets: u64,
    /// The open sheet.
    pub modal: Option<Modal>,
    /// The thing that is to be shown first, until it is found.
    pub opening: Option<Opening>,
    /// The log of events.
    pub log: EventLog,
    /// The filter of the log by kind and age.
    pub event_filter: EventFilter,
    /// The plans that were sent.
    pub runs: Vec<Run>,
    /// The rollbacks that wait until their endpoints can be changed.
    pub armed: Vec<Armed>,
    /// The model that was selected before the present pane, to select it again after a pane without rows.
    pub(crate) model_before: Option<String>,
    /// The message in the last row, shown until the next key.
    pub message: Option<(Tone, String)>,
    /// The messages so far.
    pub messages: Messages,
    /// The commands of the configuration.
    pub commands: Vec<Command>,
    /// The number of commands that were run so far.
    pub(crate) command_tickets: u64,
    /// The models that were told to be broken, and when.
    pub(crate) alerted: BTreeMap<(AccountId, String), Timestamp>,
    /// The layout of the screen.
    pub layout: Layout,
    /// The wallboard, if it is shown.
    pub wallboard: Option<Wallboard>,
    /// The tour, until it ends.
    pub tour: Option<Tour>,
    /// Are the alarms of auto scaling listed?
    pub show_scaling: bool,
    /// The drill, and the number of keys pressed in it.
    pub drill: Option<(Drill, u32)>,
    /// The state of the recording, if this session is recorded.
    pub recording: Option<RecordingStatus>,
    /// The state of the replay, if this is one.
    pub replay: Option<ReplayStatus>,
    /// The keymap.
    pub keymap: Keymap,
    /// The keys that can follow the pending ones, as a text.
    pub pending_keys: Option<String>,
    /// When the last key was pressed, or the console was started.
    pub(crate) last_key: Option<Timestamp>,
    /// Has the operator asked to quit?
    pub(crate) leaving: Leaving,
    /// The choices of earlier runs.
    pub(crate) recalled: Choices,
    /// The theme that this run began with.
    pub(crate) began_with: String,
    /// The settings of the configuration that the operator can change on the screen.
    pub(crate) settled: Settled,
}

/// Has the operator asked to quit?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Leaving {
    /// No.
    No,
    /// Yes, and then the console said that armed rollbacks end with it. The next time it ends.
    Warned,
    /// Yes. The program ends as soon as AWS has answered all calls.
    WhenSent,
}

impl App {
    /// Makes a console on these accounts. `here` is selected.
    #[must_use]
    pub fn new(tables: Tables, here: Account, elsewhere: Vec<Account>, keymap: Keymap) -> Self {
        Self {
            here,
            elsewhere,
            revision: 0,
            size: (80, 24),
            zone: TimeZone::UTC,
            mouse: true,
            theme: String::new(),
            themes: Vec::new(),
            confirm_by_key: false,
            tables,
            pane: tables.home,
            lists: BTreeMap::new(),
            detail: None,
            marked: None,
            places: Places::default(),
            open_log: None,
            open_charts: None,
            window: Window::default(),
            series: SeriesCache::default(),
            log_tickets: 0,
            modal: None,
            opening: None,
            log: EventLog::default(),
            event_filter: EventFilter::default(),
            runs: Vec::new(),
            armed: Vec::new(),
            model_before: None,
            message: None,
            messages: Messages::default(),
            commands: Vec::new(),
            command_tickets: 0,
            alerted: BTreeMap::new(),
            layout: Layout::default(),
            wallboard: None,
            tour: None,
            show_scaling: false,
            drill: None,
            recording: None,
            replay: None,
            keymap,
            pending_keys: None,
            last_key: None,
            leaving: Leaving::No,
            recalled: Choices::default(),
            began_with: String::new(),
            settled: Settled { mouse: true, ..Settled::default() },
        }
    }

    /// Is the pane itself on the screen? Otherwise a lineage, charts or a log are shown instead.
    #[must_use]
    pub fn shows_pane(&self) -> bool {
        self.open_log.is_none() && self.open_charts.is_none() && self.detail.is_none()
    }

    /// Returns the armed rollback of an endpoint.
    #[must_use]
    pub fn armed_for(&self, account: AccountId, endpoint: &str) -> Option<&Armed> {
        self.armed.iter().find(|armed| (armed.account, &*armed.rollback.endpoint) == (account, endpoint))
    }

    /// Returns the model with this name in the selected account.
    #[must_use]
    pub fn chain(&self, name: &str) -> Option<&Chain<'_>> {
        self.here.joined.chain(name)
    }

    /// Returns the selected thing: what the open charts are about, in the open lineage, otherwise in the list of the pane.
    #[must_use]
    pub fn subject(&self) -> Option<Subject> {
        if let Some(charts) = &self.open_charts {
            return Some(charts.subject.clone());
        }
        match &self.detail {
            Some(detail) => detail.selected.last().map(|item| self.here.subject(item.clone())),
            None => self.lists.get(self.pane.name).and_then(|l| l.selected.clone()),
        }
    }

    /// Returns the selected model, or the model of the selected thing.
    #[must_use]
    pub fn current_chain(&self) -> Option<&Chain<'_>> {
        if let Some(detail) = &self.detail {
            return self.chain(&detail.model);
        }
        self.chain_of(&self.subject()?)
    }

    /// Returns the model of a thing in any account.
    #[must_use]
    pub fn chain_of(&self, subject: &Subject) -> Option<&Chain<'_>> {
        self.account(subject.account)?.chain_of(&subject.item)
    }

    /// Returns the state of the selected pane's list.
    pub fn list_mut(&mut self) -> &mut ListState {
        self.lists.entry(self.pane.name).or_default()
    }

    /// Returns the prefix of a text about an account, such as `prod: `. Empty if only one account is watched.
    #[must_use]
    pub fn whose(&self, account: AccountId) -> String {
        self.account(account)
            .filter(|_| self.several())
            .map_or_else(String::new, |account| format!("{}: ", account.name))
    }

    /// Returns the name of the model of a thing.
    #[must_use]
    pub fn model_of(&self, subject: &Subject) -> Option<String> {
        self.chain_of(subject).map(|c| c.name.to_owned())
    }

    /// Returns the number of findings that wait for somebody, in all accounts.
    #[must_use]
    pub fn inbox(&self) -> usize {
        self.accounts().into_iter().map(Account::waiting).sum()
    }

    /// Returns the context of an action.
    #[must_use]
    pub fn context(&self) -> Context<'_> {
        Context { app: self, subject: self.subject(), chain: self.current_chain() }
    }

    /// Returns all accounts, in the order in which the user named them.
    #[must_use]
    pub fn accounts(&self) -> Vec<&Account> {
        let mut accounts: Vec<&Account> = std::iter::once(&self.here).chain(&self.elsewhere).collect();
        accounts.sort_by_key(|account| account.id);
        accounts
    }

    /// Is more than one account watched?
    #[must_use]
    pub fn several(&self) -> bool {
        !self.elsewhere.is_empty()
    }

    /// Returns the name of a thing. It is empty for what has none.
    #[must_use]
    pub fn name_of(&self, subject: &Subject) -> String {
        match (&subject.item, self.account(subject.account)) {
            (Item::Resource(Kind::Packages, id), Some(account)) => {
                let group = account.observed.store.packages.get(id).and_then(|package| package.group.clone());
                let number = crate::resources::arn_name(id);
                group.map_or_else(|| number.to_owned(), |group| format!("{group}/{number}"))
            }
            (Item::Resource(kind, id), Some(account)) => account.observed.store.table(*kind).title(id).into_owned(),
            (Item::Model(name), _) => name.to_string(),
            (Item::Stage(stage), _) => stage.name().to_owned(),
            _ => String::new(),
        }
    }

    /// Returns the names of all models of a thing, the worst first.
    #[must_use]
    pub fn models_of(&self, subject: &Subject) -> Vec<&str> {
        let account = self.account(subject.account);
        let owners = account.map(|account| account.chains_of(&subject.item)).unwrap_or_default();
        owners.into_iter().map(|chain| chain.name).collect()
    }

    /// Returns the account with this id.
    #[must_use]
    pub fn account(&self, id: AccountId) -> Option<&Account> {
        std::iter::once(&self.here).chain(&self.elsewhere).find(|account| account.id == id)
    }

    pub(crate) fn account_mut(&mut self, id: AccountId) -> Option<&mut Account> {
        std::iter::once(&mut self.here).chain(&mut self.elsewhere).find(|account| account.id == id)
    }

    /// Returns the account to which the filter of the list restricts it, even if it has no rows. `None` if the filter
    /// keeps rows of several accounts.
    #[must_use]
    pub fn filtered_account(&self) -> Option<AccountId> {
        let of_all = self.pane.list().is_some_and(|list| list.all_accounts);
        let list = self.lists.get(self.pane.name).filter(|_| of_all && self.several())?;
        let accounts = self.accounts();
        let filter = self.parse_filter(self.pane.list()?, &list.applied).ok()?;
        let mut kept = accounts.iter().filter(|account| filter.keeps_account(&account.name));
        let only = kept.next().filter(|_| kept.next().is_none())?;
        Some(only.id)
    }

    /// Parses the filter of a list.
    ///
    /// # Errors
    /// A sentence about a mistake in it.
    pub(crate) fn parse_filter(&self, list: &List, text: &str) -> Result<Filter, String> {
        let columns: Vec<&str> = list.columns.iter().map(|column| column.column.title).collect();
        let accounts = self.accounts();
        let names: Vec<&str> = accounts.iter().map(|account| &*account.name).collect();
        Filter::parse(text, &columns, &names)
    }

    /// Is a plan for this target running, in the selected account?
    #[must_use]
    pub fn changes(&self, target: &str) -> bool {
        self.runs.iter().any(|run| run.outcome.is_none() && run.account == self.here.id && run.plan.target == target)
    }

    /// Is the first pane selected?
    #[must_use]
    pub fn at_home(&self) -> bool {
        self.pane.name == self.tables.home.name
    }

    /// Returns the action that the key of an action runs at the selection: another one that is like it, if that one is
    /// about the selected thing or is the only one that is available.
    #[must_use]
    pub fn action_at(&self, name: &str, context: &Context<'_>) -> Option<&'static Action> {
        let own = self.action(name)?;
        let alike = || self.tables.actions.iter().filter(|action| action.like == Some(own.name));
        let able = |action: &&Action| (action.able)(context).is_ok();
        if context.is_on(own) {
            let instead = alike().filter(|action| !able(&own) && context.is_on(action)).find(able);
            return Some(instead.unwrap_or(own));
        }
        let other = alike().find(|action| context.is_on(action));
        Some(other.or_else(|| alike().find(able).filter(|_| !able(&own))).unwrap_or(own))
    }

    /// Returns the action with this name.
    #[must_use]
    pub fn action(&self, name: &str) -> Option<&'static Action> {
        self.tables.actions.iter().find(|action| action.name == name)
    }
}
