//! Prints changes, in one of the four formats, and the summary at the end.

use std::io::{self, Write};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::super::context::{counted, grouped};
use super::super::early_exit::of_csv;
use super::super::moment::exact;
use super::super::{Exit, Format};
use super::board::{Figures, SeenChange};
use crate::delivery::{BatchId, Mask, Recipient, Status};

/// The columns that the longest pair of statuses takes: `with telco → delivered`.
const STEP: usize = 22;
/// The columns that most recipients take.
const RECIPIENT: usize = 12;

/// Why a watch ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Finish {
    /// Nothing is left to wait for.
    Done,
    /// More failed than is allowed.
    MaxFailure,
    /// The time is up.
    Timeout,
    /// The API refuses.
    Refused,
    /// Something other than the API keeps answering.
    Failed,
    /// A signal.
    Signal(Exit),
}

impl Finish {
    /// Its exit; a refusal is reported as a failure instead.
    pub fn exit(self) -> Exit {
        match self {
            Finish::Done => Exit::Done,
            Finish::MaxFailure => Exit::TooManyFailures,
            Finish::Timeout => Exit::TimedOut,
            Finish::Refused => Exit::Refused,
            Finish::Failed => Exit::Failed,
            Finish::Signal(exit) => exit,
        }
    }

    /// The word for scripts.
    fn word(self) -> &'static str {
        match self {
            Finish::Done => "done",
            Finish::MaxFailure => "maxFailure",
            Finish::Timeout => "timeout",
            Finish::Refused => "refused",
            Finish::Failed => "failed",
            Finish::Signal(_) => "interrupted",
        }
    }

    /// The words for people.
    fn sentence(self) -> &'static str {
        match self {
            Finish::Done => "Done: nothing is left to wait for.",
            Finish::MaxFailure => "Stopped: more failed than --max-failure allows.",
            Finish::Timeout => "Stopped: --timeout reached.",
            Finish::Refused => "Stopped: refused by the API.",
            Finish::Failed => "Stopped: the server that answers is not the API.",
            Finish::Signal(_) => "Interrupted.",
        }
    }
}

/// What a watch saw.
#[derive(Debug)]
pub(super) struct Summary<'a> {
    pub campaign: &'a str,
    pub batch: Option<&'a BatchId>,
    pub started_at: Timestamp,
    pub ended_at: Timestamp,
    pub finish: Finish,
    pub figures: Figures,
    /// When the oldest message that was read was created.
    pub oldest: Option<Timestamp>,
}

#[derive(Serialize)]
struct SummaryLine<'a> {
    summary: SummaryPart<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SummaryPart<'a> {
    campaign: &'a str,
    batch: Option<&'a str>,
    started_at: String,
    ended_at: String,
    ended: &'static str,
    changes: usize,
    appeared: usize,
    finished: usize,
    failed: usize,
    open: usize,
    waited_for: usize,
    loaded: usize,
    oldest: Option<String>,
}

/// A change in JSON.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ChangeLine<'a> {
    seen_at: String,
    id: &'a str,
    recipient: Option<String>,
    from: Option<&'a str>,
    to: &'a str,
    error_code: Option<&'a str>,
}

/// Where changes go.
pub(super) struct ChangeWriter<W> {
    out: W,
    format: Format,
    zone: TimeZone,
    masked: bool,
    colour: bool,
    /// Whether part of the JSON array is already written.
    is_first: bool,
}

impl<W: Write> ChangeWriter<W> {
    /// Begins the output.
    pub fn begin(mut out: W, format: Format, zone: TimeZone, masked: bool, colour: bool) -> io::Result<Self> {
        match format {
            Format::Csv => out.write_all(b"seenAt,id,recipient,from,to,errorCode\n")?,
            Format::Json => out.write_all(b"[")?,
            Format::Ndjson | Format::Table => {}
        }
        out.flush()?;
        Ok(Self { out, format, zone, masked, colour, is_first: true })
    }

    /// Writes changes, and flushes them to the reader at once.
    pub fn changes(&mut self, changes: &[SeenChange]) -> io::Result<()> {
        if changes.is_empty() {
            return Ok(());
        }
        let mut text = Vec::new();
        for change in changes {
            self.change(&mut text, change)?;
        }
        self.out.write_all(&text)?;
        self.out.flush()
    }

