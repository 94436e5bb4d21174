//! From the configuration to campaigns that can be asked.

use std::path::PathBuf;
use std::sync::Arc;

use super::context::env;
use super::keys::{Keys, key_of, not_needed};
use super::{Common, Exit, Failure};
use crate::config::{self, CampaignConfig, Config, Expected, KeySource, LoadError, Located, Mistake};
use crate::delivery::{CampaignId, full_stop};
use crate::monitor::CampaignSettings;
use crate::postman::{Api, ApiKey, BaseUrl, BaseUrlError, Environment, Explanation, HostKind, Transport};
use crate::state::Server;
use crate::store::Store;
use crate::tui::KeyMap;

/// The configuration, with every valid campaign and every mistake.
pub(super) struct Configured {
    /// Where it was read.
    pub path: PathBuf,
    /// The rest of what it says.
    pub config: Config,
    /// The campaigns, in the order of the file.
    pub campaigns: Vec<ConfiguredCampaign>,
    /// The mistakes in it, in the order of the file.
    pub mistakes: Vec<Mistake>,
}

impl Configured {
    /// The mistakes, one a line, as the reason of a failure.
    pub fn mistakes_listed(&self) -> String {
        self.mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n  ")
    }
}

/// A campaign of the configuration.
#[derive(Debug, Clone)]
pub(super) struct ConfiguredCampaign {
    /// What the file says about it, for its key and its server.
    pub config: CampaignConfig,
    /// Its settings.
    pub settings: CampaignSettings,
    /// Where its API is.
    pub base: BaseUrl,
    /// Its key, or why there is none.
    pub key: Result<ApiKey, Explanation>,
    /// A warning about the key that is not a mistake.
    pub key_warning: Option<String>,
}

impl ConfiguredCampaign {
    /// A campaign of the configuration, with its key.
    ///
    /// # Errors
    /// The mistake in its environment or address. A missing key is not an error here: it is reported
    /// with the campaign.
    pub fn of(config: CampaignConfig) -> Result<Self, Mistake> {
        Self::with_key(config, Some(&mut Keys::default()))
    }

    /// The same, with what other campaigns' commands printed; without its key if that is not needed.
    fn with_key(config: CampaignConfig, keys: Option<&mut Keys>) -> Result<Self, Mistake> {
        let (base, said) = base_of(&config)?;
        let (key, key_warning) = match keys {
            Some(keys) => key_of(&config, &base, said, keys),
            None => (Err(not_needed(&config)), None),
        };
        let kind = base.kind().behind(said, key.as_ref().ok());
        Ok(Self { settings: CampaignSettings::of(&config, &base, kind), config, base, key, key_warning })
    }

    /// An empty store for its messages.
    pub fn store(&self) -> Store {
        let store = if self.settings.host_kind == HostKind::Loadtest { Store::of_load_test() } else { Store::new() };
        if self.settings.one_time_password { store.of_one_time_passwords() } else { store }
    }

    /// A campaign of the embedded simulator: nothing real, so nothing is masked or locked.
    pub fn simulated(name: &str, id: &str, base: BaseUrl, key: ApiKey) -> Self {
        let usual = CampaignConfig::usual(name, CampaignId::new(id), KeySource::Env(String::new()));
        let config = CampaignConfig { read_only: Some(false), mask: Some(false), ..usual };
        // Whatever its key looks like: the simulator is the program's own.
        let settings = CampaignSettings::of(&config, &base, base.kind());
        Self { config, settings, base, key: Ok(key), key_warning: None }
    }

    /// Its API, over the transport that all campaigns share.
    ///
    /// # Errors
    /// There is no usable key.
    pub fn api(&self, transport: &Arc<dyn Transport>) -> Result<Api, Failure> {
        let key = self.key.clone().map_err(|text| Failure { text, exit: Exit::Usage })?;
        Ok(Api::new(Arc::clone(transport), self.base.clone(), self.config.id.clone(), key))
    }
}

