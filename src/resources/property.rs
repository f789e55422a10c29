//! The facts about a thing as data: labels and values that the screen formats.

use std::borrow::Cow;
use std::time::Duration;

use jiff::Timestamp;

/// One fact about a thing: its name and its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Property {
    /// AWS's word for the fact, or ours where AWS has none.
    pub label: Cow<'static, str>,
    /// Its value.
    pub value: Value,
}

/// The value of a property.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A text.
    Text(String),
    /// AWS's word for a state, raw.
    Status(String),
    /// A text about something that is not as it should be.
    Warning(String),
    /// The time at which something happened.
    Time(Timestamp),
    /// The time that something took.
    Span(Duration),
    /// A number of bytes.
    Bytes(u64),
    /// A number.
    Number(f64),
    /// A value that is not in the row, but in the joined models.
    Derived(Derived),
}

/// The properties that come from the joined models.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Derived {
    /// The number of times that an alarm fired lately.
    Fired,
    /// The people and services that an alarm notifies.
    Notified,
    /// The reason why the actions of an alarm are held back.
    Suppression,
    /// The subscribers of a topic.
    Subscribers,
    /// The metrics of a version that the configuration judges.
    Measured,
    /// The settings and versions that S3 keeps for a location.
    Kept,
    /// The records of lineage, trials and Inference Recommender about a version.
    Record,
    /// Whether the images of a version still exist, and what their scans found.
    Images,
    /// How a version differs from the one that serves.
    BesideLive,
    /// The final metrics of a training job, compared with those of the job before.
    Compared,
    /// The steps of an execution in their order.
    Steps,
    /// What the checks of an execution, of a step or of a job found: bias, top features, violations.
    Checks,
    /// What an endpoint serves: its variants, components, the deployment under way, metrics, and where it runs.
    Serving,
    /// How many instances run, between which limits scaling may change that, and what it did last.
    Capacity,
    /// The scaling policy that an alarm starts.
    Policy,
}

/// Properties while they are collected. Empty and absent values are left out.
#[derive(Debug, Default)]
pub struct Properties(Vec<Property>);

impl Properties {
    fn add(&mut self, label: impl Into<Cow<'static, str>>, value: Value) -> &mut Self {
        self.0.push(Property { label: label.into(), value });
        self
    }
    fn add_some(
        &mut self,
        label: impl Into<Cow<'static, str>>,
        value: Option<&str>,
        make: fn(String) -> Value,
    ) -> &mut Self {
        match value.filter(|text| !text.is_empty()) {
            Some(text) => self.add(label, make(text.to_owned())),
            None => self,
        }
    }
    /// Adds a text.
    pub fn text<'a>(&mut self, label: impl Into<Cow<'static, str>>, value: impl Into<Option<&'a str>>) -> &mut Self {
        self.add_some(label, value.into(), Value::Text)
    }
    /// Adds AWS's word for a state.
    pub fn status<'a>(&mut self, label: impl Into<Cow<'static, str>>, value: impl Into<Option<&'a str>>) -> &mut Self {
        self.add_some(label, value.into(), Value::Status)
    }
    /// Adds a text about something that is not as it should be.
    pub fn warning<'a>(&mut self, label: &'static str, value: impl Into<Option<&'a str>>) -> &mut Self {
        self.add_some(label, value.into(), Value::Warning)
    }
    /// Adds a time.
    pub fn time(&mut self, label: &'static str, at: Option<Timestamp>) -> &mut Self {
        match at {
            Some(at) => self.add(label, Value::Time(at)),
            None => self,
        }
    }
    /// Adds a number of seconds.
    pub fn seconds(&mut self, label: &'static str, seconds: Option<i32>) -> &mut Self {
        match seconds.and_then(|seconds| u64::try_from(seconds).ok()) {
            Some(seconds) => self.add(label, Value::Span(Duration::from_secs(seconds))),
            None => self,
        }
    }
    /// Adds a number.
    pub fn number(&mut self, label: String, value: f64) -> &mut Self {
        self.add(label, Value::Number(value))
    }
    /// Adds a number of bytes.
    pub fn bytes(&mut self, label: &'static str, bytes: u64) -> &mut Self {
        self.add(label, Value::Bytes(bytes))
    }
    /// Adds a property that comes from the joined models.
    pub fn derived(&mut self, which: Derived) -> &mut Self {
        self.add("", Value::Derived(which))
    }
    /// Returns all of them, in the order in which they were added.
    #[must_use]
    pub fn into_all(self) -> Vec<Property> {
        self.0
    }
}
