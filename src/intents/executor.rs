//! The executor makes plans and carries them out. It is the only way from a confirmed plan to a call, for the screen
//! and the command line alike.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::{AccessRules, AnyIntent, Api, Plan, Receipt, Refusal, Step, Verdict, unanswered};
use crate::aws::{Aws, AwsError, ErrorKind, retry_throttled};
use crate::journal::{Entry, Event, Journal, Tail};
use crate::resources::Preferences;
use crate::resources::poll::Clock;

/// The time between two looks at an end state.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// The time for which throttled calls are retried while a plan is made. The whole plan may take a minute.
const PATIENCE: Duration = Duration::from_secs(50);

/// The time without an answer after which the executor stops waiting for the end state.
const BLIND: Duration = Duration::from_mins(10);

/// The events while a plan is carried out.
#[derive(Debug, Clone, PartialEq)]
pub enum Progress {
    /// AWS accepted a call.
    Sent {
        /// `sagemaker:UpdateEndpoint`, ….
        call: Api,
        /// The id that AWS gave the request.
        request_id: Option<String>,
    },
    /// The end state is not reached yet; the text is what AWS is doing.
    Waiting(String),
    /// The caller may not make a call.
    Denied(Api),
}

/// The end of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The wanted end state is reached; the text is the new state.
    Done(String),
    /// The end state was not reached; the text is the reason. The journal contains the calls that were sent.
    Failed(String),
    /// The plan was refused, so nothing was sent. The text says why.
    Refused(String),
    /// AWS accepted the calls and still works on them, and nobody waits any longer; the text is what it is doing. The
    /// journal has no end, so the next start tells it.
    Open(String),
}

/// The part that makes plans and carries them out.
#[derive(Clone)]
pub struct Executor {
    /// The account.
    pub aws: Aws,
    /// The rules that decide whether anything may be changed.
    pub access: Arc<AccessRules>,
    /// The freezes that the operator lifted, by name, and up to when. A weekly freeze is in force again in the next week.
    pub lifted: BTreeMap<String, Timestamp>,
    /// The journal of all plans and calls.
    pub journal: Journal,
    /// The ARN of the caller, if it is known.
    pub identity: String,
    /// The source of the time.
    pub clock: Clock,
    /// The user's settings of models and severities: the owners of alarms, and the pipelines that deploy decided
    /// versions.
    pub preferences: Arc<Preferences>,
}

impl std::fmt::Debug for Executor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Executor")
            .field("access", &self.access)
            .field("identity", &self.identity)
            .finish_non_exhaustive()
    }
}

impl Executor {
    /// Makes a plan like [`Self::plan`], and retries throttled calls for as long as a plan may take. Calls `on_wait`
    /// before each wait.
    ///
    /// # Errors
    /// Returns why nothing can be changed, as [`Self::plan`] does.
    pub async fn plan_patiently(
        &self,
        intent: &AnyIntent,
        on_wait: impl Fn(String) + Send + Sync + 'static,
    ) -> Result<Plan, Refusal> {
        let on_throttled = move |service: &str, pause: Duration| {
            on_wait(format!("{service} is throttled: asked again in {} s", pause.as_secs()));
        };
        retry_throttled(PATIENCE, on_throttled, self.plan(intent)).await
    }

    /// Makes a plan. Its first warnings are that it may only be read, freezes, and earlier intents for the same target
    /// whose end was not seen. Who shows the plan closes these in the journal: [`Self::close_in_journal`].
    ///
    /// # Errors
    /// When AWS does not answer, or when the intent makes no sense or is not safe.
    pub async fn plan(&self, intent: &AnyIntent) -> Result<Plan, Refusal> {
        let journal = self.read_journal().await;
        let unfinished = self.look_again(&journal).await;
        let mut plan = intent.plan(self).await?;
        plan.left_open = unfinished.into_iter().filter(|open| open.target() == plan.target).collect();
        let freezes = self.warn_of_freezes(&mut plan).await;
        let first = plan.left_open.iter().map(|open| format!("{open}.")).chain(self.journal_trouble(&journal));
        let first: Vec<String> = freezes.into_iter().chain(first).collect();
        plan.warnings.splice(0..0, first);
        self.note_access(&mut plan);
        Ok(plan)
    }

    /// Describes the part of the journal that cannot be read, as a sentence.
    fn journal_trouble(&self, journal: &io::Result<Tail>) -> Option<String> {
        let path = self.journal.path().display();
        match journal {
            Ok(Tail { unreadable: 0, .. }) => None,
            Ok(Tail { unreadable, .. }) => Some(format!(
                "{unreadable} lines of the journal {path} cannot be read: their contents are not known here."
            )),
            Err(error) => {
                Some(format!("The journal {path} cannot be read ({error}): its contents are not known here."))
            }
        }
    }

