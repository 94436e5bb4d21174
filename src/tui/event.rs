//! What enters the dashboard.

use crossterm::event::{KeyEvent, MouseEvent};
use jiff::SignedDuration;

use super::{Background, ExportId, FileRequest, FoundFile, TrialLine};
use crate::monitor::{CampaignIndex, Generation, Update};
use crate::postman::Explanation;
use crate::store::Sorted;

/// The outcome of a step of an export.
#[derive(Debug, Clone, PartialEq)]
pub enum ExportAnswer {
    /// It is on the disk: the next step can come.
    Written,
    /// The file is whole and in its place; this says where.
    Done(Explanation),
    /// It cannot be written, and no file is left.
    Failed(Explanation),
    /// There is already a file of that name.
    Taken {
        /// A similar name that is free.
        free: String,
    },
}

/// What became of a request about a file of messages.
#[derive(Debug, Clone)]
pub enum FileAnswer {
    /// What the path can be completed to.
    Completed {
        /// The path as far as it is certain.
        path: String,
        /// The names that begin like it, where there are several.
        names: Vec<String>,
    },
    /// So much of the file has been read.
    Read {
        /// Bytes that were read.
        bytes: u64,
        /// How many it has, where that is known before its end.
        of: Option<u64>,
    },
    /// The file was read and checked.
    Checked(FoundFile),
    /// The corrected copy was written and checked.
    Corrected(FoundFile),
    /// It could not be done.
    Failed(Explanation),
}

/// Everything that can change the dashboard's state.
#[derive(Debug)]
pub enum Event {
    /// A key was pressed. It agrees to nothing.
    Key(KeyEvent),
    /// A key was pressed that agrees to the open question, and it was meant: the input guard let it
    /// through.
    Agreed(KeyEvent),
    /// A key was pressed that would have agreed, but it came too soon or not alone: nothing was done.
    TooSoon(KeyEvent),
    /// Text was pasted, in one piece.
    Paste(String),
    /// Text was pasted outside a text field and dropped; with the number of keys where it came as
    /// keys.
    PasteDropped {
        /// How many keys.
        keys: Option<usize>,
    },
    /// The mouse did something; only reported while the mouse is on.
    Mouse(MouseEvent),
    /// The terminal was resized.
    Resize {
        /// Its width.
        columns: u16,
        /// Its height.
        rows: u16,
    },
    /// The terminal has reported its background.
    Background(Background),
    /// A campaign's worker has news.
    Update(Update),
    /// A campaign that is not configured yet was checked.
    Tried(Vec<TrialLine>),
    /// A campaign was written into the configuration, or the reason why not.
    Added(Result<(), Explanation>),
    /// The configuration was to be read again and cannot be used, for this reason.
    NotReloaded(Explanation),
    /// The messages of a campaign were sorted.
    Sorted {
        /// Which one.
        campaign: CampaignIndex,
        /// That of the request.
        generation: Generation,
        /// Its lists.
        lists: Vec<Sorted>,
    },
    /// A step of an export was done, or failed.
    Export {
        /// Which export.
        export: ExportId,
        /// The outcome.
        answer: ExportAnswer,
    },
    /// A request about a file of messages made progress, or has ended.
    File {
        /// Which request.
        request: FileRequest,
        /// Its progress.
        answer: FileAnswer,
    },
    /// The last copied text did not reach any clipboard, for this reason.
    CopyFailed(String),
    /// The time of day was changed: it is this far ahead of the running time.
    ClockSet {
        /// How far; negative when it is behind.
        ahead: SignedDuration,
    },
    /// A second has passed: ages move on.
    Tick,
    /// The program is suspended for a while, as by Ctrl-z. Sent before it stops, or, where it was
    /// stopped from outside, when it continues.
    Suspended,
    /// The system asks the program to exit (TERM, HUP, or an INT from outside).
    EndAsked,
}
