//! The decision on a version, to approve or to reject it: `UpdateModelPackage` with a reason.

use aws_sdk_sagemaker::types::{ModelApprovalStatus, ModelPackageSortBy, ModelPackageType, SortOrder};

use super::deploy_rules::DeployRules;
use super::evidence::{self, Evidence};
use super::in_use::InUse;
use crate::aws::{Aws, AwsError, failed};
use crate::fmt;
use crate::intents::calls::UpdateModelPackage;
use crate::intents::reason;
use crate::intents::{
    AnyIntent, Approve, Difference, Executor, Guard, Input, Plan, Question, Refusal, Reject, Selection, Step, Values,
    Verdict, new_id,
};
use crate::model::{Chain, Serving, trouble};
use crate::resources::Kind;
use crate::resources::package::{Details, ModelPackage};
use crate::view::{Line, Tone};

/// The longest `ApprovalDescription` that AWS accepts.
const LONGEST_REASON: usize = 1024;

/// What the plan of a decision reads.
pub(super) const READS: &[&str] = &[
    "sagemaker:DescribeEndpoint",
    "sagemaker:DescribeEndpointConfig",
    "sagemaker:DescribeModelPackage",
    "sagemaker:ListModelPackages",
    "sagemaker:ListTags",
    "sagemaker:Search",
    "cloudwatch:DescribeAlarms",
    "cloudwatch:GetMetricData",
    "events:ListRules",
    "events:ListTargetsByRule",
    "codepipeline:GetPipeline",
    "codepipeline:GetPipelineState",
    "s3:GetObject",
];

/// The decision on a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decision {
    Approve,
    Reject,
}

/// An approved version of a group: ARN and number.
type Approved = (String, i32);

