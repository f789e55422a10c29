//! The questions to the operator before an intent can be planned.

use super::AnyIntent;
use crate::resources::pipeline::Parameter;
use crate::view::Line;

/// A question to the operator before an intent can be planned.
pub enum Question {
    /// There is no question: this intent can be planned.
    Nothing(AnyIntent),
    /// The operator must fill in values.
    Values(Values),
    /// The operator must choose one of several things.
    Which(Pick),
    /// A needed thing is still being read; the text is a clause, such as `the definition of build is being read`.
    NotRead(String),
}

/// Values to fill in.
pub struct Values {
    /// The purpose of the values.
    pub title: String,
    /// The paragraphs above them.
    pub text: Vec<Line>,
    /// The values.
    pub inputs: Vec<Input>,
    /// Makes the intent from one value for each input, or describes what is wrong with the values.
    pub intent: Box<MakeIntent>,
}

/// A function that makes an intent from values.
pub type MakeIntent = dyn Fn(&[String]) -> Result<AnyIntent, String> + Send + Sync;

/// One value to fill in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A line of any text, with its label.
    Text(&'static str),
    /// A value of a type, with a default and choices, that is checked while it is typed.
    Parameter(Parameter),
    /// The same, filled in with another value than the default.
    Filled(Parameter, String),
}

/// Several things, of which the operator chooses one.
#[derive(Debug, Clone, PartialEq)]
pub struct Pick {
    /// The question.
    pub title: String,
    /// The reason for the question.
    pub text: String,
    /// The things to choose from.
    pub items: Vec<PickItem>,
    /// The index of the item with the cursor.
    pub focus: usize,
}

/// One of the things to choose from.
#[derive(Debug, Clone, PartialEq)]
pub struct PickItem {
    /// The name of the thing.
    pub line: Line,
    /// The known facts about it.
    pub note: Line,
    /// The intent that this choice plans.
    pub intent: AnyIntent,
}
