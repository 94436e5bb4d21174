//! What is open over the view. Each dialog is one file, and this is all that the others know of it.

mod actions; // of a row

mod batch;
mod campaigns;
mod classes; // the header's figures
mod copied;
mod filter;
mod find;
mod help;
mod notices;
mod order;
mod plan;
mod refused_file;
mod reread;
mod resolve;
mod results;
mod resume;
mod retry;
mod reveal;
mod send;
mod send_file;
mod commands;
mod export;
mod history;
mod name_filter;
mod unlock;
mod window;

use std::borrow::Cow;

use crossterm::event::KeyEvent;
use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::keys::{Action, Context};
use super::shared::Shared;
use super::widgets::question::{Asked, OpenQuestion, Takes};
use super::{FileAnswer, FileRequest, KeyRole};
use crate::monitor::{BatchState, Generation, PreparedState};
use crate::store::RowNumber;

pub(in crate::tui) use actions::{RowAction, RowMenu};
pub(in crate::tui) use batch::BatchQuestion;
pub(in crate::tui) use campaigns::AllCampaigns;
pub(in crate::tui) use classes::HeaderFigures;
pub use commands::commands_markdown;
pub(in crate::tui) use commands::{COMMANDS, Commands, RecentCommands};
pub(in crate::tui) use copied::CopiedPage;
pub(in crate::tui) use export::ExportFile;
pub(in crate::tui) use filter::FilterMenu;
pub(in crate::tui) use find::{Across, FindLine};
pub(in crate::tui) use help::HelpPage;
pub(in crate::tui) use notices::NoticesPage;
pub(in crate::tui) use order::OrderMenu;
pub(in crate::tui) use plan::{Choice, PlanQuestion};
pub(in crate::tui) use refused_file::RefusedFile;
pub(in crate::tui) use resolve::Resolve;
pub(in crate::tui) use results::ResultsPage;
pub(in crate::tui) use resume::ResumeQuestion;
pub(in crate::tui) use retry::RetryQuestion;
pub(in crate::tui) use reveal::RevealQuestion;
pub(in crate::tui) use send::{SendDraft, SendForm};
pub(in crate::tui) use send_file::SendFile;

/// Something open over the view: a question, a menu, a line for typing, a page to read.
pub(in crate::tui) trait Dialog {
    /// Where its keys are in the table of keys.
    fn context(&self) -> Context;

    /// What an action would do now. The line of keys, the dialog's own keys and dispatch ask this and nothing else.
    fn can(&self, action: Action, shared: &Shared) -> Can;

    /// Whether a key that does something deserves a place in the line of keys.
    fn is_offered(&self, _action: Action) -> bool {
        true
    }

    /// A key was pressed.
    fn key(&mut self, press: Press, shared: &mut Shared) -> Next;

    /// Draws it over `area`. Returns where the terminal's cursor belongs.
    fn draw(&self, shared: &Shared, buffer: &mut Buffer, area: Rect) -> Option<Position>;

    /// Whether a click there is for the view behind it.
    fn lets_through(&self, _at: Position, _shared: &Shared) -> bool {
        false
    }

    /// What is clicked at a position, as a number of its own: a line, a campaign.
    fn hit(&self, _at: Position, _shared: &Shared) -> Option<usize> {
        None
    }

    /// A click on that.
    fn click(&mut self, _click: Click, _shared: &mut Shared) -> Next {
        Next::Stay
    }

    /// Text was pasted.
    fn paste(&mut self, _text: &str, _shared: &mut Shared) {}

    /// Called after every event while it is on top or under a page, and when it comes to the top again: what it shows
    /// must stay true, or it closes.
    fn refresh(&mut self, _changed: &Changed, _shared: &mut Shared) -> Next {
        Next::Stay
    }

    /// When it needs [`Dialog::refresh`] at the latest; `None` where only events change it.
    fn due(&self, _shared: &Shared) -> Option<Timestamp> {
        None
    }

