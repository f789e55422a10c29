//! Retrain: `StartPipelineExecution` with checked parameters.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use super::pipeline_run::PipelineRun;
use crate::aws::{Aws, AwsError, failed};
use crate::intents::calls::{Call, StartPipelineExecution, text};
use crate::intents::{
    Difference, Executor, Guard, Input, Intent, Permission, Plan, Question, Receipt, Refusal, Selection, Step, Values,
    Verdict, new_id,
};
use crate::redact;
use crate::resources::Kind;
use crate::resources::execution::PipelineExecution;
use crate::resources::pipeline::{Definition, Parameter, Pipeline};
use crate::view::Line;

/// Start a SageMaker pipeline and wait for its end
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Retrain {
    /// Name of the pipeline
    pub pipeline: String,
    /// A parameter that differs from its default
    #[arg(long = "param", value_name = "NAME=VALUE", value_parser = name_and_value)]
    pub parameters: Vec<(String, String)>,
}

/// Splits `NAME=VALUE`. The value may contain an equals sign.
pub(super) fn name_and_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("expected NAME=VALUE".to_owned()),
    }
}

/// Returns the name of a run. A part of the id distinguishes it from one that somebody else starts in the same second.
pub(super) fn display_name(now: Timestamp, id: &str) -> String {
    format!("sagetop-{}-{}", now.strftime("%Y%m%d-%H%M%S"), id.chars().take(8).collect::<String>())
}

impl Intent for Retrain {
    const NAME: &'static str = "retrain";
    const HELP: &'static str = "start the pipeline again";
    const PATIENCE: Duration = Duration::from_hours(24);
    const ON: &'static [Kind] = &[Kind::Pipelines, Kind::Executions];
    const PERMISSIONS: &'static [&'static [Permission]] = &[StartPipelineExecution::PERMISSIONS];
    const READS: &'static [&'static str] = &[
        "sagemaker:DescribePipeline",
        "sagemaker:ListPipelineExecutions",
        "sagemaker:DescribePipelineExecution",
        "sagemaker:ListPipelineExecutionSteps",
    ];

    fn available(at: &Selection<'_>) -> Result<String, String> {
        let pipelines = &at.store().pipelines;
        let Some(name) = selected_pipeline(at) else {
            return match pipelines.read_error() {
                Some(why) => Err(format!("pipelines cannot be read ({})", why.kind.word())),
                None if still_reading(at) => Ok(Self::NAME.to_owned()),
                None => {
                    Err("no pipeline is known here: select a model that has one, or add pipelines = [\"…\"] to its \
                             [[model]]"
                        .to_owned())
                }
            };
        };
        at.recent(pipelines, name)?;
        match pipelines.get(name) {
            Some(pipeline) if pipeline.definition.is_none() && pipelines.asked_at(name).is_some() => {
                let why = pipelines.trouble().map(|why| format!(" ({})", why.kind.word())).unwrap_or_default();
                Err(format!("the definition of {name} cannot be read{why}"))
            }
            Some(_) => Ok(Self::NAME.to_owned()),
            None => Err(format!("{name} is gone")),
        }
    }

    fn question(at: &Selection<'_>) -> Option<Question> {
        let name = selected_pipeline(at);
        let known = name.and_then(|name| at.store().pipelines.get(name)?.definition.as_ref());
        Some(match (name, known) {
            (Some(name), Some(definition)) => Question::Values(parameters(name, definition, last_good_run(at, name))),
            (Some(name), None) => Question::NotRead(format!("the definition of {name} is being read")),
            (None, _) => Question::NotRead("the pipelines and their definitions are being read".to_owned()),
        })
    }

    async fn plan(&self, executor: &Executor) -> Result<Plan, Refusal> {
        let (aws, now) = (&executor.aws, (executor.clock)());
        let pipeline = Pipeline::describe(aws, &self.pipeline).await?;
        let definition = pipeline.definition.clone().unwrap_or_default();
        if let Some(problem) = &definition.problem {
            return Err(Refusal::No(format!("{}: {problem}", self.pipeline)));
        }
        self.check(&definition)?;
        let mut warnings = running(aws, &self.pipeline).await?;
        if !definition.registers() {
            warnings.push("Its definition registers no version: a run will not appear in the registry.".into());
        } else if definition.steps.iter().any(|s| s.kind == "Condition") {
            warnings
                .push("Registration depends on a condition: a run can succeed without registering a version.".into());
        }
        let id = new_id();
        let call = StartPipelineExecution {
            pipeline: self.pipeline.clone(),
            display_name: display_name(now, &id),
            description: format!("started from sagetop, intent {id}"),
            parameters: self.parameters.clone(),
            selective: None,
            token: id.clone(),
        };
        Ok(Plan {
            differences: self.differences(&definition),
            checks: vec![format!("{} parameters checked against the definition", definition.parameters.len())],
            warnings,
            then: match definition.groups.first() {
                Some(group) => {
                    format!("Runs {} steps; done when a new version of {group} is registered.", definition.steps.len())
                }
                None if definition.registers() => {
                    format!("Runs {} steps; done when a new version is registered.", definition.steps.len())
                }
                None => format!("Runs {} steps; done when the run succeeds.", definition.steps.len()),
            },
            undo: "StopPipelineExecution ends the run; what it wrote stays.".into(),
            steps: vec![Step::new(aws, call).await?],
            guards: vec![Guard::Pipeline { name: self.pipeline.clone(), modified: pipeline.modified }],
            ..Plan::of(id, self.clone(), format!("Start {}", self.pipeline), self.pipeline.clone())
        })
    }

    async fn verify(&self, aws: &Aws, receipt: &Receipt, _waited: Duration) -> Result<Verdict, AwsError> {
        let Some(arn) = &receipt.arn else {
            return Ok(Verdict::Failed(
                "AWS did not say which run it started; look at the runs of the pipeline".into(),
            ));
        };
        PipelineRun::read(aws, arn).await?.verdict(aws).await
    }

    fn of_last_call(_call: &str, parameters: &Value) -> Option<Self> {
        let sent = parameters.get("PipelineParameters").and_then(Value::as_array).into_iter().flatten();
        let sent = sent.map(|one| (text(one, "Name").to_owned(), text(one, "Value").to_owned())).collect();
        Some(Self { pipeline: text(parameters, "PipelineName").to_owned(), parameters: sent })
    }
}

