//! One tree of values for all protocols. Handlers read and write it; codecs convert it to bytes.

use std::borrow::Cow;
use std::sync::Arc;

use super::error::ServiceError;
use super::time::Time;

pub(crate) mod cbor;
pub(crate) mod json;
pub(crate) mod query;
pub(crate) mod xml;

/// A member's name.
pub(crate) type Key = Cow<'static, str>;

/// The deepest nesting that is read, so that no input can exhaust the stack.
pub(crate) const MAX_DEPTH: usize = 64;

/// A value of AWS's service models.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    /// An absent value, which is left out of every answer.
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

/// Makes a list of AWS's own terms.
macro_rules! words {
    ($($word:ident)+) => { &[$(stringify!($word)),+] };
}
pub(crate) use words;

/// Builds a structure; absent values are left out.
macro_rules! tree {
    ($($key:literal : $value:expr),* $(,)?) => {
        $crate::sim::wire::Value::filled([$((std::borrow::Cow::Borrowed($key), $crate::sim::wire::Value::from($value))),*])
    };
}
pub(crate) use tree;

impl Value {
    /// Returns a structure without members.
    pub(crate) fn empty() -> Self {
        Self::Map(Vec::new())
    }
    /// Makes a structure of the members that are not absent.
    pub(crate) fn filled<const N: usize>(members: [(Key, Value); N]) -> Self {
        Self::Map(members.into_iter().filter(|(_, value)| !value.is_null()).collect())
    }
    /// Returns whether it is absent.
    pub(crate) fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }
    /// Returns the members of a structure or map; other values have none.
    pub(crate) fn members(&self) -> &[(Key, Value)] {
        if let Self::Map(members) | Self::Dict(members) = self { members } else { &[] }
    }
    /// Returns a member, unless it is absent.
    pub(crate) fn get(&self, key: &str) -> Option<&Value> {
        self.members().iter().find(|(k, v)| k == key && !v.is_null()).map(|(_, v)| v)
    }
    /// Returns the value under a dotted path of member names.
    pub(crate) fn at(&self, path: &str) -> Option<&Value> {
        path.split('.').try_fold(self, |value, key| value.get(key))
    }
    /// Sets a member of a structure. An absent value removes it.
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
    /// Adds one member.
    pub(crate) fn with(mut self, key: impl Into<Key>, value: impl Into<Value>) -> Self {
        self.set(key, value);
        self
    }
    /// Adds the members of another structure, which override existing ones.
    pub(crate) fn merged(self, more: &Value) -> Self {
        more.members().iter().fold(self, |all, (key, value)| all.with(key.clone(), value))
    }
    /// Keeps only the named members, in the given order.
    pub(crate) fn project(&self, keys: &[&'static str]) -> Value {
        let found = keys.iter().filter_map(|key| Some((Cow::Borrowed(*key), self.get(key)?.clone())));
        Self::Map(found.collect())
    }
    /// Returns its text, if it is one.
    pub(crate) fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }
    /// Returns its number, if it is one or can be read as one.
    pub(crate) fn as_float(&self) -> Option<f64> {
        match self {
            Self::Int(int) => Some(super::num::float(*int)),
            Self::Float(float) => Some(*float),
            Self::Text(text) => text.parse().ok(),
            Self::Time(time) => Some(time.seconds()),
            Self::Null | Self::Bool(_) | Self::List(_) | Self::Map(_) | Self::Dict(_) => None,
        }
    }
    /// Returns its integer, if it is one or can be read as one.
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
    /// Returns its items, if it is a list.
    pub(crate) fn items(&self) -> &[Value] {
        if let Self::List(items) = self { items } else { &[] }
    }
    /// Returns the items of the list under a path; they are empty if there is no list.
    pub(crate) fn items_at(&self, path: &str) -> &[Value] {
        self.at(path).map(Self::items).unwrap_or_default()
    }
    /// Returns the text under a path, or `""`.
    pub(crate) fn text_at(&self, path: &str) -> &str {
        self.at(path).and_then(Self::as_text).unwrap_or("")
    }
    /// Returns a member's text, or `""`.
    pub(crate) fn str(&self, key: &str) -> &str {
        self.get(key).and_then(Self::as_text).unwrap_or("")
    }
    /// Returns a member's instant, or 1970.
    pub(crate) fn instant(&self, key: &str) -> Time {
        if let Some(Self::Time(time)) = self.get(key) { *time } else { Time::default() }
    }
}

