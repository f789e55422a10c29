//! A runbook of Systems Manager that the configuration lets start: it is started, and followed to its end.

mod target;

use std::time::Duration;

use aws_sdk_ssm::types::{DocumentDescription, DocumentStatus, DocumentType};
use serde_json::Value;

use crate::aws::{Aws, AwsError, failed};
use crate::config::Automation;
use crate::intents::calls::{Call, StartAutomationExecution, text};
use crate::intents::{
    Difference, Executor, Guard, Intent, Permission, Pick, PickItem, Plan, Question, Receipt, Refusal, Selection, Step,
    Verdict, new_id,
};
use crate::resources::Kind;
use crate::resources::automation_execution::AutomationExecution;
use crate::view::Line;

/// Start a runbook of Systems Manager that an [[automation]] of the configuration names
#[derive(Debug, Clone, PartialEq, Eq, Default, clap::Args)]
pub struct StartAutomation {
    /// Name of the [[automation]]
    pub automation: String,
    /// Name of the thing that it is started on, where its parameters have {name}
    pub on: Option<String>,
    /// The document, and its version where the configuration names one. Filled in from the configuration.
    #[arg(skip)]
    pub document: (String, Option<String>),
    /// The parameters that are sent. Filled in from the configuration.
    #[arg(skip)]
    pub parameters: Vec<(String, String)>,
    /// Whether the console offers it on a thing that it has read. A command looks whether the thing exists and fits.
    #[arg(skip)]
    pub offered: bool,
}

/// Returns the automations that are offered on the selection.
fn offered<'a>(at: &Selection<'a>) -> Vec<&'a Automation> {
    let model = at.chain.map(|chain| chain.name);
    let kind = at.thing.map(|(kind, _)| kind.name()).or(model.map(|_| "model"));
    let fits = |automation: &&Automation| {
        let of_kind = automation.kinds.is_empty() || automation.kinds.iter().any(|own| Some(own.as_str()) == kind);
        let of_model = automation.models.is_empty()
            || model.is_some_and(|model| automation.models.iter().any(|glob| glob.matches(model)));
        of_kind && of_model && (!automation.needs_name() || name_of(at).is_some())
    };
    at.observed.preferences.automations.iter().filter(fits).collect()
}

/// Returns the name of the selected thing, or that of the model.
fn name_of(at: &Selection<'_>) -> Option<String> {
    let Some((kind, id)) = at.thing else { return at.chain.map(|chain| chain.name.to_owned()) };
    let thing = at.store().table(kind).thing(id)?;
    Some(thing.name())
}

impl StartAutomation {
    fn on(automation: &Automation, at: &Selection<'_>) -> Self {
        let on = name_of(at).filter(|_| automation.needs_name());
        let document = (automation.document.clone(), automation.version.clone());
        Self { automation: automation.name.clone(), on, document, offered: true, ..Self::default() }
    }

    async fn document(&self, aws: &Aws) -> Result<DocumentDescription, AwsError> {
        let (name, version) = &self.document;
        let request = aws.ssm.describe_document().name(name).set_document_version(version.clone());
        let answer = request.send().await.map_err(failed)?;
        answer.document.ok_or_else(|| AwsError::other("DescribeDocument", "no Document"))
    }
}

