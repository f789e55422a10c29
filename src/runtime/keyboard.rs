//! Keys and sizes from the real terminal, and the signals that say to leave.

#[cfg(unix)]
mod tty;

use std::pin::pin;
use std::thread;

use crossterm::event::{self, Event};
use tokio::sync::mpsc;

use super::QUEUE;

/// What is typed; the channel closes when the terminal goes away or a signal says to leave.
pub(super) fn keyboard() -> mpsc::Receiver<Event> {
    let (events, input) = mpsc::channel(QUEUE);
    // Listened to from here on, not from when the task has its first turn: by then the first frame stands.
    let (mut typed, told) = (Typed::new(), told_to_leave());
    tokio::spawn(async move {
        let mut told = pin!(told);
        loop {
            let event = tokio::select! {
                event = typed.next() => event,
                () = &mut told => None,
            };
            let Some(event) = event else { return };
            if events.send(event).await.is_err() {
                return;
            }
        }
    });
    input
}

/// Who reads the terminal.
enum Typed {
    /// The thread that draws: a key has not to wait for another thread to wake up.
    #[cfg(unix)]
    Here(tty::Tty),
    /// A thread of its own, where a terminal cannot be waited for together with all else. It ends with the program.
    There(mpsc::Receiver<Event>),
}

impl Typed {
    fn new() -> Self {
        #[cfg(unix)]
        if let Ok(tty) = tty::Tty::new() {
            return Self::Here(tty);
        }
        let (typed, keys) = mpsc::channel(QUEUE);
        thread::spawn(move || while event::read().is_ok_and(|event| typed.blocking_send(event).is_ok()) {});
        Self::There(keys)
    }

    /// What comes next; nothing when the terminal is gone.
    async fn next(&mut self) -> Option<Event> {
        match self {
            #[cfg(unix)]
            Self::Here(tty) => tty.next().await,
            Self::There(keys) => keys.recv().await,
        }
    }
}

#[cfg(unix)]
fn told_to_leave() -> impl Future<Output = ()> {
    use tokio::signal::unix::{SignalKind, signal};
    let signals = [SignalKind::terminate(), SignalKind::hangup(), SignalKind::interrupt()].map(signal);
    async move {
        let mut signals: Vec<_> = signals.into_iter().flatten().collect();
        let waits = signals.iter_mut().map(|s| Box::pin(s.recv()));
        futures_util::future::select_all(waits).await;
    }
}

#[cfg(not(unix))]
async fn told_to_leave() {
    let _ = tokio::signal::ctrl_c().await;
}
