//! One line that is typed: a filter, or a word to look for.

use tui_input::{Input, InputRequest};

/// A line that is typed below or in what it filters.
#[derive(Debug, Clone, Default)]
pub struct TypedLine {
    /// The text and its cursor.
    pub input: Input,
    /// Is it being typed now?
    pub typing: bool,
}

impl TypedLine {
    /// An empty line that is being typed.
    #[must_use]
    pub fn begun() -> Self {
        Self { input: Input::default(), typing: true }
    }

    /// What was typed.
    #[must_use]
    pub fn text(&self) -> &str {
        self.input.value()
    }

    /// Was nothing typed, or all of it taken away?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text().is_empty()
    }

    /// Takes the text away; whether it is being typed stays as it is.
    pub fn clear(&mut self) {
        self.input.reset();
    }
}

impl From<String> for TypedLine {
    fn from(text: String) -> Self {
        Self { input: Input::new(text), typing: false }
    }
}

/// Puts text into a line where its cursor is.
pub fn insert(input: &mut Input, text: &str) {
    for character in text.chars() {
        let _ = input.handle(InputRequest::InsertChar(character));
    }
}
