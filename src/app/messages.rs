//! The messages of the last row so far, to read them again.

use std::collections::VecDeque;

use jiff::Timestamp;

use crate::view::Tone;

/// The most messages that are kept.
const MOST: usize = 300;

/// A message of the last row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// When it appeared.
    pub at: Timestamp,
    /// Its tone.
    pub tone: Tone,
    /// Its text.
    pub text: String,
}

/// The messages so far, newest first.
#[derive(Debug, Clone, Default)]
pub struct Messages(VecDeque<Message>);

impl Messages {
    /// Returns them, newest first.
    pub fn iter(&self) -> impl Iterator<Item = &Message> {
        self.0.iter()
    }

    /// Returns whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn push(&mut self, message: Message) {
        self.0.push_front(message);
        self.0.truncate(MOST);
    }
}
