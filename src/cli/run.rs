//! From arguments to the command.

use tokio::runtime::Runtime;

use super::signals::Signals;
use super::{Arguments, Command, End, Exit, dashboard, simulate};

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
        Some(Command::Simulate(arguments)) => runtime.block_on(async {
            let mut signals = Signals::listen()?;
            simulate::run(arguments, &common, &mut signals).await
        }),
    }
}
