//! How things are shown, fixed at the start.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use ratatui::style::Style;

use crate::tui::{Role, Theme};

/// How many changes of the clock are remembered.
const KEPT: usize = 100;

/// How things are shown, fixed at the start.
pub(in crate::tui) struct Look {
    /// The zone in which times are shown.
    pub zone: TimeZone,
    /// Its short name.
    pub zone_name: String,
    /// How far the time of day is ahead of the clock for waits and ages.
    pub ahead: SignedDuration,
    /// When it was set, and how far it was ahead before that; the oldest first.
    pub before: Vec<(Timestamp, SignedDuration)>,
    /// The colours.
    pub theme: Theme,
    /// No signs outside ASCII.
    pub ascii: bool,
    /// Whether the terminal's bell may ring.
    pub bell: bool,
    /// The embedded simulator is on screen.
    pub demo: bool,
}

impl Look {
    /// The time of day for a time of our own clock.
    pub fn of_day(&self, at: Timestamp) -> Timestamp {
        at.checked_add(self.ahead).unwrap_or(at)
    }

    /// The time of day that it was at a moment of our own clock. What has happened keeps its time, whatever the clock
    /// is set to afterwards.
    pub fn of_that_day(&self, at: Timestamp) -> Timestamp {
        let ahead = self.before.iter().find(|(set_at, _)| at <= *set_at).map_or(self.ahead, |(_, ahead)| *ahead);
        at.checked_add(ahead).unwrap_or(at)
    }

    /// The time of day was set at `now`. How far it was ahead before.
    pub fn set_ahead(&mut self, ahead: SignedDuration, now: Timestamp) -> SignedDuration {
        let before = std::mem::replace(&mut self.ahead, ahead);
        // A clock that is set again and again must not fill the memory.
        if self.before.len() >= KEPT {
            self.before.remove(0);
        }
        self.before.push((now, before));
        before
    }

    /// How something with that meaning looks.
    pub fn style(&self, role: Role) -> Style {
        self.theme.style(role)
    }
}
