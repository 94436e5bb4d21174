//! Prints the journal's lines, in one of the four formats.

use std::io::{self, Write};

use jiff::tz::TimeZone;
use serde::Serialize;

use super::super::Format;
use super::super::failure::in_one_cell;
use super::super::moment::shown;
use super::super::records::write_records;
use super::super::table::columns;
use super::line::JournalLine;

/// Writes the lines. `with_next` adds to the table what to do about each.
pub(super) fn write(lines: &[JournalLine], with_next: bool, format: Format, zone: &TimeZone, out: &mut impl Write) -> io::Result<()> {
    match format {
        Format::Table if lines.is_empty() => {}
        Format::Table => writeln!(out, "{}", table(lines, with_next, zone))?,
        Format::Csv => {
            let lines: Vec<CsvLine<'_>> = lines.iter().map(|line| CsvLine { line, tries: line.attempts() }).collect();
            write_records(out, format, &JournalLine::COLUMNS, &lines)?;
        }
        Format::Json | Format::Ndjson => write_records(out, format, &JournalLine::COLUMNS, lines)?,
    }
    out.flush()
}

/// A line whose `tries` are only counted.
#[derive(Serialize)]
struct CsvLine<'a> {
    #[serde(flatten)]
    line: &'a JournalLine,
    tries: Option<usize>,
}

fn table(lines: &[JournalLine], with_next: bool, zone: &TimeZone) -> String {
    let last = if with_next { "what to do" } else { "why" };
    let heading = ["when", "campaign", "what", "of", "state", "attempts", "who", last];
    let rows = lines.iter().map(|line| {
        let next = line.next.filter(|_| with_next).map(str::to_owned);
        vec![
            shown(line.time, zone),
            line.campaign.clone().or_else(|| line.campaign_id.clone()).unwrap_or_default(),
            line.kind.to_owned(),
            [&line.message_id, &line.batch_id, &line.file_name].into_iter().flatten().next().cloned().unwrap_or_default(),
            line.state.unwrap_or_default().replace('_', " "),
            line.attempts().map(|count| count.to_string()).unwrap_or_default(),
            who(line),
            next.unwrap_or_else(|| in_one_cell(line.code.as_deref(), line.reason.as_deref(), line.trace_id.as_deref())),
        ]
    });
    columns(&heading, heading.len(), rows.collect())
}

fn who(line: &JournalLine) -> String {
    let sudo = line.sudo_user.as_ref().map(|user| format!(", sudo by {user}")).unwrap_or_default();
    let source = line.ssh_source.as_ref().map(|source| format!(", from {source}")).unwrap_or_default();
    format!("{}{sudo}{source}", line.user)
}

#[cfg(test)]
mod tests {
    use super::super::super::journal::line::CampaignNames;
    use super::*;
    use crate::delivery::{CampaignId, MessageId};
    use crate::state::{ActionKind, Intention, Journal, Note, NoteKind, Outcome, ReadFrom, RunId, Server, Who};
    use jiff::{SignedDuration, Timestamp};
    use std::collections::HashMap;

    const BASE: &str = "http://127.0.0.1:8025/api/v2";

    fn at(second: i64) -> Timestamp {
        "2026-11-24T04:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_secs(second)
    }

