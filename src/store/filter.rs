//! Which messages a list shows, and how many.

use jiff::{SignedDuration, Timestamp};

use super::attempts::NO_TIME;
use super::columns::Columns;
use super::counts::is_open;
use super::names::{FAILURE, WITH_TELCO};
use super::recipients::Needle;
use super::{RowNumber, Store};
use crate::delivery::{BatchId, RecipientQuery, Status, TELCO_SILENCE};

/// Which messages to show. Empty and `None` mean no condition, so the default shows all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// In one of these statuses.
    pub statuses: Vec<Status>,
    /// On the way, as of the view's time; with statuses given, either is enough.
    pub open: bool,
    /// Failed with one of these codes; an empty code means failures without one.
    pub errors: Vec<String>,
    /// Of one of these batches.
    pub batches: Vec<BatchId>,
    /// With these characters in the recipient.
    pub query: RecipientQuery,
    /// Created at this time or later.
    pub since: Option<Timestamp>,
    /// Created before this time.
    pub until: Option<Timestamp>,
    /// Not shown by this one.
    pub hidden_by: Option<Box<Filter>>,
    /// Shows nothing: the search is not for a number.
    pub nothing: bool,
}

impl Filter {
    /// Whether it shows everything.
    pub fn is_empty(&self) -> bool {
        *self == Filter::default()
    }

    /// The messages with the searched number that its other conditions hide; `None` if there can be none.
    pub fn hidden_from_find(&self) -> Option<Filter> {
        let rest = Filter { query: RecipientQuery::default(), ..self.clone() };
        let hides = !self.query.is_empty() && !self.nothing && !rest.is_empty();
        hides.then(|| Filter { query: self.query.clone(), hidden_by: Some(Box::new(rest)), ..Filter::default() })
    }

    /// Whether its only condition is the creation time.
    pub fn is_only_times(&self) -> bool {
        *self == Filter { since: self.since, until: self.until, ..Filter::default() }
    }
}

/// A filter in the store's numbers. Made for every use, since numbers are assigned as words come in.
pub(super) struct Sieve<'a> {
    columns: &'a Columns,
    statuses: Option<[bool; 256]>,
    /// By error number.
    errors: Option<Vec<bool>>,
    /// By batch number; batches that no message names have none.
    batches: Option<Vec<u32>>,
    needle: Option<Needle>,
    since: i64,
    until: i64,
    /// Messages with the telco since before this are silent.
    silent_before: Option<i64>,
    hidden_by: Option<Box<Sieve<'a>>>,
    nothing: bool,
}

impl<'a> Sieve<'a> {
    /// The filter at a given time, for the words that the store knows now.
    pub fn new(store: &'a Store, filter: &Filter, now: Timestamp) -> Self {
        let columns = &store.columns;
        let statuses = (!filter.statuses.is_empty()).then(|| {
            let mut wanted = [false; 256];
            for code in filter.statuses.iter().filter_map(|status| columns.names.find_status(status.api_word())) {
                wanted[usize::from(code)] = true;
            }
            wanted
        });
        let errors = (!filter.errors.is_empty()).then(|| {
            let is_wanted = |code: &str| filter.errors.iter().any(|wanted| wanted == code);
            std::iter::once(is_wanted("")).chain(columns.names.errors().map(|error| is_wanted(&error.code))).collect()
        });
        let silence = SignedDuration::try_from(TELCO_SILENCE).unwrap_or(SignedDuration::MAX);
        Self {
            columns,
            statuses,
            errors,
            batches: (!filter.batches.is_empty())
                .then(|| filter.batches.iter().filter_map(|id| columns.batches.find(id.as_str())).collect()),
            needle: (!filter.query.is_empty()).then(|| Needle::new(&filter.query)),
            since: filter.since.map_or(NO_TIME, rounded_up),
            until: filter.until.map_or(i64::MAX, rounded_up),
            silent_before: filter.open.then(|| now.saturating_sub(silence).map_or(NO_TIME, Timestamp::as_millisecond)),
            hidden_by: filter.hidden_by.as_ref().map(|hidden_by| Box::new(Self::new(store, hidden_by, now))),
            nothing: filter.nothing,
        }
    }

    /// Whether everything passes.
    pub fn is_open(&self) -> bool {
        self.statuses.is_none()
            && self.errors.is_none()
            && self.batches.is_none()
            && self.needle.is_none()
            && self.silent_before.is_none()
            && self.since == NO_TIME
            && self.until == i64::MAX
            && self.hidden_by.is_none()
            && !self.nothing
    }

    /// Whether a row is shown.
    pub fn passes(&self, row: RowNumber) -> bool {
        let at = row.index();
        let columns = self.columns;
        // The narrowest and cheapest conditions first.
        !self.nothing
            && self.status_passes(at)
            && self.errors.as_ref().is_none_or(|wanted| columns.status[at] == FAILURE && wanted[columns.error[at] as usize])
            && self.batches.as_ref().is_none_or(|wanted| wanted.contains(&columns.batch[at]))
            && (self.since..self.until).contains(&columns.created[at])
            && self.needle.as_ref().is_none_or(|needle| columns.recipients.holds(at, needle))
            && self.hidden_by.as_ref().is_none_or(|hidden_by| !hidden_by.passes(row))
    }