impl Intent for StartAutomation {
    const NAME: &'static str = "start-automation";
    const HELP: &'static str = "start a runbook of Systems Manager that the configuration names";
    const PATIENCE: Duration = Duration::from_hours(1);
    // Not endpoints: a runbook may change anything, so its stage is not that of the endpoint.
    const ON: &'static [Kind] = &[Kind::Alarms, Kind::Pipelines];
    const PERMISSIONS: &'static [&'static [Permission]] = &[StartAutomationExecution::PERMISSIONS];
    const READS: &'static [&'static str] = &[
        "ssm:DescribeDocument",
        "ssm:DescribeAutomationExecutions",
        "ssm:GetAutomationExecution",
        "ssm:ListTagsForResource",
        "sagemaker:DescribeEndpoint",
        "sagemaker:DescribePipeline",
        "cloudwatch:DescribeAlarms",
    ];

    fn available(at: &Selection<'_>) -> Result<String, String> {
        match offered(at)[..] {
            [] => Err("no [[automation]] of the configuration is for this".to_owned()),
            [only] => Ok(format!("start automation {}", only.name)),
            _ => Ok("start automation".to_owned()),
        }
    }

    fn question(at: &Selection<'_>) -> Option<Question> {
        let all = offered(at);
        if let [only] = all[..] {
            return Some(Question::Nothing(Self::on(only, at).into()));
        }
        let item = |automation: &&Automation| PickItem {
            line: Line::new().plain(&automation.name),
            note: Line::new().muted(&automation.document),
            intent: Self::on(automation, at).into(),
        };
        let items: Vec<PickItem> = all.iter().map(item).collect();
        let (title, text) = ("Which runbook?".to_owned(), "The configuration names several for this.".to_owned());
        (!items.is_empty()).then_some(Question::Which(Pick { title, text, items, focus: 0 }))
    }

    async fn plan(&self, executor: &Executor) -> Result<Plan, Refusal> {
        let aws = &executor.aws;
        let automation = executor.preferences.automations.iter().find(|automation| automation.name == self.automation);
        let Some(automation) = automation else { return Err(Refusal::No(unknown(self, executor))) };
        let Some(parameters) = automation.parameters_for(self.on.as_deref()) else {
            let why = format!("{} needs the name of what it is started on", self.automation);
            return Err(Refusal::No(why));
        };
        if self.on.is_some() && !automation.needs_name() {
            return Err(Refusal::No(format!("{} takes no name: its parameters have none", self.automation)));
        }
        let found = match &self.on {
            Some(on) if !self.offered => Some(target::check(executor, automation, on).await?),
            Some(_) | None => None,
        };
        let document = (automation.document.clone(), automation.version.clone());
        let own = Self { document, parameters: parameters.clone(), ..self.clone() };
        let document = own.document(aws).await?;
        check(&automation.document, &document, &parameters)?;
        let version = document.document_version.clone().unwrap_or_else(|| "$DEFAULT".to_owned());
        let id = new_id();
        let call = StartAutomationExecution {
            document: automation.document.clone(),
            version: version.clone(),
            parameters: parameters.clone(),
            token: id.clone(),
        };
        let facts = [
            Difference::fact("runbook", Some(&automation.document)),
            Difference::fact("version", Some(&version)),
            Difference::fact("description", document.description.as_ref()),
        ];
        let sent = parameters.iter().filter_map(|(name, value)| Difference::fact(name, Some(value)));
        let target = self.on.clone().unwrap_or_else(|| self.automation.clone());
        let on = self.on.as_ref().map(|on| format!(" on {on}")).unwrap_or_default();
        let title = format!("Start {}{on}", self.automation);
        Ok(Plan {
            differences: facts.into_iter().flatten().chain(sent).collect(),
            checks: found
                .into_iter()
                .chain([format!("{} parameters checked against the document", parameters.len())])
                .collect(),
            warnings: vec!["What the runbook does is in its document; it is not shown here.".to_owned()],
            then: "Systems Manager does its steps; done when the execution reads Success.".to_owned(),
            undo: "None: what its steps did stays. aws ssm stop-automation-execution ends a running one.".to_owned(),
            steps: vec![Step::new(aws, call).await?],
            guards: vec![Guard::present(own.clone(), &automation.document, facts_of(&document))],
            ..Plan::of(id, own, title, target)
        })
    }

    async fn present(&self, aws: &Aws) -> Result<String, AwsError> {
        Ok(facts_of(&self.document(aws).await?))
    }

    async fn verify(&self, aws: &Aws, receipt: &Receipt, _: Duration) -> Result<Verdict, AwsError> {
        let Some(id) = &receipt.arn else {
            return Ok(Verdict::Failed("AWS did not say which execution it started; look in Systems Manager".into()));
        };
        let execution = AutomationExecution::of(aws, id).await?;
        let words = format!("automation {}: {}", execution.document, execution.in_words());
        Ok(match (execution.succeeded(), execution.has_failed()) {
            (true, _) => Verdict::Done(words),
            (false, true) => Verdict::Failed(words),
            (false, false) => Verdict::Pending(words),
        })
    }

    fn of_last_call(_: &str, parameters: &Value) -> Option<Self> {
        let document = (text(parameters, "DocumentName").to_owned(), None);
        let sent = parameters.get("Parameters").and_then(Value::as_object).into_iter().flatten();
        let sent = sent.map(|(name, values)| {
            (name.clone(), values.pointer("/0").and_then(Value::as_str).unwrap_or_default().to_owned())
        });
        Some(Self { automation: document.0.clone(), document, parameters: sent.collect(), ..Self::default() })
    }
}

