//! `postwatch find`: asks every campaign for a recipient, one call each, and says which were asked
//! and which could not be.

mod output;
mod result;

use std::io::{IsTerminal as _, Read as _, Write as _};

use clap::Args;
use tokio::task::JoinSet;

use self::result::{CampaignAnswer, FindResult, NotAsked, SearchAnswer};
use super::action::terminal_line;
use super::campaigns::{ConfiguredCampaign, find as named};
use super::context::{CommandContext, counted, joined};
use super::messages::looked_for;
use super::open_journal::is_masked;
use super::progress::ProgressLine;
use super::{Common, EarlyExit, Exit, Failure};
use crate::delivery::{Beside, Message, NotANumber, RecipientQuery};
use crate::monitor::Reader;
use crate::postman::record::{Field, RecordFormat};
use crate::postman::{Call, PageRequest, Position};

/// How many messages to ask one campaign for: more than anyone reads for one number. The newest
/// come first, and the output says if there are more.
const MOST: u16 = 100;
/// How many bytes of the input are read for a number: far more than one line has.
const LONGEST_INPUT: u64 = 65_536;

/// What `find` takes.
#[derive(Debug, Clone, Args)]
pub struct FindArguments {
    /// The number or a part of it: `+65 9123-4567`, digits, or an NRIC. Without it the program asks, to keep it out of
    /// the shell's history
    #[arg(value_name = "NUMBER")]
    pub number: Vec<String>,
    /// Only this campaign, by its name in the configuration or by its id; may be repeated [default: all]
    #[arg(long, value_name = "C")]
    pub campaign: Vec<String>,
}

/// Asks the campaigns.
///
/// # Errors
/// Wrong usage, or an output that cannot be written. A campaign that cannot be asked is listed among
/// the answers.
pub(super) async fn run(arguments: &FindArguments, common: &Common) -> Result<Exit, EarlyExit> {
    let context = CommandContext::load(common, &arguments.campaign)?;
    let query = query(arguments).await?;
    let mut found = chosen(arguments, &context, &query)?;
    ask(&context, &mut found, &query).await?;
    output::write(&found, context.format(), &context, &mut std::io::stdout().lock())?;
    Ok(found.exit())
}

/// What to search for, given as an argument or on a line of standard input.
async fn query(arguments: &FindArguments) -> Result<RecipientQuery, Failure> {
    // A number is written in groups; the shell passes each as a separate argument.
    let typed = match arguments.number.join(" ") {
        number if !arguments.number.is_empty() => number,
        _ => typed_number("Number, or a part of it: ").await?,
    };
    looked_for(None, parsed(&typed))
}

/// A number from standard input, with a prompt on a terminal: so it is in no shell's history.
///
/// # Errors
/// It cannot be read.
pub(super) async fn typed_number(prompt: &'static str) -> Result<String, Failure> {
    // A thread of its own, so that a signal ends the wait.
    match tokio::task::spawn_blocking(move || read_number(prompt)).await {
        Ok(read) => read.map_err(|error| {
            let why = format!("The system says: {error}.");
            Failure::new(Exit::Usage, "No number could be read.", why, "Give it as an argument, or on a line of standard input.")
        }),
        Err(broken) => std::panic::resume_unwind(broken.into_panic()),
    }
}

fn read_number(prompt: &str) -> std::io::Result<String> {
    let input = std::io::stdin();
    if input.is_terminal() {
        let mut err = std::io::stderr();
        err.write_all(prompt.as_bytes())?;
        err.flush()?;
        return terminal_line();
    }
    let mut text = String::new();
    // All of it, so that a second number is not silently ignored.
    input.lock().take(LONGEST_INPUT).read_to_string(&mut text)?;
    Ok(text)
}

/// What `typed` searches for. Two lines with digits are two numbers: a number is not broken into lines.
fn parsed(typed: &str) -> Result<RecipientQuery, NotANumber> {
    let has_digits = |line: &&str| line.contains(char::is_numeric);
    if typed.lines().filter(has_digits).count() > 1 { Err(NotANumber::Several) } else { RecipientQuery::parse(typed) }
}

/// The campaigns to ask, and those that cannot be asked at all.
fn chosen(arguments: &FindArguments, context: &CommandContext, query: &RecipientQuery) -> Result<FindResult, Failure> {
    let configured = &context.configured;
    let mut campaigns: Vec<&ConfiguredCampaign> = Vec::new();
    for name in &arguments.campaign {
        let campaign = named(configured, name)?;
        if !campaigns.iter().any(|known| known.settings.name == campaign.settings.name) {
            campaigns.push(campaign);
        }
    }
    let mut broken = Vec::new();
    if arguments.campaign.is_empty() {
        campaigns = configured.campaigns.iter().collect();
        broken = configured.config.broken.iter().map(|broken| NotAsked::broken(broken, &configured.path)).collect();
    }
    if campaigns.is_empty() && broken.is_empty() {
        let what = format!("{} names no campaign.", configured.path.display());
        return Err(Failure::usage(what, "Add a `[[campaigns]]` section; `postwatch check` says what is wrong in the file."));
    }
    let mut answers = Vec::new();
    for campaign in campaigns {
        if let Some(warning) = &campaign.key_warning {
            context.notice(warning);
        }
        let layout = RecordFormat {
            fields: Field::all(),
            masked: is_masked(&context.common, campaign, "what was found for a number")?,
            one_time: campaign.settings.one_time_password,
            searched: Some(query.clone()),
            zone: context.zone().clone(),
            campaign: campaign.settings.id.clone(),
            batch: None,
        };
        answers.push(CampaignAnswer::waiting(campaign, layout));
    }
    Ok(FindResult { is_part: query.is_part(), answers, broken })
}

/// Asks all of them at the same time. One that does not answer delays no other.
async fn ask(context: &CommandContext, found: &mut FindResult, query: &RecipientQuery) -> Result<(), Failure> {
    let progress = ProgressLine::start(context.common.quiet, false);
    let mut asked: JoinSet<(usize, Result<SearchAnswer, Failure>)> = JoinSet::new();
    for (index, answer) in found.answers.iter_mut().enumerate() {
        match context.reader(&answer.campaign) {
            Ok(reader) => {
                asked.spawn(one(index, reader, query.clone()));
            }
            Err(failure) => answer.reported = Err(failure),
        }
    }
    let all = asked.len();
    progress.tell(|| format!("asking {}", counted(all, "campaign")));
    while let Some(ended) = asked.join_next().await {
        if let Some((index, reported)) = joined(ended)
            && let Some(answer) = found.answers.get_mut(index)
        {
            answer.reported = reported;
        }
        progress.tell(|| format!("{} of {} answered", all - asked.len(), counted(all, "campaign")));
    }
    Ok(())
}

async fn one(index: usize, mut reader: Reader, query: RecipientQuery) -> (usize, Result<SearchAnswer, Failure>) {
    let call = Call::List { page: PageRequest { limit: MOST, search: Some(query), position: Position::Head } };
    let reported = reader.page(&call).await.map_err(Failure::from).map(|answer| SearchAnswer {
        messages: answer.rows.iter().map(Message::from_row).collect(),
        beside: Beside { unreadable: answer.unreadable(), ..answer.beside },
        more: answer.page.has_next,
        at: answer.asked_at,
    });
    (index, reported)
}
