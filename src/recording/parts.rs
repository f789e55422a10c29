//! A recording that was checked: the positions of its key frames, and the moments at which something changed.

use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use serde::de::IgnoredAny;

use super::file::{Entry, Frame, Header, Lines, TableEntry};
use super::{Ending, RecordedAccount};

/// Changes that follow each other within this time are one moment.
const BURST: SignedDuration = SignedDuration::from_millis(400);

/// A recording in which all lines were checked. Its tables stay on the disk.
#[derive(Debug, Clone)]
pub struct Recording {
    /// The version of the program that recorded it.
    pub program: String,
    /// The active configuration, as TOML.
    pub config: String,
    /// The accounts and regions, in the order of their ids.
    pub accounts: Vec<RecordedAccount>,
    /// The time at which it begins.
    pub begin: Timestamp,
    /// The time at which it ends.
    pub end: Timestamp,
    /// The way in which it ends.
    pub ending: Ending,
    pub(super) path: PathBuf,
    /// The key frames: the time, and the first byte of their member.
    frames: Vec<(Timestamp, u64)>,
    /// The times at which something changed.
    moments: Vec<Timestamp>,
}

impl Recording {
    /// Reads all lines of a recording once. A recording that is cut or damaged is read up to that place.
    ///
    /// # Errors
    /// A sentence: the file cannot be read, is no recording, is of another version, or holds no tables.
    pub fn open(path: &Path) -> Result<Self, String> {
        let (header, lines) = Lines::open(path)?;
        let Header { program, config, accounts, .. } = header;
        let (begin, end) = (Timestamp::MIN, Timestamp::MIN);
        let (frames, moments, path) = (Vec::new(), Vec::new(), path.to_owned());
        let mut recording = Self { program, config, accounts, begin, end, ending: Ending::Cut, path, frames, moments };
        recording.ending = recording.look_through(lines);
        let Some((begin, _)) = recording.frames.first() else {
            let why = match recording.ending {
                Ending::Whole => "",
                Ending::Cut => ": it was cut",
                Ending::Damaged => ": it is damaged, or was changed after it was recorded",
            };
            return Err(format!("{} holds no tables{why}", recording.path.display()));
        };
        recording.begin = *begin;
        if recording.accounts.is_empty() {
            return Err(format!("{} names no account", recording.path.display()));
        }
        Ok(recording)
    }

    fn look_through(&mut self, mut lines: Lines) -> Ending {
        // The key frame that is being read, and the last sum of the member before.
        let (mut frame, mut sum) = (None, 0);
        loop {
            let entry = match lines.entry::<IgnoredAny>() {
                Ok(entry) => entry,
                Err(ending) => return ending,
            };
            match (&entry, frame) {
                (Entry::Frame(begun), None) => {
                    if (begun.number, begun.sum) != (self.frames.len() as u64, sum) {
                        return Ending::Damaged;
                    }
                    frame = Some(*begun);
                }
                (Entry::Whole(at), Some(Frame { gap, .. })) => {
                    if gap || self.frames.is_empty() {
                        self.note(*at);
                    }
                    self.frames.push((*at, lines.offset()));
                    self.end = self.end.max(*at);
                    frame = None;
                }
                // The lines of a key frame repeat earlier changes, so they are no moments.
                (Entry::Table(_) | Entry::Usage(..) | Entry::Event(..), Some(_)) => {}
                (Entry::Table(TableEntry { at, moment: true, .. }) | Entry::Forgotten(at, _), None) => {
                    self.note(*at);
                    self.end = self.end.max(*at);
                }
                (Entry::End(at), None) => {
                    self.end = self.end.max(*at);
                    return Ending::Whole;
                }
                (Entry::Table(_) | Entry::Usage(..) | Entry::Event(..), None) if !self.frames.is_empty() => {
                    self.end = self.end.max(entry.at());
                }
                _ => return Ending::Damaged,
            }
            sum = lines.sum();
        }
    }

    fn note(&mut self, at: Timestamp) {
        match self.moments.last_mut() {
            Some(last) if at.duration_since(*last) < BURST => *last = at.max(*last),
            _ => self.moments.push(at),
        }
    }

    /// Returns the next moment after a position.
    #[must_use]
    pub fn after(&self, position: Timestamp) -> Option<Timestamp> {
        self.moments.get(self.moments.partition_point(|moment| *moment <= position)).copied()
    }

    /// Returns the last moment before a position.
    #[must_use]
    pub fn before(&self, position: Timestamp) -> Option<Timestamp> {
        self.moments.get(self.moments.partition_point(|moment| *moment < position).checked_sub(1)?).copied()
    }

    /// Did something change at this very position?
    #[must_use]
    pub fn is_moment(&self, position: Timestamp) -> bool {
        self.moments.binary_search(&position).is_ok()
    }

    /// Returns the last moment that is not after a position.
    pub(super) fn at_or_before(&self, position: Timestamp) -> Option<Timestamp> {
        self.moments.get(self.moments.partition_point(|moment| *moment <= position).checked_sub(1)?).copied()
    }

    /// Returns the first byte of the last key frame that is not after a position. If all are after it, returns the
    /// first one.
    pub(super) fn frame(&self, position: Timestamp) -> u64 {
        let after = self.frames.partition_point(|(at, _)| *at <= position);
        self.frames.get(after.saturating_sub(1)).map_or(0, |(_, offset)| *offset)
    }
}
