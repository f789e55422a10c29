//! An AWS account that is not one: it answers the bytes that AWS's own clients send.
//!
//! The account sits behind the SDK's HTTP connector, or is served on loopback. It
//! knows nothing of the rest of this crate, reads no credentials, checks no
//! signatures, and takes its time from the clock that it is given.

mod build;
mod cloudwatch;
mod connector;
mod delivery;
mod drill;
mod events;
mod fault;
mod faults;
mod logs;
mod num;
mod operation;
mod route;
mod s3;
mod sagemaker;
mod scale;
mod scaling;
mod serve;
mod sns;
mod story;
mod sts;
mod tagging;
mod time;
mod trail;
mod wire;
mod world;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use bytes::Bytes;

pub use drill::DrillState;
pub use scale::Scale;
pub use serve::{listen, serve};
pub use story::{Story, StoryError};

use fault::Fault;
use faults::Weather;
use route::{Call, respond};
use time::Time;
use world::World;

/// A request as bytes.
pub type Request = http::Request<Bytes>;
/// An answer as bytes.
pub type Response = http::Response<Bytes>;
/// The only source of time; it may be virtual, but must not go back.
pub type Clock = Arc<dyn Fn() -> SystemTime + Send + Sync>;

/// How the account behaves apart from its story.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How many times faster than usual things happen; 1 is a demo's pace.
    pub speed: f64,
    /// Chance comes from here; the story's own seed when absent.
    pub seed: Option<u64>,
    /// How long every answer takes.
    pub latency: Duration,
    /// The part of the latency that is chance, 0 to 1.
    pub jitter: f64,
    /// Most requests a second by service, one of [`Sim::services`]; more are throttled.
    pub rates: BTreeMap<String, f64>,
    /// What the account holds beyond the story.
    pub scale: Scale,
    /// Its region; the story's own when absent.
    pub region: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            speed: 1.0,
            seed: None,
            latency: Duration::ZERO,
            jitter: 0.0,
            rates: BTreeMap::new(),
            scale: Scale::default(),
            region: None,
        }
    }
}

/// A simulated account; clones share it.
#[derive(Clone)]
pub struct Sim {
    inner: Arc<Mutex<Inner>>,
    clock: Clock,
}

struct Inner {
    world: World,
    weather: Weather,
    calls: BTreeMap<String, u64>,
    writes: Vec<String>,
    answered: u64,
    /// Answers that were errors, throttled ones among them.
    failed: u64,
    /// The bodies of all answers.
    bytes: u64,
}

impl fmt::Debug for Sim {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Sim")
    }
}

