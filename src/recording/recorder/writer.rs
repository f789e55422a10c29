//! The thread that compares, compresses and writes.

use std::fs::File;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::Timestamp;
use tokio::time::Instant;

use super::super::AccountState;
use super::super::file::{Entry, Frame, Header, Sum, TableEntry};
use super::{State, lock};
use crate::aws::Usage;
use crate::resources::{AccountId, Delta, KeptEvent, Patch, Store, TableUpdate};

/// The maximum time that a killed console loses.
const FLUSH: Duration = Duration::from_secs(1);
/// A key frame is due when this many times its expected size was written since the last one.
const FRAME_AFTER: u64 = 4;

/// A job for the writer.
pub(super) enum Job {
    Polled(Timestamp, AccountId, Box<TableUpdate>),
    Used(Timestamp, AccountId, Usage),
    Happened(Timestamp, AccountId, KeptEvent),
    Forgot(Timestamp, AccountId),
    Frame { at: Timestamp, accounts: Vec<AccountState>, gap: bool },
    End(Timestamp),
}

/// The open file.
pub(super) struct Writer {
    out: GzEncoder<File>,
    sum: Sum,
    state: Arc<Mutex<State>>,
    /// The tables and the usage of each account, as they are in the file.
    known: Vec<(Store, Usage)>,
    /// The number of key frames so far.
    frames: u64,
    /// The size of the member in bytes when its key frame was complete.
    frame_bytes: u64,
    /// The expected size of a key frame in bytes: the size of the last one, plus the rows that were added since.
    next_frame: u64,
    flushed: Instant,
    /// Was something written since the last flush?
    dirty: bool,
}

impl Writer {
    pub(super) fn new(file: File, header: &Header, state: Arc<Mutex<State>>) -> io::Result<Self> {
        let known = vec![(Store::default(), Usage::default()); header.accounts.len()];
        let (out, sum) = (GzEncoder::new(file, Compression::default()), Sum::default());
        let flushed = Instant::now();
        let mut writer =
            Self { out, sum, state, known, frames: 0, frame_bytes: 0, next_frame: 0, flushed, dirty: true };
        writer.sum.begin(&mut writer.out, header)?;
        writer.flush()?;
        Ok(writer)
    }

    /// Writes until the end is requested, or until all senders are gone.
    pub(super) fn run(mut self, jobs: &mpsc::Receiver<Job>) {
        let state = self.state.clone();
        let ended = loop {
            let done = match jobs.recv_timeout(FLUSH) {
                Ok(Job::End(at)) => break self.end(at),
                Ok(job) => self.write_job(job),
                Err(mpsc::RecvTimeoutError::Timeout) => self.flush(),
                Err(mpsc::RecvTimeoutError::Disconnected) => break Ok(()),
            };
            if done.is_err() {
                break done;
            }
        };
        if let Err(error) = ended {
            lock(&state).trouble = Some(format!("nothing more is recorded: {error}"));
        }
    }

    fn write_job(&mut self, job: Job) -> io::Result<()> {
        // A replay needs a key frame first.
        if self.frames == 0 && !matches!(job, Job::Frame { .. } | Job::End(_)) {
            return Ok(());
        }
        match job {
            Job::Polled(at, account, update) => self.polled(at, account, *update),
            Job::Used(at, account, usage) => self.used(at, account, usage),
            Job::Happened(at, account, event) => self.write::<()>(&Entry::Event(at, account, event)),
            Job::Forgot(at, account) => {
                if let Some((store, _)) = self.known.get_mut(account.place()) {
                    *store = Store::default();
                }
                self.write::<()>(&Entry::Forgotten(at, account))
            }
            Job::Frame { at, accounts, gap } => self.frame(at, accounts, gap),
            Job::End(at) => self.write::<()>(&Entry::End(at)),
        }?;
        if self.flushed.elapsed() >= FLUSH {
            self.flush()?;
        }
        Ok(())
    }

    fn polled(&mut self, at: Timestamp, account: AccountId, update: TableUpdate) -> io::Result<()> {
        let Some((known, _)) = self.known.get_mut(account.place()) else { return Ok(()) };
        let (kind, mut patches) = (update.kind(), Vec::new());
        update.patches_since(known, &mut |patch: Patch| {
            patches.push(patch);
            Ok(())
        })?;
        let other_state = known.table(kind).source().state != update.source().state;
        known.apply(update);
        for patch in patches {
            let (kind, moment) = (kind.name().to_owned(), other_state || patch.changes_rows());
            let (before, adds_rows) = (self.sum.bytes, patch.adds_rows());
            self.write(&Entry::Table(TableEntry { at, account, kind, moment, patch }))?;
            if adds_rows {
                self.next_frame += self.sum.bytes - before;
            }
        }
        let written = self.sum.bytes - self.frame_bytes;
        lock(&self.state).frame_due |= written > self.next_frame * FRAME_AFTER;
        Ok(())
    }

