//! The executor makes plans and carries them out. It is the only way from a confirmed plan to a call, for the screen
//! and the command line alike.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::Instant;

use super::{AccessRules, AnyIntent, Api, Plan, Receipt, Refusal, Step, Verdict, unanswered};
use crate::aws::{Aws, AwsError, ErrorKind, retry_throttled};
use crate::journal::{Entry, Event, Journal, Tail};
use crate::resources::Wishes;
use crate::resources::poll::Clock;

/// Between two looks at an end state.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// While a plan is made, throttled calls are made again for this long; a plan may take a minute in all.
const PATIENCE: Duration = Duration::from_secs(50);

/// After this time without an answer the executor stops waiting for the end state.
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
    /// The end state is not there yet; what AWS is doing.
    Waiting(String),
}

/// How it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The wanted end state is there; what is so now.
    Done(String),
    /// It is not there, and why. The journal has what was sent.
    Failed(String),
    /// Nothing was sent, and why.
    Refused(String),
}

/// Makes plans and carries them out.
#[derive(Clone)]
pub struct Executor {
    /// The account.
    pub aws: Aws,
    /// Decides whether anything may be changed.
    pub access: Arc<AccessRules>,
    /// Where everything is written down.
    pub journal: Journal,
    /// ARN of the caller, as far as it is known.
    pub identity: String,
    /// Tells the time.
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
    /// Makes a plan like [`Self::plan`], and makes throttled calls again for as long as a plan may take. `on_wait` is
    /// told what it waits for.
    ///
    /// # Errors
    /// Those of [`Self::plan`].
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

    /// Makes a plan. Its first warnings are about earlier intents for the same target whose end was never seen.
    ///
    /// # Errors
    /// When AWS does not answer, or when it makes no sense or is not safe.
    pub async fn plan(&self, intent: &AnyIntent) -> Result<Plan, Refusal> {
        let journal = self.read_journal().await;
        let unfinished = self.review(&journal).await;
        let mut plan = intent.plan(self).await?;
        let same = unfinished.iter().filter(|open| open.target == plan.target);
        let first = same.map(|open| format!("{open}.")).chain(self.journal_trouble(&journal));
        plan.warnings.splice(0..0, first);
        Ok(plan)
    }

    /// Says what of the journal cannot be read, as a sentence.
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

    /// Carries out a confirmed plan: checks again, writes down, sends once, waits for the end state.
    ///
    /// Dropping it after a call was sent is harmless: AWS goes on, and the journal has what was sent.
    pub async fn run(&self, plan: &Plan, progress: &mpsc::Sender<Progress>) -> Outcome {
        match self.send(plan, progress).await {
            Ok(receipt) => self.finish(plan, &receipt, progress).await,
            Err(ended) => ended,
        }
    }

    /// Checks again, writes down, sends each call once. Must not be dropped in the middle: a plan may have several
    /// calls.
    ///
    /// # Errors
    /// The end, when nothing or not everything was taken.
    pub async fn send(&self, plan: &Plan, progress: &mpsc::Sender<Progress>) -> Result<Receipt, Outcome> {
        if let Err(refusal) = self.check_again(plan).await {
            let why = refusal.to_string();
            // Nothing was sent, so a journal that cannot be written changes nothing.
            let _ = self.note(plan, Event::Refused, |e| e.message.clone_from(&why));
            return Err(Outcome::Refused(why));
        }
        self.send_steps(plan, progress).await.map_err(|ended| self.note_end(plan, ended))
    }

    /// Waits for the end state. Dropping it is harmless: AWS goes on, and the journal has what was sent.
    pub async fn finish(&self, plan: &Plan, receipt: &Receipt, progress: &mpsc::Sender<Progress>) -> Outcome {
        let outcome = self.wait(plan, receipt, progress).await;
        self.note_end(plan, outcome)
    }

    /// Writes down how a plan ended, and returns that.
    fn note_end(&self, plan: &Plan, outcome: Outcome) -> Outcome {
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

    /// Checks that the plan may be sent and that everything it rests on is still so, and writes down that it was
    /// confirmed.
    async fn check_again(&self, plan: &Plan) -> Result<(), Refusal> {
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
    async fn send_steps(&self, plan: &Plan, progress: &mpsc::Sender<Progress>) -> Result<Receipt, Outcome> {
        let mut last = Receipt::default();
        for step in &plan.steps {
            last = self.send_step(plan, step, progress).await?;
        }
        Ok(last)
    }

    /// Makes one call of a plan. Where there is no answer, it finds out whether AWS took the call.
    async fn send_step(&self, plan: &Plan, step: &Step, progress: &mpsc::Sender<Progress>) -> Result<Receipt, Outcome> {
        let mut answer = self.call(plan, step).await?;
        // AWS takes both calls for one, by their token. Only a success counts: the first call may have been taken
        // whatever the answer to the second one is.
        if answer.as_ref().is_err_and(is_unanswered)
            && step.repeatable()
            && let Ok(Ok(receipt)) = self.call(plan, step).await
        {
            answer = Ok(receipt);
        }
        match answer {
            Ok(receipt) => {
                let request_id = receipt.request_id.clone();
                let _ = progress.send(Progress::Sent { call: step.api(), request_id }).await;
                Ok(receipt)
            }
            Err(error) if is_unanswered(&error) => unanswered::find_effect(step, &self.aws, &error, progress).await,
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
                return Outcome::Failed(format!("no end state in time, the last one was: {text}"));
            }
            if text != last_text {
                let _ = progress.send(Progress::Waiting(text.clone())).await;
                last_text = text;
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

/// May AWS have taken the call all the same? So it may unless it answered no, or was never asked.
fn is_unanswered(error: &AwsError) -> bool {
    !error.answered_no && !error.never_sent
}
