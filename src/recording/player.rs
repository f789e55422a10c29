//! Rebuilds the tables at a position.

use std::collections::VecDeque;
use std::sync::Arc;

use jiff::Timestamp;
use serde::de::{DeserializeOwned, IgnoredAny};

use super::file::{Entry, Frame, Lines, TableEntry};
use super::{AccountState, Recorded, Recording};
use crate::aws::Usage;
use crate::resources::{KeptEvent, Kind, Patch, Store};

/// The maximum number of events of an account: as many as the console shows.
const MOST_EVENTS: usize = 2_000;

/// The accounts of a recording at one position. It holds only the tables of that position.
pub struct Player {
    recording: Arc<Recording>,
    /// The lines that follow. Absent before the first position, and after the end.
    lines: Option<Lines>,
    /// The first line after the position.
    next: Option<Entry<Patch>>,
    accounts: Vec<Account>,
}

/// The state of one account.
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
    /// Makes a player without a position.
    #[must_use]
    pub fn new(recording: Arc<Recording>) -> Self {
        Self { recording, lines: None, next: None, accounts: Vec::new() }
    }

    /// Returns the time of the next line after the position. `None` at the end.
    #[must_use]
    pub fn next(&self) -> Option<Timestamp> {
        self.next.as_ref().map(Entry::at)
    }

    /// Plays up to a position. Returns the changes since the last position.
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

    /// Goes to any position. Returns the state of all accounts just before the last moment up to the position, and
    /// the changes at that moment and since.
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

    /// Returns the state of each account.
    fn state(&self) -> Vec<AccountState> {
        let state = |Account { store, events, usage }: &Account| {
            let (store, events, usage) = (store.clone(), events.iter().cloned().collect(), usage.clone());
            AccountState { store, events, usage }
        };
        self.accounts.iter().map(state).collect()
    }

    /// Applies a key frame, whose first line was read already. A key frame that is cut changes nothing.
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

    /// Skips a key frame, because its contents are known already.
    fn skip_frame(&mut self) {
        while self.read_entry::<IgnoredAny>().is_some_and(|entry| !matches!(entry, Entry::Whole(_))) {}
    }

    fn read(&mut self) {
        self.next = self.read_entry();
    }

    /// Reads the next line. Lines after the end of a recording that is cut or damaged are not played.
    fn read_entry<P: DeserializeOwned>(&mut self) -> Option<Entry<P>> {
        let end = self.recording.end;
        let entry = self.lines.as_mut()?.entry().ok().filter(|entry: &Entry<P>| entry.at() <= end);
        if matches!(entry, None | Some(Entry::End(_))) {
            self.lines = None;
            return None;
        }
        entry
    }

    /// Applies one line.
    fn take(&mut self, entry: Entry<Patch>) -> Option<Recorded> {
        match entry {
            Entry::Table(TableEntry { at, account, kind, patch, .. }) => {
                // The recording may contain kinds or rows that this version of the program does not know.
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
