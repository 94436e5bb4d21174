//! Which messages a list shows, and how many.

use jiff::Timestamp;

use super::attempts::NO_TIME;
use super::begun;
use super::columns::Columns;
use super::counts::{MINUTE, minute_of};
use super::names::FAILURE;
use super::recipients::Needle;
use super::{RowNumber, Store};
use crate::delivery::{BatchId, Class, Patience, RecipientQuery, Status};

/// Which messages to show. Empty and `None` mean no condition, so the default shows all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// In one of these statuses.
    pub statuses: Vec<Status>,
    /// In one of these classes, as of the view's time; with statuses given, either is enough.
    pub classes: Vec<Class>,
    /// Failed with one of these codes; an empty code means failures without one.
    pub errors: Vec<String>,
    /// Of one of these batches.
    pub batches: Vec<BatchId>,
    /// With these characters in the recipient.
    pub query: RecipientQuery,
    /// The newest attempt began in this minute or later.
    pub since: Option<Timestamp>,
    /// The newest attempt began before this minute.
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

    /// Whether what it shows changes with time alone: what is on the way may become overdue.
    pub fn follows_clock(&self) -> bool {
        !self.classes.is_empty() || self.hidden_by.as_deref().is_some_and(Filter::follows_clock)
    }

    /// Whether its only condition is the time.
    pub fn is_only_times(&self) -> bool {
        *self == Filter { since: self.since, until: self.until, ..Filter::default() }
    }
}

/// A filter in the store's numbers. Made for every use, since numbers are assigned as words come in.
pub(super) struct Sieve<'a> {
    store: &'a Store,
    columns: &'a Columns,
    statuses: Option<[bool; 256]>,
    classes: Option<WantedClasses>,
    /// By error number.
    errors: Option<Vec<bool>>,
    /// By batch number; batches that no message names have none.
    batches: Option<Vec<u32>>,
    needle: Option<Needle>,
    since: i64,
    until: i64,
    hidden_by: Option<Box<Sieve<'a>>>,
    nothing: bool,
}

/// Classes at a minute.
struct WantedClasses {
    wanted: [bool; Class::ALL.len()],
    now: i64,
    patience: Patience,
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
        let classes = (!filter.classes.is_empty()).then(|| WantedClasses {
            wanted: Class::ALL.map(|class| filter.classes.contains(&class)),
            now: minute_of(now.as_millisecond()),
            patience: store.patience(now),
        });
        let (since, until) = bounds(filter.since, filter.until);
        Self {
            store,
            columns,
            statuses,
            classes,
            errors,
            batches: (!filter.batches.is_empty())
                .then(|| filter.batches.iter().filter_map(|id| columns.batches.find(id.as_str())).collect()),
            needle: (!filter.query.is_empty()).then(|| Needle::new(&filter.query)),
            since,
            until,
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
            && self.classes.is_none()
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
            && self.status_passes(row)
            && self.errors.as_ref().is_none_or(|wanted| columns.status[at] == FAILURE && wanted[columns.error[at] as usize])
            && self.batches.as_ref().is_none_or(|wanted| wanted.contains(&columns.batch[at]))
            && self.time_passes(row)
            && self.needle.as_ref().is_none_or(|needle| columns.recipients.holds(at, needle))
            && self.hidden_by.as_ref().is_none_or(|hidden_by| !hidden_by.passes(row))
    }

    fn status_passes(&self, row: RowNumber) -> bool {
        let in_status = |wanted: &[bool; 256]| wanted[usize::from(self.columns.status[row.index()])];
        let in_class = |it: &WantedClasses| it.wanted[begun::class(self.store, row, it.now, it.patience) as usize];
        match (&self.statuses, &self.classes) {
            (None, None) => true,
            (statuses, classes) => statuses.as_ref().is_some_and(in_status) || classes.as_ref().is_some_and(in_class),
        }
    }

