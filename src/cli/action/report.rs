//! What became of each message, on the output.

use std::io::{self, Write};

use serde::Serialize;

use super::super::context::grouped;
use super::super::exit::in_one_cell;
use super::super::records::RecordWriter;
use super::super::table::columns;
use super::super::{Exit, Format};
use crate::action::UploadFile;
use crate::delivery::BatchId;
use crate::postman::Explanation;

/// The outcome of an action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ReportedOutcome {
    /// What it is about, in the run.
    #[serde(skip)]
    pub subject: String,
    /// The id of the message or batch, as far as it is known.
    pub id: Option<String>,
    pub outcome: OutcomeKind,
    /// The API's code.
    pub code: Option<String>,
    /// Why; the API's words where it refused.
    pub reason: Option<String>,
    pub trace_id: Option<String>,
    /// What it means for the exit code.
    #[serde(skip)]
    pub exit: Exit,
    /// Whether it was skipped because of something that happened since the yes.
    #[serde(skip)]
    pub meanwhile: bool,
}

/// The outcomes of an action, as scripts know them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum OutcomeKind {
    /// The API accepted it.
    Accepted,
    /// The API refused it.
    Refused,
    /// The outcome is unknown.
    Unknown,
    /// Nothing was sent.
    Skipped,
}

impl OutcomeKind {
    fn word(self) -> &'static str {
        match self {
            OutcomeKind::Accepted => "accepted",
            OutcomeKind::Refused => "refused",
            OutcomeKind::Unknown => "unknown",
            OutcomeKind::Skipped => "skipped",
        }
    }
}

impl ReportedOutcome {
    /// The API accepted it.
    pub fn accepted(id: &str, reason: Option<String>) -> Self {
        Self {
            subject: id.to_owned(),
            id: Some(id.to_owned()),
            outcome: OutcomeKind::Accepted,
            code: None,
            reason,
            trace_id: None,
            exit: Exit::Done,
            meanwhile: false,
        }
    }

    /// Nothing was sent.
    pub fn skipped(id: &str, reason: String) -> Self {
        Self { outcome: OutcomeKind::Skipped, exit: Exit::SomeRefused, ..Self::accepted(id, Some(reason)) }
    }

    /// The outcome is unknown, and a person must find out.
    pub fn unknown(id: &str, why: &Explanation) -> Self {
        let trace_id = why.trace_id.clone();
        Self { outcome: OutcomeKind::Unknown, trace_id, exit: Exit::SomeUnknown, ..Self::accepted(id, Some(why.reason())) }
    }

    /// The outcome is unknown, because the program does not wait for the answer.
    pub fn left(id: &str) -> Self {
        let reason = "The program quit before the answer came; the next start looks it up.";
        Self { outcome: OutcomeKind::Unknown, exit: Exit::SomeUnknown, ..Self::accepted(id, Some(reason.to_owned())) }
    }
}

/// The outcome of an upload, as scripts know it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct UploadRecord<'a> {
    file: &'a str,
    sha256: &'a str,
    rows: u32,
    outcome: OutcomeKind,
    batch_id: Option<&'a str>,
    code: Option<&'a str>,
    reason: Option<&'a str>,
    trace_id: Option<&'a str>,
}

/// How many have each outcome.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::cli) struct OutcomeCounts {
    pub accepted: usize,
    pub refused: usize,
    pub unknown: usize,
    pub not_started: usize,
    /// Those that were retried elsewhere since the yes.
    pub skipped: usize,
    /// Those left out of the plan.
    pub left_out: usize,
}

impl OutcomeCounts {
    /// The sentence at the end.
    pub fn sentence(&self) -> String {
        let OutcomeCounts { accepted, refused, unknown, not_started, skipped, left_out } = *self;
        let parts = [(accepted, "accepted"), (refused, "refused"), (unknown, "unknown"), (not_started, "not started")];
        let skipped = (skipped > 0).then_some((skipped, "skipped"));
        let reported: Vec<String> = parts.iter().chain(&skipped).map(|(count, word)| format!("{} {word}", grouped(*count))).collect();
        let left_out = if left_out > 0 { format!("; {} left out of the plan", grouped(left_out)) } else { String::new() };
        format!("{}{left_out}.", reported.join(", "))
    }

