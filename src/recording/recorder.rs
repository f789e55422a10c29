//! Writes the changes of the tables to a file while they happen.
//!
//! A separate thread compares, compresses and writes, so that a slow disk never delays a poll or the screen.

mod writer;

use std::fs::{File, OpenOptions};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, SyncSender, TrySendError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use jiff::Timestamp;

use super::file::{FORMAT, Header, VERSION};
use super::{AccountState, RecordedAccount};
use crate::aws::{StandIn, Usage};
use crate::redact;
use crate::resources::{AccountId, KeptEvent, TableUpdate};
use writer::{Job, Writer};

/// The maximum number of jobs that wait for the disk: some minutes of a large account. They share the rows of the
/// tables.
const MOST_WAITING: usize = 2_048;

/// An active recording. Clones write to the same file.
#[derive(Clone)]
pub struct Recorder(Arc<Inner>);

struct Inner {
    path: PathBuf,
    clock: Box<dyn Fn() -> Timestamp + Send + Sync>,
    jobs: Mutex<Option<SyncSender<Job>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
    state: Arc<Mutex<State>>,
}

/// The state that the writer shares with its callers.
#[derive(Debug, Default)]
struct State {
    /// The length of the file after the last write.
    bytes: u64,
    /// Was something left out since the last key frame?
    gap: bool,
    /// The number of changes that were left out in all.
    left_out: u64,
    /// Is it time for a key frame?
    frame_due: bool,
    /// The reason why nothing more is written.
    trouble: Option<String>,
}

/// The state of a recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordingStatus {
    /// The file.
    pub path: PathBuf,
    /// The length of the file after the last write, at most a second ago.
    pub bytes: u64,
    /// The reason why it is not complete, as the end of a sentence.
    pub trouble: Option<String>,
}

impl std::fmt::Debug for Recorder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Recorder").field(&self.0.path).finish()
    }
}

impl Recorder {
    /// Begins a recording of these accounts in a new file that only its owner can read.
    ///
    /// # Errors
    /// A sentence: the file exists already, its folder does not exist, or it cannot be written.
    pub fn create(
        path: &Path,
        config: &str,
        accounts: &[RecordedAccount],
        clock: impl Fn() -> Timestamp + Send + Sync + 'static,
    ) -> Result<Self, String> {
        // An endpoint URL may contain a user name.
        let clean = |stand_in: &StandIn| match stand_in {
            StandIn::Url(url) => StandIn::Url(redact::text(url).into_owned()),
            StandIn::Demo => StandIn::Demo,
        };
        let accounts = accounts
            .iter()
            .map(|account| RecordedAccount { stand_in: account.stand_in.as_ref().map(clean), ..account.clone() });
        let header = Header {
            format: FORMAT.to_owned(),
            version: VERSION,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            accounts: accounts.collect(),
            config: redact::text(config).into_owned(),
        };
        let file = new_file(path)?;
        let state = Arc::new(Mutex::new(State { frame_due: true, ..State::default() }));
        let failed = |e: std::io::Error| format!("{} cannot be written: {e}", path.display());
        let writer = Writer::new(file, &header, state.clone()).map_err(|e| {
            // A file without a header would keep the next try from writing.
            let _ = std::fs::remove_file(path);
            failed(e)
        })?;
        let (jobs, queue) = mpsc::sync_channel(MOST_WAITING);
        let thread = std::thread::Builder::new().name("recorder".into()).spawn(move || writer.run(&queue));
        let thread = Mutex::new(Some(thread.map_err(failed)?));
        let (path, clock, jobs) = (path.to_owned(), Box::new(clock), Mutex::new(Some(jobs)));
        Ok(Self(Arc::new(Inner { path, clock, jobs, thread, state })))
    }

    /// Records the answer of a poll.
    pub fn polled(&self, account: AccountId, update: &TableUpdate) {
        self.send(Job::Polled(self.now(), account, Box::new(update.clone())));
    }

    /// Records the usage of an account.
    pub fn used(&self, account: AccountId, usage: &Usage) {
        self.send(Job::Used(self.now(), account, usage.clone()));
    }

    /// Records an event.
    pub fn happened(&self, account: AccountId, event: KeptEvent) {
        self.send(Job::Happened(self.now(), account, event));
    }

    /// Records that the rows of an account were dropped, because they belonged to another account.
    pub fn forgot(&self, account: AccountId) {
        self.send(Job::Forgot(self.now(), account));
    }

    /// Is it time for [`Self::key_frame`]?
    #[must_use]
    pub fn wants_key_frame(&self) -> bool {
        let state = self.lock();
        state.frame_due || state.gap
    }

    /// Records the whole state of each account, so that a replay can begin here.
    pub fn key_frame(&self, accounts: Vec<AccountState>) {
        let gap = {
            let mut state = self.lock();
            state.frame_due = false;
            std::mem::take(&mut state.gap)
        };
        self.send(Job::Frame { at: self.now(), accounts, gap });
    }

