//! One simulated account: it answers requests, and reports its state to tests and drills.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use super::drill::DrillState;
use super::env::{ApiCall, Event};
use super::error::ServiceError;
use super::exchange::{Request, Response, respond};
use super::fault_injection::FaultInjector;
use super::protocol::{Call, understand};
use super::services::{Service, s3};
use super::settings::Settings;
use super::story::{BUNDLED, Story};
use super::time::Time;
use super::wire::{Value, json, tree};
use super::world::World;
use super::{build, num};

/// The only source of time. It may be virtual, but must not go back.
pub type Clock = Arc<dyn Fn() -> SystemTime + Send + Sync>;

/// A simulated account; clones share it.
#[derive(Clone)]
pub struct Sim {
    inner: Arc<Mutex<Inner>>,
    clock: Clock,
}

struct Inner {
    world: World,
    faults: FaultInjector,
    calls: BTreeMap<String, u64>,
    /// The operations that were called, with their services.
    operations: BTreeSet<String>,
    writes: Vec<String>,
    answered: u64,
    /// The number of error answers, including throttled ones.
    failed: u64,
    /// The size of the bodies of all answers.
    bytes: u64,
}

impl fmt::Debug for Sim {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Sim")
    }
}

impl Sim {
    /// Returns the text of a bundled story.
    #[must_use]
    pub fn story(name: &str) -> Option<&'static str> {
        BUNDLED.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
    }

    /// Returns the names of the bundled stories.
    #[must_use]
    pub fn stories() -> Vec<&'static str> {
        BUNDLED.iter().map(|(name, _)| *name).collect()
    }

    /// Iterates over the services that a rate can be set for.
    pub fn services() -> impl Iterator<Item = &'static str> {
        Service::ALL.iter().map(|service| service.names().signing)
    }

    /// Creates an account in the initial state of the story, at the clock's present time.
    #[must_use]
    pub fn new(story: &Story, clock: Clock) -> Self {
        Self::with(story, clock, &Settings::default())
    }

    /// Creates an account with settings.
    #[must_use]
    pub fn with(story: &Story, clock: Clock, settings: &Settings) -> Self {
        let start = Time::of(clock());
        let seed = settings.seed.unwrap_or(story.seed);
        let world = build::world(story, start, seed, settings);
        let faults = FaultInjector::new(story, settings, start, seed);
        let inner = Inner {
            world,
            faults,
            calls: BTreeMap::new(),
            operations: BTreeSet::new(),
            writes: Vec::new(),
            answered: 0,
            failed: 0,
            bytes: 0,
        };
        Self { inner: Arc::new(Mutex::new(inner)), clock }
    }

    /// Answers a request at once, at the clock's present time.
    #[must_use]
    pub fn handle(&self, request: &Request) -> Response {
        self.answer(request).0
    }

    /// Answers a request, and returns how long the answer should take.
    pub(super) fn answer(&self, request: &Request) -> (Response, Duration) {
        let now = Time::of((self.clock)());
        let mut inner = self.lock();
        inner.world.advance(now);
        inner.answer(request)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Brings the account up to date, and locks it.
    fn now(&self) -> MutexGuard<'_, Inner> {
        let now = Time::of((self.clock)());
        let mut inner = self.lock();
        inner.world.advance(now);
        inner
    }

    /// Returns the region of the account.
    #[must_use]
    pub fn region(&self) -> String {
        self.lock().world.env.account.region.clone()
    }

    /// Returns the alias of the account.
    #[must_use]
    pub fn alias(&self) -> String {
        self.lock().world.env.account.alias.clone()
    }

    /// Returns the approval of a model version (`group/version`), in AWS's terms.
    #[must_use]
    pub fn approval(&self, version: &str) -> Option<String> {
        let inner = self.now();
        let package = inner.world.sagemaker.package(&inner.world.env, version).ok()?;
        Some(package.doc.str("ModelApprovalStatus").to_owned())
    }

    /// Returns the configuration that an endpoint serves.
    #[must_use]
    pub fn endpoint_config(&self, endpoint: &str) -> Option<String> {
        Some(self.now().world.sagemaker.endpoints.get(endpoint)?.config().to_owned())
    }

    /// Returns the status of an endpoint, in AWS's terms.
    #[must_use]
    pub fn endpoint_status(&self, endpoint: &str) -> Option<String> {
        Some(self.now().world.sagemaker.endpoints.get(endpoint)?.status().to_owned())
    }

    /// Returns the state of an alarm, in AWS's terms.
    #[must_use]
    pub fn alarm(&self, name: &str) -> Option<String> {
        Some(self.now().world.cloudwatch.alarms.get(name)?.state().to_owned())
    }

    /// Returns the status of each execution of a pipeline, newest first.
    #[must_use]
    pub fn executions(&self, pipeline: &str) -> Vec<String> {
        let inner = self.now();
        let own = inner.world.sagemaker.executions.values().filter(|execution| execution.pipeline == pipeline);
        let mut found: Vec<(Time, String)> = own.map(|e| (e.record.created, e.status().to_owned())).collect();
        found.sort_by_key(|(created, _)| std::cmp::Reverse(*created));
        found.into_iter().map(|(_, status)| status).collect()
    }

    /// Returns the task of the story for the operator, and whether it was done.
    #[must_use]
    pub fn drill(&self) -> Option<DrillState> {
        let mut inner = self.now();
        inner.world.check_drill();
        inner.world.drill_state()
    }

    /// Returns how often an operation was called, including failed calls.
    #[must_use]
    pub fn calls(&self, operation: &str) -> u64 {
        self.lock().calls.get(operation).copied().unwrap_or(0)
    }

    /// Returns how often each operation was called, including failed calls.
    #[must_use]
    pub fn all_calls(&self) -> BTreeMap<String, u64> {
        self.lock().calls.clone()
    }

    /// Returns the operations that were called, each with the name of its service in signatures: `sagemaker:ListModels`.
    #[must_use]
    pub fn operations(&self) -> BTreeSet<String> {
        self.lock().operations.clone()
    }

    /// Forgets which operations were called.
    pub fn forget_operations(&self) {
        self.lock().operations.clear();
    }

    /// Reports all calls since the account began, for benchmarks.
    pub(super) fn report(&self) -> Value {
        let inner = self.lock();
        let count = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        let operations = inner.calls.iter().map(|(name, n)| (name.clone().into(), count(*n).into()));
        tree! {
            "total": count(inner.answered),
            "failed": count(inner.failed),
            "bytes": count(inner.bytes),
            "operations": Value::Dict(operations.collect()),
        }
    }

    /// Returns the calls that changed something, oldest first: operation and request as JSON.
    #[must_use]
    pub fn write_calls(&self) -> Vec<String> {
        self.lock().writes.clone()
    }
}

