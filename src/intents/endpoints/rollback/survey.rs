//! The search for configurations that an endpoint can go back to, newest first. It gives a reason for each of the
//! others.

use std::collections::BTreeSet;

use aws_sdk_sagemaker::types::{EndpointConfigSortKey, OrderKey};
use jiff::Timestamp;

use super::candidate::{Candidate, ConfigReader};
use super::compare::Age;
use super::deployed::{Deployed, read_deployed};
use super::track_record::WentLive;
use super::{Present, is_gone};
use crate::aws::{Aws, failed, pages};
use crate::intents::{Executor, Refusal};
use crate::resources::config::belongs;
use crate::resources::time;

/// The number of configurations listed for each part of a name, newest first.
const LISTED: i32 = 20;
/// The most configurations that are described. Each costs a call, and one for each model and version.
const MOST: usize = 20;
/// The most configurations that are offered.
const OFFERED: usize = 4;
/// The pages of 100 endpoints with a similar name.
const PAGES: usize = 20;
/// The number of configurations, the newest ones, for which the plan explains why they are not offered.
const EXPLAINED: usize = 3;

/// The result of the search.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// The configurations that the endpoint can go back to, newest first.
    pub(super) fit: Vec<Candidate>,
    /// The newest of the endpoint's own configurations that it cannot go back to.
    pub(super) unfit: Vec<Unfit>,
}

/// A configuration that is not offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unfit {
    pub(super) name: String,
    /// The version that it runs, if it was read.
    pub(super) label: Option<String>,
    /// The reason; a phrase that follows its name.
    pub(super) why: String,
}

/// The names of configurations that may be the endpoint's own.
#[derive(Debug, Default)]
pub(super) struct ConfigNames {
    /// The names, newest first.
    all: Vec<NamedConfig>,
    /// The other endpoints with a similar name.
    others: Vec<String>,
    /// Whether there are more such endpoints than were read.
    more: bool,
}

impl ConfigNames {
    pub(super) async fn read(executor: &Executor, present: &Present) -> Result<Self, Refusal> {
        let (others, more) = neighbours(&executor.aws, &present.endpoint.name).await?;
        let deployed = read_deployed(&executor.journal, &present.endpoint.arn);
        Ok(Self { all: merge(list_named_alike(&executor.aws, present).await?, deployed), others, more })
    }

    /// Returns the times at which the endpoint's own configurations went live, or were created.
    pub(super) fn history(&self, present: &Present) -> Vec<WentLive> {
        let current = present.endpoint.config.as_deref();
        let mine = present.endpoint.name.as_str();
        let own = self.all.iter().filter(|n| n.is_own(mine) && !self.is_theirs(n, mine) || Some(&*n.config) == current);
        let began = own.filter_map(|named| {
            let (config, observed) = (named.config.clone(), named.put_live.is_some());
            Some(WentLive { config, at: named.put_live.or(named.created)?, observed })
        });
        let mut began: Vec<WentLive> = began.collect();
        let serving = present.serving.as_ref().map(|serving| &serving.config);
        if let Some((config, at)) = serving.and_then(|c| Some((&c.name, c.created?)))
            && began.iter().all(|b| b.config != *config)
        {
            began.push(WentLive { config: config.clone(), at, observed: false });
        }
        began
    }

    /// Returns whether it is the configuration of another endpoint.
    fn is_theirs(&self, named: &NamedConfig, mine: &str) -> bool {
        let (name, own) = (&named.config, named.is_own(mine));
        self.others.iter().any(|other| belongs(name, other) && !(own && other.len() < mine.len()))
    }

