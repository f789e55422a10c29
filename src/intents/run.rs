//! The executor: the only way from a confirmed plan to a call, for the screen and the command line alike.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::sync::mpsc;

use super::{Plan, Receipt, Refusal, Step, Verdict};
use crate::aws::{Aws, AwsError, Kind};
use crate::journal::{Entry, Event, Journal};
use crate::resources::poll::Clock;

/// Between two looks at an end state.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// After so long without an answer the end is left to be looked up.
const BLIND: Duration = Duration::from_mins(10);

/// May anything be changed?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Yes.
    ReadWrite,
    /// No: the flag or the configuration says so.
    ReadOnly,
}

/// What happens while a plan is carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// A call was taken by AWS.
    Sent {
        /// `sagemaker:UpdateEndpoint`, ….
        call: &'static str,
        /// AWS's id of the request.
        request_id: Option<String>,
    },
    /// The end state is not there yet; what it is doing.
    Waiting(String),
}

/// How it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The wanted end state was seen.
    Done(String),
    /// It is not so, and why; what was sent is in the journal.
    Failed(String),
    /// Nothing was sent, and why.
    Refused(String),
}

/// What it takes to make a plan and to carry it out.
#[derive(Clone)]
pub struct Executor {
    /// The account.
    pub aws: Aws,
    /// May anything be changed?
    pub access: Access,
    /// Where it is written down.
    pub journal: Journal,
    /// Who acts, as far as known.
    pub identity: String,
    /// Where "now" comes from.
    pub clock: Clock,
    /// Who deploys what was decided: names of `CodePipeline` pipelines by model package group. Only spoken of.
    pub deployers: BTreeMap<String, Vec<String>>,
}

impl std::fmt::Debug for Executor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Executor")
            .field("access", &self.access)
            .field("identity", &self.identity)
            .finish_non_exhaustive()
    }
}

/// Where it is said that nothing may be changed.
pub(crate) const WHY_READ_ONLY: &str = "--read-only was given, or the configuration says so";

impl Executor {
    /// Carries out a confirmed plan: checks again, writes down, sends once, waits for the end state.
    ///
    /// Dropping it after a call was sent is harmless: AWS goes on, and the journal tells.
    pub async fn run(&self, plan: &Plan, tell: &mpsc::Sender<Progress>) -> Outcome {
        match self.send(plan, tell).await {
            Ok(receipt) => self.finish(plan, &receipt, tell).await,
            Err(ended) => ended,
        }
    }

    /// Checks again, writes down, sends each call once. Must not be dropped in the middle: a plan may have several calls.
    ///
    /// # Errors
    /// The end, when nothing or not everything was taken.
    pub async fn send(&self, plan: &Plan, tell: &mpsc::Sender<Progress>) -> Result<Receipt, Outcome> {
        if let Err(refusal) = self.admit(plan).await {
            let why = refusal.to_string();
            // What was not sent is worth a line, not worth failing for.
            let _ = self.note(plan, Event::Refused, |e| e.message.clone_from(&why));
            return Err(Outcome::Refused(why));
        }
        match self.send_all(plan, tell).await {
            Ok(receipt) => Ok(receipt),
            Err(ended) => Err(self.noted(plan, ended)),
        }
    }

    /// Waits for the end state. Dropping it is harmless: AWS goes on, and the journal tells what was sent.
    pub async fn finish(&self, plan: &Plan, receipt: &Receipt, tell: &mpsc::Sender<Progress>) -> Outcome {
        let outcome = self.wait(plan, receipt, tell).await;
        self.noted(plan, outcome)
    }

    /// Writes down how it ended.
    fn noted(&self, plan: &Plan, outcome: Outcome) -> Outcome {
        let (event, message) = match &outcome {
            Outcome::Done(what) => (Event::Done, what),
            Outcome::Failed(why) => (Event::Failed, why),
            Outcome::Refused(why) => (Event::Refused, why),
        };
        match self.note(plan, event, |e| e.message.clone_from(message)) {
            Ok(()) => outcome,
            Err(error) => Outcome::Failed(format!("{message}; and the journal could not be written: {error}")),
        }
    }

