//! The form of a pipeline's parameters: types, defaults and choices checked while they are typed.

use tui_input::Input;

use crate::intents::Retrain;
use crate::resources::pipeline::{Parameter, Pipeline};

/// Parameters to fill in.
#[derive(Debug, Clone)]
pub struct Form {
    /// The pipeline.
    pub pipeline: String,
    /// One field a parameter.
    pub fields: Vec<Field>,
    /// The field with the cursor.
    pub focus: usize,
}

/// One parameter.
#[derive(Debug, Clone)]
pub struct Field {
    /// What it may be.
    pub parameter: Parameter,
    /// What was typed.
    pub input: Input,
}

impl Field {
    /// What is wrong with what was typed.
    #[must_use]
    pub fn problem(&self) -> Option<String> {
        let value = self.input.value();
        if value.is_empty() && self.parameter.default.is_none() {
            return Some("must be given".into());
        }
        if self.unchanged() { None } else { self.parameter.check(value).err() }
    }

    /// Is it the default? Then it is not sent.
    fn unchanged(&self) -> bool {
        let default = self.parameter.default.as_deref();
        default.is_some_and(|default| self.parameter.same(default, self.input.value()))
    }
}

impl Form {
    /// A form filled with the defaults.
    #[must_use]
    pub fn new(pipeline: &Pipeline) -> Self {
        let parameters = pipeline.definition.as_ref().map(|d| d.parameters.clone()).unwrap_or_default();
        let fields = parameters.into_iter().map(|parameter| {
            let input = Input::new(parameter.default.clone().unwrap_or_default());
            Field { parameter, input }
        });
        Self { pipeline: pipeline.name.clone(), fields: fields.collect(), focus: 0 }
    }

    /// Moves the cursor to another field, round and round.
    pub fn step(&mut self, by: isize) {
        let count = self.fields.len().max(1);
        self.focus = (self.focus + count).saturating_add_signed(by) % count;
    }

    /// Steps through the choices of the field with the cursor; `false` when it has none.
    pub fn choose(&mut self, by: isize) -> bool {
        let Some(field) = self.fields.get_mut(self.focus) else { return false };
        let booleans = ["True".to_owned(), "False".to_owned()];
        let choices: &[String] = match (field.parameter.choices.as_slice(), field.parameter.kind.as_str()) {
            ([], "Boolean") => &booleans,
            (choices, _) => choices,
        };
        if choices.is_empty() {
            return false;
        }
        let now = choices.iter().position(|c| field.parameter.same(c, field.input.value())).unwrap_or(0);
        let next = (now + choices.len()).saturating_add_signed(by) % choices.len();
        if let Some(choice) = choices.get(next) {
            field.input = Input::new(choice.clone());
        }
        true
    }

    /// What is to be started, with the values that differ from the defaults.
    ///
    /// # Errors
    /// The place of the first field that is wrong.
    pub fn intent(&self) -> Result<Retrain, usize> {
        if let Some(wrong) = self.fields.iter().position(|f| f.problem().is_some()) {
            return Err(wrong);
        }
        let changed = self.fields.iter().filter(|f| !f.unchanged());
        let parameters = changed.map(|f| (f.parameter.name.clone(), f.input.value().to_owned())).collect();
        Ok(Retrain { pipeline: self.pipeline.clone(), parameters })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources::pipeline::Definition;

    fn form() -> Form {
        let parameter = |name: &str, kind: &str, default: Option<&str>, choices: &[&str]| Parameter {
            name: name.into(),
            kind: kind.into(),
            default: default.map(str::to_owned),
            choices: choices.iter().map(|c| (*c).to_owned()).collect(),
            description: String::new(),
        };
        let parameters = vec![
            parameter("Epochs", "Integer", Some("12"), &[]),
            parameter("Capacity", "String", Some("spot"), &["spot", "on-demand"]),
            parameter("Reason", "String", None, &[]),
        ];
        let definition = Some(Definition { parameters, ..Default::default() });
        Form::new(&Pipeline { name: "build".into(), definition, ..Default::default() })
    }

    #[test]
    fn only_what_differs_from_the_defaults_is_sent() {
        let mut form = form();
        assert_eq!(form.intent(), Err(2), "a parameter without a default must be given");
        form.fields[2].input = Input::new("nightly".into());
        form.fields[0].input = Input::new("20".into());
        let parameters = form.intent().unwrap().parameters;
        assert_eq!(parameters, [("Epochs".into(), "20".into()), ("Reason".into(), "nightly".into())]);
        form.fields[0].input = Input::new("many".into());
        assert_eq!(form.intent(), Err(0));
        form.fields[0].input = Input::new(String::new());
        assert_eq!(form.intent(), Err(0), "an empty value cannot be sent");
        form.fields[0].input = Input::new("012".into());
        assert_eq!(form.intent().unwrap().parameters.len(), 1, "12 again: the default is not sent");
    }

    #[test]
    fn choices_are_stepped_through() {
        let mut form = form();
        assert!(!form.choose(1), "a number has no choices");
        form.step(1);
        assert!(form.choose(1));
        assert_eq!(form.fields[1].input.value(), "on-demand");
        assert!(form.choose(1));
        assert_eq!(form.fields[1].input.value(), "spot");
        form.step(-2);
        assert_eq!(form.focus, 2);
    }
}
