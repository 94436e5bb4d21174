//! What is open over the list, and whether it can be agreed to.

use super::{
    BatchQuestion, FilterMenu, OpenQuestion, OrderMenu, Page, PlanQuestion, Prompt, Question, Resolve, ResumeQuestion, RowMenu, State,
};
use crate::tui::layout::Kind;

/// A dialog over the list. One at a time.
pub(in crate::tui) enum Dialog {
    None,
    /// The find line.
    Find,
    /// The menu of filters, or of time windows.
    Menu(Box<FilterMenu>),
    /// The menu of order and columns.
    Order(OrderMenu),
    /// The question before a retry.
    Question(Box<Question>),
    /// The question before a retry of several messages.
    Plan(Box<PlanQuestion>),
    /// The question before the retry of a whole batch.
    Batch(Box<BatchQuestion>),
    /// Deciding an action with an unknown outcome.
    Resolve(Box<Resolve>),
    /// What can be done with a row.
    Row(RowMenu),
    /// A line for typing.
    Prompt(Box<Prompt>),
    /// The question before a campaign is shown unmasked.
    Reveal(OpenQuestion),
    /// The question before a paused run continues.
    Resume(ResumeQuestion),
    /// All campaigns, with the cursor on one: its index in the configuration.
    Campaigns(usize),
}

/// What a dialog was opened from, where that was not the view itself: Esc goes back to it.
pub(in crate::tui) struct Beneath {
    /// The dialog that was open.
    pub dialog: Dialog,
    /// The page that was open.
    pub page: Option<Page>,
    /// The campaign that was on the screen then.
    pub campaign: usize,
}

impl State {
    /// The open question about one message.
    pub(in crate::tui) fn open_question(&self) -> Option<&Question> {
        match &self.dialog {
            Dialog::Question(question) => Some(question),
            _ => None,
        }
    }

    /// The open question, whichever it is, while it can be read: a page in front hides it, and so
    /// does a screen without room. Nothing can be agreed to that is not on the screen.
    pub(in crate::tui) fn asked_in_view(&self) -> Option<&OpenQuestion> {
        let asked = match &self.dialog {
            Dialog::Question(question) => Some(&question.asked),
            Dialog::Plan(question) => Some(&question.asked),
            Dialog::Batch(question) => Some(&question.asked),
            Dialog::Resolve(resolve) => resolve.asking.as_ref().map(|(_, asked)| asked),
            Dialog::Reveal(asked) => Some(asked),
            Dialog::Resume(question) => Some(&question.asked),
            Dialog::Prompt(prompt) => prompt.asked.as_ref(),
            Dialog::None | Dialog::Find | Dialog::Menu(_) | Dialog::Order(_) | Dialog::Row(_) | Dialog::Campaigns(_) => None,
        };
        asked.filter(|_| self.is_dialog_in_view())
    }

    /// Whether a dialog could be read.
    pub(in crate::tui) fn is_dialog_in_view(&self) -> bool {
        self.page.is_none() && self.layout().kind != Kind::Tiny
    }
}
