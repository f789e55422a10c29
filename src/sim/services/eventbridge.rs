//! `EventBridge`: rules, their targets, and the match of rules with approvals.

use crate::sim::prelude::{
    Account, Answer, Env, Operation, Operations, Paging, ServiceError, Value, read, tree, write,
};
use std::collections::BTreeMap;

type Handler = fn(&mut State, &Env, &Value) -> Answer;

pub(crate) static OPERATIONS: Operations<Handler> = &[TABLE];

static TABLE: &[Operation<Handler>] = &[
    read("ListRules", list),
    read("DescribeRule", describe),
    read("ListTargetsByRule", targets),
    read("ListRuleNamesByTarget", by_target),
    read("ListTagsForResource", |_, env, input| Ok(tree! { "Tags": env.tags.rows(input.need("ResourceARN")?) })),
    write("EnableRule", |state, _, input| change(state, input, "Name", |rule| rule.enabled = true)),
    write("DisableRule", |state, _, input| change(state, input, "Name", |rule| rule.enabled = false)),
    write("PutTargets", put_targets),
    write("RemoveTargets", remove_targets),
];

const PAGES: Paging = Paging { token: "NextToken", size: "Limit", usual: 100, most: 100 };

/// The rules by name.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) rules: BTreeMap<String, Rule>,
}

/// A rule.
#[derive(Debug, Clone)]
pub(crate) struct Rule {
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) enabled: bool,
    pub(crate) pattern: Option<String>,
    pub(crate) schedule: Option<String>,
    pub(crate) targets: Vec<Target>,
    /// The model group and the decisions that the rule matches, and the endpoints that its function then deploys to.
    pub(crate) group: Option<String>,
    pub(crate) on: Vec<String>,
    pub(crate) deploys: Vec<String>,
}

/// A target that receives a rule's events.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) id: String,
    pub(crate) arn: String,
    pub(crate) role: String,
}

fn row(account: &Account, rule: &Rule) -> Value {
    tree! {
        "Name": &rule.name,
        "Arn": account.arn("events", &format!("rule/{}", rule.name)),
        "EventPattern": rule.pattern.as_deref(),
        "ScheduleExpression": rule.schedule.as_deref(),
        "State": if rule.enabled { "ENABLED" } else { "DISABLED" },
        "Description": Some(rule.description.as_str()).filter(|text| !text.is_empty()),
        "EventBusName": "default",
    }
}

fn list(state: &mut State, env: &Env, input: &Value) -> Answer {
    let prefix = input.text("NamePrefix")?.unwrap_or("");
    let rows = state.rules.values().filter(|rule| rule.name.starts_with(prefix)).map(|rule| row(&env.account, rule));
    PAGES.answer(input, "Rules", rows.collect())
}

fn missing(name: &str) -> ServiceError {
    ServiceError::new("ResourceNotFoundException", format!("Rule {name} does not exist on EventBus default."))
}

fn wanted<'a>(state: &'a State, input: &Value, key: &str) -> Result<&'a Rule, ServiceError> {
    let name = input.need(key)?;
    state.rules.get(name).ok_or_else(|| missing(name))
}

fn describe(state: &mut State, env: &Env, input: &Value) -> Answer {
    let rule = wanted(state, input, "Name")?;
    Ok(row(&env.account, rule).with("CreatedBy", &env.account.id))
}

fn targets(state: &mut State, _: &Env, input: &Value) -> Answer {
    let rule = wanted(state, input, "Rule")?;
    let rows =
        rule.targets.iter().map(|t| tree! { "Id": t.id.as_str(), "Arn": t.arn.as_str(), "RoleArn": t.role.as_str() });
    PAGES.answer(input, "Targets", rows.collect())
}

fn by_target(state: &mut State, _: &Env, input: &Value) -> Answer {
    let target = input.need("TargetArn")?;
    let rows = state.rules.values().filter(|rule| rule.targets.iter().any(|t| t.arn.eq_ignore_ascii_case(target)));
    PAGES.answer(input, "RuleNames", rows.map(|rule| Value::from(&rule.name)).collect())
}

fn change(state: &mut State, input: &Value, key: &str, how: impl FnOnce(&mut Rule)) -> Answer {
    let name = input.need(key)?;
    how(state.rules.get_mut(name).ok_or_else(|| missing(name))?);
    Ok(Value::Null)
}

fn none_failed() -> Value {
    tree! { "FailedEntryCount": 0, "FailedEntries": Vec::<Value>::new() }
}

fn put_targets(state: &mut State, _: &Env, input: &Value) -> Answer {
    let mut new = Vec::new();
    for target in input.list("Targets")? {
        let role = target.text("RoleArn")?.unwrap_or("").to_owned();
        new.push(Target { id: target.need("Id")?.to_owned(), arn: target.need("Arn")?.to_owned(), role });
    }
    change(state, input, "Rule", |rule| {
        rule.targets.retain(|old| !new.iter().any(|target| target.id == old.id));
        rule.targets.extend(new);
    })?;
    Ok(none_failed())
}

fn remove_targets(state: &mut State, _: &Env, input: &Value) -> Answer {
    let ids: Vec<String> = input.texts("Ids")?.into_iter().map(str::to_owned).collect();
    change(state, input, "Rule", |rule| rule.targets.retain(|target| !ids.contains(&target.id)))?;
    Ok(none_failed())
}

impl Rule {
    /// Iterates over the names of the `CodePipeline` pipelines among the targets.
    pub(crate) fn pipelines(&self) -> impl Iterator<Item = &str> {
        let arns = self.targets.iter().filter_map(|target| target.arn.split_once(":codepipeline:"));
        arns.filter_map(|(_, rest)| rest.rsplit(':').next())
    }
}

impl State {
    /// Returns the rules that send an event when the approval of a version changes. Rules without targets drop it.
    pub(crate) fn matching(&self, group: &str, before: &str, after: &str) -> Vec<Rule> {
        if before == after {
            return Vec::new();
        }
        let matches = |rule: &&Rule| {
            rule.enabled
                && !rule.targets.is_empty()
                && rule.group.as_deref() == Some(group)
                && rule.on.iter().any(|on| on == after)
        };
        self.rules.values().filter(matches).cloned().collect()
    }
}
