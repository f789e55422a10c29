//! Scaling activities: what scaling did, could not do, and did not do.

use aws_sdk_applicationautoscaling::types;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::health::Health;
use crate::resources::time;

/// One scaling activity.
///
/// AWS keeps them for six weeks:
/// <https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-scaling-activities.html>.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ScalingActivity {
    /// Its id.
    pub id: String,
    /// `Pending`, `InProgress`, `Successful`, `Overridden`, `Unfulfilled`, `Failed`, raw.
    pub status: String,
    /// The change that it made: `Setting desired instance count to 4.`
    pub description: String,
    /// The cause that started it, in AWS's words.
    pub cause: String,
    /// How it ended, in AWS's words: the reason of a failure is here.
    pub message: String,
    /// When it began.
    pub started: Option<Timestamp>,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// Why it changed nothing. Empty for an activity that did, or tried to.
    pub not_scaled: Vec<NotScaled>,
}

/// A reason why an activity changed nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct NotScaled {
    /// `AlreadyAtMaxCapacity`, `AlreadyAtMinCapacity`, …, raw.
    pub code: String,
    /// The maximum at that time.
    pub max: Option<i32>,
}

impl ScalingActivity {
    /// Returns whether it is not over.
    #[must_use]
    pub fn under_way(&self) -> bool {
        matches!(self.status.as_str(), "Pending" | "InProgress")
    }
    /// Returns whether it should have changed the capacity and could not.
    #[must_use]
    pub fn failed(&self) -> bool {
        self.not_scaled.is_empty() && matches!(self.status.as_str(), "Failed" | "Unfulfilled")
    }
    /// Returns the maximum that kept it from adding capacity.
    #[must_use]
    pub fn stopped_at(&self) -> Option<i32> {
        self.not_scaled.iter().find(|reason| reason.code == "AlreadyAtMaxCapacity")?.max
    }
    /// Returns AWS's reason of a failure: `Failed to set desired instance count to 4. Reason: …` names it at the end.
    #[must_use]
    pub fn reason(&self) -> &str {
        let reason = self.message.split_once("Reason: ").map_or(self.message.as_str(), |(_, reason)| reason);
        if reason.is_empty() { &self.description } else { reason }
    }
    /// Returns whether AWS had no instances of the type: `Unable to provision requested ML compute capacity due to
    /// InsufficientInstanceCapacity error`.
    #[must_use]
    pub fn lacks_capacity(&self) -> bool {
        self.failed()
            && ["InsufficientInstanceCapacity", "ML compute capacity"].iter().any(|sign| self.reason().contains(sign))
    }
    /// Describes it in AWS's words: what it did, or why it did not.
    #[must_use]
    pub fn in_words(&self) -> String {
        if !self.not_scaled.is_empty() {
            let codes: Vec<&str> = self.not_scaled.iter().map(|reason| reason.code.as_str()).collect();
            return codes.join(", ");
        }
        let words = if self.failed() { self.reason() } else { &self.description };
        words.trim_end_matches('.').to_owned()
    }
    /// Returns the health that it shows.
    #[must_use]
    pub fn health(&self) -> Health {
        match self.status.as_str() {
            _ if self.failed() || self.stopped_at().is_some() => Health::Warning,
            _ if self.under_way() => Health::Running,
            "Successful" | "Overridden" => Health::Ok,
            _ if !self.not_scaled.is_empty() => Health::Ok,
            _ => Health::Unknown,
        }
    }
}

pub(super) fn activity(activity: types::ScalingActivity) -> ScalingActivity {
    let reasons = activity.not_scaled_reasons.unwrap_or_default();
    ScalingActivity {
        id: activity.activity_id,
        status: activity.status_code.as_str().to_owned(),
        description: activity.description,
        cause: activity.cause,
        message: activity.status_message.unwrap_or_default(),
        started: time(Some(&activity.start_time)),
        ended: time(activity.end_time.as_ref()),
        not_scaled: reasons.into_iter().map(|why| NotScaled { code: why.code, max: why.max_capacity }).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_activity_says_what_it_did_or_why_it_did_not() {
        let activity = |status: &str, reasons: &[&str]| ScalingActivity {
            status: status.into(),
            description: "Setting desired instance count to 4.".into(),
            message: "Failed to set desired instance count to 4. Reason: no capacity.".into(),
            not_scaled: reasons.iter().map(|code| NotScaled { code: (*code).into(), max: Some(2) }).collect(),
            ..ScalingActivity::default()
        };
        let (set, why) = ("Setting desired instance count to 4", "no capacity");
        let cases = [
            ("Successful", vec![], set, Health::Ok, None),
            ("InProgress", vec![], set, Health::Running, None),
            ("Failed", vec![], why, Health::Warning, None),
            ("Unfulfilled", vec![], why, Health::Warning, None),
            ("Overridden", vec![], set, Health::Ok, None),
            ("Dreaming", vec![], set, Health::Unknown, None),
            ("Failed", vec!["AlreadyAtMaxCapacity"], "AlreadyAtMaxCapacity", Health::Warning, Some(2)),
            ("Failed", vec!["AlreadyAtMinCapacity"], "AlreadyAtMinCapacity", Health::Ok, None),
        ];
        for (status, reasons, words, health, stopped) in cases {
            let activity = activity(status, &reasons);
            let found = (activity.in_words(), activity.health(), activity.stopped_at());
            assert_eq!(found, (words.to_owned(), health, stopped), "{status} {reasons:?}");
        }
        let unusual = |message: &str| ScalingActivity { message: message.into(), ..activity("Failed", &[]) };
        assert_eq!(unusual("Quota exceeded").in_words(), "Quota exceeded");
        assert_eq!(unusual("").in_words(), set);
    }
}
