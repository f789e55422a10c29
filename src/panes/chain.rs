//! The selected model as five boxes with arrows. Each shows a state, an age and the important facts.

mod alarms;
mod business;
mod deliveries;

use std::borrow::Cow;

use super::cell::{self, sparkline};
use crate::app::{Account, App};
use crate::fmt;
use crate::model::{Chain, Confidence, Health, Mark, Reason, Serving, Stage, StageKind};
use crate::resources::Kind;
use crate::resources::alarm::Alarm;
use crate::resources::dataset::Dataset;
use crate::resources::endpoint::{Mode, Variant};
use crate::resources::metric::MetricSeries;
use crate::view::{self, Arrow, Cut, Fact, Line, Tone, cut, width};

pub(super) use alarms::{firing, silence};

/// The minimum width of the terminal at which each stage has a column.
pub(super) const WIDE: u16 = 100;
/// The minimum width of the terminal at which a box shows less important facts.
const ROOMY: u16 = 134;

/// Draws a model.
pub(super) fn chain(app: &App, chain: &Chain) -> view::Chain {
    let pairs = StageKind::ALL.windows(2);
    let arrows = pairs.filter_map(|pair| Some(arrow(chain, *pair.first()?, *pair.last()?))).collect();
    view::Chain {
        title: title(app, chain),
        stages: chain.stages.iter().map(|s| stage(app, chain, s)).collect(),
        arrows,
    }
}

fn arrow(chain: &Chain, from: StageKind, into: StageKind) -> Arrow {
    let unread = |kind| chain.stage(kind).is_some_and(|stage| stage.health == Health::Unknown);
    match chain.arrow(into) {
        None if unread(from) || unread(into) => Arrow::Unknown,
        Some(Confidence::Exact | Confidence::Config) => Arrow::Exact,
        Some(Confidence::Derived) => Arrow::Derived,
        Some(Confidence::Guess) => Arrow::Guess,
        None => Arrow::Missing,
    }
}

fn title(app: &App, chain: &Chain) -> Line {
    let line = Line::new().with(chain.name, Tone::Strong);
    let line = chain.serving.iter().fold(line, |line, serving| deploying(line, app, serving));
    match chain.course() {
        Some((first, then)) => {
            let since = first.unsaid_since().map(|at| fmt::clock(app.here.observed.at, at, &app.zone));
            let since = since.map(|at| format!(" since {at}")).unwrap_or_default();
            let text = if app.size.0 < WIDE { placed(chain, first) } else { Cow::Borrowed(&*first.text) };
            // A long reason is cut, so that the time stays.
            let taken = line.width() + 2 + width(&since) + 2 * usize::from(view::margin(app.size.0));
            let text = cut(&text, usize::from(app.size.0).saturating_sub(taken), Cut::End);
            let line = line.plain("  ").with(&text, cell::tone(first.health)).muted(since);
            let line = line.muted(after_deployment(app, chain, first).unwrap_or_default());
            let line = match then {
                Some(then) => line.muted(", then ").with(placed(chain, then), cell::tone(then.health)),
                None => line,
            };
            // The brief phrase of an alarm says it already.
            let brief = [then, Some(first).filter(|_| app.size.0 < WIDE)];
            let told = brief.into_iter().flatten().any(|reason| reason.stage() == StageKind::Alarms);
            match silence(&app.here, chain).filter(|_| !told) {
                Some(silent) => line.with(format!("  {}", silent.sign()), Tone::Warn),
                None => line,
            }
        }
        None => match app.here.well_until(chain) {
            Some(at) => line.with(format!("  all well {} ago", fmt::age(app.here.observed.at, at)), Tone::Warn),
            None => line.muted("  all well"),
        },
    }
}

