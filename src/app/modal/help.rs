//! What the keys do.

use super::Dialog;
use crate::app::TypedLine;

/// What the keys do.
#[derive(Debug, Clone, Default)]
pub struct Help {
    /// Rows scrolled away.
    pub scroll: usize,
    /// Only lines with these words are shown.
    pub filter: TypedLine,
}

impl Dialog for Help {
    fn types(&self) -> bool {
        self.filter.typing
    }

    fn line(&mut self) -> Option<&mut tui_input::Input> {
        if !self.filter.typing {
            return None;
        }
        self.scroll = 0;
        Some(&mut self.filter.input)
    }

    fn scroll(&mut self) -> Option<&mut usize> {
        Some(&mut self.scroll)
    }
}
