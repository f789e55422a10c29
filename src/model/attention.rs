//! The rules that find problems. Each is small and has a name, and gives reasons that follow a name as a phrase.

mod alarms;
mod attached;
#[cfg(feature = "applicationautoscaling")]
mod capacity;
mod card;
mod data;
mod drift;
mod endpoint;
mod errors;
mod last_change;
mod metrics;
mod muted;
mod parts;
mod registry;
#[cfg(all(feature = "eventbridge", feature = "codepipeline"))]
mod started;
mod traffic;
mod training;

use std::borrow::Cow;
use std::cmp::Reverse;

use jiff::Timestamp;

use super::index::Index;
use super::rows::Rows;
use super::{Chain, Column, Health, Mark, Reason, Rule, Stage, StageKind};
use crate::config::Model as ModelConfig;
use crate::resources::{Freshness, Kind, Observed, Resource, Table};

/// The inputs of the rules.
pub(super) struct RuleInput<'a> {
    chain: &'a Chain<'a>,
    rows: &'a Rows<'a>,
    index: &'a Index<'a>,
    observed: &'a Observed,
    config: Option<&'a ModelConfig>,
    now: Timestamp,
}

/// A finding of a rule; see [`Reason`].
pub(super) struct Finding {
    health: Health,
    text: String,
    brief: Option<String>,
    column: Option<Column>,
    since: Option<Timestamp>,
    about: Option<(Kind, String)>,
    unread: bool,
    awaits: bool,
}

impl Finding {
    fn new(health: Health, text: impl Into<String>) -> Self {
        let text = text.into();
        Self { health, text, brief: None, column: None, since: None, about: None, unread: false, awaits: false }
    }
    /// Returns a finding that something was not read yet. The phrase begins with its name, and nothing else is wrong.
    fn unread(what: &str) -> Self {
        Self { unread: true, ..Self::new(Health::Unknown, format!("{what}{NOT_READ}")).word("not read") }
    }
    fn since(self, since: Option<Timestamp>) -> Self {
        Self { since, ..self }
    }
    fn brief(self, brief: impl Into<String>) -> Self {
        Self { brief: Some(brief.into()), ..self }
    }
    fn column(self, column: Column) -> Self {
        Self { column: Some(column), ..self }
    }
    /// Gives the finding one or two words for a narrow column: the fact without any name.
    fn word(self, word: impl Into<Cow<'static, str>>) -> Self {
        self.column(Column::Word(word.into()))
    }
    /// Says that somebody has to act, although not every finding of the rule needs that.
    fn awaits(self, awaits: bool) -> Self {
        Self { awaits, ..self }
    }
    fn about(self, kind: Kind, id: impl Into<String>) -> Self {
        Self { about: Some((kind, id.into())), ..self }
    }
}

/// The end of a phrase about data that was not read yet. Such a phrase says nothing about the model.
const NOT_READ: &str = "not read yet";

/// The description of a stage in which no rule finds anything.
struct Summary {
    /// Is there anything in the stage?
    present: bool,
    text: String,
    brief: Option<String>,
    column: Option<Column>,
    since: Option<Timestamp>,
}

impl Summary {
    fn new(present: bool, text: impl Into<String>, since: Option<Timestamp>) -> Self {
        Self { present, text: text.into(), brief: None, column: None, since }
    }
}

