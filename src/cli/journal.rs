//! `postwatch journal`: every action taken from this account, or those with an unknown outcome.

use std::collections::HashMap;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use clap::Args;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::campaigns::{ConfiguredCampaign, configured};
use super::context::{counted, format_of, notice, unusable};
use super::exit::in_one_cell;
use super::moment::{clock_time, exact, shown};
use super::open_journal::{failure, folder};
use super::records::write_records;
use super::table::columns;
use super::{Common, EarlyExit, Exit, Failure, Format};
use crate::config;
use crate::state::{
    ActionAttempt, ActionId, ActionKind, ActionState, Holder, Journal, JournalAccess, JournalEntry, NoteEntry, OpenAction, StateError, Who,
};

/// What `journal` takes.
#[derive(Debug, Clone, Args)]
#[command(after_help = "Newest first: retries with their outcome, the API's code and trace id, and the
number of attempts; reveals, exports, unlocks and locks. The journal holds no
recipient and no text. An unknown outcome is looked up at the next start of the
dashboard or of `retry`, `send` or `send-batch` on its campaign; if it stays
unknown, the user settles it in the dashboard's activity view (5).")]
pub struct JournalArguments {
    /// Only actions with an unknown outcome, and what to do
    #[arg(long)]
    pub open: bool,
    /// Only the newest N
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub limit: Option<u64>,
}

/// Lists the journal. Changes nothing in it, and creates none.
///
/// # Errors
/// The journal cannot be read, or the output cannot be written.
pub(super) async fn run(arguments: &JournalArguments, common: &Common) -> Result<Exit, EarlyExit> {
    let notice = |line: &str| notice(common, line);
    let folder = folder(common).map_err(|error| unreadable(&error))?;
    let (names, zone) = names(common, notice);
    let mut lines = Vec::new();
    match JournalAccess::look(&folder).map_err(|error| unreadable(&error))? {
        None => notice(&format!("No action was ever taken from this account: there is no journal in {}.", folder.display())),
        Some(access) => {
            let journal = readable(&access, notice)?.clone();
            let is_open = arguments.open;
            let (arguments, zone) = (arguments.clone(), zone.clone());
            // A large journal takes a while to read.
            let read = tokio::task::spawn_blocking(move || lines_of(&journal, &arguments, &names, &zone));
            lines = match read.await {
                Ok(read) => {
                    let (lines, open) = read.map_err(|error| unreadable(&error))?;
                    notice(&summary(&lines, open, &folder, is_open));
                    lines
                }
                Err(_) => return Err(Failure::new(Exit::Failed, "The journal could not be read.", "", "Run the command again.").into()),
            };
        }
    }
    write(&lines, arguments.open, format_of(common), &zone, &mut BufWriter::new(io::stdout()))?;
    Ok(Exit::Done)
}

/// The journal for reading; says if it is read-only.
fn readable(access: &JournalAccess, notice: impl Fn(&str)) -> Result<&Journal, Failure> {
    match access {
        JournalAccess::Writable(journal) => Ok(journal),
        JournalAccess::ReadOnly { journal: Some(journal), why } => {
            notice(&format!("The journal is read-only, so nothing can be retried or sent: {why}."));
            Ok(journal)
        }
        JournalAccess::ReadOnly { journal: None, why } => Err(unreadable(&StateError::ReadOnly { why: why.clone() })),
    }
}

/// The newest actions and notes, newest first, and how many actions are open in all.
fn lines_of(
    journal: &Journal,
    arguments: &JournalArguments,
    names: &CampaignNames,
    zone: &TimeZone,
) -> Result<(Vec<JournalLine>, usize), StateError> {
    let limit = arguments.limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
    let open: HashMap<ActionId, OpenAction> = journal.all_open()?.into_iter().map(|action| (action.entry.id, action)).collect();
    let mut actions = if arguments.open {
        let mut entries: Vec<_> = open.values().map(|action| action.entry.clone()).collect();
        entries.sort_by_key(|entry| std::cmp::Reverse(entry.id));
        entries
    } else {
        journal.all(limit)?
    };
    actions.truncate(limit);
    let mut lines = Vec::with_capacity(actions.len());
    for entry in actions {
        let tries = journal.tries(entry.id)?;
        let open = open.get(&entry.id);
        lines.push(JournalLine::of_action(entry, &tries, open, names, zone));
    }
    if !arguments.open {
        lines.extend(journal.notes(limit)?.into_iter().map(|note| JournalLine::of_note(note, names, zone)));
    }
    // Lines with the same time keep the journal's order.
    lines.sort_by_key(|line| std::cmp::Reverse(line.time));
    lines.truncate(limit);
    Ok((lines, open.len()))
}

