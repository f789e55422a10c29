//! Finds since when a metric is bad, where all of its kept values are. It searches back to a time when it was well.

use std::collections::BTreeMap;

use super::{Batch, HOUR, MINUTE, MetricSeries, SeriesRequest, Told, ask, batches, time};
use crate::aws::AwsError;

/// How far back to search, and the length of a step, both in seconds: first the last day, then two weeks.
const STEPS: [(i64, i64); 2] = [(24 * HOUR, 5 * MINUTE), (14 * 24 * HOUR, HOUR)];

/// Reads earlier values of each metric that is bad throughout, once for as long as it stays so.
///
/// # Errors
/// Those of the call.
pub(super) async fn look<Fut>(
    rows: &mut [(SeriesRequest, MetricSeries)],
    end: i64,
    call: impl Fn(Batch) -> Fut,
) -> Result<(), AwsError>
where
    Fut: Future<Output = Result<BTreeMap<String, Told>, AwsError>>,
{
    for (_, row) in rows.iter_mut().filter(|(request, row)| !is_bad_throughout(request, row)) {
        row.earlier = None;
    }
    let mut open: Vec<&mut (SeriesRequest, MetricSeries)> =
        rows.iter_mut().filter(|(request, row)| is_bad_throughout(request, row) && row.earlier.is_none()).collect();
    for (back, step) in STEPS {
        if open.is_empty() {
            break;
        }
        let coarse = |request: &SeriesRequest| SeriesRequest { comes_every: Some(step), ..request.clone() };
        let request: Vec<SeriesRequest> = open.iter().map(|(request, _)| coarse(request)).collect();
        let (start, end) = ((end - back).div_euclid(step) * step, end.div_euclid(step) * step);
        let (told, _) = ask(batches(&request, start, end, false), &call).await?;
        let mut told: BTreeMap<String, Told> = told.into_iter().map(|(request, told)| (request.id, told)).collect();
        for (request, row) in &mut open {
            let first = row.points.first().map_or(i64::MAX, |(at, _)| at.as_second());
            let points = told.remove(&request.id).unwrap_or_default().points.into_iter();
            let points = points.filter(|(at, _)| at + step <= first).filter_map(|(at, value)| Some((time(at)?, value)));
            row.earlier = Some(points.collect());
        }
        open.retain(|(request, row)| row.earlier.iter().flatten().all(|(_, value)| is_bad(request, *value)));
    }
    Ok(())
}

fn is_bad(request: &SeriesRequest, value: f64) -> bool {
    request.bad.is_some_and(|(compare, limit)| compare.holds(value, limit))
}

/// Returns whether all kept values are bad. It leaves out sums, as those of longer times cannot be compared, and
/// metrics that come rarely, of which enough is kept.
fn is_bad_throughout(request: &SeriesRequest, row: &MetricSeries) -> bool {
    let adds = matches!(request.stat.as_str(), "Sum" | "SampleCount");
    let minutes = request.period() == MINUTE && !adds && row.problem.is_none();
    minutes && !row.points.is_empty() && row.points.iter().all(|(_, value)| is_bad(request, *value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Compare;

    #[tokio::test]
    async fn what_is_bad_throughout_is_looked_back_for_until_it_was_well() {
        let end = 1_000_000_000 / HOUR * HOUR;
        let request = SeriesRequest {
            id: "e/v/Invocation5XXErrors".into(),
            endpoint: None,
            label: "x".into(),
            namespace: "N".into(),
            name: "x".into(),
            dimensions: Vec::new(),
            stat: "Average".into(),
            comes_every: None,
            named: false,
            often: MINUTE,
            bad: Some((Compare::Greater, 0.1)),
        };
        // Each case has the seconds for which it is bad, the value of the oldest kept minute, and the seconds that are
        // reported.
        for (began, oldest, told) in [
            (3 * HOUR, 0.5, Some(3 * HOUR)),
            (50 * HOUR, 0.5, Some(50 * HOUR)),
            (400 * HOUR, 0.5, None),
            (3 * HOUR, 0.0, Some(30 * MINUTE)),
        ] {
            let points =
                [(60, oldest), (30, 0.5), (1, 0.5)].map(|(ago, value)| (time(end - ago * MINUTE).unwrap(), value));
            let mut rows = [(request.clone(), MetricSeries { points: points.to_vec(), ..MetricSeries::default() })];
            let answer = |batch: Batch| async move {
                let step = batch.request.first().and_then(|request| request.comes_every).unwrap();
                let times = (batch.start..batch.end).step_by(step.try_into().unwrap());
                let points = times.map(|at| (at, if end - at <= began { 0.5 } else { 0.0 })).collect();
                let told = Told { start: batch.start, points, problem: None };
                Ok(BTreeMap::from([(super::super::query_id(batch.request.first().unwrap()), told)]))
            };
            look(&mut rows, end, answer).await.unwrap();
            let since = rows[0].1.since(|value| value > 0.1).map(|at| end - at.as_second());
            assert_eq!(since, told, "{began} {oldest}");
            assert_eq!(rows[0].1.earlier.is_some(), oldest > 0.1);
        }
    }
}
