//! The verdicts of AWS Config on an endpoint: the rules that its configuration and its models do not meet.
//!
//! AWS Config knows configurations of endpoints and models, and no endpoints. It is asked when an endpoint is looked at, and
//! never otherwise. The facts about it are in `docs/aws.md#compliance`.

use std::collections::BTreeSet;

use aws_sdk_config::types::EvaluationResult;
use serde::{Deserialize, Serialize};

use crate::aws::{Aws, AwsError, failed, pages};
use crate::health::Health;
use crate::resources::on_demand::{self, keep};
use crate::resources::{Cadence, Kind, Listing, Observed, Properties, Resource, Store, Table, Turn};

/// The most models of a configuration that are asked for.
const MODELS: usize = 5;
/// The most pages of results that are read of one thing.
const PAGES: usize = 3;

/// What the rules say of a configuration of endpoints and of its models.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Compliance {
    /// The name of the configuration: the id.
    pub config: String,
    /// The rules that are not met.
    pub unmet: Vec<Unmet>,
    /// The number of results that say that a rule is met.
    pub met: usize,
    /// What could not be read, each with the reason.
    pub problems: Vec<String>,
}

/// A rule that is not met.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct Unmet {
    /// Its name.
    pub rule: String,
    /// What does not meet it: `configuration NAME` or `model NAME`.
    pub of: String,
    /// What the rule says about it, if it says anything.
    pub why: Option<String>,
}

/// A thing that AWS Config may know.
#[derive(Debug, Clone)]
struct Known {
    /// The type that AWS Config has for it.
    kind: &'static str,
    /// What it is, and its name.
    words: String,
    /// The ids that it may have there: its name, and its ARN. AWS does not document which.
    ids: Vec<String>,
}

impl Compliance {
    /// Asks for a configuration and its models. What cannot be read is a problem of its own.
    ///
    /// # Errors
    /// An error that every call would have now.
    async fn of(aws: &Aws, config: String, things: Vec<Known>) -> Result<Self, AwsError> {
        let mut row = Self { config, ..Self::default() };
        for thing in things {
            let answer = evaluations(aws, &thing).await;
            if let Some((results, more)) = keep(&mut row.problems, &thing.words, answer)? {
                row.add(&thing.words, results);
                row.problems.extend(more.then(|| format!("{}: more results than were read", thing.words)));
            }
        }
        row.unmet.sort();
        Ok(row)
    }
    fn add(&mut self, words: &str, results: Vec<EvaluationResult>) {
        for result in results {
            let Some(verdict) = result.compliance_type else { continue };
            match verdict.as_str() {
                "COMPLIANT" => self.met += 1,
                "NON_COMPLIANT" => {
                    let rule = result.evaluation_result_identifier.and_then(|id| id.evaluation_result_qualifier);
                    let rule =
                        rule.and_then(|rule| rule.config_rule_name).unwrap_or_else(|| "a rule without a name".into());
                    self.unmet.push(Unmet { rule, of: words.to_owned(), why: result.annotation });
                }
                _ => {}
            }
        }
    }
    /// Describes it in a few words. Where no rule looks at anything, it does not say that all is well.
    #[must_use]
    pub fn in_words(&self) -> String {
        let told = |unmet: &Unmet| match &unmet.why {
            Some(why) => format!("{} ({}: {why})", unmet.rule, unmet.of),
            None => format!("{} ({})", unmet.rule, unmet.of),
        };
        match (self.unmet.as_slice(), self.met) {
            ([], 0) if self.problems.is_empty() => "no rule has judged its configuration or its models".to_owned(),
            ([], 0) => "not known".to_owned(),
            ([], 1) => "the rule that judged it is met".to_owned(),
            ([], met) => format!("the {met} rules that judged it are met"),
            (unmet, _) => {
                format!("rules that are not met: {}", unmet.iter().map(told).collect::<Vec<_>>().join(", "))
            }
        }
    }
}

/// Reads what the rules say of a thing, and whether they say more. The first id that any rule knows counts.
async fn evaluations(aws: &Aws, thing: &Known) -> Result<(Vec<EvaluationResult>, bool), AwsError> {
    for id in &thing.ids {
        let (results, more) = pages(PAGES, async |token| {
            let request = aws.config_service.get_compliance_details_by_resource();
            let request = request.resource_type(thing.kind).resource_id(id).set_next_token(token);
            let page = request.send().await.map_err(failed)?;
            Ok((page.evaluation_results.unwrap_or_default(), page.next_token))
        })
        .await?;
        if !results.is_empty() {
            return Ok((results, more));
        }
    }
    Ok((Vec::new(), false))
}

