//! Reports of the mouse that arrive in pieces.
//!
//! Crossterm 0.29 tells a report whose first byte travels alone as Esc and then its letters: `[`, `<`,
//! digits. As keys they would lead to other views and campaigns. So while the mouse is listened to, an
//! Esc waits for what may come behind it, and such a report is dropped whole.

use std::collections::VecDeque;
use std::time::Duration;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind};

/// For how long an Esc may be the first byte of a report: pieces of one follow each other more closely,
/// and fingers do not feel it.
const ESC_ALONE: Duration = Duration::from_millis(25);

/// What is begun and does not go on for so long is no report.
const LONGEST_GAP: Duration = Duration::from_secs(2);

/// More than any report has: `Esc[<65;9999;9999M`.
const LONGEST: usize = 20;

/// Takes pieces of reports out of the terminal's events. Times are counted from any fixed moment.
#[derive(Debug, Default)]
pub(super) struct Reports {
    part: Vec<KeyEvent>,
    /// When its newest piece came.
    last: Duration,
    passed: VecDeque<Event>,
}

impl Reports {
    /// Takes in an event; what passes comes from [`Reports::next`].
    pub fn take(&mut self, event: Event, now: Duration) {
        self.expire(now);
        let key = match event {
            Event::Key(key) if key.kind == KeyEventKind::Press => key,
            event => {
                self.pass();
                self.passed.push_back(event);
                return;
            }
        };
        let goes_on = match (self.part.len(), key.code) {
            (0, KeyCode::Esc) | (1, KeyCode::Char('[')) | (2, KeyCode::Char('<')) => true,
            (3..LONGEST, KeyCode::Char('0'..='9' | ';')) => true,
            (3..LONGEST, KeyCode::Char('M' | 'm')) => {
                self.part.clear();
                return;
            }
            _ => false,
        };
        if goes_on {
            self.part.push(key);
            self.last = now;
            return;
        }
        self.pass();
        if key.code == KeyCode::Esc {
            self.part.push(key);
            self.last = now;
        } else {
            self.passed.push_back(Event::Key(key));
        }
    }

    /// What passes at `now`.
    pub fn next(&mut self, now: Duration) -> Option<Event> {
        self.expire(now);
        self.passed.pop_front()
    }

    /// When [`Reports::next`] has something, if no event comes before.
    pub fn due(&self) -> Option<Duration> {
        matches!(self.part.len(), 1 | 2).then_some(self.last + ESC_ALONE)
    }

    /// What was begun was a person's.
    fn pass(&mut self) {
        self.passed.extend(self.part.drain(..).map(Event::Key));
    }

    fn expire(&mut self, now: Duration) {
        let gap = now.saturating_sub(self.last);
        match self.part.len() {
            1 | 2 if gap >= ESC_ALONE => self.pass(),
            3.. if gap >= LONGEST_GAP => self.part.clear(),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use crossterm::event::KeyModifiers;

    use super::*;

    fn event(code: KeyCode) -> Event {
        Event::Key(KeyEvent::new(code, KeyModifiers::NONE))
    }

    /// What passes of these keys, one each millisecond; `\x1b` is Esc.
    fn passed(reports: &mut Reports, keys: &str, from: u64) -> String {
        let mut text = String::new();
        for (place, letter) in keys.chars().enumerate() {
            let now = Duration::from_millis(from + place as u64);
            let code = if letter == '\x1b' { KeyCode::Esc } else { KeyCode::Char(letter) };
            reports.take(event(code), now);
            text.push_str(&drained(reports, now));
        }
        text
    }

    fn drained(reports: &mut Reports, now: Duration) -> String {
        let letter = |event| match event {
            Event::Key(KeyEvent { code: KeyCode::Char(letter), .. }) => letter,
            _ => '\x1b',
        };
        std::iter::from_fn(|| reports.next(now)).map(letter).collect()
    }

    #[test]
    fn a_report_in_pieces_is_no_keys() {
        let mut reports = Reports::default();
        assert_eq!(passed(&mut reports, "j\x1b[<0;10;5Mk\x1b[<65;120;36mq", 0), "jkq");
    }

    #[test]
    fn keys_of_a_person_pass() {
        let mut reports = Reports::default();
        assert_eq!(passed(&mut reports, "\x1bj\x1b\x1b[2", 0), "\x1bj\x1b\x1b[2");
        assert_eq!(passed(&mut reports, "\x1b", 100), "");
        assert_eq!(reports.due(), Some(Duration::from_millis(125)));
        assert_eq!(drained(&mut reports, Duration::from_millis(124)), "");
        assert_eq!(drained(&mut reports, Duration::from_millis(125)), "\x1b");
        assert_eq!(reports.due(), None);
    }

    #[test]
    fn half_a_report_is_dropped_in_time() {
        let mut reports = Reports::default();
        assert_eq!(passed(&mut reports, "\x1b[<0;10", 0), "");
        assert_eq!(passed(&mut reports, "j", 3_000), "j");
    }
}