    /// How many of the plan have an outcome.
    pub fn ended(&self) -> usize {
        self.accepted + self.refused + self.unknown + self.not_started + self.skipped
    }
}

/// Writes outcomes as they become known; a table when all are.
pub(in crate::cli) struct OutcomeReport<W: Write = io::Stdout> {
    records: RecordWriter<W>,
    /// The file that is sent, where it is one: its record has other names.
    file: Option<UploadFile>,
    batch: Option<BatchId>,
    format: Format,
    counts: OutcomeCounts,
    exit: Exit,
    /// The lines of a table: its widths need all of them.
    rows: Vec<Vec<String>>,
    /// The reader is gone. The retries continue, and their outcomes are in the journal.
    closed: bool,
}

impl<W: Write> OutcomeReport<W> {
    /// A report on this output.
    pub fn into(out: W, format: Format) -> Self {
        Self::with(RecordWriter::new(out, format, ["id", "outcome", "code", "reason", "traceId"]), None, format)
    }

    /// The same for the upload of a file.
    pub fn of_file(out: W, format: Format, file: UploadFile) -> Self {
        let heads = ["file", "sha256", "rows", "outcome", "batchId", "code", "reason", "traceId"];
        Self::with(RecordWriter::new(out, format, heads), Some(file), format)
    }

    fn with(records: RecordWriter<W>, file: Option<UploadFile>, format: Format) -> Self {
        Self { records, file, batch: None, format, counts: OutcomeCounts::default(), exit: Exit::Done, rows: Vec::new(), closed: false }
    }

    /// Reports a message left out of the plan, by its id where it has one. If it was named, the request was not fully
    /// met.
    pub fn leave_out(&mut self, id: Option<&str>, reason: &str, by_name: bool) -> io::Result<()> {
        self.counts.left_out += 1;
        let outcome = ReportedOutcome::skipped(id.unwrap_or_default(), reason.to_owned());
        let exit = if by_name { outcome.exit } else { Exit::Done };
        self.put(&ReportedOutcome { id: id.map(str::to_owned), exit, ..outcome })
    }

    /// Reports an outcome.
    pub(super) fn tell(&mut self, outcome: &ReportedOutcome) -> io::Result<()> {
        let count = match outcome.outcome {
            OutcomeKind::Accepted => &mut self.counts.accepted,
            OutcomeKind::Refused => &mut self.counts.refused,
            OutcomeKind::Unknown => &mut self.counts.unknown,
            OutcomeKind::Skipped if outcome.meanwhile => &mut self.counts.skipped,
            OutcomeKind::Skipped => &mut self.counts.not_started,
        };
        *count += 1;
        self.put(outcome)
    }

    fn put(&mut self, outcome: &ReportedOutcome) -> io::Result<()> {
        self.exit = self.exit.and(outcome.exit);
        if self.file.is_some() && outcome.outcome == OutcomeKind::Accepted {
            self.batch = outcome.id.as_deref().map(BatchId::new);
        }
        if self.format == Format::Table {
            self.rows.push(row(outcome));
            return Ok(());
        }
        let Some(file) = self.file.clone() else {
            return self.unless_closed(|records| records.record(outcome).and_then(|()| records.flush()));
        };
        let record = UploadRecord {
            file: file.name(),
            sha256: file.sha256().as_str(),
            rows: file.rows(),
            outcome: outcome.outcome,
            batch_id: outcome.id.as_deref(),
            code: outcome.code.as_deref(),
            reason: outcome.reason.as_deref(),
            trace_id: outcome.trace_id.as_deref(),
        };
        self.unless_closed(|records| records.record(&record).and_then(|()| records.flush()))
    }

    /// Ends the output.
    pub fn finish(&mut self) -> io::Result<()> {
        let rows = std::mem::take(&mut self.rows);
        let table = if rows.is_empty() {
            String::new()
        } else {
            columns(&["outcome", if self.file.is_some() { "batch" } else { "id" }, "why"], 3, rows) + "\n"
        };
        self.unless_closed(|records| records.text(&table).and_then(|()| records.finish()))
    }

    /// The batch that the API created from the file, once it was accepted.
    pub fn batch(&self) -> Option<BatchId> {
        self.batch.clone()
    }

    /// How many have each outcome so far.
    pub fn counts(&self) -> OutcomeCounts {
        self.counts
    }