    /// Carries out a confirmed plan: checks it again, journals it, sends each call once, and waits for the end state.
    ///
    /// The future may be dropped after a call was sent: AWS goes on, and the journal contains the call.
    pub async fn run(&self, plan: &Plan, progress: &mpsc::Sender<Progress>) -> Outcome {
        match self.send(plan, progress).await {
            Ok(receipt) => self.finish(plan, &receipt, progress).await,
            Err(ended) => ended,
        }
    }

    /// Checks the plan again, journals it, and sends each call once. The future must not be dropped in the middle,
    /// because a plan may have several calls.
    ///
    /// # Errors
    /// The end of the plan, if AWS did not accept all calls.
    pub async fn send(&self, plan: &Plan, progress: &mpsc::Sender<Progress>) -> Result<Receipt, Outcome> {
        if let Err(refusal) = self.check_again(plan).await {
            let why = refusal.to_string();
            // Nothing was sent, so an error of the journal does no harm.
            let _ = self.note(plan, Event::Refused, |e| e.message.clone_from(&why));
            return Err(Outcome::Refused(why));
        }
        self.send_steps(plan, progress).await.map_err(|ended| self.note_end(plan, ended))
    }

    /// Waits for the end state. The future may be dropped: AWS goes on, and the journal contains the calls.
    pub async fn finish(&self, plan: &Plan, receipt: &Receipt, progress: &mpsc::Sender<Progress>) -> Outcome {
        let outcome = self.wait(plan, receipt, progress).await;
        self.note_end(plan, outcome)
    }

    /// Journals the end of a plan, if it has one, and returns it.
    fn note_end(&self, plan: &Plan, outcome: Outcome) -> Outcome {
        let (event, message) = match &outcome {
            Outcome::Done(what) => (Event::Done, what),
            Outcome::Failed(why) => (Event::Failed, why),
            Outcome::Refused(why) => (Event::Refused, why),
            Outcome::Open(_) => return outcome,
        };
        match self.note(plan, event, |e| e.message.clone_from(message)) {
            Ok(()) => outcome,
            Err(error) => Outcome::Failed(format!("{message}; and the journal could not be written: {error}")),
        }
    }

    /// Gets the identity of the caller from AWS, if it decides whether anything may be changed.
    async fn caller(&self) -> Option<String> {
        if !self.access.depends_on_identity() {
            return None;
        }
        self.aws.sts.get_caller_identity().send().await.ok()?.arn
    }

    /// Checks that the plan may be sent and that its guards still hold, and journals the confirmation.
    async fn check_again(&self, plan: &Plan) -> Result<(), Refusal> {
        let caller = self.caller().await;
        self.access
            .check(caller.as_deref())
            .map_err(|why| Refusal::No(format!("read-only: {} was not sent; {why}", plan.intent.name())))?;
        self.access
            .check_stage(&plan.stage)
            .map_err(|why| Refusal::No(format!("read-only: {} was not sent; {why}", plan.intent.name())))?;
        let lifted = self.check_freezes(plan.intent.name(), &plan.stage, caller.as_deref()).await?;
        for guard in &plan.guards {
            guard.check(&self.aws).await?;
        }
        let confirmed = |e: &mut Entry| {
            e.message = format!("{}{lifted}", plan.title);
            e.undo = plan.inverse.as_deref().and_then(AnyIntent::arguments);
        };
        self.note(plan, Event::Confirmed, confirmed).map_err(|error| {
            let path = self.journal.path().display();
            Refusal::No(format!("the journal {path} cannot be written ({error}); without it nothing is sent"))
        })
    }

    /// Makes the calls of a plan in their order. The first call that fails ends the plan.
    async fn send_steps(&self, plan: &Plan, progress: &mpsc::Sender<Progress>) -> Result<Receipt, Outcome> {
        let mut last = Receipt::default();
        for (sent, step) in plan.steps.iter().enumerate() {
            if sent > 0 {
                self.check_before(plan, step, sent).await?;
            }
            last = self.send_step(plan, step, progress).await?;
        }
        Ok(last)
    }

    /// Checks the guards of the version that a later step changes: the calls before it took time.
    async fn check_before(&self, plan: &Plan, step: &Step, sent: usize) -> Result<(), Outcome> {
        for guard in plan.guards.iter().filter(|guard| guard.is_of(step)) {
            guard
                .check(&self.aws)
                .await
                .map_err(|why| Outcome::Failed(format!("ended after {sent} of {} calls: {why}", plan.steps.len())))?;
        }
        Ok(())
    }

