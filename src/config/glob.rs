//! Patterns on names: `*` for anything, `?` for one character, `{stage}` for a word to keep.

use std::collections::HashSet;

use serde::Deserialize;

/// The only part of a name that a pattern can keep.
const STAGE: &str = "{stage}";

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Piece {
    Is(char),
    One,
    Any,
    Stage,
}

/// A name that matched.
#[derive(Debug, Clone, Copy, Default)]
struct Found {
    /// Bytes of the name that stand in place of `{stage}`.
    stage: Option<(usize, usize)>,
}

/// A pattern that a whole name matches or does not.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct Glob {
    text: String,
    pieces: Vec<Piece>,
}

impl Glob {
    /// The pattern as it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What every name that matches begins with: the pattern up to the first that is no letter of its own.
    #[must_use]
    pub fn beginning(&self) -> &str {
        self.text.split(['*', '?', '{']).next().unwrap_or_default()
    }

    /// Does the whole name match?
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// What stands in place of `{stage}`, when the whole name matches and the pattern has one.
    #[must_use]
    pub fn stage<'n>(&self, name: &'n str) -> Option<&'n str> {
        let (start, end) = self.find(name)?.stage?;
        name.get(start..end)
    }

    fn find(&self, name: &str) -> Option<Found> {
        let mut failed = HashSet::new();
        walk(&self.pieces, name, 0, &mut failed)
    }
}

/// Matches the pieces with a name from some byte on. Where a star failed once it is not tried
/// again, so that a pattern of many stars stays cheap.
fn walk(pieces: &[Piece], name: &str, at: usize, failed: &mut HashSet<(usize, usize)>) -> Option<Found> {
    let rest = name.get(at..)?;
    let Some((piece, after)) = pieces.split_first() else {
        return rest.is_empty().then_some(Found::default());
    };
    let star = matches!(piece, Piece::Any | Piece::Stage);
    if star && failed.contains(&(pieces.len(), at)) {
        return None;
    }
    let next = rest.chars().next();
    let found = match piece {
        Piece::Is(c) => next.filter(|n| n == c).and_then(|n| walk(after, name, at + n.len_utf8(), failed)),
        Piece::One => next.and_then(|n| walk(after, name, at + n.len_utf8(), failed)),
        Piece::Any | Piece::Stage => {
            let is_stage = *piece == Piece::Stage;
            let ends = rest.char_indices().map(|(i, _)| at + i).chain([name.len()]).skip(usize::from(is_stage));
            ends.into_iter().find_map(|end| {
                let kept = walk(after, name, end, failed)?;
                Some(if is_stage { Found { stage: Some((at, end)) } } else { kept })
            })
        }
    };
    if star && found.is_none() {
        failed.insert((pieces.len(), at));
    }
    found
}

impl TryFrom<String> for Glob {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut rest = text.as_str();
        while let Some(c) = rest.chars().next() {
            if let Some(after) = rest.strip_prefix(STAGE) {
                pieces.push(Piece::Stage);
                rest = after;
                continue;
            }
            pieces.push(match c {
                '*' => Piece::Any,
                '?' => Piece::One,
                '{' | '}' => {
                    return Err(format!("{text:?} is not a pattern; the only word in braces is {STAGE}"));
                }
                c => Piece::Is(c),
            });
            rest = rest.get(c.len_utf8()..).unwrap_or_default();
        }
        if pieces.is_empty() {
            return Err("an empty pattern matches nothing".to_owned());
        }
        if pieces.iter().filter(|p| **p == Piece::Stage).count() > 1 {
            return Err(format!("{text:?} has more than one {STAGE}"));
        }
        Ok(Self { text, pieces })
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