    fn status_passes(&self, row: usize) -> bool {
        let is_wanted = |wanted: &[bool; 256]| wanted[usize::from(self.columns.status[row])];
        match (&self.statuses, self.silent_before) {
            (statuses, None) => statuses.as_ref().is_none_or(is_wanted),
            (statuses, Some(silent_before)) => statuses.as_ref().is_some_and(is_wanted) || self.is_moving(row, silent_before),
        }
    }

    /// Whether a message is on the way and the telco is not silent.
    fn is_moving(&self, row: usize, silent_before: i64) -> bool {
        let columns = self.columns;
        is_open(columns.status[row], columns.marks[row].abroad)
            && !(columns.status[row] == WITH_TELCO && columns.created[row] < silent_before && self.is_silent(row, silent_before))
    }

    /// The creation times that pass, in milliseconds: from the first up to, but not including, the second.
    pub fn times(&self) -> (i64, i64) {
        (self.since, self.until)
    }

    fn is_silent(&self, row: usize, silent_before: i64) -> bool {
        let last_change = self.columns.tried(row).last_change;
        last_change != NO_TIME && last_change < silent_before
    }
}

/// A time rounded up to whole milliseconds.
pub(super) fn rounded_up(time: Timestamp) -> i64 {
    let milliseconds = time.as_millisecond();
    let is_before = Timestamp::from_millisecond(milliseconds).is_ok_and(|whole| whole < time);
    milliseconds + i64::from(is_before)
}

/// The bounds of a range in milliseconds, excluding the second.
pub(super) fn bounds(since: Option<Timestamp>, until: Option<Timestamp>) -> (i64, i64) {
    (since.map_or(NO_TIME, rounded_up), until.map_or(i64::MAX, rounded_up))
}

impl Store {
    /// Whether a filter shows a message at `now`.
    pub fn matches(&self, filter: &Filter, row: RowNumber, now: Timestamp) -> bool {
        Sieve::new(self, filter, now).passes(row)
    }

    /// The rows created from one time up to another, in milliseconds, newest first.
    pub(super) fn created_between(&self, from: i64, to: i64) -> impl Iterator<Item = RowNumber> + '_ {
        let created = |row: RowNumber| self.columns.created[row.index()];
        self.order.iter_after(move |row| created(row) >= to).take_while(move |row| created(*row) >= from)
    }

    /// How many covered messages were created from one time on, and before another.
    pub fn loaded_between(&self, since: Option<Timestamp>, until: Option<Timestamp>) -> usize {
        let (from, to) = bounds(since, until);
        // Their positions in the order give their number: every frame asks for it. Islands are below the end of the
        // unbroken stretch, or in its gap.
        let created = |row: RowNumber| self.columns.created[row.index()];
        let end = self.order.count_before(|row| self.reach.reaches(&self.columns, row) && self.limit.covers(&self.columns, row));
        let newer = |time: i64| self.order.count_before(|row| created(row) >= time).min(end);
        let between = |from: i64, to: i64| newer(from).saturating_sub(newer(to));
        let in_gap = self.reach.gap.map_or(0, |gap| between(from.max(gap.older.as_millisecond() + 1), to.min(gap.newer.as_millisecond())));
        between(from, to).saturating_sub(in_gap)
    }

    /// How many covered messages a filter shows at `now`. If existing counts give it, no message is looked at.
    pub fn loaded_matching(&self, filter: &Filter, now: Timestamp) -> usize {
        if let Some(known) = self.known_count(filter) {
            return known;
        }
        let sieve = Sieve::new(self, filter, now);
        let (from, to) = sieve.times();
        self.created_between(from, to).filter(|row| self.is_covered(*row) && sieve.passes(*row)).count()
    }

    fn known_count(&self, filter: &Filter) -> Option<usize> {
        let counts = self.counts();
        let rest = Filter { statuses: Vec::new(), open: false, errors: Vec::new(), ..filter.clone() };
        if !rest.is_empty() {
            return filter.is_only_times().then(|| self.loaded_between(filter.since, filter.until));
        }
        match (filter.statuses.as_slice(), filter.open, filter.errors.as_slice()) {
            ([], false, []) => Some(counts.total()),
            ([] | [Status::Failure], false, codes) if !codes.is_empty() => {
                let wanted = counts.errors.iter().filter(|error| codes.iter().any(|code| *code == *error.error.code));
                Some(wanted.map(|error| error.count).sum())
            }
            // Unknown statuses are counted together.
            ([status], false, []) if Status::KNOWN.contains(status) => Some(counts.of(status)),
            _ => None,
        }
    }
}
