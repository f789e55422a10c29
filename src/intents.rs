//! Changes in AWS. Each intent has a file in the folder of what it is about, and a line in `intents!`.
//!
//! An intent is planned (which only reads), shown, confirmed by typing the name of its target, checked again against
//! AWS, sent once, and verified by its end state. The journal records every step.

mod access;
mod alarms;
mod arguments;
mod armed;
mod automation;
mod calendar;
mod calls;
#[cfg(feature = "codepipeline")]
mod delivery;
mod endpoints;
mod executor;
mod freeze;
mod guard;
mod intent;
mod plan;
#[cfg(feature = "iam")]
mod preflight;
mod question;
mod reason;
mod recent_errors;
mod registry;
mod remembered;
mod selection;
mod stages;
mod step;
mod switch;
mod training;
mod unanswered;
mod undo;
mod unfinished;

use std::time::Duration;

use serde_json::Value;

use crate::aws::{Aws, AwsError, caught};

pub use access::{AccessRules, Caller};
pub use alarms::*;
pub use armed::ArmedRollback;
pub use automation::*;
pub use calendar::{CalendarState, Calendars};
pub use calls::{Api, Permission, Receipt};
#[cfg(feature = "codepipeline")]
pub use delivery::*;
pub use endpoints::*;
pub use executor::{Executor, Outcome, Progress};
pub use freeze::{Frozen, OVERRIDE};
pub use guard::Guard;
pub use intent::{Intent, Refusal, Verdict};
pub use plan::{Choice, Difference, Plan, Way};
#[cfg(feature = "iam")]
pub use preflight::{Denial, Simulation};
pub use question::{Input, MakeIntent, Pick, PickItem, Question, Values};
pub use registry::*;
pub use remembered::{ACKNOWLEDGE, Acknowledgement, Remembered, SwitchedOff};
pub use selection::Selection;
pub use step::Step;
pub use switch::{Part, Switch, Switched};
pub use training::*;
pub use undo::Undo;
pub use unfinished::{State, Told, Unfinished};

/// Passes all intents to a macro, for commands, actions and [`AnyIntent`]. The help and the footer use the same order.
macro_rules! intents {
    ($macro:ident $($rest:tt)*) => {
        $macro! {
            [
                Approve,
                Reject,
                RejectOlder,
                Retrain,
                RetrainFrom,
                Rollback,
                #[cfg(feature = "codepipeline")]
                ApproveDelivery,
                #[cfg(feature = "codepipeline")]
                RejectDelivery,
                #[cfg(feature = "codepipeline")]
                RetryStage,
                #[cfg(feature = "codepipeline")]
                RollbackStage,
                #[cfg(feature = "codepipeline")]
                SwitchTransition,
                #[cfg(feature = "eventbridge")]
                SwitchRule,
                #[cfg(feature = "scheduler")]
                SwitchSchedule,
                SucceedCallback,
                FailCallback,
                StopJob,
                StopExecution,
                RetryExecution,
                ShiftTraffic,
                SetInstances,
                #[cfg(feature = "applicationautoscaling")]
                SwitchScaling,
                #[cfg(feature = "applicationautoscaling")]
                SetScalingLimits,
                MuteAlarms,
                UnmuteAlarm,
                SwitchAlarmActions,
                #[cfg(feature = "ssm")]
                StartAutomation,
            ]
            $($rest)*
        }
    };
}
pub(crate) use intents;

/// The permissions that an intent needs.
#[derive(Debug, Clone, Copy)]
pub struct Needs {
    /// The name of the intent.
    pub intent: &'static str,
    /// Those of the calls that change something.
    pub calls: &'static [&'static [Permission]],
    /// The actions of IAM that its plan and its end state read. Most plans do without some of them, and say so.
    pub reads: &'static [&'static str],
}

