//! What an action is about, and what a person agreed to.

use std::time::Duration;

use jiff::Timestamp;

use super::{
    BatchEvidence, ConfirmedBatchRetry, ConfirmedRetry, ConfirmedSend, ConfirmedUpload, Evidence, Fingerprint, PATIENCE, SendEvidence,
    Sha256, UPLOAD_PATIENCE, UploadEvidence,
};
use crate::delivery::{BatchId, MessageId, counted, grouped};
use crate::postman::Call;
use crate::state::{ActionKind, ReadFrom};
use crate::store::AnswerKind;

/// What an action is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Subject {
    /// One message, which is retried.
    Message(MessageId),
    /// A batch, all failures of which are retried.
    Batch(BatchId),
    /// A message that is sent, by what it says and to whom.
    Send(Fingerprint),
    /// A file that is uploaded, by its contents.
    Upload(Sha256),
}

/// What an action created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Created {
    /// A message.
    Message(MessageId),
    /// A batch.
    Batch(BatchId),
}

impl Created {
    /// The message, where it is one.
    pub fn message(&self) -> Option<&MessageId> {
        match self {
            Created::Message(message) => Some(message),
            Created::Batch(_) => None,
        }
    }

    /// The batch, where it is one.
    pub fn batch(&self) -> Option<&BatchId> {
        match self {
            Created::Batch(batch) => Some(batch),
            Created::Message(_) => None,
        }
    }

    /// Its id, as the API gave it.
    pub fn id(&self) -> &str {
        match self {
            Created::Message(message) => message.as_str(),
            Created::Batch(batch) => batch.as_str(),
        }
    }
}

/// The number of an action among those that were agreed to in this run of the program. The journal's
/// [`ActionId`](crate::state::ActionId) is added when it is written down: what was never taken has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct ActionNumber(pub u64);

/// One action that a person agreed to.
#[derive(Debug, Clone, PartialEq)]
pub enum ConfirmedAction {
    /// The retry of a message.
    RetryMessage(ConfirmedRetry),
    /// The retry of a whole batch.
    RetryBatch(ConfirmedBatchRetry),
    /// The sending of a message.
    Send(ConfirmedSend),
    /// The upload of a file of messages.
    Upload(ConfirmedUpload),
}

/// What a person agreed to with one yes.
#[derive(Debug, Clone, PartialEq)]
pub enum Agreed {
    /// One action.
    One(ConfirmedAction),
    /// The retries of several messages, one after the other.
    Run(Vec<ConfirmedRetry>),
}

/// An action in the journal's words.
#[derive(Debug)]
pub struct Intended {
    /// What is done.
    pub action: ActionKind,
    /// The plan it belongs to.
    pub plan: String,
    /// When it was agreed to.
    pub planned_at: Timestamp,
    /// When what it is about was last read.
    pub read_at: Option<Timestamp>,
}

/// What was known before the request was sent, to find an unknown outcome out by.
#[derive(Debug, Clone, PartialEq)]
pub enum ActionEvidence {
    /// Of a message.
    Message(Evidence),
    /// Of a batch.
    Batch(BatchEvidence),
    /// Of the messages to a recipient.
    Send(SendEvidence),
    /// Of the campaign's newest messages, before a file was uploaded.
    Upload(UploadEvidence),
}

impl ActionEvidence {
    /// What the journal kept of an action that was agreed to then; `None` where that is too little to compare, as in
    /// entries of an older journal: a person decides about those.
    pub fn kept(kind: &ActionKind, agreed_at: Timestamp) -> Option<Self> {
        match kind {
            ActionKind::RetryMessage { attempts, newest_attempt, read_from, .. } => Some(ActionEvidence::Message(Evidence {
                attempts: *attempts,
                newest_attempt: *newest_attempt,
                read_from: answer_kind(*read_from),
            })),
            ActionKind::RetryBatch { failures, .. } => Some(ActionEvidence::Batch(BatchEvidence::kept(failures.as_deref()?))),
            ActionKind::SendMessage { fingerprint, known, .. } => {
                Some(ActionEvidence::Send(SendEvidence::kept(fingerprint, known.as_deref()?, agreed_at)))
            }
            // An older journal did not keep what the file held, and perhaps not what was known before.
            ActionKind::UploadBatch { sha256, .. } if sha256.is_empty() => None,
            ActionKind::UploadBatch { file_name, rows, newest, .. } => {
                Some(ActionEvidence::Upload(UploadEvidence::kept(file_name, *rows, *newest)))
            }
        }
    }
}

