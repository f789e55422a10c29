//! What the operator can do: one table, from which keys, palette, help and the README come.

mod aim;
mod navigate;
mod replay;

use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher};

use crate::app::{App, Effect, Modal, Palette, Replay, Subject};
use crate::keymap::Actions;
use crate::model::Chain;
use crate::view::Tone;

pub use aim::Intended;

/// What an action may look at before it acts.
#[derive(Debug)]
pub struct Context<'a> {
    /// The console.
    pub app: &'a App,
    /// What the cursor is on.
    pub subject: Option<Subject>,
    /// The model it belongs to.
    pub chain: Option<&'a Chain<'a>>,
}

/// Something the operator can do.
pub struct Action {
    /// Its name in keymaps and in the palette.
    pub name: &'static str,
    /// What it does, as a phrase.
    pub help: &'static str,
    /// Its heading in the help.
    pub group: &'static str,
    /// Can it be done here? A label for the footer, or why not.
    pub able: fn(&Context<'_>) -> Result<String, String>,
    /// Does it.
    pub run: fn(&mut App) -> Option<Effect>,
}

impl std::fmt::Debug for Action {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

macro_rules! actions {
    ($($group:literal { $($name:literal $help:literal $able:path => $run:expr;)+ })+) => {
        /// Everything the operator can do.
        pub static ACTIONS: &[Action] =
            &[$($(Action { name: $name, help: $help, group: $group, able: $able, run: $run },)+)+];

        /// The names, for keymaps. Those of sheets are what a sheet understands.
        pub const NAMES: Actions = Actions {
            keys: &[$($($name,)+)+],
            ask: &["confirm", "cancel", "next-field", "previous-field", "copy-call", "scroll-up", "scroll-down", "suspend"],
        };
    };
}

actions! {
    "act" {
        "approve" "approve a version that waits" aim::can_approve => aim::approve;
        "reject" "reject a version" aim::can_reject => aim::reject;
        "retrain" "start the pipeline again" aim::can_retrain => aim::retrain;
        "rollback" "roll an endpoint back" aim::can_roll_back => aim::roll_back;
    }
    "look" {
        "open" "open what the cursor is on: its lineage, an account, a source" always => navigate::open;
        "back" "close, clear the filter, go back" always => navigate::back;
        "filter" "show only rows with these words, without !words, of an @account" always => navigate::filter;
        "sort" "sort by the next column" always => navigate::sort;
        "reverse" "turn the order round" always => navigate::reverse;
        "scaling" "show or hide auto scaling's alarms" always => navigate::scaling;
        "copy" "copy the ARN or name" navigate::can_copy => navigate::copy;
        "refresh" "ask AWS now" always => |app| Some(Effect::Refresh(app.here.place));
    }
    "go" {
        "home" "all models" always => |app| navigate::go(app, "home");
        "data" "data locations and feature groups" always => |app| navigate::go(app, "data");
        "training" "pipelines, executions, jobs" always => |app| navigate::go(app, "training");
        "registry" "registered versions" always => |app| navigate::go(app, "registry");
        "endpoints" "what serves" always => |app| navigate::go(app, "endpoints");
        "alarms" "alarms and whom they reach" always => |app| navigate::go(app, "alarms");
        "activity" "what happened lately" always => |app| navigate::go(app, "activity");
        "sources" "what was read, when, and what went wrong" always => |app| navigate::go(app, "sources");
        "accounts" "the accounts and regions that are watched" navigate::can_choose => |app| navigate::go(app, "accounts");
        "next-pane" "next pane" always => |app| navigate::turn(app, 1);
        "previous-pane" "previous pane" always => |app| navigate::turn(app, -1);
    }
    "move" {
        "up" "up" always => |app| navigate::step(app, -1);
        "down" "down" always => |app| navigate::step(app, 1);
        "page-up" "a page up" always => |app| navigate::page(app, -1);
        "page-down" "a page down" always => |app| navigate::page(app, 1);
        "top" "to the first" always => |app| navigate::end(app, true);
        "bottom" "to the last" always => |app| navigate::end(app, false);
        "left" "close a branch" always => |app| navigate::branch(app, false);
        "right" "open a branch" always => |app| navigate::branch(app, true);
    }
    "replay" {
        "replay-pause" "stop the replay, or go on" replay::can_pause => |_| replay::replay(Replay::Pause);
        "replay-step" "to the next moment that was recorded" replay::playing => |_| replay::replay(Replay::Step);
        "replay-back" "to the moment before" replay::playing => |_| replay::replay(Replay::Back);
        "replay-jump" "to a time: 03:12, +5m, 50%" replay::playing => replay::jump;
        "replay-faster" "play faster" replay::playing => |_| replay::replay(Replay::Faster);
        "replay-slower" "play slower" replay::playing => |_| replay::replay(Replay::Slower);
    }
    "program" {
        "help" "what the keys do here" always => |app| { app.modal = Some(Modal::Help { scroll: 0 }); None };
        "palette" "find any action by typing" always => |app| { app.modal = Some(Modal::Palette(Palette::default())); None };
        "suspend" "stop the program; fg lets it go on" can_suspend => |_| Some(Effect::Suspend);
        "quit" "leave; what was sent goes on in AWS" always => |_| Some(Effect::Quit);
    }
}

#[expect(clippy::unnecessary_wraps, reason = "one signature for all actions")]
fn always(_: &Context<'_>) -> Result<String, String> {
    Ok(String::new())
}

fn can_suspend(_: &Context<'_>) -> Result<String, String> {
    if cfg!(unix) { Ok(String::new()) } else { Err("this system cannot stop a program".into()) }
}

/// The action of this name.
#[must_use]
pub fn named(name: &str) -> Option<&'static Action> {
    ACTIONS.iter().find(|a| a.name == name)
}

/// Does what is named, or says why it cannot be done here.
pub fn run(app: &mut App, name: &str) -> Option<Effect> {
    let action = named(name)?;
    if let Err(why) = (action.able)(&app.context()) {
        app.message = Some((Tone::Warn, format!("{name}: {why}")));
        return None;
    }
    (action.run)(app)
}

/// The actions whose name or help fits what was typed, best first; all of them when nothing was.
#[must_use]
pub fn matching(app: &App, typed: &str) -> Vec<&'static Action> {
    if typed.trim().is_empty() {
        let context = app.context();
        let (able, not): (Vec<_>, Vec<_>) = ACTIONS.iter().partition(|a| (a.able)(&context).is_ok());
        return able.into_iter().chain(not).collect();
    }
    let mut matcher = Matcher::new(Config::DEFAULT);
    let pattern = Pattern::new(typed, CaseMatching::Ignore, Normalization::Smart, AtomKind::Fuzzy);
    let names: Vec<String> = ACTIONS.iter().map(|a| format!("{} {}", a.name, a.help)).collect();
    let found = pattern.match_list(names.iter().map(String::as_str), &mut matcher);
    found.into_iter().filter_map(|(name, _)| named(name.split(' ').next().unwrap_or_default())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_are_unique_and_every_action_says_what_it_does() {
        let names: BTreeSet<&str> = ACTIONS.iter().map(|a| a.name).collect();
        assert_eq!(names.len(), ACTIONS.len());
        assert!(ACTIONS.iter().all(|a| !a.help.is_empty()));
    }
}
