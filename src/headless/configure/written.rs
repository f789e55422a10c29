//! Writes values as TOML. Text from AWS is hostile: each value stays on its line and within its quotes.

use std::fmt::Write as _;

use crate::view::is_hidden;

/// Returns a text as a string of TOML.
pub(super) fn text(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            hidden if is_hidden(hidden) => drop(write!(quoted, "\\U{:08X}", u32::from(hidden))),
            plain => quoted.push(plain),
        }
    }
    quoted + "\""
}

/// Returns a list of TOML: on one line if it is short, else with a line for each text.
pub(super) fn list<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let texts: Vec<String> = texts.into_iter().map(text).collect();
    let line = format!("[{}]", texts.join(", "));
    if line.chars().count() <= 100 {
        return line;
    }
    let lines: String = texts.iter().map(|text| ["    ", text, ",\n"].concat()).collect();
    format!("[\n{lines}]")
}

/// Returns names and values as an inline table of TOML.
pub(super) fn table<'a>(fields: impl IntoIterator<Item = (&'a String, &'a String)>) -> String {
    let fields: Vec<String> =
        fields.into_iter().map(|(name, value)| format!("{} = {}", text(name), text(value))).collect();
    if fields.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", fields.join(", ")) }
}

/// Makes comments of all lines.
pub(super) fn comment(lines: &str) -> String {
    lines.lines().map(|line| ["# ", line, "\n"].concat()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_text_stays_in_its_quotes() {
        for hostile in ["a\"b", "a\\", "a\nb = 1", "\u{202e}x", "é 漢", "", "\u{1b}[2J", "x\u{7f}\u{85}"] {
            let line = format!("x = {}", text(hostile));
            assert_eq!(line.lines().count(), 1, "{line}");
            assert!(!line.chars().any(is_hidden), "{line}");
            let read: toml::Table = toml::from_str(&line).unwrap();
            assert_eq!(read["x"].as_str(), Some(hostile));
        }
        let many: Vec<String> = (0..9).map(|n| format!("a-rather-long-name-of-an-alarm-{n}")).collect();
        let read: toml::Table = toml::from_str(&format!("x = {}", list(many.iter().map(String::as_str)))).unwrap();
        assert_eq!(read["x"].as_array().map(Vec::len), Some(9));
    }
}
