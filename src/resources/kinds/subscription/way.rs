//! The way in which a subscription delivers its messages, and to whom.
//!
//! The protocols: <https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html>.

use super::Subscription;
use crate::resources::arn_name;

/// The services that page or chat, by the end of the host that they receive messages at. Amazon Q was AWS Chatbot:
/// `docs/aws.md#chat`.
const SERVICES: [(&str, &str); 10] = [
    ("sns-api.chatbot.amazonaws.com", "Slack or Teams"),
    ("pagerduty.com", "PagerDuty"),
    ("opsgenie.com", "Opsgenie"),
    ("victorops.com", "Splunk On-Call"),
    ("xmatters.com", "xMatters"),
    ("squadcast.com", "Squadcast"),
    ("incident.io", "incident.io"),
    ("rootly.com", "Rootly"),
    ("firehydrant.io", "FireHydrant"),
    ("datadoghq.com", "Datadog"),
];

impl Subscription {
    /// Returns the way in a word or two: `mail`, `SMS`, `PagerDuty`, `Lambda`. A protocol that is unknown here is raw.
    #[must_use]
    pub fn way(&self) -> &str {
        match self.protocol.as_str() {
            "email" | "email-json" => "mail",
            "sms" => "SMS",
            "https" => self.service().unwrap_or("HTTPS"),
            "http" => "HTTP",
            "lambda" => "Lambda",
            "sqs" => "SQS",
            "firehose" => "Firehose",
            "application" => "mobile push",
            other => other,
        }
    }
    /// Returns whether a service receives the messages, so that nobody knows which people it tells.
    #[must_use]
    pub fn is_for_a_service(&self) -> bool {
        matches!(self.protocol.as_str(), "lambda" | "sqs" | "firehose")
    }
    /// Returns the way and the receiver: `SMS +34…22`, `Lambda slack`, `HTTPS events.pager.example`.
    #[must_use]
    pub fn receiver(&self) -> String {
        let address = match self.protocol.as_str() {
            "https" if self.service().is_some() => "",
            "https" | "http" => self.host(),
            "lambda" | "sqs" | "firehose" | "application" => arn_name(&self.endpoint),
            _ => &self.endpoint,
        };
        format!("{} {address}", self.way()).trim_end().to_owned()
    }
    fn host(&self) -> &str {
        self.endpoint.split('/').nth(2).unwrap_or_default()
    }
    /// Returns the service that receives at its host, if that is known.
    fn service(&self) -> Option<&'static str> {
        let host = self.host().split(':').next()?;
        let is_of = |end: &str| host.strip_suffix(end).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
        SERVICES.iter().find(|(end, _)| is_of(end)).map(|(_, service)| *service)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subscription_says_how_and_whom_it_tells() {
        let cases = [
            ("email", "a…@shop.example", "mail a…@shop.example", false),
            ("email-json", "a…@shop.example", "mail a…@shop.example", false),
            ("sms", "+34…22", "SMS +34…22", false),
            ("https", "https://events.pagerduty.com/…", "PagerDuty", false),
            ("https", "https://events.eu.pagerduty.com/…", "PagerDuty", false),
            ("https", "https://notpagerduty.com/…", "HTTPS notpagerduty.com", false),
            ("https", "https://pagerduty.com.example/…", "HTTPS pagerduty.com.example", false),
            ("https", "https://api.opsgenie.com/…", "Opsgenie", false),
            ("https", "https://global.sns-api.chatbot.amazonaws.com/…", "Slack or Teams", false),
            ("http", "http://10.0.0.1:8080/…", "HTTP 10.0.0.1:8080", false),
            ("lambda", "arn:aws:lambda:eu-west-1:1:function:fix", "Lambda fix", true),
            ("sqs", "arn:aws:sqs:eu-west-1:1:alarms", "SQS alarms", true),
            ("firehose", "arn:aws:firehose:eu-west-1:1:deliverystream/archive", "Firehose archive", true),
            ("application", "arn:aws:sns:eu-west-1:1:endpoint/GCM/app/1f", "mobile push 1f", false),
            ("carrier-pigeon", "coop 3", "carrier-pigeon coop 3", false),
            ("https", "", "HTTPS", false),
        ];
        for (protocol, endpoint, told, service) in cases {
            let subscription =
                Subscription { protocol: protocol.into(), endpoint: endpoint.into(), ..Subscription::default() };
            assert_eq!(
                (subscription.receiver(), subscription.is_for_a_service()),
                (told.to_owned(), service),
                "{protocol} {endpoint}"
            );
        }
    }
}
