//! How things are shown: colours, signs and times.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use ratatui::style::Style;

use crate::tui::text::{exact_time, short_minute, short_time};
use crate::tui::{Background, Role, Setup, Theme};

/// How many changes of the clock are remembered.
const KEPT: usize = 100;

/// How things are shown.
pub(in crate::tui) struct Look {
    /// The zone in which times are shown.
    pub zone: TimeZone,
    /// Its short name.
    pub zone_name: String,
    /// No signs outside ASCII.
    pub ascii: bool,
    /// Whether the terminal's title says how it is going.
    pub title: bool,
    /// Whether the terminal's bell may ring.
    pub bell: bool,
    /// The embedded simulator is on screen.
    pub demo: bool,
    theme: Theme,
    /// How far the time of day is ahead of the clock for waits and ages.
    ahead: SignedDuration,
    /// When it was set, and how far it was ahead before that; the oldest first.
    before: Vec<(Timestamp, SignedDuration)>,
}

impl Look {
    /// As the configuration and the environment say.
    pub fn new(setup: &Setup) -> Self {
        Self {
            zone: setup.zone.clone(),
            zone_name: setup.zone_name.clone(),
            ascii: setup.ascii,
            title: setup.title,
            bell: setup.bell,
            demo: setup.demo,
            theme: Theme::new(setup.theme.clone(), setup.depth).on(setup.background),
            ahead: SignedDuration::ZERO,
            before: Vec::new(),
        }
    }

    /// The terminal has reported its background.
    pub fn set_background(&mut self, background: Background) {
        self.theme = self.theme.clone().on(Some(background));
    }

    /// The time of day for a time of our own clock.
    pub fn of_day(&self, at: Timestamp) -> Timestamp {
        at.checked_add(self.ahead).unwrap_or(at)
    }

    /// The time of our own clock for a time of day.
    pub fn of_clock(&self, at: Timestamp) -> Timestamp {
        at.checked_sub(self.ahead).unwrap_or(at)
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

    /// A time as lists show it.
    pub fn time(&self, at: Timestamp, now: Timestamp) -> String {
        short_time(at, &self.zone, self.of_day(now))
    }

    /// The time of day for a time of this program's own clock.
    pub fn own_time(&self, at: Timestamp, now: Timestamp) -> String {
        self.time(self.of_day(at), now)
    }

    /// The time of day at which something happened, as it was then.
    pub fn happened(&self, at: Timestamp, now: Timestamp) -> String {
        self.time(self.of_that_day(at), now)
    }

    /// A time to the minute: `14:02` today, with the day on another one.
    pub fn minute(&self, at: Timestamp, now: Timestamp) -> String {
        short_minute(at, &self.zone, self.of_day(now))
    }

    /// A time as the detail shows it.
    pub fn exact(&self, at: Timestamp) -> String {
        exact_time(at, &self.zone)
    }
}
