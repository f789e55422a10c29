//! What we tell AWS: one file an intent, one line each in `intents!`.
//!
//! An intent is planned (reads only), shown, confirmed by typing its target's name, checked
//! again against AWS, sent once, verified by its end state, and journalled all the way.

mod access;
mod approve;
mod calls;
mod evidence;
mod guard;
mod lately;
mod retrain;
mod rollback;
mod run;
mod serves;
mod step;
mod unanswered;
mod unfinished;

use std::fmt::Debug;
use std::time::Duration;

use serde_json::Value;

use crate::aws::{Aws, AwsError, caught};
use crate::redact;

pub use access::{AccessRules, Caller};
pub use approve::{Approve, Reject};
pub use calls::{Api, Receipt};
pub use guard::Guard;
pub use retrain::Retrain;
pub use rollback::Rollback;
pub use run::{Executor, Outcome, Progress};
pub use step::Step;
pub use unfinished::{State, Unfinished};

/// One thing that the operator can want of AWS. Its members are the arguments of its command.
pub trait Intent: clap::Args + Clone + Debug + PartialEq + Send + Sync + 'static {
    /// Its name in the palette, the keymap, the command line and the journal.
    const NAME: &'static str;
    /// How long its end state may take to come.
    const PATIENCE: Duration;

    /// Reads what is so, and says what would be sent. Sends nothing that changes anything.
    fn plan(&self, by: &Executor) -> impl Future<Output = Result<Plan, Refusal>> + Send;

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
    fn redacted(self) -> Self {
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
    fn redacted(self) -> Self {
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

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Aws(error) => {
                write!(f, "{error}")?;
                error.advice().map_or(Ok(()), |advice| write!(f, "; {advice}"))
            }
            Self::No(why) => f.write_str(why),
        }
    }
}

/// One row of a plan: what, how it is now, how it would be, and what to know about it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Difference {
    /// What.
    pub what: String,
    /// Now.
    pub now: String,
    /// Then.
    pub then: String,
    /// What to know about it.
    pub note: String,
}

/// One of the things that a plan could go to.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Choice {
    /// What it is called, such as a version.
    pub label: String,
    /// Its name in AWS.
    pub name: String,
    /// What goes there; absent for one that is not offered.
    pub intent: Option<AnyIntent>,
    /// Is it where the plan goes?
    pub chosen: bool,
    /// What would be other than now.
    pub differs: String,
    /// How it did before, or why it is not offered.
    pub record: String,
    /// Speaks its record against it?
    pub bad: bool,
}

/// Exactly what would be sent, for reading.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Id of this intent: in the journal, and as token where the API takes one.
    pub id: String,
    /// What it is for.
    pub intent: AnyIntent,
    /// A headline.
    pub title: String,
    /// The stage of what it changes, such as `prod`; empty where nothing tells or there is none.
    pub stage: String,
    /// What must be typed to send it.
    pub target: String,
    /// What it could go to instead, and what not and why; empty where there is no choice.
    pub choices: Vec<Choice>,
    /// What changes, and what stays although one might fear otherwise.
    pub differences: Vec<Difference>,
    /// What was checked and found good.
    pub checks: Vec<String>,
    /// What the operator should know before saying yes.
    pub warnings: Vec<String>,
    /// What happens after the call, how long it takes, when it is done.
    pub then: String,
    /// How to take it back.
    pub undo: String,
    /// The calls, in order.
    pub steps: Vec<Step>,
    /// What must still be so when they are sent.
    pub guards: Vec<Guard>,
}

impl Plan {
    /// The same without secrets in what is shown of it. What is sent stays as it is.
    fn redacted(mut self) -> Self {
        for row in &mut self.differences {
            for text in [&mut row.now, &mut row.then, &mut row.note] {
                *text = redact::value(&row.what, text).into_owned();
            }
        }
        for choice in &mut self.choices {
            for text in [&mut choice.differs, &mut choice.record] {
                *text = redact::text(text).into_owned();
            }
        }
        let lists = self.checks.iter_mut().chain(&mut self.warnings);
        for text in lists.chain([&mut self.title, &mut self.then, &mut self.undo]) {
            *text = redact::text(text).into_owned();
        }
        self
    }
    /// The headline with the stage.
    #[must_use]
    pub fn headline(&self) -> String {
        if self.stage.is_empty() { self.title.clone() } else { format!("{} · stage {}", self.title, self.stage) }
    }
}

macro_rules! intents {
    ($($intent:ident,)+) => {
        /// Any of the intents; on the command line each is a command.
        #[derive(Debug, Clone, PartialEq, clap::Subcommand)]
        pub enum AnyIntent {
            $(#[doc = concat!("See [`", stringify!($intent), "`].")] $intent($intent),)+
        }

        $(impl From<$intent> for AnyIntent {
            fn from(intent: $intent) -> Self {
                Self::$intent(intent)
            }
        })+

        impl AnyIntent {
            /// Its name.
            #[must_use]
            pub fn name(&self) -> &'static str {
                match self { $(Self::$intent(_) => $intent::NAME,)+ }
            }
            /// How long its end state may take to come.
            #[must_use]
            pub fn patience(&self) -> Duration {
                match self { $(Self::$intent(_) => $intent::PATIENCE,)+ }
            }
            /// Reads what is so, and says what would be sent.
            ///
            /// # Errors
            /// When AWS does not answer, or when it makes no sense or is not safe.
            pub async fn plan(&self, by: &Executor) -> Result<Plan, Refusal> {
                let planned = match self { $(Self::$intent(intent) => caught(intent.plan(by)).await,)+ };
                let planned = planned.unwrap_or_else(|said| Err(Refusal::No(format!("planning broke off: {said}"))));
                planned.map(Plan::redacted).map_err(Refusal::redacted)
            }
            /// The intent of this name whose plan ended with a call of the journal.
            fn of_last_call(name: &str, call: &str, parameters: &Value) -> Option<Self> {
                match name {
                    $($intent::NAME => $intent::of_last_call(call, parameters).map(Self::$intent),)+
                    _ => None,
                }
            }
            /// The command that finishes a plan of the intent of this name which was cut after a call.
            fn finishing_command(name: &str, target: &str, parameters: &Value) -> Option<String> {
                match name {
                    $($intent::NAME => $intent::finishing_command(target, parameters),)+
                    _ => None,
                }
            }
            async fn verify(&self, aws: &Aws, receipt: &Receipt, waited: Duration) -> Result<Verdict, AwsError> {
                let verdict = match self { $(Self::$intent(intent) => intent.verify(aws, receipt, waited).await,)+ };
                verdict.map(Verdict::redacted)
            }
        }
    };
}

intents! { Approve, Reject, Retrain, Rollback, }

/// A new id: a UUID, which fits every token that AWS takes (1–36 and 32–128 characters).
fn new_id() -> String {
    uuid::Uuid::new_v4().to_string()
}
