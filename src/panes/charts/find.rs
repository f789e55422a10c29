//! The charts of a thing: which metrics it has.

use super::endpoint;
use super::limits;
use super::plan::{Limit, Planned, PlannedChart, PlannedLine, Unit};
use crate::app::{App, Item, Subject};
use crate::charts::Window;
use crate::config::{Meaning, Metric, MetricSource};
use crate::model::{Chain, StageKind};
use crate::resources::Kind;
use crate::resources::alarm::Measure;
use crate::resources::metric::{MetricQuery, MetricSeries};
use crate::resources::step::Made;

/// The most versions in a chart.
const VERSIONS: usize = 40;

/// Plans the charts of a thing: of an endpoint or what scales it, an alarm, a job, a pipeline or a model. Anything else
/// leads to its model.
///
/// # Errors
/// A phrase that says why there are none.
pub(crate) fn planned(app: &App, subject: &Subject, window: Window) -> Result<Planned, String> {
    let item = &subject.item;
    let chain = app.chain_of(subject).or_else(|| app.current_chain());
    let own = match item.resource() {
        Some((kind, id)) => of_resource(app, kind, id, window),
        None if *item == Item::Stage(StageKind::Training) => {
            chain.and_then(|chain| chain.pipelines.first()).map(|name| of_pipeline(name, window))
        }
        None => None,
    };
    let mut planned = match (own, chain) {
        (Some(mut own), Some(chain)) if matches!(item, Item::Resource(Kind::Endpoints, _)) => {
            own.charts.extend(of_configuration(app, chain, window));
            own
        }
        (Some(own), _) => own,
        (None, Some(chain)) => of_model(app, chain, window),
        (None, None) => return Err("it belongs to no model and has no metrics: endpoints, models, alarms, training jobs and pipelines have some".to_owned()),
    };
    planned.charts.iter_mut().for_each(|chart| limits::add_alarms(app, chart));
    if planned.charts.is_empty() {
        return Err(format!("{} has no endpoint, and the configuration names no metric of it", planned.about));
    }
    Ok(planned)
}

/// Plans the charts of a resource that has metrics of its own.
fn of_resource(app: &App, kind: Kind, id: &str, window: Window) -> Option<Planned> {
    let store = &app.here.observed.store;
    if kind == Kind::Endpoints {
        return Some(endpoint::planned(app, id, window));
    }
    if kind == Kind::ScalableTargets {
        return Some(endpoint::planned(app, store.scalable_targets.get(id)?.endpoint.as_deref()?, window));
    }
    if kind == Kind::Alarms {
        return Some(of_alarm(id, store.alarms.get(id)?.measure.as_ref()?, window));
    }
    if kind == Kind::Jobs {
        return Some(of_job(id, window));
    }
    if kind == Kind::Steps {
        let Made::TrainingJob(arn) = &store.steps.get(id)?.made else { return None };
        return Some(of_job(arn.rsplit('/').next()?, window));
    }
    if kind == Kind::Executions {
        return Some(of_pipeline(&store.executions.get(id)?.pipeline, window));
    }
    (kind == Kind::Pipelines).then(|| of_pipeline(id, window))
}

fn of_model(app: &App, chain: &Chain<'_>, window: Window) -> Planned {
    let worst = chain.worst_serving(true).or(chain.worst_serving(false));
    let served = worst.map(|serving| endpoint::planned(app, serving.endpoint, window));
    let about = match worst {
        Some(serving) => format!("model {}, endpoint {}", chain.name, serving.endpoint),
        None => format!("model {}", chain.name),
    };
    let mut charts = served.map(|served| served.charts).unwrap_or_default();
    charts.extend(of_configuration(app, chain, window));
    Planned { about, charts }
}

/// Plans the metrics that the configuration names: over time, or by version where they are in evaluation reports.
fn of_configuration(app: &App, chain: &Chain<'_>, window: Window) -> Vec<PlannedChart> {
    let model = chain.configured.and_then(|place| app.here.observed.preferences.models.get(place));
    let Some(model) = model else { return Vec::new() };
    let of = |metric: &Metric| {
        Some(match &metric.source {
            MetricSource::CloudWatch { namespace, name, dimensions, stat, period } => {
                let every = period.and_then(|period| i64::try_from(period.as_secs()).ok());
                let query = MetricQuery {
                    namespace: namespace.clone(),
                    name: name.clone(),
                    dimensions: dimensions.iter().map(|(k, v)| (k.clone(), v.clone())).collect(),
                    stat: stat.clone(),
                    period: every
                        .map_or(window.period(), |every| every.clamp(window.period(), MetricQuery::longest_period())),
                };
                let unit = if query.adds() { Unit::sum_over(every.unwrap_or(60)) } else { Unit::NUMBER };
                let stored = Some(MetricSeries::of_model(&model.name, &metric.label));
                let line = PlannedLine { label: String::new(), query, stored };
                PlannedChart { unit, lines: vec![line], ..titled(metric) }
            }
            MetricSource::Package { json_path } => {
                let reports = &app.here.observed.store.reports;
                let versions = chain.packages.iter().take(VERSIONS).rev().filter_map(|arn| {
                    let version = app.here.observed.store.packages.get(arn)?.version?;
                    Some((format!("v{version}"), reports.get(arn).and_then(|report| report.value(json_path).ok())))
                });
                PlannedChart { versions: versions.collect(), ..titled(metric) }
            }
            // Neither has a past.
            MetricSource::Report { .. } | MetricSource::Alarm { .. } => return None,
        })
    };
    model.metrics.iter().filter_map(of).collect()
}

