//! Smithy RPC v2 CBOR: instants have tag 1, absent members are left out.

use std::borrow::Cow;

use aws_smithy_cbor::data::Type;
use aws_smithy_cbor::decode::DeserializeError;
use aws_smithy_cbor::{Decoder, Encoder};
use aws_smithy_types::DateTime;

use super::super::time::Time;
use super::{MAX_DEPTH, Value};

/// Reads a request's body; an empty one is an empty structure.
pub(crate) fn read(body: &[u8]) -> Result<Value, String> {
    if body.is_empty() {
        return Ok(Value::empty());
    }
    value(&mut Decoder::new(body), 0).map_err(|error| error.to_string())
}

/// Writes an answer's body.
pub(crate) fn write(root: &Value) -> Vec<u8> {
    let mut to = Encoder::new(Vec::new());
    put(&mut to, root);
    to.into_writer()
}

fn put(to: &mut Encoder, value: &Value) {
    match value {
        Value::Null => {
            to.null();
        }
        Value::Bool(flag) => {
            to.boolean(*flag);
        }
        Value::Int(int) => {
            to.long(*int);
        }
        Value::Float(float) => {
            to.double(*float);
        }
        Value::Text(text) => {
            to.str(text);
        }
        Value::Time(time) => {
            to.timestamp(&DateTime::from_millis(time.0));
        }
        Value::List(items) => {
            to.array(items.len());
            for item in items {
                put(to, item);
            }
        }
        Value::Map(members) | Value::Dict(members) => {
            to.begin_map();
            for (key, member) in members.iter().filter(|(_, v)| !v.is_null()) {
                to.str(key);
                put(to, member);
            }
            to.end();
        }
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "CBOR has kinds that no AWS request uses")]
fn value(from: &mut Decoder<'_>, depth: usize) -> Result<Value, DeserializeError> {
    let at = from.position();
    if depth > MAX_DEPTH {
        return Err(DeserializeError::custom("nested too deeply", at));
    }
    Ok(match from.datatype()? {
        Type::Null | Type::Undefined => {
            from.skip()?;
            Value::Null
        }
        Type::Bool => Value::Bool(from.boolean()?),
        Type::U8 | Type::U16 | Type::U32 | Type::U64 | Type::I8 | Type::I16 | Type::I32 | Type::I64 => {
            Value::Int(from.long()?)
        }
        Type::F16 | Type::F32 | Type::F64 => Value::Float(from.double()?),
        Type::String | Type::StringIndef => Value::Text(from.str()?.as_ref().into()),
        Type::Tag => {
            // The float is read as seconds, because its own nanoseconds are a little less than the intended value.
            Value::Time(Time::from_seconds(from.timestamp()?.as_secs_f64()))
        }
        Type::Array | Type::ArrayIndef => list(from, depth)?,
        Type::Map | Type::MapIndef => map(from, depth)?,
        other => return Err(DeserializeError::custom(format!("unexpected {other:?}"), at)),
    })
}

/// Returns whether a collection has another item. Reads the end mark of an open-ended collection.
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

fn list(from: &mut Decoder<'_>, depth: usize) -> Result<Value, DeserializeError> {
    let mut left = from.list()?;
    let mut items = Vec::new();
    while more(from, &mut left)? {
        items.push(value(from, depth + 1)?);
    }
    Ok(Value::List(items))
}

fn map(from: &mut Decoder<'_>, depth: usize) -> Result<Value, DeserializeError> {
    let mut left = from.map()?;
    let mut members = Vec::new();
    while more(from, &mut left)? {
        let key = from.str()?.into_owned();
        members.push((Cow::Owned(key), value(from, depth + 1)?));
    }
    Ok(Value::Map(members))
}

#[cfg(test)]
mod tests {
    use super::super::tree;
    use super::*;
    use crate::testing::cases;

    #[test]
    fn what_is_written_is_read_again() {
        let value =
            tree! { "A": 1, "B": vec!["x", "y"], "C": Time(1_700_000_000_500), "D": tree! { "E": true, "F": 1.5 } };
        assert_eq!(read(&write(&value)), Ok(value));
    }

    #[test]
    fn rubbish_is_an_error() {
        for body in [
            &[0xff][..],
            &[0xbf],
            &[0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            &[0xc1, 0x61, 0x61],
            &[0x9f; 200],
        ] {
            assert!(read(body).is_err());
        }
    }

    #[test]
    fn any_bytes_are_a_value_or_an_error() {
        for (seed, mut random) in cases(500) {
            let body: Vec<u8> = (0..random.usize(..64)).map(|_| random.u8(..)).collect();
            let outcome = read(&body);
            assert!(outcome.is_ok() || outcome.is_err_and(|why| !why.is_empty()), "seed {seed}: {body:?}");
        }
    }
}
