//! One line that is typed in the last row or in the help: the keys that edit it, keep it, drop it.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::Effect;

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
