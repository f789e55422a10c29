//! How endpoints change: new fleets come up, traffic moves, they bake, or they roll back.

use super::super::time::{Span, Time};
use super::super::wire::Value;
use super::super::world::{Record, Task, World};

/// A deployment at speed 1: the new fleet comes up, traffic moves, it bakes.
const CREATING: Span = Span::seconds(30);
const SHIFTING: Span = Span::seconds(15);
const BAKING: Span = Span::seconds(30);
/// A change of capacity or weights.
const RESIZING: Span = Span::seconds(20);
/// The way back of a failed deployment.
const ROLLING_BACK: Span = Span::seconds(25);

/// Part of a fleet.
#[derive(Debug, Clone)]
pub(crate) struct Variant {
    pub(crate) name: String,
    pub(crate) model: String,
    /// `group/version`, or empty.
    pub(crate) package: String,
    pub(crate) image: String,
    pub(crate) digest: String,
    pub(crate) instance_type: String,
    pub(crate) weight: f64,
    pub(crate) current: i64,
    pub(crate) desired: i64,
    pub(crate) serverless: Option<Value>,
    pub(crate) since: Time,
}

/// What kind of change is going on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    /// A new configuration.
    Deployment,
    /// Other counts or weights.
    Capacity,
    /// Back to what was there before.
    Rollback,
}

/// A change that is going on.
#[derive(Debug, Clone)]
pub(crate) struct Update {
    pub(crate) id: u64,
    pub(crate) change: Change,
    pub(crate) config: String,
    pub(crate) variants: Vec<Variant>,
    pub(crate) started: Time,
    pub(crate) deployment: Option<Value>,
}

/// A time during which an endpoint served with one configuration.
#[derive(Debug, Clone)]
pub(crate) struct Served {
    pub(crate) since: Time,
    pub(crate) until: Option<Time>,
    /// `group/version` of each variant.
    pub(crate) packages: Vec<String>,
}

/// How deployments of a package end when they do not succeed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Doom {
    /// Back to the old configuration; the reason may be empty, as AWS's sometimes is.
    RollsBack(String),
    /// Neither forward nor back.
    Stuck(String),
}

/// An endpoint, its fleet and its past.
#[derive(Debug, Clone)]
pub(crate) struct Endpoint {
    pub(crate) record: Record,
    pub(crate) variants: Vec<Variant>,
    pub(crate) update: Option<Update>,
    pub(crate) served: Vec<Served>,
}

impl Endpoint {
    /// Its status, by AWS's word.
    pub(crate) fn status(&self) -> &str {
        self.record.doc.str("EndpointStatus")
    }
    /// The configuration that serves.
    pub(crate) fn config(&self) -> &str {
        self.record.doc.str("EndpointConfigName")
    }
    /// From now on it serves with these packages.
    pub(crate) fn serves(&mut self, since: Time) {
        if let Some(last) = self.served.last_mut() {
            last.until = Some(since);
        }
        let packages = self.variants.iter().map(|v| v.package.clone()).collect();
        self.served.push(Served { since, until: None, packages });
    }
}

impl Update {
    /// Phase, message, since when, and the part of the traffic that has moved.
    pub(crate) fn phase(&self, world: &World) -> (&'static str, &'static str, Time, f64) {
        let creating = self.started + world.pace(CREATING);
        let shifting = creating + world.pace(SHIFTING);
        if world.now < creating {
            ("Creating", "Launching the new fleet", self.started, 0.0)
        } else if world.now < shifting {
            ("ActivatingTraffic", "Shifting traffic to the new fleet", creating, 0.5)
        } else {
            ("Baking", "Watching the new fleet before the old one is terminated", shifting, 1.0)
        }
    }
}

impl World {
    /// Starts a deployment of an existing configuration.
    pub(crate) fn begin_deployment(
        &mut self,
        name: &str,
        config: &str,
        variants: Vec<Variant>,
        deployment: Option<Value>,
    ) {
        let id = self.serial();
        let update = Update {
            id,
            change: Change::Deployment,
            config: config.to_owned(),
            variants,
            started: self.now,
            deployment,
        };
        let length = CREATING + SHIFTING + BAKING;
        let doomed = update.variants.iter().any(|v| self.dooms.contains_key(&v.package));
        self.begin(name, update, "Updating", if doomed { CREATING + SHIFTING } else { length });
    }

