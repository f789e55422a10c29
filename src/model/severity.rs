//! The severity of an alarm. `CloudWatch` has no field for it, so it comes from the configuration, the name or the
//! description.

use std::iter;

use crate::config::{Glob, Severity};
use crate::model::Health;
use crate::resources::alarm::Alarm;

/// The tier of an alarm whose text says that it is not critical.
const HARMLESS: &str = "non-critical";

/// Returns the tier of an alarm (`sev1`, `p2`, `critical`, `non-critical`, …), or `None` if nothing names one.
///
/// The patterns of the configuration come first, then words of the name, then words of the description.
#[must_use]
pub fn tier(configured: &[(Glob, Severity)], alarm: &Alarm) -> Option<String> {
    let named = |glob: &Glob| glob.matches(&alarm.name) || alarm.actions.iter().any(|a| glob.matches(a));
    let by_config = configured.iter().find(|(glob, _)| named(glob));
    by_config
        .map(|(_, severity)| severity.to_string())
        .or_else(|| first_tier(&alarm.name))
        .or_else(|| first_tier(&alarm.description))
}

/// Returns the health of a model while an alarm of this tier fires. The highest tiers break the model, the others
/// degrade it.
#[must_use]
pub fn weight(tier: &str) -> Health {
    match tier.to_ascii_lowercase().as_str() {
        "sev0" | "sev1" | "sev2" | "p0" | "p1" | "p2" | "critical" | "crit" => Health::Critical,
        _ => Health::Warning,
    }
}

/// Returns the level of a tier, to sort by: 0 is the highest. A word that is no number is between the tiers that weigh as
/// much.
#[must_use]
pub fn level(tier: &str) -> u8 {
    let number = tier.chars().next_back().and_then(|last| last.to_digit(10)).and_then(|n| u8::try_from(n).ok());
    number.unwrap_or(if weight(tier) == Health::Critical { 1 } else { 4 })
}

/// One word of a text in lower case, and the characters between it and the word before.
#[derive(Debug)]
struct Word {
    gap: String,
    text: String,
}

impl Word {
    /// Does a dot alone join it to the word before, as in `ml.p3`?
    fn dotted(&self) -> bool {
        self.gap == "."
    }
}

/// Splits a text into words: runs of letters and digits. `NonCritical` is two words.
fn words(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let (mut gap, mut before) = (String::new(), None);
    for c in text.chars() {
        let humped = c.is_uppercase() && before.is_some_and(|b: char| b.is_lowercase() || b.is_numeric());
        if !c.is_alphanumeric() {
            gap.push(c);
        } else if let Some(word) = words.last_mut().filter(|_| gap.is_empty() && !humped) {
            word.text.extend(c.to_lowercase());
        } else {
            words.push(Word { gap: std::mem::take(&mut gap), text: c.to_lowercase().collect() });
        }
        before = Some(c);
    }
    words
}

/// Returns the first tier that a text names.
fn first_tier(text: &str) -> Option<String> {
    let words = words(text);
    (0..words.len()).find_map(|place| {
        let (before, rest) = words.split_at_checked(place)?;
        let tier = tier_of(before, rest)?;
        match (is_denied(before, rest), tier.as_str()) {
            (false, _) => Some(tier),
            (true, "critical") => Some(HARMLESS.to_owned()),
            (true, _) => None,
        }
    })
}

/// Returns the tier that the first of these words begins.
fn tier_of(before: &[Word], rest: &[Word]) -> Option<String> {
    let word = rest.first()?.text.as_str();
    match word {
        "critical" | "warning" | "warn" => return Some(word.to_owned()),
        "crit" => return Some("critical".to_owned()),
        "uncritical" | "noncritical" => return Some(HARMLESS.to_owned()),
        _ => {}
    }
    for (name, tier) in [("severity", "sev"), ("sev", "sev"), ("priority", "p"), ("prio", "p"), ("p", "p")] {
        let Some(number) = word.strip_prefix(name) else { continue };
        if is_level(number) {
            return (name != "p" || !is_instance(before, rest)).then(|| format!("{tier}{number}"));
        }
        if number.is_empty() && name != "p" {
            return Some(format!("{tier}{}", level_after(rest)?));
        }
    }
    None
}

fn is_level(text: &str) -> bool {
    matches!(text, "0" | "1" | "2" | "3" | "4" | "5")
}

/// Returns the level after a word such as `severity`: `severity: 2`, `SEV 1`, `priority level 1`, but not
/// `severity 2.5`.
fn level_after(rest: &[Word]) -> Option<&str> {
    let mut following = rest.iter().skip(1).skip_while(|word| matches!(word.text.as_str(), "level" | "is" | "of"));
    let level = following.next().filter(|word| is_level(&word.text))?;
    let fraction = following.next().is_some_and(|word| word.dotted() && word.text.starts_with(char::is_numeric));
    (!fraction).then_some(level.text.as_str())
}

/// Is a word such as `p2` or `p3` a family of instances here: `ml.p2.xlarge`, `p3-16xlarge`, `P3 instances`?
fn is_instance(before: &[Word], rest: &[Word]) -> bool {
    let Some(family) = rest.first() else { return false };
    let sold = family.dotted() && before.last().is_some_and(|word| word.text == "ml");
    let sized = rest.get(1).is_some_and(|next| {
        let named =
            matches!(next.text.as_str(), "instance" | "instances" | "family" | "node" | "nodes" | "gpu" | "gpus");
        let size = next.text.ends_with("xlarge") || matches!(next.text.as_str(), "large" | "metal");
        size || named
            && next.gap.chars().all(char::is_whitespace)
            && !matches!(family.text.as_str(), "p0" | "p1" | "p4")
    });
    sold || sized
}

