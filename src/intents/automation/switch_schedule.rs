//! A schedule of `EventBridge` Scheduler that is enabled or disabled. The call replaces the whole schedule.

use std::time::Duration;

use aws_sdk_scheduler::operation::get_schedule::GetScheduleOutput;
use aws_sdk_scheduler::types::ScheduleState;
use serde_json::Value;

use crate::aws::{Aws, AwsError, failed};
use crate::intents::arguments::command_line;
use crate::intents::calls::{Call, UpdateSchedule, text};
use crate::intents::{
    Difference, Executor, Guard, Intent, Part, Permission, Plan, Question, Receipt, Refusal, Selection, Step, Switch,
    Switched, Verdict, new_id,
};
use crate::resources::{Kind, Resource, time};

/// The group of schedules that were put into none.
const DEFAULT_GROUP: &str = "default";

/// Enable or disable a schedule of EventBridge Scheduler
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct SwitchSchedule {
    /// Name of the schedule: NAME, or GROUP/NAME
    pub schedule: String,
    /// What the schedule shall be
    pub to: Switch,
}

impl SwitchSchedule {
    async fn read(&self, aws: &Aws) -> Result<GetScheduleOutput, AwsError> {
        let (group, name) = self.schedule.split_once('/').unwrap_or((DEFAULT_GROUP, &self.schedule));
        aws.scheduler.get_schedule().group_name(group).name(name).send().await.map_err(failed)
    }
}

fn is_enabled(schedule: &GetScheduleOutput) -> bool {
    schedule.state == Some(ScheduleState::Enabled)
}

/// Writes what a plan relies on: any change of the schedule has a new time.
fn facts(schedule: &GetScheduleOutput) -> String {
    let state = schedule.state.as_ref().map_or("in an unknown state", ScheduleState::as_str);
    let changed = time(schedule.last_modification_date.as_ref()).map(|at| format!(", changed at {at}"));
    format!("{state}{}", changed.unwrap_or_default())
}

impl Intent for SwitchSchedule {
    const NAME: &'static str = "switch-schedule";
    const HELP: &'static str = "turn a schedule on or off";
    const PATIENCE: Duration = Duration::from_mins(2);
    const ON: &'static [Kind] = &[Kind::Schedules];
    const PERMISSIONS: &'static [&'static [Permission]] = &[UpdateSchedule::PERMISSIONS];
    const READS: &'static [&'static str] = &["scheduler:GetSchedule"];

    fn available(at: &Selection<'_>) -> Result<String, String> {
        let schedules = &at.store().schedules;
        let id = at.id_of(Kind::Schedules).ok_or("no schedule is selected")?;
        let schedule = schedules.get(id).ok_or_else(|| format!("{id} is gone"))?;
        at.recent(schedules, id)?;
        Ok(Switch::of(schedule.enabled()).other().label("schedule"))
    }

    fn question(at: &Selection<'_>) -> Option<Question> {
        let schedule = at.store().schedules.get(at.id_of(Kind::Schedules)?)?;
        let to = Switch::of(schedule.enabled()).other();
        Some(Question::Nothing(Self { schedule: schedule.title().into_owned(), to }.into()))
    }

    async fn plan(&self, executor: &Executor) -> Result<Plan, Refusal> {
        let mut read = self.read(&executor.aws).await?;
        self.to.refuse_same(is_enabled(&read), &self.schedule)?;
        let was = facts(&read);
        // AWS takes no start that is past: docs/aws.md#schedules-are-replaced
        let now = (executor.clock)().as_second();
        let started = read.start_date.take_if(|start| start.secs() < now);
        let target = read.target.as_ref();
        let rows = [
            Some(Difference::change("State", read.state.as_ref().map_or("–", ScheduleState::as_str), self.to.state())),
            Difference::fact("ScheduleExpression", read.schedule_expression.as_ref()),
            Difference::fact("time zone", read.schedule_expression_timezone.as_ref()),
            Difference::fact("starts", target.map(|target| &target.arn)),
            Difference::fact("RoleArn", target.map(|target| &target.role_arn)),
            Difference::fact("description", read.description.as_ref().filter(|text| !text.is_empty())),
        ];
        let id = new_id();
        let call = UpdateSchedule { read: Box::new(read), state: self.to.state().into(), token: id.clone() };
        let title = format!("{} schedule {}", self.to.verb(), self.schedule);
        Ok(Plan {
            differences: rows.into_iter().flatten().collect(),
            checks: vec!["The whole schedule is sent as it was read, with another state".to_owned()],
            warnings: started
                .map(|_| "Its StartDate is past and is left out, because AWS takes no past one.".to_owned())
                .into_iter()
                .collect(),
            then: format!(
                "Done when the schedule reads {}. A run that was missed is not made up for.",
                self.to.state()
            ),
            undo: format!("sagetop {} {} {}", Self::NAME, self.schedule, self.to.other().word()),
            steps: vec![Step::new(&executor.aws, call).await?],
            guards: vec![Guard::present(self.clone(), &self.schedule, was)],
            inverse: self.switches().pop().map(|switched| switched.back),
            ..Plan::of(id, self.clone(), title, self.schedule.clone())
        })
    }

    async fn present(&self, aws: &Aws) -> Result<String, AwsError> {
        Ok(facts(&self.read(aws).await?))
    }

    async fn verify(&self, aws: &Aws, _: &Receipt, _: Duration) -> Result<Verdict, AwsError> {
        Ok(self.to.verdict(is_enabled(&self.read(aws).await?), &format!("schedule {}", self.schedule)))
    }

    fn switches(&self) -> Vec<Switched> {
        vec![Switched::new(Part::Schedule, &self.schedule, self.to, Self { to: self.to.other(), ..self.clone() })]
    }

    fn arguments(&self) -> Option<Vec<String>> {
        Some(command_line([], [self.schedule.as_str(), self.to.word()]))
    }

    fn of_last_call(_: &str, parameters: &Value) -> Option<Self> {
        let schedule = match (text(parameters, "GroupName"), text(parameters, "Name")) {
            (DEFAULT_GROUP, name) => name.to_owned(),
            (group, name) => format!("{group}/{name}"),
        };
        Some(Self { schedule, to: Switch::of(text(parameters, "State") == "ENABLED") })
    }
}
