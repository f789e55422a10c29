//! The executor: the only way from a confirmed plan to a call, for the screen and the command line alike.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use super::{AccessRules, AnyIntent, Api, Plan, Receipt, Refusal, Step, Verdict, unanswered};
use crate::aws::{Aws, AwsError, ErrorKind, retry_throttled};
use crate::journal::{Entry, Event, Journal, Tail};
use crate::resources::Wishes;
use crate::resources::poll::Clock;

/// Between two looks at an end state.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// For so long a plan asks again what was answered "too fast"; all in all it may take a minute.
const PATIENCE: Duration = Duration::from_secs(50);

/// After so long without an answer the end is left to be looked up.
const BLIND: Duration = Duration::from_mins(10);

/// What happens while a plan is carried out.
#[derive(Debug, Clone, PartialEq)]
pub enum Progress {
    /// A call was taken by AWS.
    Sent {
        /// `sagemaker:UpdateEndpoint`, ….
        call: Api,
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
    /// Decides whether anything may be changed.
    pub access: Arc<AccessRules>,
    /// Where it is written down.
    pub journal: Journal,
    /// Who acts, as far as known.
    pub identity: String,
    /// Where "now" comes from.
    pub clock: Clock,
    /// What the user configured of models and severities: whose alarms are whose, who deploys what was decided.
    pub wishes: Arc<Wishes>,
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
    /// Plans what somebody wants, and tells what it waits for: calls that are answered "too fast" are made again for as
    /// long as a plan may take.
    ///
    /// # Errors
    /// Those of [`Self::plan`].
    pub async fn plan_aloud(
        &self,
        intent: &AnyIntent,
        tell: impl Fn(String) + Send + Sync + 'static,
    ) -> Result<Plan, Refusal> {
        let told = move |service: &str, pause: Duration| {
            tell(format!("{service} is throttled: asked again in {} s", pause.as_secs()));
        };
        retry_throttled(PATIENCE, told, self.plan(intent)).await
    }

    /// Plans what somebody wants. An earlier intent for the same target whose end was never seen is told first.
    ///
    /// # Errors
    /// When AWS does not answer, or when it makes no sense or is not safe.
    pub async fn plan(&self, intent: &AnyIntent) -> Result<Plan, Refusal> {
        let journal = self.read_journal().await;
        let unfinished = self.review(&journal).await;
        let mut plan = intent.plan(self).await?;
        let same = unfinished.iter().filter(|open| open.target == plan.target);
        let told = same.map(|open| format!("{open}.")).chain(self.journal_trouble(&journal));
        plan.warnings.splice(0..0, told);
        Ok(plan)
    }

    /// Says what of the journal cannot be read, as a sentence: a plan may rest on what it tells.
    fn journal_trouble(&self, journal: &io::Result<Tail>) -> Option<String> {
        let path = self.journal.path().display();
        match journal {
            Ok(Tail { unreadable: 0, .. }) => None,
            Ok(Tail { unreadable, .. }) => Some(format!(
                "{unreadable} lines of the journal {path} cannot be read: what they tell is not known here."
            )),
            Err(error) => {
                Some(format!("The journal {path} cannot be read ({error}): what it tells is not known here."))
            }
        }
    }

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

    /// Asks AWS who calls, where that decides whether anything may be changed.
    async fn caller(&self) -> Option<String> {
        if !self.access.depends_on_identity() {
            return None;
        }
        self.aws.sts.get_caller_identity().send().await.ok()?.arn
    }

    async fn admit(&self, plan: &Plan) -> Result<(), Refusal> {
        let caller = self.caller().await;
        self.access
            .check(caller.as_deref())
            .map_err(|why| Refusal::No(format!("read-only: {} was not sent; {why}", plan.intent.name())))?;
        for guard in &plan.guards {
            guard.check(&self.aws).await?;
        }
        self.note(plan, Event::Confirmed, |e| e.message.clone_from(&plan.title)).map_err(|error| {
            let path = self.journal.path().display();
            Refusal::No(format!("the journal {path} cannot be written ({error}); without it nothing is sent"))
        })
    }

    /// Makes the calls of a plan in their order. The first that is not taken ends it.
    async fn send_all(&self, plan: &Plan, tell: &mpsc::Sender<Progress>) -> Result<Receipt, Outcome> {
        let mut last = Receipt::default();
        for step in &plan.steps {
            last = self.take(plan, step, tell).await?;
        }
        Ok(last)
    }

    /// Makes one call of a plan, and finds out whether it was taken where there was no answer.
    async fn take(&self, plan: &Plan, step: &Step, tell: &mpsc::Sender<Progress>) -> Result<Receipt, Outcome> {
        let mut answer = self.call(plan, step).await?;
        // AWS takes both for one, by their token. Only a clear yes counts: the first call may have been taken whatever
        // is said of the second.
        if answer.as_ref().is_err_and(is_unanswered)
            && step.repeatable()
            && let Ok(Ok(receipt)) = self.call(plan, step).await
        {
            answer = Ok(receipt);
        }
        match answer {
            Ok(receipt) => {
                let request_id = receipt.request_id.clone();
                let _ = tell.send(Progress::Sent { call: step.api(), request_id }).await;
                Ok(receipt)
            }
            Err(error) if is_unanswered(&error) => unanswered::find_effect(step, &self.aws, &error, tell).await,
            Err(error) => Err(Outcome::Failed(Refusal::Aws(error).to_string())),
        }
    }

    /// Writes down that a call is about to be made, makes it once, and writes down what was answered.
    ///
    /// # Errors
    /// The end of the plan when the journal cannot be written: then the call was not made.
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
                Err(error) if error.kind.cut_off() || matches!(error.kind, ErrorKind::Throttled | ErrorKind::Other) => {
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
            endpoint: self.aws.endpoint.clone(),
            call: None,
            parameters: None,
            request_id: None,
            message: String::new(),
        };
        fill(&mut entry);
        self.journal.append(&entry)
    }
}

/// Was there no answer that means no? Then AWS may have taken the call.
fn is_unanswered(error: &AwsError) -> bool {
    !error.answered_no && !error.never_sent
}
