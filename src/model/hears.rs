//! Who hears of alarms that call nothing themselves.

use std::collections::BTreeMap;

use super::index::{Index, Keyed};
use crate::resources::alarm::Alarm;

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
pub(super) fn hears(index: &Index<'_>) -> BTreeMap<String, Hears> {
    let guards = index.endpoints.iter().flat_map(|e| e.guards.iter().flatten().map(|guard| (guard.as_str(), &e.name)));
    let guards: Keyed<&str, &String> = guards.collect();
    let hears = |alarm: &Alarm| {
        let composite = index.alarms.parents.get(alarm.name.as_str()).and_then(|parents| parents.last());
        let composite = composite.map(|parent| Hears::Composite(parent.name.clone()));
        let deployment = || guards.get(alarm.name.as_str()).map(|&endpoint| Hears::Deployment(endpoint.clone()));
        composite.or_else(deployment).unwrap_or(Hears::Nobody)
    };
    let mute = index.alarms.all.iter().filter(|alarm| alarm.mute() && !alarm.scaling());
    mute.map(|alarm| (alarm.name.clone(), hears(alarm))).collect()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::resources::endpoint::Endpoint;
    use crate::resources::{Listing, Seen, Store};

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
        let seen = Seen { store, ..Seen::default() };
        let found: Vec<(String, Hears)> = hears(&Index::new(&seen)).into_iter().collect();
        let expected = [
            ("child", Hears::Composite("both".into())),
            ("empty", Hears::Nobody),
            ("guard", Hears::Deployment("e".into())),
            ("switched-off", Hears::Nobody),
        ];
        assert_eq!(found, expected.map(|(name, who)| (name.to_owned(), who)));
    }
}
