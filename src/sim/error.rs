//! The error answers of AWS.

use std::borrow::Cow;

/// An error answer with AWS's own code, text and HTTP status.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ServiceError {
    pub(crate) code: Cow<'static, str>,
    pub(crate) message: String,
    pub(crate) status: u16,
    pub(crate) cause: Cause,
}

/// The mistake in a request, if services describe the same mistake differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    /// A required member is missing.
    Missing,
    /// A value is not one of the allowed ones.
    NotInSet,
    /// A value breaks another constraint of the service model.
    Constraint,
    /// A member does not have the type of the service model.
    Type,
    /// A token belongs to no page of this request.
    Token,
    /// The mistake exists in this service only.
    Own,
}

impl ServiceError {
    /// Creates an error with status 400, which nearly all errors have.
    pub(crate) fn new(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into(), status: 400, cause: Cause::Own }
    }
    /// Returns the error with another status.
    pub(crate) fn status(self, status: u16) -> Self {
        Self { status, ..self }
    }
    /// Returns the error with another code.
    pub(crate) fn coded(self, code: &'static str) -> Self {
        Self { code: code.into(), ..self }
    }
    /// Creates a `ValidationException`, `SageMaker`'s most frequent error.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new("ValidationException", message)
    }
    /// Creates the error for a value that breaks a constraint of the service model, in AWS's wording.
    pub(crate) fn constraint(value: &str, member: &str, rule: &str) -> Self {
        let mut letters = member.chars();
        let member: String = letters.next().map(|c| c.to_ascii_lowercase()).into_iter().chain(letters).collect();
        let message =
            format!("1 validation error detected: Value {value} at '{member}' failed to satisfy constraint: {rule}");
        Self { cause: Cause::Constraint, ..Self::invalid(message) }
    }
    /// Creates the error for a missing member.
    pub(crate) fn missing(member: &str) -> Self {
        Self { cause: Cause::Missing, ..Self::constraint("null", member, "Member must not be null") }
    }
    /// Creates the error for a value that is not one of the allowed words.
    pub(crate) fn not_in_set(value: &str, member: &str, words: &[&str]) -> Self {
        let rule = format!("Member must satisfy enum value set: [{}]", words.join(", "));
        Self { cause: Cause::NotInSet, ..Self::constraint(&format!("'{value}'"), member, &rule) }
    }
    /// Creates the error for a member that does not have the type of the service model.
    pub(crate) fn shape(member: &str, wanted: &str) -> Self {
        let message = format!("{member} can not be converted to {wanted}");
        Self { cause: Cause::Type, ..Self::new("SerializationException", message) }
    }
    /// Creates the error for a token that belongs to no page of this request.
    pub(crate) fn token() -> Self {
        let message = "Invalid NextToken: the token does not belong to this request";
        Self { cause: Cause::Token, ..Self::invalid(message) }
    }
    /// Creates a `ResourceNotFound`, for operations whose service model has it.
    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::new("ResourceNotFound", message)
    }
}
