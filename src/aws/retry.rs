//! Retries of throttled calls in work that somebody waits for.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::body::SdkBody;
use http_body_util::BodyExt as _;
use tokio::time::Instant;

/// Error codes of throttled calls.
const CODES: [&[u8]; 5] =
    [b"ThrottlingException", b"\"Throttling\"", b"TooManyRequests", b"RequestLimitExceeded", b"SlowDown"];

/// The pause between two tries; it is multiplied by the slowdown of the service.
const PAUSE: Duration = Duration::from_secs(1);

tokio::task_local! {
    static RETRY: Retry;
}

/// A function that is called before each wait, with the service and the length.
type Tell = Arc<dyn Fn(&str, Duration) + Send + Sync>;

/// How long the current task retries, and the function that it notifies.
#[derive(Clone)]
pub(super) struct Retry {
    until: Instant,
    tell: Tell,
}

impl fmt::Debug for Retry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Retry").field("until", &self.until).finish_non_exhaustive()
    }
}

/// Runs work that only reads, and retries its throttled calls for at most `limit`.
pub(crate) async fn retry_throttled<F: Future>(
    limit: Duration,
    tell: impl Fn(&str, Duration) + Send + Sync + 'static,
    work: F,
) -> F::Output {
    RETRY.scope(Retry { until: Instant::now() + limit, tell: Arc::new(tell) }, work).await
}

impl Retry {
    /// Returns the settings of the current task, if it retries.
    pub(super) fn now() -> Option<Self> {
        RETRY.try_with(Clone::clone).ok()
    }

    /// Waits before a retry; returns false if there is no time left.
    pub(super) async fn wait(&self, service: &str, slowdown: u32) -> bool {
        let pause = PAUSE * slowdown;
        if Instant::now() + pause > self.until {
            return false;
        }
        (self.tell)(service, pause);
        tokio::time::sleep(pause).await;
        true
    }
}

/// Finds out whether a call was throttled. Returns the answer unchanged.
pub(super) async fn too_fast(mut answer: HttpResponse) -> (HttpResponse, bool) {
    if answer.status().as_u16() < 400 {
        return (answer, false);
    }
    let throttled = answer.status().as_u16() == 429;
    let Ok(body) = answer.take_body().collect().await else { return (answer, throttled) };
    let body = body.to_bytes();
    let named = CODES.iter().any(|code| body.windows(code.len()).any(|part| part == *code));
    *answer.body_mut() = SdkBody::from(body);
    (answer, throttled || named)
}
