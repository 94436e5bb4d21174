//! The worker's clock.

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

/// Where a worker takes the time from. Everything that decides gets the time as an argument; this
/// is the one place that reads it.
#[derive(Debug, Clone, Copy)]
pub enum Clock {
    /// The system's clock.
    System,
    /// A wall clock that moves with tokio's, so that a test with a paused clock is deterministic.
    Tokio {
        /// The wall time at `instant`.
        wall: Timestamp,
        /// Where tokio's clock stood then.
        instant: Instant,
    },
}

impl Clock {
    /// A clock that starts at `wall` now and moves with tokio's.
    pub fn tokio(wall: Timestamp) -> Self {
        Clock::Tokio { wall, instant: Instant::now() }
    }

    /// The wall time.
    pub fn now(&self) -> Timestamp {
        match self {
            Clock::System => Timestamp::now(),
            Clock::Tokio { wall, instant } => {
                let gone = SignedDuration::try_from(instant.elapsed()).unwrap_or(SignedDuration::MAX);
                wall.checked_add(gone).unwrap_or(Timestamp::MAX)
            }
        }
    }

    /// Waits until the wall time is reached.
    pub async fn sleep_until(&self, until: Timestamp) {
        let wait = until.duration_since(self.now());
        if let Ok(wait) = std::time::Duration::try_from(wait) {
            tokio::time::sleep(wait).await;
        }
    }
}

/// How far the server's clock is ahead of this machine's, smoothed over the answers' `Date`
/// headers. Those have whole seconds, so a single one says little; ages of messages use the mean.
#[derive(Debug, Clone, Copy, Default)]
pub struct ServerTime {
    ahead_ms: Option<f64>,
}

impl ServerTime {
    /// How much one more answer counts against the mean so far.
    const WEIGHT: f64 = 0.1;

    /// Takes in an answer's `Date`, together with the local time in the middle of the exchange.
    pub fn observe(&mut self, date: Timestamp, local: Timestamp) {
        // The header cuts the fraction off: on average half a second is missing.
        let ahead = date.duration_since(local).as_millis_f64() + 500.0;
        self.ahead_ms = Some(match self.ahead_ms {
            Some(mean) if (mean - ahead).abs() < 10_000.0 => mean + Self::WEIGHT * (ahead - mean),
            _ => ahead,
        });
    }

    /// The difference, where it was seen; positive when the server's clock is ahead.
    pub fn ahead(&self) -> Option<SignedDuration> {
        #[expect(clippy::cast_possible_truncation, reason = "a difference of clocks in milliseconds is far from 2^63")]
        self.ahead_ms.map(|ms| SignedDuration::from_millis(ms as i64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[tokio::test(start_paused = true)]
    async fn a_paused_clock_moves_with_the_sleeps() {
        let start = Timestamp::from_second(1_900_000_000).unwrap();
        let clock = Clock::tokio(start);
        tokio::time::sleep(Duration::from_secs(90)).await;
        assert_eq!(clock.now().duration_since(start).as_secs(), 90);
        clock.sleep_until(start + SignedDuration::from_secs(100)).await;
        assert_eq!(clock.now().duration_since(start).as_secs(), 100);
    }

    #[test]
    fn the_servers_time_is_smoothed_and_follows_a_jump() {
        let local = Timestamp::from_second(1_900_000_000).unwrap();
        let mut server = ServerTime::default();
        for second in 0..50 {
            let local = local + SignedDuration::from_secs(second);
            server.observe(local + SignedDuration::from_secs(3), local);
        }
        assert_eq!(server.ahead(), Some(SignedDuration::from_millis(3500)));
        server.observe(local + SignedDuration::from_hours(1), local);
        assert!(server.ahead().unwrap() > SignedDuration::from_mins(59));
    }
}
