//! What only the sending of a message needs: what went to its recipient is read before its request, and an unknown
//! outcome is found out from a list.

use jiff::Timestamp;

use super::{ActionPhase, ActiveAction, Reread};
use crate::action::{ActionEvidence, Created, Draft, FingerprintKey, MessageFinding, SendEvidence, SendRecheck};
use crate::delivery::{MessageId, Rows};
use crate::postman::{Call, Cursor, PageAnswer, PageData, Position, WriteOutcome};

/// How many pages of a campaign's messages are searched at a time for one that an earlier run sent.
const MOST_PAGES: u32 = 50;

/// The messages to a recipient before a request; `None` where not all of them are known.
#[derive(Debug)]
pub(in super::super) struct KnownBefore(pub Option<Vec<MessageId>>);

/// A search through the campaign's messages, newest first.
#[derive(Debug, Default)]
pub(super) struct ListPass {
    /// Where the next page begins; `None` for the first page.
    next: Option<Cursor>,
    pages: u32,
}

impl ActiveAction {
    /// The call that reads what went to the recipient, or the next page to search for it.
    pub fn recipient_call(&self) -> Option<Call> {
        let ActionEvidence::Send(evidence) = &self.known else { return None };
        Some(evidence.call(self.search.next.clone().map_or(Position::Head, Position::After)))
    }

    /// What went to the recipient was read before the request. Returns what is known to have been there, as far as that
    /// is all of it; nothing at all where the same message has appeared since the yes.
    pub fn recipient_read(&mut self, answer: &PageAnswer, key: &FingerprintKey, server_now: Timestamp) -> Option<KnownBefore> {
        self.unread = 0;
        let ActionEvidence::Send(evidence) = &mut self.known else { return None };
        match evidence.read_again(answer, key, server_now) {
            SendRecheck::AsAgreed => Some(KnownBefore(evidence.known_whole().map(<[MessageId]>::to_vec))),
            SendRecheck::Elsewhere => None,
        }
    }

    /// A page was read to find its unknown outcome out.
    pub fn looked_for(&mut self, rows: &Rows, page: &PageData, key: &FingerprintKey, now: Timestamp) -> Reread {
        self.unread = 0;
        let ActionEvidence::Send(evidence) = &self.known else { return Reread::default() };
        if let Some(message) = evidence.created_in(rows, key) {
            return self.found(message, now);
        }
        let next = page.end.clone().filter(|_| page.has_next && !evidence.knows_recipient() && !evidence.goes_beyond(rows));
        if let (Some(next), ActionPhase::Unknown { read_at, .. }) = (next.filter(|_| self.search.pages < MOST_PAGES), &mut self.phase) {
            self.search = ListPass { next: Some(next), pages: self.search.pages + 1 };
            *read_at = now;
            return Reread::default();
        }
        self.search = ListPass::default();
        self.looked_up(MessageFinding::Unchanged, now)
    }

    /// A page that was read for another reason, requested at `asked_at`, may hold the message.
    pub fn noticed_among(&mut self, rows: &Rows, key: &FingerprintKey, asked_at: Timestamp, now: Timestamp) -> Reread {
        let (ActionEvidence::Send(evidence), ActionPhase::Unknown { since, .. }) = (&self.known, &self.phase) else {
            return Reread::default();
        };
        match evidence.created_in(rows, key) {
            Some(message) if asked_at >= *since => self.found(message, now),
            _ => Reread::default(),
        }
    }

    /// Its request created this message.
    fn found(&mut self, message: MessageId, now: Timestamp) -> Reread {
        self.which.created = Some(Created::Message(message));
        self.search = ListPass::default();
        self.looked_up(MessageFinding::Taken, now)
    }

    /// The outcome of its request without what it says, should the server repeat that. A message that was there before is
    /// no proof that this one went.
    pub fn as_seen(&self, outcome: WriteOutcome) -> WriteOutcome {
        let ActionEvidence::Send(evidence) = &self.known else { return outcome };
        match outcome {
            WriteOutcome::Accepted { rows: Some(rows), .. } if rows.get(0).is_some_and(|row| self.was_there(row.id())) => {
                let reason = "an answer with a message that was there before".to_owned();
                WriteOutcome::Unknown { reason, status: None, trace_id: None, retry_after: None }
            }
            WriteOutcome::Refused { reason, code, check, trace_id, status, rate_limited, retry_after } => {
                let reason = evidence.hidden_in(&reason);
                WriteOutcome::Refused { reason, code, check, trace_id, status, rate_limited, retry_after }
            }
            WriteOutcome::Unknown { reason, status, trace_id, retry_after } => {
                WriteOutcome::Unknown { reason: evidence.hidden_in(&reason), status, trace_id, retry_after }
            }
            other => other,
        }
    }

    /// What it sends, where that is known: the same whatever key its fingerprint was made with.
    pub fn draft(&self) -> Option<&Draft> {
        self.send_evidence().and_then(SendEvidence::draft)
    }

    /// Whether a message was there before its request, so that an answer with it proves nothing.
    fn was_there(&self, message: &str) -> bool {
        matches!(&self.known, ActionEvidence::Send(evidence) if evidence.known().iter().any(|known| known.as_str() == message))
    }

    /// What its outcome can be found out by, to go on with it later.
    pub fn send_evidence(&self) -> Option<&SendEvidence> {
        match &self.known {
            ActionEvidence::Send(evidence) => Some(evidence),
            ActionEvidence::Message(_) | ActionEvidence::Batch(_) | ActionEvidence::Upload(_) => None,
        }
    }

    /// It was sent by this run of the program, which knows more than the journal keeps.
    pub fn remember(&mut self, evidence: SendEvidence) {
        self.known = ActionEvidence::Send(evidence);
    }

    /// Whether what went to its recipient can be read in one call.
    pub fn knows_recipient(&self) -> bool {
        matches!(&self.known, ActionEvidence::Send(evidence) if evidence.knows_recipient())
    }

    /// Whether it is the sending of a message whose outcome is unknown.
    pub fn is_sought(&self) -> bool {
        matches!((&self.known, &self.phase), (ActionEvidence::Send(_), ActionPhase::Unknown { .. }))
    }

    /// The search for an outcome starts over: its cursor may be what was refused.
    pub(super) fn search_again(&mut self) {
        self.search = ListPass::default();
    }
}
