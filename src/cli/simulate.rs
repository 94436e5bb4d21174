//! `postwatch simulate`: the simulated API on this machine, until it is interrupted.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, ValueEnum};
use jiff::Timestamp;

use super::campaigns::sentence;
use super::signals::Signals;
use super::{Common, EarlyExit, Exit, Failure};
use crate::config::{self, shell_quoted};
use crate::postman::{ApiKey, Environment};
use crate::simulator::{
    self, CampaignCard, CampaignOptions, Fault, RetryAfter, ServeError, SimulatedEnvironment, SimulatedLanguage, Simulator, World,
    WorldOptions,
};

/// The first line of a file that this option wrote. Only such a file is replaced, never a user's own
/// configuration.
const MARK: &str = "# Written by `postwatch simulate --write-config`; the next one replaces it.";

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
    #[arg(long, value_name = "ID", value_parser = word)]
    pub campaign: Vec<String>,
    /// The API key of a campaign; repeat it in the same order as --campaign
    #[arg(long, value_name = "KEY", value_parser = word)]
    pub key: Vec<String>,
    /// What the messages say: a built-in text (clinic_reminder, one_time_code, flood_alert, tax_reminder,
    /// library_notice, body), or one of your own with {{variables}}. `body` is just {{body}}, as many agencies have it
    /// [default: the built-in ones, as the campaigns' names say]
    #[arg(long, value_name = "NAME|TEXT", value_parser = template)]
    pub template: Option<String>,
    /// The languages of each campaign: english, chinese, malay, tamil [default: all four]
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    pub languages: Vec<SimulatedLanguage>,
    /// Makes the messages as different as they can be: names and places of their own, references, all languages alike,
    /// one to four attempts. For honest figures of memory
    #[arg(long)]
    pub varied: bool,
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
    /// What a 429 says about when to try again: nothing, a number of seconds, or a date [default: seconds, mostly]
    #[arg(long, value_name = "FORM", value_enum)]
    pub retry_after: Option<RetryAfterName>,
    /// How often a message can be retried after its first send
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(0..=1000))]
    pub retries: u32,
    /// The share of first attempts that fail, 0 to 1 [default: about 0.01, depending on its kind]
    #[arg(long, value_name = "RATE", value_parser = share)]
    pub fail: Option<f64>,
    /// What goes wrong, for which share (0 to 1) of the calls: 429, 500, 502, 503, 504, 520, 524, html (a proxy's 502),
    /// page (a proxy's 200), nonsense, cut, hang, late (done, the answer after 40 s), reset-before, reset-after; or
    /// reports-late, for which share of the messages: the telco reports nothing of them. May be repeated
    #[arg(long, value_name = "KIND=SHARE")]
    pub fault: Vec<Fault>,
    /// The environment to imitate
    #[arg(long, value_name = "NAME", value_enum, default_value_t = EnvironmentName::Test)]
    pub environment: EnvironmentName,
    /// Refuses every call with `invalid_ip_address_used`, as if this machine were not on the campaigns' lists
    #[arg(long)]
    pub not_allowed: bool,
    /// How long after an upload its messages appear, before --speed divides it [default: 66s, as was measured]
    #[arg(long, value_name = "D", value_parser = duration)]
    pub prepare: Option<Duration>,
    /// Writes a configuration for this simulator; replaces only a file that this option wrote
    #[arg(long, value_name = "FILE")]
    pub write_config: Option<PathBuf>,
}

/// What a 429 says about when to try again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RetryAfterName {
    /// Nothing: the API does not promise it.
    None,
    /// `Retry-After: 1`.
    Seconds,
    /// An HTTP date.
    Date,
}

impl From<RetryAfterName> for RetryAfter {
    fn from(name: RetryAfterName) -> Self {
        match name {
            RetryAfterName::None => RetryAfter::Never,
            RetryAfterName::Seconds => RetryAfter::Always,
            RetryAfterName::Date => RetryAfter::Date,
        }
    }
}

/// The environments by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum EnvironmentName {
    /// Messages to the public.
    Production,
    /// Magic numbers trigger each error; a file holds 20 rows at most.
    Test,
    /// Messages end as `sent`: no telco reports anything.
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

fn template(text: &str) -> Result<String, simulator::TemplateExpected> {
    simulator::template_text(text)
}

