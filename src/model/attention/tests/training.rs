//! Cases of the rules of training.

use super::cases;
use crate::model::Health;
use crate::model::Health::{Critical, Running, Unknown, Waiting, Warning};
use crate::model::testing::{Account, DAY, HOUR, MINUTE, RUN, ago, arn, job, run, step, table, trained};
use crate::resources::other_job::{OtherDetails, OtherJob, Work};
use crate::resources::step::Made;

/// Adds a newer run of the pipeline, with its current or last step.
fn newer(a: &mut Account, status: &str, began: i64, at: &str, made: Made) {
    let run = run("r2", status, began);
    let mut step = step(&run.arn, at, made);
    step.status = if status == "Executing" { "Executing".into() } else { status.into() };
    a.steps.push(step);
    a.executions.push(run);
}

/// Adds a transform job of the model that ran so many hours ago.
fn batch<'a>(a: &'a mut Account, name: &str, status: &str, hours: i64) -> &'a mut OtherJob {
    a.other_jobs.push(OtherJob {
        id: name.to_lowercase(),
        name: name.into(),
        work: Work::Transform,
        status: status.into(),
        created: ago(hours * HOUR + 4 * MINUTE),
        ended: ago(hours * HOUR),
        failure: Some("no such file".into()).filter(|_| status == "Failed"),
        group: Some("fraud".into()),
        ..OtherJob::default()
    });
    a.other_jobs.last_mut().unwrap()
}

/// Returns what a step shows that waits for the reader of a queue.
fn called_back() -> Made {
    Made::Callback("https://sqs.eu-west-1.amazonaws.com/123456789012/reviews".into())
}

/// Replaces the runs by ones that each took half an hour.
fn ended(a: &mut Account, count: i64) {
    a.executions.clear();
    a.executions.extend((1..=count).map(|n| run(&format!("o{n}"), "Succeeded", n * DAY)));
}

/// Replaces the pipeline by jobs that each took half an hour. A version names their artifacts.
fn jobs_alone(a: &mut Account, count: i64) {
    a.pipelines.clear();
    a.executions.clear();
    a.steps.clear();
    a.jobs.clear();
    a.jobs.extend((1..=count).map(|n| job(&format!("j{n}"), "Completed", n * DAY)));
    serve_jobs(a);
}

/// Makes the version name the artifacts of these jobs.
fn serve_jobs(a: &mut Account) {
    let artifact = |name: &str| format!("s3://models/{name}.tar.gz");
    for job in a.jobs.iter_mut() {
        job.details.as_mut().unwrap().artifact = Some(artifact(&job.name));
    }
    let data = a.jobs.iter().map(|job| artifact(&job.name)).collect();
    let details = a.packages[0].details.as_mut().unwrap();
    (details.data, details.generated_by) = (data, None);
}

/// Adds a job that runs now.
fn running_job(a: &mut Account, began: i64) {
    let job = job("j0", "InProgress", began);
    a.jobs.push(job);
    serve_jobs(a);
}

