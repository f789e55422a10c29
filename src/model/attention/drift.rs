//! The rule about drift: what the configuration names as a source of it, where Model Monitor is not used.

use super::metrics::{bad, of_role};
use super::{Finding, RuleInput};
use crate::config::{Metric, MetricSource, Role};
use crate::fmt;
use crate::model::Health;
use crate::resources::Kind;

/// The periods after which a report at a fixed place is too old to be believed. One report may be late.
const OLD: u32 = 2;

/// Judges the sources of drift of the configuration.
pub(super) fn drift(input: &RuleInput<'_>) -> Vec<Finding> {
    let measured = of_role(input, Role::Drift).into_iter();
    let measured = measured.map(|finding| Finding { text: format!("drift: {}", finding.text), ..finding });
    let sources = input.config.into_iter().flat_map(|config| &config.metrics);
    let sources = sources.filter(|metric| metric.role == Role::Drift);
    let word = |health| if health == Health::Unknown { "drift unknown" } else { "drift" };
    let judged = sources.filter_map(|metric| judge(input, metric)).map(|finding| {
        let word = word(finding.health);
        finding.word(word)
    });
    measured.chain(judged).collect()
}

/// Judges a source that is an alarm, or in a report at a fixed place.
fn judge(input: &RuleInput<'_>, metric: &Metric) -> Option<Finding> {
    let store = &input.index.store;
    match &metric.source {
        MetricSource::Alarm { name } => {
            let about = |finding: Finding| finding.about(Kind::Alarms, name);
            let Some(alarm) = store.alarms.get(name) else {
                let complete = store.alarms.complete() && !store.alarms.partly_read();
                let gone = || Finding::new(Health::Unknown, format!("drift: there is no alarm {name}"));
                return Some(if complete { gone() } else { Finding::unread(&format!("alarm {name} ")) });
            };
            match alarm.state.as_str() {
                "ALARM" => {
                    let finding = Finding::new(bad(metric), format!("drift: alarm {name} is in ALARM"));
                    Some(about(finding.since(alarm.since)))
                }
                "INSUFFICIENT_DATA" => {
                    Some(about(Finding::new(Health::Unknown, format!("drift: alarm {name} has no data"))))
                }
                _ => None,
            }
        }
        MetricSource::Report { uri, json_path, period } => {
            let Some(report) = store.reports.get(uri) else {
                return Some(Finding::unread(&format!("{} ", metric.label)));
            };
            let age = |at| input.now.duration_since(at).unsigned_abs();
            let old = report.written.filter(|at| *at < input.now && age(*at) > *period * OLD);
            match (report.value(json_path), metric.limit) {
                // The job that writes the report has probably ended, so its value says nothing about now.
                (Ok(_), _) if old.is_some() => {
                    let ago = old.map(|at| fmt::age(input.now, at)).unwrap_or_default();
                    let text = format!("drift: {} unknown: its report was written {ago} ago", metric.label);
                    Some(Finding::new(Health::Unknown, text))
                }
                (Ok(value), Some((compare, limit))) if compare.holds(value, limit) => {
                    let (value, limit) = (fmt::number(value), fmt::number(limit));
                    let text = format!("drift: {} {value} {} {limit}", metric.label, compare.sign());
                    Some(Finding::new(bad(metric), text))
                }
                (Ok(_), _) => None,
                (Err(why), _) => {
                    Some(Finding::new(Health::Unknown, format!("drift: {} unknown: its report {why}", metric.label)))
                }
            }
        }
        MetricSource::CloudWatch { .. } | MetricSource::Package { .. } => None,
    }
}
