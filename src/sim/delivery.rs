//! `CodePipeline`: deliveries that take an approved version from stage to stage.

mod requests;

use super::num;
use super::time::{Span, Time};
use super::world::World;

pub(crate) use requests::find;

/// A delivery pipeline.
#[derive(Debug, Clone)]
pub(crate) struct Delivery {
    pub(crate) name: String,
    pub(crate) group: String,
    /// The endpoints, in the order in which they get a version.
    pub(crate) endpoints: Vec<String>,
    /// Whether a person has to agree before the last endpoint.
    pub(crate) gated: bool,
    pub(crate) created: Time,
    /// Oldest first.
    pub(crate) runs: Vec<Run>,
}

/// One run of a delivery.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    pub(crate) id: String,
    pub(crate) version: String,
    pub(crate) started: Time,
    pub(crate) updated: Time,
    pub(crate) steps: Vec<Step>,
}

/// What a step does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    Source,
    Deploy(String),
    Approval,
}

/// How a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Waiting,
    Running,
    Succeeded,
    Failed,
}

/// A stage with its only action.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    pub(crate) kind: Kind,
    pub(crate) state: State,
    pub(crate) since: Time,
    pub(crate) summary: String,
}

impl Step {
    fn of(kind: Kind, at: Time) -> Self {
        Self { kind, state: State::Waiting, since: at, summary: String::new() }
    }
    /// Names of the stage and its action.
    pub(crate) fn names(&self) -> (String, String) {
        match &self.kind {
            Kind::Source => ("Source".to_owned(), "ModelRegistry".to_owned()),
            Kind::Approval => ("Approve".to_owned(), "ApproveProduction".to_owned()),
            Kind::Deploy(endpoint) => {
                let stage = endpoint.rsplit('-').next().unwrap_or(endpoint);
                let (first, rest) = stage.split_at_checked(1).unwrap_or((stage, ""));
                (format!("Deploy{}{rest}", first.to_uppercase()), "UpdateEndpoint".to_owned())
            }
        }
    }
    fn becomes(&mut self, state: State, at: Time, summary: impl Into<String>) {
        self.state = state;
        self.since = at;
        self.summary = summary.into();
    }
}

impl Delivery {
    /// A run that has not begun.
    pub(crate) fn run(&self, id: String, version: &str, at: Time) -> Run {
        let mut steps = vec![Step::of(Kind::Source, at)];
        for (number, endpoint) in self.endpoints.iter().enumerate() {
            if self.gated && number + 1 == self.endpoints.len() {
                steps.push(Step::of(Kind::Approval, at));
            }
            steps.push(Step::of(Kind::Deploy(endpoint.clone()), at));
        }
        Run { id, version: version.to_owned(), started: at, updated: at, steps }
    }
}

impl Run {
    /// Its status, by AWS's word.
    pub(crate) fn status(&self) -> &'static str {
        let has = |state| self.steps.iter().any(|step| step.state == state);
        if has(State::Failed) {
            "Failed"
        } else if has(State::Running) || has(State::Waiting) {
            "InProgress"
        } else {
            "Succeeded"
        }
    }
    /// The token with which its waiting approval is answered; the step's time keeps old ones apart.
    pub(crate) fn token(&self, step: &Step) -> String {
        let hex = num::hex(num::hash(&format!("{}{}", self.id, step.since.0)), 32);
        let part = |from: usize, to: usize| hex.get(from..to).unwrap_or("");
        format!("{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32))
    }
}

impl World {
    /// Starts a run of a delivery with the newest approved version; gives its id.
    pub(crate) fn start_delivery(&mut self, name: &str) -> Option<String> {
        let id = num::hex(self.fresh(), 32);
        let part = |from: usize, to: usize| id.get(from..to).unwrap_or("");
        let id = format!("{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32));
        let now = self.now;
        let group = self.deliveries.get(name)?.group.clone();
        let version = self.newest_approved(&group)?;
        let delivery = self.deliveries.get_mut(name)?;
        let mut run = delivery.run(id.clone(), &version, now);
        if let Some(source) = run.steps.first_mut() {
            source.becomes(State::Succeeded, now, format!("{version} is the newest approved version"));
        }
        delivery.runs.push(run);
        Some(id)
    }

    /// The newest approved version of a group: `group/version`.
    pub(crate) fn newest_approved(&self, group: &str) -> Option<String> {
        let versions = self.packages.get(group)?;
        let newest = versions.iter().rev().find(|package| package.doc.str("ModelApprovalStatus") == "Approved")?;
        Some(newest.name.clone())
    }

    /// Deliveries go on: what is deployed is finished, what comes next begins.
    pub(crate) fn deliver_on(&mut self) {
        let names: Vec<String> = self.deliveries.keys().cloned().collect();
        for name in names {
            let Some(mut delivery) = self.deliveries.remove(&name) else { continue };
            for run in delivery.runs.iter_mut().filter(|run| run.status() == "InProgress") {
                self.go_on(run);
            }
            self.deliveries.insert(name, delivery);
        }
    }

    fn go_on(&mut self, run: &mut Run) {
        let now = self.now;
        let version = run.version.clone();
        let Some(step) = run.steps.iter_mut().find(|step| step.state != State::Succeeded) else { return };
        let Kind::Deploy(endpoint) = step.kind.clone() else {
            if step.state == State::Waiting {
                step.becomes(State::Running, now, "");
                run.updated = now;
            }
            return;
        };
        let Some(found) = self.endpoints.get(&endpoint) else {
            step.becomes(State::Failed, now, format!("Could not find endpoint \"{endpoint}\"."));
            return;
        };
        let serving = found.variants.iter().any(|variant| variant.package == version);
        let free = found.update.is_none();
        match step.state {
            _ if serving && free => step.becomes(State::Succeeded, now, format!("{endpoint} serves {version}")),
            State::Waiting if free => {
                step.becomes(State::Running, now, "");
                self.deploy_version(&endpoint, &version);
            }
            State::Waiting => {
                step.becomes(State::Failed, now, format!("Cannot update in-progress endpoint \"{endpoint}\"."));
            }
            State::Running if free => {
                step.becomes(State::Failed, now, format!("{endpoint} went back to its old configuration"));
            }
            State::Running | State::Succeeded | State::Failed => return,
        }
        run.updated = now;
    }

    /// The deliveries of the past: one for each time that the last endpoint got another version.
    pub(crate) fn build_past_deliveries(&mut self) {
        let mut deliveries = std::mem::take(&mut self.deliveries);
        for delivery in deliveries.values_mut() {
            let Some(served) = delivery.endpoints.last().and_then(|e| self.endpoints.get(e)).map(|e| e.served.clone())
            else {
                continue;
            };
            for (number, past) in served.iter().enumerate() {
                let Some(version) = past.packages.first() else { continue };
                let id = num::hex(num::hash(&format!("{}{number}", delivery.name)), 32);
                let part = |from: usize, to: usize| id.get(from..to).unwrap_or("");
                let id = format!("{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32));
                let mut run = delivery.run(id, version, past.since - Span::minutes(14));
                run.updated = past.since;
                run.steps.iter_mut().for_each(|step| step.becomes(State::Succeeded, past.since, ""));
                delivery.runs.push(run);
            }
        }
        self.deliveries = deliveries;
    }
}
