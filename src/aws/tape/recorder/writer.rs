//! The thread that cleans, compresses and writes.

use std::collections::HashMap;
use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Write};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::Timestamp;

use super::super::asked::Asked;
use super::super::file::{Entry, FORMAT, Head, Header, Sum, VERSION};
use super::super::scrub::{Kept, Reply, scrub};
use super::super::{Scope, lock};
use super::State;
use crate::redact;

/// A killed console loses no more than the last replies of this time.
const FLUSH: Duration = Duration::from_secs(1);

/// What is to be written.
pub(super) enum Job {
    Scope(Scope),
    Reply { at: Timestamp, scope: Arc<str>, asked: Asked, reply: Reply },
    End(Timestamp),
}

/// The open file.
pub(super) struct Writer {
    out: GzEncoder<File>,
    sum: Sum,
    state: Arc<Mutex<State>>,
    /// The last reply to each request, as hashes: what is the same again is not written again.
    last: HashMap<u64, u64>,
    replies: u64,
    flushed: Timestamp,
    /// Something was written since.
    dirty: bool,
}

impl Writer {
    pub(super) fn new(file: File, started: Timestamp, config: &str, state: Arc<Mutex<State>>) -> io::Result<Self> {
        let header = Header {
            format: FORMAT.to_owned(),
            version: VERSION,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            started,
            config: redact::text(config).into_owned(),
        };
        let out = GzEncoder::new(file, Compression::default());
        let (last, sum) = (HashMap::new(), Sum::default());
        let mut writer = Self { out, sum, state, last, replies: 0, flushed: started, dirty: true };
        writer.sum.begin(&mut writer.out, &header)?;
        writer.flush()?;
        Ok(writer)
    }

    /// Writes until it is told to end, or nobody can tell it anything any more.
    pub(super) fn run(mut self, jobs: &mpsc::Receiver<Job>) {
        let state = self.state.clone();
        let ended = loop {
            let done = match jobs.recv_timeout(FLUSH) {
                Ok(Job::End(at)) => break self.end(at),
                Ok(job) => self.write(job),
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

    fn write(&mut self, job: Job) -> io::Result<()> {
        self.dirty = true;
        match job {
            Job::Scope(scope) => self.sum.write(&mut self.out, &Entry::Scope(scope), None),
            Job::Reply { at, scope, asked, reply } => {
                let mut state = lock(&self.state);
                state.waiting = state.waiting.saturating_sub(reply.body.len());
                drop(state);
                match scrub(&asked, &reply) {
                    Some(kept) => self.reply(at, &scope, asked, &kept),
                    None => Ok(()),
                }
            }
            Job::End(at) => self.sum.write(&mut self.out, &Entry::End(at), None),
        }
    }

    fn reply(&mut self, at: Timestamp, scope: &str, asked: Asked, kept: &Kept) -> io::Result<()> {
        let reply = kept.reply();
        let request = hash(&(asked.shelf(scope), &asked.page));
        let same = self.last.insert(request, hash(reply)) == Some(hash(reply));
        // The request's own words were cleaned when it was read.
        let head = Head {
            at: Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at),
            scope: scope.to_owned(),
            service: asked.service,
            operation: asked.operation,
            key: asked.key,
            page: asked.page,
            until: asked.until,
            status: reply.status,
            headers: if same { Vec::new() } else { reply.headers.clone() }.into_iter().collect(),
            bytes: (!same).then_some(reply.body.len()),
        };
        let body = (!same).then_some(reply.body.as_ref());
        self.sum.write(&mut self.out, &Entry::Reply(head), body)?;
        self.replies += 1;
        if at.duration_since(self.flushed).unsigned_abs() >= FLUSH {
            self.flushed = at;
            self.flush()?;
        }
        Ok(())
    }

    /// Everything so far can be read from now on.
    fn flush(&mut self) -> io::Result<()> {
        if !std::mem::take(&mut self.dirty) {
            return Ok(());
        }
        self.out.flush()?;
        self.written(self.out.get_ref().metadata()?.len());
        Ok(())
    }

    /// What is told is in the file: a reply counts when it can be read there.
    fn written(&self, bytes: u64) {
        let mut state = lock(&self.state);
        (state.replies, state.bytes) = (self.replies, bytes);
    }

    fn end(mut self, at: Timestamp) -> io::Result<()> {
        self.write(Job::End(at))?;
        self.out.try_finish()?;
        let file = self.out.get_ref();
        file.sync_data()?;
        self.written(file.metadata()?.len());
        Ok(())
    }
}

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
