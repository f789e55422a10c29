//! The place of a thing's log in `CloudWatch` Logs.

use super::arn_name;
use crate::aws::Arn;

/// A log group, and the streams of it that belong to one thing.
///
/// `SageMaker` and Lambda choose the names: `docs/aws.md#log-groups`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LogSource {
    /// Name of the log group.
    pub group: String,
    /// The beginning of the names of the streams. Empty for all streams of the group.
    pub prefix: String,
}

impl LogSource {
    /// Returns the log of an endpoint: one stream for each variant and instance.
    #[must_use]
    pub fn endpoint(name: &str) -> Self {
        Self { group: format!("/aws/sagemaker/Endpoints/{name}"), prefix: String::new() }
    }

    /// Returns the log of one variant of an endpoint. The name of a stream begins with that of its variant.
    #[must_use]
    pub fn variant(endpoint: &str, variant: &str) -> Self {
        Self { prefix: format!("{variant}/"), ..Self::endpoint(endpoint) }
    }

    /// Returns the log of a function, by its name.
    #[must_use]
    pub fn function(name: &str) -> Self {
        Self { group: format!("/aws/lambda/{name}"), prefix: String::new() }
    }

    /// Returns the log of a training job, by its name.
    #[must_use]
    pub fn training_job(name: &str) -> Self {
        Self::job("TrainingJobs", name)
    }

    /// All jobs of a type share one group; the name of a stream begins with that of its job.
    fn job(group: &str, name: &str) -> Self {
        Self { group: format!("/aws/sagemaker/{group}"), prefix: format!("{name}/") }
    }

    /// Returns the log of the thing with this ARN. `None` if things of its type have no log of their own.
    #[must_use]
    pub fn of_arn(arn: &str) -> Option<Self> {
        let Arn { service, resource, .. } = Arn::parse(arn)?;
        let (kind, rest) = resource.split_once(['/', ':'])?;
        match (service, kind) {
            ("sagemaker", "endpoint") => Some(Self::endpoint(rest)),
            ("sagemaker", "training-job") => Some(Self::training_job(rest)),
            ("sagemaker", "processing-job") => Some(Self::job("ProcessingJobs", rest)),
            ("sagemaker", "transform-job") => Some(Self::job("TransformJobs", rest)),
            // `:*` stands for all streams.
            ("logs", "log-group") => {
                Some(Self { group: rest.strip_suffix(":*").unwrap_or(rest).to_owned(), prefix: String::new() })
            }
            // The name of a version or an alias may follow.
            ("lambda", "function") => rest.split(':').next().map(Self::function),
            _ => None,
        }
    }

    /// Returns the log of the job that a pipeline step made. The ARN of a job is in lower case and the name of a stream
    /// is not, so the part that comes from the name of the step is written as the step is.
    #[must_use]
    pub fn of_step(arn: &str, step: &str) -> Option<Self> {
        let source = Self::of_arn(arn)?;
        let name = arn_name(arn);
        let found = name.to_ascii_lowercase().find(&step.to_ascii_lowercase()).filter(|_| !step.is_empty());
        let restored = found.and_then(|at| Some([name.get(..at)?, step, name.get(at + step.len()..)?].concat()));
        Some(match restored {
            Some(name) if !source.prefix.is_empty() => Self { prefix: format!("{name}/"), ..source },
            _ => source,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_leads_to_its_group_and_streams() {
        let cases = [
            ("arn:aws:sagemaker:eu-west-1:1:endpoint/fraud-prod", Some(("/aws/sagemaker/Endpoints/fraud-prod", ""))),
            ("arn:aws:sagemaker:eu-west-1:1:training-job/t-1", Some(("/aws/sagemaker/TrainingJobs", "t-1/"))),
            ("arn:aws:sagemaker:eu-west-1:1:processing-job/p-1", Some(("/aws/sagemaker/ProcessingJobs", "p-1/"))),
            ("arn:aws:sagemaker:eu-west-1:1:transform-job/x-1", Some(("/aws/sagemaker/TransformJobs", "x-1/"))),
            ("arn:aws:lambda:eu-west-1:1:function:deploy:live", Some(("/aws/lambda/deploy", ""))),
            ("arn:aws:logs:eu-west-1:1:log-group:/aws/vendedlogs/states/x:*", Some(("/aws/vendedlogs/states/x", ""))),
            ("arn:aws:logs:eu-west-1:1:log-group:x", Some(("x", ""))),
            ("arn:aws:sagemaker:eu-west-1:1:hyper-parameter-tuning-job/h-1", None),
            ("arn:aws:sagemaker:eu-west-1:1:endpoint", None),
            ("not an ARN", None),
        ];
        for (arn, expected) in cases {
            let found = LogSource::of_arn(arn);
            assert_eq!(found.as_ref().map(|s| (s.group.as_str(), s.prefix.as_str())), expected, "{arn}");
        }
    }

    #[test]
    fn the_streams_of_a_step_begin_with_the_name_of_its_job_in_its_own_case() {
        let cases = [
            ("training-job/pipelines-1a2b-trainmodel-9z", "TrainModel", "pipelines-1a2b-TrainModel-9z/"),
            ("processing-job/pipelines-1a2b-evaluate-9z", "Evaluate", "pipelines-1a2b-Evaluate-9z/"),
            ("training-job/nightly", "TrainModel", "nightly/"),
            ("training-job/nightly", "", "nightly/"),
        ];
        for (resource, step, prefix) in cases {
            let found = LogSource::of_step(&format!("arn:aws:sagemaker:eu-west-1:1:{resource}"), step).unwrap();
            assert_eq!(found.prefix, prefix, "{resource}");
        }
        let function = LogSource::of_step("arn:aws:lambda:eu-west-1:1:function:notify", "Notify").unwrap();
        assert_eq!(function, LogSource::function("notify"));
    }
}
