//! What the loop does besides waiting and drawing: plans, calls, the clipboard, the tables for the next run.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{RwLock, mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::{Machine, QUEUE};
use crate::app::{App, Effect, Msg};
use crate::resources::Source;
use crate::resources::poll::Wake;

/// Between two snapshots on disk.
const KEEP_EVERY: Duration = Duration::from_mins(2);
/// Leaving waits so long for calls that are being sent.
const LONGEST_FAREWELL: Duration = Duration::from_secs(40);

/// Carries out effects; the answers come back as messages.
pub(super) struct Hands {
    pub(super) machine: Machine,
    pub(super) answer: mpsc::Sender<Msg>,
    pub(super) wake: watch::Sender<Wake>,
    pub(super) work: JoinSet<()>,
    /// Read-locked by each plan whose calls are being sent.
    sending: Arc<RwLock<()>>,
    /// The tables on their way to the disk.
    pub(super) keeping: JoinSet<()>,
    /// When the tables were kept last.
    kept: Option<Instant>,
}

impl Hands {
    pub(super) fn new(machine: Machine, answer: mpsc::Sender<Msg>, wake: watch::Sender<Wake>) -> Self {
        let (work, sending, keeping) = (JoinSet::new(), Arc::default(), JoinSet::new());
        Self { machine, answer, wake, work, sending, keeping, kept: None }
    }

    /// What is done every second: what the calls amount to, how a drill stands, the tables for the next run.
    pub(super) fn second(&mut self, app: &mut App) {
        self.keep(app, false);
        app.update(Msg::Usage(self.machine.executor.aws.meter.usage()));
        if let Some(drill) = self.machine.drill() {
            app.update(Msg::Drill(drill));
        }
        if let Some(deck) = &self.machine.deck {
            app.update(Msg::Deck(deck.state()));
        }
    }

    /// Lets calls that are being sent come to their end; what AWS does after them needs nobody here.
    pub(super) async fn settle(&mut self) {
        let _ = tokio::time::timeout(LONGEST_FAREWELL, self.sending.write()).await;
    }

    /// Stops the program until somebody lets it go on; what is being sent is sent before.
    pub(super) async fn suspend(&mut self) {
        self.settle().await;
        (self.machine.suspend)().await;
    }

    /// Keeps the tables for the next run, every few minutes and at the end; the loop does not wait for the disk.
    pub(super) fn keep(&mut self, app: &App, now: bool) {
        let Some(snapshot) = self.machine.snapshot.clone() else { return };
        while self.keeping.try_join_next().is_some() {}
        let rested = self.kept.is_none_or(|at| at.elapsed() >= KEEP_EVERY);
        // Half a look would take the place of a whole one.
        if !(now || rested) || !self.keeping.is_empty() || !app.seen.store.sources().iter().all(Source::settled) {
            return;
        }
        self.kept = Some(Instant::now());
        let (store, at) = (app.seen.store.clone(), app.seen.at);
        // A disk that is full takes nothing from what is seen; the next start is a cold one.
        self.keeping.spawn_blocking(move || drop(snapshot.write(&store, at)));
    }

    pub(super) fn perform(&mut self, effect: Effect, app: &App) {
        while self.work.try_join_next().is_some() {}
        let answer = self.answer.clone();
        let mut executor = self.machine.executor.clone();
        match effect {
            // The loop has done what it can about them.
            Effect::Quit | Effect::Suspend | Effect::Replay(_) => {}
            Effect::Refresh => {
                self.wake.send_replace(Wake::default());
            }
            Effect::Copy(text) => (self.machine.copy)(&text),
            Effect::Plan(intent) => {
                self.work.spawn(async move {
                    let plan = intent.plan(&executor).await;
                    let _ = answer.send(Msg::Planned(intent, plan.map(Box::new))).await;
                });
            }
            Effect::Run(plan) => {
                if let Some(me) = app.seen.store.identity.rows().next() {
                    executor.identity.clone_from(&me.arn);
                }
                let sending = self.sending.clone().try_read_owned();
                self.work.spawn(async move {
                    let (tell, mut told) = mpsc::channel(QUEUE);
                    let id = plan.id.clone();
                    let forward = async {
                        while let Some(progress) = told.recv().await {
                            let _ = answer.send(Msg::Progress(id.clone(), progress)).await;
                        }
                    };
                    let work = async {
                        let sent = executor.send(&plan, &tell).await;
                        drop(sending);
                        let outcome = match sent {
                            Ok(receipt) => executor.finish(&plan, &receipt, &tell).await,
                            Err(ended) => ended,
                        };
                        drop(tell);
                        outcome
                    };
                    let (outcome, ()) = tokio::join!(work, forward);
                    let _ = answer.send(Msg::Ended(plan.id.clone(), outcome)).await;
                });
            }
        }
    }
}
