//! Alarms that fire and belong to no model. No row shows them, but they notify people nevertheless.

use std::collections::HashSet;

use foldhash::fast::RandomState;

use super::index::Index;
use super::{Chain, Health, severity};
use crate::resources::alarm::Alarm;

/// Alarms that fire and belong to no model, and watch `SageMaker` or page those whom alarms of models page.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Unclaimed {
    /// The names, the worst first.
    pub names: Vec<String>,
    /// The health of the worst one. Absent if there is none.
    pub health: Health,
}

impl Unclaimed {
    /// Returns a sentence about the alarms without its full stop. `None` if there are none.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        let (first, rest) = self.names.split_first()?;
        let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
        Some(format!("{first}{more} in ALARM, of no model: name it in alarms of a [[model]]"))
    }
}

/// Finds the firing alarms that belong to no model. Alarms of auto scaling do not count.
pub(super) fn unclaimed(index: &Index<'_>, chains: &[Chain<'_>]) -> Unclaimed {
    // An alarm that calls a topic of a model's alarms pages the same people, so they must see it here.
    let topics: HashSet<&str, RandomState> = chains.iter().flat_map(|chain| chain.topics.iter().copied()).collect();
    let pages = |alarm: &Alarm| {
        let tier = severity::tier(&index.observed.preferences.severity, alarm);
        let breaks = tier.is_some_and(|tier| severity::weight(&tier) == Health::Critical);
        breaks && alarm.calls("sns").any(|topic| topics.contains(topic.as_str()))
    };
    let fires = |alarm: &&&Alarm| alarm.firing() && !alarm.scaling() && (alarm.watches_sagemaker() || pages(alarm));
    let mut firing = index.alarms.all.iter().filter(fires).peekable();
    if firing.peek().is_none() {
        return Unclaimed::default();
    }
    let claimed: HashSet<&str, RandomState> = chains.iter().flat_map(|chain| chain.alarms.iter().copied()).collect();
    let health = |alarm: &Alarm| {
        let tier = severity::tier(&index.observed.preferences.severity, alarm);
        tier.map_or(Health::Warning, |tier| severity::weight(&tier))
    };
    let mut found: Vec<(Health, &str)> = firing
        .filter(|alarm| !claimed.contains(alarm.name.as_str()))
        .map(|alarm| (health(alarm), alarm.name.as_str()))
        .collect();
    found.sort_by_key(|(health, name)| (std::cmp::Reverse(*health), *name));
    let worst = found.first().map_or(Health::Absent, |(health, _)| *health);
    Unclaimed { names: found.into_iter().map(|(_, name)| name.to_owned()).collect(), health: worst }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::model::{Joined, join};
    use crate::resources::endpoint::Endpoint;
    use crate::resources::{Listing, Observed, Store};

    #[test]
    fn only_what_fires_on_sagemaker_and_has_no_model_is_told() {
        let alarm = |name: &str, state: &str, namespace: &str, endpoint: Option<&str>| Alarm {
            name: name.into(),
            state: state.into(),
            namespaces: vec![namespace.into()],
            dimensions: endpoint.map(|e| ("EndpointName".to_owned(), e.to_owned())).into_iter().collect(),
            actions: vec!["arn:aws:sns:eu-west-1:1:page".into()],
            actions_enabled: true,
            ..Alarm::default()
        };
        let insights = Alarm {
            watches: "SELECT SUM(Invocation5XXErrors) FROM SCHEMA(\"AWS/SageMaker\", EndpointName)".into(),
            ..alarm("all-5xx-sev1", "ALARM", "", None)
        };
        let alarms = vec![
            alarm("component", "ALARM", "AWS/SageMaker", None),
            insights,
            alarm("mine", "ALARM", "AWS/SageMaker", Some("fraud-prod")),
            alarm("quiet", "OK", "AWS/SageMaker", None),
            alarm("database", "ALARM", "AWS/RDS", None),
            alarm("scores-sev1", "ALARM", "Shop/Scores", None),
            Alarm { actions: Vec::new(), ..alarm("other-team-sev1", "ALARM", "Shop/Scores", None) },
            alarm("TargetTracking-x", "ALARM", "AWS/SageMaker", None),
        ];
        let mut store = Store::default();
        let endpoint = Endpoint { name: "fraud-prod".into(), status: "InService".into(), ..Endpoint::default() };
        store.endpoints.apply(Ok(Listing::all(vec![endpoint])), Timestamp::UNIX_EPOCH);
        store.alarms.apply(Ok(Listing::all(alarms)), Timestamp::UNIX_EPOCH);
        let joined = join(&Observed { store, ..Observed::default() });
        let unclaimed = joined.unclaimed_alarms();
        assert_eq!(unclaimed.names, ["all-5xx-sev1", "scores-sev1", "TargetTracking-x", "component"]);
        assert_eq!(unclaimed.health, Health::Critical);
        assert!(unclaimed.text().unwrap().starts_with("all-5xx-sev1 and 3 more in ALARM"));
        assert_eq!(Joined::default().unclaimed_alarms().text(), None);
    }
}
