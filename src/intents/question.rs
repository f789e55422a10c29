//! What the operator must still say before an intent can be planned.

use super::AnyIntent;
use crate::resources::pipeline::Parameter;
use crate::view::Line;

/// What the operator must still say before an intent can be planned.
pub enum Question {
    /// Nothing: this can be planned.
    Nothing(AnyIntent),
    /// Values to fill in.
    Values(Values),
    /// Which of several things is meant.
    Which(Pick),
    /// What it depends on is still being read; a clause, such as `the definition of build is being read`.
    NotRead(String),
}

/// Values to fill in.
pub struct Values {
    /// What they are for.
    pub title: String,
    /// Paragraphs above them.
    pub text: Vec<Line>,
    /// What is to be filled in.
    pub inputs: Vec<Input>,
    /// Makes the intent of one value for each input, or says what is wrong with the values.
    pub intent: Box<MakeIntent>,
}

/// Makes an intent of values.
pub type MakeIntent = dyn Fn(&[String]) -> Result<AnyIntent, String> + Send + Sync;

/// One value to fill in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A line of any text, with its label.
    Text(&'static str),
    /// A value of a type, with a default and choices, that is checked while it is typed.
    Parameter(Parameter),
}

/// Several things, of which one is to be chosen.
#[derive(Debug, Clone, PartialEq)]
pub struct Pick {
    /// The question.
    pub title: String,
    /// Why it is asked.
    pub text: String,
    /// What can be chosen.
    pub items: Vec<PickItem>,
    /// The place of the item with the cursor.
    pub focus: usize,
}

/// One of the things that can be chosen.
#[derive(Debug, Clone, PartialEq)]
pub struct PickItem {
    /// What it is.
    pub line: Line,
    /// What is known of it.
    pub note: Line,
    /// What choosing it plans.
    pub intent: AnyIntent,
}
