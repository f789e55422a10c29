//! Many more models of the same kind, so that lists are long.

use crate::sim::prelude::{Span, Value, num, tree};
use crate::sim::scale::Scale;
use crate::sim::story::Story;
use crate::sim::world::World;

const WHAT: &[&str] = &[
    "basket",
    "returns",
    "search",
    "promo",
    "churn",
    "stock",
    "loyalty",
    "fresh",
    "delivery",
    "returns-abuse",
    "size",
    "image",
];
const DOES: &[&str] = &["ranking", "forecast", "scoring", "matching", "segments", "uplift", "embedding", "anomaly"];
const WHERE: &[&str] = &["ie", "uk", "de", "fr", "es", "nl", "pl", "it"];

fn word(list: &'static [&'static str], seed: u64) -> &'static str {
    let at = usize::try_from(seed % 64).unwrap_or(0) % list.len().max(1);
    list.get(at).copied().unwrap_or("model")
}

/// Returns a model's name. The number makes it unique.
fn name(number: usize) -> String {
    let seed = num::hash(&format!("crowd{number}"));
    format!("{}-{}-{}-{number:04}", word(WHAT, seed), word(DOES, seed >> 8), word(WHERE, seed >> 16))
}

impl World {
    /// Adds the resources of a scale.
    pub(super) fn build_crowd(&mut self, scale: &Scale) {
        if scale.endpoints + scale.versions + scale.alarms + scale.jobs == 0 {
            return;
        }
        let models = scale.endpoints.div_ceil(2).max(1);
        let stages = scale.endpoints.min(2);
        for number in 0..models {
            let last = number + 1 == models && scale.endpoints % 2 == 1;
            self.build_one(number, if last { 1 } else { stages });
        }
        self.build_versions(models, scale.versions);
        self.build_jobs(scale.jobs);
        self.build_crowd_alarms(scale.alarms);
    }

    /// Builds one model with a run, a version and its endpoints, as a story describes them.
    fn build_one(&mut self, number: usize, stages: usize) {
        let seed = num::hash(&name(number));
        let (age, requests, latency) = (30 + seed % 300, 5 + seed % 900, 8 + seed % 220);
        let live = 1 + seed % (age - 1);
        let endpoint = |stage: &str, share: u64| {
            format!(
                "[[model.endpoints]]\nstage = \"{stage}\"\nrequests = {}.0\nlatency_ms = {latency}.0\ndeployed = [{{ version = 1, age = \"{live}d\" }}]\n",
                requests / share + 1
            )
        };
        let mut text = format!(
            "[[model]]\nname = \"{}\"\nimage = \"123456789012.dkr.ecr.eu-west-1.amazonaws.com/crowd:1.{}\"\nbucket = \"crowd-artifacts\"\nfamily = \"metrics\"\nquality = [{{ name = \"auc\", value = 0.9, spread = 0.02, least = 0.8 }}]\nversions = [{{ age = \"{age}d\" }}]\n",
            name(number),
            seed % 20
        );
        if stages > 0 {
            text.push_str(&endpoint("prod", 1));
        }
        if stages > 1 {
            text.push_str(&endpoint("staging", 40));
        }
        if let Ok(story) = Story::parse(&text) {
            story.models.iter().for_each(|model| self.build_model(model, &[]));
        }
    }

    /// Fills the registry up to a number of versions.
    fn build_versions(&mut self, models: usize, wanted: usize) {
        let more = wanted.saturating_sub(models);
        for number in 0..more {
            let group = name(number % models);
            let Some(first) = self.sagemaker.packages.get(&group).and_then(|versions| versions.first()) else {
                continue;
            };
            let mut spec = first.doc.project(&[
                "InferenceSpecification",
                "ModelMetrics",
                "MetadataProperties",
                "CustomerMetadataProperties",
            ]);
            let (oldest, round) = (first.created, num::count(number / models + 1));
            let rounds = num::count(more / models + 2);
            let at = oldest + Span((self.env.start - oldest).0 * round / rounds);
            let status = match num::hash(&format!("{group}{round}")) % 12 {
                0 => "PendingManualApproval",
                1 | 2 => "Rejected",
                _ => "Approved",
            };
            spec.set("ModelApprovalStatus", status);
            spec.set("LastModifiedTime", at);
            self.at(at, |world| world.sagemaker.register(&world.env, &group, "scheduler", &spec));
        }
    }

