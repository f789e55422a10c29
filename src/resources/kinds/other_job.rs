//! Processing, transform, tuning and `AutoML` jobs: what ran beside training, how it stands, and what came out.

mod describe;
mod read;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::aws::{Aws, AwsError};
use crate::health::Health;
use crate::resources::{
    AwsCommand, Cadence, Derived, Event, Kind, Listing, LogSource, Observed, Properties, Resource, Table, Turn,
    page_of_arn,
};

/// What a job does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Work {
    /// Runs a script on data.
    #[default]
    Processing,
    /// Asks a model for many answers.
    Transform,
    /// Trains many times and looks for the best parameters.
    Tuning,
    /// Trains models of many kinds and looks for the best.
    AutoMl,
}

impl Work {
    /// Returns AWS's word for it.
    #[must_use]
    pub fn noun(self) -> &'static str {
        match self {
            Self::Processing => "processing job",
            Self::Transform => "transform job",
            Self::Tuning => "tuning job",
            Self::AutoMl => "AutoML job",
        }
    }
}

/// One job.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct OtherJob {
    /// Its ARN in lower case, as steps of pipelines name it.
    pub id: String,
    /// Unique among the jobs that do the same.
    pub name: String,
    /// ARN.
    pub arn: String,
    /// What it does.
    pub work: Work,
    /// `InProgress`, `Completed`, `Failed`, …, raw.
    pub status: String,
    /// Creation.
    pub created: Option<Timestamp>,
    /// End.
    pub ended: Option<Timestamp>,
    /// Last change.
    pub modified: Option<Timestamp>,
    /// The reason why it failed.
    pub failure: Option<String>,
    /// ARN of the execution that made it, if it is known.
    pub execution: Option<String>,
    /// Name of the monitoring schedule that started it, if it is known.
    #[serde(default)]
    pub monitor: Option<String>,
    /// The model package group that it belongs to, if no execution made it: that of the model that it asks, or that with
    /// which its name begins.
    pub group: Option<String>,
    /// Details; absent until it was described.
    pub details: Option<OtherDetails>,
}

/// The details that the list does not have. Those that a kind of job does not have are empty.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct OtherDetails {
    /// The phase of an `AutoML` job, raw.
    pub phase: Option<String>,
    /// Type and number of instances.
    pub instances: String,
    /// S3 URIs that it reads.
    pub inputs: Vec<String>,
    /// S3 URIs that it writes.
    pub outputs: Vec<String>,
    /// Image of a processing job.
    pub image: Option<String>,
    /// Model of a transform job.
    pub model: Option<String>,
    /// The last words of a processing job.
    pub exit: Option<String>,
    /// Training jobs of a tuning job.
    pub counters: Option<Counters>,
    /// What is looked for: `Maximize validation:auc`.
    pub objective: Option<String>,
    /// The best training job or candidate so far.
    pub best: Option<Best>,
}

/// How the training jobs of a tuning job stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counters {
    /// The most that it may start.
    pub most: Option<i32>,
    /// Jobs that completed.
    pub completed: i32,
    /// Jobs that run.
    pub running: i32,
    /// Jobs that failed, and may be tried again or not.
    pub failed: i32,
    /// Jobs that were stopped.
    pub stopped: i32,
}

/// The best training job or candidate.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Best {
    /// Its name.
    pub name: String,
    /// The metric of the objective.
    pub metric: String,
    /// Its value.
    pub value: Option<f64>,
}

impl Counters {
    /// Describes them: `12 of 20 completed, 2 running, 1 failed`.
    #[must_use]
    pub fn in_words(&self) -> String {
        let most = self.most.map(|most| format!(" of {most}")).unwrap_or_default();
        let others = [(self.running, "running"), (self.failed, "failed"), (self.stopped, "stopped")];
        let others = others.into_iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!(", {n} {word}"));
        format!("{}{most} completed{}", self.completed, others.collect::<String>())
    }
}

impl Best {
    /// Describes it: `fraud-007: validation:auc 0.953`.
    #[must_use]
    pub fn in_words(&self) -> String {
        let value = self.value.map(|value| format!(": {} {value}", self.metric)).unwrap_or_default();
        format!("{}{value}", self.name)
    }
}

impl OtherJob {
    /// Returns whether a pipeline made it. Pipelines name jobs `pipelines-{execution}-{step}-{suffix}` (seen, not
    /// documented).
    #[must_use]
    pub fn of_pipeline(&self) -> bool {
        self.execution.is_some() || self.execution_in_name().is_some()
    }
    /// Returns whether a monitoring schedule started it. Such jobs are called `model-monitoring-{time}-{suffix}` (seen, not
    /// documented).
    #[must_use]
    pub fn of_monitor(&self) -> bool {
        self.monitor.is_some() || self.name.starts_with("model-monitoring-")
    }
    fn execution_in_name(&self) -> Option<&str> {
        self.name.strip_prefix("pipelines-")?.split('-').next()
    }
    /// Returns whether it is still running.
    #[must_use]
    pub fn running(&self) -> bool {
        matches!(self.status.as_str(), "InProgress" | "Stopping")
    }
}