macro_rules! any_intent {
    ([$($(#[$cfg:meta])* $intent:ident,)+]) => {
        /// Any of the intents; on the command line each is a command.
        #[derive(Debug, Clone, PartialEq, clap::Subcommand)]
        pub enum AnyIntent {
            $($(#[$cfg])* #[doc = concat!("See [`", stringify!($intent), "`].")] $intent($intent),)+
        }

        $($(#[$cfg])* impl From<$intent> for AnyIntent {
            fn from(intent: $intent) -> Self {
                Self::$intent(intent)
            }
        })+

        /// What each intent needs.
        pub static NEEDS: &[Needs] = &[$(
            $(#[$cfg])*
            Needs { intent: $intent::NAME, calls: $intent::PERMISSIONS, reads: $intent::READS },
        )+];

        impl AnyIntent {
            /// Returns its name.
            #[must_use]
            pub fn name(&self) -> &'static str {
                match self { $($(#[$cfg])* Self::$intent(_) => $intent::NAME,)+ }
            }

            /// Returns the longest time until its end state.
            #[must_use]
            pub fn patience(&self) -> Duration {
                match self { $($(#[$cfg])* Self::$intent(_) => $intent::PATIENCE,)+ }
            }

            /// Makes the plan; see [`Intent::plan`].
            ///
            /// # Errors
            /// When AWS does not answer, or when the intent makes no sense or is not safe.
            pub async fn plan(&self, executor: &Executor) -> Result<Plan, Refusal> {
                let planned = match self { $($(#[$cfg])* Self::$intent(intent) => caught(intent.plan(executor)).await,)+ };
                let planned = planned.unwrap_or_else(|said| Err(Refusal::No(format!("planning broke off: {said}"))));
                planned.map(Plan::redacted).map_err(Refusal::redacted)
            }

            /// Reads the state that the plan relies on; see [`Intent::present`].
            async fn present(&self, aws: &Aws) -> Result<String, AwsError> {
                match self { $($(#[$cfg])* Self::$intent(intent) => intent.present(aws).await,)+ }
            }

            /// Checks whether the end state is reached; see [`Intent::verify`].
            async fn verify(&self, aws: &Aws, receipt: &Receipt, waited: Duration) -> Result<Verdict, AwsError> {
                let verdict = match self { $($(#[$cfg])* Self::$intent(intent) => intent.verify(aws, receipt, waited).await,)+ };
                verdict.map(Verdict::redacted)
            }

            /// Returns the intent of this name whose plan ended with a call of the journal; see
            /// [`Intent::of_last_call`].
            fn of_last_call(name: &str, call: &str, parameters: &Value) -> Option<Self> {
                match name {
                    $($(#[$cfg])* $intent::NAME => $intent::of_last_call(call, parameters).map(Self::$intent),)+
                    _ => None,
                }
            }

            /// Returns whether it goes one step further when it is done again; see [`Intent::is_relative`].
            fn is_relative(&self) -> bool {
                match self { $($(#[$cfg])* Self::$intent(intent) => intent.is_relative(),)+ }
            }

            /// Returns the arguments of its command without secrets, beginning with its name; see [`Intent::arguments`].
            /// `None` if they contain a secret, because they would not be the same without it.
            #[must_use]
            pub fn arguments(&self) -> Option<Vec<String>> {
                let own = match self { $($(#[$cfg])* Self::$intent(intent) => intent.arguments(),)+ };
                arguments::harmless(self.name(), own?)
            }

            /// Returns what it switches off or on; see [`Intent::switches`].
            fn switches(&self) -> Vec<Switched> {
                match self { $($(#[$cfg])* Self::$intent(intent) => intent.switches(),)+ }
            }

            /// Returns the command that finishes an interrupted plan; see [`Intent::finishing_command`].
            fn finishing_command(name: &str, target: &str, parameters: &Value) -> Option<String> {
                match name {
                    $($(#[$cfg])* $intent::NAME => $intent::finishing_command(target, parameters),)+
                    _ => None,
                }
            }
        }
    };
}

intents! { any_intent }

/// Creates a new id: a UUID, whose length AWS accepts for every token (1–36 and 32–128 characters).
fn new_id() -> String {
    uuid::Uuid::new_v4().to_string()
}
