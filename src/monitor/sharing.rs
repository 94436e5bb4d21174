//! The way to the budget of calls that all processes of this machine share.

use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;

use super::Moment;
use super::slots::LATE;
use crate::postman::{Api, Explanation};
use crate::state::{SharedBudget, StateError};

/// A campaign's part of the shared budget, opened when it is first needed.
#[derive(Debug)]
pub(super) struct Sharing {
    /// The state folder, where there is one.
    folder: Option<PathBuf>,
    open: Option<SharedBudget>,
}

impl Sharing {
    pub fn new(folder: Option<PathBuf>) -> Self {
        Self { folder, open: None }
    }

    /// Reserves the next free slot of a campaign, at `calls_per_second`. Processes agree on slots by
    /// the wall clock, which is all that they share; how long this one has to wait goes by its own.
    ///
    /// # Errors
    /// When the shared file cannot be used. The next call opens it anew.
    pub async fn reserve(&mut self, api: &Api, calls_per_second: f64, now: Moment) -> Result<Timestamp, StateError> {
        let spacing = Duration::from_secs_f64(1.0 / calls_per_second) + LATE;
        let (base, campaign) = (api.base().as_str().to_owned(), api.campaign().as_str().to_owned());
        let (open, folder) = (self.open.take(), self.folder.clone());
        let (open, slot) = blocking(move || {
            let open = match (open, folder) {
                (Some(open), _) => open,
                (None, Some(folder)) => SharedBudget::open(&folder)?,
                (None, None) => return Err(StateError::ReadOnly { why: "there is no state folder to use".to_owned() }),
            };
            let slot = open.reserve(&base, &campaign, now.wall, spacing)?;
            Ok((open, slot))
        })
        .await?;
        self.open = Some(open);
        Ok(now.steady.checked_add(slot.duration_since(now.wall)).unwrap_or(now.steady))
    }
}

/// Runs what waits for the disk beside the worker's own thread.
pub(super) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, StateError> + Send + 'static) -> Result<T, StateError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        // Cancelled only when the program ends under it; then nobody reads the answer.
        Err(broken) => match broken.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => std::future::pending().await,
        },
    }
}

pub(super) fn broken_told(error: &StateError) -> Explanation {
    Explanation {
        what: "Only half the configured calls are made.".to_owned(),
        why: format!("The budget that is shared with other Postwatch processes cannot be used: {}.", error.explained()),
        next: "Mend the state folder, or name another with `--state FOLDER`; it is tried again every minute.".to_owned(),
        trace_id: None,
    }
}

pub(super) fn mended_told() -> Explanation {
    Explanation {
        what: "All configured calls are made again.".to_owned(),
        why: "The budget that is shared with other Postwatch processes can be used.".to_owned(),
        next: "Nothing.".to_owned(),
        trace_id: None,
    }
}
