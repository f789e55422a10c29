//! What is known of one thing: label and value, AWS's own words for AWS's things.

mod alarm;

use jiff::Timestamp;

use super::{cell, console, measured};
use crate::app::{App, Subject};
use crate::fmt;
use crate::model::{Chain, Health};
use crate::view::{Line, Tone};

/// Label and value.
type Fact = (String, Line);

/// What is known of the subject, most important first.
pub(super) fn facts(app: &App, chain: &Chain, subject: &Subject) -> Vec<Fact> {
    let mut facts = match subject.kind {
        "chain" => model(app, chain),
        "endpoints" => endpoint(app, &subject.id),
        "endpoint_configs" => config(app, &subject.id),
        "models" => sagemaker_model(app, &subject.id),
        "model_packages" => package(app, chain, &subject.id),
        "pipelines" => pipeline(app, &subject.id),
        "pipeline_executions" => execution(app, &subject.id),
        "pipeline_steps" => step(app, &subject.id),
        "training_jobs" => job(app, &subject.id),
        "datasets" => dataset(app, &subject.id),
        "feature_groups" => feature_group(app, &subject.id),
        "alarms" => alarm::alarm(app, &subject.id),
        "topics" => alarm::topic(app, &subject.id),
        "codepipelines" => deployer(app, &subject.id),
        _ => vec![fact("id", &subject.id)],
    };
    facts.extend(links(app, chain, subject));
    facts.retain(|(_, line)| line.width() > 0);
    facts
}

fn fact(label: &str, value: impl AsRef<str>) -> Fact {
    (label.to_owned(), Line::new().plain(value))
}

fn status(label: &str, raw: &str) -> Fact {
    let health = Health::of_status(raw);
    (label.to_owned(), Line::new().with(format!("{} {raw}", health.sign().0), cell::tone(health)))
}

fn when(app: &App, label: &str, at: Option<Timestamp>) -> Fact {
    let text = at
        .map(|at| format!("{}  ({} ago)", fmt::clock(app.here.seen.at, at, &app.zone), fmt::age(app.here.seen.at, at)));
    fact(label, text.unwrap_or_default())
}

fn optional(label: &str, value: Option<&String>) -> Fact {
    fact(label, value.map(String::as_str).unwrap_or_default())
}

fn model(app: &App, chain: &Chain) -> Vec<Fact> {
    let reason = |r: &crate::model::Reason| {
        let since = r.since.map(|at| format!("  {}", fmt::age(app.here.seen.at, at))).unwrap_or_default();
        let line =
            Line::new().with(format!("{} ", r.health.sign().0), cell::tone(r.health)).plain(&r.text).muted(since);
        (r.stage.name().to_owned(), line)
    };
    let mut facts: Vec<Fact> = chain.reasons.iter().filter(|r| r.health >= Health::Ok).map(reason).collect();
    facts.push(fact("group", chain.group.unwrap_or_default()));
    let config = chain.configured.and_then(|i| app.here.seen.wishes.models.get(i));
    facts.push(optional("runbook", config.and_then(|m| m.runbook_url.as_ref())));
    facts.push(fact("links", fmt::count(app.here.joined.links(chain).len(), "edge")));
    facts
}

fn endpoint(app: &App, name: &str) -> Vec<Fact> {
    let Some(e) = app.here.seen.store.endpoints.get(name) else { return Vec::new() };
    let mut facts = vec![
        status("EndpointStatus", &e.status),
        optional("FailureReason", e.failure.as_ref()),
        optional("EndpointConfigName", e.config.as_ref()),
        fact("arriving", e.pending.as_ref().map(|p| p.config.as_str()).unwrap_or_default()),
    ];
    for v in &e.variants {
        let count = |n: Option<i32>| n.map_or_else(|| "–".to_owned(), |n| n.to_string());
        let text = format!(
            "{} instances, {} wanted{}, weight {}",
            count(v.instances),
            count(v.desired_instances),
            v.most_instances.map(|most| format!(", at most {most}")).unwrap_or_default(),
            v.weight.unwrap_or_default()
        );
        facts.push(fact(&v.name, if v.serverless { "serverless".to_owned() } else { text }));
        facts.push(fact("  phases", v.phases.join(", ")));
        facts.push(optional("  image", v.image.as_ref()));
    }
    facts.push(fact("rollback alarms", e.guards.as_deref().unwrap_or_default().join(", ")));
    facts.push(when(app, "CreationTime", e.created));
    facts.push(when(app, "LastModifiedTime", e.modified));
    facts.extend(e.tags.iter().flatten().map(|(k, v)| fact(&format!("tag {k}"), v)));
    facts.push(fact("arn", &e.arn));
    facts
}

