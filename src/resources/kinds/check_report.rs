//! Reports of the checks of a run: what Clarify measured of bias and of the weights of features, and the violations that
//! a `ClarifyCheck` or `QualityCheck` step found.
//!
//! They are read only when the job, its step or its run is looked at. The facts are in `docs/aws.md#checks-of-a-run`.

mod analysis;

use std::collections::BTreeSet;

use aws_sdk_sagemaker::types::ProcessingOutputConfig;
use serde::{Deserialize, Serialize};

use crate::aws::{Aws, AwsError, failed};
use crate::health::Health;
use crate::resources::monitoring_schedule::ViolationReport;
use crate::resources::on_demand::{self, keep};
use crate::resources::step::{PipelineStep, StepCheck};
use crate::resources::{Cadence, Kind, Listing, Observed, Properties, Resource, Store, Table, Turn, arn_name, report};
pub use analysis::{Analysis, Bias, Weights};

/// The most jobs of one run whose reports are read.
const MOST: usize = 8;
/// The image of Clarify, which AWS has in an account of its own in each region.
const CLARIFY: &str = "/sagemaker-clarify-processing";
/// The image of Model Monitor, which does the checks of quality.
const MONITOR: &str = "/sagemaker-model-monitor-analyzer";

/// The report of one job.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct CheckReport {
    /// ARN of the processing job in lower case: the id.
    pub job: String,
    /// S3 URI of the measurements of Clarify.
    pub uri: Option<String>,
    /// The measurements of Clarify; absent if it is no job of Clarify, or they could not be read.
    pub analysis: Option<Analysis>,
    /// The violations; absent if AWS names no report of them.
    pub violations: Option<ViolationReport>,
    /// Why a report without violations does not say that the check passed, as a phrase.
    pub doubt: Option<String>,
    /// The reads that failed, each with the reason.
    pub problems: Vec<String>,
}

impl CheckReport {
    /// Returns whether it found violations, or may have.
    fn violated(&self) -> bool {
        self.violations.as_ref().is_some_and(|report| report.total > 0 || report.problem.is_some())
    }
    /// Describes it in a few words, violations first.
    #[must_use]
    pub fn in_words(&self) -> String {
        let violations = self.violations.iter().map(ViolationReport::in_words);
        let measured = self.analysis.iter().map(Analysis::in_words);
        let problems = self.problems.iter().map(|problem| format!("not read: {problem}"));
        let all: Vec<String> = violations.chain(measured).chain(self.doubt.clone()).chain(problems).collect();
        if all.is_empty() { "AWS names no report of violations".to_owned() } else { all.join("; ") }
    }
    /// Returns the jobs of a run, of a step or of itself that check something and have ended, by their ARNs in lower case.
    #[must_use]
    pub fn jobs_of(store: &Store, kind: Kind, id: &str) -> Vec<String> {
        let of_step = |step: &PipelineStep| step.made.other_job().filter(|_| step.over()).map(str::to_ascii_lowercase);
        let jobs: Vec<String> = if kind == Kind::Executions {
            store.steps.rows().filter(|step| step.execution == id).filter_map(of_step).collect()
        } else if kind == Kind::Steps {
            store.steps.get(id).and_then(of_step).into_iter().collect()
        } else {
            let job = store.other_jobs.get(id).filter(|job| kind == Kind::OtherJobs && !job.running());
            job.map(|job| job.id.clone()).into_iter().collect()
        };
        jobs.into_iter().filter(|job| checks(store, job)).collect()
    }
}

/// Returns the step that did a check in a job, and the check.
fn step_of<'a>(store: &'a Store, job: &str) -> Option<(&'a PipelineStep, &'a StepCheck)> {
    let checks = store.steps.rows().filter_map(|step| Some((step, step.made.check()?)));
    checks.into_iter().find(|(_, check)| check.job.eq_ignore_ascii_case(job))
}

/// Returns why a check without a report of violations is not known to have passed.
fn doubt_of(step: &PipelineStep, check: &StepCheck) -> Option<String> {
    let is_reported = check.violations.is_some();
    let ended = (step.status != "Succeeded").then(|| format!("the step {}", step.status));
    let skipped = check.skipped.then(|| "nothing was compared with a baseline".to_owned());
    ended.or(skipped).filter(|_| !is_reported)
}

/// Returns whether a job checks something: a step says so, or its image is that of Clarify or of Model Monitor.
fn checks(store: &Store, job: &str) -> bool {
    let details = || store.other_jobs.get(job)?.details.as_ref();
    let image = || details()?.image.as_deref();
    step_of(store, job).is_some() || image().is_some_and(|image| image.contains(CLARIFY) || image.contains(MONITOR))
}

