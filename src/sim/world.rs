//! What exists in the simulated account, and the agenda that moves it.
//!
//! Nothing runs in the background: each request first brings the world up to its
//! own time, doing what was due in the order in which it was due.

use std::collections::{BTreeMap, BTreeSet};

use super::cloudwatch::alarms::Alarm;
use super::cloudwatch::history::Item;
use super::cloudwatch::series::Series;
use super::delivery::Delivery;
use super::drill::Progress;
use super::events::Rule;
use super::num;
use super::s3::Bucket;
use super::sagemaker::deploy::{Doom, Endpoint};
use super::sagemaker::execution::{Execution, Recipe};
use super::scaling::{Activity, Scalable};
use super::sns::{Subscription, Topic};
use super::time::{Span, Time};
use super::trail::Entry;
use super::wire::Value;

/// How often alarms are looked at, before speed.
const TICK: Span = Span::seconds(10);

/// A resource as its service describes it, by AWS's own member names.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    pub(crate) name: String,
    pub(crate) created: Time,
    pub(crate) doc: Value,
}

/// Resources of one kind by name.
pub(crate) type Table = BTreeMap<String, Record>;

/// Names in the order of creation.
pub(crate) type Created = BTreeSet<(Time, String)>;

/// Whose account this is.
#[derive(Debug, Clone)]
pub(crate) struct Home {
    pub(crate) account: String,
    pub(crate) alias: String,
    pub(crate) region: String,
    pub(crate) identity: String,
}

impl Home {
    /// The name of a resource of a regional service.
    pub(crate) fn arn(&self, service: &str, resource: &str) -> String {
        format!("arn:aws:{service}:{}:{}:{resource}", self.region, self.account)
    }
    /// The name of a `SageMaker` resource.
    pub(crate) fn sagemaker(&self, kind: &str, name: &str) -> String {
        self.arn("sagemaker", &format!("{kind}/{name}"))
    }
    /// The name of a role.
    pub(crate) fn role(&self, name: &str) -> String {
        format!("arn:aws:iam::{}:role/{name}", self.account)
    }
}

/// Something that will happen at its time.
#[derive(Debug, Clone)]
pub(crate) enum Task {
    /// A deployment or capacity change of an endpoint ends, if it is still the one with this id.
    Deployed { endpoint: String, id: u64 },
    /// The running step of an execution ends, if the execution is still in this attempt.
    StepEnds { execution: String, attempt: u64 },
    /// An execution that was asked to stop has stopped.
    Stopped { execution: String, attempt: u64 },
    /// The newest approved version of a group goes to an endpoint.
    Deliver { endpoint: String, group: String },
    /// An event of the story, by its place there.
    Event(usize),
}

/// The whole account.
pub(crate) struct World {
    pub(crate) home: Home,
    pub(crate) now: Time,
    pub(crate) start: Time,
    pub(crate) speed: f64,
    pub(crate) seed: u64,
    pub(crate) endpoints: BTreeMap<String, Endpoint>,
    pub(crate) dooms: BTreeMap<String, Doom>,
    pub(crate) configs: Table,
    pub(crate) models: Table,
    /// Feature groups that are written to, with the folder of their offline store and the time of the next write.
    pub(crate) written: BTreeMap<String, (String, Time)>,
    pub(crate) groups: Table,
    pub(crate) packages: BTreeMap<String, Vec<Record>>,
    pub(crate) pipelines: Table,
    pub(crate) recipes: BTreeMap<String, Recipe>,
    pub(crate) executions: BTreeMap<String, Execution>,
    pub(crate) training: Table,
    /// Training jobs from the oldest: there are many, and lists begin with these.
    pub(crate) trained: Created,
    pub(crate) processing: Table,
    pub(crate) features: Table,
    pub(crate) tags: BTreeMap<String, BTreeMap<String, String>>,
    pub(crate) series: BTreeMap<String, Series>,
    pub(crate) alarms: BTreeMap<String, Alarm>,
    pub(crate) history: Vec<Item>,
    pub(crate) topics: BTreeMap<String, Topic>,
    pub(crate) subscriptions: Vec<Subscription>,
    pub(crate) buckets: BTreeMap<String, Bucket>,
    pub(crate) events: Vec<super::story::Event>,
    pub(crate) rules: BTreeMap<String, Rule>,
    pub(crate) deliveries: BTreeMap<String, Delivery>,
    /// Endpoints that are scaled, by name.
    pub(crate) scaling: BTreeMap<String, Scalable>,
    pub(crate) activities: Vec<Activity>,
    pub(crate) trail: Vec<Entry>,
    pub(crate) drill: Option<Progress>,
    /// When each operation was last answered without an error.
    pub(crate) answered: BTreeMap<String, Time>,
    agenda: BTreeMap<(Time, u64), Task>,
    next_tick: Time,
    serial: u64,
}

