//! Reads lists page by page, and describes many things a few at a time.

use std::collections::BTreeSet;
use std::time::Duration;

use super::{AwsError, ErrorKind, timed_without_waits};
use futures_util::{StreamExt, stream};

/// The number of concurrent describes; more would only wait for their turn.
const AT_ONCE: usize = 8;

/// The number of failures in a row after which the rest is not described.
const ENOUGH: usize = 5;

/// A failure that comes sooner than this is not a time-out, so an immediate retry may succeed.
const QUICK: Duration = Duration::from_secs(3);

/// The items of a page and the token of the next page.
pub type Page<T> = (Vec<T>, Option<String>);

/// Reads pages until there is no token, at most `cap` of them. The flag is true if there were more pages.
///
/// An empty page with a token is normal. A repeated token ends the reading, as it would lead to an endless loop.
///
/// # Errors
/// The errors of `fetch`. Pages that were read before are dropped, because half a list would look like deletions.
pub async fn pages<T, F, Fut>(cap: usize, fetch: F) -> Result<(Vec<T>, bool), AwsError>
where
    F: FnMut(Option<String>) -> Fut,
    Fut: Future<Output = Result<Page<T>, AwsError>>,
{
    let (all, next) = pages_until(None, cap, |_| false, fetch).await?;
    Ok((all, next.is_some()))
}

/// Reads pages from a token on, until a page is `enough`; returns the token of the next page.
pub(crate) async fn pages_until<T, F, Fut>(
    mut token: Option<String>,
    cap: usize,
    mut enough: impl FnMut(&[T]) -> bool,
    mut fetch: F,
) -> Result<Page<T>, AwsError>
where
    F: FnMut(Option<String>) -> Fut,
    Fut: Future<Output = Result<Page<T>, AwsError>>,
{
    let mut all = Vec::new();
    let mut observed = BTreeSet::new();
    for _ in 0..cap {
        let (mut items, next) = fetch(token).await?;
        let done = enough(&items);
        all.append(&mut items);
        let Some(next) = next.filter(|t| !t.is_empty()) else { return Ok((all, None)) };
        if done {
            return Ok((all, Some(next)));
        }
        if !observed.insert(next.clone()) {
            return Ok((all, Some(next)));
        }
        token = Some(next);
    }
    Ok((all, token))
}

/// The result of describing many things.
#[derive(Debug)]
pub struct Described<T> {
    /// The things that were described.
    pub found: Vec<T>,
    /// The first failure, except "gone". A failure that all things share takes precedence over one of a single thing.
    pub fault: Option<AwsError>,
}

/// Like [`Described`], with the error of each item that failed.
#[derive(Debug)]
pub(crate) struct DescribedEach<I, T> {
    /// The things that were described.
    pub(crate) found: Vec<T>,
    /// The things that failed alone, with the reason.
    pub(crate) missed: Vec<(I, AwsError)>,
    /// The failure that all things share. Things that are neither found nor missed were not described.
    pub(crate) shared: Option<AwsError>,
}

/// Describes each of `ids`, a few at a time. Things that no longer exist are left out.
///
/// A failure of one thing does not affect the others: if others were described, the failure becomes [`ErrorKind::Other`],
/// because it says nothing about the network or the account. A failure that all things share ends the work: at once if
/// calls are refused or throttled, otherwise after several failures in a row.
pub async fn describe<I, T, F, Fut>(ids: Vec<I>, fetch: F) -> Described<T>
where
    I: Clone,
    F: Fn(I) -> Fut,
    Fut: Future<Output = Result<T, AwsError>>,
{
    let DescribedEach { found, missed, shared } = describe_each(ids, fetch).await;
    let fault = shared.or_else(|| missed.into_iter().next().map(|(_, why)| why));
    Described { found, fault }
}

