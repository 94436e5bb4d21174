//! Sending one message: what was known of its recipient before, what a person agreed to, and how its outcome becomes
//! known when the answer was lost.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use ring::hmac;

use super::{Draft, FRESH_ENOUGH, PLAN_LIFE};
use crate::delivery::{Message, MessageId, RecipientQuery, Rows, Status, clean, recipient_key};
use crate::postman::{ApiKey, Call, PageAnswer, PageRequest, Position};
use crate::state::SendsBefore;

/// How recently the same message must have been created for a person to be told: an SMS that repeats may be a mistake,
/// and telcos drop repeated ones as spam.
pub const SAME_WITHIN: SignedDuration = SignedDuration::from_hours(24);

/// How far before the yes, by this machine's clock, the campaign's messages are searched for one that an earlier run of
/// the program sent. It only ends the search: what proves something is that a message was not there before.
const SEARCHED_BACK: SignedDuration = SignedDuration::from_hours(24);

/// The shortest value that is hidden where a server repeats it: shorter ones are in many words.
const SHORTEST_HIDDEN: usize = 3;

/// What turns a message into its [`Fingerprint`]. It is derived from a secret, so that the journal cannot be searched
/// for a person's number by trying all numbers.
#[derive(Clone)]
pub struct FingerprintKey(hmac::Key);

/// Recognises a message in a list without giving away what it says: the same for the same recipient, language and
/// values.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fingerprint(String);

impl FingerprintKey {
    /// The key of a campaign whose messages are sent with this API key. Where that is exchanged, an open send is not
    /// recognised any more, and goes to a person.
    pub fn of_campaign(key: &ApiKey) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key.expose().as_bytes()))
    }

    /// The fingerprint of a message to be sent.
    pub fn of(&self, draft: &Draft) -> Fingerprint {
        self.sign(&draft.recipient, &draft.language, &draft.values)
    }

    /// The fingerprint of a message that the API shows; `None` where it does not give all of recipient, language and
    /// values.
    fn of_message(&self, message: &Message) -> Option<Fingerprint> {
        let (recipient, language, values) = (message.recipient.as_ref()?, message.language.as_ref()?, message.values.as_ref()?);
        Some(self.sign(recipient.as_str(), language, values))
    }

    fn sign(&self, recipient: &str, language: &str, values: &[(String, String)]) -> Fingerprint {
        // What the API shows has passed through `clean`, what was typed has not.
        let mut values: Vec<(&str, String)> = values.iter().map(|(name, value)| (name.as_str(), clean(value).into_owned())).collect();
        values.sort();
        let mut signed = hmac::Context::with_key(&self.0);
        let mut add = |text: &str| {
            // With their lengths, so that no two messages give the same bytes.
            signed.update(&(text.len() as u64).to_be_bytes());
            signed.update(text.as_bytes());
        };
        add(&recipient_key(recipient));
        add(&language.to_lowercase());
        for (name, value) in &values {
            add(name);
            add(value);
        }
        let hex = |byte: &u8| format!("{byte:02x}");
        Fingerprint(signed.sign().as_ref().iter().map(hex).collect())
    }
}

impl fmt::Debug for FingerprintKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("FingerprintKey")
    }
}

impl Fingerprint {
    /// A fingerprint from the journal.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Its text: hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What the API showed of a recipient before a message is sent to them.
#[derive(Debug, Clone, PartialEq)]
pub struct SendReading {
    /// Recognises the message that is to be sent.
    pub fingerprint: Fingerprint,
    /// The messages to this recipient that existed: a new one that is the same must be ours.
    pub known: Vec<MessageId>,
    /// Whether these are all of them. Not where there were more than a page holds, rows could not be read, or the server
    /// does not search.
    pub is_whole: bool,
    /// The server's stamp of the newest of them: a later message was not there.
    pub newest: Option<Timestamp>,
    /// Those among them that say the same and were created in the last 24 hours, newest first.
    pub same: Vec<SameMessage>,
    /// Whether the journal has the same send open: under way, or with an unknown outcome.
    pub is_open: bool,
    /// When the request left.
    pub asked_at: Timestamp,
}

/// A message that says the same to the same recipient.
#[derive(Debug, Clone, PartialEq)]
pub struct SameMessage {
    /// Which; `None` where only a person says that it went.
    pub message: Option<MessageId>,
    /// When it was created, by the server's clock; of what a person says, when it was planned.
    pub created_at: Timestamp,
    /// Its status, where given.
    pub status: Option<Status>,
}

impl SendReading {
    /// What the answer to [`SendReading::call`] shows. The server's time tells how old the messages are.
    pub fn new(draft: &Draft, key: &FingerprintKey, answer: &PageAnswer, server_now: Timestamp) -> Self {
        let fingerprint = key.of(draft);
        let recipient = recipient_key(&draft.recipient);
        let is_theirs = |message: &Message| message.recipient.as_ref().is_none_or(|theirs| recipient_key(theirs.as_str()) == recipient);
        let all: Vec<Message> = answer.rows.iter().map(Message::from_row).collect();
        let newest = all.iter().filter_map(|message| message.created_at).max();
        let is_whole = !answer.page.has_next && answer.unreadable() == 0 && answer.beside.is_nothing();
        let messages: Vec<Message> = all.into_iter().filter(is_theirs).collect();
        let same = |message: &Message| {
            let created_at = message.created_at.filter(|created| server_now.duration_since(*created) < SAME_WITHIN)?;
            let is_same = key.of_message(message).as_ref() == Some(&fingerprint);
            is_same.then(|| SameMessage { message: Some(message.id.clone()), created_at, status: message.status.clone() })
        };
        let mut same: Vec<SameMessage> = messages.iter().filter_map(same).collect();
        same.sort_by_key(|same| std::cmp::Reverse(same.created_at));
        let known = messages.into_iter().map(|message| message.id).collect();
        Self { fingerprint, known, is_whole, newest, same, is_open: false, asked_at: answer.asked_at }
    }

