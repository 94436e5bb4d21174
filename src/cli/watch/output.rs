//! Prints changes, in one of the four formats, and the summary at the end.

use std::io::{self, Write};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::super::context::{counted, grouped};
use super::super::moment::exact;
use super::super::records::RecordWriter;
use super::super::table::Tint;
use super::super::{Exit, Format};
use super::board::{Figures, SeenChange};
use crate::delivery::{BatchId, Mask, Recipient, Status, percent};

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
#[serde(rename_all = "camelCase")]
struct SummaryPart<'a> {
    campaign: &'a str,
    batch: Option<&'a str>,
    started_at: String,
    ended_at: String,
    ended: &'static str,
    #[serde(flatten)]
    figures: Figures,
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
pub(super) struct ChangeWriter<W: Write> {
    records: RecordWriter<W>,
    format: Format,
    zone: TimeZone,
    masked: bool,
    colour: bool,
}

impl<W: Write> ChangeWriter<W> {
    /// Begins the output.
    pub fn begin(out: W, format: Format, zone: TimeZone, masked: bool, colour: bool) -> io::Result<Self> {
        let mut records = RecordWriter::new(out, format, ["seenAt", "id", "recipient", "from", "to", "errorCode"]);
        records.begin()?;
        records.flush()?;
        Ok(Self { records, format, zone, masked, colour })
    }

    /// Writes changes, and flushes them to the reader at once.
    pub fn changes(&mut self, changes: &[SeenChange]) -> io::Result<()> {
        for change in changes {
            if self.format == Format::Table {
                self.records.text(&self.line(change))?;
            } else {
                self.records.record(&ChangeLine {
                    seen_at: exact(change.at, &self.zone),
                    id: change.id.as_str(),
                    recipient: change.recipient.as_deref().map(|recipient| self.recipient(recipient)),
                    from: change.from.as_ref().map(Status::api_word),
                    to: change.to.api_word(),
                    error_code: change.error_code.as_deref(),
                })?;
            }
        }
        self.records.flush()
    }

    /// A change for a person.
    fn line(&self, change: &SeenChange) -> String {
        let time = change.at.to_zoned_datetime(self.zone.clone()).strftime("%H:%M:%S");
        let recipient = match (&change.recipient, self.masked) {
            (Some(recipient), false) => Recipient::new(recipient.as_str()).shown(Mask::Off),
            (Some(recipient), true) => self.recipient(recipient),
            (None, _) => String::new(),
        };
        let from = change.from.as_ref().map_or("new", Status::word);
        let step = format!("{from} → {}", change.to.word());
        let padded = format!("{step:<STEP$}");
        let tint = match change.to {
            Status::Failure if self.colour => Tint::Bad,
            Status::Success if self.colour => Tint::Good,
            _ => Tint::None,
        };
        let code = change.error_code.as_deref().unwrap_or_default();
        let code = if code.is_empty() { String::new() } else { format!("{code}  ") };
        format!("{time}  {recipient:<RECIPIENT$}  {}  {code}{}\n", tint.paint(&padded), change.id)
    }

    fn recipient(&self, recipient: &str) -> String {
        if self.masked { Recipient::new(recipient).shown(Mask::On) } else { recipient.to_owned() }
    }

    /// Ends the output with the summary.
    pub fn finish(&mut self, summary: &Summary<'_>) -> io::Result<()> {
        if self.format == Format::Table {
            self.records.text(&(in_words(summary) + "\n"))?;
        } else {
            self.records.summary(&SummaryPart {
                campaign: summary.campaign,
                batch: summary.batch.map(BatchId::as_str),
                started_at: exact(summary.started_at, &self.zone),
                ended_at: exact(summary.ended_at, &self.zone),
                ended: summary.finish.word(),
                figures: summary.figures,
                oldest: summary.oldest.map(|oldest| exact(oldest, &self.zone)),
            })?;
        }
        self.records.finish()
    }
}

fn in_words(summary: &Summary<'_>) -> String {
    let figures = &summary.figures;
    let finished = match figures.finished {
        0 => "none finished".to_owned(),
        finished => {
            let share = percent(figures.failed as f64 / finished as f64);
            format!("{} finished, {} failed ({share})", grouped(finished), grouped(figures.failed))
        }
    };
    let on_the_way = match figures.loaded {
        _ if figures.complete => format!("{} still on the way", grouped(figures.open)),
        0 => "nothing loaded: how many are on the way is unknown".to_owned(),
        loaded => format!("{} of the {} loaded still on the way", grouped(figures.open), grouped(loaded)),
    };
    format!("{} {}, {finished}, {on_the_way}.", summary.finish.sentence(), counted(figures.changes, "change"))
}

