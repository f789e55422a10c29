//! What a tape says about a call that is not on it, in the words of each protocol.

use super::asked::{Asked, Wire};
use super::cbor::Tree;
use super::scrub::Reply;

/// The error code; `error.rs` knows it.
const CODE: &str = "NotRecorded";

/// An error as AWS would write it.
pub(super) fn not_recorded(asked: &Asked) -> Reply {
    let what = format!("{}:{}", asked.service, asked.operation);
    let message = if asked.kept() {
        format!("{what} was not asked in this way while it was recorded")
    } else {
        format!("a replay sends nothing, and {what} is never recorded")
    };
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let (headers, body) = match asked.wire {
        Wire::Json => {
            let body = serde_json::json!({"__type": CODE, "message": message}).to_string();
            (vec![header("content-type", "application/x-amz-json-1.1")], body.into_bytes())
        }
        Wire::Cbor => {
            let tree = Tree::Map(vec![("__type".into(), CODE.into()), ("message".into(), Tree::Text(message))]);
            let headers = vec![header("content-type", "application/cbor"), header("smithy-protocol", "rpc-v2-cbor")];
            (headers, tree.write())
        }
        Wire::Query => {
            let error = format!("<Error><Type>Sender</Type><Code>{CODE}</Code><Message>{message}</Message></Error>");
            let body = format!("<ErrorResponse>{error}</ErrorResponse>");
            (vec![header("content-type", "text/xml")], body.into_bytes())
        }
        Wire::Rest => {
            let body = format!("<Error><Code>{CODE}</Code><Message>{message}</Message></Error>");
            (vec![header("content-type", "application/xml")], body.into_bytes())
        }
    };
    Reply { status: 400, headers, body: body.into() }
}
