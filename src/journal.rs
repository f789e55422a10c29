//! Append-only lines on disk: who wanted what, what was sent, what came of it.
//!
//! A line is on the disk before the call that it speaks of is made, so that even a lost
//! machine leaves a trace. No credential and no token of AWS ever gets here.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What a line tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Event {
    /// The operator confirmed a plan.
    Confirmed,
    /// A call is about to be made.
    Sending,
    /// AWS took the call.
    Sent,
    /// AWS refused the call, or there was no answer.
    Error,
    /// The wanted end state was seen.
    Done,
    /// Another end state was seen, or none in time.
    Failed,
    /// Nothing was sent: read-only, or the target changed meanwhile.
    Refused,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// When, UTC.
    pub at: Timestamp,
    /// Id of the intent: all its lines share it.
    pub id: String,
    /// What the line tells.
    pub event: Event,
    /// `approve`, `reject`, `retrain`, `rollback`.
    pub intent: String,
    /// The name that was typed.
    pub target: String,
    /// Account and identity that acted, as far as known.
    pub identity: String,
    /// Region.
    pub region: String,
    /// `sagemaker:UpdateEndpoint`, …; absent where no call is meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<String>,
    /// The call's parameters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parameters: Option<serde_json::Value>,
    /// AWS's id of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// What was said.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub message: String,
}

/// The journal's file.
#[derive(Debug, Clone)]
pub struct Journal {
    path: PathBuf,
    /// Bytes of the file that are about something else.
    skipped: u64,
}

impl Journal {
    /// A journal at this path; the file is made with the first line.
    #[must_use]
    pub fn at(path: PathBuf) -> Self {
        Self { path, skipped: 0 }
    }

    /// The same file, read from its present end on: what it tells so far is about an account that is gone.
    #[must_use]
    pub fn anew(self) -> Self {
        let skipped = std::fs::metadata(&self.path).map_or(0, |file| file.len());
        Self { skipped, ..self }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Adds a line and waits until it is on the disk.
    ///
    /// # Errors
    /// When the file cannot be made, written or synced; then nothing may be sent.
    pub fn append(&self, entry: &Entry) -> std::io::Result<()> {
        if let Some(folder) = self.path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let mut line = serde_json::to_vec(entry)?;
        line.push(b'\n');
        if self.cut()? {
            line.insert(0, b'\n');
        }
        let mut options = OpenOptions::new();
        options.create(true).append(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&self.path)?;
        // One write call a line: lines of two consoles do not mix.
        file.write_all(&line)?;
        file.sync_data()
    }

    /// Does the file end in the middle of a line (a full disk, a lost machine)?
    fn cut(&self) -> std::io::Result<bool> {
        let mut file = match File::open(&self.path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(false),
            file => file?,
        };
        if file.metadata()?.len() == 0 {
            return Ok(false);
        }
        file.seek(SeekFrom::End(-1))?;
        let mut last = [0];
        file.read_exact(&mut last)?;
        Ok(last != [b'\n'])
    }

    /// The last lines, oldest first; what cannot be read (a cut line) is left out.
    #[must_use]
    pub fn tail(&self, most: usize) -> Vec<Entry> {
        let Ok(mut file) = File::open(&self.path) else { return Vec::new() };
        if file.seek(SeekFrom::Start(self.skipped)).is_err() {
            return Vec::new();
        }
        let mut lines = std::collections::VecDeque::new();
        for line in BufReader::new(file).lines().map_while(Result::ok) {
            if let Ok(entry) = serde_json::from_str(&line) {
                lines.push_back(entry);
                if lines.len() > most {
                    lines.pop_front();
                }
            }
        }
        lines.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(event: Event) -> Entry {
        Entry {
            at: Timestamp::from_second(1_700_000_000).unwrap(),
            id: "1".into(),
            event,
            intent: "approve".into(),
            target: "fraud/7".into(),
            identity: "oncall/ana".into(),
            region: "eu-west-1".into(),
            call: None,
            parameters: None,
            request_id: None,
            message: String::new(),
        }
    }

    #[test]
    fn lines_are_kept_in_order_and_a_cut_one_is_left_out() {
        let folder = std::env::temp_dir().join(format!("sagetop-journal-{}", std::process::id()));
        let journal = Journal::at(folder.join("deep/journal.jsonl"));
        assert!(journal.tail(10).is_empty());
        for event in [Event::Confirmed, Event::Sending, Event::Sent] {
            journal.append(&entry(event)).unwrap();
        }
        let mut text = std::fs::read_to_string(journal.path()).unwrap();
        text.push_str("{\"at\":\"2026-");
        std::fs::write(journal.path(), text).unwrap();
        let events = |most| journal.tail(most).iter().map(|e| e.event).collect::<Vec<_>>();
        assert_eq!(events(2), [Event::Sending, Event::Sent]);
        journal.append(&entry(Event::Done)).unwrap();
        assert_eq!(events(2), [Event::Sent, Event::Done], "the next line does not stick to the cut one");
        let anew = journal.clone().anew();
        assert!(anew.tail(10).is_empty());
        anew.append(&entry(Event::Refused)).unwrap();
        assert_eq!(anew.tail(10).len(), 1);
        assert_eq!(journal.tail(10).len(), 5, "nothing is lost of it");
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_journal_that_cannot_be_written_says_so() {
        assert!(Journal::at("/proc/none/journal.jsonl".into()).append(&entry(Event::Sent)).is_err());
    }
}
