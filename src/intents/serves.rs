//! What a version serves now: whoever decides on it must know.

use std::collections::BTreeMap;

use super::Executor;
use super::lately::Lately;
use crate::aws::AwsError;
use crate::model::{join, trouble};
use crate::resources::alarm::Alarm;
use crate::resources::config::EndpointConfig;
use crate::resources::endpoint::Endpoint;
use crate::resources::model::Model;
use crate::resources::{Listing, Resource, Seen};

/// Pages of 100 alarms that are read.
const PAGES: usize = 20;

/// What is known of it.
#[derive(Debug, Default)]
pub(super) struct Serves {
    /// Endpoints with their stages.
    pub(super) places: Vec<String>,
    /// Is one of them what customers see?
    pub(super) production: bool,
    /// What is wrong with them now, each with its name.
    pub(super) troubles: Vec<String>,
    /// Why it is not known whether more is wrong, as phrases.
    pub(super) unread: Vec<String>,
    /// Why it is not known whether these are all, as a phrase.
    pub(super) problem: Option<String>,
}

/// Asks the index which endpoints run a model of the version, and each of those whether it does now.
pub(super) async fn serves(by: &Executor, package: &str) -> Serves {
    match read(by, package).await {
        Ok(serves) => serves,
        Err(error) => Serves { problem: Some(error.to_string()), ..Serves::default() },
    }
}

async fn read(by: &Executor, package: &str) -> Result<Serves, AwsError> {
    let Some((models, all)) = Model::made_from(&by.aws, package).await? else {
        let problem = Some("sagemaker:Search is not to be had here".to_owned());
        return Ok(Serves { problem, ..Serves::default() });
    };
    let mut running: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (model, endpoint) in models.iter().flat_map(|m| m.endpoints.iter().map(move |e| (m, e))) {
        running.entry(endpoint).or_default().push(&model.name);
    }
    let mut seen = Seen { wishes: by.wishes.clone(), at: (by.clock)(), ..Seen::default() };
    let (mut live, mut lately) = (Vec::new(), BTreeMap::new());
    for (name, models) in running {
        let mut endpoint = Endpoint::describe(&by.aws, name).await?;
        let Some(config) = &endpoint.config else { continue };
        let config = EndpointConfig::describe(&by.aws, config).await?;
        if config.models().any(|model| models.contains(&model)) {
            endpoint.tags = endpoint.read_tags(&by.aws).await.ok();
            lately.insert(name.to_owned(), Lately::read(by, &endpoint).await);
            live.push(endpoint);
        }
    }
    seen.store.endpoints.apply(Ok(Listing::all(live)), seen.at);
    let mut serves =
        Serves { problem: (!all).then(|| "older models were not looked at".to_owned()), ..Serves::default() };
    if !lately.is_empty() {
        match Alarm::all(&by.aws, PAGES).await {
            Ok((alarms, more)) => {
                serves.unread.extend(more.then(|| format!("only {} alarms were read", PAGES * 100)));
                seen.store.alarms.apply(Ok(Listing::all(alarms)), seen.at);
            }
            Err(error) => serves.unread.push(format!("alarms cannot be read ({error})")),
        }
    }
    let joined = join(&seen);
    let servings = seen.store.endpoints.rows().filter_map(|endpoint| joined.serving(&endpoint.name));
    for serving in servings {
        let stage = if serving.stage.is_empty() { String::new() } else { format!(" ({})", serving.stage) };
        serves.production |= serving.production();
        serves.places.push(format!("{}{stage}", serving.endpoint));
        let (name, lately) = (serving.endpoint, lately.get(serving.endpoint));
        let chain = joined.owner(Endpoint::KIND, name);
        let told = chain.and_then(|chain| trouble(chain, serving, &seen.store));
        let wrong: Vec<String> = lately.and_then(Lately::bad).into_iter().chain(told).collect();
        serves.troubles.extend((!wrong.is_empty()).then(|| format!("{name}: {}", wrong.join(", "))));
        let unread = lately.and_then(|lately| lately.problem.as_ref());
        serves.unread.extend(unread.map(|why| format!("the errors of {name} could not be read ({why})")));
    }
    Ok(serves)
}