    fn lines(folder: &std::path::Path) -> Vec<JournalLine> {
        let journal = Journal::open(folder).unwrap();
        let who = Who { user: "root (uid 0)".to_owned(), ssh_source: Some("192.0.2.7".to_owned()), sudo_user: Some("ann".to_owned()) };
        let run = journal.begin_run(RunId::new(at(0), 1, 2), &who, at(0)).unwrap();
        let intention = |message: &str| Intention {
            read_at: None,
            run: run.id().clone(),
            base_url: BASE.to_owned(),
            server: Server::of(BASE),
            campaign: CampaignId::new("campaign_1"),
            action: ActionKind::RetryMessage {
                message: MessageId::new(message),
                attempts: Some(1),
                newest_attempt: None,
                read_from: ReadFrom::Single,
            },
            plan: "a retry".to_owned(),
            planned_at: at(1),
        };
        let refused = Outcome::Refused { code: Some("some_code".to_owned()), reason: "no".to_owned(), trace_id: Some("t-1".to_owned()) };
        let action = journal.intend(&intention("message_1")).unwrap();
        journal.started(action, at(2)).unwrap();
        journal.outcome(action, &refused, at(3)).unwrap();
        let unknown = journal.intend(&intention("message_2")).unwrap();
        journal.started(unknown, at(4)).unwrap();
        let note = Note {
            run: run.id().clone(),
            at: at(9),
            kind: NoteKind::Unlock,
            base_url: Some(BASE.to_owned()),
            campaign: Some(CampaignId::new("campaign_1")),
            detail: String::new(),
        };
        journal.note(&note).unwrap();
        let names = CampaignNames::new(HashMap::from([((BASE.to_owned(), "campaign_1".to_owned()), "Clinic".to_owned())]));
        let open = journal.all_open().unwrap();
        let mut lines: Vec<JournalLine> =
            journal.notes(9).unwrap().into_iter().map(|note| JournalLine::of_note(note, &names, &TimeZone::UTC)).collect();
        lines.extend(journal.all(9).unwrap().into_iter().map(|entry| {
            let tries = journal.tries(entry.id).unwrap();
            let open = open.iter().find(|action| action.entry.id == entry.id);
            JournalLine::of_action(entry, &tries, open, &names, &TimeZone::UTC)
        }));
        lines
    }

    fn written(lines: &[JournalLine], with_next: bool, format: Format) -> String {
        let mut out = Vec::new();
        write(lines, with_next, format, &TimeZone::UTC, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn every_format_tells_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let lines = lines(folder.path());
        let table = written(&lines, false, Format::Table);
        assert!(
            table.contains(
                " 24 Nov 2026 04:00:01  Clinic    retry   message_1  refused   1         root (uid 0), sudo by ann, from 192.0.2.7  some_code: no (trace id t-1)\n"
            ),
            "{table}"
        );
        assert!(table.contains(" 24 Nov 2026 04:00:09  Clinic    unlock "), "{table}");
        let open = written(&lines[1..2], true, Format::Table);
        assert!(open.contains("a running Postwatch has it under way: wait for its outcome"), "{open}");

        let json: serde_json::Value = serde_json::from_str(&written(&lines, false, Format::Json)).unwrap();
        let ndjson: Vec<serde_json::Value> =
            written(&lines, false, Format::Ndjson).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(json, serde_json::Value::Array(ndjson));
        let keys: std::collections::BTreeSet<&str> = json[0].as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(keys, JournalLine::COLUMNS.into_iter().collect(), "CSV and JSON have the same names");
        assert_eq!(json[2]["tries"][0]["outcome"], "refused");

        let csv = written(&lines, false, Format::Csv);
        let mut rows = csv::Reader::from_reader(csv.as_bytes());
        let refused = rows.records().nth(2).unwrap().unwrap();
        let cells: Vec<&str> = refused.iter().collect();
        assert_eq!(cells[..6], ["2026-11-24T04:00:01.000+00:00", "retry", "Clinic", "campaign_1", BASE, "message_1"]);
        assert_eq!(
            cells[8..18],
            ["refused", "2026-11-24T04:00:03.000+00:00", "some_code", "no", "t-1", "a retry", "1", "root (uid 0)", "192.0.2.7", "ann"]
        );
    }

    #[test]
    fn nothing_is_a_document_too() {
        let empty = |format| written(&[], false, format);
        assert_eq!([Format::Json, Format::Ndjson, Format::Table].map(empty), ["[]\n", "", ""]);
        assert_eq!(empty(Format::Csv), JournalLine::COLUMNS.join(",") + "\n");
    }
}
