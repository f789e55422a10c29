//! What can happen to the console, and what the runtime must do then.

use crossterm::event::KeyEvent;
use jiff::Timestamp;

use super::drill::Drill;
use crate::aws::Usage;
use crate::intents::{AnyIntent, Outcome, Plan, Progress, Refusal, Unfinished};
use crate::model::Joined;
use crate::recording::{Played, RecordingStatus};
use crate::resources::{AccountId, Snapshot};

/// Something happened.
#[derive(Debug)]
pub enum Msg {
    /// A key was pressed.
    Key(KeyEvent),
    /// Text was pasted.
    Paste(String),
    /// The terminal has this many columns and rows now.
    Size(u16, u16),
    /// Time went on.
    Tick(Timestamp),
    /// A poll of an account was answered.
    Polled(AccountId, Snapshot),
    /// The tables of an account were joined, as they were when that was asked for.
    Joined(AccountId, Box<Joined>),
    /// What the calls to an account amount to.
    Usage(AccountId, Usage),
    /// A plan for an account was made, or not.
    Planned(AccountId, AnyIntent, Result<Box<Plan>, Refusal>),
    /// A plan is being made for this account and waits, because AWS throttles its calls. The text says for what.
    PlanWaits(AccountId, AnyIntent, String),
    /// What a drill asks for, and whether it was done.
    Drill(Drill),
    /// How the recording under way stands.
    Recording(RecordingStatus),
    /// What a replay came to.
    Played(Box<Played>),
    /// A plan under way made progress: its id, and what.
    Progress(String, Progress),
    /// All calls of a plan were answered, or given up: its id.
    AllSent(String),
    /// A plan ended: its id, and how.
    Ended(String, Outcome),
    /// What became of intents in an account whose end was never seen.
    Reviewed(AccountId, Vec<Unfinished>),
    /// Somebody outside told the program to end.
    Leave,
}

/// What the runtime must do now: the only way out of `update`.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Leave.
    Quit,
    /// Stop until somebody lets the program go on.
    Suspend,
    /// Poll everything of an account now.
    Refresh(AccountId),
    /// Make a plan for an account.
    Plan(AccountId, AnyIntent),
    /// Look what became of intents in an account whose end was never seen.
    Review(AccountId),
    /// Carry out a confirmed plan in an account.
    Run(AccountId, Box<Plan>),
    /// Put a text into the clipboard.
    Copy(String),
    /// Do something to the replay.
    Replay(ReplayCommand),
}

/// What is done to a replay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplayCommand {
    /// Stop, or go on.
    Pause,
    /// To the next moment at which something was recorded, and stop.
    Step,
    /// To the moment before, and stop.
    Back,
    /// To a position.
    To(Timestamp),
    /// The next speed that is faster.
    Faster,
    /// The next speed that is slower.
    Slower,
}
