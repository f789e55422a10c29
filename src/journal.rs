//! The journal: a file with a line for everything that was confirmed, sent and answered, and for how it ended.
//!
//! A line is on the disk before its call is made, so that a trace is left even when the machine is lost. Credentials
//! and tokens of AWS are never written here.

use std::collections::VecDeque;
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::view::escaped_json;

/// The most bytes that are read from the end of the file: some hundred thousand lines.
const MOST_BYTES: u64 = 64 * 1024 * 1024;

/// The event that a line records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Event {
    /// The operator confirmed a plan.
    Confirmed,
    /// A call is about to be made.
    Sending,
    /// AWS accepted the call.
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
    /// The time of the event, UTC.
    pub at: Timestamp,
    /// Id of the intent; all its lines share it.
    pub id: String,
    /// The event that the line records.
    pub event: Event,
    /// Name of the intent, such as `rollback`.
    pub intent: String,
    /// The name that was typed.
    pub target: String,
    /// ARN of the caller, as far as it is known.
    pub identity: String,
    /// Region.
    pub region: String,
    /// Endpoint URL; absent for AWS itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// Name of the call, such as `sagemaker:UpdateEndpoint`; absent where the line is about no call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<String>,
    /// Parameters of the call; values under secret names are replaced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parameters: Option<serde_json::Value>,
    /// AWS's id of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// Arguments of the command that undoes the intent, where one does; in the line of its confirmation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undo: Option<Vec<String>>,
    /// A text: a headline, an error, or the end state.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub message: String,
    /// Whether the line is an end that a later look found and that no command was told which does the same again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reviewed: bool,
}

impl Entry {
    /// Returns whether the line may be about the account of a caller: it has the same region and URL, and both identities
    /// may belong to one account. An identity that is not an ARN may belong to any account.
    #[must_use]
    pub fn may_be_of(&self, region: &str, endpoint: Option<&str>, identity: &str) -> bool {
        let accounts = account_id(&self.identity).zip(account_id(identity));
        self.region == region
            && self.endpoint.as_deref() == endpoint
            && accounts.is_none_or(|(own, other)| own == other)
    }

    /// Returns whether the line is certainly about the account of a caller.
    #[must_use]
    pub fn is_of_account(&self, identity: &str) -> bool {
        account_id(&self.identity).is_some_and(|own| Some(own) == account_id(identity))
    }
}

/// Returns the account in an ARN of a caller.
fn account_id(arn: &str) -> Option<&str> {
    arn.strip_prefix("arn:")?.split(':').nth(3)
}

/// The journal's file.
#[derive(Debug, Clone)]
pub struct Journal {
    path: PathBuf,
    /// Bytes at the beginning that are not read. Absent if the whole file is about the account.
    skipped: Option<u64>,
}

impl Journal {
    /// Makes a journal at this path. The first line creates the file.
    #[must_use]
    pub fn at(path: PathBuf) -> Self {
        Self { path, skipped: None }
    }

    /// Returns the journal of the same file, read from its present end on. A simulated account is new at each start, so
    /// earlier lines are not about it.
    #[must_use]
    pub fn from_here(self) -> Self {
        let skipped = std::fs::metadata(&self.path).map_or(0, |file| file.len());
        Self { skipped: Some(skipped), ..self }
    }

    /// Returns whether earlier lines are about another account, because this one is new at each start.
    #[must_use]
    pub fn is_of_a_new_account(&self) -> bool {
        self.skipped.is_some()
    }

    /// Returns the path of the file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the size of the file in bytes; 0 if there is none.
    #[must_use]
    pub fn size(&self) -> u64 {
        std::fs::metadata(&self.path).map_or(0, |file| file.len())
    }

    /// Adds a line and waits until it is on the disk.
    ///
    /// # Errors
    /// When the file is not a regular file of one's own, or cannot be written or synced; then nothing may be sent.
    pub fn append(&self, entry: &Entry) -> std::io::Result<()> {
        let mut file = self.open_to_append()?;
        let mut line = escaped_json(entry)?;
        line.push(b'\n');
        if ends_inside_a_line(&mut file)? {
            line.insert(0, b'\n');
        }
        // A line is written with one call, so that the lines of two consoles do not mix.
        file.write_all(&line)?;
        file.sync_data()
    }