impl Retrain {
    fn check(&self, definition: &Definition) -> Result<(), Refusal> {
        for (place, (name, value)) in self.parameters.iter().enumerate() {
            if self.parameters.iter().take(place).any(|(earlier, _)| earlier == name) {
                return Err(Refusal::No(format!("{name} is given twice")));
            }
            let Some(parameter) = definition.parameters.iter().find(|p| p.name == *name) else {
                let known: Vec<&str> = definition.parameters.iter().map(|p| p.name.as_str()).collect();
                let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
                return Err(Refusal::No(format!("{} has no parameter {name}; it has: {known}", self.pipeline)));
            };
            let shown = redact::value(name, value);
            parameter.check(value).map_err(|why| Refusal::No(format!("{name} = {shown:?}: {why}")))?;
        }
        let given = |name: &str| self.parameters.iter().any(|(n, _)| n == name);
        match definition.parameters.iter().find(|p| p.default.is_none() && !given(&p.name)) {
            Some(missing) => Err(Refusal::No(format!("{} has no default and must be given", missing.name))),
            None => Ok(()),
        }
    }

    fn differences(&self, definition: &Definition) -> Vec<Difference> {
        let given = |name: &str| self.parameters.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone());
        let row = |p: &Parameter| {
            let default = p.default.clone().unwrap_or_else(|| "–".into());
            let then = given(&p.name).unwrap_or_else(|| default.clone());
            let note = if p.same(&then, &default) { "default".to_owned() } else { p.kind.clone() };
            Difference { what: p.name.clone(), now: default, then, note }
        };
        definition.parameters.iter().map(row).collect()
    }
}

