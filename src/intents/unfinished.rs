//! Intents whose end was never seen, because the program was killed or lost its terminal while AWS went on.
//!
//! The journal contains the calls, and AWS shows their effect. Both are read at each start and before each plan.

mod state;

use std::collections::BTreeMap;
use std::io;
use std::time::Duration;

use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tokio::time::timeout;

use super::calls::{effect, starts};
use super::{AnyIntent, Executor, Receipt, Verdict, unanswered};
use crate::aws::AwsError;
use crate::journal::{Entry, Event, Tail};

pub use state::{State, Unfinished};

/// The most lines of the journal that are read.
const LINES: usize = 10_000;
/// The age of the oldest intents that are reviewed; somebody has taken care of older ones by now.
const OLDEST: SignedDuration = SignedDuration::from_hours(7 * 24);
/// The age of the youngest intents that are reviewed. Another console may still work on a younger one, because it
/// searches ten minutes for the effect of a call without an answer.
const YOUNGEST: SignedDuration = SignedDuration::from_mins(15);
/// The time in which a command is told again of an end that a start or a plan found: a script may not have seen it.
const TOLD_AGAIN: SignedDuration = SignedDuration::from_mins(15);
/// The longest time for the look at one intent in AWS.
const LONGEST_LOOK: Duration = Duration::from_secs(10);

/// To whom the end of an intent is told that was found in AWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// It is shown at the start of a console, by `status`, or in a plan.
    Reader,
    /// A command that does the same again, and that was refused for it.
    Command,
}

/// An intent that has no end in the journal.
#[derive(Debug, Clone)]
struct Open {
    /// The journal entry of its last call, from before the call.
    last: Entry,
    /// Whether AWS accepted that call.
    sent: bool,
    /// The last call before it that AWS accepted.
    earlier: Option<String>,
    /// Whether the journal has its end since a moment ago, because somebody looked. No command was told of it.
    reviewed: bool,
}

impl Executor {
    /// Reads the journal on a thread for blocking work.
    ///
    /// # Errors
    /// When the journal cannot be opened safely, or read.
    pub async fn read_journal(&self) -> io::Result<Tail> {
        let journal = self.journal.clone();
        tokio::task::spawn_blocking(move || journal.tail(LINES)).await.map_err(io::Error::other)?
    }

    /// Finds the intents of this account and region that have no end in the journal, reads the result of each from AWS,
    /// and journals the ends that are certain. Changes nothing in AWS.
    pub async fn review(&self, journal: &io::Result<Tail>) -> Vec<Unfinished> {
        let unfinished = self.look(journal).await;
        self.close_in_journal(&unfinished, Told::Reader);
        unfinished
    }

    /// Does the same as [`Self::review`] without writing into the journal.
    pub(super) async fn look(&self, journal: &io::Result<Tail>) -> Vec<Unfinished> {
        let mut open = self.left_open(journal);
        open.retain(|open| !open.reviewed);
        self.look_at_all(open).await
    }

    /// Does the same as [`Self::look`], and finds those as well whose end somebody found a moment ago.
    pub(super) async fn look_again(&self, journal: &io::Result<Tail>) -> Vec<Unfinished> {
        self.look_at_all(self.left_open(journal)).await
    }

    fn left_open(&self, journal: &io::Result<Tail>) -> Vec<Open> {
        let entries = journal.as_ref().map_or(&[][..], |tail| &tail.entries);
        without_end(entries, self, (self.clock)())
    }

    async fn look_at_all(&self, open: Vec<Open>) -> Vec<Unfinished> {
        let now = (self.clock)();
        join_all(open.into_iter().map(|open| self.look_at(open, now))).await
    }

    async fn look_at(&self, open: Open, now: Timestamp) -> Unfinished {
        let state = match timeout(LONGEST_LOOK, self.outcome(&open, now)).await {
            Ok(Ok(state)) => state,
            Ok(Err(error)) => State::Unknown(error.to_string()),
            Err(_) => State::Unknown("AWS does not answer".to_owned()),
        };
        let age = now.duration_since(open.last.at);
        let young = age < YOUNGEST;
        let so_far = |why: String| format!("so far {why}; another console may still be working on it");
        let started = open.last.call.as_deref().is_some_and(starts);
        let state = match state {
            State::Failed(why) if young => State::Unseen(so_far(why)),
            State::Partial(why) if young => State::UnderWay(so_far(why)),
            // AWS accepted the execution and does not list it yet. No other execution can have taken its place.
            State::Replaced(why) if young && started => State::UnderWay(so_far(why)),
            State::Done(_)
            | State::Failed(_)
            | State::Partial(_)
            | State::Replaced(_)
            | State::UnderWay(_)
            | State::Unseen(_)
            | State::Unknown(_) => state,
        };
        let settled = SignedDuration::try_from(unanswered::SETTLED).unwrap_or_default();
        // The clock of the machine may have been set back since.
        let settles_in = (settled - age).clamp(SignedDuration::ZERO, settled).unsigned_abs();
        Unfinished { last: open.last, state, settles_in, reviewed: open.reviewed }
    }