    /// Returns the state.
    #[must_use]
    pub fn status(&self) -> RecordingStatus {
        let state = self.lock();
        let left_out =
            (state.left_out > 0).then(|| format!("{} changes left out: the disk is too slow", state.left_out));
        RecordingStatus { path: self.0.path.clone(), bytes: state.bytes, trouble: state.trouble.clone().or(left_out) }
    }

    /// Ends the recording and waits until it is on the disk. Later changes are not recorded.
    #[must_use]
    pub fn finish(&self) -> RecordingStatus {
        self.0.finish();
        self.status()
    }

    /// Returns the time in milliseconds, the unit of positions.
    fn now(&self) -> Timestamp {
        self.0.now()
    }

    fn send(&self, job: Job) {
        // A writer that has ended has reported the reason.
        let full = match lock(&self.0.jobs).as_ref() {
            Some(jobs) => matches!(jobs.try_send(job), Err(TrySendError::Full(_))),
            None => false,
        };
        if full {
            let mut state = self.lock();
            (state.gap, state.left_out) = (true, state.left_out + 1);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.0.state)
    }
}

impl Inner {
    fn now(&self) -> Timestamp {
        let now = (self.clock)();
        Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
    }

    fn finish(&self) {
        let Some(jobs) = lock(&self.jobs).take() else { return };
        // The writer processes all waiting jobs before it sees that the channel is closed.
        let _ = jobs.send(Job::End(self.now()));
        drop(jobs);
        if let Some(thread) = lock(&self.thread).take()
            && thread.join().is_err()
        {
            lock(&self.state).trouble.get_or_insert_with(|| "the recorder has failed".to_owned());
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.finish();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[expect(clippy::wildcard_enum_match_arm, reason = "most errors have nothing to add")]
fn new_file(path: &Path) -> Result<File, String> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => format!("{} is there already; a recording overwrites nothing", path.display()),
        ErrorKind::NotFound => {
            let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
            format!("there is no folder {} for the recording", folder.display())
        }
        _ => format!("{} cannot be written: {error}", path.display()),
    })
}

#[cfg(test)]
mod tests {
    use super::super::{Player, Recorded, Recording};
    use super::*;
    use crate::config::Colour;
    use crate::resources::group::ModelPackageGroup;
    use crate::resources::{Listing, Store};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    /// Returns a store with this group, and the poll that added it.
    fn read(store: &Store, second: i64, name: &str) -> (Store, TableUpdate) {
        let (mut store, group) = (store.clone(), ModelPackageGroup { name: name.into(), ..Default::default() });
        let changes = store.groups.apply(Ok(Listing::all(vec![group])), at(second));
        let update = TableUpdate::Groups(store.groups.clone(), changes);
        (store, update)
    }

    #[test]
    fn what_was_left_out_is_told_and_is_in_the_next_key_frame() {
        let path = std::env::temp_dir().join(format!("sagetop-recording-gap-{}", std::process::id()));
        let (region, stand_in) = ("eu-west-1".to_owned(), None);
        let account = RecordedAccount { name: "prod".into(), label: None, region, stand_in, colour: Colour::Plain };
        let now = Arc::new(Mutex::new(at(0)));
        let clock = now.clone();
        let recorder = Recorder::create(&path, "", &[account], move || *lock(&clock)).unwrap();
        let state = |store: &Store| vec![AccountState { store: store.clone(), ..AccountState::default() }];
        recorder.key_frame(state(&Store::default()));
        let (store, update) = read(&Store::default(), 1, "a");
        *lock(&now) = at(1);
        recorder.polled(AccountId::FIRST, &update);
        // Simulate a queue that is full and loses one change.
        let (store, _) = read(&store, 2, "b");
        (recorder.lock().gap, recorder.lock().left_out) = (true, 1);
        assert!(recorder.wants_key_frame());
        *lock(&now) = at(3);
        recorder.key_frame(state(&store));
        let (_, update) = read(&store, 4, "c");
        *lock(&now) = at(4);
        recorder.polled(AccountId::FIRST, &update);
        assert!(recorder.finish().trouble.unwrap().contains("1 changes left out"));
        let recording = Arc::new(Recording::open(&path).unwrap());
        assert!(recording.is_moment(at(3)), "a step goes there");
        let mut player = Player::new(recording);
        player.seek(at(0));
        let entries = player.play(at(9));
        let [Recorded::Polled(..), Recorded::Restored(restored), Recorded::Polled(..)] = entries.as_slice() else {
            panic!("{entries:?}")
        };
        assert!(restored[0].store.groups.get("b").is_some());
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn who_hands_something_over_never_waits_for_the_disk() {
        let (jobs, _never_read) = mpsc::sync_channel(2);
        let state = Arc::new(Mutex::new(State::default()));
        let (path, thread) = (PathBuf::new(), Mutex::new(None));
        let inner = Inner { path, clock: Box::new(|| at(0)), jobs: Mutex::new(Some(jobs)), thread, state };
        let recorder = Recorder(Arc::new(inner));
        for _ in 0..5 {
            recorder.forgot(AccountId::FIRST);
        }
        assert_eq!(recorder.status().trouble.as_deref(), Some("3 changes left out: the disk is too slow"));
        assert!(recorder.wants_key_frame());
        lock(&recorder.0.jobs).take();
    }
}
