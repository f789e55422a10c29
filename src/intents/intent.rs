//! What an intent declares: its name, what it can be planned for, how it is planned, and when it is really done.

use std::fmt;
use std::time::Duration;

use serde_json::Value;

use super::{AnyIntent, Executor, Plan, Question, Receipt, Selection};
use crate::aws::{Aws, AwsError};
use crate::redact;

/// One thing that the operator can want of AWS. Its members are the arguments of its command.
pub trait Intent: clap::Args + Into<AnyIntent> + Clone + fmt::Debug + PartialEq + Send + Sync + 'static {
    /// Its name in the palette, the keymap, the command line and the journal.
    const NAME: &'static str;
    /// What it does, as a phrase for the help and the palette.
    const HELP: &'static str;
    /// How long its end state may take to come.
    const PATIENCE: Duration;
    /// Does it help where an endpoint is broken? Then it comes first there.
    const REMEDY: bool = false;

    /// Checks whether it can be planned for what is selected, as far as the tables know, and returns a label for the
    /// footer. It is called for each frame.
    ///
    /// # Errors
    /// Why not, as a phrase.
    fn available(at: &Selection<'_>) -> Result<String, String>;

    /// What the operator must say before it can be planned; `None` where it cannot be.
    fn question(at: &Selection<'_>) -> Option<Question>;

    /// Reads what is so, and says what would be sent. Sends nothing that changes anything.
    fn plan(&self, executor: &Executor) -> impl Future<Output = Result<Plan, Refusal>> + Send;

    /// Looks whether the end state is there, `waited` after the last call.
    fn verify(
        &self,
        aws: &Aws,
        receipt: &Receipt,
        waited: Duration,
    ) -> impl Future<Output = Result<Verdict, AwsError>> + Send;

    /// The intent whose plan ended with a call of the journal, so that its end state can be looked at after a restart;
    /// `None` for any other call.
    fn of_last_call(call: &str, parameters: &Value) -> Option<Self>;

    /// The command that finishes a plan which was cut after this call, where there is one. `target` is the name that was
    /// typed.
    #[must_use]
    fn finishing_command(_target: &str, _parameters: &Value) -> Option<String> {
        None
    }
}

/// How an intent stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Not yet; what it is doing.
    Pending(String),
    /// The end state is there; what is so now.
    Done(String),
    /// Another end state is there; what is so now and why.
    Failed(String),
}

impl Verdict {
    /// The same without secrets that AWS's words may hold.
    pub(super) fn redacted(self) -> Self {
        match self {
            Self::Pending(text) => Self::Pending(redact::text(&text).into_owned()),
            Self::Done(text) => Self::Done(redact::text(&text).into_owned()),
            Self::Failed(text) => Self::Failed(redact::text(&text).into_owned()),
        }
    }
}

/// Why nothing is planned or sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// AWS did not answer a question.
    Aws(AwsError),
    /// It makes no sense, is not allowed, or is not safe; a sentence.
    No(String),
}

impl Refusal {
    /// The same without secrets that AWS's words or the operator's may hold.
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
