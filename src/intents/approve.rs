//! Approve or reject a version: `UpdateModelPackage` with a reason.

use std::borrow::Cow;
use std::time::Duration;

use aws_sdk_sagemaker::types::{ModelApprovalStatus, ModelPackageSortBy, ModelPackageType, SortOrder};
use serde_json::Value;

use super::calls::{UpdateModelPackage, text};
use super::evidence::{self, Evidence};
use super::serves::{Serves, serves};
use super::{Difference, Executor, Guard, Intent, Plan, Receipt, Refusal, Step, Verdict, new_id};
use crate::aws::{Aws, AwsError, failed};
use crate::redact;
use crate::resources::package::{Details, ModelPackage};
use crate::view::is_hidden;

/// AWS's limit of `ApprovalDescription`.
const LONGEST_REASON: usize = 1024;

/// Approve a model version
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Approve {
    /// ARN of the model package
    pub arn: String,
    /// Why; kept in AWS with the version
    #[arg(long)]
    pub reason: String,
}

/// Reject a model version
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Reject {
    /// ARN of the model package
    pub arn: String,
    /// Why; kept in AWS with the version
    #[arg(long)]
    pub reason: String,
}

impl Intent for Approve {
    const NAME: &'static str = "approve";
    const PATIENCE: Duration = Duration::from_mins(1);

    async fn plan(&self, by: &Executor) -> Result<Plan, Refusal> {
        decision(by, &self.arn, &self.reason, "Approved", self.clone().into()).await
    }
    async fn verify(&self, aws: &Aws, _receipt: &Receipt, _waited: Duration) -> Result<Verdict, AwsError> {
        decided(aws, &self.arn, "Approved").await
    }
    fn of_last_call(_call: &str, parameters: &Value) -> Option<Self> {
        let (arn, reason) = (text(parameters, "ModelPackageArn"), text(parameters, "ApprovalDescription"));
        Some(Self { arn: arn.to_owned(), reason: reason.to_owned() })
    }
}

impl Intent for Reject {
    const NAME: &'static str = "reject";
    const PATIENCE: Duration = Duration::from_mins(1);

    async fn plan(&self, by: &Executor) -> Result<Plan, Refusal> {
        decision(by, &self.arn, &self.reason, "Rejected", self.clone().into()).await
    }
    async fn verify(&self, aws: &Aws, _receipt: &Receipt, _waited: Duration) -> Result<Verdict, AwsError> {
        decided(aws, &self.arn, "Rejected").await
    }
    fn of_last_call(_call: &str, parameters: &Value) -> Option<Self> {
        let (arn, reason) = (text(parameters, "ModelPackageArn"), text(parameters, "ApprovalDescription"));
        Some(Self { arn: arn.to_owned(), reason: reason.to_owned() })
    }
}

async fn decided(aws: &Aws, arn: &str, wanted: &str) -> Result<Verdict, AwsError> {
    let now = ModelPackage::describe(aws, arn).await?;
    let text = format!("{} is {}", now.label(), now.approval);
    Ok(if now.approval == wanted { Verdict::Done(text) } else { Verdict::Pending(text) })
}

/// A reason is kept with the version and read by everybody.
fn check_reason(reason: &str) -> Result<(), String> {
    if reason.is_empty() {
        return Err("a reason is needed: it is kept with the version, for whoever asks later".into());
    }
    if reason.chars().count() > LONGEST_REASON {
        return Err(format!("the reason is longer than {LONGEST_REASON} characters"));
    }
    if let Some((place, hidden)) = reason.chars().enumerate().find(|(_, c)| is_hidden(*c)) {
        let code = u32::from(hidden);
        return Err(format!(
            "character {} of the reason (U+{code:04X}) is one that nobody sees; take it out",
            place + 1
        ));
    }
    if let Cow::Owned(without) = redact::text(reason) {
        return Err(format!("the reason holds what looks like a secret, and everybody can read it: {without}"));
    }
    Ok(())
}