/// Declares the rules: the stage, the name, the function, the marks and the meaning. Phrases state a fact, not
/// advice: "no new data", "v14 pending approval".
macro_rules! rules {
    ($($(#[$cfg:meta])* $stage:ident $name:literal $check:path $([$($mark:ident)+])?: $help:literal,)+) => {
        /// All rules.
        pub static ATTENTION: &[Rule] = &[$($(#[$cfg])* Rule {
            name: $name,
            stage: StageKind::$stage,
            help: $help,
            marks: &[$($(Mark::$mark),+)?],
        },)+];

        /// The functions of the rules, in the same order.
        static CHECKS: &[fn(&RuleInput<'_>) -> Vec<Finding>] = &[$($(#[$cfg])* $check,)+];
    };
}

rules! {
    Data "data-unreadable" data::unreadable [Cause]: "a location that is configured or was trained on is empty or cannot be read",
    Data "data-age" data::age [Cause SaysAge]: "the newest object is older than max_age of the configuration, or the newest one is not known",
    Data "offline-store" data::offline_store [Cause]: "a feature group failed or its offline store is blocked",
    Data "source" data::source: "data locations cannot be read",
    Training "running" training::running: "a run or a job is in progress",
    Training "callback" training::callback [AwaitsDecision]: "a step of a run waits until somebody calls back",
    Training "slow" training::slow [SaysAge]: "a run takes far longer than the last ones that ended well: half as much again, or five times their median deviation",
    Training "last-run-failed" training::last_run_failed [OfLastRun]: "the newest finished run or job failed",
    Training "nothing-registered" training::nothing_registered [OfLastRun]: "the newest run succeeded and registered nothing",
    Training "batch-failed" training::batch_failed [Beside]: "the newest transform or processing job of its name, outside of pipelines and monitors, failed in the last week",
    Training "not-started" attached::not_retrained [Cause AwaitsDecision]: "the rules and schedules that start a pipeline of the model, or its state machine, are all disabled or without targets",
    Training "attached" attached::of_training [Cause]: "something that starts or runs the training cannot do its work",
    Training "source" training::source: "pipelines cannot be read",
    Registry "waits" registry::waits [AwaitsDecision]: "a version newer than the approved one is pending approval",
    Registry "not-live" registry::not_live: "a version was approved an hour ago and production serves an older one",
    #[cfg(all(feature = "eventbridge", feature = "codepipeline"))]
    Registry "nothing-started" started::nothing_started [AwaitsDecision]: "a version was approved two minutes ago, and none of the pipelines that its rules start has started",
    Registry "serves-unapproved" registry::serves_unapproved: "production serves a version that was rejected, or that nobody approved where versions are approved",
    Registry "card" card::unapproved: "production serves a version whose model card nobody approved: degraded if its risk is high or the card is archived",
    Registry "version-failed" registry::version_failed: "the newest version could not be made",
    Registry "not-delivered" attached::not_delivered [Cause AwaitsDecision]: "the rules that wait for approvals of the model are all disabled or without targets",
    Registry "attached" attached::of_registry [Cause]: "something that delivers the versions cannot do its work",
    Registry "delivery-waits" attached::delivery_waits [AwaitsDecision]: "something that delivers the versions waits for a person: an approval, or a transition that somebody disabled",
    Registry "source" registry::source: "the registry cannot be read",
    Endpoint "status" endpoint::status [Cause]: "an endpoint is failing, out of service, rolling back or being updated",
    Endpoint "rolled-back" endpoint::rolled_back [Cause AwaitsDecision MayBeSeen]: "the last update failed and the old configuration serves",
    Endpoint "config-deleted" endpoint::config_deleted: "AWS cannot patch or scale an endpoint whose configuration is gone",
    Endpoint "capacity" endpoint::capacity [Cause]: "fewer instances run than are wanted",
    #[cfg(feature = "applicationautoscaling")]
    Endpoint "at-max" capacity::at_max [Cause]: "a variant runs as many instances as its scaling allows, and an alarm or activity of its scaling says that it needs more",
    #[cfg(feature = "applicationautoscaling")]
    Endpoint "outside-limits" capacity::outside_limits: "a variant wants fewer or more instances than its scaling allows",
    Endpoint "component" parts::components [Cause]: "an inference component of an endpoint failed, or has fewer copies than wanted",
    Endpoint "requests-wait" parts::requests_wait [Cause]: "requests of an asynchronous endpoint have waited for ten minutes while no instance runs",
    Endpoint "errors" errors::errors [Cause Answers]: "share of failed requests over five minutes: 5XX above 0.5 % degraded, above 2 % with 20 requests broken; 4XX above 5 % and 25 %",
    Endpoint "errors-unread" errors::unread: "how many requests of a production endpoint fail was not read (not yet, denied, beyond max_cost_per_day), or too long ago",
    Endpoint "no-requests" traffic::stopped [Cause]: "requests of a production endpoint came steadily and have stopped for ten minutes",
    Endpoint "business-metric" metrics::business [Cause Answers]: "a metric of the configuration is on the wrong side of its threshold",
    Endpoint "drift" drift::drift [Cause]: "a metric, an alarm or a report with role = \"drift\" of the configuration is beyond its bound or cannot be read",
    Endpoint "unmeasured" metrics::unmeasured: "a metric that the configuration judges was not read (denied, beyond max_cost_per_day), or has no value of late",
    Endpoint "attached" attached::of_endpoint [Cause]: "something that scales or delivers to an endpoint cannot do its work",
    Endpoint "source" endpoint::source: "endpoints cannot be read",
    Alarms "firing" alarms::firing [Cause]: "an alarm is in ALARM; those of Auto Scaling never count",
    Alarms "flapping" alarms::flapping: "an alarm that is well now fired three times or more in the last hour",
    Alarms "without-data" alarms::without_data: "a sev1 or sev2 alarm has no data: unknown, or degraded where its owner counts missing data as a breach or the endpoint takes requests",
    Alarms "nobody-told" alarms::nobody_told [AlwaysNamed AwaitsDecision]: "a topic of the model's alarms notifies nobody: it has no confirmed subscription, does not exist, or accepts nothing from alarms",
    Alarms "no-action" alarms::no_action: "an alarm that fires notifies nobody and is in no composite alarm that does",
    Alarms "suppressed" alarms::suppressed [AlwaysDrawn]: "another alarm holds back the actions of a composite alarm that fires",
    Alarms "muted" muted::told_nobody [AlwaysDrawn]: "a mute rule mutes an alarm that fires, or alarms that would page: those without a tier, sev1 and sev2",
    Alarms "mute-unread" muted::unread: "a mute rule is active, its alarms were not read, and the model has alarms that would page",
    Alarms "attached" attached::of_alarms: "something that acts on an alarm cannot do its work",
    Alarms "unevaluated" alarms::unevaluated: "AWS could not evaluate an alarm",
    Alarms "source" alarms::source: "alarms cannot be read",
}

/// Judges a joined chain: its reasons, stages, health and last change.
pub(super) fn judge<'a>(chain: &mut Chain<'a>, rows: &Rows<'a>, index: &Index<'_>) {
    let observed = index.observed;
    let config = chain.configured.and_then(|i| observed.preferences.models.get(i));
    let input = RuleInput { chain, rows, index, observed, config, now: observed.at };
    let found = ATTENTION.iter().zip(CHECKS).flat_map(|(rule, check)| {
        check(&input).into_iter().map(move |Finding { health, text, brief, column, since, about, unread, awaits }| {
            Reason { rule, health, text, brief, column, since, about, unread, awaits }
        })
    });
    let mut reasons: Vec<Reason> = found.collect();
    // The worst reasons come first. Among equal ones, endpoints come first, then recent reasons in the order in which
    // they began, then what waits for somebody and has no time, then older reasons. What is beside the way of the model
    // comes last.
    let newest = reasons.iter().filter(|r| r.health >= Health::Warning).filter_map(|r| r.since).max();
    let newest = newest.filter(|newest| observed.at.as_second() - newest.as_second() <= LATELY);
    let place = |r: &Reason| (Reverse(r.stage() == StageKind::Endpoint), r.rule.is(Mark::Beside), by_time(r, newest));
    reasons.sort_by_key(|r| (Reverse(counts_as(r)), place(r)));
    let stages = StageKind::ALL.into_iter().map(|kind| stage(kind, &input, &reasons)).collect();
    let health = reasons.iter().map(counts_as).max().unwrap_or(Health::Ok);
    let last_change = last_change::last_change(&input);
    let degrading = alarms::all_degrading(&input, rows);
    (chain.good_news, chain.degrading) = (alarms::all_good_news(rows, config), degrading);
    (chain.stages, chain.reasons, chain.health, chain.last_change) = (stages, reasons, health, last_change);
}

/// The maximum number of seconds between a cause and the newest trouble.
const LATELY: i64 = 24 * 3600;

/// Orders reasons by time. Problems of the last day are in the order in which they began, because the later ones may
/// follow from the first; `newest` is the begin of the newest of them. All other reasons are sorted from the newest to
/// the oldest.
fn by_time(reason: &Reason, newest: Option<Timestamp>) -> (u8, i64) {
    let harms = reason.health >= Health::Warning;
    let Some(since) = reason.since.map(Timestamp::as_second) else {
        let awaits = reason.awaits || reason.rule.is(Mark::AwaitsDecision);
        return if harms && awaits { (1, 0) } else { (3, 0) };
    };
    let lately = newest.is_some_and(|newest| newest.as_second() - since <= LATELY);
    if harms && lately { (0, since) } else { (2, -since) }
}

/// Limits the health of a reason: only trouble that customers see breaks a model, trouble behind the endpoint
/// degrades it.
fn counts_as(reason: &Reason) -> Health {
    match reason.stage() {
        StageKind::Endpoint | StageKind::Alarms => reason.health,
        StageKind::Data | StageKind::Training | StageKind::Registry => reason.health.min(Health::Warning),
    }
}

fn stage(kind: StageKind, input: &RuleInput<'_>, reasons: &[Reason]) -> Stage {
    // Reasons are sorted, so the first of several equal ones wins.
    let own = reasons.iter().filter(|r| r.stage() == kind && !training::is_tried_again(input, r));
    let worst = own.rev().max_by_key(|r| r.health);
    if let Some(r) = worst.filter(|r| r.health > Health::Ok) {
        return Stage::of(r);
    }
    let Summary { present, text: summary, brief, column, since } = match kind {
        StageKind::Data => data::summary(input),
        StageKind::Training => training::summary(input),
        StageKind::Registry => registry::summary(input),
        StageKind::Endpoint => endpoint::summary(input),
        StageKind::Alarms => alarms::summary(input),
    };
    Stage { kind, health: if present { Health::Ok } else { Health::Absent }, summary, brief, column, since }
}

/// Returns a finding if the main table of a stage has no rows because it could not be read.
fn unread<T: Resource>(table: &Table<T>) -> Vec<Finding> {
    match table.freshness() {
        Freshness::Waiting => vec![Finding::unread("")],
        Freshness::Stale { since: None, .. } => failed_call(table).map(of_failure).into_iter().collect(),
        Freshness::Saved { .. } | Freshness::Fresh { .. } | Freshness::Stale { .. } => Vec::new(),
    }
}

/// A failed call in words.
struct FailedCall {
    /// The operation and the kind of its failure: `ListEndpoints denied`.
    phrase: String,
    /// The kind alone.
    word: &'static str,
}

/// Returns the failed call of a table, of all of it or of a part. `None` if the last ones succeeded.
fn failed_call<T: Resource>(table: &Table<T>) -> Option<FailedCall> {
    let why = table.trouble()?;
    Some(FailedCall { phrase: format!("{} {}", why.operation, why.kind.word()), word: why.kind.word() })
}

/// Returns a finding that something is unknown because of a failed call.
fn of_failure(call: FailedCall) -> Finding {
    Finding::new(Health::Unknown, call.phrase).word(call.word)
}

/// Does the same for a table that is read in pieces: until it is complete, missing rows may still appear.
fn unfinished<T: Resource>(table: &Table<T>) -> Vec<Finding> {
    if table.partly_read() { vec![Finding::unread("")] } else { unread(table) }
}

/// Returns the first finding about tables that were not read. A thing is only missing if all tables that could
/// contain it were read.
fn untold<const N: usize>(tables: [Vec<Finding>; N]) -> Vec<Finding> {
    tables.into_iter().flatten().take(1).collect()
}

#[cfg(test)]
mod tests;
