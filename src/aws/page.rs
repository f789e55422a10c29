//! Reading every page and describing many things, with the manners that AWS needs.

use std::collections::BTreeSet;

use futures_util::{StreamExt, stream};

use super::{AwsError, Kind};

/// Describes at the same time; more would only queue at the pace of the account.
const AT_ONCE: usize = 8;

/// So many denials without any answer, and the rest would be denied as well.
const DENIALS: usize = 5;

/// What one page brought and the token of the next.
pub type Page<T> = (Vec<T>, Option<String>);

/// Reads pages until there is no token, at most `cap` of them; the flag says that there was more.
///
/// An empty page with a token is normal (`aws-map` 2.2); a token that comes again would page
/// for ever, so it ends the reading.
///
/// # Errors
/// Those of `fetch`; pages read before are dropped, as half a list would look like deletions.
pub async fn pages<T, F, Fut>(cap: usize, fetch: F) -> Result<(Vec<T>, bool), AwsError>
where
    F: FnMut(Option<String>) -> Fut,
    Fut: Future<Output = Result<Page<T>, AwsError>>,
{
    let (all, next) = pages_until(None, cap, |_| false, fetch).await?;
    Ok((all, next.is_some()))
}

/// The same from a token on, until a page is `enough`; hands out the token of the page that would be next.
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
    let mut seen = BTreeSet::new();
    for _ in 0..cap {
        let (mut items, next) = fetch(token).await?;
        let done = enough(&items);
        all.append(&mut items);
        let Some(next) = next.filter(|t| !t.is_empty()) else { return Ok((all, None)) };
        if done {
            return Ok((all, Some(next)));
        }
        if !seen.insert(next.clone()) {
            return Ok((all, Some(next)));
        }
        token = Some(next);
    }
    Ok((all, token))
}

/// What describing many things brought.
#[derive(Debug)]
pub struct Described<T> {
    /// Those that answered.
    pub found: Vec<T>,
    /// The first failure that was not "gone".
    pub fault: Option<AwsError>,
}

/// Describes each of `ids`, a few at a time. What is gone meanwhile is left out; after an unknown
/// operation or lost credentials the rest is not asked, as it would fail the same way. Denials may
/// hit single things (tags, keys), so only a row of them without any answer ends it.
pub async fn describe<I, T, F, Fut>(ids: Vec<I>, fetch: F) -> Described<T>
where
    F: Fn(I) -> Fut,
    Fut: Future<Output = Result<T, AwsError>>,
{
    let mut answers = stream::iter(ids).map(fetch).buffer_unordered(AT_ONCE);
    let mut described = Described { found: Vec::new(), fault: None };
    let mut denied = 0;
    while let Some(answer) = answers.next().await {
        match answer {
            Ok(thing) => described.found.push(thing),
            Err(error) if error.kind == Kind::Gone => {}
            Err(error) => {
                denied += usize::from(error.kind == Kind::Denied);
                let lost = error.kind.cut_off() || [Kind::Unsupported, Kind::Throttled].contains(&error.kind);
                let hopeless = lost || (denied >= DENIALS && described.found.is_empty());
                described.fault.get_or_insert(error);
                if hopeless {
                    break;
                }
            }
        }
    }
    described
}

#[cfg(test)]
mod tests {
    use super::*;

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

    async fn asked(answer: fn(i32) -> Option<Kind>) -> (usize, Described<i32>) {
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
        let (count, described) = asked(|_| Some(Kind::Denied)).await;
        assert_eq!((described.found.len(), described.fault.unwrap().kind), (0, Kind::Denied));
        assert!(count <= AT_ONCE + DENIALS, "{count}");
    }

    #[tokio::test]
    async fn one_denied_or_gone_thing_does_not_hide_the_others() {
        let answer = |n| match n {
            0 | 50 => Some(Kind::Denied),
            1 => Some(Kind::Gone),
            _ => None,
        };
        let (_, described) = asked(answer).await;
        assert_eq!((described.found.len(), described.fault.unwrap().kind), (97, Kind::Denied));
    }
}