    /// Reads from AWS the present state of an intent that AWS accepted, by the journal entry of its last call.
    pub(super) async fn state_of(&self, last: Entry) -> State {
        let open = Open { last, sent: true, earlier: None, reviewed: false };
        match timeout(LONGEST_LOOK, self.outcome(&open, (self.clock)())).await {
            Ok(Ok(state)) => state,
            Ok(Err(error)) => State::Unknown(error.to_string()),
            Err(_) => State::Unknown("AWS does not answer".to_owned()),
        }
    }

    /// Reads from AWS the result of the last call of an intent.
    async fn outcome(&self, open: &Open, now: Timestamp) -> Result<State, AwsError> {
        let last = &open.last;
        let (Some(call), Some(parameters)) = (&last.call, &last.parameters) else {
            return Ok(State::Failed("nothing was sent".into()));
        };
        let Some(receipt) = effect(call, parameters, last.at, &self.aws).await? else {
            return Ok(match &open.earlier {
                _ if open.sent && starts(call) => {
                    State::Replaced(format!("AWS accepted {call}, and does not list what it started"))
                }
                _ if open.sent => State::Replaced(format!("AWS accepted {call}, and something newer has replaced it")),
                Some(earlier) => State::Partial(format!(
                    "{call} left no trace in AWS, and {earlier} before it was accepted and stays"
                )),
                None => State::Failed(format!("{call} left no trace in AWS")),
            });
        };
        let Some(intent) = AnyIntent::of_last_call(&last.intent, call, parameters) else {
            return Ok(State::Partial(cut_after(last, call, parameters, &receipt)));
        };
        let waited = now.duration_since(last.at).unsigned_abs();
        Ok(match intent.verify(&self.aws, &receipt, waited).await? {
            Verdict::Done(what) => State::Done(what),
            Verdict::Failed(why) => State::Failed(why),
            Verdict::Pending(what) => State::UnderWay(what),
        })
    }

    /// Returns whether a line of the journal may be about this account and region.
    pub(super) fn may_have_made(&self, entry: &Entry) -> bool {
        entry.may_be_of(&self.aws.region, self.aws.endpoint.as_deref(), &self.identity)
    }

    /// Journals the ends of intents, where an end is certain and the intent certainly belongs to this account. Who looks at
    /// them does not find them again. A command that does the same does, for some minutes, until it was refused for them.
    pub fn close_in_journal<'a>(&self, unfinished: impl IntoIterator<Item = &'a Unfinished>, told: Told) {
        let reviewed = told == Told::Reader;
        for Unfinished { last, state, .. } in unfinished.into_iter().filter(|open| !(open.reviewed && reviewed)) {
            let Some(event) = state.end().filter(|_| last.is_of_account(&self.identity)) else { continue };
            let message = format!("seen later: {}", state.text());
            let (at, call, parameters, request_id, undo) = ((self.clock)(), None, None, None, None);
            let end = Entry { at, event, call, parameters, request_id, undo, message, reviewed, ..last.clone() };
            // If the journal cannot be written, the intent is found again at the next start.
            let _ = self.journal.append(&end);
        }
    }
}

/// Returns the last call of each intent of an account that has calls but no end, oldest first.
fn without_end(entries: &[Entry], executor: &Executor, now: Timestamp) -> Vec<Open> {
    let here = |e: &&Entry| executor.may_have_made(e);
    let mut open: BTreeMap<&str, Open> = BTreeMap::new();
    for entry in entries.iter().filter(here) {
        let told_again = entry.reviewed && now.duration_since(entry.at) < TOLD_AGAIN;
        match entry.event {
            Event::Done | Event::Failed | Event::Refused if told_again => {
                open.get_mut(entry.id.as_str()).into_iter().for_each(|open| open.reviewed = true);
            }
            Event::Done | Event::Failed | Event::Refused => drop(open.remove(entry.id.as_str())),
            Event::Sending => {
                let before = open.remove(entry.id.as_str());
                let earlier = before.and_then(|before| if before.sent { before.last.call } else { before.earlier });
                open.insert(&entry.id, Open { last: entry.clone(), sent: false, earlier, reviewed: false });
            }
            Event::Sent => open.get_mut(entry.id.as_str()).into_iter().for_each(|open| open.sent = true),
            // These events do not show whether AWS accepted the call.
            Event::Confirmed | Event::Error => {}
        }
    }
    let mut recent: Vec<Open> = open.into_values().filter(|open| now.duration_since(open.last.at) < OLDEST).collect();
    recent.sort_by_key(|open| open.last.at);
    recent
}

