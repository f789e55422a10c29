//! Tests of scalable targets.

use jiff::Timestamp;

use super::*;

fn at(second: i64) -> Option<Timestamp> {
    Timestamp::from_second(second).ok()
}

/// Makes an activity that began at a second.
fn activity(status: &str, began: i64) -> ScalingActivity {
    ScalingActivity {
        id: began.to_string(),
        status: status.into(),
        description: "Setting desired instance count to 4.".into(),
        message: "Failed to set desired instance count to 4. Reason: no capacity.".into(),
        cause: "monitor alarm high in state ALARM triggered policy fraud-target".into(),
        started: at(began),
        ..ScalingActivity::default()
    }
}

fn stopped(began: i64) -> ScalingActivity {
    let reason = NotScaled { code: "AlreadyAtMaxCapacity".into(), max: Some(4) };
    ScalingActivity { not_scaled: vec![reason], ..activity("Failed", began) }
}

/// Makes a target with activities, newest first.
fn target(activities: Vec<ScalingActivity>) -> ScalableTarget {
    let policy = |name: &str| ScalingPolicy { name: name.into(), ..ScalingPolicy::default() };
    ScalableTarget {
        id: "endpoint/fraud-prod/variant/v1/DesiredInstanceCount".into(),
        endpoint: Some("fraud-prod".into()),
        variant: Some("v1".into()),
        min: 1,
        max: 4,
        policies: vec![policy("fraud"), policy("fraud-target")],
        activities,
        ..ScalableTarget::default()
    }
}

#[test]
fn a_target_belongs_to_the_endpoint_of_its_resource_id() {
    let variant = "sagemaker:variant:DesiredInstanceCount";
    let cases = [
        ("endpoint/fraud-prod/variant/v1", variant, Some("fraud-prod"), "fraud-prod/v1"),
        (
            "inference-component/fraud",
            "sagemaker:inference-component:DesiredCopyCount",
            None,
            "inference-component/fraud",
        ),
        ("endpoint/fraud-prod", variant, None, "endpoint/fraud-prod"),
        ("", "new:dimension", None, ""),
    ];
    for (resource, dimension, endpoint, title) in cases {
        let found = from_sdk(
            types::ScalableTarget::builder()
                .service_namespace(types::ServiceNamespace::Sagemaker)
                .resource_id(resource)
                .scalable_dimension(dimension.into())
                .min_capacity(1)
                .max_capacity(4)
                .role_arn("role")
                .creation_time(aws_smithy_types::DateTime::from_secs(0))
                .build()
                .unwrap(),
        );
        let named: Vec<&str> = found.references().iter().map(|reference| reference.id).collect();
        assert_eq!(named, endpoint.into_iter().collect::<Vec<_>>(), "{resource}");
        assert_eq!((&*found.title(), found.limits()), (title, "min 1, max 4".to_owned()), "{resource}");
        assert_eq!(found.scales("fraud-prod", "v1"), endpoint.is_some(), "{resource}");
    }
}

#[test]
fn a_target_says_what_keeps_it_from_scaling_and_since_when() {
    let suspended = Suspended { scaling_in: true, scheduled: true, ..Suspended::default() };
    let failed = "could not scale: no capacity";
    let cases = [
        (target(vec![]), None, None),
        (target(vec![activity("Successful", 9), activity("Failed", 8)]), None, None),
        (target(vec![stopped(9)]), None, None),
        (target(vec![activity("Failed", 9), activity("Failed", 8), activity("Successful", 7)]), Some(failed), at(8)),
        (ScalableTarget { suspended, ..target(vec![]) }, Some("has scaling suspended: in, scheduled"), None),
        (ScalableTarget { suspended, ..target(vec![activity("Failed", 9)]) }, Some(failed), at(9)),
    ];
    for (target, problem, since) in cases {
        assert_eq!(target.problem().as_deref(), problem, "{target:?}");
        assert_eq!(target.since(), since, "{target:?}");
        assert_eq!(target.health() == Health::Warning, problem.is_some(), "{target:?}");
    }
}

#[test]
fn a_failure_for_lack_of_instances_says_so_in_two_words() {
    let failed = |message: &str| {
        let activity = ScalingActivity { message: message.into(), ..activity("Failed", 9) };
        target(vec![activity]).problem_in_brief()
    };
    let lacks = "Failed to set desired instance count to 4. Reason: Unable to provision requested ML compute capacity due \
                 to InsufficientInstanceCapacity error.";
    assert_eq!(failed(lacks), Some("no capacity"));
    assert_eq!(failed("Reason: The endpoint is being updated."), Some("cannot scale"));
}

#[test]
fn activities_are_events_once_with_the_policy_that_caused_them() {
    let past = target(vec![stopped(9), stopped(8), activity("Successful", 7)]).events(None);
    let told: Vec<_> = past.iter().map(|event| (event.at, event.text.as_str(), event.by.as_str())).collect();
    let set = "Setting desired instance count to 4 (fraud-prod/v1)";
    assert_eq!(told, [(at(8), "AlreadyAtMaxCapacity (fraud-prod/v1)", "fraud-target"), (at(7), set, "fraud-target")]);

    let before = target(vec![activity("InProgress", 7)]);
    assert_eq!(before.events(Some(&before)), []);
    let failed = target(vec![activity("Failed", 7)]).events(Some(&before));
    let told: Vec<_> = failed.iter().map(|event| (event.health, event.text.as_str())).collect();
    assert_eq!(told, [(Health::Warning, "could not scale fraud-prod/v1: no capacity")]);
    let wider = ScalableTarget { max: 8, ..before.clone() }.events(Some(&before));
    assert_eq!(wider.first().map(|event| event.text.as_str()), Some("fraud-prod/v1: min 1, max 4 → min 1, max 8"));
    let suspended = Suspended { scaling_out: true, ..Suspended::default() };
    let suspended = ScalableTarget { suspended, ..before.clone() };
    let texts = [suspended.events(Some(&before)), before.events(Some(&suspended))].concat();
    let texts: Vec<&str> = texts.iter().map(|event| event.text.as_str()).collect();
    assert_eq!(texts, ["fraud-prod/v1: scaling suspended: out", "fraud-prod/v1: scaling resumed"]);
}