    /// Reads configurations until enough of them are offered. One is offered if it can be deployed, is approved, and
    /// runs an older version of the same model, or the same version in another way. If versions alone do not prove
    /// that, it must belong to the endpoint, by its name or because this console put it live there: a guess is never
    /// offered.
    pub(super) async fn survey(&self, present: &Present, reader: &mut ConfigReader<'_>) -> Result<Survey, Refusal> {
        let mine = present.endpoint.name.as_str();
        let mut survey = Survey::default();
        let mut described = 0;
        for named in &self.all {
            let name = &named.config;
            let own = named.is_own(mine);
            if self.is_theirs(named, mine) || present.endpoint.config.as_deref() == Some(name.as_str()) {
                continue;
            }
            let explained = own && survey.unfit.len() < EXPLAINED;
            if self.more && named.put_live.is_none() {
                if explained {
                    survey.refuse(name, None, "may be of one of the many endpoints with a name like this one's");
                }
                continue;
            }
            // A configuration that was created later is read only to explain why it is not offered.
            if named.is_later(present) && !explained {
                continue;
            }
            if described >= MOST {
                survey.refuse(name, None, "and those before it were not looked at");
                break;
            }
            described += 1;
            let (label, why) = match reader.read(name).await {
                Ok(mut candidate) => {
                    // A deleted name can be used again: a configuration that was created later is not the one that was
                    // put live.
                    candidate.put_live = named.put_live.filter(|at| candidate.config.created <= Some(*at));
                    let Some(why) = unfit(&candidate, present, own) else {
                        survey.fit.push(candidate);
                        if survey.fit.len() >= OFFERED {
                            break;
                        }
                        continue;
                    };
                    (Some(candidate.label()), why)
                }
                Err(error) if is_gone(&error) => (None, "or a model of it was deleted".to_owned()),
                Err(error) => return Err(error.into()),
            };
            if explained {
                survey.refuse(name, label, &why);
            }
        }
        Ok(survey)
    }
}

impl Survey {
    fn refuse(&mut self, name: &str, label: Option<String>, why: &str) {
        self.unfit.push(Unfit { name: name.to_owned(), label, why: why.to_owned() });
    }
}

/// Returns why an endpoint cannot go back to a configuration; a phrase that follows its name.
fn unfit(candidate: &Candidate, present: &Present, own: bool) -> Option<String> {
    let Some(current) = &present.serving else { return Some("cannot be compared".to_owned()) };
    if let Some(obstacle) = candidate.obstacle(present) {
        return Some(obstacle);
    }
    let earlier = current.config.created.is_none() || candidate.config.created < current.config.created;
    // A rebuilt configuration may have been created after the present one, and may still have served before it.
    let before = earlier || candidate.put_live.is_some();
    let (in_time, proven) = match candidate.age(current) {
        Age::Newer(version) => return Some(format!("runs {version}, which is newer than what serves")),
        Age::OtherModel(version) => return Some(format!("runs another model, {version}")),
        Age::Same if candidate.changes(present).are_none() => {
            return Some("runs the same model as now in the same way".to_owned());
        }
        Age::Older { alike } => (before, alike),
        Age::Same | Age::Rearranged => (before, false),
        Age::Unknown => (earlier, false),
    };
    if !in_time {
        return Some("was made after what serves now".to_owned());
    }
    if !proven && !own {
        return Some("is not known to be of this endpoint".to_owned());
    }
    if candidate.keeps_counts(present).is_err() && !own {
        return Some("has other variants and is not known to be of this endpoint".to_owned());
    }
    let unapproved = candidate.unapproved().next()?;
    Some(format!("runs {}, which is {}", unapproved.label(), unapproved.approval))
}

/// A configuration that may be offered, before it is described.
#[derive(Debug, Clone, PartialEq, Eq)]
struct NamedConfig {
    config: String,
    /// The creation time from the list.
    created: Option<Timestamp>,
    /// The time at which this console put it live on the endpoint, if it did.
    put_live: Option<Timestamp>,
}

impl NamedConfig {
    /// Returns whether it is known to belong to this endpoint.
    fn is_own(&self, endpoint: &str) -> bool {
        belongs(&self.config, endpoint) || self.put_live.is_some()
    }

    /// Returns whether it was created after the present configuration, and never put live. Then it did not serve
    /// before.
    fn is_later(&self, present: &Present) -> bool {
        let current = present.serving.as_ref().and_then(|serving| serving.config.created);
        self.put_live.is_none() && current.is_some() && self.created >= current
    }
}

