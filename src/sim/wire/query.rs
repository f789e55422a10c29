//! The Query protocol's requests: `A.member.1.B=x` in a form.

use std::borrow::Cow;
use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;

use super::{MAX_DEPTH, Value};

enum Node {
    Leaf(String),
    Branch(BTreeMap<String, Node>),
}

/// Returns the pairs of a form or query string, decoded.
pub(crate) fn pairs(text: &str) -> Vec<(String, String)> {
    let decode = |part: &str| percent_decode_str(&part.replace('+', " ")).decode_utf8_lossy().into_owned();
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(key), decode(value))
        })
        .collect()
}

/// Reads a form as a tree: `member` makes lists, `entry` makes maps.
pub(crate) fn read(pairs: &[(String, String)]) -> Value {
    let mut root = BTreeMap::new();
    for (key, value) in pairs {
        let parts: Vec<&str> = key.split('.').collect();
        if parts.len() <= MAX_DEPTH {
            insert(&mut root, &parts, value);
        }
    }
    tree(root)
}

fn insert(into: &mut BTreeMap<String, Node>, parts: &[&str], value: &str) {
    let Some((first, rest)) = parts.split_first() else { return };
    if rest.is_empty() {
        into.insert((*first).to_owned(), Node::Leaf(value.to_owned()));
        return;
    }
    let node = into.entry((*first).to_owned()).or_insert_with(|| Node::Branch(BTreeMap::new()));
    if let Node::Leaf(_) = node {
        *node = Node::Branch(BTreeMap::new());
    }
    if let Node::Branch(branch) = node {
        insert(branch, rest, value);
    }
}

fn tree(mut branch: BTreeMap<String, Node>) -> Value {
    if branch.len() == 1 {
        if let Some(Node::Branch(items)) = branch.remove("member") {
            return Value::List(numbered(items));
        }
        if let Some(Node::Branch(entries)) = branch.remove("entry") {
            let pair = |entry: Value| {
                (Cow::Owned(entry.str("key").to_owned()), entry.get("value").cloned().unwrap_or(Value::Null))
            };
            return Value::Dict(numbered(entries).into_iter().map(pair).collect());
        }
    }
    Value::Map(branch.into_iter().map(|(key, node)| (Cow::Owned(key), leaf(node))).collect())
}

fn leaf(node: Node) -> Value {
    match node {
        Node::Leaf(text) => Value::from(text),
        Node::Branch(branch) => tree(branch),
    }
}

/// Returns the items in the order of their numbers.
fn numbered(items: BTreeMap<String, Node>) -> Vec<Value> {
    let mut items: Vec<(u64, Node)> = items.into_iter().map(|(k, n)| (k.parse().unwrap_or(u64::MAX), n)).collect();
    items.sort_by_key(|(number, _)| *number);
    items.into_iter().map(|(_, node)| leaf(node)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_become_trees() {
        let value = read(&pairs(
            "Action=X&N.member.2=b&N.member.10=c&N.member.1=a+%26&D.entry.1.key=k&D.entry.1.value=v&Q.R.S=1",
        ));
        assert_eq!(value.texts("N"), Ok(vec!["a &", "b", "c"]));
        assert_eq!(value.at("D.k").and_then(Value::as_text), Some("v"));
        assert_eq!(value.at("Q.R.S").and_then(Value::as_int), Some(1));
    }

    #[test]
    fn contradictions_do_not_panic() {
        read(&pairs("A=1&A.B=2&A.B.member.x=3&.=1&&=&%ff=%zz"));
    }
}