/// Writes what a plan relies on: the version of the document and its contents.
fn facts_of(document: &DocumentDescription) -> String {
    let status = document.status.as_ref().map_or("", |status| status.as_str());
    let version = document.document_version.as_deref().unwrap_or_default();
    format!("{status}, version {version}, hash {}", document.hash.as_deref().unwrap_or_default())
}

/// Says that the configuration does not name an automation, and which it names.
fn unknown(intent: &StartAutomation, executor: &Executor) -> String {
    let known: Vec<&str> = executor.preferences.automations.iter().map(|automation| &*automation.name).collect();
    let known = if known.is_empty() { "there is none".to_owned() } else { format!("there are: {}", known.join(", ")) };
    format!("no [[automation]] of the configuration has the name {:?}; {known}", intent.automation)
}

/// Checks that a document is an active runbook, and that it takes these parameters and no others must be given.
fn check(name: &str, document: &DocumentDescription, parameters: &[(String, String)]) -> Result<(), Refusal> {
    let word = |word: Option<&str>| word.unwrap_or("nothing").to_owned();
    let kind = word(document.document_type.as_ref().map(DocumentType::as_str));
    if kind != "Automation" {
        return Err(Refusal::No(format!("{name} is a document of the type {kind}, and no Automation")));
    }
    let status = word(document.status.as_ref().map(DocumentStatus::as_str));
    if status != "Active" {
        return Err(Refusal::No(format!("{name} is {status}, and not Active")));
    }
    let known = document.parameters.as_deref().unwrap_or_default();
    let names: Vec<&str> = known.iter().filter_map(|parameter| parameter.name.as_deref()).collect();
    if let Some((unknown, _)) = parameters.iter().find(|(key, _)| !names.contains(&key.as_str())) {
        return Err(Refusal::No(format!("{name} has no parameter {unknown}; it has: {}", names.join(", "))));
    }
    let given = |key: &str| parameters.iter().any(|(own, _)| own == key);
    let missing = known.iter().filter(|parameter| parameter.default_value.is_none());
    match missing.filter_map(|parameter| parameter.name.as_deref()).find(|key| !given(key)) {
        Some(missing) => {
            Err(Refusal::No(format!("{missing} has no default; add it to the parameters of the [[automation]]")))
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::intents::selection::tests::Here;
    use crate::resources::Listing;
    use crate::resources::package::ModelPackage;

    #[test]
    fn a_runbook_gets_the_name_of_a_thing_and_not_its_arn() {
        let arn = "arn:aws:sagemaker:eu-west-1:123456789012:model-package/fraud/7";
        let mut here = Here::default();
        let package = ModelPackage { arn: arn.into(), ..ModelPackage::default() };
        here.observed.store.packages.apply(Ok(Listing::all(vec![package])), Timestamp::UNIX_EPOCH);
        assert_eq!(name_of(&here.selection(Kind::Packages, arn)).as_deref(), Some("fraud/7"));
        assert_eq!(name_of(&here.selection(Kind::Packages, "gone")), None);
    }
}