cases! {
    Training "running":
    "the last run ended" |_| {} => [];
    "a run at its first step" |a| newer(a, "Executing", 2 * MINUTE, "Train", trained())
        => [(Running, "Train, 0 of 2 steps", Some(2 * MINUTE))];
    "a run whose definition was not read" |a| {
        newer(a, "Executing", 2 * MINUTE, "Train", trained());
        a.pipelines[0].definition = None;
    } => [(Running, "Train", Some(2 * MINUTE))];
    "a run whose steps were not read" |a| a.executions.push(run("r2", "Stopping", MINUTE))
        => [(Running, "stopping", Some(MINUTE))];
    "a job alone" |a| { jobs_alone(a, 1); running_job(a, 3 * MINUTE) }
        => [(Running, "job InProgress", Some(3 * MINUTE))];
    "a job that was not described" |a| {
        jobs_alone(a, 1);
        running_job(a, 3 * MINUTE);
        a.jobs[1].name = "pipelines-r1-Train".into();
        a.jobs[1].details = None;
        a.pipelines.push(Account::healthy().pipelines.remove(0));
        a.executions.push(run("r1", "Succeeded", DAY));
    } => [(Running, "job running", Some(3 * MINUTE))];
    "a spot job whose instances were taken away" |a| {
        jobs_alone(a, 1);
        running_job(a, 3 * MINUTE);
        a.jobs[1].details.as_mut().unwrap().phase = "Interrupted".into();
    } => [(Warning, "job Interrupted", Some(3 * MINUTE))];

    Training "callback":
    "no step waits" |a| newer(a, "Executing", 2 * MINUTE, "Train", trained()) => [];
    "a step waits until somebody calls back" |a| newer(a, "Executing", 2 * MINUTE, "Review", called_back())
        => [(Waiting, "Review waits for a callback by reviews", None)];
    "somebody called back" |a| newer(a, "Succeeded", 2 * MINUTE, "Review", called_back()) => [];
    Training "slow":
    "as long as may be: half an hour more than half an hour" |a| {
        ended(a, 3);
        a.executions.push(run("r2", "Executing", 45 * MINUTE));
    } => [];
    "a second longer" |a| { ended(a, 3); a.executions.push(run("r2", "Executing", 45 * MINUTE + 1)) }
        => [(Warning, "run takes 45 min, usually 30 min", Some(45 * MINUTE + 1))];
    "two runs are too few to know" |a| { ended(a, 2); a.executions.push(run("r2", "Executing", DAY)) } => [];
    "a run of some steps only is no measure, and has none" |a| {
        ended(a, 3);
        let mut partial = run("r2", "Executing", DAY);
        partial.selected = Some(vec!["Train".into()]);
        a.executions.push(partial);
    } => [];
    "runs that failed are no measure" |a| {
        ended(a, 3);
        a.executions[0].status = "Failed".into();
        a.executions.push(run("r2", "Executing", DAY));
    } => [];
    "a job alone" |a| { jobs_alone(a, 3); running_job(a, 2 * HOUR) }
        => [(Warning, "job takes 2 h, usually 30 min", Some(2 * HOUR))];
    "a job of a pipeline is judged with its run" |a| {
        ended(a, 1);
        a.jobs.extend((1..4).map(|n| job(&format!("pipelines-o1-{n}"), "Completed", n * DAY)));
        a.jobs.push(job("pipelines-o1-now", "InProgress", 2 * HOUR));
    } => [];

    Training "last-run-failed":
    "the newest run worked" |_| {} => [];
    "the newest run failed at a step, which says why" |a| {
        newer(a, "Failed", HOUR, "Train", trained());
        a.steps[2].failure = Some("OutOfMemory".into());
        a.executions[1].failure = Some("a step failed".into());
    } => [(Critical, "last run failed at Train: OutOfMemory", Some(HOUR - HOUR / 2))];
    "the step does not say why" |a| {
        newer(a, "Failed", HOUR, "Train", trained());
        a.executions[1].failure = Some("a step failed".into());
    } => [(Critical, "last run failed at Train: a step failed", Some(HOUR - HOUR / 2))];
    "its steps were not read" |a| a.executions.push(run("r2", "Failed", HOUR))
        => [(Critical, "last run failed", Some(HOUR - HOUR / 2))];
    "it was stopped" |a| a.executions.push(run("r2", "Stopped", HOUR)) => [];
    "it worked after one that failed" |a| {
        a.executions.push(run("r2", "Failed", DAY));
        a.executions.push(run("r3", "Succeeded", HOUR));
    } => [];
    "one runs after one that failed" |a| {
        a.executions.push(run("r2", "Failed", DAY));
        a.executions.push(run("r3", "Executing", HOUR));
    } => [(Critical, "last run failed", Some(DAY - HOUR / 2))];
    "another pipeline works since then" |a| {
        a.executions.push(run("r2", "Failed", DAY));
        let mut score = a.pipelines[0].clone();
        (score.name, score.arn) = ("fraud-score".into(), arn("pipeline/fraud-score"));
        a.pipelines.push(score);
        let mut scored = run("s1", "Succeeded", HOUR);
        (scored.pipeline, scored.arn) = ("fraud-score".into(), arn("pipeline/fraud-score/execution/s1"));
        a.executions.push(scored);
    } => [(Critical, "last run failed", Some(DAY - HOUR / 2))];
    "a job alone failed" |a| {
        jobs_alone(a, 1);
        a.jobs[0].status = "Failed".into();
        a.jobs[0].details.as_mut().unwrap().failure = Some("AlgorithmError".into());
    } => [(Critical, "training job failed: AlgorithmError", Some(DAY - 30 * MINUTE))];
    "a job alone failed, and AWS does not say why" |a| { jobs_alone(a, 1); a.jobs[0].status = "Failed".into() }
        => [(Critical, "training job failed: no reason given", Some(DAY - 30 * MINUTE))];

    Training "batch-failed":
    "none is known" |_| {} => [];
    "it failed" |a| { batch(a, "fraud-scores", "Failed", 2); }
        => [(Warning, "transform job fraud-scores failed: no such file", Some(2 * HOUR))];
    "AWS does not say why" |a| batch(a, "fraud-scores", "Failed", 2).failure = None
        => [(Warning, "transform job fraud-scores failed: no reason given", Some(2 * HOUR))];
    "a processing job" |a| batch(a, "fraud-scores", "Failed", 2).work = Work::Processing
        => [(Warning, "processing job fraud-scores failed: no such file", Some(2 * HOUR))];
    "it completed" |a| { batch(a, "fraud-scores", "Completed", 2); } => [];
    "a later one of its series completed" |a| {
        batch(a, "fraud-scores-20011129", "Failed", 26);
        batch(a, "fraud-scores-20011130", "Completed", 2);
    } => [];
    "a later one was stopped" |a| {
        batch(a, "fraud-scores-1", "Failed", 26);
        batch(a, "fraud-scores-2", "Stopped", 2);
    } => [(Warning, "transform job fraud-scores-1 failed: no such file", Some(26 * HOUR))];
    "an earlier one completed" |a| {
        batch(a, "fraud-scores-1", "Completed", 26);
        batch(a, "fraud-scores-2", "Failed", 2);
    } => [(Warning, "transform job fraud-scores-2 failed: no such file", Some(2 * HOUR))];
    "another series completed" |a| {
        batch(a, "fraud-scores-1", "Failed", 26);
        batch(a, "fraud-report-1", "Completed", 2);
    } => [(Warning, "transform job fraud-scores-1 failed: no such file", Some(26 * HOUR))];
    "several failed: the newest is enough" |a| {
        batch(a, "fraud-scores-1", "Failed", 26);
        batch(a, "fraud-report-1", "Failed", 2);
    } => [(Warning, "transform job fraud-report-1 failed: no such file", Some(2 * HOUR))];
    "more than a week ago" |a| { batch(a, "fraud-scores", "Failed", 7 * 24 + 1); } => [];
    "one of another group" |a| batch(a, "fraud-scores", "Failed", 2).group = Some("other".into()) => [];
    "it asked the model that serves" |a| {
        let job = batch(a, "scores", "Failed", 2);
        job.group = None;
        job.details = Some(OtherDetails { model: Some("fraud-1".into()), ..OtherDetails::default() });
    } => [(Warning, "transform job scores failed: no such file", Some(2 * HOUR))];
    "a tuning job" |a| batch(a, "fraud-tune", "Failed", 2).work = Work::Tuning => [];
    "one of a run: the run failed" |a| batch(a, "fraud-scores", "Failed", 2).execution = Some(RUN.into()) => [];
    "one of a monitor" |a| batch(a, "fraud-scores", "Failed", 2).monitor = Some("fraud-drift".into()) => [];

    Training "nothing-registered":
    "the run registered a version" |_| {} => [];
    "it registered none" |a| newer(a, "Succeeded", HOUR, "Train", trained())
        => [(Warning, "last run registered nothing: no step did", Some(HOUR - HOUR / 2))];
    "a condition kept it from doing so" |a| newer(a, "Succeeded", HOUR, "GoodEnough", Made::Condition("False".into()))
        => [(Warning, "last run registered nothing: condition GoodEnough was false", Some(HOUR - HOUR / 2))];
    "its definition registers nothing" |a| {
        newer(a, "Succeeded", HOUR, "Train", trained());
        a.pipelines[0].definition.as_mut().unwrap().steps.remove(1);
    } => [];
    "without a definition, that a version came of it says that it registers" |a| {
        newer(a, "Succeeded", HOUR, "Train", trained());
        a.pipelines[0].definition = None;
    } => [(Warning, "last run registered nothing: no step did", Some(HOUR - HOUR / 2))];
    "it was told to run another step only" |a| {
        newer(a, "Succeeded", HOUR, "Train", trained());
        a.executions[1].selected = Some(vec!["Train".into()]);
    } => [];
    "it was told to run the step that registers" |a| {
        newer(a, "Succeeded", HOUR, "Train", trained());
        a.executions[1].selected = Some(vec!["Train".into(), "Register".into()]);
    } => [(Warning, "last run registered nothing: no step did", Some(HOUR - HOUR / 2))];
    "a step still ran when they were read" |a| {
        newer(a, "Succeeded", HOUR, "Train", trained());
        a.steps[2].status = "Executing".into();
    } => [];
    "its steps were not read" |a| a.executions.push(run("r2", "Succeeded", HOUR)) => [];
    "the newest run failed" |a| newer(a, "Failed", HOUR, "Train", trained()) => [];

    Training "source":
    "all was read" |_| {} => [];
    "pipelines were never read" |a| a.pipelines.never_read() => [(Unknown, "not read yet", None)];
    "pipelines are denied" |a| { a.pipelines.denied(); a.executions.denied() } => [(Unknown, "Call denied", None)];
    "pipelines were read, and then denied" |a| a.pipelines.stale() => [];
    "executions were never read, and there are no jobs" |a| { a.executions.never_read(); a.jobs.clear() }
        => [(Unknown, "not read yet", None)];
    "nothing is a model's before versions tell what made them" |a| {
        a.pipelines.clear();
        a.executions.clear();
        a.jobs.clear();
        a.packages.never_read();
    } => [(Unknown, "not read yet", None)];
    "there is no training" |a| { a.pipelines.clear(); a.executions.clear(); a.jobs.clear() } => [];
    "jobs do not tell how the runs ended" |a| {
        serve_jobs(a);
        a.packages[0].details.as_mut().unwrap().generated_by = Some(RUN.into());
        a.executions.denied();
    } => [(Unknown, "Call denied", None)];
    "the steps of the last run were not read, and no version came of it" |a| {
        a.executions.push(run("r2", "Succeeded", HOUR));
    } => [(Unknown, "steps not read yet", None)];
    "the steps of the last run were not read, and a version came of it" |a| {
        let run = run("r2", "Succeeded", HOUR);
        a.packages[0].details.as_mut().unwrap().generated_by = Some(run.arn.clone());
        a.executions.push(run);
    } => [];
    "the last run failed: that is known" |a| a.executions.push(run("r2", "Failed", HOUR)) => [];
}

