//! The terminal, read by whoever waits for it together with all else.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, ErrorKind};

use crossterm::event::Event;
use crossterm::terminal;
use rustix::fs::{Mode, OFlags, open};
use rustix::termios::ttyname;
use tokio::net::unix::pipe::Receiver;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Bytes that are read at once.
const AT_ONCE: usize = 1024;

/// A key, and the beginning of all keys with a name.
const ESC: u8 = 0x1b;

/// The terminal on standard input.
pub(super) struct Tty {
    /// No pipe, but what can be said of one end of it is all that is needed.
    input: Receiver,
    resized: Signal,
    bytes: Bytes,
    typed: VecDeque<Event>,
}

impl Tty {
    /// # Errors
    /// When it cannot be opened once more, or the system cannot wait for it together with other things.
    pub(super) fn new() -> io::Result<Self> {
        // Once more, as reading must never wait, and saying so to standard input would say it to the output as well:
        // most often both are one.
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        let terminal = open(ttyname(io::stdin(), Vec::new())?, flags, Mode::empty())?;
        let input = Receiver::from_file_unchecked(File::from(terminal))?;
        let resized = signal(SignalKind::window_change())?;
        Ok(Self { input, resized, bytes: Bytes::default(), typed: VecDeque::new() })
    }

    /// What comes next; nothing when the terminal is gone. May be dropped before it ends, and loses nothing.
    pub(super) async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.typed.pop_front() {
                return Some(event);
            }
            tokio::select! {
                ready = self.input.readable() => {
                    ready.ok()?;
                    let mut read = [0; AT_ONCE];
                    match self.input.try_read(&mut read) {
                        Ok(0) => return None,
                        Ok(n) => self.typed.extend(self.bytes.take(read.get(..n)?)),
                        Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {}
                        Err(_) => return None,
                    }
                }
                _ = self.resized.recv() => {
                    let (columns, rows) = terminal::size().ok()?;
                    return Some(Event::Resize(columns, rows));
                }
            }
        }
    }
}

/// What was read of a key so far.
#[derive(Debug, Default)]
struct Bytes(Vec<u8>);

impl Bytes {
    /// Takes what was read at once; the events that are whole. What means nothing is left out.
    fn take(&mut self, read: &[u8]) -> Vec<Event> {
        let mut events = Vec::new();
        for (place, byte) in read.iter().enumerate() {
            self.0.push(*byte);
            // What a key with a name is made of comes at once; a full buffer may have cut it in two.
            let more = place + 1 < read.len() || read.len() == AT_ONCE;
            if self.0 == [ESC] && more {
                continue;
            }
            match terminput::Event::parse_from(&self.0) {
                Ok(None) => continue,
                Ok(Some(event)) => events.extend(terminput_crossterm::to_crossterm(event)),
                Err(_) => {}
            }
            self.0.clear();
        }
        events
    }
}

#[cfg(test)]
mod tests {
    use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

    use super::*;

    fn key(code: KeyCode, modifiers: KeyModifiers) -> Event {
        Event::Key(KeyEvent::new(code, modifiers))
    }

    fn plain(code: KeyCode) -> Event {
        key(code, KeyModifiers::NONE)
    }

    #[test]
    fn keys_that_come_together_are_told_apart() {
        let typed = Bytes::default().take(b"j\x1b[B\x1bOP\x03\r\xc3\xa9G\x1bx\x1b");
        let wanted = [
            plain(KeyCode::Char('j')),
            plain(KeyCode::Down),
            plain(KeyCode::F(1)),
            key(KeyCode::Char('c'), KeyModifiers::CONTROL),
            plain(KeyCode::Enter),
            plain(KeyCode::Char('é')),
            key(KeyCode::Char('G'), KeyModifiers::SHIFT),
            key(KeyCode::Char('x'), KeyModifiers::ALT),
            plain(KeyCode::Esc),
        ];
        assert_eq!(typed, wanted);
    }

    #[test]
    fn a_key_in_two_pieces_is_one_key() {
        let mut bytes = Bytes::default();
        assert_eq!(bytes.take(b"\x1b["), []);
        assert_eq!(bytes.take(b"A\xc3"), [plain(KeyCode::Up)]);
        assert_eq!(bytes.take(b"\xa9"), [plain(KeyCode::Char('é'))]);
        // Cut just behind its beginning, where it looks like the key `esc`.
        let mut full = vec![b'x'; AT_ONCE - 1];
        full.push(ESC);
        assert_eq!(bytes.take(&full).len(), AT_ONCE - 1);
        assert_eq!(bytes.take(b"[B"), [plain(KeyCode::Down)]);
    }

    #[test]
    fn what_is_pasted_is_no_key_however_it_comes() {
        let mut bytes = Bytes::default();
        assert_eq!(bytes.take(b"\x1b[200~q\x1b[31m"), []);
        assert_eq!(bytes.take(b" quit\x1b[201~j"), [Event::Paste("q\x1b[31m quit".into()), plain(KeyCode::Char('j'))]);
    }

    #[test]
    fn what_means_nothing_is_left_out_and_the_rest_goes_on() {
        let typed = Bytes::default().take(b"\xff\x1b[999zj");
        assert_eq!(typed.last(), Some(&plain(KeyCode::Char('j'))));
    }
}