impl Subject {
    /// What an action in the journal is about; `None` where an older journal kept too little.
    pub fn of(kind: &ActionKind) -> Option<Self> {
        match kind {
            ActionKind::RetryMessage { message, .. } => Some(Subject::Message(message.clone())),
            ActionKind::RetryBatch { batch, .. } => Some(Subject::Batch(batch.clone())),
            ActionKind::SendMessage { fingerprint, .. } => Some(Subject::Send(Fingerprint::new(fingerprint))),
            ActionKind::UploadBatch { sha256, .. } => (!sha256.is_empty()).then(|| Subject::Upload(Sha256::new(sha256))),
        }
    }

    /// The message, where it is one.
    pub fn message(&self) -> Option<&MessageId> {
        match self {
            Subject::Message(message) => Some(message),
            Subject::Batch(_) | Subject::Send(_) | Subject::Upload(_) => None,
        }
    }

    /// The batch, where it is one.
    pub fn batch(&self) -> Option<&BatchId> {
        match self {
            Subject::Batch(batch) => Some(batch),
            Subject::Message(_) | Subject::Send(_) | Subject::Upload(_) => None,
        }
    }

    /// Its id, as the API gave it; of a message or a file to be sent, which has none, its fingerprint.
    pub fn id(&self) -> &str {
        match self {
            Subject::Message(message) => message.as_str(),
            Subject::Batch(batch) => batch.as_str(),
            Subject::Send(fingerprint) => fingerprint.as_str(),
            Subject::Upload(sha256) => sha256.as_str(),
        }
    }

    /// For how long its unknown outcome is looked up before a person decides.
    pub fn patience(&self) -> Duration {
        match self {
            Subject::Upload(_) => UPLOAD_PATIENCE,
            Subject::Message(_) | Subject::Batch(_) | Subject::Send(_) => PATIENCE,
        }
    }

    /// How sentences speak of it.
    pub fn words(&self) -> &'static SubjectWords {
        match self {
            Subject::Message(_) => &MESSAGE_WORDS,
            Subject::Batch(_) => &BATCH_WORDS,
            Subject::Send(_) => &SEND_WORDS,
            Subject::Upload(_) => &UPLOAD_WORDS,
        }
    }
}

/// How sentences speak of a subject and of what is done to it.
#[derive(Debug)]
pub struct SubjectWords {
    /// What it is: `this message`.
    pub it: &'static str,
    /// The command that acts on it, as in the journal: `retry-batch`.
    pub command: &'static str,
    /// What is done, as a noun: `retry`.
    pub noun: &'static str,
    /// What was done: `retried`.
    pub past: &'static str,
    /// What is being done: `retrying`.
    pub present: &'static str,
    /// Why a reading shows that it was done, for the journal.
    pub found: &'static str,
    /// What to do where it was not done.
    pub again: &'static str,
    /// What is read before its request, as in `… could not be read`.
    pub read_first: &'static str,
}

const MESSAGE_WORDS: SubjectWords = SubjectWords {
    it: "this message",
    command: "retry",
    noun: "retry",
    past: "retried",
    present: "retrying",
    found: "the message was retried or is no longer failed, perhaps through someone else",
    again: "Check the message and retry it if it still needs it.",
    read_first: "its message",
};

const BATCH_WORDS: SubjectWords = SubjectWords {
    it: "this batch",
    command: "retry-batch",
    found: "all failures of the batch were retried or are no longer failed",
    ..MESSAGE_WORDS
};

const SEND_WORDS: SubjectWords = SubjectWords {
    it: "the same message to this number",
    command: "send",
    noun: "message",
    past: "sent",
    present: "sending",
    found: "a new message to this number says the same",
    again: "Send it again if it is still needed.",
    read_first: "what went to this number",
};

const UPLOAD_WORDS: SubjectWords = SubjectWords {
    it: "this file",
    command: "send-batch",
    noun: "file",
    past: "uploaded",
    present: "uploading",
    found: "there is exactly one new batch of this name and size",
    again: "Check it and send it again if it is still needed.",
    read_first: "what this campaign sent last",
};