impl Inner {
    fn answer(&mut self, request: &Request) -> (Response, Duration) {
        self.answered += 1;
        let id = request_id(self.world.env.seed, self.answered);
        let mut call = understand(request);
        *self.calls.entry(call.name.clone()).or_default() += 1;
        let service = call.service.map(|service| service.names().signing).unwrap_or_default();
        self.operations.insert(format!("{service}:{}", call.name));
        let outcome = self.faults.judge(&mut call, self.world.env.now);
        if outcome.performed && outcome.response.is_some() {
            // The account performs the call, but its answer is replaced.
            let _ = self.perform(&call);
        }
        let response = match outcome.response {
            Some(Ok(raw)) => raw,
            Some(Err(error)) => call.fail(&error, &id),
            None => match self.perform(&call) {
                Ok(Done::Value(mut value)) => {
                    outcome.change_pages(&call, &mut value);
                    call.write(&value, &id)
                }
                Ok(Done::Raw(response)) => response,
                Err(error) => call.fail(&error, &id),
            },
        };
        self.failed += u64::from(!response.status().is_success());
        self.bytes += response.body().len() as u64;
        (response, outcome.latency)
    }

    fn perform(&mut self, call: &Call) -> Result<Done, ServiceError> {
        if let Some(request) = &call.s3 {
            let reply = s3::answer(&self.world.s3, &self.world.env.account, request)?;
            let headers: Vec<(&str, &str)> =
                reply.headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
            return Ok(Done::Raw(respond(reply.status, &headers, reply.body)));
        }
        let service = call.service.and_then(|service| Some((service, service.changes(&call.name)?)));
        let Some((service, changes)) = service else { return Err(call.unknown()) };
        let input = call.input.as_ref().map_err(|why| ServiceError::new("SerializationException", why.as_str()))?;
        let Some(answer) = self.world.call(service, &call.name, input) else { return Err(call.unknown()) };
        if changes {
            let called = ApiCall {
                at: self.world.env.now,
                source: service.names().source,
                name: call.name.clone(),
                user: self.world.env.account.session().to_owned(),
                request: input.clone(),
                error: answer.as_ref().err().map(|error| error.code.to_string()),
            };
            self.world.env.emit(Event::Called(called));
        }
        self.world.deliver_events();
        let value = answer?;
        self.world.answered.insert(call.name.clone(), self.world.env.now);
        if changes {
            self.writes.push(format!("{} {}", call.name, json::text(input)));
        }
        Ok(Done::Value(value))
    }
}

/// The result of a call.
enum Done {
    Value(Value),
    Raw(Response),
}

/// Returns an id like those in AWS's answers. It is the same for the same seed and number.
fn request_id(seed: u64, number: u64) -> String {
    let hex = num::hex(num::mix(seed ^ num::mix(number)), 32);
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or("");
    format!("{}-{}-4{}-a{}-{}", part(0, 8), part(8, 12), part(13, 16), part(17, 20), part(20, 32))
}
