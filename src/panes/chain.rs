//! The selected model as five boxes with arrows: state, age and the facts that matter in each.

use super::cell::{self, sparkline};
use super::home;
use crate::app::{Account, App};
use crate::fmt;
use crate::model::people::{Reach, reach};
use crate::model::{Chain, Confidence, Health, Reason, Serving, Stage, StageKind, severity};
use crate::resources::alarm::Alarm;
use crate::resources::metric::MetricSeries;
use crate::view::{self, Arrow, Fact, Line, Tone};

/// From this width on a box has room for what is only nice to know.
const ROOMY: u16 = 134;

/// A model, drawn.
pub(super) fn chain(app: &App, chain: &Chain) -> view::Chain {
    let arrows = StageKind::ALL.iter().skip(1).map(|into| arrow(chain.arrow(*into))).collect();
    view::Chain {
        title: title(app, chain),
        stages: chain.stages.iter().map(|s| stage(app, chain, s)).collect(),
        arrows,
    }
}

fn arrow(confidence: Option<Confidence>) -> Arrow {
    match confidence {
        Some(Confidence::Exact | Confidence::Config) => Arrow::Exact,
        Some(Confidence::Derived) => Arrow::Derived,
        Some(Confidence::Guess) => Arrow::Guess,
        None => Arrow::Missing,
    }
}

fn title(app: &App, chain: &Chain) -> Line {
    let line = Line::new().with(chain.name, Tone::Strong);
    let line = chain.serving.iter().fold(line, |line, serving| deploying(line, app, serving));
    match chain.worst() {
        Some(worst) => {
            let since = worst.since.map(|at| format!(" since {}", fmt::clock(app.here.seen.at, at, &app.zone)));
            let text = if app.size.0 < home::WIDE { brief(chain, worst) } else { worst.text.clone() };
            let line = line.plain("  ").with(text, cell::tone(worst.health)).muted(since.unwrap_or_default());
            line.muted(after_deployment(chain, worst).unwrap_or_default())
        }
        None => match app.here.well_until(chain) {
            Some(at) => line.with(format!("  all well {} ago", fmt::age(app.here.seen.at, at)), Tone::Warn),
            None => line.muted("  all well"),
        },
    }
}

/// The deployment under way on an endpoint: where, from what to what, since when, what it is doing, by whom.
fn deploying(line: Line, app: &App, serving: &Serving) -> Line {
    let Some(deployment) = &serving.deployment else { return line };
    let place = if serving.stage.is_empty() { serving.endpoint } else { serving.stage };
    let line = line.with(format!("  ◐ {place} {}", deployment.way()), Tone::Busy);
    let since = deployment.since.map(|at| format!(" since {}", fmt::clock(app.here.seen.at, at, &app.zone)));
    let line = line.muted(since.unwrap_or_default()).with(deployment.phase(), Tone::Busy);
    if app.changes(serving.endpoint) { line.muted(", from here") } else { line }
}

/// Trouble that began soon after a version went live is most often its fault.
fn after_deployment(chain: &Chain, worst: &Reason) -> Option<String> {
    let serving = chain.serving.first()?;
    let (since, live) = (worst.since?, serving.since?);
    let seconds = u64::try_from(since.as_second() - live.as_second()).ok().filter(|s| (1..2 * 3600).contains(s))?;
    let what = match &serving.changed {
        Some(changed) => changed.clone(),
        None => format!("v{} went live", serving.version()?),
    };
    Some(format!(", {} after {what}", fmt::span(std::time::Duration::from_secs(seconds))))
}

