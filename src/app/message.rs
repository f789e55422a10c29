//! The messages that the console receives, and the effects that it requests from the runtime.

use crossterm::event::{KeyEvent, MouseEvent};
use jiff::Timestamp;

use super::alert::Alert;
use super::drill::Drill;
use super::invocation::Invocation;
use super::modal::Ended;
use super::seen::Seen;
use crate::aws::Usage;
use crate::charts::ChartUpdate;
use crate::intents::{AnyIntent, ArmedRollback, Outcome, Plan, Progress, Refusal, Remembered, Unfinished};
use crate::logs::LogUpdate;
use crate::model::Joined;
use crate::recording::{Played, RecordingStatus};
use crate::resources::{AccountId, Kind, TableUpdate};

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
    /// The IAM actions that are denied in an account as IAM simulates it.
    #[cfg(feature = "iam")]
    Simulated(AccountId, std::collections::BTreeSet<String>),
    /// The journal has that a freeze of an account is lifted, or cannot be written. The text says why.
    FreezeLifted(AccountId, String, Result<(), String>),
    /// The endpoint of an armed rollback can be changed now: the account, the endpoint, and the plan or why there is none.
    Steady(AccountId, String, Result<Box<Plan>, Refusal>),
    /// The acknowledgements and switches of an account, from the journal.
    Remembered(AccountId, Remembered),
    /// An acknowledgement was journalled (`true`) or withdrawn, or the journal cannot be written. The text says why.
    Acknowledged(Result<bool, String>),
    /// The command of a login has ended. The text says why it failed.
    LoggedIn(AccountId, Result<(), String>),
    /// A theme cannot be read. The text says why.
    /// A file was written: its path, or why it was not.
    Written(Result<String, String>),
    /// A command of the configuration has ended: its ticket, and its end.
    CommandEnded(u64, Ended),
    /// Something in the background went well. The text says what.
    Told(String),
    /// Something in the background failed, such as reading a theme. The text says why.
    Failed(String),
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
    /// Lets IAM simulate the permissions of the caller in an account.
    #[cfg(feature = "iam")]
    Simulate(AccountId),
    /// Sends a confirmed plan to an account.
    Run(AccountId, Box<Plan>),
    /// Journals that a freeze of an account, by its name, is lifted, and the reason.
    LiftFreeze(AccountId, String, String),
    /// Journals that somebody knows of an alarm or a finding: what it is about, since when it lasts, and the note. Without
    /// a note that is withdrawn.
    Acknowledge(AccountId, (Kind, String), Timestamp, Option<String>),
    /// Waits until the endpoint of a rollback can be changed, and plans it.
    Arm(AccountId, ArmedRollback),
    /// Ends the waiting of an armed rollback, by its endpoint.
    Disarm(AccountId, String),
    /// Copies a text to the clipboard.
    Copy(String),
    /// Writes a new file.
    Write {
        /// The beginning of its name.
        stem: String,
        /// The end of its name.
        extension: &'static str,
        /// Its text.
        text: String,
    },
    /// Draws the screen into a new file.
    Draw {
        /// The beginning of its name.
        stem: String,
        /// The form.
        picture: Picture,
    },
    /// Tells that models broke, in the ways of the configuration.
    Alert(Vec<Alert>),
    /// Runs a command of the configuration in the background. Its end has this ticket.
    Start(u64, Invocation),
    /// Stops the command with this ticket.
    Stop(u64),
    /// Runs a command of the configuration on the terminal.
    Foreground(Invocation),
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

/// The form of a picture of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Picture {
    /// A picture that can be scaled.
    Svg,
    /// A line of text for each row.
    Text,
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