impl ActionNumber {
    /// The number of an action so many places after this one.
    #[must_use]
    pub fn after(self, places: usize) -> Self {
        Self(self.0.saturating_add(u64::try_from(places).unwrap_or(u64::MAX)))
    }
}

impl ConfirmedAction {
    /// What it is about.
    pub fn subject(&self) -> Subject {
        match self {
            ConfirmedAction::RetryMessage(retry) => Subject::Message(retry.item().message.clone()),
            ConfirmedAction::RetryBatch(retry) => Subject::Batch(retry.plan().batch.clone()),
            ConfirmedAction::Send(send) => Subject::Send(send.plan().reading().fingerprint.clone()),
            ConfirmedAction::Upload(upload) => Subject::Upload(upload.plan().file().sha256().clone()),
        }
    }

    /// When it was agreed to.
    pub fn confirmed_at(&self) -> Timestamp {
        match self {
            ConfirmedAction::RetryMessage(retry) => retry.confirmed_at(),
            ConfirmedAction::RetryBatch(retry) => retry.confirmed_at(),
            ConfirmedAction::Send(send) => send.confirmed_at(),
            ConfirmedAction::Upload(upload) => upload.confirmed_at(),
        }
    }

    /// What was known of it when it was agreed to.
    pub fn evidence(&self) -> ActionEvidence {
        match self {
            ConfirmedAction::RetryMessage(retry) => ActionEvidence::Message(Evidence::from(retry.item())),
            ConfirmedAction::RetryBatch(retry) => ActionEvidence::Batch(retry.evidence().clone()),
            ConfirmedAction::Send(send) => ActionEvidence::Send(SendEvidence::from(send)),
            ConfirmedAction::Upload(upload) => ActionEvidence::Upload(UploadEvidence::from(upload)),
        }
    }

    /// The call that does it; `None` for a file, which must be read first.
    pub fn call(&self) -> Option<Call> {
        Some(match self {
            ConfirmedAction::RetryMessage(retry) => retry.call(),
            ConfirmedAction::RetryBatch(retry) => Call::RetryBatch { batch: retry.plan().batch.clone() },
            ConfirmedAction::Send(send) => send.call(),
            ConfirmedAction::Upload(_) => return None,
        })
    }

    /// The same as the journal writes it.
    pub fn intention(&self) -> Intended {
        match self {
            ConfirmedAction::RetryMessage(retry) => retry.intention("retry of one message"),
            ConfirmedAction::RetryBatch(retry) => retry.intention(),
            ConfirmedAction::Send(send) => send.intention(),
            ConfirmedAction::Upload(upload) => upload.intention(),
        }
    }
}

impl ConfirmedRetry {
    /// The call that does it.
    pub fn call(&self) -> Call {
        Call::Retry { message: self.item().message.clone() }
    }

    /// The retry as the journal writes it; `plan` names what it is part of.
    pub fn intention(&self, plan: &str) -> Intended {
        let item = self.item();
        let action = ActionKind::RetryMessage {
            message: item.message.clone(),
            attempts: item.attempts,
            newest_attempt: item.newest_attempt,
            read_from: read_from(&item.read_from),
        };
        let plan = format!("{plan}, planned {}", to_the_millisecond(self.planned_at()));
        Intended { action, plan, planned_at: self.confirmed_at(), read_at: Some(item.read_at) }
    }
}

impl ConfirmedBatchRetry {
    /// The retry as the journal writes it.
    pub fn intention(&self) -> Intended {
        let plan = self.plan();
        Intended {
            action: ActionKind::RetryBatch { batch: plan.batch.clone(), failures: Some(self.evidence().failures().to_vec()) },
            plan: format!("retry of a batch, planned {}", to_the_millisecond(plan.planned_at)),
            planned_at: self.confirmed_at(),
            // Its rows were read at many times, none of which is the batch's.
            read_at: None,
        }
    }
}

impl ConfirmedSend {
    /// The sending as the journal writes it: neither number nor text.
    pub fn intention(&self) -> Intended {
        let (draft, reading) = (self.plan().draft(), self.plan().reading());
        Intended {
            action: ActionKind::SendMessage {
                fingerprint: reading.fingerprint.as_str().to_owned(),
                language: draft.language.clone(),
                // What is not whole is no evidence: after a crash a person decides.
                known: reading.is_whole.then(|| reading.known.clone()),
                created: None,
            },
            plan: format!("one message to send, planned {}", to_the_millisecond(self.planned_at())),
            planned_at: self.confirmed_at(),
            // Whoever agreed knew of the same message where it had been accepted before this reading.
            read_at: Some(reading.asked_at),
        }
    }
}