/// Describes the remains of a plan that ended before its last call, and what to do with them.
fn cut_after(last: &Entry, call: &str, parameters: &Value, receipt: &Receipt) -> String {
    let Entry { intent, target, .. } = last;
    let made = receipt.arn.as_deref().unwrap_or_default();
    let way_on = AnyIntent::finishing_command(intent, target, parameters).map_or_else(
        || "a new plan makes another one; this one stays".to_owned(),
        |command| format!("finish it with: {command}"),
    );
    format!("it ended after {call}, which made {made}; {target} was not changed; {way_on}")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::aws::{Aws, Target};
    use crate::journal::Journal;

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
            endpoint: None,
            call: Some("sagemaker:UpdateEndpoint".into()),
            parameters: Some(serde_json::json!({"EndpointName": "web", "EndpointConfigName": id})),
            request_id: None,
            undo: None,
            message: String::new(),
            reviewed: false,
        }
    }

    /// Returns the ids of the intents that are open at second 1,000,000.
    fn open(entries: &[Entry]) -> Vec<String> {
        let now = Timestamp::from_second(1_000_000).unwrap();
        let executor = Executor {
            aws: Aws::unconnected(&Target { region: Some("eu-west-1".into()), ..Target::default() }, "nothing is sent"),
            access: Arc::default(),
            lifted: BTreeMap::new(),
            journal: Journal::at("/nowhere".into()),
            identity: ME.into(),
            clock: Arc::new(|| Timestamp::UNIX_EPOCH),
            preferences: Arc::default(),
        };
        let open = without_end(entries, &executor, now).into_iter();
        open.map(|open| if open.reviewed { format!("{}, reviewed", open.last.id) } else { open.last.id }).collect()
    }

    #[test]
    fn an_end_that_somebody_found_is_told_to_a_command_for_some_minutes() {
        let found = |at, reviewed| Entry { reviewed, ..entry(at, "a", Event::Done) };
        let sending = || entry(990_000, "a", Event::Sending);
        assert_eq!(open(&[sending(), found(999_500, true)]), ["a, reviewed"]);
        assert!(open(&[sending(), found(999_000, true)]).is_empty(), "more than 15 min ago");
        assert!(open(&[sending(), found(999_500, true), found(999_600, false)]).is_empty(), "a command was told");
    }

    #[test]
    fn only_intents_that_were_sent_and_have_no_end_are_open() {
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
    fn intents_of_other_accounts_and_old_ones_are_left_alone() {
        let sending = |change: fn(&mut Entry)| {
            let mut entry = entry(999_000, "a", Event::Sending);
            change(&mut entry);
            vec![entry]
        };
        assert_eq!(open(&sending(|_| {})), ["a"]);
        assert_eq!(open(&sending(|e| e.identity = "unknown".into())), ["a"], "it may be ours");
        assert!(open(&sending(|e| e.region = "us-east-1".into())).is_empty());
        assert!(open(&sending(|e| e.endpoint = Some("http://127.0.0.1:1".into()))).is_empty());
        assert!(open(&sending(|e| e.identity = ME.replace("123456789012", "999999999999"))).is_empty());
        assert!(open(&sending(|e| e.at = Timestamp::from_second(1).unwrap())).is_empty());
        let two = [entry(999_500, "late", Event::Sending), entry(999_000, "early", Event::Sending)];
        assert_eq!(open(&two), ["early", "late"]);
    }

    #[test]
    fn a_plan_that_was_cut_says_what_is_left() {
        let parameters = serde_json::json!({"EndpointConfigName": "web-v3"});
        let last = Entry { call: Some("sagemaker:CreateEndpointConfig".into()), ..entry(1, "a", Event::Sending) };
        let call = "sagemaker:CreateEndpointConfig";
        assert_eq!(AnyIntent::of_last_call("rollback", call, &parameters), None, "the endpoint was not touched yet");
        let text = cut_after(&last, call, &parameters, &Receipt::default());
        assert!(text.ends_with("web was not changed; finish it with: sagetop rollback web --to web-v3"), "{text}");
    }
}