    /// Copies training jobs up to a number.
    fn build_jobs(&mut self, wanted: usize) {
        let patterns: Vec<_> = self
            .sagemaker
            .training_jobs
            .values()
            .filter(|job| job.doc.get("TrainingEndTime").is_some())
            .take(50)
            .cloned()
            .collect();
        let more = wanted.saturating_sub(self.sagemaker.training_jobs.len());
        for (number, pattern) in patterns.iter().cycle().take(if patterns.is_empty() { 0 } else { more }).enumerate() {
            let seed = num::mix(self.env.seed ^ num::hash(&format!("job{number}")));
            let mut job = pattern.clone();
            job.name = format!("pipelines-{}-Train-{}", num::id(seed, 12), num::id(num::mix(seed), 10));
            job.created = self.env.start - Span::minutes(i64::try_from(seed % 500_000).unwrap_or(0) + 90);
            let end = job.created + Span::minutes(i64::try_from(seed % 70).unwrap_or(0) + 4);
            let failed = seed.is_multiple_of(37);
            let status = if failed { "Failed" } else { "Completed" };
            job.doc.set("TrainingJobName", job.name.as_str());
            job.doc.set("TrainingJobArn", self.env.account.sagemaker("training-job", &job.name));
            job.doc.set("TrainingJobStatus", status);
            job.doc.set("SecondaryStatus", status);
            job.doc.set("FailureReason", failed.then_some("AlgorithmError: exit code 1"));
            job.doc.set("CreationTime", job.created);
            job.doc.set("TrainingStartTime", job.created);
            for key in ["TrainingEndTime", "LastModifiedTime"] {
                job.doc.set(key, end);
            }
            job.doc.set("SecondaryStatusTransitions", Value::Null);
            self.sagemaker.add_training_job(job);
        }
    }

    /// Adds alarms on endpoints, a few kinds for each, up to a number.
    fn build_crowd_alarms(&mut self, wanted: usize) {
        let names: Vec<String> = self.sagemaker.endpoints.keys().cloned().collect();
        let kinds = [
            ("5xx", "Invocation5XXErrors", "Average", 0.02),
            ("latency", "ModelLatency", "Average", 2_000_000.0),
            ("4xx", "Invocation4XXErrors", "Average", 0.2),
            ("overhead", "OverheadLatency", "Average", 90_000.0),
            ("errors", "InvocationModelErrors", "Average", 0.05),
            ("slow", "ModelLatency", "Maximum", 60_000_000.0),
            ("busy", "Invocations", "Sum", 90_000.0),
            ("quiet", "Invocations", "Sum", 99_000.0),
        ];
        let more = wanted.saturating_sub(self.cloudwatch.alarms.len());
        let places = kinds.iter().flat_map(|kind| names.iter().map(move |name| (kind, name)));
        for ((short, metric, statistic, threshold), endpoint) in places.take(more) {
            let spec = tree! {
                "ActionsEnabled": true,
                "MetricName": *metric,
                "Namespace": "AWS/SageMaker",
                "Statistic": *statistic,
                "Dimensions": vec![tree! { "Name": "EndpointName", "Value": endpoint.as_str() }, tree! { "Name": "VariantName", "Value": "AllTraffic" }],
                "Period": 60,
                "EvaluationPeriods": 1,
                "Threshold": *threshold,
                "ComparisonOperator": "GreaterThanThreshold",
                "TreatMissingData": "notBreaching",
            };
            let alarm = format!("{endpoint}-{short}");
            self.cloudwatch.add_alarm(&self.env, &alarm, self.env.start - Span::minutes(90_000), &spec);
            // Each alarm has the state that its metric implies. A search for its time would take too long, so the time
            // is invented.
            if let Some(alarm) = self.cloudwatch.alarms.get_mut(&alarm) {
                let since =
                    self.env.start - Span::minutes(i64::try_from(num::hash(endpoint) % 40_000).unwrap_or(0) + 60);
                alarm.doc.set("StateValue", "OK");
                alarm.doc.set("StateReason", "Threshold Crossed: the metric was within bounds.");
                alarm.doc.set("StateUpdatedTimestamp", since);
                alarm.doc.set("StateTransitionedTimestamp", since);
            }
        }
    }
}
