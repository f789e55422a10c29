//! Families of models: the metrics that judge such a model, with the bounds beyond which a value is bad or good.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::metric::{Metric, MetricSource};
use super::value::{Compare, Meaning, Role};

/// The namespace of a family's metrics in `CloudWatch`, unless the configuration names another.
const NAMESPACE: &str = "Retail/Models";
/// An error below this many percent is so small that the value is probably a fraction.
const DOUBTFUL: f64 = 1.0;

/// The purpose of a model. It decides which metrics judge the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Family {
    /// It foresees quantities.
    Forecast,
    /// It divides customers into groups.
    Segmentation,
    /// It chooses what customers see.
    Recommendation,
}

/// How the values of a family are published that are shares of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub(super) enum Unit {
    /// 15 % is 15.
    Percent,
    /// 15 % is 0.15.
    Fraction,
}

/// Where the metrics of a family are, as far as the user says it.
#[derive(Debug, Default)]
pub(super) struct Published {
    pub(super) unit: Option<Unit>,
    pub(super) namespace: Option<String>,
    pub(super) dimensions: Option<BTreeMap<String, String>>,
}

/// A metric of a family, with its bound.
struct Known {
    label: &'static str,
    /// Its name in `CloudWatch`.
    name: &'static str,
    /// Whether it is a share; the bound is then in percent.
    share: bool,
    limit: Option<(Compare, f64)>,
    meaning: Meaning,
}

const fn bad(label: &'static str, limit: Option<(Compare, f64)>) -> Known {
    Known { label, name: label, share: true, limit, meaning: Meaning::Breach }
}

/// `RMSE` is relative to the mean of what is foreseen, as its bound is in percent.
const FORECAST: &[Known] = &[bad("MAPE", Some((Compare::Greater, 15.0))), bad("RMSE", Some((Compare::Greater, 15.0)))];
const SEGMENTATION: &[Known] = &[Known {
    label: "Silhouette",
    name: "Silhouette",
    share: false,
    limit: Some((Compare::GreaterOrEqual, 0.6)),
    meaning: Meaning::Promote,
}];
const RECOMMENDATION: &[Known] =
    &[bad("CTR", Some((Compare::Less, 2.5))), Known { name: "ConversionRate", ..bad("Conversion", None) }];

impl Family {
    /// Returns the family that has one of these metrics, by their names in `CloudWatch`.
    #[must_use]
    pub fn of_metrics(names: &[&str]) -> Option<Self> {
        let all = [Self::Forecast, Self::Segmentation, Self::Recommendation];
        all.into_iter().find(|family| names.iter().any(|name| family.has(name)))
    }

    /// Returns whether it has a metric of this name in `CloudWatch`.
    #[must_use]
    pub fn has(self, name: &str) -> bool {
        self.known().iter().any(|known| known.name == name)
    }

    /// Returns whether bounds of it are in percent, so that they fit only values that are published as shares.
    #[must_use]
    pub fn needs_shares(self) -> bool {
        self.known().iter().any(|known| known.share)
    }

    fn known(self) -> &'static [Known] {
        match self {
            Self::Forecast => FORECAST,
            Self::Segmentation => SEGMENTATION,
            Self::Recommendation => RECOMMENDATION,
        }
    }

    /// Returns the metrics of a model of this family. Without other dimensions, `Model` is the name of the model.
    pub(super) fn metrics(self, model: &str, published: &Published) -> Vec<Metric> {
        let unit = published.unit.unwrap_or(Unit::Percent);
        let namespace = published.namespace.as_deref().unwrap_or(NAMESPACE);
        let by_name = || BTreeMap::from([("Model".to_owned(), model.to_owned())]);
        let dimensions = published.dimensions.clone().unwrap_or_else(by_name);
        let metric = |known: &Known| {
            let percent = known.share && unit == Unit::Percent;
            let scale = if known.share && unit == Unit::Fraction { 100.0 } else { 1.0 };
            // A fraction that is taken for percent is above no bound, so an error of 40 % would look well.
            let silent = percent && published.unit.is_none() && matches!(known.limit, Some((Compare::Greater, _)));
            Metric {
                label: format!("{}{}", known.label, if percent { " %" } else { "" }),
                source: MetricSource::CloudWatch {
                    namespace: namespace.to_owned(),
                    name: known.name.to_owned(),
                    dimensions: dimensions.clone(),
                    stat: "Average".to_owned(),
                    period: None,
                },
                limit: known.limit.map(|(compare, bound)| (compare, bound / scale)),
                severity: None,
                meaning: known.meaning,
                role: Role::Quality,
                doubtful_below: silent.then_some(DOUBTFUL),
                of_family: true,
            }
        };
        self.known().iter().map(metric).collect()
    }
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Forecast => "forecast",
            Self::Segmentation => "segmentation",
            Self::Recommendation => "recommendation",
        })
    }
}
