//! The options of a simulated world: everything that a person or a test may choose, and ready-made campaigns for the
//! demo.

use std::str::FromStr;
use std::time::Duration;

use jiff::Timestamp;
use thiserror::Error;

/// The three environments of the API. They differ in the key's prefix and in the rules below.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SimulatedEnvironment {
    /// Magic numbers trigger each delivery error; a CSV holds 20 rows at most. Keys: `key_test_…`.
    Test,
    /// Keys: `key_live_…`.
    Production,
    /// Messages stop at the aggregator, as `sent`: no telco reports anything. Keys: `key_loadtest_…`; the real
    /// prefix is unknown, so clients must accept one they have never seen.
    Loadtest,
}

/// A language that a template can be written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SimulatedLanguage {
    /// `english`
    English,
    /// `chinese`
    Chinese,
    /// `malay`
    Malay,
    /// `tamil`
    Tamil,
}

impl SimulatedLanguage {
    /// All four, in the order in which the API's reference names them.
    pub const ALL: [Self; 4] = [Self::English, Self::Chinese, Self::Malay, Self::Tamil];

    /// The word on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::English => "english",
            Self::Chinese => "chinese",
            Self::Malay => "malay",
            Self::Tamil => "tamil",
        }
    }

    pub(super) fn from_wire(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.as_str() == word)
    }
}

/// The form of a language.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("expected `english`, `chinese`, `malay` or `tamil`, not `{0}`")]
pub struct LanguageExpected(String);

impl FromStr for SimulatedLanguage {
    type Err = LanguageExpected;

    fn from_str(text: &str) -> Result<Self, LanguageExpected> {
        Self::from_wire(text.trim()).ok_or_else(|| LanguageExpected(text.to_owned()))
    }
}

/// What the key of a campaign may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyRights {
    /// Every call.
    All,
    /// GETs only: a POST is answered with 403.
    Reading,
    /// Nothing: every call is answered with 403.
    Nothing,
}

/// Whether a 429 says when to try again. The API does not promise it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryAfter {
    /// Every 429 has `Retry-After: 1`.
    Always,
    /// Three of four have it, chosen by the seed.
    Sometimes,
    /// None has.
    Never,
    /// Every 429 has an HTTP date, one to two seconds away.
    Date,
}

/// One campaign of the world.
#[derive(Debug, Clone)]
pub struct CampaignOptions {
    /// The campaign's id; derived from the seed when absent.
    pub id: Option<String>,
    /// Its API key; derived from the seed, with the environment's prefix, when absent.
    pub key: Option<String>,
    /// The name a person would give it. The API never gives it.
    pub name: String,
    /// What it sends: the name of a built-in template, for example `clinic_reminder`, or a text with
    /// `{{variables}}`, as [`template_text`](super::template_text) takes it; the built-in ones in turn if absent.
    pub template: Option<String>,
    /// The languages its template is written in. An empty list means English.
    pub languages: Vec<SimulatedLanguage>,
    /// Messages that exist at the start.
    pub messages: u64,
    /// Batches among those messages; the rest were sent one by one.
    pub batches: u32,
    /// New single messages per second of real time, from the start on.
    pub live_per_second: f64,
    /// Share of first attempts that fail, 0 to 1.
    pub failure_rate: f64,
    /// Share of first attempts that stop halfway forever, at `created` or `sent_to_telco`, 0 to 1.
    pub stuck_rate: f64,
    /// Share of recipients outside Singapore, whose last status is `sent_to_telco`, 0 to 1.
    pub foreign_rate: f64,
    /// Share of live messages that are recorded up to 20 s (divided by the speed) after their
    /// `createdAt`, 0 to 1: they appear behind newer ones.
    pub late_rate: f64,
    /// The environment it lives in.
    pub environment: SimulatedEnvironment,
    /// Time (divided by the speed) from an upload until the rows of the batch show up.
    pub prepare: Duration,
    /// Whether the caller's IP is on the campaign's list; if not, every call gets `invalid_ip_address_used`.
    pub allow_listed: bool,
    /// What its key may do.
    pub rights: KeyRights,
    /// Whether hardly two messages have a value in common, all languages are equally frequent, and messages of the
    /// start have one to four attempts: for honest figures of what they take in memory.
    pub varied: bool,
}

impl CampaignOptions {
    /// A campaign of the test environment with 1000 messages in 3 batches and no live traffic.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            id: None,
            key: None,
            name: name.into(),
            template: None,
            languages: SimulatedLanguage::ALL.to_vec(),
            messages: 1000,
            batches: 3,
            live_per_second: 0.0,
            failure_rate: 0.01,
            stuck_rate: 0.002,
            foreign_rate: 0.02,
            late_rate: 0.0,
            environment: SimulatedEnvironment::Test,
            // 66 s and 70 s were measured at the real API.
            prepare: Duration::from_secs(66),
            allow_listed: true,
            rights: KeyRights::All,
            varied: false,
        }
    }
}

