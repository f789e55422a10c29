//! The current deployment of an endpoint, and the change that the last one made.

use jiff::Timestamp;
use serde::Serialize;

use super::Serving;
use super::serving::same_versions;
use crate::fmt;
use crate::resources::config::{ConfigVariant, EndpointConfig};
use crate::resources::endpoint::Endpoint;

/// A deployment that is in progress.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Deployment<'a> {
    /// The raw `EndpointStatus`.
    pub status: &'a str,
    /// The version or configuration that serves until the deployment ends.
    pub from: String,
    /// The version or configuration that arrives. Absent if AWS does not report it.
    pub to: Option<String>,
    /// The start time.
    pub since: Option<Timestamp>,
    /// The raw phase of the first variant: `Creating`, `Baking`, ….
    pub phase: Option<&'a str>,
}

impl Deployment<'_> {
    /// Returns `v13 → v12`, or only what serves now if the arriving version is unknown.
    #[must_use]
    pub fn way(&self) -> String {
        match &self.to {
            Some(to) => format!("{} → {to}", self.from),
            None => self.from.clone(),
        }
    }
    /// Returns the phase in brackets. Empty if there is none.
    #[must_use]
    pub fn phase(&self) -> String {
        self.phase.map(|phase| format!(" ({phase})")).unwrap_or_default()
    }
}

/// Returns the current deployment of an endpoint, with the serving and the arriving version.
pub(super) fn under_way<'a>(
    endpoint: &'a Endpoint,
    serving: &Serving<'a>,
    (now, next): (Option<&EndpointConfig>, Option<&EndpointConfig>),
) -> Option<Deployment<'a>> {
    let pending = endpoint.pending.as_ref();
    let changing = matches!(endpoint.status.as_str(), "Updating" | "SystemUpdating" | "RollingBack");
    if !changing && pending.is_none() {
        return None;
    }
    let named = |versions: &[(&str, i32)]| {
        let all: Vec<String> = versions.iter().map(|(_, version)| format!("v{version}")).collect();
        (!all.is_empty()).then(|| all.join(" + "))
    };
    let (mut from, mut to) = (named(&serving.versions), named(&serving.arriving));
    if from.is_some() && same_versions(&serving.versions, &serving.arriving) {
        // The versions stay the same, so the change is in the configurations.
        let change = now.zip(next).and_then(|(now, next)| capacity(now, next));
        (from, to) = change.map_or((None, None), |(now, next)| (Some(now), Some(next)));
    }
    let from = from.or_else(|| endpoint.config.clone()).unwrap_or_else(|| "nothing".to_owned());
    let to = to.or_else(|| pending.map(|p| p.config.clone()));
    let since = pending.and_then(|p| p.started).or(endpoint.modified);
    let phase = endpoint.phase();
    Some(Deployment { status: &endpoint.status, from, to, since, phase })
}

/// Describes the difference between two configurations with the same versions. `None` if no difference is known.
pub(super) fn describe_change(before: &EndpointConfig, after: &EndpointConfig) -> Option<String> {
    let mut told: Vec<String> = capacity(before, after).map(|(was, is)| format!("{was} → {is}")).into_iter().collect();
    let models = |config: &EndpointConfig| config.models().map(str::to_owned).collect::<Vec<_>>();
    if told.is_empty() && models(before) != models(after) {
        told.push("another model of that version".to_owned());
    }
    if before.data_capture != after.data_capture {
        told.push(format!("data capture {}", if after.data_capture { "on" } else { "off" }));
    }
    (!told.is_empty()).then(|| told.join(", "))
}

/// Returns the capacity before and after, of the first variant that differs.
fn capacity(before: &EndpointConfig, after: &EndpointConfig) -> Option<(String, String)> {
    let variants = after.variants.iter().flatten();
    let pairs = variants.filter_map(|v| Some((before.variants.iter().flatten().find(|b| b.name == v.name)?, v)));
    let size = |v: &ConfigVariant| match (&v.instance_type, v.serverless) {
        (_, true) => "serverless".to_owned(),
        (Some(kind), false) => kind.clone(),
        (None, false) => "–".to_owned(),
    };
    let count = |v: &ConfigVariant| v.instances.map(|n| fmt::count(usize::try_from(n).unwrap_or_default(), "instance"));
    let differ = |(was, is): (&ConfigVariant, &ConfigVariant)| {
        if size(was) != size(is) {
            return Some((size(was), size(is)));
        }
        count(was).zip(count(is)).filter(|(was, is)| was != is)
    };
    pairs.into_iter().find_map(differ)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources::endpoint::Pending;

    fn config(kind: &str, instances: i32, model: &str, data_capture: bool) -> EndpointConfig {
        let variant = ConfigVariant {
            name: "all".into(),
            model: Some(model.into()),
            instance_type: Some(kind.into()),
            instances: Some(instances),
            ..ConfigVariant::default()
        };
        EndpointConfig { variants: Some(vec![variant]), data_capture, ..EndpointConfig::default() }
    }

    #[test]
    fn what_changes_beside_the_version_is_told() {
        let before = config("ml.m5.large", 2, "m", false);
        let cases = [
            (config("ml.t2.medium", 2, "m", false), Some("ml.m5.large → ml.t2.medium")),
            (config("ml.t2.medium", 1, "n", true), Some("ml.m5.large → ml.t2.medium, data capture on")),
            (config("ml.m5.large", 6, "m", false), Some("2 instances → 6 instances")),
            (config("ml.m5.large", 2, "n", false), Some("another model of that version")),
            (config("ml.m5.large", 2, "m", true), Some("data capture on")),
            (config("ml.m5.large", 2, "m", false), None),
        ];
        for (after, told) in cases {
            assert_eq!(describe_change(&before, &after).as_deref(), told);
        }
    }

    #[test]
    fn a_deployment_tells_what_serves_and_what_arrives() {
        let pending = |config: &str| Some(Pending { config: config.into(), started: None, ..Pending::default() });
        let endpoint = |status: &str, pending| Endpoint {
            status: status.into(),
            config: Some("c13".into()),
            pending,
            ..Endpoint::default()
        };
        let serving = |versions, arriving| Serving { versions, arriving, ..Serving::default() };
        let (small, large) = (config("ml.t2.medium", 1, "m", false), config("ml.m5.large", 1, "m", false));
        let (v12, v13): (Vec<_>, Vec<_>) = (vec![("v12", 12)], vec![("v13", 13)]);
        let cases = [
            ("InService", None, serving(v13.clone(), vec![]), None),
            ("Updating", pending("c12"), serving(v13.clone(), v12), Some("v13 → v12")),
            ("Updating", pending("c12"), serving(v13.clone(), vec![]), Some("v13 → c12")),
            ("Updating", pending("c13b"), serving(v13.clone(), v13.clone()), Some("ml.t2.medium → ml.m5.large")),
            ("Updating", None, serving(vec![], vec![]), Some("c13")),
            ("InService", pending("c12"), serving(vec![], vec![]), Some("c13 → c12")),
        ];
        for (status, pending, serving, way) in cases {
            let endpoint = endpoint(status, pending);
            let found = under_way(&endpoint, &serving, (Some(&small), Some(&large)));
            assert_eq!(found.map(|d| d.way()).as_deref(), way, "{status}");
        }
    }
}