fn titled(metric: &Metric) -> PlannedChart {
    let limit = metric.limit.map(|(compare, value)| Limit {
        value,
        bad: Some(compare).filter(|_| metric.meaning == Meaning::Breach),
        word: compare.sign().to_owned(),
        name: String::new(),
    });
    PlannedChart { title: metric.label.clone(), limits: limit.into_iter().collect(), ..PlannedChart::default() }
}

/// Plans the metric of an alarm.
fn of_alarm(name: &str, measure: &Measure, window: Window) -> Planned {
    let query = MetricQuery {
        namespace: measure.namespace.clone(),
        name: measure.name.clone(),
        dimensions: measure.dimensions.clone(),
        stat: measure.stat.clone(),
        period: i64::from(measure.period).clamp(window.period(), MetricQuery::longest_period()) / 60 * 60,
    };
    let sagemaker = measure.namespace == "AWS/SageMaker";
    let unit = match measure.name.as_str() {
        _ if measure.stat == "SampleCount" => Unit::sum_over(measure.period.into()),
        latency if sagemaker && latency.ends_with("Latency") => Unit::MILLIS,
        _ if query.adds() => Unit::sum_over(measure.period.into()),
        errors if sagemaker && errors.ends_with("Errors") => Unit::SHARE,
        used if used.ends_with("Utilization") => Unit::PERCENT,
        _ => Unit::NUMBER,
    };
    let line = PlannedLine { label: measure.stat.clone(), query, stored: None };
    let chart = PlannedChart { title: measure.name.clone(), unit, lines: vec![line], ..PlannedChart::default() };
    Planned { about: format!("alarm {name}"), charts: vec![chart] }
}

/// Plans what the first instance of a training job uses:
/// <https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html#cloudwatch-metrics-jobs>
fn of_job(name: &str, window: Window) -> Planned {
    let line = |metric: &str, label: &str| PlannedLine {
        label: label.to_owned(),
        query: MetricQuery {
            namespace: "/aws/sagemaker/TrainingJobs".to_owned(),
            name: metric.to_owned(),
            dimensions: vec![("Host".to_owned(), format!("{name}/algo-1"))],
            stat: "Average".to_owned(),
            period: window.period(),
        },
        stored: None,
    };
    let chart = |title: &str, all: [(&str, &str); 2]| PlannedChart {
        title: title.to_owned(),
        unit: Unit::PERCENT,
        lines: all.into_iter().map(|(metric, label)| line(metric, label)).collect(),
        ..PlannedChart::default()
    };
    let charts = vec![
        chart("processor", [("CPUUtilization", "CPU"), ("GPUUtilization", "GPU")]),
        chart("memory", [("MemoryUtilization", "memory"), ("GPUMemoryUtilization", "GPU")]),
        PlannedChart { lines: vec![line("DiskUtilization", "")], ..chart("disk", [("", ""), ("", "")]) },
    ];
    Planned { about: format!("job {name}, instance algo-1"), charts }
}

/// Plans the runs of a pipeline. The namespace has a lower-case m:
/// <https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html#cloudwatch-metrics-pipelines>
fn of_pipeline(name: &str, window: Window) -> Planned {
    let line = |metric: &str, label: &str, stat: &str| PlannedLine {
        label: label.to_owned(),
        query: MetricQuery {
            namespace: "AWS/Sagemaker/ModelBuildingPipeline".to_owned(),
            name: metric.to_owned(),
            dimensions: vec![("PipelineName".to_owned(), name.to_owned())],
            stat: stat.to_owned(),
            period: window.period(),
        },
        stored: None,
    };
    let runs = PlannedChart {
        title: "runs".to_owned(),
        unit: Unit::PER_HOUR,
        lines: vec![
            line("ExecutionFailed", "failed", "Sum"),
            line("ExecutionSucceeded", "succeeded", "Sum"),
            line("ExecutionStarted", "started", "Sum"),
        ],
        ..PlannedChart::default()
    };
    let duration = PlannedChart {
        title: "duration".to_owned(),
        unit: Unit::MINUTES,
        lines: vec![line("ExecutionDuration", "", "Average")],
        ..PlannedChart::default()
    };
    Planned { about: format!("pipeline {name}"), charts: vec![runs, duration] }
}