    /// Checks that a line could be added. Creates the file if it does not exist.
    ///
    /// # Errors
    /// When the file is not a regular file of one's own, or cannot be written.
    pub fn check(&self) -> std::io::Result<()> {
        self.open_to_append().map(drop)
    }

    fn open_to_append(&self) -> std::io::Result<File> {
        if let Some(folder) = self.path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let mut options = OpenOptions::new();
        options.create(true).read(true).append(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        open(&self.path, &mut options)
    }

    /// Reads the last lines, at most `most` of them. Returns none if the file does not exist yet.
    ///
    /// # Errors
    /// When the file is not a regular file of one's own, or cannot be read.
    pub fn tail(&self, most: usize) -> std::io::Result<Tail> {
        let mut file = match open(&self.path, OpenOptions::new().read(true)) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Tail::default()),
            file => file?,
        };
        let first = file.metadata()?.len().saturating_sub(MOST_BYTES);
        let skipped = self.skipped.unwrap_or_default();
        file.seek(SeekFrom::Start(first.max(skipped)))?;
        let mut file = BufReader::new(file);
        let mut line = Vec::new();
        if first > skipped {
            // The reading begins somewhere inside a line.
            file.read_until(b'\n', &mut line)?;
        }
        let (mut entries, mut unreadable) = (VecDeque::new(), 0);
        loop {
            line.clear();
            if file.read_until(b'\n', &mut line)? == 0 {
                return Ok(Tail { entries: entries.into(), unreadable });
            }
            match serde_json::from_slice(&line) {
                Ok(entry) => entries.push_back(entry),
                Err(_) => unreadable += usize::from(!line.trim_ascii().is_empty()),
            }
            if entries.len() > most {
                entries.pop_front();
            }
        }
    }
}

/// The last lines of a journal.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Tail {
    /// Lines that can be read, oldest first.
    pub entries: Vec<Entry>,
    /// How many lines cannot be read, because a full disk cut them or they are damaged.
    pub unreadable: usize,
}

/// Opens the journal's file. Anything but a regular file is refused, as it would hang or lose lines; so are a file that
/// everybody may write to and a link that belongs to somebody else.
fn open(path: &Path, options: &mut OpenOptions) -> std::io::Result<File> {
    let refuse = |why: &str| Err(std::io::Error::new(std::io::ErrorKind::PermissionDenied, why));
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
        let owners = [0, rustix::process::geteuid().as_raw()];
        let entry = std::fs::symlink_metadata(path);
        if entry.is_ok_and(|entry| entry.is_symlink() && !owners.contains(&entry.uid())) {
            return refuse("it is a link that belongs to somebody else");
        }
        // This flag lets the opening of a FIFO return, even if nobody reads from it.
        options.custom_flags(rustix::fs::OFlags::NONBLOCK.bits().cast_signed());
    }
    let file = options.open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return refuse("it is not a regular file");
    }
    #[cfg(unix)]
    if std::os::unix::fs::MetadataExt::mode(&metadata) & 0o002 != 0 {
        return refuse("everybody may write to it; run chmod o-w");
    }
    Ok(file)
}

