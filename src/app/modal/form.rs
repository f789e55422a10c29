//! A form with one or several fields. Values are checked while they are typed.

use std::fmt;
use std::sync::Arc;

use tui_input::Input;

use super::Dialog;
use crate::app::{App, Effect};
use crate::redact::is_secret;
use crate::resources::pipeline::Parameter;
use crate::view::Line;

/// A form. A question with one line for an answer is a form with one field.
#[derive(Debug, Clone)]
pub struct Form {
    /// The title.
    pub title: String,
    /// The paragraphs above the fields.
    pub text: Vec<Line>,
    /// The fields.
    pub fields: Vec<Field>,
    /// The index of the selected field.
    pub focus: usize,
    /// Does it lead to a write? Then the account is shown.
    pub writes: bool,
    /// The label of the key that submits the form.
    pub confirm: &'static str,
    /// The error of the last submission. It is shown at the selected field.
    pub problem: Option<String>,
    /// The function that processes the values.
    pub submit: Submit,
}

/// The function that processes the values of a form. It takes one value for each field, and returns an effect or an
/// error message.
#[derive(Clone)]
pub struct Submit(Arc<SubmitFn>);

type SubmitFn = dyn Fn(&mut App, &[String]) -> Result<Option<Effect>, String> + Send + Sync;

impl Submit {
    /// Wraps a function.
    pub fn new(submit: impl Fn(&mut App, &[String]) -> Result<Option<Effect>, String> + Send + Sync + 'static) -> Self {
        Self(Arc::new(submit))
    }

    /// Calls the function.
    ///
    /// # Errors
    /// The error message of the function.
    pub fn call(&self, app: &mut App, values: &[String]) -> Result<Option<Effect>, String> {
        (self.0)(app, values)
    }
}

impl fmt::Debug for Submit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Submit")
    }
}

/// One field.
#[derive(Debug, Clone)]
pub struct Field {
    /// Its name, type, default and choices.
    pub parameter: Parameter,
    /// Is the value checked while it is typed?
    pub checked: bool,
    /// The value.
    pub input: Input,
}

impl Field {
    /// Makes a field for any text.
    #[must_use]
    pub fn text(name: &str) -> Self {
        Self {
            parameter: Parameter { name: name.to_owned(), ..Parameter::default() },
            checked: false,
            input: Input::default(),
        }
    }

    /// Fills in a value.
    #[must_use]
    pub fn filled(self, value: String) -> Self {
        Self { input: Input::new(value), ..self }
    }

    /// Is the value a secret that is not shown?
    #[must_use]
    pub fn is_secret(&self) -> bool {
        is_secret(&self.parameter.name)
    }

    /// Returns the error of the value, if it is wrong.
    #[must_use]
    pub fn problem(&self) -> Option<String> {
        let value = self.input.value();
        if !self.checked || self.parameter.is_default(value) {
            return None;
        }
        if value.is_empty() && self.parameter.default.is_none() {
            return Some("must be given".into());
        }
        self.parameter.check(value).err()
    }

    /// Returns the allowed values. Empty if any value is allowed.
    #[must_use]
    pub fn choices(&self) -> Vec<&str> {
        match (self.parameter.choices.as_slice(), self.parameter.kind.as_str()) {
            ([], "Boolean") => vec!["True", "False"],
            (choices, _) => choices.iter().map(String::as_str).collect(),
        }
    }
}

impl From<Parameter> for Field {
    /// Makes a field with the default of a parameter.
    fn from(parameter: Parameter) -> Self {
        let input = Input::new(parameter.default.clone().unwrap_or_default());
        Self { parameter, checked: true, input }
    }
}

impl Form {
    /// Makes a form that asks for a time. `text` says which times it takes.
    pub(crate) fn time(text: String, submit: Submit) -> Self {
        Self {
            title: "Go to".to_owned(),
            text: vec![Line::new().muted(text)],
            fields: vec![Field::text("time")],
            focus: 0,
            writes: false,
            confirm: "go",
            problem: None,
            submit,
        }
    }
    /// Moves to another field. After the last field comes the first.
    pub fn step(&mut self, by: isize) {
        let count = self.fields.len().max(1);
        self.focus = (self.focus + count).saturating_add_signed(by) % count;
    }

    /// Steps through the allowed values of the selected field.
    pub fn choose(&mut self, by: isize) {
        let Some(field) = self.fields.get_mut(self.focus) else { return };
        let choices = field.choices();
        let now = choices.iter().position(|c| field.parameter.same(c, field.input.value())).unwrap_or(0);
        let next = (now + choices.len()).saturating_add_signed(by).checked_rem(choices.len());
        if let Some(choice) = next.and_then(|next| choices.get(next)) {
            field.input = Input::new((*choice).to_owned());
        }
    }

    /// Returns the values of all fields.
    ///
    /// # Errors
    /// The index of the first field that is wrong.
    pub fn values(&self) -> Result<Vec<String>, usize> {
        match self.fields.iter().position(|field| field.problem().is_some()) {
            Some(wrong) => Err(wrong),
            None => Ok(self.fields.iter().map(|field| field.input.value().to_owned()).collect()),
        }
    }
}

impl Dialog for Form {
    fn types(&self) -> bool {
        true
    }

    fn line(&mut self) -> Option<&mut Input> {
        self.problem = None;
        self.fields.get_mut(self.focus).map(|field| &mut field.input)
    }

    fn steps(&self) -> bool {
        true
    }

    fn turns(&self) -> bool {
        self.fields.get(self.focus).is_some_and(|field| !field.choices().is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> Form {
        let parameter = |name: &str, kind: &str, default: Option<&str>, choices: &[&str]| Parameter {
            name: name.into(),
            kind: kind.into(),
            default: default.map(str::to_owned),
            choices: choices.iter().map(|c| (*c).to_owned()).collect(),
            description: String::new(),
        };
        let parameters = [
            parameter("Epochs", "Integer", Some("12"), &[]),
            parameter("Capacity", "String", Some("spot"), &["spot", "on-demand"]),
            parameter("Reason", "String", None, &[]),
        ];
        Form {
            title: "Start build".into(),
            text: Vec::new(),
            fields: parameters.into_iter().map(Field::from).collect(),
            focus: 0,
            writes: true,
            confirm: "make the plan",
            problem: None,
            submit: Submit::new(|_, _| Ok(None)),
        }
    }

    #[test]
    fn values_are_there_when_no_field_is_wrong() {
        let mut form = form();
        assert_eq!(form.values(), Err(2), "a parameter without a default must be given");
        form.fields[2].input = Input::new("nightly".into());
        assert_eq!(form.values().unwrap(), ["12", "spot", "nightly"]);
        form.fields[0].input = Input::new("many".into());
        assert_eq!(form.values(), Err(0));
        form.fields[0].input = Input::new(String::new());
        assert_eq!(form.values(), Err(0), "an empty value cannot be sent");
    }

    #[test]
    fn choices_are_stepped_through() {
        let mut form = form();
        assert!(!form.turns(), "a number has no choices");
        form.choose(1);
        assert_eq!(form.fields[0].input.value(), "12");
        form.step(1);
        assert!(form.turns());
        form.choose(1);
        assert_eq!(form.fields[1].input.value(), "on-demand");
        form.choose(1);
        assert_eq!(form.fields[1].input.value(), "spot");
        form.step(-2);
        assert_eq!(form.focus, 2);
    }
}
