//! The state of the console, and the one function that changes it.
//!
//! `update` takes one message, never waits, and hands back at most one effect for the runtime.

mod deck;
mod drill;
mod feed;
mod form;
mod list;
mod modal;
mod runs;
mod subject;
mod tables;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crossterm::event::KeyEvent;
use jiff::{Timestamp, tz::TimeZone};

use crate::actions::{self, Context};
use crate::aws::{OnDeck, Usage};
use crate::intents::{AnyIntent, Outcome, Plan, Progress, Refusal};
use crate::keymap::{Keymap, Mode, Press};
use crate::model::{Chain, Joined, join};
use crate::panes::{self, Pane};
use crate::resources::{Seen, Snapshot};
use crate::view::Tone;

pub use deck::Replay;
pub use drill::Drill;
pub use feed::{Feed, News};
pub use form::{Field, Form};
pub use list::ListState;
pub(crate) use modal::plan;
pub use modal::{Ask, Modal, Notice, Palette};
pub use runs::Run;
pub use subject::Subject;

/// Seconds that a changed row glows.
const GLOW: i64 = 2;
/// Seconds without a key after which nobody is there.
const IDLE: i64 = 15 * 60;

/// Something happened.
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
    /// A poll was answered.
    Polled(Snapshot),
    /// The tables were joined, as they were when that was asked for.
    Joined(Box<Joined>),
    /// What the calls amount to.
    Usage(Usage),
    /// A plan was made, or not.
    Planned(AnyIntent, Result<Box<Plan>, Refusal>),
    /// What a drill asks for, and whether it was done.
    Drill(Drill),
    /// How a recording or a replay stands.
    Deck(OnDeck),
    /// A plan under way made progress: its id, and what.
    Progress(String, Progress),
    /// A plan ended: its id, and how.
    Ended(String, Outcome),
}

/// What the runtime must do now: the only way out of `update`.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Leave.
    Quit,
    /// Stop until somebody lets the program go on.
    Suspend,
    /// Poll everything now.
    Refresh,
    /// Make a plan.
    Plan(AnyIntent),
    /// Carry out a confirmed plan.
    Run(Box<Plan>),
    /// Put a text into the clipboard.
    Copy(String),
    /// Do something to the replay.
    Replay(Replay),
}

/// Everything that the screen is a function of.
#[expect(clippy::struct_excessive_bools, reason = "each is a setting or a fact of its own")]
#[derive(Debug)]
pub struct App {
    /// The tables, the configuration, the time, the focus.
    pub seen: Seen,
    /// The models, and what is looked up in them.
    pub joined: Arc<Joined>,
    /// Counts the changes of `joined` and tables; lists are made anew when it moves.
    pub revision: u64,
    /// What the calls amount to.
    pub usage: Usage,
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    /// Where the operator is.
    pub zone: TimeZone,
    /// Region, for the header.
    pub region: String,
    /// What the header calls the account: `DEMO` for the simulated one.
    pub label: Option<String>,
    /// Refuses writes with this reason.
    pub read_only: bool,
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
    /// What changed a moment ago, and when that was seen.
    changed: BTreeMap<Subject, Timestamp>,
    /// Chains are judged anew when this has passed, as time alone makes data old.
    judged: Timestamp,
    /// The tables changed since they were last given to be joined.
    unjoined: bool,
    /// When a key was pressed last, or the console was started.
    last_key: Option<Timestamp>,
    /// What the focus was made from.
    focused: Option<FocusedOn>,
    /// A replay went back, and what is read since may not be all.
    rewound: bool,
}

/// What the focus depends on: revision, pane, whether nobody is there, open lineage, what the cursor is on.
type FocusedOn = (u64, &'static str, bool, Option<String>, Option<Subject>);

/// An open lineage.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Detail {
    /// Name of the model.
    pub model: String,
    /// Path of node ids to the selected node.
    pub selected: Vec<String>,
    /// Paths of the nodes that are closed.
    pub closed: BTreeSet<Vec<String>>,
    /// Facts scrolled away.
    pub scroll: usize,
}

