//! The same figures for one span of time after another, as charts show them.

use jiff::Timestamp;

use super::{BegunMinute, BegunTally, Classes, MINUTE, minute_of, minutes};
use crate::delivery::Station;
use crate::store::histogram::{self, Histogram};
use crate::store::{Latency, Store};

/// What became of the covered messages whose newest attempt began in one span of time.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct BegunSpan {
    /// How many are in each class.
    pub classes: Classes,
    /// How long the deliveries took, those on the way counted in.
    pub latency: Latency,
}

/// How long deliveries took, and how long others have been waiting so far.
#[derive(Default)]
pub(super) struct Durations {
    deliveries: Histogram,
    waiting: Histogram,
}

impl Durations {
    /// Counts those that began in a minute; `now` is in milliseconds. How long others have waited is known to the minute.
    pub(super) fn count(&mut self, at: i64, minute: &BegunMinute, now: i64) {
        minute.took().for_each(|(step, count)| self.deliveries.add_many(step, count));
        let open = minute.at(Station::BeforeTelco) + minute.at(Station::WithTelco);
        // In the middle of that part of the minute which has passed.
        let waited = now - at * MINUTE;
        self.waiting.add_many(histogram::step(waited - waited.clamp(0, MINUTE) / 2), open);
    }

    pub(super) fn latency(&self) -> Latency {
        Latency::of(&self.deliveries, &self.waiting)
    }
}

impl BegunTally {
    /// The first minute in which a message began.
    fn first(&self) -> Option<i64> {
        self.minutes.keys().next().copied()
    }
}

impl Store {
    /// The minute in which the first of the covered messages began; `None` without one that has a time.
    pub fn first_begun(&self) -> Option<Timestamp> {
        Timestamp::from_millisecond(self.tally.begun.first()? * MINUTE).ok()
    }

    /// The covered messages by when their newest attempt began: a span from each of `starts`, which rise, to the next one,
    /// and the last one until before `until`. In whole minutes, as in [`Store::classes`], whose sum they are. The cost
    /// grows with the minutes, not with the messages.
    pub fn begun_in_spans(&self, starts: &[Timestamp], until: Option<Timestamp>, now: Timestamp) -> Vec<BegunSpan> {
        let (patience, current) = (self.patience(now), minute_of(now.as_millisecond()));
        let ends = starts.iter().skip(1).copied().map(Some).chain([until]);
        let span = |(start, end): (&Timestamp, Option<Timestamp>)| {
            let (mut classes, mut durations) = (Classes::default(), Durations::default());
            let minutes = minutes(Some(*start), end);
            for (at, minute) in self.tally.begun.minutes.range(minutes.start..minutes.end.max(minutes.start)) {
                for (station, count) in minute.stations() {
                    classes.add(station.class(Some(current - at), patience), count);
                }
                durations.count(*at, minute, now.as_millisecond());
            }
            BegunSpan { classes, latency: durations.latency() }
        };
        starts.iter().zip(ends).map(span).collect()
    }
}
