//! Looks for the way back: configurations that are known to be the endpoint's own, newest first, each with why not.

use std::collections::BTreeSet;

use aws_sdk_sagemaker::types::{EndpointConfigSortKey, OrderKey};
use jiff::Timestamp;

use super::candidate::{Candidate, look};
use super::compare::Age;
use super::deployed::{Deployed, deployed};
use super::{Present, gone};
use crate::aws::{Aws, failed, pages};
use crate::intents::{Executor, Refusal};
use crate::resources::time;

/// Configurations asked for by each part of a name, newest first.
const LISTED: i32 = 20;
/// Configurations described: each costs a call for itself, for each model and for each version.
const MOST: usize = 20;
/// Pages of 100 endpoints with a name like this one's.
const PAGES: usize = 20;
/// Reasons that are told, of the newest configurations.
const TOLD: usize = 3;

/// What the search came to.
pub(super) enum Previous {
    /// The newest configuration that is a way back.
    Found(Box<Candidate>),
    /// There is none; why the endpoint's own ones are none, as phrases.
    None(Vec<String>),
}

/// The newest configuration before the present one that is deployable, approved, and runs an older version of the same
/// model on the same variants. Where versions alone do not prove that, it must be known to be the endpoint's own, by its
/// name or because this console put it live there: a guess is never the default.
pub(super) async fn previous(by: &Executor, present: &Present) -> Result<Previous, Refusal> {
    let aws = &by.aws;
    let mine = present.endpoint.name.as_str();
    let (others, more_others) = neighbours(aws, mine).await?;
    let deployed = deployed(&by.journal, &present.endpoint.arn);
    let mut why_not = Vec::new();
    let mut described = 0;
    for named in merged(names(aws, present).await?, deployed) {
        let name = &named.config;
        let own = belongs(name, mine) || named.put_live.is_some();
        let theirs = others.iter().any(|other| belongs(name, other) && !(own && other.len() < mine.len()));
        if theirs || present.endpoint.config.as_deref() == Some(name.as_str()) {
            continue;
        }
        let told = own && why_not.len() < TOLD;
        if more_others && named.put_live.is_none() {
            why_not.extend(
                told.then(|| format!("{name} may be of one of the many endpoints with a name like this one's")),
            );
            continue;
        }
        // What cannot be the way back is looked at only where the reason is told.
        if named.is_later(present) && !told {
            continue;
        }
        if described >= MOST {
            why_not.push(format!("those before {name} were not looked at"));
            break;
        }
        described += 1;
        let unfit = match look(aws, name).await {
            Ok(mut candidate) => {
                // Names can be deleted and used again: what was made later was not put live then.
                candidate.put_live = named.put_live.filter(|at| candidate.config.created <= Some(*at));
                match unfit(&candidate, present, own) {
                    None => return Ok(Previous::Found(Box::new(candidate))),
                    Some(why) => why,
                }
            }
            Err(error) if gone(&error) => "or a model of it was deleted".to_owned(),
            Err(error) => return Err(error.into()),
        };
        if told {
            why_not.push(format!("{name} {unfit}"));
        }
    }
    Ok(Previous::None(why_not))
}

