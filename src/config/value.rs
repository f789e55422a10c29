//! The small values of a config file: durations, patterns, severities, comparisons.
//!
//! Each value is checked while it is parsed, so that an error can point at its place.

use std::fmt;
use std::time::Duration;

use jiff::SpanRelativeTo;
use serde::Deserialize;

/// A severity from 1 (wakes somebody) to 5 (can wait).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(extend("enum" = ["sev1", "sev2", "sev3", "sev4", "sev5"])))]
#[serde(try_from = "String")]
pub struct Severity(u8);

impl Severity {
    /// Returns the level, from 1 (the worst) to 5.
    #[must_use]
    pub fn level(self) -> u8 {
        self.0
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sev{}", self.0)
    }
}

impl TryFrom<String> for Severity {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let level = text.strip_prefix("sev").and_then(|n| n.parse().ok());
        let level = level.filter(|n| (1..=5).contains(n));
        level.map(Self).ok_or_else(|| format!("{text:?} is not a severity; write \"sev1\" to \"sev5\""))
    }
}

/// How a value compares with its threshold when it is beyond it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum Compare {
    /// The value is greater.
    #[serde(rename = ">")]
    Greater,
    /// The value is greater or equal.
    #[serde(rename = ">=")]
    GreaterOrEqual,
    /// The value is less.
    #[serde(rename = "<")]
    Less,
    /// The value is less or equal.
    #[serde(rename = "<=")]
    LessOrEqual,
}

impl Compare {
    /// Returns whether `value` compares with `threshold` in this way.
    #[must_use]
    pub fn holds(self, value: f64, threshold: f64) -> bool {
        match self {
            Self::Greater => value > threshold,
            Self::GreaterOrEqual => value >= threshold,
            Self::Less => value < threshold,
            Self::LessOrEqual => value <= threshold,
        }
    }

    /// Returns the operator as it is written.
    #[must_use]
    pub fn sign(self) -> &'static str {
        match self {
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
        }
    }
}

/// The meaning of a metric beyond its threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Meaning {
    /// Something is wrong.
    #[default]
    Breach,
    /// The model is good enough to be promoted.
    Promote,
}

/// The role of a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// How good the model is.
    #[default]
    Quality,
    /// How far its data or its answers have moved from what it was trained on.
    Drift,
}

/// The way to confirm a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Confirm {
    /// The operator types the name of the target.
    #[default]
    Type,
    /// The operator presses a key; *Cancel* is selected first.
    Confirm,
}

/// A length of time in whole seconds, in the form `26h`, `90m`, `2d` or `1h30m`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(try_from = "String")]
pub(super) struct Span(pub(super) Duration);

impl TryFrom<String> for Span {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let span = text.parse::<jiff::Span>();
        let length = span.and_then(|span| span.to_duration(SpanRelativeTo::days_are_24_hours())).ok();
        let seconds = length.and_then(|length| u64::try_from(length.as_secs()).ok()).filter(|seconds| *seconds > 0);
        seconds
            .map(|seconds| Self(Duration::from_secs(seconds)))
            .ok_or_else(|| format!("{text:?} is not a duration; write \"90m\", \"26h\" or \"2d\""))
    }
}

/// A text that is not empty and has no spaces around it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(extend("minLength" = 1)))]
#[serde(try_from = "String")]
pub(super) struct Name(pub(super) String);

impl TryFrom<String> for Name {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text.is_empty() || text.trim() != text {
            return Err(format!("{text:?} is not a name: it is empty or has spaces around it"));
        }
        Ok(Self(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        let seconds = |text: &str| Span::try_from(text.to_owned()).ok().map(|s| s.0.as_secs());
        let cases = [
            ("26h", Some(93_600)),
            ("90m", Some(5400)),
            ("2d", Some(172_800)),
            ("1h30m", Some(5400)),
            ("45s", Some(45)),
            ("1w", Some(604_800)),
            ("2 h", Some(7200)),
            ("90 minutes", Some(5400)),
            ("", None),
            ("0h", None),
            ("-2h", None),
            ("26", None),
            ("h", None),
            ("2y", None),
            ("1mo", None),
            ("500ms", None),
            ("99999999999999999999d", None),
            ("9999999999999999999w", None),
        ];
        for (text, wanted) in cases {
            assert_eq!(seconds(text), wanted, "{text:?}");
        }
    }

    #[test]
    fn severities_and_comparisons() {
        let level = |text: &str| Severity::try_from(text.to_owned()).ok().map(Severity::level);
        assert_eq!(
            (level("sev1"), level("sev5"), level("sev6"), level("SEV1"), level("1")),
            (Some(1), Some(5), None, None, None)
        );
        assert!(Compare::Greater.holds(2.0, 1.0) && !Compare::Greater.holds(1.0, 1.0));
        assert!(Compare::LessOrEqual.holds(1.0, 1.0) && !Compare::Less.holds(f64::NAN, 1.0));
    }
}
