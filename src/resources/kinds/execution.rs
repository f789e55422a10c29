//! Pipeline executions: the newest few of each pipeline.

mod read;

use std::borrow::Cow;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::aws::{Aws, AwsError};
use crate::health::Health;
use crate::resources::{
    AwsCommand, Cadence, Derived, Event, Kind, Listing, Observed, Properties, Resource, Table, Turn, console,
};
use read::{doubtful, looked_at};

/// One execution.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PipelineExecution {
    /// ARN: the id.
    pub arn: String,
    /// Name of its pipeline.
    pub pipeline: String,
    /// Name it was given.
    pub name: String,
    /// `Executing`, `Succeeded`, `Failed`, …, raw. `Succeeded` may have registered nothing.
    pub status: String,
    /// Start.
    pub started: Option<Timestamp>,
    /// Last change; absent until the index or a description told it.
    pub modified: Option<Timestamp>,
    /// The reason of its failure.
    pub failure: Option<String>,
    /// The steps that it was told to run (`SelectiveExecutionConfig`), none for all of them; absent until the index or a
    /// description told it.
    #[serde(default)]
    pub selected: Option<Vec<String>>,
    /// Its parameters, name and value, without those that may hold a secret; absent until the index told them.
    #[serde(default)]
    pub parameters: Option<Vec<(String, String)>>,
}

impl PipelineExecution {
    /// Is it still running?
    #[must_use]
    pub fn running(&self) -> bool {
        matches!(self.status.as_str(), "Executing" | "Stopping")
    }
    /// When it ended: its last change, where it is over and the index told that.
    #[must_use]
    pub fn ended(&self) -> Option<Timestamp> {
        self.modified.filter(|_| !self.running())
    }
    /// Seconds that it took, where it succeeded and ran all its steps: the index tells its last change, which is its end.
    #[must_use]
    pub fn took(&self) -> Option<i64> {
        let good = self.status == "Succeeded" && self.only().is_empty();
        let seconds = self.modified?.as_second() - self.started?.as_second();
        (good && seconds > 0).then_some(seconds)
    }
    /// The only steps that it was told to run; none when it ran all or when that is not known.
    #[must_use]
    pub fn only(&self) -> &[String] {
        self.selected.as_deref().unwrap_or_default()
    }
    /// A list tells less than the index: what was known of the same state stays.
    fn with_known(self, known: Option<&Self>) -> Self {
        match known.filter(|k| k.status == self.status) {
            Some(k) => {
                let selected = self.selected.or_else(|| k.selected.clone());
                let parameters = self.parameters.or_else(|| k.parameters.clone());
                Self { modified: self.modified.or(k.modified), selected, parameters, ..self }
            }
            None => self,
        }
    }
    /// Its id within the pipeline.
    #[must_use]
    pub fn short(&self) -> &str {
        crate::resources::arn_name(&self.arn)
    }
}

impl Resource for PipelineExecution {
    const KIND: Kind = Kind::Executions;
    const CADENCE: Cadence = Cadence::Fast;
    const AFTER: &[Kind] = &[Kind::Pipelines];
    const SWEEP: Option<Cadence> = Some(Cadence::Slow);
    const WINDOWED: bool = true;
    fn id(&self) -> &str {
        &self.arn
    }
    fn title(&self) -> Cow<'_, str> {
        format!("run {}", self.short()).into()
    }
    fn status(&self) -> Option<&str> {
        Some(&self.status)
    }
    fn arn(&self) -> Option<&str> {
        Some(&self.arn)
    }
    fn console(&self, region: &str) -> Option<String> {
        Some(console::studio(region))
    }
    fn command(&self) -> Option<AwsCommand> {
        Some(AwsCommand::sagemaker("describe-pipeline-execution", "pipeline-execution-arn", &self.arn))
    }
    fn properties(&self, all: &mut Properties) {
        all.status("PipelineExecutionStatus", &*self.status)
            .text("FailureReason", self.failure.as_deref())
            .time("StartTime", self.started)
            .text("name", &*self.name)
            .text("only the steps", &*self.only().join(", "))
            .text("pipeline", &*self.pipeline)
            .derived(Derived::Steps)
            .derived(Derived::Checks);
    }
    fn events(&self, old: Option<&Self>) -> Vec<Event> {
        let started = self
            .started
            .filter(|_| old.is_none())
            .map(|at| Event::at(at, Health::Running, format!("run {} started", self.short())).by(&*self.pipeline));
        let turned = old.is_none_or(|old| old.status != self.status) && !self.status.is_empty();
        let turned = (turned && self.status != "Executing").then(|| {
            let why = self.failure.as_deref().map(|f| format!(": {f}")).unwrap_or_default();
            let text = format!("run {} {}{why}", self.short(), self.status);
            let at = self.modified.filter(|_| !self.running());
            Event { at, health: Health::of_status(&self.status), text, by: self.pipeline.clone() }
        });
        started.into_iter().chain(turned).collect()
    }
    fn due(observed: &Observed, known: &Table<Self>) -> bool {
        known.answered()
            && !(looked_at(observed, known).is_empty() && doubtful(observed, known, known.rows()).is_empty())
    }
    async fn read(aws: &Aws, observed: &Observed, turn: Turn<'_, Self>) -> Result<Listing<Self>, AwsError> {
        read::read(aws, observed, turn).await
    }
}
