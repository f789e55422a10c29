//! What AWS answers when it does not do what was asked.

use std::borrow::Cow;

/// An error answer: AWS's own code, text and HTTP status.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Fault {
    pub(crate) code: Cow<'static, str>,
    pub(crate) message: String,
    pub(crate) status: u16,
}

impl Fault {
    /// An error with status 400, which is what nearly all are.
    pub(crate) fn new(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into(), status: 400 }
    }
    /// The same with another status.
    pub(crate) fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }
    /// `ValidationException`, `SageMaker`'s answer to most things.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new("ValidationException", message)
    }
    /// A value that breaks a constraint of the service model, in AWS's wording.
    pub(crate) fn constraint(value: &str, member: &str, rule: &str) -> Self {
        let mut letters = member.chars();
        let member: String = letters.next().map(|c| c.to_ascii_lowercase()).into_iter().chain(letters).collect();
        Self::invalid(format!(
            "1 validation error detected: Value {value} at '{member}' failed to satisfy constraint: {rule}"
        ))
    }
    /// A required member that is not there.
    pub(crate) fn missing(member: &str) -> Self {
        Self::constraint("null", member, "Member must not be null")
    }
    /// A member that has another type than the service model says.
    pub(crate) fn shape(member: &str, wanted: &str) -> Self {
        Self::new("SerializationException", format!("{member} can not be converted to {wanted}"))
    }
    /// `ResourceNotFound`, where the service model has it.
    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::new("ResourceNotFound", message)
    }
}
