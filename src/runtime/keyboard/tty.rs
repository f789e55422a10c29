//! The terminal, read by the task that also waits for all other events.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, ErrorKind};

use crossterm::event::Event;
use crossterm::terminal;
use rustix::fs::{Mode, OFlags, open};
use rustix::termios::ttyname;
use tokio::net::unix::pipe::Receiver;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::Instant;

use super::bytes::Bytes;
use crate::runtime::until::until;

/// The number of bytes that are read at once.
const AT_ONCE: usize = 1024;

/// The terminal on standard input.
pub(super) struct Tty {
    /// The terminal. Tokio's `AsyncFd` would fit, but needs unsafe code. Its pipe polls and reads a terminal as well.
    input: Receiver,
    resized: Signal,
    bytes: Bytes,
    typed: VecDeque<Event>,
}

impl Tty {
    /// Opens the terminal for reading.
    ///
    /// # Errors
    /// The terminal cannot be opened again, or the system cannot wait for it together with other events.
    pub(super) fn new() -> io::Result<Self> {
        // The terminal is opened a second time, because reads must not block. Making standard input non-blocking
        // would do the same to standard output: both are usually one open file.
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        let terminal = open(ttyname(io::stdin(), Vec::new())?, flags, Mode::empty())?;
        let input = Receiver::from_file_unchecked(File::from(terminal))?;
        let resized = signal(SignalKind::window_change())?;
        Ok(Self { input, resized, bytes: Bytes::default(), typed: VecDeque::new() })
    }

    /// Returns the next event. `None` if the terminal was closed. The future may be dropped before it ends without
    /// losing input.
    pub(super) async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.typed.pop_front() {
                return Some(event);
            }
            let due = self.bytes.due();
            tokio::select! {
                biased;
                ready = self.input.readable() => {
                    ready.ok()?;
                    let mut read = [0; AT_ONCE];
                    match self.input.try_read(&mut read) {
                        Ok(0) => return None,
                        Ok(n) => self.typed.extend(self.bytes.take(read.get(..n)?, Instant::now())),
                        Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {}
                        Err(_) => return None,
                    }
                }
                () = until(due) => self.typed.extend(self.bytes.late(Instant::now())),
                _ = self.resized.recv() => {
                    let (columns, rows) = terminal::size().ok()?;
                    return Some(Event::Resize(columns, rows));
                }
            }
        }
    }
}
