//! One tree of values for all protocols: handlers read and write it, codecs turn it into bytes.

use std::borrow::Cow;
use std::sync::Arc;

use super::fault::Fault;
use super::time::Time;

pub(crate) mod cbor;
pub(crate) mod json;
pub(crate) mod query;
pub(crate) mod xml;

/// A member's name.
pub(crate) type Key = Cow<'static, str>;

/// Nesting deeper than this is refused, so that no input can exhaust the stack.
pub(crate) const MAX_DEPTH: usize = 64;

/// A value as AWS's service models know them.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    /// Absent: left out of every answer.
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(Arc<str>),
    Time(Time),
    List(Vec<Value>),
    /// A structure.
    Map(Vec<(Key, Value)>),
    /// A map with free keys; it differs from a structure in XML only.
    Dict(Vec<(Key, Value)>),
}

/// Builds a structure; absent values are left out.
macro_rules! tree {
    ($($key:literal : $value:expr),* $(,)?) => {
        $crate::sim::wire::Value::filled([$((std::borrow::Cow::Borrowed($key), $crate::sim::wire::Value::from($value))),*])
    };
}
pub(crate) use tree;

impl Value {
    /// A structure of the members that are there.
    pub(crate) fn filled<const N: usize>(members: [(Key, Value); N]) -> Self {
        Self::Map(members.into_iter().filter(|(_, value)| !value.is_null()).collect())
    }
    /// Whether it is absent.
    pub(crate) fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }
    /// The members of a structure or map; none for anything else.
    pub(crate) fn members(&self) -> &[(Key, Value)] {
        if let Self::Map(members) | Self::Dict(members) = self { members } else { &[] }
    }
    /// A member that is there.
    pub(crate) fn get(&self, key: &str) -> Option<&Value> {
        self.members().iter().find(|(k, v)| k == key && !v.is_null()).map(|(_, v)| v)
    }
    /// The value under a dotted path of member names.
    pub(crate) fn at(&self, path: &str) -> Option<&Value> {
        path.split('.').try_fold(self, |value, key| value.get(key))
    }
    /// Sets a member of a structure; an absent value takes it away.
    pub(crate) fn set(&mut self, key: impl Into<Key>, value: impl Into<Value>) {
        let (key, value) = (key.into(), value.into());
        let (Self::Map(members) | Self::Dict(members)) = self else { return };
        let place = members.iter().position(|(k, _)| *k == key);
        match place {
            Some(at) if value.is_null() => {
                members.remove(at);
            }
            Some(at) => {
                if let Some(member) = members.get_mut(at) {
                    member.1 = value;
                }
            }
            None if value.is_null() => {}
            None => members.push((key, value)),
        }
    }
    /// The same structure with one more member.
    pub(crate) fn with(mut self, key: impl Into<Key>, value: impl Into<Value>) -> Self {
        self.set(key, value);
        self
    }
    /// Only the named members, in the given order.
    pub(crate) fn project(&self, keys: &[&'static str]) -> Value {
        let found = keys.iter().filter_map(|key| Some((Cow::Borrowed(*key), self.get(key)?.clone())));
        Self::Map(found.collect())
    }
    /// Its text, when it is one.
    pub(crate) fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }
    /// Its number, when it is one or reads as one.
    pub(crate) fn as_float(&self) -> Option<f64> {
        match self {
            Self::Int(int) => Some(super::num::float(*int)),
            Self::Float(float) => Some(*float),
            Self::Text(text) => text.parse().ok(),
            Self::Time(time) => Some(time.seconds()),
            Self::Null | Self::Bool(_) | Self::List(_) | Self::Map(_) | Self::Dict(_) => None,
        }
    }
    /// Its integer, when it is one or reads as one.
    pub(crate) fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(int) => Some(*int),
            Self::Float(float) if float.fract() == 0.0 => Some(super::num::whole(*float)),
            Self::Text(text) => text.parse().ok(),
            Self::Null
            | Self::Bool(_)
            | Self::Float(_)
            | Self::Time(_)
            | Self::List(_)
            | Self::Map(_)
            | Self::Dict(_) => None,
        }
    }
    /// Its items, when it is a list.
    pub(crate) fn items(&self) -> &[Value] {
        if let Self::List(items) = self { items } else { &[] }
    }
    /// A member's text, or `""`.
    pub(crate) fn str(&self, key: &str) -> &str {
        self.get(key).and_then(Self::as_text).unwrap_or("")
    }
    /// A member's instant, or 1970.
    pub(crate) fn instant(&self, key: &str) -> Time {
        if let Some(Self::Time(time)) = self.get(key) { *time } else { Time::default() }
    }
}

