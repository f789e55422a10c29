//! The `[[model.metric]]` tables: the metrics that say how good a model is.

use std::collections::BTreeMap;
use std::ops::Range;
use std::time::Duration;

use serde::Deserialize;

use super::error::{ConfigError, Source};
use super::spanned::Spanned;
use super::value::{Compare, Meaning, Name, Role, Severity, Span};

/// A metric of a model.
#[derive(Debug, Clone, PartialEq)]
pub struct Metric {
    /// The name that the team uses for it.
    pub label: String,
    /// The source of its values.
    pub source: MetricSource,
    /// The comparison and the threshold; a value for which the comparison holds is beyond the threshold.
    pub limit: Option<(Compare, f64)>,
    /// The severity of a value beyond the threshold.
    pub severity: Option<Severity>,
    /// Whether a value beyond the threshold is bad or good.
    pub meaning: Meaning,
    /// Its subject.
    pub role: Role,
    /// The value below which it is probably published in another unit than the threshold, and not to be judged.
    pub doubtful_below: Option<f64>,
    /// Whether only the family of the model names it. It is then perhaps not published.
    pub of_family: bool,
}

impl Metric {
    /// Returns the name and a value, with a unit that the label ends with behind the value: `MAPE 16.1 %`.
    #[must_use]
    pub fn with_value(&self, value: &str) -> String {
        let (name, unit) = self.name_and_unit();
        format!("{name} {value}{unit}")
    }
    /// Returns the name without its unit, and the unit as it follows a value: `MAPE` and ` %`.
    #[must_use]
    pub fn name_and_unit(&self) -> (&str, &str) {
        self.label.strip_suffix(" %").map_or((&self.label, ""), |name| (name, " %"))
    }
    /// Returns the bound in words: `max 15`, `min 2.5`, `good from 0.6`.
    #[must_use]
    pub fn bound(&self, told: impl Fn(f64) -> String) -> Option<String> {
        let (compare, limit) = self.limit?;
        let upwards = matches!(compare, Compare::Greater | Compare::GreaterOrEqual);
        let word = match (self.meaning, upwards) {
            (Meaning::Breach, true) => "max",
            (Meaning::Breach, false) => "min",
            (Meaning::Promote, true) => "good from",
            (Meaning::Promote, false) => "good up to",
        };
        Some(format!("{word} {}", told(limit)))
    }
    /// Returns whether it is the metric of this name in one of these namespaces of CloudWatch.
    #[must_use]
    pub fn is_cloudwatch(&self, namespaces: &[String], name: &str) -> bool {
        match &self.source {
            MetricSource::CloudWatch { namespace, name: own, .. } => own == name && namespaces.contains(namespace),
            MetricSource::Package { .. } | MetricSource::Report { .. } | MetricSource::Alarm { .. } => false,
        }
    }
}

/// The source of the values of a metric.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MetricSource {
    /// In CloudWatch.
    CloudWatch {
        /// Its namespace.
        namespace: String,
        /// Its name there.
        name: String,
        /// All of its dimensions.
        dimensions: BTreeMap<String, String>,
        /// The statistic, such as `Average`.
        stat: String,
        /// The time between two values, in whole minutes. If it is missing, it is derived from the values themselves.
        period: Option<Duration>,
    },
    /// In the evaluation report of the model package.
    Package {
        /// The path of the value in the report, such as `$.ranking.ctr.value`.
        json_path: String,
    },
    /// In a JSON report at a fixed place in S3.
    Report {
        /// Its place: `s3://bucket/key`.
        uri: String,
        /// The path of the value in the report.
        json_path: String,
        /// The time between two reports. A report that is twice as old is too old to be believed.
        period: Duration,
    },
    /// The state of an alarm, instead of a value.
    Alarm {
        /// Its name.
        name: String,
    },
}

/// The longest period of a metric, in seconds.
const LONGEST_PERIOD: u64 = 31 * 86_400;
/// The period of a report at a fixed place, where none is written.
const PERIOD_OF_REPORT: Duration = Duration::from_hours(24);
/// The shortest period of a report at a fixed place. It is read every ten minutes, so a shorter one would always be late.
const SHORTEST_PERIOD_OF_REPORT: Duration = Duration::from_mins(15);

/// A metric as it is written in the file.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenMetric {
    /// The name on the screen. That of a metric of the family changes that one.
    label: Name,
    /// The namespace in CloudWatch.
    namespace: Option<Name>,
    /// The name in CloudWatch.
    name: Option<Name>,
    /// The dimensions in CloudWatch.
    dimensions: Option<BTreeMap<String, String>>,
    /// The statistic, such as `Average` or `p99`.
    stat: Option<Name>,
    /// How often a value comes; left out: estimated from the values of 14 days, and `1d` for a report at a fixed place.
    period: Option<Spanned<Span>>,
    /// The bound.
    threshold: Option<Spanned<f64>>,
    /// How a value compares with the bound when it is beyond it.
    compare: Option<Spanned<Compare>>,
    /// How bad that is: `sev1` and `sev2` break a model, the others degrade it.
    severity: Option<Severity>,
    /// Whether that is bad or good.
    meaning: Option<Meaning>,
    /// Its subject.
    #[serde(default)]
    role: Role,
    /// The JSON report that has the value, in place of a metric in CloudWatch.
    source: Option<Spanned<WrittenSource>>,
    /// The alarm whose state is the metric, in place of a metric in CloudWatch.
    alarm: Option<Spanned<Name>>,
}

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct WrittenSource {
    /// `package`: the evaluation report of each version; or the address of a report, such as `s3://lake/drift.json`.
    s3: Spanned<String>,
    /// The place of the value in the report, such as `$.ranking.ctr.value`.
    json_path: Spanned<String>,
}

