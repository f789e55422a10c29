//! Rules about endpoints: do the production endpoints work, and which version do they run?

use super::{FailedCall, Finding, NOT_READ, RuleInput, Summary, failed_call, unread, untold};
use crate::model::{Health, Serving};
use crate::resources::config::EndpointConfig;
use crate::resources::endpoint::Endpoint;
use crate::resources::{Kind, Table};

pub(super) fn endpoints<'a>(input: &'a RuleInput<'_>) -> impl Iterator<Item = (&'a Serving<'a>, &'a Endpoint)> {
    input.chain.serving.iter().zip(input.rows.endpoints.iter().copied())
}

/// Limits the health of an endpoint outside production to a warning.
pub(super) fn graded(serving: &Serving, health: Health) -> Health {
    if serving.production() { health } else { health.min(Health::Warning) }
}

/// Makes a finding about one endpoint. The phrase names the endpoint.
pub(super) fn at(serving: &Serving, health: Health, phrase: &str) -> Finding {
    let text = format!("{}: {phrase}", serving.place());
    Finding::new(graded(serving, health), text).brief(phrase).about(Kind::Endpoints, serving.endpoint)
}

pub(super) fn status(input: &RuleInput<'_>) -> Vec<Finding> {
    endpoints(input)
        .filter_map(|(serving, endpoint)| {
            let since = endpoint.pending.as_ref().and_then(|p| p.started).or(endpoint.modified);
            let (health, text) = match endpoint.status.as_str() {
                "InService" => return None,
                "Updating" => {
                    let phase = endpoint.phase().unwrap_or("Updating").to_owned();
                    return Some(at(serving, Health::Running, &updating(serving, endpoint)).word(phase).since(since));
                }
                "Creating" | "SystemUpdating" | "Deleting" => (Health::Running, endpoint.status.clone()),
                "" => (Health::Unknown, "AWS gives no status".to_owned()),
                "Failed" | "OutOfService" | "RollingBack" | "UpdateRollbackFailed" => {
                    let why = endpoint.failure.as_deref().map(|f| format!(": {f}")).unwrap_or_default();
                    let status = match endpoint.status.as_str() {
                        "UpdateRollbackFailed" => "rollback failed",
                        status => status,
                    };
                    let finding = at(serving, Health::Critical, &format!("{status}{why}"));
                    let text = format!("{} {}{why}", serving.place(), endpoint.status);
                    // AWS does no more by itself, so somebody has to.
                    let stuck = endpoint.status != "RollingBack";
                    return Some(Finding { text, ..finding.word(status.to_owned()) }.since(since).awaits(stuck));
                }
                status => (Health::Unknown, format!("{status}: a status that is not known here")),
            };
            let word = if endpoint.status.is_empty() { "no status" } else { &endpoint.status };
            Some(at(serving, health, &text).word(word.to_owned()).since(since))
        })
        .collect()
}

fn updating(serving: &Serving, endpoint: &Endpoint) -> String {
    let target = match (serving.arriving.first(), &endpoint.pending) {
        (Some((_, version)), _) => format!("v{version}"),
        (None, Some(pending)) => pending.config.clone(),
        (None, None) => "a new configuration".to_owned(),
    };
    let phase = endpoint.phase();
    let phase = phase.map(|p| format!(" ({p})")).unwrap_or_default();
    format!("Updating to {target}{phase}")
}

/// Finds failed updates. AWS rolls them back by itself, so the endpoint looks healthy afterwards.
pub(super) fn rolled_back(input: &RuleInput<'_>) -> Vec<Finding> {
    endpoints(input)
        .filter(|(_, e)| e.status == "InService")
        .filter_map(|(serving, endpoint)| {
            let observed =
                endpoint.went_back_from.as_ref().map(|config| format!("AWS gave no reason, {config} is not live"));
            let why = endpoint.failure.clone().or(observed)?;
            let text = format!("{}: last update was rolled back: {why}", serving.place());
            let finding = at(serving, Health::Critical, &format!("rolled back: {why}"));
            Some(Finding { text, ..finding.word("rolled back").since(endpoint.modified) })
        })
        .collect()
}