/// Reading a request: wrong types and missing members are AWS's own errors.
impl Value {
    /// A text member, if given.
    pub(crate) fn text(&self, key: &str) -> Result<Option<&str>, Fault> {
        self.get(key).map(|v| v.as_text().ok_or_else(|| Fault::shape(key, "a String"))).transpose()
    }
    /// A required, non-empty text member.
    pub(crate) fn need(&self, key: &str) -> Result<&str, Fault> {
        let text = self.text(key)?.ok_or_else(|| Fault::missing(key))?;
        if text.is_empty() {
            return Err(Fault::constraint("''", key, "Member must have length greater than or equal to 1"));
        }
        Ok(text)
    }
    /// An integer member, if given.
    pub(crate) fn int(&self, key: &str) -> Result<Option<i64>, Fault> {
        self.get(key).map(|v| v.as_int().ok_or_else(|| Fault::shape(key, "an Integer"))).transpose()
    }
    /// A boolean member; absent is false.
    pub(crate) fn flag(&self, key: &str) -> Result<bool, Fault> {
        match self.get(key) {
            None => Ok(false),
            Some(Self::Bool(flag)) => Ok(*flag),
            Some(Self::Text(text)) if &**text == "true" => Ok(true),
            Some(Self::Text(text)) if &**text == "false" => Ok(false),
            Some(_) => Err(Fault::shape(key, "a Boolean")),
        }
    }
    /// An instant, if given, in any of the forms that protocols use.
    pub(crate) fn time(&self, key: &str) -> Result<Option<Time>, Fault> {
        let wrong = || Fault::shape(key, "a Timestamp");
        self.get(key)
            .map(|value| match value {
                Self::Time(time) => Ok(*time),
                Self::Text(text) => Time::parse(text).ok_or_else(wrong),
                Self::Int(_) | Self::Float(_) => value.as_float().map(Time::from_seconds).ok_or_else(wrong),
                Self::Null | Self::Bool(_) | Self::List(_) | Self::Map(_) | Self::Dict(_) => Err(wrong()),
            })
            .transpose()
    }
    /// A list member; absent is empty.
    pub(crate) fn list(&self, key: &str) -> Result<&[Value], Fault> {
        match self.get(key) {
            None => Ok(&[]),
            Some(Self::List(items)) => Ok(items),
            // An empty list of the Query protocol.
            Some(Self::Text(text)) if text.is_empty() => Ok(&[]),
            Some(_) => Err(Fault::shape(key, "a List")),
        }
    }
    /// A list of texts; absent is empty.
    pub(crate) fn texts(&self, key: &str) -> Result<Vec<&str>, Fault> {
        self.list(key)?.iter().map(|v| v.as_text().ok_or_else(|| Fault::shape(key, "a List of Strings"))).collect()
    }
    /// A text member that must be one of the given words, if given.
    pub(crate) fn one_of<'a>(&'a self, key: &str, words: &[&str]) -> Result<Option<&'a str>, Fault> {
        let Some(text) = self.text(key)? else { return Ok(None) };
        if words.contains(&text) {
            return Ok(Some(text));
        }
        let set = words.join(", ");
        Err(Fault::constraint(&format!("'{text}'"), key, &format!("Member must satisfy enum value set: [{set}]")))
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}
impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}
impl From<&String> for Value {
    fn from(text: &String) -> Self {
        Self::Text(text.as_str().into())
    }
}
impl From<Arc<str>> for Value {
    fn from(text: Arc<str>) -> Self {
        Self::Text(text)
    }
}
impl From<i64> for Value {
    fn from(int: i64) -> Self {
        Self::Int(int)
    }
}
impl From<f64> for Value {
    fn from(float: f64) -> Self {
        Self::Float(float)
    }
}
impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Bool(flag)
    }
}
impl From<Time> for Value {
    fn from(time: Time) -> Self {
        Self::Time(time)
    }
}
impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}
impl<T: Into<Value>> From<Vec<T>> for Value {
    fn from(items: Vec<T>) -> Self {
        Self::List(items.into_iter().map(Into::into).collect())
    }
}
impl From<&Value> for Value {
    fn from(value: &Value) -> Self {
        value.clone()
    }
}
