//! The nodes of a lineage: a model, its five stages, and the things below each.

use std::collections::BTreeSet;

use super::super::alarms::health as alarm_health;
use super::super::{cell, measured, muted};
use super::attached;
use crate::app::{App, Detail, Item};
use crate::fmt;
use crate::model::people::{Reach, listeners, reach};
use crate::model::{AlarmReceiver, Chain, Confidence, Health, Link, Mark, Stage, StageKind};
use crate::resources::alarm::Alarm;
use crate::resources::config::EndpointConfig;
use crate::resources::model::Model;
use crate::resources::other_job::Work;
use crate::resources::{Kind, Resource};
use crate::view::{Id, Line, Node, Tone};

/// The maximum number of things below one node.
const MOST: usize = 12;

/// A node and the nodes below it.
pub(super) struct Branch {
    /// The item of the node, unique among its siblings.
    pub(super) item: Item,
    /// The text.
    pub(super) line: Line,
    /// The nodes below it.
    pub(super) children: Vec<Branch>,
}

impl Branch {
    /// Converts the branch to a node for drawing. `above` is the path to its parent.
    pub(super) fn into_node(self, detail: &Detail, above: &mut Vec<Item>) -> Node {
        above.push(self.item);
        let (id, closed, selected) = (Id::of(above), detail.closed.contains(above), *above == detail.selected);
        let children = self.children.into_iter().map(|child| child.into_node(detail, above)).collect();
        above.pop();
        Node { id, line: self.line, closed, selected, children }
    }
}

/// Builds the whole tree: one node for the model, with its stages below.
pub(super) fn nodes(app: &App, chain: &Chain) -> Vec<Branch> {
    let links = app.here.joined.links(chain);
    let stages = chain.stages.iter().map(|stage| {
        let mut children = match stage.kind {
            StageKind::Data => data(app, chain, &links),
            StageKind::Training => training(app, chain),
            StageKind::Registry => registry(app, chain),
            StageKind::Endpoint => endpoints(app, chain, &links),
            StageKind::Alarms => alarms(app, chain, &links),
        };
        children = unique(children);
        children.extend(attached::of_stage(app, chain, stage.kind));
        attached::attach(app, chain, &mut children);
        Branch { item: Item::Stage(stage.kind), line: heading(app, chain, stage), children }
    });
    let health = app.here.health(chain);
    let (glyph, word) = health.sign();
    let line = Line::new()
        .with(format!("{glyph} "), cell::tone(health))
        .with(chain.name, Tone::Strong)
        .muted(format!("  {word}"));
    vec![Branch { item: Item::Model(chain.name.into()), line, children: stages.collect() }]
}

/// Removes duplicates, and limits the number of nodes.
pub(super) fn unique(mut nodes: Vec<Branch>) -> Vec<Branch> {
    let mut observed = BTreeSet::new();
    nodes.retain(|n| observed.insert(n.item.clone()));
    let left_out = nodes.len().saturating_sub(MOST);
    if left_out > 0 {
        nodes.truncate(MOST);
        nodes.push(Branch {
            item: Item::Rest,
            line: Line::new().muted(format!("… {left_out} more in its pane")),
            children: Vec::new(),
        });
    }
    nodes
}

fn heading(app: &App, chain: &Chain, stage: &Stage) -> Line {
    let told = chain.reason_of(stage).is_some_and(|r| r.rule.is(Mark::SaysAge));
    let age =
        stage.since.filter(|_| !told).map(|at| format!("  {}", fmt::age(app.here.observed.at, at))).unwrap_or_default();
    let health = app.here.stage_health(stage);
    Line::new()
        .with(format!("{} ", health.sign().0), cell::tone(health))
        .with(stage.kind.name().to_uppercase(), Tone::Strong)
        .plain(format!("  {}", stage.summary))
        .muted(age)
}

