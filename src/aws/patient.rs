//! Work that somebody waits for: what is answered "too fast" is asked again, as slowly as the account is asked then.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::body::SdkBody;
use http_body_util::BodyExt as _;
use tokio::time::Instant;

/// Error codes by which services say "too fast".
const CODES: [&[u8]; 5] =
    [b"ThrottlingException", b"\"Throttling\"", b"TooManyRequests", b"RequestLimitExceeded", b"SlowDown"];

/// Between two tries when a service is asked as often as usual.
const PAUSE: Duration = Duration::from_secs(1);

tokio::task_local! {
    static PATIENT: Patient;
}

/// Told for each wait: which service, and how long.
type Tell = Arc<dyn Fn(&str, Duration) + Send + Sync>;

/// How long the present work asks again, and whom it tells.
#[derive(Clone)]
pub(super) struct Patient {
    until: Instant,
    tell: Tell,
}

impl fmt::Debug for Patient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Patient").field("until", &self.until).finish_non_exhaustive()
    }
}

/// Runs work that only reads; for so long its calls are made again when they are answered "too fast".
pub(crate) async fn patiently<F: Future>(
    limit: Duration,
    tell: impl Fn(&str, Duration) + Send + Sync + 'static,
    work: F,
) -> F::Output {
    PATIENT.scope(Patient { until: Instant::now() + limit, tell: Arc::new(tell) }, work).await
}

impl Patient {
    /// That of the present work, where it has any.
    pub(super) fn now() -> Option<Self> {
        PATIENT.try_with(Clone::clone).ok()
    }

    /// Waits before a call is made again; false where there is no time for it any more.
    pub(super) async fn wait(&self, service: &str, widening: u32) -> bool {
        let pause = PAUSE * widening;
        if Instant::now() + pause > self.until {
            return false;
        }
        (self.tell)(service, pause);
        tokio::time::sleep(pause).await;
        true
    }
}

/// Does an answer say "too fast"? It is handed back as it was.
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
