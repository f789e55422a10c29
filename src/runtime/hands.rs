//! What the loop does besides waiting and drawing: plans, calls, the clipboard, the tables for the next run.

use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{RwLock, mpsc};
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::{Input, Machine, QUEUE};
use crate::app::{Account, App, Effect, Msg};
use crate::aws::caught;
use crate::intents::{Executor, Outcome, Plan, Refusal};
use crate::recording::Recorder;
use crate::resources::{AccountId, Source};

/// Between two snapshots on disk.
const KEEP_EVERY: Duration = Duration::from_mins(2);
/// Without a terminal the program waits this long for calls that are being sent: a plan of three calls, each of them as
/// slow as a call may be.
const LONGEST_FAREWELL: Duration = Duration::from_mins(3);

/// Carries out effects; the answers come back as messages.
pub(super) struct Hands {
    pub(super) machine: Machine,
    pub(super) answer: mpsc::Sender<Msg>,
    pub(super) work: JoinSet<()>,
    /// Read-locked by each plan whose calls are being sent.
    sending: Arc<RwLock<()>>,
    /// The tables on their way to the disk.
    keeping: JoinSet<()>,
    /// When the tables were kept last.
    kept: Option<Instant>,
    /// How many entries of the activity are in the recording.
    pub(super) recorded: u64,
}

impl Hands {
    pub(super) fn new(machine: Machine, answer: mpsc::Sender<Msg>) -> Self {
        let (work, sending, keeping) = (JoinSet::new(), Arc::default(), JoinSet::new());
        Self { machine, answer, work, sending, keeping, kept: None, recorded: 0 }
    }

    /// What time it is, for the screen.
    pub(super) fn tick(&self) -> Msg {
        Msg::Tick((self.machine.clock)())
    }

    /// What is done every second: what the calls amount to, how a drill stands, the tables for the next run.
    pub(super) fn second(&mut self, app: &mut App) -> Msg {
        self.keep(app, false);
        // A recording has the calls that were made then.
        let calling = AccountId::all().zip(&self.machine.connections).filter(|_| self.machine.replay.is_none());
        for (account, connection) in calling {
            let usage = connection.executor.aws.meter.usage();
            if let Some(recorder) = &self.machine.recorder {
                recorder.used(account, &usage);
            }
            app.update(Msg::Usage(account, usage));
        }
        if let Some(drill) = self.machine.drill() {
            app.update(Msg::Drill(drill));
        }
        if let Some(status) = self.machine.recorder.as_ref().map(Recorder::status) {
            app.update(Msg::Recording(status));
        }
        self.tick()
    }

    /// Waits until calls that are being sent are answered, or until a signal says to leave. The terminal is gone, so
    /// nobody can be told. What AWS does after the calls does not need this program.
    pub(super) async fn settle(&self, input: &mut mpsc::Receiver<Input>) {
        let told_to_leave = async {
            while let Some(input) = input.recv().await {
                if matches!(input, Input::Leave) {
                    return;
                }
            }
            pending::<()>().await;
        };
        tokio::select! {
            _ = tokio::time::timeout(LONGEST_FAREWELL, self.sending.write()) => {}
            () = told_to_leave => {}
        }
    }

    /// What is done at the end: the tables are kept.
    pub(super) async fn leave(&mut self, app: &App) {
        self.keep(app, true);
        while self.keeping.join_next().await.is_some() {}
    }

    /// Keeps the tables for the next run, every few minutes and at the end; the loop does not wait for the disk.
    fn keep(&mut self, app: &App, now: bool) {
        while self.keeping.try_join_next().is_some() {}
        let rested = self.kept.is_none_or(|at| at.elapsed() >= KEEP_EVERY);
        // Half a look would take the place of a whole one.
        let whole = |account: &&Account| account.seen.store.sources().iter().all(Source::settled);
        if !(now || rested) || !self.keeping.is_empty() {
            return;
        }
        for account in app.accounts().into_iter().filter(whole) {
            let kept = self.machine.connections.get(account.id.place()).and_then(|c| c.snapshot.clone());
            let Some(snapshot) = kept else { continue };
            self.kept = Some(Instant::now());
            let (store, at) = (account.seen.store.clone(), account.seen.at);
            let news = app.feed.keep(account.id);
            // A disk that is full takes nothing from what is seen; the next start is a cold one.
            let write = move || drop(snapshot.write(&store, &news, at));
            self.keeping.spawn_blocking_on(write, &self.machine.background);
        }
    }

