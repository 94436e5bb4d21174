//! Reading a whole batch, before a question about it can be answered.

use jiff::SignedDuration;

use super::super::active_action::{BatchPass, BatchPassProgress};
use super::super::{BatchState, Generation, News, Purpose};
use super::Worker;
use super::calls::concerns_all;
use crate::postman::{CallError, Explanation};

/// How long it waits after a page that could not be read, multiplied by the failures in a row.
const PAUSE: SignedDuration = SignedDuration::from_secs(3);
/// The longest such wait.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_secs(60);

impl Worker {
    /// Reads the next page of the requested batch.
    pub(super) async fn read_requested_batch(&mut self) {
        let Some(wanted) = &self.scheduler.batch else { return };
        let (generation, batch, next) = (wanted.generation, wanted.batch.clone(), wanted.pass.next.clone());
        let Some(answer) = self.batch_page(Purpose::Batch, &batch, next).await else { return };
        let state = match answer {
            Ok(answer) => {
                let page = self.reported_batch_page(&batch, answer).await;
                let now = self.now();
                // The request may have been withdrawn or replaced by now.
                let Some(wanted) = self.scheduler.batch.as_mut().filter(|wanted| wanted.generation == generation) else { return };
                wanted.unread = 0;
                match wanted.pass.take(page, now) {
                    BatchPassProgress::More => {
                        wanted.read_at = Some(now);
                        BatchState::Reading(wanted.pass.len())
                    }
                    BatchPassProgress::Whole(reading) => {
                        wanted.read_at = None;
                        BatchState::Whole(reading)
                    }
                    BatchPassProgress::NoEnd => {
                        wanted.read_at = None;
                        BatchState::Failed { why: no_end(), again: false }
                    }
                }
            }
            Err(error) => {
                if concerns_all(&error) {
                    self.failed(&error).await;
                }
                let Some(state) = self.batch_unread(&error, generation) else { return };
                state
            }
        };
        self.tell(News::Batch { generation, state }).await;
    }

    /// It starts over after a while, because its cursor may be what was refused; a refusal would only come again.
    fn batch_unread(&mut self, error: &CallError, generation: Generation) -> Option<BatchState> {
        let now = self.now();
        let wanted = self.scheduler.batch.as_mut().filter(|wanted| wanted.generation == generation)?;
        wanted.pass = BatchPass::default();
        wanted.unread = wanted.unread.saturating_add(1);
        let pause = (PAUSE * i32::try_from(wanted.unread).unwrap_or(i32::MAX)).min(LONGEST_PAUSE);
        wanted.read_at = error.is_retryable().then(|| now + pause);
        Some(BatchState::Failed { why: error.explanation(), again: error.is_retryable() })
    }
}

fn no_end() -> Explanation {
    Explanation::new(
        "The batch cannot be read completely.",
        "The server's page cursors go in a circle, lead nowhere or are missing.",
        "Retry its messages one by one instead.",
    )
}