/// Reads the configuration.
///
/// # Errors
/// There is none, it cannot be trusted, or it cannot be read at all. Mistakes in it are not an
/// error here: the rest can be used.
pub(super) fn configured(common: &Common) -> Result<Configured, LoadError> {
    configured_for(common, None)
}

/// The same, with the keys of these campaigns only, by name or id: a command that prints the key of
/// another one may ask for a passphrase needlessly.
///
/// # Errors
/// As [`configured`].
pub(super) fn configured_for(common: &Common, wanted: Option<&[String]>) -> Result<Configured, LoadError> {
    let path = config::path(common.config.as_deref(), env);
    let loaded = config::load(&path)?;
    let (mut config, mut mistakes) = (loaded.config, loaded.mistakes);
    // A campaign with one mistake may have another that only this side can judge.
    let mistaken = config.broken.iter().filter_map(|broken| server(broken.environment.as_ref(), broken.base_url.as_ref()).err());
    mistakes.extend(mistaken);
    mistakes.extend(super::theme::wrong_name(&config.display));
    let needs_key = |campaign: &CampaignConfig| {
        let is_wanted = |wanted: &String| *wanted == campaign.name || *wanted == campaign.id.as_str();
        wanted.is_none_or(|wanted| wanted.iter().any(is_wanted))
    };
    let mut keys = Keys::default();
    keys.run_side_by_side(config.campaigns.iter().filter(|campaign| needs_key(campaign) && base_of(campaign).is_ok()));
    let mut campaigns = Vec::new();
    for campaign in std::mem::take(&mut config.campaigns) {
        let (name, line) = (campaign.name.clone(), campaign.line);
        let needs_key = needs_key(&campaign);
        match ConfiguredCampaign::with_key(campaign, needs_key.then_some(&mut keys)) {
            Ok(campaign) => campaigns.push(campaign),
            Err(mistake) => {
                mistakes.push(mistake);
                config.broken.push(config::BrokenCampaign { name, line, ..config::BrokenCampaign::default() });
            }
        }
    }
    mistakes.append(&mut KeyMap::configured(&config.keys).1);
    mistakes.sort_by_key(|mistake| (mistake.line, mistake.column));
    Ok(Configured { path: loaded.path, config, campaigns, mistakes })
}

/// Where the API is, and for an address what the file says is behind it.
pub(super) fn base_of(campaign: &CampaignConfig) -> Result<(BaseUrl, Option<Environment>), Mistake> {
    let server = server(campaign.environment.as_ref(), campaign.base_url.as_ref())?;
    // The configuration rejects a campaign that has neither.
    Ok(server.unwrap_or_else(|| (Environment::Test.base_url(), None)))
}

/// What an address looks like, for mistakes.
const ADDRESS: &str = "an address such as `https://gateway.example/api/v2`";

/// Where the API is, as far as the file says it.
fn server(
    environment: Option<&Located<String>>,
    base_url: Option<&Located<String>>,
) -> Result<Option<(BaseUrl, Option<Environment>)>, Mistake> {
    let said = environment.map(|word| word.parse(Environment::parse)).transpose()?;
    let Some(url) = base_url else { return Ok(said.map(|environment| (environment.base_url(), None))) };
    let base = match BaseUrl::parse(&url.value) {
        Ok(base) => base,
        // The text may be anything, even a key: it is quoted like every other value.
        Err(BaseUrlError::NotAnAddress { reason, .. }) => {
            return url.parse(|_| Err(Expected::new(format!("{ADDRESS} ({reason})"))));
        }
        Err(error) => return Err(url.mistake(error.to_string(), Expected::new(ADDRESS))),
    };
    match (environment, said, base.kind().environment()) {
        (Some(word), Some(said), Some(there)) if said != there => {
            let what = format!("`environment` is `{said}`, but {} is Postman's host for {there}", base.host());
            Err(word.mistake(what, Expected::new(format!("`{there}`, with this address"))))
        }
        _ => Ok(Some((base, said))),
    }
}

