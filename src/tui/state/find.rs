//! The find line: what is typed, what is found in the loaded rows, what the server was asked.

use jiff::{SignedDuration, Timestamp};
use tui_input::Input;

use crate::delivery::{Beside, MessageId, NotANumber, RecipientQuery};
use crate::monitor::{Generation, SearchState};
use crate::postman::Explanation;

/// How long typing must rest before the server is asked: a person types a number in one go, and
/// each digit would be a call.
pub(in crate::tui) const TYPING: SignedDuration = SignedDuration::from_millis(250);

/// What the server says.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) enum ServerAnswer {
    /// It was not asked.
    NotAsked,
    /// It was asked and has not answered yet.
    Asking,
    /// It answered.
    Answered {
        /// How many it has found so far.
        found: usize,
        /// Whether it has more.
        more: bool,
        /// What it told beside them.
        beside: Beside,
        /// When it was asked.
        asked_at: Timestamp,
    },
    /// It could not be asked.
    Failed(Explanation),
}

/// A question that is to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::tui) enum SearchRequest {
    /// Ask for this.
    Ask(RecipientQuery),
    /// Ask no longer.
    End,
}

/// The find line and what came of it.
#[derive(Debug)]
pub(in crate::tui) struct Find {
    /// The text in the line.
    pub input: Input,
    /// What the list is narrowed to.
    pub query: RecipientQuery,
    /// Why what was typed cannot be looked for.
    pub refusal: Option<NotANumber>,
    /// What the server says about what was asked last.
    server: ServerAnswer,
    /// The line asks all campaigns, when a person says so, and not this one by itself.
    pub everywhere: bool,
    /// The question that stands at the server.
    asked: Option<(Generation, RecipientQuery)>,
    /// When a question that is being typed is sent.
    due: Option<Timestamp>,
    /// The messages that the server found, newest first.
    found: Vec<MessageId>,
    /// Whether the next page of what was found has been asked for.
    further_asked: bool,
}

impl Find {
    /// Nothing is looked for.
    pub fn new() -> Self {
        Self {
            input: Input::default(),
            query: RecipientQuery::default(),
            refusal: None,
            server: ServerAnswer::NotAsked,
            everywhere: false,
            asked: None,
            due: None,
            found: Vec::new(),
            further_asked: false,
        }
    }

    /// What the server says about what is looked for. An answer to an earlier question is none.
    pub fn server(&self) -> &ServerAnswer {
        if self.is_about_this() { &self.server } else { &ServerAnswer::NotAsked }
    }

    fn is_about_this(&self) -> bool {
        self.asked.as_ref().is_some_and(|(_, asked)| *asked == self.query)
    }

    /// Whether something is looked for.
    pub fn is_on(&self) -> bool {
        !self.query.is_empty() || self.refusal.is_some()
    }

    /// When something must happen by itself.
    pub fn due(&self) -> Option<Timestamp> {
        self.due
    }

    /// Whether a question is being typed and not sent yet.
    pub fn is_typing(&self) -> bool {
        self.due.is_some()
    }

    /// The line's text was changed, to be asked after `rest`. True where the list is to be
    /// narrowed anew.
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

    /// What is to be sent at `now`, if anything.
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

    /// The question was sent.
    pub fn asked(&mut self, generation: Generation) {
        self.asked = Some((generation, self.query.clone()));
        self.server = ServerAnswer::Asking;
        self.found.clear();
        self.further_asked = false;
    }

    /// The server's word. Answers to older questions are dropped: false for those.
    pub fn answered(&mut self, generation: Generation, state: SearchState) -> bool {
        if self.asked.as_ref().is_none_or(|(asked, _)| *asked != generation) {
            return false;
        }
        self.further_asked = false;
        match state {
            // A question that is asked again by itself keeps its last answer on the screen.
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

    /// The next page of what was found, where there is one that was not asked for yet.
    pub fn further(&mut self) -> Option<Generation> {
        let has_more = matches!(self.server(), ServerAnswer::Answered { more: true, .. });
        let (generation, _) = self.asked.as_ref().filter(|_| has_more && !self.further_asked)?;
        self.further_asked = true;
        Some(*generation)
    }

    /// Whether the next page of what was found is being read.
    pub fn is_reading_further(&self) -> bool {
        self.further_asked
    }

    /// Clears everything. True where the server was being asked.
    pub fn clear(&mut self) -> bool {
        let was_asked = self.asked.is_some();
        *self = Self::new();
        was_asked
    }

    /// The campaign is left: the server is asked no longer. True where it was being asked.
    pub fn rest(&mut self) -> bool {
        let was_asked = self.asked.is_some();
        self.forget();
        was_asked
    }

    /// The campaign is looked at again: what is looked for is asked again.
    pub fn wake(&mut self, now: Timestamp) {
        if self.is_askable() {
            self.due = Some(now);
        }
    }

    /// Whether a question stands at the server.
    pub fn is_asked(&self) -> bool {
        self.asked.is_some()
    }

    /// Looks for what was typed elsewhere, on the server at once.
    pub fn take_over(&mut self, input: Input, now: Timestamp) {
        *self = Self { input, ..Self::new() };
        self.understand();
        self.wake(now);
    }

    /// What the line asks for, or why it asks for nothing.
    fn understand(&mut self) {
        (self.query, self.refusal) = match RecipientQuery::parse(self.input.value()) {
            Ok(query) => (query, None),
            Err(why) => (RecipientQuery::default(), Some(why)),
        };
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