/// Returns the selected pipeline, or the pipeline of the model.
fn selected_pipeline<'a>(at: &Selection<'a>) -> Option<&'a str> {
    if let Some(name) = at.id_of(Kind::Pipelines) {
        return Some(name);
    }
    if let Some(execution) = at.id_of(Kind::Executions) {
        return at.store().executions.get(execution).map(|execution| execution.pipeline.as_str());
    }
    // The pipeline that registers into the model's group is the one that trains the model.
    let chain = at.chain?;
    let registers = |name: &&&str| {
        let definition = at.store().pipelines.get(name).and_then(|pipeline| pipeline.definition.as_ref());
        let into =
            |group: &str| definition.is_some_and(|d| d.groups.iter().any(|name| name.eq_ignore_ascii_case(group)));
        chain.group.is_some_and(into)
    };
    chain.pipelines.iter().find(registers).or(chain.pipelines.first()).copied()
}

/// Returns whether something is still being read that may reveal the pipeline of the model.
fn still_reading(at: &Selection<'_>) -> bool {
    let (pipelines, packages) = (&at.store().pipelines, &at.store().packages);
    let reading = !pipelines.answered() || !packages.answered() || packages.partly_read();
    at.chain.is_some() && (reading || at.joined.undefined())
}

/// Returns the newest run of a pipeline that succeeded with all its steps, if its parameters are known.
fn last_good_run<'a>(at: &Selection<'a>, pipeline: &str) -> Option<&'a PipelineExecution> {
    let good = |run: &&PipelineExecution| run.status == "Succeeded" && run.only().is_empty();
    let own = at.store().executions.rows().filter(|run| run.pipeline == pipeline).filter(good);
    own.filter(|run| run.parameters.is_some()).max_by_key(|run| run.started)
}

/// Asks for the parameters of a pipeline, filled in as in its last good run. Only values that differ from their defaults
/// are sent.
fn parameters(pipeline: &str, definition: &Definition, last: Option<&PipelineExecution>) -> Values {
    let parameters = definition.parameters.clone();
    let before = last.and_then(|run| run.parameters.as_deref()).unwrap_or_default();
    let filled = |parameter: &Parameter| {
        let (_, value) = before.iter().find(|(name, _)| *name == parameter.name)?;
        let other = parameter.check(value).is_ok() && !parameter.is_default(value);
        other.then(|| value.clone())
    };
    let input = |parameter: &Parameter| match filled(parameter) {
        Some(value) => Input::Filled(parameter.clone(), value),
        None => Input::Parameter(parameter.clone()),
    };
    let differ: Vec<&str> = parameters.iter().filter(|p| filled(p).is_some()).map(|p| p.name.as_str()).collect();
    let none = if parameters.is_empty() {
        Some("This pipeline has no parameters.".to_owned())
    } else {
        last.filter(|_| !differ.is_empty()).map(|run| {
            format!("Filled in as in the last good run {}; other than the default: {}.", run.short(), differ.join(", "))
        })
    };
    let none = none.map(|text| Line::new().muted(text));
    let inputs = parameters.iter().map(input).collect();
    let name = pipeline.to_owned();
    let make = move |values: &[String]| {
        let changed = parameters.iter().zip(values).filter(|(parameter, value)| !parameter.is_default(value));
        let parameters = changed.map(|(parameter, value)| (parameter.name.clone(), value.clone())).collect();
        Ok(Retrain { pipeline: name.clone(), parameters }.into())
    };
    let title = format!("Start {pipeline}");
    Values { title, text: none.into_iter().collect(), inputs, intent: Box::new(make) }
}

