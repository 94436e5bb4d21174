//! A campaign's settings: what the configuration says, with what follows from where the campaign is.

use std::time::Duration;

use crate::action::Charges;
use crate::config::CampaignConfig;
use crate::delivery::CampaignId;
use crate::postman::{BaseUrl, Explanation, HostKind};

/// The settings of a campaign, for its worker, its scripts and its place on the screen.
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
    /// What a segment costs; `None` where nothing is charged, outside production.
    pub charges: Option<Charges>,
    /// Why it cannot be read at all, where that is known from the start: there is no key.
    pub broken: Option<Explanation>,
}

impl CampaignSettings {
    /// The settings of a campaign that is at this address, with this behind it. By default actions are refused in
    /// production, and everything is masked except on loopback without production behind it.
    pub fn of(config: &CampaignConfig, base: &BaseUrl, host_kind: HostKind) -> Self {
        Self {
            name: config.name.clone(),
            id: config.id.clone(),
            host_kind,
            host: base.host().to_owned(),
            read_only: config.read_only.unwrap_or_else(|| host_kind.is_production()),
            masked: config.mask.unwrap_or_else(|| base.kind() != HostKind::Loopback || host_kind.is_production()),
            one_time_password: config.one_time_password,
            valid_for: config.valid_for,
            calls_per_second: config.calls_per_second,
            history: config.history,
            max_messages: config.max_messages,
            failure_limit: config.failure_limit,
            charges: host_kind.is_production().then(|| Charges::new(config.charges.singapore, config.charges.abroad)),
            broken: None,
        }
    }
}
