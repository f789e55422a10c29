//! Settings of an endpoint that `DescribeEndpoint` tells: what it records, and where asynchronous answers go.

use aws_sdk_sagemaker::types::{AsyncInferenceConfig, DataCaptureConfigSummary};
use serde::{Deserialize, Serialize};

/// What an endpoint records of its requests.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DataCapture {
    /// `Started`, `Stopped`, …, raw. Capture stops by itself when a disk is full.
    pub status: String,
    /// Percent of the requests that are recorded.
    pub percent: Option<i32>,
    /// S3 URI.
    pub destination: String,
}

impl DataCapture {
    /// Describes it: `Started, 100 % to s3://…`. Without a status it says so, because capture may have stopped.
    #[must_use]
    pub fn in_words(&self) -> String {
        let percent = self.percent.map(|n| format!(", {n} %")).unwrap_or_default();
        let status = if self.status.is_empty() { "status not known" } else { &self.status };
        format!("{status}{percent} to {}", self.destination)
    }
}

impl From<DataCaptureConfigSummary> for DataCapture {
    fn from(c: DataCaptureConfigSummary) -> Self {
        Self {
            status: c.capture_status.map(|s| s.as_str().to_owned()).unwrap_or_default(),
            percent: c.current_sampling_percentage,
            destination: c.destination_s3_uri.unwrap_or_default(),
        }
    }
}

/// Where an endpoint leaves the answers of asynchronous requests.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Asynchronous {
    /// S3 URI of answers.
    pub output: Option<String>,
    /// S3 URI of failures.
    pub failures: Option<String>,
    /// Requests at once of each instance.
    pub concurrency: Option<i32>,
}

impl From<AsyncInferenceConfig> for Asynchronous {
    fn from(c: AsyncInferenceConfig) -> Self {
        let output = c.output_config.as_ref();
        Self {
            output: output.and_then(|o| o.s3_output_path.clone()),
            failures: output.and_then(|o| o.s3_failure_path.clone()),
            concurrency: c.client_config.and_then(|c| c.max_concurrent_invocations_per_instance),
        }
    }
}
