//! Patterns on names: `*` matches anything, `?` matches one character, `{stage}` matches a word and keeps it.

use regex_lite::{Regex, escape};
use serde::Deserialize;

/// The only part of a name that a pattern can keep.
const STAGE: &str = "{stage}";

/// A pattern that is compared with whole names.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "String")]
pub struct Glob {
    text: String,
    regex: Regex,
}

impl PartialEq for Glob {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Glob {}

impl Glob {
    /// Returns the pattern as it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the literal text at the start of the pattern. Every matching name begins with it.
    #[must_use]
    pub fn beginning(&self) -> &str {
        self.text.split(['*', '?', '{']).next().unwrap_or_default()
    }

    /// Returns whether the whole name matches.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        name.starts_with(self.beginning()) && self.regex.is_match(name)
    }

    /// Returns the part of the name that `{stage}` matches, when the whole name matches and the pattern has one.
    #[must_use]
    pub fn stage<'n>(&self, name: &'n str) -> Option<&'n str> {
        Some(self.regex.captures(name)?.name("stage")?.as_str())
    }
}

impl TryFrom<String> for Glob {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text.is_empty() {
            return Err("an empty pattern matches nothing".to_owned());
        }
        if text.replace(STAGE, "").contains(['{', '}']) {
            return Err(format!("{text:?} is not a pattern; the only word in braces is {STAGE}"));
        }
        if text.matches(STAGE).count() > 1 {
            return Err(format!("{text:?} has more than one {STAGE}"));
        }
        // Each star matches as little as possible, so that `{stage}` is as short as possible.
        let regex = escape(&text).replace(&escape(STAGE), "(?<stage>.+?)").replace(r"\*", ".*?").replace(r"\?", ".");
        let regex = Regex::new(&format!("(?s)^{regex}$")).map_err(|_| format!("{text:?} is too long for a pattern"))?;
        Ok(Self { text, regex })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn glob(text: &str) -> Glob {
        Glob::try_from(text.to_owned()).unwrap()
    }

    #[test]
    fn which_names_match() {
        let cases = [
            ("demand-*", "demand-forecast", true),
            ("demand-*", "demand-", true),
            ("demand-*", "on-demand-x", false),
            ("sev?-forecast-*", "sev1-forecast-mape", true),
            ("sev?-forecast-*", "sev-forecast-mape", false),
            ("*", "", true),
            ("a*b*c", "aXbYbZc", true),
            ("a*b*c", "aXbYbZ", false),
            ("exact", "exact", true),
            ("exact", "exactly", false),
            ("arn:aws:sns:*:*:oncall-page", "arn:aws:sns:eu-west-1:123456789012:oncall-page", true),
            ("m?dell", "mødell", true),
        ];
        for (pattern, name, wanted) in cases {
            assert_eq!(glob(pattern).matches(name), wanted, "{pattern} {name}");
        }
    }

    #[test]
    fn what_the_stage_is() {
        let stage = |pattern: &str, name: &'static str| glob(pattern).stage(name);
        assert_eq!(stage("demand-{stage}", "demand-prod"), Some("prod"));
        assert_eq!(stage("{stage}-demand-*", "prod-eu-demand-v1"), Some("prod-eu"));
        assert_eq!(stage("demand-{stage}", "demand-"), None);
        assert_eq!(stage("demand-*", "demand-prod"), None);
        assert_eq!(stage("*-{stage}", "größe-übung"), Some("übung"));
    }

    #[test]
    fn what_every_match_begins_with() {
        for (pattern, beginning) in [("demand-*", "demand-"), ("de?and", "de"), ("{stage}-x", ""), ("exact", "exact")] {
            assert_eq!(glob(pattern).beginning(), beginning);
        }
    }

    #[test]
    fn many_stars_stay_cheap() {
        let pattern = glob(&"*a".repeat(40));
        assert!(!pattern.matches(&"a".repeat(39)));
        assert!(!pattern.matches(&format!("{}b", "a".repeat(200))));
    }

    #[test]
    fn what_is_no_pattern() {
        for text in ["", "{region}", "a{", "}", "{stage}-{stage}"] {
            assert!(Glob::try_from(text.to_owned()).is_err(), "{text:?}");
        }
    }
}
