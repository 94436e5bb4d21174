//! The messages that a person waits for: a bell and a line when one of them ends.

use jiff::Timestamp;

use super::Campaign;
use crate::delivery::{Mask, MessageId, Recipient, Status};
use crate::monitor::{ActionNews, ActionStage};
use crate::store::Merged;
use crate::tui::shared::Look;

/// How many can be followed: nobody waits for more by name.
const MOST: usize = 100;

/// The messages that a person waits for, the newest last.
#[derive(Debug, Default)]
pub(in crate::tui) struct Follows {
    messages: Vec<MessageId>,
}

/// A message that a person waited for has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::tui) struct FollowedEnd {
    pub message: MessageId,
    pub status: Status,
    /// When that was seen, by this program's own clock.
    pub seen_at: Timestamp,
}

impl Follows {
    /// From now on its end is reported.
    pub fn add(&mut self, message: MessageId) {
        self.messages.retain(|known| *known != message);
        self.messages.push(message);
        if self.messages.len() > MOST {
            self.messages.remove(0);
        }
    }

    /// It no longer is. False where it was not.
    pub fn remove(&mut self, message: &MessageId) -> bool {
        let before = self.messages.len();
        self.messages.retain(|known| known != message);
        self.messages.len() < before
    }

    pub fn holds(&self, message: &MessageId) -> bool {
        self.messages.contains(message)
    }
}

impl Campaign {
    /// The followed messages that an answer shows to have ended. They are no longer followed.
    pub fn followed_ends(&mut self, merged: &Merged) -> Vec<FollowedEnd> {
        if self.follows.messages.is_empty() {
            return Vec::new();
        }
        let ended = merged.changes.iter().filter(|change| change.to.is_final());
        let ended =
            ended.map(|change| FollowedEnd { message: self.store.id(change.row), status: change.to.clone(), seen_at: change.seen_at });
        let ended: Vec<FollowedEnd> = ended.collect();
        ended.into_iter().filter(|end| self.follows.remove(&end.message)).collect()
    }

    /// The same for what is reported of a retry. One that is refused was answered already: nothing more is to come.
    pub fn followed_end(&mut self, news: &ActionNews) -> Option<FollowedEnd> {
        let message = news.subject.message().or_else(|| news.created.as_ref()?.message())?;
        match &news.stage {
            ActionStage::Followed { status } if status.is_final() => {
                let end = FollowedEnd { message: message.clone(), status: status.clone(), seen_at: news.at };
                self.follows.remove(message).then_some(end)
            }
            ActionStage::Refused(_) | ActionStage::NotSent(_) | ActionStage::NotTaken(_) | ActionStage::Skipped(_) => {
                self.follows.remove(message);
                None
            }
            _ => None,
        }
    }

    /// Whose message it is, for a notice: that stays, so the number is masked whatever the screen is.
    pub fn masked_recipient(&self, message: &MessageId) -> String {
        let row = self.store.row(message);
        let recipient = row.and_then(|row| self.store.cells(row).recipient.map(Recipient::new));
        recipient.map_or_else(|| message.short(true), |recipient| recipient.shown(Mask::On))
    }

    /// `65∙∙∙∙4567 delivered 14:05:12`.
    pub fn end_words(&self, end: &FollowedEnd, look: &Look, now: Timestamp) -> String {
        let row = self.store.row(&end.message);
        let cells = row.map(|row| self.store.cells(row)).filter(|cells| cells.status == Some(&end.status));
        // The API's time where this is what it reported.
        let at = cells.as_ref().and_then(|cells| cells.last_change);
        let at = at.map_or_else(|| look.happened(end.seen_at, now), |at| look.time(at, now));
        let error = cells.and_then(|cells| cells.error).map(|error| format!(": {}", error.code)).unwrap_or_default();
        format!("{} {} {at}{error}", self.masked_recipient(&end.message), end.status.word())
    }
}