/// Adds the current deployment of an endpoint: its place, versions, start time, phase and origin.
fn deploying(line: Line, app: &App, serving: &Serving) -> Line {
    let Some(deployment) = &serving.deployment else { return line };
    let place = if serving.stage.is_empty() { serving.endpoint } else { serving.stage };
    let line = line.with(format!("  ◐ {place} {}", deployment.way()), Tone::Busy);
    let since = deployment.since.map(|at| format!(" since {}", fmt::clock(app.here.observed.at, at, &app.zone)));
    let line = line.muted(since.unwrap_or_default()).with(deployment.phase(), Tone::Busy);
    if app.changes(serving.endpoint) { line.muted(", from here") } else { line }
}

/// Returns the change that preceded the trouble. Trouble that begins soon after a version went live on the same
/// endpoint is most often its fault.
fn after_deployment(app: &App, chain: &Chain, reason: &Reason) -> Option<String> {
    let serving = endpoint_of(app, chain, reason)?;
    let (since, live) = (reason.since?, serving.since?);
    let seconds = u64::try_from(since.as_second() - live.as_second()).ok().filter(|s| (1..2 * 3600).contains(s))?;
    let what = match &serving.changed {
        Some(changed) => changed.clone(),
        None => format!("{} went live", serving.version_in_brief()?),
    };
    Some(format!(", {} after {what}", fmt::span(std::time::Duration::from_secs(seconds))))
}

/// Returns the endpoint that a reason names, or that its alarm watches. If none is named, returns the first
/// production endpoint.
fn endpoint_of<'c>(app: &App, chain: &'c Chain, reason: &Reason) -> Option<&'c Serving<'c>> {
    let named = |name: &str| chain.serving.iter().find(|s| s.endpoint == name);
    let watched = |alarm: &Alarm| {
        let mut dimensions = alarm.dimensions.iter().filter(|(key, _)| key == "EndpointName");
        dimensions.find_map(|(_, name)| named(name))
    };
    match reason.stage() {
        StageKind::Endpoint => reason.about_kind(Kind::Endpoints).and_then(named),
        StageKind::Alarms => {
            let alarm = reason.about_kind(Kind::Alarms).and_then(|name| app.here.observed.store.alarms.get(name));
            alarm.and_then(watched)
        }
        StageKind::Data | StageKind::Training | StageKind::Registry => return None,
    }
    .or_else(|| chain.serving.first().filter(|s| s.production()))
}

/// Returns the endpoint in the box: the worst production endpoint, or the worst other one if there is no production.
fn endpoint_in_box<'c>(chain: &'c Chain) -> Option<&'c Serving<'c>> {
    chain.worst_serving(true).or_else(|| chain.worst_serving(false))
}

/// Returns `ENDPOINT prod`. If the stage names several endpoints, or none, the title contains the name of the
/// endpoint.
fn endpoint_title(chain: &Chain, serving: &Serving) -> String {
    let same = chain.serving.iter().filter(|s| s.stage == serving.stage).count();
    let named = same == 1 && !serving.stage.is_empty();
    let name = if named { serving.stage.to_owned() } else { serving.endpoint.replace(chain.name, "…") };
    if name == "…" { "ENDPOINT".to_owned() } else { format!("ENDPOINT {name}") }
}

/// Returns the state of the endpoint in the box, which may differ from that of the other endpoints.
fn stage_of_endpoint(chain: &Chain, serving: &Serving, whole: &Stage) -> Stage {
    match chain.said_of(serving).find(|r| r.health > Health::Ok) {
        Some(r) => Stage::of(r),
        // The summary of the stage is about another endpoint.
        None if whole.health > Health::Ok => {
            let version = serving.version_with_share().unwrap_or_else(|| "?".to_owned());
            let (summary, since) = (format!("{version} live"), serving.since);
            Stage { kind: whole.kind, health: Health::Ok, summary, brief: None, column: None, since }
        }
        None => whole.clone(),
    }
}

