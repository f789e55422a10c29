//! Exported rows as CSV and JSON.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::Exported;
use crate::view::escaped;

/// Returns the rows as CSV, with a row of titles: <https://www.rfc-editor.org/rfc/rfc4180>. Control characters are
/// escaped. A text that a spreadsheet would calculate begins with a `'`.
#[must_use]
pub fn csv(table: &Exported) -> String {
    let line = |cells: Vec<String>| cells.iter().map(|cell| field(cell)).collect::<Vec<_>>().join(",") + "\n";
    let titles = line(table.titles.iter().map(|title| (*title).to_owned()).collect());
    titles + &table.rows.iter().map(|row| line(row.cells.clone())).collect::<String>()
}

/// Returns a field of CSV.
///
/// See <https://owasp.org/www-community/attacks/CSV_Injection> for the `'`.
fn field(cell: &str) -> String {
    let calculated = cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && cell.parse::<f64>().is_err();
    let text = if calculated { format!("'{}", escaped(cell)) } else { escaped(cell).into_owned() };
    let quoted = text.contains(['"', ',', '\n', '\r']) || text.starts_with(' ') || text.ends_with(' ');
    if quoted { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

/// Returns the rows as JSON: what they are of, when it was taken, and for each row its cells by their titles, with what
/// the row is about in lower case.
#[must_use]
pub fn json(table: &Exported, taken_at: Timestamp) -> String {
    let row = |row: &super::ExportedRow| {
        let about = row.about.iter().map(|(name, value)| ((*name).to_owned(), Value::from(value.as_str())));
        let cells = table.titles.iter().zip(&row.cells);
        let cells = cells.map(|(title, cell)| ((*title).to_owned(), Value::from(cell.as_str())));
        Value::Object(about.chain(cells).collect::<Map<_, _>>())
    };
    let rows: Vec<Value> = table.rows.iter().map(row).collect();
    let all = json!({"pane": table.name, "about": table.about, "taken_at": taken_at, "rows": rows});
    // Characters that a terminal would obey are escapes of JSON outside of strings, too: there are none.
    format!("{all:#}\n").chars().map(visible).collect()
}

/// Returns a character, or its escape in JSON if nobody would see it.
fn visible(c: char) -> String {
    if c == '\n' || !crate::view::is_hidden(c) {
        return c.to_string();
    }
    c.encode_utf16(&mut [0; 2]).iter().fold(String::new(), |written, unit| format!("{written}\\u{unit:04x}"))
}

#[cfg(test)]
mod tests {
    use super::super::ExportedRow;
    use super::*;

    fn table(cells: &[&str]) -> Exported {
        let row = |cell: &&str| ExportedRow {
            about: vec![("kind", "alarms".to_owned())],
            cells: vec![(*cell).to_owned(), "x".to_owned()],
        };
        Exported {
            name: "alarms",
            about: "alarms".into(),
            titles: vec!["ALARM", "STATE"],
            rows: cells.iter().map(row).collect(),
        }
    }

    #[test]
    fn a_cell_stays_one_field_and_is_never_calculated() {
        let cases = [
            ("plain", "plain"),
            ("a,b", "\"a,b\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("two\nlines", "\"two\nlines\""),
            ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("-1+2", "'-1+2"),
            ("-1.5", "-1.5"),
            ("–", "–"),
            ("x\u{1b}[2J\u{202e}", "x\\u{1b}[2J\\u{202e}"),
        ];
        for (cell, field) in cases {
            assert_eq!(csv(&table(&[cell])), format!("ALARM,STATE\n{field},x\n"), "{cell}");
        }
        assert_eq!(csv(&table(&[])), "ALARM,STATE\n");
    }

    #[test]
    fn json_has_what_a_row_is_about_and_nothing_hidden() {
        let text = json(&table(&["a\u{1b}\u{202e}\u{e0041}b\nc"]), Timestamp::UNIX_EPOCH);
        assert!(text.chars().all(|c| c == '\n' || !crate::view::is_hidden(c)), "{text}");
        let read: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(read["rows"][0]["ALARM"], "a\u{1b}\u{202e}\u{e0041}b\nc");
        assert_eq!((&read["rows"][0]["kind"], &read["taken_at"]), (&"alarms".into(), &"1970-01-01T00:00:00Z".into()));
    }
}
