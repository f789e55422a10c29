//! The lines of a log that are kept, in the order of their times. Their number and size are bounded.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

use jiff::Timestamp;

use super::error_words::tells_of_error;

/// The most lines that are kept.
pub const MOST_LINES: usize = 5_000;

/// The most bytes of lines that are kept. The newest line is kept whatever its size.
pub const MOST_BYTES: usize = 4 * 1024 * 1024;

/// One line. Its text is that of AWS but for secrets, so it may hold control characters and line ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// When it was written, by the clock of its writer.
    pub at: Timestamp,
    /// Identifies it among all lines.
    pub id: u64,
    /// Name of its stream.
    pub stream: Arc<str>,
    /// The text.
    pub text: Box<str>,
    /// Does it tell of an error?
    pub is_error: bool,
}

impl LogLine {
    /// Makes a line of a text without secrets.
    #[must_use]
    pub fn new(at: Timestamp, id: u64, stream: Arc<str>, text: &str) -> Self {
        let text = text.trim_end_matches(['\n', '\r']);
        Self { at, id, stream, is_error: tells_of_error(text), text: text.into() }
    }

    fn bytes(&self) -> usize {
        size_of::<Self>() + self.text.len()
    }
}

/// The lines that are kept. When there are too many, the oldest are dropped.
#[derive(Debug, Default)]
pub struct LogLines {
    lines: VecDeque<LogLine>,
    ids: HashSet<u64>,
    bytes: usize,
    dropped: u64,
    /// The time of the newest line that was dropped.
    dropped_until: Option<Timestamp>,
    revision: u64,
}

impl LogLines {
    /// Inserts lines by their times. Lines of one time stay in the order in which they came. Lines that are there
    /// already, and lines that are older than one that was dropped, are left out.
    pub fn add(&mut self, lines: Vec<LogLine>) {
        for line in lines {
            let too_old = self.dropped_until.is_some_and(|dropped| line.at < dropped);
            if too_old || !self.ids.insert(line.id) {
                continue;
            }
            self.bytes += line.bytes();
            if self.lines.back().is_none_or(|last| last.at <= line.at) {
                self.lines.push_back(line);
            } else {
                let place = self.lines.partition_point(|other| other.at <= line.at);
                self.lines.insert(place, line);
            }
            self.drop_oldest();
        }
        self.revision += 1;
    }

    fn drop_oldest(&mut self) {
        while self.lines.len() > MOST_LINES || (self.bytes > MOST_BYTES && self.lines.len() > 1) {
            let Some(oldest) = self.lines.pop_front() else { return };
            self.ids.remove(&oldest.id);
            self.bytes -= oldest.bytes();
            self.dropped += 1;
            self.dropped_until = self.dropped_until.max(Some(oldest.at));
        }
    }

    /// Iterates over the lines, oldest first.
    #[must_use]
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &LogLine> + ExactSizeIterator {
        self.lines.iter()
    }

    /// Returns the line at an index, counted from the oldest.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&LogLine> {
        self.lines.get(index)
    }

    /// Returns the index of a line by its time and id; if it is gone, that of the next line.
    #[must_use]
    pub fn find(&self, at: Timestamp, id: u64) -> usize {
        let first = self.lines.partition_point(|line| line.at < at);
        let of_that_time = self.lines.iter().skip(first).take_while(|line| line.at == at);
        first + of_that_time.enumerate().find(|(_, line)| line.id == id).map_or(0, |(place, _)| place)
    }

    /// Returns the newest line.
    #[must_use]
    pub fn last(&self) -> Option<&LogLine> {
        self.lines.back()
    }

    /// Returns the number of lines.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Are there no lines?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Returns the bytes that the lines take.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Returns the number of lines that were dropped.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Returns a number that grows whenever lines are added.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.revision
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(second: i64, id: u64, text: &str) -> LogLine {
        LogLine::new(Timestamp::from_second(second).unwrap(), id, "s".into(), text)
    }

    fn ids(lines: &LogLines) -> Vec<u64> {
        lines.iter().map(|line| line.id).collect()
    }

    #[test]
    fn lines_are_in_the_order_of_time_however_they_come_and_each_is_there_once() {
        let mut lines = LogLines::default();
        lines.add(vec![line(5, 1, "a"), line(5, 2, "b"), line(7, 3, "c")]);
        lines.add(vec![line(1, 4, "older"), line(2, 5, "older")]);
        lines.add(vec![line(5, 2, "b"), line(6, 6, "late"), line(5, 7, "same time, later")]);
        assert_eq!(ids(&lines), [4, 5, 1, 2, 7, 6, 3]);
        let at = Timestamp::from_second(5).unwrap();
        assert_eq!((lines.find(at, 2), lines.find(at, 99)), (3, 2));
    }

    #[test]
    fn the_oldest_lines_go_when_there_are_too_many() {
        let mut lines = LogLines::default();
        let count = u64::try_from(MOST_LINES).unwrap() + 10;
        lines.add((0..count).map(|n| line(i64::try_from(n).unwrap(), n, "x")).collect());
        assert_eq!((lines.len(), lines.dropped(), ids(&lines)[0]), (MOST_LINES, 10, 10));
        lines.add(vec![line(3, 3, "a line that was dropped is read again")]);
        assert_eq!((lines.len(), lines.dropped(), ids(&lines)[0]), (MOST_LINES, 10, 10));
    }

    #[test]
    fn long_lines_are_bounded_by_their_size_and_the_newest_stays() {
        let long = "x".repeat(256 * 1024);
        let mut lines = LogLines::default();
        lines.add((0..100).map(|n| line(n, n.unsigned_abs(), &long)).collect());
        assert!(lines.bytes() <= MOST_BYTES && lines.len() >= 15, "{} {}", lines.bytes(), lines.len());
        lines.add(vec![line(200, 200, &"y".repeat(2 * MOST_BYTES))]);
        assert_eq!(ids(&lines), [200]);
    }
}