impl ConfirmedUpload {
    /// The upload as the journal writes it: nothing of what is in the file.
    pub fn intention(&self) -> Intended {
        let (file, reading) = (self.plan().file(), self.plan().reading());
        Intended {
            action: ActionKind::UploadBatch {
                file_name: file.name().to_owned(),
                rows: file.rows(),
                sha256: file.sha256().as_str().to_owned(),
                newest: reading.newest,
                created: None,
            },
            plan: format!("a file to send, planned {}", to_the_millisecond(self.plan().planned_at())),
            planned_at: self.confirmed_at(),
            // Whoever agreed knew of the same file where it had been accepted before this reading.
            read_at: Some(reading.asked_at),
        }
    }
}

impl Agreed {
    /// The retries of these messages: one action, or a run of several. `None` for none.
    pub fn messages_of(mut confirmed: Vec<ConfirmedRetry>) -> Option<Self> {
        match (confirmed.len(), confirmed.pop()?) {
            (1, only) => Some(Agreed::One(ConfirmedAction::RetryMessage(only))),
            (_, last) => {
                confirmed.push(last);
                Some(Agreed::Run(confirmed))
            }
        }
    }

    /// Whether it is about more than one message, as far as can be known.
    pub fn is_about_several(&self) -> bool {
        match self {
            Agreed::One(ConfirmedAction::RetryMessage(_) | ConfirmedAction::Send(_)) => false,
            Agreed::One(ConfirmedAction::Upload(upload)) => upload.plan().file().rows() > 1,
            Agreed::One(ConfirmedAction::RetryBatch(_)) | Agreed::Run(_) => true,
        }
    }

    /// What it is, as a title: verb and count.
    pub fn title(&self) -> String {
        match self {
            Agreed::One(ConfirmedAction::RetryMessage(_)) => "Retry 1 message".to_owned(),
            Agreed::One(ConfirmedAction::Send(_)) => "Send 1 message".to_owned(),
            Agreed::One(ConfirmedAction::Upload(upload)) => format!("Send {}", counted(upload.plan().file().rows() as usize, "message")),
            Agreed::Run(retries) => format!("Retry {}", counted(retries.len(), "message")),
            Agreed::One(ConfirmedAction::RetryBatch(retry)) => format!("Retry a whole batch, {} failed", grouped(retry.plan().failures)),
        }
    }

    /// What each of its actions is about, in their order.
    pub fn subjects(&self) -> Vec<Subject> {
        match self {
            Agreed::One(action) => vec![action.subject()],
            Agreed::Run(retries) => retries.iter().map(|retry| Subject::Message(retry.item().message.clone())).collect(),
        }
    }
}

/// When a plan was made, as the journal's other times are.
fn to_the_millisecond(at: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at)
}

/// Which call reported the attempts, in the journal's words.
fn read_from(kind: &AnswerKind) -> ReadFrom {
    match kind {
        AnswerKind::List | AnswerKind::Search => ReadFrom::List,
        AnswerKind::Batch(_) => ReadFrom::Batch,
        AnswerKind::Single | AnswerKind::Action => ReadFrom::Single,
    }
}

/// The reverse. The batch's id plays no part in a comparison with a single reading.
fn answer_kind(from: ReadFrom) -> AnswerKind {
    match from {
        ReadFrom::Single => AnswerKind::Single,
        ReadFrom::List | ReadFrom::Batch => AnswerKind::List,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::impersonal;

    /// The plan's time is not a person's number, whatever count precedes it.
    #[test]
    fn a_plan_keeps_its_date_in_the_journal() {
        let at: Timestamp = "2026-11-28T15:02:58.905694994Z".parse().unwrap();
        for (messages, words) in [(1, "run of 1 message"), (2, "run of 2 messages"), (123_456, "run of 123,456 messages")] {
            let plan = format!("run of {}, planned {}", counted(messages, "message"), to_the_millisecond(at));
            assert_eq!(plan, format!("{words}, planned 2026-11-28T15:02:58.905Z"));
            assert_eq!(impersonal(&plan), plan);
        }
    }
}
