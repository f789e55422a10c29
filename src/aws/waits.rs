//! The time that calls wait for their turn. It is caused by our own pace and does not count as slowness of AWS.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

tokio::task_local! {
    /// The waits of the current task, and of all tasks around it.
    static OF_WORK: Vec<Waits>;
}

/// The time that calls waited for their turn; clones share it.
#[derive(Debug, Clone, Default)]
pub(super) struct Waits(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    /// The number of calls that wait now.
    calls: usize,
    /// The time since when at least one call waits.
    since: Option<Instant>,
    /// The length of all earlier periods in which at least one call waited.
    before: Duration,
}

impl Waits {
    /// Returns the total time so far in which at least one call was waiting.
    pub(super) fn total(&self) -> Duration {
        let state = self.lock();
        state.before + state.since.map_or(Duration::ZERO, |since| since.elapsed())
    }

    /// Runs the wait of one call, and counts it here and for the work that the call is made for.
    pub(super) async fn count<F: Future>(&self, wait: F) -> F::Output {
        let _here = Waiting::begin(self);
        let of_work = OF_WORK.try_with(Clone::clone).unwrap_or_default();
        let _of_work: Vec<Waiting<'_>> = of_work.iter().map(Waiting::begin).collect();
        wait.await
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Runs `work` and measures how long it took, without the time in which one of its calls waited for its turn.
pub(crate) async fn timed_without_waits<F: Future>(work: F) -> (F::Output, Duration) {
    let (own, began) = (Waits::default(), Instant::now());
    let mut all = OF_WORK.try_with(Clone::clone).unwrap_or_default();
    all.push(own.clone());
    let output = OF_WORK.scope(all, work).await;
    (output, began.elapsed().saturating_sub(own.total()))
}

/// One call that waits for its turn, until this is dropped.
struct Waiting<'a>(&'a Waits);

impl<'a> Waiting<'a> {
    fn begin(waits: &'a Waits) -> Self {
        let mut state = waits.lock();
        state.calls += 1;
        state.since.get_or_insert_with(Instant::now);
        Self(waits)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.calls -= 1;
        if state.calls == 0 {
            let since = state.since.take();
            state.before += since.map_or(Duration::ZERO, |since| since.elapsed());
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::sleep;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn the_time_of_our_own_pace_counts_once_however_many_calls_wait() {
        let waits = Waits::default();
        let one = async |after: u32, long: u32| {
            sleep(SECOND * after).await;
            waits.count(sleep(SECOND * long)).await;
        };
        tokio::join!(one(0, 2), one(1, 2), one(5, 1));
        sleep(9 * SECOND).await;
        assert_eq!(waits.total(), 4 * SECOND);
    }

    #[tokio::test(start_paused = true)]
    async fn what_aws_takes_is_told_without_the_wait_for_a_turn_also_for_the_work_around_it() {
        let waits = Waits::default();
        let call = async || {
            waits.count(sleep(7 * SECOND)).await;
            sleep(2 * SECOND).await;
        };
        let ((((), one), ((), two)), all) =
            timed_without_waits(async { (timed_without_waits(call()).await, timed_without_waits(call()).await) }).await;
        assert_eq!((one, two, all), (2 * SECOND, 2 * SECOND, 4 * SECOND));
        assert_eq!(timed_without_waits(sleep(SECOND)).await.1, SECOND, "without any call");
    }
}
