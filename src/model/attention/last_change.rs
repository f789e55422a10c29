//! The last change of a model: the newest thing that happened to it.

use jiff::Timestamp;

use super::RuleInput;
use super::endpoint::endpoints;
use crate::model::{Change, Deployment, Serving};

/// An event that may have been the last change.
enum Happening<'a> {
    Live(&'a Serving<'a>),
    Registered(i32),
    Decided(i32, &'a str),
    Run(&'static str),
    Unscaled(&'static str),
    Deploys(&'a Serving<'a>, &'a Deployment<'a>),
    RolledBack(&'a Serving<'a>),
}

impl Happening<'_> {
    /// Returns what changed and how.
    fn words(&self) -> (String, String) {
        let within = |serving: &Serving<'_>, verb: String| {
            if serving.production() { verb } else { format!("{verb} in {}", serving.stage) }
        };
        match self {
            Self::Live(serving) => match (serving.version_in_brief(), &serving.changed) {
                (Some(version), None) => (version, within(serving, "live".to_owned())),
                (_, _) => (String::new(), within(serving, serving.came())),
            },
            Self::Registered(version) => (format!("v{version}"), "registered".to_owned()),
            Self::Decided(version, approval) => (format!("v{version}"), approval.to_lowercase()),
            Self::Run(verb) => ("run".to_owned(), (*verb).to_owned()),
            Self::Unscaled(why) => (String::new(), (*why).to_owned()),
            Self::RolledBack(serving) => (String::new(), within(serving, "rolled back".to_owned())),
            Self::Deploys(serving, deployment) => match &deployment.to {
                Some(to) => (to.clone(), within(serving, "arrives".to_owned())),
                None => (String::new(), within(serving, deployment.status.to_owned())),
            },
        }
    }
}

/// Returns the last change.
pub(super) fn last_change(input: &RuleInput<'_>) -> Option<Change> {
    let mut changes: Vec<(Timestamp, Happening<'_>)> = Vec::new();
    if let Some(run) = input.rows.executions.first() {
        changes.extend(run.started.map(|at| (at, Happening::Run("started"))));
        let ended = match run.status.as_str() {
            "Failed" => "failed",
            "Stopped" => "stopped",
            _ => "ended",
        };
        changes.extend(run.ended().map(|at| (at, Happening::Run(ended))));
    }
    changes.extend(input.chain.serving.iter().filter_map(|s| Some((s.since?, Happening::Live(s)))));
    for package in input.rows.packages.iter().take(5) {
        let version = package.version.unwrap_or_default();
        changes.extend(package.created.map(|at| (at, Happening::Registered(version))));
        let decided = package.details.as_ref().and_then(|d| d.modified).filter(|_| !package.waits());
        changes.extend(decided.map(|at| (at, Happening::Decided(version, &package.approval))));
    }
    let deployed = input.chain.serving.iter().filter_map(|s| Some((s, s.deployment.as_ref()?)));
    changes.extend(deployed.filter_map(|(s, deployment)| Some((deployment.since?, Happening::Deploys(s, deployment)))));
    changes.extend(endpoints(input).filter_map(|(serving, endpoint)| {
        Some((endpoint.modified.filter(|_| endpoint.was_rolled_back())?, Happening::RolledBack(serving)))
    }));
    changes.extend(unscaled(input));
    // If two have the same time, the later one in this list wins, because it says more.
    let (at, what) = changes.into_iter().max_by_key(|(at, _)| *at)?;
    let (what, how) = what.words();
    Some(Change { at, what, how })
}

/// Returns since when the endpoints of the model could not be scaled. Scaling that works is no change of the model.
fn unscaled<'a>(input: &'a RuleInput<'_>) -> Option<(Timestamp, Happening<'a>)> {
    #[cfg(feature = "applicationautoscaling")]
    {
        use crate::resources::Thing;
        let own = input.chain.serving.iter();
        let targets = own.flat_map(|serving| {
            let all = input.index.store.scalable_targets.rows();
            all.filter(move |target| target.endpoint.as_deref() == Some(serving.endpoint))
        });
        let failed = targets.filter_map(|target| {
            let target: &dyn Thing = target;
            Some((target.since()?, Happening::Unscaled(target.problem_in_brief()?)))
        });
        failed.max_by_key(|(at, _)| *at)
    }
    #[cfg(not(feature = "applicationautoscaling"))]
    {
        let _ = input;
        None
    }
}
