//! What happens to a message between a person's yes and the request: if someone else retries or sends it meanwhile,
//! ours must not become a second one.

use std::sync::Arc;

use jiff::Timestamp;

use super::super::ActionStage;
use super::super::budget::add;
use super::{ActionPhase, ActiveAction, TRIES};
use crate::action::{ActionEvidence, FRESH_ENOUGH, PlanItem, Recheck};
use crate::delivery::Message;
use crate::postman::{Call, Explanation, backoff};
use crate::state::Outcome;
use crate::store::AnswerKind;

/// What is known of a message waiting for its retry, since a person agreed. The worker keeps no other messages.
#[derive(Debug)]
pub(in super::super) struct Meanwhile {
    /// The page that it came from, where its plan remembers one.
    pub page: Option<Arc<Call>>,
    /// When it was created: this shows which page of the ledger holds it.
    pub created_at: Option<Timestamp>,
    /// No page shows what is needed, so it is read by itself.
    pub alone: bool,
    /// When the newest reading that showed it as agreed to was requested.
    read_at: Timestamp,
    /// A reading showed it retried elsewhere. Once true, this stays true.
    changed: bool,
}

impl From<&PlanItem> for Meanwhile {
    fn from(item: &PlanItem) -> Self {
        Self { page: item.page.clone(), created_at: item.created_at, alone: false, read_at: item.read_at, changed: false }
    }
}

/// What must happen before a request may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Check {
    /// Nothing.
    Passed,
    /// What is known of it is too old, so it is read again first.
    Read,
    /// It was retried elsewhere.
    Skip,
}

impl ActiveAction {
    /// What must happen before its request may be sent at `now`.
    pub fn check(&self, now: Timestamp) -> Check {
        match &self.meanwhile {
            Some(known) if known.changed => Check::Skip,
            Some(known) if now.duration_since(known.read_at).unsigned_abs() > FRESH_ENOUGH => Check::Read,
            // For a batch and a send, the journal's evidence decides.
            Some(_) | None => Check::Passed,
        }
    }

    /// Whether it waits for its run to reach it.
    pub fn is_queued(&self) -> bool {
        self.in_run && matches!(self.phase, ActionPhase::Queued)
    }

    /// Whether its request is still to be sent, so that readings of its message count.
    pub fn is_to_go(&self) -> bool {
        self.meanwhile.is_some() && matches!(self.phase, ActionPhase::ToIntend(_) | ActionPhase::Queued | ActionPhase::Ready { .. })
    }

    /// Whether a reading requested then or later showed it as agreed to, or as retried elsewhere.
    pub fn was_read_since(&self, then: Timestamp) -> bool {
        self.meanwhile.as_ref().is_some_and(|known| known.changed || known.read_at >= then)
    }

    /// An answer of any kind, requested at `asked_at`, contained its message.
    pub fn learn(&mut self, message: &Message, from: &AnswerKind, asked_at: Timestamp) {
        let (ActionEvidence::Message(evidence), Some(known)) = (&mut self.known, &mut self.meanwhile) else { return };
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

    /// It is not sent, for a reason that is not a failure of the run.
    pub fn skip(&mut self, why: Skipped) -> (Outcome, ActionStage) {
        self.phase = ActionPhase::Over;
        let (reason, why) = why.reported();
        (Outcome::NotSent { reason: reason.to_owned() }, ActionStage::Skipped(why))
    }

    /// It could not be read before its request. Reading is repeated, less and less often, and given up after as many
    /// times as a request; then the outcome is returned.
    pub fn unread_before(&mut self, why: Explanation, now: Timestamp) -> Option<(Outcome, ActionStage)> {
        self.unread = self.unread.saturating_add(1);
        if self.unread < TRIES {
            let pause = backoff(self.unread, 0.5);
            self.phase = ActionPhase::Ready { from: add(now, pause.as_secs_f64()) };
            return None;
        }
        Some(self.cannot_be_read(why))
    }

    /// It could not be read before its request, and asking again would be pointless: it is not sent.
    pub fn cannot_be_read(&mut self, why: Explanation) -> (Outcome, ActionStage) {
        self.phase = ActionPhase::Over;
        let reason = "it could not be read again before it was to be sent".to_owned();
        let words = self.which.subject.words();
        let what = format!("The {} was not sent: {} could not be read again first", words.noun, words.read_first);
        (Outcome::NotSent { reason }, ActionStage::NotSent(Explanation { what, why: why.reason(), ..why }))
    }

    /// Whether the message is on this page of its plan.
    pub fn is_on(&self, page: &Arc<Call>) -> bool {
        let same = |known: &Meanwhile| known.page.as_ref().is_some_and(|own| Arc::ptr_eq(own, page));
        self.message().is_some() && self.meanwhile.as_ref().is_some_and(same)
    }
}

/// Why a confirmed action is not sent, although nothing failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Skipped {
    /// It was retried elsewhere.
    Elsewhere,
    /// The same message to the same number has appeared: sent elsewhere, or by a try that seemed to do nothing.
    SentElsewhere,
    /// The new reading cannot be compared with what was agreed to.
    Incomparable,
    /// The API no longer has it, or does not show it.
    Gone,
    /// The file is no longer the one that was checked.
    FileChanged,
    /// The campaign's messages have no times, so a lost answer could not be looked up.
    NoTimes,
}

impl Skipped {
    /// The journal's reason, and the text for a person.
    fn reported(self) -> (&'static str, Explanation) {
        let (reason, what, why) = match self {
            Skipped::Elsewhere => (
                "retried elsewhere meanwhile",
                "It was retried elsewhere meanwhile.",
                "Its status or newest attempt has changed since its retry was agreed to. Nothing was sent from here.",
            ),
            Skipped::SentElsewhere => (
                "the same message has appeared meanwhile",
                "The same message to this number has appeared meanwhile.",
                "It was not there when a person agreed to this one: it was sent elsewhere, or a try that seemed to do nothing went after all.",
            ),
            Skipped::Incomparable => (
                "it may have been retried elsewhere meanwhile",
                "It may have been retried elsewhere meanwhile.",
                "The API no longer reports its attempts as before, so this cannot be checked. Nothing was sent from here.",
            ),
            Skipped::Gone => (
                "it could not be found again before it was to be sent",
                "It could not be found again.",
                "The API refused to show it just before the retry. Nothing was sent from here.",
            ),
            Skipped::FileChanged => (
                "the file has changed since it was checked",
                "The file has changed since it was checked.",
                "What would have been sent is not what was agreed to. Nothing was sent.",
            ),
            Skipped::NoTimes => (
                "no message of the campaign has a time, so a lost answer could not be looked up",
                "No message of this campaign has a time.",
                "If the answer were lost, nothing could show whether the file went. Nothing was sent.",
            ),
        };
        let next = match self {
            Skipped::SentElsewhere => "Check what went to this number.",
            Skipped::FileChanged => "Check the file again.",
            Skipped::NoTimes => "Ask Postman's support why messages have no times.",
            _ => "Check the message and plan it again if it still needs a retry.",
        };
        (reason, Explanation::new(what.to_owned(), why.to_owned(), next.to_owned()))
    }
}