fn config(app: &App, name: &str) -> Vec<Fact> {
    let Some(c) = app.here.seen.store.configs.get(name) else {
        return vec![("state".to_owned(), Line::new().with("deleted, or not read yet", Tone::Warn))];
    };
    let mut facts = vec![when(app, "CreationTime", c.created)];
    for v in c.variants.iter().flatten() {
        let count = v.instances.map(|n| format!("{n} × ")).unwrap_or_default();
        let kind = v.instance_type.as_deref().unwrap_or("serverless");
        facts.push(fact(&v.name, format!("{count}{kind}, model {}", v.model.as_deref().unwrap_or("–"))));
    }
    let shadows: Vec<&str> = c.shadows.iter().filter_map(|v| v.model.as_deref()).collect();
    facts.push(fact("shadow", shadows.join(", ")));
    facts.push(fact("data capture", if c.data_capture { "on" } else { "off" }));
    facts.push(optional("KmsKeyId", c.kms_key.as_ref()));
    facts.push(fact("arn", &c.arn));
    facts
}

fn sagemaker_model(app: &App, name: &str) -> Vec<Fact> {
    let Some(m) = app.here.seen.store.models.get(name) else { return Vec::new() };
    let mut facts = vec![when(app, "CreationTime", m.created)];
    for c in m.containers.iter().flatten() {
        facts.push(optional("ModelPackageName", c.package.as_ref()));
        facts.push(optional("Image", c.image.as_ref()));
        facts.push(optional("ModelDataUrl", c.data.as_ref()));
    }
    facts.push(optional("ExecutionRoleArn", m.role.as_ref()));
    facts.push(fact("arn", &m.arn));
    facts
}

fn package(app: &App, chain: &Chain, arn: &str) -> Vec<Fact> {
    let Some(p) = app.here.seen.store.packages.get(arn) else { return Vec::new() };
    let mut facts = vec![
        status("ModelApprovalStatus", &p.approval),
        status("ModelPackageStatus", &p.status),
        when(app, "registered", p.created),
    ];
    facts.extend(measured::of_version(app, chain, arn).map(|m| (m.metric.label.clone(), m.whole())));
    if let Some(d) = &p.details {
        facts.extend([
            optional("ApprovalDescription", d.approval_description.as_ref()),
            when(app, "LastModifiedTime", d.modified),
            optional("LastModifiedBy", d.modified_by.as_ref()),
            optional("CreatedBy", d.created_by.as_ref()),
            optional("GeneratedBy", d.generated_by.as_ref()),
            optional("CommitId", d.commit.as_ref()),
            fact("ModelDataUrl", d.data.join(", ")),
            fact("image", d.images.join(", ")),
            optional("ModelMetrics", d.metrics_uri.as_ref()),
        ]);
        facts.extend(d.metadata.iter().map(|(k, v)| fact(k, v)));
    }
    facts.push(fact("description", &p.description));
    facts.push(fact("arn", &p.arn));
    facts
}

fn pipeline(app: &App, name: &str) -> Vec<Fact> {
    let Some(p) = app.here.seen.store.pipelines.get(name) else { return Vec::new() };
    let mut facts = vec![
        status("PipelineStatus", &p.status),
        when(app, "last execution", p.last_execution),
        when(app, "LastModifiedTime", p.modified),
    ];
    if let Some(d) = &p.definition {
        facts.push(optional("problem", d.problem.as_ref()));
        facts.push(fact("registers into", d.groups.join(", ")));
        let steps: Vec<String> = d
            .steps
            .iter()
            .map(|s| format!("{} ({}{})", s.name, s.kind, if s.conditional { ", conditional" } else { "" }))
            .collect();
        facts.push(fact("steps", steps.join(" → ")));
        facts.extend(
            d.parameters
                .iter()
                .map(|p| fact(&format!("{} {}", p.name, p.kind), p.default.as_deref().unwrap_or("must be given"))),
        );
    }
    facts.push(fact("description", &p.description));
    facts.push(fact("arn", &p.arn));
    facts
}

fn execution(app: &App, arn: &str) -> Vec<Fact> {
    let Some(e) = app.here.seen.store.executions.get(arn) else { return Vec::new() };
    vec![
        status("PipelineExecutionStatus", &e.status),
        optional("FailureReason", e.failure.as_ref()),
        when(app, "StartTime", e.started),
        fact("name", &e.name),
        fact("only the steps", e.only().join(", ")),
        fact("pipeline", &e.pipeline),
        fact("arn", &e.arn),
    ]
}

fn step(app: &App, id: &str) -> Vec<Fact> {
    let Some(s) = app.here.seen.store.steps.get(id) else { return Vec::new() };
    vec![
        status("StepStatus", &s.status),
        optional("FailureReason", s.failure.as_ref()),
        when(app, "StartTime", s.started),
        when(app, "EndTime", s.ended),
        optional("from the cache of", s.cached_from.as_ref()),
        fact("execution", &s.execution),
    ]
}

