//! How long ago the messages on the way were last loaded: their status may have changed since.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};

use super::{Campaign, TimeWindow};
use crate::delivery::BatchId;
use crate::tui::Role;
use crate::tui::text::age;

/// Up to this age it is not worth a word: messages that move are read more often.
const FRESH: SignedDuration = SignedDuration::from_mins(2);

/// From this age on they should have been read again, however long they have been at rest.
const LATE: SignedDuration = SignedDuration::from_mins(15);

/// Looking at this many messages takes about a millisecond.
const QUICK: usize = 100_000;

/// How old the answer may become, and how old where very many are on the way.
const LOOK_AGAIN: (SignedDuration, SignedDuration) = (SignedDuration::from_secs(1), SignedDuration::from_secs(10));

/// When the messages on the way in the time window were last loaded.
#[derive(Debug, Clone, Default)]
pub(in crate::tui) struct Checked {
    /// When the one was that was not loaded again for longest, by this program's own clock; `None` without any.
    oldest: Option<Timestamp>,
    /// The same of each batch with messages on the way beyond the loaded range, whatever the time window.
    beyond: HashMap<BatchId, Timestamp>,
    /// When that was looked up, and how many were on the way then.
    looked_up: Option<(Timestamp, usize)>,
    /// The time window that it is about.
    pub window: TimeWindow,
}

impl Campaign {
    /// Looks up when the messages on the way were last loaded, unless that was just done. `now` is by this program's own
    /// clock.
    pub(super) fn look_when_checked(&mut self, now: Timestamp) {
        let open = self.store.counts().open;
        let pause = if open > QUICK { LOOK_AGAIN.1 } else { LOOK_AGAIN.0 };
        let is_known = |(at, before): (Timestamp, usize)| now.duration_since(at).abs() < pause && (before == 0) == (open == 0);
        if !self.checked.looked_up.is_some_and(is_known) {
            let (since, until) = self.times();
            self.checked.oldest = self.store.oldest_open_reading(since, until, self.now);
            self.checked.beyond = self.store.oldest_readings_beyond(self.now);
            self.checked.looked_up = Some((now, open));
        }
    }

    /// The figures are those of the time window now: where it is another one, what depends on it is looked up again.
    pub(super) fn window_counted(&mut self) {
        if self.checked.window != self.choice.window {
            let beyond = std::mem::take(&mut self.checked.beyond);
            self.checked = Checked { window: self.choice.window, beyond, ..Checked::default() };
        }
    }

    /// How old the status of a message on the way may be, where that is worth a word: `≤ 12 min`, and how loud that is.
    /// `now` is by this program's own clock.
    pub fn checked_words(&self, now: Timestamp) -> Option<(String, Role)> {
        let old = now.duration_since(self.checked.oldest?);
        let role = if old >= LATE { Role::Warning } else { Role::Muted };
        (old >= FRESH).then(|| (format!("≤ {}", age(old)), role))
    }

    /// How long ago those messages of a batch were last loaded that are on the way beyond the loaded range; `None`
    /// where there are none.
    pub fn batch_age(&self, batch: &BatchId, now: Timestamp) -> Option<SignedDuration> {
        self.checked.beyond.get(batch).map(|oldest| now.duration_since(*oldest))
    }

    /// The same in words, where it is worth them: `12 min`, and how loud that is.
    pub fn batch_age_words(&self, batch: &BatchId, now: Timestamp) -> Option<(String, Role)> {
        let old = self.batch_age(batch, now).filter(|old| *old >= FRESH)?;
        Some((age(old), if old >= LATE { Role::Warning } else { Role::Muted }))
    }
}
