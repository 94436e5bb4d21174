//! The log that `--log FILE` asks for. It is the only one: standard error belongs to people.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

use tracing::Level;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;

use super::campaigns::sentence;
use super::{Exit, Failure};

/// Appends what the program does to a file. A new file is readable only by its owner.
///
/// Only the program's own lines are written, whatever the verbosity: libraries would log addresses
/// that contain a recipient's digits.
///
/// # Errors
/// The file cannot be written.
pub fn log_into(path: &Path, verbose: u8) -> Result<(), Failure> {
    let file = private(path).map_err(|error| {
        let what = format!("The log {} cannot be written.", path.display());
        Failure::new(Exit::of_file(&error), what, sentence(&error), "Name another file with `--log FILE`, or leave it out.")
    })?;
    let level = match verbose {
        0 => Level::INFO,
        1 => Level::DEBUG,
        _ => Level::TRACE,
    };
    let lines = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(file);
    let subscriber = tracing_subscriber::registry().with(Targets::new().with_target("postwatch", level)).with(lines);
    // The only error is a second subscriber, and the program sets one only here.
    let _ = tracing::subscriber::set_global_default(subscriber);
    tracing::info!(version = env!("CARGO_PKG_VERSION"), process = std::process::id(), "started");
    Ok(())
}

fn private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