impl App {
    /// A console that has seen nothing yet.
    #[must_use]
    pub fn new(seen: Seen, keymap: Keymap) -> Self {
        let judged = seen.at;
        let mut app = Self {
            seen,
            joined: Arc::default(),
            revision: 0,
            usage: Usage::default(),
            size: (80, 24),
            zone: TimeZone::UTC,
            region: String::new(),
            label: None,
            read_only: false,
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
            changed: BTreeMap::new(),
            judged,
            unjoined: false,
            last_key: None,
            focused: None,
            rewound: false,
        };
        app.joined = Arc::new(join(&app.seen));
        app
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
                self.seen.at = now;
                self.last_key.get_or_insert(now);
                self.unjoined |= now.as_second() - self.judged.as_second() >= 15;
                None
            }
            Msg::Polled(snapshot) => {
                self.polled(snapshot);
                None
            }
            Msg::Joined(joined) => {
                self.take_joined(*joined);
                None
            }
            Msg::Usage(usage) => {
                self.usage = usage;
                None
            }
            Msg::Planned(intent, result) => {
                self.planned(&intent, result);
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
            Msg::Ended(id, outcome) => self.ended(&id, outcome),
        };
        self.settle();
        effect
    }

    /// The models, worst first.
    #[must_use]
    pub fn chains(&self) -> &[Chain] {
        self.joined.chains()
    }

    /// The model of this name.
    #[must_use]
    pub fn chain(&self, name: &str) -> Option<&Chain> {
        self.joined.chain(name)
    }

    /// What the cursor is on: in the open lineage, otherwise in the pane.
    #[must_use]
    pub fn subject(&self) -> Option<Subject> {
        match &self.detail {
            Some(detail) => detail.selected.last().and_then(|id| Subject::parse(id)),
            None => self.lists.get(self.pane.name).and_then(|l| l.selected.clone()),
        }
    }

    /// The model that the cursor is on, or that what it is on belongs to.
    #[must_use]
    pub fn current_chain(&self) -> Option<&Chain> {
        if let Some(detail) = &self.detail {
            return self.chain(&detail.model);
        }
        subject::chain_of(self, &self.subject()?)
    }

    /// Selection, order and filter of the pane that is shown.
    pub fn list_mut(&mut self) -> &mut ListState {
        self.lists.entry(self.pane.name).or_default()
    }

    /// Shows a pane, with the cursor on something of the model that was looked at.
    pub fn go(&mut self, pane: &'static Pane) {
        let model = self.current_chain().map(|c| c.name.clone());
        (self.pane, self.detail) = (pane, None);
        self.settle();
        if let Some(model) = model {
            list::select_first_of(self, &model);
        }
    }

    fn key(&mut self, key: KeyEvent) -> Option<Effect> {
        self.message = None;
        self.pending_keys = None;
        self.last_key = Some(self.seen.at);
        drill::key(self);
        if self.modal.is_some() {
            return modal::key(self, key);
        }
        if self.list_mut().typing {
            return list::filter_key(self, key);
        }
        match self.keymap.press(Mode::Keys, key) {
            Press::Action(name) => actions::run(self, name),
            Press::Pending(follow) => {
                let follow: Vec<String> = follow.iter().map(|(key, action)| format!("{key} {action}")).collect();
                self.pending_keys = Some(format!("{} …  {}", self.keymap.pending(), follow.join("   ")));
                None
            }
            Press::None => None,
        }
    }

    fn paste(&mut self, text: &str) {
        let one_line: String = text.chars().filter(|c| !c.is_control()).take(4096).collect();
        if self.modal.is_some() {
            modal::paste(self, &one_line);
        } else if self.list_mut().typing {
            self.list_mut().filter.push_str(&one_line);
        }
    }

    /// After every message: the lists fit the tables, the cursor is on something, the focus is what is looked at.
    fn settle(&mut self) {
        list::settle(self);
        self.refocus();
    }

    /// Did it change a moment ago?
    #[must_use]
    pub fn changed(&self, subject: &Subject) -> bool {
        self.changed.get(subject).is_some_and(|at| self.seen.at.as_second() - at.as_second() < GLOW)
    }

    /// Name of the model that a thing belongs to.
    #[must_use]
    pub fn model_of(&self, subject: &Subject) -> Option<String> {
        subject::chain_of(self, subject).map(|c| c.name.clone())
    }

    /// How many versions wait for somebody.
    #[must_use]
    pub fn inbox(&self) -> usize {
        self.joined.waiting()
    }

    /// What actions may look at.
    #[must_use]
    pub fn context(&self) -> Context<'_> {
        Context { app: self, subject: self.subject(), chain: self.current_chain() }
    }
}
