//! How the rules are found, and what they start.

use super::DeployRules;
use crate::intents::{Difference, Executor};
use crate::resources::arn_name;
use crate::resources::event_pattern::{decision_event, matches};
use crate::resources::event_rule::EventRule;
use crate::resources::package::ModelPackage;

/// A rule that waits for the decision, and whether that is certain.
struct Waiting {
    rule: EventRule,
    certain: bool,
}

impl DeployRules {
    /// Reads the rules that wait for the approval status of a version to become `status`.
    pub(super) async fn read(executor: &Executor, package: &ModelPackage, status: &str) -> Self {
        let event = decision_event(package, status);
        let (rules, more) = match EventRule::all(&executor.aws, (executor.clock)()).await {
            Ok(read) => read,
            Err(error) => {
                let warnings = vec![format!("Which rules wait for this is not known: {error}.")];
                return Self { warnings, may_start: true, ..Self::default() };
            }
        };
        let count = rules.len();
        let waiting = rules.into_iter().filter_map(|rule| {
            let certain = rule.pattern.as_deref().map(|pattern| matches(pattern, &event))?;
            (certain != Some(false)).then_some(Waiting { rule, certain: certain.is_some() })
        });
        let mut found = Self::default();
        for Waiting { rule, certain } in waiting.collect::<Vec<_>>() {
            Box::pin(found.add(executor, rule, certain)).await;
        }
        found.may_start |= more;
        found.warnings.extend(more.then(|| format!("Only {count} rules were read; others may wait for this, too.")));
        found.summarise(status);
        found
    }

    /// Adds a rule, with its targets and the state of the pipelines among these.
    async fn add(&mut self, executor: &Executor, rule: EventRule, certain: bool) {
        let name = rule.name.clone();
        let (rule, unread) = match rule.clone().with_targets(&executor.aws).await {
            Ok(rule) => (rule, None),
            Err(error) => (rule, Some(format!("The targets of the rule {name} are not known: {error}."))),
        };
        self.warnings.extend(unread);
        if !certain {
            self.warnings.push(format!("Whether the rule {name} waits for this is not known from its pattern."));
        }
        let starts = rule.enabled() && !rule.drops_events();
        self.may_start |= starts;
        for target in rule.targets.iter().flatten().filter(|_| starts) {
            if target.lacks_role() {
                self.warnings.push(format!("The rule {name} has no role that may start {}.", arn_name(&target.arn)));
            }
            if target.arn.contains(":codepipeline:") {
                self.pipelines.push(arn_name(&target.arn).to_owned());
                self.warnings.extend(Box::pin(describe_pipeline(executor, arn_name(&target.arn))).await);
            }
        }
        let targets: Vec<&str> = rule.targets.iter().flatten().map(|target| arn_name(&target.arn)).collect();
        self.starting
            .extend((starts && !targets.is_empty()).then(|| format!("rule {name} starts {}", targets.join(", "))));
        let then = match (&rule.targets, starts) {
            (None, _) => "targets not known".to_owned(),
            (_, true) => format!("starts {}", targets.join(", ")),
            (_, false) => "starts nothing".to_owned(),
        };
        let note = if rule.drops_events() { "no targets".to_owned() } else { String::new() };
        self.differences.push(Difference { what: format!("rule {name}"), now: rule.state.clone(), then, note });
    }

    /// Says so when nothing starts.
    fn summarise(&mut self, status: &str) {
        if self.may_start || status != "Approved" {
            return;
        }
        let rules: Vec<&str> = self.differences.iter().map(|row| row.what.as_str()).collect();
        let why = if rules.is_empty() {
            "no rule of this account waits for it".to_owned()
        } else {
            format!("{} cannot start anything", rules.join(", "))
        };
        self.warnings.insert(0, format!("THE APPROVAL STARTS NOTHING BY ITSELF: {why}."));
    }
}

/// Returns what a pipeline will wait for, or what keeps it from delivering.
#[cfg(feature = "codepipeline")]
async fn describe_pipeline(executor: &Executor, name: &str) -> Option<String> {
    use crate::resources::deployment_pipeline::DeploymentPipeline;
    use crate::resources::{Observed, Resource};
    let observed = Observed { at: (executor.clock)(), ..Observed::default() };
    match DeploymentPipeline::describe(&executor.aws, &observed, name).await {
        Err(error) => Some(format!("The state of CodePipeline {name} is not known: {error}.")),
        Ok(pipeline) => {
            let problem = pipeline.problem().map(|problem| format!("CodePipeline {name} {problem}."));
            let asks = pipeline
                .approvals
                .first()
                .map(|(stage, _)| format!("CodePipeline {name} will wait for a person in {stage}."));
            problem.or(asks)
        }
    }
}

#[cfg(not(feature = "codepipeline"))]
async fn describe_pipeline(_: &Executor, _: &str) -> Option<String> {
    None
}
