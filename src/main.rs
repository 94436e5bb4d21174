//! The program: reads the arguments, prepares panic reports, the log and the runtime, carries the
//! command out, and reports a failure.

use std::fmt;
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind};
use std::process::ExitCode;

use clap::Parser as _;
use postwatch::cli::{self, Arguments, EarlyExit, Exit, Failure};

fn main() -> ExitCode {
    without_core_dumps();
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help goes to the output, mistakes to standard error; it does not matter if that is closed.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(Exit::Usage.code()));
        }
    };
    // A panic was reported when it happened; scripts see it as any unexpected failure.
    let end = catch_unwind(AssertUnwindSafe(|| prepared(arguments)));
    match end.unwrap_or(Ok(Exit::Failed)) {
        Ok(exit) => exit.into(),
        Err(EarlyExit::PipeClosed) => Exit::Done.into(),
        Err(EarlyExit::Failed(failure)) => {
            let _ = writeln!(std::io::stderr(), "{failure}");
            failure.exit.into()
        }
    }
}

/// A core dump would hold keys and numbers, so there is none, and no other process of this account can
/// read the memory. If the system refuses, the program is no worse than any other.
fn without_core_dumps() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    }
    // The limit alone does not stop a dump that is piped to a program.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    }
}

fn prepared(arguments: Arguments) -> Result<Exit, EarlyExit> {
    // Without the environment: it may hold a key.
    let hooks = color_eyre::config::HookBuilder::default().display_env_section(false).panic_message(Impersonal);
    hooks.install().map_err(|error| cannot_start(&error))?;
    if let Some(path) = &arguments.common.log {
        cli::log_into(path, arguments.common.verbose)?;
    }
    // Two threads: one for the answers, one for decoding and writing to the disk.
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().map_err(|error| cannot_start(&error))?;
    let end = cli::run(arguments, &runtime);
    // Tasks that still wait for the network or the keyboard must not delay the exit.
    runtime.shutdown_background();
    end
}

/// A panic's message without its quotes: the standard library puts a text that was sliced wrongly
/// between backticks, and that may be someone's message.
struct Impersonal;

impl color_eyre::section::PanicMessage for Impersonal {
    fn display(&self, panic: &PanicHookInfo<'_>, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let message = panic.payload_as_str().unwrap_or("no message");
        let unquoted: Vec<&str> = message.split('`').step_by(2).collect();
        writeln!(out, "postwatch: the program hit a bug of its own and has stopped.")?;
        writeln!(out, "  {}", unquoted.join("(…)"))?;
        match panic.location() {
            Some(location) => write!(out, "  at {}:{}", location.file(), location.line()),
            None => Ok(()),
        }
    }
}

fn cannot_start(error: &dyn fmt::Display) -> Failure {
    Failure::new(Exit::Failed, "The program cannot be started.", format!("The system says: {error}."), "Look at the machine's limits.")
}
