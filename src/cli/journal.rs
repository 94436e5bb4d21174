//! `postwatch journal`: every action taken from this account, or those with an unknown outcome.

use std::collections::HashMap;
use std::io::BufWriter;
use std::path::Path;

use clap::Args;
use jiff::tz::TimeZone;

use super::super::campaigns::{configured, sentence};
use super::super::context::{counted, format_of, notice, unusable};
use super::super::{Common, EarlyExit, Exit, Failure};
use super::line::{CampaignNames, JournalLine};
use super::output;
use crate::config;
use crate::state::{ActionId, Journal, JournalAccess, OpenAction, StateError};

/// What `journal` takes.
#[derive(Debug, Clone, Args)]
#[command(after_help = "Newest first: retries with their outcome, the API's code and trace id, and the number of attempts;
reveals, exports, unlocks and locks. The journal holds no recipient and no text. An unknown outcome
is looked up at the next start of the dashboard or of `postwatch retry` on its campaign; if it stays
unknown, the user settles it in the dashboard's activity view (5).")]
pub struct JournalArguments {
    /// Only actions with an unknown outcome, and what to do
    #[arg(long)]
    pub open: bool,
    /// Only the newest N
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub limit: Option<u64>,
}

/// Lists the journal. Changes nothing in it, and creates none.
///
/// # Errors
/// The journal cannot be read, or the output cannot be written.
pub(in crate::cli) async fn run(arguments: &JournalArguments, common: &Common) -> Result<Exit, EarlyExit> {
    let notice = |line: &str| notice(common, line);
    let folder = super::folder(common).map_err(|error| unreadable(&error))?;
    let (names, zone) = names(common, notice);
    let mut lines = Vec::new();
    match JournalAccess::look(&folder).map_err(|error| unreadable(&error))? {
        None => notice(&format!("No action was ever taken from this account: there is no journal in {}.", folder.display())),
        Some(access) => {
            let journal = readable(&access, notice)?.clone();
            let is_open = arguments.open;
            let (arguments, zone) = (arguments.clone(), zone.clone());
            // A large journal takes a while to read.
            let read = tokio::task::spawn_blocking(move || lines_of(&journal, &arguments, &names, &zone));
            lines = match read.await {
                Ok(read) => {
                    let (lines, open) = read.map_err(|error| unreadable(&error))?;
                    notice(&summary(&lines, open, &folder, is_open));
                    lines
                }
                Err(_) => return Err(Failure::new(Exit::Failed, "The journal could not be read.", "", "Run the command again.").into()),
            };
        }
    }
    output::write(&lines, arguments.open, format_of(common), &zone, &mut BufWriter::new(std::io::stdout()))?;
    Ok(Exit::Done)
}

/// The journal for reading; says if it is read-only.
fn readable(access: &JournalAccess, notice: impl Fn(&str)) -> Result<&Journal, Failure> {
    match access {
        JournalAccess::Writable(journal) => Ok(journal),
        JournalAccess::ReadOnly { journal: Some(journal), why } => {
            notice(&format!("The journal is read-only, so nothing can be retried: {why}."));
            Ok(journal)
        }
        JournalAccess::ReadOnly { journal: None, why } => Err(unreadable(&StateError::ReadOnly { why: why.clone() })),
    }
}

/// The newest actions and notes, newest first, and how many actions are open in all.
fn lines_of(
    journal: &Journal,
    arguments: &JournalArguments,
    names: &CampaignNames,
    zone: &TimeZone,
) -> Result<(Vec<JournalLine>, usize), StateError> {
    let limit = arguments.limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
    let open: HashMap<ActionId, OpenAction> = journal.all_open()?.into_iter().map(|action| (action.entry.id, action)).collect();
    let mut actions = if arguments.open {
        let mut entries: Vec<_> = open.values().map(|action| action.entry.clone()).collect();
        entries.sort_by_key(|entry| std::cmp::Reverse(entry.id));
        entries
    } else {
        journal.all(limit)?
    };
    actions.truncate(limit);
    let mut lines = Vec::with_capacity(actions.len());
    for entry in actions {
        let tries = journal.tries(entry.id)?;
        let open = open.get(&entry.id);
        lines.push(JournalLine::of_action(entry, &tries, open, names, zone));
    }
    if !arguments.open {
        lines.extend(journal.notes(limit)?.into_iter().map(|note| JournalLine::of_note(note, names, zone)));
    }
    // Lines with the same time keep the journal's order.
    lines.sort_by_key(|line| std::cmp::Reverse(line.time));
    lines.truncate(limit);
    Ok((lines, open.len()))
}

fn summary(lines: &[JournalLine], open: usize, folder: &Path, is_open: bool) -> String {
    if lines.is_empty() {
        let nothing = if is_open { "No outcome is open" } else { "No action was taken yet" };
        return format!("{nothing}, according to the journal in {}.", folder.display());
    }
    let notes = lines.iter().filter(|line| line.state.is_none()).count();
    let reported = format!("{} and {}", counted(lines.len() - notes, "action"), counted(notes, "note"));
    match open {
        0 => format!("{reported}; no outcome is open."),
        open => format!("{reported}; open in all: {}.", counted(open, "action")),
    }
}

/// The campaigns' names and the time zone, if there is a configuration: the journal can be read
/// without one.
fn names(common: &Common, notice: impl Fn(&str)) -> (CampaignNames, TimeZone) {
    match configured(common) {
        Ok(configured) => {
            let campaigns = configured.campaigns.iter();
            let name = |campaign: &super::super::campaigns::ConfiguredCampaign| {
                ((campaign.base.as_str().to_owned(), campaign.settings.id.as_str().to_owned()), campaign.settings.name.clone())
            };
            (CampaignNames::new(campaigns.map(name).collect()), configured.config.display.time_zone.clone())
        }
        Err(error) => {
            // Without a file there are simply no names.
            if !error.is_not_found() || common.config.is_some() {
                let failure = unusable(&error);
                notice(&format!("{} Campaigns are named by their ids.", failure.text.reason()));
            }
            (CampaignNames::default(), config::Display::default().time_zone)
        }
    }
}

fn unreadable(error: &StateError) -> Failure {
    let next = "Fix the state folder, or name another one with `--state FOLDER`.";
    Failure::new(super::exit_of(error), "The journal of actions cannot be read.", sentence(error), next)
}
