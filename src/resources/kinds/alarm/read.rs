//! Converts alarms from the types of the SDK.

use std::collections::BTreeMap;

use aws_sdk_cloudwatch::types::{
    ActionsSuppressedBy, ComparisonOperator, CompositeAlarm, Dimension, EvaluationState, LogAlarm, MetricAlarm,
    StateValue, Statistic,
};

use super::{Alarm, Measure, Suppressor, time};

pub(super) fn from_metric(a: MetricAlarm) -> Alarm {
    let mut dimensions = pairs(a.dimensions());
    let mut namespaces: Vec<String> = a.namespace.iter().cloned().collect();
    let mut watches: Vec<String> = a.metric_name.iter().cloned().collect();
    let mut metrics = watches.clone();
    let own = a.alarm_arn.as_deref().and_then(|arn| arn.split(':').nth(4));
    for query in a.metrics() {
        watches.extend(query.expression.clone());
        let Some(metric) = query.metric_stat().and_then(|s| s.metric()) else { continue };
        watches.extend(metric.metric_name.clone());
        metrics.extend(metric.metric_name.clone());
        // A monitoring account has alarms on metrics of others, whose endpoints may have the names of its own.
        if query.account_id().is_none_or(|account| own == Some(account)) {
            namespaces.extend(metric.namespace.clone());
            dimensions.extend(pairs(metric.dimensions()));
        }
    }
    let measure = Measure::of(&a);
    let in_microseconds = a.namespace.as_deref() == Some("AWS/SageMaker")
        && a.metric_name.as_deref().is_some_and(|name| name.ends_with("Latency"))
        && !counts(&a);
    dimensions.dedup();
    namespaces.dedup();
    Alarm {
        condition: condition(
            a.comparison_operator.as_ref().map(ComparisonOperator::as_str),
            a.threshold,
            in_microseconds,
        ),
        operator: a.comparison_operator.map(|operator| operator.as_str().to_owned()),
        missing: a.treat_missing_data,
        since: time(a.state_transitioned_timestamp.as_ref().or(a.state_updated_timestamp.as_ref())),
        state: state(a.state_value),
        evaluation: evaluation(a.evaluation_state),
        name: a.alarm_name.unwrap_or_default(),
        arn: a.alarm_arn.unwrap_or_default(),
        kind: "metric".into(),
        reason: a.state_reason.unwrap_or_default(),
        description: a.alarm_description.unwrap_or_default(),
        watches: watches.join(", "),
        dimensions,
        namespaces,
        metrics,
        measure,
        actions: a.alarm_actions.unwrap_or_default(),
        other_actions: both(a.ok_actions, a.insufficient_data_actions),
        actions_enabled: a.actions_enabled.unwrap_or(true),
        ..Alarm::default()
    }
}

pub(super) fn from_composite(a: CompositeAlarm) -> Alarm {
    let suppressor = a.actions_suppressor.filter(|name| !name.is_empty()).map(|alarm| Suppressor {
        alarm,
        wait: a.actions_suppressor_wait_period,
        extension: a.actions_suppressor_extension_period,
        by: a.actions_suppressed_by.map(|by: ActionsSuppressedBy| by.as_str().to_owned()).filter(|by| !by.is_empty()),
        reason: a.actions_suppressed_reason.unwrap_or_default(),
    });
    let alarm = Alarm {
        since: time(a.state_transitioned_timestamp.as_ref().or(a.state_updated_timestamp.as_ref())),
        state: state(a.state_value),
        name: a.alarm_name.unwrap_or_default(),
        arn: a.alarm_arn.unwrap_or_default(),
        kind: "composite".into(),
        reason: a.state_reason.unwrap_or_default(),
        description: a.alarm_description.unwrap_or_default(),
        actions: a.alarm_actions.unwrap_or_default(),
        other_actions: both(a.ok_actions, a.insufficient_data_actions),
        actions_enabled: a.actions_enabled.unwrap_or(true),
        suppressor,
        ..Alarm::default()
    };
    alarm.ruled(a.alarm_rule.unwrap_or_default())
}

pub(super) fn from_log(a: LogAlarm) -> Alarm {
    Alarm {
        condition: condition(a.comparison_operator.as_ref().map(ComparisonOperator::as_str), a.threshold, false),
        operator: a.comparison_operator.map(|operator| operator.as_str().to_owned()),
        missing: a.treat_missing_data,
        since: time(a.state_transitioned_timestamp.as_ref().or(a.state_updated_timestamp.as_ref())),
        state: state(a.state_value),
        evaluation: evaluation(a.evaluation_state),
        name: a.alarm_name.unwrap_or_default(),
        arn: a.alarm_arn.unwrap_or_default(),
        kind: "log".into(),
        reason: a.state_reason.unwrap_or_default(),
        description: a.alarm_description.unwrap_or_default(),
        actions: a.alarm_actions.unwrap_or_default(),
        other_actions: both(a.ok_actions, a.insufficient_data_actions),
        actions_enabled: a.actions_enabled.unwrap_or(true),
        ..Alarm::default()
    }
}