impl Decision {
    /// Returns the `ModelApprovalStatus` of the decision.
    fn status(self) -> &'static str {
        match self {
            Self::Approve => "Approved",
            Self::Reject => "Rejected",
        }
    }

    fn verb(self) -> &'static str {
        match self {
            Self::Approve => "Approve",
            Self::Reject => "Reject",
        }
    }

    /// Checks whether the selected version can be decided on; returns a label, or the reason why not.
    pub(super) fn available(self, at: &Selection<'_>) -> Result<String, String> {
        let package = selected_version(at).ok_or("no version is pending approval here")?;
        at.recent(&at.store().packages, &package.arn)?;
        let (label, version) = (package.label(), package.version.unwrap_or_default());
        if package.approval == self.status() {
            return Err(format!("{label} is {} already", self.status()));
        }
        if self == Self::Approve && package.status != "Completed" {
            return Err(format!("{label} is {}", package.status));
        }
        Ok(format!("{} v{version}", self.verb().to_lowercase()))
    }

    /// Asks for the reason, and describes where the version serves and how well it works there.
    pub(super) fn question(self, at: &Selection<'_>, intent: fn(String, String) -> AnyIntent) -> Option<Question> {
        let package = selected_version(at)?;
        let chains = at.joined.chains().iter();
        let servings = chains.flat_map(|chain| chain.serving.iter().map(move |serving| (chain, serving)));
        let of_it = |(_, serving): &(&Chain<'_>, &Serving<'_>)| {
            serving.versions.iter().any(|(arn, _)| arn.eq_ignore_ascii_case(&package.arn))
        };
        let servings: Vec<_> = servings.filter(of_it).collect();
        let mut text =
            vec![Line::new().muted("Why? The reason is stored with the version in AWS (ApprovalDescription).")];
        let mut endpoints: Vec<&str> = servings.iter().map(|(_, serving)| serving.endpoint).collect();
        endpoints.dedup();
        if !endpoints.is_empty() {
            let (tone, sign) = if self == Self::Approve { (Tone::Plain, "") } else { (Tone::Bad, "✗ ") };
            text.push(Line::new().with(format!("{sign}{} serves {} NOW", package.label(), endpoints.join(", ")), tone));
        }
        // A rejected version may work badly, so its troubles are not listed.
        let troubles = servings.iter().filter(|_| self == Self::Approve).filter_map(|(chain, serving)| {
            Some(format!("✗ {}: {}", serving.endpoint, trouble(chain, serving, at.store())?))
        });
        let mut troubles: Vec<String> = troubles.collect();
        troubles.dedup();
        text.extend(troubles.into_iter().map(|trouble| Line::new().with(trouble, Tone::Bad)));
        let arn = package.arn.clone();
        let make = move |values: &[String]| {
            let why = values.first().map(|why| why.trim().to_owned()).unwrap_or_default();
            reason::check(&why, LONGEST_REASON)?;
            Ok(intent(arn.clone(), why))
        };
        let title = format!("{} {}", self.verb(), package.label());
        Some(Question::Values(Values { title, text, inputs: vec![Input::Text("reason")], intent: Box::new(make) }))
    }

    /// Plans the decision. `intent` is the intent of the plan.
    pub(super) async fn plan(
        self,
        executor: &Executor,
        arn: &str,
        why: &str,
        intent: AnyIntent,
    ) -> Result<Plan, Refusal> {
        let why = why.trim();
        reason::check(why, LONGEST_REASON).map_err(Refusal::No)?;
        let aws = &executor.aws;
        let package = ModelPackage::describe(aws, arn).await?;
        self.refuse_nonsense(&package)?;
        let approved = approved_versions(aws, &package).await?;
        let in_use = Box::pin(InUse::read(executor, &package.arn)).await;
        let (mut differences, evidence) = self.compare(aws, &package, &approved).await;
        differences.insert(1, serves_now(&in_use));
        let mut warnings: Vec<String> = self.warn_of_loss(&package, &in_use).into_iter().collect();
        warnings.extend(self.warn_of_trouble(&package, &in_use));
        let started = Box::pin(DeployRules::of(executor, &package, self.status())).await;
        differences.splice(2..2, started.differences);
        warnings.extend(started.warnings);
        warnings.extend(self.what_may_follow(&package, &approved).filter(|_| started.may_start));
        warnings.extend(evidence.problem);
        let id = new_id();
        let call = UpdateModelPackage {
            arn: package.arn.clone(),
            approval: self.status().to_owned(),
            description: why.to_owned(),
            token: id.clone(),
        };
        Ok(Plan {
            inverse: self.inverse(&package),
            differences,
            checks: vec![format!("ModelPackageStatus is {}", package.status)],
            warnings,
            then: format!(
                "The change is immediate; done when {} reads {}.{}",
                package.label(),
                self.status(),
                where_to_look(executor, &package, started.pipelines)
            ),
            undo: format!(
                "The approval can be set again (now {}), but what a deploy rule started is not undone by that.",
                package.approval
            ),
            steps: vec![Step::new(aws, call).await?],
            guards: vec![Guard::package(&package)],
            ..Plan::of(id, intent, format!("{} {}", self.verb(), package.label()), package.label())
        })
    }

    /// Returns the opposite decision with its reason, if that is what the version had.
    fn inverse(self, package: &ModelPackage) -> Option<Box<AnyIntent>> {
        let arn = package.arn.clone();
        let earlier = package.details.as_ref().and_then(|details| details.approval_description.clone());
        let reason = earlier.filter(|reason| !reason.trim().is_empty());
        let reason = reason.unwrap_or_else(|| format!("{} taken back", self.status()));
        match (self, package.approval.as_str()) {
            (Self::Approve, "Rejected") => Some(Box::new(Reject { arn, reason }.into())),
            (Self::Reject, "Approved") => Some(Box::new(Approve { arn, reason }.into())),
            _ => None,
        }
    }

    /// Checks whether the version has the status of the decision.
    pub(super) async fn verify(self, aws: &Aws, arn: &str) -> Result<Verdict, AwsError> {
        let now = ModelPackage::describe(aws, arn).await?;
        let text = format!("{} is {}", now.label(), now.approval);
        Ok(if now.approval == self.status() { Verdict::Done(text) } else { Verdict::Pending(text) })
    }

    fn refuse_nonsense(self, package: &ModelPackage) -> Result<(), Refusal> {
        let label = package.label();
        if package.approval == self.status() {
            let reason = package.details.as_ref().and_then(|d| d.approval_description.as_deref());
            let reason = reason.map(|reason| format!(" ({reason})")).unwrap_or_default();
            return Err(Refusal::No(format!("{label} is {} already{reason}", self.status())));
        }
        if package.status != "Completed" && self == Self::Approve {
            return Err(Refusal::No(format!(
                "{label} is {}: only a Completed version can be approved",
                package.status
            )));
        }
        Ok(())
    }

    /// Warns of the rejection of a version that serves. The rejection by itself stops nothing, and is seldom intended.
    fn warn_of_loss(self, package: &ModelPackage, in_use: &InUse) -> Option<String> {
        if self == Self::Approve || in_use.endpoints.is_empty() {
            return None;
        }
        let (label, endpoints) = (package.label(), in_use.endpoints.join(", "));
        let who = if in_use.production { "CUSTOMERS ARE SERVED BY IT: " } else { "" };
        Some(format!(
            "{who}{label} serves {endpoints} NOW. A rejection does not stop it; a deploy rule may, and it cannot be deployed again."
        ))
    }

    /// Warns of the troubles of a version where it serves already. An approved version may be deployed further.
    fn warn_of_trouble(self, package: &ModelPackage, in_use: &InUse) -> Vec<String> {
        if self == Self::Reject {
            return Vec::new();
        }
        let label = package.label();
        let wrong = (!in_use.troubles.is_empty())
            .then(|| format!("{label} IS UNHEALTHY WHERE IT SERVES NOW: {}.", in_use.troubles.join("; ")));
        let unread = (!in_use.unread.is_empty()).then(|| {
            format!("Whether {label} is healthy where it serves is only partly known: {}.", in_use.unread.join("; "))
        });
        wrong.into_iter().chain(unread).collect()
    }

    /// Names the version that a deploy pipeline would take next: the newest approved one, which may be another one. See
    /// `docs/aws.md#approval-deploys-the-newest`. What waits for a version that was never approved deploys none.
    fn what_may_follow(self, package: &ModelPackage, approved: &[Approved]) -> Option<String> {
        let others = approved.iter().filter(|(arn, _)| *arn != package.arn).map(|(_, version)| *version);
        let newest = match self {
            Self::Approve => others.chain(package.version).max(),
            Self::Reject => others.max(),
        };
        let taken = newest.map_or_else(|| "none is left".to_owned(), |v| format!("that would be v{v}"));
        match (self, package.approval.as_str()) {
            (Self::Approve, _) => Some(format!("Deploy rules on approval take the newest Approved version: {taken}.")),
            (Self::Reject, "Approved") => Some(format!(
                "Deploy rules that react to a rejection redeploy the newest version still Approved: {taken}."
            )),
            (Self::Reject, _) => None,
        }
    }

    /// Compares the changes, and the evaluation of the version with that of the newest approved one.
    async fn compare(self, aws: &Aws, package: &ModelPackage, approved: &[Approved]) -> (Vec<Difference>, Evidence) {
        let row = |what: &str, now: &str, then: &str| Difference {
            what: what.to_owned(),
            now: now.to_owned(),
            then: then.to_owned(),
            note: String::new(),
        };
        let details = package.details.clone().unwrap_or_default();
        let mut rows = vec![row("ModelApprovalStatus", &package.approval, self.status())];
        let evidence = evidence::read(aws, details.metrics_uri.as_deref()).await;
        let (mut before, mut old) = (Evidence::default(), None);
        if let Some((arn, version)) = approved.iter().find(|(arn, _)| *arn != package.arn) {
            rows.push(row("compared with", &format!("v{version} (approved)"), &package.label()));
            old = ModelPackage::describe(aws, arn).await.ok().and_then(|package| package.details);
            before = evidence::read(aws, old.as_ref().and_then(|d| d.metrics_uri.as_deref())).await;
        }
        for (name, value) in &evidence.values {
            let old = before.values.iter().find(|(n, _)| n == name).map(|(_, v)| fmt::number(*v));
            rows.push(row(name, old.as_deref().unwrap_or("–"), &fmt::number(*value)));
        }
        let of = |details: &Details| {
            let text = |value: &Option<String>| value.clone().unwrap_or_default();
            [
                ("image", details.images.join(", ")),
                ("made by", text(&details.generated_by)),
                ("commit", text(&details.commit)),
            ]
        };
        let old = old.as_ref().map(of).unwrap_or_default();
        for (place, (what, value)) in of(&details).into_iter().enumerate() {
            let old = old.get(place).map_or("", |(_, value)| value.as_str());
            if !(value.is_empty() && old.is_empty()) {
                rows.push(row(what, old, &value));
            }
        }
        (rows, evidence)
    }
}

