//! The metrics of the configuration: value, bound, age, and the functions that alarms call when a value is bad.

use super::super::cell;
use super::Fact;
use crate::app::App;
use crate::config::Metric;
use crate::fmt;
use crate::model::{BusinessMetric, Chain, Health, Standing, business_metrics};
use crate::resources::metric::MetricSeries;
use crate::view::{Line, Tone};

/// The age in seconds above which the age of a value is shown.
const OLD: i64 = 3600;

/// Returns a fact for each metric of a model in `CloudWatch`.
pub(super) fn metrics(app: &App, chain: &Chain) -> Vec<Fact> {
    let all = business_metrics(&app.here.observed, chain);
    all.iter().map(|known| (known.metric.name_and_unit().0.to_owned(), line(app, known))).collect()
}

fn line(app: &App, known: &BusinessMetric<'_>) -> Line {
    let now = app.here.observed.at;
    let last = known.series.and_then(MetricSeries::last);
    let told = |value: f64| format!("{}{}", fmt::number(value), known.metric.name_and_unit().1);
    let why = known.series.map_or("not read", |series| series.problem.as_deref().unwrap_or("no value"));
    let (value, tone) = match (last, known.standing) {
        (None, _) => (format!("{} {why}", Health::Unknown.sign().0), cell::tone(Health::Unknown)),
        (Some((_, value)), Standing::Unknown) => {
            (format!("◌ no value of late; it was {}", fmt::number(value)), Tone::Warn)
        }
        (Some((_, value)), Standing::Doubtful) => {
            (format!("◌ {}  percent or fraction?", fmt::number(value)), Tone::Warn)
        }
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
