//! How long deliveries take, and which messages take too long.

use jiff::Timestamp;

use super::counts::{Contribution, started};
use super::histogram::Histogram;
use super::{RowNumber, Store};
use crate::delivery::{Progress, Status};

/// How long deliveries take, in seconds, exact to 1.6 %; `None` if too few are delivered. From the newest attempt's
/// start to its delivery, for the covered messages; those on the way count as "longer than so far" (the Kaplan–Meier
/// estimate), failed ones and those with the telco abroad do not count.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Latency {
    /// Half are delivered within this.
    pub p50: Option<f64>,
    /// 95 of 100 are delivered within this.
    pub p95: Option<f64>,
    /// 99 of 100 are delivered within this.
    pub p99: Option<f64>,
    /// How many were on the way.
    pub open: usize,
    /// How many were delivered.
    pub delivered: usize,
}

impl Latency {
    fn of(deliveries: &Histogram, waiting: &Histogram) -> Self {
        let reached = deliveries.reached([0.50, 0.95, 0.99], waiting);
        let [p50, p95, p99] = reached.map(|reached| reached.map(|milliseconds| milliseconds as f64 / 1000.0));
        Self { p50, p95, p99, open: waiting.total(), delivered: deliveries.total() }
    }
}

/// Messages that should have gone on by now, newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stuck {
    /// With the telco for more than 48 h, numbers of Singapore only.
    pub with_telco: Vec<RowNumber>,
    /// Created, queued or sending for more than ten minutes and more than the campaign's own p99.
    pub before_provider: Vec<RowNumber>,
}

/// Nothing counts as stuck before the provider until this, in seconds.
const PATIENCE: f64 = 600.0;

impl Store {
    /// How long deliveries take, for the covered messages. The cost grows with the messages on the way, some 0.1 µs
    /// each: for a figure on the screen it is enough to ask every few seconds.
    pub fn latency(&self, now: Timestamp) -> Latency {
        let mut waiting = Histogram::default();
        self.tally.open.iter().filter_map(|row| self.started(row)).for_each(|started| waiting.add(now.as_millisecond() - started));
        Latency::of(&self.tally.deliveries, &waiting)
    }

    /// How long deliveries take among these rows, covered or not: for a window or a batch, on request.
    pub fn latency_of(&self, rows: impl Iterator<Item = RowNumber>, now: Timestamp) -> Latency {
        let (mut deliveries, mut waiting) = (Histogram::default(), Histogram::default());
        for row in rows {
            let at = row.index();
            let standing = Contribution::of(&self.columns, at, &self.columns.tried(at));
            if let Some(after) = standing.delivered_after {
                deliveries.add(after);
            } else if let Some(started) = self.started(row).filter(|_| standing.open) {
                waiting.add(now.as_millisecond() - started);
            }
        }
        Latency::of(&deliveries, &waiting)
    }

    /// The covered messages that should have gone on by `now`. The cost is that of
    /// [`Store::latency`]: ask every few seconds, not for each frame.
    pub fn stuck(&self, now: Timestamp) -> Stuck {
        let mut stuck = Stuck::default();
        let patience = self.latency(now).p99.unwrap_or_default().max(PATIENCE) * 1000.0;
        let old_enough = now.as_millisecond().saturating_sub((PATIENCE * 1000.0) as i64);
        for row in self.tally.open.iter() {
            // Nothing starts before it is created, so young ones need no closer look.
            if self.columns.created[row.index()] > old_enough {
                continue;
            }
            match self.status(row) {
                Some(Status::SentToTelco) if self.progress(row, now) == Progress::Silent => stuck.with_telco.push(row),
                Some(Status::Created | Status::Enqueued | Status::Sending)
                    if self.started(row).is_some_and(|started| (now.as_millisecond() - started) as f64 > patience) =>
                {
                    stuck.before_provider.push(row);
                }
                _ => {}
            }
        }
        for rows in [&mut stuck.with_telco, &mut stuck.before_provider] {
            rows.sort_unstable_by(|left, right| self.columns.newest_first(*left, *right));
        }
        stuck
    }

    /// Since when a message has been on the way, in milliseconds.
    fn started(&self, row: RowNumber) -> Option<i64> {
        let at = row.index();
        started(&self.columns, at, &self.columns.tried(at))
    }
}
