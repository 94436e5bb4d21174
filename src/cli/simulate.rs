//! `postwatch simulate`: the simulated API on this machine, until it is interrupted.

mod config_file;

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use jiff::Timestamp;

use self::config_file::ConfigFile;
use super::campaigns::sentence;
use super::signals::Signals;
use super::{Common, EarlyExit, Exit, Failure};
use crate::config;
use crate::postman::Environment;
use crate::simulator::{self, CampaignOptions, ServeError, SimulatedEnvironment, Simulator, World, WorldOptions};

/// What `simulate` takes.
#[derive(Debug, Clone, Args)]
pub struct SimulateArguments {
    /// The address of this machine to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    pub listen: SocketAddr,
    /// How many campaigns there are
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub campaigns: u16,
    /// The id of a campaign; repeat it for the next ones. Each needs a --key
    #[arg(long, value_name = "ID")]
    pub campaign: Vec<String>,
    /// The API key of a campaign; repeat it in the same order as --campaign
    #[arg(long, value_name = "KEY")]
    pub key: Vec<String>,
    /// How many messages all campaigns together have at the start
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u64).range(0..=20_000_000))]
    pub messages: u64,
    /// How many batches each campaign has [default: a few, depending on its kind]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=100_000))]
    pub batches: Option<u32>,
    /// New messages per second, in all campaigns together
    #[arg(long, value_name = "PER_SECOND", default_value_t = 0.0, value_parser = live)]
    pub live: f64,
    /// The same seed makes the same messages
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub seed: u64,
    /// Divides all durations; timestamps stay those of the wall clock
    #[arg(long, value_name = "X", default_value_t = 1.0, value_parser = speed)]
    pub speed: f64,
    /// Calls per second that a campaign accepts before it answers 429; 0 for no limit
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub tps: u32,
    /// The share of first attempts that fail, 0 to 1 [default: about 0.01, depending on its kind]
    #[arg(long, value_name = "RATE", value_parser = share)]
    pub fail: Option<f64>,
    /// The environment to imitate
    #[arg(long, value_name = "NAME", value_enum, default_value_t = EnvironmentName::Test)]
    pub environment: EnvironmentName,
    /// How long after an upload its messages appear, for example 66s
    #[arg(long, value_name = "D", value_parser = duration)]
    pub prepare: Option<Duration>,
    /// Writes a configuration for this simulator; replaces only a file that this option wrote
    #[arg(long, value_name = "FILE")]
    pub write_config: Option<PathBuf>,
}

/// The environments by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum EnvironmentName {
    /// Messages to the public.
    Production,
    /// Magic numbers trigger each error; a file holds 20 rows at most.
    Test,
    /// Messages never become `success`.
    Loadtest,
}

impl From<EnvironmentName> for Environment {
    fn from(name: EnvironmentName) -> Self {
        match name {
            EnvironmentName::Production => Environment::Production,
            EnvironmentName::Test => Environment::Test,
            EnvironmentName::Loadtest => Environment::Loadtest,
        }
    }
}

impl From<EnvironmentName> for SimulatedEnvironment {
    fn from(name: EnvironmentName) -> Self {
        match name {
            EnvironmentName::Production => SimulatedEnvironment::Production,
            EnvironmentName::Test => SimulatedEnvironment::Test,
            EnvironmentName::Loadtest => SimulatedEnvironment::Loadtest,
        }
    }
}

fn number(text: &str, range: std::ops::RangeInclusive<f64>) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(number) if range.contains(&number) => Ok(number),
        _ => Err(format!("expected a number from {} to {}", range.start(), range.end())),
    }
}

fn live(text: &str) -> Result<f64, String> {
    number(text, 0.0..=10_000.0)
}

fn speed(text: &str) -> Result<f64, String> {
    number(text, 0.01..=10_000.0)
}

fn share(text: &str) -> Result<f64, String> {
    number(text, 0.0..=1.0)
}

fn duration(text: &str) -> Result<Duration, String> {
    config::parse_duration(text).map_err(|expected| format!("{} is expected", expected.expected))
}

/// Serves the simulated API until a signal comes.
///
/// # Errors
/// Wrong options, an address that cannot be listened on, or a configuration that cannot be written.
pub(super) async fn run(arguments: SimulateArguments, common: &Common, signals: &mut Signals) -> Result<Exit, EarlyExit> {
    let config = arguments.write_config.clone().map(ConfigFile::replacing).transpose()?;
    let simulator = started(&arguments).await?;
    if let Some(config) = &config {
        config.write(&simulator.base_url(), arguments.environment, &simulator.campaigns())?;
    }
    announce(&simulator)?;
    if let Some(config) = config.filter(|_| !common.quiet) {
        // The command as one would type it.
        let _ = writeln!(std::io::stderr(), "The configuration was written. To use it: postwatch --config {}", config.shown());
    }
    let exit = signals.next().await;
    simulator.stop().await;
    Ok(exit)
}

