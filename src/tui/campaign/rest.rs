//! What was agreed to but not started: stopped, taken back, expired, or left over from an earlier run
//! of the program. It is offered again as one plan, so that nobody has to gather it by hand.

use std::collections::HashSet;

use jiff::Timestamp;

use super::Campaign;
use crate::action::{Agreed, BatchPlan, Subject};
use crate::delivery::{BatchId, MessageId};
use crate::monitor::ActionStage;
use crate::tui::shared::planning::batch_plan;

/// Why there is no rest to plan.
pub(in crate::tui) const NOTHING_LEFT: &str = "nothing is left to start";

/// What is left of a campaign's actions.
#[derive(Debug, Default)]
pub(in crate::tui) struct LeftToStart {
    messages: Vec<MessageId>,
    known: HashSet<MessageId>,
    batches: Vec<BatchId>,
}

impl LeftToStart {
    /// The messages, in the order in which they were left.
    pub fn messages(&self) -> &[MessageId] {
        &self.messages
    }

    /// The batches as a whole.
    pub fn batches(&self) -> &[BatchId] {
        &self.batches
    }

    /// How many messages and batches.
    pub fn len(&self) -> usize {
        self.messages.len() + self.batches.len()
    }

    /// Whether nothing is left.
    pub fn is_empty(&self) -> bool {
        self.messages.is_empty() && self.batches.is_empty()
    }

    fn note(&mut self, subject: Subject) {
        match subject {
            Subject::Message(message) if self.known.insert(message.clone()) => self.messages.push(message),
            Subject::Batch(batch) if !self.batches.contains(&batch) => self.batches.push(batch),
            // What a message to be sent says is not kept, and a file must be checked again, so neither is planned again here.
            Subject::Message(_) | Subject::Batch(_) | Subject::Send(_) | Subject::Upload(_) => {}
        }
    }

    fn forget(&mut self, subjects: &[Subject]) {
        let mut gone = false;
        for subject in subjects {
            match subject {
                Subject::Message(message) => gone |= self.known.remove(message),
                Subject::Batch(batch) => self.batches.retain(|known| known != batch),
                Subject::Send(_) | Subject::Upload(_) => {}
            }
        }
        if gone {
            self.messages.retain(|message| self.known.contains(message));
        }
    }
}

impl Campaign {
    /// These did not start.
    pub fn note_rest(&mut self, subjects: impl IntoIterator<Item = Subject>) {
        for subject in subjects {
            self.not_started.note(subject);
        }
    }

    /// A person agreed to these: they are no longer left.
    pub fn forget_rest(&mut self, agreed: &Agreed) {
        self.not_started.forget(&agreed.subjects());
    }

    /// The batch to ask about next: the first that can be retried now, otherwise the first that is
    /// loaded.
    pub fn next_batch_left(&self, now: Timestamp) -> Option<BatchId> {
        let loaded = || self.not_started.batches.iter().filter_map(|batch| Some((batch, batch_plan(self, batch, None, now)?)));
        let has_failed = |plan: &BatchPlan| plan.refusal.is_none() && plan.failures > 0;
        let (batch, _) = loaded().find(|(_, plan)| has_failed(plan)).or_else(|| loaded().next())?;
        Some(batch.clone())
    }

    /// What a stage says about whether its subject is left.
    pub fn follow_rest(&mut self, subject: &Subject, stage: &ActionStage) {
        if has_not_started(stage) {
            self.not_started.note(subject.clone());
        } else {
            self.not_started.forget(std::slice::from_ref(subject));
        }
    }
}

/// Whether it was agreed to, but nothing of it was sent in the end. What was not taken belongs to another
/// process, or has its own end here.
fn has_not_started(stage: &ActionStage) -> bool {
    matches!(stage, ActionStage::NotSent(_))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::postman::Explanation;
    use crate::tui::campaign::tests::campaign;

    #[test]
    fn what_is_left_is_held_once_and_in_order_until_it_goes() {
        let why = || Explanation::new("w", "", "");
        let id = |name: &str| MessageId::new(name);
        let mut campaign = campaign();
        let (message, batch) = (|name: &str| Subject::Message(id(name)), Subject::Batch(BatchId::new("batch")));
        campaign.note_rest([message("b"), message("a"), message("b"), batch.clone()]);
        campaign.follow_rest(&message("c"), &ActionStage::NotSent(why()));
        campaign.follow_rest(&message("a"), &ActionStage::NotSent(why()));
        assert_eq!(campaign.not_started.messages(), [id("b"), id("a"), id("c")]);
        campaign.follow_rest(&message("a"), &ActionStage::UnderWay { try_number: 1 });
        campaign.follow_rest(&batch, &ActionStage::Accepted);
        assert_eq!((campaign.not_started.messages(), campaign.not_started.batches().len()), (&[id("b"), id("c")][..], 0));
    }
}