impl Sim {
    /// The text of a bundled story.
    #[must_use]
    pub fn story(name: &str) -> Option<&'static str> {
        story::BUNDLED.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
    }

    /// The names of the bundled stories.
    #[must_use]
    pub fn stories() -> Vec<&'static str> {
        story::BUNDLED.iter().map(|(name, _)| *name).collect()
    }

    /// The services that a rate can be given for.
    pub fn services() -> impl Iterator<Item = &'static str> {
        route::Service::ALL.iter().map(|service| service.signing())
    }

    /// An account that begins as the story says, at the clock's present time.
    #[must_use]
    pub fn new(story: &Story, clock: Clock) -> Self {
        Self::with(story, clock, &Settings::default())
    }

    /// The same with settings.
    #[must_use]
    pub fn with(story: &Story, clock: Clock, settings: &Settings) -> Self {
        let start = Time::of(clock());
        let seed = settings.seed.unwrap_or(story.seed);
        let world = build::world(story, start, (settings.speed, seed), settings);
        let weather = Weather::new(story, settings, start, seed);
        let inner =
            Inner { world, weather, calls: BTreeMap::new(), writes: Vec::new(), answered: 0, failed: 0, bytes: 0 };
        Self { inner: Arc::new(Mutex::new(inner)), clock }
    }

    /// Answers a request at once, at the clock's present time.
    #[must_use]
    pub fn handle(&self, request: &Request) -> Response {
        self.answer(request).0
    }

    /// Answers a request, and says how long that should take.
    fn answer(&self, request: &Request) -> (Response, Duration) {
        let now = Time::of((self.clock)());
        let mut inner = self.lock();
        inner.world.advance(now);
        inner.answer(request)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The account as it is now.
    fn now(&self) -> MutexGuard<'_, Inner> {
        let now = Time::of((self.clock)());
        let mut inner = self.lock();
        inner.world.advance(now);
        inner
    }

    /// The region of the account.
    #[must_use]
    pub fn region(&self) -> String {
        self.lock().world.home.region.clone()
    }

    /// What people call the account.
    #[must_use]
    pub fn alias(&self) -> String {
        self.lock().world.home.alias.clone()
    }

    /// The approval of a model version (`group/version`), by AWS's word.
    #[must_use]
    pub fn approval(&self, version: &str) -> Option<String> {
        let inner = self.now();
        let package = inner.world.package(version).ok()?;
        Some(package.doc.str("ModelApprovalStatus").to_owned())
    }

    /// The configuration with which an endpoint serves.
    #[must_use]
    pub fn endpoint_config(&self, endpoint: &str) -> Option<String> {
        Some(self.now().world.endpoint(endpoint).ok()?.config().to_owned())
    }

    /// The status of an endpoint, by AWS's word.
    #[must_use]
    pub fn endpoint_status(&self, endpoint: &str) -> Option<String> {
        Some(self.now().world.endpoint(endpoint).ok()?.status().to_owned())
    }

    /// The state of an alarm, by AWS's word.
    #[must_use]
    pub fn alarm(&self, name: &str) -> Option<String> {
        Some(self.now().world.alarms.get(name)?.state().to_owned())
    }

    /// The status of each execution of a pipeline, newest first.
    #[must_use]
    pub fn executions(&self, pipeline: &str) -> Vec<String> {
        let inner = self.now();
        let own = inner.world.executions.values().filter(|execution| execution.pipeline == pipeline);
        let mut found: Vec<(Time, String)> = own.map(|e| (e.record.created, e.status().to_owned())).collect();
        found.sort_by_key(|(created, _)| std::cmp::Reverse(*created));
        found.into_iter().map(|(_, status)| status).collect()
    }

    /// What the story asks of the operator, and whether it was done.
    #[must_use]
    pub fn drill(&self) -> Option<DrillState> {
        let mut inner = self.now();
        inner.world.check_drill();
        inner.world.drill_state()
    }

    /// How often an operation was called, also when it failed.
    #[must_use]
    pub fn calls(&self, operation: &str) -> u64 {
        self.lock().calls.get(operation).copied().unwrap_or(0)
    }

    /// How often each operation was called, also when it failed.
    #[must_use]
    pub fn all_calls(&self) -> BTreeMap<String, u64> {
        self.lock().calls.clone()
    }

    /// The calls that changed something, oldest first: operation and request as JSON.
    #[must_use]
    pub fn write_calls(&self) -> Vec<String> {
        self.lock().writes.clone()
    }
}

impl Inner {
    fn answer(&mut self, request: &Request) -> (Response, Duration) {
        self.answered += 1;
        let id = request_id(self.world.seed, self.answered);
        let mut call = route::understand(request);
        *self.calls.entry(call.name.clone()).or_default() += 1;
        let weather = self.weather.over(&mut call, self.world.now);
        if weather.done && weather.response.is_some() {
            // Its own answer is lost on the way.
            let _ = self.perform(&call);
        }
        let response = match weather.response {
            Some(Ok(raw)) => raw,
            Some(Err(fault)) => call.fail(&fault, &id),
            None => match self.perform(&call) {
                Ok(Done::Value(mut value)) => {
                    weather.touch(&call, &mut value);
                    call.write(&value, &id)
                }
                Ok(Done::Raw(response)) => response,
                Err(fault) => call.fail(&fault, &id),
            },
        };
        self.failed += u64::from(!response.status().is_success());
        self.bytes += response.body().len() as u64;
        (response, weather.latency)
    }

    fn perform(&mut self, call: &Call) -> Result<Done, Fault> {
        if let Some(asked) = &call.s3 {
            let reply = s3::answer(&self.world, asked)?;
            let headers: Vec<(&str, &str)> =
                reply.headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
            return Ok(Done::Raw(respond(reply.status, &headers, reply.body)));
        }
        let Some(operation) = call.operation() else { return Err(call.unknown()) };
        let input = call.input.as_ref().map_err(|why| Fault::new("SerializationException", why.as_str()))?;
        let result = (operation.run)(&mut self.world, input);
        if operation.writes {
            let error = result.as_ref().err().map(|fault| fault.code.to_string());
            let user = self.world.home.session().to_owned();
            self.world.trace(call.service.source(), operation.name, &user, input.clone(), error);
        }
        let result = result?;
        self.world.answered.insert(operation.name.to_owned(), self.world.now);
        if operation.writes {
            self.writes.push(format!("{} {}", operation.name, wire::json::text(input)));
        }
        Ok(Done::Value(result))
    }
}

/// What came of a call.
enum Done {
    Value(wire::Value),
    Raw(Response),
}

/// An id as AWS gives with each answer; the same for the same seed and number.
fn request_id(seed: u64, number: u64) -> String {
    let hex = num::hex(num::mix(seed ^ num::mix(number)), 32);
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or("");
    format!("{}-{}-4{}-a{}-{}", part(0, 8), part(8, 12), part(13, 16), part(17, 20), part(20, 32))
}

#[cfg(test)]
mod tests;
