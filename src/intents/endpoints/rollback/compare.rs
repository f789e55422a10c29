//! Comparison of a configuration with the one that serves now: its age, the values that AWS keeps, and the updates that
//! AWS refuses.

use std::collections::BTreeSet;

use super::Present;
use super::candidate::Candidate;
use crate::resources::config::ConfigVariant;

/// The age of a configuration compared with the one that serves now, by the versions that both run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Age {
    /// At least one version is older and none is newer. `alike` is true if the variants have the same names and all
    /// their versions are known; then the versions alone prove that the configuration is older.
    Older { alike: bool },
    /// It runs the same versions on other variants, or together with other versions.
    Rearranged,
    /// It runs the same versions as now.
    Same,
    /// One of its versions, `group/version`, is newer than the one that its variant runs now.
    Newer(String),
    /// The two have no group in common; the text is the first `group/version` of the candidate.
    OtherModel(String),
    /// The versions of one of the two are unknown.
    Unknown,
}

/// The groups and versions of each variant.
type Versions<'a> = Vec<(&'a ConfigVariant, Vec<(&'a str, i32)>)>;

fn versions(candidate: &Candidate) -> Versions<'_> {
    candidate.variants().map(|v| (v, candidate.versions(v))).collect()
}

fn same_group(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b)
}

/// Returns the newest version of a group that a variant runs now. If this variant does not run the group, all variants
/// count.
fn serving_version(now: &Versions<'_>, variant: &str, group: &str) -> Option<i32> {
    let newest = |versions: &[(&str, i32)]| versions.iter().filter(|(g, _)| same_group(g, group)).map(|v| v.1).max();
    let here = now.iter().filter(|(v, _)| v.name == variant).find_map(|(_, versions)| newest(versions));
    here.or_else(|| now.iter().filter_map(|(_, versions)| newest(versions)).max())
}

impl Candidate {
    /// Compares the versions of each variant and group with those that serve now.
    pub(super) fn age(&self, current: &Self) -> Age {
        if self.runs_the_same(current) {
            return Age::Same;
        }
        let (then, now) = (versions(self), versions(current));
        let all: Vec<(&str, &str, i32)> =
            then.iter().flat_map(|(v, list)| list.iter().map(|(g, n)| (v.name.as_str(), *g, *n))).collect();
        let Some(first) = all.first().filter(|_| now.iter().any(|(_, list)| !list.is_empty())) else {
            return Age::Unknown;
        };
        let beside = |(variant, group, _): &(&str, &str, i32)| serving_version(&now, variant, group);
        if all.iter().all(|v| beside(v).is_none()) {
            return Age::OtherModel(format!("{}/{}", first.1, first.2));
        }
        if let Some((_, group, version)) = all.iter().find(|v| beside(v).is_some_and(|n| v.2 > n)) {
            return Age::Newer(format!("{group}/{version}"));
        }
        let known = |list: &Versions<'_>| list.iter().all(|(_, versions)| !versions.is_empty());
        let parts = |list: &Versions<'_>| -> usize { list.iter().map(|(_, versions)| versions.len()).sum() };
        let alike = same_names(self, current)
            && (known(&then) && known(&now))
            && (parts(&then) == parts(&now) && all.iter().all(|v| beside(v).is_some()));
        if all.iter().any(|v| beside(v).is_some_and(|n| v.2 < n)) {
            return Age::Older { alike };
        }
        if alike { Age::Same } else { Age::Rearranged }
    }

    /// Returns whether the same variants run the same containers.
    fn runs_the_same(&self, current: &Self) -> bool {
        let same = |v: &ConfigVariant| {
            let now = current.variant(&v.name).and_then(|v| current.model_of(v));
            self.model_of(v).zip(now).is_some_and(|(then, now)| then.containers == now.containers)
        };
        same_names(self, current) && self.variants().all(same)
    }

