//! Notifications through the terminal: the bell, and the sequences that show a text on the desktop.

use std::io::{self, Write};

use super::Multiplexer;
use crate::view::harmless;

/// The most characters of a notification.
const LONGEST: usize = 200;

/// The ways of a notification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ways {
    /// The bell.
    pub bell: bool,
    /// OSC 9.
    pub osc9: bool,
    /// OSC 777.
    pub osc777: bool,
}

/// Rings the bell, and asks the terminal to show a text. Multiplexers pass the request on, as that for the clipboard.
///
/// # Errors
/// When the terminal cannot be written to.
pub fn notify(text: &str, ways: Ways, through: Multiplexer, out: &mut impl Write) -> io::Result<()> {
    let bytes = notification(text, ways, through);
    out.write_all(&bytes)?;
    out.flush()
}

/// Returns the bytes of a notification.
fn notification(text: &str, ways: Ways, through: Multiplexer) -> Vec<u8> {
    // A `;` would begin another field of the sequence.
    let text: String = harmless(text).replace(';', ",").chars().take(LONGEST).collect();
    let mut bytes = Vec::new();
    if ways.osc9 {
        bytes.extend(through.wrapped(&format!("\u{1b}]9;{text}\u{7}")));
    }
    if ways.osc777 {
        bytes.extend(through.wrapped(&format!("\u{1b}]777;notify;sagetop;{text}\u{7}")));
    }
    if ways.bell {
        bytes.push(7);
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hostile_text_stays_within_the_sequence() {
        let all = Ways { bell: true, osc9: true, osc777: true };
        let hostile = "web\u{7}\u{1b}]52;c;x\u{7}; is \u{9c}broken\u{202e}\n";
        let bytes = String::from_utf8(notification(hostile, all, Multiplexer::None)).unwrap();
        let parts: Vec<&str> = bytes.split('\u{7}').collect();
        assert_eq!(parts.len(), 4, "{bytes:?}");
        assert!(parts[0].starts_with("\u{1b}]9;web") && parts[1].starts_with("\u{1b}]777;notify;sagetop;web"));
        assert_eq!((parts[0].matches('\u{1b}').count(), parts[1].matches(';').count()), (1, 3), "{bytes:?}");
        assert!(parts[2].is_empty() && parts[3].is_empty(), "the bell is the last");
        assert!(notification(&"x".repeat(5_000), all, Multiplexer::None).len() < 600);
        assert!(notification("x", Ways::default(), Multiplexer::None).is_empty());
        let tmux =
            String::from_utf8(notification("x", Ways { osc9: true, ..Ways::default() }, Multiplexer::Tmux)).unwrap();
        assert_eq!(tmux, "\u{1b}Ptmux;\u{1b}\u{1b}]9;x\u{7}\u{1b}\\");
    }
}
