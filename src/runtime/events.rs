//! All events that the loop waits for. Keys come first.

use std::time::Duration;

use crossterm::event::{Event, KeyEventKind, MouseButton, MouseEvent, MouseEventKind};
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, Interval, MissedTickBehavior};

use super::keyboard::Input;
use super::until::until;
use crate::app::Msg;
use crate::model::{self, Joined};
use crate::resources::poll::Reader;
use crate::resources::{AccountId, Observed, TableUpdate};

const SECOND: Duration = Duration::from_secs(1);

/// Two clicks on one cell within this time are a double click.
const DOUBLE_CLICK: Duration = Duration::from_millis(400);

/// An event that the loop waited for.
pub(super) enum LoopEvent {
    /// A message for the console.
    Msg(Box<Msg>),
    /// A poll returned.
    Polled(Reader, Box<TableUpdate>),
    /// The program was stopped from outside and continues.
    GoesOn,
    /// A second passed.
    Second,
    /// An event without a meaning for the console.
    Nothing,
    /// A frame is due.
    Frame,
    /// The cursor came to rest.
    CursorRests,
    /// The terminal is gone.
    End,
}

/// The sources of events.
pub(super) struct EventSource {
    pub(super) input: mpsc::Receiver<Input>,
    pub(super) answers: mpsc::Receiver<Msg>,
    pub(super) snapshots: mpsc::Receiver<(Reader, TableUpdate)>,
    pub(super) ticks: Interval,
    /// The running join. There is at most one, and changes in the meantime are joined after it.
    pub(super) joining: JoinSet<(AccountId, Joined)>,
    /// The time and the cell of the last click.
    clicked: Option<(Instant, (u16, u16))>,
}

impl EventSource {
    pub(super) fn new(
        input: mpsc::Receiver<Input>,
        answers: mpsc::Receiver<Msg>,
        snapshots: mpsc::Receiver<(Reader, TableUpdate)>,
    ) -> Self {
        // The first frame shows the present second already.
        let mut ticks = tokio::time::interval_at(Instant::now() + SECOND, SECOND);
        // A program that was stopped for an hour must not catch up on an hour of ticks.
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        Self { input, answers, snapshots, ticks, joining: JoinSet::new(), clicked: None }
    }

    /// Waits for the next event, at the latest until the next frame is due or the cursor rests.
    pub(super) async fn next(&mut self, frame: Option<Instant>, rests: Option<Instant>) -> LoopEvent {
        tokio::select! {
            biased;
            input = self.input.recv() => match input {
                Some(Input::Event(event)) => self.message(event).map_or(LoopEvent::Nothing, came),
                Some(Input::GoesOn) => LoopEvent::GoesOn,
                Some(Input::Leave) => came(Msg::Leave),
                Some(Input::Gone) | None => LoopEvent::End,
            },
            Some(msg) = self.answers.recv() => came(msg),
            Some((reader, snapshot)) = self.snapshots.recv() => LoopEvent::Polled(reader, Box::new(snapshot)),
            Some(Ok((account, joined))) = self.joining.join_next() => came(Msg::Joined(account, Box::new(joined))),
            () = until(frame) => LoopEvent::Frame,
            () = until(rests) => LoopEvent::CursorRests,
            _ = self.ticks.tick() => LoopEvent::Second,
        }
    }

    fn message(&mut self, event: Event) -> Option<Msg> {
        match event {
            Event::Key(key) if key.kind != KeyEventKind::Release => Some(Msg::Key(key)),
            Event::Mouse(mouse) => {
                let twice = mouse.kind == MouseEventKind::Down(MouseButton::Left) && self.is_second_click(mouse);
                Some(Msg::Mouse(mouse, twice))
            }
            Event::Paste(text) => Some(Msg::Paste(text)),
            Event::Resize(columns, rows) => Some(Msg::Size(columns, rows)),
            Event::Key(_) | Event::FocusGained | Event::FocusLost => None,
        }
    }

    /// Is this the second click of a double click? A third one begins anew.
    fn is_second_click(&mut self, mouse: MouseEvent) -> bool {
        let (now, cell) = (Instant::now(), (mouse.column, mouse.row));
        let twice = self.clicked.is_some_and(|(at, before)| before == cell && now < at + DOUBLE_CLICK);
        self.clicked = (!twice).then_some((now, cell));
        twice
    }

    /// Are there no waiting events?
    pub(super) fn is_empty(&self) -> bool {
        self.input.is_empty() && self.answers.is_empty() && self.snapshots.is_empty()
    }

    /// Joins the tables of an account on another thread. The result returns as a message.
    pub(super) fn join(&mut self, account: AccountId, tables: Observed, background: &Handle) {
        self.joining.spawn_blocking_on(move || (account, model::join(&tables)), background);
    }
}

fn came(msg: Msg) -> LoopEvent {
    LoopEvent::Msg(Box::new(msg))
}