fn stage(app: &App, chain: &Chain, stage: &Stage) -> view::Stage {
    let serving = endpoint_in_box(chain).filter(|_| stage.kind == StageKind::Endpoint);
    let stage = &serving.map_or_else(|| stage.clone(), |serving| stage_of_endpoint(chain, serving, stage));
    let health = app.here.stage_health(stage);
    let (glyph, word) = health.sign();
    let tone = cell::tone(health);
    let title = serving.map_or_else(|| stage.kind.name().to_uppercase(), |s| endpoint_title(chain, s));
    // The age of a quiet alarm is not interesting, and the text of old data contains the age already.
    let told = match stage.kind {
        StageKind::Alarms => stage.health <= Health::Ok,
        StageKind::Data => chain.reason_of(stage).is_some_and(|r| r.rule.is(Mark::SaysAge)),
        StageKind::Training | StageKind::Registry | StageKind::Endpoint => false,
    };
    let age =
        stage.since.filter(|_| !told).map(|at| format!(" {}", fmt::age(app.here.observed.at, at))).unwrap_or_default();
    let known = !matches!(stage.health, Health::Absent);
    let sign = Line::new().with(format!("{glyph} "), tone);
    let headline = if known { sign.with(stage.brief(), tone) } else { sign.muted(word) };
    let age = if known { Line::new().muted(age) } else { Line::new() };
    let facts = match stage.kind {
        StageKind::Data => data(app, chain),
        StageKind::Training => training(app, chain),
        StageKind::Registry => registry(app, chain),
        StageKind::Endpoint => serving.map(|s| endpoint(app, chain, s)).unwrap_or_default(),
        StageKind::Alarms => alarms::facts(app, chain),
    };
    let facts = if facts.is_empty() { vec![Line::new().muted(missing(stage.kind)).into()] } else { facts };
    view::Stage { title, tone, state: headline, age, facts, selected: false }
}

/// Returns a reason in a few words, without its model and stage. The place is added unless the reason is about the
/// only production endpoint.
pub(super) fn placed<'r>(chain: &Chain, reason: &'r Reason) -> Cow<'r, str> {
    let about = chain.serving.iter().find(|s| reason.is_about(Kind::Endpoints, s.endpoint));
    let several = chain.serving.iter().filter(|s| s.production()).count() > 1;
    match about.filter(|s| several || !s.production()) {
        Some(s) if several || s.stage.is_empty() => Cow::Owned(format!("{}: {}", s.endpoint, reason.brief())),
        Some(s) => Cow::Owned(format!("{}: {}", s.stage, reason.brief())),
        None => Cow::Borrowed(reason.brief()),
    }
}

/// Returns the setting that would fill an empty stage.
fn missing(kind: StageKind) -> &'static str {
    match kind {
        StageKind::Data => "[[model.data]]",
        StageKind::Training => "pipelines = […]",
        StageKind::Registry => "group = \"…\"",
        StageKind::Endpoint => "endpoints = […]",
        StageKind::Alarms => "alarms = […]",
    }
}

/// Returns the locations, those with a problem first, then the newest; then the feature groups.
fn data(app: &App, chain: &Chain) -> Vec<Fact> {
    let store = &app.here.observed.store;
    let bad = |uri: &str| chain.reasons.iter().any(|r| r.health > Health::Ok && r.is_about(Kind::Datasets, uri));
    let mut sets: Vec<_> = chain.datasets.iter().filter_map(|uri| store.datasets.get(uri)).collect();
    sets.sort_by_key(|set| (!bad(&set.uri), std::cmp::Reverse(set.newest)));
    let mut lines: Vec<Fact> = sets.into_iter().map(|set| location(app, set, bad(&set.uri))).collect();
    lines.dedup();
    lines.truncate(2);
    lines.extend(chain.feature_groups.iter().map(|name| match store.feature_groups.get(name) {
        Some(group) => {
            let health = Health::of_status(group.offline_status.as_deref().unwrap_or(&group.status));
            let late = group.offline_uri.as_deref().is_some_and(bad) && health <= Health::Ok;
            let health = if late { Health::Warning } else { app.here.known(StageKind::Data, health) };
            let name = Line::new().with(format!("{} ", health.sign().0), cell::tone(health)).plain(name);
            Fact::named(name, Line::new())
        }
        None => Fact::named(Line::new().muted(format!("? {name}")), Line::new()),
    }));
    lines
}

