//! The metrics that exist in namespaces of the account's own.

use serde::Serialize;

use crate::aws::{Aws, AwsError, failed, pages};

/// Pages of 500 metrics.
const PAGES: usize = 20;

/// A metric that an application of the account publishes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct CustomMetric {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// All of its dimensions, in the order of AWS.
    pub dimensions: Vec<(String, String)>,
}

impl CustomMetric {
    /// Lists the metrics with values in the last two weeks that no service of AWS publishes, by namespace and name. Also
    /// returns whether there are more metrics than were read. It calls `ListMetrics`.
    ///
    /// # Errors
    /// Those of the call.
    pub async fn all(aws: &Aws) -> Result<(Vec<Self>, bool), AwsError> {
        let (metrics, more) = pages(PAGES, async |token| {
            let page = aws.cloudwatch.list_metrics().set_next_token(token).send().await.map_err(failed)?;
            Ok((page.metrics.unwrap_or_default(), page.next_token))
        })
        .await?;
        let custom = metrics.into_iter().filter_map(|metric| {
            let dimensions = metric.dimensions.unwrap_or_default().into_iter();
            Some(Self {
                namespace: metric.namespace.filter(|namespace| !is_of_aws(namespace))?,
                name: metric.metric_name?,
                dimensions: dimensions.filter_map(|d| Some((d.name?, d.value?))).collect(),
            })
        });
        let mut custom: Vec<Self> = custom.collect();
        custom.sort();
        Ok((custom, more))
    }
}

/// Returns whether a service of AWS publishes a namespace: `AWS/SageMaker`, `/aws/sagemaker/Endpoints`.
fn is_of_aws(namespace: &str) -> bool {
    namespace.trim_start_matches('/').to_ascii_lowercase().starts_with("aws/")
}