/// Returns whether the file ends without an end of line, because the disk was full or the machine was lost.
fn ends_inside_a_line(file: &mut File) -> std::io::Result<bool> {
    if file.metadata()?.len() == 0 {
        return Ok(false);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last != [b'\n'])
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
            endpoint: None,
            call: None,
            parameters: None,
            request_id: None,
            undo: None,
            message: String::new(),
            reviewed: false,
        }
    }

    /// Makes a journal in a folder of its own, which the test removes.
    fn journal(name: &str) -> (PathBuf, Journal) {
        let folder = std::env::temp_dir().join(format!("sagetop-journal-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        let journal = Journal::at(folder.join("deep/journal.jsonl"));
        (folder, journal)
    }

    fn events(journal: &Journal, most: usize) -> Vec<Event> {
        journal.tail(most).unwrap().entries.iter().map(|e| e.event).collect()
    }

    #[test]
    fn lines_are_kept_in_order_and_the_next_does_not_stick_to_a_cut_one() {
        let (folder, journal) = journal("order");
        assert_eq!(journal.tail(10).unwrap(), Tail::default(), "there is no file yet");
        for event in [Event::Confirmed, Event::Sending, Event::Sent] {
            journal.append(&entry(event)).unwrap();
        }
        let mut text = std::fs::read_to_string(journal.path()).unwrap();
        text.push_str("{\"at\":\"2026-");
        std::fs::write(journal.path(), text).unwrap();
        assert_eq!(events(&journal, 2), [Event::Sending, Event::Sent]);
        journal.append(&entry(Event::Done)).unwrap();
        assert_eq!(events(&journal, 2), [Event::Sent, Event::Done]);
        let later = journal.clone().from_here();
        assert_eq!(later.tail(10).unwrap(), Tail::default());
        later.append(&entry(Event::Refused)).unwrap();
        assert_eq!(events(&later, 10), [Event::Refused]);
        assert_eq!(events(&journal, 10).len(), 5, "nothing is lost of it");
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_damaged_line_is_counted_and_hides_no_other() {
        let line = serde_json::to_vec(&entry(Event::Sent)).unwrap();
        let cases: [(&str, &[u8], usize); 6] = [
            ("a byte that is not UTF-8", b"{\"at\":\"\xff\"}\n", 1),
            ("not JSON", b"words\n", 1),
            ("NUL bytes of a lost machine", &[0; 4096], 1),
            ("an empty line", b"\n", 0),
            ("a line of another shape", b"{\"event\":\"sent\"}\n", 1),
            ("an event that a newer version wrote", b"{\"event\":\"new\"}\n", 1),
        ];
        for (what, damage, unreadable) in cases {
            let (folder, journal) = journal("damage");
            std::fs::create_dir_all(journal.path().parent().unwrap()).unwrap();
            let end = if damage.ends_with(b"\n") { &b""[..] } else { &b"\n"[..] };
            std::fs::write(journal.path(), [damage, end, &line, b"\n"].concat()).unwrap();
            let tail = journal.tail(10).unwrap();
            assert_eq!((tail.entries.len(), tail.unreadable), (1, unreadable), "{what}");
            std::fs::remove_dir_all(folder).unwrap();
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn other_files_than_regular_ones_are_refused_and_nothing_hangs() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        type Make = fn(&Path);
        let cases: [(&str, Make, &str); 4] = [
            ("a directory", |path| std::fs::create_dir(path).unwrap(), ""),
            ("a device", |path| symlink("/dev/null", path).unwrap(), "not a regular file"),
            (
                "a FIFO",
                |path| {
                    let fifo = rustix::fs::FileType::Fifo;
                    rustix::fs::mknodat(rustix::fs::CWD, path, fifo, rustix::fs::Mode::RWXU, 0).unwrap();
                },
                "not a regular file",
            ),
            (
                "a file for everybody",
                |path| {
                    std::fs::write(path, "").unwrap();
                    std::fs::set_permissions(path, PermissionsExt::from_mode(0o666)).unwrap();
                },
                "everybody may write to it",
            ),
        ];
        for (what, make, why) in cases {
            let (folder, journal) = journal("refused");
            std::fs::create_dir_all(journal.path().parent().unwrap()).unwrap();
            make(journal.path());
            let error = journal.append(&entry(Event::Sent)).unwrap_err().to_string();
            assert!(error.contains(why), "{what}: {error}");
            assert!(journal.tail(10).is_err(), "{what} is not read either");
            std::fs::remove_dir_all(folder).unwrap();
        }
    }

    #[test]
    fn a_journal_that_cannot_be_written_says_so() {
        assert!(Journal::at("/proc/none/journal.jsonl".into()).append(&entry(Event::Sent)).is_err());
    }
}
