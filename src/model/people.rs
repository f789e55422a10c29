//! The subscriptions of a topic, and whether its messages reach anybody.

use std::collections::BTreeSet;

use super::key::Keyed;
use crate::resources::Store;
use crate::resources::subscription::Subscription;
use crate::resources::topic::Topic;

/// Do the messages of a topic reach anybody?
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// Somebody is subscribed.
    Somebody,
    /// Nobody receives the messages.
    Nobody(Unheard),
    /// It cannot be determined, for this reason.
    Unknown(String),
    /// The topic was not read yet.
    Unread,
}

/// The reason why nobody receives the messages of a topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unheard {
    /// All its subscriptions wait for confirmation.
    Unconfirmed,
    /// Another reason, as a phrase that follows the name of the topic.
    Other(String),
}

impl Unheard {
    /// Returns the reason in as few words as possible.
    #[must_use]
    pub fn brief(&self) -> &str {
        match self {
            Self::Unconfirmed => "unconfirmed",
            Self::Other(why) => why,
        }
    }
}

impl std::fmt::Display for Unheard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Unconfirmed => "waits for confirmation",
            Self::Other(why) => why,
        })
    }
}

/// Returns the subscriptions of each topic: all of them if SNS returned them, otherwise only those of this account.
pub(super) fn by_topic(store: &Store) -> Keyed<&str, Vec<&Subscription>> {
    let of = |topic: &'_ str| store.topics.get(topic).and_then(|topic| topic.listeners.as_ref());
    let whole = store.topics.rows().filter_map(|t| Some((t.arn.as_str(), t.listeners.as_ref()?.iter().collect())));
    let mut people: Keyed<&str, Vec<&Subscription>> = whole.collect();
    for subscription in store.subscriptions.rows().filter(|s| of(&s.topic).is_none()) {
        people.entry(&subscription.topic).or_default().push(subscription);
    }
    people
}

/// Returns the known subscriptions of one topic.
#[must_use]
pub fn listeners<'a>(store: &'a Store, topic: &str) -> Vec<&'a Subscription> {
    match store.topics.get(topic).and_then(|known| known.listeners.as_ref()) {
        Some(listeners) => listeners.iter().collect(),
        None => store.subscriptions.rows().filter(|s| s.topic == topic).collect(),
    }
}

/// Returns the ways in which the messages of a topic are delivered, each once: `PagerDuty, SMS, Lambda`.
#[must_use]
pub fn ways(store: &Store, topic: &str) -> String {
    let confirmed = listeners(store, topic).into_iter().filter(|s| s.confirmed());
    let ways: BTreeSet<&str> = confirmed.map(Subscription::way).collect();
    ways.into_iter().collect::<Vec<_>>().join(", ")
}

/// Do the messages of a topic reach anybody?
#[must_use]
pub fn reach(store: &Store, arn: &str) -> Reach {
    let topic = store.topics.get(arn);
    if let Some(why) = refuses(arn, topic) {
        return Reach::Nobody(Unheard::Other(why));
    }
    let people = listeners(store, arn);
    let confirmed = topic.and_then(|t| t.confirmed);
    if people.iter().any(|s| s.confirmed()) || confirmed > Some(0) {
        return Reach::Somebody;
    }
    let whole = topic.is_some_and(|t| t.listeners.is_some() && !t.capped);
    if whole || confirmed == Some(0) {
        let waits = people.iter().any(|s| s.pending()) || topic.and_then(|t| t.pending) > Some(0);
        return Reach::Nobody(match (waits, people.is_empty()) {
            (true, _) => Unheard::Unconfirmed,
            (false, true) => Unheard::Other("has no subscription".to_owned()),
            (false, false) => Unheard::Other("has only deleted subscriptions".to_owned()),
        });
    }
    match topic {
        Some(t) if t.capped => Reach::Unknown("it has more subscriptions than are read".to_owned()),
        Some(Topic { problem: Some(problem), .. }) => Reach::Unknown(problem.clone()),
        Some(_) => Reach::Unread,
        None => match store.topics.read_error() {
            Some(why) => Reach::Unknown(format!("{} {}", why.operation, why.kind.word())),
            None => Reach::Unread,
        },
    }
}

