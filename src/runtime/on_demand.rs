//! A read that goes on only while the screen shows what it brings.

use tokio::task::AbortHandle;

/// The read of at most one request.
#[derive(Debug)]
pub(super) struct OnDemand<R> {
    running: Option<(R, AbortHandle)>,
}

impl<R> Default for OnDemand<R> {
    fn default() -> Self {
        Self { running: None }
    }
}

impl<R: PartialEq> OnDemand<R> {
    /// Makes the running read the wanted one: goes on with the same request, ends another one, and starts a new one with
    /// `start`. That returns `None` if the account of the request is gone.
    pub(super) fn want(&mut self, wanted: Option<R>, start: impl FnOnce(&R) -> Option<AbortHandle>) {
        if self.running.as_ref().map(|(request, _)| request) == wanted.as_ref() {
            return;
        }
        if let Some((_, task)) = self.running.take() {
            task.abort();
        }
        self.running = wanted.and_then(|request| {
            let task = start(&request)?;
            Some((request, task))
        });
    }
}
