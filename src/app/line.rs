//! A line of text that is edited: a filter or a search word.

use tui_input::{Input, InputRequest};

/// A filter or a search word.
#[derive(Debug, Clone, Default)]
pub struct TypedLine {
    /// The text and its cursor.
    pub input: Input,
    /// Is it being edited?
    pub typing: bool,
}

impl TypedLine {
    /// Makes an empty line that is being edited.
    #[must_use]
    pub fn begun() -> Self {
        Self { input: Input::default(), typing: true }
    }

    /// Returns the text.
    #[must_use]
    pub fn text(&self) -> &str {
        self.input.value()
    }

    /// Is there no text?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text().is_empty()
    }

    /// Deletes the text.
    pub fn clear(&mut self) {
        self.input.reset();
    }
}

impl From<String> for TypedLine {
    fn from(text: String) -> Self {
        Self { input: Input::new(text), typing: false }
    }
}

/// Inserts text at the cursor.
pub fn insert(input: &mut Input, text: &str) {
    for character in text.chars() {
        let _ = input.handle(InputRequest::InsertChar(character));
    }
}
