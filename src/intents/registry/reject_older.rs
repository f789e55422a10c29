//! The rejection of all versions of a group that wait and are older than its newest one that is not rejected, in one
//! plan.

use std::time::Duration;

use aws_sdk_sagemaker::types::{ModelApprovalStatus, ModelPackageSortBy, ModelPackageType, SortOrder};
use serde_json::Value;

use super::deploy_rules::DeployRules;
use crate::aws::{Aws, AwsError, failed};
use crate::fmt;
use crate::intents::calls::{Call, UpdateModelPackage, text};
use crate::intents::{
    Difference, Executor, Guard, Input, Intent, Permission, Plan, Question, Receipt, Refusal, Selection, Step, Values,
    Verdict, new_id, reason,
};
use crate::resources::Kind;
use crate::resources::package::ModelPackage;
use crate::view::Line;

/// The longest `ApprovalDescription` that AWS accepts.
const LONGEST_REASON: usize = 1024;
/// The most versions of one plan.
const MOST: usize = 25;
const WAITS: &str = "PendingManualApproval";
const REJECTED: &str = "Rejected";

/// Reject all versions of a group that wait for a decision and are older than the newest version
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct RejectOlder {
    /// Name of the model package group
    pub group: String,
    /// Why; kept in AWS with each version
    #[arg(long)]
    pub reason: String,
    /// Reject those before this version (default: the newest one that is not rejected)
    #[arg(long, value_name = "VERSION")]
    pub before: Option<i32>,
}

/// The newest versions of a group, as they are listed: number, ARN and approval.
async fn newest(aws: &Aws, group: &str) -> Result<Vec<(i32, String, String)>, AwsError> {
    let request = aws.sagemaker.list_model_packages().model_package_group_name(group).max_results(100);
    let request = request.model_package_type(ModelPackageType::Versioned);
    let request = request.sort_by(ModelPackageSortBy::CreationTime).sort_order(SortOrder::Descending);
    let page = request.send().await.map_err(failed)?.model_package_summary_list.unwrap_or_default();
    let mut rows: Vec<_> = page
        .into_iter()
        .filter_map(|row| {
            let approval = row.model_approval_status.as_ref().map(ModelApprovalStatus::as_str).unwrap_or_default();
            Some((row.model_package_version?, row.model_package_arn?, approval.to_owned()))
        })
        .collect();
    rows.sort();
    Ok(rows)
}

/// Returns the newest version that is not rejected.
fn last(all: &[(i32, String, String)]) -> i32 {
    let left = all.iter().filter(|(_, _, approval)| approval != REJECTED);
    left.map(|(version, ..)| *version).max().unwrap_or_default()
}

/// Returns the group of the selection, and its versions that wait and are older than the newest one that is not rejected.
fn selected<'a>(at: &Selection<'a>) -> Result<(&'a str, Vec<i32>), String> {
    let packages = &at.store().packages;
    let of_package = at.id_of(Kind::Packages).and_then(|arn| packages.get(arn)).and_then(|p| p.group.as_deref());
    let group = at.id_of(Kind::Groups).or(of_package).or(at.chain.and_then(|chain| chain.group));
    let group = group.ok_or("no group of the registry is selected")?;
    let own: Vec<&ModelPackage> = packages.rows().filter(|p| p.group.as_deref() == Some(group)).collect();
    let newest = own.iter().filter(|p| p.approval != REJECTED).filter_map(|p| p.version).max();
    let older = own.iter().filter(|p| p.waits() && p.version < newest).filter_map(|p| p.version).collect();
    Ok((group, older))
}

