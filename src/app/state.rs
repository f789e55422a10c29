//! Everything that the screen is a function of.

use std::collections::BTreeMap;

use jiff::{Timestamp, tz::TimeZone};

use super::account::Account;
use super::detail::Detail;
use super::drill::Drill;
use super::feed::Feed;
use super::filter::Filter;
use super::list::ListState;
use super::modal::Modal;
use super::run::Run;
use super::subject::Subject;
use super::tables::{Action, Context, Pane, Tables};
use crate::keymap::Keymap;
use crate::model::Chain;
use crate::recording::{RecordingStatus, ReplayStatus};
use crate::resources::AccountId;
use crate::view::Tone;

/// Everything that the screen is a function of.
#[derive(Debug)]
pub struct App {
    /// The account that is looked at: that of what the cursor is on.
    pub here: Account,
    /// The others that are watched, in no order.
    pub elsewhere: Vec<Account>,
    /// Counts the changes of models and tables; lists are made anew when it moves.
    pub revision: u64,
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    /// Where the operator is.
    pub zone: TimeZone,
    /// A plan may be sent by a key instead of the typed name.
    pub confirm_by_key: bool,
    /// All panes and actions.
    pub tables: Tables,
    /// The pane that is shown.
    pub pane: &'static Pane,
    /// Selection, order and filter of each pane.
    pub lists: BTreeMap<&'static str, ListState>,
    /// The thing whose lineage is open, on top of the pane.
    pub detail: Option<Detail>,
    /// The sheet over the screen.
    pub modal: Option<Modal>,
    /// What happened lately.
    pub feed: Feed,
    /// Plans that were sent.
    pub runs: Vec<Run>,
    /// What just happened, until the next key.
    pub message: Option<(Tone, String)>,
    /// Are auto scaling's alarms listed?
    pub show_scaling: bool,
    /// The drill that is played, and the keys pressed in it.
    pub drill: Option<(Drill, u32)>,
    /// How the recording under way stands, if this is recorded.
    pub recording: Option<RecordingStatus>,
    /// How the replay stands, if this is one.
    pub replay: Option<ReplayStatus>,
    /// Keys to actions.
    pub keymap: Keymap,
    /// What may follow the keys pressed so far.
    pub pending_keys: Option<String>,
    /// When a key was pressed last, or the console was started.
    pub(crate) last_key: Option<Timestamp>,
    /// Was leaving asked for?
    pub(crate) leaving: Leaving,
}

/// Was leaving asked for?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Leaving {
    /// No.
    No,
    /// Yes; the program ends as soon as AWS has answered all calls.
    WhenSent,
}

impl App {
    /// A console on these accounts, with the cursor in the first of them.
    #[must_use]
    pub fn new(tables: Tables, here: Account, elsewhere: Vec<Account>, keymap: Keymap) -> Self {
        Self {
            here,
            elsewhere,
            revision: 0,
            size: (80, 24),
            zone: TimeZone::UTC,
            confirm_by_key: false,
            tables,
            pane: tables.home,
            lists: BTreeMap::new(),
            detail: None,
            modal: None,
            feed: Feed::default(),
            runs: Vec::new(),
            message: None,
            show_scaling: false,
            drill: None,
            recording: None,
            replay: None,
            keymap,
            pending_keys: None,
            last_key: None,
            leaving: Leaving::No,
        }
    }

    /// The model of this name in the account that is looked at.
    #[must_use]
    pub fn chain(&self, name: &str) -> Option<&Chain<'_>> {
        self.here.joined.chain(name)
    }

    /// What the cursor is on: in the open lineage, otherwise in the pane.
    #[must_use]
    pub fn subject(&self) -> Option<Subject> {
        match &self.detail {
            Some(detail) => detail.selected.last().map(|item| self.here.subject(item.clone())),
            None => self.lists.get(self.pane.name).and_then(|l| l.selected.clone()),
        }
    }

    /// The model that the cursor is on, or that what it is on belongs to.
    #[must_use]
    pub fn current_chain(&self) -> Option<&Chain<'_>> {
        if let Some(detail) = &self.detail {
            return self.chain(&detail.model);
        }
        self.chain_of(&self.subject()?)
    }

    /// The model that a thing belongs to, in whichever account.
    #[must_use]
    pub fn chain_of(&self, subject: &Subject) -> Option<&Chain<'_>> {
        self.account(subject.account)?.chain_of(&subject.item)
    }

    /// Selection, order and filter of the pane that is shown.
    pub fn list_mut(&mut self) -> &mut ListState {
        self.lists.entry(self.pane.name).or_default()
    }

    /// `prod: `, before what is said of one of several accounts.
    #[must_use]
    pub fn whose(&self, account: AccountId) -> String {
        self.account(account)
            .filter(|_| self.several())
            .map_or_else(String::new, |account| format!("{}: ", account.name))
    }

    /// Name of the model that a thing belongs to.
    #[must_use]
    pub fn model_of(&self, subject: &Subject) -> Option<String> {
        self.chain_of(subject).map(|c| c.name.to_owned())
    }

    /// How many versions wait for somebody.
    #[must_use]
    pub fn inbox(&self) -> usize {
        self.accounts().iter().map(|account| account.joined.waiting()).sum()
    }

    /// What actions may look at.
    #[must_use]
    pub fn context(&self) -> Context<'_> {
        Context { app: self, subject: self.subject(), chain: self.current_chain() }
    }

    /// All accounts, in the order in which the user named them.
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

    /// Names of all models that a thing belongs to, the worst first.
    #[must_use]
    pub fn models_of(&self, subject: &Subject) -> String {
        let account = self.account(subject.account);
        let owners = account.map(|account| account.chains_of(&subject.item)).unwrap_or_default();
        owners.into_iter().map(|chain| chain.name).collect::<Vec<_>>().join(", ")
    }

    /// One of the accounts.
    #[must_use]
    pub fn account(&self, id: AccountId) -> Option<&Account> {
        std::iter::once(&self.here).chain(&self.elsewhere).find(|account| account.id == id)
    }

    pub(crate) fn account_mut(&mut self, id: AccountId) -> Option<&mut Account> {
        std::iter::once(&mut self.here).chain(&mut self.elsewhere).find(|account| account.id == id)
    }

    /// The only account whose models the filter of their list keeps, whether it has any or not.
    #[must_use]
    pub fn filtered_account(&self) -> Option<AccountId> {
        let of_all = self.pane.list().is_some_and(|list| list.all_accounts);
        let list = self.lists.get(self.pane.name).filter(|_| of_all && self.several())?;
        let accounts = self.accounts();
        let names: Vec<&str> = accounts.iter().map(|account| &*account.name).collect();
        let filter = Filter::new(list.filter.text(), &names);
        let mut kept = accounts.iter().filter(|account| filter.keeps_account(&account.name));
        let only = kept.next().filter(|_| kept.next().is_none())?;
        Some(only.id)
    }

    /// Is a thing being changed from here, in the account that is looked at?
    #[must_use]
    pub fn changes(&self, target: &str) -> bool {
        self.runs.iter().any(|run| run.outcome.is_none() && run.account == self.here.id && run.plan.target == target)
    }

    /// Is the pane shown that is shown first?
    #[must_use]
    pub fn at_home(&self) -> bool {
        self.pane.name == self.tables.home.name
    }

    /// The action of this name.
    #[must_use]
    pub fn action(&self, name: &str) -> Option<&'static Action> {
        self.tables.actions.iter().find(|action| action.name == name)
    }
}
