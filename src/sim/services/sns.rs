//! SNS: topics and their subscriptions.

use crate::sim::prelude::{
    Answer, Cause, Env, Operation, Operations, Paging, ServiceError, Value, num, read, tree, write,
};
use std::collections::BTreeMap;

type Handler = fn(&mut State, &mut Env, &Value) -> Answer;

pub(crate) static OPERATIONS: Operations<Handler> = &[TABLE];

static TABLE: &[Operation<Handler>] = &[
    read("ListTopics", list_topics),
    read("GetTopicAttributes", attributes),
    read("ListSubscriptions", list_subscriptions),
    read("ListSubscriptionsByTopic", by_topic),
    read("GetSubscriptionAttributes", subscription),
    read("ListTagsForResource", tags),
    write("Subscribe", subscribe),
];

const PAGES: Paging = Paging { token: "NextToken", size: "-", usual: 100, most: 100 };

/// The topics by name, and the subscriptions of this and other accounts.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) topics: BTreeMap<String, Topic>,
    pub(crate) subscriptions: Vec<Subscription>,
}

/// A topic.
#[derive(Debug, Clone)]
pub(crate) struct Topic {
    pub(crate) arn: String,
    /// The account of the owner.
    pub(crate) owner: String,
    pub(crate) display: String,
    /// The key that encrypts it.
    pub(crate) key: Option<String>,
}

/// A receiver, who may not have confirmed yet.
#[derive(Debug, Clone)]
pub(crate) struct Subscription {
    pub(crate) topic: String,
    pub(crate) protocol: String,
    pub(crate) endpoint: String,
    /// `PendingConfirmation`, `Deleted`, or an ARN.
    pub(crate) arn: String,
    /// The account of the owner.
    pub(crate) owner: String,
}

/// Gives common errors the single code that SNS has for invalid requests.
pub(crate) fn reword(error: ServiceError) -> ServiceError {
    if error.cause == Cause::Own {
        return error;
    }
    ServiceError::new("InvalidParameter", format!("Invalid parameter: {}", error.message))
}

fn list_topics(state: &mut State, env: &mut Env, input: &Value) -> Answer {
    let own = state.topics.values().filter(|topic| topic.owner == env.account.id);
    let rows = own.map(|topic| tree! { "TopicArn": topic.arn.as_str() });
    PAGES.answer(input, "Topics", rows.collect())
}

fn row(found: &Subscription) -> Value {
    tree! {
        "SubscriptionArn": found.arn.as_str(),
        "Owner": found.owner.as_str(),
        "Protocol": found.protocol.as_str(),
        "Endpoint": found.endpoint.as_str(),
        "TopicArn": found.topic.as_str(),
    }
}

fn list_subscriptions(state: &mut State, env: &mut Env, input: &Value) -> Answer {
    let own = state.subscriptions.iter().filter(|s| s.owner == env.account.id);
    let rows = own.map(row).collect();
    PAGES.answer(input, "Subscriptions", rows)
}

fn topic<'a>(state: &'a State, input: &Value) -> Result<&'a Topic, ServiceError> {
    let arn = input.need("TopicArn")?;
    let found = state.topics.values().find(|topic| topic.arn == arn);
    found.ok_or_else(|| ServiceError::new("NotFound", "Topic does not exist").status(404))
}

fn by_topic(state: &mut State, _: &mut Env, input: &Value) -> Answer {
    let arn = topic(state, input)?.arn.clone();
    let rows = state.subscriptions.iter().filter(|s| s.topic == arn).map(row).collect();
    PAGES.answer(input, "Subscriptions", rows)
}

fn attributes(state: &mut State, _: &mut Env, input: &Value) -> Answer {
    let topic = topic(state, input)?;
    let own = state.subscriptions.iter().filter(|s| s.topic == topic.arn);
    let (mut pending, mut deleted, mut confirmed) = (0, 0, 0);
    own.for_each(|s| match s.arn.as_str() {
        "PendingConfirmation" => pending += 1,
        "Deleted" => deleted += 1,
        _ => confirmed += 1,
    });
    let mut pairs: Vec<(_, Value)> = vec![
        ("TopicArn".into(), topic.arn.as_str().into()),
        ("DisplayName".into(), topic.display.as_str().into()),
        ("Owner".into(), topic.owner.as_str().into()),
        ("SubscriptionsConfirmed".into(), num::count(confirmed).to_string().into()),
        ("SubscriptionsPending".into(), num::count(pending).to_string().into()),
        ("SubscriptionsDeleted".into(), num::count(deleted).to_string().into()),
    ];
    pairs.extend(topic.key.as_deref().map(|key| ("KmsMasterKeyId".into(), key.into())));
    if topic.arn.strip_suffix(".fifo").is_some() {
        pairs.push(("FifoTopic".into(), "true".into()));
    }
    Ok(Value::Map(vec![("Attributes".into(), Value::Dict(pairs))]))
}

fn subscription(state: &mut State, _: &mut Env, input: &Value) -> Answer {
    let arn = input.need("SubscriptionArn")?;
    let found = state.subscriptions.iter().find(|s| s.arn == arn);
    let found = found.ok_or_else(|| ServiceError::new("NotFound", "Subscription does not exist").status(404))?;
    let row = row(found);
    let pairs = row.members().iter().cloned().chain([("PendingConfirmation".into(), "false".into())]);
    Ok(Value::Map(vec![("Attributes".into(), Value::Dict(pairs.collect()))]))
}

fn tags(state: &mut State, env: &mut Env, input: &Value) -> Answer {
    let arn = input.need("ResourceArn")?;
    if !state.topics.values().any(|topic| topic.arn == arn) {
        return Err(ServiceError::new("ResourceNotFound", "Resource does not exist").status(404));
    }
    Ok(tree! { "Tags": env.tags.rows(arn) })
}

/// Adds a subscription. Queues and functions are confirmed at once; people must confirm first.
fn subscribe(state: &mut State, env: &mut Env, input: &Value) -> Answer {
    let topic = topic(state, input)?.arn.clone();
    let protocol = input.need("Protocol")?.to_owned();
    let endpoint = input.need("Endpoint")?.to_owned();
    let people = matches!(protocol.as_str(), "email" | "email-json" | "http" | "https");
    let id = num::hex(env.fresh(), 32);
    let arn = if people { "PendingConfirmation".to_owned() } else { format!("{topic}:{id}") };
    let owner = env.account.id.clone();
    state.subscriptions.push(Subscription { topic, protocol, endpoint, arn: arn.clone(), owner });
    let shown = if people { "pending confirmation".to_owned() } else { arn };
    Ok(tree! { "SubscriptionArn": shown })
}

impl State {
    /// Returns the ARN of a topic, even of a missing one.
    pub(crate) fn arn(&self, env: &Env, topic: &str) -> String {
        self.topics.get(topic).map_or_else(|| env.account.arn("sns", topic), |topic| topic.arn.clone())
    }

    /// Confirms all pending subscriptions of a topic.
    pub(crate) fn confirm(&mut self, env: &Env, topic: &str) {
        let arn = self.arn(env, topic);
        for pending in self.subscriptions.iter_mut().filter(|s| s.topic == arn && s.arn == "PendingConfirmation") {
            pending.arn = format!("{arn}:{}", num::hex(num::hash(&pending.endpoint), 32));
        }
    }
}
