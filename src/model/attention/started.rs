//! The rule about an approval after which nothing started.

use super::{Finding, RuleInput};
use crate::model::Health;
use crate::resources::deployment_pipeline::DeploymentPipeline;
use crate::resources::event_pattern::{decision_event, matches};
use crate::resources::event_rule::EventRule;
use crate::resources::package::ModelPackage;
use crate::resources::{Kind, arn_name};
use jiff::Timestamp;

/// The seconds within which a rule starts its targets: <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rules.html>.
const STARTS_WITHIN: i64 = 120;
/// The seconds after which another rule says that the version is not live.
const LATEST: i64 = 3600;

/// Finds a version that was approved two minutes ago, and whose rules are enabled and have started none of their
/// pipelines since. Where a target is no pipeline whose state was read since, nothing is known of what it started.
pub(super) fn nothing_started(input: &RuleInput<'_>) -> Vec<Finding> {
    find(input).into_iter().collect()
}

fn find(input: &RuleInput<'_>) -> Option<Finding> {
    let newest = input.rows.packages.iter().copied().find(|package| package.approval == "Approved")?;
    let decided = newest.details.as_ref()?.modified?;
    let age = input.now.as_second() - decided.as_second();
    if age <= STARTS_WITHIN || age > LATEST {
        return None;
    }
    let version = newest.version?;
    let touched = input.chain.serving.iter().any(|s| s.answers(version) || !s.arriving.is_empty());
    let older = input.chain.serving.iter().any(|s| s.production() && s.version().is_some_and(|live| live < version));
    if touched || !older {
        return None;
    }
    let rules: Vec<&EventRule> = rules(input, newest).collect();
    let mut names = Vec::new();
    for rule in &rules {
        for target in rule.targets.as_deref()? {
            let pipeline = target.arn.contains(":codepipeline:").then(|| arn_name(&target.arn))?;
            let pipeline = input.index.store.deployment_pipelines.get(pipeline)?;
            if !idle_since(pipeline, decided)? {
                return None;
            }
            names.push(format!("rule {} should have started {}", rule.name, pipeline.name));
        }
    }
    let why = (!names.is_empty()).then(|| names.join(", "))?;
    let finding = Finding::new(Health::Warning, format!("v{version} was approved, and nothing started: {why}"));
    Some(
        finding
            .brief(format!("v{version} started nothing"))
            .word(format!("v{version} no start"))
            .since(Some(decided))
            .about(Kind::Packages, &newest.arn),
    )
}

/// Returns the enabled rules that wait for the approval of a version.
fn rules<'a>(input: &'a RuleInput<'_>, package: &ModelPackage) -> impl Iterator<Item = &'a EventRule> {
    let event = decision_event(package, "Approved");
    let of_group = input.chain.attached.iter().filter(|a| a.kind == Kind::EventRules && a.to.0 == Kind::Groups);
    let rules = of_group.filter_map(|a| input.index.store.event_rules.get(a.id));
    rules.filter(move |rule| {
        let waits = rule.pattern.as_deref().is_none_or(|pattern| matches(pattern, &event) == Some(true));
        waits && rule.enabled() && !rule.drops_events()
    })
}

/// Returns whether no action of a pipeline changed since a time. `None` if its state was not read long enough after it.
fn idle_since(pipeline: &DeploymentPipeline, at: Timestamp) -> Option<bool> {
    pipeline.read.filter(|read| read.as_second() - at.as_second() >= STARTS_WITHIN)?;
    let mut actions = pipeline.stages.as_ref()?.iter().flat_map(|stage| &stage.actions);
    Some(!actions.any(|action| action.since.is_some_and(|since| since >= at)))
}
