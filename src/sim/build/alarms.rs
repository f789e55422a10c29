//! The alarms of a story, and the times of their states.

use crate::sim::prelude::{Span, Time, Value, num, tree};
use crate::sim::services::cloudwatch::{Alarm, MuteRule, Verdict};
use crate::sim::story::{self, Metric, Missing};
use crate::sim::world::World;

/// The service in `CloudTrail`.
const SOURCE: &str = "monitoring.amazonaws.com";

impl World {
    pub(super) fn build_alarm(&mut self, spec: &story::Alarm) {
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
        let created = self.env.start - spec.age;
        self.cloudwatch.add_alarm(&self.env, &spec.name, created, &doc);
    }

    pub(super) fn build_mute_rule(&mut self, spec: &story::Mute) {
        let expression = match &spec.daily {
            Some(time) => {
                let (hour, minute) = time.split_once(':').unwrap_or((time, "0"));
                let number = |text: &str| text.parse::<u32>().unwrap_or_default();
                format!("cron({} {} * * *)", number(minute), number(hour))
            }
            None => (self.env.start + spec.from.unwrap_or_default()).format("at(%Y-%m-%dT%H:%M)"),
        };
        let rule = MuteRule {
            name: spec.name.clone(),
            description: spec.description.clone(),
            expression,
            duration: format!("PT{}M", spec.lasts.whole_seconds() / 60),
            alarms: spec.alarms.clone(),
            expire: None,
            updated: self.env.start - spec.age,
        };
        self.cloudwatch.mute_rules.insert(spec.name.clone(), rule);
        let request = tree! { "name": spec.name.as_str() };
        self.ago(spec.age, |world| world.env.called(SOURCE, "PutAlarmMuteRule", &spec.by, request));
    }

    /// Sets the metric of an alarm, in one of AWS's three forms.
    fn watch(&self, spec: &story::Alarm, doc: &mut Value) {
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

    /// Returns the namespace, name and dimensions of a metric in a story.
    fn metric(&self, metric: &Metric) -> Value {
        let mut dimensions: Vec<(String, String)> = metric.dimensions.clone().into_iter().collect();
        if let Some(endpoint) = &metric.endpoint {
            let variant = self
                .sagemaker
                .endpoints
                .get(endpoint)
                .and_then(|e| e.variants.first())
                .map_or("AllTraffic", |v| v.name.as_str());
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

    /// Gives each alarm the state that its metric implies, with the time at which that state began.
    pub(super) fn settle_alarms(&mut self) {
        let unsettled = self.cloudwatch.alarms.iter().filter(|(_, alarm)| alarm.state() == "INSUFFICIENT_DATA");
        let names: Vec<(String, bool)> = unsettled.map(|(name, alarm)| (name.clone(), alarm.is_composite())).collect();
        for composite in [false, true] {
            for (name, _) in names.iter().filter(|(_, kind)| *kind == composite) {
                let Some(alarm) = self.cloudwatch.alarms.get(name) else { continue };
                let first = alarm.doc.instant("StateUpdatedTimestamp");
                let verdict = self.cloudwatch.view(&self.env, &self.sagemaker.endpoints).judge(alarm);
                let since = if composite { self.since_children(alarm) } else { self.since(name, alarm, verdict.state) };
                if verdict.state == "ALARM" {
                    let reason = "Threshold Crossed: the metric was within bounds.".to_owned();
                    let before = Verdict { state: "OK", reason, data: None };
                    self.cloudwatch.change_alarm(self.env.now, name, &before, first + Span::minutes(5));
                }
                let since = since.max(first + Span::minutes(6));
                self.cloudwatch.change_alarm(self.env.now, name, &verdict, since);
            }
        }
        self.cloudwatch.suppress_actions(self.env.now);
    }

    /// Lets scaling that gets no instances fail for the first time when its alarm fired, and not when the story begins.
    pub(super) fn settle_scaling(&mut self) {
        let lacking = self.application_autoscaling.targets.values().filter(|target| target.lacks.is_some());
        let fired = lacking.filter_map(|target| {
            let alarm = self.cloudwatch.alarms.get(&target.high_alarm).filter(|alarm| alarm.state() == "ALARM")?;
            Some(alarm.doc.instant("StateTransitionedTimestamp"))
        });
        let Some(first) = fired.min() else { return };
        self.at(first + Span::minutes(1), |world| {
            world.application_autoscaling.fail_to_scale(&mut world.env, &mut world.sagemaker, &world.cloudwatch);
        });
    }

    /// Returns the instant at which a metric alarm entered its present state. The search goes back only for days.
    fn since(&self, name: &str, alarm: &Alarm, state: &str) -> Time {
        let view = self.cloudwatch.view(&self.env, &self.sagemaker.endpoints);
        let same = |age: Span| view.at(self.env.now - age).judge(alarm).state == state;
        let mut inside = Span::default();
        let mut step = Span::minutes(1);
        loop {
            if step.0 > Span::minutes(4 * 24 * 60).0 {
                inside = Span::minutes(60 + i64::try_from(num::hash(name) % 15_000).unwrap_or(0));
                break;
            }
            if same(step) {
                inside = step;
                step = Span(step.0 * 2);
                continue;
            }
            while step.0 - inside.0 > 5_000 {
                let middle = Span(i64::midpoint(step.0, inside.0));
                if same(middle) { inside = middle } else { step = middle }
            }
            break;
        }
        self.env.now - inside
    }

    /// Returns the time at which a composite alarm changed: that of its last changed child.
    fn since_children(&self, alarm: &Alarm) -> Time {
        let children = alarm.children().into_iter().filter_map(|child| self.cloudwatch.alarms.get(child));
        children.map(|child| child.doc.instant("StateTransitionedTimestamp")).max().unwrap_or(self.env.now)
    }
}
