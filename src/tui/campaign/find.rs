//! The find line: what is typed, what is found in the loaded rows, what the server was asked.

use jiff::{SignedDuration, Timestamp};

use crate::delivery::{Beside, MessageId, NotANumber, Recipient, RecipientQuery, grouped};
use crate::monitor::{Command, Generation, NoticeWeight, SearchState};
use crate::postman::Explanation;
use crate::tui::Action;
use crate::tui::shared::{FilterChoice, Shared};
use crate::tui::widgets::typed_line::TypedLine;

/// How long typing must pause before the server is asked: a number is typed in one go, and each
/// digit would be a call.
pub(in crate::tui) const TYPING: SignedDuration = SignedDuration::from_millis(250);

#[derive(Debug, Clone, Default, PartialEq)]
pub(in crate::tui) enum ServerAnswer {
    #[default]
    NotAsked,
    /// It was asked and has not answered yet.
    Asking,
    Answered {
        /// How many it has found so far.
        found: usize,
        more: bool,
        /// What it reported besides.
        beside: Beside,
        asked_at: Timestamp,
    },
    /// It could not be asked.
    Failed(Explanation),
}

/// A request to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::tui) enum SearchRequest {
    /// Search for this.
    Ask(RecipientQuery),
    /// Stop searching.
    End,
}

/// The find line and its results.
#[derive(Debug, Default)]
pub(in crate::tui) struct Find {
    /// The text in the line.
    pub input: TypedLine,
    /// What the list is narrowed to.
    pub query: RecipientQuery,
    /// Why what was typed cannot be searched for.
    pub refusal: Option<NotANumber>,
    /// The server's answer to the last search.
    server: ServerAnswer,
    /// What it searches for is the number of a message, which nobody typed: a mask hides it.
    pub is_taken: bool,
    /// The line searches all campaigns at a person's request, and this one not automatically.
    pub everywhere: bool,
    /// The search that the server is working on.
    asked: Option<(Generation, RecipientQuery)>,
    /// When a search that is being typed is sent.
    due: Option<Timestamp>,
    /// The messages that the server found, newest first.
    found: Vec<MessageId>,
    /// Whether the next page of results was requested.
    further_asked: bool,
}

impl Find {
    /// The server's answer to the current search. An answer to an earlier one does not count.
    pub fn server(&self) -> &ServerAnswer {
        if self.is_about_this() { &self.server } else { &ServerAnswer::NotAsked }
    }

    fn is_about_this(&self) -> bool {
        self.asked.as_ref().is_some_and(|(_, asked)| *asked == self.query)
    }

    /// Whether something is searched for.
    pub fn is_on(&self) -> bool {
        !self.query.is_empty() || self.refusal.is_some()
    }

    /// When something is due without a key.
    pub fn due(&self) -> Option<Timestamp> {
        self.due
    }

    /// Whether a search is being typed and not sent yet.
    pub fn is_typing(&self) -> bool {
        self.due.is_some()
    }

    /// The line's text was changed, to be sent after `rest`. True where the list must be narrowed
    /// again.
    pub fn edited(&mut self, now: Timestamp, rest: SignedDuration) -> bool {
        let before = (self.query.clone(), self.refusal);
        self.understand();
        let is_other = before != (self.query.clone(), self.refusal);
        if self.is_about_this() || !self.is_askable() {
            self.due = None;
        } else if is_other {
            self.due = Some(now + rest);
        }
        is_other
    }

    /// What to send at `now`, if anything.
    pub fn request(&mut self, now: Timestamp) -> Option<SearchRequest> {
        if self.due.is_some_and(|due| due <= now) {
            self.due = None;
            return Some(SearchRequest::Ask(self.query.clone()));
        }
        let is_given_up = self.asked.is_some() && !self.is_askable();
        is_given_up.then(|| {
            self.forget();
            SearchRequest::End
        })
    }

    /// Sends at once what is being typed.
    pub fn hasten(&mut self, now: Timestamp) {
        if self.due.is_some() {
            self.due = Some(now);
        }
    }

    /// The search was sent.
    pub fn asked(&mut self, generation: Generation) {
        self.asked = Some((generation, self.query.clone()));
        self.server = ServerAnswer::Asking;
        self.found.clear();
        self.further_asked = false;
    }

    /// The server's answer. Answers to older searches are dropped: false for those.
    pub fn answered(&mut self, generation: Generation, state: SearchState) -> bool {
        if self.asked.as_ref().is_none_or(|(asked, _)| *asked != generation) {
            return false;
        }
        self.further_asked = false;
        match state {
            // A search that is repeated automatically keeps its last answer on the screen.
            SearchState::Asking if matches!(self.server, ServerAnswer::Answered { .. }) => {}
            SearchState::Asking => self.server = ServerAnswer::Asking,
            SearchState::Answered { found, more, beside, asked_at } => {
                self.server = ServerAnswer::Answered { found: found.len(), more, beside, asked_at };
                self.found = found;
            }
            SearchState::Failed(why) => self.server = ServerAnswer::Failed(why),
        }
        true
    }

