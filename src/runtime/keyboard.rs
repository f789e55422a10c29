//! Keys and sizes from the real terminal, and the signals that say to leave.

use std::pin::pin;
use std::thread;

use crossterm::event::{self, Event};
use tokio::sync::mpsc;

use super::QUEUE;

/// What is typed; the channel closes when the terminal goes away or a signal says to leave.
///
/// A thread of its own waits for the terminal, as that can be done in the same way on every system. It ends with
/// the program.
pub(super) fn keyboard() -> mpsc::Receiver<Event> {
    let (events, input) = mpsc::channel(QUEUE);
    let (typed, mut keys) = mpsc::channel(QUEUE);
    thread::spawn(move || while event::read().is_ok_and(|event| typed.blocking_send(event).is_ok()) {});
    // Listened to from here on, not from when the task has its first turn: by then the first frame stands.
    let told = told_to_leave();
    tokio::spawn(async move {
        let mut told = pin!(told);
        loop {
            let event = tokio::select! {
                event = keys.recv() => event,
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
