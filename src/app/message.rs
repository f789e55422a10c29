//! The messages that the console receives, and the effects that it requests from the runtime.

use crossterm::event::{KeyEvent, MouseEvent};
use jiff::Timestamp;

use super::drill::Drill;
use super::seen::Seen;
use crate::aws::Usage;
use crate::charts::ChartUpdate;
use crate::intents::{AnyIntent, Outcome, Plan, Progress, Refusal, Unfinished};
use crate::logs::LogUpdate;
use crate::model::Joined;
use crate::recording::{Played, RecordingStatus};
use crate::resources::{AccountId, TableUpdate};

/// Something that happened.
#[derive(Debug)]
pub enum Msg {
    /// A key was pressed.
    Key(KeyEvent),
    /// The mouse was used. `true` for the second click of a double click.
    Mouse(MouseEvent, bool),
    /// Text was pasted.
    Paste(String),
    /// The terminal has a new size: columns and rows.
    Size(u16, u16),
    /// The present time.
    Tick(Timestamp),
    /// A poll of an account returned.
    Polled(AccountId, TableUpdate),
    /// The tables of an account were joined.
    Joined(AccountId, Box<Joined>),
    /// The number and the cost of the calls to an account.
    Usage(AccountId, Usage),
    /// A plan for an account was made, or refused.
    Planned(AccountId, AnyIntent, Result<Box<Plan>, Refusal>),
    /// A plan for an account is delayed, because AWS throttles its calls. The text says what it waits for.
    PlanWaits(AccountId, AnyIntent, String),
    /// A request for a log brought something.
    Log(LogUpdate),
    /// A request for the series of charts was answered.
    Charts(Box<ChartUpdate>),
    /// The state of a drill.
    Drill(Drill),
    /// The state of the recording.
    Recording(RecordingStatus),
    /// A step of the replay.
    Played(Box<Played>),
    /// A plan makes progress: its id, and the progress.
    Progress(String, Progress),
    /// All calls of a plan were answered, or given up: its id.
    AllSent(String),
    /// A plan has ended: its id, and the outcome.
    Ended(String, Outcome),
    /// The outcome of unfinished intents of an account.
    Reviewed(AccountId, Vec<Unfinished>),
    /// The command of a login has ended. The text says why it failed.
    LoggedIn(AccountId, Result<(), String>),
    /// A theme cannot be read. The text says why.
    ThemeFailed(String),
    /// The program was asked to end, for example by a signal.
    Leave,
}

/// Something that the runtime must do: the only output of `update`.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Ends the program.
    Quit,
    /// Suspends the program.
    Suspend,
    /// Polls everything of an account now.
    Refresh(AccountId),
    /// Makes a plan for an account.
    Plan(AccountId, AnyIntent),
    /// Looks up the outcome of unfinished intents of an account.
    Review(AccountId),
    /// Sends a confirmed plan to an account.
    Run(AccountId, Box<Plan>),
    /// Copies a text to the clipboard.
    Copy(String),
    /// Takes the mouse, or leaves it to the terminal.
    Mouse(bool),
    /// Runs the command of a login in the terminal: the program and its arguments. Then reads the account.
    LogIn(AccountId, Vec<String>),
    /// Puts the theme with this name in force.
    Theme(String),
    /// Keeps the findings of an account that were marked as seen, for later runs.
    KeepSeen(AccountId, Vec<Seen>),
    /// Controls the replay.
    Replay(ReplayCommand),
}

/// A command to the replay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplayCommand {
    /// Pauses or continues.
    Pause,
    /// Goes to the next recorded moment, and pauses.
    Step,
    /// Goes to the previous recorded moment, and pauses.
    Back,
    /// Goes to a position.
    To(Timestamp),
    /// Plays faster.
    Faster,
    /// Plays slower.
    Slower,
}
