//! The functions that change the state of the console. They are synchronous and use no clock, no files and no AWS
//! client.
//!
//! [`App::update`] takes one message and returns at most one effect for the runtime. Everything that the operator can
//! do is in one table, [`ACTIONS`]: keys, palette, help and documents use it.

mod accounts;
mod actions;
mod activity;
mod armed;
mod cause;
mod changes;
mod charts;
mod commands;
mod compare;
mod copy;
mod drill;
mod export;
mod freeze;
mod leave;
mod lineage;
mod list;
mod login;
mod logs;
mod menu;
mod messages;
mod modal;
mod mouse;
mod navigate;
mod opening;
mod places;
mod remembered;
mod replay;
mod run_action;
mod runs;
mod search;
mod seen;
mod tour;
mod typing;

use crossterm::event::{KeyCode, KeyEvent};
use jiff::Timestamp;
use run_action::run_action;

use crate::app::{App, Effect, Msg, Pane, Tables};
use crate::keymap::{self, Press};
use crate::panes::{self, PANES};
use crate::view::{Tone, is_readable};

pub use actions::{ACTIONS, NAMES};

/// The panes and actions of the program.
pub static TABLES: Tables = Tables { home: panes::HOME, panes: PANES, actions: ACTIONS };

/// The time in seconds without a key after which the operator is considered absent.
const IDLE: i64 = 15 * 60;

impl App {
    /// Handles one message.
    pub fn update(&mut self, msg: Msg) -> Option<Effect> {
        let before = if messages::is_typed(&msg) { None } else { self.message.clone() };
        let effect = self.apply(msg);
        self.settle();
        messages::keep(self, before.as_ref());
        leave::decide(self, effect)
    }

    fn apply(&mut self, msg: Msg) -> Option<Effect> {
        match msg {
            Msg::Key(key) => return self.key(key),
            Msg::Mouse(event, twice) => return mouse::handle(self, event, twice),
            Msg::Polled(place, snapshot) => return self.take_update(place, snapshot),
            Msg::Planned(place, intent, result) => return self.show_plan(place, &intent, result),
            Msg::Ended(id, outcome) => return self.finish_run(&id, outcome),
            Msg::Steady(place, endpoint, planned) => return self.fire(place, &endpoint, planned),
            Msg::Leave => return Some(Effect::Quit),
            Msg::Paste(text) => self.paste(&text),
            Msg::Size(columns, rows) => self.size = (columns, rows),
            Msg::Tick(now) => self.tick(now),
            Msg::Joined(place, joined) => {
                let alert = self.take_joined(place, *joined);
                opening::follow(self);
                return alert;
            }
            Msg::Usage(place, usage) => self.take_usage(place, usage),
            Msg::PlanWaits(place, intent, text) => self.plan_waits(place, &intent, text),
            Msg::Log(update) => self.take_log(update),
            Msg::Charts(update) => self.take_charts(*update),
            Msg::Drill(drill) => drill::take(self, drill),
            Msg::Recording(status) => replay::take_status(self, status),
            Msg::Played(played) => replay::take_played(self, *played),
            Msg::Progress(id, progress) => self.progress(&id, progress),
            Msg::AllSent(id) => self.all_sent(&id),
            Msg::Reviewed(place, unfinished) => self.show_unfinished(place, &unfinished),
            #[cfg(feature = "iam")]
            Msg::Simulated(place, denied) => self.take_simulated(place, denied),
            Msg::FreezeLifted(place, name, journalled) => self.lift_freeze(place, &name, journalled),
            Msg::Remembered(place, remembered) => self.take_remembered(place, remembered),
            Msg::Acknowledged(journalled) => self.acknowledged(journalled),
            Msg::Written(Ok(path)) => self.message = Some((Tone::Good, format!("wrote {path}"))),
            Msg::Written(Err(why)) => self.message = Some((Tone::Bad, format!("nothing was written: {why}"))),
            Msg::CommandEnded(ticket, ended) => commands::finish(self, ticket, ended),
            Msg::Told(text) => self.message = Some((Tone::Plain, text)),
            Msg::Failed(why) => self.message = Some((Tone::Warn, why)),
            Msg::LoggedIn(place, ended) => login::logged_in(self, place, ended),
        }
        None
    }

    fn tick(&mut self, now: Timestamp) {
        self.last_key.get_or_insert(now);
        self.here.tick(now);
        self.elsewhere.iter_mut().for_each(|account| account.tick(now));
        tour::turn(self, now);
    }

    /// Shows a pane. Something of the selected model is selected in it.
    pub fn go(&mut self, pane: &'static Pane) {
        let own = self.current_chain().map(|c| c.name.to_owned());
        // A pane without rows chooses no model, and neither does a list in which nobody moved the cursor.
        let before = self.model_before.take();
        let chosen = self.detail.is_some() || self.list_mut().moved();
        let model = if chosen { own.or(before) } else { before.or(own) };
        (self.pane, self.detail, self.open_charts, self.open_log) = (pane, None, None, None);
        self.wallboard = None;
        self.settle();
        // The log of events begins with the newest, whatever it is about.
        if let Some(model) = model.as_ref().filter(|_| pane.name != panes::activity::PANE.name) {
            list::select_first_of(self, model);
        }
        self.model_before = model;
    }

    /// Notices that the operator is here: the last message was read.
    fn notice_operator(&mut self) {
        self.message = None;
        self.pending_keys = None;
        self.opening = None;
        self.last_key = Some(self.here.observed.at);
        drill::key(self);
    }

    fn key(&mut self, key: KeyEvent) -> Option<Effect> {
        self.notice_operator();
        if !is_readable(self.size) {
            return self.key_unseen(key);
        }
        if let Some(behind) = self.keymap.behind_escape(key).filter(|_| !self.types()) {
            let first = self.key(KeyCode::Esc.into());
            return self.key(behind).or(first);
        }
        if self.modal.is_some() {
            return modal::key(self, key);
        }
        if self.open_log.as_ref().is_some_and(|view| view.filter.typing) {
            return logs::filter_key(self, key);
        }
        if self.detail.as_ref().is_some_and(|detail| detail.search.line.typing) {
            return search::key(self, key);
        }
        if self.detail.is_none() && self.list_mut().filter.typing {
            return list::filter_key(self, key);
        }
        let before = self.keymap.pending();
        match self.keymap.press(key) {
            Press::Action(name) => run_action(self, &name),
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

    /// Returns the message for a key that is not bound, with the key of the help.
    fn means_nothing(&self, before: &str, key: keymap::Key) -> String {
        let keys = if before.is_empty() { key.to_string() } else { format!("{before} {key}") };
        let help = self.keymap.key_for("help").map(|help| format!("; {help} tells all keys"));
        format!("{keys} does nothing{}", help.unwrap_or_default())
    }

    /// Handles a key while the terminal is too small to read anything: it can only quit.
    fn key_unseen(&mut self, key: KeyEvent) -> Option<Effect> {
        match self.keymap.press(key) {
            Press::Action(name) if &*name == "quit" => run_action(self, "quit"),
            Press::Action(_) | Press::Pending(_) | Press::None => None,
        }
    }

    /// Updates everything that depends on other state, after every message: the rows of the list, the cursor, the
    /// scroll positions and the focus of the pollers. While a sheet is open the cursor stays, because the sheet is
    /// about the selected thing.
    fn settle(&mut self) {
        list::settle(self);
        if self.modal.is_none() {
            self.follow_cursor();
        }
        modal::settle(self);
        lineage::settle(self);
        charts::settle(self);
        logs::settle(self);
        places::follow(self);
        self.refocus();
    }
}
