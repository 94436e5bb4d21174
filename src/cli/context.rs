//! What every script command starts with: the configuration, a campaign, the connection to the API.

use std::io::{IsTerminal as _, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jiff::tz::TimeZone;
use tokio::task::JoinError;

use super::args::Colour;
use super::campaigns::{Configured, ConfiguredCampaign, configured_for, find, sentence};
use super::open_journal::shared_budget;
use super::{Common, Exit, Failure, Format};
use crate::config::LoadError;
use crate::monitor::{CampaignIndex, Clock, MonitorOptions, Reader, ReaderNews};
use crate::postman::{CallError, HttpTransport, Transport};
use crate::state::{JournalAccess, Run};

/// What a script command works with.
pub(super) struct CommandContext {
    /// The clock of the whole command.
    pub clock: Clock,
    pub common: Common,
    pub configured: Configured,
    pub transport: Arc<dyn Transport>,
    /// Whether the notice was given that only half the configured calls are made.
    half_reported: Arc<AtomicBool>,
}

impl CommandContext {
    /// Reads the configuration; if campaigns are named, by name or id, with the keys of these only.
    ///
    /// # Errors
    /// It cannot be used at all.
    pub fn load(common: &Common, named: &[String]) -> Result<Self, Failure> {
        let wanted = Some(named).filter(|named| !named.is_empty());
        let configured = configured_for(common, wanted).map_err(|error| unusable(&error))?;
        let transport: Arc<dyn Transport> = Arc::new(HttpTransport::new());
        Ok(Self { clock: Clock::system(), common: common.clone(), configured, transport, half_reported: Arc::new(AtomicBool::new(false)) })
    }

    /// A command in a test: over this transport, by this clock, without a file.
    #[cfg(test)]
    pub fn of_test(common: &Common, transport: Arc<dyn Transport>, clock: Clock) -> Self {
        let (path, config) = (std::path::PathBuf::new(), crate::config::read("").0);
        let configured = Configured { path, config, campaigns: Vec::new(), mistakes: Vec::new() };
        Self { clock, common: common.clone(), configured, transport, half_reported: Arc::default() }
    }

    /// The campaign that the command names. Other mistakes in the configuration are reported as well.
    ///
    /// # Errors
    /// There is none of this name or id.
    pub fn campaign(&self, named: &str) -> Result<&ConfiguredCampaign, Failure> {
        let campaign = find(&self.configured, named)?;
        if !self.configured.mistakes.is_empty() {
            let count = counted(self.configured.mistakes.len(), "mistake");
            self.notice(&format!("{count} in {}: `postwatch check` lists them.", self.configured.path.display()));
        }
        if let Some(warning) = &campaign.key_warning {
            self.notice(warning);
        }
        Ok(campaign)
    }

    /// A patient reader of the campaign.
    ///
    /// # Errors
    /// There is no usable key.
    pub fn reader(&self, campaign: &ConfiguredCampaign) -> Result<Reader, Failure> {
        let api = campaign.api(&self.transport)?;
        // A dashboard may watch the same campaign: together they stay within its ceiling.
        let reader =
            Reader::new(api, campaign.settings.calls_per_second, self.clock.clone(), fastrand::f64).sharing(shared_budget(&self.common));
        let quiet = self.common.quiet;
        let half_reported = Arc::clone(&self.half_reported);
        Ok(reader.telling(move |news| match news {
            _ if quiet => {}
            ReaderNews::GoesAgain { error, wait } => tell(&waiting(error, wait)),
            // All campaigns share the folder, so this is reported once.
            ReaderNews::HalfRate(_) if half_reported.swap(true, Ordering::Relaxed) => {}
            ReaderNews::HalfRate(why) => tell(&why.in_full()),
        }))
    }

    /// What a worker of the campaign needs that reads nothing by itself.
    ///
    /// # Errors
    /// There is no usable key.
    pub fn monitor_options(
        &self,
        campaign: &ConfiguredCampaign,
        journal: JournalAccess,
        run: Option<Arc<Run>>,
    ) -> Result<MonitorOptions, Failure> {
        Ok(MonitorOptions {
            campaign: CampaignIndex(0),
            api: campaign.api(&self.transport)?,
            key_again: None,
            journal,
            run,
            budget: shared_budget(&self.common),
            settings: campaign.settings.clone(),
            away_rate: campaign.settings.calls_per_second,
            reads: false,
            clock: self.clock.clone(),
            seed: fastrand::u64(..),
        })
    }

    /// The zone of all times.
    pub fn zone(&self) -> &TimeZone {
        &self.configured.config.display.time_zone
    }

    /// The format of the data: a table on a terminal, ndjson in a pipe, unless one is given.
    pub fn format(&self) -> Format {
        format_of(&self.common)
    }

    /// A line for people, next to the data.
    pub fn notice(&self, line: &str) {
        notice(&self.common, line);
    }
}

/// The format of the data.
pub(super) fn format_of(common: &Common) -> Format {
    let usual = if std::io::stdout().is_terminal() { Format::Table } else { Format::Ndjson };
    common.format.unwrap_or(usual)
}

/// Whether the output is coloured: on a terminal, unless `NO_COLOR` or the command line says otherwise.
pub(super) fn is_coloured(common: &Common) -> bool {
    match common.color {
        Colour::Always => true,
        Colour::Never => false,
        Colour::Auto => std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
    }
}

/// A variable of the environment, if it is text.
pub(super) fn env(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Whether the terminal shows UTF-8, by the locale. The first of the three variables that is set decides, as in
/// the C library. If none is set, nothing is known, and most terminals of today use UTF-8.
pub(super) fn is_utf8(env: impl Fn(&str) -> Option<String>) -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(|name| env(name).filter(|value| !value.is_empty()));
    locale.is_none_or(|locale| {
        !matches!(locale.as_str(), "C" | "POSIX") && (!locale.contains('.') || locale.to_ascii_lowercase().contains("utf"))
    })
}

/// The width of the terminal; `None` if the output is not a terminal.
pub(super) fn table_width() -> Option<u16> {
    std::io::stdout().is_terminal().then(|| terminal_size().map(|(columns, _)| columns)).flatten()
}

/// Columns and rows of the terminal, if the output is one.
#[cfg(unix)]
pub(super) fn terminal_size() -> Option<(u16, u16)> {
    let size = rustix::termios::tcgetwinsize(std::io::stdout()).ok()?;
    (size.ws_col > 0).then_some((size.ws_col, size.ws_row))
}

/// Elsewhere the table finds the width itself.
#[cfg(not(unix))]
pub(super) fn terminal_size() -> Option<(u16, u16)> {
    None
}

/// What a task gave, unless it was cancelled. If it panicked, so does this one.
pub(super) fn joined<T>(ended: Result<T, JoinError>) -> Option<T> {
    match ended {
        Ok(given) => Some(given),
        Err(broken) if broken.is_panic() => std::panic::resume_unwind(broken.into_panic()),
        Err(_) => None,
    }
}

/// A line for people, unless they want none.
pub(super) fn notice(common: &Common, line: &str) {
    if !common.quiet {
        tell(line);
    }
}

/// A line on standard error. If it cannot be written, that does not matter.
pub(super) fn tell(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// A number as people write it, with a noun that agrees.
pub(super) use crate::delivery::{counted, grouped};

fn waiting(error: &CallError, wait: Duration) -> String {
    let seconds = wait.as_secs_f64();
    format!("{}; trying again in {seconds:.1} s.", error.explanation().what)
}

/// Why there is no usable configuration.
pub(super) fn unusable(error: &LoadError) -> Failure {
    if error.is_not_found() {
        let next = "Name one with `--config FILE`. `postwatch` alone, in a terminal, adds a campaign; `postwatch simulate --write-config FILE` writes one for a simulator.";
        return Failure::new(Exit::Usage, sentence(error), "", next);
    }
    Failure::new(Exit::Usage, "The configuration cannot be used.", sentence(error), "Fix it, or name another one with `--config FILE`.")
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(&[("LC_ALL", "C"), ("LANG", "en_SG.UTF-8")], false)]
    #[case(&[("LC_ALL", ""), ("LANG", "en_SG.utf8")], true)]
    #[case(&[("LANG", "en_SG.ISO-8859-1")], false)]
    #[case(&[], true)]
    fn locales(#[case] set: &[(&str, &str)], #[case] utf8: bool) {
        let env = |name: &str| set.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        assert_eq!(is_utf8(env), utf8);
    }
}
