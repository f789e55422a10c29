//! One line that is typed, in a sheet or in the last row: which keys edit it, and what the others do; and pasted text.

use crossterm::event::{Event, KeyCode, KeyEvent};
use tui_input::Input;
use tui_input::backend::crossterm::EventHandler;

use super::search;
use crate::app::{App, TypedLine, insert};
use crate::keymap::{self, Keymap, Press, SheetKey};
use crate::view::{Tone, is_readable};

/// Characters of a pasted text that are taken.
const LONGEST_PASTE: usize = 4096;

/// What a key did to a line.
pub(super) enum Typed {
    /// The text is another one.
    Changed,
    /// Typing is over, and the text stays.
    Kept,
    /// Typing is over, and the text is empty.
    Dropped,
    /// The cursor of what lies below moves by so many rows.
    Moved(isize),
    /// The program is stopped.
    Suspended,
    /// Nothing.
    Nothing,
}

/// What a key means while a sheet is open or a line is typed; nothing where it edits the line. Where something `turns`, the
/// keys to the left and to the right are not the line's.
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

/// A key while a line of the last row or of the help is typed: letters go into it, the key that confirms keeps it, the one
/// that cancels drops it, and those that scroll by a row move what lies below.
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
    /// Puts text where it is typed; false where nothing is.
    fn type_text(&mut self, text: &str) -> bool {
        if let Some(modal) = &mut self.modal {
            return modal.dialog_mut().line().map(|line| insert(line, text)).is_some();
        }
        let searching = self.detail.as_ref().map(|detail| detail.search.line.typing);
        match searching {
            Some(true) => search::paste(self, text),
            None if self.list_mut().filter.typing => insert(&mut self.list_mut().filter.input, text),
            Some(false) | None => return false,
        }
        true
    }

    /// Puts pasted text where letters go; it never acts as keys.
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