    /// Frees something large where nobody waits for it.
    pub(super) fn free<T: Send + 'static>(&self, large: Option<T>) {
        if let Some(large) = large {
            self.machine.background.spawn_blocking(move || drop(large));
        }
    }

    /// The executor of an account, which acts as whoever AWS says we are.
    fn executor(&self, account: AccountId, app: &App) -> Option<Executor> {
        let mut executor = self.machine.connections.get(account.place())?.executor.clone();
        if let Some(me) = app.account(account).and_then(Account::identity) {
            executor.identity.clone_from(&me.arn);
        }
        Some(executor)
    }

    pub(super) fn perform(&mut self, effect: Effect, app: &App) {
        while self.work.try_join_next().is_some() {}
        match effect {
            // The loop has done what it can about them.
            Effect::Quit | Effect::Suspend | Effect::Refresh(_) => {}
            Effect::Replay(command) => self.command(command),
            Effect::Copy(text) => (self.machine.copy)(&text),
            Effect::Plan(place, intent) => {
                let Some(executor) = self.executor(place, app) else { return };
                let answer = self.answer.clone();
                let (waits, wanted) = (self.answer.clone(), intent.clone());
                let tell = move |text| drop(waits.try_send(Msg::PlanWaits(place, wanted.clone(), text)));
                let work = async move {
                    let plan = caught(executor.plan_patiently(&intent, tell)).await.unwrap_or_else(|said| {
                        Err(Refusal::No(format!("the plan broke off, and nothing was sent: {said}")))
                    });
                    let _ = answer.send(Msg::Planned(place, intent, plan.map(Box::new))).await;
                };
                self.work.spawn_on(work, &self.machine.background);
            }
            Effect::Review(place) => {
                let Some(executor) = self.executor(place, app) else { return };
                let answer = self.answer.clone();
                let work = async move {
                    // After a panic nothing is known of these intents; they stay open in the journal.
                    if let Ok(unfinished) =
                        caught(async { executor.review(&executor.read_journal().await).await }).await
                    {
                        let _ = answer.send(Msg::Reviewed(place, unfinished)).await;
                    }
                };
                self.work.spawn_on(work, &self.machine.background);
            }
            Effect::Run(place, plan) => {
                let Some(executor) = self.executor(place, app) else { return };
                self.send(executor, *plan);
            }
        }
    }

    /// Sends a plan and waits for its end; what happens comes as messages.
    fn send(&mut self, executor: Executor, plan: Plan) {
        let answer = self.answer.clone();
        let sending = self.sending.clone().try_read_owned();
        let work = async move {
            let (tell, mut told) = mpsc::channel(QUEUE);
            let id = plan.id.clone();
            let forward = async {
                while let Some(progress) = told.recv().await {
                    let _ = answer.send(Msg::Progress(id.clone(), progress)).await;
                }
            };
            let work = async {
                let sent = caught(executor.send(&plan, &tell)).await;
                drop(sending);
                let _ = answer.send(Msg::AllSent(plan.id.clone())).await;
                let outcome = match sent {
                    Ok(Ok(receipt)) => caught(executor.finish(&plan, &receipt, &tell)).await,
                    Ok(Err(ended)) => Ok(ended),
                    Err(said) => Err(said),
                };
                drop(tell);
                outcome.unwrap_or_else(|said| {
                    Outcome::Failed(format!("the work broke off, look at what was done: {said}"))
                })
            };
            let (outcome, ()) = tokio::join!(work, forward);
            let _ = answer.send(Msg::Ended(plan.id.clone(), outcome)).await;
        };
        self.work.spawn_on(work, &self.machine.background);
    }
}