    async fn admit(&self, plan: &Plan) -> Result<(), Refusal> {
        if self.access == Access::ReadOnly {
            return Err(Refusal::No(format!("read-only: {} was not sent; {WHY_READ_ONLY}", plan.intent.name())));
        }
        for guard in &plan.guards {
            guard.check(&self.aws).await?;
        }
        self.note(plan, Event::Confirmed, |e| e.message.clone_from(&plan.title)).map_err(|error| {
            let path = self.journal.path().display();
            Refusal::No(format!("the journal {path} cannot be written ({error}); without it nothing is sent"))
        })
    }

    async fn send_all(&self, plan: &Plan, tell: &mpsc::Sender<Progress>) -> Result<Receipt, Outcome> {
        let mut last = Receipt::default();
        for (place, step) in plan.steps.iter().enumerate() {
            let call = |e: &mut Entry| {
                e.call = Some(step.call().to_owned());
                e.parameters = Some(step.parameters());
            };
            if let Err(error) = self.note(plan, Event::Sending, call) {
                return Err(Outcome::Failed(format!(
                    "the journal cannot be written ({error}); {} was not sent",
                    step.call()
                )));
            }
            match self.make(step).await {
                Ok(receipt) => {
                    let id = receipt.request_id.clone();
                    let _ = self.note(plan, Event::Sent, |e| {
                        (e.call, e.request_id) = (Some(step.call().to_owned()), id.clone());
                    });
                    let _ = tell.send(Progress::Sent { call: step.call(), request_id: id }).await;
                    last = receipt;
                }
                Err(error) => {
                    let message = error.to_string();
                    let _ = self.note(plan, Event::Error, |e| {
                        (e.call, e.request_id) = (Some(step.call().to_owned()), error.request_id.clone());
                        e.message.clone_from(&message);
                    });
                    // No answer is not a no: the last call of a plan may have been taken, and the end state tells.
                    if unanswered(&error) && place + 1 == plan.steps.len() {
                        let _ = tell.send(Progress::Waiting(format!("{message}; looking whether it was done"))).await;
                        return Ok(last);
                    }
                    return Err(Outcome::Failed(Refusal::Aws(error).to_string()));
                }
            }
        }
        Ok(last)
    }

    /// Makes a call. One that AWS recognises by its token is made again when there was no answer.
    async fn make(&self, step: &Step) -> Result<Receipt, AwsError> {
        match step.send(&self.aws).await {
            Err(error) if unanswered(&error) && step.repeatable() => step.send(&self.aws).await,
            answer => answer,
        }
    }

    async fn wait(&self, plan: &Plan, receipt: &Receipt, tell: &mpsc::Sender<Progress>) -> Outcome {
        let sent = tokio::time::Instant::now();
        let mut said = String::new();
        let mut seen = sent;
        loop {
            let waited = sent.elapsed();
            let text = match plan.intent.verify(&self.aws, receipt, waited).await {
                Ok(Verdict::Done(what)) => return Outcome::Done(what),
                Ok(Verdict::Failed(why)) => return Outcome::Failed(why),
                Ok(Verdict::Pending(what)) => {
                    seen = tokio::time::Instant::now();
                    what
                }
                Err(error) if seen.elapsed() >= BLIND => {
                    return Outcome::Failed(format!(
                        "sent, but its end cannot be seen any more: {error}; look in AWS and in the journal"
                    ));
                }
                Err(error) if error.kind.cut_off() || matches!(error.kind, Kind::Throttled | Kind::Other) => {
                    format!("sent, but it cannot be looked at: {error}")
                }
                Err(error) => return Outcome::Failed(format!("sent, but the end state cannot be seen: {error}")),
            };
            if waited >= plan.intent.patience() {
                return Outcome::Failed(format!("no end state in time, the last one was: {text}"));
            }
            if text != said {
                let _ = tell.send(Progress::Waiting(text.clone())).await;
                said = text;
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    fn note(&self, plan: &Plan, event: Event, fill: impl FnOnce(&mut Entry)) -> std::io::Result<()> {
        let mut entry = Entry {
            at: (self.clock)(),
            id: plan.id.clone(),
            event,
            intent: plan.intent.name().to_owned(),
            target: plan.target.clone(),
            identity: self.identity.clone(),
            region: self.aws.region.clone(),
            call: None,
            parameters: None,
            request_id: None,
            message: String::new(),
        };
        fill(&mut entry);
        self.journal.append(&entry)
    }
}

/// Nothing was answered that means no: the call may have been taken.
fn unanswered(error: &AwsError) -> bool {
    !error.answered_no && error.kind != Kind::Unsupported
}