/// All options of a world. The same options give the same world.
#[derive(Debug, Clone)]
pub struct WorldOptions {
    /// The campaigns, in the order in which they are listed.
    pub campaigns: Vec<CampaignOptions>,
    /// Decides every id, number, text and outcome.
    pub seed: u64,
    /// Divides every duration (delivery, failure, queue, preparation). Stamps stay wall clock.
    /// Values that are not a positive number count as 1.
    pub speed: f64,
    /// Calls per sliding second and campaign before 429; 0 means no limit.
    pub calls_per_second: u32,
    /// Whether a 429 says when to try again.
    pub retry_after: RetryAfter,
    /// How often a message can be retried after its first send.
    pub retries: u32,
    /// The wall clock at the start. The messages of the start are older than this.
    pub started_at: Timestamp,
}

impl WorldOptions {
    /// A world of this seed with one campaign, at real speed, started on a fixed day: a program passes
    /// the current time in `started_at` instead.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            campaigns: vec![CampaignOptions::new("Clinic reminders")],
            seed,
            speed: 1.0,
            calls_per_second: 10,
            retry_after: RetryAfter::Sometimes,
            retries: 3,
            // Tuesday 2026-06-16, 11:00 in Singapore: working hours, so that the waves look like waves.
            started_at: Timestamp::constant(1_781_578_800, 0),
        }
    }
}

/// A campaign of the demo: name, text, share of the messages, number of batches, share of the live
/// traffic, share of failures.
struct Part {
    name: &'static str,
    template: &'static str,
    weight: u64,
    batches: u32,
    live_weight: f64,
    failure_rate: f64,
}

/// A visitor sees the first one first: large, lively, with failures worth a retry.
const PARTS: [Part; 8] = [
    Part { name: "Clinic reminders", template: "clinic_reminder", weight: 40, batches: 6, live_weight: 3.0, failure_rate: 0.012 },
    Part { name: "One-time codes", template: "one_time_code", weight: 25, batches: 0, live_weight: 5.0, failure_rate: 0.006 },
    Part { name: "Flood alerts", template: "flood_alert", weight: 15, batches: 4, live_weight: 0.3, failure_rate: 0.02 },
    Part { name: "Tax reminders", template: "tax_reminder", weight: 12, batches: 3, live_weight: 0.5, failure_rate: 0.009 },
    Part { name: "Library notices", template: "library_notice", weight: 8, batches: 2, live_weight: 1.2, failure_rate: 0.008 },
    Part { name: "Vaccination invitations", template: "clinic_reminder", weight: 10, batches: 5, live_weight: 0.4, failure_rate: 0.015 },
    Part { name: "Licence renewals", template: "tax_reminder", weight: 6, batches: 2, live_weight: 0.3, failure_rate: 0.01 },
    Part { name: "Portal sign-in codes", template: "one_time_code", weight: 9, batches: 0, live_weight: 2.0, failure_rate: 0.005 },
];

/// The first `n` campaigns of the demo, `messages` and `live_per_second` divided among them
/// by believable shares that add up exactly. More than there are names for are numbered.
#[must_use]
pub fn demo_campaigns(n: usize, messages: u64, live_per_second: f64, environment: SimulatedEnvironment) -> Vec<CampaignOptions> {
    let parts: Vec<&Part> = PARTS.iter().cycle().take(n).collect();
    let weights: u64 = parts.iter().map(|part| part.weight).sum();
    let live_weights: f64 = parts.iter().map(|part| part.live_weight).sum();
    let mut left = messages;
    let mut weights_left = weights;
    parts
        .into_iter()
        .enumerate()
        .map(|(index, part)| {
            // Dividing the rest by the remaining weights hands out every message exactly once.
            let share = u128::from(left) * u128::from(part.weight) / u128::from(weights_left.max(1));
            let share = u64::try_from(share).unwrap_or(left).min(left);
            left -= share;
            weights_left -= part.weight;
            let round = index / PARTS.len();
            CampaignOptions {
                template: Some(part.template.to_owned()),
                messages: share,
                batches: part.batches,
                live_per_second: live_per_second * part.live_weight / live_weights,
                failure_rate: part.failure_rate,
                environment,
                ..CampaignOptions::new(if round == 0 { part.name.to_owned() } else { format!("{} {}", part.name, round + 1) })
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_divided_without_loss() {
        for (n, messages) in [(1, 7), (3, 30_000), (5, 1), (8, 999_999), (20, 12_345)] {
            let campaigns = demo_campaigns(n, messages, 4.0, SimulatedEnvironment::Test);
            assert_eq!(campaigns.len(), n);
            assert_eq!(campaigns.iter().map(|c| c.messages).sum::<u64>(), messages);
            let live: f64 = campaigns.iter().map(|c| c.live_per_second).sum();
            assert!((live - 4.0).abs() < 1e-9);
        }
        assert!(demo_campaigns(0, 10, 1.0, SimulatedEnvironment::Test).is_empty());
    }

    #[test]
    fn names_do_not_repeat() {
        let mut names: Vec<String> = demo_campaigns(20, 100, 0.0, SimulatedEnvironment::Test).into_iter().map(|c| c.name).collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), 20);
    }
}