    /// The exit for the outcomes so far.
    pub fn exit(&self) -> Exit {
        self.exit
    }

    /// A closed pipe must not stop a run halfway.
    fn unless_closed(&mut self, write: impl FnOnce(&mut RecordWriter<W>) -> io::Result<()>) -> io::Result<()> {
        if self.closed {
            return Ok(());
        }
        match write(&mut self.records) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.closed = true;
                Ok(())
            }
            other => other,
        }
    }
}

fn row(outcome: &ReportedOutcome) -> Vec<String> {
    let why = in_one_cell(outcome.code.as_deref(), outcome.reason.as_deref(), outcome.trace_id.as_deref());
    vec![outcome.outcome.word().to_owned(), outcome.id.clone().unwrap_or_default(), why]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(format: Format) -> (String, Exit) {
        let mut out = Vec::new();
        let mut report = OutcomeReport::into(&mut out, format);
        report.tell(&ReportedOutcome::accepted("a", None)).unwrap();
        report.tell(&ReportedOutcome::skipped("b", "it is not failed".to_owned())).unwrap();
        report.finish().unwrap();
        let exit = report.exit();
        (String::from_utf8(out).unwrap(), exit)
    }

    #[test]
    fn scripts_get_the_same_names_in_every_format() {
        let (a, b) = (
            r#"{"id":"a","outcome":"accepted","code":null,"reason":null,"traceId":null}"#,
            r#"{"id":"b","outcome":"skipped","code":null,"reason":"it is not failed","traceId":null}"#,
        );
        assert_eq!(written(Format::Ndjson), (format!("{a}\n{b}\n"), Exit::SomeRefused));
        assert_eq!(written(Format::Json).0, format!("[\n{a},\n{b}\n]\n"));
        assert_eq!(written(Format::Csv).0, "id,outcome,code,reason,traceId\na,accepted,,,\nb,skipped,,it is not failed,\n");
    }

    #[test]
    fn a_table_has_its_widths_from_all_lines() {
        assert_eq!(written(Format::Table).0, " outcome   id  why\n accepted  a\n skipped   b   it is not failed\n");
    }

    #[test]
    fn nothing_told_is_still_a_document() {
        let empty = |format| {
            let mut out = Vec::new();
            OutcomeReport::into(&mut out, format).finish().unwrap();
            String::from_utf8(out).unwrap()
        };
        assert_eq!(
            [Format::Json, Format::Ndjson, Format::Csv, Format::Table].map(empty),
            ["[]\n", "", "id,outcome,code,reason,traceId\n", ""]
        );
    }

    #[test]
    fn what_the_plan_leaves_out_is_no_refusal_unless_it_was_named() {
        let exit = |by_name| {
            let mut report = OutcomeReport::into(Vec::new(), Format::Ndjson);
            report.leave_out(Some("a"), "not worth a retry", by_name).unwrap();
            report.tell(&ReportedOutcome::accepted("b", None)).unwrap();
            assert_eq!(report.counts(), OutcomeCounts { accepted: 1, left_out: 1, ..OutcomeCounts::default() });
            report.exit()
        };
        assert_eq!((exit(true), exit(false)), (Exit::SomeRefused, Exit::Done));
    }

    #[test]
    fn the_last_sentence_has_all_counts() {
        let counts = OutcomeCounts { accepted: 41, refused: 1, unknown: 2, ..OutcomeCounts::default() };
        assert_eq!(counts.sentence(), "41 accepted, 1 refused, 2 unknown, 0 not started.");
        let more = OutcomeCounts { left_out: 1200, ..counts };
        assert_eq!(OutcomeCounts { skipped: 3, ..counts }.sentence(), "41 accepted, 1 refused, 2 unknown, 0 not started, 3 skipped.");
        assert_eq!(more.sentence(), "41 accepted, 1 refused, 2 unknown, 0 not started; 1,200 left out of the plan.");
    }

    #[test]
    fn a_closed_pipe_stops_no_run() {
        struct Closed;
        impl Write for Closed {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
        }
        let mut report = OutcomeReport::into(Closed, Format::Ndjson);
        assert!(report.tell(&ReportedOutcome::accepted("a", None)).is_ok());
        assert!(report.finish().is_ok());
    }
}
