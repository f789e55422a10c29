//! A job of `SageMaker` of any kind, as far as its state goes.

use crate::aws::{Aws, AwsError, failed};

/// The kinds of jobs that can be stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum JobKind {
    /// A training job.
    Training,
    /// A hyperparameter tuning job.
    Tuning,
    /// A processing job.
    Processing,
    /// A batch transform job.
    Transform,
}

impl JobKind {
    /// Returns the kind and the name of the job of an ARN; `None` for other things.
    pub(in crate::intents) fn of_arn(arn: &str) -> Option<(Self, &str)> {
        let (kind, name) = arn.rsplit_once(':')?.1.split_once('/')?;
        let kind = match kind {
            "training-job" => Self::Training,
            "hyper-parameter-tuning-job" => Self::Tuning,
            "processing-job" => Self::Processing,
            "transform-job" => Self::Transform,
            _ => return None,
        };
        Some((kind, name))
    }

    /// Returns the word of the command line: `training`.
    pub(in crate::intents) fn word(self) -> &'static str {
        match self {
            Self::Training => "training",
            Self::Tuning => "tuning",
            Self::Processing => "processing",
            Self::Transform => "transform",
        }
    }
}

/// The state of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::intents) struct AnyJob {
    /// ARN.
    pub(in crate::intents) arn: String,
    /// `InProgress`, `Stopping`, `Stopped`, …, raw.
    pub(in crate::intents) status: String,
}

impl AnyJob {
    /// Reads the state of a job.
    ///
    /// # Errors
    /// When AWS does not answer, or there is no such job.
    pub(in crate::intents) async fn describe(aws: &Aws, kind: JobKind, name: &str) -> Result<Self, AwsError> {
        let (arn, status) = match kind {
            JobKind::Training => {
                let job = aws.sagemaker.describe_training_job().training_job_name(name).send().await.map_err(failed)?;
                (job.training_job_arn, job.training_job_status.map(|status| status.as_str().to_owned()))
            }
            JobKind::Tuning => {
                let request = aws.sagemaker.describe_hyper_parameter_tuning_job();
                let job = request.hyper_parameter_tuning_job_name(name).send().await.map_err(failed)?;
                let status = job.hyper_parameter_tuning_job_status;
                (job.hyper_parameter_tuning_job_arn, status.map(|status| status.as_str().to_owned()))
            }
            JobKind::Processing => {
                let request = aws.sagemaker.describe_processing_job().processing_job_name(name);
                let job = request.send().await.map_err(failed)?;
                (job.processing_job_arn, job.processing_job_status.map(|status| status.as_str().to_owned()))
            }
            JobKind::Transform => {
                let request = aws.sagemaker.describe_transform_job().transform_job_name(name);
                let job = request.send().await.map_err(failed)?;
                (job.transform_job_arn, job.transform_job_status.map(|status| status.as_str().to_owned()))
            }
        };
        Ok(Self { arn: arn.unwrap_or_default(), status: status.unwrap_or_default() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_names_the_kind_and_the_job() {
        let arn = |rest: &str| format!("arn:aws:sagemaker:eu-west-1:1:{rest}");
        let cases = [
            ("training-job/a", Some((JobKind::Training, "a"))),
            ("hyper-parameter-tuning-job/a", Some((JobKind::Tuning, "a"))),
            ("processing-job/a", Some((JobKind::Processing, "a"))),
            ("transform-job/a", Some((JobKind::Transform, "a"))),
            ("compilation-job/a", None),
            ("a", None),
        ];
        for (rest, expected) in cases {
            assert_eq!(JobKind::of_arn(&arn(rest)), expected, "{rest}");
        }
    }
}