impl Resource for CheckReport {
    const KIND: Kind = Kind::CheckReports;
    const CADENCE: Cadence = Cadence::Rare;
    const OPTIONAL: bool = true;
    const ON_DEMAND: bool = true;
    const WINDOWED: bool = true;
    const AFTER: &'static [Kind] = &[Kind::Steps];
    fn id(&self) -> &str {
        &self.job
    }
    fn part_of(&self) -> Option<(Kind, &str)> {
        Some((Kind::OtherJobs, &self.job))
    }
    fn health(&self) -> Health {
        match (self.violated(), self.problems.is_empty() && self.doubt.is_none()) {
            (true, _) => Health::Warning,
            (false, false) => Health::Unknown,
            (false, true) => Health::Ok,
        }
    }
    fn summary(&self) -> String {
        self.in_words()
    }
    fn properties(&self, all: &mut Properties) {
        if let Some(report) = &self.violations {
            let words = report.in_words();
            let told = if self.violated() { all.warning("check", &*words) } else { all.text("check", &*words) };
            report.properties(told);
        }
        if let Some(analysis) = &self.analysis {
            analysis.properties(all);
        }
        all.text("report", self.uri.as_deref());
        all.warning("check", self.doubt.as_deref());
        for problem in &self.problems {
            all.warning("not read", &**problem);
        }
    }
    fn due(observed: &Observed, known: &Table<Self>) -> bool {
        on_demand::is_due(known, &looked_at(observed), observed.at)
    }
    async fn read(aws: &Aws, observed: &Observed, turn: Turn<'_, Self>) -> Result<Listing<Self>, AwsError> {
        let read = async |job| read_report(aws, job, observed).await;
        Ok(Box::pin(on_demand::read_each(turn.known, looked_at(observed), observed.at, read)).await)
    }
}

/// Returns the checks of what is looked at.
fn looked_at(observed: &Observed) -> BTreeSet<String> {
    let subject = observed.focus.subject.iter();
    subject.flat_map(|(kind, id)| CheckReport::jobs_of(&observed.store, *kind, id)).take(MOST).collect()
}

