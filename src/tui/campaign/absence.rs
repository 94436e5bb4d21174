//! What finished since a key was last pressed: the news for whoever comes back.

use jiff::{SignedDuration, Timestamp};

use super::Campaign;
use crate::delivery::{Status, grouped};
use crate::tui::shared::Look;

/// How old the newest messages may be before it is said up to when they are loaded.
const FRESH: SignedDuration = SignedDuration::from_mins(1);

/// What finished since a key was last pressed, as it was seen. A message that was retried meanwhile can be in both.
#[derive(Debug, Default)]
pub(in crate::tui) struct Absence {
    delivered: usize,
    failed: usize,
    /// When the first of those failed, by the API's time where it was given.
    failed_since: Option<Timestamp>,
}

impl Absence {
    /// A message was seen to end with this status at this time.
    pub(super) fn note(&mut self, to: &Status, at: Timestamp) {
        match to {
            Status::Success => self.delivered += 1,
            Status::Failure => {
                self.failed += 1;
                self.failed_since = Some(self.failed_since.map_or(at, |since| since.min(at)));
            }
            _ => {}
        }
    }

    /// How many failed.
    pub fn failed(&self) -> usize {
        self.failed
    }

    /// A key was pressed.
    pub fn begin(&mut self) {
        *self = Self::default();
    }
}

impl Campaign {
    /// What finished since a key was last pressed, by this program's own clock: `1,204 delivered, 38 failed since 02:41`.
    /// `None` where nothing was ever loaded.
    pub fn absence_words(&self, look: &Look, now: Timestamp) -> Option<String> {
        let (head_at, done) = (self.head_at?, &self.absence);
        let minute = |at| look.minute(at, now);
        let delivered = (done.delivered > 0).then(|| format!("{} delivered", grouped(done.delivered)));
        let failed = done.failed_since.map(|since| {
            let when = if done.failed == 1 { "at" } else { "since" };
            format!("{} failed {when} {}", grouped(done.failed), minute(since))
        });
        let mut words = delivered.into_iter().chain(failed).collect::<Vec<_>>().join(", ");
        if words.is_empty() {
            "nothing finished".clone_into(&mut words);
        }
        // What happened after that is not known yet.
        if now.duration_since(head_at) > FRESH && self.is_stale(now, true) {
            words.push_str(&format!("; loaded only up to {}", minute(look.of_that_day(head_at))));
        }
        Some(words)
    }
}
