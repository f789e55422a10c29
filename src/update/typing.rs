//! Editing a line, in a sheet or in the last row, and pasting text into it.

use crossterm::event::{Event, KeyCode, KeyEvent};
use tui_input::Input;
use tui_input::backend::crossterm::EventHandler;

use super::search;
use crate::app::{App, TypedLine, insert};
use crate::keymap::{self, Keymap, Press, SheetKey};
use crate::view::{Tone, is_readable};

/// The maximum number of characters of a pasted text.
const LONGEST_PASTE: usize = 4096;

/// The effect of a key while a line was edited.
pub(super) enum Typed {
    /// The text has changed.
    Changed,
    /// Editing has ended, and the text stays.
    Kept,
    /// Editing has ended, and the text was deleted.
    Dropped,
    /// The cursor of the list moves by a number of rows.
    Moved(isize),
    /// The program is to be suspended.
    Suspended,
    /// Nothing.
    Nothing,
}

/// Returns the meaning of a key while a sheet is open or a line is edited (`types`). `None` if the key edits the
/// line. If the sheet `turns`, the keys left and right have a meaning and do not edit the line.
#[expect(clippy::wildcard_enum_match_arm, reason = "all other keys do the same everywhere")]
pub(super) fn meant(keymap: &mut Keymap, key: KeyEvent, types: bool, turns: bool) -> Option<SheetKey> {
    if types && keymap::typed(key).is_some() {
        return None;
    }
    let Press::Action(meant) = keymap.press_in_sheet(key) else { return None };
    let edits = match meant {
        SheetKey::Top | SheetKey::Bottom => types,
        SheetKey::PreviousChoice | SheetKey::NextChoice => !turns,
        _ => false,
    };
    (!edits).then_some(meant)
}

/// Edits a line.
pub(super) fn edit(line: &mut Input, key: KeyEvent) {
    line.handle_event(&Event::Key(key));
}

/// Handles a key while a line of the last row or of the help is edited: `confirm` keeps the line, `cancel` deletes it,
/// the keys that scroll by a row move the cursor of the list, all others edit the line.
pub(super) fn type_line(line: &mut TypedLine, keymap: &mut Keymap, key: KeyEvent) -> Typed {
    let drops = key.code == KeyCode::Backspace && line.is_empty();
    match meant(keymap, key, true, false) {
        Some(SheetKey::Confirm) => {
            line.typing = false;
            Typed::Kept
        }
        Some(SheetKey::ScrollUp) => Typed::Moved(-1),
        Some(SheetKey::ScrollDown) => Typed::Moved(1),
        Some(SheetKey::Suspend) => Typed::Suspended,
        meant if drops || meant == Some(SheetKey::Cancel) => {
            *line = TypedLine::default();
            Typed::Dropped
        }
        _ => {
            let before = line.text().to_owned();
            edit(&mut line.input, key);
            if line.text() == before { Typed::Nothing } else { Typed::Changed }
        }
    }
}

impl App {
    /// Is a line edited?
    pub(super) fn types(&mut self) -> bool {
        if let Some(modal) = &self.modal {
            return modal.dialog().types();
        }
        let searching = self.detail.as_ref().map(|detail| detail.search.line.typing);
        let in_log = self.open_log.as_ref().map(|view| view.filter.typing);
        in_log.or(searching).unwrap_or_else(|| self.list_mut().filter.typing)
    }

    /// Inserts text into the line that is edited. Returns false if there is none.
    fn type_text(&mut self, text: &str) -> bool {
        if let Some(modal) = &mut self.modal {
            return modal.dialog_mut().line().map(|line| insert(line, text)).is_some();
        }
        if let Some(view) = &mut self.open_log {
            if view.filter.typing {
                insert(&mut view.filter.input, text);
            }
            return view.filter.typing;
        }
        let searching = self.detail.as_ref().map(|detail| detail.search.line.typing);
        match searching {
            Some(true) => search::paste(self, text),
            None if self.list_mut().filter.typing => insert(&mut self.list_mut().filter.input, text),
            Some(false) | None => return false,
        }
        true
    }

    /// Inserts pasted text into the line that is edited. It never acts as keys.
    pub(super) fn paste(&mut self, text: &str) {
        if !is_readable(self.size) {
            return;
        }
        let mut text = text.chars().filter(|c| !c.is_control());
        let one_line: String = text.by_ref().take(LONGEST_PASTE).collect();
        let taken = self.type_text(&one_line);
        self.message = match (taken, text.next()) {
            (true, None) => None,
            (true, Some(_)) => Some((Tone::Warn, format!("the pasted text was cut after {LONGEST_PASTE} characters"))),
            (false, _) => Some((Tone::Warn, "there is no input field: the pasted text was dropped".to_owned())),
        };
    }
}
