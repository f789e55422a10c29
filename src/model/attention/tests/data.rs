//! Cases of the rules of data.

use super::cases;
use crate::model::Health::{Critical, Unknown, Warning};
use crate::model::testing::{Account, DAY, HOUR, MINUTE, ago, job, table};
use crate::resources::dataset::{Dataset, Rhythm, Role};
use crate::resources::feature_group::FeatureGroup;

/// Names the data in the configuration, with its maximum age.
fn configured(a: &mut Account) {
    a.configure("[[model.data]]\nkind = \"s3\"\nuri = \"s3://lake/fraud\"\nmax_age = \"26h\"");
}

fn newest(a: &mut Account, seconds: i64) {
    configured(a);
    a.datasets[0].newest = ago(seconds);
}

fn problem(a: &mut Account, problem: &str) {
    a.datasets[0].problem = Some(problem.into());
}

/// Makes the location of the model empty.
fn empty(a: &mut Account) {
    problem(a, "no data there");
    a.datasets[0].empty = true;
}

/// Adds a feature group with the name of the model, whose offline store was written so many seconds ago.
fn group(a: &mut Account, age: i64, pause: Option<i64>) {
    let uri = "s3://store/fraud-clicks";
    a.feature_groups.push(FeatureGroup {
        name: "fraud-clicks".into(),
        status: "Created".into(),
        offline_status: Some("Active".into()),
        offline_uri: Some(uri.into()),
        modified: ago(2 * DAY),
        ..FeatureGroup::default()
    });
    let rhythm = Some(Rhythm { pause, at: ago(HOUR).unwrap() });
    a.datasets.push(Dataset { uri: uri.into(), role: Role::Features, newest: ago(age), rhythm, ..Dataset::default() });
}

/// Makes the job read this offline store, and adds a blocked feature group whose place was not read.
fn unread_store(a: &mut Account, name: &str) {
    let uri = format!("s3://b/1/offline-store/{name}/data");
    a.jobs[0].details.as_mut().unwrap().inputs = vec![uri.clone()];
    a.datasets[0].uri = uri;
    a.feature_groups.push(FeatureGroup {
        name: "profile".into(),
        status: "Created".into(),
        offline_status: Some("Blocked".into()),
        ..FeatureGroup::default()
    });
    a.feature_groups.faulty();
}

