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
mod failure;
mod find;
mod journal;
mod keys;
mod logging;
mod messages;
mod moment;
mod number;
mod progress;
mod records;
mod retry;
mod run;
mod signals;
mod simulate;
mod status;
mod table;
mod theme;
mod watch;
mod window;

pub use args::{Arguments, CliCommand, Common, Format};
pub use exit::Exit;
pub use failure::{EarlyExit, Failure};
pub use logging::log_into;
pub use run::run;
