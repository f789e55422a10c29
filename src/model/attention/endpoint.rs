//! Does what customers see work, with which version, and is it good?

use std::time::Duration;

use jiff::Timestamp;

use super::{Facts, Finding, unread, untold};
use crate::config::{Meaning, Metric, MetricSource, Model as ModelConfig};
use crate::fmt;
use crate::model::{Health, Serving, severity};
use crate::resources::config::EndpointConfig;
use crate::resources::endpoint::Endpoint;
use crate::resources::metric::MetricSeries;
use crate::resources::{Resource, Table};

fn endpoints<'a>(facts: &'a Facts<'_>) -> impl Iterator<Item = (&'a Serving<'a>, &'a Endpoint)> {
    facts.chain.serving.iter().zip(facts.rows.endpoints.iter().copied())
}

/// Trouble of an endpoint that customers do not see is worth a look, not an alarm.
fn graded(serving: &Serving, health: Health) -> Health {
    if serving.production() { health } else { health.min(Health::Warning) }
}

pub(super) fn status(facts: &Facts<'_>) -> Vec<Finding> {
    endpoints(facts)
        .filter_map(|(serving, endpoint)| {
            let name = &endpoint.name;
            let since = endpoint.pending.as_ref().and_then(|p| p.started).or(endpoint.modified);
            let (health, text) = match endpoint.status.as_str() {
                "InService" => return None,
                "Updating" => (Health::Running, updating(serving, endpoint)),
                "Creating" | "SystemUpdating" | "Deleting" => (Health::Running, format!("{name} {}", endpoint.status)),
                "" => (Health::Unknown, format!("{name}: AWS tells no status")),
                "Failed" | "OutOfService" | "RollingBack" | "UpdateRollbackFailed" => {
                    let why = endpoint.failure.as_deref().map(|f| format!(": {f}")).unwrap_or_default();
                    (Health::Critical, format!("{name} {}{why}", endpoint.status))
                }
                status => (Health::Unknown, format!("{name} {status}: a status that is not known here")),
            };
            Some((graded(serving, health), text, since))
        })
        .collect()
}

fn updating(serving: &Serving, endpoint: &Endpoint) -> String {
    let target = match (serving.arriving.first(), &endpoint.pending) {
        (Some((_, version)), _) => format!("v{version}"),
        (None, Some(pending)) => pending.config.clone(),
        (None, None) => "a new configuration".to_owned(),
    };
    let phase = endpoint.variants.iter().flat_map(|v| &v.phases).next();
    let phase = phase.map(|p| format!(" ({p})")).unwrap_or_default();
    format!("{} Updating to {target}{phase}", endpoint.name)
}

/// A failed update rolls back by itself and looks healthy.
pub(super) fn rolled_back(facts: &Facts<'_>) -> Vec<Finding> {
    endpoints(facts)
        .filter(|(_, e)| e.status == "InService")
        .filter_map(|(serving, endpoint)| {
            let seen =
                endpoint.went_back_from.as_ref().map(|config| format!("AWS gave no reason, {config} is not live"));
            let why = endpoint.failure.clone().or(seen)?;
            let text = format!("{}: last update was rolled back: {why}", endpoint.name);
            Some((graded(serving, Health::Critical), text, endpoint.modified))
        })
        .collect()
}

pub(super) fn config_deleted(facts: &Facts<'_>) -> Vec<Finding> {
    let configs = &facts.index.store.configs;
    let served = facts.rows.endpoints.iter().zip(&facts.rows.configs);
    served
        .filter_map(|(endpoint, config)| {
            let name = endpoint.config.as_ref()?;
            let deleted = config.map_or_else(|| unlisted(configs, endpoint), |config| config.deleted);
            deleted.then(|| (Health::Warning, format!("configuration {name} was deleted"), None))
        })
        .collect()
}

/// Is a configuration missing in a complete list of all? One that went live after the list was read is not in it yet.
fn unlisted(configs: &Table<EndpointConfig>, endpoint: &Endpoint) -> bool {
    let read = configs.answered_at().filter(|_| configs.complete());
    read.is_some() && endpoint.live_since.or(endpoint.created) < read
}

pub(super) fn capacity(facts: &Facts<'_>) -> Vec<Finding> {
    endpoints(facts)
        .filter(|(_, e)| e.status == "InService")
        .flat_map(|(serving, e)| e.variants.iter().map(move |v| (serving, v)))
        .filter_map(|(serving, v)| {
            let (now, wanted) = (v.instances?, v.desired_instances?);
            let text = || format!("{now} of {wanted} instances of {}", v.name);
            (now < wanted).then(|| (graded(serving, Health::Warning), text(), None))
        })
        .collect()
}

