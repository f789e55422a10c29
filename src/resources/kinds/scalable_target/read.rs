//! Reads the scalable targets with their policies, scheduled actions and newest activities.

use aws_sdk_applicationautoscaling::types::ServiceNamespace::Sagemaker;
use jiff::{SignedDuration, Timestamp};

use super::activity::{ScalingActivity, activity};
use super::policy::{ScalingPolicy, ScheduledAction, policy, scheduled_action};
use super::{ScalableTarget, from_sdk};
use crate::aws::{Aws, AwsError, failed, pages, pages_until};
use crate::resources::{Listing, Observed, Table};

/// Pages of 50 targets, policies or scheduled actions.
const PAGES: usize = 20;
/// Pages of 50 activities that one turn reads.
const ACTIVITY_PAGES: usize = 4;
/// The age of the oldest activities that are read and kept.
const BACK: SignedDuration = SignedDuration::from_hours(24);
/// The most activities that are kept of one target.
const KEPT: usize = 20;
/// The time by which a page of activities must reach back beyond the newest known one.
const OVERLAP: SignedDuration = SignedDuration::from_mins(5);

/// A part of a target, and what it belongs to: the resource and the dimension.
type Part<T> = (String, String, T);

/// Reads all targets. Where there are none, nothing else is read. Parts that cannot be read stay as they were known.
pub(super) async fn read(
    aws: &Aws,
    observed: &Observed,
    known: &Table<ScalableTarget>,
) -> Result<Listing<ScalableTarget>, AwsError> {
    let asked: Vec<String> = signs(observed, known).collect();
    let (listed, mut capped) = targets(aws).await?;
    if listed.is_empty() {
        return Ok(Listing::all(listed).capped(capped).asked(asked));
    }
    let begin = observed.at.checked_sub(BACK).unwrap_or_default();
    let mut fault = None;
    let policies = part(policies(aws).await, &mut capped, &mut fault);
    let scheduled = part(scheduled_actions(aws).await, &mut capped, &mut fault);
    // Activities that are older than those that are kept are of no interest.
    let activities = activities(aws, since(known, begin)).await.map(|all| (all, false));
    let activities = part(activities, &mut capped, &mut fault).unwrap_or_default();
    let complete = |mut target: ScalableTarget| {
        let before = known.get(&target.id).cloned().unwrap_or_default();
        target.policies = policies.as_ref().map_or(before.policies, |all| of(all, &target));
        target.scheduled = scheduled.as_ref().map_or(before.scheduled, |all| of(all, &target));
        target.activities = newest(of(&activities, &target), before.activities, begin);
        target
    };
    let rows = listed.into_iter().map(complete).collect();
    Ok(Listing::all(rows).capped(capped).fault(fault).asked(asked))
}

/// Returns the items of an answer, and notes whether it was capped or failed.
fn part<T>(
    answer: Result<(Vec<T>, bool), AwsError>,
    capped: &mut bool,
    fault: &mut Option<AwsError>,
) -> Option<Vec<T>> {
    match answer {
        Ok((items, more)) => {
            *capped |= more;
            Some(items)
        }
        Err(why) => {
            fault.get_or_insert(why);
            None
        }
    }
}

/// Returns the parts of one target.
fn of<T: Clone>(parts: &[Part<T>], target: &ScalableTarget) -> Vec<T> {
    let own =
        parts.iter().filter(|(resource, dimension, _)| *resource == target.resource && *dimension == target.dimension);
    own.map(|(_, _, part)| part.clone()).collect()
}

/// Returns the newest of the activities that were read and of those that were known, newest first.
fn newest(read: Vec<ScalingActivity>, known: Vec<ScalingActivity>, begin: Timestamp) -> Vec<ScalingActivity> {
    let mut all = read;
    let old = known.into_iter().filter(|known| all.iter().all(|activity| activity.id != known.id));
    let old: Vec<ScalingActivity> = old.collect();
    all.extend(old);
    all.retain(|activity| activity.started.is_none_or(|at| at >= begin));
    all.sort_by_key(|activity| std::cmp::Reverse(activity.started));
    all.truncate(KEPT);
    all
}

/// Returns the time from which on activities are read: that of the newest one that is known, or of one that is not over.
fn since(known: &Table<ScalableTarget>, begin: Timestamp) -> Timestamp {
    let all = || known.rows().flat_map(|target| &target.activities);
    let open = all().filter(|activity| activity.under_way()).filter_map(|activity| activity.started).min();
    let since = open.or_else(|| all().filter_map(|activity| activity.started).max());
    since.and_then(|at| at.checked_sub(OVERLAP).ok()).unwrap_or(begin).max(begin)
}

