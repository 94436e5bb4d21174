//! The last minutes against the usual.

use crate::delivery::DeliveryError;

/// What ended in the last minutes. A message counts where its last change lies.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Recent {
    /// How many minutes it is about; the current one counts as one of them.
    pub minutes: u32,
    /// Delivered and failed messages.
    pub finished: usize,
    /// The failed ones among them.
    pub failed: usize,
    /// The share of failures in the 24 hours before the window, 0 to 1; `None` where fewer than
    /// [`Recent::ENOUGH`] finished then.
    pub usual_share: Option<f64>,
    /// The most frequent error of the window; ties by code.
    pub leading_error: Option<DeliveryError>,
}

impl Recent {
    /// From how many finished messages on a share says something.
    pub const ENOUGH: usize = 20;

    /// The share of failures in the window, 0 to 1; `None` where fewer than
    /// [`Recent::ENOUGH`] finished.
    pub fn share(&self) -> Option<f64> {
        share(self.failed, self.finished)
    }
}

/// A share where there are enough to speak of one.
pub(super) fn share(failed: usize, finished: usize) -> Option<f64> {
    (finished >= Recent::ENOUGH).then(|| failed as f64 / finished as f64)
}
