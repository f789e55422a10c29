//! Alarms of a story, and since when each has the state that it has.

use super::super::num;
use super::super::story::{Alarm, Metric, Missing};
use super::super::time::{Span, Time};
use super::super::wire::{Value, tree};
use super::super::world::World;

impl World {
    pub(super) fn build_alarm(&mut self, spec: &Alarm) {
        let actions: Vec<Value> = spec.actions.iter().map(|name| self.action_arn(name)).collect();
        let mut doc = tree! {
            "AlarmDescription": Some(spec.description.as_str()).filter(|text| !text.is_empty()),
            "ActionsEnabled": spec.enabled,
            "AlarmActions": actions.clone(),
            "OKActions": actions,
        };
        doc.set("EvaluationState", spec.evaluation.as_deref());
        if let Some(rule) = &spec.rule {
            doc.set("AlarmRule", rule.as_str());
            if let Some(suppressor) = &spec.suppressor {
                doc.set("ActionsSuppressor", suppressor.as_str());
                doc.set("ActionsSuppressorWaitPeriod", spec.wait.0 / 1000);
                doc.set("ActionsSuppressorExtensionPeriod", spec.extension.0 / 1000);
            }
        } else {
            self.watch(spec, &mut doc);
            doc.set("EvaluationPeriods", spec.periods);
            doc.set("DatapointsToAlarm", spec.needed);
            doc.set("TreatMissingData", spec.missing.map(Missing::word));
        }
        let created = self.start - spec.age;
        self.add_alarm(&spec.name, created, &doc);
    }

    /// What a metric alarm watches, in one of AWS's three forms.
    fn watch(&self, spec: &Alarm, doc: &mut Value) {
        let stat = |metric: &Metric| {
            tree! { "Metric": self.metric(metric), "Period": spec.period, "Stat": metric.stat.as_str() }
        };
        if let Some(expression) = &spec.expression {
            let mut queries: Vec<Value> = spec
                .metrics
                .iter()
                .map(|(id, metric)| tree! { "Id": id, "MetricStat": stat(metric), "ReturnData": false })
                .collect();
            queries.push(tree! { "Id": "e1", "Expression": expression.as_str(), "Label": spec.name.as_str(), "ReturnData": true });
            doc.set("Metrics", queries);
            doc.set("Threshold", spec.threshold);
            doc.set("ComparisonOperator", spec.compare.word());
            return;
        }
        let Some(metric) = &spec.watch else { return };
        if let Some(width) = spec.band {
            let band = tree! { "Id": "ad1", "Expression": format!("ANOMALY_DETECTION_BAND(m1, {width})"), "Label": "expected", "ReturnData": true };
            doc.set("Metrics", vec![tree! { "Id": "m1", "MetricStat": stat(metric), "ReturnData": true }, band]);
            doc.set("ThresholdMetricId", "ad1");
            doc.set("ComparisonOperator", spec.compare.band_word());
            return;
        }
        let found = self.metric(metric);
        for (key, value) in found.members() {
            doc.set(key.clone(), value);
        }
        let key = if metric.stat.starts_with('p') || metric.stat.starts_with("tm") {
            "ExtendedStatistic"
        } else {
            "Statistic"
        };
        doc.set(key, metric.stat.as_str());
        doc.set("Period", spec.period);
        doc.set("Threshold", spec.threshold);
        doc.set("ComparisonOperator", spec.compare.word());
    }

    /// Namespace, name and dimensions of a metric that a story names.
    fn metric(&self, metric: &Metric) -> Value {
        let mut dimensions: Vec<(String, String)> = metric.dimensions.clone().into_iter().collect();
        if let Some(endpoint) = &metric.endpoint {
            let variant =
                self.endpoints.get(endpoint).and_then(|e| e.variants.first()).map_or("AllTraffic", |v| v.name.as_str());
            dimensions.push(("EndpointName".to_owned(), endpoint.clone()));
            dimensions.push(("VariantName".to_owned(), variant.to_owned()));
        }
        if let Some(model) = &metric.model {
            dimensions.push(("Model".to_owned(), model.clone()));
        }
        let usual = if metric.endpoint.is_some() { "AWS/SageMaker" } else { "Retail/Models" };
        let dimensions: Vec<Value> =
            dimensions.into_iter().map(|(name, value)| tree! { "Name": name, "Value": value }).collect();
        tree! {
            "MetricName": metric.name.as_str(),
            "Namespace": metric.namespace.as_deref().unwrap_or(usual),
            "Dimensions": dimensions,
        }
    }

    /// Gives each alarm the state that its metric calls for, and finds out since when.
    pub(super) fn settle_alarms(&mut self) {
        let unsettled = self.alarms.iter().filter(|(_, alarm)| alarm.state() == "INSUFFICIENT_DATA");
        let names: Vec<(String, bool)> = unsettled.map(|(name, alarm)| (name.clone(), alarm.rule.is_some())).collect();
        for composite in [false, true] {
            for (name, _) in names.iter().filter(|(_, kind)| *kind == composite) {
                let Some(alarm) = self.alarms.get(name) else { continue };
                let first = alarm.doc.instant("StateUpdatedTimestamp");
                let (state, reason, data) = self.judge(alarm);
                let since = if composite { self.since_children(name) } else { self.since(name, state) };
                if state == "ALARM" {
                    self.change_alarm(
                        name,
                        "OK",
                        "Threshold Crossed: the metric was within bounds.",
                        None,
                        first + Span::minutes(5),
                    );
                }
                self.change_alarm(name, state, &reason, data.as_deref(), since.max(first + Span::minutes(6)));
            }
        }
        self.suppress_actions();
    }

    /// The instant at which a metric alarm got its present state; the search goes back for days, not for ever.
    fn since(&mut self, name: &str, state: &str) -> Time {
        let present = self.now;
        let same = |world: &mut Self, age: Span| {
            world.now = present - age;
            world.alarms.get(name).map(|alarm| world.judge(alarm).0) == Some(state)
        };
        let mut inside = Span::default();
        let mut step = Span::minutes(1);
        let usual = Span::minutes(60 + i64::try_from(num::hash(name) % 15_000).unwrap_or(0));
        loop {
            if step.0 > Span::minutes(4 * 24 * 60).0 {
                inside = usual;
                break;
            }
            if same(self, step) {
                inside = step;
                step = Span(step.0 * 2);
                continue;
            }
            while step.0 - inside.0 > 5_000 {
                let middle = Span(i64::midpoint(step.0, inside.0));
                if same(self, middle) { inside = middle } else { step = middle }
            }
            break;
        }
        self.now = present;
        present - inside
    }

    /// A composite alarm changed when the last of its children did.
    fn since_children(&self, name: &str) -> Time {
        let children = self.alarms.get(name).and_then(|alarm| alarm.rule.as_ref()).map(|rule| rule.children());
        let times = children.into_iter().flatten().filter_map(|child| self.alarms.get(child));
        times.map(|child| child.doc.instant("StateTransitionedTimestamp")).max().unwrap_or(self.now)
    }
}
