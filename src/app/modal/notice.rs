//! Something to read.

use super::Dialog;
use crate::app::Subject;
use crate::view::Tone;

/// Something to read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Notice {
    /// What it is about.
    pub title: String,
    /// Paragraphs.
    pub text: Vec<String>,
    /// How it reads.
    pub tone: Tone,
    /// What it leads to: the key that closes it goes there.
    pub leads: Option<Subject>,
    /// Rows scrolled away.
    pub scroll: usize,
}

impl Notice {
    /// Nothing can be planned, and why.
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
