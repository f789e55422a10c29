//! The loop's part in a replay: moves the playhead, and wakes the pollers when it passes what was recorded.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use super::{Hands, Inbox, Machine, Watch};
use crate::app::{App, Msg, Replay};
use crate::aws::{Deck, OnDeck, Tape};
use crate::resources::poll::{Clock, Wake};
use crate::resources::{AccountId, Kind};

/// The pollers are woken no more often than this, however fast it plays.
const SHORTEST: Duration = Duration::from_millis(200);
/// The position on the screen moves at least this often.
const LONGEST: Duration = Duration::from_secs(1);

impl Machine {
    /// What is replayed, account by account.
    fn tapes(&self) -> &[Tape] {
        match &self.deck {
            Some(Deck::Playing(tapes)) => tapes,
            Some(Deck::Recording(_)) | None => &[],
        }
    }

    /// Where the pollers of an account take from when they were answered: on a tape that is long ago.
    pub(super) fn answered(&self, account: AccountId) -> Clock {
        match self.tapes().get(account.place()).cloned() {
            Some(tape) => Arc::new(move || tape.answered_at()),
            None => self.clock.clone(),
        }
    }
}

impl Hands {
    /// Does to a replay what the operator wants; says whether that went back, so that all must be read anew.
    pub(super) fn replay(&self, what: Replay) -> bool {
        let Some(tape) = self.machine.tapes().first() else { return false };
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

    /// Keeps the screen and the pollers at the position of a replay.
    pub(super) fn follow_tapes(&mut self, watches: &[Watch]) {
        for (tape, watch) in self.machine.tapes().iter().zip(watches) {
            let follow = follow(tape.clone(), watch.waker(), self.answer.clone());
            self.work.spawn_on(follow, &self.machine.background);
        }
    }
}

/// What was read lies in the future of the position now: all of it is read anew, by new pollers.
pub(super) fn reread(app: &mut App, watches: &mut [Watch], inbox: &mut Inbox) {
    app.rewind();
    inbox.joining = JoinSet::new();
    for watch in watches {
        watch.renew(app);
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
        let kinds: Vec<Kind> = news.union(&before).copied().filter_map(Kind::named).collect();
        if !kinds.is_empty() {
            wake.send_replace(Wake { kinds });
        }
        (read, before) = (at, news);
        if tell.send(Msg::Deck(OnDeck::Playing(tape.state()))).await.is_err() {
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
