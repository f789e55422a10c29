//! The difference between two states of one thing, so that a recording does not repeat the rest of it.
//!
//! The states are compared as JSON, field by field, at any depth. A list may lose items at its beginning and get new
//! ones at its end, as the last hour of a metric does every minute. Such a list is written as the part that was kept
//! and the items that were added.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The shortest kept part of a list that is worth naming.
const SHORTEST: usize = 4;

/// The changes that turn one JSON object into the next one.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Delta {
    /// Fields with their new values.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    set: Map<String, Value>,
    /// Fields that are no longer there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    unset: Vec<String>,
    /// Lists that lost their beginning and got a new end.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    moved: BTreeMap<String, Moved>,
    /// Objects in which some fields changed.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    inner: BTreeMap<String, Delta>,
}

/// A list that lost its beginning and got a new end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Moved {
    /// The number of items at the beginning that are gone.
    dropped: usize,
    /// The number of items after those that were kept.
    kept: usize,
    /// The items that follow now.
    added: Vec<Value>,
}

impl Delta {
    /// Returns the changes that turn `old` into `new`.
    #[must_use]
    pub fn between(old: &Map<String, Value>, new: &Map<String, Value>) -> Self {
        let mut delta = Self::default();
        for (name, value) in new.iter().filter(|(name, value)| old.get(*name) != Some(value)) {
            if let Some(moved) = Moved::between(old.get(name), value) {
                delta.moved.insert(name.clone(), moved);
            } else if let (Some(Value::Object(old)), Value::Object(new)) = (old.get(name), value) {
                delta.inner.insert(name.clone(), Self::between(old, new));
            } else {
                delta.set.insert(name.clone(), value.clone());
            }
        }
        delta.unset = old.keys().filter(|name| !new.contains_key(*name)).cloned().collect();
        delta
    }

    /// Turns the old object into the new one.
    pub fn apply(self, object: &mut Map<String, Value>) {
        object.retain(|name, _| !self.unset.contains(name));
        object.extend(self.set);
        for (name, moved) in self.moved {
            if let Some(Value::Array(list)) = object.get_mut(&name) {
                list.drain(..moved.dropped.min(list.len()));
                list.truncate(moved.kept);
                list.extend(moved.added);
            }
        }
        for (name, delta) in self.inner {
            if let Some(Value::Object(inner)) = object.get_mut(&name) {
                delta.apply(inner);
            }
        }
    }

    /// Returns the changes that turn the JSON of one thing into that of another; `None` where one of them is no object.
    ///
    /// # Errors
    /// When one of them cannot be written as JSON.
    pub fn of<T: Serialize>(old: &T, new: &T) -> serde_json::Result<Option<Self>> {
        Ok(match (serde_json::to_value(old)?, serde_json::to_value(new)?) {
            (Value::Object(old), Value::Object(new)) => Some(Self::between(&old, &new)),
            _ => None,
        })
    }

    /// Returns the thing that these changes make of another.
    ///
    /// # Errors
    /// When the result is not of the same type.
    pub fn applied<T: Serialize + DeserializeOwned>(self, old: &T) -> serde_json::Result<T> {
        let mut value = serde_json::to_value(old)?;
        if let Value::Object(fields) = &mut value {
            self.apply(fields);
        }
        serde_json::from_value(value)
    }
}

impl Moved {
    /// Returns how `old` becomes `new`; `None` where too little of it was kept, or one is no list.
    fn between(old: Option<&Value>, new: &Value) -> Option<Self> {
        let (old, new) = (old?.as_array()?, new.as_array()?);
        let first = new.first()?;
        let dropped = old.iter().position(|item| item == first)?;
        let kept = old.iter().skip(dropped).zip(new).take_while(|(old, new)| old == new).count();
        (kept >= SHORTEST).then(|| Self { dropped, kept, added: new.iter().skip(kept).cloned().collect() })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_row_comes_back_from_what_differs_and_that_is_short() {
        let hour: Vec<i64> = (0..60).collect();
        let next: Vec<i64> = (1..57).chain([570, 58, 59, 60]).collect();
        let cases = [
            (json!({"a": 1, "b": "x"}), json!({"a": 1, "b": "x"}), 2),
            (json!({"a": 1, "b": "x", "c": null}), json!({"a": 2, "b": "x"}), 40),
            (json!({"id": "m", "points": hour}), json!({"id": "m", "points": next}), 80),
            (json!({"points": [1, 2, 3]}), json!({"points": [2, 3, 4]}), 40),
            (json!({"points": []}), json!({"points": [1]}), 40),
            (json!({"by": {"a": {"n": 1, "m": 7}, "b": {"n": 1}}}), json!({"by": {"a": {"n": 2, "m": 7}}}), 70),
            (json!({"points": [1, 2, 3, 4, 5]}), json!({"points": [9, 8]}), 40),
        ];
        for (old, new, longest) in cases {
            let (mut row, expected) = (old.as_object().unwrap().clone(), new.as_object().unwrap());
            let delta = Delta::between(&row, expected);
            let text = serde_json::to_string(&delta).unwrap();
            assert!(text.len() <= longest, "{text}");
            serde_json::from_str::<Delta>(&text).unwrap().apply(&mut row);
            assert_eq!(&row, expected);
        }
    }

    #[test]
    fn a_delta_of_another_row_does_no_harm() {
        let moved = Moved { dropped: 50, kept: 9, added: vec![json!(1)] };
        let delta = Delta { moved: [("points".to_owned(), moved)].into(), ..Delta::default() };
        let mut row = json!({"points": [7]}).as_object().unwrap().clone();
        delta.apply(&mut row);
        assert_eq!(row["points"], json!([1]));
    }
}
