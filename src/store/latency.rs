//! How long deliveries take.

use jiff::Timestamp;

use super::attempts::time;
use super::counts::{Contribution, started};
use super::histogram::Histogram;
use super::{RowNumber, Store};

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
    pub(super) fn of(deliveries: &Histogram, waiting: &Histogram) -> Self {
        let reached = deliveries.reached([0.50, 0.95, 0.99], waiting);
        let [p50, p95, p99] = reached.map(|reached| reached.map(|milliseconds| milliseconds as f64 / 1000.0));
        Self { p50, p95, p99, open: waiting.total(), delivered: deliveries.total() }
    }
}

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
            if let Some(after) = standing.delivered_after() {
                deliveries.add(after);
            } else if let Some(started) = self.started(row).filter(|_| standing.open) {
                waiting.add(now.as_millisecond() - started);
            }
        }
        Latency::of(&deliveries, &waiting)
    }

    /// When the newest attempt of a message began: by this it is in a window of time.
    pub fn began(&self, row: RowNumber) -> Option<Timestamp> {
        time(self.started(row)?)
    }

    /// Since when a message has been on the way, in milliseconds.
    pub(super) fn started(&self, row: RowNumber) -> Option<i64> {
        let at = row.index();
        started(&self.columns, at, &self.columns.tried(at))
    }
}
