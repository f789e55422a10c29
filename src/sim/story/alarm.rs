//! Alarms of a story.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::super::time::Span;
use super::yes;

/// An alarm: on a metric, on an expression, on a band, or on other alarms.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct Alarm {
    /// The name.
    pub(crate) name: String,
    /// The description.
    #[serde(default)]
    pub(crate) description: String,
    /// The metric that it watches; `expression` uses `metrics` instead.
    pub(crate) watch: Option<Metric>,
    /// The period in seconds.
    #[serde(default = "minute")]
    pub(crate) period: i64,
    /// The number of periods that are evaluated.
    #[serde(default = "one")]
    pub(crate) periods: i64,
    /// The number of them that must breach; left out: all.
    pub(crate) needed: Option<i64>,
    /// The threshold.
    pub(crate) threshold: Option<f64>,
    /// The comparison: `>`, `>=`, `<` or `<=`.
    #[serde(default)]
    pub(crate) compare: Compare,
    /// The meaning of a missing data point.
    pub(crate) missing: Option<Missing>,
    /// A formula over `metrics`, by their keys.
    pub(crate) expression: Option<String>,
    /// The metrics of the expression, by their keys.
    #[serde(default)]
    pub(crate) metrics: BTreeMap<String, Metric>,
    /// The width of an anomaly band around the metric.
    pub(crate) band: Option<f64>,
    /// The rule of a composite alarm.
    pub(crate) rule: Option<String>,
    /// The names of topics, or ARNs.
    #[serde(default)]
    pub(crate) actions: Vec<String>,
    /// Whether its actions are enabled.
    #[serde(default = "yes")]
    pub(crate) enabled: bool,
    /// The alarm that suppresses the actions of this composite alarm while it fires.
    pub(crate) suppressor: Option<String>,
    /// The time that actions wait for it to fire.
    #[serde(default = "minute_long")]
    pub(crate) wait: Span,
    /// The time that actions wait after it fired.
    #[serde(default = "minute_long")]
    pub(crate) extension: Span,
    /// The state of its evaluation in AWS's terms, if it is unusual.
    pub(crate) evaluation: Option<String>,
    /// Its age.
    #[serde(default = "quarter")]
    pub(crate) age: Span,
}

defaults! {
    minute: i64 = 60;
    one: i64 = 1;
    minute_long: Span = Span::minutes(1);
    quarter: Span = Span::minutes(90 * 24 * 60);
}

/// A rule that mutes alarms.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct Mute {
    /// The name.
    pub(crate) name: String,
    /// The description.
    #[serde(default)]
    pub(crate) description: String,
    /// The names of the alarms.
    pub(crate) alarms: Vec<String>,
    /// When it begins to mute, counted from the beginning of the story, if it mutes once.
    pub(crate) from: Option<Span>,
    /// The time of day in UTC at which it begins to mute every day, such as `02:00`.
    pub(crate) daily: Option<String>,
    /// How long it mutes.
    pub(crate) lasts: Span,
    /// Who made it.
    #[serde(default = "someone")]
    pub(crate) by: String,
    /// Its age.
    #[serde(default = "hour")]
    pub(crate) age: Span,
}

defaults! {
    someone: String = "ana".to_owned();
    hour: Span = Span::minutes(60);
}

/// A metric and its statistic.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct Metric {
    /// The name.
    pub(crate) name: String,
    /// The statistic.
    #[serde(default = "average")]
    pub(crate) stat: String,
    /// The endpoint of the metric.
    pub(crate) endpoint: Option<String>,
    /// The value of the dimension `Model`.
    pub(crate) model: Option<String>,
    /// The namespace; left out: that of the endpoint or model.
    pub(crate) namespace: Option<String>,
    /// Further dimensions.
    #[serde(default)]
    pub(crate) dimensions: BTreeMap<String, String>,
}

defaults! {
    average: String = "Average".to_owned();
}

/// The comparison of a value with the threshold.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) enum Compare {
    #[default]
    #[serde(rename = ">")]
    More,
    #[serde(rename = ">=")]
    Least,
    #[serde(rename = "<")]
    Less,
    #[serde(rename = "<=")]
    Most,
}

impl Compare {
    /// Returns AWS's term.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::More => "GreaterThanThreshold",
            Self::Least => "GreaterThanOrEqualToThreshold",
            Self::Less => "LessThanThreshold",
            Self::Most => "LessThanOrEqualToThreshold",
        }
    }
    /// Returns AWS's term for leaving a band on that side.
    pub(crate) fn band_word(self) -> &'static str {
        match self {
            Self::More | Self::Least => "GreaterThanUpperThreshold",
            Self::Less | Self::Most => "LessThanLowerThreshold",
        }
    }
}

/// The meaning of a missing data point.
#[derive(Debug, Clone, Copy, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) enum Missing {
    Breaching,
    NotBreaching,
    Ignore,
    #[serde(rename = "missing")]
    Unknown,
}

impl Missing {
    /// Returns AWS's term.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Breaching => "breaching",
            Self::NotBreaching => "notBreaching",
            Self::Ignore => "ignore",
            Self::Unknown => "missing",
        }
    }
}
