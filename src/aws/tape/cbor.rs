//! CBOR as a tree: what a request asks and what a reply says, for reading, cleaning and writing again.

use aws_smithy_cbor::data::Type;
use aws_smithy_cbor::decode::DeserializeError;
use aws_smithy_cbor::{Decoder, Encoder};
use aws_smithy_types::DateTime;
use serde_json::{Map, Value};

/// Nothing that AWS sends is nested more deeply.
const MAX_DEPTH: usize = 64;

/// One value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Tree {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    Time(DateTime),
    Bytes(Vec<u8>),
    List(Vec<Tree>),
    Map(Vec<(String, Tree)>),
}

impl From<&str> for Tree {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl Tree {
    /// Reads a body; an empty one is an empty map. `None` when it is not CBOR as AWS writes it.
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        if body.is_empty() {
            return Some(Self::Map(Vec::new()));
        }
        value(&mut Decoder::new(body), 0).ok()
    }

    /// Writes it.
    pub(super) fn write(&self) -> Vec<u8> {
        let mut to = Encoder::new(Vec::new());
        self.put(&mut to);
        to.into_writer()
    }

    fn put(&self, to: &mut Encoder) {
        match self {
            Self::Null => drop(to.null()),
            Self::Bool(flag) => drop(to.boolean(*flag)),
            Self::Int(int) => drop(to.long(*int)),
            Self::Float(float) => drop(to.double(*float)),
            Self::Text(text) => drop(to.str(text)),
            Self::Time(time) => drop(to.timestamp(time)),
            Self::Bytes(bytes) => drop(to.blob_bytes(bytes)),
            Self::List(items) => {
                to.array(items.len());
                for item in items {
                    item.put(to);
                }
            }
            Self::Map(members) => {
                to.map(members.len());
                for (key, member) in members {
                    to.str(key);
                    member.put(to);
                }
            }
        }
    }

    /// The member of a map.
    pub(super) fn get(&self, name: &str) -> Option<&Self> {
        let Self::Map(members) = self else { return None };
        members.iter().find(|(key, _)| key == name).map(|(_, member)| member)
    }

    /// The items of a list; of anything else none.
    pub(super) fn items(&self) -> &[Self] {
        if let Self::List(items) = self { items } else { &[] }
    }

    /// A text.
    pub(super) fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// A number of any kind.
    pub(super) fn number(&self) -> Option<f64> {
        match self {
            Self::Float(float) => Some(*float),
            #[expect(clippy::cast_precision_loss, reason = "values of metrics are floats")]
            Self::Int(int) => Some(*int as f64),
            Self::Null
            | Self::Bool(_)
            | Self::Text(_)
            | Self::Bytes(_)
            | Self::List(_)
            | Self::Map(_)
            | Self::Time(_) => None,
        }
    }

    /// The second of a time.
    pub(super) fn second(&self) -> Option<i64> {
        match self {
            Self::Time(time) => Some(time.secs()),
            Self::Int(int) => Some(*int),
            Self::Null
            | Self::Bool(_)
            | Self::Text(_)
            | Self::Bytes(_)
            | Self::List(_)
            | Self::Map(_)
            | Self::Float(_) => None,
        }
    }

    /// The same as JSON, for a key; what JSON does not have is `null`.
    pub(super) fn to_json(&self) -> Value {
        match self {
            Self::Null | Self::Bytes(_) => Value::Null,
            Self::Bool(flag) => (*flag).into(),
            Self::Int(int) => (*int).into(),
            Self::Float(float) => (*float).into(),
            Self::Text(text) => text.as_str().into(),
            Self::Time(time) => time.secs().into(),
            Self::List(items) => items.iter().map(Self::to_json).collect(),
            Self::Map(members) => Value::Object(
                members.iter().map(|(key, member)| (key.clone(), member.to_json())).collect::<Map<_, _>>(),
            ),
        }
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "CBOR has kinds that AWS does not use")]
fn value(from: &mut Decoder<'_>, depth: usize) -> Result<Tree, DeserializeError> {
    let at = from.position();
    if depth > MAX_DEPTH {
        return Err(DeserializeError::custom("nested too deeply", at));
    }
    Ok(match from.datatype()? {
        Type::Null | Type::Undefined => {
            from.skip()?;
            Tree::Null
        }
        Type::Bool => Tree::Bool(from.boolean()?),
        Type::U8 | Type::U16 | Type::U32 | Type::U64 | Type::I8 | Type::I16 | Type::I32 | Type::I64 => {
            Tree::Int(from.long()?)
        }
        Type::F16 | Type::F32 | Type::F64 => Tree::Float(from.double()?),
        Type::String | Type::StringIndef => Tree::Text(from.string()?),
        Type::Bytes | Type::BytesIndef => Tree::Bytes(from.blob()?.into_inner()),
        Type::Tag => Tree::Time(from.timestamp()?),
        Type::Array | Type::ArrayIndef => {
            let mut left = from.list()?;
            let mut items = Vec::new();
            while more(from, &mut left)? {
                items.push(value(from, depth + 1)?);
            }
            Tree::List(items)
        }
        Type::Map | Type::MapIndef => {
            let mut left = from.map()?;
            let mut members = Vec::new();
            while more(from, &mut left)? {
                members.push((from.string()?, value(from, depth + 1)?));
            }
            Tree::Map(members)
        }
        other => return Err(DeserializeError::custom(format!("unexpected {other:?}"), at)),
    })
}

/// Whether a collection has another item; reads the end mark of an open-ended one.
fn more(from: &mut Decoder<'_>, left: &mut Option<u64>) -> Result<bool, DeserializeError> {
    if let Some(count) = left {
        let more = *count > 0;
        *count = count.saturating_sub(1);
        return Ok(more);
    }
    if from.datatype()? == Type::Break {
        from.skip()?;
        return Ok(false);
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again_and_rubbish_is_refused() {
        let tree = Tree::Map(vec![
            ("Name".into(), "x".into()),
            ("Values".into(), Tree::List(vec![Tree::Float(0.5), Tree::Int(-3), Tree::Null, Tree::Bool(true)])),
            ("At".into(), Tree::Time(DateTime::from_secs(1_795_403_400))),
            ("Blob".into(), Tree::Bytes(vec![0, 255])),
        ]);
        let bytes = tree.write();
        assert_eq!(Tree::read(&bytes), Some(tree));
        for cut in 1..bytes.len() {
            assert_eq!(Tree::read(bytes.get(..cut).unwrap()), None, "{cut}");
        }
        assert_eq!(Tree::read(&[0x81; 200]), None, "nested without end");
        assert_eq!(Tree::read(b"<html>"), None);
    }
}
