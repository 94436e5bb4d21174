//! From arguments to the command.

use tokio::runtime::Runtime;

use super::signals::Signals;
use super::{
    Arguments, Command, Common, End, Exit, check, configuration, dashboard, documents, find, journal, messages, retry, simulate, status,
    watch,
};

/// Carries a command out.
///
/// # Errors
/// It ended before its work was done.
pub fn run(arguments: Arguments, runtime: &Runtime) -> Result<Exit, End> {
    let Arguments { common, command } = arguments;
    match command {
        // The dashboard owns the terminal and this thread, and listens for signals itself.
        None => Ok(dashboard::run(&common, runtime.handle())?),
        Some(Command::Demo(arguments)) => Ok(dashboard::demo(&arguments, &common, runtime.handle())?),
        Some(Command::Config(arguments)) => configuration::run(&arguments, &common),
        Some(Command::Completions(arguments)) => documents::completions(&arguments),
        Some(Command::Man(arguments)) => documents::man(&arguments),
        Some(command) => runtime.block_on(scripted(command, &common)),
    }
}

/// Carries out a command that needs no terminal.
async fn scripted(command: Command, common: &Common) -> Result<Exit, End> {
    let mut signals = Signals::listen()?;
    match command {
        Command::Check(arguments) => signals.or(check::run(&arguments, common)).await,
        Command::Find(arguments) => signals.or(find::run(&arguments, common)).await,
        Command::Messages(arguments) => signals.or(messages::run(&arguments, common)).await,
        Command::Status(arguments) => signals.or(status::run(&arguments, common)).await,
        Command::Journal(arguments) => signals.or(journal::run(&arguments, common)).await,
        Command::Watch(arguments) => watch::run(&arguments, common, &mut signals).await,
        Command::Retry(arguments) => retry::run(&arguments, common, &mut signals).await,
        Command::Simulate(arguments) => simulate::run(arguments, common, &mut signals).await,
        // Carried out before: they wait for nothing, or own the terminal.
        Command::Demo(_) | Command::Config(_) | Command::Completions(_) | Command::Man(_) => Ok(Exit::Done),
    }
}
