//! The metrics of the configuration: value, bound, age, and the functions that alarms call when a value is bad.

use super::super::cell;
use super::Fact;
use crate::app::App;
use crate::config::{Meaning, Metric, MetricSource};
use crate::fmt;
use crate::model::{BusinessMetric, Chain, Health, Standing, business_metrics};
use crate::resources::metric::MetricSeries;
use crate::view::{Line, Tone};

/// The age in seconds above which the age of a value is shown.
const OLD: i64 = 3600;

/// Returns a fact for each metric of a model in `CloudWatch`.
pub(super) fn metrics(app: &App, chain: &Chain) -> Vec<Fact> {
    let all = business_metrics(&app.here.observed, chain);
    let all = all.iter().map(|known| (known.metric.name_and_unit().0.to_owned(), line(app, known)));
    let config = chain.configured.and_then(|place| app.here.observed.preferences.models.get(place));
    let elsewhere = config.into_iter().flat_map(|config| &config.metrics);
    all.chain(elsewhere.filter_map(|metric| Some((metric.name_and_unit().0.to_owned(), elsewhere_line(app, metric)?))))
        .collect()
}

/// Shows a metric that is the state of an alarm, or in a report at a fixed place.
fn elsewhere_line(app: &App, metric: &Metric) -> Option<Line> {
    let store = &app.here.observed.store;
    match &metric.source {
        MetricSource::Alarm { name } => Some(match store.alarms.get(name) {
            Some(alarm) if alarm.state == "ALARM" => Line::new().with(format!("alarm {name} ALARM"), Tone::Bad),
            Some(alarm) => Line::new().plain(format!("alarm {name} {}", alarm.state)),
            None => Line::new().with(format!("◌ alarm {name} not read"), Tone::Warn),
        }),
        MetricSource::Report { uri, json_path, .. } => {
            Some(match store.reports.get(uri).map(|r| (r.value(json_path), r)) {
                Some((Ok(value), report)) => {
                    let beyond = metric.limit.is_some_and(|(compare, limit)| compare.holds(value, limit));
                    let tone = if beyond && metric.meaning == Meaning::Breach { Tone::Bad } else { Tone::Plain };
                    let written =
                        report.written.map(|at| format!("  written {} ago", fmt::age(app.here.observed.at, at)));
                    let written = written.unwrap_or_default();
                    let told = format!("{}{}", fmt::number(value), metric.name_and_unit().1);
                    Line::new().with(told, tone).muted(format!("{}{written}  {uri}", bound(metric)))
                }
                Some((Err(why), _)) => Line::new().with(format!("◌ its report {why}"), Tone::Warn),
                None => Line::new().muted("◌ not read"),
            })
        }
        MetricSource::CloudWatch { .. } | MetricSource::Package { .. } => None,
    }
}

fn line(app: &App, known: &BusinessMetric<'_>) -> Line {
    let now = app.here.observed.at;
    let last = known.series.and_then(MetricSeries::last);
    let told = |value: f64| format!("{}{}", fmt::number(value), known.metric.name_and_unit().1);
    let why = known.series.map_or("not read", |series| series.problem.as_deref().unwrap_or("no value"));
    let (value, tone) = match (last, known.standing) {
        (None, _) => (format!("{} {why}", Health::Unknown.sign().0), cell::tone(Health::Unknown)),
        (Some((_, value)), Standing::Unknown) => (format!("◌ no value of late; it was {}", told(value)), Tone::Warn),
        (Some((_, value)), Standing::Doubtful) => (format!("◌ {}  percent or fraction?", told(value)), Tone::Warn),
        (Some((_, value)), Standing::Within) => (told(value), Tone::Plain),
        (Some((_, value)), Standing::Good) => (told(value), Tone::Good),
        (Some((_, value)), Standing::Bad) => (told(value), Tone::Bad),
    };
    let age = last.filter(|(at, _)| now.as_second() - at.as_second() > OLD);
    let age = age.map(|(at, _)| format!("  {} ago", fmt::age(now, at))).unwrap_or_default();
    let remedies: String = known.remedies.iter().map(|remedy| ["  ", &remedy.phrase()].concat()).collect();
    Line::new().with(value, tone).muted(format!("{}{age}", bound(known.metric))).plain(remedies)
}

/// Returns the bound of a metric as a phrase that follows its value: ` (max 15)`.
fn bound(metric: &Metric) -> String {
    metric.bound(fmt::number).map(|bound| format!(" ({bound})")).unwrap_or_default()
}
