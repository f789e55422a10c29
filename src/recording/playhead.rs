//! The position of a replay: a clock with a pause, a speed and a position that can be set.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;
use tokio::time::Instant;

/// The speeds that the commands faster and slower select.
const SPEEDS: &[f64] = &[0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0];

/// The position in a recording. Clones share it. It stops at the end.
#[derive(Debug, Clone)]
pub struct Playhead {
    state: Arc<Mutex<State>>,
    /// The number of commands so far.
    moved: watch::Sender<u64>,
}

#[derive(Debug)]
struct State {
    begin: Timestamp,
    end: Timestamp,
    /// The position at `since`.
    from: Timestamp,
    since: Instant,
    speed: f64,
    paused: bool,
    jumps: u64,
}

impl Playhead {
    /// Makes a playhead at the beginning of a recording, playing.
    #[must_use]
    pub fn new(begin: Timestamp, end: Timestamp, speed: f64) -> Self {
        let end = end.max(begin);
        let state = State { begin, end, from: begin, since: Instant::now(), speed, paused: false, jumps: 0 };
        Self { state: Arc::new(Mutex::new(state)), moved: watch::Sender::new(0) }
    }

    /// Returns the position.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.lock().now()
    }

    /// Returns the position, the speed, and whether it is paused.
    pub(super) fn state(&self) -> (Timestamp, f64, bool) {
        let state = self.lock();
        (state.now(), state.speed, state.paused)
    }

    /// Returns how often the position was set.
    #[must_use]
    pub fn jumps(&self) -> u64 {
        self.lock().jumps
    }

    /// Pauses.
    pub fn pause(&self) {
        self.change(|state| state.paused = true);
    }

    /// Pauses or continues.
    pub fn toggle(&self) {
        self.change(|state| state.paused = !state.paused);
    }

    /// Plays at this speed.
    pub fn speed(&self, speed: f64) {
        self.change(|state| state.speed = speed);
    }

    /// Selects the next faster or slower speed.
    pub fn hurry(&self, faster: bool) {
        let now = self.lock().speed;
        let next = if faster {
            SPEEDS.iter().find(|speed| **speed > now)
        } else {
            SPEEDS.iter().rev().find(|speed| **speed < now)
        };
        if let Some(next) = next {
            self.speed(*next);
        }
    }

    /// Goes to a position in the recording.
    pub fn to(&self, position: Timestamp) {
        self.change(|state| {
            state.from = position.clamp(state.begin, state.end);
            state.jumps += 1;
        });
    }

    /// Returns a receiver that is notified of each command.
    #[must_use]
    pub fn moves(&self) -> watch::Receiver<u64> {
        self.moved.subscribe()
    }

    /// Returns the time until a position is reached. `None` if the playhead does not move.
    #[must_use]
    pub fn until(&self, position: Timestamp) -> Option<Duration> {
        let state = self.lock();
        let now = state.now();
        if state.paused || now >= state.end {
            return None;
        }
        let left = Duration::try_from(position.duration_since(now)).unwrap_or_default();
        // Add a millisecond, the unit of positions, so that the position is passed.
        Some(left.div_f64(state.speed) + Duration::from_millis(1))
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        {
            let mut state = self.lock();
            (state.from, state.since) = (state.now(), Instant::now());
            change(&mut state);
        }
        self.moved.send_modify(|count| *count += 1);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn now(&self) -> Timestamp {
        if self.paused {
            return self.from;
        }
        let played = self.since.elapsed().as_secs_f64() * self.speed * 1000.0;
        #[expect(clippy::cast_possible_truncation, reason = "rounded to milliseconds; what is too long saturates")]
        let now = Timestamp::from_millisecond(self.from.as_millisecond().saturating_add(played as i64));
        now.unwrap_or(self.end).clamp(self.begin, self.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn it_plays_stops_hurries_and_ends() {
        let head = Playhead::new(at(1000), at(2000), 1.0);
        let pass = |seconds| tokio::time::advance(Duration::from_secs(seconds));
        pass(10).await;
        assert_eq!(head.now(), at(1010));
        head.pause();
        pass(10).await;
        assert_eq!((head.now(), head.until(at(1500))), (at(1010), None));
        head.toggle();
        head.speed(10.0);
        assert_eq!(head.until(at(1110)), Some(Duration::from_millis(10_001)));
        pass(10).await;
        assert_eq!(head.now(), at(1110));
        head.hurry(false);
        assert!((head.state().1 - 5.0).abs() < 1e-9);
        head.to(at(1500));
        pass(2).await;
        assert_eq!(head.now(), at(1510));
        head.to(at(0));
        assert_eq!(head.now(), at(1000), "not before the beginning");
        pass(3600).await;
        assert_eq!((head.now(), head.until(at(3000))), (at(2000), None));
    }

    #[tokio::test(start_paused = true)]
    async fn clones_are_one_and_tell_what_is_done() {
        let head = Playhead::new(at(0), at(100), 1.0);
        let mut moves = head.moves();
        head.clone().to(at(50));
        assert!(moves.has_changed().unwrap());
        moves.mark_unchanged();
        assert_eq!(head.now(), at(50));
        (0..20).for_each(|_| head.hurry(true));
        assert!((head.state().1 - 1000.0).abs() < 1e-9);
    }
}