    /// Checks whether AWS keeps instance counts and weights (`RetainAllVariantProperties`).
    ///
    /// # Errors
    /// The reason why it cannot: the variants have different names or another kind of capacity.
    pub(super) fn keeps_counts(&self, present: &Present) -> Result<(), &'static str> {
        let live = &present.endpoint.variants;
        let mut then: Vec<&str> = self.variants().map(|v| v.name.as_str()).collect();
        let mut now: Vec<&str> = live.iter().map(|v| v.name.as_str()).collect();
        then.sort_unstable();
        now.sort_unstable();
        if then != now {
            return Err("the variants have different names");
        }
        let same_kind = |v: &ConfigVariant| v.serverless == present.serverless(&v.name);
        if self.variants().all(same_kind) { Ok(()) } else { Err("the variants have a different kind of capacity") }
    }

    /// Returns why AWS would refuse it, or why nothing would serve. The phrase follows the name of the configuration.
    pub(super) fn obstacle(&self, present: &Present) -> Option<String> {
        let current = present.serving.as_ref();
        if self.uses_components() && !current.is_some_and(Self::uses_components) {
            return Some("names no model: nothing would serve before inference components are made".to_owned());
        }
        if self.variants().any(|v| v.serverless) && !present.any_serverless() {
            // https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints-update.html
            return Some("is serverless: AWS does not update an endpoint on instances to a serverless one".to_owned());
        }
        let asynchronous = current.map(|c| c.config.asynchronous);
        match (asynchronous, self.config.asynchronous) {
            (Some(true), false) => {
                return Some("is not asynchronous: AWS does not take AsyncInferenceConfig from an endpoint".to_owned());
            }
            (Some(false), true) => {
                return Some("is asynchronous: AWS may not make an endpoint asynchronous that was not".to_owned());
            }
            _ => {}
        }
        let missing = self.missing.first()?;
        Some(format!("has a shadow variant whose model {missing} was deleted"))
    }
}

impl Candidate {
    /// Returns the effects that an operator would not expect, as sentences.
    pub(super) fn surprises(&self, present: &Present) -> Vec<String> {
        let name = &self.config.name;
        let mut sentences = Vec::new();
        sentences.extend(self.obstacle(present).map(|why| format!("{name} {why}. AWS may refuse the update.")));
        if let Err(why) = self.keeps_counts(present) {
            sentences.push(format!("Instance counts and weights go back to what the configuration says: {why}."));
        }
        let Some(current) = &present.serving else { return sentences };
        sentences.extend(match self.age(current) {
            Age::Same => {
                let changes = self.changes(present).phrases.join(", ");
                let changes = if changes.is_empty() { "nothing".to_owned() } else { changes };
                Some(format!("It runs the same model as now; what changes: {changes}."))
            }
            Age::Newer(version) => Some(format!("{version} in it is newer than what serves now.")),
            Age::OtherModel(version) => {
                Some(format!("It runs {version}: a different model from the one that serves now."))
            }
            Age::Older { .. } | Age::Rearranged | Age::Unknown => None,
        });
        for prefix in self.variants().filter_map(|v| self.model_of(v)?.many_models()) {
            sentences.push(format!(
                "A container serves many models, the objects under {prefix}: they stay as they are, a configuration does not change them."
            ));
        }
        if self.uses_components() {
            sentences.push(
                "It names no model: inference components keep theirs, which UpdateInferenceComponent changes.".into(),
            );
        }
        let other_type = |v: &ConfigVariant| {
            let now = current.variant(&v.name).and_then(|v| v.instance_type.as_ref());
            now.is_some() && v.instance_type.is_some() && now != v.instance_type.as_ref()
        };
        if self.variants().any(other_type) {
            sentences.push(
                "The instance type changes: AWS may refuse that while Auto Scaling is registered for the variant."
                    .into(),
            );
        }
        if self.config.shadows.is_empty() && !current.config.shadows.is_empty() {
            sentences.push("The shadow variant ends: the target has none.".into());
        }
        sentences
    }
}

fn same_names(a: &Candidate, b: &Candidate) -> bool {
    let names = |candidate: &Candidate| candidate.variants().map(|v| v.name.clone()).collect::<BTreeSet<_>>();
    names(a) == names(b)
}

#[cfg(test)]
mod tests {
    use super::super::candidate::ServedModel;
    use super::super::monitoring::Monitoring;
    use super::*;
    use crate::resources::config::EndpointConfig;
    use crate::resources::endpoint::{Endpoint, Variant};
    use crate::resources::model::{Container, Model};
    use aws_sdk_sagemaker::types::ContainerDefinition;

    /// Makes a candidate from a text such as `champion=fraud/2 challenger=fraud/3`. Several containers are
    /// `prep/7+fraud/3`, an image alone is `image`, a variant without a model is `-`, a serverless variant ends with
    /// `~`.
    fn candidate(text: &str) -> Candidate {
        let mut made = Candidate::default();
        let mut variants = Vec::new();
        for word in text.split_whitespace() {
            let (name, served) = word.trim_end_matches('~').split_once('=').unwrap();
            let model = (served != "-").then(|| format!("{name}-{served}"));
            if let Some(model) = &model {
                made.models.push(served_model(model, served));
            }
            variants.push(ConfigVariant {
                name: name.into(),
                model,
                serverless: word.ends_with('~'),
                ..ConfigVariant::default()
            });
        }
        made.config = EndpointConfig { name: "c".into(), variants: Some(variants), ..EndpointConfig::default() };
        made
    }

