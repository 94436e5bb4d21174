//! `postwatch config`: where the file is, an example, its mistakes, its schema. Makes no call and
//! reads no key.

use std::io::Write as _;

use clap::{Args, Subcommand};

use super::campaigns::configured_for;
use super::check::file_alone;
use super::context::{env, tell, unusable};
use super::{Common, EarlyExit, Exit};
use crate::config;

/// What `config` takes.
#[derive(Debug, Clone, Args)]
pub struct ConfigArguments {
    /// What about it.
    #[command(subcommand)]
    pub setting: ConfigCommand,
}

/// What about the configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Subcommand)]
pub enum ConfigCommand {
    /// Prints the path of the configuration
    Path,
    /// Prints an example with every option, to start from
    Example,
    /// Lists the mistakes in it; `postwatch check` also tries it out
    Check,
    /// Prints its JSON schema, for editors
    Schema,
}

/// Prints what was asked about the configuration.
///
/// # Errors
/// The file cannot be used at all, or the output cannot be written.
pub(super) fn run(arguments: &ConfigArguments, common: &Common) -> Result<Exit, EarlyExit> {
    let mut out = std::io::stdout().lock();
    match arguments.setting {
        ConfigCommand::Path => {
            let path = config::path(common.config.as_deref(), env);
            writeln!(out, "{}", path.display())?;
            if !common.quiet && !path.exists() {
                tell("There is no such file yet: `postwatch config example` prints an example.");
            }
        }
        ConfigCommand::Example => out.write_all(config::example().as_bytes())?,
        ConfigCommand::Schema => out.write_all(config::schema().as_bytes())?,
        ConfigCommand::Check => {
            let configured = configured_for(common, Some(&[])).map_err(|error| unusable(&error))?;
            return Ok(file_alone(&configured, common, &mut out)?);
        }
    }
    out.flush()?;
    Ok(Exit::Done)
}
