//! How things are shown, settled at the start.

use jiff::tz::TimeZone;
use ratatui::style::Style;

use crate::tui::{Role, Theme};

/// How things are shown, settled at the start.
pub(in crate::tui) struct Look {
    /// The zone in which times are shown.
    pub zone: TimeZone,
    /// Its short name.
    pub zone_name: String,
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
    /// How something with that meaning looks.
    pub fn style(&self, role: Role) -> Style {
        self.theme.style(role)
    }
}
