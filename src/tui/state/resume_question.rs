//! The question before a run that paused itself continues.

use super::{Campaign, OpenQuestion};
use crate::monitor::RunPhase;
use crate::postman::Explanation;

/// The question while it is open.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) struct ResumeQuestion {
    /// Its number and state as an open question.
    pub asked: OpenQuestion,
    /// How many messages are still to go.
    pub to_go: usize,
    /// Why the run paused itself.
    pub why: Explanation,
}

impl ResumeQuestion {
    /// The question about the campaign's run; `None` where none has paused itself.
    pub fn new(id: u64, campaign: &Campaign) -> Option<Self> {
        let news = campaign.run.as_ref()?.news.as_ref()?;
        let RunPhase::Paused(why) = &news.phase else { return None };
        Some(Self { asked: OpenQuestion::new(id), to_go: news.to_go, why: why.clone() })
    }

    /// Keeps it up to date; where it now says something else, it is asked again. False where no run is
    /// paused any more.
    pub fn refresh(&mut self, id: u64, campaign: &Campaign) -> bool {
        let Some(now) = Self::new(id, campaign) else { return false };
        if (self.to_go, &self.why) != (now.to_go, &now.why) {
            *self = now;
        }
        true
    }
}