impl Intent for RejectOlder {
    const NAME: &'static str = "reject-older";
    const HELP: &'static str = "reject all versions that wait and are older than the newest one";
    const PATIENCE: Duration = Duration::from_mins(2);
    const ON: &'static [Kind] = &[Kind::Groups];
    const PERMISSIONS: &'static [&'static [Permission]] = &[UpdateModelPackage::PERMISSIONS];
    const READS: &'static [&'static str] = &[
        "sagemaker:DescribeModelPackage",
        "sagemaker:ListModelPackages",
        "events:ListRules",
        "events:ListTargetsByRule",
        "codepipeline:GetPipeline",
        "codepipeline:GetPipelineState",
    ];

    fn available(at: &Selection<'_>) -> Result<String, String> {
        let (group, older) = selected(at)?;
        match older.len() {
            0 => Err(format!("no older version of {group} waits for a decision")),
            count => Ok(format!("reject older ({count})")),
        }
    }

    fn question(at: &Selection<'_>) -> Option<Question> {
        let (group, older) = selected(at).ok()?;
        let versions: Vec<String> = older.iter().map(|version| format!("v{version}")).collect();
        let text =
            format!("Why are {} rejected? Each keeps the reason in AWS (ApprovalDescription).", versions.join(", "));
        let own = group.to_owned();
        let make = move |values: &[String]| {
            let why = values.first().map(|why| why.trim().to_owned()).unwrap_or_default();
            reason::check(&why, LONGEST_REASON)?;
            Ok(Self { group: own.clone(), reason: why, before: None }.into())
        };
        let title = format!("Reject older versions of {group}");
        let (text, inputs) = (vec![Line::new().muted(text)], vec![Input::Text("reason")]);
        Some(Question::Values(Values { title, text, inputs, intent: Box::new(make) }))
    }

    async fn plan(&self, executor: &Executor) -> Result<Plan, Refusal> {
        let (aws, why) = (&executor.aws, self.reason.trim());
        reason::check(why, LONGEST_REASON).map_err(Refusal::No)?;
        let all = newest(aws, &self.group).await?;
        let last = last(&all);
        let before = self.before.unwrap_or(last);
        let older = all.iter().filter(|(version, _, approval)| *version < before && approval == WAITS);
        let mut older: Vec<(i32, &str)> = older.map(|(version, arn, _)| (*version, arn.as_str())).collect();
        // Those of the next plan.
        let left = older.split_off(older.len().min(MOST));
        let before = left.first().map_or(before, |(version, _)| *version);
        let (mut steps, mut guards, mut rows) = (Vec::new(), Vec::new(), Vec::new());
        let mut rules = None;
        for (_, arn) in older {
            let package = ModelPackage::describe(aws, arn).await?;
            if !package.waits() {
                continue;
            }
            if rules.is_none() {
                rules = Some(DeployRules::of(executor, &package, REJECTED).await);
            }
            let call = UpdateModelPackage {
                arn: package.arn.clone(),
                approval: REJECTED.to_owned(),
                description: why.to_owned(),
                token: new_id(),
            };
            steps.push(Step::new(aws, call).await?);
            rows.push(Difference::change(&package.label(), &package.approval, REJECTED));
            guards.push(Guard::package(&package));
        }
        if steps.is_empty() {
            return Err(Refusal::No(format!("no version of {} before v{before} waits for a decision", self.group)));
        }
        // They are rejected because of this one.
        if let Some((_, arn, _)) = all.iter().find(|(version, ..)| *version == last) {
            guards.push(Guard::package(&ModelPackage::describe(aws, arn).await?));
        }
        let rules = rules.unwrap_or_default();
        rows.extend(rules.differences);
        let mut warnings = rules.warnings;
        warnings.extend(
            (!left.is_empty()).then(|| format!("{} more wait: plan again when these are rejected.", left.len())),
        );
        let own = Self { before: Some(before), ..self.clone() };
        let versions = fmt::count(steps.len(), "older version");
        Ok(Plan {
            differences: rows,
            checks: vec![format!("v{last} is the newest that is not rejected")],
            warnings,
            then: "Each call is immediate; done when none of them waits any more.".to_owned(),
            undo: format!("Each can be approved or set to {WAITS} again; what a rule started is not undone by that."),
            steps,
            guards,
            ..Plan::of(new_id(), own, format!("Reject {versions} of {}", self.group), self.group.clone())
        })
    }

    async fn verify(&self, aws: &Aws, _: &Receipt, waited: Duration) -> Result<Verdict, AwsError> {
        let all = newest(aws, &self.group).await?;
        let before = self.before.unwrap_or_else(|| last(&all));
        let waiting = all.iter().filter(|(version, _, approval)| *version < before && approval == WAITS).count();
        Ok(match waiting {
            0 => Verdict::Done(format!("no version of {} before v{before} waits any more", self.group)),
            left if waited < Self::PATIENCE => {
                Verdict::Pending(format!("{left} versions of {} still wait", self.group))
            }
            left => Verdict::Failed(format!("{left} versions of {} still wait; plan it again", self.group)),
        })
    }

    /// The last call does not tell how many were to follow, so all older versions count.
    fn of_last_call(_: &str, parameters: &Value) -> Option<Self> {
        let (group, _) = ModelPackage::parse_arn(text(parameters, "ModelPackageArn"))?;
        let reason = text(parameters, "ApprovalDescription").to_owned();
        Some(Self { group: group.to_owned(), reason, before: None })
    }

    fn finishing_command(target: &str, parameters: &Value) -> Option<String> {
        let reason = fmt::shell_word(text(parameters, "ApprovalDescription"));
        Some(format!("sagetop {} {target} --reason {reason}", Self::NAME))
    }
}