fn stage(app: &App, chain: &Chain, stage: &Stage) -> view::Stage {
    let health = app.here.stage_health(stage);
    let (glyph, word) = health.sign();
    let tone = cell::tone(health);
    let title = match (stage.kind, chain.serving.first()) {
        (StageKind::Endpoint, Some(s)) if !s.stage.is_empty() => format!("ENDPOINT {}", s.stage),
        (kind, _) => kind.name().to_uppercase(),
    };
    // A quiet alarm's age tells nothing; that of old data is in its words already.
    let told = match stage.kind {
        StageKind::Alarms => stage.health <= Health::Ok,
        StageKind::Data => stage.summary.contains(" for "),
        StageKind::Training | StageKind::Registry | StageKind::Endpoint => false,
    };
    let age =
        stage.since.filter(|_| !told).map(|at| format!(" {}", fmt::age(app.here.seen.at, at))).unwrap_or_default();
    let known = !matches!(stage.health, Health::Absent);
    let sign = Line::new().with(format!("{glyph} "), tone);
    let headline = if known { sign.with(headline(chain, stage), tone) } else { sign.muted(word) };
    let age = if known { Line::new().muted(age) } else { Line::new() };
    let facts = match stage.kind {
        StageKind::Data => data(app, chain),
        StageKind::Training => training(app, chain),
        StageKind::Registry => registry(app, chain),
        StageKind::Endpoint => chain.serving.first().map(|s| endpoint(app, s)).unwrap_or_default(),
        StageKind::Alarms => alarms(app, chain),
    };
    let facts = if facts.is_empty() { vec![Line::new().muted(missing(stage.kind)).into()] } else { facts };
    view::Stage { title, tone, state: headline, age, facts, selected: false }
}

/// The one fact of a stage, in as few words as a box has.
pub(super) fn headline(chain: &Chain, stage: &Stage) -> String {
    let told = |r: &&Reason| r.stage == stage.kind && r.health > Health::Ok && r.text == stage.summary;
    match chain.reasons.iter().find(told) {
        Some(reason) => brief(chain, reason),
        None => stage.summary.replace("run ", "").replace("InService", "live"),
    }
}

/// A reason where its model, its stage and its place are seen: in as few words as tell it.
pub(super) fn brief(chain: &Chain, reason: &Reason) -> String {
    let text = reason.text.as_str();
    let first = text.split(' ').next().unwrap_or_default();
    let after = |start: &str| text.strip_prefix(start).unwrap_or(text).to_owned();
    match reason.rule {
        "firing" | "no-action" | "suppressed" => text.replace(" in ALARM", "").replace(chain.name, "…"),
        "waits" => format!("{first} waits"),
        "not-live" => format!("{first} approved, not live"),
        "last-run-failed" => after("last run "),
        "nothing-registered" => {
            let why = after("last run registered nothing: ").replace(" was false", " false");
            format!("no version: {}", why.trim_start_matches("condition "))
        }
        "running" => text.replacen(", ", " ", 1).replacen(" of ", "/", 1).replacen(" steps", "", 1),
        "config-deleted" => "configuration deleted".to_owned(),
        "nobody-told" => text.replace("waits for confirmation", "unconfirmed"),
        "offline-store" => match text.split_once(" is blocked") {
            Some((_, why)) => format!("offline store blocked{why}"),
            None => text.to_owned(),
        },
        // `s3://lake/clicks/: ListObjectsV2: …`
        "data-unreadable" => text.split_once(": ").map_or(text, |(_, why)| why).to_owned(),
        "status" | "rolled-back" => {
            let endpoints = chain.serving.iter().map(|s| s.endpoint);
            let rest = endpoints.filter_map(|name| text.strip_prefix(name)).find(|rest| rest.starts_with([' ', ':']));
            let text = rest.unwrap_or(text).trim_start_matches([' ', ':']);
            text.replace("last update was rolled back", "rolled back")
                .replace("UpdateRollbackFailed", "rollback failed")
        }
        _ => text.to_owned(),
    }
}

/// What would fill a hop that is not there.
fn missing(kind: StageKind) -> &'static str {
    match kind {
        StageKind::Data => "[[model.data]]",
        StageKind::Training => "pipelines = […]",
        StageKind::Registry => "group = \"…\"",
        StageKind::Endpoint => "endpoints = […]",
        StageKind::Alarms => "alarms = […]",
    }
}

fn data(app: &App, chain: &Chain) -> Vec<Fact> {
    let store = &app.here.seen.store;
    let mut facts: Vec<(Option<jiff::Timestamp>, Fact)> = Vec::new();
    for uri in &chain.datasets {
        let Some(set) = store.datasets.get(uri) else { continue };
        let tail = set.newest_key.as_deref().map_or_else(|| tail(uri), partition);
        let fact = match (&set.problem, set.newest) {
            (Some(problem), _) => {
                Line::new().with("▲ ", Tone::Warn).plain(tail).with(format!(" {problem}"), Tone::Warn).into()
            }
            (None, Some(at)) => {
                Fact::named(Line::new().plain(tail), Line::new().muted(format!(" {}", fmt::age(app.here.seen.at, at))))
            }
            (None, None) => Fact::named(Line::new().plain(tail), Line::new()),
        };
        facts.push((set.newest, fact));
    }
    facts.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    let groups = chain.feature_groups.iter().map(|name| match store.feature_groups.get(name) {
        Some(group) => {
            let health = Health::of_status(group.offline_status.as_deref().unwrap_or(&group.status));
            let health = app.here.known(StageKind::Data, health);
            let name = Line::new().with(format!("{} ", health.sign().0), cell::tone(health)).plain(name);
            Fact::named(name, Line::new())
        }
        None => Fact::named(Line::new().muted(format!("? {name}")), Line::new()),
    });
    let mut lines: Vec<Fact> = facts.into_iter().map(|(_, fact)| fact).collect();
    lines.dedup();
    lines.truncate(2);
    lines.extend(groups);
    lines
}