fn summary(lines: &[JournalLine], open: usize, folder: &Path, is_open: bool) -> String {
    if lines.is_empty() {
        let nothing = if is_open { "No outcome is open" } else { "No action was taken yet" };
        return format!("{nothing}, according to the journal in {}.", folder.display());
    }
    let notes = lines.iter().filter(|line| line.state.is_none()).count();
    let reported = format!("{} and {}", counted(lines.len() - notes, "action"), counted(notes, "note"));
    match open {
        0 => format!("{reported}; no outcome is open."),
        open => format!("{reported}; open in all: {}.", counted(open, "action")),
    }
}

/// The campaigns' names and the time zone, if there is a configuration: the journal can be read
/// without one.
fn names(common: &Common, notice: impl Fn(&str)) -> (CampaignNames, TimeZone) {
    match configured(common) {
        Ok(configured) => {
            let campaigns = configured.campaigns.iter();
            let name = |campaign: &ConfiguredCampaign| {
                ((campaign.base.as_str().to_owned(), campaign.settings.id.as_str().to_owned()), campaign.settings.name.clone())
            };
            (CampaignNames::new(campaigns.map(name).collect()), configured.config.display.time_zone.clone())
        }
        Err(error) => {
            // Without a file there are simply no names.
            if !error.is_not_found() || common.config.is_some() {
                let failure = unusable(&error);
                notice(&format!("{} Campaigns are named by their ids.", failure.text.reason()));
            }
            (CampaignNames::default(), config::Display::default().time_zone)
        }
    }
}

fn unreadable(error: &StateError) -> Failure {
    failure(error, "The journal of actions cannot be read.", "Fix the state folder, or name another one with `--state FOLDER`.")
}

/// The configured names of campaigns, by base URL and id.
#[derive(Debug, Clone, Default)]
struct CampaignNames(HashMap<(String, String), String>);

impl CampaignNames {
    /// From the configuration.
    pub fn new(names: HashMap<(String, String), String>) -> Self {
        Self(names)
    }

    fn of(&self, base_url: Option<&str>, campaign: Option<&str>) -> Option<String> {
        self.0.get(&(base_url?.to_owned(), campaign?.to_owned())).cloned()
    }
}

/// An action, or a note of another event.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct JournalLine {
    /// For the order.
    #[serde(skip)]
    pub time: Timestamp,
    pub at: String,
    /// `retry`, `retry-batch`, `send`, `send-batch`; `reveal`, `export`, `unlock`, `lock`.
    pub kind: &'static str,
    /// The configured name.
    pub campaign: Option<String>,
    pub campaign_id: Option<String>,
    pub base_url: Option<String>,
    pub message_id: Option<String>,
    pub batch_id: Option<String>,
    pub file_name: Option<String>,
    /// The language and time of a send, to tell it from others: it may have no id, and the journal keeps no number.
    #[serde(skip)]
    pub send: Option<String>,
    /// What is known of an action; none for a note.
    pub state: Option<&'static str>,
    pub changed_at: Option<String>,
    pub code: Option<String>,
    /// The reason for the outcome; the text of a note.
    pub reason: Option<String>,
    pub trace_id: Option<String>,
    pub plan: Option<String>,
    pub tries: Vec<AttemptPart>,
    pub user: String,
    pub ssh_source: Option<String>,
    pub sudo_user: Option<String>,
    /// The run of the program.
    pub run: String,
    /// What to do about an action whose outcome is open.
    pub next: Option<&'static str>,
}

/// One try of an action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct AttemptPart {
    pub number: u32,
    pub started_at: String,
    pub ended_at: Option<String>,
    pub outcome: Option<&'static str>,
    pub code: Option<String>,
    pub reason: Option<String>,
    pub trace_id: Option<String>,
}

impl JournalLine {
    /// The columns of CSV, named as in JSON; `tries` is their number.
    pub const COLUMNS: [&str; 20] = [
        "at",
        "kind",
        "campaign",
        "campaignId",
        "baseUrl",
        "messageId",
        "batchId",
        "fileName",
        "state",
        "changedAt",
        "code",
        "reason",
        "traceId",
        "plan",
        "tries",
        "user",
        "sshSource",
        "sudoUser",
        "run",
        "next",
    ];

