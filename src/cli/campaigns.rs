//! From the configuration to campaigns that can be asked.

use std::path::PathBuf;
use std::sync::Arc;

use secrecy::SecretString;

use super::{Common, Exit, Failure};
use crate::config::{self, CampaignConfig, Config, Expected, KeySource, LoadError, Mistake, Placed};
use crate::delivery::CampaignId;
use crate::postman::{Api, ApiKey, BaseUrl, BaseUrlError, Environment, Explanation, KeyFit, Transport};
use crate::tui::KeyMap;

/// The configuration with every campaign that is right, and what is not.
pub(super) struct Configured {
    /// Where it was read.
    pub path: PathBuf,
    /// The rest of what it says.
    pub config: Config,
    /// The campaigns, in the order of the file.
    pub campaigns: Vec<Campaign>,
    /// What is wrong in it, in the order of the file.
    pub mistakes: Vec<Mistake>,
}

/// A campaign of the configuration.
#[derive(Debug, Clone)]
pub(super) struct Campaign {
    /// What the file says of it.
    pub config: CampaignConfig,
    /// Where its API is.
    pub base: BaseUrl,
    /// Its key, or why there is none.
    pub key: Result<ApiKey, Explanation>,
    /// Something to know about the key that is no mistake.
    pub key_warning: Option<String>,
}

impl Campaign {
    /// A campaign of the configuration, with its key.
    ///
    /// # Errors
    /// The mistake in its environment or address. A key that cannot be had is none: it is told with
    /// the campaign.
    pub fn of(config: CampaignConfig) -> Result<Self, Mistake> {
        Self::with_key(config, Some(&mut Keys::default()))
    }

    /// The same, with what other campaigns' commands told; without its key where nobody needs it.
    fn with_key(config: CampaignConfig, keys: Option<&mut Keys>) -> Result<Self, Mistake> {
        let base = base_of(&config)?;
        let (key, key_warning) = match keys {
            Some(keys) => key_of(&config, &base, keys),
            None => (Err(not_needed(&config)), None),
        };
        Ok(Self { config, base, key, key_warning })
    }

    /// A campaign of the embedded simulator: nothing real, so nothing is masked or locked.
    pub fn simulated(name: &str, id: &str, base: BaseUrl, key: ApiKey) -> Self {
        let usual = CampaignConfig::usual(name, CampaignId::new(id), KeySource::Env(String::new()));
        let config = CampaignConfig { read_only: Some(false), mask: Some(false), ..usual };
        Self { config, base, key: Ok(key), key_warning: None }
    }

    /// Whether it counts as production: coloured and locked so.
    pub fn is_production(&self) -> bool {
        self.base.kind().is_production()
    }

    /// Whether actions are refused: where nothing is said, in production.
    pub fn is_read_only(&self) -> bool {
        self.config.read_only.unwrap_or_else(|| self.is_production())
    }