/// Makes the node of a resource.
fn node(app: &App, kind: Kind, id: &str, health: Health, note: &str, children: Vec<Branch>) -> Branch {
    let title = app.here.observed.store.title(kind, id);
    branch(Item::Resource(kind, id.into()), health, &title, note, children)
}

pub(super) fn branch(item: Item, health: Health, title: &str, note: &str, children: Vec<Branch>) -> Branch {
    let line = Line::new().with(format!("{} ", health.sign().0), cell::tone(health)).plain(title);
    let line = if note.is_empty() { line } else { line.muted(format!("  {note}")) };
    Branch { item, line, children: unique(children) }
}

/// Returns the certainty of a thing in a word. Empty if it is certain.
fn doubt(links: &[Link<'_>], id: &str) -> &'static str {
    let link = links.iter().filter(|l| l.to == id || l.from == id).map(|l| l.confidence).min();
    match link {
        Some(Confidence::Derived) => "derived",
        Some(Confidence::Guess) => "· guess",
        Some(Confidence::Exact | Confidence::Config) | None => "",
    }
}

fn data(app: &App, chain: &Chain, links: &[Link<'_>]) -> Vec<Branch> {
    let store = &app.here.observed.store;
    let sets = chain.datasets.iter().map(|uri| {
        let set = store.datasets.get(uri);
        let health = set.map_or(Health::Unknown, |d| if d.problem.is_some() { Health::Unknown } else { Health::Ok });
        let said = chain.reasons.iter().filter(|r| r.is_about(Kind::Datasets, uri)).map(|r| r.health).max();
        let health = said.unwrap_or_default().max(health);
        let age = set.and_then(|d| d.newest).map(|at| fmt::age(app.here.observed.at, at)).unwrap_or_default();
        node(app, Kind::Datasets, uri, health, &age, Vec::new())
    });
    let groups = chain.feature_groups.iter().map(|name| {
        let group = store.feature_groups.get(name);
        let status = group.map_or("", |g| g.offline_status.as_deref().unwrap_or(&g.status));
        let note = format!("feature group  {}", group.map_or("", |g| doubt(links, &g.arn)));
        node(app, Kind::FeatureGroups, name, Health::of_status(status), note.trim_end(), Vec::new())
    });
    sets.chain(groups).collect()
}

fn training(app: &App, chain: &Chain) -> Vec<Branch> {
    let store = &app.here.observed.store;
    let run = |arn: &str| {
        let execution = store.executions.get(arn)?;
        let mut steps: Vec<_> = store.steps.rows().filter(|s| s.execution == arn).collect();
        steps.sort_by_key(|s| s.started);
        let steps = steps.into_iter().map(|s| {
            let made = s.made.in_words();
            let cached = if s.cached_from.is_some() { " (from the cache)" } else { "" };
            let job = s.made.other_job().and_then(|arn| store.other_jobs.get(&arn.to_ascii_lowercase()));
            // The step says enough about a processing job that did its work.
            let job = job.filter(|job| job.work != Work::Processing || job.status != "Completed").map(|job| {
                let health = Health::of_status(&job.status);
                node(app, Kind::OtherJobs, &job.id, health, &job.summary(), Vec::new())
            });
            let below = job.into_iter().collect();
            node(app, Kind::Steps, &s.id, Health::of_status(&s.status), &format!("{made}{cached}"), below)
        });
        let at = execution.ended().or(execution.started);
        let age = at.map(|at| fmt::age(app.here.observed.at, at)).unwrap_or_default();
        let note = format!("{}  {age}", execution.status);
        Some(node(app, Kind::Executions, arn, Health::of_status(&execution.status), &note, steps.collect()))
    };
    let pipelines = chain.pipelines.iter().filter_map(|name| {
        let pipeline = store.pipelines.get(name)?;
        let runs = chain.executions.iter().filter(|arn| store.executions.get(arn).is_some_and(|e| e.pipeline == *name));
        let runs = runs.take(4).filter_map(|arn| run(arn)).collect();
        Some(node(app, Kind::Pipelines, name, Health::of_status(&pipeline.status), "pipeline", runs))
    });
    let jobs = chain.jobs.iter().take(5).filter_map(|name| {
        let job = store.jobs.get(name)?;
        Some(node(app, Kind::Jobs, name, Health::of_status(&job.status), "job", Vec::new()))
    });
    let own = store.other_jobs.rows().filter(|job| !job.of_pipeline() && job.group.as_deref() == chain.group);
    let mut others: Vec<_> = own.filter(|job| job.group.is_some()).collect();
    others.sort_by_key(|job| std::cmp::Reverse(job.created));
    let others = others.into_iter().take(5);
    let others = others
        .map(|job| node(app, Kind::OtherJobs, &job.id, Health::of_status(&job.status), &job.summary(), Vec::new()));
    pipelines.chain(jobs).chain(others).collect()
}

fn registry(app: &App, chain: &Chain) -> Vec<Branch> {
    let packages = chain.packages.iter().filter_map(|arn| app.here.observed.store.packages.get(arn));
    let version = |p: &crate::resources::package::ModelPackage| {
        // The age is that of the decision, as everywhere else.
        let decided = p.details.as_ref().and_then(|details| details.modified).filter(|_| !p.waits());
        let age = decided.or(p.created).map(|at| fmt::age(app.here.observed.at, at)).unwrap_or_default();
        let values: String =
            measured::of_version(app, chain, &p.arn).filter_map(|m| Some(format!("  {}", m.brief()?))).collect();
        let note = format!("{}  {age}{values}", p.approval);
        node(app, Kind::Packages, &p.arn, Health::of_status(&p.approval), &note, Vec::new())
    };
    packages.map(version).collect()
}

fn endpoints(app: &App, chain: &Chain, links: &[Link<'_>]) -> Vec<Branch> {
    let store = &app.here.observed.store;
    let config = |name: &str, note: &str| {
        let config = store.configs.get(name);
        let models = config.into_iter().flat_map(EndpointConfig::models).map(|model| {
            let packages = store.models.get(model).into_iter().flat_map(Model::packages);
            let packages = packages.map(|arn| node(app, Kind::Packages, arn, Health::Ok, "version", Vec::new()));
            let health = if store.models.get(model).is_some() { Health::Ok } else { Health::Warning };
            node(app, Kind::Models, model, health, "model", packages.collect())
        });
        let (health, note) =
            if config.is_some() { (Health::Ok, note) } else { (Health::Warning, "configuration, deleted or not read") };
        node(app, Kind::Configs, name, health, note, models.collect())
    };
    let served = chain.serving.iter().filter_map(|serving| {
        let endpoint = store.endpoints.get(serving.endpoint)?;
        let mut below: Vec<Branch> = endpoint.config.iter().map(|name| config(name, "serves")).collect();
        below.extend(endpoint.pending.iter().map(|p| config(&p.config, "arrives")));
        below.extend(components(app, &endpoint.name));
        let note = format!("{}  {}", endpoint.status, doubt(links, &endpoint.arn));
        let health = Health::of_status(&endpoint.status).max(chain.health_of(serving));
        Some(node(app, Kind::Endpoints, &endpoint.name, health, note.trim_end(), below))
    });
    served.collect()
}

/// Makes a node for each inference component of an endpoint, with its models.
fn components(app: &App, endpoint: &str) -> Vec<Branch> {
    let store = &app.here.observed.store;
    let own = store.inference_components.rows().filter(|component| component.endpoint == endpoint);
    own.map(|component| {
        let models = component.models();
        let models = models.map(|model| node(app, Kind::Models, model, Health::Ok, "model", Vec::new())).collect();
        let size = component.details.as_ref().map(|details| format!("  {}", details.size())).unwrap_or_default();
        let note = format!("component  {}{size}", component.status);
        node(app, Kind::InferenceComponents, &component.name, Health::of_status(&component.status), &note, models)
    })
    .collect()
}

/// Does a thing belong to this account and region, by its ARN? Before the identity was read, only the region is
/// compared.
fn is_here(app: &App, arn: &str) -> bool {
    let mut parts = arn.split(':').skip(3);
    let (region, account) = (parts.next(), parts.next());
    let own = app.here.identity().is_none_or(|me| account == Some(me.account.as_str()));
    region == Some(app.here.region.as_str()) && own
}

/// Says why an alarm notifies nobody. Empty if it may notify somebody.
fn silence(app: &App, alarm: &Alarm) -> String {
    match app.here.joined.receiver(&alarm.name) {
        Some(AlarmReceiver::Nobody) => "notifies nobody".to_owned(),
        Some(AlarmReceiver::Suppressed(by)) => format!("notifies nobody now: {by} holds its actions back"),
        Some(AlarmReceiver::Muted(by)) => format!("notifies nobody: {}", muted::now(app, by)),
        Some(AlarmReceiver::Quiet(by)) => format!("notifies nobody now: {by} does not fire"),
        Some(
            AlarmReceiver::Composite(_)
            | AlarmReceiver::Perhaps(_)
            | AlarmReceiver::Rule(_)
            | AlarmReceiver::PerhapsRule(_)
            | AlarmReceiver::Deployment(_)
            | AlarmReceiver::Unread,
        )
        | None => String::new(),
    }
}

fn alarms(app: &App, chain: &Chain, links: &[Link<'_>]) -> Vec<Branch> {
    let store = &app.here.observed.store;
    let mut all: Vec<_> = chain
        .alarms
        .iter()
        .filter_map(|name| store.alarms.get(name))
        .filter(|a| app.show_scaling || !a.scaling())
        .collect();
    all.sort_by_key(|a| (!a.firing(), a.name.clone()));
    let topic = |arn: &String| {
        let people = listeners(store, arn).into_iter().map(|s| {
            let (health, note) = match (s.confirmed(), s.pending()) {
                (true, _) if s.way() != "HTTPS" && s.protocol == "https" => (Health::Ok, s.way()),
                (true, _) => (Health::Ok, ""),
                (false, true) => (Health::Warning, "pending confirmation"),
                (false, false) => (Health::Warning, "deleted"),
            };
            branch(Item::Resource(Kind::Subscriptions, s.id.as_str().into()), health, &s.title(), note, Vec::new())
        });
        let known = if is_here(app, arn) { "topic" } else { "of another account or region" };
        let (health, note) = match reach(store, arn) {
            Reach::Somebody | Reach::Unread => (Health::Ok, known.to_owned()),
            Reach::Nobody(why) => (Health::Warning, format!("nobody is notified: it {why}")),
            Reach::Unknown(why) => (Health::Unknown, format!("{known}; whom it notifies is not known: {why}")),
        };
        node(app, Kind::Topics, arn, health, &note, people.collect())
    };
    all.into_iter()
        .map(|alarm| {
            let health = alarm_health(Some(chain), alarm);
            let silent = silence(app, alarm);
            let problem = if alarm.rule_problem.is_some() { "its rule cannot be read" } else { "" };
            let note = [silent.as_str(), problem, doubt(links, &alarm.arn)];
            let note = note.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("  ");
            let called = alarm.actions.iter().zip(alarm.called());
            let told = called.map(|(arn, name)| {
                let is_topic = alarm.calls("sns").any(|topic| topic == arn);
                if is_topic {
                    topic(arn)
                } else {
                    branch(Item::AlarmAction(arn.as_str().into()), Health::Ok, &name, "", Vec::new())
                }
            });
            let told = told.collect();
            node(app, Kind::Alarms, &alarm.name, health, &note, told)
        })
        .collect()
}
