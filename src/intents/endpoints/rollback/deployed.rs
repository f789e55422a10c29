//! The configurations that this console put live on an endpoint, according to its journal.

use std::collections::HashMap;

use jiff::Timestamp;

use super::Rollback;
use crate::aws::Arn;
use crate::intents::Intent;
use crate::intents::calls::{Call, UpdateEndpoint};
use crate::journal::{Entry, Event, Journal};

/// The most lines of the journal that are read.
const LINES: usize = 10_000;

/// A configuration, and the time at which it was seen to serve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Deployed {
    pub(super) config: String,
    pub(super) at: Timestamp,
}

/// Reads the configurations that were put live on an endpoint, newest first and each once.
pub(super) fn read_deployed(journal: &Journal, endpoint_arn: &str) -> Vec<Deployed> {
    let entries = journal.tail(LINES).unwrap_or_default().entries;
    let mut sent: HashMap<&str, &str> = HashMap::new();
    let mut done: Vec<Deployed> = Vec::new();
    for entry in entries.iter().filter(|entry| is_rollback_of(entry, endpoint_arn)) {
        match (entry.event, target(entry)) {
            (Event::Sending, Some(config)) => {
                sent.insert(&entry.id, config);
            }
            (Event::Done, _) => {
                let config = sent.get(entry.id.as_str()).map(|config| (*config).to_owned());
                done.extend(config.map(|config| Deployed { config, at: entry.at }));
            }
            _ => {}
        }
    }
    done.sort_by_key(|d| std::cmp::Reverse(d.at));
    let mut once = std::collections::HashSet::new();
    done.retain(|d| once.insert(d.config.clone()));
    done
}

/// Returns whether the entry is about a rollback of this endpoint. Other accounts and regions may use the same names.
fn is_rollback_of(entry: &Entry, endpoint_arn: &str) -> bool {
    let Some(endpoint) = Arn::parse(endpoint_arn) else { return false };
    let acted_in = Arn::parse(&entry.identity).map(|identity| identity.account);
    entry.intent == Rollback::NAME
        && endpoint.resource.rsplit('/').next() == Some(entry.target.as_str())
        && endpoint.region == entry.region
        && acted_in.is_none_or(|account| account == endpoint.account)
}

/// Returns the configuration that a call deploys.
fn target(entry: &Entry) -> Option<&str> {
    let call = entry.call.as_deref().filter(|call| UpdateEndpoint::API.is(call));
    call.and(entry.parameters.as_ref())?.get("EndpointConfigName")?.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(second: i64, id: &str, event: Event, config: Option<&str>) -> Entry {
        Entry {
            at: Timestamp::from_second(second).unwrap(),
            id: id.into(),
            event,
            intent: "rollback".into(),
            target: "web".into(),
            identity: "arn:aws:sts::123456789012:assumed-role/oncall/ana".into(),
            region: "eu-west-1".into(),
            endpoint: None,
            call: config.map(|_| "sagemaker:UpdateEndpoint".into()),
            parameters: config.map(|config| serde_json::json!({"EndpointConfigName": config})),
            request_id: None,
            undo: None,
            message: String::new(),
            reviewed: false,
        }
    }

    #[test]
    fn only_what_was_seen_to_serve_on_this_endpoint_counts() {
        let folder = std::env::temp_dir().join(format!("sagetop-deployed-{}", std::process::id()));
        let journal = Journal::at(folder.join("journal.jsonl"));
        let elsewhere = |change: fn(&mut Entry)| {
            let mut lines = [entry(1, "x", Event::Sending, Some("elsewhere")), entry(2, "x", Event::Done, None)];
            lines.iter_mut().for_each(change);
            lines
        };
        let mut lines = vec![
            entry(10, "a", Event::Sending, Some("v1")),
            entry(11, "b", Event::Sending, Some("v2")),
            entry(12, "a", Event::Done, None),
            entry(13, "b", Event::Failed, None),
            entry(20, "c", Event::Sending, Some("v3")),
            entry(21, "c", Event::Done, None),
            entry(30, "d", Event::Sending, Some("v1")),
            entry(31, "d", Event::Done, None),
        ];
        lines.extend(elsewhere(|e| e.target = "web-2".into()));
        lines.extend(elsewhere(|e| e.region = "us-east-1".into()));
        lines.extend(elsewhere(|e| e.identity = "arn:aws:sts::999999999999:assumed-role/oncall/ana".into()));
        lines.extend(elsewhere(|e| e.intent = "approve".into()));
        for line in &lines {
            journal.append(line).unwrap();
        }
        let found = read_deployed(&journal, "arn:aws:sagemaker:eu-west-1:123456789012:endpoint/web");
        let found: Vec<(&str, i64)> = found.iter().map(|d| (d.config.as_str(), d.at.as_second())).collect();
        assert_eq!(found, [("v1", 31), ("v3", 21)]);
        std::fs::remove_dir_all(folder).unwrap();
    }
}
