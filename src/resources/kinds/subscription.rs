//! SNS subscriptions: who is notified. A pending one notifies nobody: `docs/aws.md#sns-pending`.

mod way;

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::aws::{Aws, AwsError, failed, pages};
use crate::health::Health;
use crate::resources::{
    AwsCommand, Cadence, Kind, Listing, LogSource, Observed, Properties, Resource, Turn, page_of_arn,
};

/// Pages of 100 subscriptions (fixed by SNS).
const PAGES: usize = 30;

/// The text that replaces the ARN after a subscription was deleted.
const DELETED: &str = "Deleted";

/// One subscription.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Subscription {
    /// Topic, protocol and address: the id, as pending ones all have the same ARN.
    pub id: String,
    /// ARN, `PendingConfirmation`, or `Deleted`.
    pub arn: String,
    /// Topic ARN.
    pub topic: String,
    /// `email`, `sms`, `https`, `lambda`, ….
    pub protocol: String,
    /// Address. A person's address is cut to the part that distinguishes it; the rest never leaves the poller.
    pub endpoint: String,
}

impl Subscription {
    /// Returns whether messages are delivered to it.
    #[must_use]
    pub fn confirmed(&self) -> bool {
        self.arn.starts_with("arn:")
    }
    /// Returns whether it waits until somebody confirms it. A deleted one does not, although AWS lists it for some
    /// days.
    #[must_use]
    pub fn pending(&self) -> bool {
        !self.confirmed() && self.arn != DELETED
    }
}

impl Resource for Subscription {
    const KIND: Kind = Kind::Subscriptions;
    const CADENCE: Cadence = Cadence::Rare;
    const OPTIONAL: bool = true;
    fn id(&self) -> &str {
        &self.id
    }
    fn title(&self) -> Cow<'_, str> {
        format!("{} {}", self.protocol, self.endpoint).into()
    }
    fn health(&self) -> Health {
        if self.confirmed() { Health::Ok } else { Health::Warning }
    }
    fn part_of(&self) -> Option<(Kind, &str)> {
        Some((Kind::Topics, &self.topic))
    }
    /// The log of the function that receives the messages.
    fn log(&self) -> Option<LogSource> {
        LogSource::of_arn(&self.endpoint)
    }
    fn console(&self, region: &str) -> Option<String> {
        page_of_arn(region, &self.topic)
    }
    fn command(&self) -> Option<AwsCommand> {
        Some(AwsCommand::new("sns", "list-subscriptions-by-topic", "topic-arn", &self.topic))
    }
    fn properties(&self, all: &mut Properties) {
        all.text("protocol", &*self.protocol)
            .text("endpoint", &*self.endpoint)
            .text("SubscriptionArn", &*self.arn)
            .text("TopicArn", &*self.topic);
    }
    async fn read(aws: &Aws, _seen: &Observed, _turn: Turn<'_, Self>) -> Result<Listing<Self>, AwsError> {
        let (rows, capped) = pages(PAGES, async |token| {
            let request = aws.sns.list_subscriptions().set_next_token(token);
            let page = request.send().await.map_err(failed)?;
            let rows = page.subscriptions.unwrap_or_default().into_iter().map(from_sdk);
            Ok((rows.collect::<Vec<_>>(), page.next_token))
        })
        .await?;
        Ok(Listing::all(rows).capped(capped))
    }
}

pub(super) fn from_sdk(s: aws_sdk_sns::types::Subscription) -> Subscription {
    let (topic, protocol) = (s.topic_arn.unwrap_or_default(), s.protocol.unwrap_or_default());
    let endpoint = redacted(&protocol, &s.endpoint.unwrap_or_default());
    let arn = s.subscription_arn.unwrap_or_default();
    let id = match arn.as_str() {
        confirmed if confirmed.starts_with("arn:") => arn.clone(),
        // The same address may have a new subscription that waits for confirmation.
        DELETED => format!("{topic} {protocol} {endpoint} {DELETED}"),
        _ => format!("{topic} {protocol} {endpoint}"),
    };
    Subscription { id, arn, topic, protocol, endpoint }
}

/// Cuts an address: `ana.lopez@shop.example` → `a…@shop.example`; `+34600111222` → `+34…22`; a URL loses its path and
/// query.
fn redacted(protocol: &str, endpoint: &str) -> String {
    let first = |text: &str, n: usize| text.chars().take(n).collect::<String>();
    match protocol {
        "email" | "email-json" => match endpoint.split_once('@') {
            Some((name, host)) => format!("{}…@{host}", first(name, 1)),
            None => "…".to_owned(),
        },
        "sms" => {
            let count = endpoint.chars().count();
            let last: String = endpoint.chars().skip(count.saturating_sub(2)).collect();
            format!("{}…{last}", first(endpoint, 3))
        }
        "http" | "https" => {
            let mut parts = endpoint.splitn(4, '/');
            let (scheme, host) = (parts.next().unwrap_or_default(), parts.nth(1).unwrap_or_default());
            // A user or token before the host is a secret.
            format!("{scheme}//{}/…", host.rsplit('@').next().unwrap_or_default())
        }
        _ => endpoint.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_people_and_secrets_in_urls_are_not_kept() {
        let cases = [
            ("email", "ana.lopez@shop.example", "a…@shop.example"),
            ("email", "nonsense", "…"),
            ("sms", "+34600111222", "+34…22"),
            ("https", "https://events.pager.example/key/S3CR3T?x=1", "https://events.pager.example/…"),
            ("https", "https://user:pw@host.example/x", "https://host.example/…"),
            ("lambda", "arn:aws:lambda:eu-west-1:1:function:fix", "arn:aws:lambda:eu-west-1:1:function:fix"),
        ];
        for (protocol, endpoint, kept) in cases {
            assert_eq!(redacted(protocol, endpoint), kept);
        }
    }
}
