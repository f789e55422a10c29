//! Rules about metrics and evaluation reports that the configuration judges: is the serving model good?

use std::time::Duration;

use jiff::Timestamp;

use super::endpoint::{at, endpoints};
use super::errors::{Missing, not_read};
use super::{Finding, RuleInput};
use crate::config::{Meaning, Metric, MetricSource, Role};
use crate::fmt;
use crate::model::{Column, Health, Standing, severity};
use crate::resources::metric::MetricSeries;

/// Judges metrics of the configuration: on which side of the threshold is the value, and is that bad?
pub(super) fn business(input: &RuleInput<'_>) -> Vec<Finding> {
    of_role(input, Role::Quality)
}

/// Judges the metrics of one role in `CloudWatch` and in evaluation reports.
pub(super) fn of_role(input: &RuleInput<'_>, role: Role) -> Vec<Finding> {
    let Some(config) = input.config else { return Vec::new() };
    let judge = |metric: &Metric| {
        let series = input.index.store.metrics.get(&MetricSeries::of_model(&config.name, &metric.label))?;
        // An overdue value no longer shows the present state (see `unmeasured`).
        let (at, value) = series.last().filter(|_| !series.overdue(input.now))?;
        let (compare, threshold) = metric.limit?;
        let ago = aged(input.now, at);
        let bound = metric.bound(fmt::number)?;
        let text = format!("{} ({bound}){ago}", metric.with_value(&fmt::number(value)));
        let since = || series.since(|value| compare.holds(value, threshold));
        Some(match Standing::of(metric, value) {
            Standing::Within | Standing::Unknown => return None,
            Standing::Doubtful => {
                let text = format!("{} {}{ago} is probably a fraction: set unit", metric.label, fmt::number(value));
                Finding::new(Health::Unknown, text).word("no unit")
            }
            Standing::Good => Finding::new(Health::Ok, format!("{text}: good enough to promote")),
            Standing::Bad => {
                // A value measured before the version went live belongs to the version before.
                if let Some(version) = newer(input, at) {
                    let was = fmt::number(value);
                    let text = format!("{} has no value since {version} went live (it was {was})", metric.label);
                    return Some(Finding::new(Health::Unknown, text).word("unmeasured"));
                }
                let short = Column::Word(metric.with_value(&fmt::number(value)).into());
                Finding::new(bad(metric), text).column(short).since(since())
            }
        })
    };
    let metrics = || config.metrics.iter().filter(|metric| metric.role == role);
    metrics().filter_map(judge).chain(reported(input, metrics())).collect()
}

/// Returns the health of a metric on its bad side.
pub(super) fn bad(metric: &Metric) -> Health {
    metric.severity.map_or(Health::Warning, |s| severity::weight(&s.to_string()))
}

/// Returns the version that went live in production after a value was measured, if this console saw that.
fn newer(input: &RuleInput<'_>, measured: Timestamp) -> Option<String> {
    let mut production = endpoints(input).filter(|(serving, _)| serving.production());
    let (serving, _) = production.find(|(_, endpoint)| endpoint.live_since.is_some_and(|live| live > measured))?;
    Some(serving.version_in_brief().unwrap_or_else(|| serving.endpoint.to_owned()))
}

/// Returns the age of a value, if the value is old enough to mention it.
fn aged(now: Timestamp, at: Timestamp) -> String {
    if now.as_second() - at.as_second() < 3600 { String::new() } else { format!(", {} ago", fmt::age(now, at)) }
}

