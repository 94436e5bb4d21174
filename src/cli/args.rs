//! The arguments.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::check::CheckArguments;
use super::configuration::ConfigArguments;
use super::dashboard::DemoArguments;
use super::documents::{CompletionsArguments, ManArguments};
use super::find::FindArguments;
use super::journal::JournalArguments;
use super::messages::MessagesArguments;
use super::retry::RetryArguments;
use super::send::SendArguments;
use super::send_batch::SendBatchArguments;
use super::simulate::SimulateArguments;
use super::status::StatusArguments;
use super::watch::WatchArguments;
use crate::tui::ColourSetting;

/// Watch SMS deliveries, find a recipient, retry failures: a dashboard for the Postman v2 API.
#[derive(Debug, Parser)]
#[command(name = "postwatch", version, about, disable_help_subcommand = true, propagate_version = true)]
pub struct Arguments {
    /// What all commands share.
    #[command(flatten)]
    pub common: Common,
    /// Without a command the dashboard opens on the configured campaigns.
    #[command(subcommand)]
    pub command: Option<CliCommand>,
}

/// What all commands share.
#[derive(Debug, Clone, Args)]
pub struct Common {
    /// The configuration file [default: $POSTWATCH_CONFIG, else the platform's configuration folder]
    #[arg(long, value_name = "FILE", global = true)]
    pub config: Option<PathBuf>,
    /// Where the journal of actions is kept [default: $POSTWATCH_STATE, else the platform's state folder]
    #[arg(long, value_name = "FOLDER", global = true)]
    pub state: Option<PathBuf>,
    /// The format of the output [default: table on a terminal, ndjson in a pipe]
    #[arg(long, value_name = "FORMAT", global = true)]
    pub format: Option<Format>,
    /// Shows recipients and texts unmasked; noted in the journal
    #[arg(long, global = true)]
    pub reveal: bool,
    /// When to use colours; NO_COLOR is honoured
    #[arg(long, value_name = "WHEN", default_value = "auto", global = true)]
    pub color: Colour,
    /// Logs what the program does to this file, without any recipient, text or key
    #[arg(long, value_name = "FILE", global = true)]
    pub log: Option<PathBuf>,
    /// Shows no progress and no notices
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Logs more; twice for even more
    #[arg(short, long, action = clap::ArgAction::Count, global = true)]
    pub verbose: u8,
}

/// How data is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Columns for people to read.
    Table,
    /// One JSON document.
    Json,
    /// One JSON document per line.
    Ndjson,
    /// Comma-separated values with a header line.
    Csv,
}

/// When colours are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Colour {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl From<Colour> for ColourSetting {
    fn from(colour: Colour) -> Self {
        match colour {
            Colour::Auto => ColourSetting::Auto,
            Colour::Always => ColourSetting::Always,
            Colour::Never => ColourSetting::Never,
        }
    }
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum CliCommand {
    /// Opens the dashboard on an embedded simulator: no key, no file, no network
    Demo(DemoArguments),
    /// Checks key, allow list, connection, clock, state folder and terminal: what is right, what is wrong, what to do
    Check(CheckArguments),
    /// Asks every campaign for messages to a recipient
    Find(FindArguments),
    /// Shows a campaign's counts: by status, error and batch, and the last 15 minutes
    Status(StatusArguments),
    /// Lists or exports messages
    Messages(MessagesArguments),
    /// Prints every change from now on, as it is seen
    Watch(WatchArguments),
    /// Retries failed messages
    Retry(RetryArguments),
    /// Sends one message, with its preview
    Send(SendArguments),
    /// Checks a file of messages, and sends it
    SendBatch(SendBatchArguments),
    /// Lists every action taken from this account, or those with an unknown outcome
    Journal(JournalArguments),
    /// Runs the simulator alone, for people who integrate with Postman
    Simulate(SimulateArguments),
    /// Shows where the configuration is, an example, its mistakes or its schema
    Config(ConfigArguments),
    /// Prints completions for a shell
    Completions(CompletionsArguments),
    /// Prints a page of the manual
    Man(ManArguments),
}
