//! The cadence of a kind: one of three, adjusted by what is looked at, by failures and by throttling.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How often a kind is polled while nothing is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Cadence {
    /// Kinds that show that something is wrong: every 15 s.
    Fast,
    /// Kinds that change with people and pipelines: every minute.
    Slow,
    /// Kinds that hardly ever change: every 10 minutes.
    Rare,
}

/// The conditions that move a kind from its cadence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PollConditions {
    /// Whether the visible pane lists it.
    pub looked_at: bool,
    /// Whether nobody pressed a key for a while.
    pub idle: bool,
    /// How many times less often its service is called because it throttled calls.
    pub slowdown: u32,
    /// The number of polls in a row that failed for a reason that may pass.
    pub failures: u32,
}

impl Cadence {
    /// The longest pause, whatever goes wrong.
    const LONGEST: Duration = Duration::from_mins(10);

    /// Returns its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Fast => "fast",
            Self::Slow => "slow",
            Self::Rare => "rare",
        }
    }

    /// Returns the time between two turns while no condition moves it.
    #[must_use]
    pub fn every(self) -> Duration {
        match self {
            Self::Fast => Duration::from_secs(15),
            Self::Slow => Duration::from_mins(1),
            Self::Rare => Duration::from_mins(10),
        }
    }

    /// Returns the cadence that it is in now. A kind that is looked at moves up one, and when nobody is there the fast
    /// ones move down.
    ///
    /// Vital kinds stay fast when nobody is there, because a console on a wall is looked at without a key.
    #[must_use]
    pub fn adjusted(self, conditions: PollConditions, vital: bool) -> Self {
        match (self, conditions.looked_at, conditions.idle && !vital) {
            (Self::Rare, true, false) | (Self::Fast, _, true) => Self::Slow,
            (Self::Slow, true, false) => Self::Fast,
            (cadence, _, _) => cadence,
        }
    }

    /// Returns the time until the next turn, up to a limit. It depends on the cadence and the conditions alone.
    #[must_use]
    pub fn pause(self, conditions: PollConditions) -> Duration {
        let every = self.every();
        let backed_off = every.saturating_mul(2u32.saturating_pow(conditions.failures.min(16)));
        backed_off.saturating_mul(conditions.slowdown.max(1)).min(Self::LONGEST.max(every))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CALM: PollConditions = PollConditions { looked_at: false, idle: false, slowdown: 1, failures: 0 };

    #[test]
    fn failures_and_throttling_widen_the_pause_up_to_a_limit() {
        let pause = |failures, slowdown| Cadence::Fast.pause(PollConditions { slowdown, failures, ..CALM }).as_secs();
        let waits: Vec<u64> = (0..8).map(|failures| pause(failures, 1)).collect();
        assert_eq!(waits, [15, 30, 60, 120, 240, 480, 600, 600]);
        assert_eq!((pause(0, 2), pause(0, 16), pause(2, 4), pause(u32::MAX, 16)), (30, 240, 240, 600));
        assert_eq!(Cadence::Rare.pause(CALM).as_secs(), 600, "never faster than its own pace");
    }

    #[test]
    fn what_is_looked_at_is_asked_more_often_and_what_nobody_sees_less() {
        let (looked, idle) = (PollConditions { looked_at: true, ..CALM }, PollConditions { idle: true, ..CALM });
        let adjusted = |conditions, vital| {
            [Cadence::Fast, Cadence::Slow, Cadence::Rare].map(|cadence| cadence.adjusted(conditions, vital))
        };
        assert_eq!(adjusted(CALM, false), [Cadence::Fast, Cadence::Slow, Cadence::Rare]);
        assert_eq!(adjusted(looked, false), [Cadence::Fast, Cadence::Fast, Cadence::Slow]);
        assert_eq!(adjusted(idle, false), [Cadence::Slow, Cadence::Slow, Cadence::Rare]);
        assert_eq!(adjusted(idle, true), [Cadence::Fast, Cadence::Slow, Cadence::Rare]);
    }
}