cases! {
    Data "data-unreadable":
    "the location can be read" |a| configured(a) => [];
    "what the user named is empty" |a| { configured(a); empty(a) }
        => [(Critical, "s3://lake/fraud: no data there", None)];
    "what the user named cannot be read" |a| { configured(a); problem(a, "ListObjectsV2 denied") }
        => [(Unknown, "s3://lake/fraud: ListObjectsV2 denied", None)];
    "what only an old job read was tidied away" |a| empty(a) => [];
    "nothing that a job read can be read" |a| problem(a, "ListObjectsV2 denied")
        => [(Unknown, "s3://lake/fraud: ListObjectsV2 denied", None)];
    "one location of two can be read" |a| { problem(a, "ListObjectsV2 denied"); group(a, HOUR, None) } => [];
    "the artifact alone can be read" |a| {
        problem(a, "ListObjectsV2 denied");
        group(a, HOUR, None);
        a.datasets[1].role = Role::Artifact;
    } => [(Unknown, "s3://lake/fraud: ListObjectsV2 denied", None)];

    Data "data-age":
    "as old as it may be" |a| newest(a, 26 * HOUR) => [];
    "a second older" |a| newest(a, 26 * HOUR + 1)
        => [(Warning, "no data for 26 h in s3://lake/fraud", Some(26 * HOUR + 1))];
    "old, and nobody said how old it may be" |a| a.datasets[0].newest = ago(90 * DAY) => [];
    "in the future" |a| newest(a, -HOUR) => [];
    "old, but something newer may be there" |a| {
        newest(a, 30 * HOUR);
        a.datasets[0].unsure = Some("more than 3000 objects".into());
    } => [(Unknown, "newest data of s3://lake/fraud unknown: more than 3000 objects", None)];
    "new enough, whatever else may be there" |a| {
        newest(a, HOUR);
        a.datasets[0].unsure = Some("more than 3000 objects".into());
    } => [];
    "nothing was found, and something may be there" |a| {
        configured(a);
        a.datasets[0].newest = None;
        a.datasets[0].unsure = Some("more than 3000 objects".into());
    } => [(Unknown, "newest data of s3://lake/fraud unknown: more than 3000 objects", None)];
    "a location that cannot be read has no age" |a| { newest(a, 30 * HOUR); problem(a, "ListObjectsV2 denied") } => [];
    "a feature group within its rhythm: a pause and at least 4 hours" |a| group(a, 5 * HOUR, Some(HOUR)) => [];
    "a feature group beyond its rhythm" |a| group(a, 5 * HOUR + 1, Some(HOUR))
        => [(Warning, "no data for 5 h in fraud-clicks", Some(5 * HOUR + 1))];
    "a feature group without a rhythm" |a| group(a, 90 * DAY, None) => [];
    "the configuration counts before the rhythm" |a| {
        group(a, 5 * HOUR + 1, Some(HOUR));
        a.configure("[[model.data]]\nkind = \"feature_group\"\nuri = \"fraud-clicks\"\nmax_age = \"6h\"");
    } => [];

    Data "offline-store":
    "an offline store that is written" |a| group(a, HOUR, None) => [];
    "it is blocked" |a| {
        group(a, HOUR, None);
        a.feature_groups[0].offline_status = Some("Blocked".into());
        a.feature_groups[0].blocked = Some("the role may not write".into());
    } => [(Critical, "offline store of fraud-clicks is blocked: the role may not write", None)];
    "it is blocked, and AWS does not say why" |a| {
        group(a, HOUR, None);
        a.feature_groups[0].offline_status = Some("Blocked".into());
    } => [(Critical, "offline store of fraud-clicks is blocked: no reason given", None)];
    "the group could not be made" |a| {
        group(a, HOUR, None);
        a.feature_groups[0].status = "CreateFailed".into();
    } => [(Critical, "feature group fraud-clicks is CreateFailed", Some(2 * DAY))];
    "its place was not read, and what jobs read has its name" |a| unread_store(a, "profile-1612345678")
        => [(Critical, "offline store of profile is blocked: no reason given", None)];
    "a status that is not known here" |a| {
        group(a, HOUR, None);
        a.feature_groups[0].offline_status = Some("Hibernating".into());
    } => [];

    Data "source":
    "no location is known, and all that could tell was read" |a| { a.jobs.clear(); a.steps.clear() } => [];
    "no location is known, and jobs were never read" |a| a.jobs.never_read() => [(Unknown, "not read yet", None)];
    "no location is known, and jobs are denied" |a| a.jobs.denied() => [(Unknown, "Call denied", None)];
    "no location is known, and more jobs are read" |a| { a.jobs.clear(); a.jobs.partly_read() }
        => [(Unknown, "not read yet", None)];
    "no location is known, and steps were never read" |a| { a.jobs.clear(); a.steps.never_read() }
        => [(Unknown, "not read yet", None)];
    "no location is known, and feature groups are denied" |a| { a.jobs.clear(); a.feature_groups.denied() }
        => [(Unknown, "Call denied", None)];
    "jobs may not be described" |a| { a.jobs[0].details = None; a.jobs.faulty() }
        => [(Unknown, "Call denied", None)];
    "the location was never read" |a| a.datasets.never_read() => [(Unknown, "not read yet", None)];
    "locations are denied" |a| a.datasets.denied() => [(Unknown, "Call denied", None)];
    "locations were read, and then denied" |a| a.datasets.stale() => [];
    "others were read, and this one is about to be" |a| a.datasets[0].uri = "s3://lake/other".into() => [];
    "others were read, and there are too many" |a| { a.datasets[0].uri = "s3://lake/other".into(); a.datasets.capped() }
        => [(Unknown, "beyond the number of locations that are read", None)];
    "others were read, and this one cannot be" |a| { a.datasets[0].uri = "s3://lake/other".into(); a.datasets.faulty() }
        => [(Unknown, "Call denied", None)];
    "what the user named is not among those that were read" |a| {
        configured(a);
        a.datasets[0].uri = "s3://lake/other".into();
    } => [(Unknown, "s3://lake/fraud: not read yet", None)];
    "what the user named could not be read" |a| {
        configured(a);
        a.datasets[0].uri = "s3://lake/other".into();
        a.datasets.faulty();
    } => [(Unknown, "s3://lake/fraud: Call denied", None)];
    "a blocked feature group that could not be described may be what jobs read" |a| unread_store(a, "custom")
        => [(Unknown, "feature group profile is blocked, and may write s3://b/1/offline-store/custom/data: Call denied", None)];
    "it is known that it is not: all were described" |a| {
        unread_store(a, "custom");
        a.feature_groups[0].offline_uri = Some("s3://b/1/offline-store/profile/data".into());
    } => [];
    "what jobs read is another one" |a| {
        unread_store(a, "clicks-1612345678");
        a.feature_groups.push(FeatureGroup { name: "clicks".into(), ..FeatureGroup::default() });
    } => [];
    "it is not blocked" |a| {
        unread_store(a, "custom");
        a.feature_groups[0].offline_status = Some("Active".into());
    } => [];
    "jobs read no offline store" |a| { unread_store(a, "custom"); a.jobs[0].details.as_mut().unwrap().inputs.clear() }
        => [];
    "feature groups are named and were never read" |a| {
        a.configure("[[model.data]]\nkind = \"feature_group\"\nuri = \"fraud-clicks\"");
        a.feature_groups.never_read();
    } => [(Unknown, "not read yet", None)];
}

