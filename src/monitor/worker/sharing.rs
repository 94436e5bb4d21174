//! The slot of the next call, from the budget that all processes of this machine share.

use std::time::Duration;

use super::super::NoticeWeight;
use super::super::slots::LATE;
use super::Worker;
use super::retrying::blocking;
use crate::postman::Explanation;
use crate::state::{SharedBudget, StateError};

impl Worker {
    /// Reserves a slot; without the shared file the rate is halved, because another process may be
    /// taking the other half.
    pub(super) async fn reserve(&mut self) {
        let now = self.now();
        let spacing = Duration::from_secs_f64(1.0 / self.desk.budget.full_rate(now)) + LATE;
        let (base, campaign) = (self.api.base().as_str().to_owned(), self.api.campaign().as_str().to_owned());
        let opened = self.shared.clone();
        let folder = self.journal.readable().map(|journal| journal.folder().to_owned());
        let reserved = blocking(move || {
            let shared = match (opened, folder) {
                (Some(shared), _) => shared,
                (None, Some(folder)) => SharedBudget::open(&folder)?,
                (None, None) => return Err(StateError::ReadOnly { why: "there is no state folder to use".to_owned() }),
            };
            let slot = shared.reserve(&base, &campaign, now, spacing)?;
            Ok((shared, slot))
        });
        match reserved.await {
            Ok((shared, slot)) => {
                let mended = self.desk.slots.is_broken();
                self.shared = Some(shared);
                self.desk.slots.reserved(slot);
                self.desk.budget.halve(false);
                if mended {
                    self.notice(NoticeWeight::Info, mended_told()).await;
                }
            }
            Err(error) => {
                self.shared = None;
                self.desk.budget.halve(true);
                if self.desk.slots.broke(now) {
                    self.notice(NoticeWeight::Warning, broken_told(&error)).await;
                }
            }
        }
    }
}

fn broken_told(error: &StateError) -> Explanation {
    Explanation {
        what: "Only half the configured calls are made.".to_owned(),
        why: format!("The budget that is shared with other Postwatch processes cannot be used: {}.", error.explained()),
        next: "Mend the state folder, or name another with `--state FOLDER`; it is tried again every minute.".to_owned(),
        trace_id: None,
    }
}

fn mended_told() -> Explanation {
    Explanation {
        what: "All configured calls are made again.".to_owned(),
        why: "The budget that is shared with other Postwatch processes can be used.".to_owned(),
        next: "Nothing.".to_owned(),
        trace_id: None,
    }
}
