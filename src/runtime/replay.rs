//! The tasks of the loop in a recording and in a replay.

use std::time::Duration;

use tokio::sync::mpsc;

use super::EffectRunner;
use crate::app::{Account, App, Msg, ReplayCommand};
use crate::recording::{AccountState, Played, Player, Replay};

/// The minimum time between two updates of the screen, at any speed.
const SHORTEST: Duration = Duration::from_millis(50);
/// The maximum time between two updates of the position on the screen.
const LONGEST: Duration = Duration::from_secs(1);

impl EffectRunner {
    /// Records the events since the last call, or the whole state if a key frame is due. Polls are recorded when they
    /// are accepted.
    pub(super) fn record(&mut self, app: &App) {
        let Some(recorder) = &self.machine.recorder else { return };
        let count = app.log.count();
        if recorder.wants_key_frame() {
            let state = |account: &Account| {
                let (store, usage) = (account.observed.store.clone(), account.usage.clone());
                AccountState { store, events: app.log.keep(account.id), usage }
            };
            recorder.key_frame(app.accounts().into_iter().map(state).collect());
        } else if count > self.recorded {
            app.log.since(self.recorded).for_each(|(account, event)| recorder.happened(account, event));
        }
        self.recorded = count;
    }

    /// Carries out a command to the replay.
    pub(super) fn command(&self, command: ReplayCommand) {
        let Some(Replay { recording, playhead }) = &self.machine.replay else { return };
        let at = playhead.now();
        match command {
            ReplayCommand::Pause => playhead.toggle(),
            ReplayCommand::Faster => playhead.hurry(true),
            ReplayCommand::Slower => playhead.hurry(false),
            ReplayCommand::To(at) => playhead.to(at),
            ReplayCommand::Step => {
                playhead.pause();
                playhead.to(recording.after(at).unwrap_or(recording.end));
            }
            ReplayCommand::Back => {
                playhead.pause();
                playhead.to(recording.before(at).unwrap_or(recording.begin));
            }
        }
    }

    /// Starts to play the recording, if there is one.
    pub(super) fn play(&mut self) {
        if let Some(replay) = self.machine.replay.clone() {
            self.work.spawn_on(play(replay, self.answer.clone()), &self.machine.background);
        }
    }
}

/// Follows the playhead until the receiver is gone.
async fn play(replay: Replay, out: mpsc::Sender<Msg>) {
    let Replay { recording, playhead } = &replay;
    let mut player = Player::new(recording.clone());
    let mut moves = playhead.moves();
    let (mut jumps, mut before) = (None, None);
    loop {
        moves.mark_unchanged();
        // Read the count before the position, so that a jump in between is noticed in the next round.
        let count = playhead.jumps();
        let jumped = jumps.replace(count) != Some(count);
        let status = replay.status();
        let recorded = if jumped { player.seek(status.at) } else { player.play(status.at) };
        let step = jumped && before.is_some() && recording.is_moment(status.at);
        if jumped || !recorded.is_empty() || before != Some(status) {
            before = Some(status);
            if out.send(Msg::Played(Box::new(Played { status, recorded, step }))).await.is_err() {
                return;
            }
        }
        let next = playhead.until(player.next().unwrap_or(recording.end));
        let pause = next.map_or(LONGEST, |next| next.clamp(SHORTEST, LONGEST));
        tokio::select! {
            alive = moves.changed() => if alive.is_err() { return },
            () = tokio::time::sleep(pause) => {}
        }
    }
}
