//! Access to the call budget that all processes of this machine share.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use super::Moment;
use super::call_slots::LATE;
use crate::delivery::CampaignId;
use crate::postman::{Api, Explanation};
use crate::state::{ReservedSlot, Server, SharedBudget, StateError};

/// A campaign's part of the shared budget.
#[derive(Debug)]
pub(super) struct Sharing {
    /// The shared budget; `None` if there is no state folder.
    budget: Option<Arc<dyn SharedBudget>>,
    server: Server,
    campaign: CampaignId,
    /// The reserved slot that no call has used yet.
    unused: Mutex<Option<ReservedSlot>>,
}

impl Sharing {
    /// The part for the API's campaign.
    pub fn new(budget: Option<Arc<dyn SharedBudget>>, api: &Api) -> Self {
        Self { budget, server: Server::of(api.base().as_str()), campaign: api.campaign().clone(), unused: Mutex::default() }
    }

    /// Reserves the next free slot of the campaign, at `calls_per_second`, that may be used `room` later. An unused
    /// earlier reservation is given up for it. Processes agree on slots by the wall clock, which is all they share;
    /// this one's wait uses its own clock.
    ///
    /// # Errors
    /// If the shared budget cannot be used. The next call tries again.
    pub async fn reserve(&self, calls_per_second: f64, now: Moment, room: Duration) -> Result<Timestamp, StateError> {
        let spacing = Duration::from_secs_f64(1.0 / calls_per_second) + LATE + room;
        let no_folder = || StateError::ReadOnly { why: "there is no state folder to use".to_owned() };
        let budget = Arc::clone(self.budget.as_ref().ok_or_else(no_folder)?);
        let (server, campaign) = (self.server.clone(), self.campaign.clone());
        let unused = *self.unused();
        let slot = blocking(move || budget.reserve(&server, &campaign, now.wall, spacing, unused)).await?;
        *self.unused() = Some(slot);
        Ok(now.steady.checked_add(slot.at.duration_since(now.wall)).unwrap_or(now.steady))
    }

    /// A call is made in its slot.
    pub fn used(&self) {
        *self.unused() = None;
    }

    fn unused(&self) -> std::sync::MutexGuard<'_, Option<ReservedSlot>> {
        self.unused.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Sharing {
    /// The next caller must not wait for a call that is not made.
    fn drop(&mut self) {
        let unused = self.unused().take();
        if let (Some(budget), Some(unused)) = (&self.budget, unused) {
            // If it cannot be given back, it passes unused.
            let _ = budget.give_back(&self.server, &self.campaign, unused);
        }
    }
}

/// Runs disk work off the worker's own thread.
pub(super) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, StateError> + Send + 'static) -> Result<T, StateError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        // Cancelled only when the program is ending; then nobody reads the answer.
        Err(broken) => match broken.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => std::future::pending().await,
        },
    }
}

pub(super) fn broken_reported(error: &StateError) -> Explanation {
    Explanation::new(
        "Only half the configured calls are made.",
        format!("The budget that is shared with other Postwatch processes cannot be used: {}.", error.explained()),
        "Fix the state folder, or name another with `--state FOLDER`; it is tried again every minute.",
    )
}

pub(super) fn repaired_reported() -> Explanation {
    Explanation::new(
        "All configured calls are made again.",
        "The budget that is shared with other Postwatch processes can be used again.",
        "Nothing.",
    )
}
