//! The body of a request of Smithy RPC v2 CBOR, as JSON. An instant becomes its seconds since 1970, as the AWS CLI takes
//! it.
//!
//! <https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html>

use aws_smithy_cbor::Decoder;
use aws_smithy_cbor::data::Type;
use aws_smithy_cbor::decode::DeserializeError;
use serde_json::{Map, Value};

/// The most levels of a request.
const MAX_DEPTH: usize = 32;

/// Reads a request's body.
///
/// # Errors
/// It is not CBOR, or has a kind that no request uses.
pub(super) fn read(body: &[u8]) -> Result<Value, String> {
    value(&mut Decoder::new(body), 0).map_err(|error| error.to_string())
}

#[expect(clippy::wildcard_enum_match_arm, reason = "CBOR has kinds that no request of AWS uses")]
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
            from.long()?.into()
        }
        Type::F16 | Type::F32 | Type::F64 => from.double()?.into(),
        Type::String | Type::StringIndef => Value::String(from.str()?.into_owned()),
        Type::Tag => from.timestamp()?.secs().into(),
        Type::Array | Type::ArrayIndef => {
            let (mut left, mut items) = (from.list()?, Vec::new());
            while more(from, &mut left)? {
                items.push(value(from, depth + 1)?);
            }
            Value::Array(items)
        }
        Type::Map | Type::MapIndef => {
            let (mut left, mut members) = (from.map()?, Map::new());
            while more(from, &mut left)? {
                let name = from.str()?.into_owned();
                members.insert(name, value(from, depth + 1)?);
            }
            Value::Object(members)
        }
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

#[cfg(test)]
mod tests {
    use aws_smithy_cbor::Encoder;
    use aws_smithy_types::DateTime;

    use super::*;
    use crate::testing::cases;

    #[test]
    fn what_a_request_may_hold_becomes_json() {
        let mut to = Encoder::new(Vec::new());
        to.begin_map().str("Name").str("quiet").str("Until").timestamp(&DateTime::from_secs(60));
        to.str("Names").array(2).str("a").str("b").str("On").boolean(true).str("Count").long(3).end();
        let read = read(&to.into_writer()).unwrap();
        let expected = serde_json::json!({"Name": "quiet", "Until": 60, "Names": ["a", "b"], "On": true, "Count": 3});
        assert_eq!(read, expected);
        assert!(super::read(b"\xff").is_err());
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