/// Warns of the runs of a pipeline that are under way.
pub(super) async fn running(aws: &Aws, pipeline: &str) -> Result<Vec<String>, Refusal> {
    use aws_sdk_sagemaker::types::{PipelineExecutionStatus, SortOrder, SortPipelineExecutionsBy};
    let request = aws.sagemaker.list_pipeline_executions().pipeline_name(pipeline).max_results(10);
    let request = request.sort_by(SortPipelineExecutionsBy::CreationTime).sort_order(SortOrder::Descending);
    let page = request.send().await.map_err(failed)?;
    let executions = page.pipeline_execution_summaries.unwrap_or_default();
    let running = executions.iter().filter(|e| e.pipeline_execution_status == Some(PipelineExecutionStatus::Executing));
    Ok(running
        .filter_map(|e| e.pipeline_execution_arn.as_deref())
        .map(|arn| {
            format!("It is running already ({}); both would write to the same places.", crate::resources::arn_name(arn))
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intents::selection::tests::Here;
    use crate::resources::Listing;
    #[test]
    fn a_definition_that_is_not_read_yet_is_waited_for() {
        let unread = || Listing::all(vec![Pipeline { name: "build".into(), ..Pipeline::default() }]);
        let here = |listing: Listing<Pipeline>| {
            let mut here = Here::default();
            here.observed.store.pipelines.apply(Ok(listing), Timestamp::UNIX_EPOCH);
            here
        };
        let waiting = here(unread());
        let selection = waiting.selection(Kind::Pipelines, "build");
        assert_eq!(Retrain::available(&selection), Ok("retrain".to_owned()));
        let Some(Question::NotRead(what)) = Retrain::question(&selection) else { panic!() };
        assert_eq!(what, "the definition of build is being read");
        let refused = here(unread().asked(vec!["build".into()]));
        let refused = Retrain::available(&refused.selection(Kind::Pipelines, "build"));
        assert_eq!(refused, Err("the definition of build cannot be read".to_owned()));
    }

    #[test]
    fn only_parameters_that_differ_from_their_defaults_are_sent() {
        let parameter = |name: &str, kind: &str, default: &str| Parameter {
            name: name.into(),
            kind: kind.into(),
            default: Some(default.into()),
            ..Parameter::default()
        };
        let all = vec![parameter("Epochs", "Integer", "12"), parameter("Capacity", "String", "spot")];
        let values = parameters("build", &Definition { parameters: all, ..Definition::default() }, None);
        for (typed, sent) in [
            (["20", "spot"], vec![("Epochs".to_owned(), "20".to_owned())]),
            (["012", "spot"], Vec::new()),
            (["12", "on-demand"], vec![("Capacity".to_owned(), "on-demand".to_owned())]),
        ] {
            let intent = (values.intent)(&typed.map(str::to_owned)).unwrap();
            assert_eq!(intent, Retrain { pipeline: "build".into(), parameters: sent }.into());
        }
    }

    #[test]
    fn values_of_the_last_good_run_are_filled_in_where_they_are_no_default_and_still_allowed() {
        let parameter = |name: &str, kind: &str, default: &str| Parameter {
            name: name.into(),
            kind: kind.into(),
            default: Some(default.into()),
            ..Parameter::default()
        };
        let all = vec![
            parameter("Epochs", "Integer", "12"),
            parameter("Rate", "Float", "0.1"),
            parameter("X", "Integer", "1"),
        ];
        let given = [("Epochs", "20"), ("Rate", "0.10"), ("X", "many"), ("Gone", "1")];
        let given = given.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        let last = PipelineExecution { arn: "a/run7".into(), parameters: Some(given), ..PipelineExecution::default() };
        let definition = Definition { parameters: all.clone(), ..Definition::default() };
        let values = parameters("build", &definition, Some(&last));
        let expected = [
            Input::Filled(all[0].clone(), "20".into()),
            Input::Parameter(all[1].clone()),
            Input::Parameter(all[2].clone()),
        ];
        assert_eq!(values.inputs, expected);
        let text = values.text[0].text();
        assert_eq!(text, "Filled in as in the last good run run7; other than the default: Epochs.");
    }

    #[test]
    fn a_parameter_may_hold_an_equals_sign() {
        assert_eq!(name_and_value("Query=a=b"), Ok(("Query".into(), "a=b".into())));
        assert!(name_and_value("=b").is_err() && name_and_value("b").is_err());
    }
}
