//! One line of the journal, as scripts and people get it.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::super::moment::exact;
use crate::state::{ActionAttempt, ActionKind, ActionState, Holder, JournalEntry, NoteEntry, OpenAction, Who};

/// The configured names of campaigns, by base URL and id.
#[derive(Debug, Clone, Default)]
pub(super) struct CampaignNames(HashMap<(String, String), String>);

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
pub(super) struct JournalLine {
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
pub(super) struct AttemptPart {
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
    pub fn of_action(
        entry: JournalEntry,
        tries: &[ActionAttempt],
        open: Option<&OpenAction>,
        names: &CampaignNames,
        zone: &TimeZone,
    ) -> Self {
        let file_name = match &entry.action {
            ActionKind::UploadBatch { file_name, .. } => Some(file_name.clone()),
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
    pub fn of_note(entry: NoteEntry, names: &CampaignNames, zone: &TimeZone) -> Self {
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
            "look at the message; the dashboard's activity view (5) reads it again, or lets you say whether it was sent"
        }
        (_, Holder::Orphan) if is_under_way => {
            "the program exited before the answer came: the next dashboard, or `postwatch retry` on this campaign, looks it up"
        }
        (_, Holder::Orphan) => "the program exited before it was sent: plan it again, if it is still needed",
    }
}
