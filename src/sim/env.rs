//! The state that all services share: the account, the time, chance, tags, and the agenda.

use std::collections::BTreeMap;

use super::account::Account;
use super::num;
use super::time::{Span, Time};
use super::wire::{Value, tree};

/// The state that all services share.
#[derive(Debug)]
pub(crate) struct Env {
    pub(crate) account: Account,
    pub(crate) now: Time,
    /// The time at which the story began.
    pub(crate) start: Time,
    /// The factor by which events happen faster than usual.
    pub(crate) speed: f64,
    pub(crate) seed: u64,
    pub(crate) tags: Tags,
    agenda: BTreeMap<(Time, u64), Task>,
    events: Vec<Event>,
    serial: u64,
}

/// A future change with a fixed time.
#[derive(Debug, Clone)]
pub(crate) enum Task {
    /// A deployment or capacity change of an endpoint ends, if it still has this id.
    Deployed { endpoint: String, id: u64 },
    /// The running step of an execution ends, if the execution is still in this attempt.
    StepEnds { execution: String, attempt: u64 },
    /// An execution that was asked to stop has stopped.
    Stopped { execution: String, attempt: u64 },
    /// The newest approved version of a group goes to an endpoint.
    DeployNewest { endpoint: String, group: String },
    /// An event of the story, by its index there.
    StoryEvent(usize),
}

/// A message from one service to the others. It is delivered at the end of the call or task that emitted it.
#[derive(Debug)]
pub(crate) enum Event {
    /// Somebody called an operation that changes something: `CloudTrail` records it.
    Called(ApiCall),
    /// A job wrote an object of this size. It has a body if it may be read. S3 keeps it.
    ObjectWritten { uri: String, at: Time, size: i64, body: Option<String> },
    /// The approval of a version (`group/version`) changed: `EventBridge` looks for rules.
    ApprovalChanged { version: String, before: String, after: String },
}

/// A call that changed something, or tried to change it.
#[derive(Debug, Clone)]
pub(crate) struct ApiCall {
    pub(crate) at: Time,
    /// The service, such as `sagemaker.amazonaws.com`.
    pub(crate) source: &'static str,
    pub(crate) name: String,
    /// The name of the caller's session.
    pub(crate) user: String,
    pub(crate) request: Value,
    /// The code of the error, if it failed.
    pub(crate) error: Option<String>,
}

impl Env {
    pub(crate) fn new(account: Account, start: Time, seed: u64) -> Self {
        let (agenda, events) = (BTreeMap::new(), Vec::new());
        Self { account, now: start, start, speed: 1.0, seed, tags: Tags::default(), agenda, events, serial: 0 }
    }

    /// Returns a number that was never returned before. It is the same for the same seed and history.
    pub(crate) fn serial(&mut self) -> u64 {
        self.serial += 1;
        self.serial
    }

    /// Returns a seed for something new.
    pub(crate) fn fresh(&mut self) -> u64 {
        num::mix(self.seed ^ num::mix(self.serial()))
    }

    /// Returns a length at the account's speed.
    pub(crate) fn pace(&self, length: Span) -> Span {
        length.paced(self.speed)
    }

    /// Puts a task on the agenda after a length of time at the account's speed.
    pub(crate) fn after(&mut self, length: Span, task: Task) {
        self.at(self.now + self.pace(length), task);
    }

    /// Puts a task on the agenda at an instant.
    pub(crate) fn at(&mut self, due: Time, task: Task) {
        let serial = self.serial();
        self.agenda.insert((due, serial), task);
    }

    /// Returns when the next task is due, if that is not after an instant.
    pub(crate) fn next_due(&self, to: Time) -> Option<Time> {
        self.agenda.first_key_value().map(|((due, _), _)| *due).filter(|due| *due <= to)
    }

    /// Takes the next task off the agenda.
    pub(crate) fn next_task(&mut self) -> Option<Task> {
        self.agenda.pop_first().map(|(_, task)| task)
    }

    /// Emits an event.
    pub(crate) fn emit(&mut self, event: Event) {
        self.events.push(event);
    }

    /// Takes the events that were not delivered yet.
    pub(crate) fn take_events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events)
    }

    /// Records in `CloudTrail` that somebody called an operation without an error.
    pub(crate) fn called(&mut self, source: &'static str, name: &str, user: &str, request: Value) {
        let call = ApiCall { at: self.now, source, name: name.to_owned(), user: user.to_owned(), request, error: None };
        self.emit(Event::Called(call));
    }

    /// Writes an object to S3 of which only the size matters.
    pub(crate) fn write_object(&mut self, uri: String, size: i64) {
        self.emit(Event::ObjectWritten { uri, at: self.now, size, body: None });
    }

    /// Writes a text object to S3.
    pub(crate) fn write_text(&mut self, uri: String, body: String) {
        self.emit(Event::ObjectWritten { uri, at: self.now, size: num::count(body.len()), body: Some(body) });
    }
}

/// The tags of all resources in the account, by ARN.
#[derive(Debug, Default)]
pub(crate) struct Tags(pub(crate) BTreeMap<String, BTreeMap<String, String>>);

impl Tags {
    /// Tags a resource.
    pub(crate) fn add(&mut self, arn: &str, key: &str, value: &str) {
        self.0.entry(arn.to_owned()).or_default().insert(key.to_owned(), value.to_owned());
    }

    /// Returns the value of a tag.
    pub(crate) fn get(&self, arn: &str, key: &str) -> Option<&String> {
        self.0.get(arn)?.get(key)
    }

    /// Returns the tags of a resource, as lists show them.
    pub(crate) fn rows(&self, arn: &str) -> Vec<Value> {
        let tags = self.0.get(arn).into_iter().flatten();
        tags.map(|(key, value)| tree! { "Key": key, "Value": value }).collect()
    }
}
