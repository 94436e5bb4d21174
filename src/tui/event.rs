//! What enters the dashboard.

use crossterm::event::{KeyEvent, MouseEvent};

use super::{Background, TrialLine};
use crate::monitor::Update;
use crate::postman::Explanation;

/// Everything that can change the dashboard's state.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "events are handed over one at a time and never kept")]
pub enum Event {
    /// A key was pressed.
    Key(KeyEvent),
    /// Text was pasted, in one piece.
    Paste(String),
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
    /// A second has passed: ages move on.
    Tick,
    /// The first frame with an open question has been drawn: from then on its armour counts.
    Drawn,
    /// The system asks the program to end (TERM, HUP, or an INT from outside).
    EndAsked,
}
