//! Copies text through the terminal (OSC 52), which also works over a remote shell. The OSC 52 of crossterm does not
//! pass through tmux and GNU screen.

use std::io::{self, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The most bytes of a copy. Some terminals drop a longer one silently.
const MOST: usize = 74_994;

/// The longest piece that GNU screen passes through, in bytes.
const PIECE: usize = 252;

/// The multiplexer between the program and the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Multiplexer {
    /// No multiplexer.
    None,
    /// tmux.
    Tmux,
    /// GNU screen.
    Screen,
}

impl Multiplexer {
    /// Reads it from the environment (`TMUX`, `STY`, `TERM`).
    pub fn detect(variable: impl Fn(&str) -> Option<String>) -> Self {
        let is_set = |name: &str| variable(name).is_some_and(|v| !v.is_empty());
        let term = variable("TERM").unwrap_or_default();
        if is_set("TMUX") || term.starts_with("tmux") {
            Self::Tmux
        } else if is_set("STY") || term.starts_with("screen") {
            Self::Screen
        } else {
            Self::None
        }
    }

    /// Returns the bytes of a sequence that the multiplexer passes on to the terminal.
    pub(super) fn wrapped(self, sequence: &str) -> Vec<u8> {
        match self {
            Self::None => sequence.as_bytes().to_vec(),
            Self::Tmux => {
                let inner = sequence.replace('\u{1b}', "\u{1b}\u{1b}");
                format!("\u{1b}Ptmux;{inner}\u{1b}\\").into_bytes()
            }
            Self::Screen => {
                let pieces = sequence.as_bytes().chunks(PIECE);
                pieces.flat_map(|piece| [b"\x1bP", piece, b"\x1b\\"].concat()).collect()
            }
        }
    }
}

/// Copies a text to the operator's clipboard. `false` when it is too long for that and should be shown instead.
///
/// # Errors
/// When the terminal cannot be written to.
pub fn copy(text: &str, through: Multiplexer, out: &mut impl Write) -> io::Result<bool> {
    let Some(bytes) = osc52(text, through) else {
        return Ok(false);
    };
    out.write_all(&bytes)?;
    out.flush()?;
    Ok(true)
}

/// The bytes that ask a terminal to copy a text. `None` when it is too long.
///
/// The plain request comes first: some multiplexers handle it themselves, the others ignore it and pass the wrapped one
/// on.
#[must_use]
pub fn osc52(text: &str, through: Multiplexer) -> Option<Vec<u8>> {
    let encoded = STANDARD.encode(text);
    if encoded.len() > MOST {
        return None;
    }
    let plain = format!("\u{1b}]52;c;{encoded}\u{7}");
    let mut bytes = plain.clone().into_bytes();
    if through != Multiplexer::None {
        bytes.extend(through.wrapped(&plain));
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_pass_through_multiplexers() {
        let sent = |through| String::from_utf8(osc52("foo", through).unwrap()).unwrap();
        assert_eq!(sent(Multiplexer::None), "\u{1b}]52;c;Zm9v\u{7}");
        assert_eq!(sent(Multiplexer::Tmux), "\u{1b}]52;c;Zm9v\u{7}\u{1b}Ptmux;\u{1b}\u{1b}]52;c;Zm9v\u{7}\u{1b}\\");
        assert_eq!(sent(Multiplexer::Screen), "\u{1b}]52;c;Zm9v\u{7}\u{1b}P\u{1b}]52;c;Zm9v\u{7}\u{1b}\\");
        let long = osc52(&"x".repeat(1000), Multiplexer::Screen).unwrap();
        assert!(long.windows(2).filter(|w| w == b"\x1bP").count() > 4);
    }

    #[test]
    fn what_is_too_long_is_not_sent() {
        assert_eq!(osc52(&"x".repeat(60_000), Multiplexer::None), None);
        let mut out = Vec::new();
        assert!(!copy(&"x".repeat(60_000), Multiplexer::None, &mut out).unwrap());
        assert!(out.is_empty());
        assert!(copy("arn", Multiplexer::None, &mut out).unwrap());
    }

    #[test]
    fn which_multiplexer() {
        let detect = |variables: &[(&str, &str)]| {
            Multiplexer::detect(|name| variables.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned()))
        };
        assert_eq!(detect(&[("TMUX", "/tmp/x"), ("TERM", "screen-256color")]), Multiplexer::Tmux);
        assert_eq!(detect(&[("TERM", "screen-256color")]), Multiplexer::Screen);
        assert_eq!(detect(&[("TERM", "xterm-256color")]), Multiplexer::None);
    }
}