/// Describes things as [`describe`] does, and returns the error of each thing that failed.
pub(crate) async fn describe_each<I, T, F, Fut>(ids: Vec<I>, fetch: F) -> DescribedEach<I, T>
where
    I: Clone,
    F: Fn(I) -> Fut,
    Fut: Future<Output = Result<T, AwsError>>,
{
    let fetch = &fetch;
    let answers = stream::iter(ids).map(async |id: I| (id.clone(), twice(fetch, id).await));
    let mut answers = std::pin::pin!(answers.buffer_unordered(AT_ONCE));
    let mut asked = DescribedEach { found: Vec::new(), missed: Vec::new(), shared: None };
    // These count the failures that all things may share: all denials, and other failures since the last success.
    let (mut denied, mut lost) = (0, 0);
    // Whether a server answered at all.
    let mut answered = false;
    while let Some((id, answer)) = answers.next().await {
        let error = match answer {
            Ok(thing) => {
                asked.found.push(thing);
                (lost, answered) = (0, true);
                continue;
            }
            Err(error) => error,
        };
        answered |= matches!(error.kind, ErrorKind::Denied | ErrorKind::Gone | ErrorKind::Other);
        denied += usize::from(error.kind == ErrorKind::Denied);
        lost += usize::from(maybe_shared(error.kind));
        // A single call may be unreachable by itself, so the next ones decide.
        let at_once = error.kind.is_shared() && error.kind != ErrorKind::Unreachable;
        if at_once || lost >= ENOUGH || denied >= ENOUGH && asked.found.is_empty() {
            asked.shared = Some(error);
            return asked;
        }
        if error.kind != ErrorKind::Gone {
            asked.missed.push((id, error));
        }
    }
    let alone = asked.missed.iter_mut().filter(|(_, why)| maybe_shared(why.kind));
    if answered {
        alone.for_each(|(_, why)| why.kind = ErrorKind::Other);
    } else {
        asked.shared = alone.map(|(_, why)| why.clone()).next();
    }
    asked
}

/// Returns whether all things may fail like this. It may also be a single one: an error page of an overloaded server,
/// or a call that hangs.
fn maybe_shared(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::Unsupported | ErrorKind::Unreachable)
}

