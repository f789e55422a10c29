//! SNS topics: the places where alarms are sent, and their subscribers.
//!
//! For topics that alarms name, all subscribers are read, because the list of this account's subscriptions does not
//! contain those of other accounts.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use crate::aws::{Arn, Aws, AwsError, Described, ErrorKind, describe, failed, pages};
use crate::resources::subscription::{self, Subscription};
use crate::resources::{
    AwsCommand, Cadence, Derived, Kind, Listing, Observed, Properties, Resource, Table, Turn, asked_lately,
    page_of_arn, settled,
};

/// Pages of 100 topics (fixed by SNS).
const PAGES: usize = 30;
/// The most topics whose details are read, of those that alarms name.
const NAMED: usize = 200;
/// Up to this many of them are read in each turn. If there are more, each is read every ten minutes only.
const OFTEN: usize = 20;
/// Pages of 100 subscriptions of one topic.
const LISTENERS: usize = 10;

/// One topic.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Topic {
    /// ARN: the id.
    pub arn: String,
    /// Last part of the ARN.
    pub name: String,
    /// Whether the list of this account has it. Otherwise only an alarm names it.
    #[serde(default)]
    pub listed: bool,
    /// Whether an alarm names it although it does not exist.
    #[serde(default)]
    pub gone: bool,
    /// All subscribers, of whatever account; absent when they were not or could not be read.
    #[serde(default)]
    pub listeners: Option<Vec<Subscription>>,
    /// Whether there are more subscribers than were read.
    #[serde(default)]
    pub capped: bool,
    /// The number of its confirmed subscriptions, of whatever account.
    #[serde(default)]
    pub confirmed: Option<u64>,
    /// The number of subscriptions that wait for confirmation.
    #[serde(default)]
    pub pending: Option<u64>,
    /// The key that encrypts it, as AWS has it: an id, an alias or an ARN.
    #[serde(default)]
    pub key: Option<String>,
    /// The call that failed to list the subscribers, and the kind of its error.
    #[serde(default)]
    pub problem: Option<String>,
}

impl Topic {
    fn of(arn: String) -> Self {
        Self { name: arn.rsplit(':').next().unwrap_or(&arn).to_owned(), arn, ..Self::default() }
    }
    /// Returns whether more of it was read than its name.
    fn was_asked(&self) -> bool {
        self.listeners.is_some() || self.confirmed.is_some() || self.problem.is_some() || self.gone
    }
}

impl Resource for Topic {
    const KIND: Kind = Kind::Topics;
    const CADENCE: Cadence = Cadence::Rare;
    // Alarms name the topics that are read in detail.
    const AFTER: &[Kind] = &[Kind::Alarms];
    const SWEEP: Option<Cadence> = Some(Self::CADENCE);
    const OPTIONAL: bool = true;
    fn id(&self) -> &str {
        &self.arn
    }
    fn title_of(arn: &str) -> Cow<'_, str> {
        arn.rsplit(':').next().unwrap_or(arn).into()
    }
    fn arn(&self) -> Option<&str> {
        Some(&self.arn)
    }
    fn console(&self, region: &str) -> Option<String> {
        page_of_arn(region, &self.arn)
    }
    fn command(&self) -> Option<AwsCommand> {
        Some(AwsCommand::new("sns", "get-topic-attributes", "topic-arn", &self.arn))
    }
    fn properties(&self, all: &mut Properties) {
        all.derived(Derived::Subscribers).text("KmsMasterKeyId", self.key.as_deref());
    }
    fn due(observed: &Observed, known: &Table<Self>) -> bool {
        // A topic is new when an alarm names it for the first time.
        let new = |arn: &str| !known.get(arn).is_some_and(Self::was_asked) && !asked_lately(known, arn, observed.at);
        known.complete() && called_topics(observed).into_iter().any(new)
    }
    async fn read(aws: &Aws, observed: &Observed, turn: Turn<'_, Self>) -> Result<Listing<Self>, AwsError> {
        let named = called_topics(observed);
        let often = turn.sweep && named.len() <= OFTEN;
        // Topics of other regions cannot be read here.
        let here = named.iter().filter(|arn| Arn::parse(arn).is_some_and(|arn| arn.region == aws.region));
        let due = here.filter(|arn| often || !turn.asked_lately(arn, observed.at));
        let due: Vec<String> = due.take(NAMED).map(|&arn| arn.to_owned()).collect();
        let (listed, described) = tokio::join!(list(aws), describe(due, |arn| read_topic(aws, arn)));
        let Described { found, fault } = described;
        let (arns, capped) = match listed {
            Ok(listed) => listed,
            // The subscribers of a topic may be readable even where the list is denied.
            Err(why) if why.kind == ErrorKind::Denied && !found.is_empty() => {
                return Ok(Listing::part(found).fault(Some(why)));
            }
            Err(why) => return Err(why),
        };
        let known = turn.known.rows().filter(|t| named.contains(t.arn.as_str()) && t.was_asked());
        let known = known.map(|topic| Self { listed: false, ..topic.clone() });
        let mut rows: BTreeMap<String, Self> = known.chain(found).map(|topic| (topic.arn.clone(), topic)).collect();
        for arn in arns {
            rows.entry(arn).or_insert_with_key(|arn| Self::of(arn.clone())).listed = true;
        }
        // Topics that cannot be read are noted too, so that they are not due again at once.
        let asked = settled(named.into_iter().map(str::to_owned).collect(), fault.as_ref());
        Ok(Listing::all(rows.into_values().collect()).capped(capped).fault(fault).asked(asked))
    }
}

