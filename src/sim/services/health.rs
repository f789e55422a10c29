//! AWS Health: events that are open or upcoming.

use crate::sim::prelude::{Answer, Env, Operations, Paging, Value, num, read, tree};
use crate::sim::story::HealthEvent;

type Handler = fn(&[HealthEvent], &Env, &Value) -> Answer;

pub(crate) static OPERATIONS: Operations<Handler> = &[&[
    read("DescribeEvents", list),
    read("DescribeEventDetails", describe),
    read("DescribeAffectedEntities", list_entities),
]];

const PAGES: Paging = Paging { token: "nextToken", size: "maxResults", usual: 100, most: 100 };

/// Returns an event as the list has it.
fn event(event: &HealthEvent, env: &Env) -> Value {
    let scope = if event.entities.is_empty() { "PUBLIC" } else { "ACCOUNT_SPECIFIC" };
    tree! {
        "arn": arn(event, env), "service": "SAGEMAKER", "eventTypeCode": event.code.as_str(),
        "eventTypeCategory": event.category.as_str(), "region": env.account.region.as_str(),
        "startTime": env.start - event.age, "lastUpdatedTime": env.start - event.age,
        "statusCode": event.status.as_str(), "eventScopeCode": scope,
    }
}

/// Returns its ARN, which names the region of the event.
fn arn(event: &HealthEvent, env: &Env) -> String {
    let code = &event.code;
    let id = num::hex(num::hash(code), 12);
    format!("arn:aws:health:{}::event/SAGEMAKER/{code}/{code}_{id}", env.account.region)
}

/// Returns the events with the ARNs of a list.
fn named<'a>(events: &'a [HealthEvent], env: &Env, arns: &[&str]) -> Vec<&'a HealthEvent> {
    events.iter().filter(|event| arns.contains(&arn(event, env).as_str())).collect()
}

fn list(events: &[HealthEvent], env: &Env, input: &Value) -> Answer {
    let filter = input.get("filter");
    let mut found: Vec<&HealthEvent> = events.iter().collect();
    for member in ["services", "eventStatusCodes", "eventTypeCategories"] {
        let wanted = filter.map(|filter| filter.texts(member)).transpose()?.unwrap_or_default();
        found.retain(|event| {
            let own = match member {
                "eventStatusCodes" => event.status.as_str(),
                "eventTypeCategories" => event.category.as_str(),
                _ => "SAGEMAKER",
            };
            wanted.is_empty() || wanted.contains(&own)
        });
    }
    let (page, next) = PAGES.cut(input, found.into_iter().map(|one| event(one, env)).collect())?;
    Ok(PAGES.page("events", page, next))
}

fn describe(events: &[HealthEvent], env: &Env, input: &Value) -> Answer {
    let found = named(events, env, &input.texts("eventArns")?).into_iter().map(|one| {
        tree! { "event": event(one, env), "eventDescription": tree! { "latestDescription": one.text.as_str() } }
    });
    Ok(tree! { "successfulSet": found.collect::<Vec<Value>>(), "failedSet": Vec::<Value>::new() })
}

fn list_entities(events: &[HealthEvent], env: &Env, input: &Value) -> Answer {
    let arns = input.get("filter").map(|filter| filter.texts("eventArns")).transpose()?.unwrap_or_default();
    let found = named(events, env, &arns).into_iter().flat_map(|event| {
        event.entities.iter().map(|entity| {
            tree! {
                "entityArn": format!("arn:aws:health:::entity/{}", num::hex(num::hash(entity), 12)),
                "eventArn": arn(event, env), "entityValue": entity.as_str(), "statusCode": "IMPAIRED",
            }
        })
    });
    let (page, next) = PAGES.cut(input, found.collect())?;
    Ok(PAGES.page("entities", page, next))
}
