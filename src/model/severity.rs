//! How severe an alarm is: `CloudWatch` has no field for it, so the topic, the name and the description tell.

use crate::config::{Glob, Severity};
use crate::model::Health;
use crate::resources::alarm::Alarm;

/// The tier of an alarm (`sev1`, `p2`, `critical`, …) in the user's own word, or `None` when nothing tells.
///
/// The configuration's patterns come first, then words in the name, then words in the description.
#[must_use]
pub fn tier(configured: &[(Glob, Severity)], alarm: &Alarm) -> Option<String> {
    let named = |glob: &Glob| glob.matches(&alarm.name) || alarm.actions.iter().any(|a| glob.matches(a));
    let by_config = configured.iter().find(|(glob, _)| named(glob));
    by_config
        .map(|(_, severity)| severity.to_string())
        .or_else(|| word(&alarm.name))
        .or_else(|| word(&alarm.description))
}

/// What a tier means for a model: the two highest break it, the others degrade it.
#[must_use]
pub fn weight(tier: &str) -> Health {
    match tier.to_ascii_lowercase().as_str() {
        "sev0" | "sev1" | "sev2" | "p0" | "p1" | "p2" | "critical" | "crit" => Health::Critical,
        _ => Health::Warning,
    }
}

/// The first whole word of a text that is a tier.
fn word(text: &str) -> Option<String> {
    const WORDS: [&str; 14] =
        ["sev0", "sev1", "sev2", "sev3", "sev4", "sev5", "p0", "p1", "p2", "p3", "p4", "critical", "warning", "warn"];
    let tier = |word: &&str| WORDS.iter().any(|tier| tier.eq_ignore_ascii_case(word));
    text.split(|c: char| !c.is_alphanumeric()).find(tier).map(str::to_ascii_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tier_is_a_whole_word() {
        let alarm = |name: &str, description: &str| Alarm {
            name: name.into(),
            description: description.into(),
            ..Alarm::default()
        };
        let cases = [
            ("P1-recommendation-ctr", "", Some("p1")),
            ("forecast-mape", "Severity: sev3, tells the team", Some("sev3")),
            ("ap1-gateway", "", None),
            ("fraud-Critical", "", Some("critical")),
        ];
        for (name, description, found) in cases {
            assert_eq!(tier(&[], &alarm(name, description)).as_deref(), found, "{name}");
        }
        assert_eq!((weight("P1"), weight("sev3")), (Health::Critical, Health::Warning));
    }
}