    fn served_model(model: &str, text: &str) -> ServedModel {
        let mut served =
            ServedModel { model: Model { name: model.into(), ..Model::default() }, containers: Vec::new() };
        for part in text.split('+') {
            let package = part.contains('/').then(|| format!("arn:aws:sagemaker:r:1:model-package/{part}"));
            served.containers.push(ContainerDefinition::builder().image(part).build());
            served.model.containers.get_or_insert_default().push(Container { package, ..Container::default() });
        }
        served
    }

    fn present(text: &str) -> Present {
        let serving = candidate(text);
        let live = |v: &ConfigVariant| Variant { name: v.name.clone(), serverless: v.serverless, ..Variant::default() };
        let variants = serving.variants().map(live).collect();
        Present {
            endpoint: Endpoint { name: "e".into(), variants, ..Endpoint::default() },
            serving: Some(serving),
            monitoring: Monitoring::default(),
            scaling: Vec::new(),
        }
    }

    #[test]
    fn versions_are_compared_for_each_variant_and_group() {
        let newer = |version: &str| Age::Newer(version.into());
        let cases = [
            ("all=fraud/4", "all=fraud/3", Age::Older { alike: true }),
            ("all=fraud/4", "all=fraud/5", newer("fraud/5")),
            ("all=fraud/4", "all=fraud/4", Age::Same),
            ("all=fraud/4", "all=web/3", Age::OtherModel("web/3".into())),
            ("all=fraud/4", "all=Fraud/3", Age::Older { alike: true }),
            ("all=fraud/4", "all=image", Age::Unknown),
            ("all=image", "all=fraud/4", Age::Unknown),
            ("all=image", "all=other", Age::Unknown),
            ("all=image", "all=image", Age::Same),
            // A challenger was added, and is removed again.
            ("champion=fraud/2 challenger=fraud/3", "champion=fraud/2", Age::Rearranged),
            // The challenger was promoted; both versions served before.
            ("champion=fraud/3", "champion=fraud/2 challenger=fraud/3", Age::Older { alike: false }),
            ("all=fraud/3", "champion=fraud/2 challenger=fraud/1", Age::Older { alike: false }),
            // A newer version on one variant makes the configuration newer, whatever the others run.
            ("champion=fraud/3 challenger=fraud/4", "champion=fraud/4", newer("fraud/4")),
            ("champion=fraud/3 challenger=fraud/2", "champion=fraud/2 challenger=fraud/3", newer("fraud/3")),
            // One model has several containers.
            ("all=prep/7+fraud/3", "all=prep/7+fraud/2", Age::Older { alike: true }),
            ("all=prep/7+fraud/3", "all=prep/8+fraud/2", newer("prep/8")),
            ("all=prep/7+fraud/3", "all=fraud/3", Age::Rearranged),
            ("all=fraud/3", "all=prep/1+fraud/2", Age::Older { alike: false }),
            ("all=prep/7+image", "all=prep/6+image", Age::Older { alike: true }),
        ];
        for (now, then, expected) in cases {
            assert_eq!(candidate(then).age(&candidate(now)), expected, "{now} -> {then}");
        }
    }

    #[test]
    fn counts_are_kept_on_the_same_variants_with_the_same_kind_of_capacity() {
        let cases = [
            ("all=fraud/4", "all=fraud/3", true),
            ("all=fraud/4~", "all=fraud/3~", true),
            ("all=fraud/4~", "all=fraud/3", false),
            ("a=fraud/4 b=fraud/3", "b=fraud/3 a=fraud/2", true),
            ("a=fraud/4 b=fraud/3", "a=fraud/3", false),
            ("all=fraud/4", "other=fraud/3", false),
        ];
        for (now, then, kept) in cases {
            assert_eq!(candidate(then).keeps_counts(&present(now)).is_ok(), kept, "{now} -> {then}");
        }
    }

    #[test]
    fn a_configuration_that_aws_refuses_says_why() {
        let obstacle = |now: &str, then: &str| candidate(then).obstacle(&present(now)).unwrap_or_default();
        assert_eq!(obstacle("all=fraud/4", "all=fraud/3"), "");
        assert_eq!(obstacle("all=fraud/4~", "all=fraud/3"), "");
        assert!(obstacle("all=fraud/4", "all=fraud/3~").contains("serverless"));
        assert!(obstacle("all=fraud/4", "all=-").contains("names no model"));
        assert_eq!(obstacle("all=-", "all=-"), "");
        let mut asynchronous = present("all=fraud/4");
        asynchronous.serving.as_mut().unwrap().config.asynchronous = true;
        let why = candidate("all=fraud/3").obstacle(&asynchronous).unwrap();
        assert!(why.contains("AsyncInferenceConfig"), "{why}");
        let shadowless = Candidate { missing: vec!["old".into()], ..candidate("all=fraud/3") };
        assert!(shadowless.obstacle(&present("all=fraud/4")).unwrap().contains("old was deleted"));
    }
}
