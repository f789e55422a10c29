//! Tests of what a description tells about spot capacity, warm pools and metrics.

use aws_sdk_sagemaker::types::{CheckpointConfig, WarmPoolResourceStatus, WarmPoolStatus};

use super::*;

#[test]
fn spot_and_warm_pools_are_read_from_a_description() {
    let turn = |status: SecondaryStatus| {
        let start = aws_smithy_types::DateTime::from_secs(1);
        SecondaryStatusTransition::builder().status(status).start_time(start).build()
    };
    let pool = WarmPoolStatus::builder().status(WarmPoolResourceStatus::Reused).reused_by_job("next");
    let description = DescribeTrainingJobOutput::builder()
        .secondary_status_transitions(turn(SecondaryStatus::Training))
        .secondary_status_transitions(turn(SecondaryStatus::Interrupted))
        .secondary_status_transitions(turn(SecondaryStatus::Interrupted))
        .enable_managed_spot_training(true)
        .training_time_in_seconds(3600)
        .billable_time_in_seconds(900)
        .checkpoint_config(CheckpointConfig::builder().s3_uri("s3://b/c").build())
        .warm_pool_status(pool.resource_retained_billable_time_in_seconds(600).build())
        .build();
    let details = from_description(description).details.unwrap();
    assert_eq!((details.interruptions, details.saved()), (2, Some(75.0)));
    assert_eq!(details.checkpoints.as_deref(), Some("s3://b/c"));
    assert_eq!(details.warm_pool.unwrap().in_words(), "Reused by next, kept for 600 billed seconds");
}

#[test]
fn only_spot_saves() {
    let cases = [(true, Some(200), Some(50.0)), (false, Some(200), None), (true, None, None), (true, Some(0), None)];
    for (spot, seconds, saved) in cases {
        let details = JobDetails { spot, seconds, billed_seconds: Some(100), ..JobDetails::default() };
        assert_eq!(details.saved(), saved, "{spot} {seconds:?}");
    }
}

#[test]
fn a_metric_that_is_no_number_is_left_out() {
    let metric = |name: &str, value| MetricData::builder().metric_name(name).value(value).build();
    let description = DescribeTrainingJobOutput::builder()
        .final_metric_data_list(metric("train:loss", f32::NAN))
        .final_metric_data_list(metric("validation:auc", 0.9))
        .build();
    assert_eq!(from_description(description).details.unwrap().metrics, [("validation:auc".to_owned(), 0.9)]);
}