impl World {
    /// An account with nothing in it.
    pub(crate) fn empty(home: Home, start: Time, (pace, seed): (f64, u64)) -> Self {
        Self {
            home,
            now: start,
            start,
            speed: pace,
            seed,
            endpoints: BTreeMap::new(),
            dooms: BTreeMap::new(),
            configs: Table::new(),
            models: Table::new(),
            written: BTreeMap::new(),
            groups: Table::new(),
            packages: BTreeMap::new(),
            pipelines: Table::new(),
            recipes: BTreeMap::new(),
            executions: BTreeMap::new(),
            training: Table::new(),
            trained: Created::new(),
            processing: Table::new(),
            features: Table::new(),
            tags: BTreeMap::new(),
            series: BTreeMap::new(),
            alarms: BTreeMap::new(),
            history: Vec::new(),
            topics: BTreeMap::new(),
            subscriptions: Vec::new(),
            buckets: BTreeMap::new(),
            events: Vec::new(),
            rules: BTreeMap::new(),
            deliveries: BTreeMap::new(),
            scaling: BTreeMap::new(),
            activities: Vec::new(),
            trail: Vec::new(),
            drill: None,
            answered: BTreeMap::new(),
            agenda: BTreeMap::new(),
            next_tick: start,
            serial: 0,
        }
    }

    /// A number that was never given before; the same for the same seed and history.
    pub(crate) fn serial(&mut self) -> u64 {
        self.serial += 1;
        self.serial
    }

    /// A seed for something new.
    pub(crate) fn fresh(&mut self) -> u64 {
        num::mix(self.seed ^ num::mix(self.serial()))
    }

    /// A length at the account's speed.
    pub(crate) fn pace(&self, length: Span) -> Span {
        length.paced(self.speed)
    }

    /// Puts something on the agenda, in so much time at the account's speed.
    pub(crate) fn after(&mut self, length: Span, task: Task) {
        let due = self.now + self.pace(length);
        self.at(due, task);
    }

    /// Puts something on the agenda at an instant.
    pub(crate) fn at(&mut self, due: Time, task: Task) {
        let serial = self.serial();
        self.agenda.insert((due, serial), task);
    }

    /// Brings the account up to an instant; time never goes back.
    pub(crate) fn advance(&mut self, to: Time) {
        let to = to.max(self.now);
        let tick = Span(self.pace(TICK).0.max(100));
        // After a long silence only the last two hours are looked at tick by tick.
        self.next_tick = self.next_tick.max(to - Span(tick.0 * 720));
        loop {
            let due = self.agenda.first_key_value().map(|(key, _)| *key).filter(|key| key.0 <= to);
            match due {
                Some(key) if key.0 <= self.next_tick || self.next_tick > to => {
                    let Some(task) = self.agenda.remove(&key) else { break };
                    self.now = self.now.max(key.0);
                    self.perform(task);
                }
                _ if self.next_tick <= to => {
                    self.now = self.now.max(self.next_tick);
                    self.tick();
                    self.next_tick = self.next_tick + tick;
                }
                _ => break,
            }
        }
        self.now = to;
    }

    fn perform(&mut self, task: Task) {
        match task {
            Task::Deployed { endpoint, id } => self.deployed(&endpoint, id),
            Task::StepEnds { execution, attempt } => self.step_ends(&execution, attempt),
            Task::Stopped { execution, attempt } => self.execution_stopped(&execution, attempt),
            Task::Deliver { endpoint, group } => self.deliver(&endpoint, &group),
            Task::Event(at) => self.happen(at),
        }
    }

    fn tick(&mut self) {
        self.write_features();
        self.evaluate_alarms();
        self.guard_deployments();
        self.scale();
        self.deliver_on();
        self.check_drill();
    }

    /// A training job that there is from now on.
    pub(crate) fn add_training(&mut self, job: Record) {
        let place = (job.created, job.name.clone());
        if let Some(old) = self.training.insert(job.name.clone(), job) {
            self.trained.remove(&(old.created, old.name));
        }
        self.trained.insert(place);
    }

    /// Tags a resource.
    pub(crate) fn tag(&mut self, arn: &str, key: &str, value: &str) {
        self.tags.entry(arn.to_owned()).or_default().insert(key.to_owned(), value.to_owned());
    }
}
