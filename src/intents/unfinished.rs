//! Intents whose end was never seen: the program was killed, or lost its terminal, while AWS went on.
//!
//! The journal knows what was sent; AWS knows what came of it. Both are asked at a start and before each plan.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::{AnyIntent, Approve, Executor, Intent, Receipt, Reject, Retrain, Rollback, Verdict, lost};
use crate::aws::AwsError;
use crate::journal::{Entry, Event};

/// Lines of the journal that are looked at.
const LINES: usize = 10_000;
/// An intent that is older is left alone: whoever wanted it has looked by now.
const OLDEST: SignedDuration = SignedDuration::from_hours(7 * 24);
/// An intent whose last line is younger may be under way in another console: its end is not written for it.
const YOUNGEST: SignedDuration = SignedDuration::from_mins(2);

/// An intent without an end in the journal, and what AWS says of it now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfinished {
    /// `approve`, `rollback`, …, as the journal names it.
    pub intent: String,
    /// What it was about: the name that was typed.
    pub target: String,
    /// When its last line was written, UTC.
    pub at: Timestamp,
    /// What came of it.
    pub state: State,
}

/// What came of an intent whose end was not seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// The wanted end state is there now.
    Done(String),
    /// It is not there and will not come; what stayed behind.
    Failed(String),
    /// AWS is at it; what it is doing.
    UnderWay(String),
    /// AWS could not be asked; why.
    Unknown(String),
}

impl State {
    /// What came of it, as the end of a sentence.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Done(text) | Self::Failed(text) | Self::UnderWay(text) | Self::Unknown(text) => text,
        }
    }
}

impl std::fmt::Display for Unfinished {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let word = match &self.state {
            State::Done(_) => "is done",
            State::Failed(_) => "is not done",
            State::UnderWay(_) => "is under way",
            State::Unknown(_) => "is not known to be done",
        };
        write!(f, "{} {} was left open and {word}: {}", self.intent, self.target, self.state.text())
    }
}

impl Executor {
    /// Finds the intents of this account and region that have no end in the journal, asks AWS what became of each, and
    /// writes down the ends that are sure. Sends nothing that changes anything.
    pub async fn review(&self) -> Vec<Unfinished> {
        let now = (self.clock)();
        let entries = self.journal.tail(LINES).unwrap_or_default().entries;
        let mut found = Vec::new();
        for open in without_end(&entries, &self.aws.region, &self.identity, now) {
            let state = match self.outcome(&open, now).await {
                Ok(Verdict::Done(what)) => State::Done(what),
                Ok(Verdict::Failed(why)) => State::Failed(why),
                Ok(Verdict::Pending(what)) => State::UnderWay(what),
                Err(error) => State::Unknown(error.to_string()),
            };
            self.note_end(&open, &state, now);
            let Entry { intent, target, at, .. } = open.clone();
            found.push(Unfinished { intent, target, at, state });
        }
        found
    }

    /// Asks AWS what became of the last call of an intent.
    async fn outcome(&self, last: &Entry, now: Timestamp) -> Result<Verdict, AwsError> {
        let (Some(call), Some(parameters)) = (&last.call, &last.parameters) else {
            return Ok(Verdict::Failed("nothing was sent".into()));
        };
        let Some(receipt) = lost::trace(call, parameters, &self.aws).await? else {
            return Ok(Verdict::Failed(format!("{call} left no trace in AWS")));
        };
        let Some(intent) = wanted(last, parameters) else {
            return Ok(Verdict::Failed(cut_after(last, call, parameters, &receipt)));
        };
        let waited = now.duration_since(last.at).unsigned_abs();
        intent.verify(&self.aws, &receipt, waited).await
    }

    /// Writes the end of an intent down, unless it is not sure or somebody may still be at it.
    fn note_end(&self, last: &Entry, state: &State, now: Timestamp) {
        let event = match state {
            State::Done(_) => Event::Done,
            State::Failed(_) => Event::Failed,
            State::UnderWay(_) | State::Unknown(_) => return,
        };
        if now.duration_since(last.at) < YOUNGEST {
            return;
        }
        let end = Entry {
            at: now,
            event,
            call: None,
            parameters: None,
            request_id: None,
            message: format!("seen later: {}", state.text()),
            ..last.clone()
        };
        // It is found again at the next start.
        let _ = self.journal.append(&end);
    }
}

/// The newest line with a call of each intent that has one and has no end, oldest first.
fn without_end(entries: &[Entry], region: &str, identity: &str, now: Timestamp) -> Vec<Entry> {
    let mut open: BTreeMap<&str, &Entry> = BTreeMap::new();
    for entry in entries.iter().filter(|e| e.region == region && same_account(&e.identity, identity)) {
        match entry.event {
            Event::Done | Event::Failed | Event::Refused => drop(open.remove(entry.id.as_str())),
            Event::Sending => drop(open.insert(&entry.id, entry)),
            // They say nothing of what was asked for.
            Event::Confirmed | Event::Sent | Event::Error => {}
        }
    }
    let recent = open.into_values().filter(|e| now.duration_since(e.at) < OLDEST);
    let mut recent: Vec<Entry> = recent.cloned().collect();
    recent.sort_by_key(|e| e.at);
    recent
}