    /// Whether recipients and texts are masked: where nothing is said, everywhere but on loopback.
    pub fn is_masked(&self) -> bool {
        self.config.mask.unwrap_or(self.base.kind() != crate::postman::HostKind::Loopback)
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
/// There is none, it is not to be trusted, or it cannot be read at all. Mistakes in it are no
/// error here: what is right can be used.
pub(super) fn configured(common: &Common) -> Result<Configured, LoadError> {
    configured_for(common, None)
}

/// The same, with the keys of these campaigns only, by name or id: a command that tells the key of
/// another one may ask for a passphrase that nobody needs to type.
///
/// # Errors
/// As [`configured`].
pub(super) fn configured_for(common: &Common, wanted: Option<&[String]>) -> Result<Configured, LoadError> {
    let path = config::path(common.config.as_deref(), |name| std::env::var(name).ok());
    let loaded = config::load(&path)?;
    let (mut config, mut mistakes) = (loaded.config, loaded.mistakes);
    // A campaign with one mistake may have another in what only this side can judge.
    let places = config.broken.iter().filter_map(|broken| place(broken.environment.as_ref(), broken.base_url.as_ref()).err());
    mistakes.extend(places);
    mistakes.extend(super::theme::wrong_name(&config.display));
    let mut keys = Keys::default();
    let mut campaigns = Vec::new();
    for campaign in std::mem::take(&mut config.campaigns) {
        let (name, line) = (campaign.name.clone(), campaign.line);
        let is_wanted = |wanted: &String| *wanted == campaign.name || *wanted == campaign.id.as_str();
        let needs_key = wanted.is_none_or(|wanted| wanted.iter().any(is_wanted));
        match Campaign::with_key(campaign, needs_key.then_some(&mut keys)) {
            Ok(campaign) => campaigns.push(campaign),
            Err(mistake) => {
                mistakes.push(mistake);
                config.broken.push(config::BrokenCampaign { name, line, ..config::BrokenCampaign::default() });
            }
        }
    }
    mistakes.append(&mut KeyMap::wished(&config.keys).1);
    mistakes.sort_by_key(|mistake| (mistake.line, mistake.column));
    Ok(Configured { path: loaded.path, config, campaigns, mistakes })
}

fn base_of(campaign: &CampaignConfig) -> Result<BaseUrl, Mistake> {
    // The configuration lets no campaign through that has neither.
    Ok(place(campaign.environment.as_ref(), campaign.base_url.as_ref())?.unwrap_or_else(|| Environment::Test.base_url()))
}

/// What an address looks like, for mistakes.
const ADDRESS: &str = "an address such as `https://gateway.example/api/v2`";

/// Where the API is, as far as the file says it.
fn place(environment: Option<&Placed<String>>, base_url: Option<&Placed<String>>) -> Result<Option<BaseUrl>, Mistake> {
    match (environment, base_url) {
        (Some(word), _) => Ok(Some(word.parse(Environment::parse)?.base_url())),
        (None, Some(url)) => match BaseUrl::parse(&url.value) {
            Ok(base) => Ok(Some(base)),
            // The text may be anything, a key as well: it is quoted as every other value.
            Err(BaseUrlError::NotAnAddress { reason, .. }) => url.parse(|_| Err(Expected::new(format!("{ADDRESS} ({reason})")))),
            Err(error) => Err(url.mistake(error.to_string(), Expected::new(ADDRESS))),
        },
        (None, None) => Ok(None),
    }
}

/// What the commands told so far: one that several campaigns name runs once a start, because it may
/// ask for a passphrase.
#[derive(Default)]
struct Keys(Vec<(Vec<String>, Result<SecretString, String>)>);

impl Keys {
    /// The key's text, or why there is none.
    fn read(&mut self, source: &KeySource) -> Result<SecretString, String> {
        let read = || source.read(|name| std::env::var(name).ok()).map_err(|error| sentence(&error));
        let KeySource::Command(command) = source else { return read() };
        if let Some((_, told)) = self.0.iter().find(|(known, _)| known == command) {
            return told.clone();
        }
        let told = read();
        self.0.push((command.clone(), told.clone()));
        told
    }
}

fn not_needed(campaign: &CampaignConfig) -> Explanation {
    Explanation {
        what: format!("The key of “{}” was not read.", campaign.name),
        why: "Nobody asked for this campaign.".to_owned(),
        next: "Name it.".to_owned(),
        trace_id: None,
    }
}

fn key_of(campaign: &CampaignConfig, base: &BaseUrl, keys: &mut Keys) -> (Result<ApiKey, Explanation>, Option<String>) {
    let unusable = |why: String| Explanation {
        what: format!("The key of “{}” cannot be used.", campaign.name),
        why,
        next: format!("Its configuration reads the key from {}.", campaign.key.place()),
        trace_id: None,
    };
    let text = match keys.read(&campaign.key) {
        Ok(text) => text,
        Err(why) => return (Err(unusable(why)), None),
    };
    let key = match ApiKey::new(&text) {
        Ok(key) => key,
        Err(error) => return (Err(unusable(sentence(&error))), None),
    };
    match key.fits(base) {
        KeyFit::Fits => (Ok(key), None),
        KeyFit::UnknownPrefix => {
            let warning = format!("The key {} of “{}” begins as no known key does; it is used all the same.", key.shown(), campaign.name);
            (Ok(key), Some(warning))
        }
        KeyFit::Another(environment) => {
            let why = format!("The key {} is one of {}, and the campaign is at {}.", key.shown(), environment.word(), base.host());
            (Err(unusable(why)), None)
        }
    }
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
    text.push('.');
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// The campaign that a command names, by its configured name or its id.
///
/// # Errors
/// None, or several, are named so.
pub(super) fn find<'a>(configured: &'a Configured, named: &str) -> Result<&'a Campaign, Failure> {
    let by_name = configured.campaigns.iter().find(|campaign| campaign.config.name == named);
    let id = CampaignId::new(named);
    let mut by_id = configured.campaigns.iter().filter(|campaign| campaign.config.id == id);
    let found = by_name.or_else(|| by_id.next().filter(|_| by_id.next().is_none()));
    found.ok_or_else(|| unknown_campaign(configured, named))
}

fn unknown_campaign(configured: &Configured, named: &str) -> Failure {
    if let Some(broken) = configured.config.broken.iter().find(|broken| broken.name == named) {
        let why = configured.mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n  ");
        let what = format!("The campaign “{named}” has a mistake in the configuration (line {}).", broken.line);
        return Failure::new(Exit::Usage, what, why, format!("Mend it in {}.", configured.path.display()));
    }
    let names: Vec<&str> = configured.campaigns.iter().map(|campaign| campaign.config.name.as_str()).collect();
    let next = match config::nearest(named, names.iter().copied()) {
        Some(nearest) => format!("Did you mean “{nearest}”?"),
        None if names.is_empty() => {
            format!("{} names no campaign that can be used; `postwatch check` says why.", configured.path.display())
        }
        None => format!("The configured campaigns are: {}.", names.join(", ")),
    };
    // A slip in the file may be why it is not there.
    let why = configured.mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n  ");
    Failure::new(Exit::Usage, format!("There is no campaign “{named}” in the configuration."), why, next)
}