/// Adds the written metrics to those of the family. One that has the label of a family's metric, with or without its
/// `%`, changes only what it names.
pub(super) fn merged(
    family: Vec<Metric>,
    written: Vec<Spanned<WrittenMetric>>,
    source: &Source,
) -> Result<Vec<Metric>, ConfigError> {
    let of_family = family.len();
    let mut all = family;
    for metric in written {
        let label = &metric.get_ref().label.0;
        let same = |known: &Metric| stem(&known.label).eq_ignore_ascii_case(stem(label));
        match all.iter_mut().take(of_family).find(|known| same(known)) {
            Some(known) => *known = checked(metric, Some(known), source)?,
            None => all.push(checked(metric, None, source)?),
        }
    }
    Ok(all)
}

/// Returns a label without its unit.
fn stem(label: &str) -> &str {
    label.trim_end_matches('%').trim_end()
}

/// Checks a metric. What it leaves out is that of `base`, if there is one.
fn checked(written: Spanned<WrittenMetric>, base: Option<&Metric>, source: &Source) -> Result<Metric, ConfigError> {
    let span = written.span();
    let metric = written.into_inner();
    // The values in a report may have another unit than those in CloudWatch, so its bound must be written.
    let of_drift = metric.role == Role::Drift;
    let base_limit = base.filter(|_| metric.source.is_none()).and_then(|base| base.limit);
    let doubtful_below = base.filter(|_| metric.threshold.is_none() && metric.source.is_none());
    let doubtful_below = doubtful_below.and_then(|base| base.doubtful_below);
    if let (Some(alarm), Some(threshold)) = (&metric.alarm, &metric.threshold) {
        let _ = alarm;
        return Err(ConfigError::at(source, threshold.span(), "an alarm has a threshold of its own"));
    }
    Ok(Metric {
        role: metric.role,
        limit: checked_limit(metric.threshold, metric.compare, base_limit, source)?,
        severity: metric.severity.or(base.and_then(|base| base.severity)),
        meaning: metric.meaning.or(base.map(|base| base.meaning)).unwrap_or_default(),
        doubtful_below,
        of_family: false,
        source: Origin {
            report: metric.source,
            alarm: metric.alarm,
            of_drift,
            namespace: metric.namespace.map(|n| n.0),
            name: metric.name.map(|n| n.0),
            dimensions: metric.dimensions,
            stat: metric.stat.map(|s| s.0),
            period: metric.period.map(|period| checked_period(period, source)).transpose()?,
        }
        .checked(&metric.label.0, span, base.map(|base| &base.source), source)?,
        label: metric.label.0,
    })
}

fn checked_limit(
    threshold: Option<Spanned<f64>>,
    compare: Option<Spanned<Compare>>,
    base: Option<(Compare, f64)>,
    source: &Source,
) -> Result<Option<(Compare, f64)>, ConfigError> {
    if let Some(threshold) = threshold.as_ref().filter(|threshold| !threshold.get_ref().is_finite()) {
        return Err(ConfigError::at(source, threshold.span(), "a threshold is a number"));
    }
    match (threshold, compare, base) {
        (Some(threshold), Some(compare), _) => Ok(Some((compare.into_inner(), threshold.into_inner()))),
        (Some(threshold), None, Some((compare, _))) => Ok(Some((compare, threshold.into_inner()))),
        (None, Some(compare), Some((_, threshold))) => Ok(Some((compare.into_inner(), threshold))),
        (None, None, base) => Ok(base),
        (Some(threshold), None, None) => Err(needs(source, threshold.span(), "threshold", "compare = \">\"")),
        (None, Some(compare), None) => Err(needs(source, compare.span(), "compare", "threshold = 0.15")),
    }
}

/// The written fields that say where the values of a metric are.
struct Origin {
    report: Option<Spanned<WrittenSource>>,
    alarm: Option<Spanned<Name>>,
    of_drift: bool,
    namespace: Option<String>,
    name: Option<String>,
    dimensions: Option<BTreeMap<String, String>>,
    stat: Option<String>,
    period: Option<Spanned<Span>>,
}

