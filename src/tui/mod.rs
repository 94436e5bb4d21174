//! The dashboard: views, dialogs, keys and theme. It knows nothing of HTTP or of databases.

mod app; // for whom an event is
mod campaign; // one campaign as the screen sees it
mod chrome; // what is around the view
mod dialogs; // what is open over the view
mod effect;
mod event;
mod guard; // what was not meant does nothing
mod key_line; // keys with what they do
pub mod keys; // the one table of keys
mod layout; // where things are on the screen
mod mouse;
mod run;
mod setup;
mod shared; // what the whole dashboard knows, by subject
mod start;
pub mod text; // columns, times, ages and numbers
mod terminal;
mod theme;
mod widgets; // what several things draw with
mod views; // of a campaign: messages, batches, failures, activity

pub use crate::monitor::CampaignSettings;
pub use app::App;
pub use dialogs::commands_markdown;
pub use effect::{Copied, Effect, ExportId, ExportStep, FileRequest, FileStep, FoundFile};
pub use event::{Event, ExportAnswer, FileAnswer};
pub use guard::{Guard, KeyRole};
pub use keys::{Action, Context, KeyMap};
pub use run::{
    Dashboard, EventLoop, ExitReason, Host, Input, InputEvent, QuestionId, Reading, Requests, Screen, UpdateReceiver, WakeReceiver, Waker,
    updates, wake_pair,
};
pub use setup::{Setup, ThemeChoice};
pub use start::{StartChoice, StartText, TrialLine, start};
#[cfg(unix)]
pub use terminal::listen;
pub use terminal::{Keyboard, TerminalError, TerminalScreen};
pub use theme::{Background, ColourDepth, ColourSetting, OwnTheme, Role, Theme, class_role, class_sign, role_of, sign};
pub use views::ViewKind;
