//! What is under the cursor, in any view.

use crate::delivery::{BatchId, MessageId, Status};
use crate::tui::shared::{Entry, GroupKey, Shared, ViewKind};
use crate::tui::views::{activity, batches};

/// What is known of the row under the cursor.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::tui) struct RowSubject {
    pub message: Option<MessageId>,
    /// Its batch, or the batch itself.
    pub batch: Option<BatchId>,
    /// The error's code; empty where the API gave none.
    pub error: Option<String>,
}

impl Shared {
    /// The row under the cursor.
    pub(in crate::tui) fn subject(&self) -> RowSubject {
        let Some(campaign) = self.campaign() else { return RowSubject::default() };
        match self.view {
            ViewKind::Messages => {
                let Some(row) = campaign.subject() else { return RowSubject::default() };
                let cells = campaign.store.cells(row);
                let has_failed = cells.status == Some(&Status::Failure);
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
                Some(Entry::Action(record)) => {
                    RowSubject { message: record.subject.message().cloned(), batch: record.subject.batch().cloned(), error: None }
                }
                Some(Entry::Open(open, _)) => {
                    RowSubject { message: open.kind.message().cloned(), batch: open.kind.batch().cloned(), error: None }
                }
                Some(Entry::Change(record)) => RowSubject { message: Some(record.message.clone()), ..RowSubject::default() },
                Some(Entry::NotStarted(_)) | None => RowSubject::default(),
            },
        }
    }
}
