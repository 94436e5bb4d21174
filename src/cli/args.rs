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
use super::simulate::SimulateArguments;
use super::status::StatusArguments;
use super::watch::WatchArguments;

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
    /// The configuration [default: $POSTWATCH_CONFIG, else the platform's configuration folder]
    #[arg(long, value_name = "FILE", global = true)]
    pub config: Option<PathBuf>,
    /// Where the journal of actions is kept [default: $POSTWATCH_STATE, else the platform's state folder]
    #[arg(long, value_name = "FOLDER", global = true)]
    pub state: Option<PathBuf>,
    /// How the data is written: a table on a terminal, ndjson in a pipe, unless this says else
    #[arg(long, value_name = "FORMAT", global = true)]
    pub format: Option<Format>,
    /// Recipients and texts unmasked; journalled
    #[arg(long, global = true)]
    pub reveal: bool,
    /// Colours; NO_COLOR is honoured
    #[arg(long, value_name = "WHEN", default_value = "auto", global = true)]
    pub color: Colour,
    /// Writes what the program does into this file; no recipient, text or key stands in it
    #[arg(long, value_name = "FILE", global = true)]
    pub log: Option<PathBuf>,
    /// No progress and no notices
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// More in the log; twice for even more
    #[arg(short, long, action = clap::ArgAction::Count, global = true)]
    pub verbose: u8,
}

/// How data is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Columns for people.
    Table,
    /// One JSON document.
    Json,
    /// One JSON document a line.
    Ndjson,
    /// Comma-separated values with a heading.
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

/// The commands.
#[derive(Debug, Subcommand)]
pub enum CliCommand {
    /// The dashboard on an embedded simulator: no key, no file, no network
    Demo(DemoArguments),
    /// Key, allow list, connection, clock, state folder, terminal: what is right, what is wrong, what to do
    Check(CheckArguments),
    /// Asks every campaign for a recipient
    Find(FindArguments),
    /// What became of a campaign's messages, in figures
    Status(StatusArguments),
    /// Lists messages, or exports them
    Messages(MessagesArguments),
    /// Tells every change from now on, as it is seen
    Watch(WatchArguments),
    /// Tries failed messages again
    Retry(RetryArguments),
    /// Every action taken from this account, and those whose outcome is not known
    Journal(JournalArguments),
    /// The imitated API alone, for people who integrate with Postman
    Simulate(SimulateArguments),
    /// The configuration: where it is, an example, its mistakes, its schema
    Config(ConfigArguments),
    /// Completions for a shell
    Completions(CompletionsArguments),
    /// A page of the manual
    Man(ManArguments),
}
