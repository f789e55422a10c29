//! Key scripts and lengths of time, in the notation of the tests.

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// Converts `j ctrl-r enter 'some text'` to events.
pub(super) fn script(script: &str) -> Vec<KeyEvent> {
    let mut keys = Vec::new();
    for (place, part) in script.split('\'').enumerate() {
        if place % 2 == 1 {
            keys.extend(part.chars().map(letter));
        } else {
            keys.extend(part.split_whitespace().map(key));
        }
    }
    keys
}

fn letter(letter: char) -> KeyEvent {
    let modifiers = if letter.is_uppercase() { KeyModifiers::SHIFT } else { KeyModifiers::NONE };
    KeyEvent::new(KeyCode::Char(letter), modifiers)
}

fn key(name: &str) -> KeyEvent {
    if let Some(rest) = name.strip_prefix("ctrl-") {
        return KeyEvent::new(key(rest).code, KeyModifiers::CONTROL);
    }
    let code = match name {
        "enter" => KeyCode::Enter,
        "esc" => KeyCode::Esc,
        "space" => KeyCode::Char(' '),
        "tab" => KeyCode::Tab,
        "shift-tab" => return KeyEvent::new(KeyCode::BackTab, KeyModifiers::SHIFT),
        "backspace" => KeyCode::Backspace,
        "up" => KeyCode::Up,
        "down" => KeyCode::Down,
        "left" => KeyCode::Left,
        "right" => KeyCode::Right,
        "page-up" => KeyCode::PageUp,
        "page-down" => KeyCode::PageDown,
        "home" => KeyCode::Home,
        "end" => KeyCode::End,
        _ => {
            if let Some(only) = name.strip_prefix("alt-").and_then(|name| name.chars().next()) {
                return KeyEvent::new(KeyCode::Char(only), KeyModifiers::ALT);
            }
            let mut letters = name.chars();
            let (Some(only), None) = (letters.next(), letters.next()) else { panic!("{name:?} is not a key") };
            return letter(only);
        }
    };
    KeyEvent::new(code, KeyModifiers::NONE)
}

/// Parses `200ms`, `40s`, `5m`, `2h`.
pub(super) fn length(text: &str) -> Duration {
    let digits = text.trim_end_matches(char::is_alphabetic);
    let number: u64 = digits.parse().unwrap_or_else(|_| panic!("{text:?} is not a length of time"));
    match text.trim_start_matches(digits) {
        "ms" => Duration::from_millis(number),
        "s" => Duration::from_secs(number),
        "m" => Duration::from_secs(number * 60),
        "h" => Duration::from_secs(number * 3600),
        unit => panic!("{unit:?} is not a unit of time"),
    }
}

#[test]
fn scripts_are_read_as_they_are_written() {
    let codes: Vec<KeyCode> = script("j enter 'a b' G").into_iter().map(|k| k.code).collect();
    let [j, a, blank, b, g] = ['j', 'a', ' ', 'b', 'G'].map(KeyCode::Char);
    assert_eq!(codes, [j, KeyCode::Enter, a, blank, b, g]);
    assert_eq!(script("ctrl-r"), [KeyEvent::new(KeyCode::Char('r'), KeyModifiers::CONTROL)]);
    assert_eq!([length("200ms"), length("2h")], [Duration::from_millis(200), Duration::from_hours(2)]);
}
