//! Keys and sizes from the real terminal, and the signals that say to leave or that the program goes on.

#[cfg(unix)]
mod bytes;
#[cfg(unix)]
mod tty;

use std::pin::pin;
use std::sync::{Arc, OnceLock};
use std::thread;

use crossterm::event::{self, Event};
use tokio::sync::mpsc;

use super::QUEUE;

/// What comes from the terminal.
#[derive(Debug)]
pub enum Input {
    /// A key, a pasted text, or another size.
    Event(Event),
    /// The program was stopped from outside and goes on (`fg`): the shell has set up the terminal for itself meanwhile.
    GoesOn,
}

/// The terminal as it is read.
pub(super) struct Keyboard {
    /// Closes when the terminal goes away or a signal says to leave.
    pub(super) input: mpsc::Receiver<Input>,
    /// The number of the signal that said to leave; set before the input closes.
    pub(super) ended_by: Arc<OnceLock<u8>>,
}

/// Begins to read the terminal.
pub(super) fn keyboard() -> Keyboard {
    let (events, input) = mpsc::channel(QUEUE);
    let ended_by = Arc::new(OnceLock::new());
    let keyboard = Keyboard { input, ended_by: Arc::clone(&ended_by) };
    // The signals are listened to from here on, not from when the task has its first turn: by then the first frame stands.
    let (mut typed, told, mut continued) = (Typed::new(), told_to_leave(), Continued::new());
    tokio::spawn(async move {
        let mut told = pin!(told);
        loop {
            let input = tokio::select! {
                event = typed.next() => event.map(Input::Event),
                () = continued.next() => Some(Input::GoesOn),
                signal = &mut told => {
                    let _ = ended_by.set(signal);
                    None
                }
            };
            let Some(input) = input else { return };
            if events.send(input).await.is_err() {
                return;
            }
        }
    });
    keyboard
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

/// The signal that says that a stopped program goes on.
struct Continued {
    #[cfg(unix)]
    signal: Option<tokio::signal::unix::Signal>,
}

#[cfg(unix)]
impl Continued {
    fn new() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        Self { signal: signal(SignalKind::from_raw(rustix::process::Signal::CONT.as_raw())).ok() }
    }

    async fn next(&mut self) {
        match &mut self.signal {
            Some(signal) => drop(signal.recv().await),
            None => std::future::pending().await,
        }
    }
}

#[cfg(not(unix))]
impl Continued {
    fn new() -> Self {
        Self {}
    }

    async fn next(&mut self) {
        std::future::pending().await
    }
}

/// Waits for a signal that would end the program, with the terminal as it is; its number.
#[cfg(unix)]
fn told_to_leave() -> impl Future<Output = u8> {
    use rustix::process::Signal;
    use tokio::signal::unix::{SignalKind, signal};
    let listened = [Signal::HUP, Signal::INT, Signal::QUIT, Signal::ABORT, Signal::TERM].map(|one| {
        let number = one.as_raw();
        (number, signal(SignalKind::from_raw(number)))
    });
    async move {
        let waits = listened.into_iter().filter_map(|(number, signal)| {
            let mut signal = signal.ok()?;
            Some(Box::pin(async move {
                signal.recv().await;
                u8::try_from(number).unwrap_or_default()
            }))
        });
        futures_util::future::select_all(waits).await.0
    }
}

#[cfg(not(unix))]
async fn told_to_leave() -> u8 {
    /// The number of the interrupt.
    const INTERRUPT: u8 = 2;
    let _ = tokio::signal::ctrl_c().await;
    INTERRUPT
}
