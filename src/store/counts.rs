//! How many of the covered messages are in which status, and why they failed. The counts follow every change, so that
//! nothing is ever counted again from scratch.

use std::collections::BTreeMap;

use super::RowNumber;
use super::attempts::NO_TIME;
use super::batches::BatchTally;
use super::begun::{BegunTally, Sparse, step};
use super::columns::{Columns, Tried};
use super::histogram::Histogram;
use super::names::{FAILURE, SENT, SUCCESS, StatusCode, WITH_TELCO};
use super::row_set::RowSet;
use crate::delivery::{DeliveryError, RetryAdvice, Station, Status};

/// The length of a count by status: the seven known ones, and one for all others.
pub const STATUS_COUNT: usize = 8;

/// Counts of the covered messages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// By status, in the order of [`Status::KNOWN`]; the last one counts unknown statuses and messages without a
    /// status.
    pub by_status: [usize; STATUS_COUNT],
    /// Messages on the way, whatever the time: neither delivered nor failed, nor with the telco abroad. Those that
    /// have been with the telco for 48 h are included; `Store::open_by_status` leaves them out.
    pub open: usize,
    /// Failed messages by error, most frequent first, ties by code.
    pub errors: Vec<ErrorCount>,
}

/// A kind of failure and how often it happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorCount {
    /// The error; both words are empty if the API did not say why.
    pub error: DeliveryError,
    /// How many covered messages have failed with it.
    pub count: usize,
    /// Whether it is worth a retry.
    pub retry: RetryAdvice,
}

impl Counts {
    /// How many are in a status.
    pub fn of(&self, status: &Status) -> usize {
        self.by_status[status_index(Some(status))]
    }

    /// All covered messages.
    pub fn total(&self) -> usize {
        self.by_status.iter().sum()
    }
}

/// The index of a status in a count by status.
pub fn status_index(status: Option<&Status>) -> usize {
    status.and_then(|status| Status::KNOWN.iter().position(|known| known == status)).unwrap_or(STATUS_COUNT - 1)
}

/// Milliseconds of a minute.
pub const MINUTE: i64 = 60_000;

/// Everything a row adds to the counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contribution {
    pub covered: bool,
    pub status: StatusCode,
    pub error: u32,
    pub batch: u32,
    /// Whether it is on the way, apart from the telco's silence.
    pub open: bool,
    pub station: Station,
    /// The minute in which its newest attempt began.
    pub begun: Option<i64>,
    /// The minute of the last change.
    pub minute: Option<i64>,
    /// How long it took until it was delivered or failed, in milliseconds.
    pub finished_after: Option<i64>,
}

impl Contribution {
    /// What a row adds now.
    pub fn of(columns: &Columns, row: usize, tried: &Tried) -> Self {
        let status = columns.status[row];
        Self {
            covered: columns.marks[row].covered,
            status,
            error: columns.error[row],
            batch: columns.batch[row],
            open: is_under_way(columns, row),
            station: station(columns, row),
            begun: started(columns, row, tried).map(minute_of),
            minute: (tried.last_change != NO_TIME).then(|| minute_of(tried.last_change)),
            finished_after: finished_after(columns, row, tried),
        }
    }
}

impl Contribution {
    /// How long the delivery took, in milliseconds.
    pub fn delivered_after(&self) -> Option<i64> {
        self.finished_after.filter(|_| self.status == SUCCESS)
    }
}

/// Whether a message is on the way, apart from the telco's silence.
pub fn is_open(status: StatusCode, abroad: bool) -> bool {
    match status {
        SUCCESS | FAILURE => false,
        WITH_TELCO => !abroad,
        _ => true,
    }
}

/// Whether a row is on the way, apart from the telco's silence: in a load test nothing comes after it was handed over.
fn is_under_way(columns: &Columns, row: usize) -> bool {
    is_open(columns.status[row], columns.marks[row].abroad) && station(columns, row) != Station::HandedOver
}

/// Where a message is, whatever the time.
pub fn station(columns: &Columns, row: usize) -> Station {
    match columns.status[row] {
        SUCCESS => Station::Delivered,
        FAILURE => Station::Failed,
        // The statuses of other names have codes after the known ones.
        status if status > FAILURE => Station::Other,
        status if columns.ends_at_sent && status >= SENT => Station::HandedOver,
        WITH_TELCO if columns.marks[row].abroad => Station::SentAbroad,
        WITH_TELCO => Station::WithTelco,
        _ => Station::BeforeTelco,
    }
}

/// The minute of a time in milliseconds.
pub fn minute_of(milliseconds: i64) -> i64 {
    milliseconds.div_euclid(MINUTE)
}

/// Since when a message has been on the way: its newest attempt, else its creation. A retry's answer does not give
/// the new attempt: while the newest known one has failed and the message is on the way again, its last change
/// counts.
pub fn started(columns: &Columns, row: usize, tried: &Tried) -> Option<i64> {
    let is_open = is_open(columns.status[row], columns.marks[row].abroad);
    if is_open && tried.newest.is_some_and(|newest| matches!(newest.status, SUCCESS | FAILURE)) {
        return Some(tried.last_change).filter(|time| *time != NO_TIME);
    }
    let attempt = tried.newest.map_or(NO_TIME, |newest| newest.created);
    [attempt, columns.created[row]].into_iter().find(|time| *time != NO_TIME)
}

