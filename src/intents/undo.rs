//! The undo of a change that was made earlier, perhaps by another run of the program. The journal has its command.

use super::{AnyIntent, Executor, Refusal, State};
use crate::journal::{Entry, Event};

impl Executor {
    /// Finds the intent that undoes the last change of this account and region, or the one with this id in the journal.
    /// Only the journal of this machine is known; it has no changes of others.
    ///
    /// # Errors
    /// When there is no such change, when it has not ended, when AWS did not accept it, or when nothing undoes it.
    pub async fn undo(&self, id: Option<&str>) -> Result<AnyIntent, Refusal> {
        let refuse = |why: String| Err(Refusal::No(why));
        let journal = self.read_journal().await;
        let unfinished = self.look(&journal).await;
        let path = self.journal.path().display();
        let journal = match journal {
            Ok(journal) => journal,
            Err(error) => return refuse(format!("the journal {path} cannot be read: {error}")),
        };
        let here = || journal.entries.iter().filter(|entry| self.may_have_made(entry));
        let sent = |entry: &&Entry| entry.event == Event::Sending && id.is_none_or(|id| entry.id == id);
        let Some(last) = here().rfind(sent) else {
            let what = id.map_or_else(|| "no change".to_owned(), |id| format!("no change {id}"));
            return refuse(format!("the journal {path} has {what} of this account and region"));
        };
        let name = format!("{} {}", last.intent, last.target);
        if let Some(open) = unfinished.iter().find(|open| open.found.id == last.id) {
            if matches!(open.found.state, State::UnderWay(_) | State::Unseen(_) | State::Unknown(_)) {
                return refuse(format!("{}; it can be undone when it has ended", open.found));
            }
            self.close_in_journal(open);
        }
        let own = || here().filter(|entry| entry.id == last.id);
        let failed = own().rfind(|entry| entry.event == Event::Failed);
        if let Some(failed) = failed.filter(|_| !own().any(|entry| entry.event == Event::Sent)) {
            return refuse(format!("AWS did not accept {name}, as far as is known: {}", failed.message));
        }
        let undo = own().find_map(|entry| entry.undo.as_ref());
        match undo.map(|arguments| AnyIntent::from_arguments(arguments)) {
            Some(Some(intent)) => Ok(intent),
            Some(None) => refuse(format!("this version does not know the command that undoes {name}")),
            None => refuse(format!("nothing undoes {name} of {}", last.at.strftime("%Y-%m-%d %H:%M UTC"))),
        }
    }
}
