//! Which messages a list shows.

use jiff::{SignedDuration, Timestamp};

use super::columns::Columns;
use super::names::{FAILURE, WITH_TELCO};
use super::recipients::Needle;
use super::tally::is_open;
use super::tries::NO_TIME;
use super::{RowNumber, Store};
use crate::delivery::{BatchId, RecipientQuery, Status, TELCO_SILENCE};

/// What a message must be to be shown. Empty and `None` ask for nothing, so the default shows all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// One of these statuses.
    pub statuses: Vec<Status>,
    /// Only messages of which more is to be expected, as of the view's time.
    pub open_only: bool,
    /// In failure with one of these codes; an empty code asks for failures without one.
    pub errors: Vec<String>,
    /// Of this batch.
    pub batch: Option<BatchId>,
    /// With these characters in the recipient.
    pub query: RecipientQuery,
    /// Created at this time or later.
    pub since: Option<Timestamp>,
    /// Created before this time.
    pub until: Option<Timestamp>,
}

impl Filter {
    /// Whether it shows everything.
    pub fn is_empty(&self) -> bool {
        *self == Filter::default()
    }
}

/// A filter in the store's numbers. Made anew for every use, since numbers are given as words
/// come in.
pub(super) struct Sieve<'a> {
    columns: &'a Columns,
    statuses: Option<[bool; 256]>,
    /// By error number.
    errors: Option<Vec<bool>>,
    /// `Some(None)` for a batch that no message names.
    batch: Option<Option<u32>>,
    needle: Option<Needle>,
    since: i64,
    until: i64,
    /// Messages that the telco had before this are silent.
    silent_before: Option<i64>,
}

impl<'a> Sieve<'a> {
    /// The filter at a time, for the words that the store knows by now.
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
            batch: filter.batch.as_ref().map(|id| columns.batches.find(id.as_str())),
            needle: (!filter.query.is_empty()).then(|| Needle::new(&filter.query)),
            since: filter.since.map_or(NO_TIME, rounded_up),
            until: filter.until.map_or(i64::MAX, rounded_up),
            silent_before: filter.open_only.then(|| now.saturating_sub(silence).map_or(NO_TIME, Timestamp::as_millisecond)),
        }
    }

    /// Whether everything passes.
    pub fn is_open(&self) -> bool {
        self.statuses.is_none()
            && self.errors.is_none()
            && self.batch.is_none()
            && self.needle.is_none()
            && self.silent_before.is_none()
            && self.since == NO_TIME
            && self.until == i64::MAX
    }

    /// Whether a row is shown.
    pub fn passes(&self, row: RowNumber) -> bool {
        let at = row.index();
        let columns = self.columns;
        // The narrowest and cheapest questions first.
        self.statuses.as_ref().is_none_or(|wanted| wanted[usize::from(columns.status[at])])
            && self.errors.as_ref().is_none_or(|wanted| columns.status[at] == FAILURE && wanted[columns.error[at] as usize])
            && self.batch.is_none_or(|wanted| wanted == Some(columns.batch[at]))
            && (self.since..self.until).contains(&columns.created[at])
            && self.needle.as_ref().is_none_or(|needle| columns.recipients.holds(at, needle))
            && self.silent_before.is_none_or(|silent_before| {
                is_open(columns.status[at], columns.marks[at].abroad)
                    && !(columns.status[at] == WITH_TELCO && columns.created[at] < silent_before && self.is_silent(at, silent_before))
            })
    }

    fn is_silent(&self, row: usize, silent_before: i64) -> bool {
        let last_change = self.columns.tried(row).last_change;
        last_change != NO_TIME && last_change < silent_before
    }
}

/// The first whole millisecond that is not before a time.
fn rounded_up(time: Timestamp) -> i64 {
    let milliseconds = time.as_millisecond();
    let is_before = Timestamp::from_millisecond(milliseconds).is_ok_and(|whole| whole < time);
    milliseconds + i64::from(is_before)
}

impl Store {
    /// Whether a message is shown by a filter at `now`.
    pub fn matches(&self, filter: &Filter, row: RowNumber, now: Timestamp) -> bool {
        Sieve::new(self, filter, now).passes(row)
    }
}
