//! Descriptions of the four kinds of jobs.

use aws_sdk_sagemaker::operation::describe_auto_ml_job_v2::DescribeAutoMlJobV2Output;
use aws_sdk_sagemaker::operation::describe_hyper_parameter_tuning_job::DescribeHyperParameterTuningJobOutput;
use aws_sdk_sagemaker::operation::describe_processing_job::DescribeProcessingJobOutput;
use aws_sdk_sagemaker::operation::describe_transform_job::DescribeTransformJobOutput;
use aws_sdk_sagemaker::types::ProcessingOutputConfig;

use super::{Best, Counters, OtherDetails, OtherJob, Work};
use crate::aws::{Aws, AwsError, failed};
use crate::resources::{exact, finite};

impl OtherJob {
    /// Describes it. What the list told stays where the description tells less.
    ///
    /// # Errors
    /// Those of the call.
    pub(super) async fn describe(self, aws: &Aws) -> Result<Self, AwsError> {
        let (sagemaker, name) = (&aws.sagemaker, self.name.clone());
        let (status, failure, details) = match self.work {
            Work::Processing => {
                processing(sagemaker.describe_processing_job().processing_job_name(name).send().await.map_err(failed)?)
            }
            Work::Transform => {
                transform(sagemaker.describe_transform_job().transform_job_name(name).send().await.map_err(failed)?)
            }
            Work::Tuning => {
                let request = sagemaker.describe_hyper_parameter_tuning_job().hyper_parameter_tuning_job_name(name);
                tuning(request.send().await.map_err(failed)?)
            }
            Work::AutoMl => {
                let request = sagemaker.describe_auto_ml_job_v2().auto_ml_job_name(name);
                auto_ml(request.send().await.map_err(failed)?)
            }
        };
        let failure = failure.filter(|why| !why.is_empty()).or(self.failure.clone());
        Ok(Self { status: status.unwrap_or_else(|| self.status.clone()), failure, details: Some(details), ..self })
    }
}

/// The status, the reason of a failure, and the details.
type Described = (Option<String>, Option<String>, OtherDetails);

fn processing(d: DescribeProcessingJobOutput) -> Described {
    let cluster = d.processing_resources().and_then(|r| r.cluster_config());
    let instances = cluster.map(|c| {
        let kind = c.instance_type.as_ref().map_or("", |t| t.as_str());
        format!("{} × {kind}", c.instance_count.unwrap_or(1))
    });
    let inputs = d.processing_inputs().iter().filter_map(|input| input.s3_input()?.s3_uri.clone());
    let outputs = d.processing_output_config().map(ProcessingOutputConfig::outputs).unwrap_or_default();
    let details = OtherDetails {
        inputs: inputs.collect(),
        outputs: outputs.iter().filter_map(|output| output.s3_output()?.s3_uri.clone()).collect(),
        image: d.app_specification().and_then(|a| a.image_uri.clone()),
        instances: instances.unwrap_or_default(),
        exit: d.exit_message,
        ..OtherDetails::default()
    };
    (d.processing_job_status.map(|s| s.as_str().to_owned()), d.failure_reason, details)
}

fn transform(d: DescribeTransformJobOutput) -> Described {
    let instances = d.transform_resources().map(|r| {
        let kind = r.instance_type.as_ref().map_or("", |t| t.as_str());
        format!("{} × {kind}", r.instance_count.unwrap_or(1))
    });
    let source = d.transform_input().and_then(|i| i.data_source()).and_then(|s| s.s3_data_source());
    let details = OtherDetails {
        inputs: source.and_then(|s| s.s3_uri.clone()).into_iter().collect(),
        outputs: d.transform_output().and_then(|o| o.s3_output_path.clone()).into_iter().collect(),
        instances: instances.unwrap_or_default(),
        model: d.model_name,
        ..OtherDetails::default()
    };
    (d.transform_job_status.map(|s| s.as_str().to_owned()), d.failure_reason, details)
}

fn tuning(d: DescribeHyperParameterTuningJobOutput) -> Described {
    let config = d.hyper_parameter_tuning_job_config();
    let most = config.and_then(|c| c.resource_limits()).and_then(|l| l.max_number_of_training_jobs);
    let counters = d.training_job_status_counters().map(|c| Counters {
        most,
        completed: c.completed.unwrap_or_default(),
        running: c.in_progress.unwrap_or_default(),
        failed: c.retryable_error.unwrap_or_default() + c.non_retryable_error.unwrap_or_default(),
        stopped: c.stopped.unwrap_or_default(),
    });
    let objective = config.and_then(|c| c.hyper_parameter_tuning_job_objective()).map(|o| {
        let kind = o.r#type.as_ref().map_or("", |t| t.as_str());
        format!("{kind} {}", o.metric_name.as_deref().unwrap_or_default())
    });
    let best = d.overall_best_training_job().or(d.best_training_job()).map(|job| {
        let metric = job.final_hyper_parameter_tuning_job_objective_metric();
        Best {
            name: job.training_job_name.clone().unwrap_or_default(),
            metric: metric.and_then(|m| m.metric_name.clone()).unwrap_or_default(),
            value: finite(metric.and_then(|m| m.value)).map(exact),
        }
    });
    let details = OtherDetails { counters, objective, best, ..OtherDetails::default() };
    (d.hyper_parameter_tuning_job_status.map(|s| s.as_str().to_owned()), d.failure_reason, details)
}

fn auto_ml(d: DescribeAutoMlJobV2Output) -> Described {
    let inputs = d.auto_ml_job_input_data_config().iter();
    let inputs = inputs.filter_map(|c| c.data_source()?.s3_data_source()?.s3_uri.clone());
    let best = d.best_candidate().map(|candidate| {
        let metric = candidate.final_auto_ml_job_objective_metric();
        Best {
            name: candidate.candidate_name.clone().unwrap_or_default(),
            metric: metric.and_then(|m| m.metric_name.as_ref()).map(|m| m.as_str().to_owned()).unwrap_or_default(),
            value: finite(metric.and_then(|m| m.value)).map(exact),
        }
    });
    let details = OtherDetails {
        inputs: inputs.collect(),
        outputs: d.output_data_config().and_then(|o| o.s3_output_path.clone()).into_iter().collect(),
        objective: d.auto_ml_job_objective().and_then(|o| o.metric_name.as_ref()).map(|m| m.as_str().to_owned()),
        phase: d.auto_ml_job_secondary_status.map(|s| s.as_str().to_owned()),
        best,
        ..OtherDetails::default()
    };
    (d.auto_ml_job_status.map(|s| s.as_str().to_owned()), d.failure_reason, details)
}
