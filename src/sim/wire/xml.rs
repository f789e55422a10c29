//! XML answers of Query services and of S3.

use std::fmt::Write as _;

use super::Value;

/// Makes text safe for XML 1.0: markup is escaped, invalid characters are replaced.
pub(crate) fn escape(text: &str) -> String {
    let legal: String =
        text.chars().map(|c| if c < ' ' && !matches!(c, '\t' | '\n' | '\r') { '\u{fffd}' } else { c }).collect();
    quick_xml::escape::escape(legal.as_str()).into_owned()
}

/// Writes a value as an element; absent values write nothing.
pub(crate) fn element(out: &mut String, name: &str, value: &Value) {
    if value.is_null() {
        return;
    }
    let _ = write!(out, "<{name}>");
    content(out, value);
    let _ = write!(out, "</{name}>");
}

/// Writes the content between an element's tags.
pub(crate) fn content(out: &mut String, value: &Value) {
    match value {
        Value::Null => {}
        Value::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
        Value::Int(int) => {
            let _ = write!(out, "{int}");
        }
        Value::Float(float) => {
            let _ = write!(out, "{float}");
        }
        Value::Text(text) => out.push_str(&escape(text)),
        Value::Time(time) => out.push_str(&time.iso()),
        Value::List(items) => items.iter().for_each(|item| element(out, "member", item)),
        Value::Map(members) => members.iter().for_each(|(key, member)| element(out, key, member)),
        Value::Dict(members) => {
            for (key, member) in members {
                let _ = write!(out, "<entry><key>{}</key>", escape(key));
                element(out, "value", member);
                out.push_str("</entry>");
            }
        }
    }
}

/// Writes a value as an element of S3: the items of a list are elements of its name, without an element around them.
pub(crate) fn flat_element(out: &mut String, name: &str, value: &Value) {
    if let Value::List(items) = value {
        for item in items {
            flat_element(out, name, item);
        }
        return;
    }
    let Value::Map(members) = value else { return element(out, name, value) };
    let _ = write!(out, "<{name}>");
    for (key, member) in members {
        flat_element(out, key, member);
    }
    let _ = write!(out, "</{name}>");
}

/// Writes a Query service's answer to an operation.
pub(crate) fn reply(operation: &str, namespace: &str, result: &Value, request_id: &str) -> String {
    let mut out = format!("<{operation}Response xmlns=\"{namespace}\">");
    element(&mut out, &format!("{operation}Result"), result);
    let _ =
        write!(out, "<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata></{operation}Response>");
    out
}

/// Writes a Query service's error answer.
pub(crate) fn error(namespace: &str, code: &str, message: &str, request_id: &str) -> String {
    format!(
        "<ErrorResponse xmlns=\"{namespace}\"><Error><Type>Sender</Type><Code>{}</Code><Message>{}</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>",
        escape(code),
        escape(message)
    )
}