/// Readers for requests. Wrong types and missing members cause AWS's own errors.
impl Value {
    /// Returns a text member, if given.
    pub(crate) fn text(&self, key: &str) -> Result<Option<&str>, ServiceError> {
        self.get(key).map(|v| v.as_text().ok_or_else(|| ServiceError::shape(key, "a String"))).transpose()
    }
    /// Returns a required, non-empty text member.
    pub(crate) fn need(&self, key: &str) -> Result<&str, ServiceError> {
        let text = self.text(key)?.ok_or_else(|| ServiceError::missing(key))?;
        if text.is_empty() {
            return Err(ServiceError::constraint("''", key, "Member must have length greater than or equal to 1"));
        }
        Ok(text)
    }
    /// Returns an integer member, if given.
    pub(crate) fn int(&self, key: &str) -> Result<Option<i64>, ServiceError> {
        self.get(key).map(|v| v.as_int().ok_or_else(|| ServiceError::shape(key, "an Integer"))).transpose()
    }
    /// Returns a boolean member; an absent one is false.
    pub(crate) fn flag(&self, key: &str) -> Result<bool, ServiceError> {
        match self.get(key) {
            None => Ok(false),
            Some(Self::Bool(flag)) => Ok(*flag),
            Some(Self::Text(text)) if &**text == "true" => Ok(true),
            Some(Self::Text(text)) if &**text == "false" => Ok(false),
            Some(_) => Err(ServiceError::shape(key, "a Boolean")),
        }
    }
    /// Returns an instant, if given, in any of the forms that protocols use.
    pub(crate) fn time(&self, key: &str) -> Result<Option<Time>, ServiceError> {
        let wrong = || ServiceError::shape(key, "a Timestamp");
        self.get(key)
            .map(|value| match value {
                Self::Time(time) => Ok(*time),
                Self::Text(text) => Time::parse(text).ok_or_else(wrong),
                Self::Int(_) | Self::Float(_) => value.as_float().map(Time::from_seconds).ok_or_else(wrong),
                Self::Null | Self::Bool(_) | Self::List(_) | Self::Map(_) | Self::Dict(_) => Err(wrong()),
            })
            .transpose()
    }
    /// Returns a list member; an absent one is empty.
    pub(crate) fn list(&self, key: &str) -> Result<&[Value], ServiceError> {
        match self.get(key) {
            None => Ok(&[]),
            Some(Self::List(items)) => Ok(items),
            // The Query protocol writes an empty list like this.
            Some(Self::Text(text)) if text.is_empty() => Ok(&[]),
            Some(_) => Err(ServiceError::shape(key, "a List")),
        }
    }
    /// Returns a list of texts; an absent one is empty.
    pub(crate) fn texts(&self, key: &str) -> Result<Vec<&str>, ServiceError> {
        self.list(key)?
            .iter()
            .map(|v| v.as_text().ok_or_else(|| ServiceError::shape(key, "a List of Strings")))
            .collect()
    }
    /// Returns a text member, if given. It must be one of the given words.
    pub(crate) fn one_of<'a>(&'a self, key: &str, words: &[&str]) -> Result<Option<&'a str>, ServiceError> {
        let Some(text) = self.text(key)? else { return Ok(None) };
        if words.contains(&text) { Ok(Some(text)) } else { Err(ServiceError::not_in_set(text, key, words)) }
    }
}

/// Declares the conversions of types to kinds of `Value`.
macro_rules! from {
    ($($type:ty: $value:ident => $made:expr;)+) => {
        $(impl From<$type> for Value {
            fn from($value: $type) -> Self {
                $made
            }
        })+
    };
}

from! {
    &str: text => Self::Text(text.into());
    String: text => Self::Text(text.into());
    &String: text => Self::Text(text.as_str().into());
    Arc<str>: text => Self::Text(text);
    i64: int => Self::Int(int);
    f64: float => Self::Float(float);
    bool: flag => Self::Bool(flag);
    Time: time => Self::Time(time);
    &Value: value => value.clone();
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
