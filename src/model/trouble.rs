//! The trouble of one endpoint of a model. Findings about other stages do not count.

use super::{Chain, Health, Mark, Reason, Serving, StageKind};
use crate::resources::Store;
use crate::resources::alarm::Alarm;
use crate::resources::endpoint::Endpoint;

/// Returns the trouble of an endpoint as a phrase. `None` if there is none. Trouble that names no endpoint counts for
/// production.
#[must_use]
pub fn trouble(chain: &Chain<'_>, serving: &Serving<'_>, store: &Store) -> Option<String> {
    let endpoint = store.endpoints.get(serving.endpoint)?;
    status(endpoint).or_else(|| firing(chain, serving, store)).or_else(|| answers(chain, serving))
}

fn status(endpoint: &Endpoint) -> Option<String> {
    let bad = matches!(endpoint.status.as_str(), "Failed" | "OutOfService" | "RollingBack" | "UpdateRollbackFailed");
    let why = endpoint.failure.as_deref().map(|why| format!(": {why}"));
    (bad || why.is_some()).then(|| format!("{}{}", endpoint.status, why.unwrap_or_default()))
}

/// Finds a firing alarm that names this endpoint, or one that names no endpoint and is not good news.
fn firing(chain: &Chain<'_>, serving: &Serving<'_>, store: &Store) -> Option<String> {
    let harm = chain.stage(StageKind::Alarms).is_some_and(|stage| stage.health >= Health::Warning);
    let ours = |alarm: &&Alarm| {
        let mut named =
            alarm.dimensions.iter().filter(|(name, _)| matches!(name.as_str(), "EndpointName" | "Endpoint"));
        let is_named = named.clone().any(|(_, value)| value == serving.endpoint);
        is_named || (named.next().is_none() && serving.production())
    };
    let all = chain.alarms.iter().filter_map(|name| store.alarms.get(name));
    let bad = |a: &&Alarm| harm && a.firing() && !a.scaling() && !chain.good_news.contains(&a.name.as_str());
    let firing: Vec<&Alarm> = all.filter(bad).filter(ours).collect();
    let first = firing.iter().min_by_key(|alarm| alarm.since)?;
    let more = if firing.len() > 1 { format!(" and {} more", firing.len() - 1) } else { String::new() };
    Some(format!("{}{more} in ALARM", first.name))
}

/// Finds a reason about the answers of the endpoint, or about the metrics that judge them.
fn answers(chain: &Chain<'_>, serving: &Serving<'_>) -> Option<String> {
    let bad = |r: &&Reason| r.rule.is(Mark::Answers) && r.health >= Health::Warning;
    Some(chain.said_of(serving).find(bad)?.brief().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ATTENTION, Stage};
    use crate::resources::{Kind, Listing};
    use jiff::Timestamp;

    /// A rule, and the endpoint that its finding names.
    type Said = Option<(&'static str, Option<&'static str>)>;
    /// The firing alarm, the statuses of production and staging, the finding; and the expected trouble of each
    /// endpoint.
    type Case = (Option<Alarm>, [&'static str; 2], Said, [Option<&'static str>; 2]);

    #[test]
    fn trouble_is_of_the_endpoint_that_it_names() {
        let alarm = |name: &str, endpoint: Option<&str>| Alarm {
            name: name.into(),
            state: "ALARM".into(),
            dimensions: endpoint.map(|e| ("EndpointName".to_owned(), e.to_owned())).into_iter().collect(),
            ..Alarm::default()
        };
        let reason = |(rule, about): (&'static str, Option<&str>)| Reason {
            rule: ATTENTION.iter().find(|known| known.name == rule).unwrap(),
            health: Health::Critical,
            text: "CTR 1.9 < 2.5".into(),
            brief: None,
            column: None,
            since: None,
            about: about.map(|endpoint| (Kind::Endpoints, endpoint.to_owned())),
            unread: false,
            awaits: false,
        };
        let cases: [Case; 8] = [
            (None, ["InService"; 2], None, [None, None]),
            (Some(alarm("5xx", Some("e-prod"))), ["InService"; 2], None, [Some("5xx in ALARM"), None]),
            (Some(alarm("5xx", Some("e-staging"))), ["InService"; 2], None, [None, Some("5xx in ALARM")]),
            (Some(alarm("ctr", None)), ["InService"; 2], None, [Some("ctr in ALARM"), None]),
            (None, ["InService", "UpdateRollbackFailed"], None, [None, Some("UpdateRollbackFailed")]),
            (None, ["InService"; 2], Some(("business-metric", None)), [Some("CTR 1.9 < 2.5"), None]),
            (None, ["InService"; 2], Some(("errors", Some("e-staging"))), [None, Some("CTR 1.9 < 2.5")]),
            (None, ["InService"; 2], Some(("config-deleted", Some("e-prod"))), [None, None]),
        ];
        for (alarm, status, rule, told) in cases {
            let mut store = Store::default();
            let names = ["e-prod", "e-staging"];
            let endpoint = |(name, status): (&str, &str)| Endpoint {
                name: name.into(),
                status: status.into(),
                ..Endpoint::default()
            };
            let at = Timestamp::UNIX_EPOCH;
            store.endpoints.apply(Ok(Listing::all(names.into_iter().zip(status).map(endpoint).collect())), at);
            store.alarms.apply(Ok(Listing::all(alarm.clone().into_iter().collect())), at);
            let serving = |(endpoint, stage)| Serving { endpoint, stage, ..Serving::default() };
            let serving: Vec<Serving<'_>> = names.into_iter().zip(["prod", "staging"]).map(serving).collect();
            let (kind, health, summary) = (StageKind::Alarms, Health::Critical, String::new());
            let chain = Chain {
                alarms: alarm.iter().map(|a| a.name.as_str()).collect(),
                reasons: rule.map(reason).into_iter().collect(),
                stages: vec![Stage { kind, health, summary, brief: None, column: None, since: None }],
                serving: serving.clone(),
                ..Chain::default()
            };
            let found: Vec<Option<String>> = serving.iter().map(|s| trouble(&chain, s, &store)).collect();
            assert_eq!(found.iter().map(Option::as_deref).collect::<Vec<_>>(), told, "{alarm:?} {status:?}");
        }
    }
}
