//! What can be done with the row under the cursor, for users who know no keys.

use super::{CopyWhat, GroupKey, Shared, ViewKind};
use crate::delivery::{BatchId, MessageId};
use crate::tui::views::{activity, batches};
use crate::tui::{Action, Context};

/// Something that can be done with a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum RowAction {
    /// The same as a key.
    Key(Action),
    Copy(CopyWhat),
    /// Ask what to copy.
    CopyMenu,
    /// List only messages that failed with the same error.
    OnlyError,
    /// List only messages of the same batch.
    OnlyBatch,
    /// Show the batch among the others.
    ShowBatch,
}

/// A line of the menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::tui) struct RowLine {
    /// What it does.
    pub action: RowAction,
    /// The same in words.
    pub label: String,
    /// Its key; empty without one.
    pub key: String,
    /// Why it cannot be done.
    pub refusal: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum MenuKind {
    /// What can be done with the row.
    Actions,
    /// What can be copied of it.
    Copy,
}

/// The menu while it is open. Its cursor belongs to an action, not to a line number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) struct RowMenu {
    /// Which one.
    pub kind: MenuKind,
    pub cursor: RowAction,
}

/// What is known of the row that the menu is about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::tui) struct RowSubject {
    pub message: Option<MessageId>,
    /// Its batch, or the batch itself.
    pub batch: Option<BatchId>,
    /// The error's code; empty where the API gave none.
    pub error: Option<String>,
}

impl Shared {
    /// The lines of the menu in the view on the screen: always the same, so that each is found where it
    /// was before.
    pub(in crate::tui) fn row_lines(&self) -> Vec<RowLine> {
        let key = RowAction::Key;
        let all: &[RowAction] = match self.view {
            ViewKind::Messages => &[
                key(Action::Enter),
                key(Action::PlanRetry),
                key(Action::RevealRow),
                key(Action::Toggle),
                RowAction::OnlyError,
                RowAction::OnlyBatch,
                RowAction::ShowBatch,
                key(Action::Copy),
                RowAction::Copy(CopyWhat::Number),
                RowAction::Copy(CopyWhat::MessageId),
                RowAction::Copy(CopyWhat::BatchId),
                RowAction::Copy(CopyWhat::ErrorCode),
                RowAction::CopyMenu,
                key(Action::Export),
                key(Action::Order),
                key(Action::Clear),
            ],
            ViewKind::Batches => &[
                key(Action::Enter),
                key(Action::PlanRetry),
                key(Action::Copy),
                RowAction::Copy(CopyWhat::BatchId),
                RowAction::CopyMenu,
                key(Action::Export),
                key(Action::Order),
            ],
            ViewKind::Failures => &[
                key(Action::Enter),
                key(Action::PlanRetry),
                key(Action::Toggle),
                key(Action::Unmark),
                key(Action::Copy),
                RowAction::Copy(CopyWhat::ErrorCode),
                RowAction::CopyMenu,
                key(Action::Export),
                key(Action::Order),
            ],
            ViewKind::Activity => &[
                key(Action::Enter),
                key(Action::PlanRetry),
                key(Action::Copy),
                RowAction::Copy(CopyWhat::MessageId),
                RowAction::Copy(CopyWhat::BatchId),
                RowAction::Copy(CopyWhat::TraceId),
                RowAction::CopyMenu,
                key(Action::Export),
            ],
        };
        all.iter().filter_map(|action| self.row_line(*action)).collect()
    }

