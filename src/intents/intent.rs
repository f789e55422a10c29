//! The declaration of an intent: its name, its availability, its plan, and its end state.

use std::fmt;
use std::time::Duration;

use serde_json::Value;

use super::{AnyIntent, Executor, Permission, Plan, Question, Receipt, Selection, Switched};
use crate::aws::{Aws, AwsError};
use crate::redact;
use crate::resources::Kind;

/// One thing that the operator can want from AWS. Its members are the arguments of its command.
pub trait Intent: clap::Args + Into<AnyIntent> + Clone + fmt::Debug + PartialEq + Send + Sync + 'static {
    /// The name in the palette, the keymap, the command line and the journal.
    const NAME: &'static str;
    /// The effect of the intent, as a phrase for the help and the palette.
    const HELP: &'static str;
    /// The longest time until the end state.
    const PATIENCE: Duration;
    /// Whether the intent helps with a broken endpoint. Then it comes first there.
    const REMEDY: bool = false;
    /// The kinds of things that it changes. The menu of such a thing lists it also where it is not available.
    const ON: &'static [Kind];
    /// The intent whose key plans this one as well, where this one fits the selection.
    const LIKE: Option<&'static str> = None;
    /// The permissions of its calls: those of each call that its plan may have.
    const PERMISSIONS: &'static [&'static [Permission]];
    /// The actions of IAM that its plan and its end state read. Each is one of those of [`crate::aws::reads`].
    const READS: &'static [&'static str];

    /// Checks in the tables whether the intent can be planned for the selection, and returns a label for the footer. It
    /// is called for each frame.
    ///
    /// # Errors
    /// The reason why it cannot be planned, as a phrase.
    fn available(at: &Selection<'_>) -> Result<String, String>;

    /// Returns the endpoints of which it would change one. Their stages are known before the plan is made; that of other
    /// things is not.
    #[must_use]
    fn endpoints<'a>(at: &Selection<'a>) -> Vec<&'a str> {
        let own = at.id_of(Kind::Endpoints).filter(|_| Self::ON.contains(&Kind::Endpoints));
        own.into_iter().collect()
    }

    /// Returns what the operator must answer before the plan; `None` if the intent cannot be planned.
    fn question(at: &Selection<'_>) -> Option<Question>;

    /// Reads the present state, and plans the calls. It changes nothing in AWS.
    fn plan(&self, executor: &Executor) -> impl Future<Output = Result<Plan, Refusal>> + Send;

    /// Reads the state that the plan relies on, as a phrase. A plan with `Guard::present` is not
    /// sent once it has changed.
    ///
    /// # Errors
    /// When AWS does not answer.
    fn present(&self, _aws: &Aws) -> impl Future<Output = Result<String, AwsError>> + Send {
        std::future::ready(Ok(String::new()))
    }

    /// Checks whether the end state is reached, `waited` after the last call.
    fn verify(
        &self,
        aws: &Aws,
        receipt: &Receipt,
        waited: Duration,
    ) -> impl Future<Output = Result<Verdict, AwsError>> + Send;

    /// Returns the intent whose plan ended with a call of the journal, so that its end state can be checked after a
    /// restart; `None` for any other call.
    fn of_last_call(call: &str, parameters: &Value) -> Option<Self>;

    /// Returns the arguments of its command, of which `from_arguments` of [`AnyIntent`] makes it again; `None` for an
    /// intent that undoes no other.
    fn arguments(&self) -> Option<Vec<String>> {
        None
    }

    /// Returns whether its goal depends on the present state, so that it goes one step further when it is done again.
    fn is_relative(&self) -> bool {
        false
    }

    /// Returns what it switches off or on. The console reminds of what was left off.
    fn switches(&self) -> Vec<Switched> {
        Vec::new()
    }

    /// Returns the command that finishes a plan which was interrupted after this call, if there is one. `target` is the
    /// name that the operator typed.
    #[must_use]
    fn finishing_command(_target: &str, _parameters: &Value) -> Option<String> {
        None
    }
}

/// The state of an intent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The end state is not reached yet; the text is what AWS is doing.
    Pending(String),
    /// The end state is reached; the text is the new state.
    Done(String),
    /// Another end state is reached; the text is that state and the reason.
    Failed(String),
}

impl Verdict {
    /// Removes secrets, which AWS's messages may contain.
    pub(super) fn redacted(self) -> Self {
        match self {
            Self::Pending(text) => Self::Pending(redact::text(&text).into_owned()),
            Self::Done(text) => Self::Done(redact::text(&text).into_owned()),
            Self::Failed(text) => Self::Failed(redact::text(&text).into_owned()),
        }
    }
}

/// The reason why nothing is planned or sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// AWS did not answer.
    Aws(AwsError),
    /// The intent makes no sense, is not allowed, or is not safe; the text is a sentence.
    No(String),
}

impl Refusal {
    /// Removes secrets, which the text of AWS or of the operator may contain.
    pub(super) fn redacted(self) -> Self {
        match self {
            Self::Aws(error) => Self::Aws(error),
            Self::No(why) => Self::No(redact::text(&why).into_owned()),
        }
    }
}

impl From<AwsError> for Refusal {
    fn from(error: AwsError) -> Self {
        Self::Aws(error)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Aws(error) => {
                write!(f, "{error}")?;
                error.advice().map_or(Ok(()), |advice| write!(f, "; {advice}"))
            }
            Self::No(why) => f.write_str(why),
        }
    }
}
