//! The menu of statuses. What is ticked is a draft until Enter; Esc leaves the list as it was.

use super::FilterChoice;
use crate::delivery::Status;

/// A line of the menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::tui) enum Line {
    /// Everything.
    Everything,
    /// Only what may still change.
    Open,
    /// Only failures.
    Failed,
    /// One status, to be ticked along with others.
    Status(Status),
}

/// The menu while it is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::tui) struct FilterMenu {
    /// The line with the cursor.
    pub cursor: usize,
    ticked: Vec<Status>,
    /// Whether a tick was changed since the menu was opened.
    touched: bool,
    /// The line with the cursor when the menu was opened.
    opened_on: usize,
}

impl FilterMenu {
    /// The lines, top to bottom.
    pub const LINES: [Line; 10] = [
        Line::Everything,
        Line::Failed,
        Line::Open,
        Line::Status(Status::Created),
        Line::Status(Status::Enqueued),
        Line::Status(Status::Sending),
        Line::Status(Status::Sent),
        Line::Status(Status::SentToTelco),
        Line::Status(Status::Success),
        Line::Status(Status::Failure),
    ];

    /// The menu on what the list shows now.
    pub fn new(choice: &FilterChoice) -> Self {
        let line = match choice {
            FilterChoice { open_only: true, .. } => Line::Open,
            FilterChoice { statuses, .. } if statuses.is_empty() => Line::Everything,
            FilterChoice { statuses, .. } if *statuses == [Status::Failure] => Line::Failed,
            FilterChoice { statuses, .. } => Line::Status(statuses[0].clone()),
        };
        let cursor = Self::LINES.iter().position(|known| *known == line).unwrap_or(0);
        Self { cursor, ticked: choice.statuses.clone(), touched: false, opened_on: cursor }
    }

    /// Whether a status is ticked.
    pub fn is_ticked(&self, status: &Status) -> bool {
        self.ticked.contains(status)
    }

    /// Whether nothing was chosen since the menu was opened: then it says what the list shows.
    pub fn is_as_opened(&self) -> bool {
        !self.touched && self.cursor == self.opened_on
    }

    /// Moves the cursor; it stops at the ends.
    pub fn go(&mut self, steps: isize) {
        self.cursor = self.cursor.saturating_add_signed(steps).min(Self::LINES.len() - 1);
    }

    /// Ticks the status under the cursor, or takes its tick away.
    pub fn toggle(&mut self) {
        let Some(Line::Status(status)) = Self::LINES.get(self.cursor) else { return };
        self.touched = true;
        match self.ticked.iter().position(|known| known == status) {
            Some(place) => {
                self.ticked.remove(place);
            }
            None => self.ticked.push(status.clone()),
        }
    }

    /// What Enter chooses: what is ticked where a tick was changed, else the line under the
    /// cursor alone.
    pub fn choice(&self) -> FilterChoice {
        let only = |status: &Status| FilterChoice { statuses: vec![status.clone()], ..FilterChoice::default() };
        match Self::LINES.get(self.cursor) {
            Some(Line::Open) => FilterChoice { open_only: true, ..FilterChoice::default() },
            Some(Line::Failed) => only(&Status::Failure),
            Some(Line::Status(_)) if self.touched => {
                // In the order of a message's life, whatever the order of ticking.
                let statuses = Status::KNOWN.into_iter().filter(|status| self.is_ticked(status)).collect();
                FilterChoice { statuses, ..FilterChoice::default() }
            }
            Some(Line::Status(status)) => only(status),
            Some(Line::Everything) | None => FilterChoice::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn enter_takes_the_line_or_what_was_ticked() {
        let mut menu = FilterMenu::new(&FilterChoice::default());
        assert_eq!(menu.choice(), FilterChoice::default());
        menu.go(1);
        assert_eq!(menu.choice().statuses, [Status::Failure]);
        menu.go(99);
        menu.toggle();
        menu.go(-4);
        menu.toggle();
        assert_eq!(menu.choice().statuses, [Status::Sending, Status::Failure]);
    }

    #[test]
    fn a_menu_that_was_not_touched_stands_for_what_is_shown() {
        let mut menu = FilterMenu::new(&FilterChoice { statuses: vec![Status::Failure], ..FilterChoice::default() });
        assert!(menu.is_as_opened());
        menu.go(1);
        assert!(!menu.is_as_opened());
        menu.go(-1);
        assert!(menu.is_as_opened());
        menu.toggle();
        assert!(menu.is_as_opened(), "this line has no tick");
        menu.go(99);
        menu.toggle();
        menu.toggle();
        menu.go(-8);
        assert!(!menu.is_as_opened(), "ticks were looked at");
    }

    #[test]
    fn a_menu_opens_on_what_is_shown() {
        let open = FilterChoice { open_only: true, ..FilterChoice::default() };
        assert_eq!(FilterMenu::new(&open).choice(), open);
        let two = FilterChoice { statuses: vec![Status::Sent, Status::Failure], ..FilterChoice::default() };
        let mut menu = FilterMenu::new(&two);
        menu.toggle();
        assert_eq!(menu.choice().statuses, [Status::Failure]);
    }
}
