//! Actions whose outcome is unknown: those of dead runs are taken over, those of living ones are reported, and a
//! person may look again or decide.

use std::collections::HashMap;

use jiff::SignedDuration;

use super::super::active_action::{ActionPhase, ActionRef, ActiveAction};
use super::super::call_slots::blocking;
use super::super::{ActionStage, News, NotStarted, NoticeWeight, OpenActionNews, UploadedNews};
use super::Worker;
use super::in_the_way::{journal_broken, to_the_second};
use crate::action::{ActionNumber, Created, READS_NEEDED, RunEvent, Subject};
use crate::postman::{Explanation, OUT_OF_ATTEMPTS};
use crate::state::{ActionId, ActionKind, ActionState, Holder, JournalEntry, OpenAction, Resolution, StateError};

/// How often the journal is checked while other processes have actions under way: to see their outcomes, and to take
/// over what a dead one left.
const REVIEW_AGAIN: SignedDuration = SignedDuration::from_secs(30);

/// How long after it was accepted a file is reported at a start: after so long its rows show, or a person knows why not.
const ROWS_SHOW_WITHIN: SignedDuration = SignedDuration::from_hours(1);

impl Worker {
    /// Takes over what earlier runs left: requests with unknown outcomes are looked up (by reading, never by
    /// sending), and retries not started are reported.
    pub(super) async fn take_over(&mut self) {
        if self.journal.readable().is_some() {
            self.review().await;
        }
    }

    /// Checks the journal for what dead runs left and for other processes' actions.
    pub(super) async fn review(&mut self) {
        self.scheduler.review_at = None;
        let (server, campaign, at) = (self.server.clone(), self.api.campaign().clone(), self.wall());
        let (writable, readable) = (self.journal.writable().ok().cloned(), self.journal.readable().cloned());
        let found = blocking(move || {
            let settled = writable.map(|journal| journal.settle_orphans(&server, &campaign, at)).transpose()?.unwrap_or_default();
            let open = readable.as_ref().map(|journal| journal.open_actions(&server, &campaign)).transpose()?.unwrap_or_default();
            let uploaded = readable.as_ref().map(|journal| journal.uploads_accepted_since(&server, &campaign, at - ROWS_SHOW_WITHIN));
            let used_up = readable.map(|journal| journal.messages_refused_with(&server, &campaign, OUT_OF_ATTEMPTS));
            Ok((settled, open, uploaded.transpose()?.unwrap_or_default(), used_up.transpose()?.unwrap_or_default()))
        });
        match found.await {
            Ok((settled, open, uploaded, used_up)) => {
                let actions = || settled.not_started.iter().map(|entry| &entry.action);
                let not_started = NotStarted {
                    messages: actions().filter_map(|action| action.message().cloned()).collect(),
                    batches: actions().filter_map(|action| action.batch().cloned()).collect(),
                    sends: actions().filter(|action| matches!(action, ActionKind::SendMessage { .. })).count(),
                    uploads: actions().filter_map(ActionKind::file_name).map(str::to_owned).collect(),
                };
                // The listener reports it, because it can offer to plan them again.
                if !not_started.is_empty() {
                    self.tell(News::NotStarted(not_started)).await;
                }
                if self.used_up_reported != used_up {
                    self.used_up_reported.clone_from(&used_up);
                    self.tell(News::OutOfAttempts(used_up)).await;
                }
                let own = self.run.as_ref().map(|run| run.id().clone());
                let uploaded: Vec<UploadedNews> = uploaded
                    .into_iter()
                    .filter(|entry| Some(&entry.run) != own.as_ref())
                    .map(|entry| UploadedNews { kind: entry.action, planned_at: entry.planned_at, accepted_at: entry.changed_at })
                    .collect();
                if self.uploads_reported != uploaded {
                    self.uploads_reported.clone_from(&uploaded);
                    self.tell(News::Uploaded(uploaded)).await;
                }
                for action in &open {
                    self.take_action_over(action).await;
                }
                self.tell_open_as(open).await;
            }
            Err(error) => self.notice(NoticeWeight::Problem, journal_broken(&error)).await,
        }
    }

    /// Takes over one action, if no process is responsible for it and its outcome is unknown.
    async fn take_action_over(&mut self, action: &OpenAction) {
        let orphan = action.entry.state == ActionState::Unknown && action.holder == Holder::Orphan;
        if !orphan || self.journal.writable().is_err() || !self.taken_over.insert(action.entry.id) {
            return;
        }
        let why = left_unknown(&action.entry);
        if let Some(active) = ActiveAction::left_over(&action.entry, None, 0, &self.clock, why.clone()) {
            self.stage(&active.which, ActionStage::Unknown { why, look_up_at: active.look_up_at() }).await;
            self.scheduler.actions.push(active);
        }
    }

    /// Reports which actions are open, if that has changed.
    pub(super) async fn tell_open(&mut self) {
        let Some(journal) = self.journal.readable().cloned() else { return };
        let (server, campaign) = (self.server.clone(), self.api.campaign().clone());
        // An unreadable journal is reported when something is to be written to it.
        if let Ok(open) = blocking(move || journal.open_actions(&server, &campaign)).await {
            self.tell_open_as(open).await;
        }
    }