    /// Makes one call of a plan. If there is no answer, finds out whether AWS accepted the call.
    async fn send_step(&self, plan: &Plan, step: &Step, progress: &mpsc::Sender<Progress>) -> Result<Receipt, Outcome> {
        let since = (self.clock)();
        let mut answer = self.call(plan, step).await?;
        // AWS treats the two calls as one because of their token. Only a success counts: the first call may have been
        // accepted, whatever the answer to the second one is.
        if answer.as_ref().is_err_and(is_unanswered)
            && step.repeatable()
            && let Ok(Ok(receipt)) = self.call(plan, step).await
        {
            answer = Ok(receipt);
        }
        match answer {
            Ok(receipt) => Ok(accepted(step, receipt, progress).await),
            Err(error) if is_unanswered(&error) => {
                let receipt = unanswered::find_effect(step, since, &self.aws, &error, progress).await?;
                let found = |e: &mut Entry| {
                    e.call = Some(step.api().to_string());
                    "there was no answer, and its effect is in AWS".clone_into(&mut e.message);
                };
                // The call was made; a journal error must not turn it into a failure.
                let _ = self.note(plan, Event::Sent, found);
                Ok(accepted(step, receipt, progress).await)
            }
            Err(error) => {
                if error.kind == ErrorKind::Denied {
                    let _ = progress.send(Progress::Denied(step.api())).await;
                }
                Err(Outcome::Failed(Refusal::Aws(error).to_string()))
            }
        }
    }

    /// Journals that a call is about to be made, makes it once, and journals the answer.
    ///
    /// # Errors
    /// The end of the plan if the journal cannot be written. Then the call was not made.
    async fn call(&self, plan: &Plan, step: &Step) -> Result<Result<Receipt, AwsError>, Outcome> {
        let about = |e: &mut Entry| {
            e.call = Some(step.api().to_string());
            e.parameters = Some(step.parameters().clone());
        };
        self.note(plan, Event::Sending, about).map_err(|error| {
            Outcome::Failed(format!("the journal cannot be written ({error}); {} was not sent", step.api()))
        })?;
        let answer = step.send(&self.aws).await;
        let (event, request_id, message) = match &answer {
            Ok(receipt) => (Event::Sent, receipt.request_id.clone(), String::new()),
            Err(error) => (Event::Error, error.request_id.clone(), error.to_string()),
        };
        // The call was made; a journal error must not turn it into a failure.
        let _ = self.note(plan, event, |e| {
            (e.call, e.request_id, e.message) = (Some(step.api().to_string()), request_id, message);
        });
        Ok(answer)
    }

    async fn wait(&self, plan: &Plan, receipt: &Receipt, progress: &mpsc::Sender<Progress>) -> Outcome {
        let sent = Instant::now();
        let mut last_text = String::new();
        let mut last_answer = sent;
        loop {
            let waited = sent.elapsed();
            let text = match plan.intent.verify(&self.aws, receipt, waited).await {
                Ok(Verdict::Done(what)) => return Outcome::Done(what),
                Ok(Verdict::Failed(why)) => return Outcome::Failed(why),
                Ok(Verdict::Pending(what)) => {
                    last_answer = Instant::now();
                    what
                }
                Err(error) if last_answer.elapsed() >= BLIND => {
                    return Outcome::Failed(format!(
                        "sent, but its outcome can no longer be read: {error}; look in AWS and in the journal"
                    ));
                }
                Err(error) if error.kind.cut_off() || matches!(error.kind, ErrorKind::Throttled | ErrorKind::Other) => {
                    format!("sent, but it cannot be read: {error}")
                }
                Err(error) => return Outcome::Failed(format!("sent, but the end state cannot be read: {error}")),
            };
            if waited >= plan.intent.patience() {
                let minutes = waited.as_secs() / 60;
                return Outcome::Open(format!("no end was seen in {minutes} min, and AWS goes on: {text}"));
            }
            if text != last_text {
                let _ = progress.send(Progress::Waiting(text.clone())).await;
                last_text = text;
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    fn note(&self, plan: &Plan, event: Event, fill: impl FnOnce(&mut Entry)) -> std::io::Result<()> {
        let mut entry = self.entry(plan.id.clone(), event, plan.intent.name(), &plan.target);
        fill(&mut entry);
        self.journal.append(&entry)
    }

    /// Makes a line of the journal about no call.
    pub(super) fn entry(&self, id: String, event: Event, intent: &str, target: &str) -> Entry {
        Entry {
            at: (self.clock)(),
            id,
            event,
            intent: intent.to_owned(),
            target: target.to_owned(),
            identity: self.identity.clone(),
            region: self.aws.region.clone(),
            endpoint: self.aws.endpoint.clone(),
            call: None,
            parameters: None,
            request_id: None,
            undo: None,
            message: String::new(),
            reviewed: false,
        }
    }
}

/// Tells that AWS accepted a call, and returns its answer.
async fn accepted(step: &Step, receipt: Receipt, progress: &mpsc::Sender<Progress>) -> Receipt {
    let request_id = receipt.request_id.clone();
    let _ = progress.send(Progress::Sent { call: step.api(), request_id }).await;
    receipt
}

/// Returns whether AWS may have accepted the call nevertheless: it did not refuse, and the call left this machine.
fn is_unanswered(error: &AwsError) -> bool {
    !error.answered_no && !error.never_sent
}
