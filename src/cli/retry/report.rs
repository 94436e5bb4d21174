//! What became of each message, on the output.

use std::io::{self, Write};

use serde::Serialize;

use super::super::end::of_csv;
use super::super::{Exit, Format};
use crate::delivery::MessageId;
use crate::postman::Explanation;

/// How the retry of a message ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Outcome {
    pub id: String,
    pub outcome: Ended,
    /// The API's code.
    pub code: Option<String>,
    /// Why; the API's words where it refused.
    pub reason: Option<String>,
    pub trace_id: Option<String>,
    /// What it means for the exit code.
    #[serde(skip)]
    pub exit: Exit,
}

/// The ends of a retry, as scripts know them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Ended {
    /// The API took it.
    Accepted,
    /// The API said no.
    Refused,
    /// Nobody knows.
    Unknown,
    /// Nothing was sent.
    Skipped,
}

impl Ended {
    fn word(self) -> &'static str {
        match self {
            Ended::Accepted => "accepted",
            Ended::Refused => "refused",
            Ended::Unknown => "unknown",
            Ended::Skipped => "skipped",
        }
    }
}

impl Outcome {
    /// The API took it.
    pub fn accepted(message: &MessageId, reason: Option<String>) -> Self {
        Self { id: message.as_str().to_owned(), outcome: Ended::Accepted, code: None, reason, trace_id: None, exit: Exit::Done }
    }

    /// Nothing was sent: what was asked for was not done.
    pub fn skipped(message: &MessageId, reason: String) -> Self {
        Self { outcome: Ended::Skipped, exit: Exit::SomeRefused, ..Self::accepted(message, Some(reason)) }
    }

    /// Nobody knows, and a person must find out.
    pub fn unknown(message: &MessageId, why: &Explanation) -> Self {
        let trace_id = why.trace_id.clone();
        Self { outcome: Ended::Unknown, trace_id, exit: Exit::SomeUnknown, ..Self::accepted(message, Some(because(why))) }
    }

    /// Nobody knows, because the program does not wait for the answer.
    pub fn left(message: &MessageId) -> Self {
        let reason = "The program left before the answer came; the next start reads the message to find out.";
        Self { outcome: Ended::Unknown, exit: Exit::SomeUnknown, ..Self::accepted(message, Some(reason.to_owned())) }
    }
}

/// What happened and why, as one reason.
pub(super) fn because(why: &Explanation) -> String {
    format!("{}. {}", why.what.trim_end_matches('.'), why.why).trim().to_owned()
}

/// Writes outcomes as they become known.
pub(super) struct Report<W: Write = io::Stdout> {
    out: W,
    format: Format,
    told: usize,
    exit: Exit,
    /// Nobody reads any more. The retries go on, and their outcomes stand in the journal.
    closed: bool,
}

impl Report {
    /// A report on the output.
    pub fn begin(format: Format) -> Self {
        Report::into(io::stdout(), format)
    }
}

impl<W: Write> Report<W> {
    fn into(out: W, format: Format) -> Self {
        Self { out, format, told: 0, exit: Exit::Done, closed: false }
    }

    /// Tells an outcome.
    pub fn tell(&mut self, outcome: &Outcome) -> io::Result<()> {
        self.exit = self.exit.and(outcome.exit);
        let written = self.write(outcome);
        self.told += 1;
        self.unless_closed(written)
    }

    /// Ends the output.
    pub fn finish(&mut self) -> io::Result<()> {
        let end = match (self.format, self.told) {
            (Format::Json, 0) => "[]\n",
            (Format::Json, _) => "\n]\n",
            _ => "",
        };
        let written = if self.closed { Ok(()) } else { self.out.write_all(end.as_bytes()).and_then(|()| self.out.flush()) };
        self.unless_closed(written)
    }

    /// The exit that the outcomes so far ask for.
    pub fn exit(&self) -> Exit {
        self.exit
    }

    /// A closed pipe must not stop a run in its middle.
    fn unless_closed(&mut self, written: io::Result<()>) -> io::Result<()> {
        match written {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.closed = true;
                Ok(())
            }
            other => other,
        }
    }

    fn write(&mut self, outcome: &Outcome) -> io::Result<()> {
        if self.closed {
            return Ok(());
        }
        let out = &mut self.out;
        match self.format {
            Format::Json => {
                out.write_all(if self.told == 0 { b"[\n" } else { b",\n" })?;
                serde_json::to_writer(&mut *out, outcome).map_err(io::Error::from)?;
            }
            Format::Ndjson => {
                serde_json::to_writer(&mut *out, outcome).map_err(io::Error::from)?;
                out.write_all(b"\n")?;
            }
            Format::Csv => {
                let mut writer = csv::Writer::from_writer(&mut *out);
                let cell = |text: &Option<String>| text.clone().unwrap_or_default();
                let written = (|| {
                    if self.told == 0 {
                        writer.write_record(["id", "outcome", "code", "reason", "traceId"])?;
                    }
                    let (code, reason, trace) = (cell(&outcome.code), cell(&outcome.reason), cell(&outcome.trace_id));
                    writer.write_record([&outcome.id, outcome.outcome.word(), &code, &reason, &trace])
                })();
                written.map_err(of_csv)?;
                writer.flush()?;
            }
            Format::Table => {
                let why = [&outcome.code, &outcome.reason].into_iter().flatten().cloned().collect::<Vec<_>>().join(": ");
                let trace = outcome.trace_id.as_ref().map(|trace| format!(" (trace id {trace})")).unwrap_or_default();
                writeln!(out, "{:<8}  {}  {why}{trace}", outcome.outcome.word(), outcome.id)?;
            }
        }
        out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(format: Format) -> (String, Exit) {
        let mut out = Vec::new();
        let mut report = Report::into(&mut out, format);
        report.tell(&Outcome::accepted(&MessageId::new("a"), None)).unwrap();
        report.tell(&Outcome::skipped(&MessageId::new("b"), "it is not failed".to_owned())).unwrap();
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
        let mut report = Report::into(Closed, Format::Ndjson);
        assert!(report.tell(&Outcome::accepted(&MessageId::new("a"), None)).is_ok());
        assert!(report.finish().is_ok());
    }
}
