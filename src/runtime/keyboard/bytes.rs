//! Turns the bytes of a terminal into keys and pastes.
//!
//! The key `esc` and the beginning of a longer key or of a paste are the same byte, `ESC`. It is the key if nothing
//! follows for a moment. The caller passes the time.

use std::time::Duration;

use crossterm::event::{Event, KeyCode, KeyEvent};
use tokio::time::Instant;

/// The byte of the key `esc`, with which arrows, function keys and pastes begin as well.
const ESC: u8 = 0x1b;

/// The markers that a terminal sends before and after a pasted text.
const PASTE_BEGINS: &[u8] = b"\x1b[200~";
const PASTE_ENDS: &[u8] = b"\x1b[201~";

/// `ESC` is the key `esc` if nothing follows it for this long. Over a network the rest may arrive in a separate
/// packet.
const LONGEST_ESCAPE: Duration = Duration::from_millis(40);

/// The maximum number of bytes of a key.
const LONGEST_KEY: usize = 64;

/// The maximum number of bytes of a pasted text that are kept. The console needs no more.
const LONGEST_PASTE: usize = 64 * 1024;

/// A paste without an end is abandoned if nothing came for this long...
const QUIET_PASTE: Duration = Duration::from_millis(500);

/// ...or when its bytes have come no faster than keys for this long.
const SLOWEST_PASTE: Duration = Duration::from_secs(5);

/// For this long after a paste was abandoned, a read of at least [`BURST`] bytes, or one that holds the end of a paste,
/// is treated as its continuation.
const REST_OF_PASTE: Duration = Duration::from_secs(10);

/// Nobody types this many bytes at once.
const BURST: usize = 16;

/// Nobody types two keys within this time; a key that is held down repeats more slowly.
const FASTEST_KEYS: Duration = Duration::from_millis(10);

/// The bytes that were read and do not make an event yet.
#[derive(Debug, Default)]
pub(super) struct Bytes {
    /// The bytes of a key so far.
    key: Vec<u8>,
    /// A paste that has begun.
    paste: Option<Paste>,
    /// When the last byte came.
    last: Option<Instant>,
    /// The key `esc` was reported because nothing followed it in time.
    told_escape: bool,
    /// When a paste was abandoned whose end has not come since.
    gave_up: Option<Instant>,
}

/// A pasted text so far.
#[derive(Debug)]
struct Paste {
    text: Vec<u8>,
    /// When its bytes last came faster than keys.
    flowed: Instant,
    /// The number of bytes of the end marker that were read.
    end: usize,
}

impl Bytes {
    /// Takes the bytes of one read, and returns the events that are complete. Bytes without a meaning are dropped.
    pub(super) fn take(&mut self, read: &[u8], now: Instant) -> Vec<Event> {
        let flows = read.len() >= BURST || self.last.is_some_and(|last| now < last + FASTEST_KEYS);
        self.last = Some(now);
        let late = std::mem::take(&mut self.told_escape);
        if late && self.key.is_empty() && read.len() > 1 && read.starts_with(b"[") {
            // These bytes continue a key whose `ESC` was taken for the key `esc`.
            self.key.push(ESC);
        }
        if let Some(paste) = self.paste.as_mut() {
            paste.flowed = if flows { now } else { paste.flowed };
        } else if self.is_rest_of_paste(read, now) {
            self.go_on_with_paste(now);
        }
        read.iter().flat_map(|byte| self.push(*byte, now)).collect()
    }

    /// Returns the time when [`Self::late`] must be called if nothing more is read.
    pub(super) fn due(&self) -> Option<Instant> {
        let last = self.last?;
        match &self.paste {
            Some(paste) => Some((last + QUIET_PASTE).min(paste.flowed + SLOWEST_PASTE)),
            None => self.waits_for_time().then(|| last + LONGEST_ESCAPE),
        }
    }

    /// Returns the events that are complete because nothing followed in time.
    pub(super) fn late(&mut self, now: Instant) -> Vec<Event> {
        if self.due().is_none_or(|due| now < due) {
            return Vec::new();
        }
        if let Some(paste) = self.paste.take() {
            self.give_up(&paste, now);
            return vec![paste.event()];
        }
        self.told_escape = true;
        let escapes = self.key.len();
        self.key.clear();
        vec![escape(); escapes]
    }

    /// Does this read continue a paste that was abandoned, so that none of it may act as keys?
    fn is_rest_of_paste(&self, read: &[u8], now: Instant) -> bool {
        if self.gave_up.is_none_or(|at| now >= at + REST_OF_PASTE) {
            return false;
        }
        let all = [self.key.as_slice(), read].concat();
        // Bytes that begin with a marker, or may become one, need no guess.
        if all.starts_with(PASTE_BEGINS) || all.starts_with(PASTE_ENDS) || PASTE_ENDS.starts_with(&all) {
            return false;
        }
        let ends = all.windows(PASTE_ENDS.len()).any(|part| part == PASTE_ENDS);
        let may_end = (1..PASTE_ENDS.len()).any(|n| PASTE_ENDS.get(..n).is_some_and(|end| all.ends_with(end)));
        read.len() >= BURST || ends || may_end
    }