    async fn tell_open_as(&mut self, open: Vec<OpenAction>) {
        let own = self.run.as_ref().map(|run| run.id().clone());
        // Of a run, all messages that wait for their turn are open.
        let active: HashMap<ActionId, &ActiveAction> =
            self.scheduler.actions.iter().rev().filter_map(|active| Some((active.which.id?, active))).collect();
        let news: Vec<OpenActionNews> = open
            .into_iter()
            .map(|open| {
                let elsewhere = open.holder == Holder::Alive && Some(&open.entry.run) != own.as_ref();
                let active = active.get(&open.entry.id);
                OpenActionNews {
                    action: open.entry.id,
                    kind: open.entry.action,
                    planned_at: open.entry.planned_at,
                    state: open.entry.state,
                    elsewhere,
                    look_up_at: active.and_then(|active| active.look_up_at()),
                }
            })
            // What this run is about to send has a known outcome: nothing so far.
            .filter(|open| open.elsewhere || open.state == ActionState::Unknown)
            .collect();
        self.scheduler.review_at = news.iter().any(|open| open.elsewhere).then(|| self.now() + REVIEW_AGAIN);
        if self.open_reported.as_ref() != Some(&news) {
            self.open_reported = Some(news.clone());
            self.tell(News::OpenActions(news)).await;
        }
    }

    /// A person asks to have an unknown outcome looked up again.
    pub(super) async fn look_up(&mut self, action: ActionId) {
        let now = self.now();
        if let Some(active) =
            self.scheduler.actions.iter_mut().find(|active| active.which.id == Some(action) && active.look_up_at().is_some())
        {
            active.look_up_now(now);
            return;
        }
        match self.journalled(move |journal| journal.entry(action)).await {
            Ok(entry) if entry.state == ActionState::Unknown => {
                let why = left_unknown(&entry);
                // One more reading decides: there were enough before.
                let left = ActiveAction::left_over(&entry, self.number_of(entry.id), READS_NEEDED - 1, &self.clock, why.clone());
                if let Some(mut active) = left {
                    if let Some(evidence) = self.unknown_sends.get(&entry.id) {
                        active.remember(evidence.clone());
                    }
                    self.stage(&active.which, ActionStage::Unknown { why, look_up_at: active.look_up_at() }).await;
                    self.scheduler.actions.push(active);
                } else {
                    self.notice(NoticeWeight::Info, nothing_to_compare()).await;
                }
                self.tell_open().await;
            }
            Ok(_) => self.tell_open().await,
            Err(error) => self.notice(NoticeWeight::Problem, journal_broken(&error)).await,
        }
    }

    /// The number of an action whose outcome is not known, where it was agreed to in this run of the program.
    fn number_of(&self, action: ActionId) -> Option<ActionNumber> {
        self.unknown.get(&action).copied().flatten()
    }

    /// A person says how an unknown outcome ended.
    pub(super) async fn resolve(&mut self, action: ActionId, went: bool) {
        let at = self.wall();
        let Some(run) = self.run.clone() else {
            let error = StateError::ReadOnly { why: "this program has not started a run in the journal".to_owned() };
            return self.notice(NoticeWeight::Warning, not_resolved(&error)).await;
        };
        let resolution = Resolution::ByPerson { went, run: run.id().clone() };
        let written = self.journalled(move |journal| {
            journal.resolve(action, &resolution, at)?;
            journal.entry(action)
        });
        let entry = match written.await {
            Ok(entry) => entry,
            Err(error) => {
                self.notice(NoticeWeight::Warning, not_resolved(&error)).await;
                self.tell_open().await;
                return;
            }
        };
        if let Some(active) = self.scheduler.actions.iter_mut().find(|active| active.which.id == Some(action)) {
            active.phase = ActionPhase::Over;
        }
        let stage = if went { ActionStage::FoundAccepted } else { ActionStage::NotSent(said_not_gone(&entry.action)) };
        if let Some(subject) = Subject::of(&entry.action) {
            let created = match &entry.action {
                ActionKind::SendMessage { created, .. } => created.clone().map(Created::Message),
                ActionKind::UploadBatch { created, .. } => created.clone().map(Created::Batch),
                ActionKind::RetryMessage { .. } | ActionKind::RetryBatch { .. } => None,
            };
            let which = ActionRef { number: self.number_of(action), id: Some(action), subject, created };
            self.unknown.remove(&action);
            self.unknown_sends.remove(&action);
            self.stage(&which, stage).await;
            if let Subject::Message(message) = which.subject {
                self.run_takes(RunEvent::FoundOut { message, taken: went }).await;
            }
        }
        self.tell_open().await;
    }
}

fn left_unknown(entry: &JournalEntry) -> Explanation {
    let (what, read) = match entry.action {
        ActionKind::SendMessage { .. } => ("A message of", "The campaign's messages are"),
        ActionKind::UploadBatch { .. } => ("A file sent at", "The campaign's messages are"),
        _ => ("A retry of", "The message is"),
    };
    Explanation::new(
        format!("{what} {} has an unknown outcome.", to_the_second(entry.planned_at)),
        entry.reason.as_deref().map_or_else(|| "Its answer was not seen.".to_owned(), |reason| format!("What was seen: {reason}.")),
        format!("{read} being read to find out; nothing is sent again automatically."),
    )
}

fn nothing_to_compare() -> Explanation {
    Explanation::new(
        "This outcome cannot be looked up.",
        "An older version recorded it without the details needed to compare.",
        "Check the messages yourself, then say whether it went.",
    )
}

fn not_resolved(error: &StateError) -> Explanation {
    Explanation::new(
        "Your decision was not recorded.",
        error.explained(),
        "Check the open actions again: another process may have found its outcome.",
    )
}

fn said_not_gone(kind: &ActionKind) -> Explanation {
    Explanation::new(
        "It did not go, a person says.",
        "Its outcome was unknown, and a person decided.",
        match kind {
            ActionKind::SendMessage { .. } | ActionKind::UploadBatch { .. } => "Send it again if it is still needed.",
            _ => "Plan it again if it still needs a retry.",
        },
    )
}