/// Returns whether the statistic of an alarm counts values, or is a share of them, and so has not the unit of its metric:
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html>.
fn counts(alarm: &MetricAlarm) -> bool {
    let extended = alarm.extended_statistic().unwrap_or_default();
    alarm.statistic() == Some(&Statistic::SampleCount) || extended.starts_with("TC") || extended.starts_with("PR")
}

fn state(state: Option<StateValue>) -> String {
    state.map(|s| s.as_str().to_owned()).unwrap_or_default()
}

fn evaluation(state: Option<EvaluationState>) -> Option<String> {
    state.map(|s| s.as_str().to_owned()).filter(|s| !s.is_empty())
}

fn both(a: Option<Vec<String>>, b: Option<Vec<String>>) -> Vec<String> {
    a.into_iter().chain(b).flatten().collect()
}

pub(super) fn pairs(dimensions: &[Dimension]) -> Vec<(String, String)> {
    let text = |t: Option<&str>| t.unwrap_or_default().to_owned();
    dimensions.iter().map(|d| (text(d.name()), text(d.value()))).collect()
}

/// Returns the operator and the threshold. AWS has latencies of endpoints in microseconds; they are told in milliseconds:
/// <https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html>
fn condition(operator: Option<&str>, threshold: Option<f64>, in_microseconds: bool) -> String {
    let signs = BTreeMap::from([
        ("GreaterThanThreshold", ">"),
        ("GreaterThanOrEqualToThreshold", "≥"),
        ("LessThanThreshold", "<"),
        ("LessThanOrEqualToThreshold", "≤"),
        ("LessThanLowerOrGreaterThanUpperThreshold", "outside the band"),
        ("LessThanLowerThreshold", "below the band"),
        ("GreaterThanUpperThreshold", "above the band"),
    ]);
    let operator = operator.unwrap_or_default();
    let sign = signs.get(operator).copied().unwrap_or(operator);
    let told = |t: f64| if in_microseconds { format!("{sign} {} ms", t / 1000.0) } else { format!("{sign} {t}") };
    threshold.map_or_else(|| sign.to_owned(), told)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metric_math_keeps_the_dimensions_of_its_parts() {
        use aws_sdk_cloudwatch::types::{Metric, MetricDataQuery, MetricStat};
        let part = Metric::builder()
            .namespace("AWS/SageMaker")
            .metric_name("Invocation5XXErrors")
            .dimensions(Dimension::builder().name("EndpointName").value("fraud").build())
            .build();
        let alarm = MetricAlarm::builder()
            .alarm_name("rate")
            .metrics(MetricDataQuery::builder().id("e").expression("m1/m2").build())
            .metrics(
                MetricDataQuery::builder().id("m1").metric_stat(MetricStat::builder().metric(part).build()).build(),
            )
            .build();
        let alarm = from_metric(alarm);
        assert_eq!(alarm.dimensions, [("EndpointName".to_owned(), "fraud".to_owned())]);
        assert_eq!(alarm.watches, "m1/m2, Invocation5XXErrors");
    }

    #[test]
    fn only_a_latency_is_told_in_milliseconds_not_a_number_of_them() {
        let alarm = |name: &str| MetricAlarm::builder().namespace("AWS/SageMaker").metric_name(name).threshold(5000.0);
        let latency = || alarm("ModelLatency");
        let cases = [
            (latency().statistic(Statistic::Average), " 5 ms"),
            (latency().extended_statistic("p99"), " 5 ms"),
            (latency().extended_statistic("TM(10%:90%)"), " 5 ms"),
            (latency().statistic(Statistic::SampleCount), " 5000"),
            (latency().extended_statistic("TC(0:100)"), " 5000"),
            (latency().extended_statistic("PR(:300)"), " 5000"),
            (alarm("Invocations").statistic(Statistic::Sum), " 5000"),
        ];
        for (alarm, condition) in cases {
            let alarm = alarm.build();
            assert_eq!(from_metric(alarm.clone()).condition, condition, "{alarm:?}");
        }
    }

    #[test]
    fn conditions_read_like_conditions() {
        let condition = |operator, threshold| condition(operator, threshold, false);
        assert_eq!(condition(Some("GreaterThanThreshold"), Some(0.15)), "> 0.15");
        assert_eq!(condition(Some("GreaterThanUpperThreshold"), None), "above the band");
        assert_eq!(condition(Some("SomethingNew"), Some(1.0)), "SomethingNew 1");
        assert_eq!(super::condition(Some("GreaterThanThreshold"), Some(450_000.0), true), "> 450 ms");
    }
}
