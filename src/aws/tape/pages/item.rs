//! One thing in a listing, and what it is known by.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;
use serde_json::value::RawValue;

use super::super::cbor::Tree;
use super::super::family::Pick;
use super::super::scrub::Reply;
use super::{Items, is_list};

/// One thing in a listing.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Item {
    /// What it is known by.
    pub(super) id: String,
    pub(super) body: Body,
}

/// A thing as it was written.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Body {
    Json {
        raw: String,
        created: f64,
        modified: f64,
    },
    /// With the name of its list: a reply may hold several.
    Cbor {
        list: String,
        tree: Tree,
    },
}

impl Item {
    pub(super) fn raw(&self) -> Option<&str> {
        match &self.body {
            Body::Json { raw, .. } => Some(raw),
            Body::Cbor { .. } => None,
        }
    }

    pub(super) fn time(&self, by: &str) -> f64 {
        match (&self.body, by) {
            (Body::Json { modified, .. }, "LastModifiedTime") => *modified,
            (Body::Json { created, .. }, "CreationTime") => *created,
            (Body::Json { .. } | Body::Cbor { .. }, _) => 0.0,
        }
    }

    pub(super) fn picked(&self, pick: &Pick) -> bool {
        match &self.body {
            Body::Json { raw, .. } => pick.takes_record(raw),
            Body::Cbor { tree, .. } => pick.takes_tree(tree),
        }
    }
}

/// The things of a listing; `None` when the reply is none.
pub(super) fn items(reply: &Reply) -> Option<Items> {
    if reply.status != 200 {
        return None;
    }
    if !is_list(reply) {
        let Tree::Map(members) = Tree::read(&reply.body)? else { return None };
        let all = members.iter().flat_map(|(list, things)| things.items().iter().map(move |tree| (list, tree)));
        return Some(all.map(|(list, tree)| Arc::new(of_tree(list, tree))).collect());
    }
    let members: BTreeMap<String, &RawValue> = serde_json::from_slice(&reply.body).ok()?;
    let list: Vec<&RawValue> =
        members.values().find(|raw| raw.get().starts_with('[')).and_then(|raw| serde_json::from_str(raw.get()).ok())?;
    Some(list.into_iter().map(|raw| Arc::new(of_json(raw.get()))).collect())
}

fn of_tree(list: &str, tree: &Tree) -> Item {
    let name = tree.get("AlarmName").and_then(Tree::text);
    let id = name.map_or_else(|| format!("{list} {tree:?}"), |name| format!("{list} {name}"));
    Item { id, body: Body::Cbor { list: list.to_owned(), tree: tree.clone() } }
}

/// What is known by its ARN, its name, or all of it.
fn of_json(raw: &str) -> Item {
    let value: Value = serde_json::from_str(raw).unwrap_or_default();
    let members = value.as_object();
    // A record of the index: `{"TrainingJob": {…}}`.
    let wrapped = members.filter(|m| m.len() == 1).and_then(|m| m.iter().next());
    let wrapped = wrapped.and_then(|(name, inner)| Some((name.as_str(), inner.as_object()?)));
    let (name, members) = match wrapped {
        Some((name, inner)) => (name, Some(inner)),
        None => ("", members),
    };
    let named = |end: &str| {
        let members = members?;
        let own = members.get(&format!("{name}{end}"));
        own.or_else(|| members.iter().find(|(key, _)| key.ends_with(end)).map(|(_, value)| value))?.as_str()
    };
    let time = |name: &str| members.and_then(|m| m.get(name)).and_then(Value::as_f64);
    let created = time("CreationTime").unwrap_or_default();
    let modified = time("LastModifiedTime").unwrap_or(created);
    let id = named("Arn").or_else(|| named("Name")).unwrap_or(raw).to_owned();
    Item { id, body: Body::Json { raw: raw.to_owned(), created, modified } }
}
