//! The state of the console, and the one function that changes it.
//!
//! `update` takes one message, never waits, and hands back at most one effect for the runtime.

mod account;
mod ask;
mod deck;
mod detail;
mod drill;
mod feed;
mod filter;
mod form;
mod leave;
mod list;
mod modal;
mod palette;
mod pick;
mod runs;
pub(crate) mod search;
mod subject;
mod tables;
mod typing;

use std::collections::BTreeMap;

use crossterm::event::KeyEvent;
use jiff::{Timestamp, tz::TimeZone};

use crate::actions::{self, Context};
use crate::aws::{OnDeck, Usage};
use crate::intents::{AnyIntent, Outcome, Plan, Progress, Refusal, Unfinished};
use crate::keymap::{self, Keymap, Mode, Press};
use crate::model::{Chain, Joined};
use crate::panes::{self, Pane};
use crate::resources::Snapshot;
use crate::view::{Tone, is_readable};

pub use account::Account;
pub use ask::Ask;
pub use deck::Replay;
pub use detail::Detail;
pub use drill::Drill;
pub use feed::{Feed, KeptNews, News};
pub(crate) use filter::{Filter, of_account};
pub use form::{Field, Form};
use leave::Leaving;
pub use list::ListState;
pub(crate) use modal::plan;
pub use modal::{Help, Modal, Notice, Planning};
pub use palette::Palette;
pub use pick::{Pick, Place};
pub use runs::Run;
pub use search::Search;
pub use subject::Subject;
pub(crate) use subject::node_id;

/// Seconds that a changed row glows.
const GLOW: i64 = 2;
/// Seconds without a key after which nobody is there.
const IDLE: i64 = 15 * 60;

/// Something happened. Accounts are named by their place.
#[derive(Debug)]
pub enum Msg {
    /// A key was pressed.
    Key(KeyEvent),
    /// Text was pasted.
    Paste(String),
    /// The terminal has this many columns and rows now.
    Size(u16, u16),
    /// Time went on.
    Tick(Timestamp),
    /// A poll of an account was answered.
    Polled(usize, Snapshot),
    /// The tables of an account were joined, as they were when that was asked for.
    Joined(usize, Box<Joined>),
    /// What the calls to an account amount to.
    Usage(usize, Usage),
    /// A plan for an account was made, or not.
    Planned(usize, AnyIntent, Result<Box<Plan>, Refusal>),
    /// A plan is being made for this account and waits, because AWS throttles its calls. The text says for what.
    PlanWaits(usize, AnyIntent, String),
    /// What a drill asks for, and whether it was done.
    Drill(Drill),
    /// How a recording or a replay stands.
    Deck(OnDeck),
    /// A plan under way made progress: its id, and what.
    Progress(String, Progress),
    /// All calls of a plan were answered, or given up: its id.
    AllSent(String),
    /// A plan ended: its id, and how.
    Ended(String, Outcome),
    /// What became of intents in an account whose end was never seen.
    Reviewed(usize, Vec<Unfinished>),
    /// Somebody outside told the program to end.
    Leave,
}

/// What the runtime must do now: the only way out of `update`. Accounts are named by their place.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Leave.
    Quit,
    /// Stop until somebody lets the program go on.
    Suspend,
    /// Poll everything of an account now.
    Refresh(usize),
    /// Make a plan for an account.
    Plan(usize, AnyIntent),
    /// Look what became of intents in an account whose end was never seen.
    Review(usize),
    /// Carry out a confirmed plan in an account.
    Run(usize, Box<Plan>),
    /// Put a text into the clipboard.
    Copy(String),
    /// Do something to the replay.
    Replay(Replay),
}

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
    pub lenient: bool,
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
    /// A recording under way, or a replay.
    pub deck: Option<OnDeck>,
    /// Keys to actions.
    pub keymap: Keymap,
    /// What may follow the keys pressed so far.
    pub pending_keys: Option<String>,
    /// When a key was pressed last, or the console was started.
    last_key: Option<Timestamp>,
    /// Was leaving asked for?
    leaving: Leaving,
    /// A replay went back, and what is read since may not be all.
    rewound: bool,
}

impl App {
    /// A console on these accounts, with the cursor in the first of them.
    #[must_use]
    pub fn new(here: Account, elsewhere: Vec<Account>, keymap: Keymap) -> Self {
        Self {
            here,
            elsewhere,
            revision: 0,
            size: (80, 24),
            zone: TimeZone::UTC,
            lenient: false,
            pane: panes::home(),
            lists: BTreeMap::new(),
            detail: None,
            modal: None,
            feed: Feed::default(),
            runs: Vec::new(),
            message: None,
            show_scaling: false,
            drill: None,
            deck: None,
            keymap,
            pending_keys: None,
            last_key: None,
            leaving: Leaving::No,
            rewound: false,
        }
    }

