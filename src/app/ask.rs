//! A plan that waits for its answer. Focus never starts on yes.

use tui_input::Input;

use crate::intents::{AnyIntent, Choice, Plan};

/// A plan waiting for its answer.
#[derive(Debug, Clone)]
pub struct Ask {
    /// The plan.
    pub plan: Box<Plan>,
    /// What was typed; must become the target's name.
    pub input: Input,
    /// A key is enough; `true` when it stands on "send".
    pub lenient: Option<bool>,
    /// What is wrong with the answer.
    pub problem: Option<String>,
    /// Rows scrolled away.
    pub scroll: usize,
    /// Are the calls shown whole?
    pub unfolded: bool,
}

impl Ask {
    pub(crate) fn new(plan: Box<Plan>, lenient: bool) -> Self {
        Self {
            plan,
            input: Input::default(),
            lenient: lenient.then_some(false),
            problem: None,
            scroll: 0,
            unfolded: false,
        }
    }
    /// The places of the choices that are offered.
    pub fn targets(&self) -> impl Iterator<Item = usize> {
        self.plan.choices.iter().enumerate().filter(|(_, choice)| choice.intent.is_some()).map(|(place, _)| place)
    }
    /// Returns the intent of the next or previous choice. After the last choice comes the first.
    pub(crate) fn beside(&self, by: isize) -> Option<AnyIntent> {
        let offered: Vec<&Choice> = self.plan.choices.iter().filter(|choice| choice.intent.is_some()).collect();
        let now = offered.iter().position(|choice| choice.chosen).unwrap_or(0);
        let next = (now + offered.len()).saturating_add_signed(by).checked_rem(offered.len())?;
        offered.get(next).filter(|choice| !choice.chosen)?.intent.clone()
    }
    /// The plan for another choice, in the place of this one: what was chosen among stays in sight.
    pub(crate) fn turned(self, intent: &AnyIntent, mut plan: Box<Plan>) -> Self {
        if plan.choices.is_empty() {
            plan.choices = self.plan.choices;
            plan.choices.iter_mut().for_each(|choice| choice.chosen = choice.intent.as_ref() == Some(intent));
        }
        Self { unfolded: self.unfolded, ..Self::new(plan, self.lenient.is_some()) }
    }
    /// Is the answer yes?
    #[must_use]
    pub fn confirmed(&self) -> bool {
        self.lenient.unwrap_or(self.input.value() == self.plan.target)
    }
}
