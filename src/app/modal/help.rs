//! The help: all actions with their keys.

use super::Dialog;
use crate::app::TypedLine;

/// The help.
#[derive(Debug, Clone, Default)]
pub struct Help {
    /// The number of rows that are scrolled away.
    pub scroll: usize,
    /// The filter of the lines.
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