    /// What the journal has of the same send: a server may show a message only a while after it accepted it.
    pub fn compare_with(&mut self, journalled: &SendsBefore, now: Timestamp) {
        self.is_open |= journalled.is_open;
        for (message, at) in &journalled.accepted {
            if !self.known.contains(message) {
                self.known.push(message.clone());
                if now.duration_since(*at) < SAME_WITHIN {
                    self.same.push(SameMessage { message: Some(message.clone()), created_at: *at, status: None });
                }
            }
        }
        // What shows is probably what that person speaks of.
        let said = journalled.said_to_have_gone.filter(|at| self.same.is_empty() && now.duration_since(*at) < SAME_WITHIN);
        self.same.extend(said.map(|at| SameMessage { message: None, created_at: at, status: None }));
        self.same.sort_by_key(|same| std::cmp::Reverse(same.created_at));
    }

    /// The call that reads them: the newest messages to this recipient.
    pub fn call(draft: &Draft) -> Call {
        let search = RecipientQuery::parse(&draft.recipient).ok();
        Call::List { page: PageRequest { limit: PageRequest::LARGEST, search, position: Position::Head } }
    }
}

/// Exactly what would be sent, and what was known of its recipient.
#[derive(Debug, Clone, PartialEq)]
pub struct SendPlan {
    draft: Draft,
    reading: SendReading,
    planned_at: Timestamp,
}

impl SendPlan {
    /// The plan to send this message.
    pub fn new(draft: Draft, reading: SendReading, now: Timestamp) -> Self {
        Self { draft, reading, planned_at: now }
    }

    /// What would be sent.
    pub fn draft(&self) -> &Draft {
        &self.draft
    }

    /// When it was made.
    pub fn planned_at(&self) -> Timestamp {
        self.planned_at
    }

    /// What was known of its recipient.
    pub fn reading(&self) -> &SendReading {
        &self.reading
    }

    /// Whether it is too old to be agreed to.
    pub fn is_stale(&self, now: Timestamp) -> bool {
        now.duration_since(self.planned_at).unsigned_abs() > PLAN_LIFE
    }

    /// Why it cannot be agreed to.
    pub fn refusal(&self) -> Option<&'static str> {
        self.reading.is_open.then_some("the same message is under way to this number, or its outcome is unknown")
    }

    /// A person said yes at `at`. The only way to make a [`ConfirmedSend`]; `None` where it cannot be agreed to.
    pub fn confirm(self, at: Timestamp) -> Option<ConfirmedSend> {
        if self.refusal().is_some() { None } else { Some(ConfirmedSend { plan: Box::new(self), confirmed_at: at }) }
    }
}

/// A message that a person agreed to send.
#[derive(Debug, Clone, PartialEq)]
pub struct ConfirmedSend {
    // Beside it a retry is small.
    plan: Box<SendPlan>,
    confirmed_at: Timestamp,
}

impl ConfirmedSend {
    /// What was agreed to.
    pub fn plan(&self) -> &SendPlan {
        &self.plan
    }

    /// When.
    pub fn confirmed_at(&self) -> Timestamp {
        self.confirmed_at
    }

    /// When its plan was made.
    pub fn planned_at(&self) -> Timestamp {
        self.plan.planned_at
    }

    /// The call that sends it.
    pub fn call(&self) -> Call {
        let Draft { recipient, language, values } = self.plan.draft.clone();
        Call::Send { recipient, language, values }
    }
}

/// What was known before a message was sent, to find an unknown outcome out by.
#[derive(Debug, Clone, PartialEq)]
pub struct SendEvidence {
    fingerprint: Fingerprint,
    /// The messages to the same recipient that existed before.
    known: Vec<MessageId>,
    /// What was to be sent; `None` where another run of the program sent it, because the journal keeps no number.
    draft: Option<Draft>,
    /// Whether all messages to the recipient that existed are known.
    is_whole: bool,
    /// The server's stamp of the newest of them.
    newest: Option<Timestamp>,
    /// How far back the campaign's messages are searched, by this machine's clock; `None` where the recipient's are.
    searched_back: Option<Timestamp>,
    /// When the recipient's messages were last read; `None` likewise.
    read_at: Option<Timestamp>,
}

