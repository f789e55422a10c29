//! The undo of a change that was made earlier, perhaps by another run of the program. The journal has its command.

use super::{AnyIntent, Executor, Refusal, State};
use crate::journal::{Entry, Event};

/// The undo of an earlier change.
#[derive(Debug)]
pub struct Undo {
    /// The intent that undoes it.
    pub intent: AnyIntent,
    /// The id of the change in the journal.
    pub id: String,
    /// The change, by whom and when it was made, as a sentence.
    pub of: String,
    /// Why it is not certain that the change is still in force, as a sentence. Absent if it is.
    pub doubt: Option<String>,
}

impl Executor {
    /// Finds the undo of the last change of this account and region, or of the one with this id in the journal. A journal
    /// that is shared has the changes of others, too.
    ///
    /// # Errors
    /// When there is no such change, when it has not ended, when AWS did not accept it, or when nothing undoes it.
    pub async fn undo(&self, id: Option<&str>) -> Result<Undo, Refusal> {
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
            let again = "; each start of the demo is a new account, and sagetop simulate serves one that stays";
            let again = if self.journal.is_of_a_new_account() { again } else { "" };
            return refuse(format!("the journal {path} has {what} of this account and region{again}"));
        };
        let name = format!("{} {}", last.intent, last.target);
        let is_open = |state: &State| matches!(state, State::UnderWay(_) | State::Unseen(_) | State::Unknown(_));
        let mut own_open = unfinished.iter().filter(|open| open.id() == last.id);
        if let Some(open) = own_open.find(|open| is_open(&open.state)) {
            return refuse(format!("{open}; it can be undone when it has ended"));
        }
        let own = || here().filter(|entry| entry.id == last.id);
        let failed = own().rfind(|entry| entry.event == Event::Failed);
        if let Some(failed) = failed.filter(|_| !own().any(|entry| entry.event == Event::Sent)) {
            return refuse(format!("AWS did not accept {name}, as far as is known: {}", failed.message));
        }
        let undo = own().find_map(|entry| entry.undo.as_ref());
        match undo.map(|arguments| AnyIntent::from_arguments(arguments)) {
            Some(Some(intent)) => {
                let at = last.at.strftime("%Y-%m-%d %H:%M UTC");
                let of = format!("This undoes {name}, which {} sent at {at} ({}).", last.identity, last.id);
                let doubt = self.doubt_of(&name, own().rfind(|entry| entry.event == Event::Sending)).await;
                Ok(Undo { intent, id: last.id.clone(), of, doubt })
            }
            Some(None) => refuse(format!("this version does not know the command that undoes {name}")),
            None => refuse(format!("nothing undoes {name} of {}", last.at.strftime("%Y-%m-%d %H:%M UTC"))),
        }
    }

    /// Returns why it is not certain that the last call of a change still has its effect: it was undone, something newer
    /// has replaced it, or AWS cannot be read.
    async fn doubt_of(&self, name: &str, last: Option<&Entry>) -> Option<String> {
        let state = self.state_of(last?.clone()).await;
        let doubt = format!("It is not certain that {name} is still in force: {}.", state.text());
        (!matches!(state, State::Done(_))).then_some(doubt)
    }
}