/// 5XX rate and number of requests of an endpoint over the last five minutes.
///
/// What came before the present version went live is not its fault.
fn error_rate(facts: &Facts<'_>, endpoint: &Endpoint) -> Option<(f64, f64)> {
    let live = endpoint.live_since.map_or(i64::MAX, |at| (facts.now.as_second() - at.as_second()) / 60);
    let minutes = live.min(5);
    let series = |variant: &str, metric: &str| {
        facts.index.store.metrics.get(&MetricSeries::of_variant(&endpoint.name, variant, metric))
    };
    let rates = endpoint.variants.iter().filter_map(|v| {
        let rate = series(&v.name, "Invocation5XXErrors")?.mean(minutes, facts.now)?;
        let requests = series(&v.name, "Invocations")?.mean(minutes, facts.now)? * 5.0;
        Some((rate, requests))
    });
    let (failed, all) = rates.fold((0.0, 0.0), |(f, a), (rate, requests)| (f + rate * requests, a + requests));
    (all > 0.0).then(|| (failed / all, all))
}

pub(super) fn errors(facts: &Facts<'_>) -> Vec<Finding> {
    endpoints(facts)
        .filter(|(_, endpoint)| facts.index.measured.contains(endpoint.name.as_str()))
        .filter_map(|(serving, endpoint)| {
            let (rate, requests) = error_rate(facts, endpoint)?;
            let health = match rate {
                r if r > 0.02 && requests >= 20.0 => Health::Critical,
                r if r > 0.005 => Health::Warning,
                _ => return None,
            };
            Some((graded(serving, health), format!("5XX {}", fmt::percent(rate)), None))
        })
        .collect()
}

/// Metrics of the configuration: on which side of the threshold, and is that bad?
pub(super) fn business(facts: &Facts<'_>) -> Vec<Finding> {
    let Some(config) = facts.config else { return Vec::new() };
    let judge = |metric: &Metric| {
        let series = facts.index.store.metrics.get(&MetricSeries::of_model(&config.name, &metric.label))?;
        // What is overdue is not known to be so any more (see `unmeasured`).
        let (at, value) = series.last().filter(|_| !series.overdue(facts.now))?;
        let (compare, threshold) = metric.limit?;
        let sign = compare.sign();
        let ago = aged(facts.now, at);
        let text = format!("{} {} {sign} {}{ago}", metric.label, fmt::number(value), fmt::number(threshold));
        if !compare.holds(value, threshold) {
            return None;
        }
        // Since the first of the values in a row that are on this side.
        let row = series.points.iter().rev().take_while(|(_, v)| compare.holds(*v, threshold));
        // When all that is kept is on this side, it began before what is kept.
        let began = row.clone().count() < series.points.len();
        let since = row.last().map(|(at, _)| *at).filter(|_| began);
        Some(match metric.meaning {
            Meaning::Promote => (Health::Ok, format!("{text}: good enough to promote"), None),
            Meaning::Breach => {
                (metric.severity.map_or(Health::Warning, |s| severity::weight(&s.to_string())), text, since)
            }
        })
    };
    config.metrics.iter().filter_map(judge).chain(reported(facts, config)).collect()
}

/// How old a value is, where that is worth a word.
fn aged(now: Timestamp, at: Timestamp) -> String {
    if now.as_second() - at.as_second() < 3600 { String::new() } else { format!(", {} ago", fmt::age(now, at)) }
}

/// What was never read, or has no value of late, is not known to be well.
pub(super) fn unmeasured(facts: &Facts<'_>) -> Vec<Finding> {
    let (Some(config), metrics) = (facts.config, &facts.index.store.metrics) else { return Vec::new() };
    let unread = match metrics.trouble() {
        Some(why) => Some(format!("{} {}", why.operation, why.kind.word())),
        None if metrics.capped() => Some("max_cost_per_day is used up".to_owned()),
        None => None,
    };
    let judged = config.metrics.iter().filter(|metric| {
        let measured = matches!(metric.source, MetricSource::CloudWatch { .. });
        measured && metric.limit.is_some() && metric.meaning == Meaning::Breach
    });
    let unknown = judged.filter_map(|metric| {
        let label = &metric.label;
        let Some(series) = metrics.get(&MetricSeries::of_model(&config.name, label)) else {
            return unread.as_ref().map(|why| format!("{label} not read: {why}"));
        };
        if let Some(why) = &series.problem {
            return Some(format!("{label} not read: {why}"));
        }
        let reach = || fmt::span(Duration::from_secs(series.reach().unsigned_abs()));
        match series.last() {
            None => Some(format!("{label} has no value in {}", reach())),
            Some((at, value)) if series.overdue(facts.now) => Some(format!(
                "{label} has no value since {} ago (it was {})",
                fmt::age(facts.now, at),
                fmt::number(value)
            )),
            Some(_) => None,
        }
    });
    unknown.map(|text| (Health::Unknown, text, None)).collect()
}

