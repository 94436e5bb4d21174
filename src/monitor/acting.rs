//! One retry on its way from a person's yes to a known end. Pure: steps in, stages out.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::budget::add;
use super::{ActionStage, Purpose};
use crate::delivery::{Message, MessageId, Status};
use crate::postman::{Explanation, WriteOutcome, backoff};
use crate::retry::{ConfirmedRetry, Evidence, Finding, PLAN_LIFE, Resolution, look_up_again};
use crate::state::{ActionId, ActionKind, Outcome, ReadFrom};
use crate::store::AnswerKind;

/// How often a try that provably did nothing goes again before it is given up: with the pauses
/// between, about three minutes.
const TRIES: u32 = 8;

/// How often a retried message is read at first, and until which age of the retry.
const FOLLOW_SOON: SignedDuration = SignedDuration::from_secs(3);
const SOON: SignedDuration = SignedDuration::from_mins(2);
/// How often it is read later.
const FOLLOW_LATER: SignedDuration = SignedDuration::from_secs(15);
/// After how long it is no longer followed by itself: its stretch is read like any other.
const FOLLOWED_FOR: SignedDuration = SignedDuration::from_mins(15);

/// How seldom a message is read at most that cannot be read.
const LONGEST_UNREAD: SignedDuration = SignedDuration::from_secs(60);
/// After how long a person must decide about an outcome that cannot be looked up.
const UNREAD_FOR: SignedDuration = SignedDuration::from_mins(30);

/// A retry on its way.
#[derive(Debug)]
pub(super) struct Acting {
    pub message: MessageId,
    pub evidence: Evidence,
    /// Its number in the journal, once it is written down.
    pub action: Option<ActionId>,
    pub phase: Phase,
    tries: u32,
    /// When it last moved: a yes does not hold for ever.
    moved_at: Timestamp,
    /// How often in a row the message could not be read.
    unread: u32,
}

/// Where it stands.
#[derive(Debug)]
pub(super) enum Phase {
    /// Its intention must be written down first.
    ToIntend(ConfirmedRetry),
    /// The request may leave, from then on.
    Ready { from: Timestamp },
    /// The request is on its way.
    UnderWay,
    /// The outcome is not known; the message is read at that time.
    Unknown { since: Timestamp, reads: u32, read_at: Timestamp, why: Explanation },
    /// It was taken; the message is read at that time to see what becomes of it.
    Following { since: Timestamp, read_at: Timestamp },
    /// Nothing more is done.
    Over,
}

impl Acting {
    /// A retry that a person agreed to.
    pub fn new(retry: ConfirmedRetry) -> Self {
        let item = retry.item();
        let (message, evidence, moved_at) = (item.message.clone(), Evidence::from(item), retry.confirmed_at());
        Self { message, evidence, action: None, phase: Phase::ToIntend(retry), tries: 0, moved_at, unread: 0 }
    }

    /// A retry of an earlier run whose outcome nobody saw.
    pub fn left_over(action: ActionId, kind: &ActionKind, since: Timestamp, now: Timestamp, why: Explanation) -> Option<Self> {
        let ActionKind::RetryMessage { message, attempts, newest_attempt, read_from } = kind else { return None };
        let evidence = Evidence { attempts: *attempts, newest_attempt: *newest_attempt, read_from: answer_kind(*read_from) };
        let phase = Phase::Unknown { since, reads: 0, read_at: now, why };
        Some(Self { message: message.clone(), evidence, action: Some(action), phase, tries: 0, moved_at: now, unread: 0 })
    }

    /// When it next needs a call, and what for.
    pub fn due(&self) -> Option<(Timestamp, Purpose)> {
        match &self.phase {
            Phase::Ready { from } => Some((*from, Purpose::Retry)),
            Phase::Unknown { read_at, .. } => Some((*read_at, Purpose::Outcome)),
            Phase::Following { read_at, .. } => Some((*read_at, Purpose::Message)),
            Phase::ToIntend(_) | Phase::UnderWay | Phase::Over => None,
        }
    }

    /// Whether a second retry of the message would cross this one.
    pub fn is_open(&self) -> bool {
        matches!(self.phase, Phase::ToIntend(_) | Phase::Ready { .. } | Phase::UnderWay | Phase::Unknown { .. })
    }

    /// Its intention is on disk.
    pub fn intended(&mut self, action: ActionId, now: Timestamp) -> ActionStage {
        self.action = Some(action);
        self.moved_at = now.min(self.moved_at);
        self.phase = Phase::Ready { from: now };
        ActionStage::Intended
    }

