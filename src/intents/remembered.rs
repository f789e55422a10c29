//! The journal records, besides changes under way, which alarms and findings somebody acknowledged, and
//! what was switched off from here. Everybody who shares the journal's directory reads the same.

use std::collections::BTreeMap;
use std::io;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{AnyIntent, Executor, Switch, Switched, new_id};
use crate::journal::{Entry, Event};
use crate::redact;
use crate::resources::Kind;
use crate::view::harmless;

/// The name under which the journal has an acknowledgement.
pub const ACKNOWLEDGE: &str = "acknowledge";
/// The most lines of the journal that are read.
const LINES: usize = 10_000;

/// Somebody knows of an alarm or of a finding. It holds as long as that lasts: an alarm that fires anew has another time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acknowledgement {
    /// Since when the alarm fires or the finding exists, UTC.
    pub since: Timestamp,
    /// The caller: the end of its ARN.
    pub by: String,
    /// When it was acknowledged, UTC.
    pub at: Timestamp,
    /// The note; it may be empty.
    pub note: String,
}

impl Acknowledgement {
    /// Returns who it was, with the note.
    #[must_use]
    pub fn text(&self) -> String {
        if self.note.is_empty() { self.by.clone() } else { format!("{}: {}", self.by, self.note) }
    }
}

/// Something that was switched off from here and not switched on again from here.
#[derive(Debug, Clone, PartialEq)]
pub struct SwitchedOff {
    /// The thing, and the intent that switches it on again.
    pub switched: Switched,
    /// When it was switched off, UTC.
    pub at: Timestamp,
    /// The caller: the end of its ARN.
    pub by: String,
}

/// The acknowledgements and switches of an account, from the journal.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Remembered {
    /// The acknowledgements that were not withdrawn, by the kind and id of the alarm, or of the thing that the finding is
    /// about.
    pub acknowledged: BTreeMap<(Kind, String), Acknowledgement>,
    /// The things that were switched off, oldest first. Somebody else may have switched them on since.
    pub off: Vec<SwitchedOff>,
}

impl Executor {
    /// Journals that the caller knows of an alarm or a finding, or withdraws that. Without a note it is withdrawn.
    ///
    /// # Errors
    /// When the journal cannot be written.
    pub fn acknowledge(&self, about: &(Kind, String), since: Timestamp, note: Option<&str>) -> io::Result<()> {
        let mut entry = self.entry(new_id(), Event::Done, ACKNOWLEDGE, &about.1);
        entry.parameters = Some(json!({"kind": about.0.name(), "since": since, "withdrawn": note.is_none()}));
        // Everybody who can read the journal reads the note.
        entry.message = harmless(&redact::text(note.unwrap_or("withdrawn").trim()));
        self.journal.append(&entry)
    }

    /// Reads the newest lines of the journal, which accounts may share. It reads a file, so it blocks.
    ///
    /// # Errors
    /// When the journal cannot be opened safely, or read.
    pub fn newest_lines(&self) -> io::Result<Vec<Entry>> {
        Ok(self.journal.tail(LINES)?.entries)
    }

    /// Returns the acknowledgements and switches of this account and region.
    #[must_use]
    pub fn remembered(&self, lines: &[Entry]) -> Remembered {
        remembered(lines.iter().filter(|line| self.may_have_made(line)))
    }
}

fn remembered<'a>(entries: impl Iterator<Item = &'a Entry>) -> Remembered {
    let mut found = Remembered::default();
    let mut sent: BTreeMap<&str, &Entry> = BTreeMap::new();
    for entry in entries {
        match entry.event {
            Event::Done if entry.intent == ACKNOWLEDGE => found.acknowledge(entry),
            Event::Done => found.switch(entry, sent.remove(entry.id.as_str())),
            Event::Sending => drop(sent.insert(&entry.id, entry)),
            Event::Sent => found.switch(entry, sent.get(entry.id.as_str()).copied()),
            Event::Confirmed | Event::Error | Event::Failed | Event::Refused => {}
        }
    }
    found
}

impl Remembered {
    fn acknowledge(&mut self, entry: &Entry) {
        let Some(parameters) = &entry.parameters else { return };
        let kind = parameters.get("kind").and_then(Value::as_str).and_then(Kind::named);
        let since = parameters.get("since").and_then(Value::as_str).and_then(|since| since.parse().ok());
        let (Some(kind), Some(since)) = (kind, since) else { return };
        let about = (kind, entry.target.clone());
        if parameters.get("withdrawn").and_then(Value::as_bool) == Some(false) {
            let (by, note) = (who(entry), entry.message.clone());
            self.acknowledged.insert(about, Acknowledgement { since, by, at: entry.at, note });
        } else {
            self.acknowledged.remove(&about);
        }
    }

    /// Notes what an intent has switched, from the line of its last call. What AWS accepted counts as off even if nobody
    /// saw the end; it is on again only when that was seen.
    fn switch(&mut self, done: &Entry, sent: Option<&Entry>) {
        let Some((call, parameters)) = sent.and_then(|sent| sent.call.as_deref().zip(sent.parameters.as_ref())) else {
            return;
        };
        let intent = AnyIntent::of_last_call(&done.intent, call, parameters);
        let switches = intent.into_iter().flat_map(|intent| intent.switches());
        for switched in switches.filter(|it| done.event == Event::Done || it.to == Switch::Disabled) {
            self.off.retain(|known| (known.switched.part, &known.switched.id) != (switched.part, &switched.id));
            if switched.to == Switch::Disabled {
                self.off.push(SwitchedOff { switched, at: done.at, by: who(done) });
            }
        }
    }
}

/// Returns who a line is about: the name of the session or of the user.
fn who(entry: &Entry) -> String {
    entry.identity.rsplit(['/', ':']).next().unwrap_or_default().to_owned()
}
