//! The calls that stop a job of `SageMaker`. A job that has ended is refused, and one that is stopping stays so.
//!
//! <https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StopTrainingJob.html>

use jiff::Timestamp;
use serde_json::Value;

use super::{Api, Call, Permission, Receipt, text};
use crate::aws::{Aws, AwsError, failed};
use crate::intents::training::any_job::{AnyJob, JobKind};

/// Declares the call of each kind of job: the request, AWS's name of the name, the kind, and the permission.
macro_rules! stops {
    ($($call:ident($aws:ident, $name:ident) = $request:expr, $member:literal $kind:ident $action:literal $on:literal;)+) => { $(
        /// The call that stops a job of this kind.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub(crate) struct $call {
            /// The name of the job.
            pub(crate) name: String,
        }

        impl Call for $call {
            const API: Api = Api::sagemaker(stringify!($call));
            const PERMISSIONS: &'static [Permission] = &[Permission::new($action, &[$on])];

            async fn send(&self, $aws: &Aws) -> Result<Receipt, AwsError> {
                let $name = &self.name;
                Ok(Receipt::of(&$request.send().await.map_err(failed)?))
            }

            async fn effect(parameters: &Value, _: Timestamp, aws: &Aws) -> Result<Option<String>, AwsError> {
                let job = AnyJob::describe(aws, JobKind::$kind, text(parameters, $member)).await?;
                Ok(matches!(job.status.as_str(), "Stopping" | "Stopped").then_some(job.arn))
            }
        }
    )+ };
}

stops! {
    StopTrainingJob(aws, name) = aws.sagemaker.stop_training_job().training_job_name(name),
        "TrainingJobName" Training "sagemaker:StopTrainingJob" "sagemaker:REGION:ACCOUNT:training-job/*";
    StopHyperParameterTuningJob(aws, name) =
        aws.sagemaker.stop_hyper_parameter_tuning_job().hyper_parameter_tuning_job_name(name),
        "HyperParameterTuningJobName" Tuning "sagemaker:StopHyperParameterTuningJob"
        "sagemaker:REGION:ACCOUNT:hyper-parameter-tuning-job/*";
    StopProcessingJob(aws, name) = aws.sagemaker.stop_processing_job().processing_job_name(name),
        "ProcessingJobName" Processing "sagemaker:StopProcessingJob" "sagemaker:REGION:ACCOUNT:processing-job/*";
    StopTransformJob(aws, name) = aws.sagemaker.stop_transform_job().transform_job_name(name),
        "TransformJobName" Transform "sagemaker:StopTransformJob" "sagemaker:REGION:ACCOUNT:transform-job/*";
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::parameters;
    use super::*;

    #[tokio::test]
    async fn each_kind_of_job_is_named_in_its_own_member() {
        let name = || "job-1".to_owned();
        assert_eq!(parameters(StopTrainingJob { name: name() }).await, json!({"TrainingJobName": "job-1"}));
        let tuning = parameters(StopHyperParameterTuningJob { name: name() }).await;
        assert_eq!(tuning, json!({"HyperParameterTuningJobName": "job-1"}));
        assert_eq!(parameters(StopProcessingJob { name: name() }).await, json!({"ProcessingJobName": "job-1"}));
        assert_eq!(parameters(StopTransformJob { name: name() }).await, json!({"TransformJobName": "job-1"}));
    }
}
