//! `EventBridge`: rules, their targets, and what approvals set in motion.

use super::fault::Fault;
use super::operation::{Operation, read, write};
use super::sagemaker::listing::cut_by;
use super::time::Span;
use super::wire::{Value, tree};
use super::world::{Task, World};

static OPERATIONS: &[Operation] = &[
    read("ListRules", list),
    read("DescribeRule", describe),
    read("ListTargetsByRule", targets),
    read("ListRuleNamesByTarget", by_target),
    read("ListTagsForResource", tags),
    write("EnableRule", enable),
    write("DisableRule", disable),
    write("PutTargets", put_targets),
    write("RemoveTargets", remove_targets),
];

/// A rule.
#[derive(Debug, Clone)]
pub(crate) struct Rule {
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) enabled: bool,
    pub(crate) pattern: Option<String>,
    pub(crate) schedule: Option<String>,
    pub(crate) targets: Vec<Target>,
    /// The model group and decisions that it waits for, and the endpoints that it then changes.
    pub(crate) group: Option<String>,
    pub(crate) on: Vec<String>,
    pub(crate) deploys: Vec<String>,
}

/// Where a rule sends its events.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) id: String,
    pub(crate) arn: String,
    pub(crate) role: String,
}

/// The operation of that name, if the account knows it.
pub(crate) fn find(name: &str) -> Option<&'static Operation> {
    OPERATIONS.iter().find(|operation| operation.name == name)
}

fn arn(world: &World, name: &str) -> String {
    world.home.arn("events", &format!("rule/{name}"))
}

fn shown(world: &World, rule: &Rule) -> Value {
    tree! {
        "Name": rule.name.as_str(),
        "Arn": arn(world, &rule.name),
        "EventPattern": rule.pattern.as_deref(),
        "ScheduleExpression": rule.schedule.as_deref(),
        "State": if rule.enabled { "ENABLED" } else { "DISABLED" },
        "Description": Some(rule.description.as_str()).filter(|text| !text.is_empty()),
        "EventBusName": "default",
    }
}

fn page<T: Into<Value>>(input: &Value, rows: Vec<T>, out: &'static str) -> Result<Value, Fault> {
    let (page, next) = cut_by(input, rows, ("NextToken", "Limit"), 100, 100)?;
    Ok(Value::Map(vec![(out.into(), page.into()), ("NextToken".into(), next.into())]))
}

fn list(world: &mut World, input: &Value) -> Result<Value, Fault> {
    let prefix = input.text("NamePrefix")?.unwrap_or("");
    let rows = world.rules.values().filter(|rule| rule.name.starts_with(prefix)).map(|rule| shown(world, rule));
    page(input, rows.collect(), "Rules")
}

fn missing(name: &str) -> Fault {
    Fault::new("ResourceNotFoundException", format!("Rule {name} does not exist on EventBus default."))
}

fn wanted<'a>(world: &'a World, input: &Value, key: &str) -> Result<&'a Rule, Fault> {
    let name = input.need(key)?;
    world.rules.get(name).ok_or_else(|| missing(name))
}

fn describe(world: &mut World, input: &Value) -> Result<Value, Fault> {
    let rule = wanted(world, input, "Name")?;
    Ok(shown(world, rule).with("CreatedBy", world.home.account.as_str()))
}

fn targets(world: &mut World, input: &Value) -> Result<Value, Fault> {
    let rule = wanted(world, input, "Rule")?;
    let rows =
        rule.targets.iter().map(|t| tree! { "Id": t.id.as_str(), "Arn": t.arn.as_str(), "RoleArn": t.role.as_str() });
    page(input, rows.collect(), "Targets")
}

fn by_target(world: &mut World, input: &Value) -> Result<Value, Fault> {
    let target = input.need("TargetArn")?;
    let rows = world.rules.values().filter(|rule| rule.targets.iter().any(|t| t.arn.eq_ignore_ascii_case(target)));
    let rows: Vec<Value> = rows.map(|rule| Value::from(rule.name.as_str())).collect();
    page(input, rows, "RuleNames")
}

fn tags(world: &mut World, input: &Value) -> Result<Value, Fault> {
    let arn = input.need("ResourceARN")?;
    Ok(tree! { "Tags": world.tags_of(arn) })
}

fn change(world: &mut World, input: &Value, key: &str, how: impl FnOnce(&mut Rule)) -> Result<Value, Fault> {
    let name = input.need(key)?;
    how(world.rules.get_mut(name).ok_or_else(|| missing(name))?);
    Ok(Value::Null)
}

fn enable(world: &mut World, input: &Value) -> Result<Value, Fault> {
    change(world, input, "Name", |rule| rule.enabled = true)
}

fn disable(world: &mut World, input: &Value) -> Result<Value, Fault> {
    change(world, input, "Name", |rule| rule.enabled = false)
}

fn none_failed() -> Value {
    tree! { "FailedEntryCount": 0, "FailedEntries": Vec::<Value>::new() }
}

fn put_targets(world: &mut World, input: &Value) -> Result<Value, Fault> {
    let mut new = Vec::new();
    for target in input.list("Targets")? {
        let role = target.text("RoleArn")?.unwrap_or("").to_owned();
        new.push(Target { id: target.need("Id")?.to_owned(), arn: target.need("Arn")?.to_owned(), role });
    }
    change(world, input, "Rule", |rule| {
        rule.targets.retain(|old| !new.iter().any(|target| target.id == old.id));
        rule.targets.extend(new);
    })?;
    Ok(none_failed())
}

fn remove_targets(world: &mut World, input: &Value) -> Result<Value, Fault> {
    let ids: Vec<String> = input.texts("Ids")?.into_iter().map(str::to_owned).collect();
    change(world, input, "Rule", |rule| rule.targets.retain(|target| !ids.contains(&target.id)))?;
    Ok(none_failed())
}

impl World {
    /// What follows from an approval: rules with targets deploy the newest approved version, others say nothing.
    pub(crate) fn approval_changed(&mut self, version: &str, before: &str, after: &str) {
        let group = version.split('/').next().unwrap_or("");
        // As in the official templates: rejecting what was only pending starts nothing.
        if after == "Rejected" && before != "Approved" {
            return;
        }
        let fires = |rule: &&Rule| {
            rule.enabled
                && !rule.targets.is_empty()
                && rule.group.as_deref() == Some(group)
                && rule.on.iter().any(|on| on == after)
        };
        let ready: Vec<Rule> = self.rules.values().filter(fires).cloned().collect();
        for rule in ready {
            let deliveries = rule.targets.iter().filter_map(|target| target.arn.split_once(":codepipeline:"));
            let names: Vec<&str> = deliveries.filter_map(|(_, rest)| rest.rsplit(':').next()).collect();
            let started = names.iter().filter(|name| self.start_delivery(name).is_some()).count();
            if names.is_empty() && started == 0 {
                for endpoint in rule.deploys {
                    self.after(Span::seconds(8), Task::Deliver { endpoint, group: group.to_owned() });
                }
            }
        }
    }

    /// A delivery begins: the newest approved version goes to an endpoint, unless it is there already.
    pub(crate) fn deliver(&mut self, endpoint: &str, group: &str) {
        let Some(version) = self.newest_approved(group) else { return };
        let serving = self.endpoints.get(endpoint).is_some_and(|e| e.variants.iter().any(|v| v.package == version));
        if !serving {
            self.deploy_version(endpoint, &version);
        }
    }
}