/// How long it took until it was delivered or failed. A step without a time ended at the latest when the attempt, or
/// else the record, last changed.
fn finished_after(columns: &Columns, row: usize, tried: &Tried) -> Option<i64> {
    if !matches!(columns.status[row], SUCCESS | FAILURE) {
        return None;
    }
    let newest = tried.newest.map_or([NO_TIME; 2], |newest| [newest.delivered, newest.updated]);
    let ended = newest.into_iter().chain([columns.updated[row]]).find(|time| *time != NO_TIME)?;
    Some((ended - started(columns, row, tried)?).max(0))
}

/// The index of a status code in a count by status.
fn code_index(status: StatusCode) -> usize {
    usize::from(status).min(STATUS_COUNT - 1)
}

/// What finished in a minute.
#[derive(Debug, Default, PartialEq)]
pub struct Minute {
    pub finished: u32,
    pub failed: u32,
    /// The failed ones by the number of their error.
    pub errors: Sparse,
}

/// The running counts.
#[derive(Default)]
pub struct Tally {
    pub counts: Counts,
    pub begun: BegunTally,
    pub minutes: BTreeMap<i64, Minute>,
    pub deliveries: Histogram,
    /// The covered rows that are on the way.
    pub open: RowSet,
    /// All rows whose class changes with time, covered or not.
    pub waiting: RowSet,
    pub batches: Vec<BatchTally>,
    errors: Vec<usize>,
    errors_changed: bool,
}

impl Tally {
    /// Counts a row.
    pub fn add(&mut self, row: RowNumber, standing: &Contribution) {
        self.count(standing, true);
        if standing.station.is_waiting() {
            self.waiting.insert(row);
        }
        if standing.covered {
            if standing.open {
                self.open.insert(row);
            }
            if let Some(after) = standing.delivered_after() {
                self.deliveries.add(after);
            }
        }
    }

    /// Removes what a row added.
    pub fn remove(&mut self, row: RowNumber, standing: &Contribution) {
        self.count(standing, false);
        self.waiting.remove(row);
        if standing.covered {
            self.open.remove(row);
            if let Some(after) = standing.delivered_after() {
                self.deliveries.remove(after);
            }
        }
    }

    fn count(&mut self, standing: &Contribution, is_added: bool) {
        let step = |count: &mut usize| step(count, is_added);
        let index = code_index(standing.status);
        if standing.batch != 0 {
            let at = standing.batch as usize - 1;
            if at >= self.batches.len() {
                self.batches.resize_with(at + 1, BatchTally::default);
            }
            self.batches[at].count(standing, is_added);
        }
        if !standing.covered {
            return;
        }
        self.begun.count(standing, is_added);
        step(&mut self.counts.by_status[index]);
        if standing.open {
            step(&mut self.counts.open);
        }
        let failed = standing.status == FAILURE;
        if failed {
            let at = standing.error as usize;
            if at >= self.errors.len() {
                self.errors.resize(at + 1, 0);
            }
            step(&mut self.errors[at]);
            self.errors_changed = true;
        }
        if let Some(minute) = standing.minute
            && (failed || standing.status == SUCCESS)
        {
            self.count_minute(minute, standing, is_added);
        }
    }

    fn count_minute(&mut self, at: i64, standing: &Contribution, is_added: bool) {
        let minute = self.minutes.entry(at).or_default();
        let step = |count: &mut u32| *count = if is_added { *count + 1 } else { count.saturating_sub(1) };
        step(&mut minute.finished);
        if standing.status == FAILURE {
            step(&mut minute.failed);
            minute.errors.count(standing.error, is_added);
        }
        if *minute == Minute::default() {
            self.minutes.remove(&at);
        }
    }

    /// Brings the list of errors up to date; called once after a batch of changes.
    pub fn settle(&mut self, columns: &Columns) {
        if !std::mem::take(&mut self.errors_changed) {
            return;
        }
        self.counts.errors = named_errors(columns, &self.errors);
    }
}

/// Counts of some rows, from scratch.
pub fn count_rows(columns: &Columns, rows: impl Iterator<Item = RowNumber>) -> Counts {
    let mut counts = Counts::default();
    let mut errors = vec![0; columns.names.errors().len() + 1];
    for row in rows.map(RowNumber::index) {
        let status = columns.status[row];
        counts.by_status[code_index(status)] += 1;
        counts.open += usize::from(is_under_way(columns, row));
        if status == FAILURE {
            errors[columns.error[row] as usize] += 1;
        }
    }
    counts.errors = named_errors(columns, &errors);
    counts
}

/// Counts by error number with the errors' words, the most frequent first.
pub fn named_errors(columns: &Columns, counts: &[usize]) -> Vec<ErrorCount> {
    let counted = (0_u32..).zip(counts).filter(|(_, count)| **count > 0);
    let mut named: Vec<ErrorCount> = counted
        .map(|(number, count)| {
            let error = columns.names.error_of(number).cloned().unwrap_or_else(|| DeliveryError::new("", ""));
            ErrorCount { count: *count, retry: error.known().retry_advice(), error }
        })
        .collect();
    named.sort_by(|left, right| {
        let by_words = || (&left.error.code, &left.error.kind).cmp(&(&right.error.code, &right.error.kind));
        right.count.cmp(&left.count).then_with(by_words)
    });
    named
}
