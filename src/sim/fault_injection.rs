//! Calls that fail, wait, or get strange answers, because the story or the settings say so.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;

use super::error::ServiceError;
use super::exchange::{Response, respond};
use super::num;
use super::protocol::{Call, Protocol};
use super::services::Service;
use super::settings::Settings;
use super::story::{self, Story};
use super::time::Time;
use super::wire::Value;

/// The token of pages that never end.
const ENDLESS: &str = "AAAAendless";
/// The token of empty pages; a number follows it.
const EMPTY: &str = "AAAAempty";

/// The injector between a call and the account.
pub(crate) struct FaultInjector {
    faults: Vec<story::Fault>,
    start: Time,
    speed: f64,
    seed: u64,
    latency: Duration,
    jitter: f64,
    buckets: BTreeMap<String, Bucket>,
    calls: u64,
}

/// Returns the size of a burst. It is five seconds' worth of calls, because AWS's own limits cover more than one
/// second.
fn burst(rate: f64) -> f64 {
    (5.0 * rate).max(1.0)
}

/// A token bucket: each call takes one token.
struct Bucket {
    rate: f64,
    tokens: f64,
    at: Time,
}

/// The decision about one call.
#[derive(Default)]
pub(crate) struct Outcome {
    /// The answer, if it does not come from the account.
    pub(crate) response: Option<Result<Response, ServiceError>>,
    /// Whether the account performs the call. The answer does not matter.
    pub(crate) performed: bool,
    pub(crate) latency: Duration,
    endless: bool,
    empty: Option<String>,
}

impl FaultInjector {
    /// Creates an injector with the faults of a story, and the rates and the latency of the settings.
    pub(crate) fn new(story: &Story, settings: &Settings, start: Time, seed: u64) -> Self {
        let bucket = |rate: f64| Bucket { rate, tokens: burst(rate), at: start };
        Self {
            faults: story.faults.clone(),
            start,
            speed: settings.speed,
            seed,
            latency: settings.latency,
            jitter: settings.jitter.clamp(0.0, 1.0),
            buckets: settings.rates.iter().map(|(service, rate)| (service.clone(), bucket(*rate))).collect(),
            calls: 0,
        }
    }

    /// Decides what happens with a call before it reaches the account.
    pub(crate) fn judge(&mut self, call: &mut Call, now: Time) -> Outcome {
        self.calls += 1;
        let chance = num::unit(num::mix(self.seed ^ num::mix(self.calls)));
        let mut outcome =
            Outcome { latency: self.latency.mul_f64(1.0 + self.jitter * (chance * 2.0 - 1.0)), ..Outcome::default() };
        if let Some(error) = self.throttle(call, now) {
            outcome.response = Some(Err(error));
            return outcome;
        }
        let token = call
            .input
            .as_ref()
            .ok()
            .and_then(|input| input.get("NextToken"))
            .and_then(Value::as_text)
            .map(str::to_owned);
        let token = token.unwrap_or_default();
        for fault in &self.faults {
            let begins = self.start + fault.from.paced(self.speed);
            let ended = fault.to.is_some_and(|to| now >= self.start + to.paced(self.speed));
            if now < begins || ended || chance >= fault.share || !glob(&fault.operation, &call.name) {
                continue;
            }
            outcome.latency += fault.latency.duration();
            outcome.endless |= fault.endless;
            outcome.performed |= fault.done;
            let page: u32 = token.strip_prefix(EMPTY).and_then(|n| n.parse().ok()).unwrap_or(0);
            if fault.empty_pages > page && (token.is_empty() || token.starts_with(EMPTY)) {
                outcome.empty = Some(format!("{EMPTY}{}", page + 1));
            }
            if let Some(body) = &fault.body {
                let body = Bytes::copy_from_slice(body.as_bytes());
                outcome.response = Some(Ok(respond(fault.status, &[("content-type", "text/html")], body)));
            } else if let Some(code) = &fault.code {
                outcome.response =
                    Some(Err(ServiceError::new(code.clone(), fault.message.clone()).status(fault.status)));
            }
        }
        if let Some(input) = call.input.as_mut().ok().filter(|_| token.starts_with(ENDLESS) || token.starts_with(EMPTY))
        {
            input.set("NextToken", Value::Null);
        }
        outcome
    }

    fn throttle(&mut self, call: &Call, now: Time) -> Option<ServiceError> {
        let bucket = self.buckets.get_mut(call.service?.names().signing)?;
        let passed = num::float((now - bucket.at).0).max(0.0) / 1000.0;
        bucket.tokens = (bucket.tokens + passed * bucket.rate).min(burst(bucket.rate));
        bucket.at = now;
        if bucket.tokens >= 1.0 {
            bucket.tokens -= 1.0;
            return None;
        }
        Some(match call.protocol {
            Protocol::Json10 | Protocol::Json11 if call.service == Some(Service::SageMaker) => {
                ServiceError::new("ThrottlingException", "Rate exceeded")
            }
            Protocol::Rest => ServiceError::new("SlowDown", "Please reduce your request rate.").status(503),
            Protocol::Json10 | Protocol::Json11 | Protocol::RestJson | Protocol::Cbor | Protocol::Query => {
                ServiceError::new("Throttling", "Rate exceeded")
            }
        })
    }
}

impl Outcome {
    /// Makes the pages of an answer empty or endless.
    pub(crate) fn change_pages(&self, call: &Call, value: &mut Value) {
        let lists = call.name.starts_with("List") || call.name.starts_with("Describe") || call.name == "Search";
        let paged = value.members().iter().any(|(_, member)| matches!(member, Value::List(_)));
        if !lists || !paged {
            return;
        }
        if let Some(token) = &self.empty {
            let keys: Vec<_> =
                value.members().iter().filter(|(_, v)| matches!(v, Value::List(_))).map(|(k, _)| k.clone()).collect();
            for key in keys {
                value.set(key, Vec::<Value>::new());
            }
            value.set("NextToken", token.as_str());
        } else if self.endless {
            value.set("NextToken", ENDLESS);
        }
    }
}

/// Returns whether a pattern with `*` matches a text.
pub(crate) fn glob(pattern: &str, text: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut text) = text.strip_prefix(first) else { return false };
    let parts: Vec<&str> = rest.split('*').collect();
    let Some((last, middle)) = parts.split_last() else { return true };
    for part in middle {
        let Some((_, after)) = text.split_once(part) else { return false };
        text = after;
    }
    text.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::super::time::Span;
    use super::*;

    #[test]
    fn patterns_match() {
        for (pattern, text, matches) in [
            ("*", "x", true),
            ("List*", "ListEndpoints", true),
            ("List*s", "ListEndpoint", false),
            ("*End*", "ListEndpoints", true),
            ("a", "a", true),
            ("a*a", "a", false),
        ] {
            assert_eq!(glob(pattern, text), matches, "{pattern} {text}");
        }
    }

    #[test]
    fn unused_lengths_are_zero() {
        assert_eq!(Span::default().duration(), Duration::ZERO);
    }
}
