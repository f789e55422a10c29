//! Names of kinds of things, as the configuration, `dump` and the pane of sources write them.

use super::error::{ConfigError, Source};
use super::spanned::Spanned;

/// The names of all kinds, and of what is no resource of AWS: `model` and `account`. A build without some features has
/// fewer kinds, and reads the same configuration.
pub const KINDS: &[&str] = &[
    "model",
    "account",
    "identity",
    "alarms",
    "alarm_history",
    "endpoints",
    "model_package_groups",
    "model_packages",
    "endpoint_configs",
    "inference_components",
    "models",
    "pipelines",
    "pipeline_executions",
    "pipeline_steps",
    "training_jobs",
    "other_jobs",
    "feature_groups",
    "topics",
    "subscriptions",
    "datasets",
    "metrics",
    "mute_rules",
    "event_rules",
    "schedules",
    "trail_events",
    "scalable_targets",
    "deployment_pipelines",
    "state_machines",
    "evaluation_reports",
    "monitoring_schedules",
    "model_cards",
    "version_records",
    "check_reports",
    "workbenches",
    "quotas",
    "keys",
    "health_events",
    "insights",
    "automation_executions",
    "change_calendars",
    "images",
    "metadata_items",
    "compliances",
    "projects",
    "schemas",
    "location_records",
];

/// Checks the names of kinds.
pub(super) fn checked(written: Vec<Spanned<String>>, source: &Source) -> Result<Vec<String>, ConfigError> {
    let check = |kind: Spanned<String>| {
        if KINDS.contains(&kind.get_ref().as_str()) {
            return Ok(kind.into_inner());
        }
        let message = format!("there is no kind {:?}", kind.get_ref());
        Err(ConfigError::at(source, kind.span(), message).did_you_mean(kind.get_ref(), KINDS.iter().copied()))
    };
    written.into_iter().map(check).collect()
}
