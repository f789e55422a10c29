//! JSON without characters that a terminal would obey or that nobody would see.

use std::io::{self, Write};

use serde::Serialize;

use super::is_hidden;

/// Writes JSON in which control characters, characters that change the direction of text, and characters without width
/// are escaped. JSON contains them only inside strings.
pub struct EscapedJson<W>(pub W);

impl<W: Write> Write for EscapedJson<W> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        // Nearly all of it is plain.
        if buf.is_ascii() && !buf.contains(&0x7f) {
            self.0.write_all(buf)?;
            return Ok(buf.len());
        }
        // The serializer passes whole characters.
        let text = std::str::from_utf8(buf).map_err(io::Error::other)?;
        let mut rest = text;
        while let Some(at) = rest.find(|c| c != '\n' && is_hidden(c)) {
            let (before, after) = rest.split_at(at);
            self.0.write_all(before.as_bytes())?;
            let mut after = after.chars();
            let mut units = [0; 2];
            for unit in after.next().unwrap_or_default().encode_utf16(&mut units) {
                write!(self.0, "\\u{unit:04x}")?;
            }
            rest = after.as_str();
        }
        self.0.write_all(rest.as_bytes())?;
        Ok(buf.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Returns a value as such JSON, on one line.
///
/// # Errors
/// When the value cannot be written as JSON.
pub fn escaped_json(value: &impl Serialize) -> serde_json::Result<Vec<u8>> {
    let mut out = Vec::new();
    serde_json::to_writer(EscapedJson(&mut out), value)?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_characters_are_escaped_and_json_stays_json() {
        let value = serde_json::json!({"a\u{9b}": "x\u{202e}y\u{200b}z\u{e0041} é 漢\n", "b": [1, "\u{7f}\u{85}"]});
        let text = String::from_utf8(escaped_json(&value).unwrap()).unwrap();
        assert!(text.chars().all(|c| !is_hidden(c)), "{text}");
        assert!(text.contains("x\\u202ey\\u200bz\\udb40\\udc41 é 漢"), "{text}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
    }
}
