//! The configuration file: raw values with their line and column, and its mistakes.
//!
//! What a value means (an environment, an address, a theme, a chord of keys) belongs to another
//! room: it stays a [`Located`] text here, and [`Located::parse`] turns that room's [`Expected`] into
//! a [`Mistake`] with line and column.

mod campaign;
mod command;
mod fields;
mod file;
mod key;
mod key_source;
mod mistake;
mod moment;
mod new_campaign;
mod read;
mod theme;
#[cfg(test)]
mod tests;

use std::time::Duration;

use jiff::tz::TimeZone;

use crate::delivery::CampaignId;

pub use command::{CommandError, may_ask};
pub use fields::parse_duration;
pub(crate) use file::shell_quoted;
pub use file::{LoadError, Loaded, load, path};
pub use key::{KeyError, KeyFlaw, KeySource};
pub(crate) use mistake::shown;
pub use mistake::{Expected, Located, Mistake, nearest};
pub use moment::{DayEnd, GivenTime, MOMENTS};
pub use new_campaign::{NewCampaign, NewField, NewKey, NewServer, WriteError};
pub use read::read;
pub use theme::{RoleColours, ThemeFile, read_theme};

/// The valid part of the file.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// The campaigns without a mistake, in the order of the file.
    pub campaigns: Vec<CampaignConfig>,
    /// The campaigns that are left out because of a mistake, in the order of the file.
    pub broken: Vec<BrokenCampaign>,
    /// How things are shown.
    pub display: Display,
    /// How the user is alerted.
    pub notify: Notify,
    /// Actions and their configured keys, in the order of the file.
    pub keys: Vec<KeyBinding>,
}

/// The configured keys for an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyBinding {
    /// The action's name.
    pub action: Located<String>,
    /// The keys as written; an empty list leaves the action without a key.
    pub chords: Vec<Located<String>>,
}

/// A campaign of the file.
#[derive(Debug, Clone)]
pub struct CampaignConfig {
    /// The user's name for it; unique in the file.
    pub name: String,
    /// The API's id of it.
    pub id: CampaignId,
    /// The line that the campaign begins on, from 1.
    pub line: usize,
    /// The environment's word: where the campaign is, or, with `base_url`, what is behind that.
    pub environment: Option<Located<String>>,
    /// The address of a simulator or gateway. At least one of the two is given.
    pub base_url: Option<Located<String>>,
    /// Where its API key comes from.
    pub key: KeySource,
    /// Whether actions are locked; `None` leaves it to the environment (production is).
    pub read_only: Option<bool>,
    /// The most calls that the program makes, per second.
    pub calls_per_second: f64,
    /// The campaign's own limit in calls per second, where Postman gave it more than the usual 10.
    pub campaign_limit: Option<u32>,
    /// Whether recipients are masked; `None` leaves it to the host (all but loopback are) and to
    /// what is behind it (production is).
    pub mask: Option<bool>,
    /// How far back the program reads automatically.
    pub history: Duration,
    /// The most messages to keep.
    pub max_messages: usize,
    /// Whether its texts are one-time passwords: never shown, and worthless when old.
    pub one_time_password: bool,
    /// How long such a password is worth a retry.
    pub valid_for: Duration,
    /// The share of failures (0 to 1) from which the user is alerted.
    pub failure_limit: f64,
    /// What a segment costs in production: the same for all campaigns of the file.
    pub charges: SegmentPrices,
}

/// What a segment costs in production, in Singapore dollars; `None` leaves it to what Postman publishes.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct SegmentPrices {
    /// To a number in Singapore.
    pub singapore: Option<f64>,
    /// To any other number.
    pub abroad: Option<f64>,
}

/// A campaign that is left out because of a mistake in it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BrokenCampaign {
    /// Its name; `campaign at line 12` where it has none.
    pub name: String,
    /// The line that it begins on, from 1.
    pub line: usize,
    /// The environment's word, if it could be read: it may be one more mistake.
    pub environment: Option<Located<String>>,
    /// The address, likewise.
    pub base_url: Option<Located<String>>,
}

/// How things are shown.
#[derive(Debug, Clone)]
pub struct Display {
    /// The theme's name or file; `None` for the default.
    pub theme: Option<Located<String>>,
    /// The zone of all times and days on the screen.
    pub time_zone: TimeZone,
    /// Whether only ASCII is drawn.
    pub ascii: bool,
    /// Whether the mouse is used.
    pub mouse: bool,
    /// Whether the terminal's title says how it is going.
    pub title: bool,
}

/// How the user is alerted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notify {
    /// Whether the terminal's bell may ring.
    pub bell: bool,
}

impl Config {
    /// Moves a campaign to the broken ones: for rooms that find a mistake in one of their values.
    pub fn set_aside(&mut self, name: &str) {
        let Some(position) = self.campaigns.iter().position(|campaign| campaign.name == name) else { return };
        let campaign = self.campaigns.remove(position);
        // The room that found the mistake knows these two.
        self.broken.push(BrokenCampaign { name: campaign.name, line: campaign.line, ..BrokenCampaign::default() });
        self.broken.sort_by_key(|campaign| campaign.line);
    }
}

/// The example configuration, with every option explained; valid as it is once its key's variable is
/// set.
pub fn example() -> &'static str {
    include_str!("../../assets/config.example.toml")
}

/// The file's JSON schema, for editors and for programs that write configurations. It cannot say
/// everything: mistakes that depend on two values are reported when the file is read.
pub fn schema() -> &'static str {
    include_str!("../../assets/config.schema.json")
}

impl Default for Display {
    fn default() -> Self {
        // The recipients are in Singapore while servers often run in UTC, so the machine's own
        // zone would make "today" begin at eight in the morning.
        let time_zone = TimeZone::get("Asia/Singapore").unwrap_or(TimeZone::UTC);
        Self { theme: None, time_zone, ascii: false, mouse: false, title: true }
    }
}

impl Default for Notify {
    fn default() -> Self {
        Self { bell: true }
    }
}
