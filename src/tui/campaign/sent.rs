//! The messages that were sent from here: to whom, what became of the text that was typed, and which message of the list
//! is the new one.

use std::collections::HashMap;

use jiff::Timestamp;

use super::Campaign;
use crate::action::{ConfirmedSend, Created, Fingerprint, Subject};
use crate::delivery::{Mask, MessageId, Recipient};
use crate::monitor::{ActionNews, ActionStage};

/// What is known of the messages that were sent from here.
#[derive(Debug, Default)]
pub(in crate::tui) struct Sent {
    /// To whom each went, masked: this stays on the screen longer than the form.
    to: HashMap<Fingerprint, String>,
    /// The newest, until it is selected in the list.
    newest: Option<Newest>,
    /// The one whose text is still kept, because Postman may refuse it.
    with_text: Option<Fingerprint>,
}

/// A message on its way to the list.
#[derive(Debug)]
struct Newest {
    fingerprint: Fingerprint,
    message: Option<MessageId>,
    agreed_at: Timestamp,
}

impl Sent {
    /// Whose number a message went to, masked, where it was sent from here in this run of the program.
    pub fn to(&self, fingerprint: &Fingerprint) -> Option<&str> {
        self.to.get(fingerprint).map(String::as_str)
    }

    /// The new message that is not selected in the list yet, and when it was agreed to.
    pub fn to_select(&self) -> Option<(&MessageId, Timestamp)> {
        let newest = self.newest.as_ref()?;
        Some((newest.message.as_ref()?, newest.agreed_at))
    }

    /// It was selected, or the user is doing something else by now.
    pub fn selected(&mut self) {
        self.newest = None;
    }

    /// What was typed is another text from now on.
    pub fn forget_text(&mut self) {
        self.with_text = None;
    }
}

impl Campaign {
    /// A person agreed to send this.
    pub fn note_send(&mut self, send: &ConfirmedSend, now: Timestamp) {
        let (draft, fingerprint) = (send.plan().draft(), &send.plan().reading().fingerprint);
        self.sent.to.insert(fingerprint.clone(), Recipient::new(draft.recipient.as_str()).shown(Mask::On));
        self.sent.newest = Some(Newest { fingerprint: fingerprint.clone(), message: None, agreed_at: now });
        self.sent.with_text = self.draft.is_some().then(|| fingerprint.clone());
    }

    /// What is reported of a message that was sent: the new one is followed, and the text that was typed is dropped once
    /// Postman has it.
    pub fn follow_sent(&mut self, news: &ActionNews) {
        let Subject::Send(fingerprint) = &news.subject else { return };
        let is_new = self.actions.on(&news.subject).is_none_or(|record| record.created.is_none());
        if let Some(message) = news.created.as_ref().and_then(Created::message).filter(|_| is_new) {
            self.follows.add(message.clone());
            if let Some(newest) = self.sent.newest.as_mut().filter(|newest| newest.fingerprint == *fingerprint) {
                newest.message = Some(message.clone());
            }
        }
        let is_there = matches!(news.stage, ActionStage::Accepted | ActionStage::FoundAccepted | ActionStage::Followed { .. });
        if is_there && self.sent.with_text.take_if(|with_text| with_text == fingerprint).is_some() {
            self.draft = None;
        }
    }
}