    fn used(&mut self, at: Timestamp, account: AccountId, mut usage: Usage) -> io::Result<()> {
        let Some((_, known)) = self.known.get_mut(account.place()) else { return Ok(()) };
        // The cost changes all the time, but its rounded value seldom does.
        usage.cost_per_day = as_shown(usage.cost_per_day);
        if *known == usage {
            return Ok(());
        }
        let before = std::mem::replace(known, usage.clone());
        let Some(delta) = Delta::of(&before, &usage)? else { return Ok(()) };
        self.write::<()>(&Entry::Usage(at, account, delta))
    }

    /// Begins a new member with the whole state.
    fn frame(&mut self, at: Timestamp, accounts: Vec<AccountState>, gap: bool) -> io::Result<()> {
        let sum = if self.frames == 0 { 0 } else { self.sum.value() };
        if self.frames > 0 {
            self.out.try_finish()?;
            let file = self.out.get_ref().try_clone()?;
            (self.out, self.sum) = (GzEncoder::new(file, Compression::default()), Sum::default());
        }
        self.write::<()>(&Entry::Frame(Frame { at, number: self.frames, sum, gap }))?;
        for (account, state) in AccountId::all().zip(accounts) {
            for (kind, table) in state.store.tables() {
                table.patches(&mut |patch| {
                    let entry = TableEntry { at, account, kind: kind.name().to_owned(), moment: false, patch };
                    self.write(&Entry::Table(entry))
                })?;
            }
            if let Some(usage) = Delta::of(&Usage::default(), &state.usage)? {
                self.write::<()>(&Entry::Usage(at, account, usage))?;
            }
            for event in state.events {
                self.write::<()>(&Entry::Event(at, account, event))?;
            }
            if let Some(known) = self.known.get_mut(account.place()) {
                *known = (state.store, state.usage);
            }
        }
        self.write::<()>(&Entry::Whole(at))?;
        (self.frames, self.frame_bytes, self.next_frame) = (self.frames + 1, self.sum.bytes, self.sum.bytes);
        self.flush()
    }

    fn write<P: serde::Serialize>(&mut self, entry: &Entry<P>) -> io::Result<()> {
        self.dirty = true;
        self.sum.write(&mut self.out, entry)
    }

    /// Makes everything so far readable.
    fn flush(&mut self) -> io::Result<()> {
        self.flushed = Instant::now();
        if std::mem::take(&mut self.dirty) {
            self.out.flush()?;
            self.note_length()?;
        }
        Ok(())
    }

    fn note_length(&self) -> io::Result<()> {
        lock(&self.state).bytes = self.out.get_ref().metadata()?.len();
        Ok(())
    }

    fn end(mut self, at: Timestamp) -> io::Result<()> {
        self.write_job(Job::End(at))?;
        self.out.try_finish()?;
        self.out.get_ref().sync_data()?;
        self.note_length()
    }
}

/// Rounds an amount to the last digit that is shown.
fn as_shown(dollars: f64) -> f64 {
    let parts = match dollars {
        small if small < 0.005 => 10_000.0,
        large if large >= 10.0 => 1.0,
        _ => 100.0,
    };
    (dollars * parts).round() / parts
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use crate::recording::file::{FORMAT, VERSION};

    #[test]
    fn a_full_disk_ends_the_recording_and_is_told() {
        let path = std::env::temp_dir().join(format!("sagetop-recording-full-{}", std::process::id()));
        let (format, program, config) = (FORMAT.to_owned(), "0".to_owned(), String::new());
        let header = Header { format, version: VERSION, program, accounts: Vec::new(), config };
        let state = Arc::new(Mutex::new(State::default()));
        let mut writer = Writer::new(File::create(&path).unwrap(), &header, state.clone()).unwrap();
        let full = File::options().write(true).open("/dev/full").unwrap();
        writer.out = GzEncoder::new(full, Compression::fast());
        let (jobs, queue) = mpsc::sync_channel(4);
        let at = Timestamp::UNIX_EPOCH;
        jobs.send(Job::Frame { at, accounts: Vec::new(), gap: false }).unwrap();
        jobs.send(Job::End(at)).unwrap();
        writer.run(&queue);
        let trouble = lock(&state).trouble.clone().unwrap();
        assert!(trouble.contains("nothing more is recorded: No space left"), "{trouble}");
        std::fs::remove_file(path).unwrap();
    }
}
