//! `CloudTrail`: who changed what, told some minutes later.

use super::fault::Fault;
use super::num;
use super::operation::{Operation, read};
use super::sagemaker::listing::cut;
use super::time::{Span, Time};
use super::wire::{Value, json, tree};
use super::world::World;

static OPERATIONS: &[Operation] = &[read("LookupEvents", lookup)];

/// How long it takes until an event can be found.
const DELAY: Span = Span::minutes(4);
const KEYS: &[&str] =
    &["EventId", "EventName", "ReadOnly", "Username", "ResourceType", "ResourceName", "EventSource", "AccessKeyId"];

/// One call that changed something, or tried to.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) at: Time,
    pub(crate) source: &'static str,
    pub(crate) name: String,
    pub(crate) user: String,
    pub(crate) request: Value,
    pub(crate) error: Option<String>,
}

/// The operation of that name, if the account knows it.
pub(crate) fn find(name: &str) -> Option<&'static Operation> {
    OPERATIONS.iter().find(|operation| operation.name == name)
}

/// A structure as `CloudTrail` writes it: member names begin small.
fn camel(value: &Value) -> Value {
    match value {
        Value::Map(members) | Value::Dict(members) => {
            let small = |key: &str| {
                let mut letters = key.chars();
                letters.next().map(|c| c.to_ascii_lowercase()).into_iter().chain(letters).collect::<String>()
            };
            Value::Map(members.iter().map(|(key, value)| (small(key).into(), camel(value))).collect())
        }
        Value::List(items) => Value::List(items.iter().map(camel).collect()),
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Text(_) | Value::Time(_) => {
            value.clone()
        }
    }
}

impl Entry {
    fn id(&self) -> String {
        let hex = num::hex(num::hash(&format!("{}{}{}", self.name, self.at.0, json::text(&self.request))), 32);
        let part = |from: usize, to: usize| hex.get(from..to).unwrap_or("");
        format!("{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32))
    }

    /// Kind and name of what it was about.
    fn resources(&self) -> Vec<(&'static str, String)> {
        let kinds = [
            ("EndpointName", "AWS::SageMaker::Endpoint"),
            ("EndpointConfigName", "AWS::SageMaker::EndpointConfig"),
            ("ModelName", "AWS::SageMaker::Model"),
            ("ModelPackageArn", "AWS::SageMaker::ModelPackage"),
            ("PipelineName", "AWS::SageMaker::Pipeline"),
            ("AlarmName", "AWS::CloudWatch::Alarm"),
        ];
        let found =
            kinds.iter().filter_map(|(member, kind)| Some((*kind, self.request.get(member)?.as_text()?.to_owned())));
        found.collect()
    }

    fn shown(&self, world: &World) -> Value {
        let resources =
            self.resources().into_iter().map(|(kind, name)| tree! { "ResourceType": kind, "ResourceName": name });
        tree! {
            "EventId": self.id(),
            "EventName": self.name.as_str(),
            "ReadOnly": "false",
            "EventTime": self.at,
            "EventSource": self.source,
            "Username": self.user.as_str(),
            "Resources": resources.collect::<Vec<_>>(),
            "CloudTrailEvent": json::text(&self.event(world)),
        }
    }

    fn event(&self, world: &World) -> Value {
        let home = &world.home;
        tree! {
            "eventVersion": "1.11",
            "userIdentity": tree! {
                "type": "AssumedRole",
                "arn": format!("arn:aws:sts::{}:assumed-role/ml-engineer/{}", home.account, self.user),
                "accountId": home.account.as_str(),
            },
            "eventTime": self.at.format("%Y-%m-%dT%H:%M:%SZ"),
            "eventSource": self.source,
            "eventName": self.name.as_str(),
            "awsRegion": home.region.as_str(),
            "errorCode": self.error.as_deref(),
            "requestParameters": camel(&self.request),
            "eventID": self.id(),
            "readOnly": false,
            "eventType": "AwsApiCall",
            "managementEvent": true,
            "recipientAccountId": home.account.as_str(),
            "eventCategory": "Management",
        }
    }

    fn fits(&self, key: &str, value: &str) -> bool {
        match key {
            "EventName" => self.name == value,
            "Username" => self.user == value,
            "EventSource" => self.source == value,
            "ReadOnly" => value == "false",
            "EventId" => self.id() == value,
            "ResourceType" => self.resources().iter().any(|(kind, _)| *kind == value),
            "ResourceName" => self.resources().iter().any(|(_, name)| name == value),
            _ => false,
        }
    }
}

fn lookup(world: &mut World, input: &Value) -> Result<Value, Fault> {
    let attributes = input.list("LookupAttributes")?;
    if attributes.len() > 1 {
        return Err(Fault::new("InvalidLookupAttributesException", "Only one lookup attribute is allowed."));
    }
    for attribute in attributes {
        attribute
            .one_of("AttributeKey", KEYS)
            .map_err(|fault| Fault::new("InvalidLookupAttributesException", fault.message))?;
    }
    let (from, to) = (input.time("StartTime")?, input.time("EndTime")?);
    if from.zip(to).is_some_and(|(from, to)| from > to) {
        return Err(Fault::new("InvalidTimeRangeException", "The start time must not be after the end time."));
    }
    let visible = world.now - world.pace(DELAY);
    let mut found: Vec<&super::trail::Entry> = world
        .trail
        .iter()
        .filter(|entry| {
            (entry.at <= visible || entry.at <= world.start)
                && from.is_none_or(|t| entry.at >= t)
                && to.is_none_or(|t| entry.at <= t)
                && attributes.iter().all(|a| entry.fits(a.str("AttributeKey"), a.str("AttributeValue")))
        })
        .collect();
    found.sort_by_key(|entry| std::cmp::Reverse(entry.at));
    let (page, next) = cut(input, found, 50, 50).map_err(|fault| {
        if fault.message.starts_with("Invalid NextToken") {
            Fault::new("InvalidNextTokenException", fault.message)
        } else {
            fault
        }
    })?;
    let rows: Vec<Value> = page.into_iter().map(|entry| entry.shown(world)).collect();
    Ok(tree! { "Events": rows, "NextToken": next })
}

impl World {
    /// Writes down a call of somebody.
    pub(crate) fn trace(
        &mut self,
        source: &'static str,
        name: &str,
        user: &str,
        request: Value,
        error: Option<String>,
    ) {
        self.trail.push(Entry { at: self.now, source, name: name.to_owned(), user: user.to_owned(), request, error });
    }
}