    fn change(&mut self, text: &mut Vec<u8>, change: &SeenChange) -> io::Result<()> {
        let line = ChangeLine {
            seen_at: exact(change.at, &self.zone),
            id: change.id.as_str(),
            recipient: change.recipient.as_deref().map(|recipient| self.recipient(recipient)),
            from: change.from.as_ref().map(Status::api_word),
            to: change.to.api_word(),
            error_code: change.error_code.as_deref(),
        };
        match self.format {
            Format::Ndjson => {
                serde_json::to_writer(&mut *text, &line).map_err(io::Error::from)?;
                text.push(b'\n');
            }
            Format::Json => {
                text.extend_from_slice(self.separator());
                serde_json::to_writer(&mut *text, &line).map_err(io::Error::from)?;
            }
            Format::Csv => {
                let cells = [
                    line.seen_at.as_str(),
                    line.id,
                    line.recipient.as_deref().unwrap_or_default(),
                    line.from.unwrap_or_default(),
                    line.to,
                    line.error_code.unwrap_or_default(),
                ];
                let mut writer = csv::Writer::from_writer(&mut *text);
                writer.write_record(cells).map_err(of_csv)?;
                writer.flush()?;
            }
            Format::Table => self.line(text, change)?,
        }
        Ok(())
    }

    /// A change for a person.
    fn line(&self, text: &mut Vec<u8>, change: &SeenChange) -> io::Result<()> {
        let time = change.at.to_zoned_datetime(self.zone.clone()).strftime("%H:%M:%S");
        let recipient = match (&change.recipient, self.masked) {
            (Some(recipient), false) => Recipient::new(recipient.as_str()).shown(Mask::Off),
            (Some(recipient), true) => self.recipient(recipient),
            (None, _) => String::new(),
        };
        let from = change.from.as_ref().map_or("new", Status::word);
        let step = format!("{from} → {}", change.to.word());
        let padded = format!("{step:<STEP$}");
        let step = match (&change.to, self.colour) {
            (Status::Failure, true) => format!("\u{1b}[31;1m{padded}\u{1b}[0m"),
            (Status::Success, true) => format!("\u{1b}[32m{padded}\u{1b}[0m"),
            _ => padded,
        };
        let code = change.error_code.as_deref().unwrap_or_default();
        let code = if code.is_empty() { String::new() } else { format!("{code}  ") };
        writeln!(text, "{time}  {recipient:<RECIPIENT$}  {step}  {code}{}", change.id)
    }

    fn recipient(&self, recipient: &str) -> String {
        if self.masked { Recipient::new(recipient).shown(Mask::On) } else { recipient.to_owned() }
    }

    fn separator(&mut self) -> &'static [u8] {
        if std::mem::take(&mut self.is_first) { b"\n" } else { b",\n" }
    }

    /// Ends the output with the summary. CSV cannot hold one.
    pub fn finish(&mut self, summary: &Summary<'_>) -> io::Result<()> {
        let mut text = Vec::new();
        match self.format {
            Format::Ndjson => {
                serde_json::to_writer(&mut text, &self.part(summary)).map_err(io::Error::from)?;
                text.push(b'\n');
            }
            Format::Json => {
                text.extend_from_slice(self.separator());
                serde_json::to_writer(&mut text, &self.part(summary)).map_err(io::Error::from)?;
                text.extend_from_slice(b"\n]\n");
            }
            Format::Csv => {}
            Format::Table => writeln!(text, "{}", in_words(summary))?,
        }
        self.out.write_all(&text)?;
        self.out.flush()
    }

    fn part<'a>(&self, summary: &Summary<'a>) -> SummaryLine<'a> {
        let figures = &summary.figures;
        SummaryLine {
            summary: SummaryPart {
                campaign: summary.campaign,
                batch: summary.batch.map(BatchId::as_str),
                started_at: exact(summary.started_at, &self.zone),
                ended_at: exact(summary.ended_at, &self.zone),
                ended: summary.finish.word(),
                changes: figures.changes,
                appeared: figures.appeared,
                finished: figures.finished,
                failed: figures.failed,
                open: figures.open,
                waited_for: figures.waited_for,
                loaded: figures.loaded,
                oldest: summary.oldest.map(|oldest| exact(oldest, &self.zone)),
            },
        }
    }
}

fn in_words(summary: &Summary<'_>) -> String {
    let figures = &summary.figures;
    let finished = match figures.finished {
        0 => "none finished".to_owned(),
        finished => {
            let share = figures.failed as f64 / finished as f64 * 100.0;
            format!("{} finished, {} failed ({share:.1} %)", grouped(finished), grouped(figures.failed))
        }
    };
    format!("{} {}, {finished}, {} still on the way.", summary.finish.sentence(), counted(figures.changes, "change"), grouped(figures.open))
}

#[cfg(test)]
mod tests;
