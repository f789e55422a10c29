//! `EventBridge` Scheduler: schedules and their groups.
//!
//! Its requests are REST: the method and the path name the operation.

use std::collections::BTreeMap;

use crate::sim::prelude::{Answer, Env, Operation, Operations, Paging, ServiceError, Time, Value, read, tree, write};

type Handler = fn(&mut State, &Env, &Value) -> Answer;

pub(crate) static OPERATIONS: Operations<Handler> = &[TABLE];

static TABLE: &[Operation<Handler>] =
    &[read("ListSchedules", list), read("GetSchedule", get), write("UpdateSchedule", update)];

const PAGES: Paging = Paging { token: "NextToken", size: "MaxResults", usual: 100, most: 100 };

/// The members that the account keeps as they are sent.
const REST: &[&str] = &["StartDate", "EndDate", "KmsKeyArn", "FlexibleTimeWindow", "ActionAfterCompletion"];

/// The schedules by name. All of them are in the default group.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) schedules: BTreeMap<String, Schedule>,
}

/// A schedule.
#[derive(Debug, Clone)]
pub(crate) struct Schedule {
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) enabled: bool,
    pub(crate) expression: String,
    pub(crate) zone: String,
    pub(crate) target: String,
    pub(crate) role: String,
    pub(crate) created: Time,
    pub(crate) modified: Time,
    /// The other members, as the last change sent them.
    pub(crate) rest: Value,
}

/// Returns the operation of a request, and the part of its input that stands in the path.
pub(crate) fn route(method: &str, path: &str) -> Option<(&'static str, Option<String>)> {
    let mut parts = path.trim_matches('/').split('/');
    match (method, parts.next()?, parts.next()) {
        ("GET", "schedules", None) => Some(("ListSchedules", None)),
        ("GET", "schedules", Some(name)) => Some(("GetSchedule", Some(name.to_owned()))),
        ("PUT", "schedules", Some(name)) => Some(("UpdateSchedule", Some(name.to_owned()))),
        _ => None,
    }
}

fn arn(env: &Env, schedule: &Schedule) -> String {
    env.account.arn("scheduler", &format!("schedule/default/{}", schedule.name))
}

fn state(schedule: &Schedule) -> &'static str {
    if schedule.enabled { "ENABLED" } else { "DISABLED" }
}

fn list(state_of: &mut State, env: &Env, input: &Value) -> Answer {
    let prefix = input.text("NamePrefix")?.unwrap_or("");
    let wanted = input.text("State")?;
    let rows = state_of.schedules.values().filter(|s| s.name.starts_with(prefix));
    let rows = rows.filter(|s| wanted.is_none_or(|wanted| wanted == state(s))).map(|schedule| {
        tree! {
            "Arn": arn(env, schedule),
            "Name": &schedule.name,
            "GroupName": "default",
            "State": state(schedule),
            "CreationDate": schedule.created,
            "LastModificationDate": schedule.modified,
            "Target": tree! { "Arn": &schedule.target },
        }
    });
    PAGES.answer(input, "Schedules", rows.collect())
}

fn missing(name: &str) -> ServiceError {
    ServiceError::new("ResourceNotFoundException", format!("Schedule {name} does not exist.")).status(404)
}

fn get(state_of: &mut State, env: &Env, input: &Value) -> Answer {
    let name = input.need("Name")?;
    let schedule = state_of.schedules.get(name).ok_or_else(|| missing(name))?;
    let target = schedule.rest.get("Target").cloned().unwrap_or_else(Value::empty);
    let own = tree! {
        "Arn": arn(env, schedule),
        "Name": &schedule.name,
        "GroupName": "default",
        "State": state(schedule),
        "Description": Some(schedule.description.as_str()).filter(|text| !text.is_empty()),
        "ScheduleExpression": &schedule.expression,
        "ScheduleExpressionTimezone": &schedule.zone,
        "CreationDate": schedule.created,
        "LastModificationDate": schedule.modified,
        "Target": target.with("Arn", &schedule.target).with("RoleArn", &schedule.role),
    };
    Ok(schedule.rest.project(REST).merged(&own))
}

/// Replaces the whole schedule: what is not sent is gone.
fn update(state_of: &mut State, env: &Env, input: &Value) -> Answer {
    let name = input.need("Name")?;
    let schedule = state_of.schedules.get_mut(name).ok_or_else(|| missing(name))?;
    let target = input.get("Target").ok_or_else(|| ServiceError::missing("Target"))?;
    input.get("FlexibleTimeWindow").ok_or_else(|| ServiceError::missing("FlexibleTimeWindow"))?;
    schedule.enabled = input.text("State")?.is_none_or(|state| state == "ENABLED");
    input.need("ScheduleExpression")?.clone_into(&mut schedule.expression);
    input.text("ScheduleExpressionTimezone")?.unwrap_or("UTC").clone_into(&mut schedule.zone);
    input.text("Description")?.unwrap_or_default().clone_into(&mut schedule.description);
    target.need("Arn")?.clone_into(&mut schedule.target);
    target.need("RoleArn")?.clone_into(&mut schedule.role);
    schedule.rest = input.project(REST).with("Target", target.clone());
    schedule.modified = env.now;
    Ok(tree! { "ScheduleArn": arn(env, schedule) })
}
