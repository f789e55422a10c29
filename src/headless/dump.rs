//! `sagetop dump`: all data as JSON. The shape is stable; an incompatible change increases `schema`.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::{Look, print_json};
use crate::config::Compare;
use crate::model::{BusinessMetric, Chain, Link, business_metrics};
use crate::resources::metric::MetricSeries;

/// Version of the shape.
const SCHEMA: u32 = 1;

/// Prints all data that was read: `identity`, `region`, `taken_at`, `models[]`, `resources{kind: []}`, `sources[]`,
/// `usage`. Several accounts are in `accounts[]`, each with its `name`.
///
/// # Errors
/// When `out` cannot be written.
pub fn dump(looks: &[Look], out: &mut impl Write) -> io::Result<()> {
    print_json(out, &together(looks, account, Map::new()))
}

/// Returns one account as it is, or several in `accounts[]`. The fields of `whole` come first.
pub(super) fn together(looks: &[Look], one: fn(&Look) -> Map<String, Value>, whole: Map<String, Value>) -> Value {
    let mut all = Map::from_iter([("schema".to_owned(), SCHEMA.into())]);
    all.extend(whole);
    if let [look] = looks {
        all.extend(one(look));
    } else {
        let named = |look: &Look| {
            let mut fields = Map::from_iter([("name".to_owned(), look.name.as_str().into())]);
            fields.extend(one(look));
            Value::Object(fields)
        };
        all.insert("accounts".to_owned(), looks.iter().map(named).collect());
    }
    Value::Object(all)
}

fn account(look: &Look) -> Map<String, Value> {
    let store = look.store();
    let usage = look.aws.meter.usage();
    let sources: Vec<Value> = store
        .sources()
        .into_iter()
        .map(|source| {
            let calls = usage.by_source.get(source.kind.name()).map_or(0, |spent| spent.calls);
            let mut row = serde_json::to_value(&source).unwrap_or_default();
            if let Value::Object(fields) = &mut row {
                fields.insert("calls".into(), calls.into());
            }
            row
        })
        .collect();
    let identity =
        store.identity.rows().next().map(|me| json!({"account": me.account, "arn": me.arn, "user_id": me.user_id}));
    let fields = [
        ("identity", json!(identity)),
        ("region", json!(look.aws.region)),
        ("endpoint_url", json!(look.aws.endpoint)),
        ("taken_at", json!(look.observed.at)),
        ("models", models(look)),
        ("resources", json!(store.to_json())),
        ("sources", json!(sources)),
        (
            "usage",
            json!({"calls": usage.calls, "throttled": usage.throttled, "metrics": usage.metrics, "cost_usd": usage.cost}),
        ),
    ];
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// Returns the models as JSON; `status --json` prints them too.
pub(super) fn models(look: &Look) -> Value {
    let one = |chain| model(chain, &look.joined.links(chain), &business_metrics(&look.observed, chain));
    look.joined.chains().iter().map(one).collect()
}

fn model(chain: &Chain, links: &[Link<'_>], metrics: &[BusinessMetric<'_>]) -> Value {
    let stages: Map<String, Value> = chain
        .stages
        .iter()
        .map(|stage| {
            let state = stage.health;
            let value =
                json!({"health": state.severity(), "state": state, "summary": stage.summary, "since": stage.since});
            (stage.kind.name().to_owned(), value)
        })
        .collect();
    let reasons = chain.reasons.iter().map(|r| {
        json!({"stage": r.stage(), "health": r.health.severity(), "state": r.health, "text": r.text, "since": r.since,
            "rule": r.rule.name, "about": r.about.as_ref().map(|(_, id)| id)})
    });
    let attached = chain.attached_things().map(|(kind, id)| json!({"kind": kind.name(), "id": id}));
    json!({
        "name": chain.name,
        "health": chain.health.severity(),
        "reasons": reasons.collect::<Vec<_>>(),
        "stages": stages,
        "metrics": metrics.iter().map(metric).collect::<Vec<_>>(),
        "links": links,
        "model_package_group": chain.group,
        "serving": chain.serving,
        "pipelines": chain.pipelines,
        "alarms": chain.alarms,
        "attached": attached.collect::<Vec<_>>(),
        "topics": chain.topics,
        "last_change": chain.last_change.as_ref().map(|last| json!({"at": last.at, "what": last.text()})),
    })
}

/// Returns a metric of the configuration: its newest value, what that says, and the functions that alarms call.
fn metric(known: &BusinessMetric<'_>) -> Value {
    let last = known.series.and_then(MetricSeries::last);
    let (compare, threshold) = known.metric.limit.unzip();
    json!({
        "label": known.metric.label,
        "value": last.map(|(_, value)| value),
        "at": last.map(|(at, _)| at),
        "standing": known.standing,
        "compare": compare.map(Compare::sign),
        "threshold": threshold,
        "remedies": known.remedies,
    })
}
