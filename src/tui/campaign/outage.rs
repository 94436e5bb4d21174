//! A time without answers: how long it lasted, and when it is certain that nothing was missed.

use jiff::{SignedDuration, Timestamp};

use super::Campaign;
use crate::monitor::Connection;
use crate::postman::CallProblem;

/// A time without answers, by this program's own clock.
#[derive(Debug, Default)]
pub(in crate::tui) struct Outage {
    /// When the first call failed.
    since: Option<Timestamp>,
    /// When a call was answered again.
    until: Option<Timestamp>,
}

impl Campaign {
    /// The connection changed. Too many calls is an answer, too, and whoever pauses misses something on purpose.
    pub fn note_outage(&mut self, connection: &Connection, now: Timestamp) {
        match connection {
            Connection::Waiting { met: CallProblem::TooManyCalls, .. } => {}
            Connection::Waiting { .. } | Connection::Refused { .. } if self.head_at.is_some() => {
                self.outage.since.get_or_insert(now);
                self.outage.until = None;
            }
            Connection::Live if self.outage.since.is_some() => {
                self.outage.until.get_or_insert(now);
            }
            Connection::Paused => self.outage = Outage::default(),
            _ => {}
        }
    }

    /// How long nothing was answered; once, when answers have come again and everything since then is loaded.
    pub fn take_outage(&mut self) -> Option<SignedDuration> {
        let (since, until) = (self.outage.since?, self.outage.until?);
        let is_whole = self.head_at.is_some_and(|head| head > since) && self.store.coverage().gap.is_none();
        if !is_whole {
            return None;
        }
        self.outage = Outage::default();
        Some(until.duration_since(since))
    }
}
