//! XML with some of its texts replaced.

use std::borrow::Cow;

use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesText, Event};
use quick_xml::{Reader, Writer};

use super::text;

/// Nothing that AWS sends is nested more deeply.
const MAX_DEPTH: usize = 64;

/// The document with `replace(name, text)` in the place of each text; `None` when it is not well-formed, or holds
/// secrets where AWS has nothing.
///
/// Of `<entry><key>Endpoint</key><value>…</value></entry>` the name of the value is what the key says.
#[expect(clippy::wildcard_enum_match_arm, reason = "all but tags was dealt with before")]
pub(super) fn clean(document: &str, replace: impl Fn(&str, &str) -> Option<String>) -> Option<String> {
    let mut reader = Reader::from_str(document);
    let mut writer = Writer::new(Vec::new());
    let (mut open, mut plain, mut key) = (Vec::<String>::new(), String::new(), String::new());
    let mut changed = false;
    loop {
        let event = match reader.read_event().ok()? {
            Event::Text(text) => {
                plain.push_str(&text.xml10_content());
                continue;
            }
            Event::CData(data) => {
                plain.push_str(&data.xml10_content());
                continue;
            }
            Event::GeneralRef(entity) => {
                match entity.resolve_char_ref().ok()? {
                    Some(character) => plain.push(character),
                    None => plain.push_str(resolve_predefined_entity(&entity.xml10_content())?),
                }
                continue;
            }
            // Nothing in them is read.
            Event::Comment(_) | Event::PI(_) | Event::DocType(_) => {
                changed = true;
                continue;
            }
            event @ (Event::Start(_) | Event::End(_) | Event::Empty(_) | Event::Decl(_) | Event::Eof) => event,
        };
        let name = open.last().map_or("", String::as_str);
        let replaced = replace(if name == "value" { &key } else { name }, &plain);
        changed |= replaced.is_some();
        if name == "key" {
            key.clone_from(&plain);
        }
        writer.write_event(Event::Text(BytesText::new(replaced.as_ref().unwrap_or(&plain)))).ok()?;
        plain.clear();
        match &event {
            Event::Eof => break,
            Event::Start(tag) | Event::Empty(tag) if matches!(text(tag), Cow::Owned(_)) => return None,
            Event::Start(_) if open.len() >= MAX_DEPTH => return None,
            Event::Start(tag) => open.push(tag.local_name().into_inner().to_owned()),
            Event::End(_) => drop(open.pop()),
            _ => {}
        }
        writer.write_event(event).ok()?;
    }
    if !open.is_empty() {
        return None;
    }
    if changed { String::from_utf8(writer.into_inner()).ok() } else { Some(document.to_owned()) }
}
