//! What may be kept of a reply. Everything that is recorded passes [`scrub`], the only maker of a [`Kept`].
//!
//! Kept are replies of known reads, a few headers, and bodies in which credentials, signatures,
//! environment variables and people's addresses are replaced. What cannot be looked through is not kept.

mod text;
mod xml;

use bytes::Bytes;
use serde_json::Value;

use super::asked::{Asked, Wire};
use super::cbor::Tree;

pub(super) use text::text;

/// What stands for what is not kept.
pub(super) const MARK: &str = "redacted";

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
    let cleaner = Cleaner { addresses: asked.service == "sns", ids: reply.status >= 400 };
    if asked.wire == Wire::Cbor
        && reply.status != 0
        && let Some(mut tree) = Tree::read(&reply.body)
    {
        let changed = cleaner.tree("", false, &mut tree);
        return Some(if changed { tree.write().into() } else { reply.body.clone() });
    }
    let plain = std::str::from_utf8(&reply.body).ok()?;
    if let Some(cleaned) = cleaner.document(plain) {
        return Some(if cleaned == plain { reply.body.clone() } else { cleaned.into() });
    }
    // A page of some proxy in place of a list of addresses: nobody knows what is in it.
    (!cleaner.addresses || plain.is_empty() || reply.status == 0).then(|| text(plain).into_owned().into())
}

/// Replaces texts by the names they stand under.
#[derive(Clone, Copy)]
struct Cleaner {
    /// Every text may be somebody's address.
    addresses: bool,
    /// Request ids are kept.
    ids: bool,
}

impl Cleaner {
    /// JSON or XML as text; `None` when it is neither.
    fn document(self, plain: &str) -> Option<String> {
        match plain.trim_start().chars().next()? {
            '{' | '[' => {
                let mut value: Value = serde_json::from_str(plain).ok()?;
                let changed = self.json("", false, &mut value);
                Some(if changed { value.to_string() } else { plain.to_owned() })
            }
            '<' => xml::clean(plain, |name, text| self.leaf(name, false, text)),
            _ => None,
        }
    }

    /// What stands in the place of a text; `None` when it may stay.
    fn leaf(self, name: &str, secret: bool, plain: &str) -> Option<String> {
        if plain.is_empty() {
            return None;
        }
        if secret || is_secret(name) || (name == "RequestId" && !self.ids) {
            return Some(MARK.to_owned());
        }
        // Definitions of pipelines are JSON inside of JSON.
        if plain.starts_with(['{', '['])
            && let Ok(mut inner) = serde_json::from_str::<Value>(plain)
        {
            return self.json("", false, &mut inner).then(|| inner.to_string());
        }
        let cleaned = text(plain);
        if self.addresses
            && let Some(redacted) = text::addresses(name, &cleaned)
        {
            return Some(redacted);
        }
        matches!(cleaned, std::borrow::Cow::Owned(_)).then(|| cleaned.into_owned())
    }

    fn json(self, name: &str, secret: bool, value: &mut Value) -> bool {
        match value {
            Value::String(plain) => self.replace(name, secret, plain),
            Value::Array(items) => {
                // Of a command line: `["--api-key", "…"]`.
                let mut flagged = false;
                items.iter_mut().fold(false, |changed, item| {
                    let flag = item.as_str().is_some_and(|word| word.starts_with('-') && is_secret(word));
                    let cleaned = self.json(name, secret || flagged, item);
                    flagged = flag && item.as_str().is_some_and(|word| !word.contains('='));
                    cleaned || changed
                })
            }
            Value::Object(members) => {
                // Of a pair the name is a value as well: `{"Key": "password", "Value": …}`.
                let named = ["Key", "Name"].iter().find_map(|name| members.get(*name)?.as_str());
                let pair = named.is_some_and(is_secret);
                members.iter_mut().fold(false, |changed, (key, member)| {
                    let secret = secret || is_secret(key) || pair && ["Value", "DefaultValue"].contains(&key.as_str());
                    self.json(key, secret, member) || changed
                })
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => false,
        }
    }

    fn tree(self, name: &str, secret: bool, tree: &mut Tree) -> bool {
        match tree {
            Tree::Text(plain) => self.replace(name, secret, plain),
            Tree::List(items) => {
                // All of them, not up to the first that changes.
                let changed: Vec<bool> = items.iter_mut().map(|item| self.tree(name, secret, item)).collect();
                changed.contains(&true)
            }
            Tree::Map(members) => members
                .iter_mut()
                .fold(false, |changed, (key, member)| self.tree(key, secret || is_secret(key), member) || changed),
            Tree::Bytes(bytes) => !std::mem::take(bytes).is_empty(),
            Tree::Null | Tree::Bool(_) | Tree::Int(_) | Tree::Float(_) | Tree::Time(_) => false,
        }
    }

    fn replace(self, name: &str, secret: bool, plain: &mut String) -> bool {
        let cleaned = self.leaf(name, secret, plain);
        let changed = cleaned.is_some();
        if let Some(cleaned) = cleaned {
            *plain = cleaned;
        }
        changed
    }
}

/// Does this name stand over something that nobody else may know?
fn is_secret(name: &str) -> bool {
    let bare: String = name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    let whole = ["environment", "environmentvariables", "token0", "signature", "signatureprovided", "cookie"];
    // Without those of pages nothing could be played; all others open something.
    let pages = ["nexttoken", "continuationtoken", "nextcontinuationtoken"];
    let token = bare.ends_with("token") && !pages.contains(&bare.as_str());
    let parts = [
        "secret",
        "password",
        "passwd",
        "passphrase",
        "credential",
        "accesskey",
        "apikey",
        "privatekey",
        "authorization",
        "stringtosign",
        "canonicalrequest",
        "presigned",
    ];
    // The ARN of a secret is a name, not the secret.
    !bare.ends_with("arn") && (token || whole.contains(&bare.as_str()) || parts.iter().any(|part| bare.contains(part)))
}

#[cfg(test)]
mod tests;
