//! What may be kept of a reply. Everything that is recorded passes [`scrub`], the only maker of a [`Kept`].
//!
//! Kept are replies of known reads, a few headers, and bodies in which credentials, signatures,
//! environment variables and people's addresses are replaced. What cannot be looked through is not kept.

mod address;
mod xml;

use bytes::Bytes;
use serde_json::Value;

use super::asked::{Asked, Wire};
use super::cbor::Tree;
use crate::redact::{Cleaner, MARK, is_secret, text};

/// Objects that are longer are not kept: reports are small, artifacts and data are not ours to copy.
pub(super) const LONGEST_OBJECT: u64 = 256 * 1024;
/// No other reply is longer.
const LONGEST: usize = 32 * 1024 * 1024;

/// Headers that are needed to read a reply.
const HEADERS: &[&str] = &[
    "content-type",
    "smithy-protocol",
    "x-amzn-errortype",
    "x-amzn-query-error",
    "last-modified",
    "etag",
    "x-amz-version-id",
    "x-amz-bucket-region",
];
/// Ids for AWS support; of replies that are no errors nobody needs them.
const IDS: &[&str] = &["x-amzn-requestid", "x-amz-request-id"];

/// A reply: status, headers, body. Status 0 is none at all, and the body says why.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Bytes,
}

/// A reply that may be written to a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Kept(Reply);

impl Kept {
    pub(super) fn reply(&self) -> &Reply {
        &self.0
    }
}

/// What may be kept of the reply to a request; `None` when nothing of it may.
pub(super) fn scrub(asked: &Asked, reply: &Reply) -> Option<Kept> {
    let longest = if asked.object { usize::try_from(LONGEST_OBJECT).unwrap_or(LONGEST) } else { LONGEST };
    if !asked.kept() || reply.body.len() > longest {
        return None;
    }
    let failed = reply.status >= 400;
    let head = asked.operation == "HEAD";
    let wanted =
        |name: &str| HEADERS.contains(&name) || failed && IDS.contains(&name) || head && name == "content-length";
    let headers = reply.headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), value));
    let headers =
        headers.filter(|(name, _)| wanted(name)).map(|(name, value)| (name, text(value).into_owned())).collect();
    Some(Kept(Reply { status: reply.status, headers, body: body(asked, reply)? }))
}

/// The body without what is secret; the very same bytes when there is nothing secret in it.
fn body(asked: &Asked, reply: &Reply) -> Option<Bytes> {
    // Every text about subscriptions may be somebody's address.
    let addresses = asked.service == "sns";
    let further = |name: &str, plain: &str| match name {
        "RequestId" if reply.status < 400 => Some(MARK.to_owned()),
        _ if addresses => address::within(name, plain),
        _ => None,
    };
    let cleaner = Cleaner::with(&further);
    if asked.wire == Wire::Cbor
        && reply.status != 0
        && let Some(mut tree) = Tree::read(&reply.body)
    {
        let changed = clean_tree(cleaner, "", false, &mut tree);
        return Some(if changed { tree.write().into() } else { reply.body.clone() });
    }
    let plain = std::str::from_utf8(&reply.body).ok()?;
    if let Some(cleaned) = clean_document(cleaner, plain) {
        return Some(if cleaned == plain { reply.body.clone() } else { cleaned.into() });
    }
    // A page of some proxy in place of a list of addresses: nobody knows what is in it.
    (!addresses || plain.is_empty() || reply.status == 0).then(|| text(plain).into_owned().into())
}

/// JSON or XML as text; `None` when it is neither.
fn clean_document(cleaner: Cleaner<'_>, plain: &str) -> Option<String> {
    match plain.trim_start().chars().next()? {
        '{' | '[' => {
            let mut value: Value = serde_json::from_str(plain).ok()?;
            let changed = cleaner.json("", false, &mut value);
            Some(if changed { value.to_string() } else { plain.to_owned() })
        }
        '<' => xml::clean(plain, |name, text| cleaner.leaf(name, false, text)),
        _ => None,
    }
}

/// Replaces what is secret in CBOR; says whether anything was.
fn clean_tree(cleaner: Cleaner<'_>, name: &str, secret: bool, tree: &mut Tree) -> bool {
    match tree {
        Tree::Text(plain) => cleaner.replace(name, secret, plain),
        Tree::List(items) => {
            // All of them, not up to the first that changes.
            let changed: Vec<bool> = items.iter_mut().map(|item| clean_tree(cleaner, name, secret, item)).collect();
            changed.contains(&true)
        }
        Tree::Map(members) => members.iter_mut().fold(false, |changed, (key, member)| {
            clean_tree(cleaner, key, secret || is_secret(key), member) || changed
        }),
        Tree::Bytes(bytes) => !std::mem::take(bytes).is_empty(),
        Tree::Null | Tree::Bool(_) | Tree::Int(_) | Tree::Float(_) | Tree::Time(_) => false,
    }
}

#[cfg(test)]
mod tests;