/// Ids and keys are parted by blanks where they are printed.
fn word(text: &str) -> Result<String, String> {
    if text.is_empty() || text.chars().any(|letter| letter.is_whitespace() || letter.is_control()) {
        return Err("one word is expected, without blanks, for example `campaign_1` or `key_test_1`".to_owned());
    }
    Ok(text.to_owned())
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
    simulator.set_faults(arguments.fault.clone());
    if let Some(config) = &config {
        config.write(&simulator.base_url(), arguments.environment, &simulator.campaigns())?;
    }
    announce(&simulator)?;
    if let Some(config) = config.filter(|_| !common.quiet) {
        // The command as one would type it.
        let _ = writeln!(io::stderr(), "The configuration was written. To use it: postwatch --config {}", config.shown());
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
        retry_after: arguments.retry_after.map_or(RetryAfter::Sometimes, RetryAfter::from),
        retries: arguments.retries,
        started_at: Timestamp::now(),
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
        campaign.template = arguments.template.clone().or(campaign.template.take());
        campaign.allow_listed = !arguments.not_allowed;
        campaign.varied = arguments.varied;
        if !arguments.languages.is_empty() {
            campaign.languages.clone_from(&arguments.languages);
        }
    }
    Ok(campaigns)
}

/// Prints where it listens. Scripts wait for these lines, so they are flushed at once.
fn announce(simulator: &Simulator) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "listening on {}", simulator.base_url())?;
    for card in simulator.campaigns() {
        writeln!(out, "campaign {} {} {}", card.id, card.key, card.name)?;
    }
    out.flush()
}

/// A configuration for the simulator to be written, with its keys in it.
struct ConfigFile {
    path: PathBuf,
}

impl ConfigFile {
    /// A path where there is no file, or one that an earlier simulator wrote.
    ///
    /// # Errors
    /// Something else is there.
    fn replacing(path: PathBuf) -> Result<Self, Failure> {
        match is_ours(&path) {
            Ok(true) => Ok(Self { path }),
            Ok(false) => {
                let what = format!("{} was not changed.", path.display());
                let why = "It was not written by `simulate --write-config`.";
                Err(Failure::new(Exit::Usage, what, why, "Name a file that does not exist yet, or move that one away."))
            }
            Err(error) => Err(unwritable(&path, &error)),
        }
    }

    /// The path as one would type it.
    fn shown(&self) -> String {
        shell_quoted(&self.path)
    }

    /// Writes the configuration; only its owner can read it, because it holds the keys.
    fn write(&self, base_url: &str, imitated: EnvironmentName, campaigns: &[CampaignCard]) -> Result<(), Failure> {
        self.replace(&text(base_url, imitated.into(), campaigns)).map_err(|error| unwritable(&self.path, &error))
    }

    /// Next to it first, then in its place: a reader sees the old file or the new one, whole.
    fn replace(&self, text: &str) -> io::Result<()> {
        let mut name = self.path.file_name().ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?.to_owned();
        name.push(format!(".{}.new", std::process::id()));
        let beside = self.path.with_file_name(name);
        let written = create_private(&beside).and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()));
        let placed = written.and_then(|()| fs::rename(&beside, &self.path));
        if placed.is_err() {
            // The first failure is the one reported.
            let _ = fs::remove_file(&beside);
        }
        placed
    }
}

fn unwritable(path: &Path, error: &io::Error) -> Failure {
    let what = format!("The configuration {} cannot be written.", path.display());
    Failure::new(Exit::of_file(error), what, sentence(error), "Name another file with `--write-config FILE`, in a folder of your own.")
}

fn create_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Whether a file may be replaced: there is none, or it starts with the mark.
fn is_ours(path: &Path) -> io::Result<bool> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(true),
        Err(error) => return Err(error),
    };
    if !file.metadata()?.is_file() {
        return Ok(false);
    }
    let mut start = Vec::new();
    file.take(MARK.len() as u64).read_to_end(&mut start)?;
    Ok(start == MARK.as_bytes())
}