    /// Takes in one message.
    pub fn update(&mut self, msg: Msg) -> Option<Effect> {
        let effect = match msg {
            Msg::Key(key) => self.key(key),
            Msg::Paste(text) => {
                self.paste(&text);
                None
            }
            Msg::Size(columns, rows) => {
                self.size = (columns, rows);
                None
            }
            Msg::Tick(now) => {
                self.tick(now);
                None
            }
            Msg::Polled(place, snapshot) => {
                let identity = matches!(snapshot, Snapshot::Identity(..));
                self.polled(place, snapshot);
                let review = self.account_mut(place).is_some_and(|account| account.wants_review(identity));
                review.then_some(Effect::Review(place))
            }
            Msg::Joined(place, joined) => {
                self.take_joined(place, *joined);
                None
            }
            Msg::Usage(place, usage) => {
                if let Some(account) = self.account_mut(place) {
                    account.usage = usage;
                }
                None
            }
            Msg::Planned(place, intent, result) => self.planned(place, &intent, result),
            Msg::PlanWaits(place, intent, text) => {
                self.plan_waits(place, &intent, text);
                None
            }
            Msg::Drill(drill) => {
                drill::told(self, drill);
                None
            }
            Msg::Deck(deck) => {
                deck::told(self, deck);
                None
            }
            Msg::Progress(id, progress) => {
                self.progress(&id, progress);
                None
            }
            Msg::AllSent(id) => {
                self.all_sent(&id);
                None
            }
            Msg::Ended(id, outcome) => self.ended(&id, outcome),
            Msg::Reviewed(place, unfinished) => {
                self.reviewed(place, &unfinished);
                None
            }
            Msg::Leave => Some(Effect::Quit),
        };
        self.settle();
        leave::decide(self, effect)
    }

    fn tick(&mut self, now: Timestamp) {
        self.last_key.get_or_insert(now);
        self.here.tick(now);
        self.elsewhere.iter_mut().for_each(|account| account.tick(now));
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
            Some(detail) => detail.selected.last().and_then(|id| Subject::parse(self.here.place, id)),
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
        self.account(subject.account)?.chain_of(subject)
    }

    /// Selection, order and filter of the pane that is shown.
    pub fn list_mut(&mut self) -> &mut ListState {
        self.lists.entry(self.pane.name).or_default()
    }

    /// Shows a pane, with the cursor on something of the model that was looked at.
    pub fn go(&mut self, pane: &'static Pane) {
        let model = self.current_chain().map(|c| c.name.to_owned());
        (self.pane, self.detail) = (pane, None);
        self.settle();
        if let Some(model) = model {
            list::select_first_of(self, &model);
        }
    }

    fn key(&mut self, key: KeyEvent) -> Option<Effect> {
        self.message = None;
        self.pending_keys = None;
        self.last_key = Some(self.here.seen.at);
        drill::key(self);
        if !is_readable(self.size) {
            return self.key_unseen(key);
        }
        if self.modal.is_some() {
            return modal::key(self, key);
        }
        if self.detail.as_ref().is_some_and(|detail| detail.search.typing) {
            return search::key(self, key);
        }
        if self.detail.is_none() && self.list_mut().typing {
            return list::filter_key(self, key);
        }
        let before = self.keymap.pending();
        match self.keymap.press(Mode::Keys, key) {
            Press::Action(name) => actions::run(self, name),
            Press::Pending(follow) => {
                let follow: Vec<String> = follow.iter().map(|(key, action)| format!("{key} {action}")).collect();
                self.pending_keys = Some(format!("{} …  {}", self.keymap.pending(), follow.join("   ")));
                None
            }
            Press::None => {
                self.message = keymap::Key::of(key).map(|key| (Tone::Plain, self.means_nothing(&before, key)));
                None
            }
        }
    }

    /// Why a key did nothing, and what tells the others.
    fn means_nothing(&self, before: &str, key: keymap::Key) -> String {
        let keys = if before.is_empty() { key.to_string() } else { format!("{before} {key}") };
        let help = self.keymap.key_for("help").map(|help| format!("; {help} tells all keys"));
        format!("{keys} does nothing{}", help.unwrap_or_default())
    }

    /// A key where nothing can be read: it may leave, and answers nothing that cannot be seen.
    fn key_unseen(&mut self, key: KeyEvent) -> Option<Effect> {
        match self.keymap.press(Mode::Keys, key) {
            Press::Action("quit") => actions::run(self, "quit"),
            Press::Action(_) | Press::Pending(_) | Press::None => None,
        }
    }

    /// After every message: the lists fit the tables, the cursor is on something, the focus is what is looked at.
    /// Under an open sheet the rows stay as they are, and with them what the sheet is about.
    fn settle(&mut self) {
        list::settle(self);
        if self.modal.is_none() {
            self.follow_cursor();
        }
        modal::settle(self);
        panes::lineage::settle(self);
        self.refocus();
    }

    /// `prod: `, before what is said of one of several accounts.
    #[must_use]
    pub fn whose(&self, place: usize) -> String {
        self.account(place).filter(|_| self.several()).map_or_else(String::new, |account| format!("{}: ", account.name))
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
}
