//! The command line: arguments, and one file per command. It uses the same workers and the same
//! journal as the dashboard.

mod action;
mod args;
mod campaigns;
mod check;
mod configuration;
mod context;
pub mod dashboard;
mod documents;
mod exit;
mod file;
mod find;
mod journal;
mod keys;
mod logging;
mod messages;
mod moment;
mod open_journal;
mod progress;
mod records;
mod retry;
mod send;
mod send_batch;
mod signals;
mod simulate;
mod status;
mod table;
mod theme;
mod watch;
mod window;

use tokio::runtime::Runtime;

use self::signals::Signals;

pub use args::{Arguments, CliCommand, Common, Format};
pub use exit::{EarlyExit, Exit, Failure};
pub use logging::log_into;

/// Carries a command out.
///
/// # Errors
/// It ended before its work was done.
pub fn run(arguments: Arguments, runtime: &Runtime) -> Result<Exit, EarlyExit> {
    let Arguments { common, command } = arguments;
    match command {
        // The dashboard owns the terminal and this thread, and listens for signals itself.
        None => Ok(dashboard::run(&common, runtime.handle())?),
        Some(CliCommand::Demo(arguments)) => Ok(dashboard::demo(&arguments, &common, runtime.handle())?),
        Some(CliCommand::Config(arguments)) => configuration::run(&arguments, &common),
        Some(CliCommand::Completions(arguments)) => documents::completions(&arguments),
        Some(CliCommand::Man(arguments)) => documents::man(&arguments),
        Some(command) => runtime.block_on(scripted(command, &common)),
    }
}

/// Carries out a command that needs no terminal.
async fn scripted(command: CliCommand, common: &Common) -> Result<Exit, EarlyExit> {
    let mut signals = Signals::listen()?;
    match command {
        CliCommand::Check(arguments) => signals.or(check::run(&arguments, common)).await,
        CliCommand::Find(arguments) => signals.or(find::run(&arguments, common)).await,
        CliCommand::Messages(arguments) => signals.or(messages::run(&arguments, common)).await,
        CliCommand::Status(arguments) => signals.or(status::run(&arguments, common)).await,
        CliCommand::Journal(arguments) => signals.or(journal::run(&arguments, common)).await,
        CliCommand::Watch(arguments) => watch::run(&arguments, common, &mut signals).await,
        CliCommand::Retry(arguments) => retry::run(&arguments, common, &mut signals).await,
        CliCommand::Send(arguments) => send::run(&arguments, common, &mut signals).await,
        CliCommand::SendBatch(arguments) => send_batch::run(&arguments, common, &mut signals).await,
        CliCommand::Simulate(arguments) => simulate::run(arguments, common, &mut signals).await,
        // Carried out before: they wait for nothing, or own the terminal.
        CliCommand::Demo(_) | CliCommand::Config(_) | CliCommand::Completions(_) | CliCommand::Man(_) => Ok(Exit::Done),
    }
}