#[test]
fn the_summary_tells_of_the_location_that_is_nearest_to_being_too_old() {
    let cases = table! {
        "nobody said how old it may be" |_| {} => ("newest", ago(HOUR));
        "it is new enough" |a| newest(a, HOUR) => ("fresh", ago(HOUR));
        "nothing bounds what the job reads, and a feature group is new" |a| {
            a.datasets[0].newest = ago(3 * DAY);
            group(a, MINUTE, Some(HOUR));
        } => ("newest", ago(3 * DAY));
        "what the job reads is newer than the feature group" |a| group(a, 2 * HOUR, Some(HOUR))
            => ("newest", ago(2 * HOUR));
        "a part of what the job reads has a maximum age" |a| {
            a.configure("[[model.data]]\nkind = \"s3\"\nuri = \"s3://lake/fraud/dt={yyyy-MM-dd}/\"\nmax_age = \"26h\"");
            a.datasets[0].newest = ago(2 * HOUR);
            let dated = Dataset { uri: "s3://lake/fraud/dt={yyyy-MM-dd}/".into(), newest: ago(HOUR), ..Dataset::default() };
            a.datasets.push(dated);
        } => ("fresh", ago(HOUR));
        "only the newest job read it: a step of its run wrote it" |a| {
            a.jobs.push(job("pipelines-r1-old", "Completed", 20 * DAY));
            a.jobs[1].details.as_mut().unwrap().inputs = vec!["s3://lake/old".into()];
            a.datasets[0].newest = ago(10 * DAY);
            group(a, MINUTE, Some(HOUR));
        } => ("fresh", ago(MINUTE));
        "two inputs of which the older one counts" |a| {
            a.jobs[0].details.as_mut().unwrap().inputs.push("s3://lake/old".into());
            a.datasets.push(Dataset { uri: "s3://lake/old".into(), newest: ago(3 * DAY), ..Dataset::default() });
        } => ("newest", ago(3 * DAY));
        "two of which one is nearer to its end" |a| { newest(a, 13 * HOUR); group(a, MINUTE, Some(HOUR)) }
            => ("fresh", ago(13 * HOUR));
        "nothing is dated" |a| a.datasets[0].newest = None => ("linked", None);
        "nothing is known" |a| a.jobs.clear() => ("no data location known", None);
    };
    for (what, given, expected) in cases {
        let mut account = Account::healthy();
        given(&mut account);
        let joined = account.join();
        let stage = joined.chain("fraud").unwrap().stage(crate::model::StageKind::Data).unwrap();
        assert_eq!((stage.summary.as_str(), stage.since), expected, "{what}");
    }
}
