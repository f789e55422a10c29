//! A rule of `EventBridge` that is enabled or disabled, so that it starts something or does not.

use std::time::Duration;

use serde_json::Value;

use crate::aws::{Aws, AwsError};
use crate::intents::arguments::command_line;
use crate::intents::calls::{Call, DisableRule, EnableRule, text};
use crate::intents::{
    Difference, Executor, Guard, Intent, Part, Permission, Plan, Question, Receipt, Refusal, Selection, Step, Switch,
    Switched, Verdict, new_id,
};
use crate::resources::Kind;
use crate::resources::event_rule::EventRule;

/// Enable or disable a rule of EventBridge on the default bus
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct SwitchRule {
    /// Name of the rule
    pub rule: String,
    /// What the rule shall be
    pub to: Switch,
}

impl Intent for SwitchRule {
    const NAME: &'static str = "switch-rule";
    const HELP: &'static str = "turn a rule of EventBridge on or off";
    const PATIENCE: Duration = Duration::from_mins(2);
    const ON: &'static [Kind] = &[Kind::EventRules];
    const PERMISSIONS: &'static [&'static [Permission]] = &[EnableRule::PERMISSIONS, DisableRule::PERMISSIONS];
    const READS: &'static [&'static str] = &["events:DescribeRule", "events:ListTargetsByRule"];

    fn available(at: &Selection<'_>) -> Result<String, String> {
        let rules = &at.store().event_rules;
        let name = at.id_of(Kind::EventRules).ok_or("no rule is selected")?;
        let rule = rules.get(name).ok_or_else(|| format!("{name} is gone"))?;
        at.recent(rules, name)?;
        match &rule.managed_by {
            Some(service) => Err(format!("{name} belongs to {service}")),
            None => Ok(Switch::of(rule.enabled()).other().label("rule")),
        }
    }

    fn question(at: &Selection<'_>) -> Option<Question> {
        let rule = at.store().event_rules.get(at.id_of(Kind::EventRules)?)?;
        let to = Switch::of(rule.enabled()).other();
        Some(Question::Nothing(Self { rule: rule.name.clone(), to }.into()))
    }

    async fn plan(&self, executor: &Executor) -> Result<Plan, Refusal> {
        let aws = &executor.aws;
        let rule = EventRule::describe(aws, &self.rule, (executor.clock)()).await?;
        if let Some(service) = &rule.managed_by {
            return Err(Refusal::No(format!("{} belongs to {service}, which needs it as it is", self.rule)));
        }
        self.to.refuse_same(rule.enabled(), &self.rule)?;
        let step = match self.to {
            Switch::Enabled => Step::new(aws, EnableRule { name: self.rule.clone() }).await?,
            Switch::Disabled => Step::new(aws, DisableRule { name: self.rule.clone() }).await?,
        };
        let was = facts(&rule);
        let rule = rule.clone().with_targets(aws).await.unwrap_or(rule);
        let rows = [
            Some(Difference::change("State", &rule.state, self.to.state())),
            Difference::fact("schedule", rule.schedule.as_ref()),
            Difference::fact("pattern", rule.pattern.as_ref()),
            Difference::fact("description", Some(&rule.description).filter(|text| !text.is_empty())),
        ];
        let targets = rule.targets.iter().flatten().filter_map(|target| Difference::fact("target", Some(&target.arn)));
        let idle = self.to == Switch::Enabled && rule.drops_events();
        Ok(Plan {
            differences: rows.into_iter().flatten().chain(targets).collect(),
            warnings: idle.then(|| format!("{} has no targets: it starts nothing.", self.rule)).into_iter().collect(),
            then: format!("EventBridge takes a moment to follow; done when the rule reads {}.", self.to.state()),
            undo: if rule.state == self.to.other().state() {
                format!("sagetop {} {} {}", Self::NAME, self.rule, self.to.other().word())
            } else {
                format!("None by this command: the state {} is set with aws events put-rule --state.", rule.state)
            },
            steps: vec![step],
            guards: vec![Guard::present(self.clone(), &self.rule, was)],
            inverse: self.switches().pop().map(|switched| switched.back),
            ..Plan::of(new_id(), self.clone(), format!("{} rule {}", self.to.verb(), self.rule), self.rule.clone())
        })
    }

    async fn present(&self, aws: &Aws) -> Result<String, AwsError> {
        Ok(facts(&EventRule::describe(aws, &self.rule, jiff::Timestamp::UNIX_EPOCH).await?))
    }

    async fn verify(&self, aws: &Aws, _: &Receipt, _: Duration) -> Result<Verdict, AwsError> {
        let rule = EventRule::describe(aws, &self.rule, jiff::Timestamp::UNIX_EPOCH).await?;
        Ok(self.to.verdict(rule.enabled(), &format!("rule {}", self.rule)))
    }

    fn switches(&self) -> Vec<Switched> {
        vec![Switched::new(Part::Rule, &self.rule, self.to, Self { to: self.to.other(), ..self.clone() })]
    }

    fn arguments(&self) -> Option<Vec<String>> {
        Some(command_line([], [self.rule.as_str(), self.to.word()]))
    }

    fn of_last_call(call: &str, parameters: &Value) -> Option<Self> {
        let to = Switch::of(EnableRule::API.is(call));
        Some(Self { rule: text(parameters, "Name").to_owned(), to })
    }
}

/// Writes what a plan relies on.
fn facts(rule: &EventRule) -> String {
    let starts = [("schedule", &rule.schedule), ("pattern", &rule.pattern)];
    let starts = starts.into_iter().filter_map(|(name, value)| Some(format!(", {name} {}", value.as_ref()?)));
    format!("{}{}", rule.state, starts.collect::<String>())
}