fn location(app: &App, set: &Dataset, bad: bool) -> Fact {
    let tail = set.newest_key.as_deref().map_or_else(|| tail(&set.uri), partition);
    match (&set.problem, set.newest) {
        (Some(problem), _) => {
            Line::new().with("▲ ", Tone::Warn).plain(tail).with(format!(" {problem}"), Tone::Warn).into()
        }
        (None, Some(at)) => {
            let tone = if bad { Tone::Warn } else { Tone::Muted };
            let age = Line::new().with(format!(" {}", fmt::age(app.here.observed.at, at)), tone);
            Fact::named(Line::new().plain(tail), age)
        }
        (None, None) => Fact::named(Line::new().plain(tail), Line::new()),
    }
}

/// Returns the folder of a key with its parent: `clicks/dt=2026-11-23`.
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
    let store = &app.here.observed.store;
    let mut facts = Vec::new();
    let jobs: Vec<_> = chain.jobs.iter().filter_map(|name| store.jobs.get(name)).collect();
    if let Some(details) = jobs.first().and_then(|j| j.details.as_ref()) {
        let time = details.seconds.and_then(|s| u64::try_from(s).ok());
        let time = time.map_or_else(|| details.phase.clone(), |s| fmt::span(std::time::Duration::from_secs(s)));
        let spot = if details.spot { " spot" } else { "" };
        facts.push(Line::new().plain(format!("job {time}{spot}")).into());
        let before = jobs.get(1).and_then(|j| j.details.as_ref());
        for (name, value) in details.metrics.iter().take(2) {
            let kept = Line::new().plain(format!(" {}", fmt::number(*value)));
            let old = before.and_then(|d| d.metrics.iter().find(|(n, _)| n == name)).map(|(_, v)| value - v);
            let change = old.filter(|_| app.size.0 >= ROOMY);
            let change = change.map(|d| format!(" {}{}", if d < 0.0 { "" } else { "+" }, fmt::number(d)));
            facts.push(Fact::named(Line::new().plain(metric_name(name)), kept.muted(change.unwrap_or_default())));
        }
    }
    if let Some(pipeline) = chain.pipelines.first() {
        facts.push(Fact::named(Line::new().muted(pipeline), Line::new()));
    }
    facts
}