/// Returns the ARNs of all topics of this account, and whether there are more.
async fn list(aws: &Aws) -> Result<(Vec<String>, bool), AwsError> {
    pages(PAGES, async |token| {
        let page = aws.sns.list_topics().set_next_token(token).send().await.map_err(failed)?;
        let topics = page.topics.unwrap_or_default();
        Ok((topics.into_iter().filter_map(|t| t.topic_arn).collect(), page.next_token))
    })
    .await
}

/// Returns the topics that alarms call in any state.
fn called_topics(observed: &Observed) -> BTreeSet<&str> {
    let alarms = observed.store.alarms.rows();
    let arns = alarms.flat_map(|alarm| alarm.actions.iter().chain(&alarm.other_actions));
    arns.map(String::as_str).filter(|arn| Arn::parse(arn).is_some_and(|arn| arn.service == "sns")).collect()
}

/// Reads everything about one topic. A part that cannot be read is left out, and named if it is the subscribers. Only
/// an error that other topics share is returned.
async fn read_topic(aws: &Aws, arn: String) -> Result<Topic, AwsError> {
    let (listeners, attributes) = tokio::join!(listeners(aws, &arn), attributes(aws, &arn));
    let mut topic = Topic::of(arn);
    match listeners {
        Ok((rows, capped)) => (topic.listeners, topic.capped) = (Some(rows), capped),
        Err(why) if why.kind == ErrorKind::Gone => topic.gone = true,
        Err(why) if why.kind.is_shared() => return Err(why),
        Err(why) => topic.problem = Some(format!("{} {}", why.operation, why.kind.word())),
    }
    match attributes {
        Ok(of) => {
            let count = |name: &str| of.get(name).and_then(|n| n.parse().ok());
            (topic.confirmed, topic.pending) = (count("SubscriptionsConfirmed"), count("SubscriptionsPending"));
            topic.key = of.get("KmsMasterKeyId").filter(|key| !key.is_empty()).cloned();
        }
        Err(why) if why.kind.is_shared() => return Err(why),
        // Only the key and the counts are missing then; the other call lists the subscribers.
        Err(_) => {}
    }
    Ok(topic)
}

async fn listeners(aws: &Aws, arn: &str) -> Result<(Vec<Subscription>, bool), AwsError> {
    pages(LISTENERS, async |token| {
        let request = aws.sns.list_subscriptions_by_topic().topic_arn(arn).set_next_token(token);
        let page = request.send().await.map_err(failed)?;
        let rows = page.subscriptions.unwrap_or_default().into_iter().map(subscription::from_sdk);
        Ok((rows.collect(), page.next_token))
    })
    .await
}

async fn attributes(aws: &Aws, arn: &str) -> Result<HashMap<String, String>, AwsError> {
    let reply = aws.sns.get_topic_attributes().topic_arn(arn).send().await.map_err(failed)?;
    Ok(reply.attributes.unwrap_or_default())
}
