//! `postwatch completions` and `postwatch man`: made from the arguments themselves, so that they are
//! never out of date.

use std::io::Write as _;

use clap::{Args, Command, CommandFactory as _};
use clap_complete::Shell;
use clap_mangen::Man;

use super::{Arguments, EarlyExit, Exit, Failure};
use crate::config::nearest;

/// What `completions` takes.
#[derive(Debug, Clone, Args)]
pub struct CompletionsArguments {
    /// The shell
    pub shell: Shell,
}

/// What `man` takes.
#[derive(Debug, Clone, Args)]
pub struct ManArguments {
    /// The command to describe [default: the program itself]
    pub command: Option<String>,
}

/// Writes completions for a shell.
///
/// # Errors
/// The output cannot be written.
pub(super) fn completions(arguments: &CompletionsArguments) -> Result<Exit, EarlyExit> {
    let mut text = Vec::new();
    clap_complete::generate(arguments.shell, &mut Arguments::command(), "postwatch", &mut text);
    written(&text)
}

/// Writes a page of the manual, in the format that `man -l -` shows.
///
/// # Errors
/// There is no such command, or the output cannot be written.
pub(super) fn man(arguments: &ManArguments) -> Result<Exit, EarlyExit> {
    let mut program = Arguments::command();
    // Subcommands get the options that all share, and their full names.
    program.build();
    let page = match &arguments.command {
        None => program,
        Some(name) => subcommand(&program, name)?,
    };
    let mut text = Vec::new();
    Man::new(page).render(&mut text)?;
    written(&text)
}

fn subcommand(program: &Command, name: &str) -> Result<Command, Failure> {
    if let Some(found) = program.find_subcommand(name) {
        return Ok(found.clone());
    }
    let names: Vec<&str> = program.get_subcommands().map(Command::get_name).collect();
    let next = match nearest(name, names.iter().copied()) {
        Some(nearest) => format!("Did you mean `{nearest}`?"),
        None => format!("The commands are: {}.", names.join(", ")),
    };
    Err(Failure::usage(format!("There is no command `{}`.", crate::delivery::clean_line(name)), next))
}

fn written(text: &[u8]) -> Result<Exit, EarlyExit> {
    let mut out = std::io::stdout().lock();
    out.write_all(text)?;
    out.flush()?;
    Ok(Exit::Done)
}
