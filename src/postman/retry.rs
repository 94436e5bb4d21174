//! When a failed READ is repeated: a decision, not a sleep. Writes never come here.

use std::time::Duration;

use super::CallError;

/// The first pause: long enough for a rate limit's second to pass with jitter, short enough that a hiccup is hardly
/// noticed.
pub const FIRST_WAIT: Duration = Duration::from_millis(800);

/// The longest pause: a network that is back is noticed within half a minute.
pub const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// The longest believable `Retry-After`: beyond that something is wrong, and a waiting person should see a new
/// attempt.
pub const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(15 * 60);

/// How often a script tries one read in total: with the pauses above, about half a minute.
pub const SCRIPT_READS: u32 = 6;

/// How long a script waits for one read in total, if the server asks for more than the pauses above: no one may be
/// watching, and the answer may never come.
pub const SCRIPT_PATIENCE: Duration = Duration::from_secs(5 * 60);

/// What to do after a failed read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadRetry {
    /// Repeat after this long.
    After(Duration),
    /// Not automatically: a person has to change something first.
    GiveUp,
}

/// What to do after the `attempt`-th failure in a row (from 1). `jitter` is a random number from 0
/// to 1 that keeps many programs from coming back in step.
pub fn after_failed_read(attempt: u32, error: &CallError, jitter: f64) -> ReadRetry {
    if !error.is_retryable() {
        return ReadRetry::GiveUp;
    }
    let own = backoff(attempt, jitter);
    ReadRetry::After(error.retry_after.map_or(own, |asked| asked.min(LONGEST_RETRY_AFTER).max(own)))
}

/// The pause after the `attempt`-th failure in a row (from 1): 0.8 s, doubling up to 30 s, of
/// which the last half is shortened by `jitter`.
pub fn backoff(attempt: u32, jitter: f64) -> Duration {
    let doublings = attempt.saturating_sub(1).min(16);
    let whole = FIRST_WAIT.saturating_mul(1 << doublings).min(LONGEST_WAIT);
    let jitter = if jitter.is_finite() { jitter.clamp(0.0, 1.0) } else { 0.0 };
    whole.mul_f64(1.0 - jitter / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::postman::{Broken, CallErrorKind};

    fn timeout(retry_after: Option<u64>) -> CallError {
        CallError { kind: CallErrorKind::Broken(Broken::Timeout), retry_after: retry_after.map(Duration::from_secs) }
    }

    fn waits(jitter: f64) -> Vec<u64> {
        (1..=8).map(|attempt| u64::try_from(backoff(attempt, jitter).as_millis()).unwrap()).collect()
    }

    #[test]
    fn the_whole_schedule_in_milliseconds() {
        assert_eq!(waits(0.0), [800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000]);
        assert_eq!(waits(0.5), [600, 1200, 2400, 4800, 9600, 19_200, 22_500, 22_500]);
        assert_eq!(waits(1.0), [400, 800, 1600, 3200, 6400, 12_800, 15_000, 15_000]);
        let script: Duration = (1..SCRIPT_READS).map(|attempt| backoff(attempt, 0.0)).sum();
        assert_eq!(script, Duration::from_millis(24_800));
    }

    #[test]
    fn nothing_leaves_the_schedules_bounds() {
        assert_eq!(backoff(u32::MAX, 0.0), LONGEST_WAIT);
        assert_eq!(backoff(0, 0.0), FIRST_WAIT);
        for jitter in [f64::NAN, f64::INFINITY, -1.0, 7.0] {
            assert!((400..=800).contains(&backoff(1, jitter).as_millis()));
        }
    }

    #[test]
    fn the_servers_wish_is_obeyed_within_reason() {
        let wait = |attempt, asked| after_failed_read(attempt, &timeout(asked), 0.0);
        assert_eq!(wait(1, None), ReadRetry::After(Duration::from_millis(800)));
        assert_eq!(wait(1, Some(7)), ReadRetry::After(Duration::from_secs(7)));
        assert_eq!(wait(1, Some(0)), ReadRetry::After(Duration::from_millis(800)), "no server shortens the pause");
        assert_eq!(wait(9, Some(7)), ReadRetry::After(LONGEST_WAIT));
        assert_eq!(wait(1, Some(86_400)), ReadRetry::After(LONGEST_RETRY_AFTER));
    }

    #[test]
    fn what_only_a_person_can_change_is_not_tried_again() {
        let redirect = CallError::new(CallErrorKind::Redirect { status: 302, location: None });
        assert_eq!(after_failed_read(1, &redirect, 0.0), ReadRetry::GiveUp);
    }
}