    /// Treats the bytes of an unfinished key, and all that follows, as the rest of an abandoned paste.
    fn go_on_with_paste(&mut self, now: Instant) {
        let mut paste = Paste::new(now);
        for byte in self.key.drain(..) {
            paste.push(byte);
        }
        self.paste = Some(paste);
    }

    /// Remembers an abandoned paste, and how much of its end was read, because the rest of the end must not act as
    /// keys.
    fn give_up(&mut self, paste: &Paste, now: Instant) {
        self.gave_up = Some(now);
        match paste.end {
            // A lone ESC in the key would become the key `esc`.
            0 | 1 => self.told_escape = paste.end == 1,
            end => self.key = PASTE_ENDS.iter().take(end).copied().collect(),
        }
    }

    /// Are there only `ESC` bytes so far, so that the meaning depends on the time of the next byte?
    fn waits_for_time(&self) -> bool {
        !self.key.is_empty() && self.key.iter().all(|byte| *byte == ESC)
    }

    fn push(&mut self, byte: u8, now: Instant) -> Vec<Event> {
        if let Some(paste) = &mut self.paste {
            if !paste.push(byte) {
                return Vec::new();
            }
            self.gave_up = None;
            return self.paste.take().map(Paste::event).into_iter().collect();
        }
        let escapes = if self.key == [ESC, ESC] { self.behind_two(byte) } else { 0 };
        let mut events = vec![escape(); escapes];
        self.key.push(byte);
        events.extend(self.whole(now));
        events
    }

    /// Handles the byte after two `ESC`. Returns how many of the two are the key `esc`, because the second one may
    /// begin a longer key.
    fn behind_two(&mut self, byte: u8) -> usize {
        let begins = matches!(byte, b'[' | b'O' | ESC);
        self.key.truncate(usize::from(begins));
        if begins { 1 } else { 2 }
    }

    /// Returns the event of the bytes so far, if they are complete.
    fn whole(&mut self, now: Instant) -> Option<Event> {
        if self.waits_for_time() {
            return None;
        }
        if self.key == PASTE_BEGINS {
            self.key.clear();
            self.paste = Some(Paste::new(now));
            return None;
        }
        if self.key == PASTE_ENDS {
            // The marker belongs to a paste that was abandoned.
            self.gave_up = None;
            self.key.clear();
            return None;
        }
        if points_nowhere(&self.key) {
            self.key.clear();
            return None;
        }
        let event = match terminput::Event::parse_from(&self.key) {
            Ok(None) if self.key.len() < LONGEST_KEY => return None,
            Ok(Some(event)) => terminput_crossterm::to_crossterm(event).ok(),
            Ok(None) | Err(_) => None,
        };
        self.key.clear();
        event
    }
}

impl Paste {
    fn new(flowed: Instant) -> Self {
        Self { text: Vec::new(), flowed, end: 0 }
    }

    /// Takes one more byte. Returns true when the end marker is complete.
    fn push(&mut self, byte: u8) -> bool {
        if PASTE_ENDS.get(self.end) == Some(&byte) {
            self.end += 1;
            return self.end == PASTE_ENDS.len();
        }
        // It was not the end marker. `ESC` occurs in the marker only once, so only an `ESC` can begin it anew.
        let text = PASTE_ENDS.iter().take(self.end).copied();
        self.end = usize::from(byte == ESC);
        let text = text.chain((byte != ESC).then_some(byte));
        self.text.extend(text.take(LONGEST_PASTE.saturating_sub(self.text.len())));
        false
    }

    fn event(self) -> Event {
        Event::Paste(String::from_utf8_lossy(&self.text).into_owned())
    }
}

/// Is it a report of the mouse with a column or row of 0? They begin at 1, and the parser subtracts 1.
fn points_nowhere(key: &[u8]) -> bool {
    let report = key.strip_prefix(b"\x1b[").filter(|report| report.ends_with(b"M") || report.ends_with(b"m"));
    let Some((_, numbers)) = report.and_then(<[u8]>::split_last) else { return false };
    let mut places = numbers.split(|byte| *byte == b';').skip(1).take(2);
    places.any(|place| !place.is_empty() && place.iter().all(|digit| *digit == b'0'))
}

fn escape() -> Event {
    Event::Key(KeyEvent::from(KeyCode::Esc))
}

#[cfg(test)]
mod tests;