    /// It cannot be done; nothing was sent.
    pub fn not_taken(&mut self, why: Explanation) -> ActionStage {
        self.phase = Phase::Over;
        ActionStage::NotTaken(why)
    }

    /// Whether the yes is too old for its request to leave now: the program was paused, suspended
    /// or held back for so long that what the person saw is no longer to be relied on.
    pub fn has_expired(&self, now: Timestamp) -> bool {
        now.duration_since(self.moved_at).unsigned_abs() > PLAN_LIFE
    }

    /// Its yes has expired: it is not sent.
    pub fn expire(&mut self) -> (Outcome, ActionStage) {
        self.phase = Phase::Over;
        let reason = "the yes was more than five minutes old when its turn came".to_owned();
        let why = Explanation {
            what: "The retry was not sent.".to_owned(),
            why: "Its turn came more than five minutes after the yes: calls were paused or held back.".to_owned(),
            next: "Look at the message and retry it again, if it still needs it.".to_owned(),
            trace_id: None,
        };
        (Outcome::NotSent { reason }, ActionStage::NotSent(why))
    }

    /// It cannot go again, because that could not be written down.
    pub fn give_up(&mut self, why: Explanation) -> ActionStage {
        self.phase = Phase::Over;
        ActionStage::NotSent(why)
    }

    /// Its request leaves; the number of the try is the journal's.
    pub fn leaves(&mut self, try_number: u32) -> ActionStage {
        self.tries = try_number;
        self.phase = Phase::UnderWay;
        ActionStage::UnderWay { try_number }
    }

    /// What came of its request. Gives the journal's line, whether it goes again by itself, and
    /// the stage.
    pub fn answered(&mut self, outcome: &WriteOutcome, now: Timestamp) -> Answered {
        let taken = |acting: &mut Self| {
            acting.phase = Phase::Following { since: now, read_at: now };
            Answered { outcome: Outcome::Accepted, goes_again: false, stage: ActionStage::Accepted }
        };
        // Only what was accepted needs no explanation.
        let Some(why) = outcome.explanation() else { return taken(self) };
        match outcome {
            WriteOutcome::Accepted { .. } => taken(self),
            WriteOutcome::Refused { rate_limited: true, code, reason, trace_id, retry_after, .. } => {
                let outcome = Outcome::Refused { code: code.clone(), reason: impersonal(reason), trace_id: trace_id.clone() };
                self.again_or(outcome, *retry_after, why, now, ActionStage::Refused)
            }
            WriteOutcome::Refused { code, reason, trace_id, .. } => {
                self.phase = Phase::Over;
                let outcome = Outcome::Refused { code: code.clone(), reason: impersonal(reason), trace_id: trace_id.clone() };
                Answered { outcome, goes_again: false, stage: ActionStage::Refused(why) }
            }
            WriteOutcome::NotSent { reason, .. } => {
                self.again_or(Outcome::NotSent { reason: impersonal(reason) }, None, why, now, ActionStage::NotSent)
            }
            WriteOutcome::Unknown { reason, .. } => {
                let outcome = Outcome::Unknown { reason: impersonal(reason) };
                let Resolution::ReadAt(read_at) = look_up_again(now, 0, now) else {
                    self.phase = Phase::Over;
                    return Answered { outcome, goes_again: false, stage: ActionStage::Unknown { why, look_up_at: None } };
                };
                self.phase = Phase::Unknown { since: now, reads: 0, read_at, why: why.clone() };
                Answered { outcome, goes_again: false, stage: ActionStage::Unknown { why, look_up_at: Some(read_at) } }
            }
        }
    }

    /// A try that provably did nothing goes again, until it has been tried often enough.
    fn again_or(
        &mut self,
        outcome: Outcome,
        retry_after: Option<Duration>,
        why: Explanation,
        now: Timestamp,
        over: impl FnOnce(Explanation) -> ActionStage,
    ) -> Answered {
        if self.tries >= TRIES {
            self.phase = Phase::Over;
            return Answered { outcome, goes_again: false, stage: over(why) };
        }
        self.moved_at = now;
        // A fixed half of the jitter: one action at a time, so there is no crowd to spread.
        let pause = backoff(self.tries, 0.5).max(retry_after.unwrap_or_default());
        let from = add(now, pause.as_secs_f64());
        self.phase = Phase::Ready { from };
        Answered { outcome, goes_again: true, stage: ActionStage::GoesAgain { at: from, why } }
    }

