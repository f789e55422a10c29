//! Makes the tables as they were at a position.

use std::collections::VecDeque;
use std::sync::Arc;

use jiff::Timestamp;
use serde::de::{DeserializeOwned, IgnoredAny};

use super::file::{Entry, Frame, Lines, TableEntry};
use super::{AccountState, Recorded, Recording};
use crate::aws::Usage;
use crate::resources::{KeptEvent, Kind, Patch, Store};

/// Events that are held of an account: as many as the console shows.
const MOST_EVENTS: usize = 2_000;

/// The accounts of a recording at one position. It holds the tables of that position and no others.
pub struct Player {
    recording: Arc<Recording>,
    /// What follows; none before the first position, and after the end.
    lines: Option<Lines>,
    /// The first line that is after the position.
    next: Option<Entry<Patch>>,
    accounts: Vec<Account>,
}

/// What is known of one account.
#[derive(Clone, Default)]
struct Account {
    store: Store,
    events: VecDeque<KeptEvent>,
    usage: Usage,
}

impl std::fmt::Debug for Player {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Player").field("recording", &self.recording.path).finish_non_exhaustive()
    }
}

impl Player {
    /// A player that is nowhere yet.
    #[must_use]
    pub fn new(recording: Arc<Recording>) -> Self {
        Self { recording, lines: None, next: None, accounts: Vec::new() }
    }

    /// When something was recorded next after the position; nothing at the end.
    #[must_use]
    pub fn next(&self) -> Option<Timestamp> {
        self.next.as_ref().map(Entry::at)
    }

    /// Plays on to a position: what was recorded up to it since the last one.
    pub fn play(&mut self, to: Timestamp) -> Vec<Recorded> {
        let mut recorded = Vec::new();
        while let Some(entry) = self.next.take_if(|next| next.at() <= to) {
            if let Entry::Frame(Frame { gap, .. }) = entry {
                if gap {
                    self.restore();
                    recorded.push(Recorded::Restored(self.state()));
                } else {
                    self.skip_frame();
                }
            } else {
                recorded.extend(self.take(entry));
            }
            self.read();
        }
        recorded
    }

    /// Goes to a position, from wherever it was: all accounts as they were just before the last moment up to it, and
    /// what was recorded at that moment and since.
    pub fn seek(&mut self, to: Timestamp) -> Vec<Recorded> {
        let moment = self.recording.at_or_before(to).and_then(|last| self.recording.before(last));
        let before = moment.unwrap_or(self.recording.begin).min(to);
        self.lines = Lines::from_member(&self.recording.path, self.recording.frame(before)).ok();
        self.read();
        if self.next.take_if(|next| matches!(next, Entry::Frame(_))).is_some() {
            self.restore();
            self.read();
        }
        self.play(before);
        let mut recorded = vec![Recorded::Restored(self.state())];
        recorded.extend(self.play(to));
        recorded
    }

    /// What is known of each account.
    fn state(&self) -> Vec<AccountState> {
        let state = |Account { store, events, usage }: &Account| {
            let (store, events, usage) = (store.clone(), events.iter().cloned().collect(), usage.clone());
            AccountState { store, events, usage }
        };
        self.accounts.iter().map(state).collect()
    }

    /// Takes in a key frame: its first line was read. One that is cut changes nothing.
    fn restore(&mut self) {
        let new = vec![Account::default(); self.recording.accounts.len()];
        let before = std::mem::replace(&mut self.accounts, new);
        while let Some(entry) = self.read_entry() {
            if matches!(entry, Entry::Whole(_)) {
                return;
            }
            self.take(entry);
        }
        self.accounts = before;
    }

    /// Passes over a key frame: it holds what is known already.
    fn skip_frame(&mut self) {
        while self.read_entry::<IgnoredAny>().is_some_and(|entry| !matches!(entry, Entry::Whole(_))) {}
    }

    fn read(&mut self) {
        self.next = self.read_entry();
    }

    /// The next line. What follows the end of a file that is cut or damaged is not played.
    fn read_entry<P: DeserializeOwned>(&mut self) -> Option<Entry<P>> {
        let end = self.recording.end;
        let entry = self.lines.as_mut()?.entry().ok().filter(|entry: &Entry<P>| entry.at() <= end);
        if matches!(entry, None | Some(Entry::End(_))) {
            self.lines = None;
            return None;
        }
        entry
    }

    /// Takes in one line.
    fn take(&mut self, entry: Entry<Patch>) -> Option<Recorded> {
        match entry {
            Entry::Table(TableEntry { at, account, kind, patch, .. }) => {
                // A program with more features has kinds that this one does not know, and a newer one other rows.
                let snapshot =
                    self.accounts.get_mut(account.place())?.store.patch(Kind::named(&kind)?, patch, at).ok()?;
                Some(Recorded::Polled(account, Box::new(snapshot)))
            }
            Entry::Usage(_, account, delta) => {
                let known = &mut self.accounts.get_mut(account.place())?.usage;
                *known = delta.applied(known).ok()?;
                Some(Recorded::Usage(account, known.clone()))
            }
            Entry::Event(_, account, event) => {
                let events = &mut self.accounts.get_mut(account.place())?.events;
                events.push_back(event.clone());
                if events.len() > MOST_EVENTS {
                    events.pop_front();
                }
                Some(Recorded::Event(account, event))
            }
            Entry::Forgotten(_, account) => {
                let known = self.accounts.get_mut(account.place())?;
                (known.store, known.events) = (Store::default(), VecDeque::new());
                Some(Recorded::Forgotten(account))
            }
            Entry::Frame(_) | Entry::Whole(_) | Entry::End(_) => None,
        }
    }
}