    /// Whether it is a question about rows that must not change their meaning: nothing is trimmed under it, and it
    /// closes when the rows no longer exist.
    fn holds_rows(&self) -> bool {
        false
    }

    /// Whether a worker is to read a batch for it: once no such dialog is open, the worker is told to stop.
    fn reads_batch(&self) -> bool {
        false
    }

    /// Whether it is a page, shown in place of the view, and not a box over it. What is under a page goes on.
    fn covers(&self) -> bool {
        false
    }

    /// The question that it asks, and what that takes as a yes.
    fn asks(&self) -> Option<(&Asked, Takes)> {
        None
    }

    /// The question that waits for a yes.
    fn asked(&self) -> Option<OpenQuestion> {
        self.asks().map(|(asked, _)| asked.question)
    }

    /// How a key would agree to its question, or answer part of it; `None` for every other key. Only asked while it
    /// can be read.
    fn role(&self, press: Press, _shared: &Shared) -> Option<KeyRole> {
        let (asked, takes) = self.asks()?;
        asked.role(press, takes)
    }
}

/// What an action would do now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::tui) enum Can {
    /// What the table of keys says.
    Yes,
    /// Something, in these words.
    Do(&'static str),
    /// Nothing just now, and why.
    Not(Cow<'static, str>),
    /// It never means anything here.
    NotHere,
}

impl Can {
    /// Nothing just now, and why.
    pub fn not(why: &'static str) -> Self {
        Can::Not(Cow::Borrowed(why))
    }

    /// What the table of keys says, unless something is missing.
    pub fn unless(is_missing: bool, why: &'static str) -> Self {
        if is_missing { Can::not(why) } else { Can::Yes }
    }
}

/// A key as it was pressed, and what the table of keys says of it.
#[derive(Debug, Clone, Copy)]
pub(in crate::tui) struct Press {
    pub action: Option<Action>,
    pub key: KeyEvent,
}

/// A click of the left button.
#[derive(Debug, Clone, Copy)]
pub(in crate::tui) struct Click {
    /// What [`Dialog::hit`] found there.
    pub hit: usize,
    /// Whether the same was clicked a moment ago.
    pub is_double: bool,
}

/// What an event changed in the campaign on the screen.
#[derive(Debug, Clone, Default)]
pub(in crate::tui) struct Changed {
    pub rows: Vec<RowNumber>,
    /// Whether the rows that a dialog holds mean nothing any more: it closes.
    pub are_rows_gone: bool,
    /// What a worker has read of a batch.
    pub batch: Option<(Generation, BatchState)>,
    /// What a worker has read before something is sent.
    pub prepared: Option<(Generation, PreparedState)>,
    /// What became of a request about a file.
    pub file: Option<(FileRequest, FileAnswer)>,
    /// Whether a reveal was undone, because it has no line in the journal.
    pub is_reveal_lost: bool,
    /// Whether it was the tick: what is counted by time is counted again.
    pub is_tick: bool,
    /// Whether the dialog was covered and followed nothing meanwhile: a question is another one from now on.
    pub was_covered: bool,
}

/// What becomes of a dialog after a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum Next {
    /// It stays open. What it opened is over it: Esc there comes back to it.
    Stay,
    /// Esc: what it was opened from is on the screen again.
    Back,
    /// It is done. What it opened takes its position; where it opened nothing, the view is on the screen.
    Close,
    /// The same, and the view does this: what the key leads to there, as if nothing had been open.
    Do(Action),
}

/// What [`Shared`] may know of what is open.
#[derive(Debug, Clone, Copy)]
pub(in crate::tui) struct Front {
    /// Where the keys of the dialog on top are in the table.
    pub context: Context,
    /// The question that it asks.
    pub asked: Option<OpenQuestion>,
    /// Whether a dialog holds rows.
    pub holds_rows: bool,
    /// Whether one of those is a question.
    pub asks_about_rows: bool,
    /// Whether a dialog wants a batch read.
    pub reads_batch: bool,
}