    /// A line; `None` for an action that this view does not have.
    fn row_line(&self, action: RowAction) -> Option<RowLine> {
        let pane = self.pane();
        let subject = self.subject();
        let missing = |is_there: bool, why: &str| (!is_there).then(|| why.to_owned());
        let (label, refusal) = match action {
            RowAction::Key(action) => {
                let here = |context| self.keymap.help(context).into_iter().find(|line| line.binding.action == action);
                let (key, label) = match here(pane) {
                    Some(line) => (line.key(pane), line.binding.label),
                    // The list behind an open message can be exported, too; the key for that belongs to the
                    // list.
                    None if pane == Context::Detail && action == Action::Export => (String::new(), here(Context::Messages)?.binding.label),
                    None => return None,
                };
                let label = self.row_label(action).unwrap_or(label);
                return Some(RowLine { action: RowAction::Key(action), label: label.to_owned(), key, refusal: self.why_not(action) });
            }
            RowAction::Copy(what) => return Some(self.copy_line(what, "copy ")),
            RowAction::CopyMenu => ("copy something else", None),
            RowAction::OnlyError => ("list only this error", missing(subject.error.is_some(), "it has not failed")),
            RowAction::OnlyBatch => ("list only this batch", missing(subject.batch.is_some(), "not in a batch")),
            RowAction::ShowBatch => ("show its batch", missing(subject.batch.is_some(), "not in a batch")),
        };
        Some(RowLine { action, label: label.to_owned(), key: String::new(), refusal })
    }

    /// What a key does here, where its label in the footer says too little.
    fn row_label(&self, action: Action) -> Option<&'static str> {
        let campaign = self.campaign()?;
        let row = campaign.subject();
        Some(match (action, self.view) {
            (Action::Enter, ViewKind::Batches | ViewKind::Failures) => "list its messages",
            (Action::PlanRetry, ViewKind::Batches) => "plan a retry of the whole batch",
            (Action::PlanRetry, ViewKind::Failures | ViewKind::Messages) if campaign.opened.is_none() && !campaign.marked.is_empty() => {
                "plan a retry of the marked messages"
            }
            (Action::PlanRetry, ViewKind::Failures)
                if campaign.failures.selected().is_some_and(|group| group.key == GroupKey::WorthRetry) =>
            {
                "plan a retry of all worth a retry"
            }
            (Action::PlanRetry, ViewKind::Failures) => "plan a retry of all with this error",
            (Action::PlanRetry, ViewKind::Activity) => "plan what was not started",
            (Action::RevealRow, _) if row.is_some_and(|row| campaign.marks.is_revealed(row)) => "mask it again",
            (Action::Toggle, ViewKind::Messages) if row.is_some_and(|row| campaign.marked.holds(row)) => "unmark it",
            (Action::Copy, _) => "copy the row",
            (Action::Export, _) => "export the list to a file",
            (Action::Order, ViewKind::Messages) => "order and columns of the list",
            (Action::Order, _) => "order of the list",
            (Action::Clear, _) => "show all messages again",
            _ => return None,
        })
    }

    /// The row under the cursor.
    pub(in crate::tui) fn subject(&self) -> RowSubject {
        let Some(campaign) = self.campaign() else { return RowSubject::default() };
        match self.view {
            ViewKind::Messages => {
                let Some(row) = campaign.subject() else { return RowSubject::default() };
                let cells = campaign.store.cells(row);
                let has_failed = cells.status == Some(&crate::delivery::Status::Failure);
                RowSubject {
                    message: Some(campaign.store.id(row)),
                    batch: cells.batch.map(BatchId::new),
                    error: has_failed.then(|| cells.error.map(|error| error.code.to_string()).unwrap_or_default()),
                }
            }
            ViewKind::Batches => RowSubject { batch: batches::selected(campaign), ..RowSubject::default() },
            ViewKind::Failures => {
                let error = campaign.failures.selected().and_then(|group| match &group.key {
                    GroupKey::Error(code) => Some(code.clone()),
                    GroupKey::WorthRetry => None,
                });
                RowSubject { error, ..RowSubject::default() }
            }
            ViewKind::Activity => match activity::selected(campaign) {
                Some(super::Entry::Action(record)) => {
                    RowSubject { message: record.subject.message().cloned(), batch: record.subject.batch().cloned(), error: None }
                }
                Some(super::Entry::Open(open, _)) => {
                    RowSubject { message: open.kind.message().cloned(), batch: open.kind.batch().cloned(), error: None }
                }
                Some(super::Entry::Change(record)) => RowSubject { message: Some(record.message.clone()), ..RowSubject::default() },
                Some(super::Entry::NotStarted(_)) | None => RowSubject::default(),
            },
        }
    }
}