impl Origin {
    fn checked(
        self,
        label: &str,
        span: Range<usize>,
        base: Option<&MetricSource>,
        source: &Source,
    ) -> Result<MetricSource, ConfigError> {
        let elsewhere = self.report.is_some() || self.namespace.is_some() || self.name.is_some();
        if let Some(alarm) = self.alarm {
            return of_alarm(alarm, elsewhere, self.of_drift, source);
        }
        if let Some(report) = self.report {
            if self.namespace.is_some() || self.name.is_some() {
                let message = "a metric is in CloudWatch or in a report, not in both";
                let hint = "leave out either source, or namespace and name";
                return Err(ConfigError::at(source, report.span(), message).hint(hint));
            }
            return of_report(report.into_inner(), self.period, self.of_drift, source);
        }
        let base = match base {
            Some(MetricSource::CloudWatch { namespace, name, dimensions, stat, period }) => {
                Some((namespace.clone(), name.clone(), dimensions.clone(), stat.clone(), *period))
            }
            Some(MetricSource::Package { .. } | MetricSource::Report { .. } | MetricSource::Alarm { .. }) | None => {
                None
            }
        };
        let (namespace, name, dimensions, stat, period) = match (base, &self.namespace, &self.name) {
            (Some(base), _, _) => base,
            (None, Some(namespace), Some(name)) => {
                (namespace.clone(), name.clone(), BTreeMap::new(), "Average".to_owned(), None)
            }
            (None, _, _) => {
                return Err(ConfigError::at(source, span, format!("the metric {label:?} has no source"))
                    .hint("add namespace and name, or source = { s3 = \"package\", json_path = \"$.…\" }"));
            }
        };
        Ok(MetricSource::CloudWatch {
            namespace: self.namespace.unwrap_or(namespace),
            name: self.name.unwrap_or(name),
            dimensions: self.dimensions.unwrap_or(dimensions),
            stat: self.stat.unwrap_or(stat),
            period: self.period.map(|period| period.into_inner().0).or(period),
        })
    }
}

/// Checks that a period is one that CloudWatch accepts: whole minutes.
fn checked_period(written: Spanned<Span>, source: &Source) -> Result<Spanned<Span>, ConfigError> {
    let seconds = written.get_ref().0.as_secs();
    if !seconds.is_multiple_of(60) || seconds > LONGEST_PERIOD {
        let message = "a period is whole minutes, at most 31 days";
        return Err(ConfigError::at(source, written.span(), message).hint("write \"5m\", \"1h\", \"1d\" or \"7d\""));
    }
    Ok(written)
}

/// Checks an alarm whose state is the metric.
fn of_alarm(alarm: Spanned<Name>, elsewhere: bool, drift: bool, source: &Source) -> Result<MetricSource, ConfigError> {
    if elsewhere {
        let message = "a metric is an alarm or has a source, not both";
        return Err(ConfigError::at(source, alarm.span(), message).hint("leave out alarm, or the source"));
    }
    if !drift {
        return Err(needs(source, alarm.span(), "alarm", "role = \"drift\""));
    }
    Ok(MetricSource::Alarm { name: alarm.into_inner().0 })
}

fn of_report(
    report: WrittenSource,
    period: Option<Spanned<Span>>,
    drift: bool,
    source: &Source,
) -> Result<MetricSource, ConfigError> {
    let WrittenSource { s3: place, json_path } = report;
    let path = json_path.get_ref();
    // The path leads to one value: it has names and `[n]`, and no wildcards.
    if path.len() < 3 || !path.starts_with("$.") || path.contains("..") || path.contains(['*', '?', '\'', '"']) {
        let message = format!("{:?} is not a path into a report", json_path.get_ref());
        return Err(ConfigError::at(source, json_path.span(), message).hint("write \"$.ranking.ctr.value\""));
    }
    let json_path = json_path.into_inner();
    match place.get_ref().as_str() {
        "package" => match period {
            Some(period) => Err(ConfigError::at(source, period.span(), "the report of a version has no period")
                .hint("leave out period: it is read once for each version")),
            None => Ok(MetricSource::Package { json_path }),
        },
        uri if uri.strip_prefix("s3://").is_some_and(|rest| rest.contains('/')) => {
            if !drift {
                return Err(needs(source, place.span(), "a report at a fixed place", "role = \"drift\""));
            }
            let short = period.as_ref().filter(|period| period.get_ref().0 < SHORTEST_PERIOD_OF_REPORT);
            if let Some(short) = short {
                let message = "the period of a report is at least 15 minutes";
                return Err(ConfigError::at(source, short.span(), message).hint("a report is read every ten minutes"));
            }
            let period = period.map_or(PERIOD_OF_REPORT, |period| period.into_inner().0);
            Ok(MetricSource::Report { uri: uri.to_owned(), json_path, period })
        }
        other => {
            let message = format!("{other:?} is not a place of a report");
            Err(ConfigError::at(source, place.span(), message).hint("write \"package\" or \"s3://bucket/key.json\""))
        }
    }
}

/// Returns the error of a setting that needs another one.
pub(super) fn needs(source: &Source, span: Range<usize>, has: &str, lacks: &str) -> ConfigError {
    ConfigError::at(source, span, format!("{has} has no effect alone")).hint(format!("add {lacks}"))
}
