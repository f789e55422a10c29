//! Who hears of alarms that call nothing themselves.

use std::collections::{BTreeMap, HashMap};

use crate::resources::Store;

/// Who hears of an alarm that calls nothing itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hears {
    /// Nobody: what fires there is seen only by whoever looks.
    Nobody,
    /// Those whom this composite alarm tells.
    Composite(String),
    /// Deployments of this endpoint, which it rolls back.
    Deployment(String),
}

/// The alarms that call nothing themselves, by name. Auto scaling's own are for no people and are left out.
pub(super) fn hears(store: &Store) -> BTreeMap<String, Hears> {
    let mut others: HashMap<&str, Hears> = HashMap::new();
    for endpoint in store.endpoints.rows() {
        others.extend(
            endpoint.guards.iter().flatten().map(|guard| (guard.as_str(), Hears::Deployment(endpoint.name.clone()))),
        );
    }
    for alarm in store.alarms.rows() {
        others.extend(alarm.children().into_iter().map(|child| (child, Hears::Composite(alarm.name.clone()))));
    }
    let mute = store.alarms.rows().filter(|alarm| alarm.mute() && !alarm.scaling());
    mute.map(|alarm| (alarm.name.clone(), others.get(alarm.name.as_str()).cloned().unwrap_or(Hears::Nobody))).collect()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::resources::Listing;
    use crate::resources::alarm::Alarm;
    use crate::resources::endpoint::Endpoint;

    #[test]
    fn only_an_alarm_that_nothing_speaks_for_tells_nobody() {
        let alarm = |name: &str, action: &str, enabled: bool| Alarm {
            name: name.into(),
            actions: [action].into_iter().filter(|a| !a.is_empty()).map(str::to_owned).collect(),
            actions_enabled: enabled,
            ..Alarm::default()
        };
        let topic = "arn:aws:sns:eu-west-1:1:page";
        let composite = Alarm { rule: Some("ALARM(child)".into()), ..alarm("both", topic, true) };
        let alarms = vec![
            alarm("tells", topic, true),
            alarm("switched-off", topic, false),
            alarm("empty", "", true),
            alarm("child", "", true),
            alarm("guard", topic, false),
            alarm("TargetTracking-endpoint/e/variant/v-AlarmLow-1", "", true),
            composite,
        ];
        let mut store = Store::default();
        store.alarms.apply(Ok(Listing::all(alarms)), Timestamp::UNIX_EPOCH);
        let endpoint = Endpoint { name: "e".into(), guards: Some(vec!["guard".into()]), ..Endpoint::default() };
        store.endpoints.apply(Ok(Listing::all(vec![endpoint])), Timestamp::UNIX_EPOCH);
        let found: Vec<(String, Hears)> = hears(&store).into_iter().collect();
        let expected = [
            ("child", Hears::Composite("both".into())),
            ("empty", Hears::Nobody),
            ("guard", Hears::Deployment("e".into())),
            ("switched-off", Hears::Nobody),
        ];
        assert_eq!(found, expected.map(|(name, who)| (name.to_owned(), who)));
    }
}
