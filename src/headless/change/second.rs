//! A command that is run again, as a script does: nothing may be done twice. A command with `--yes` is sent only if AWS has
//! nothing of an earlier run that began the same.

use std::time::Duration;

use super::Planned;
use crate::intents::{AnyIntent, Executor, Rollback, State, Told, Unfinished};

/// The sleep is this much longer, because another clock measures it than the one that gives the age of the call.
const MARGIN: Duration = Duration::from_secs(1);

impl Planned {
    /// Returns whether the plan may do the same twice. A rollback to a named configuration does not go further.
    fn goes_further(&self) -> bool {
        !matches!(self.wanted, AnyIntent::Rollback(Rollback { to: Some(_), .. }))
    }

    /// Returns whether an earlier intent began the same. What an undo undoes is not the same.
    fn is_begun_by(&self, open: &Unfinished) -> bool {
        let undone = self.undo.as_ref().is_some_and(|undo| undo.id == open.id());
        !undone && self.goes_further() && open.is_same(&self.wanted, &self.plan)
    }

    /// Returns the earlier intent that began the same a moment ago, and the time after which AWS shows whether it did.
    pub(super) fn begun_just_now(&self) -> Option<(&Unfinished, Duration)> {
        let same = self.plan.left_open.iter().filter(|open| self.is_begun_by(open));
        let open = same.filter_map(|open| Some((open, open.settles_in()? + MARGIN)));
        open.max_by_key(|(_, time)| *time)
    }

    /// Returns why the plan is not sent without a person who has read it: the same was begun before, perhaps by a run that
    /// was killed, and AWS has something of it, or what was begun before is not known. Sent again, it would be done twice,
    /// or go one step further.
    pub(super) async fn second_of(&self, executor: &Executor) -> Option<String> {
        if !self.goes_further() {
            return None;
        }
        if let Err(why) = executor.read_journal().await {
            return Some(format!("nothing was sent: what was begun before is not known: the journal: {why}"));
        }
        let open = self.plan.left_open.iter().find(|open| self.is_begun_by(open) && open.may_have_acted())?;
        let way = match open.state {
            State::UnderWay(_) | State::Unseen(_) | State::Unknown(_) => "wait for its end, or confirm on a terminal",
            State::Done(_) | State::Failed(_) | State::Partial(_) | State::Replaced(_) => {
                "run the command again if it shall be sent all the same"
            }
        };
        Some(format!("{open}; nothing more was sent: {way}"))
    }

    /// Journals the ends of earlier intents of the same target. If a command is refused for them, it is not refused again.
    pub(super) fn close_in_journal(&self, executor: &Executor, by_command: bool) {
        for open in &self.plan.left_open {
            let told = if by_command && self.is_begun_by(open) { Told::Command } else { Told::Reader };
            executor.close_in_journal([open], told);
        }
    }
}
