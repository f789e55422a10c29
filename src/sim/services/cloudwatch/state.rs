//! The state of `CloudWatch`.

use std::collections::BTreeMap;

use super::alarm::{Alarm, HistoryItem};
use super::mute::MuteRule;
use super::series::Series;
use super::view::View;
use crate::sim::prelude::{Answer, Env, Value};
use crate::sim::services::sagemaker::Endpoints;

/// A handler of this service. Metrics depend on the state of the endpoints.
pub(crate) type Handler = fn(&mut State, &Env, &Endpoints, &Value) -> Answer;

/// The metrics by key, the alarms and mute rules by name, and the history of the alarms.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) series: BTreeMap<String, Series>,
    pub(crate) alarms: BTreeMap<String, Alarm>,
    pub(crate) mute_rules: BTreeMap<String, MuteRule>,
    pub(super) history: Vec<HistoryItem>,
}

impl State {
    /// Returns a view of everything that values and verdicts depend on, at the present time.
    pub(crate) fn view<'a>(&'a self, env: &'a Env, endpoints: &'a Endpoints) -> View<'a> {
        View { now: env.now, env, series: &self.series, alarms: &self.alarms, endpoints }
    }

    /// Returns whether an alarm is in ALARM.
    pub(crate) fn fires(&self, alarm: &str) -> bool {
        self.alarms.get(alarm).is_some_and(|alarm| alarm.state() == "ALARM")
    }

    /// Adds a metric.
    pub(crate) fn add_series(&mut self, mut series: Series) {
        series.dimensions.sort();
        self.series.insert(series.key(), series);
    }
}