    /// Starts a new endpoint.
    pub(crate) fn begin_creation(&mut self, name: &str, update: Update) {
        self.begin(name, update, "Creating", CREATING + SHIFTING);
    }

    /// Starts a change of counts or weights.
    pub(crate) fn begin_capacity(&mut self, name: &str, variants: Vec<Variant>) {
        let id = self.serial();
        let config = self.endpoints.get(name).map(|e| e.config().to_owned()).unwrap_or_default();
        let update = Update { id, change: Change::Capacity, config, variants, started: self.now, deployment: None };
        self.begin(name, update, "Updating", RESIZING);
    }

    fn begin(&mut self, name: &str, update: Update, status: &str, length: Span) {
        let (id, now) = (update.id, self.now);
        let Some(endpoint) = self.endpoints.get_mut(name) else { return };
        endpoint.record.doc.set("EndpointStatus", status);
        endpoint.record.doc.set("LastModifiedTime", now);
        if update.change == Change::Deployment {
            endpoint.record.doc.set("FailureReason", Value::Null);
        }
        endpoint.update = Some(update);
        self.after(length, Task::Deployed { endpoint: name.to_owned(), id });
    }

    /// A change has come to its end, if it was not overtaken.
    pub(crate) fn deployed(&mut self, name: &str, id: u64) {
        let now = self.now;
        let Some(endpoint) = self.endpoints.get_mut(name) else { return };
        let Some(update) = endpoint.update.take_if(|update| update.id == id) else { return };
        let doom = match update.change {
            Change::Deployment => update.variants.iter().find_map(|v| self.dooms.get(&v.package)).cloned(),
            Change::Capacity | Change::Rollback => None,
        };
        match doom {
            Some(Doom::RollsBack(reason)) => return self.roll_back(name, &reason),
            Some(Doom::Stuck(reason)) => {
                endpoint.record.doc.set("EndpointStatus", "UpdateRollbackFailed");
                endpoint.record.doc.set("FailureReason", reason);
                endpoint.record.doc.set("LastModifiedTime", now);
                return;
            }
            None => {}
        }
        if update.change != Change::Rollback {
            endpoint.variants = update.variants;
            for variant in &mut endpoint.variants {
                variant.current = variant.desired;
            }
        }
        if update.change == Change::Deployment {
            endpoint.record.doc.set("EndpointConfigName", update.config);
            endpoint.record.doc.set("LastDeploymentConfig", update.deployment);
            endpoint.serves(now);
        }
        endpoint.record.doc.set("EndpointStatus", "InService");
        endpoint.record.doc.set("LastModifiedTime", now);
    }

    /// A deployment fails: the old fleet stays, and after a while it is all that is left.
    pub(crate) fn roll_back(&mut self, name: &str, reason: &str) {
        let id = self.serial();
        let Some(endpoint) = self.endpoints.get_mut(name) else { return };
        let config = endpoint.config().to_owned();
        let reason = Some(reason).filter(|text| !text.is_empty());
        endpoint.record.doc.set("FailureReason", reason);
        let update =
            Update { id, change: Change::Rollback, config, variants: Vec::new(), started: self.now, deployment: None };
        self.begin(name, update, "RollingBack", ROLLING_BACK);
    }

    /// Ends deployments whose guard alarms are in ALARM, as auto-rollback does.
    pub(crate) fn guard_deployments(&mut self) {
        let mut tripped = Vec::new();
        for endpoint in self.endpoints.values() {
            let Some(update) = endpoint.update.as_ref().filter(|u| u.change == Change::Deployment) else { continue };
            let (phase, ..) = update.phase(self);
            let guards = update.deployment.as_ref().and_then(|d| d.at("AutoRollbackConfiguration.Alarms"));
            let mut names = guards.map(Value::items).unwrap_or_default().iter().map(|alarm| alarm.str("AlarmName"));
            let guard = names.find(|name| self.alarms.get(*name).is_some_and(|alarm| alarm.state() == "ALARM"));
            if let Some(guard) = guard.filter(|_| phase != "Creating") {
                tripped
                    .push((endpoint.record.name.clone(), format!("The following alarms are in ALARM state: {guard}.")));
            }
        }
        for (name, reason) in tripped {
            if let Some(endpoint) = self.endpoints.get_mut(&name) {
                endpoint.update = None;
            }
            self.roll_back(&name, &reason);
        }
    }
}
