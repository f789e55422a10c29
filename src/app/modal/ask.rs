//! A plan that waits for confirmation. Nothing is sent by default.

use tui_input::Input;

use super::Dialog;
use crate::intents::{AnyIntent, Choice, Plan, Way};

/// A plan that waits for confirmation.
#[derive(Debug, Clone)]
pub struct Ask {
    /// The plan.
    pub plan: Box<Plan>,
    /// The answer so far.
    pub answer: Answer,
    /// The error of the last answer.
    pub problem: Option<String>,
    /// The number of rows that are scrolled away.
    pub scroll: usize,
    /// Are the calls shown in full?
    pub unfolded: bool,
}

/// The way in which a plan is confirmed.
#[derive(Debug, Clone)]
pub enum Answer {
    /// By typing the name of the plan's target.
    Typed(Input),
    /// By a key, while "send" is selected instead of "cancel".
    Key {
        /// Is "send" selected?
        sends: bool,
    },
}

impl Ask {
    /// Makes a plan without an answer. A plan that is confirmed `by_key` begins with "cancel" selected.
    #[must_use]
    pub fn new(plan: Box<Plan>, by_key: bool) -> Self {
        let answer = if by_key { Answer::Key { sends: false } } else { Answer::Typed(Input::default()) };
        Self { plan, answer, problem: None, scroll: 0, unfolded: false }
    }

    /// Is it confirmed by a key?
    #[must_use]
    pub fn is_by_key(&self) -> bool {
        matches!(self.answer, Answer::Key { .. })
    }

    /// Returns the choices that can be planned.
    pub fn targets(&self) -> impl Iterator<Item = &Choice> {
        self.plan.choices.iter().filter(|choice| choice.intent.is_some())
    }

    /// Returns the intent of the next or previous choice. After the last choice comes the first.
    #[must_use]
    pub fn beside(&self, by: isize) -> Option<AnyIntent> {
        let offered: Vec<&Choice> = self.targets().collect();
        let now = offered.iter().position(|choice| choice.chosen).unwrap_or(0);
        let next = (now + offered.len()).saturating_add_signed(by).checked_rem(offered.len())?;
        offered.get(next).filter(|choice| !choice.chosen)?.intent.clone()
    }

    /// Returns the intent of the next or previous way. After the last way comes the first.
    #[must_use]
    pub fn another_way(&self, by: isize) -> Option<AnyIntent> {
        let offered: Vec<&Way> = self.ways().collect();
        let now = offered.iter().position(|way| way.chosen);
        // A way that turned out not to exist is not among them; then the search begins at the end.
        let now = now.unwrap_or(offered.len().saturating_sub(1));
        let next = (now + offered.len()).saturating_add_signed(by).checked_rem(offered.len())?;
        offered.get(next).filter(|way| !way.chosen)?.intent.clone()
    }

    /// Returns the ways that can be planned.
    pub fn ways(&self) -> impl Iterator<Item = &Way> {
        self.plan.ways.iter().filter(|way| way.intent.is_some())
    }

    /// Notes that a way cannot be gone, and why, if the intent is that of a way.
    pub fn refuse_way(&mut self, intent: &AnyIntent, why: &str) {
        let way = self.plan.ways.iter_mut().find(|way| way.intent.as_ref() == Some(intent));
        if let Some(way) = way {
            (way.intent, way.note) = (None, why.to_owned());
        }
    }

    /// Replaces the plan by the one of another choice or way. The list of choices of the same way stays.
    #[must_use]
    pub fn with_plan(self, intent: &AnyIntent, mut plan: Box<Plan>, by_key: bool) -> Self {
        let mut ways = self.plan.ways;
        let turned = ways.iter().any(|way| way.intent.as_ref() == Some(intent));
        if turned {
            for way in &mut ways {
                way.chosen = way.intent.as_ref() == Some(intent);
            }
        }
        if plan.ways.is_empty() {
            plan.ways = ways;
        }
        if plan.choices.is_empty() && !turned {
            plan.choices = self.plan.choices;
            plan.choices.iter_mut().for_each(|choice| choice.chosen = choice.intent.as_ref() == Some(intent));
        }
        Self { unfolded: self.unfolded, ..Self::new(plan, by_key) }
    }

    /// Is the plan confirmed?
    #[must_use]
    pub fn confirmed(&self) -> bool {
        match &self.answer {
            Answer::Typed(input) => input.value() == self.plan.target,
            Answer::Key { sends } => *sends,
        }
    }
}

impl Dialog for Ask {
    fn types(&self) -> bool {
        !self.is_by_key()
    }

    fn line(&mut self) -> Option<&mut Input> {
        let Answer::Typed(input) = &mut self.answer else { return None };
        self.problem = None;
        Some(input)
    }

    fn scroll(&mut self) -> Option<&mut usize> {
        Some(&mut self.scroll)
    }

    fn steps(&self) -> bool {
        self.is_by_key()
    }

    fn turns(&self) -> bool {
        self.targets().count() > 1
    }
}
