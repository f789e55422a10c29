//! `CloudTrail`: the callers and their changes, visible after some minutes.

use crate::sim::prelude::{
    Account, Answer, ApiCall, Cause, Env, Operations, Paging, ServiceError, Span, Value, json, num, read, tree,
};

type Handler = fn(&State, &Env, &Value) -> Answer;

pub(crate) static OPERATIONS: Operations<Handler> = &[&[read("LookupEvents", lookup)]];

const PAGES: Paging = Paging::usual(50, 50);

/// The time until an event can be looked up.
const DELAY: Span = Span::minutes(4);
const KEYS: &[&str] =
    &["EventId", "EventName", "ReadOnly", "Username", "ResourceType", "ResourceName", "EventSource", "AccessKeyId"];

/// The calls that changed something, in their order.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) calls: Vec<ApiCall>,
}

/// Gives common errors the codes of this service.
pub(crate) fn reword(error: ServiceError) -> ServiceError {
    match error.cause {
        Cause::Token => error.coded("InvalidNextTokenException"),
        Cause::NotInSet => error.coded("InvalidLookupAttributesException"),
        Cause::Missing | Cause::Constraint | Cause::Type | Cause::Own => error,
    }
}

/// Converts a structure to the form of `CloudTrail`: names of members begin with a small letter.
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

impl ApiCall {
    fn id(&self) -> String {
        num::uuid(num::hash(&format!("{}{}{}", self.name, self.at.0, json::text(&self.request))))
    }

    /// Returns the kind and name of each resource in the call.
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

    fn row(&self, account: &Account) -> Value {
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
            "CloudTrailEvent": json::text(&self.event(account)),
        }
    }

    fn event(&self, account: &Account) -> Value {
        tree! {
            "eventVersion": "1.11",
            "userIdentity": tree! {
                "type": "AssumedRole",
                "arn": format!("arn:aws:sts::{}:assumed-role/ml-engineer/{}", account.id, self.user),
                "accountId": &account.id,
            },
            "eventTime": self.at.format("%Y-%m-%dT%H:%M:%SZ"),
            "eventSource": self.source,
            "eventName": self.name.as_str(),
            "awsRegion": &account.region,
            "sourceIPAddress": address(&self.user),
            "errorCode": self.error.as_deref(),
            "requestParameters": camel(&self.request),
            "eventID": self.id(),
            "readOnly": false,
            "eventType": "AwsApiCall",
            "managementEvent": true,
            "recipientAccountId": &account.id,
            "eventCategory": "Management",
        }
    }

    fn matches(&self, key: &str, value: &str) -> bool {
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

/// Returns the address of a user in the network of the company.
fn address(user: &str) -> String {
    let [.., a, b] = num::hash(user).to_be_bytes();
    format!("10.20.{a}.{b}")
}

fn lookup(state: &State, env: &Env, input: &Value) -> Answer {
    let attributes = input.list("LookupAttributes")?;
    if attributes.len() > 1 {
        return Err(ServiceError::new("InvalidLookupAttributesException", "Only one lookup attribute is allowed."));
    }
    for attribute in attributes {
        attribute.one_of("AttributeKey", KEYS)?;
    }
    let (from, to) = (input.time("StartTime")?, input.time("EndTime")?);
    if from.zip(to).is_some_and(|(from, to)| from > to) {
        return Err(ServiceError::new("InvalidTimeRangeException", "The start time must not be after the end time."));
    }
    let visible = env.now - env.pace(DELAY);
    let mut found: Vec<&ApiCall> = state
        .calls
        .iter()
        .filter(|call| {
            (call.at <= visible || call.at <= env.start)
                && from.is_none_or(|t| call.at >= t)
                && to.is_none_or(|t| call.at <= t)
                && attributes.iter().all(|a| call.matches(a.str("AttributeKey"), a.str("AttributeValue")))
        })
        .collect();
    found.sort_by_key(|call| std::cmp::Reverse(call.at));
    let (page, next) = PAGES.cut(input, found)?;
    Ok(PAGES.page("Events", page.into_iter().map(|call| call.row(&env.account)).collect(), next))
}
