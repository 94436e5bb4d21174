//! The command line: arguments and one file a command. It drives the same workers and the same
//! journal as the dashboard.

mod args;
mod campaigns;
pub mod dashboard;
mod exit;
mod failure;

pub use args::{Arguments, Command, Common, Format};
pub use exit::Exit;
pub use failure::Failure;
