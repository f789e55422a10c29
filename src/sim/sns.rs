//! SNS: topics and who listens to them.

use super::fault::Fault;
use super::num;
use super::operation::{Operation, read, write};
use super::sagemaker::listing::cut_by;
use super::wire::{Value, tree};
use super::world::World;

static OPERATIONS: &[Operation] = &[
    read("ListTopics", list_topics),
    read("GetTopicAttributes", attributes),
    read("ListSubscriptions", list_subscriptions),
    read("ListSubscriptionsByTopic", by_topic),
    read("GetSubscriptionAttributes", subscription),
    read("ListTagsForResource", tags),
    write("Subscribe", subscribe),
];

/// A topic.
#[derive(Debug, Clone)]
pub(crate) struct Topic {
    pub(crate) arn: String,
    /// The account that it is of.
    pub(crate) owner: String,
    pub(crate) display: String,
    /// The key that encrypts it.
    pub(crate) key: Option<String>,
}

/// Somebody who listens, or has not yet said that they want to.
#[derive(Debug, Clone)]
pub(crate) struct Subscription {
    pub(crate) topic: String,
    pub(crate) protocol: String,
    pub(crate) endpoint: String,
    /// `PendingConfirmation`, `Deleted`, or an ARN.
    pub(crate) arn: String,
    /// The account that it is of.
    pub(crate) owner: String,
}

/// The operation of that name, if the account knows it.
pub(crate) fn find(name: &str) -> Option<&'static Operation> {
    OPERATIONS.iter().find(|operation| operation.name == name)
}

fn worded(fault: Fault) -> Fault {
    let words = fault.message;
    Fault::new("InvalidParameter", format!("Invalid parameter: {words}"))
}

fn page(input: &Value, rows: Vec<Value>, out: &'static str) -> Result<Value, Fault> {
    let (page, next) = cut_by(input, rows, ("NextToken", "-"), 100, 100).map_err(worded)?;
    Ok(Value::Map(vec![(out.into(), page.into()), ("NextToken".into(), next.into())]))
}

fn list_topics(world: &mut World, input: &Value) -> Result<Value, Fault> {
    let own = world.topics.values().filter(|topic| topic.owner == world.home.account);
    let rows = own.map(|topic| tree! { "TopicArn": topic.arn.as_str() });
    page(input, rows.collect(), "Topics")
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

fn list_subscriptions(world: &mut World, input: &Value) -> Result<Value, Fault> {
    let own = world.subscriptions.iter().filter(|s| s.owner == world.home.account);
    let rows = own.map(row).collect();
    page(input, rows, "Subscriptions")
}

fn topic<'a>(world: &'a World, input: &Value) -> Result<&'a Topic, Fault> {
    let arn = input.need("TopicArn").map_err(worded)?;
    let found = world.topics.values().find(|topic| topic.arn == arn);
    found.ok_or_else(|| Fault::new("NotFound", "Topic does not exist").status(404))
}

fn by_topic(world: &mut World, input: &Value) -> Result<Value, Fault> {
    let arn = topic(world, input)?.arn.clone();
    let rows = world.subscriptions.iter().filter(|s| s.topic == arn).map(row).collect();
    page(input, rows, "Subscriptions")
}

fn attributes(world: &mut World, input: &Value) -> Result<Value, Fault> {
    let topic = topic(world, input)?;
    let own = world.subscriptions.iter().filter(|s| s.topic == topic.arn);
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

fn subscription(world: &mut World, input: &Value) -> Result<Value, Fault> {
    let arn = input.need("SubscriptionArn").map_err(worded)?;
    let found = world.subscriptions.iter().find(|s| s.arn == arn);
    let found = found.ok_or_else(|| Fault::new("NotFound", "Subscription does not exist").status(404))?;
    let row = row(found);
    let pairs = row.members().iter().cloned().chain([("PendingConfirmation".into(), "false".into())]);
    Ok(Value::Map(vec![("Attributes".into(), Value::Dict(pairs.collect()))]))
}

fn tags(world: &mut World, input: &Value) -> Result<Value, Fault> {
    let arn = input.need("ResourceArn").map_err(worded)?;
    if !world.topics.values().any(|topic| topic.arn == arn) {
        return Err(Fault::new("ResourceNotFound", "Resource does not exist").status(404));
    }
    Ok(tree! { "Tags": world.tags_of(arn) })
}

/// Adds a receiver; those that AWS itself can ask are confirmed at once, people have to answer first.
fn subscribe(world: &mut World, input: &Value) -> Result<Value, Fault> {
    let topic = topic(world, input)?.arn.clone();
    let protocol = input.need("Protocol").map_err(worded)?.to_owned();
    let endpoint = input.need("Endpoint").map_err(worded)?.to_owned();
    let people = matches!(protocol.as_str(), "email" | "email-json" | "http" | "https");
    let id = num::hex(world.fresh(), 32);
    let arn = if people { "PendingConfirmation".to_owned() } else { format!("{topic}:{id}") };
    let owner = world.home.account.clone();
    world.subscriptions.push(Subscription { topic, protocol, endpoint, arn: arn.clone(), owner });
    let shown = if people { "pending confirmation".to_owned() } else { arn };
    Ok(tree! { "SubscriptionArn": shown })
}

impl World {
    /// Everybody who was asked to confirm a topic does.
    pub(crate) fn confirm(&mut self, topic: &str) {
        let arn = self.topics.get(topic).map_or_else(|| self.home.arn("sns", topic), |topic| topic.arn.clone());
        for pending in self.subscriptions.iter_mut().filter(|s| s.topic == arn && s.arn == "PendingConfirmation") {
            pending.arn = format!("{arn}:{}", num::hex(num::hash(&pending.endpoint), 32));
        }
    }
}
