//! A text to read.

use super::Dialog;
use crate::app::Subject;
use crate::view::Tone;

/// A text to read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Notice {
    /// The title.
    pub title: String,
    /// The paragraphs.
    pub text: Vec<String>,
    /// The tone.
    pub tone: Tone,
    /// The subject to which the key leads that closes the sheet.
    pub leads: Option<Subject>,
    /// The number of rows that are scrolled away.
    pub scroll: usize,
}

impl Notice {
    /// Returns the notice that nothing can be planned, with the reason.
    #[must_use]
    pub fn refused(title: String, why: String) -> Self {
        Self { title, text: vec![why, "Nothing was sent.".into()], tone: Tone::Warn, ..Self::default() }
    }
}

impl Dialog for Notice {
    fn scroll(&mut self) -> Option<&mut usize> {
        Some(&mut self.scroll)
    }
}