/// The folder of a key with its parent: `clicks/dt=2026-11-23`.
fn partition(key: &str) -> String {
    let mut parts: Vec<&str> = key.split('/').collect();
    parts.pop();
    let from = parts.len().saturating_sub(2);
    parts.get(from..).unwrap_or_default().join("/")
}

fn tail(uri: &str) -> String {
    uri.trim_end_matches('/').rsplit('/').next().unwrap_or(uri).to_owned()
}

fn training(app: &App, chain: &Chain) -> Vec<Fact> {
    let store = &app.here.seen.store;
    let mut facts = Vec::new();
    let jobs: Vec<_> = chain.jobs.iter().filter_map(|name| store.jobs.get(name)).collect();
    if let Some(details) = jobs.first().and_then(|j| j.details.as_ref()) {
        let time = details.seconds.and_then(|s| u64::try_from(s).ok());
        let time = time.map_or_else(|| details.phase.clone(), |s| fmt::span(std::time::Duration::from_secs(s)));
        let spot = if details.spot { " spot" } else { "" };
        facts.push(Line::new().plain(format!("job {time}{spot}")).into());
        let before = jobs.get(1).and_then(|j| j.details.as_ref());
        for (name, value) in details.metrics.iter().take(2) {
            let kept = Line::new().plain(format!(" {}", fmt::number(f64::from(*value))));
            let old = before.and_then(|d| d.metrics.iter().find(|(n, _)| n == name)).map(|(_, v)| value - v);
            let change = old.filter(|_| app.size.0 >= ROOMY);
            let change = change.map(|d| format!(" {}{}", if d < 0.0 { "" } else { "+" }, fmt::number(f64::from(d))));
            facts.push(Fact::named(Line::new().plain(metric_name(name)), kept.muted(change.unwrap_or_default())));
        }
    }
    if let Some(pipeline) = chain.pipelines.first() {
        facts.push(Fact::named(Line::new().muted(pipeline), Line::new()));
    }
    facts
}

