//! The keys of campaigns: read at the start, and again where one was missing or is refused.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use secrecy::SecretString;

use super::campaigns::{ConfiguredCampaign, base_of, sentence};
use super::context::env;
use crate::config::{self, CampaignConfig, KeySource};
use crate::monitor::{KeyAgain, ReadKey};
use crate::postman::{ApiKey, BaseUrl, Environment, Explanation, KeyFit};

/// A key's text, or why there is none.
type KeyText = Result<SecretString, String>;

/// What the commands have printed so far: one that several campaigns name runs once per start, because
/// it may ask for a passphrase.
#[derive(Default)]
pub(super) struct Keys(Vec<(Vec<String>, KeyText)>);

impl Keys {
    /// Runs the commands of these campaigns all at once, so that the wait is only as long as the slowest. On a terminal
    /// none is run here: two commands must not ask for a passphrase at the same time.
    pub fn run_side_by_side<'a>(&mut self, campaigns: impl Iterator<Item = &'a CampaignConfig>) {
        if config::may_ask() {
            return;
        }
        let mut commands: Vec<&Vec<String>> = Vec::new();
        for campaign in campaigns {
            if let KeySource::Command(command) = &campaign.key
                && !commands.contains(&command)
            {
                commands.push(command);
            }
        }
        let reported = std::thread::scope(|scope| {
            let run = |command: &Vec<String>| {
                let source = KeySource::Command(command.clone());
                (command.clone(), scope.spawn(move || read(&source)))
            };
            let running: Vec<_> = commands.into_iter().map(run).collect();
            let ended =
                |thread: std::thread::ScopedJoinHandle<'_, KeyText>| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            running.into_iter().map(|(command, thread)| (command, ended(thread))).collect::<Vec<_>>()
        });
        self.0.extend(reported);
    }

    fn read(&mut self, source: &KeySource) -> KeyText {
        let KeySource::Command(command) = source else { return read(source) };
        if let Some((_, reported)) = self.0.iter().find(|(known, _)| known == command) {
            return reported.clone();
        }
        let reported = read(source);
        self.0.push((command.clone(), reported.clone()));
        reported
    }
}

fn read(source: &KeySource) -> KeyText {
    source.read(env).map_err(|error| sentence(&error))
}

/// Why a campaign that was not asked for has no key.
pub(super) fn not_needed(campaign: &CampaignConfig) -> Explanation {
    Explanation::new(format!("The key of “{}” was not read.", campaign.name), "This campaign was not asked for.", "Name it.")
}

/// A campaign's key, and a warning about it that is not a mistake.
pub(super) fn key_of(
    campaign: &CampaignConfig,
    base: &BaseUrl,
    said: Option<Environment>,
    keys: &mut Keys,
) -> (Result<ApiKey, Explanation>, Option<String>) {
    let unusable = |why: String| {
        Explanation::new(
            format!("The key of “{}” cannot be used.", campaign.name),
            why,
            format!("Its configuration reads the key from {}.", campaign.key.source_name()),
        )
    };
    match fitting(campaign, base, said, keys.read(&campaign.key)) {
        Ok((key, warning)) => (Ok(key), warning),
        Err(why) => (Err(unusable(why)), None),
    }
}

/// Why a campaign has no key, and how the dashboard gets it once that is fixed; `read_now` is the keyboard key for that.
pub(super) fn missing(campaign: &ConfiguredCampaign, read_now: &str) -> Option<Explanation> {
    let why = campaign.key.as_ref().err()?.clone();
    let again = match campaign.config.key {
        KeySource::File(_) => " Postwatch reads it again once it is fixed.".to_owned(),
        KeySource::Command(_) => format!(" {read_now} runs it again."),
        KeySource::Inline(_) | KeySource::Env(_) => String::new(),
    };
    Some(Explanation { next: why.next + &again, ..why })
}

/// A key that may be sent to this address.
fn fitting(
    campaign: &CampaignConfig,
    base: &BaseUrl,
    said: Option<Environment>,
    reported: KeyText,
) -> Result<(ApiKey, Option<String>), String> {
    let key = ApiKey::new(&reported?).map_err(|error| sentence(&error))?;
    match key.fits(base, said) {
        KeyFit::Fits => Ok((key, None)),
        KeyFit::UnknownPrefix => {
            let warning = format!("The key {} of “{}” has an unknown prefix; it is used all the same.", key.shown(), campaign.name);
            Ok((key, Some(warning)))
        }
        KeyFit::Another(environment) => {
            Err(format!("The key {} is for {}, but the campaign is at {}.", key.shown(), environment.word(), base.host()))
        }
    }
}

fn read_again(campaign: &ConfiguredCampaign) -> Option<ApiKey> {
    let (base, said) = base_of(&campaign.config).ok()?;
    let reported = campaign.config.key.read_again()?.map_err(|error| sentence(&error));
    let (key, _) = fitting(&campaign.config, &base, said, reported).ok()?;
    (base.kind().behind(said, Some(&key)) == campaign.settings.host_kind).then_some(key)
}

/// How a campaign's key is read again while the dashboard runs; `None` if that could not change anything.
///
/// A command that failed is not run again automatically: it may open a window to ask a user who is away. A key that
/// would change what the campaign counts as (production behind a loopback address) needs a new start.
pub(super) fn again_for(campaign: &ConfiguredCampaign) -> Option<KeyAgain> {
    let is_command = match campaign.config.key {
        KeySource::File(_) => false,
        KeySource::Command(_) => true,
        KeySource::Inline(_) | KeySource::Env(_) => return None,
    };
    let (campaign, failed, running) = (campaign.clone(), AtomicBool::new(is_command && campaign.key.is_err()), AtomicBool::new(false));
    Some(Arc::new(move |asked| {
        if (failed.load(Ordering::Relaxed) && asked == ReadKey::ByItself) || running.swap(true, Ordering::Relaxed) {
            return None;
        }
        let key = read_again(&campaign);
        failed.store(is_command && key.is_none(), Ordering::Relaxed);
        running.store(false, Ordering::Relaxed);
        key
    }))
}
