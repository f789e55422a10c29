//! Carries out effects: plans, calls, the clipboard. Also does the work of every second and of the end.

use std::collections::BTreeMap;
use std::future::pending;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{RwLock, mpsc};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::Instant;

use super::{Input, Machine, QUEUE};
use crate::app::{Account, App, Choices, Effect, Msg, Seen};
use crate::aws::{Usage, caught};
use crate::disk;
use crate::intents::{AnyIntent, ArmedRollback, Executor, Outcome, Plan, Refusal, Told};
use crate::recording::Recorder;
use crate::resources::{AccountId, Kind, Source};
use crate::view::Tone;

/// The time between two snapshots on disk.
const SAVE_EVERY: Duration = Duration::from_mins(2);
/// The time between two looks at the journal.
const REMEMBER_EVERY: Duration = Duration::from_secs(10);
/// The maximum time to wait for calls that are being sent after the terminal is lost: three calls, each with the
/// maximum duration.
const LONGEST_WAIT: Duration = Duration::from_mins(3);

/// Carries out effects. The results return as messages.
pub(super) struct EffectRunner {
    pub(super) machine: Machine,
    pub(super) answer: mpsc::Sender<Msg>,
    pub(super) work: JoinSet<()>,
    /// Each plan whose calls are being sent holds a read lock.
    sending: Arc<RwLock<()>>,
    /// The armed rollbacks that wait, by account and endpoint.
    armed: BTreeMap<(AccountId, String), AbortHandle>,
    /// The time when the journal was last looked at.
    remembered: Option<Instant>,
    /// The state of the journal when it was last read.
    journal: Arc<Mutex<JournalState>>,
    /// The writes of snapshots that are running.
    saving: JoinSet<()>,
    /// The time when snapshots were last written.
    saved: Option<Instant>,
    /// The choices that are in their file.
    kept: Choices,
    /// The number of log entries in the recording.
    pub(super) recorded: u64,
    /// The command that runs in the background. It is stopped when its sender is dropped.
    pub(super) running: Option<(u64, Sender<()>)>,
}

/// The size of the journal, and the identities for which it was read: after a login, an account may be another one.
type JournalState = (u64, Vec<(AccountId, String)>);

impl EffectRunner {
    pub(super) fn new(machine: Machine, answer: mpsc::Sender<Msg>, app: &App) -> Self {
        let (work, sending, saving) = (JoinSet::new(), Arc::default(), JoinSet::new());
        let (armed, kept) = (BTreeMap::new(), app.choices());
        let (remembered, journal) = (None, Arc::default());
        Self {
            machine,
            answer,
            work,
            sending,
            armed,
            remembered,
            journal,
            saving,
            saved: None,
            kept,
            recorded: 0,
            running: None,
        }
    }

    /// Returns the present time, for the screen.
    pub(super) fn tick(&self) -> Msg {
        Msg::Tick((self.machine.clock)())
    }

