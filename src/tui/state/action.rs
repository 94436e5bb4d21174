//! The retries that were asked for, and how far each is.

use jiff::Timestamp;

use crate::delivery::MessageId;
use crate::monitor::{ActionNews, ActionStage};

/// How many retries are kept for the screen; the journal has them all.
const KEPT: usize = 1000;

/// One retry.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) struct ActionRecord {
    /// The message.
    pub message: MessageId,
    /// How far it is; `None` while the worker has not said anything yet.
    pub stage: Option<ActionStage>,
    /// When that was told.
    pub at: Timestamp,
    /// When the API took it, as far as told.
    pub accepted_at: Option<Timestamp>,
}

/// The retries of one campaign, the one with the newest word last.
#[derive(Debug, Default)]
pub(in crate::tui) struct Actions {
    records: Vec<ActionRecord>,
}

impl ActionRecord {
    /// Whether it is on its way to the API, so that leaving now would leave its outcome unknown.
    pub fn is_acting(&self) -> bool {
        matches!(self.stage, None | Some(ActionStage::Intended | ActionStage::UnderWay { .. } | ActionStage::GoesAgain { .. }))
    }

    /// Whether another retry of the message must wait.
    fn blocks(&self) -> bool {
        match &self.stage {
            None | Some(ActionStage::Unknown { .. }) => true,
            // Whatever became of it is in the message itself: once that fails again, it may be
            // retried again.
            Some(ActionStage::Followed { .. }) => false,
            Some(stage) => !stage.is_over(),
        }
    }

    /// Whether a person must decide.
    pub fn needs_person(&self) -> bool {
        matches!(self.stage, Some(ActionStage::Unknown { look_up_at: None, .. }))
    }
}

impl Actions {
    /// A person said yes.
    pub fn asked(&mut self, message: MessageId, at: Timestamp) {
        self.replace(ActionRecord { message, stage: None, at, accepted_at: None });
    }

    /// A retry came further. One that an earlier run began is told here for the first time.
    pub fn note(&mut self, news: ActionNews) {
        let known = self.records.iter().find(|record| record.message == news.message);
        let accepted_at = match news.stage {
            ActionStage::Accepted | ActionStage::FoundAccepted => Some(news.at),
            _ => known.and_then(|record| record.accepted_at),
        };
        self.replace(ActionRecord { message: news.message, stage: Some(news.stage), at: news.at, accepted_at });
    }

    fn replace(&mut self, record: ActionRecord) {
        self.records.retain(|known| known.message != record.message);
        self.records.push(record);
        if self.records.len() > KEPT {
            // One that may still matter is never forgotten.
            if let Some(place) = self.records.iter().position(|record| !record.blocks()) {
                self.records.remove(place);
            }
        }
    }

    /// The messages that must not be retried now.
    pub fn blocking(&self) -> Vec<MessageId> {
        self.records.iter().filter(|record| record.blocks()).map(|record| record.message.clone()).collect()
    }

    /// Whether a retry is on its way to the API.
    pub fn is_acting(&self) -> bool {
        self.records.iter().any(ActionRecord::is_acting)
    }

    /// Whether a person must decide about one.
    pub fn needs_person(&self) -> bool {
        self.records.iter().any(ActionRecord::needs_person)
    }

    /// The one with the newest word.
    pub fn newest(&self) -> Option<&ActionRecord> {
        self.records.last()
    }

    /// The retry of a message.
    pub fn of(&self, message: &MessageId) -> Option<&ActionRecord> {
        self.records.iter().find(|record| record.message == *message)
    }
}
