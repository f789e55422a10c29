//! Reads the series of a request.

use super::request::{ChartPart, ChartRequest, ChartUpdate};
use super::window::Window;
use crate::aws::{Aws, AwsError, ErrorKind, ON_DEMAND, Urgency, attributed};
use crate::resources::metric::{MetricQuery, MetricSeries};

/// Reads the metrics of a request, with one call for each time and 500 metrics.
pub async fn read(aws: &Aws, request: ChartRequest) -> ChartUpdate {
    let mut answers = Vec::new();
    for part in &request.parts {
        let answer = attributed(ON_DEMAND, Urgency::Visible, read_part(aws, request.window, part)).await;
        let failed = answer.is_err();
        answers.push(answer);
        if failed {
            break;
        }
    }
    ChartUpdate { request, answers }
}

async fn read_part(aws: &Aws, window: Window, part: &ChartPart) -> Result<Vec<MetricSeries>, AwsError> {
    let time = (part.end - window.seconds(), part.end);
    match MetricSeries::between(aws, &part.queries, time).await {
        // A stand-in for AWS that has no percentiles refuses the whole request.
        Err(error) if error.kind == ErrorKind::Unsupported && part.queries.iter().any(MetricQuery::is_percentile) => {
            let others: Vec<MetricQuery> =
                part.queries.iter().filter(|query| !query.is_percentile()).cloned().collect();
            let mut read = MetricSeries::between(aws, &others, time).await?.into_iter();
            let unserved = || MetricSeries { problem: Some(error.to_string()), ..MetricSeries::default() };
            let each = |query: &MetricQuery| if query.is_percentile() { Some(unserved()) } else { read.next() };
            Ok(part.queries.iter().filter_map(each).collect())
        }
        answer => answer,
    }
}