/// Returns signs that scaling did something after the last turn: an endpoint changed, or an alarm that adds capacity
/// fired. Each is noted when it is read, so that it leads to one turn only.
pub(super) fn signs<'a>(
    observed: &'a Observed,
    known: &'a Table<ScalableTarget>,
) -> impl Iterator<Item = String> + use<'a> {
    let read = known.answered_at();
    let endpoints = known.rows().filter_map(|target| observed.store.endpoints.get(target.endpoint.as_deref()?));
    let changed = endpoints.filter_map(|endpoint| Some((&endpoint.name, endpoint.modified?)));
    let policies = known.rows().flat_map(|target| &target.policies);
    let alarms = policies.flat_map(|policy| policy.alarms.iter().map(move |name| (policy, name)));
    let fired = alarms.filter_map(|(policy, name)| {
        let alarm = observed.store.alarms.get(name)?;
        (alarm.firing() && policy.scales_out_on(alarm)).then_some((name, alarm.since?))
    });
    let new = changed.chain(fired).filter(move |(_, at)| Some(*at) > read);
    new.map(|(name, at)| format!("{name} {at}"))
}

async fn targets(aws: &Aws) -> Result<(Vec<ScalableTarget>, bool), AwsError> {
    pages(PAGES, async |token| {
        let request = aws.application_auto_scaling.describe_scalable_targets().service_namespace(Sagemaker);
        let page = request.max_results(50).set_next_token(token).send().await.map_err(failed)?;
        Ok((page.scalable_targets.unwrap_or_default().into_iter().map(from_sdk).collect(), page.next_token))
    })
    .await
}

async fn policies(aws: &Aws) -> Result<(Vec<Part<ScalingPolicy>>, bool), AwsError> {
    pages(PAGES, async |token| {
        let request = aws.application_auto_scaling.describe_scaling_policies().service_namespace(Sagemaker);
        let page = request.max_results(50).set_next_token(token).send().await.map_err(failed)?;
        let policies = page.scaling_policies.unwrap_or_default().into_iter();
        let part = policies.map(|p| (p.resource_id.clone(), p.scalable_dimension.as_str().to_owned(), policy(p)));
        Ok((part.collect(), page.next_token))
    })
    .await
}

async fn scheduled_actions(aws: &Aws) -> Result<(Vec<Part<ScheduledAction>>, bool), AwsError> {
    pages(PAGES, async |token| {
        let request = aws.application_auto_scaling.describe_scheduled_actions().service_namespace(Sagemaker);
        let page = request.max_results(50).set_next_token(token).send().await.map_err(failed)?;
        let actions = page.scheduled_actions.unwrap_or_default().into_iter();
        let part = actions.map(|action| {
            let dimension = action.scalable_dimension.as_ref().map_or("", |d| d.as_str()).to_owned();
            (action.resource_id.clone(), dimension, scheduled_action(action))
        });
        Ok((part.collect(), page.next_token))
    })
    .await
}

/// Reads the activities since a time. The newest come first.
async fn activities(aws: &Aws, since: Timestamp) -> Result<Vec<Part<ScalingActivity>>, AwsError> {
    let old = |(_, _, activity): &Part<ScalingActivity>| activity.started.is_some_and(|at| at < since);
    let (all, _) = pages_until(
        None,
        ACTIVITY_PAGES,
        |page: &[Part<ScalingActivity>]| page.iter().any(old),
        async |token| {
            let request = aws.application_auto_scaling.describe_scaling_activities().service_namespace(Sagemaker);
            let request = request.include_not_scaled_activities(true).max_results(50).set_next_token(token);
            let page = request.send().await.map_err(failed)?;
            let activities = page.scaling_activities.unwrap_or_default().into_iter();
            let part =
                activities.map(|a| (a.resource_id.clone(), a.scalable_dimension.as_str().to_owned(), activity(a)));
            Ok((part.collect(), page.next_token))
        },
    )
    .await?;
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(minute * 60).unwrap()
    }

    fn activity(minute: i64, status: &str) -> ScalingActivity {
        ScalingActivity {
            id: minute.to_string(),
            status: status.into(),
            started: Some(at(minute)),
            ..ScalingActivity::default()
        }
    }

    #[test]
    fn what_was_read_takes_the_place_of_what_was_known_and_old_activities_go() {
        let read = vec![activity(30, "InProgress"), activity(20, "Successful")];
        let known = vec![activity(20, "InProgress"), activity(10, "Failed"), activity(5, "Failed")];
        let kept = newest(read, known, at(10));
        let kept: Vec<_> = kept.iter().map(|a| (a.id.as_str(), a.status.as_str())).collect();
        assert_eq!(kept, [("30", "InProgress"), ("20", "Successful"), ("10", "Failed")]);
        let many = (0..100).map(|minute| activity(minute, "Successful")).collect();
        let kept = newest(many, Vec::new(), at(0));
        assert_eq!((kept.len(), kept.first().and_then(|a| a.started)), (KEPT, Some(at(99))));
    }

    #[test]
    fn activities_are_read_back_to_the_newest_or_to_one_that_is_not_over() {
        let cases = [
            (vec![], 0),
            (vec![activity(90, "Successful"), activity(60, "Failed")], 85),
            (vec![activity(90, "Successful"), activity(60, "InProgress")], 55),
            (vec![activity(2, "Successful")], 0),
        ];
        for (activities, minute) in cases {
            let row = ScalableTarget { id: "x".into(), activities, ..ScalableTarget::default() };
            let mut known = Table::default();
            known.apply(Ok(Listing::all(vec![row.clone()])), at(100));
            assert_eq!(since(&known, at(0)), at(minute), "{row:?}");
        }
    }
}