/// Returns why a topic accepts no message from an alarm, or delivers none to people.
fn refuses(arn: &str, topic: Option<&Topic>) -> Option<String> {
    if topic.is_some_and(|t| t.gone) {
        return Some("does not exist".to_owned());
    }
    // <https://docs.aws.amazon.com/sns/latest/dg/fifo-message-delivery.html>
    if arn.strip_suffix(".fifo").is_some() {
        return Some("is a FIFO topic, which reaches queues but no people".to_owned());
    }
    // <https://repost.aws/knowledge-center/cloudwatch-configure-alarm-sns>
    let key = topic.and_then(|t| t.key.as_deref()).filter(|key| key.ends_with("alias/aws/sns"))?;
    Some(format!("is encrypted with {key}, which alarms cannot use"))
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::aws::{AwsError, ErrorKind};
    use crate::resources::Listing;

    const ARN: &str = "arn:aws:sns:eu-west-1:1:page";

    fn listener(arn: &str) -> Subscription {
        Subscription { id: format!("{ARN} {arn}"), arn: arn.into(), topic: ARN.into(), ..Subscription::default() }
    }

    fn topic(listeners: Option<&[&str]>) -> Topic {
        let listeners = listeners.map(|all| all.iter().map(|arn| listener(arn)).collect());
        Topic { arn: ARN.into(), name: "page".into(), listed: true, listeners, ..Topic::default() }
    }

    /// Returns the reach of the topic if this account's own list of subscriptions contains these.
    fn told(topic: Topic, own: &[&str]) -> Reach {
        let mut store = Store::default();
        let arn = topic.arn.clone();
        store.topics.apply(Ok(Listing::all(vec![topic])), Timestamp::UNIX_EPOCH);
        let own = own.iter().map(|arn| listener(arn)).collect();
        store.subscriptions.apply(Ok(Listing::all(own)), Timestamp::UNIX_EPOCH);
        reach(&store, &arn)
    }

    #[test]
    fn nobody_is_told_only_where_that_is_known() {
        let nobody = |why: &str| Reach::Nobody(Unheard::Other(why.to_owned()));
        let unconfirmed = || Reach::Nobody(Unheard::Unconfirmed);
        let denied = |topic: Topic| Topic { problem: Some("ListSubscriptionsByTopic denied".into()), ..topic };
        let unknown = || Reach::Unknown("ListSubscriptionsByTopic denied".to_owned());
        let (pending, deleted, confirmed) = ("PendingConfirmation", "Deleted", "arn:aws:sns:eu-west-1:1:page:2");
        let cases = [
            (topic(Some(&[])), vec![], nobody("has no subscription")),
            (topic(Some(&[pending])), vec![], unconfirmed()),
            (topic(Some(&[deleted])), vec![], nobody("has only deleted subscriptions")),
            (topic(Some(&[pending, deleted])), vec![], unconfirmed()),
            (topic(Some(&[pending, confirmed])), vec![], Reach::Somebody),
            // The complete list from SNS counts more than the list of this account.
            (topic(Some(&[confirmed])), vec![], Reach::Somebody),
            (topic(Some(&[])), vec![confirmed], nobody("has no subscription")),
            (denied(topic(None)), vec![confirmed], Reach::Somebody),
            (denied(topic(None)), vec![], unknown()),
            (denied(topic(None)), vec![pending], unknown()),
            (topic(None), vec![], Reach::Unread),
            (Topic { confirmed: Some(1), ..denied(topic(None)) }, vec![], Reach::Somebody),
            (Topic { confirmed: Some(0), pending: Some(2), ..denied(topic(None)) }, vec![], unconfirmed()),
            (Topic { confirmed: Some(0), ..denied(topic(None)) }, vec![], nobody("has no subscription")),
            (
                Topic { capped: true, ..topic(Some(&[pending])) },
                vec![],
                Reach::Unknown("it has more subscriptions than are read".to_owned()),
            ),
            (Topic { gone: true, ..topic(None) }, vec![], nobody("does not exist")),
        ];
        for (topic, own, expected) in cases {
            assert_eq!(told(topic.clone(), &own), expected, "{topic:?} {own:?}");
        }
    }

    #[test]
    fn a_topic_that_takes_nothing_from_alarms_reaches_nobody() {
        let confirmed = "arn:aws:sns:eu-west-1:1:page:2";
        let with = |key: &str| told(Topic { key: Some(key.into()), ..topic(Some(&[confirmed])) }, &[]);
        for key in ["alias/aws/sns", "arn:aws:kms:eu-west-1:1:alias/aws/sns"] {
            assert_eq!(
                with(key),
                Reach::Nobody(Unheard::Other(format!("is encrypted with {key}, which alarms cannot use")))
            );
        }
        assert_eq!(with("alias/my-key"), Reach::Somebody);
        let fifo = Topic { arn: format!("{ARN}.fifo"), ..topic(Some(&[confirmed])) };
        assert!(matches!(told(fifo, &[]), Reach::Nobody(why) if why.to_string().contains("FIFO")));
    }

    #[test]
    fn topics_that_may_not_be_listed_are_not_known() {
        let mut store = Store::default();
        let why = AwsError { kind: ErrorKind::Denied, ..AwsError::other("ListTopics", "") };
        store.topics.apply(Err(why), Timestamp::UNIX_EPOCH);
        store.subscriptions.apply(Ok(Listing::all(Vec::new())), Timestamp::UNIX_EPOCH);
        assert_eq!(reach(&store, ARN), Reach::Unknown("ListTopics denied".into()));
    }
}
