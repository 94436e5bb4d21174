//! Other messages to the same number: how many are loaded, and the find that lists them.

use jiff::{SignedDuration, Timestamp};

use crate::delivery::{MessageId, RecipientQuery, counted};
use crate::store::Store;
use crate::tui::Action;
use crate::tui::shared::{Campaign, Drilled, Shared, ViewKind};

/// Up to this many messages are looked at at once, at every step of the cursor. That takes 0.02 ms for each 10,000, since
/// their numbers are seldom in the processor's cache: of 50,000 it would be a tenth of the time of a step.
const AT_ONCE: usize = 10_000;

/// With more, the cursor must have rested for this long.
const REST: SignedDuration = SignedDuration::from_millis(250);

/// How many other messages go to the number of the message under the cursor.
#[derive(Debug, Default)]
pub(in crate::tui) struct SameNumber {
    message: Option<MessageId>,
    /// How many messages were loaded.
    loaded: usize,
    others: Option<usize>,
    /// Since when the count is out of date.
    due: Option<Timestamp>,
}

impl SameNumber {
    /// How many others are loaded; `None` where they are not counted yet, or no number was given.
    pub fn others(&self, message: &MessageId) -> Option<usize> {
        self.others.filter(|_| self.message.as_ref() == Some(message))
    }

    /// Follows the cursor and the store: counts again where there is something else to count.
    fn follow(&mut self, store: &Store, message: Option<&MessageId>, now: Timestamp) {
        if self.message.as_ref() != message {
            *self = Self { message: message.cloned(), due: Some(now), ..Self::default() };
        } else if self.loaded != store.len() {
            self.loaded = store.len();
            self.due = self.due.or(Some(now));
        }
        // A clock that was set back must not delay it.
        let has_rested = |due: Timestamp| store.len() <= AT_ONCE || now.duration_since(due).abs() >= REST;
        if self.due.is_some_and(has_rested) {
            self.due = None;
            self.loaded = store.len();
            self.others = message.and_then(|message| store.row(message)).and_then(|row| store.others_to(row));
        }
    }
}

impl Shared {
    /// Counts the other messages to the number under the cursor, where they are on the screen.
    pub(in crate::tui) fn count_same_number(&mut self) {
        let (now, is_shown) = (self.now, self.view == ViewKind::Messages);
        let Some(campaign) = self.campaign_mut().filter(|_| is_shown) else { return };
        let message = campaign.subject().map(|row| campaign.store.id(row));
        campaign.same_number.follow(&campaign.store, message.as_ref(), now);
    }

    /// Why the number of the message under the cursor cannot be searched for.
    pub(in crate::tui) fn why_no_number(&self) -> Option<&'static str> {
        let number = self.campaign().and_then(|campaign| campaign.store.cells(campaign.subject()?).recipient);
        match number.map(RecipientQuery::parse) {
            None => Some("no number given"),
            Some(Ok(query)) if query.is_askable() => None,
            Some(_) => Some("neither a number nor an NRIC"),
        }
    }

    /// Finds all messages to the number of the message under the cursor, here and on the server. Esc goes back to it.
    pub(in crate::tui) fn find_same_number(&mut self) {
        let (from, now) = (self.origin(), self.now);
        let Some(campaign) = self.campaign() else { return };
        let Some(number) = campaign.subject().and_then(|row| campaign.store.message(row).recipient) else { return };
        self.close_detail();
        self.end_find();
        let Some(campaign) = self.campaign_mut() else { return };
        campaign.drilled = Some(Drilled { from, before: campaign.choice.clone() });
        campaign.find.take_number(&number, now);
        campaign.narrow();
    }
}

/// How many other messages go to its number, in sentences of which the first that fits is shown. Nothing where that is
/// not known.
pub(super) fn words(shared: &Shared, campaign: &Campaign, message: &MessageId) -> Vec<String> {
    let Some(others) = campaign.same_number.others(message) else { return Vec::new() };
    let is_whole = campaign.store.coverage().complete;
    match (others, is_whole) {
        (0, true) => vec!["no other message to this number".to_owned()],
        (0, false) => vec!["no other message to this number is loaded".to_owned(), "no other loaded to this number".to_owned()],
        (others, _) => {
            let which = if is_whole { "" } else { " loaded" };
            let more = format!("{} to this number{which}", counted(others, "more message"));
            vec![format!("{more}: {} finds them", shared.key_for(Action::Actions)), more]
        }
    }
}