impl Resource for Compliance {
    const KIND: Kind = Kind::Compliances;
    const CADENCE: Cadence = Cadence::Rare;
    const OPTIONAL: bool = true;
    const ON_DEMAND: bool = true;
    const WINDOWED: bool = true;
    const AFTER: &'static [Kind] = &[Kind::Configs];
    fn id(&self) -> &str {
        &self.config
    }
    fn health(&self) -> Health {
        match (self.unmet.is_empty(), self.problems.is_empty()) {
            (false, _) => Health::Warning,
            (true, false) => Health::Unknown,
            (true, true) if self.met == 0 => Health::Absent,
            (true, true) => Health::Ok,
        }
    }
    fn summary(&self) -> String {
        self.in_words()
    }
    fn properties(&self, all: &mut Properties) {
        all.text("AWS Config", &*self.in_words());
        for problem in &self.problems {
            all.warning("not read", &**problem);
        }
    }
    fn due(observed: &Observed, known: &Table<Self>) -> bool {
        on_demand::is_due(known, &looked_at(observed), observed.at)
    }
    async fn read(aws: &Aws, observed: &Observed, turn: Turn<'_, Self>) -> Result<Listing<Self>, AwsError> {
        let read = async |config: String| {
            let (things, left) = things(&observed.store, &config);
            let row = Self::of(aws, config, things).await;
            row.map(|mut row| {
                row.problems.extend((left > 0).then(|| format!("{left} more models of it were not asked for")));
                row
            })
        };
        Ok(on_demand::read_each(turn.known, looked_at(observed), observed.at, read).await)
    }
}

/// Returns the configuration that an endpoint runs, or the one that is looked at itself.
#[must_use]
pub fn config_of(store: &Store, kind: Kind, id: &str) -> Option<String> {
    if kind == Kind::Endpoints {
        return store.endpoints.get(id)?.config.clone();
    }
    (kind == Kind::Configs).then(|| id.to_owned())
}

/// Returns the configuration that is looked at. Its models are known from its description.
fn looked_at(observed: &Observed) -> BTreeSet<String> {
    let (store, subject) = (&observed.store, observed.focus.subject.as_ref());
    let config = subject.and_then(|(kind, id)| config_of(store, *kind, id));
    let described = |config: &String| store.configs.get(config).is_some_and(|row| row.variants.is_some());
    config.filter(described).into_iter().collect()
}

/// Returns a configuration and its models as AWS Config may know them, and how many models are left out.
fn things(store: &Store, config: &str) -> (Vec<Known>, usize) {
    let known = |kind, word: &str, name: &str, arn: Option<&String>| {
        let ids = std::iter::once(name.to_owned()).chain(arn.filter(|arn| !arn.is_empty()).cloned()).collect();
        Known { kind, words: format!("{word} {name}"), ids }
    };
    let row = store.configs.get(config);
    let own = known("AWS::SageMaker::EndpointConfig", "configuration", config, row.map(|row| &row.arn));
    let mut names: Vec<&str> = row.into_iter().flat_map(crate::resources::config::EndpointConfig::models).collect();
    names.sort_unstable();
    names.dedup();
    let model =
        |name: &&str| known("AWS::SageMaker::Model", "model", name, store.models.get(name).map(|model| &model.arn));
    let things = std::iter::once(own).chain(names.iter().take(MODELS).map(model)).collect();
    (things, names.len().saturating_sub(MODELS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_which_rules_are_not_met_and_never_that_all_is_well_where_none_judged() {
        let unmet = |why: Option<&str>| Unmet {
            rule: "kms-key".into(),
            of: "configuration fraud-2".into(),
            why: why.map(str::to_owned),
        };
        let row = |unmet: Vec<Unmet>, met, problems: &[&str]| Compliance {
            unmet,
            met,
            problems: problems.iter().map(|&problem| problem.to_owned()).collect(),
            ..Compliance::default()
        };
        let cases = [
            (row(vec![], 0, &[]), "no rule has judged its configuration or its models", Health::Absent),
            (row(vec![], 0, &["x: denied"]), "not known", Health::Unknown),
            (row(vec![], 1, &[]), "the rule that judged it is met", Health::Ok),
            (row(vec![], 2, &["x: denied"]), "the 2 rules that judged it are met", Health::Unknown),
            (
                row(vec![unmet(Some("no key")), unmet(None)], 2, &[]),
                "rules that are not met: kms-key (configuration fraud-2: no key), kms-key (configuration fraud-2)",
                Health::Warning,
            ),
        ];
        for (row, words, health) in cases {
            assert_eq!((row.in_words().as_str(), row.health()), (words, health), "{row:?}");
        }
    }
}