/// The environment is written if it is not the usual one, or if a key would be taken for a production
/// key: a simulated production looks and locks like production, a simulated test does not.
fn text(base_url: &str, imitated: Environment, campaigns: &[CampaignCard]) -> String {
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let mut out = format!("{MARK}\n");
    for card in campaigns {
        let key = ApiKey::new(&card.key.as_str().into()).ok();
        let is_mistaken = key.is_some_and(|key| key.environment() == Some(Environment::Production));
        out.push_str(&format!(
            "\n[[campaigns]]\nname = {}\nid = {}\nbase_url = {}\nkey = {}\n",
            quoted(&card.name),
            quoted(&card.id),
            quoted(base_url),
            quoted(&card.key)
        ));
        if imitated != Environment::Test || is_mistaken {
            out.push_str(&format!("environment = {}\n", quoted(imitated.word())));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use rstest::rstest;

    use super::*;
    use crate::config;

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
        for words in [
            ["--fail", "1.5"],
            ["--fail", "NaN"],
            ["--speed", "0"],
            ["--live", "-1"],
            ["--prepare", "soon"],
            ["--listen", "here"],
            ["--campaign", "my campaign"],
            ["--campaign", ""],
            ["--key", "key_test_1 "],
            ["--fault", "reports-late"],
            ["--fault", "reports-late=2"],
            ["--fault", "telco=1"],
            ["--template", "clinic_remindr"],
            ["--template", "Dear {{Name}}, hello"],
            ["--languages", "english,klingon"],
            ["--languages", ""],
            ["--retry-after", "soon"],
            ["--retries", "-1"],
        ] {
            assert!(Alone::try_parse_from(std::iter::once("simulate").chain(words)).is_err(), "{words:?}");
        }
        assert_eq!(parsed(&["--prepare", "1m6s"]).prepare, Some(Duration::from_secs(66)));
        assert_eq!(parsed(&["--fault", "reports-late=1", "--fault", "429=0.1"]).fault.len(), 2);
    }

    #[test]
    fn what_is_chosen_goes_to_every_campaign() {
        let words = ["--campaigns", "2", "--template", "Hi {{name}}, come in", "--languages", "malay,tamil", "--not-allowed", "--varied"];
        for campaign in campaigns(&parsed(&words)).unwrap() {
            assert_eq!(campaign.template.as_deref(), Some("Hi {{name}}, come in"));
            assert_eq!(campaign.languages, [SimulatedLanguage::Malay, SimulatedLanguage::Tamil]);
            assert!(!campaign.allow_listed && campaign.varied);
        }
        let usual = campaigns(&parsed(&[])).unwrap();
        assert_eq!(usual[0].template.as_deref(), Some("clinic_reminder"));
        assert!(usual[0].languages.len() == 4 && usual[0].allow_listed && !usual[0].varied);
    }

    fn cards() -> Vec<CampaignCard> {
        let card = |name: &str, id: &str| CampaignCard { id: id.to_owned(), key: format!("key_test_{id}"), name: name.to_owned() };
        vec![card("Clinic \"reminders\"", "campaign_1"), card("Flood alerts", "campaign_2")]
    }

    #[test]
    fn what_is_written_is_accepted() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("simulated.toml");
        ConfigFile::replacing(path.clone()).unwrap().write("http://127.0.0.1:8025/api/v2", EnvironmentName::Test, &cards()).unwrap();
        let loaded = config::load(&path).unwrap();
        assert_eq!(loaded.mistakes, []);
        let names: Vec<&str> = loaded.config.campaigns.iter().map(|campaign| campaign.name.as_str()).collect();
        assert_eq!(names, ["Clinic \"reminders\"", "Flood alerts"]);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
    }

    #[rstest]
    #[case(EnvironmentName::Test, "key_test_1", None)]
    #[case(EnvironmentName::Test, "key_live_1", Some("test"))]
    #[case(EnvironmentName::Production, "key_live_1", Some("production"))]
    #[case(EnvironmentName::Production, "anything", Some("production"))]
    #[case(EnvironmentName::Loadtest, "key_loadtest_1", Some("loadtest"))]
    fn what_is_imitated_is_said_where_the_key_does_not(#[case] name: EnvironmentName, #[case] key: &str, #[case] said: Option<&str>) {
        let card = CampaignCard { key: key.to_owned(), ..cards().remove(0) };
        let (config, mistakes) = config::read(&text("http://127.0.0.1:1/api/v2", name.into(), &[card]));
        assert_eq!(mistakes, []);
        assert_eq!(config.campaigns[0].environment.as_ref().map(|word| word.value.as_str()), said);
    }

    #[test]
    fn its_own_file_is_replaced_and_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("simulated.toml");
        for port in ["1", "2"] {
            ConfigFile::replacing(path.clone())
                .unwrap()
                .write(&format!("http://127.0.0.1:{port}/api/v2"), EnvironmentName::Test, &cards())
                .unwrap();
        }
        assert!(fs::read_to_string(&path).unwrap().contains("127.0.0.1:2/"));
        fs::write(&path, "[[campaigns]]\n").unwrap();
        let refused = ConfigFile::replacing(path.clone()).err().unwrap();
        assert_eq!(refused.exit, Exit::Usage);
        assert_eq!(fs::read_to_string(&path).unwrap(), "[[campaigns]]\n");
        assert!(ConfigFile::replacing(folder.path().to_owned()).is_err());
    }
}
