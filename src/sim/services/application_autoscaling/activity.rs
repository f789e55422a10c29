//! Scaling activities.

use super::DIMENSION;
use crate::sim::prelude::{Span, Time, Value, num, tree};

/// Something that scaling did, or could not do.
#[derive(Debug, Clone)]
pub(crate) struct Activity {
    pub(crate) resource: String,
    pub(crate) at: Time,
    pub(crate) cause: String,
    pub(crate) outcome: Outcome,
}

/// The result of an activity.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Outcome {
    /// It set the number of instances.
    Set(i64),
    /// It set the limits: `max capacity to 4`.
    Limited(String),
    /// It could not set the number of instances; AWS's reason.
    Failed(i64, String),
    /// It changed nothing, because the number of instances is already the maximum.
    AtMax(i64),
}

impl Activity {
    /// Returns whether it changed nothing. Such activities are only listed on demand.
    pub(super) fn changed_nothing(&self) -> bool {
        matches!(self.outcome, Outcome::AtMax(_))
    }

    /// Returns its row in a list. The words are those of AWS.
    pub(super) fn row(&self) -> Value {
        let count = |n: &i64| format!("desired instance count to {n}");
        let (status, description, message) = match &self.outcome {
            Outcome::Set(n) => (
                "Successful",
                format!("Setting {}.", count(n)),
                Some(format!("Successfully set {}. Change successfully fulfilled by sagemaker.", count(n))),
            ),
            Outcome::Limited(limits) => {
                ("Successful", format!("Setting {limits}"), Some(format!("Successfully set {limits}")))
            }
            Outcome::Failed(n, reason) => (
                "Failed",
                format!("Setting {}.", count(n)),
                Some(format!("Failed to set {}. Reason: {reason}", count(n))),
            ),
            Outcome::AtMax(_) => ("Failed", "Attempting to scale due to alarm triggered".to_owned(), None),
        };
        let reasons = match self.outcome {
            Outcome::AtMax(most) => Some(vec![tree! { "Code": "AlreadyAtMaxCapacity", "MaxCapacity": most }]),
            Outcome::Set(_) | Outcome::Limited(_) | Outcome::Failed(..) => None,
        };
        tree! {
            "ActivityId": num::hex(num::hash(&format!("{}{}{}", self.resource, self.at.0, self.cause)), 32),
            "ServiceNamespace": "sagemaker",
            "ResourceId": self.resource.as_str(),
            "ScalableDimension": DIMENSION,
            "Description": description,
            "Cause": self.cause.as_str(),
            "StartTime": self.at,
            "EndTime": (!self.changed_nothing()).then_some(self.at + Span::seconds(20)),
            "StatusCode": status,
            "StatusMessage": message,
            "NotScaledReasons": reasons,
        }
    }
}