/// Metrics in evaluation reports: a breach is one of a version that serves; good news is of the newest one.
fn reported(facts: &Facts<'_>, config: &ModelConfig) -> Vec<Finding> {
    let store = &facts.index.store;
    let newest = facts.chain.packages.first().and_then(|arn| store.packages.get(arn));
    let mut found = Vec::new();
    for metric in &config.metrics {
        let (MetricSource::Package { json_path }, Some((compare, limit))) = (&metric.source, metric.limit) else {
            continue;
        };
        let value = |arn: &str| Some(store.reports.get(&facts.index.package(arn)?.arn)?.value(json_path));
        let text = |version: i32, value: f64| {
            let (value, sign, limit) = (fmt::number(value), compare.sign(), fmt::number(limit));
            format!("{} of v{version} {value} {sign} {limit}", metric.label)
        };
        if metric.meaning == Meaning::Promote {
            let good = newest.and_then(|p| Some((p.version?, value(&p.arn)?.ok()?)));
            let good = good.filter(|(_, value)| compare.holds(*value, limit));
            found.extend(good.map(|(v, value)| (Health::Ok, text(v, value) + ": good enough to promote", None)));
            continue;
        }
        let bad = metric.severity.map_or(Health::Warning, |s| severity::weight(&s.to_string()));
        let mut judged = Vec::new();
        for (serving, (arn, version)) in facts.chain.serving.iter().flat_map(|s| s.versions.iter().map(move |v| (s, v)))
        {
            // Production comes first: what serves there is judged as such.
            if judged.contains(&arn) {
                continue;
            }
            judged.push(arn);
            found.extend(match value(arn) {
                Some(Ok(value)) if compare.holds(value, limit) => {
                    Some((graded(serving, bad), text(*version, value), serving.since))
                }
                Some(Err(why)) => {
                    let text = format!("{} of v{version} unknown: its evaluation report {why}", metric.label);
                    Some((Health::Unknown, text, None))
                }
                Some(Ok(_)) | None => None,
            });
        }
    }
    found
}

pub(super) fn source(facts: &Facts<'_>) -> Vec<Finding> {
    let (store, table) = (facts.index.store, &facts.index.store.endpoints);
    if table.is_empty() {
        return unread(table);
    }
    if facts.chain.serving.is_empty() {
        // What an endpoint runs, and so whose it is, is told by these.
        return untold([unread(&store.configs), unread(&store.models)]);
    }
    // An endpoint that is listed but cannot be described is not known to be well, nor is one that runs who knows what.
    let described = |e: &Endpoint| e.config.is_some();
    let told = |(serving, endpoint): (&Serving, &Endpoint)| {
        let (what, why) = if described(endpoint) {
            (" what it runs is not known,", unknown_version(facts, serving, endpoint)?)
        } else {
            ("", trouble(table)?)
        };
        Some((Health::Unknown, format!("{}:{what} {why}", endpoint.name), None))
    };
    endpoints(facts).filter_map(told).collect()
}

/// The trouble of a table in two words: the operation and its kind.
fn trouble<T: Resource>(table: &Table<T>) -> Option<String> {
    table.trouble().map(|why| format!("{} {}", why.operation, why.kind.word()))
}

/// Why it cannot be told what a production endpoint runs: its configuration or a model of it could not be read.
fn unknown_version(facts: &Facts<'_>, serving: &Serving, endpoint: &Endpoint) -> Option<String> {
    if !serving.versions.is_empty() || !serving.production() {
        return None;
    }
    let store = facts.index.store;
    let config = store.configs.get(endpoint.config.as_deref()?).filter(|config| config.variants.is_some());
    let Some(config) = config else { return trouble(&store.configs) };
    let read = |name: &str| store.models.get(name).is_some_and(|model| model.containers.is_some());
    if config.models().all(read) { None } else { trouble(&store.models) }
}

pub(super) fn summary(facts: &Facts<'_>) -> (bool, String, Option<Timestamp>) {
    let Some((serving, endpoint)) = endpoints(facts).next() else {
        return (false, "not deployed".to_owned(), None);
    };
    let version = serving.version().map_or_else(String::new, |v| format!("v{v} "));
    (true, format!("{version}{}", endpoint.status), serving.since.or(endpoint.created))
}