/// Fetches one thing, with one retry after a quick failure of the connection or the server.
async fn twice<I: Clone, T, F, Fut>(fetch: &F, id: I) -> Result<T, AwsError>
where
    F: Fn(I) -> Fut,
    Fut: Future<Output = Result<T, AwsError>>,
{
    match timed_without_waits(fetch(id.clone())).await {
        (Err(error), took) if error.kind == ErrorKind::Unreachable && took < QUICK => fetch(id).await,
        (answer, _) => answer,
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::*;
    use crate::aws::{Meter, Pace, SERVICES, Urgency, attributed};

    async fn read(cap: usize, tokens: &[Option<&str>]) -> (usize, bool) {
        let mut turn = 0;
        let (items, more) = pages(cap, |_| {
            let next = tokens.get(turn).copied().flatten().map(str::to_owned);
            turn += 1;
            async move { Ok((vec![turn], next)) }
        })
        .await
        .unwrap();
        (items.len(), more)
    }

    #[tokio::test]
    async fn pages_end_even_when_the_server_does_not() {
        assert_eq!(read(5, &[None]).await, (1, false));
        assert_eq!(read(5, &[Some("a"), Some("b"), None]).await, (3, false));
        assert_eq!(read(2, &[Some("a"), Some("b"), None]).await, (2, true), "capped");
        assert_eq!(read(99, &[Some("a"), Some("a"), Some("a")]).await, (2, true), "the same token again");
        assert_eq!(read(5, &[Some("")]).await, (1, false), "an empty token is no token");
    }

    async fn asked(answer: fn(i32) -> Option<ErrorKind>) -> (usize, Described<i32>) {
        let asked = std::cell::Cell::new(0);
        let described = describe((0..100).collect(), |n: i32| {
            asked.set(asked.get() + 1);
            async move {
                answer(n).map_or(Ok(n), |kind| Err(AwsError { kind, ..AwsError::other("DescribeModel", "") }))
            }
        })
        .await;
        (asked.get(), described)
    }

    #[tokio::test]
    async fn what_is_denied_everywhere_is_not_asked_for_ever() {
        let (count, described) = asked(|_| Some(ErrorKind::Denied)).await;
        assert_eq!((described.found.len(), described.fault.unwrap().kind), (0, ErrorKind::Denied));
        assert!(count <= AT_ONCE + ENOUGH, "{count}");
    }

    #[tokio::test]
    async fn one_denied_or_gone_thing_does_not_hide_the_others() {
        let answer = |n| match n {
            0 | 50 => Some(ErrorKind::Denied),
            1 => Some(ErrorKind::Gone),
            _ => None,
        };
        let (_, described) = asked(answer).await;
        assert_eq!((described.found.len(), described.fault.unwrap().kind), (97, ErrorKind::Denied));
    }

    #[tokio::test(start_paused = true)]
    async fn one_bad_thing_costs_one_row_and_is_not_called_trouble_of_all() {
        for kind in [ErrorKind::Unreachable, ErrorKind::Unsupported, ErrorKind::Other] {
            for bad in [0, 50, 99] {
                let described =
                    describe(
                        (0..100).collect(),
                        |n: i32| async move { if n == bad { Err(error(kind)) } else { Ok(n) } },
                    )
                    .await;
                assert_eq!(described.found.len(), 99, "{kind:?} {bad}");
                assert_eq!(described.fault.map(|fault| fault.kind), Some(ErrorKind::Other), "{kind:?} {bad}");
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_thing_that_hangs_does_not_keep_the_others() {
        let described = describe((0..20).collect(), |n: i32| async move {
            if n == 3 {
                tokio::time::sleep(Duration::from_secs(35)).await;
                return Err(error(ErrorKind::Unreachable));
            }
            Ok(n)
        });
        let began = Instant::now();
        let described = described.await;
        assert_eq!((described.found.len(), described.fault.map(|f| f.kind)), (19, Some(ErrorKind::Other)));
        assert_eq!(began.elapsed(), Duration::from_secs(35), "what timed out is not asked twice");
    }

    #[tokio::test(start_paused = true)]
    async fn what_stumbles_once_is_asked_once_more() {
        let tries = std::cell::Cell::new(0);
        let described = describe(vec![1], |n: i32| {
            tries.set(tries.get() + 1);
            let first = tries.get() == 1;
            async move { if first { Err(error(ErrorKind::Unreachable)) } else { Ok(n) } }
        });
        let described = described.await;
        assert_eq!((described.found, described.fault), (vec![1], None));
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_that_waited_long_for_its_turn_and_failed_at_once_is_asked_once_more() {
        let meter = Meter::new(Pace::Once);
        // The first answer for each tenth thing is a failure.
        let failed = std::cell::RefCell::new(BTreeSet::new());
        // Several kinds are read at the same time, so that each call waits for many others.
        let kind = |first: i32| {
            let work = describe((first..first + 100).collect(), async |n: i32| {
                meter.wait_for_turn(&SERVICES.sagemaker).await;
                if n % 10 == 0 && failed.borrow_mut().insert(n) { Err(error(ErrorKind::Unreachable)) } else { Ok(n) }
            });
            attributed("models", Urgency::Visible, work)
        };
        let (one, two, three) = tokio::join!(kind(0), kind(1000), kind(2000));
        assert!(meter.paced() > Duration::from_mins(1), "the pace was felt: {:?}", meter.paced());
        for described in [one, two, three] {
            assert_eq!((described.found.len(), described.fault), (100, None));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn trouble_of_all_things_stays_what_it_is_and_ends_the_asking() {
        for kind in [
            ErrorKind::Expired,
            ErrorKind::Missing,
            ErrorKind::Skewed,
            ErrorKind::Untrusted,
            ErrorKind::Throttled,
            ErrorKind::Unreachable,
            ErrorKind::Unsupported,
        ] {
            for from in [0, 20] {
                let asked = std::cell::Cell::new(0);
                let described = describe((0..200).collect(), |n: i32| {
                    asked.set(asked.get() + 1);
                    async move { if n >= from { Err(error(kind)) } else { Ok(n) } }
                });
                let described = described.await;
                assert_eq!(described.fault.map(|f| f.kind), Some(kind), "from {from}");
                assert!(asked.get() < 60, "{kind:?} was asked {} times", asked.get());
            }
        }
        let few = describe(vec![1, 2], |_: i32| async { Err::<i32, _>(error(ErrorKind::Unreachable)) }).await;
        assert_eq!(few.fault.map(|f| f.kind), Some(ErrorKind::Unreachable), "nothing says that the network is there");
    }

    fn error(kind: ErrorKind) -> AwsError {
        AwsError { kind, ..AwsError::other("DescribeModel", "") }
    }
}
