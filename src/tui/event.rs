//! What enters the dashboard.

use crossterm::event::{KeyEvent, MouseEvent};
use jiff::SignedDuration;

use super::{Background, ExportId, TrialLine};
use crate::monitor::Update;
use crate::postman::Explanation;

/// What became of a step of an export.
#[derive(Debug, Clone, PartialEq)]
pub enum ExportAnswer {
    /// It is on the disk: the next step can come.
    Written,
    /// The file is whole and in its place, as told here.
    Done(Explanation),
    /// It cannot be written, and nothing is left of it.
    Failed(Explanation),
    /// There is a file of that name.
    Taken {
        /// A name like it that is free.
        free: String,
    },
}

/// Everything that can change the dashboard's state.
#[derive(Debug)]
pub enum Event {
    /// A key was pressed. It agrees to nothing.
    Key(KeyEvent),
    /// A key was pressed that agrees to the open question, and it was meant: the input guard says so.
    Agreed(KeyEvent),
    /// A key was pressed that would have agreed, but it came too soon, or not alone: nothing was done.
    TooSoon(KeyEvent),
    /// Text was pasted, in one piece.
    Paste(String),
    /// Text was pasted where none is typed, and dropped: as so many keys, where they came as keys.
    PasteDropped {
        /// How many keys.
        keys: Option<usize>,
    },
    /// The mouse did something; only told when the mouse is switched on.
    Mouse(MouseEvent),
    /// The terminal has another size now.
    Resize {
        /// Its width.
        columns: u16,
        /// Its height.
        rows: u16,
    },
    /// The terminal has told its background.
    Background(Background),
    /// A campaign's worker has news.
    Update(Update),
    /// A campaign that is not configured yet was tried out.
    Tried(Vec<TrialLine>),
    /// A campaign was written into the configuration, or why not.
    Added(Result<(), Explanation>),
    /// A step of an export was done, or not.
    Export {
        /// Which export.
        export: ExportId,
        /// What became of it.
        answer: ExportAnswer,
    },
    /// The text that was copied last reached no clipboard, for this reason.
    CopyFailed(String),
    /// The time of day was set: it is so far ahead of the time that goes by.
    ClockSet {
        /// How far; negative when it is behind.
        ahead: SignedDuration,
    },
    /// A second has passed: ages move on.
    Tick,
    /// The program stops for a while, as by Ctrl-z. Told before it stops, or, where it was stopped from
    /// outside, when it goes on.
    Suspended,
    /// The system asks the program to end (TERM, HUP, or an INT from outside).
    EndAsked,
}