#[cfg(test)]
mod tests {
    //! What scripts and people get.

    use super::*;
    use crate::delivery::MessageId;

    fn change(from: Option<Status>, to: Status, code: Option<&str>) -> SeenChange {
        SeenChange {
            at: "2026-11-24T06:02:13.5Z".parse().unwrap(),
            id: MessageId::new("message_1"),
            recipient: Some("6580001234".to_owned()),
            from,
            to,
            error_code: code.map(str::to_owned),
        }
    }

    fn written(format: Format, masked: bool) -> String {
        written_with(
            format,
            masked,
            Figures { changes: 2, appeared: 1, finished: 1, failed: 1, open: 0, waited_for: 0, loaded: 9, complete: true },
        )
    }

    fn written_with(format: Format, masked: bool, figures: Figures) -> String {
        let zone = TimeZone::get("Asia/Singapore").unwrap();
        let mut bytes = Vec::new();
        let mut output = ChangeWriter::begin(&mut bytes, format, zone, masked, false).unwrap();
        let failed = change(Some(Status::Sending), Status::Failure, Some("routing_error"));
        output.changes(&[change(None, Status::Created, None), failed]).unwrap();
        let summary = Summary {
            campaign: "Clinic",
            batch: None,
            started_at: "2026-11-24T06:00:00Z".parse().unwrap(),
            ended_at: "2026-11-24T06:30:00Z".parse().unwrap(),
            finish: Finish::Done,
            figures,
            oldest: None,
        };
        output.finish(&summary).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn a_line_for_each_change_and_the_summary_last() {
        assert_eq!(
            written(Format::Ndjson, false),
            concat!(
                r#"{"seenAt":"2026-11-24T14:02:13.500+08:00","id":"message_1","recipient":"6580001234","from":null,"to":"created","errorCode":null}"#,
                "\n",
                r#"{"seenAt":"2026-11-24T14:02:13.500+08:00","id":"message_1","recipient":"6580001234","from":"sending","to":"failure","errorCode":"routing_error"}"#,
                "\n",
                r#"{"summary":{"campaign":"Clinic","batch":null,"startedAt":"2026-11-24T14:00:00.000+08:00","endedAt":"2026-11-24T14:30:00.000+08:00","#,
                r#""ended":"done","changes":2,"appeared":1,"finished":1,"failed":1,"open":0,"waitedFor":0,"loaded":9,"complete":true,"oldest":null}}"#,
                "\n"
            )
        );
    }

    #[test]
    fn the_other_formats_are_whole_documents() {
        let json: serde_json::Value = serde_json::from_str(&written(Format::Json, false)).unwrap();
        assert_eq!((json[0]["to"].as_str(), json[2]["summary"]["changes"].as_u64()), (Some("created"), Some(2)));
        let csv = written(Format::Csv, false);
        assert_eq!(csv.lines().next(), Some("seenAt,id,recipient,from,to,errorCode"));
        assert!(csv.ends_with(",message_1,6580001234,sending,failure,routing_error\n"), "{csv}");
        let table = written(Format::Table, true);
        let lines: Vec<&str> = table.lines().collect();
        assert_eq!(lines[0], "14:02:13  65∙∙∙∙1234    new → created           message_1");
        assert_eq!(lines[1], "14:02:13  65∙∙∙∙1234    sending → failed        routing_error  message_1");
        assert_eq!(lines[2], "Done: nothing is left to wait for. 2 changes, 1 finished, 1 failed (100 %), 0 still on the way.");
    }

    #[test]
    fn what_was_not_loaded_is_not_counted_as_nothing() {
        let none = Figures { changes: 0, appeared: 0, finished: 0, failed: 0, open: 0, waited_for: 0, loaded: 0, complete: false };
        let last = |figures| written_with(Format::Table, true, figures).lines().last().unwrap().to_owned();
        assert!(last(none).ends_with(", none finished, nothing loaded: how many are on the way is unknown."), "{}", last(none));
        let some = Figures { open: 3, loaded: 2_000, ..none };
        assert!(last(some).ends_with(", none finished, 3 of the 2,000 loaded still on the way."), "{}", last(some));
        assert!(last(Figures { complete: true, loaded: 0, ..none }).ends_with(", 0 still on the way."));
        assert!(written_with(Format::Ndjson, true, none).contains(r#""loaded":0,"complete":false"#));
    }

    #[test]
    fn a_mask_hides_recipients_everywhere() {
        for format in [Format::Ndjson, Format::Json, Format::Csv, Format::Table] {
            let text = written(format, true);
            assert!(!text.contains("80001234") && text.contains("65∙∙∙∙1234"), "{text}");
        }
    }
}
