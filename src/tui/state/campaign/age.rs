//! How old what is shown of a campaign is, and when that is too old.

use jiff::{SignedDuration, Timestamp};

use super::Campaign;

/// The longest interval between reads of the newest messages while the campaign is on the screen.
const IN_VIEW: SignedDuration = SignedDuration::from_secs(10);

/// The same while it is not.
const OUT_OF_VIEW: SignedDuration = SignedDuration::from_secs(30);

impl Campaign {
    /// How old the newest messages on the screen are.
    pub fn age(&self, now: Timestamp) -> Option<SignedDuration> {
        self.head_at.map(|head| now.duration_since(head).max(SignedDuration::ZERO))
    }

    /// Whether its newest messages were never loaded: then it has no figures, not even zeros. What a search
    /// found meanwhile is listed, but counts in no figure.
    pub fn is_unread(&self) -> bool {
        self.head_at.is_none()
    }

    /// Whether more is still being loaded automatically: until then its figures cover a part.
    pub fn is_loading(&self) -> bool {
        let coverage = self.store.coverage();
        let history = SignedDuration::try_from(self.settings.history).unwrap_or(SignedDuration::MAX);
        let reaches = |oldest: Timestamp| self.now.duration_since(oldest) >= history;
        coverage.gap.is_some() || !coverage.ends_here() && !coverage.oldest.is_some_and(reaches)
    }

    /// Whether they are older than twice the interval in which they are read.
    pub fn is_stale(&self, now: Timestamp, in_view: bool) -> bool {
        let interval = match &self.meter {
            // With nobody there, all campaigns share one slow rate.
            Some(meter) if meter.away => OUT_OF_VIEW.max(SignedDuration::try_from_secs_f64(1.0 / meter.rate).unwrap_or(OUT_OF_VIEW)),
            _ if in_view => IN_VIEW,
            _ => OUT_OF_VIEW,
        };
        self.age(now).is_some_and(|age| age > interval * 2)
    }
}
