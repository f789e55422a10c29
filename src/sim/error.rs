//! What AWS answers when it does not do what was asked.

use std::borrow::Cow;

/// An error answer: AWS's own code, text and HTTP status.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ServiceError {
    pub(crate) code: Cow<'static, str>,
    pub(crate) message: String,
    pub(crate) status: u16,
    pub(crate) cause: Cause,
}

/// What is wrong with a request, where services word the same thing differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    /// A required member is not there.
    Missing,
    /// A value is none of those that are allowed.
    NotInSet,
    /// A value breaks another constraint of the service model.
    Constraint,
    /// A member has another type than the service model says.
    Type,
    /// A token that continues no page of this request.
    Token,
    /// Something that only this service says.
    Own,
}

impl ServiceError {
    /// An error with status 400, which is what nearly all are.
    pub(crate) fn new(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into(), status: 400, cause: Cause::Own }
    }
    /// The same with another status.
    pub(crate) fn status(self, status: u16) -> Self {
        Self { status, ..self }
    }
    /// The same with another code.
    pub(crate) fn coded(self, code: &'static str) -> Self {
        Self { code: code.into(), ..self }
    }
    /// `ValidationException`, `SageMaker`'s answer to most things.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new("ValidationException", message)
    }
    /// A value that breaks a constraint of the service model, in AWS's wording.
    pub(crate) fn constraint(value: &str, member: &str, rule: &str) -> Self {
        let mut letters = member.chars();
        let member: String = letters.next().map(|c| c.to_ascii_lowercase()).into_iter().chain(letters).collect();
        let message =
            format!("1 validation error detected: Value {value} at '{member}' failed to satisfy constraint: {rule}");
        Self { cause: Cause::Constraint, ..Self::invalid(message) }
    }
    /// A required member that is not there.
    pub(crate) fn missing(member: &str) -> Self {
        Self { cause: Cause::Missing, ..Self::constraint("null", member, "Member must not be null") }
    }
    /// A value that is none of the allowed words.
    pub(crate) fn not_in_set(value: &str, member: &str, words: &[&str]) -> Self {
        let rule = format!("Member must satisfy enum value set: [{}]", words.join(", "));
        Self { cause: Cause::NotInSet, ..Self::constraint(&format!("'{value}'"), member, &rule) }
    }
    /// A member that has another type than the service model says.
    pub(crate) fn shape(member: &str, wanted: &str) -> Self {
        let message = format!("{member} can not be converted to {wanted}");
        Self { cause: Cause::Type, ..Self::new("SerializationException", message) }
    }
    /// A token that was not given with a page of this request.
    pub(crate) fn token() -> Self {
        let message = "Invalid NextToken: the token does not belong to this request";
        Self { cause: Cause::Token, ..Self::invalid(message) }
    }
    /// `ResourceNotFound`, where the service model has it.
    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::new("ResourceNotFound", message)
    }
}
