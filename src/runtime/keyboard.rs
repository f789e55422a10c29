//! Keys and sizes from the real terminal, and the signals that end the program or let it continue.

#[cfg(unix)]
mod bytes;
#[cfg(unix)]
mod tty;

use std::future::pending;
use std::sync::{Arc, OnceLock};
use std::thread;

use crossterm::event::{self, Event};
#[cfg(unix)]
use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::QUEUE;
use crate::terminal::is_given_away;

/// The numbers of the signals that keys send: the interrupt, and the end with a dump.
const INTERRUPTS: [u8; 2] = [2, 3];

/// The number of the signal for a terminal that was closed.
const HANG_UP: u8 = 1;

/// An input from the terminal.
#[derive(Debug)]
pub enum Input {
    /// A key, a pasted text, or a new size.
    Event(Event),
    /// The program was stopped from outside and continues (`fg`). The shell has changed the settings of the terminal
    /// in the meantime.
    GoesOn,
    /// A signal asked the program to end.
    Leave,
    /// The terminal was closed. Signals may still follow.
    Gone,
}

/// The inputs of the terminal.
pub(super) struct Keyboard {
    pub(super) input: mpsc::Receiver<Input>,
    /// The number of the first signal that asked the program to end. It is set before the input reports the signal.
    pub(super) ended_by: Arc<OnceLock<u8>>,
    /// The task that reads. It goes on until nobody takes its input.
    pub(super) reader: JoinHandle<()>,
}

/// Starts to read the terminal.
pub(super) fn keyboard() -> Keyboard {
    let (events, input) = mpsc::channel(QUEUE);
    let ended_by = Arc::new(OnceLock::new());
    // Catch signals from here on. The task itself only starts to run after the first frame.
    let (mut typed, mut signals, mut continued) = (Typed::new(), Signals::new(), Continued::new());
    let first = Arc::clone(&ended_by);
    let reader = tokio::spawn(async move {
        loop {
            let input = tokio::select! {
                event = typed.next() => match event {
                    Some(_) if is_given_away() => continue,
                    event => event.map_or(Input::Gone, Input::Event),
                },
                () = continued.next() => Input::GoesOn,
                signal = signals.next() => {
                    // `ctrl-c` there also reaches this program, because both have the terminal.
                    if INTERRUPTS.contains(&signal) && is_given_away() {
                        continue;
                    }
                    let _ = first.set(signal);
                    if signal == HANG_UP { Input::Gone } else { Input::Leave }
                }
            };
            if matches!(input, Input::Gone) {
                typed = Typed::Gone;
            }
            if events.send(input).await.is_err() {
                return;
            }
        }
    });
    Keyboard { input, ended_by, reader }
}

/// The reader of the terminal.
enum Typed {
    /// The thread that draws, so that a key need not wait until another thread wakes up.
    #[cfg(unix)]
    Here(tty::Tty),
    /// A separate thread, on systems where a task cannot wait for the terminal. It ends with the program.
    There(mpsc::Receiver<Event>),
    /// Nobody: the terminal was closed.
    Gone,
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

    /// Returns the next event. `None` if the terminal was closed.
    async fn next(&mut self) -> Option<Event> {
        match self {
            #[cfg(unix)]
            Self::Here(tty) => tty.next().await,
            Self::There(keys) => keys.recv().await,
            Self::Gone => pending().await,
        }
    }
}

/// The signal for a stopped program that continues.
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
            None => pending().await,
        }
    }
}

#[cfg(not(unix))]
impl Continued {
    fn new() -> Self {
        Self {}
    }

    async fn next(&mut self) {
        pending().await
    }
}

/// The signals that would end the program without restoring the terminal.
struct Signals {
    #[cfg(unix)]
    listened: Vec<(u8, tokio::signal::unix::Signal)>,
}

#[cfg(unix)]
impl Signals {
    fn new() -> Self {
        use rustix::process::Signal;
        use tokio::signal::unix::{SignalKind, signal};
        // All that end a program and can be caught. Those that tell of a fault in the code do not come here.
        let all = [
            Signal::HUP,
            Signal::INT,
            Signal::QUIT,
            Signal::ABORT,
            Signal::USR1,
            Signal::USR2,
            Signal::ALARM,
            Signal::TERM,
            Signal::VTALARM,
            Signal::PROF,
            Signal::XCPU,
        ];
        let listen =
            |one: Signal| Some((u8::try_from(one.as_raw()).ok()?, signal(SignalKind::from_raw(one.as_raw())).ok()?));
        Self { listened: all.into_iter().filter_map(listen).collect() }
    }

    /// Waits for the next signal. Returns its number.
    async fn next(&mut self) -> u8 {
        let waits = self.listened.iter_mut().map(async |(number, signal)| {
            signal.recv().await;
            *number
        });
        let mut waits: FuturesUnordered<_> = waits.collect();
        match waits.next().await {
            Some(number) => number,
            None => pending().await,
        }
    }
}

#[cfg(not(unix))]
impl Signals {
    fn new() -> Self {
        Self {}
    }

    async fn next(&mut self) -> u8 {
        /// The number of the interrupt.
        const INTERRUPT: u8 = 2;
        let _ = tokio::signal::ctrl_c().await;
        INTERRUPT
    }
}
