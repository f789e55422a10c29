//! Reads the newest job of Inference Recommender for a version, with its recommendations.

use aws_sdk_sagemaker::types::{InferenceRecommendation, ListInferenceRecommendationsJobsSortBy, SortOrder};
use serde::{Deserialize, Serialize};

use crate::aws::{Aws, AwsError, failed};
use crate::resources::{exact, finite};

/// The recommendations that are kept.
const MOST: usize = 5;

/// One recommendation.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Recommendation {
    /// The type and the number of instances, or `serverless`.
    pub on: String,
    /// US dollars an hour.
    pub per_hour: Option<f64>,
    /// US dollars for one answer.
    pub per_answer: Option<f64>,
    /// Milliseconds that the model took.
    pub latency: Option<i32>,
    /// Requests a minute that it could take.
    pub requests: Option<i32>,
}

impl Recommendation {
    fn of(recommendation: InferenceRecommendation) -> Self {
        let on = recommendation.endpoint_configuration.map(|on| match (on.instance_type, on.initial_instance_count) {
            (Some(kind), count) => format!("{} × {}", count.unwrap_or(1), kind.as_str()),
            (None, _) => "serverless".to_owned(),
        });
        let metrics = recommendation.metrics;
        Self {
            on: on.unwrap_or_default(),
            per_hour: finite(metrics.as_ref().and_then(|m| m.cost_per_hour)).map(exact),
            per_answer: finite(metrics.as_ref().and_then(|m| m.cost_per_inference)).map(exact),
            latency: metrics.as_ref().and_then(|m| m.model_latency),
            requests: metrics.as_ref().and_then(|m| m.max_invocations),
        }
    }
    /// Describes it: `1 × ml.c6i.large  $0.1 an hour  12 ms  2400 requests a minute`.
    #[must_use]
    pub fn in_words(&self) -> String {
        let parts = [
            Some(self.on.clone()).filter(|on| !on.is_empty()),
            self.per_hour.map(|dollars| format!("${dollars} an hour")),
            self.per_answer.map(|dollars| format!("${dollars} an answer")),
            self.latency.map(|ms| format!("{ms} ms")),
            self.requests.map(|n| format!("{n} requests a minute")),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join("  ")
    }
}

/// The name and the state of a job, and what it recommends.
type Found = (Option<(String, String)>, Vec<Recommendation>);

pub(super) async fn of(aws: &Aws, package: &str) -> Result<Found, AwsError> {
    let request = aws.sagemaker.list_inference_recommendations_jobs().model_package_version_arn_equals(package);
    let request = request.sort_by(ListInferenceRecommendationsJobsSortBy::CreationTime);
    let jobs = request.sort_order(SortOrder::Descending).max_results(1).send().await.map_err(failed)?;
    let Some(job) = jobs.inference_recommendations_jobs.unwrap_or_default().into_iter().next() else {
        return Ok((None, Vec::new()));
    };
    let (name, status) = (job.job_name.unwrap_or_default(), job.status.map(|s| s.as_str().to_owned()));
    let status =
        job.failure_reason.map_or(status.clone(), |why| Some(format!("{}: {why}", status.unwrap_or_default())));
    let described = aws.sagemaker.describe_inference_recommendations_job().job_name(&name).send().await;
    let found = described.map_err(failed)?.inference_recommendations.unwrap_or_default();
    let mut found: Vec<Recommendation> = found.into_iter().map(Recommendation::of).collect();
    found.sort_by(|a, b| a.per_hour.unwrap_or(f64::MAX).total_cmp(&b.per_hour.unwrap_or(f64::MAX)));
    found.truncate(MOST);
    Ok((Some((name, status.unwrap_or_default())), found))
}

#[cfg(test)]
mod tests {
    use aws_sdk_sagemaker::types::RecommendationMetrics;

    use super::*;

    #[test]
    fn a_price_that_is_no_number_is_unknown() {
        let metrics = RecommendationMetrics::builder().cost_per_hour(f32::NAN).cost_per_inference(f32::INFINITY);
        let metrics = metrics.max_invocations(7).build();
        let known = Recommendation::of(InferenceRecommendation::builder().metrics(metrics).build());
        assert_eq!((known.per_hour, known.per_answer, known.requests), (None, None, Some(7)));
    }

    #[test]
    fn a_recommendation_says_what_is_known_of_it() {
        let recommendation = Recommendation {
            on: "1 × ml.c6i.large".into(),
            per_hour: Some(0.5),
            latency: Some(12),
            ..Recommendation::default()
        };
        assert_eq!(recommendation.in_words(), "1 × ml.c6i.large  $0.5 an hour  12 ms");
        assert_eq!(Recommendation::default().in_words(), "");
    }
}
