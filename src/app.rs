//! The state of the console, and the one function that changes it.
//!
//! `update` takes one message, never waits, and hands back at most one effect for the runtime.

mod drill;
mod feed;
mod form;
mod list;
mod modal;
mod runs;
mod subject;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crossterm::event::KeyEvent;
use jiff::{Timestamp, tz::TimeZone};

use crate::actions::{self, Context};
use crate::aws::Usage;
use crate::intents::{AnyIntent, Outcome, Plan, Progress, Refusal};
use crate::keymap::{Keymap, Mode, Press};
use crate::model::{Chain, Health, Hears, chains, hears};
use crate::panes::{self, Pane};
use crate::resources::{Focus, Seen, Snapshot};
use crate::view::Tone;

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
    /// What the calls amount to.
    Usage(Usage),
    /// A plan was made, or not.
    Planned(AnyIntent, Result<Box<Plan>, Refusal>),
    /// What a drill asks for, and whether it was done.
    Drill(Drill),
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
}

/// Everything that the screen is a function of.
#[derive(Debug)]
pub struct App {
    /// The tables, the configuration, the time, the focus.
    pub seen: Seen,
    /// The models, worst first.
    pub chains: Vec<Chain>,
    /// Who hears of the alarms that call nothing themselves, by the alarm's name.
    pub hears: BTreeMap<String, Hears>,
    /// Counts the changes of `chains` and tables; lists are made anew when it moves.
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
    /// Keys to actions.
    pub keymap: Keymap,
    /// What may follow the keys pressed so far.
    pub pending_keys: Option<String>,
    /// What changed a moment ago, and when that was seen.
    changed: BTreeMap<Subject, Timestamp>,
    /// Chains are judged anew when this has passed, as time alone makes data old.
    judged: Timestamp,
}

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
            chains: Vec::new(),
            hears: BTreeMap::new(),
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
            keymap,
            pending_keys: None,
            changed: BTreeMap::new(),
            judged,
        };
        app.join();
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
                if now.as_second() - self.judged.as_second() >= 15 {
                    self.join();
                }
                None
            }
            Msg::Polled(snapshot) => {
                self.polled(snapshot);
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
            Msg::Progress(id, progress) => {
                self.progress(&id, progress);
                None
            }
            Msg::Ended(id, outcome) => self.ended(&id, outcome),
        };
        self.settle();
        effect
    }

    /// The model of this name.
    #[must_use]
    pub fn chain(&self, name: &str) -> Option<&Chain> {
        self.chains.iter().find(|c| c.name == name)
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

    fn polled(&mut self, snapshot: Snapshot) {
        let before: BTreeMap<String, Health> = self.chains.iter().map(|c| (c.name.clone(), c.health)).collect();
        let changes = self.seen.store.apply(snapshot);
        self.feed.take(&changes);
        let at = self.seen.at;
        self.changed.retain(|_, since| at.as_second() - since.as_second() < GLOW);
        self.changed.extend(changes.into_iter().map(|c| (Subject::new(c.kind, c.id), at)));
        self.join();
        if self.seen.store.sources().iter().any(|source| source.state == "waiting") {
            // While something was never read, a health says more about that than about the model.
            return;
        }
        for chain in &self.chains {
            let old = before.get(&chain.name).copied().unwrap_or_default();
            if old != chain.health && !matches!(old, Health::Absent | Health::Unknown) {
                self.feed.health(self.seen.at, chain, old);
            }
        }
    }

    /// Joins the tables anew.
    fn join(&mut self) {
        self.judged = self.seen.at;
        self.chains = chains(&self.seen);
        self.hears = hears(&self.seen.store);
        self.revision += 1;
    }

    /// After every message: the lists fit the tables, the cursor is on something, the focus is what is looked at.
    fn settle(&mut self) {
        list::settle(self);
        self.refocus();
    }

    /// Metrics are fetched for what is looked at and for what is not well.
    fn refocus(&mut self) {
        let mut focus = Focus::default();
        let looked_at = self.current_chain().map(|c| c.name.clone());
        for chain in &self.chains {
            if chain.health >= Health::Warning || Some(&chain.name) == looked_at.as_ref() {
                focus.endpoints.extend(chain.serving.iter().map(|s| s.endpoint.clone()));
            }
        }
        match self.subject() {
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
        self.chains.iter().flat_map(|c| &c.reasons).filter(|r| r.rule == "waits").count()
    }

    /// What actions may look at.
    #[must_use]
    pub fn context(&self) -> Context<'_> {
        Context { app: self, subject: self.subject(), chain: self.current_chain() }
    }
}
