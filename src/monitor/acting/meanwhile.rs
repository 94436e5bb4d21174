//! What becomes of a message between a person's yes to its retry and the request: whoever else retries
//! it meanwhile must not make this a second one.

use std::sync::Arc;

use jiff::Timestamp;

use super::super::ActionStage;
use super::super::budget::add;
use super::{Acting, ActionPhase, Known, Subject, TRIES};
use crate::action::{FRESH_ENOUGH, PlanItem, Recheck};
use crate::delivery::Message;
use crate::postman::{Call, Explanation, backoff};
use crate::state::Outcome;
use crate::store::AnswerKind;

/// What is known of a message that is to be retried, since a person agreed to it. The worker keeps no
/// other messages.
#[derive(Debug)]
pub(in super::super) struct Meanwhile {
    /// The page that gave it, where its plan remembers one.
    pub page: Option<Arc<Call>>,
    /// When it was recorded: tells which page of the ledger holds it.
    pub created_at: Option<Timestamp>,
    /// No page shows what is needed of it: it is read by itself.
    pub alone: bool,
    /// When the newest reading left that showed it as it was agreed to.
    read_at: Timestamp,
    /// A reading showed it retried elsewhere. What has happened once stays so.
    changed: bool,
}

impl From<&PlanItem> for Meanwhile {
    fn from(item: &PlanItem) -> Self {
        Self { page: item.page.clone(), created_at: item.created_at, alone: false, read_at: item.read_at, changed: false }
    }
}

/// What comes before a request may leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Check {
    /// Nothing.
    Passed,
    /// What is known of it is too old: it is read again first.
    Read,
    /// It was retried elsewhere.
    Skip,
}

impl Acting {
    /// What comes before its request may leave at `now`.
    pub fn check(&self, now: Timestamp) -> Check {
        match &self.meanwhile {
            Some(known) if known.changed => Check::Skip,
            Some(known) if now.duration_since(known.read_at).unsigned_abs() > FRESH_ENOUGH => Check::Read,
            // Of a batch the journal's evidence tells.
            Some(_) | None => Check::Passed,
        }
    }

    /// Whether it waits for its run to come to it.
    pub fn is_queued(&self) -> bool {
        self.in_run && matches!(self.phase, ActionPhase::Queued)
    }

    /// Whether its request is still to leave, so that readings of its message count.
    pub fn is_to_go(&self) -> bool {
        self.meanwhile.is_some() && matches!(self.phase, ActionPhase::ToIntend(_) | ActionPhase::Queued | ActionPhase::Ready { .. })
    }

    /// Whether a reading that left then or later showed it as it was agreed to, or as retried elsewhere.
    pub fn was_read_since(&self, then: Timestamp) -> bool {
        self.meanwhile.as_ref().is_some_and(|known| known.changed || known.read_at >= then)
    }

    /// An answer of any kind told of its message, asked for at `asked_at`.
    pub fn learn(&mut self, message: &Message, from: &AnswerKind, asked_at: Timestamp) {
        let (Known::Message(evidence), Some(known)) = (&mut self.known, &mut self.meanwhile) else { return };
        match evidence.standing(message, from) {
            Recheck::Changed => known.changed = true,
            Recheck::AsAgreed if asked_at >= known.read_at => {
                known.read_at = asked_at;
                self.unread = 0;
                evidence.adopt(message, from);
            }
            Recheck::AsAgreed => {}
            Recheck::Unclear => known.alone |= *from != AnswerKind::Single,
        }
    }

    /// It is not sent, for a reason that is no failure of the run.
    pub fn skip(&mut self, why: Skipped) -> (Outcome, ActionStage) {
        self.phase = ActionPhase::Over;
        let (reason, why) = why.reported();
        (Outcome::NotSent { reason: reason.to_owned() }, ActionStage::Skipped(why))
    }

    /// It could not be read before its request. It is tried again, ever more seldom, and given up after
    /// as many times as a request is; gives the end then.
    pub fn unread_before(&mut self, why: Explanation, now: Timestamp) -> Option<(Outcome, ActionStage)> {
        self.unread = self.unread.saturating_add(1);
        if self.unread < TRIES {
            let pause = backoff(self.unread, 0.5);
            self.phase = ActionPhase::Ready { from: add(now, pause.as_secs_f64()) };
            return None;
        }
        Some(self.cannot_be_read(why))
    }

    /// It could not be read before its request, and asking again would not help: it is not sent.
    pub fn cannot_be_read(&mut self, why: Explanation) -> (Outcome, ActionStage) {
        self.phase = ActionPhase::Over;
        let reason = "it could not be read again before it was to be sent".to_owned();
        let what = "The retry was not sent: its message could not be read again first".to_owned();
        (Outcome::NotSent { reason }, ActionStage::NotSent(Explanation { what, why: why.reason(), ..why }))
    }

    /// The message, where it is one of this page of its plan.
    pub fn is_on(&self, page: &Arc<Call>) -> bool {
        let same = |known: &Meanwhile| known.page.as_ref().is_some_and(|own| Arc::ptr_eq(own, page));
        matches!(self.subject, Subject::Message(_)) && self.meanwhile.as_ref().is_some_and(same)
    }
}

/// Why a retry that was agreed to is not sent, although nothing failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Skipped {
    /// It was retried elsewhere.
    Elsewhere,
    /// What was read now cannot be compared with what was agreed to.
    Incomparable,
    /// The API has it no more, or does not show it.
    Gone,
}

impl Skipped {
    /// The journal's reason, and what a person is told.
    fn reported(self) -> (&'static str, Explanation) {
        let (reason, what, why) = match self {
            Skipped::Elsewhere => (
                "retried elsewhere meanwhile",
                "It was retried elsewhere meanwhile.",
                "It has another status or a newer attempt than when its retry was agreed to. Nothing was sent from here.",
            ),
            Skipped::Incomparable => (
                "whether it was retried elsewhere meanwhile cannot be told",
                "Whether it was retried elsewhere meanwhile cannot be told.",
                "The API no longer tells of its attempts what it told before. Nothing was sent from here.",
            ),
            Skipped::Gone => (
                "it could not be found again before it was to be sent",
                "It could not be found again.",
                "The API refused to show it just before the retry. Nothing was sent from here.",
            ),
        };
        let next = "Look at the message and plan it again, if it still needs a retry.";
        (reason, Explanation::new(what.to_owned(), why.to_owned(), next.to_owned()))
    }
}
