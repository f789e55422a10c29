//! Finds the stage of an endpoint, and whether customers see it.

use super::Endpoint;
use crate::config::Model as ModelConfig;

/// Words at the end or the beginning of an endpoint's name that show its stage.
const STAGES: [&str; 16] = [
    "prod",
    "production",
    "prd",
    "live",
    "staging",
    "stage",
    "stg",
    "preprod",
    "qa",
    "test",
    "dev",
    "development",
    "canary",
    "shadow",
    "sandbox",
    "uat",
];

/// Words for stages that customers see.
const PRODUCTION: [&str; 4] = ["prod", "production", "prd", "live"];
/// Words that turn such a word into its opposite.
const NOT: [&str; 5] = ["non", "not", "no", "pre", "sub"];

/// Returns whether customers see endpoints of this stage. An empty stage counts, and so does `prod-us`, but not
/// `pre-prod`.
#[must_use]
pub fn is_production(stage: &str) -> bool {
    let any =
        |known: &[&str]| stage.split(['-', '_', '.']).any(|word| known.iter().any(|k| word.eq_ignore_ascii_case(k)));
    let elsewhere = || STAGES.iter().any(|stage| !PRODUCTION.contains(stage) && any(&[stage]));
    stage.is_empty() || any(&PRODUCTION) && !any(&NOT) && !elsewhere()
}

/// Splits the stage from a name: `recommendation-prod` → (`recommendation`, `prod`).
#[must_use]
pub fn split_stage(name: &str) -> (&str, &str) {
    match name.rsplit_once(['-', '_']) {
        Some((stem, last)) if is_stage(last) => (stem, last),
        _ => (name, ""),
    }
}

/// Splits the stage from the name of an endpoint: its last word, else its first one, as in `dev-basket`.
#[must_use]
pub fn split_any_stage(name: &str) -> (&str, &str) {
    let first = || name.split_once(['-', '_', '/']).filter(|(first, stem)| is_stage(first) && !stem.is_empty());
    match split_stage(name) {
        (_, "") => first().map_or((name, ""), |(first, stem)| (stem, first)),
        ended => ended,
    }
}

fn is_stage(word: &str) -> bool {
    STAGES.iter().any(|stage| stage.eq_ignore_ascii_case(word))
}

impl Endpoint {
    /// Returns one of its tags.
    #[must_use]
    pub fn tag(&self, key: &str) -> Option<&str> {
        self.tags.as_ref()?.get(key).map(String::as_str)
    }
    /// Returns its stage: the one that the configuration finds in its name, else that of its tag, else the last or
    /// the first word of its name.
    #[must_use]
    pub fn stage<'a>(&'a self, configured: Option<&'a str>) -> &'a str {
        configured.or_else(|| self.tag("sagemaker:deployment-stage")).unwrap_or(split_any_stage(&self.name).1)
    }
    /// Returns whether customers see it.
    #[must_use]
    pub fn is_production(&self, models: &[ModelConfig]) -> bool {
        is_production(self.stage(self.configured_stage(models)))
    }
    /// Returns its stage for what depends on a certain one, such as a freeze. It is empty, and so not known, where the
    /// configuration names none and its tags were not read.
    #[must_use]
    pub fn known_stage<'a>(&'a self, models: &'a [ModelConfig]) -> &'a str {
        let configured = self.configured_stage(models);
        if configured.is_none() && self.tags.is_none() { "" } else { self.stage(configured) }
    }
    fn configured_stage<'a>(&'a self, models: &'a [ModelConfig]) -> Option<&'a str> {
        let claim = models.iter().flat_map(|model| &model.endpoints).find(|glob| glob.matches(&self.name));
        claim.and_then(|glob| glob.stage(&self.name))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::config::{Config, Source};

    #[test]
    fn customers_see_what_is_of_production() {
        for stage in ["", "prod", "PRD", "live", "prod-us", "eu_production"] {
            assert!(is_production(stage), "{stage}");
        }
        for stage in ["staging", "us", "pre-prod", "non-prod", "preprod", "prod-canary", "prod_shadow"] {
            assert!(!is_production(stage), "{stage}");
        }
    }

    #[test]
    fn a_stage_is_what_the_configuration_the_tag_or_the_name_says() {
        let tagged = |name: &str, tag: Option<&str>| Endpoint {
            name: name.into(),
            tags: tag.map(|tag| [("sagemaker:deployment-stage".to_owned(), tag.to_owned())].into()),
            ..Endpoint::default()
        };
        for (name, tag, stage, production) in [
            ("fraud-prod", None, "prod", true),
            ("fraud_Staging", None, "Staging", false),
            ("fraud-blue", Some("staging"), "staging", false),
            ("fraud-blue", Some("prod"), "prod", true),
            ("fraud-blue", None, "", true),
            ("dev-basket", None, "dev", false),
            ("STG-Search", None, "STG", false),
            ("PRD_Search", None, "PRD", true),
            ("prod/search", None, "prod", true),
            ("prod-search-staging", None, "staging", false),
            ("dev-basket", Some("prod"), "prod", true),
            ("developers-choice", None, "", true),
            ("dev", None, "", true),
            ("dev-", None, "", true),
        ] {
            let endpoint = tagged(name, tag);
            assert_eq!((endpoint.stage(None), endpoint.is_production(&[])), (stage, production), "{name} {tag:?}");
        }
        assert_eq!(tagged("fraud-prod", None).stage(Some("canary")), "canary");
    }

    #[test]
    fn a_stem_is_the_name_without_the_stage() {
        for (name, split) in [
            ("basket-prod", ("basket", "prod")),
            ("dev-basket", ("basket", "dev")),
            ("STG_Basket-eu", ("Basket-eu", "STG")),
            ("prod-basket-dev", ("prod-basket", "dev")),
            ("basket", ("basket", "")),
        ] {
            assert_eq!(split_any_stage(name), split, "{name}");
        }
    }

    #[test]
    fn a_stage_is_not_known_before_the_tags_are_read_unless_it_is_configured() {
        let source = |text: &str| Source { file: "f".into(), text: text.into() };
        let text = "[[model]]\nname = \"fraud\"\nendpoints = [\"fraud-{stage}\"]\n";
        let models = Config::parse(&source(text)).unwrap().models;
        let tags: BTreeMap<String, String> = [("sagemaker:deployment-stage".to_owned(), "prod".to_owned())].into();
        for (name, tags, stage) in [
            ("web-test", None, ""),
            ("web-test", Some(BTreeMap::new()), "test"),
            ("web-test", Some(tags.clone()), "prod"),
            ("fraud-test", None, "test"),
            ("fraud-test", Some(tags), "test"),
        ] {
            let endpoint = Endpoint { name: name.into(), tags: tags.clone(), ..Endpoint::default() };
            assert_eq!(endpoint.known_stage(&models), stage, "{name} {tags:?}");
        }
    }
}
