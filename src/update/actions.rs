//! The table of actions. Keys, palette, help and documents use it.

use std::collections::BTreeSet;

use super::{
    activity, armed, cause, changes, charts, compare, copy, export, freeze, list, login, logs, menu, messages, modal,
    mouse, navigate, places, remembered, replay, seen, tour,
};
use crate::app::{Action, App, Context, Effect, Help, Palette, Picture, ReplayCommand};
use crate::intents::{self, Intent};
use crate::view::Tone;

macro_rules! actions {
    ([$($(#[$cfg:meta])* $intent:ident,)+] $($group:literal { $($name:literal $help:literal $able:expr => $run:expr;)+ })+) => {
        /// All actions: those of the intents, and those that stay in the console.
        pub static ACTIONS: &[Action] = &[
            $($(#[$cfg])* changes::action::<intents::$intent>(),)+
            armed::ACTION,
            $($(Action { name: $name, help: $help, group: $group, able: $able, run: $run, ..Action::LOOK },)+)+
        ];

        /// Their names, for keymaps.
        pub const NAMES: &[&str] = &[$($(#[$cfg])* <intents::$intent as Intent>::NAME,)+ armed::ACTION.name, $($($name,)+)+];
    };
}

intents::intents! { actions
    "act" {
        "undo" "take the last change of this console back, where AWS allows it" remembered::can_undo => remembered::undo;
        "left-off" "what was switched off from here and is off still" remembered::can_list_off => remembered::list_off;
        "override-freeze" "send changes in spite of a freeze of the configuration; its name is typed" freeze::can_lift => freeze::ask;
    }
    "look" {
        "open" "open the selected row: its lineage, that of an event's thing, an account, a source, a log line; in charts: enlarge one" navigate::can_open => navigate::open;
        "back" "close, clear the filter, go back" navigate::can_go_back => navigate::back;
        "logs" "the log of an endpoint, job, step, run, function or state machine, or around an event" logs::can_open => logs::open;
        "charts" "metrics of the selected thing over time" charts::can_open => charts::open;
        "filter" "show only rows with these words: word, ~regex, ?letters, column:text, @account, !not; in a lineage: search for a word" navigate::can_filter => navigate::filter;
        "next-match" "in a lineage: next match; in a log: next error" navigate::can_look_on => |app| navigate::look_on(app, 1);
        "previous-match" "in a lineage: previous match; in a log: previous error" navigate::can_look_on => |app| navigate::look_on(app, -1);
        "event-kind" "in the activity: list the next kind of events" activity::can_narrow => activity::next_kind;
        "event-age" "in the activity: list the last 15 min, hour, 6 h, 24 h, all" activity::can_narrow => activity::next_age;
        "seen" "mark a deployment that was rolled back as seen: it leaves the inbox" seen::can_mark => seen::mark;
        "acknowledge" "say that you know of an alarm or a finding, with a note; again: withdraw it" remembered::can_acknowledge => remembered::acknowledge;
        "menu" "what can be done to the selected thing, and why not" menu::can_open => menu::open;
        "facts-down" "in a lineage: scroll the facts down" navigate::has_facts => |app| navigate::scroll_facts(app, 1);
        "facts-up" "in a lineage: scroll the facts up" navigate::has_facts => |app| navigate::scroll_facts(app, -1);
        "problems" "list only rows with a problem, or all rows again" navigate::can_choose_rows => list::show_problems;
        "messages" "show the messages of the last row again" messages::can_open => messages::open;
        "sort" "sort by the next column" navigate::can_sort => navigate::sort;
        "reverse" "reverse the order" navigate::can_sort => navigate::reverse;
        "columns" "choose the columns of the list, and the one that sorts" navigate::can_choose_rows => modal::column_picker::open;
        "scaling" "show or hide Auto Scaling alarms" always => navigate::scaling;
        "cause" "go to the first cause of the trouble" cause::can_show => cause::show;
        "before" "show what changed in the hour before the trouble" cause::can_show_changes => cause::show_changes;
        "first-error" "in a log: the first of the lines read that tells of an error" logs::can_go_to_error => logs::first_error;
        "wrap" "in a log: wrap long lines" logs::in_log => logs::wrap;
        "shorter" "in charts: a shorter window" |context| charts::can_turn(context, -1) => |app| charts::turn(app, -1);
        "longer" "in charts: a longer window" |context| charts::can_turn(context, 1) => |app| charts::turn(app, 1);
        "compare" "in charts: beside yesterday, last week, nothing" charts::can_compare => charts::compare;
        "mark" "mark a version, run, job, configuration or endpoint, to compare it" compare::can_mark => compare::mark;
        "diff" "compare with the marked row; without a mark, with the version or run before" compare::can_compare => compare::compare;
        "times" "show times instead of ages in lists, or ages again" always => tour::show_times;
        "zoom" "give the list or the tree the whole screen, or show what is beside it again" tour::can_zoom => tour::zoom;
        "copy" "copy the ARN or name; in a log: the line; in charts: the values" copy::can_copy => copy::copy;
        "copy-menu" "copy the id, ARN, name, console URL, aws command, or a link to another system" copy::can_open => copy::open;
        "export" "write the table or the screen to a file" always => export::open;
        "export-csv" "write all rows of the table or the log as CSV" export::has_table => export::csv;
        "export-json" "write all rows of the table or the log as JSON" export::has_table => export::json;
        "save-svg" "write the screen as a picture (SVG)" always => |app| export::screen(app, Picture::Svg);
        "save-text" "write the screen as text" always => |app| export::screen(app, Picture::Text);
        "refresh" "read from AWS now" can_refresh => refresh;
    }
    "go" {
        "home" "all models" always => |app| navigate::go(app, "home");
        "data" "data locations and feature groups" always => |app| navigate::go(app, "data");
        "training" "pipelines, runs, jobs" always => |app| navigate::go(app, "training");
        "registry" "registered versions" always => |app| navigate::go(app, "registry");
        "endpoints" "endpoints and what they serve" always => |app| navigate::go(app, "endpoints");
        "alarms" "alarms and whom they notify" always => |app| navigate::go(app, "alarms");
        "inbox" "what waits for somebody to decide or to act" always => |app| navigate::go(app, "inbox");
        "automation" "what starts, delivers and scales the models" always => |app| navigate::go(app, "automation");
        "activity" "what happened recently" always => |app| navigate::go(app, "activity");
        "sources" "what was read, when, and what went wrong" always => |app| navigate::go(app, "sources");
        "accounts" "the accounts and regions that are watched" navigate::can_choose => |app| navigate::go(app, "accounts");
        "previous-place" "go back to the place before" |context| places::can_turn(context, -1) => |app| places::turn(app, -1);
        "next-place" "go forward to the place after" |context| places::can_turn(context, 1) => |app| places::turn(app, 1);
        "next-pane" "next pane" always => |app| navigate::turn(app, 1);
        "previous-pane" "previous pane" always => |app| navigate::turn(app, -1);
    }
    "move" {
        "up" "up" always => |app| navigate::step(app, -1);
        "down" "down" always => |app| navigate::step(app, 1);
        "page-up" "page up" always => |app| navigate::page(app, -1);
        "page-down" "page down" always => |app| navigate::page(app, 1);
        "top" "first row" always => |app| navigate::end(app, true);
        "bottom" "last row" always => |app| navigate::end(app, false);
        "left" "close a branch; in charts: move the cursor back" navigate::has_branches => |app| navigate::branch(app, false);
        "right" "open a branch; in charts: move the cursor on" navigate::has_branches => |app| navigate::branch(app, true);
    }
    "replay" {
        "pause" "pause or resume the replay or the log" replay::can_pause => replay::pause;
        "step" "step to the next recorded moment" replay::can_step => |_| replay::command(ReplayCommand::Step);
        "step-back" "step to the previous recorded moment" replay::can_go_back => |_| replay::command(ReplayCommand::Back);
        "jump" "jump to a time, in a replay or a log: 03:12, +5m, 50%" replay::can_jump => replay::jump;
        "faster" "play faster" replay::in_replay => |_| replay::command(ReplayCommand::Faster);
        "slower" "play slower" replay::in_replay => |_| replay::command(ReplayCommand::Slower);
    }
    "program" {
        "help" "show the keys that work here" always => |app| { app.modal = Some(Help::default().into()); None };
        "palette" "find any action, pane, model or resource by typing" always => |app| { app.modal = Some(Palette::default().into()); None };
        "login" "log in again: run the command of the profile, such as aws sso login, and come back" login::can_log_in => login::log_in;
        "themes" "choose another theme" always => modal::theme_picker::open;
        "mouse" "leave the mouse to the terminal, which selects text with it, or take it again" always => mouse::toggle;
        "wallboard" "show the models for a screen that nobody types at, or leave that" always => tour::wallboard;
        "tour" "show the first steps" always => tour::begin;
        "suspend" "suspend the program; fg resumes it" can_suspend => |_| Some(Effect::Suspend);
        "quit" "quit; what was sent continues in AWS" always => armed::quit;
    }
}

#[expect(clippy::unnecessary_wraps, reason = "one signature for all actions")]
fn always(_: &Context<'_>) -> Result<String, String> {
    Ok(String::new())
}

fn can_suspend(_: &Context<'_>) -> Result<String, String> {
    if cfg!(unix) { Ok(String::new()) } else { Err("this system cannot suspend a program".into()) }
}

fn can_refresh(context: &Context<'_>) -> Result<String, String> {
    if context.app.replay.is_some() { Err("not available in a replay".into()) } else { Ok(String::new()) }
}

#[expect(clippy::unnecessary_wraps, reason = "one signature for all actions")]
fn refresh(app: &mut App) -> Option<Effect> {
    logs::refresh(app);
    charts::refresh(app);
    app.here.denied.clear();
    // The simulation may be wrong about the selected thing, so from now on AWS itself decides.
    app.here.simulated = app.here.simulated.take().map(|_| BTreeSet::new());
    app.message = Some((Tone::Plain, "reading from AWS now".into()));
    Some(Effect::Refresh(app.here.id))
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
