//! The loop's part in a replay: moves the playhead, and wakes the pollers when it passes what was recorded.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use super::{Hands, Inbox, Machine, QUEUE, publish};
use crate::app::{App, Msg, Replay};
use crate::aws::{Deck, Tape};
use crate::resources::poll::{Clock, Pollers, Wake};
use crate::resources::{Seen, Snapshot};

/// The pollers are woken no more often than this, however fast it plays.
const SHORTEST: Duration = Duration::from_millis(200);
/// The position on the screen moves at least this often.
const LONGEST: Duration = Duration::from_secs(1);

impl Machine {
    pub(super) fn tape(&self) -> Option<&Tape> {
        match &self.deck {
            Some(Deck::Playing(tape)) => Some(tape),
            Some(Deck::Recording(_)) | None => None,
        }
    }

    /// Where the pollers take from when they were answered: on a tape that is long ago.
    fn answered(&self) -> Clock {
        match self.tape().cloned() {
            Some(tape) => Arc::new(move || tape.answered_at()),
            None => self.executor.clock.clone(),
        }
    }

    /// New pollers, which know nothing, and what they will bring.
    pub(super) fn pollers(
        &self,
        seen: &watch::Sender<Seen>,
        wake: &watch::Sender<Wake>,
    ) -> (Pollers, mpsc::Receiver<Snapshot>) {
        let (out, snapshots) = mpsc::channel(QUEUE);
        let aws = self.executor.aws.clone();
        (Pollers::new(aws, seen.subscribe(), wake.subscribe(), self.answered(), out), snapshots)
    }

    /// Does to a replay what the operator wants; says whether that went back, so that all must be read anew.
    pub(super) fn replay(&self, what: Replay) -> bool {
        let Some(tape) = self.tape() else { return false };
        let (head, before) = (&tape.playhead, tape.playhead.state());
        match what {
            Replay::Pause => head.pause(!before.paused),
            Replay::Faster => head.hurry(true),
            Replay::Slower => head.hurry(false),
            Replay::To(at) => head.to(at),
            Replay::Step => {
                head.pause(true);
                head.to(tape.reel.after(before.at).unwrap_or(before.end));
            }
            Replay::Back => {
                head.pause(true);
                head.to(tape.reel.before(before.at).unwrap_or(before.begin));
            }
        }
        head.now() < before.at
    }
}

impl Hands {
    /// What was read lies in the future of the position now: all of it is read anew, by new pollers.
    pub(super) fn reread(&self, app: &mut App, seen: &watch::Sender<Seen>, inbox: &mut Inbox) -> Pollers {
        app.rewind();
        publish(seen, app, true);
        inbox.joining = JoinSet::new();
        let (mut pollers, snapshots) = self.machine.pollers(seen, &self.wake);
        inbox.snapshots = snapshots;
        pollers.start();
        pollers
    }

    /// Keeps the screen and the pollers at the position of a replay.
    pub(super) fn follow_tape(&mut self) {
        if let Some(tape) = self.machine.tape() {
            self.work.spawn(follow(tape.clone(), self.wake.clone(), self.answer.clone()));
        }
    }
}

/// Follows the playhead for as long as somebody listens: tells where it is, and wakes the pollers of what is new.
async fn follow(tape: Tape, wake: watch::Sender<Wake>, tell: mpsc::Sender<Msg>) {
    let mut moves = tape.playhead.moves();
    let (mut read, mut before) = (tape.playhead.now(), BTreeSet::new());
    loop {
        let at = tape.playhead.now();
        let news = tape.news(read, at);
        // Who is reading hears only the last call, so everybody is called twice.
        let kinds: Vec<&'static str> = news.union(&before).copied().collect();
        if !kinds.is_empty() {
            wake.send_replace(Wake { kinds });
        }
        (read, before) = (at, news);
        if tell.send(Msg::Deck(Deck::Playing(tape.clone()).state())).await.is_err() {
            return;
        }
        let next = tape.reel.next(at).and_then(|moment| tape.playhead.until(moment));
        let pause = next.map_or(LONGEST, |next| next.clamp(SHORTEST, LONGEST));
        tokio::select! {
            told = moves.changed() => if told.is_err() { return },
            () = tokio::time::sleep(pause) => {}
        }
    }
}