/// Reads the reports of a job: the job says where they are. What cannot be read is a problem of its own.
///
/// # Errors
/// Those that concern all jobs, such as credentials that have expired.
async fn read_report(aws: &Aws, job: String, observed: &Observed) -> Result<CheckReport, AwsError> {
    let store = &observed.store;
    let step = step_of(store, &job);
    // The ARN may spell the name in lower case.
    let known = store.other_jobs.get(&job).map(|job| job.name.clone());
    let name = known.unwrap_or_else(|| arn_name(step.map_or(&job, |(_, check)| &check.job)).to_owned());
    let doubt = step.and_then(|(step, check)| doubt_of(step, check));
    let mut row = CheckReport { job, doubt, ..CheckReport::default() };
    let described = aws.sagemaker.describe_processing_job().processing_job_name(name).send().await.map_err(failed);
    let Some(output) = keep(&mut row.problems, "its job", described)? else { return Ok(row) };
    let image = output.app_specification().and_then(|a| a.image_uri.clone()).unwrap_or_default();
    let outputs = output.processing_output_config().map(ProcessingOutputConfig::outputs).unwrap_or_default();
    let folder = outputs.iter().find_map(|output| output.s3_output()?.s3_uri.clone());
    let file = |name: &str| folder.as_ref().map(|folder| format!("{}/{name}", folder.trim_end_matches('/')));
    if image.contains(CLARIFY) {
        row.uri = file("analysis.json");
        match &row.uri {
            None => row.problems.push("analysis.json has no known place".to_owned()),
            Some(uri) => match report::fetch(aws, uri).await? {
                Ok(json) => {
                    let analysis = Analysis::parse(&json);
                    row.problems
                        .extend(analysis.is_empty().then(|| "analysis.json has no known measurement".to_owned()));
                    row.analysis = Some(analysis);
                }
                Err(problem) => row.problems.push(format!("analysis.json {problem}")),
            },
        }
    }
    let place = match step {
        Some((_, check)) => check.violations.clone(),
        None => file("constraint_violations.json").filter(|_| image.contains(MONITOR)),
    };
    if let Some(uri) = place {
        let report = ViolationReport { job: row.job.clone(), uri: Some(uri.clone()), ..ViolationReport::default() };
        let known = step.is_some();
        match report::fetch(aws, &uri).await? {
            Ok(json) => row.violations = Some(ViolationReport { read: Some(observed.at), ..report.parse(&json) }),
            Err(problem) if known => {
                row.violations = Some(ViolationReport { problem: Some(problem), read: Some(observed.at), ..report });
            }
            // A job that makes a baseline, or that failed, writes no such report.
            Err(problem) => row.problems.push(format!("constraint_violations.json {problem}")),
        }
    }
    Ok(row)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources::other_job::{OtherDetails, OtherJob};
    use crate::resources::step::Made;
    use jiff::Timestamp;

    fn report(total: usize, problem: Option<&str>) -> CheckReport {
        let report = ViolationReport { total, problem: problem.map(str::to_owned), ..ViolationReport::default() };
        CheckReport { violations: Some(report), ..CheckReport::default() }
    }

    #[test]
    fn a_report_says_what_was_found_and_what_could_not_be_read() {
        let empty = CheckReport::default;
        let cases = [
            (empty(), "AWS names no report of violations", Health::Ok),
            (report(0, None), "found 0 violations", Health::Ok),
            (report(2, None), "found 2 violations", Health::Warning),
            (report(0, Some("may not be read")), "found violations; their report may not be read", Health::Warning),
            (CheckReport { doubt: Some("the step Failed".into()), ..empty() }, "the step Failed", Health::Unknown),
            (
                CheckReport { problems: vec!["analysis.json may not be read".into()], ..empty() },
                "not read: analysis.json may not be read",
                Health::Unknown,
            ),
            (
                CheckReport { analysis: Some(Analysis::default()), ..empty() },
                "no bias metrics and no weights of features",
                Health::Ok,
            ),
        ];
        for (report, words, health) in cases {
            assert_eq!((report.in_words().as_str(), report.health()), (words, health), "{report:?}");
        }
    }

    #[test]
    fn only_a_check_that_succeeded_and_compared_something_passed() {
        let report = || Some("s3://b/violations.json".to_owned());
        let cases = [
            ("Succeeded", false, None, None),
            ("Succeeded", true, None, Some("nothing was compared with a baseline")),
            ("Failed", false, None, Some("the step Failed")),
            ("Failed", false, report(), None),
        ];
        for (status, skipped, violations, doubt) in cases {
            let step = PipelineStep { status: status.into(), ..PipelineStep::default() };
            let check = StepCheck { violations, skipped, ..StepCheck::default() };
            assert_eq!(doubt_of(&step, &check).as_deref(), doubt, "{status} {check:?}");
        }
    }

    #[test]
    fn only_checks_that_have_ended_are_read() {
        let step = |name: &str, status: &str, made: Made| PipelineStep {
            id: format!("run/{name}"),
            execution: "run".into(),
            name: name.into(),
            status: status.into(),
            made,
            ..PipelineStep::default()
        };
        let check = |job: &str| Made::Check(StepCheck { job: job.into(), ..StepCheck::default() });
        let job = |id: &str, image: &str, status: &str| OtherJob {
            id: id.into(),
            status: status.into(),
            details: Some(OtherDetails { image: Some(image.into()), ..OtherDetails::default() }),
            ..OtherJob::default()
        };
        let mut store = Store::default();
        let steps = vec![
            step("bias", "Succeeded", check("arn:Bias")),
            step("late", "Executing", check("arn:late")),
            step("script", "Succeeded", Made::ProcessingJob("arn:script".into())),
            step("clarify", "Succeeded", Made::ProcessingJob("arn:clarify".into())),
        ];
        store.steps.apply(Ok(Listing::all(steps)), Timestamp::UNIX_EPOCH);
        let clarify = "1.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-clarify-processing:1.0";
        let monitor = "1.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-model-monitor-analyzer";
        let jobs = vec![
            job("arn:script", "1.dkr.ecr.eu-west-1.amazonaws.com/fraud:1", "Completed"),
            job("arn:clarify", clarify, "Completed"),
            job("arn:quality", monitor, "Completed"),
            job("arn:runs", monitor, "InProgress"),
        ];
        store.other_jobs.apply(Ok(Listing::all(jobs)), Timestamp::UNIX_EPOCH);
        let cases: [(Kind, &str, &[&str]); 8] = [
            (Kind::Executions, "run", &["arn:bias", "arn:clarify"]),
            (Kind::Steps, "run/bias", &["arn:bias"]),
            (Kind::Steps, "run/late", &[]),
            (Kind::Steps, "run/script", &[]),
            (Kind::OtherJobs, "arn:quality", &["arn:quality"]),
            (Kind::OtherJobs, "arn:runs", &[]),
            (Kind::OtherJobs, "arn:script", &[]),
            (Kind::Endpoints, "run", &[]),
        ];
        for (kind, id, jobs) in cases {
            assert_eq!(CheckReport::jobs_of(&store, kind, id), jobs, "{kind} {id}");
        }
    }
}
