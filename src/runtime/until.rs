//! A wait that may have no end.

use std::future::pending;

use tokio::time::{Instant, sleep_until};

/// Waits until a time, or forever if there is none.
pub(super) async fn until(due: Option<Instant>) {
    match due {
        Some(at) => sleep_until(at).await,
        None => pending().await,
    }
}