/// Why a configuration is not the default way back; a phrase that follows its name.
fn unfit(candidate: &Candidate, present: &Present, own: bool) -> Option<String> {
    let Some(current) = &present.serving else { return Some("cannot be compared".to_owned()) };
    if let Some(obstacle) = candidate.obstacle(present) {
        return Some(obstacle);
    }
    let earlier = current.config.created.is_none() || candidate.config.created < current.config.created;
    // One that served before may have been made after the present one, as rebuilt ones are.
    let before = earlier || candidate.put_live.is_some();
    let (in_time, proven) = match candidate.age(current) {
        Age::Same => return Some("runs the same model as now".to_owned()),
        Age::Newer(version) => return Some(format!("runs {version}, which is newer than what serves")),
        Age::OtherModel(version) => return Some(format!("runs another model, {version}")),
        Age::Older { alike } => (before, alike),
        Age::Rearranged => (before, false),
        Age::Untold => (earlier, false),
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

/// A configuration that may be the way back, before it is described.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Named {
    config: String,
    /// When it was made, as the list says.
    created: Option<Timestamp>,
    /// When this console put it live on the endpoint, if it did.
    put_live: Option<Timestamp>,
}

impl Named {
    /// Was it made after what serves now, and never put live? Then it is not what served before.
    fn is_later(&self, present: &Present) -> bool {
        let current = present.serving.as_ref().and_then(|serving| serving.config.created);
        self.put_live.is_none() && current.is_some() && self.created >= current
    }
}

impl From<Deployed> for Named {
    fn from(deployed: Deployed) -> Self {
        Self { config: deployed.config, created: None, put_live: Some(deployed.at) }
    }
}

/// Both kinds of candidates, those of the journal before the first name that was made before they were put live.
fn merged(names: Vec<Named>, deployed: Vec<Deployed>) -> Vec<Named> {
    let mut all = Vec::new();
    let mut deployed = deployed.into_iter().peekable();
    for named in names {
        while let Some(d) = deployed.next_if(|d| named.created <= Some(d.at)) {
            all.push(Named::from(d));
        }
        all.push(named);
    }
    all.extend(deployed.map(Named::from));
    let mut once = BTreeSet::new();
    all.retain(|named| once.insert(named.config.clone()));
    all
}

/// Is the name that of the endpoint, or the endpoint's with something after it?
fn belongs(config: &str, endpoint: &str) -> bool {
    config.strip_prefix(endpoint).is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '_', '.']))
}

/// Other endpoints with a name like this one's, whose configurations are not ours; and whether there are more of them.
async fn neighbours(aws: &Aws, endpoint: &str) -> Result<(Vec<String>, bool), Refusal> {
    let (names, more) = pages(PAGES, async |token| {
        let request = aws.sagemaker.list_endpoints().name_contains(stem(endpoint)).max_results(100);
        let page = request.set_next_token(token).send().await.map_err(failed("ListEndpoints"))?;
        let names = page.endpoints.unwrap_or_default().into_iter().filter_map(|e| e.endpoint_name);
        Ok((names.filter(|name| name != endpoint).collect(), page.next_token))
    })
    .await?;
    Ok((names, more))
}

/// The endpoint's name without its last part, which is often the stage.
fn stem(endpoint: &str) -> &str {
    endpoint.rsplit_once(['-', '_']).map_or(endpoint, |(stem, _)| stem)
}

/// Names of configurations with their creation that look like this endpoint's, newest first; as names are only a hint, each is looked at.
async fn names(aws: &Aws, present: &Present) -> Result<Vec<Named>, Refusal> {
    let full = present.endpoint.name.as_str();
    let mut names: Vec<Named> = Vec::new();
    for part in [full, stem(full)] {
        let request = aws.sagemaker.list_endpoint_configs().name_contains(part).max_results(LISTED);
        let request = request.sort_by(EndpointConfigSortKey::CreationTime).sort_order(OrderKey::Descending);
        let page = request.send().await.map_err(failed("ListEndpointConfigs"))?;
        for config in page.endpoint_configs.unwrap_or_default() {
            let created = time(config.creation_time.as_ref());
            let new = config.endpoint_config_name.filter(|name| names.iter().all(|known| known.config != *name));
            names.extend(new.map(|config| Named { config, created, put_live: None }));
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
    fn what_was_put_live_counts_from_then_and_not_from_its_making() {
        let at = |second: i64| Timestamp::from_second(second).unwrap();
        let names = [("v14", 50), ("v13", 30), ("v12", 10)];
        let names = names.map(|(name, made)| Named { config: name.into(), created: Some(at(made)), put_live: None });
        let live = [("v12", 40), ("other", 20), ("ancient", 5)];
        let live = live.map(|(config, second)| Deployed { config: config.into(), at: at(second) });
        let found = merged(names.to_vec(), live.to_vec());
        let found: Vec<(&str, Option<i64>)> =
            found.iter().map(|named| (named.config.as_str(), named.put_live.map(Timestamp::as_second))).collect();
        let expected = [("v14", None), ("v12", Some(40)), ("v13", None), ("other", Some(20)), ("ancient", Some(5))];
        assert_eq!(found, expected);
    }
}
