//! One line that is typed in the last row or in the help: the keys that edit it, keep it, drop it; and pasted text.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::{modal, search};
use crate::app::{App, Effect};
use crate::view::{Tone, is_readable};

/// Characters of a pasted text that are taken.
const LONGEST_PASTE: usize = 4096;

/// What a key did to the line.
pub(super) enum Typed {
    /// The text is another one.
    Changed,
    /// Typing is over, and the text stays.
    Kept,
    /// Typing is over, and the text is empty.
    Dropped,
    /// The cursor of what lies below moves by so many rows.
    Moved(isize),
    /// The program is left or stopped.
    Left(Effect),
    /// Nothing.
    Nothing,
}

/// A key while a line is typed: text goes into it, Enter keeps it, Esc drops it, arrows move on below.
#[expect(clippy::wildcard_enum_match_arm, reason = "all other keys do nothing here")]
pub(super) fn typed(text: &mut String, key: KeyEvent) -> Typed {
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    match key.code {
        KeyCode::Enter => return Typed::Kept,
        KeyCode::Up => return Typed::Moved(-1),
        KeyCode::Down => return Typed::Moved(1),
        KeyCode::Char('c') if control => return Typed::Left(Effect::Quit),
        KeyCode::Char('z') if control => return Typed::Left(Effect::Suspend),
        KeyCode::Esc => {
            text.clear();
            return Typed::Dropped;
        }
        KeyCode::Backspace if text.is_empty() => return Typed::Dropped,
        KeyCode::Backspace => drop(text.pop()),
        KeyCode::Char('u') if control => text.clear(),
        KeyCode::Char(c) if !key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT) => text.push(c),
        _ => return Typed::Nothing,
    }
    Typed::Changed
}

impl App {
    /// Puts text where it is typed below; false where nothing is.
    fn type_below(&mut self, text: &str) -> bool {
        let searching = self.detail.as_ref().map(|detail| detail.search.typing);
        match searching {
            Some(true) => search::paste(self, text),
            None if self.list_mut().typing => self.list_mut().filter.push_str(text),
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
        let taken = match &mut self.modal {
            Some(modal) => modal::paste(modal, &one_line),
            None => self.type_below(&one_line),
        };
        self.message = match (taken, text.next()) {
            (true, None) => None,
            (true, Some(_)) => Some((Tone::Warn, format!("the pasted text was cut after {LONGEST_PASTE} characters"))),
            (false, _) => Some((Tone::Warn, "nothing is typed here: the pasted text was dropped".to_owned())),
        };
    }
}