/// `validation:ndcg` → `ndcg`.
fn metric_name(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

fn registry(app: &App, chain: &Chain) -> Vec<Fact> {
    let packages = chain.packages.iter().filter_map(|arn| app.here.seen.store.packages.get(arn));
    packages
        .take(4)
        .map(|p| {
            let health = app.here.known(StageKind::Registry, Health::of_status(&p.approval));
            let line = Line::new().with(format!("{} ", health.sign().0), cell::tone(health));
            let line = line.plain(format!("v{} ", p.version.unwrap_or_default()));
            let note = p.details.as_ref().and_then(|d| d.approval_description.clone());
            line.muted(note.unwrap_or_else(|| if p.waits() { "waits".to_owned() } else { p.approval.clone() })).into()
        })
        .collect()
}

fn endpoint(app: &App, serving: &Serving) -> Vec<Fact> {
    let Some(endpoint) = app.here.seen.store.endpoints.get(serving.endpoint) else { return Vec::new() };
    let mut facts = Vec::new();
    facts.extend(serving.deployment.as_ref().map(|d| {
        let age = d.since.map(|at| format!(" {}", fmt::age(app.here.seen.at, at))).unwrap_or_default();
        Fact::named(Line::new().with(format!("◐ {}", d.way()), Tone::Busy), Line::new().muted(age))
    }));
    for variant in &endpoint.variants {
        let text = match (variant.instances, variant.desired_instances) {
            (Some(now), Some(wanted)) => format!("{now} of {wanted} instances"),
            _ if variant.serverless => "serverless".to_owned(),
            _ => continue,
        };
        let phase = variant.phases.first().map(|p| format!(" {p}")).unwrap_or_default();
        facts.push(Line::new().plain(text).with(phase, Tone::Busy).into());
    }
    let series = |metric: &str| series(&app.here, serving.endpoint, metric);
    if let Some(latency) = series("ModelLatency") {
        let minutes = if app.size.0 >= ROOMY { 12 } else { 5 };
        let values: Vec<f64> = latency.points.iter().rev().take(minutes).rev().map(|p| p.1).collect();
        let last = latency.last().map(|p| fmt::micros(p.1)).unwrap_or_default();
        facts.push(Line::new().plain(format!("{} {last} ", latency.stat)).muted(sparkline(&values)).into());
    }
    if let Some(rate) = series("Invocation5XXErrors").and_then(|s| s.mean(5, app.here.seen.at)) {
        let tone = if rate > 0.02 {
            Tone::Bad
        } else if rate > 0.005 {
            Tone::Warn
        } else {
            Tone::Plain
        };
        facts.push(Line::new().with(format!("5XX {}", fmt::percent(rate)), tone).into());
    }
    if let Some((_, requests)) = series("Invocations").and_then(MetricSeries::last) {
        facts.push(Line::new().plain(format!("{} requests/min", fmt::number(requests))).into());
    }
    facts
}

fn series<'a>(account: &'a Account, endpoint: &str, metric: &str) -> Option<&'a MetricSeries> {
    let store = &account.seen.store;
    let variant = &store.endpoints.get(endpoint)?.variants.first()?.name;
    store.metrics.get(&MetricSeries::of_variant(endpoint, variant, metric)).filter(|s| !s.points.is_empty())
}

/// The newest p99 of an endpoint's first variant, in µs.
pub(super) fn latency(account: &Account, endpoint: &str) -> Option<f64> {
    series(account, endpoint, "ModelLatency")?.last().map(|p| p.1)
}

/// Alarms that fire and mean harm, the newest first.
pub(super) fn firing<'a>(account: &'a Account, chain: &Chain) -> Vec<&'a Alarm> {
    let harmful = |name: &str| {
        let mut found = chain.reasons.iter().filter(|r| r.rule == "firing" && r.health >= Health::Warning);
        found.any(|r| r.text.strip_prefix(name).is_some_and(|rest| rest.starts_with(" in ALARM")))
    };
    let all = chain.alarms.iter().filter(|name| harmful(name)).filter_map(|name| account.seen.store.alarms.get(name));
    let mut firing: Vec<_> = all.collect();
    firing.sort_by_key(|a| std::cmp::Reverse(a.since));
    firing
}

fn alarms(app: &App, chain: &Chain) -> Vec<Fact> {
    // The worst one is the headline already.
    let told = |alarm: &Alarm| {
        let stage = chain.stage(StageKind::Alarms);
        stage.and_then(|s| s.summary.strip_prefix(&alarm.name)).is_some_and(|rest| rest.starts_with(" in ALARM"))
    };
    let others = firing(&app.here, chain).into_iter().filter(|alarm| !told(alarm));
    // Nobody else is told of it, so the screen must show it.
    let held = chain.reasons.iter().filter(|r| r.rule == "suppressed");
    let mut facts: Vec<Fact> =
        held.map(|r| Line::new().with(format!("▲ {}", brief(chain, r)), Tone::Warn).into()).collect();
    let others = others.take(3).map(|alarm| {
        let tier = severity::tier(&app.here.seen.wishes.severity, alarm);
        let bad = tier.as_deref().map_or(Health::Warning, severity::weight);
        let name = Line::new().with(format!("{} ", bad.sign().0), cell::tone(bad));
        let name = name.plain(alarm.name.replace(chain.name, "…"));
        Fact::named(name, Line::new().muted(format!(" {}", tier.unwrap_or_default())))
    });
    facts.extend(others);
    facts.extend(chain.topics.iter().map(|topic| {
        let name = topic.rsplit(':').next().unwrap_or(topic);
        let reaches = match reach(&app.here.seen.store, topic) {
            Reach::Nobody(_) => Line::new().with(" ▲", Tone::Warn),
            Reach::Unknown(_) => Line::new().with(" ◌", Tone::Warn),
            Reach::Somebody | Reach::Unread => Line::new(),
        };
        Fact::named(Line::new().muted(format!("→ {name}")), reaches)
    }));
    facts
}
