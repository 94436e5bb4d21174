//! When a failed READ goes again: a decision, not a sleep. Writes never come here.

use std::time::Duration;

use super::CallError;

/// The first pause: long enough for a rate limit's second to pass with jitter, short enough that
/// a hiccup is hardly seen.
pub const FIRST_WAIT: Duration = Duration::from_millis(800);

/// The longest pause: a network that came back is noticed within half a minute.
pub const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// The longest that a server's `Retry-After` is believed: beyond it something is wrong, and a
/// person who waits should see a new attempt.
pub const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(15 * 60);

/// How often a script tries one read in all: with the pauses above, about half a minute.
pub const SCRIPT_TRIES: u32 = 6;

/// What to do after a failed read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextTry {
    /// Again, after this long.
    After(Duration),
    /// Not by itself: a person has to change something first.
    GiveUp,
}

/// What to do after the `attempt`-th failure in a row (from 1). `jitter` is a random number from 0
/// to 1 that keeps many programs from coming back in step.
pub fn next_try(attempt: u32, error: &CallError, jitter: f64) -> NextTry {
    if !error.is_retryable() {
        return NextTry::GiveUp;
    }
    let own = backoff(attempt, jitter);
    NextTry::After(error.retry_after.map_or(own, |asked| asked.min(LONGEST_RETRY_AFTER).max(own)))
}

/// The pause after the `attempt`-th failure in a row (from 1): 0.8 s, doubling up to 30 s, of
/// which the last half is shortened by `jitter`.
pub fn backoff(attempt: u32, jitter: f64) -> Duration {
    let doublings = attempt.saturating_sub(1).min(16);
    let whole = FIRST_WAIT.saturating_mul(1 << doublings).min(LONGEST_WAIT);
    let jitter = if jitter.is_finite() { jitter.clamp(0.0, 1.0) } else { 0.0 };
    whole.mul_f64(1.0 - jitter / 2.0)
}