impl From<Deployed> for NamedConfig {
    fn from(deployed: Deployed) -> Self {
        Self { config: deployed.config, created: None, put_live: Some(deployed.at) }
    }
}

/// Merges the configurations that AWS lists with those of the journal, by the time of their creation or deployment.
fn merge(names: Vec<NamedConfig>, deployed: Vec<Deployed>) -> Vec<NamedConfig> {
    let mut all = Vec::new();
    let mut deployed = deployed.into_iter().peekable();
    for named in names {
        while let Some(d) = deployed.next_if(|d| named.created <= Some(d.at)) {
            all.push(NamedConfig::from(d));
        }
        all.push(named);
    }
    all.extend(deployed.map(NamedConfig::from));
    let mut once = BTreeSet::new();
    all.retain(|named| once.insert(named.config.clone()));
    all
}

/// Reads the other endpoints with a similar name, whose configurations do not belong to this one; and whether there are
/// more.
async fn neighbours(aws: &Aws, endpoint: &str) -> Result<(Vec<String>, bool), Refusal> {
    let (names, more) = pages(PAGES, async |token| {
        let request = aws.sagemaker.list_endpoints().name_contains(stem(endpoint)).max_results(100);
        let page = request.set_next_token(token).send().await.map_err(failed)?;
        let names = page.endpoints.unwrap_or_default().into_iter().filter_map(|e| e.endpoint_name);
        Ok((names.filter(|name| name != endpoint).collect(), page.next_token))
    })
    .await?;
    Ok((names, more))
}

/// Returns the endpoint's name without its last part, which is often the stage.
fn stem(endpoint: &str) -> &str {
    endpoint.rsplit_once(['-', '_']).map_or(endpoint, |(stem, _)| stem)
}

/// Lists the configurations with a similar name, newest first. A name is only a hint, so each one is read before it is
/// offered.
async fn list_named_alike(aws: &Aws, present: &Present) -> Result<Vec<NamedConfig>, Refusal> {
    let full = present.endpoint.name.as_str();
    let mut names: Vec<NamedConfig> = Vec::new();
    for part in [full, stem(full)] {
        let request = aws.sagemaker.list_endpoint_configs().name_contains(part).max_results(LISTED);
        let request = request.sort_by(EndpointConfigSortKey::CreationTime).sort_order(OrderKey::Descending);
        let page = request.send().await.map_err(failed)?;
        for config in page.endpoint_configs.unwrap_or_default() {
            let created = time(config.creation_time.as_ref());
            let new = config.endpoint_config_name.filter(|name| names.iter().all(|known| known.config != *name));
            names.extend(new.map(|config| NamedConfig { config, created, put_live: None }));
        }
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_configuration_belongs_to_the_endpoint_it_is_named_after() {
        assert!(belongs("web-prod-v3", "web-prod") && belongs("web-prod", "web-prod"));
        assert!(!belongs("cobweb-prod-v3", "web-prod") && !belongs("web-production", "web-prod"));
    }

    #[test]
    fn a_configuration_that_was_put_live_counts_from_then() {
        let at = |second: i64| Timestamp::from_second(second).unwrap();
        let names = [("v14", 50), ("v13", 30), ("v12", 10)];
        let names =
            names.map(|(name, made)| NamedConfig { config: name.into(), created: Some(at(made)), put_live: None });
        let live = [("v12", 40), ("other", 20), ("ancient", 5)];
        let live = live.map(|(config, second)| Deployed { config: config.into(), at: at(second) });
        let found = merge(names.to_vec(), live.to_vec());
        let found: Vec<(&str, Option<i64>)> =
            found.iter().map(|named| (named.config.as_str(), named.put_live.map(Timestamp::as_second))).collect();
        let expected = [("v14", None), ("v12", Some(40)), ("v13", None), ("other", Some(20)), ("ancient", Some(5))];
        assert_eq!(found, expected);
    }
}
