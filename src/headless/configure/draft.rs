//! The configuration of an account as it was found, with comments.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::written::{comment, list, table, text};
use crate::aws::AwsError;
use crate::config::{Family, Glob};
use crate::headless::Look;
use crate::model::Chain;
use crate::resources::arn_name;
use crate::resources::dataset::Role;
use crate::resources::metric::CustomMetric;

/// The most alarms, metrics or names of one list. The rest is counted.
const MOST: usize = 40;

/// The settings of the whole program, to be chosen from.
const HEAD: &str = r#"
# theme = "dark"            # `T` in the console shows all themes
# confirm = "type"          # "confirm": a key instead of the typed name
# max_cost_per_day = 1.0    # dollars that metrics may cost
# read_only = true

# [[freeze]]                # a time in which nothing is sent
# name = "weekend"
# days = ["sat", "sun"]
"#;

/// What a location needs that AWS does not know.
const AGE: &str = "# max_age = \"26h\"          # how old the newest data may be\n";

/// Returns the text of the configuration.
pub(super) fn draft(look: &Look, metrics: &Result<(Vec<CustomMetric>, bool), AwsError>) -> String {
    let mut written = head(look, metrics);
    let found = metrics.as_ref().map(|(found, _)| found.as_slice()).unwrap_or_default();
    let mut claimed = BTreeSet::new();
    // The names are unique: the joins make one model of each.
    let mut chains: Vec<&Chain> = look.joined.chains().iter().collect();
    chains.sort_by_key(|chain| chain.name);
    for chain in chains {
        let own: Vec<&CustomMetric> = found.iter().filter(|metric| is_of(metric, chain)).collect();
        claimed.extend(own.iter().copied());
        written += &model(look, chain, &own);
    }
    let rest: Vec<&CustomMetric> = found.iter().filter(|metric| !claimed.contains(metric)).collect();
    written + &unclaimed(look, &rest)
}

fn head(look: &Look, metrics: &Result<(Vec<CustomMetric>, bool), AwsError>) -> String {
    let account = look.store().identity.rows().next().map_or("unknown", |me| me.account.as_str());
    let minute = look.observed.at.strftime("%Y-%m-%d %H:%M UTC");
    let mut head = format!(
        "# What sagetop found in account {} in {}, {minute}.\n\
         # It says what AWS tells. Names, bounds and ages are yours to add; what you delete is found all the same.\n\
         # All settings: docs/configuration.md\n",
        text(account),
        text(&look.aws.region),
    );
    let mut unread: Vec<String> =
        look.store().troubles().into_iter().map(|(kind, why)| format!("{}: {why}", kind.name())).collect();
    let late = look.store().sources().into_iter().filter(|source| {
        source.error.is_none() && (source.capped || source.more || matches!(source.state, "waiting" | "saved"))
    });
    unread.extend(late.map(|source| format!("{}: not all of it was read in the time", source.kind.name())));
    match metrics {
        Err(why) => unread.push(why.to_string()),
        Ok((_, true)) => unread.push("there are more metrics than were listed".to_owned()),
        Ok((_, false)) => {}
    }
    if !unread.is_empty() {
        head += "#\n# Not everything could be read, so something may be missing here:\n";
        head += &unread.iter().map(|why| ["#   ", &text(why), "\n"].concat()).collect::<String>();
    }
    head + HEAD
}

/// Returns whether a dimension of a metric names the model, its group or one of its endpoints.
fn is_of(metric: &CustomMetric, chain: &Chain) -> bool {
    let mut values = metric.dimensions.iter().map(|(_, value)| value);
    let named = |value: &String| {
        let endpoint = || chain.serving.iter().any(|serving| serving.endpoint == value);
        value.eq_ignore_ascii_case(chain.name) || chain.group == Some(value.as_str()) || endpoint()
    };
    values.any(named)
}