    /// Updates the state that changes every second: usage, drill, recording. Writes snapshots from time to time.
    pub(super) fn every_second(&mut self, app: &mut App) -> Msg {
        self.save(app, false);
        self.keep_choices(app);
        self.remember(app);
        // A replay shows the recorded usage.
        let calling = AccountId::all().zip(&self.machine.connections).filter(|_| self.machine.replay.is_none());
        for (account, connection) in calling {
            let aws = &connection.executor.aws;
            let usage = Usage { credentials_until: aws.credentials_until(), ..aws.meter.usage() };
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

    /// Waits until calls that are being sent are answered, or until a signal ends the program. AWS carries out an
    /// accepted call without this program.
    pub(super) async fn wait_for_calls(&self, input: &mut mpsc::Receiver<Input>) {
        let signalled = async {
            while let Some(input) = input.recv().await {
                if matches!(input, Input::Leave) {
                    return;
                }
            }
            pending::<()>().await;
        };
        tokio::select! {
            _ = tokio::time::timeout(LONGEST_WAIT, self.sending.write()) => {}
            () = signalled => {}
        }
    }

    /// Keeps what the operator chose since it was last kept. The file is small, so the loop waits for the disk.
    fn keep_choices(&mut self, app: &mut App) {
        let Some(file) = self.machine.choices.as_ref() else { return };
        let choices = app.choices();
        if choices == self.kept {
            return;
        }
        if let Err(why) = file.write(&self.kept, &choices) {
            app.message = Some((Tone::Warn, format!("what is chosen is not kept for the next run: {why}")));
            self.machine.choices = None;
        }
        self.kept = choices;
    }

    /// Keeps what the operator chose, writes snapshots of all accounts, and waits for them.
    pub(super) async fn save_all(&mut self, app: &mut App) {
        self.keep_choices(app);
        self.save(app, true);
        while self.saving.join_next().await.is_some() {}
    }

    /// Writes snapshots for the next run if it is time, or `now`. The loop does not wait for the disk.
    fn save(&mut self, app: &App, now: bool) {
        while self.saving.try_join_next().is_some() {}
        let due = self.saved.is_none_or(|at| at.elapsed() >= SAVE_EVERY);
        // A partial snapshot must not replace a complete one.
        let whole = |account: &&Account| account.observed.store.sources().iter().all(Source::settled);
        if !(now || due) || !self.saving.is_empty() {
            return;
        }
        for account in app.accounts().into_iter().filter(whole) {
            let connection = self.machine.connections.get(account.id.place());
            let Some(snapshot) = connection.and_then(|c| c.snapshot.clone()) else { continue };
            self.saved = Some(Instant::now());
            let (store, at) = (account.observed.store.clone(), account.observed.at);
            let news = app.log.keep(account.id);
            // Without a snapshot, the next start only takes longer.
            let write = move || drop(snapshot.write(&store, &news, at));
            self.saving.spawn_blocking_on(write, &self.machine.background);
        }
    }

    /// Frees something large in the background.
    pub(super) fn drop_later<T: Send + 'static>(&self, large: Option<T>) {
        if let Some(large) = large {
            self.machine.background.spawn_blocking(move || drop(large));
        }
    }

    /// Reads from time to time what the journal knows of all accounts, if its file has changed: others may share it.
    fn remember(&mut self, app: &App) {
        let due = self.remembered.is_none_or(|at| at.elapsed() >= REMEMBER_EVERY);
        if !due || self.machine.replay.is_some() {
            return;
        }
        self.remembered = Some(Instant::now());
        let known = app.accounts().into_iter().filter(|account| account.identity().is_some());
        let executors = known.filter_map(|account| Some((account.id, self.executor(account.id, app)?)));
        let executors: Vec<(AccountId, Executor)> = executors.collect();
        let (answer, journal) = (self.answer.clone(), self.journal.clone());
        let work = move || {
            // All accounts share one journal.
            let Some((_, first)) = executors.first() else { return };
            let identities = executors.iter().map(|(place, executor)| (*place, executor.identity.clone())).collect();
            let state = (first.journal.size(), identities);
            let mut last = journal.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            if *last == state {
                return;
            }
            // A read that failed is tried again at the next look.
            let Ok(lines) = first.newest_lines() else { return };
            *last = state;
            drop(last);
            for (place, executor) in &executors {
                let _ = answer.blocking_send(Msg::Remembered(*place, executor.remembered(&lines)));
            }
        };
        self.saving.spawn_blocking_on(work, &self.machine.background);
    }

    /// Writes a new file in the background, and tells its path.
    pub(super) fn write(&mut self, stem: String, extension: &'static str, text: String) {
        let (folder, answer) = (self.machine.folder.clone(), self.answer.clone());
        let write = move || disk::write_new(&folder, &stem, extension, text.as_bytes());
        let written = self.machine.background.spawn_blocking(write);
        let tell = async move {
            let written = written.await.unwrap_or_else(|why| Err(std::io::Error::other(why)));
            let written = written.map(|path| path.display().to_string()).map_err(|why| why.to_string());
            let _ = answer.send(Msg::Written(written)).await;
        };
        self.work.spawn_on(tell, &self.machine.background);
    }

    /// Returns the executor of an account, with the identity that AWS returned.
    fn executor(&self, account: AccountId, app: &App) -> Option<Executor> {
        let mut executor = self.machine.connections.get(account.place())?.executor.clone();
        if let Some(me) = app.account(account).and_then(Account::identity) {
            executor.identity.clone_from(&me.arn);
        }
        executor.lifted = app.account(account).map(|account| account.lifted.clone()).unwrap_or_default();
        Some(executor)
    }

    pub(super) fn perform(&mut self, effect: Effect, app: &App) {
        while self.work.try_join_next().is_some() {}
        match effect {
            // The loop carries these out.
            Effect::Quit
            | Effect::Suspend
            | Effect::Refresh(_)
            | Effect::Theme(_)
            | Effect::Draw { .. }
            | Effect::Foreground(_)
            | Effect::LogIn(..) => {}
            Effect::Alert(alerts) => self.alert(&alerts, app),
            Effect::Start(ticket, invocation) => self.start(ticket, invocation),
            Effect::Stop(ticket) => self.stop(ticket),
            Effect::Write { stem, extension, text } => self.write(stem, extension, text),
            Effect::Mouse(on) => (self.machine.mouse)(on),
            Effect::Replay(command) => self.command(command),
            Effect::KeepSeen(place, all) => self.keep_seen(place, all),
            Effect::Copy(text) => (self.machine.copy)(&text),
            Effect::Plan(place, intent) => self.plan(place, intent, app),
            Effect::Review(place) => self.review(place, app),
            #[cfg(feature = "iam")]
            Effect::Simulate(place) => self.simulate(place, app),
            Effect::LiftFreeze(place, freeze, reason) => self.lift_freeze(place, freeze, reason, app),
            Effect::Acknowledge(place, about, since, note) => self.acknowledge(place, (about, since, note), app),
            Effect::Arm(place, rollback) => {
                let Some(executor) = self.executor(place, app) else { return };
                self.arm(executor, place, rollback);
            }
            Effect::Disarm(place, endpoint) => {
                if let Some(waiting) = self.armed.remove(&(place, endpoint)) {
                    waiting.abort();
                }
            }
            Effect::Run(place, plan) => {
                let Some(executor) = self.executor(place, app) else { return };
                self.send(executor, *plan);
            }
        }
    }

    /// Keeps what was marked as seen. Without the file, the finding is in the inbox of the next run again.
    fn keep_seen(&mut self, place: AccountId, all: Vec<Seen>) {
        let file = self.machine.connections.get(place.place()).and_then(|connection| connection.seen.clone());
        if let Some(file) = file {
            // Without the file, the finding is in the inbox of the next run again.
            self.saving.spawn_blocking_on(move || drop(file.write(&all)), &self.machine.background);
        }
    }

    /// Plans an intent.
    fn plan(&mut self, place: AccountId, intent: AnyIntent, app: &App) {
        let Some(executor) = self.executor(place, app) else { return };
        let (answer, waits, wanted) = (self.answer.clone(), self.answer.clone(), intent.clone());
        let tell = move |text| drop(waits.try_send(Msg::PlanWaits(place, wanted.clone(), text)));
        let work = async move {
            let plan = caught(executor.plan_patiently(&intent, tell))
                .await
                .unwrap_or_else(|said| Err(Refusal::No(format!("the plan broke off, and nothing was sent: {said}"))));
            if let Ok(plan) = &plan {
                executor.close_in_journal(&plan.left_open, Told::Reader);
            }
            let _ = answer.send(Msg::Planned(place, intent, plan.map(Box::new))).await;
        };
        self.work.spawn_on(work, &self.machine.background);
    }

    /// Finds out what became of intents that an earlier run left unfinished.
    fn review(&mut self, place: AccountId, app: &App) {
        let Some(executor) = self.executor(place, app) else { return };
        let answer = self.answer.clone();
        let work = async move {
            // After a panic nothing is known about these intents, so they stay open in the journal.
            if let Ok(unfinished) = caught(async { executor.review(&executor.read_journal().await).await }).await {
                let _ = answer.send(Msg::Reviewed(place, unfinished)).await;
            }
        };
        self.work.spawn_on(work, &self.machine.background);
    }

    /// Lets IAM simulate the permissions of the caller. If it does not answer, refusals tell.
    #[cfg(feature = "iam")]
    fn simulate(&mut self, place: AccountId, app: &App) {
        let Some(executor) = self.executor(place, app) else { return };
        let answer = self.answer.clone();
        let work = async move {
            if let Ok(Ok(simulation)) = caught(executor.simulate()).await {
                let denied = simulation.certain().map(str::to_owned).collect();
                let _ = answer.send(Msg::Simulated(place, denied)).await;
            }
        };
        self.work.spawn_on(work, &self.machine.background);
    }

    /// Journals that a freeze is lifted.
    fn lift_freeze(&mut self, place: AccountId, freeze: String, reason: String, app: &App) {
        let Some(executor) = self.executor(place, app) else { return };
        let answer = self.answer.clone();
        let work = move || {
            let noted = executor.note_override(&freeze, &reason).map_err(|error| error.to_string());
            let _ = answer.blocking_send(Msg::FreezeLifted(place, freeze, noted));
        };
        self.work.spawn_blocking_on(work, &self.machine.background);
    }

    /// Journals that somebody takes care of something, or no longer.
    fn acknowledge(
        &mut self,
        place: AccountId,
        (about, since, note): ((Kind, String), Timestamp, Option<String>),
        app: &App,
    ) {
        let Some(executor) = self.executor(place, app) else { return };
        let answer = self.answer.clone();
        let work = move || {
            let noted = executor.acknowledge(&about, since, note.as_deref());
            let noted = noted.map(|()| note.is_some()).map_err(|error| error.to_string());
            if let Ok(lines) = executor.newest_lines() {
                let _ = answer.blocking_send(Msg::Remembered(place, executor.remembered(&lines)));
            }
            let _ = answer.blocking_send(Msg::Acknowledged(noted));
        };
        self.work.spawn_blocking_on(work, &self.machine.background);
    }

    /// Waits until the endpoint of a rollback can be changed, and plans it.
    fn arm(&mut self, executor: Executor, place: AccountId, rollback: ArmedRollback) {
        let (answer, endpoint) = (self.answer.clone(), rollback.endpoint.clone());
        let work = async move {
            let planned = caught(executor.plan_when_steady(&rollback, |_| {})).await;
            let planned = planned.unwrap_or_else(|said| Err(Refusal::No(format!("the waiting broke off: {said}"))));
            let _ = answer.send(Msg::Steady(place, rollback.endpoint, planned.map(Box::new))).await;
        };
        let waiting = self.work.spawn_on(work, &self.machine.background);
        // An earlier one can be of another account, before a login.
        if let Some(earlier) = self.armed.insert((place, endpoint), waiting) {
            earlier.abort();
        }
    }

    /// Sends a plan and waits for its end. Its progress returns as messages.
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