fn job(app: &App, name: &str) -> Vec<Fact> {
    let Some(j) = app.here.seen.store.jobs.get(name) else { return Vec::new() };
    let mut facts = vec![
        status("TrainingJobStatus", &j.status),
        when(app, "CreationTime", j.created),
        when(app, "TrainingEndTime", j.ended),
    ];
    if let Some(d) = &j.details {
        let seconds = |s: Option<i32>| {
            s.and_then(|s| u64::try_from(s).ok())
                .map(|s| fmt::span(std::time::Duration::from_secs(s)))
                .unwrap_or_default()
        };
        facts.extend([
            fact("SecondaryStatus", &d.phase),
            optional("FailureReason", d.failure.as_ref()),
            fact("trained", seconds(d.seconds)),
            fact("billed", seconds(d.billed_seconds)),
            fact("instances", format!("{}{}", d.instances, if d.spot { ", spot" } else { "" })),
        ]);
        facts.extend(d.metrics.iter().map(|(n, v)| fact(n, fmt::number(f64::from(*v)))));
        facts.push(fact("inputs", d.inputs.join(", ")));
        facts.push(optional("S3ModelArtifacts", d.artifact.as_ref()));
        facts.push(optional("TrainingImage", d.image.as_ref()));
    }
    facts.push(fact("arn", &j.arn));
    facts
}

fn dataset(app: &App, uri: &str) -> Vec<Fact> {
    let Some(d) = app.here.seen.store.datasets.get(uri) else {
        return vec![fact("state", "not read: older jobs' inputs are not followed")];
    };
    vec![
        optional("problem", d.problem.as_ref()),
        optional("newest unknown", d.unsure.as_ref()),
        when(app, "newest object", d.newest),
        optional("key", d.newest_key.as_ref()),
        fact("objects", format!("{}{}", d.objects, if d.capped { " or more" } else { "" })),
        fact("size", fmt::bytes(d.bytes)),
        optional("versioning", d.versioning.as_ref()),
        fact("uri", &d.uri),
    ]
}

fn feature_group(app: &App, name: &str) -> Vec<Fact> {
    let Some(g) = app.here.seen.store.feature_groups.get(name) else { return Vec::new() };
    vec![
        status("FeatureGroupStatus", &g.status),
        status("OfflineStoreStatus", g.offline_status.as_deref().unwrap_or_default()),
        optional("BlockedReason", g.blocked.as_ref()),
        fact("online store", if g.online { "on" } else { "off" }),
        optional("offline store", g.offline_uri.as_ref()),
        when(app, "CreationTime", g.created),
        when(app, "LastModifiedTime", g.modified),
        fact("arn", &g.arn),
    ]
}

/// A deployment pipeline of the configuration; what it does is seen in its own console only.
fn deployer(app: &App, name: &str) -> Vec<Fact> {
    vec![
        fact("state", "not read: what CodePipeline does is not asked for"),
        fact("console", console::codepipeline(&app.here.region, name)),
    ]
}

/// Why it stands where it stands: edges that end or begin here.
fn links(app: &App, chain: &Chain, subject: &Subject) -> Vec<Fact> {
    let store = &app.here.seen.store;
    let id = &subject.id;
    let arn = match subject.kind {
        "endpoints" => store.endpoints.get(id).map(|e| e.arn.clone()),
        "alarms" => store.alarms.get(id).map(|a| a.arn.clone()),
        "pipelines" => store.pipelines.get(id).map(|p| p.arn.clone()),
        "training_jobs" => store.jobs.get(id).map(|j| j.arn.clone()),
        "feature_groups" => store.feature_groups.get(id).map(|g| g.arn.clone()),
        "endpoint_configs" => store.configs.get(id).map(|c| c.arn.clone()),
        "models" => store.models.get(id).map(|m| m.arn.clone()),
        _ => Some(id.clone()),
    };
    let Some(arn) = arn else { return Vec::new() };
    let line = |other: &str, l: &crate::model::Link<'_>| {
        let sure = format!("{:?}", l.confidence).to_lowercase();
        Line::new().plain(crate::resources::arn_name(other)).muted(format!("  {sure}: {}", l.rule))
    };
    let links = app.here.joined.links(chain);
    let from = links.iter().filter(|l| l.to == arn).map(|l| ("← from".to_owned(), line(l.from, l)));
    let to = links.iter().filter(|l| l.from == arn).map(|l| ("→ to".to_owned(), line(l.to, l)));
    from.take(6).chain(to.take(6)).collect()
}