    /// The next page of results, where there is one that was not requested yet.
    pub fn further(&mut self) -> Option<Generation> {
        let has_more = matches!(self.server(), ServerAnswer::Answered { more: true, .. });
        let (generation, _) = self.asked.as_ref().filter(|_| has_more && !self.further_asked)?;
        self.further_asked = true;
        Some(*generation)
    }

    /// Whether the next page of results is being loaded.
    pub fn is_reading_further(&self) -> bool {
        self.further_asked
    }

    /// Clears everything. True where the server was being asked.
    pub fn clear(&mut self) -> bool {
        let was_asked = self.asked.is_some();
        *self = Self::default();
        was_asked
    }

    /// The campaign is left: the server search ends. True where there was one.
    pub fn rest(&mut self) -> bool {
        let was_asked = self.asked.is_some();
        self.forget();
        was_asked
    }

    /// The campaign is shown again: its search is repeated.
    pub fn wake(&mut self, now: Timestamp) {
        if self.is_askable() {
            self.due = Some(now);
        }
    }

    /// Whether the server is working on a search.
    pub fn is_asked(&self) -> bool {
        self.asked.is_some()
    }

    /// Searches for what was typed elsewhere, on the server at once.
    pub fn take_over(&mut self, input: TypedLine, now: Timestamp) {
        *self = Self { input, ..Self::default() };
        self.understand();
        self.wake(now);
    }

    /// Searches for the number of a message, on the server at once. The line stays empty: its digits may be masked.
    pub fn take_number(&mut self, number: &Recipient, now: Timestamp) {
        *self = Self { is_taken: true, ..Self::default() };
        (self.query, self.refusal) = understood(number.as_str());
        self.wake(now);
    }

    /// What the line searches for, or why it searches for nothing.
    fn understand(&mut self) {
        (self.query, self.refusal) = understood(self.input.value());
        self.is_taken = false;
    }

    fn is_askable(&self) -> bool {
        self.query.is_askable() && !self.everywhere
    }

    fn forget(&mut self) {
        self.asked = None;
        self.server = ServerAnswer::NotAsked;
        self.found.clear();
        self.further_asked = false;
        self.due = None;
    }
}

/// What a text searches for, or why it searches for nothing.
fn understood(text: &str) -> (RecipientQuery, Option<NotANumber>) {
    match RecipientQuery::parse(text) {
        Ok(query) => (query, None),
        Err(why) => (RecipientQuery::default(), Some(why)),
    }
}

impl Shared {
    /// To the next hit of the find, or to the previous one. The list holds nothing else, so a step is enough;
    /// at the ends it says so.
    pub(in crate::tui) fn next_hit(&mut self, forward: bool) {
        let Some(campaign) = self.campaign() else { return };
        let (index, len) = (campaign.list.index(&campaign.store), campaign.list.len());
        let number = grouped(campaign.list.matching(&campaign.store) + campaign.list.below());
        if !campaign.find.is_on() {
            let next = format!("{} starts a find", self.key_for(Action::Find));
            self.tell(NoticeWeight::Info, "nothing is searched for", "so there is no next hit", &next);
        } else if let Some(why) = campaign.find.refusal {
            self.tell(NoticeWeight::Info, "nothing was searched for", &why.to_string(), "");
        } else if len == 0 {
            self.tell(NoticeWeight::Info, "no loaded message has this number", "", "");
        } else if forward && index + 1 < len {
            self.go(index + 1);
        } else if !forward && index > 0 {
            self.go(index - 1);
        } else {
            let (end, other) = if forward { ("last", Action::PreviousHit) } else { ("first", Action::NextHit) };
            let next = if len == 1 { String::new() } else { format!("{} goes the other way", self.key_for(other)) };
            let what = if len == 1 { "this is the only hit".to_owned() } else { format!("this is the {end} of {number} hits") };
            self.tell(NoticeWeight::Info, &what, "", &next);
        }
    }

    /// Clears the find.
    pub(in crate::tui) fn end_find(&mut self) {
        let Some(campaign) = self.campaign_mut() else { return };
        let was_asked = campaign.find.clear();
        campaign.narrow();
        if was_asked {
            self.send(Command::EndSearch);
        }
    }

    /// Clears filter and find, and keeps the time window: the list is shown from its top.
    pub(in crate::tui) fn clear(&mut self) {
        self.close_detail();
        self.forget_across();
        if let Some(campaign) = self.campaign_mut() {
            campaign.end_detour();
            campaign.choice = FilterChoice::all_of(campaign.choice.window);
            campaign.pages_to_fill = 0;
        }
        self.end_find();
        if let Some(campaign) = self.campaign_mut() {
            campaign.list.follow(&campaign.store);
        }
    }

    /// Sends the search that is due.
    pub(in crate::tui) fn ask_server(&mut self) {
        let now = self.now;
        let Some(search) = self.campaign_mut().and_then(|campaign| campaign.find.request(now)) else { return };
        let command = match search {
            SearchRequest::End => Command::EndSearch,
            SearchRequest::Ask(query) => {
                let generation = self.next_generation();
                if let Some(campaign) = self.campaign_mut() {
                    campaign.find.asked(generation);
                }
                Command::Search { generation, query }
            }
        };
        self.send(command);
    }
}