    /// An action; `open` if its outcome is unknown.
    fn of_action(entry: JournalEntry, tries: &[ActionAttempt], open: Option<&OpenAction>, names: &CampaignNames, zone: &TimeZone) -> Self {
        let file_name = match &entry.action {
            ActionKind::UploadBatch { file_name, .. } => Some(file_name.clone()),
            _ => None,
        };
        let send = match &entry.action {
            ActionKind::SendMessage { language, .. } => {
                let words = [language.clone(), clock_time(entry.planned_at, zone)];
                Some(words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(", "))
            }
            _ => None,
        };
        Self {
            time: entry.planned_at,
            at: exact(entry.planned_at, zone),
            kind: entry.action.word(),
            campaign: names.of(Some(&entry.base_url), Some(entry.campaign.as_str())),
            campaign_id: Some(entry.campaign.as_str().to_owned()),
            message_id: entry.action.message().map(|message| message.as_str().to_owned()),
            batch_id: entry.action.batch().map(|batch| batch.as_str().to_owned()),
            file_name,
            send,
            state: Some(entry.state.word()),
            changed_at: Some(exact(entry.changed_at, zone)),
            plan: Some(entry.plan),
            tries: tries.iter().map(|one| AttemptPart::of(one, zone)).collect(),
            run: entry.run.as_str().to_owned(),
            next: open.map(what_to_do),
            base_url: Some(entry.base_url),
            code: entry.code,
            reason: entry.reason,
            trace_id: entry.trace_id,
            ..Self::by(entry.who)
        }
    }

    /// A note.
    fn of_note(entry: NoteEntry, names: &CampaignNames, zone: &TimeZone) -> Self {
        let NoteEntry { note, who } = entry;
        let campaign_id = note.campaign.as_ref().map(|campaign| campaign.as_str().to_owned());
        Self {
            time: note.at,
            at: exact(note.at, zone),
            kind: note.kind.word(),
            campaign: names.of(note.base_url.as_deref(), campaign_id.as_deref()),
            campaign_id,
            base_url: note.base_url,
            reason: Some(note.detail).filter(|detail| !detail.is_empty()),
            run: note.run.as_str().to_owned(),
            ..Self::by(who)
        }
    }

    /// Only the actor.
    fn by(who: Who) -> Self {
        Self { user: who.user, ssh_source: who.ssh_source, sudo_user: who.sudo_user, ..Self::default() }
    }

    /// How many attempts an action has had; none for a note.
    pub fn attempts(&self) -> Option<usize> {
        self.state.map(|_| self.tries.len())
    }
}

impl AttemptPart {
    fn of(one: &ActionAttempt, zone: &TimeZone) -> Self {
        Self {
            number: one.number,
            started_at: exact(one.started_at, zone),
            ended_at: one.ended_at.map(|at| exact(at, zone)),
            outcome: one.outcome.map(ActionState::word),
            code: one.code.clone(),
            reason: one.reason.clone(),
            trace_id: one.trace_id.clone(),
        }
    }
}

/// What a person does about an action whose outcome is open.
fn what_to_do(open: &OpenAction) -> &'static str {
    let is_under_way = open.last_try.as_ref().is_some_and(|last| last.outcome.is_none());
    match (open.entry.state, open.holder) {
        (ActionState::Unknown, Holder::Alive) => "a running Postwatch is looking it up: wait, or decide in its activity view (5)",
        (_, Holder::Alive) => "a running Postwatch has it under way: wait for its outcome",
        (ActionState::Unknown, Holder::Orphan) => {
            "look at the messages; the dashboard's activity view (5) reads them again, or lets you say whether it was sent"
        }
        (_, Holder::Orphan) if is_under_way => {
            "the program exited before the answer came: the next dashboard, or `retry`, `send` or `send-batch` on this campaign, looks it up"
        }
        (_, Holder::Orphan) => "the program exited before it was sent: plan it again, if it is still needed",
    }
}

/// Writes the lines. `with_next` adds to the table what to do about each.
fn write(lines: &[JournalLine], with_next: bool, format: Format, zone: &TimeZone, out: &mut impl Write) -> io::Result<()> {
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
            [&line.message_id, &line.batch_id, &line.file_name, &line.send].into_iter().flatten().next().cloned().unwrap_or_default(),
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
    use std::collections::HashMap;

    use jiff::{SignedDuration, Timestamp};

    use super::*;
    use crate::delivery::{CampaignId, MessageId};
    use crate::state::{ActionKind, Intention, Journal, Note, NoteKind, Outcome, ReadFrom, RunId, Server, Who};

    const BASE: &str = "http://127.0.0.1:8025/api/v2";

    fn at(second: i64) -> Timestamp {
        "2026-11-24T04:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_secs(second)
    }

    fn lines(folder: &Path) -> Vec<JournalLine> {
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
