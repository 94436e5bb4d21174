//! What the dashboard starts with.

use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;

use super::keys::KeyMap;
use super::{Background, ColourDepth, OwnTheme};
use crate::delivery::CampaignId;
use crate::monitor::Notice;
use crate::postman::{Explanation, HostKind};
use crate::state::Session;

/// What the dashboard starts with.
#[derive(Debug, Clone)]
pub struct Setup {
    /// The campaigns, in the order of the configuration.
    pub campaigns: Vec<CampaignSettings>,
    /// The zone in which times are shown.
    pub zone: TimeZone,
    /// The zone's short name for the header, `SGT` for one.
    pub zone_name: String,
    /// The colours.
    pub theme: ThemeChoice,
    /// How many colours the terminal can show.
    pub depth: ColourDepth,
    /// The terminal's background, as far as the environment says.
    pub background: Option<Background>,
    /// No signs outside ASCII.
    pub ascii: bool,
    /// How many bytes the terminal's clipboard takes at most, as far as is known.
    pub copy_limit: Option<usize>,
    /// Whether the mouse is on.
    pub mouse: bool,
    /// Whether the terminal's bell may ring.
    pub bell: bool,
    /// The embedded simulator is on screen: nothing real is sent.
    pub demo: bool,
    /// Which keys are bound to what.
    pub keys: KeyMap,
    /// What was wrong at the start: mistakes in the configuration, an action left open by an
    /// earlier run.
    pub notices: Vec<Notice>,
    /// What the dashboard showed when it was last closed.
    pub session: Option<Session>,
    /// Why no action can be taken at all, where the journal cannot be written.
    pub actions_refused: Option<Explanation>,
}

/// A configured campaign.
#[derive(Debug, Clone)]
pub struct CampaignSettings {
    /// Its configured name.
    pub name: String,
    /// Its id.
    pub id: CampaignId,
    /// What kind of host it is on.
    pub host_kind: HostKind,
    /// The host's name, shown in the header for a gateway of one's own.
    pub host: String,
    /// Whether actions are refused.
    pub read_only: bool,
    /// Whether recipients and texts are masked.
    pub masked: bool,
    /// Whether it sends one-time passwords: texts are never shown.
    pub one_time_password: bool,
    /// How long a one-time password is valid: an older one is not retried.
    pub valid_for: Duration,
    /// The ceiling of calls a second.
    pub calls_per_second: f64,
    /// How far back it loads automatically.
    pub history: Duration,
    /// How many messages are kept; the oldest finished ones make room for newer ones.
    pub max_messages: usize,
    /// The share of failures (0 to 1) in the last minutes from which it needs a person.
    pub failure_limit: f64,
    /// Why it cannot be read at all, where that is known from the start: there is no key.
    pub broken: Option<Explanation>,
}

/// Which colours are used.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum ThemeChoice {
    /// Chosen by the terminal's background once that is known; until then the terminal's own
    /// sixteen colours, which suit light and dark backgrounds alike.
    #[default]
    Auto,
    /// For a dark background.
    Dark,
    /// For a light background.
    Light,
    /// With the strongest contrast.
    HighContrast,
    /// No colour: signs, words and bold tell ranks and statuses apart.
    None,
    /// From a file of the user's.
    Own(Arc<OwnTheme>),
}