async fn started(arguments: &SimulateArguments) -> Result<Simulator, Failure> {
    let options = WorldOptions {
        campaigns: campaigns(arguments)?,
        seed: arguments.seed,
        speed: arguments.speed,
        calls_per_second: arguments.tps,
        started_at: Timestamp::now(),
        ..WorldOptions::new(arguments.seed)
    };
    simulator::serve(World::new(options), arguments.listen).await.map_err(|error| {
        let (exit, next) = match &error {
            ServeError::NotLoopback(_) => (Exit::Usage, "Leave `--listen` out, or give an address of this machine."),
            ServeError::Bind { .. } => (Exit::Failed, "Another program may have the port: take another one, or 0 for a free one."),
        };
        Failure::new(exit, "The simulator cannot be started.", sentence(&error), next)
    })
}

fn campaigns(arguments: &SimulateArguments) -> Result<Vec<CampaignOptions>, Failure> {
    if arguments.campaign.len() != arguments.key.len() {
        let what = format!("There are {} `--campaign` but {} `--key`.", arguments.campaign.len(), arguments.key.len());
        return Err(Failure::usage(what, "Give as many keys as campaigns, in the same order."));
    }
    let mut ids = arguments.campaign.clone();
    ids.sort_unstable();
    ids.dedup();
    if ids.len() != arguments.campaign.len() {
        return Err(Failure::usage("Two campaigns cannot have the same id.", "Give each `--campaign` an id of its own."));
    }
    let count = usize::from(arguments.campaigns).max(arguments.campaign.len());
    let mut campaigns = simulator::demo_campaigns(count, arguments.messages, arguments.live, arguments.environment.into());
    for (campaign, (id, key)) in campaigns.iter_mut().zip(arguments.campaign.iter().zip(&arguments.key)) {
        campaign.id = Some(id.clone());
        campaign.key = Some(key.clone());
    }
    for campaign in &mut campaigns {
        campaign.batches = arguments.batches.unwrap_or(campaign.batches);
        campaign.failure_rate = arguments.fail.unwrap_or(campaign.failure_rate);
        campaign.prepare = arguments.prepare.unwrap_or(campaign.prepare);
    }
    Ok(campaigns)
}

/// Prints where it listens. Scripts wait for these lines, so they are flushed at once.
fn announce(simulator: &Simulator) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "listening on {}", simulator.base_url())?;
    for card in simulator.campaigns() {
        writeln!(out, "campaign {} {} {}", card.id, card.key, card.name)?;
    }
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Alone {
        #[command(flatten)]
        arguments: SimulateArguments,
    }

    fn parsed(words: &[&str]) -> SimulateArguments {
        Alone::try_parse_from(std::iter::once(&"simulate").chain(words)).unwrap().arguments
    }

    #[test]
    fn ids_and_keys_go_to_the_first_campaigns() {
        let made = campaigns(&parsed(&["--campaigns", "3", "--campaign", "campaign_1", "--key", "key_test_1", "--fail", "0.5"])).unwrap();
        assert_eq!(made.len(), 3);
        assert_eq!((made[0].id.as_deref(), made[0].key.as_deref()), (Some("campaign_1"), Some("key_test_1")));
        assert_eq!(made[1].id, None);
        assert!(made.iter().all(|campaign| (campaign.failure_rate - 0.5).abs() < f64::EPSILON));
    }

    #[test]
    fn a_campaign_without_a_key_and_twins_are_refused() {
        assert_eq!(campaigns(&parsed(&["--campaign", "a"])).unwrap_err().exit, Exit::Usage);
        assert_eq!(campaigns(&parsed(&["--campaign", "a", "--key", "k", "--campaign", "a", "--key", "l"])).unwrap_err().exit, Exit::Usage);
    }

    #[test]
    fn wrong_numbers_are_refused_where_they_stand() {
        for words in [["--fail", "1.5"], ["--fail", "NaN"], ["--speed", "0"], ["--live", "-1"], ["--prepare", "soon"], ["--listen", "here"]]
        {
            assert!(Alone::try_parse_from(std::iter::once("simulate").chain(words)).is_err(), "{words:?}");
        }
        assert_eq!(parsed(&["--prepare", "1m6s"]).prepare, Some(Duration::from_secs(66)));
    }
}
