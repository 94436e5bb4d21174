//! The dashboard: state, update, views, keys and theme. It knows nothing of HTTP or of databases.

mod effect;
mod event;
mod keys;
mod setup;
mod theme;

pub use effect::Effect;
pub use event::Event;
pub use keys::{Action, Context};
pub use setup::{CampaignCard, Setup, ThemeChoice};
pub use theme::Role;