fn model(look: &Look, chain: &Chain, metrics: &[&CustomMetric]) -> String {
    let mut written = format!("\n[[model]]\nname = {}\n", text(chain.name));
    if let Some(group) = chain.group {
        let _ = writeln!(written, "group = {}", text(group));
    }
    let alarms = look.store().alarms.rows().filter(|alarm| chain.alarms.contains(&alarm.name.as_str()));
    let alarms: Vec<String> = alarms.filter(|alarm| !alarm.scaling()).map(|alarm| literal(&alarm.name)).collect();
    let lists = [
        ("pipelines", chain.pipelines.iter().map(|name| literal(name)).collect()),
        ("endpoints", endpoints(look, chain)),
        ("alarms", alarms),
        ("codepipeline", deliveries(chain)),
    ];
    for (setting, names) in lists.iter().filter(|(_, names)| !names.is_empty()) {
        let _ = writeln!(written, "{setting} = {}", list(names.iter().take(MOST).map(String::as_str)));
        if let Some(more) = names.len().checked_sub(MOST).filter(|more| *more > 0) {
            let _ = writeln!(written, "# {more} more {setting} were found");
        }
    }
    written += "# runbook_url = \"https://…\"\n";
    written + &judged(metrics) + &data(look, chain)
}

/// Returns a name as a pattern that matches it. Braces and stars have another meaning in patterns.
fn literal(name: &str) -> String {
    name.replace(['{', '}', '*'], "?")
}

/// Returns the names of the endpoints. Those whose names contain their stages share a pattern, unless that would also
/// match endpoints of other models, or find another stage in the name of one.
fn endpoints(look: &Look, chain: &Chain) -> Vec<String> {
    let own: BTreeSet<(&str, &str)> = chain.serving.iter().map(|serving| (serving.endpoint, serving.stage)).collect();
    let pattern = |stage: &str, name: &str| {
        let (before, after) = around_word(name, stage)?;
        let pattern = format!("{before}{{stage}}{after}");
        let glob = Glob::try_from(pattern.clone()).ok()?;
        let all = look.store().endpoints.rows();
        let mut matched = all.filter_map(|e| Some((e.name.as_str(), glob.stage(&e.name)?)));
        matched.all(|found| own.contains(&found)).then_some(pattern)
    };
    let named = chain
        .serving
        .iter()
        .map(|serving| pattern(serving.stage, serving.endpoint).unwrap_or_else(|| serving.endpoint.to_owned()));
    named.collect::<BTreeSet<String>>().into_iter().collect()
}

/// Returns what is before and after a word of a name; the last one, if the name has it twice. A name that is only the
/// word has nothing around it.
fn around_word<'n>(name: &'n str, word: &str) -> Option<(&'n str, &'n str)> {
    let mut found = name.rmatch_indices(word).filter(|_| !word.is_empty());
    found.find_map(|(at, _)| {
        let (before, after) = (name.get(..at)?, name.get(at + word.len()..)?);
        let whole =
            (before.is_empty() || before.ends_with(['-', '_'])) && (after.is_empty() || after.starts_with(['-', '_']));
        (whole && before.len() + after.len() > 0).then_some((before, after))
    })
}

/// Returns the pipelines of `CodePipeline` that deploy the model.
#[cfg(feature = "codepipeline")]
fn deliveries(chain: &Chain) -> Vec<String> {
    let things = chain.attached_things().filter(|(kind, _)| *kind == crate::resources::Kind::DeploymentPipelines);
    things.map(|(_, id)| id.to_owned()).collect()
}

/// Returns nothing: this build does not read them.
#[cfg(not(feature = "codepipeline"))]
fn deliveries(_: &Chain) -> Vec<String> {
    Vec::new()
}

/// Returns the metrics of a model: those of a family with its name, the others as comments, as nothing says yet which
/// values are bad. A family with bounds in percent is a comment, too: AWS does not tell the unit, and a bound of 15 %
/// would call an RMSE of 42 units bad.
fn judged(metrics: &[&CustomMetric]) -> String {
    let names: Vec<&str> = metrics.iter().map(|metric| metric.name.as_str()).collect();
    let family = Family::of_metrics(&names);
    let first = family.and_then(|family| metrics.iter().find(|metric| family.has(&metric.name)));
    let mut written = match (family, first) {
        (Some(family), Some(metric)) => {
            let own = list(names.iter().copied().filter(|name| family.has(name)));
            let place = format!("namespace = {}\ndimensions = {}\n", text(&metric.namespace), dimensions(metric));
            let family_line = format!("family = {}  # brings bounds for: {own}\n", text(&family.to_string()));
            if family.needs_shares() {
                let unit = "unit = \"percent\"       # or \"fraction\", where 15 % is published as 0.15\n";
                let why = "# If these metrics are shares, uncomment the next lines. Their bounds are in percent.\n";
                why.to_owned() + &comment(&(family_line + unit + &place))
            } else {
                family_line + &place
            }
        }
        _ => "# family = \"forecast\"     # or segmentation, recommendation: brings metrics and bounds\n".to_owned(),
    };
    let covered = |metric: &CustomMetric| {
        let alike = first.is_some_and(|f| (&f.namespace, &f.dimensions) == (&metric.namespace, &metric.dimensions));
        alike && family.is_some_and(|family| family.has(&metric.name))
    };
    for metric in metrics.iter().filter(|metric| !covered(metric)).take(MOST) {
        let block = format!(
            "[[model.metric]]\nlabel = {0}\nnamespace = {1}\nname = {0}\ndimensions = {2}\ncompare = \">\"\nthreshold = 0.0",
            text(&metric.name),
            text(&metric.namespace),
            dimensions(metric),
        );
        written += "\n";
        written += &comment(&block);
    }
    written
}