/// A notice for each campaign that is configured again under another address of its server.
/// It is not a mistake: a gateway may have two names, and one of them may be down.
pub(super) fn under_two_addresses(configured: &Configured) -> Vec<Explanation> {
    let servers: Vec<Server> = configured.campaigns.iter().map(|campaign| Server::of(campaign.base.as_str())).collect();
    let mut warnings = Vec::new();
    for (index, (campaign, server)) in configured.campaigns.iter().zip(&servers).enumerate() {
        let before = configured.campaigns.iter().zip(&servers).take(index);
        let Some((first, _)) = before.into_iter().find(|(first, known)| first.settings.id == campaign.settings.id && *known == server)
        else {
            continue;
        };
        warnings.push(Explanation::new(
            format!("“{}” and “{}” are one campaign under two addresses.", first.settings.name, campaign.settings.name),
            format!("Both have the id {}; they share one budget of calls and one set of retries under way.", campaign.settings.id),
            "Keep one of them, unless you need both addresses.",
        ));
    }
    warnings
}

/// An error with its causes, as a sentence.
pub(super) fn sentence(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    let text = full_stop(&text);
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// The campaign that a command names, by its configured name or its id.
///
/// # Errors
/// No campaign, or more than one, has this name.
pub(super) fn find<'a>(configured: &'a Configured, named: &str) -> Result<&'a ConfiguredCampaign, Failure> {
    let by_name = configured.campaigns.iter().find(|campaign| campaign.settings.name == named);
    let id = CampaignId::new(named);
    let mut by_id = configured.campaigns.iter().filter(|campaign| campaign.settings.id == id);
    let found = by_name.or_else(|| by_id.next().filter(|_| by_id.next().is_none()));
    found.ok_or_else(|| unknown_campaign(configured, named))
}