/// Finds metrics that were never read, or have no recent value. Their health is unknown.
pub(super) fn unmeasured(input: &RuleInput<'_>) -> Vec<Finding> {
    let (Some(config), metrics) = (input.config, &input.index.store.metrics) else { return Vec::new() };
    // A team may publish only some metrics of a family.
    let valued = |metric: &Metric| {
        metrics.get(&MetricSeries::of_model(&config.name, &metric.label)).is_some_and(|series| series.last().is_some())
    };
    let in_family = |metric: &Metric| match (&metric.source, config.family) {
        (MetricSource::CloudWatch { name, .. }, Some(family)) => family.has(name),
        _ => false,
    };
    let published = config.metrics.iter().any(|metric| in_family(metric) && valued(metric));
    let judged = config.metrics.iter().filter(|metric| {
        let measured = matches!(metric.source, MetricSource::CloudWatch { .. });
        measured && metric.limit.is_some() && metric.meaning == Meaning::Breach
    });
    let unknown = judged.filter_map(|metric| {
        let label = &metric.label;
        let Some(series) = metrics.get(&MetricSeries::of_model(&config.name, label)) else {
            return Some(not_read(input, label));
        };
        if let Some(why) = &series.problem {
            return Some(format!("{label} not read: {why}").into());
        }
        let reach = || fmt::span(Duration::from_secs(series.reach().unsigned_abs()));
        match series.last() {
            None if metric.of_family && published => None,
            None => Some(format!("{label} has no value in {}", reach()).into()),
            Some((at, value)) if series.overdue(input.now) => {
                let (age, was) = (fmt::age(input.now, at), fmt::number(value));
                Some(format!("{label} has no value since {age} ago (it was {was})").into())
            }
            Some(_) => None,
        }
    });
    let finding = |Missing { why, unread }| Finding { unread, ..Finding::new(Health::Unknown, why).word("unmeasured") };
    unknown.map(finding).collect()
}

/// Judges metrics in evaluation reports. A breach concerns a version that serves; good news concerns the newest
/// version.
fn reported<'a>(input: &RuleInput<'_>, metrics: impl Iterator<Item = &'a Metric>) -> Vec<Finding> {
    let store = &input.index.store;
    let newest = input.chain.packages.first().and_then(|arn| store.packages.get(arn));
    let mut found = Vec::new();
    for metric in metrics {
        let (MetricSource::Package { json_path }, Some((compare, limit))) = (&metric.source, metric.limit) else {
            continue;
        };
        let value = |arn: &str| Some(store.reports.get(&input.index.package(arn)?.arn)?.value(json_path));
        let text = |version: i32, value: f64| {
            let ((name, unit), value) = (metric.name_and_unit(), fmt::number(value));
            let bound = metric.bound(fmt::number).unwrap_or_default();
            format!("{name} of v{version} {value}{unit} ({bound})")
        };
        if metric.meaning == Meaning::Promote {
            let good = newest.and_then(|p| Some((p.version?, value(&p.arn)?.ok()?)));
            let good = good.filter(|(_, value)| compare.holds(*value, limit));
            found.extend(good.map(|(v, value)| Finding::new(Health::Ok, text(v, value) + ": good enough to promote")));
            continue;
        }
        let mut judged = Vec::new();
        for (serving, (arn, version)) in input.chain.serving.iter().flat_map(|s| s.answering().map(move |v| (s, v))) {
            // Production endpoints come first, so their versions are judged as production.
            if judged.contains(&arn) {
                continue;
            }
            judged.push(arn);
            found.extend(match value(arn) {
                Some(Ok(value)) if compare.holds(value, limit) => {
                    let short = Column::Word(metric.with_value(&fmt::number(value)).into());
                    Some(at(serving, bad(metric), &text(*version, value)).column(short).since(serving.since))
                }
                Some(Err(why)) => {
                    let text = format!("{} of v{version} unknown: its evaluation report {why}", metric.label);
                    Some(at(serving, Health::Unknown, &text).word("unmeasured"))
                }
                // Drift that nobody measured is not known to be small.
                None if metric.role == Role::Drift && store.reports.answered() => {
                    let text = format!("{} of v{version}: no evaluation report was read", metric.label);
                    Some(at(serving, Health::Unknown, &text).word("unmeasured"))
                }
                Some(Ok(_)) | None => None,
            });
        }
    }
    found
}