async fn decision(
    by: &Executor,
    arn: &str,
    reason: &str,
    approval: &str,
    intent: super::AnyIntent,
) -> Result<Plan, Refusal> {
    let reason = reason.trim();
    check_reason(reason).map_err(Refusal::No)?;
    let aws = &by.aws;
    let package = ModelPackage::describe(aws, arn).await?;
    refuse_nonsense(&package, approval)?;
    let rivals = approved(aws, &package).await?;
    let details = package.details.clone().unwrap_or_default();
    let id = new_id();
    let call = UpdateModelPackage {
        arn: package.arn.clone(),
        approval: approval.to_owned(),
        description: reason.to_owned(),
        token: id.clone(),
    };
    let serves = serves(by, &package.arn).await;
    let (mut differences, evidence) = compared(aws, &package, &details, approval, &rivals).await;
    differences.insert(1, serving(&serves));
    let mut warnings: Vec<String> = loss(&package, approval, &serves).into_iter().collect();
    warnings.extend(failing(&package, approval, &serves));
    warnings.push(follow_up(&package, approval, &rivals));
    warnings.extend(evidence.problem);
    let verb = if approval == "Approved" { "Approve" } else { "Reject" };
    Ok(Plan {
        id,
        intent,
        title: format!("{verb} {}", package.label()),
        stage: String::new(),
        choices: Vec::new(),
        target: package.label(),
        differences,
        checks: vec![format!("ModelPackageStatus is {}", package.status)],
        warnings,
        then: format!(
            "The change is immediate; done when {} reads {approval}.{}",
            package.label(),
            watch(by, &package)
        ),
        undo: format!(
            "The approval can be set again (now {}), but what a deploy rule started is not undone by that.",
            package.approval
        ),
        steps: vec![Step::new(aws, call).await?],
        guards: vec![Guard::package(&package)],
    })
}

/// The row that says where the version serves.
fn serving(serves: &Serves) -> Difference {
    let now = match (serves.places.is_empty(), &serves.problem) {
        (false, _) => serves.places.join(", "),
        (true, None) => "nothing".to_owned(),
        (true, Some(_)) => "not known".to_owned(),
    };
    let lag = serves.places.is_empty().then(|| "as the index of AWS tells, which may lag".to_owned());
    let note = serves.problem.clone().or(lag).unwrap_or_default();
    Difference { what: "serves now".to_owned(), now, then: String::new(), note }
}

/// A rejection of what serves takes nothing away by itself, and is seldom meant.
fn loss(package: &ModelPackage, approval: &str, serves: &Serves) -> Option<String> {
    if approval != "Rejected" || serves.places.is_empty() {
        return None;
    }
    let (label, places) = (package.label(), serves.places.join(", "));
    let who = if serves.production { "CUSTOMERS ARE SERVED BY IT: " } else { "" };
    Some(format!(
        "{who}{label} serves {places} NOW. A rejection does not take it away; a deploy rule may, and it can be deployed no more."
    ))
}

/// What is approved goes further: whoever does it must know how it does where it serves.
fn failing(package: &ModelPackage, approval: &str, serves: &Serves) -> Vec<String> {
    if approval != "Approved" {
        return Vec::new();
    }
    let label = package.label();
    let wrong = (!serves.troubles.is_empty())
        .then(|| format!("{label} IS NOT WELL WHERE IT SERVES NOW: {}.", serves.troubles.join("; ")));
    let unread = (!serves.unread.is_empty())
        .then(|| format!("Whether {label} is well where it serves is not all known: {}.", serves.unread.join("; ")));
    wrong.into_iter().chain(unread).collect()
}

fn refuse_nonsense(package: &ModelPackage, approval: &str) -> Result<(), Refusal> {
    let label = package.label();
    if package.approval == approval {
        let by = package.details.as_ref().and_then(|d| d.approval_description.as_deref());
        let why = by.map(|b| format!(" ({b})")).unwrap_or_default();
        return Err(Refusal::No(format!("{label} is {approval} already{why}")));
    }
    if package.status != "Completed" && approval == "Approved" {
        return Err(Refusal::No(format!("{label} is {}: only a Completed version can be approved", package.status)));
    }
    Ok(())
}

