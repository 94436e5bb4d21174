//! How things are shown, settled at the start.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use ratatui::style::Style;

use crate::tui::{Role, Theme};

/// How things are shown, settled at the start.
pub(in crate::tui) struct Look {
    /// The zone in which times are shown.
    pub zone: TimeZone,
    /// Its short name.
    pub zone_name: String,
    /// How far the time of day is ahead of the time by which waits and ages go.
    pub ahead: SignedDuration,
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
    /// The time of day of a time of our own.
    pub fn of_day(&self, at: Timestamp) -> Timestamp {
        at.checked_add(self.ahead).unwrap_or(at)
    }

    /// How something with that meaning looks.
    pub fn style(&self, role: Role) -> Style {
        self.theme.style(role)
    }
}
