//! When a frame is due: only when something changed, and not too often.

use std::time::Duration;

/// The least time between two frames that only show news: nobody reads more than ten a second.
const NEWS_GAP: Duration = Duration::from_millis(100);

/// Frames for keys that may follow each other at once. More than fingers need, so no key waits for
/// the frame before it.
const AT_ONCE: f64 = 6.0;

/// Frames a second for keys beyond those. Together they are sixty in any second.
const KEYS_PER_SECOND: f64 = 54.0;

/// What changed since the last frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Cause {
    /// Something that nobody is waiting for.
    News,
    /// A key, or a new size.
    Key,
}

/// When a frame is due. Times are counted from any fixed moment.
#[derive(Debug)]
pub(super) struct FrameLimiter {
    changed: Option<Cause>,
    last_frame: Option<Duration>,
    /// Frames for keys that can be drawn at once, as of `counted`.
    allowed: f64,
    counted: Duration,
}

impl FrameLimiter {
    pub(super) fn new() -> Self {
        Self { changed: None, last_frame: None, allowed: AT_ONCE, counted: Duration::ZERO }
    }

    /// Something changed.
    pub(super) fn change(&mut self, cause: Cause) {
        self.changed = self.changed.max(Some(cause));
    }

    /// When a frame is due; `None` when nothing changed and nothing needs drawing.
    pub(super) fn due(&self) -> Option<Duration> {
        match self.changed? {
            Cause::News => Some(self.last_frame.map_or(Duration::ZERO, |last| last + NEWS_GAP)),
            Cause::Key if self.allowed >= 1.0 => Some(self.counted),
            Cause::Key => Some(self.counted + Duration::from_secs_f64((1.0 - self.allowed) / KEYS_PER_SECOND)),
        }
    }

    /// Whether a frame is due at `now`.
    pub(super) fn is_due(&self, now: Duration) -> bool {
        self.due().is_some_and(|due| due <= now)
    }

    /// A frame was drawn, with all that changed.
    pub(super) fn drawn(&mut self, now: Duration) {
        let earned = now.saturating_sub(self.counted).as_secs_f64() * KEYS_PER_SECOND;
        self.allowed = (self.allowed + earned).min(AT_ONCE);
        self.counted = now;
        if self.changed == Some(Cause::Key) {
            // A sum of fractions may miss the whole by a hair.
            self.allowed = (self.allowed - 1.0).max(0.0);
        }
        self.changed = None;
        self.last_frame = Some(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    /// How many frames are drawn in a second when something changes every millisecond.
    fn frames_in_a_busy_second(cause: Cause) -> usize {
        let mut pace = FrameLimiter::new();
        (0..1_000)
            .filter(|at| {
                pace.change(cause);
                let due = pace.is_due(ms(*at));
                if due {
                    pace.drawn(ms(*at));
                }
                due
            })
            .count()
    }

    #[test]
    fn a_second_has_sixty_frames_for_keys_and_ten_for_news_at_most() {
        let keys = frames_in_a_busy_second(Cause::Key);
        assert!((55..=60).contains(&keys), "{keys}");
        assert_eq!(frames_in_a_busy_second(Cause::News), 10);
    }

    #[test]
    fn nothing_is_due_when_nothing_changed() {
        let mut pace = FrameLimiter::new();
        assert_eq!(pace.due(), None);
        pace.change(Cause::News);
        assert!(pace.is_due(ms(0)));
        pace.drawn(ms(0));
        assert_eq!(pace.due(), None);
    }

    #[test]
    fn a_key_is_not_held_back_by_the_frame_before_it() {
        let mut pace = FrameLimiter::new();
        for at in [1_000, 1_001, 1_002] {
            pace.change(Cause::Key);
            assert!(pace.is_due(ms(at)));
            pace.drawn(ms(at));
        }
        pace.change(Cause::News);
        assert_eq!(pace.due(), Some(ms(1_102)));
        pace.change(Cause::Key);
        assert!(pace.is_due(ms(1_003)));
    }
}
