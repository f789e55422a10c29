//! The chart below a lineage: the last hour, or the last 60 periods, of the most important metric of the selected
//! node. If a metric is bad, that metric is shown.

use jiff::Timestamp;

use super::super::history::marks;
use crate::app::{App, Item};
use crate::config::Metric;
use crate::fmt;
use crate::model::{Chain, Standing};
use crate::resources::Kind;
use crate::resources::alarm::Alarm;
use crate::resources::endpoint::Mode;
use crate::resources::metric::MetricSeries;
use crate::view::{Chart, Line, Tone};

/// The errors that are a share of all requests: the name of the metric, its title, and the share above which it is
/// bad.
const ERRORS: [(&str, &str, f64); 2] =
    [("Invocation5XXErrors", "5XX %", 0.005), ("Invocation4XXErrors", "4XX %", 0.05)];

/// The number of points of a chart.
const POINTS: usize = 60;

/// The data of a chart.
struct Drawn<'a> {
    series: &'a MetricSeries,
    title: String,
    /// The value of the limit line, in units of the chart, and its label.
    limit: Option<(f64, String)>,
    /// The units of the metric in one unit of the chart.
    scale: f64,
    tone: Tone,
}

/// Returns the chart of the selected node. `None` if no metric of it was read.
pub(super) fn chart(app: &App, chain: &Chain, item: &Item) -> Option<Chart> {
    let drawn = if let Item::Model(_) = item {
        of_model(app, chain)
    } else if let Some(endpoint) = item.of_kind(Kind::Endpoints) {
        errors(app, endpoint).or_else(|| latency(app, endpoint))
    } else {
        watched(app, chain, app.here.observed.store.alarms.get(item.of_kind(Kind::Alarms)?)?)
    };
    draw(app, chain, drawn?)
}

fn draw(app: &App, chain: &Chain, Drawn { series, title, limit, scale, tone }: Drawn<'_>) -> Option<Chart> {
    let (last, _) = series.last()?;
    let period = series.period.max(60);
    let from = last.as_second() - 59 * period;
    let value =
        |place: i64| series.points.iter().find(|(t, _)| t.as_second() == from + place * period).map(|(_, v)| v / scale);
    let start = Timestamp::from_second(from).ok()?;
    let ends = (fmt::clock(app.here.observed.at, start, &app.zone), fmt::clock(app.here.observed.at, last, &app.zone));
    Some(Chart {
        title: Line::from(title),
        points: (0..60).map(value).collect(),
        threshold: limit,
        ends,
        tone,
        marks: marks(app, chain, from, period, POINTS),
    })
}

/// Returns a bad metric of the configuration, or bad errors of the worst endpoint. If all is well, returns the first
/// metric of the configuration.
fn of_model<'a>(app: &'a App, chain: &Chain) -> Option<Drawn<'a>> {
    let configured = chain.configured.and_then(|i| app.here.observed.preferences.models.get(i));
    let metrics = configured.map(|model| model.metrics.as_slice()).unwrap_or_default();
    let own = |metric: &'a Metric| business(app, &configured?.name, metric);
    let bad = metrics.iter().filter_map(own).find(|drawn| drawn.tone == Tone::Bad);
    let worst = chain.worst_serving(true).or(chain.worst_serving(false));
    bad.or_else(|| errors(app, worst?.endpoint)).or_else(|| own(metrics.first()?))
}

fn business<'a>(app: &'a App, model: &str, metric: &Metric) -> Option<Drawn<'a>> {
    let series = app.here.observed.store.metrics.get(&MetricSeries::of_model(model, &metric.label))?;
    let tone = match series.last().map_or(Standing::Unknown, |(_, value)| Standing::of(metric, value)) {
        Standing::Unknown | Standing::Doubtful | Standing::Within => Tone::Busy,
        Standing::Good => Tone::Good,
        Standing::Bad => Tone::Bad,
    };
    let limit = metric.limit.map(|(c, v)| (v, format!("{} {}", c.sign(), fmt::number(v))));
    Some(Drawn { series, title: metric.label.clone(), limit, scale: 1.0, tone })
}

/// Returns the errors of an endpoint if too many requests fail. If there are several variants, returns those of the
/// worst.
fn errors<'a>(app: &'a App, endpoint: &str) -> Option<Drawn<'a>> {
    ERRORS.iter().find_map(|(metric, title, bad)| {
        let series =
            worst_variant(app, endpoint, metric).filter(|series| series.last().is_some_and(|(_, v)| v > *bad))?;
        let limit = Some((bad * 100.0, format!("> {}", fmt::number(bad * 100.0))));
        Some(Drawn { series, title: format!("{endpoint} {title}"), limit, scale: 0.01, tone: Tone::Bad })
    })
}

fn latency<'a>(app: &'a App, endpoint: &str) -> Option<Drawn<'a>> {
    let series = worst_variant(app, endpoint, "ModelLatency")?;
    let title = format!("ModelLatency {} ms", series.stat);
    Some(Drawn { series, title, limit: None, scale: 1000.0, tone: Tone::Busy })
}

/// Returns a metric of the variant with the highest newest value.
fn worst_variant<'a>(app: &'a App, endpoint: &str, metric: &str) -> Option<&'a MetricSeries> {
    let store = &app.here.observed.store;
    let row = store.endpoints.get(endpoint)?;
    let parts = Mode::of(store, row).parts(store, row).into_iter();
    let read = parts.filter_map(|part| store.metrics.get(&MetricSeries::of_variant(endpoint, part, metric)));
    let newest = |series: &MetricSeries| series.last().map_or(f64::MIN, |(_, value)| value);
    read.max_by(|a, b| newest(a).total_cmp(&newest(b)))
}

/// Returns the metric that an alarm watches, if it was read: a metric of the configuration, or of an endpoint.
fn watched<'a>(app: &'a App, chain: &Chain, alarm: &Alarm) -> Option<Drawn<'a>> {
    let tone = if alarm.firing() { Tone::Bad } else { Tone::Busy };
    let configured = chain.configured.and_then(|i| app.here.observed.preferences.models.get(i));
    let named = |metric: &&Metric| metric.is_cloudwatch(&alarm.namespaces, &alarm.watches);
    let own = configured.and_then(|model| business(app, &model.name, model.metrics.iter().find(named)?));
    let endpoint = alarm.dimensions.iter().find(|(name, _)| name == "EndpointName").map(|(_, value)| value.as_str());
    let drawn = own.or_else(|| {
        let series = worst_variant(app, endpoint?, &alarm.watches)?;
        let share = ERRORS.iter().find(|(metric, ..)| *metric == alarm.watches);
        let (title, scale) = match share {
            Some((_, title, _)) => ((*title).to_owned(), 0.01),
            None if alarm.watches.ends_with("Latency") => (format!("{} {} ms", alarm.watches, series.stat), 1000.0),
            None => (format!("{} {}", alarm.watches, series.stat), 1.0),
        };
        Some(Drawn { series, title, limit: None, scale, tone })
    });
    drawn.map(|drawn| Drawn { tone, ..drawn })
}
