//! The layout of the screen: the tour of the first start, the wallboard, and what is left out.

use jiff::Timestamp;

/// The layout of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Layout {
    /// Do lists show times instead of ages?
    pub times: bool,
    /// Has the body all rows of the screen, without tabs, preview and facts?
    pub zoomed: bool,
}

/// The steps of the tour: the action that ends the step, and what it does, behind its key.
const STEPS: [(&str, &str); 5] = [
    ("down", "moves the cursor; below the list is the path of the selected model, from data to people"),
    ("open", "opens the lineage of the selected model: every resource, and why it belongs to it"),
    ("back", "goes back; it also clears filters and closes what is open"),
    ("palette", "finds any pane, model, resource or action by its name"),
    ("help", "shows the keys that work here"),
];

/// The tour. It takes no keys: each step ends when its action was run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tour {
    step: usize,
}

impl Tour {
    /// Returns the number of the step, the number of all steps, its action, and what that does.
    #[must_use]
    pub fn step(&self) -> Option<(usize, usize, &'static str, &'static str)> {
        let (action, does) = STEPS.get(self.step)?;
        Some((self.step + 1, STEPS.len(), action, does))
    }

    /// Returns the tour after an action was run. `None` after its last step.
    #[must_use]
    pub fn after(self, action: &str) -> Option<Self> {
        let done = self.step().is_some_and(|(_, _, wanted, _)| wanted == action);
        let next = Self { step: self.step + usize::from(done) };
        (next.step < STEPS.len()).then_some(next)
    }
}

/// The wallboard: the models for a screen that nobody types at. The selected model changes by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wallboard {
    /// When the selected model changed.
    pub turned: Timestamp,
}
