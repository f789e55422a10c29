//! The slowdown of a service after it answered "too fast", until it has been calm for a while.

use std::time::Duration;

use tokio::time::Instant;

/// The factor by which calls of a service are rarer than usual because it answered "too fast": 1, 2, 4, … 16.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slowdown {
    factor: u32,
    /// The times of the last "too fast" that was counted, and of the last one at all.
    throttled: Option<(Instant, Instant)>,
}

impl Default for Slowdown {
    fn default() -> Self {
        Self { factor: 1, throttled: None }
    }
}

impl Slowdown {
    /// The highest factor.
    const MOST: u32 = 16;
    /// Several "too fast" within this time, multiplied by the factor, count once. They may belong to one burst, and an
    /// operator who tries again and again must not slow the service down further.
    const SAME_BURST: Duration = Duration::from_secs(5);
    /// The calm time after which the factor is halved.
    const CALM: Duration = Duration::from_mins(1);
    /// The time after which the factor is halved again while the service stays calm.
    const RETURN: Duration = Duration::from_secs(5);

    /// Returns the slowdown after a "too fast" at this time.
    #[must_use]
    pub(super) fn after(self, at: Instant) -> Self {
        let factor = self.factor(at);
        match self.throttled {
            Some((counted, _)) if at.saturating_duration_since(counted) < Self::SAME_BURST * factor => {
                Self { factor, throttled: Some((counted, at)) }
            }
            _ => Self { factor: (factor * 2).min(Self::MOST), throttled: Some((at, at)) },
        }
    }

    /// Returns the factor at a time. It falls back to 1 by itself.
    #[must_use]
    pub(super) fn factor(self, at: Instant) -> u32 {
        let Some((_, last)) = self.throttled else { return self.factor };
        let Some(calm) = at.saturating_duration_since(last).checked_sub(Self::CALM) else { return self.factor };
        let halvings = 1 + calm.as_secs() / Self::RETURN.as_secs();
        u32::try_from(halvings).map_or(1, |n| self.factor.checked_shr(n).unwrap_or(0)).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_throttled_service_is_asked_less_often_until_it_is_calm() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut slowdown = Slowdown::default();
        let mut factors = Vec::new();
        // The seconds at which the service answers "too fast"; the factor after each is compared below.
        for seconds in [0, 1, 6, 12, 31, 52, 91, 93] {
            slowdown = slowdown.after(at(seconds));
            factors.push(slowdown.factor(at(seconds)));
        }
        assert_eq!(factors, [2, 2, 2, 4, 4, 8, 8, 16]);
        let calm = |seconds: u64| slowdown.factor(at(93 + seconds));
        assert_eq!([59, 60, 64, 65, 70, 75, 80, 9_999].map(calm), [16, 8, 8, 4, 2, 1, 1, 1]);
        let again = slowdown.after(at(93 + 75));
        assert_eq!(again.factor(at(93 + 75)), 2, "it begins anew");
    }

    #[tokio::test(start_paused = true)]
    async fn asking_again_and_again_does_not_deepen_it() {
        let start = Instant::now();
        let hold = |every: usize| {
            let signs = (0..60).step_by(every).map(|seconds| start + Duration::from_secs(seconds));
            signs.fold(Slowdown::default(), Slowdown::after).factor(start + Duration::from_mins(1))
        };
        assert_eq!(hold(1), hold(15), "sixty answers in a minute say no more than four");
    }
}