    /// The message was read, because its outcome was unknown or to see what becomes of it.
    pub fn read(&mut self, message: &Message, now: Timestamp) -> Read {
        self.unread = 0;
        let finding = self.evidence.compare(message, &AnswerKind::Single);
        match &mut self.phase {
            Phase::Unknown { since, reads, read_at, why } => {
                if finding == Finding::Taken {
                    self.phase = Phase::Following { since: now, read_at: now };
                    return Read { stage: Some(ActionStage::FoundAccepted), resolved: true };
                }
                *reads += 1;
                match look_up_again(*since, *reads, now) {
                    Resolution::ReadAt(next) => {
                        *read_at = next;
                        let stage = ActionStage::Unknown { why: why.clone(), look_up_at: Some(next) };
                        Read { stage: Some(stage), resolved: false }
                    }
                    Resolution::Person => {
                        let stage = ActionStage::Unknown { why: why.clone(), look_up_at: None };
                        self.phase = Phase::Over;
                        Read { stage: Some(stage), resolved: false }
                    }
                }
            }
            Phase::Following { since, read_at } => {
                let gone = now.duration_since(*since);
                *read_at = now + if gone < SOON { FOLLOW_SOON } else { FOLLOW_LATER };
                // The failure that was retried is not yet the end of the retry.
                let status = message.status.clone().filter(|status| *status != Status::Failure || finding == Finding::Taken);
                let ended = status.as_ref().is_some_and(Status::is_final);
                if ended || gone > FOLLOWED_FOR {
                    self.phase = Phase::Over;
                }
                Read { stage: status.map(|status| ActionStage::Followed { status }), resolved: false }
            }
            _ => Read { stage: None, resolved: false },
        }
    }

    /// The message could not be read; it is tried again, ever more seldom, and not for ever: what
    /// cannot be looked up is a person's to decide.
    pub fn unread(&mut self, now: Timestamp) -> Option<ActionStage> {
        self.unread = self.unread.saturating_add(1);
        let pause = (FOLLOW_SOON * i32::try_from(self.unread).unwrap_or(i32::MAX)).min(LONGEST_UNREAD);
        match &mut self.phase {
            Phase::Unknown { since, read_at, why, .. } => {
                if now.duration_since(*since) > UNREAD_FOR {
                    let stage = ActionStage::Unknown { why: why.clone(), look_up_at: None };
                    self.phase = Phase::Over;
                    return Some(stage);
                }
                *read_at = now + pause;
            }
            Phase::Following { since, read_at } => {
                if now.duration_since(*since) > FOLLOWED_FOR {
                    self.phase = Phase::Over;
                    return None;
                }
                *read_at = now + pause;
            }
            _ => {}
        }
        None
    }
}

/// What came of a request.
pub(super) struct Answered {
    /// What the journal writes.
    pub outcome: Outcome,
    /// Whether the action stays open and goes again by itself.
    pub goes_again: bool,
    pub stage: ActionStage,
}

/// What a reading showed.
pub(super) struct Read {
    pub stage: Option<ActionStage>,
    /// Whether it cleared up an unknown outcome.
    pub resolved: bool,
}

/// Which call told the attempts, in the journal's words.
pub(super) fn read_from(kind: &AnswerKind) -> ReadFrom {
    match kind {
        AnswerKind::List | AnswerKind::Search => ReadFrom::List,
        AnswerKind::Batch(_) => ReadFrom::Batch,
        AnswerKind::Single | AnswerKind::Action => ReadFrom::Single,
    }
}

/// The same back. The batch's id plays no part in a comparison with a single reading.
fn answer_kind(from: ReadFrom) -> AnswerKind {
    match from {
        ReadFrom::Single => AnswerKind::Single,
        ReadFrom::List | ReadFrom::Batch => AnswerKind::List,
    }
}

/// The API's words for the journal: a number in them would be personal, so long runs of digits are
/// hidden.
fn impersonal(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    let mut rest = words;
    while let Some(start) = rest.find(|letter: char| letter.is_ascii_digit()) {
        let digits = rest[start..].bytes().take_while(u8::is_ascii_digit).count();
        out.push_str(&rest[..start]);
        let run = &rest[start..start + digits];
        out.push_str(if digits >= PERSONAL_DIGITS { "(number)" } else { run });
        rest = &rest[start + digits..];
    }
    out + rest
}

/// From how many digits in a row on they may be a recipient's.
const PERSONAL_DIGITS: usize = 6;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_journal_gets_no_number() {
        assert_eq!(impersonal("recipient 6580001234 is not valid (400)"), "recipient (number) is not valid (400)");
        assert_eq!(impersonal("S1234567A"), "S(number)A");
        assert_eq!(impersonal("no digits"), "no digits");
    }
}