#[test]
fn the_summary_tells_of_the_last_run() {
    let cases = table! {
        "a run" |_| {} => "run succeeded";
        "one that was stopped" |a| a.executions[0].status = "Stopped".into() => "run stopped";
        "one of some steps" |a| a.executions[0].selected = Some(vec!["Register".into()]) => "ran only Register";
        "a job alone" |a| jobs_alone(a, 1) => "job completed";
        "a pipeline that never ran" |a| { a.executions.clear(); a.jobs.clear() } => "never run";
        "nothing" |a| { a.pipelines.clear(); a.executions.clear(); a.jobs.clear() } => "no pipeline or job known";
    };
    for (what, given, summary) in cases {
        let mut account = Account::healthy();
        given(&mut account);
        let joined = account.join();
        let stage = joined.chain("fraud").unwrap().stage(crate::model::StageKind::Training).unwrap();
        assert_eq!(stage.summary, summary, "{what}");
    }
}

#[test]
fn a_run_that_is_under_way_is_the_state_although_the_one_before_failed() {
    let cases = table! {
        "the last run failed" |a| newer(a, "Failed", HOUR, "Train", trained()) => (Health::Critical, true);
        "and a newer one is under way" |a| {
            newer(a, "Failed", DAY, "Train", trained());
            a.executions.push(run("r3", "Executing", MINUTE));
        } => (Health::Running, true);
        "one of another pipeline is under way" |a| {
            newer(a, "Failed", DAY, "Train", trained());
            a.executions.push(run("r3", "Executing", MINUTE));
            let other = crate::resources::pipeline::Pipeline { name: "other".into(), ..a.pipelines[0].clone() };
            a.pipelines.push(other);
            a.executions.last_mut().unwrap().pipeline = "other".into();
        } => (Health::Critical, true);
        "the last run worked, and a newer one is under way" |a| a.executions.push(run("r3", "Executing", MINUTE))
            => (Health::Running, false);
    };
    for (what, given, expected) in cases {
        let mut account = crate::model::testing::Account::healthy();
        given(&mut account);
        let joined = account.join();
        let chain = joined.chain("fraud").unwrap();
        let stage = chain.stage(crate::model::StageKind::Training).unwrap();
        let failed = chain.reasons.iter().any(|reason| reason.rule.name == "last-run-failed");
        assert_eq!((stage.health, failed), expected, "{what}");
    }
}