fn unknown_campaign(configured: &Configured, named: &str) -> Failure {
    if let Some(broken) = configured.config.broken.iter().find(|broken| broken.name == named) {
        let why = configured.mistakes_listed();
        let what = format!("The campaign “{named}” has a mistake in the configuration (line {}).", broken.line);
        return Failure::new(Exit::Usage, what, why, format!("Fix it in {}.", configured.path.display()));
    }
    let names: Vec<&str> = configured.campaigns.iter().map(|campaign| campaign.settings.name.as_str()).collect();
    let next = match config::nearest(named, names.iter().copied()) {
        Some(nearest) => format!("Did you mean “{nearest}”?"),
        None if names.is_empty() => {
            format!("{} names no campaign that can be used; `postwatch check` says why.", configured.path.display())
        }
        None => format!("The configured campaigns are: {}.", names.join(", ")),
    };
    // A mistake in the file may be why it is missing.
    let why = configured.mistakes_listed();
    Failure::new(Exit::Usage, format!("There is no campaign “{named}” in the configuration."), why, next)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::postman::HostKind;

    #[test]
    fn a_sentence_that_asks_has_no_full_stop() {
        let of = |text: &str| sentence(&std::io::Error::other(text));
        assert_eq!(of("the file is longer than 64 KiB: is it a configuration?"), "The file is longer than 64 KiB: is it a configuration?");
        assert_eq!(of("it cannot be read"), "It cannot be read.");
    }
    use rstest::rstest;

    const LIVE: &str = "key_live_0123456789abcdef";
    const TEST: &str = "key_test_0123456789abcdef";

    fn campaign(server: &str, key: &str) -> Result<ConfiguredCampaign, Mistake> {
        let text = format!("[[campaigns]]\nname = \"Clinic\"\nid = \"campaign_1\"\nkey = \"{key}\"\n{server}\n");
        let (mut config, mistakes) = config::read(&text);
        assert_eq!(mistakes, []);
        ConfiguredCampaign::of(config.campaigns.remove(0))
    }

    #[rstest]
    // Anything that can be production is locked and masked; a simulator is neither.
    #[case("base_url = \"http://127.0.0.1:8025/api/v2\"", LIVE, HostKind::Production, true, true)]
    #[case("base_url = \"http://localhost:8025/api/v2\"", LIVE, HostKind::Production, true, true)]
    #[case("base_url = \"http://[::1]:8025/api/v2\"", "key_prod_0123456789", HostKind::Production, true, true)]
    #[case("base_url = \"https://127.0.0.1/api/v2\"", LIVE, HostKind::Production, true, true)]
    #[case("base_url = \"http://127.0.0.1:8025/api/v2\"", TEST, HostKind::Loopback, false, false)]
    #[case("base_url = \"http://127.0.0.1:8025/api/v2\"\nenvironment = \"test\"", LIVE, HostKind::Test, false, false)]
    #[case("environment = \"loadtest\"\nbase_url = \"http://127.0.0.1:8025/api/v2\"", LIVE, HostKind::Loadtest, false, false)]
    #[case("base_url = \"http://127.0.0.1:8025/api/v2\"\nenvironment = \"production\"", TEST, HostKind::Production, true, true)]
    #[case("base_url = \"http://127.0.0.1:8025/api/v2\"\nread_only = false\nmask = false", LIVE, HostKind::Production, false, false)]
    // Elsewhere the host decides, whatever the file says.
    #[case("base_url = \"https://sms.agency.example/v2\"", TEST, HostKind::Gateway, true, true)]
    #[case("base_url = \"https://sms.agency.example/v2\"\nenvironment = \"test\"", TEST, HostKind::Gateway, true, true)]
    #[case("environment = \"test\"", TEST, HostKind::Test, false, true)]
    #[case("base_url = \"https://test.postman.gov.sg/api/v2\"\nenvironment = \"test\"", TEST, HostKind::Test, false, true)]
    #[case("environment = \"production\"", LIVE, HostKind::Production, true, true)]
    fn what_is_locked_and_masked(
        #[case] server: &str,
        #[case] key: &str,
        #[case] kind: HostKind,
        #[case] locked: bool,
        #[case] masked: bool,
    ) {
        let campaign = campaign(server, key).unwrap();
        assert_eq!((campaign.settings.host_kind, campaign.settings.read_only, campaign.settings.masked), (kind, locked, masked));
        assert!(campaign.key.is_ok());
    }

    #[rstest]
    #[case("environment = \"test\"", LIVE)]
    #[case("environment = \"loadtest\"", LIVE)]
    #[case("environment = \"production\"", TEST)]
    #[case("base_url = \"https://postman.gov.sg/api/v2\"", TEST)]
    #[case("base_url = \"https://sms.agency.example/v2\"\nenvironment = \"test\"", LIVE)]
    #[case("base_url = \"https://sms.agency.example/v2\"\nenvironment = \"production\"", TEST)]
    fn a_key_of_another_environment_is_no_key(#[case] server: &str, #[case] key: &str) {
        let campaign = campaign(server, key).unwrap();
        let transport: Arc<dyn Transport> = Arc::new(crate::postman::scripted::ScriptedTransport::new([]));
        assert!(campaign.key.is_err() && campaign.api(&transport).is_err());
    }

    #[test]
    fn an_environment_cannot_stand_beside_anothers_host() {
        let mistake = campaign("environment = \"test\"\nbase_url = \"https://postman.gov.sg/api/v2\"", TEST).unwrap_err();
        let reported = mistake.to_string();
        assert!(
            reported.starts_with("line 5, column 15: `environment` is `test`, but postman.gov.sg is Postman's host for production"),
            "{reported}"
        );
    }

    #[test]
    fn the_demo_is_a_demo_whatever_its_key_looks_like() {
        let base = BaseUrl::parse("http://127.0.0.1:1/api/v2").unwrap();
        let demo = ConfiguredCampaign::simulated("Clinic", "campaign_1", base, ApiKey::new(&LIVE.into()).unwrap());
        assert_eq!((demo.settings.host_kind, demo.settings.read_only, demo.settings.masked), (HostKind::Loopback, false, false));
    }
}
