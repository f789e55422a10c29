//! An endpoint: its variants, its current deployment, and its earlier configurations.

use crate::sim::prelude::{Env, Record, Span, Time, Value};
use std::collections::BTreeMap;

/// The phases of a deployment at speed 1: the new fleet starts, traffic moves, the new fleet is watched.
pub(super) const CREATING: Span = Span::seconds(30);
pub(super) const SHIFTING: Span = Span::seconds(15);
pub(super) const BAKING: Span = Span::seconds(30);

/// The endpoints by name.
pub(crate) type Endpoints = BTreeMap<String, Endpoint>;

/// A part of a fleet.
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
    /// The settings of managed scaling and of routing.
    pub(crate) scaling: Option<Value>,
    pub(crate) routing: Option<Value>,
    pub(crate) since: Time,
}

/// The kind of a change in progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    /// A change to a new configuration.
    Deployment,
    /// A change of counts or weights.
    Capacity,
    /// A change back to the earlier configuration.
    Rollback,
}

/// A change in progress.
#[derive(Debug, Clone)]
pub(crate) struct Update {
    pub(crate) id: u64,
    pub(crate) change: Change,
    pub(crate) config: String,
    pub(crate) variants: Vec<Variant>,
    pub(crate) started: Time,
    pub(crate) deployment: Option<Value>,
}

/// A period in which an endpoint served one configuration.
#[derive(Debug, Clone)]
pub(crate) struct Served {
    pub(crate) since: Time,
    pub(crate) until: Option<Time>,
    /// The `group/version` of each variant.
    pub(crate) packages: Vec<String>,
}

/// The end of a failed deployment.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum DeploymentFailure {
    /// The endpoint returns to the old configuration. The reason may be empty, as it sometimes is on AWS.
    RollsBack(String),
    /// The endpoint is stuck between the two configurations.
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
    /// Creates an endpoint without a fleet.
    pub(crate) fn new(record: Record) -> Self {
        Self { record, variants: Vec::new(), update: None, served: Vec::new() }
    }
    /// Returns its status in AWS's terms.
    pub(crate) fn status(&self) -> &str {
        self.record.doc.str("EndpointStatus")
    }
    /// Returns the configuration that serves.
    pub(crate) fn config(&self) -> &str {
        self.record.doc.str("EndpointConfigName")
    }
    /// Returns whether a variant serves this version (`group/version`).
    pub(crate) fn serves(&self, version: &str) -> bool {
        self.variants.iter().any(|variant| variant.package == version)
    }
    /// Returns the number of instances of all variants.
    pub(crate) fn instances(&self) -> i64 {
        self.variants.iter().map(|variant| variant.current).sum()
    }
    /// Records that it serves its present variants from a time on.
    pub(crate) fn begin_serving(&mut self, since: Time) {
        if let Some(last) = self.served.last_mut() {
            last.until = Some(since);
        }
        let packages = self.variants.iter().map(|v| v.package.clone()).collect();
        self.served.push(Served { since, until: None, packages });
    }
}

impl Update {
    /// Returns the phase, the message, the start of the phase, and the share of the traffic that has moved.
    pub(crate) fn phase(&self, env: &Env) -> (&'static str, &'static str, Time, f64) {
        let creating = self.started + env.pace(CREATING);
        let shifting = creating + env.pace(SHIFTING);
        if env.now < creating {
            ("Creating", "Launching the new fleet", self.started, 0.0)
        } else if env.now < shifting {
            ("ActivatingTraffic", "Shifting traffic to the new fleet", creating, 0.5)
        } else {
            ("Baking", "Watching the new fleet before the old one is terminated", shifting, 1.0)
        }
    }
}
