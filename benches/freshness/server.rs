//! A server's list with its changes, and how late each was seen.

use std::ops::Range;

use jiff::{SignedDuration, Timestamp};
use postwatch::delivery::MessageId;
use postwatch::monitor::{PageSeen, SeenMessage, Stage};
use postwatch::postman::{Cursor, Position};

use super::mixes::{Mix, Planned};

/// No message on the way may wait longer, in seconds.
const LONGEST_WAIT_S: f64 = 15.0 * 60.0;

/// The moment this many seconds after the mix began.
pub fn at(second: f64) -> Timestamp {
    let begin = Timestamp::constant(1_900_000_000, 0);
    begin + SignedDuration::from_millis((second * 1000.0) as i64)
}

/// The server during one run.
pub struct Server<'a> {
    mix: &'a Mix,
    calls_per_second: f64,
    states: Vec<State>,
    late_s: f64,
    seen: u64,
    longest_s: f64,
    of_limit: f64,
}

/// What the reader knows of a message.
#[derive(Clone, Copy)]
struct State {
    /// How many of its changes were seen.
    seen: usize,
    /// When it was last read.
    read_s: f64,
}

/// The measurement.
pub struct Measured {
    pub mean_s: f64,
    pub longest_s: f64,
    pub of_limit: f64,
}

impl<'a> Server<'a> {
    pub fn new(mix: &'a Mix, calls_per_second: f64) -> Self {
        let states = vec![State { seen: 0, read_s: f64::NAN }; mix.messages.len()];
        Self { mix, calls_per_second, states, late_s: 0.0, seen: 0, longest_s: 0.0, of_limit: 0.0 }
    }

    /// How many messages there are, oldest first.
    pub fn recorded(&self, now_s: f64) -> usize {
        self.mix.messages.partition_point(|message| message.created_s() <= now_s)
    }

    /// A message's plan; 0 is the oldest.
    pub fn message(&self, place: usize) -> &'a Planned {
        &self.mix.messages[place]
    }

    /// The answer to a call. Its content counts as seen.
    pub fn page(&mut self, position: &Position, limit: usize, now_s: f64) -> PageSeen {
        let end = match position {
            Position::After(cursor) => cursor.as_str().parse().unwrap_or(0),
            _ => self.recorded(now_s),
        };
        let start = end.saturating_sub(limit);
        self.see(start..end, now_s);
        let rows: Vec<SeenMessage> = (start..end).rev().map(|place| self.row(place, now_s)).collect();
        PageSeen { end: (!rows.is_empty()).then(|| Cursor::new(start.to_string())), has_next: start > 0, rows, asked_at: at(now_s) }
    }

    fn row(&self, place: usize, now_s: f64) -> SeenMessage {
        let message = self.message(place);
        let change = message.change(now_s);
        let changed = at(change.at_s);
        SeenMessage {
            id: MessageId::new(format!("message_{place}")),
            created_at: Some(at(message.created_s())),
            open: change.stage.map(|_| changed),
            stage: change.stage.unwrap_or(Stage::Other),
            silent: false,
            failed: change.failed.then_some(changed),
        }
    }

    /// Reads a stretch of messages: how late their changes are seen, and how long each waited.
    pub fn see(&mut self, places: Range<usize>, now_s: f64) {
        // Most of them were read together, so their allowed wait is the same.
        let mut may: Option<(f64, f64)> = None;
        for place in places.clone() {
            let state = self.states[place];
            let was_open = state.seen > 0 && self.mix.messages[place].changes[state.seen - 1].stage.is_some();
            if was_open && state.read_s >= self.mix.begin_s {
                let (_, limit) = may.filter(|(since, _)| *since == state.read_s).unwrap_or_else(|| {
                    let limit = self.mix.longest_wait_s(&places, state.read_s, now_s, self.calls_per_second);
                    (state.read_s, limit.min(LONGEST_WAIT_S))
                });
                may = Some((state.read_s, limit));
                let waited = now_s - state.read_s;
                self.longest_s = self.longest_s.max(waited);
                self.of_limit = self.of_limit.max(waited / limit);
            }
            self.see_one(place, now_s);
        }
    }

    fn see_one(&mut self, place: usize, now_s: f64) {
        let state = &mut self.states[place];
        while let Some(change) = self.mix.messages[place].changes.get(state.seen).filter(|change| change.at_s <= now_s) {
            state.seen += 1;
            if (self.mix.begin_s..self.mix.end_s).contains(&change.at_s) {
                self.late_s += now_s - change.at_s;
                self.seen += 1;
            }
        }
        state.read_s = now_s;
    }

    /// The measurement; changes that were never seen count until the end.
    pub fn measured(mut self) -> Measured {
        for place in 0..self.recorded(self.mix.end_s) {
            self.see_one(place, self.mix.end_s);
        }
        Measured { mean_s: self.late_s / self.seen.max(1) as f64, longest_s: self.longest_s, of_limit: self.of_limit }
    }
}
