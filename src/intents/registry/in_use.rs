//! The endpoints that serve a version now, and their state. The operator needs them for the decision on the version.

use std::collections::BTreeMap;

use crate::aws::AwsError;
use crate::intents::Executor;
use crate::intents::recent_errors::RecentErrors;
use crate::model::{join, trouble};
use crate::resources::alarm::Alarm;
use crate::resources::config::EndpointConfig;
use crate::resources::endpoint::Endpoint;
use crate::resources::model::Model;
use crate::resources::{Listing, Observed, Resource};

/// The pages of 100 alarms that are read.
const PAGES: usize = 20;

/// The endpoints that serve a version now.
#[derive(Debug, Default)]
pub(super) struct InUse {
    /// The endpoints with their stages.
    pub(super) endpoints: Vec<String>,
    /// Whether one of them serves customers.
    pub(super) production: bool,
    /// The present troubles, each with the name of its endpoint.
    pub(super) troubles: Vec<String>,
    /// The reasons why more troubles are possible, as phrases.
    pub(super) unread: Vec<String>,
    /// The reason why the list of endpoints may be incomplete, as a phrase.
    pub(super) problem: Option<String>,
}

impl InUse {
    /// Looks up in the index which endpoints run a model of the version, and checks each of them in AWS.
    pub(super) async fn read(executor: &Executor, package: &str) -> Self {
        match Box::pin(read(executor, package)).await {
            Ok(in_use) => in_use,
            Err(error) => Self { problem: Some(error.to_string()), ..Self::default() },
        }
    }
}

async fn read(executor: &Executor, package: &str) -> Result<InUse, AwsError> {
    let Some((models, all)) = Model::made_from(&executor.aws, package).await? else {
        let problem = Some("sagemaker:Search is not to be had here".to_owned());
        return Ok(InUse { problem, ..InUse::default() });
    };
    let mut running: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (model, endpoint) in models.iter().flat_map(|m| m.endpoints.iter().map(move |e| (m, e))) {
        running.entry(endpoint).or_default().push(&model.name);
    }
    let mut observed =
        Observed { preferences: executor.preferences.clone(), at: (executor.clock)(), ..Observed::default() };
    let (mut live, mut errors) = (Vec::new(), BTreeMap::new());
    for (name, models) in running {
        let mut endpoint = Endpoint::describe(&executor.aws, name).await?;
        let Some(config) = &endpoint.config else { continue };
        let config = EndpointConfig::describe(&executor.aws, config).await?;
        if config.models().any(|model| models.contains(&model)) {
            endpoint.tags = endpoint.read_tags(&executor.aws).await.ok();
            errors.insert(name.to_owned(), RecentErrors::read(executor, &endpoint).await);
            live.push(endpoint);
        }
    }
    observed.store.endpoints.apply(Ok(Listing::all(live)), observed.at);
    let problem = (!all).then(|| "older models were not looked at".to_owned());
    let mut in_use = InUse { problem, ..InUse::default() };
    if !errors.is_empty() {
        match Alarm::all(&executor.aws, PAGES).await {
            Ok((alarms, more)) => {
                in_use.unread.extend(more.then(|| format!("only {} alarms were read", PAGES * 100)));
                observed.store.alarms.apply(Ok(Listing::all(alarms)), observed.at);
            }
            Err(error) => in_use.unread.push(format!("alarms cannot be read ({error})")),
        }
    }
    let joined = join(&observed);
    let servings = observed.store.endpoints.rows().filter_map(|endpoint| joined.serving(&endpoint.name));
    for serving in servings {
        let name = serving.endpoint;
        let stage = if serving.stage.is_empty() { String::new() } else { format!(" ({})", serving.stage) };
        in_use.production |= serving.production();
        in_use.endpoints.push(format!("{name}{stage}"));
        let errors = errors.get(name);
        let chain = joined.owner(Endpoint::KIND, name);
        let alarms = chain.and_then(|chain| trouble(chain, serving, &observed.store));
        let wrong: Vec<String> = errors.and_then(RecentErrors::too_many).into_iter().chain(alarms).collect();
        in_use.troubles.extend((!wrong.is_empty()).then(|| format!("{name}: {}", wrong.join(", "))));
        let unread = errors.and_then(|errors| errors.problem.as_ref());
        in_use.unread.extend(unread.map(|why| format!("the errors of {name} could not be read ({why})")));
    }
    Ok(in_use)
}