/// What a reading of the recipient's messages just before the request shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SendRecheck {
    /// Nobody sent the same meanwhile.
    AsAgreed,
    /// The same message was sent elsewhere since a person agreed.
    Elsewhere,
}

impl SendEvidence {
    /// What the journal kept of a send that was agreed to then.
    pub fn kept(fingerprint: &str, known: &[MessageId], agreed_at: Timestamp) -> Self {
        Self {
            fingerprint: Fingerprint::new(fingerprint),
            known: known.to_vec(),
            draft: None,
            // What was not whole was not kept.
            is_whole: true,
            newest: None,
            searched_back: agreed_at.checked_sub(SEARCHED_BACK).ok(),
            read_at: None,
        }
    }

    /// The call that shows whether the message exists; without the recipient's number, the pages of the campaign's
    /// messages, from `position` on.
    pub fn call(&self, position: Position) -> Call {
        match &self.draft {
            Some(draft) => SendReading::call(draft),
            None => Call::List { page: PageRequest { limit: PageRequest::LARGEST, search: None, position } },
        }
    }

    /// Whether a page of the campaign's messages, newest first, goes further back than the send.
    pub fn goes_beyond(&self, rows: &Rows) -> bool {
        let oldest = rows.iter().filter_map(|row| Message::from_row(row).created_at).min();
        self.searched_back.zip(oldest).is_some_and(|(first, oldest)| oldest < first)
    }

    /// Whether the recipient's messages are read in one call; else the campaign's are read page by page.
    pub fn knows_recipient(&self) -> bool {
        self.draft.is_some()
    }

    /// Whether the recipient's messages must be read again before the request may be sent.
    pub fn must_read(&self, now: Timestamp) -> bool {
        self.read_at.is_none_or(|read_at| now.duration_since(read_at).unsigned_abs() > FRESH_ENOUGH)
    }

    /// The recipient's messages were read again before the request. The new ones are known from then on.
    pub fn read_again(&mut self, answer: &PageAnswer, key: &FingerprintKey, server_now: Timestamp) -> SendRecheck {
        let Some(draft) = &self.draft else { return SendRecheck::AsAgreed };
        let is_same = self.created_in(&answer.rows, key).is_some();
        let reading = SendReading::new(draft, key, answer, server_now);
        let new: Vec<MessageId> = reading.known.into_iter().filter(|id| !self.known.contains(id)).collect();
        self.known.extend(new);
        self.is_whole &= reading.is_whole;
        self.newest = self.newest.max(reading.newest);
        self.read_at = Some(answer.asked_at);
        if is_same { SendRecheck::Elsewhere } else { SendRecheck::AsAgreed }
    }

    /// The messages to the recipient that are known to have existed before.
    pub fn known(&self) -> &[MessageId] {
        &self.known
    }

    /// The same where it is all of them: what is kept must be enough to recognise a new one by.
    pub fn known_whole(&self) -> Option<&[MessageId]> {
        self.is_whole.then_some(&*self.known)
    }

    /// A server's words without the number and the values that were to be sent, should it repeat them.
    pub fn hidden_in(&self, words: &str) -> String {
        self.draft.as_ref().map_or_else(|| words.to_owned(), |draft| draft.hidden_in(words))
    }

    /// What was to be sent, where that is known.
    pub fn draft(&self) -> Option<&Draft> {
        self.draft.as_ref()
    }

    /// The message among these that this send created: one that was not there before and says the same. Of several
    /// the oldest.
    pub fn created_in(&self, rows: &Rows, key: &FingerprintKey) -> Option<MessageId> {
        // Where it is known what was sent, a changed key does no harm.
        let wanted = self.draft.as_ref().map_or_else(|| self.fingerprint.clone(), |draft| key.of(draft));
        let is_later = |message: &Message| self.newest.zip(message.created_at).is_some_and(|(newest, created)| created > newest);
        let is_new = |message: &Message| !self.known.contains(&message.id) && (self.is_whole || is_later(message));
        let is_ours = |message: &Message| key.of_message(message).as_ref() == Some(&wanted);
        let ours = rows.iter().map(Message::from_row).filter(|message| is_new(message) && is_ours(message));
        ours.min_by_key(|message| message.created_at).map(|message| message.id)
    }
}

impl Draft {
    /// A server's words without this message's number and values, should it repeat them.
    pub fn hidden_in(&self, words: &str) -> String {
        let values = self.values.iter().map(|(_, value)| value).chain([&self.recipient]);
        let values = values.filter(|value| value.chars().count() >= SHORTEST_HIDDEN);
        values.fold(words.to_owned(), |words, value| words.replace(value.as_str(), "…"))
    }
}

impl From<&ConfirmedSend> for SendEvidence {
    fn from(send: &ConfirmedSend) -> Self {
        let SendPlan { draft, reading, .. } = &*send.plan;
        Self {
            fingerprint: reading.fingerprint.clone(),
            known: reading.known.clone(),
            draft: Some(draft.clone()),
            is_whole: reading.is_whole,
            newest: reading.newest,
            searched_back: None,
            read_at: Some(reading.asked_at),
        }
    }
}