pub(super) fn config_deleted(input: &RuleInput<'_>) -> Vec<Finding> {
    let configs = &input.index.store.configs;
    let served = endpoints(input).zip(&input.rows.configs);
    served
        .filter_map(|((serving, endpoint), config)| {
            let name = endpoint.config.as_ref()?;
            let deleted = config.map_or_else(|| unlisted(configs, endpoint), |config| config.deleted);
            deleted.then(|| {
                let finding = at(serving, Health::Warning, &format!("configuration {name} was deleted"));
                finding.brief("configuration deleted").word("no config")
            })
        })
        .collect()
}

/// Is a configuration missing in a complete list? A configuration that went live after the list was read cannot be in
/// it yet.
fn unlisted(configs: &Table<EndpointConfig>, endpoint: &Endpoint) -> bool {
    let read = configs.answered_at().filter(|_| configs.complete());
    read.is_some() && endpoint.live_since.or(endpoint.created) < read
}

pub(super) fn capacity(input: &RuleInput<'_>) -> Vec<Finding> {
    endpoints(input)
        .filter(|(_, e)| e.status == "InService")
        .flat_map(|(serving, e)| e.variants.iter().map(move |v| (serving, v)))
        .filter_map(|(serving, v)| {
            let (now, wanted) = (v.instances?, v.desired_instances?);
            let phrase = format!("{now} of {wanted} wanted instances of {}", v.name);
            (now < wanted).then(|| at(serving, Health::Warning, &phrase).word(format!("{now} of {wanted}")))
        })
        .collect()
}

pub(super) fn source(input: &RuleInput<'_>) -> Vec<Finding> {
    let (store, table) = (input.index.store, &input.index.store.endpoints);
    if table.is_empty() {
        return unread(table);
    }
    if input.chain.serving.is_empty() {
        // These tables determine what an endpoint runs, and so to which model it belongs.
        return untold([unread(&store.configs), unread(&store.models)]);
    }
    // The health of an endpoint is unknown if it is listed but cannot be described, or if its version is unknown.
    let described = |e: &Endpoint| e.config.is_some();
    let told = |(serving, endpoint): (&Serving, &Endpoint)| {
        if described(endpoint) {
            let call = unknown_version(input, serving, endpoint)?;
            let phrase = format!("what it runs is not known, {}", call.phrase);
            return Some(at(serving, Health::Unknown, &phrase).word(call.word));
        }
        let unread = || Finding { unread: true, ..at(serving, Health::Unknown, NOT_READ).word(NOT_READ) };
        let failed = |call: FailedCall| at(serving, Health::Unknown, &call.phrase).word(call.word);
        Some(failed_call(table).map_or_else(unread, failed))
    };
    endpoints(input).filter_map(told).collect()
}

/// Returns why the version of a production endpoint is unknown: its configuration or one of its models could not be
/// read.
fn unknown_version(input: &RuleInput<'_>, serving: &Serving, endpoint: &Endpoint) -> Option<FailedCall> {
    if !serving.versions.is_empty() || !serving.production() {
        return None;
    }
    let store = input.index.store;
    let config = store.configs.get(endpoint.config.as_deref()?).filter(|config| config.variants.is_some());
    let Some(config) = config else { return failed_call(&store.configs) };
    let read = |name: &str| store.models.get(name).is_some_and(|model| model.containers.is_some());
    if config.models().all(read) { None } else { failed_call(&store.models) }
}

pub(super) fn summary(input: &RuleInput<'_>) -> Summary {
    let Some((serving, endpoint)) = endpoints(input).next() else {
        return Summary::new(false, "not deployed", None);
    };
    let version = serving.version_with_share().map_or_else(String::new, |version| format!("{version} "));
    let live = (endpoint.status == "InService").then(|| format!("{version}live"));
    let text = format!("{version}{}", endpoint.status);
    Summary { brief: live, ..Summary::new(true, text, serving.since.or(endpoint.created)) }
}