    /// Whether the newest attempt began in the window: a message without a time is in none. Mostly that is the minute of
    /// the creation, and needs no look at the attempts.
    fn time_passes(&self, row: RowNumber) -> bool {
        if (self.since, self.until) == (NO_TIME, i64::MAX) {
            return true;
        }
        let passes = |time: i64| time != NO_TIME && (self.since..self.until).contains(&time);
        if !self.columns.retried.contains(row) {
            return passes(self.columns.created[row.index()]);
        }
        passes(self.store.started(row).unwrap_or(NO_TIME))
    }

    /// The times that pass, in milliseconds: from the first up to, but not including, the second.
    pub fn times(&self) -> (i64, i64) {
        (self.since, self.until)
    }
}

/// The bounds of a window in milliseconds, excluding the second: both rounded down to a minute.
pub(super) fn bounds(since: Option<Timestamp>, until: Option<Timestamp>) -> (i64, i64) {
    let minute = |time: Timestamp| minute_of(time.as_millisecond()) * MINUTE;
    (since.map_or(NO_TIME, minute), until.map_or(i64::MAX, minute))
}

impl Store {
    /// Whether a filter shows a message at `now`.
    pub fn matches(&self, filter: &Filter, row: RowNumber, now: Timestamp) -> bool {
        Sieve::new(self, filter, now).passes(row)
    }

    /// The rows whose newest attempt can have begun from one time up to another, in milliseconds, newest first, then
    /// older ones that were retried. A few others may be among them.
    pub(super) fn begun_between(&self, from: i64, to: i64) -> impl Iterator<Item = RowNumber> + '_ {
        let created = |row: RowNumber| self.columns.created[row.index()];
        let in_order = self.order.iter_after(move |row| created(row) >= to).take_while(move |row| created(*row) >= from);
        let is_retried = move |row: &RowNumber| {
            // One without any time is in a window or not by whether there is one.
            let is_in = self.started(*row).is_none_or(|started| (from..to).contains(&started));
            !(from..to).contains(&created(*row)) && is_in
        };
        in_order.chain(self.columns.retried.iter().filter(is_retried))
    }

    /// How many covered messages began from one minute on, and before another.
    pub fn loaded_between(&self, since: Option<Timestamp>, until: Option<Timestamp>) -> usize {
        if since.is_none() && until.is_none() {
            return self.counts().total();
        }
        self.tally.begun.stations(begun::minutes(since, until)).map(|(_, _, count)| count).sum()
    }

    /// How many covered messages a filter shows at `now`. If existing counts give it, no message is looked at.
    pub fn loaded_matching(&self, filter: &Filter, now: Timestamp) -> usize {
        if let Some(known) = self.known_count(filter, now) {
            return known;
        }
        let sieve = Sieve::new(self, filter, now);
        let (from, to) = sieve.times();
        self.begun_between(from, to).filter(|row| self.is_covered(*row) && sieve.passes(*row)).count()
    }

    fn known_count(&self, filter: &Filter, now: Timestamp) -> Option<usize> {
        let counts = self.counts();
        let (since, until) = (filter.since, filter.until);
        if !filter.errors.is_empty()
            && matches!(filter.statuses.as_slice(), [] | [Status::Failure])
            && *filter == (Filter { statuses: filter.statuses.clone(), errors: filter.errors.clone(), since, until, ..Filter::default() })
        {
            let wanted = self.errors(since, until);
            let wanted = wanted.iter().filter(|error| filter.errors.iter().any(|code| *code == *error.error.code));
            return Some(wanted.map(|error| error.count).sum());
        }
        if *filter == (Filter { classes: filter.classes.clone(), since, until, ..Filter::default() }) && !filter.classes.is_empty() {
            let wanted: Vec<Class> = Class::ALL.into_iter().filter(|class| filter.classes.contains(class)).collect();
            return Some(self.classes(since, until, now).of(&wanted));
        }
        if filter.is_only_times() {
            return Some(self.loaded_between(since, until));
        }
        match filter.statuses.as_slice() {
            // Unknown statuses are counted together.
            [status] if Status::KNOWN.contains(status) => {
                let is_status_alone = *filter == (Filter { statuses: filter.statuses.clone(), ..Filter::default() });
                is_status_alone.then(|| counts.of(status))
            }
            _ => None,
        }
    }
}