/// The approved versions of the same group, newest first.
async fn approved(aws: &Aws, package: &ModelPackage) -> Result<Vec<(String, i32)>, Refusal> {
    let Some(group) = &package.group else { return Ok(Vec::new()) };
    let request = aws.sagemaker.list_model_packages().model_package_group_name(group);
    let request = request.model_package_type(ModelPackageType::Versioned).max_results(100);
    let request = request.model_approval_status(ModelApprovalStatus::Approved);
    let request = request.sort_by(ModelPackageSortBy::CreationTime).sort_order(SortOrder::Descending);
    let page = request.send().await.map_err(failed("ListModelPackages"))?;
    let versions = page.model_package_summary_list.unwrap_or_default().into_iter();
    let mut versions: Vec<(String, i32)> =
        versions.filter_map(|s| Some((s.model_package_arn?, s.model_package_version?))).collect();
    versions.sort_by_key(|v| std::cmp::Reverse(v.1));
    Ok(versions)
}

/// What a deploy pipeline would take next: the newest approved version, not the one that was decided on.
fn follow_up(package: &ModelPackage, approval: &str, rivals: &[(String, i32)]) -> String {
    let others = rivals.iter().filter(|(arn, _)| *arn != package.arn).map(|v| v.1);
    let newest = if approval == "Approved" { others.chain(package.version).max() } else { others.max() };
    let taken = newest.map_or_else(|| "none is left".to_owned(), |v| format!("that would be v{v}"));
    match (approval, package.approval.as_str()) {
        ("Approved", _) => format!("Deploy rules on approval take the newest Approved version: {taken}."),
        (_, "Approved") => {
            format!("Deploy rules that react on rejection redeploy the newest version still Approved: {taken}.")
        }
        _ => "Rejecting a version that was never approved usually starts nothing.".to_owned(),
    }
}

/// Where to look for what may follow; it is not read from here.
fn watch(by: &Executor, package: &ModelPackage) -> String {
    let of_group = by.wishes.models.iter().filter(|m| Some(m.group_name()) == package.group.as_deref());
    let names: Vec<&str> = of_group.flat_map(|m| &m.codepipeline).map(String::as_str).collect();
    if names.is_empty() { String::new() } else { format!(" Then watch CodePipeline {}.", names.join(", ")) }
}

async fn compared(
    aws: &Aws,
    package: &ModelPackage,
    details: &Details,
    approval: &str,
    rivals: &[(String, i32)],
) -> (Vec<Difference>, Evidence) {
    let row = |what: &str, now: &str, then: &str| Difference {
        what: what.to_owned(),
        now: now.to_owned(),
        then: then.to_owned(),
        note: String::new(),
    };
    let mut rows = vec![row("ModelApprovalStatus", &package.approval, approval)];
    let evidence = evidence::read(aws, details.metrics_uri.as_deref()).await;
    let rival = rivals.iter().find(|(arn, _)| *arn != package.arn);
    let mut before = Evidence::default();
    if let Some((arn, version)) = rival {
        rows.push(row("compared with", &format!("v{version} (approved)"), &package.label()));
        if let Ok(old) = ModelPackage::describe(aws, arn).await {
            before = evidence::read(aws, old.details.and_then(|d| d.metrics_uri).as_deref()).await;
        }
    }
    for (name, value) in &evidence.values {
        let old = before.values.iter().find(|(n, _)| n == name).map(|(_, v)| crate::fmt::number(*v));
        rows.push(row(name, old.as_deref().unwrap_or("–"), &crate::fmt::number(*value)));
    }
    for (what, value) in [("made by", &details.generated_by), ("commit", &details.commit)] {
        rows.extend(value.as_ref().map(|v| row(what, "", v)));
    }
    (rows, evidence)
}