/// Does the text negate the tier: `non-critical`, `not critical`, `isn't a P1`?
fn is_denied(before: &[Word], rest: &[Word]) -> bool {
    let gaps = iter::once(rest.first()).flatten().chain(before.iter().rev()).map(|word| word.gap.as_str());
    // A negation does not reach into a new sentence: `No data. Critical`.
    let joined = |gap: &str| !gap.contains(['.', ':', ';', '!', '?', ',', '(', ')', '/', '|']);
    let near = before.iter().rev().zip(gaps).take_while(|(_, gap)| joined(gap)).map(|(word, _)| word.text.as_str());
    let mut near = near
        .skip_while(|word| matches!(*word, "a" | "an" | "the" | "so" | "very" | "that" | "yet" | "really" | "longer"));
    // `isn't` is two words.
    matches!(near.next(), Some("non" | "not" | "no" | "un" | "sub" | "never" | "t" | "isnt" | "less"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alarm(name: &str, description: &str) -> Alarm {
        Alarm { name: name.into(), description: description.into(), ..Alarm::default() }
    }

    #[test]
    fn a_tier_is_a_whole_word_of_the_name_or_the_description() {
        let cases = [
            ("P1-recommendation-ctr", "", Some("p1")),
            ("prod-p1-latency", "", Some("p1")),
            ("team.p1.errors", "", Some("p1")),
            ("ml-p1-latency", "", Some("p1")),
            ("FraudSev1Latency", "", Some("sev1")),
            ("fraud-Critical", "", Some("critical")),
            ("fraud_SEV_2_errors", "", Some("sev2")),
            ("forecast-mape", "Severity: sev3, tells the team", Some("sev3")),
            ("x", "sev-1", Some("sev1")),
            ("x", "SEV 1: call ops", Some("sev1")),
            ("x", "severity: 2", Some("sev2")),
            ("x", "severity level 2", Some("sev2")),
            ("x", "Severity=critical", Some("critical")),
            ("x", "priority 1", Some("p1")),
            ("x", "Prio2", Some("p2")),
            ("x", "P1: page at once.", Some("p1")),
            ("x", "CRIT: the disk is full", Some("critical")),
            ("x", "This is a P1.", Some("p1")),
            ("x", "P1 instance is down", Some("p1")),
            ("ap1-gateway", "", None),
            ("sev12-x", "p99 latency, p50, P10", None),
            ("x", "severity 2.5 of the index, priority 10", None),
            ("x", "high priority", None),
        ];
        for (name, description, found) in cases {
            assert_eq!(tier(&[], &alarm(name, description)).as_deref(), found, "{name} {description}");
        }
    }

    #[test]
    fn a_type_of_instance_is_no_tier() {
        let none = [
            "GPU use of ml.p2.xlarge above 90 %",
            "5XX of the ml.p3.2xlarge fleet",
            "p3.16xlarge",
            "fraud-p3-2xlarge-gpu",
            "ml_p2_8xlarge",
            "P5 instances",
            "the ml.p2 fleet",
            "p4d.24xlarge, p5en.48xlarge, ml.g5.xlarge",
        ];
        for text in none {
            assert_eq!(tier(&[], &alarm(text, "")), None, "{text}");
            assert_eq!(tier(&[], &alarm("x", text)), None, "{text}");
        }
        assert_eq!(tier(&[], &alarm("x", "ml.p3.2xlarge is out of memory: P1")).as_deref(), Some("p1"));
    }

    #[test]
    fn what_is_said_not_to_be_critical_is_not() {
        let cases = [
            ("disk-non-critical", Some(HARMLESS)),
            ("DiskNonCritical", Some(HARMLESS)),
            ("not critical", Some(HARMLESS)),
            ("this is not a critical alarm", Some(HARMLESS)),
            ("isn't critical", Some(HARMLESS)),
            ("uncritical", Some(HARMLESS)),
            ("sub-critical", Some(HARMLESS)),
            ("this is no longer critical", Some(HARMLESS)),
            ("noncritical", Some(HARMLESS)),
            ("not a P1, sev3", Some("sev3")),
            ("non-P1", None),
            ("No data. Critical!", Some("critical")),
            ("critical, not a drill", Some("critical")),
        ];
        for (text, found) in cases {
            assert_eq!(tier(&[], &alarm("x", text)).as_deref(), found, "{text}");
        }
        assert_eq!(weight(HARMLESS), Health::Warning);
    }

    #[test]
    fn the_configuration_is_asked_first() {
        let configured = |pattern: &str, tier: &str| {
            let (glob, severity) = (Glob::try_from(pattern.to_owned()), Severity::try_from(tier.to_owned()));
            vec![(glob.unwrap(), severity.unwrap())]
        };
        let severe = Alarm { actions: vec!["arn:aws:sns:eu-west-1:1:pager".into()], ..alarm("fraud-sev1", "critical") };
        assert_eq!(tier(&configured("fraud-*", "sev4"), &severe).as_deref(), Some("sev4"));
        assert_eq!(tier(&configured("*:pager", "sev3"), &severe).as_deref(), Some("sev3"));
        assert_eq!(tier(&configured("other-*", "sev3"), &severe).as_deref(), Some("sev1"));
        assert_eq!((weight("P1"), weight("sev3")), (Health::Critical, Health::Warning));
    }
}