fn dimensions(metric: &CustomMetric) -> String {
    table(metric.dimensions.iter().cloned().collect::<BTreeMap<_, _>>().iter())
}

/// Returns the locations that training reads, without those that a run wrote for itself, and the feature groups.
fn data(look: &Look, chain: &Chain) -> String {
    let store = look.store();
    let runs: Vec<&str> = store.executions.rows().map(|execution| arn_name(&execution.arn)).collect();
    let stores: Vec<&str> = store.feature_groups.rows().filter_map(|group| group.offline_uri.as_deref()).collect();
    let locations = chain.datasets.iter().filter_map(|uri| store.datasets.get(uri)).filter(|set| {
        let of_run = runs.iter().any(|run| set.uri.contains(run));
        let of_group = stores.iter().any(|store| store.trim_end_matches('/') == set.uri.trim_end_matches('/'));
        set.role == Role::Data && !of_run && !of_group && !set.empty && !set.uri.contains(['{', '}'])
    });
    let location = |uri: &str| format!("\n[[model.data]]\nkind = \"s3\"\nuri = {}\n{AGE}", text(uri));
    let group = |name: &&str| format!("\n[[model.data]]\nkind = \"feature_group\"\nuri = {}\n", text(name));
    let locations: String = locations.map(|set| location(&set.uri)).collect();
    locations + &chain.feature_groups.iter().map(group).collect::<String>()
}

/// Names what belongs to no model yet: alarms, and namespaces with the number of their metrics.
fn unclaimed(look: &Look, metrics: &[&CustomMetric]) -> String {
    let claimed: BTreeSet<&str> = look.joined.chains().iter().flat_map(|chain| chain.alarms.iter().copied()).collect();
    let alarms = look.store().alarms.rows().filter(|alarm| !alarm.scaling() && !claimed.contains(alarm.name.as_str()));
    let alarms: Vec<&str> = alarms.map(|alarm| alarm.name.as_str()).collect();
    let mut namespaces: BTreeMap<&str, usize> = BTreeMap::new();
    for metric in metrics {
        *namespaces.entry(&metric.namespace).or_default() += 1;
    }
    let mut written = String::new();
    if !alarms.is_empty() {
        let _ = writeln!(written, "\n# {} alarms belong to no model; name them in alarms of one:", alarms.len());
        written += &comment(&list(alarms.into_iter().take(MOST)));
    }
    if !namespaces.is_empty() {
        written += "\n# Metrics that belong to no model, by namespace:\n";
        written += &namespaces
            .iter()
            .map(|(name, count)| ["#   ", &text(name), ": ", &count.to_string(), "\n"].concat())
            .collect::<String>();
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_is_a_whole_word_of_a_name() {
        let cases = [
            ("demand-prod", "prod", Some(("demand-", ""))),
            ("prod-demand", "prod", Some(("", "-demand"))),
            ("eu_prod_demand", "prod", Some(("eu_", "_demand"))),
            ("prod-demand-prod", "prod", Some(("prod-demand-", ""))),
            ("product-prod-x", "prod", Some(("product-", "-x"))),
            ("product-demand", "prod", None),
            ("prod", "prod", None),
            ("demand", "", None),
        ];
        for (name, stage, around) in cases {
            assert_eq!(around_word(name, stage), around, "{name} {stage}");
        }
    }
}