/// Returns the selected version, or the newest one of the model that waits for a decision.
fn selected_version<'a>(at: &Selection<'a>) -> Option<&'a ModelPackage> {
    let packages = &at.store().packages;
    match at.id_of(Kind::Packages) {
        Some(arn) => packages.get(arn),
        None => at.chain?.packages.iter().filter_map(|arn| packages.get(arn)).find(|package| package.waits()),
    }
}

/// Makes the row with the endpoints that the version serves.
fn serves_now(in_use: &InUse) -> Difference {
    let now = match (in_use.endpoints.is_empty(), &in_use.problem) {
        (false, _) => in_use.endpoints.join(", "),
        (true, None) => "nothing".to_owned(),
        (true, Some(_)) => "not known".to_owned(),
    };
    let lag = in_use.endpoints.is_empty().then(|| "as the index of AWS tells, which may lag".to_owned());
    let note = in_use.problem.clone().or(lag).unwrap_or_default();
    Difference { what: "serves now".to_owned(), now, then: String::new(), note }
}

/// Returns the approved versions of the same group, newest first.
async fn approved_versions(aws: &Aws, package: &ModelPackage) -> Result<Vec<Approved>, Refusal> {
    let Some(group) = &package.group else { return Ok(Vec::new()) };
    let request = aws.sagemaker.list_model_packages().model_package_group_name(group);
    let request = request.model_package_type(ModelPackageType::Versioned).max_results(100);
    let request = request.model_approval_status(ModelApprovalStatus::Approved);
    let request = request.sort_by(ModelPackageSortBy::CreationTime).sort_order(SortOrder::Descending);
    let page = request.send().await.map_err(failed)?;
    let versions = page.model_package_summary_list.unwrap_or_default().into_iter();
    let mut versions: Vec<Approved> =
        versions.filter_map(|s| Some((s.model_package_arn?, s.model_package_version?))).collect();
    versions.sort_by_key(|(_, version)| std::cmp::Reverse(*version));
    Ok(versions)
}

/// Names the pipelines that deploy the version: those that start, and those of the configuration.
fn where_to_look(executor: &Executor, package: &ModelPackage, mut names: Vec<String>) -> String {
    let of_group = executor.preferences.models.iter().filter(|m| Some(m.group_name()) == package.group.as_deref());
    names.extend(of_group.flat_map(|m| &m.codepipeline).cloned());
    names.sort_unstable();
    names.dedup();
    if names.is_empty() { String::new() } else { format!(" Then watch CodePipeline {}.", names.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_undo_of_a_decision_has_the_reason_that_was_there_before() {
        let back = "Approved taken back";
        for (earlier, reason) in [(Some("too slow"), "too slow"), (Some(" "), back), (None, back)] {
            let details = Details { approval_description: earlier.map(str::to_owned), ..Details::default() };
            let (approval, arn) = ("Rejected".to_owned(), "arn:7".to_owned());
            let package =
                ModelPackage { arn: arn.clone(), approval, details: Some(details), ..ModelPackage::default() };
            let expected = AnyIntent::from(Reject { arn, reason: reason.to_owned() });
            assert_eq!(Decision::Approve.inverse(&package).as_deref(), Some(&expected), "{earlier:?}");
        }
    }
}