/// Are both identities of one account? An identity that is not an ARN tells nothing and excludes nobody.
fn same_account(one: &str, other: &str) -> bool {
    let account = |arn: &str| arn.strip_prefix("arn:")?.split(':').nth(3).map(str::to_owned);
    match (account(one), account(other)) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    }
}

/// The intent that the last call of a plan belongs to; `None` when it was not the last call.
fn wanted(last: &Entry, parameters: &Value) -> Option<AnyIntent> {
    let text = |name: &str| parameters.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (arn, reason) = (text("ModelPackageArn"), text("ApprovalDescription"));
    match (last.intent.as_str(), last.call.as_deref()?) {
        (Approve::NAME, _) => Some(Approve { arn, reason }.into()),
        (Reject::NAME, _) => Some(Reject { arn, reason }.into()),
        (Retrain::NAME, _) => Some(Retrain { pipeline: text("PipelineName"), parameters: Vec::new() }.into()),
        (Rollback::NAME, "sagemaker:UpdateEndpoint") => {
            let to = Some(text("EndpointConfigName"));
            Some(Rollback { endpoint: text("EndpointName"), to }.into())
        }
        _ => None,
    }
}

/// What stayed behind of a plan of several calls that was cut, and what to do with it.
fn cut_after(last: &Entry, call: &str, parameters: &Value, receipt: &Receipt) -> String {
    let made = receipt.arn.as_deref().unwrap_or_default();
    let name = parameters.get("EndpointConfigName").and_then(Value::as_str);
    let way_on = name.map_or_else(
        || "a new plan makes another one; this one stays".to_owned(),
        |name| format!("finish it with: sagetop rollback {} --to {name}", last.target),
    );
    format!("it ended after {call}, which made {made}; {} was not changed; {way_on}", last.target)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ME: &str = "arn:aws:sts::123456789012:assumed-role/oncall/ana";

    fn entry(second: i64, id: &str, event: Event) -> Entry {
        Entry {
            at: Timestamp::from_second(second).unwrap(),
            id: id.into(),
            event,
            intent: "rollback".into(),
            target: "web".into(),
            identity: ME.into(),
            region: "eu-west-1".into(),
            call: Some("sagemaker:UpdateEndpoint".into()),
            parameters: Some(serde_json::json!({"EndpointName": "web", "EndpointConfigName": id})),
            request_id: None,
            message: String::new(),
        }
    }

    /// Ids of what is open at second 1,000,000.
    fn open(entries: &[Entry]) -> Vec<String> {
        let now = Timestamp::from_second(1_000_000).unwrap();
        without_end(entries, "eu-west-1", ME, now).into_iter().map(|e| e.id).collect()
    }

    #[test]
    fn only_what_was_sent_and_has_no_end_is_open() {
        use Event::{Confirmed, Done, Error, Failed, Refused, Sending, Sent};
        let at = 999_000;
        let cases: [(&[Event], bool); 8] = [
            (&[Confirmed], false),
            (&[Confirmed, Sending], true),
            (&[Confirmed, Sending, Sent], true),
            (&[Confirmed, Sending, Error], true),
            (&[Confirmed, Sending, Sent, Sending], true),
            (&[Confirmed, Sending, Sent, Done], false),
            (&[Confirmed, Sending, Error, Failed], false),
            (&[Refused], false),
        ];
        for (events, is_open) in cases {
            let entries: Vec<Entry> = events.iter().map(|event| entry(at, "a", *event)).collect();
            assert_eq!(!open(&entries).is_empty(), is_open, "{events:?}");
        }
    }

    #[test]
    fn what_is_elsewhere_or_long_ago_is_left_alone() {
        let sending = |change: fn(&mut Entry)| {
            let mut entry = entry(999_000, "a", Event::Sending);
            change(&mut entry);
            vec![entry]
        };
        assert_eq!(open(&sending(|_| {})), ["a"]);
        assert_eq!(open(&sending(|e| e.identity = "unknown".into())), ["a"], "it may be ours");
        assert!(open(&sending(|e| e.region = "us-east-1".into())).is_empty());
        assert!(open(&sending(|e| e.identity = ME.replace("123456789012", "999999999999"))).is_empty());
        assert!(open(&sending(|e| e.at = Timestamp::from_second(1).unwrap())).is_empty());
        let two = [entry(999_500, "late", Event::Sending), entry(999_000, "early", Event::Sending)];
        assert_eq!(open(&two), ["early", "late"]);
    }

    #[test]
    fn a_plan_that_was_cut_names_what_stayed_behind() {
        let parameters = serde_json::json!({"EndpointConfigName": "web-v3"});
        let last = Entry { call: Some("sagemaker:CreateEndpointConfig".into()), ..entry(1, "a", Event::Sending) };
        assert_eq!(wanted(&last, &parameters), None, "the endpoint was not touched yet");
        let text = cut_after(&last, "sagemaker:CreateEndpointConfig", &parameters, &Receipt::default());
        assert!(text.ends_with("web was not changed; finish it with: sagetop rollback web --to web-v3"), "{text}");
    }
}