/// Shortens a metric name: `validation:ndcg` → `ndcg`.
fn metric_name(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

fn registry(app: &App, chain: &Chain) -> Vec<Fact> {
    let packages = chain.packages.iter().filter_map(|arn| app.here.observed.store.packages.get(arn));
    let versions = packages.take(4).map(|p| {
        let health = app.here.known(StageKind::Registry, Health::of_status(&p.approval));
        let line = Line::new().with(format!("{} ", health.sign().0), cell::tone(health));
        let line = line.plain(format!("v{} ", p.version.unwrap_or_default()));
        let note = p.details.as_ref().and_then(|d| d.approval_description.clone());
        line.muted(note.unwrap_or_else(|| if p.waits() { "pending".to_owned() } else { p.approval.clone() })).into()
    });
    deliveries::facts(app, chain).into_iter().chain(versions).collect()
}

fn endpoint(app: &App, chain: &Chain, serving: &Serving) -> Vec<Fact> {
    let Some(endpoint) = app.here.observed.store.endpoints.get(serving.endpoint) else { return Vec::new() };
    let mut facts = Vec::new();
    facts.extend(serving.deployment.as_ref().map(|d| {
        let age = d.since.map(|at| format!(" {}", fmt::age(app.here.observed.at, at))).unwrap_or_default();
        Fact::named(Line::new().with(format!("◐ {}", d.way()), Tone::Busy), Line::new().muted(age))
    }));
    facts.extend(endpoint.variants.iter().filter_map(instances));
    // The trouble of other endpoints is shown separately.
    let others = chain.serving.iter().filter(|other| other.endpoint != serving.endpoint);
    facts.extend(others.filter_map(|other| {
        let worst = chain.said_of(other).find(|r| r.health > Health::Ok)?;
        let health = app.here.known(StageKind::Endpoint, worst.health);
        let place = if other.stage.is_empty() { other.endpoint } else { other.stage };
        let line = Line::new().with(format!("{} ", health.sign().0), cell::tone(health));
        Some(line.plain(format!("{place}: {}", worst.brief())).into())
    }));
    let series = |metric: &str| series(&app.here, serving.endpoint, metric);
    // Values before the version went live belong to another version.
    let own = |at: jiff::Timestamp| endpoint.live_since.is_none_or(|live| at >= live);
    if let Some(latency) = series("ModelLatency").filter(|s| s.last().is_some_and(|(at, _)| own(at))) {
        let minutes = if app.size.0 >= ROOMY { 12 } else { 5 };
        let values: Vec<f64> = latency.points.iter().rev().take(minutes).rev().map(|p| p.1).collect();
        let last = latency.last().map(|p| fmt::micros(p.1)).unwrap_or_default();
        facts.push(Line::new().plain(format!("{} {last} ", latency.stat)).muted(sparkline(&values)).into());
    }
    if let Some(rate) = series("Invocation5XXErrors").and_then(|s| s.mean(5, endpoint.live_since)) {
        let tone = if rate > 0.02 {
            Tone::Bad
        } else if rate > 0.005 {
            Tone::Warn
        } else {
            Tone::Plain
        };
        facts.push(Line::new().with(format!("5XX {}", fmt::percent(rate)), tone).into());
    }
    if let Some((_, requests)) = series(Mode::of(&app.here.observed.store, endpoint).requests())
        .and_then(MetricSeries::last)
        .filter(|(at, _)| own(*at))
    {
        facts.push(Line::new().plain(format!("{} requests/min", fmt::number(requests))).into());
    }
    if app.size.0 >= ROOMY && serving.production() {
        facts.extend(business::values(app, chain));
    }
    facts
}

/// Returns `8 of 8 wanted`: the running and the wanted instances, and the maximum of auto scaling.
fn instances(variant: &Variant) -> Option<Fact> {
    let text = match (variant.instances, variant.desired_instances) {
        (Some(now), Some(wanted)) => format!("{now} of {wanted} wanted"),
        _ if variant.serverless => "serverless".to_owned(),
        _ => return None,
    };
    let most = variant.most_instances.map(|most| format!(" ≤ {most}")).unwrap_or_default();
    let phase = variant.phases.first().map(|p| format!(" {p}")).unwrap_or_default();
    Some(Line::new().plain(text).muted(most).with(phase, Tone::Busy).into())
}

fn series<'a>(account: &'a Account, endpoint: &str, metric: &str) -> Option<&'a MetricSeries> {
    let store = &account.observed.store;
    let row = store.endpoints.get(endpoint)?;
    let part = *Mode::of(store, row).parts(store, row).first()?;
    store.metrics.get(&MetricSeries::of_variant(endpoint, part, metric)).filter(|s| !s.points.is_empty())
}

/// The number of seconds after which a value that is read every minute is too old to be shown as current.
const OLD: i64 = 4 * 60;

/// Returns the newest p99 of an endpoint's first variant, in µs, if it is recent.
pub(super) fn latency(account: &Account, endpoint: &str) -> Option<f64> {
    let (at, value) = series(account, endpoint, "ModelLatency")?.last()?;
    let live = account.observed.store.endpoints.get(endpoint)?.live_since;
    let own = live.is_none_or(|live| at >= live);
    (own && account.observed.at.as_second() - at.as_second() <= OLD).then_some(value)
}