impl Resource for OtherJob {
    const KIND: Kind = Kind::OtherJobs;
    const CADENCE: Cadence = Cadence::Slow;
    const SWEEP: Option<Cadence> = Some(Cadence::Rare);
    const OPTIONAL: bool = true;
    const AFTER: &'static [Kind] = &[Kind::Steps, Kind::Packages, Kind::MonitoringSchedules];
    const WINDOWED: bool = true;
    fn id(&self) -> &str {
        &self.id
    }
    fn title(&self) -> std::borrow::Cow<'_, str> {
        (&*self.name).into()
    }
    fn status(&self) -> Option<&str> {
        Some(&self.status)
    }
    fn arn(&self) -> Option<&str> {
        Some(&self.arn)
    }
    fn part_of(&self) -> Option<(Kind, &str)> {
        let execution = self.execution.as_deref().map(|arn| (Kind::Executions, arn));
        let monitor = || Some((Kind::MonitoringSchedules, self.monitor.as_deref()?));
        execution.or_else(monitor).or_else(|| Some((Kind::Groups, self.group.as_deref()?)))
    }
    fn log(&self) -> Option<LogSource> {
        let job = self.arn.split_once(&self.name.to_ascii_lowercase()).map_or(self.arn.clone(), |(start, _)| {
            // The ARN may spell the name in lower case, the streams of the log do not.
            format!("{start}{}", self.name)
        });
        LogSource::of_arn(&job)
    }
    fn summary(&self) -> String {
        let details = self.details.as_ref();
        let counters = details.and_then(|d| d.counters.as_ref()).map(Counters::in_words);
        let best = details.and_then(|d| d.best.as_ref()).map(|best| format!("best {}", best.in_words()));
        let failure = self.failure.clone();
        let parts = [Some(self.work.noun().to_owned()), failure, counters, best];
        parts.into_iter().flatten().collect::<Vec<_>>().join("  ")
    }
    fn console(&self, region: &str) -> Option<String> {
        page_of_arn(region, &self.arn)
    }
    fn command(&self) -> Option<AwsCommand> {
        Some(match self.work {
            Work::Processing => AwsCommand::sagemaker("describe-processing-job", "processing-job-name", &self.name),
            Work::Transform => AwsCommand::sagemaker("describe-transform-job", "transform-job-name", &self.name),
            Work::Tuning => AwsCommand::sagemaker(
                "describe-hyper-parameter-tuning-job",
                "hyper-parameter-tuning-job-name",
                &self.name,
            ),
            Work::AutoMl => AwsCommand::sagemaker("describe-auto-ml-job-v2", "auto-ml-job-name", &self.name),
        })
    }
    fn properties(&self, all: &mut Properties) {
        all.text("kind", self.work.noun())
            .status("status", &*self.status)
            .text("FailureReason", self.failure.as_deref())
            .time("CreationTime", self.created)
            .time("end", self.ended);
        if let Some(details) = &self.details {
            all.text("phase", details.phase.as_deref())
                .text("objective", details.objective.as_deref())
                .text("training jobs", details.counters.as_ref().map(Counters::in_words).as_deref())
                .text("best", details.best.as_ref().map(Best::in_words).as_deref())
                .text("ExitMessage", details.exit.as_deref())
                .text("ModelName", details.model.as_deref())
                .text("instances", &*details.instances)
                .text("inputs", &*details.inputs.join(", "))
                .text("outputs", &*details.outputs.join(", "))
                .text("image", details.image.as_deref());
        }
        all.derived(Derived::Checks)
            .text("execution", self.execution.as_deref())
            .text("monitor", self.monitor.as_deref());
    }
    fn events(&self, old: Option<&Self>) -> Vec<Event> {
        // Jobs of steps are told by their steps, and those of monitors by these.
        if self.of_pipeline() || self.of_monitor() {
            return Vec::new();
        }
        let turned = old.is_none_or(|old| old.status != self.status) && !self.running() && !self.status.is_empty();
        let text = format!("{} {} {}", self.work.noun(), self.name, self.status);
        let event = Event {
            at: self.ended.or(self.modified),
            health: Health::of_status(&self.status),
            text,
            by: String::new(),
        };
        turned.then_some(event).into_iter().collect()
    }
    fn due(observed: &Observed, known: &Table<Self>) -> bool {
        known.answered() && !read::looked_at(observed, known).is_empty()
    }
    async fn read(aws: &Aws, observed: &Observed, turn: Turn<'_, Self>) -> Result<Listing<Self>, AwsError> {
        read::read(aws, observed, turn).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_and_the_best_are_told_in_words() {
        let counters = Counters { most: Some(20), completed: 12, running: 2, failed: 1, stopped: 0 };
        assert_eq!(counters.in_words(), "12 of 20 completed, 2 running, 1 failed");
        assert_eq!(Counters::default().in_words(), "0 completed");
        let best = Best { name: "t-7".into(), metric: "auc".into(), value: Some(0.5) };
        assert_eq!(best.in_words(), "t-7: auc 0.5");
        assert_eq!(Best { value: None, ..best }.in_words(), "t-7");
    }

    #[test]
    fn the_log_of_a_job_is_under_its_name_as_it_is_spelt() {
        let job = OtherJob {
            name: "Score-1".into(),
            arn: "arn:aws:sagemaker:eu-west-1:1:transform-job/score-1".into(),
            ..OtherJob::default()
        };
        assert_eq!(job.log().map(|log| log.prefix), Some("Score-1/".to_owned()));
        let tuning = OtherJob { arn: "arn:aws:sagemaker:eu-west-1:1:hyper-parameter-tuning-job/x".into(), ..job };
        assert_eq!(tuning.log(), None);
    }
}
