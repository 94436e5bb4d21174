//! `postwatch messages`: lists or exports what a campaign, or a batch, has.

pub(super) mod output;
pub(super) mod table;
mod criteria;
mod work;

use std::io::{BufWriter, IsTerminal as _, Stdout};
use std::time::Duration;

use clap::Args;
use jiff::Timestamp;
use jiff::tz::TimeZone;

pub(super) use self::criteria::{Fit, MessageFilter, SeenValues, StatusArgument, code};
use self::output::MessageWriter;
use self::table::MessageTable;
use self::work::{LoadTotals, ReadEnd, Work};
use super::context::{CommandContext, is_coloured, table_width};
use super::number::looked_for;
use super::progress::ProgressLine;
use super::window::{AttemptWindow, WindowOptions};
use super::{Common, EarlyExit, Exit, Failure, Format, journal};
use crate::delivery::{BatchId, RecipientQuery};
use crate::monitor::{ListRequest, ReadError};
use crate::postman::record::{Field, RecordFormat};
use crate::postman::{CallError, CallErrorKind, Explanation, PageRequest};

/// What `messages` takes.
#[derive(Debug, Clone, Args)]
pub struct MessagesArguments {
    /// The campaign, by its name in the configuration or by its id
    pub campaign: String,
    /// Only this batch
    #[arg(long, value_name = "ID", value_parser = batch)]
    pub batch: Option<BatchId>,
    /// Only recipients that contain these digits or letters
    #[arg(long, value_name = "DIGITS")]
    pub search: Option<String>,
    /// Only this status (delivered, failed, queued, … or the API's word; other for all that are not in its table); may be
    /// repeated
    #[arg(long, value_name = "S", value_parser = criteria::status)]
    pub status: Vec<StatusArgument>,
    /// Only failures with this error code; may be repeated
    #[arg(long, value_name = "CODE", value_parser = code)]
    pub error: Vec<String>,
    /// Only messages created or last attempted at this time or later: a time, a date, today, 2h, 3d. An older message
    /// attempted since then is found if it was created within the configured history
    #[arg(long, value_name = "T")]
    pub since: Option<String>,
    /// Only messages created or last attempted before this time; a date includes its whole day
    #[arg(long, value_name = "T")]
    pub until: Option<String>,
    /// Only the newest N
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// Only these fields, in this order: id, recipient, latestStatus, values.NAME, …
    #[arg(long, value_name = "a,b,…", value_delimiter = ',', value_parser = field)]
    pub fields: Vec<FieldName>,
}

/// A known field's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldName(Field);

fn field(text: &str) -> Result<FieldName, String> {
    Field::parse(text.trim()).map(FieldName).map_err(|expected| match expected.nearest {
        Some(nearest) => format!("expected {}; did you mean `{nearest}`?", expected.expected),
        None => format!("expected {}", expected.expected),
    })
}

/// A batch's id.
///
/// # Errors
/// It is empty.
pub(super) fn batch(text: &str) -> Result<BatchId, String> {
    match text.trim() {
        "" => Err("expected the id of a batch; `postwatch status` lists them".to_owned()),
        id => Ok(BatchId::new(id)),
    }
}

/// The requested fields, each once.
fn fields_of(names: &[FieldName]) -> Result<Vec<Field>, Failure> {
    let mut fields: Vec<Field> = Vec::with_capacity(names.len());
    for FieldName(field) in names {
        if fields.contains(field) {
            return Err(Failure::usage(format!("`--fields` has `{}` twice.", field.name()), "Name each field once."));
        }
        fields.push(field.clone());
    }
    Ok(if fields.is_empty() { Field::all() } else { fields })
}

/// Lists the messages.
///
/// # Errors
/// Wrong usage, a page that could not be read, an output that could not be written.
pub(super) async fn run(arguments: &MessagesArguments, common: &Common) -> Result<Exit, EarlyExit> {
    let context = CommandContext::load(common, std::slice::from_ref(&arguments.campaign))?;
    let campaign = context.campaign(&arguments.campaign)?;
    let now = Timestamp::now();
    let wanted = wanted_of(arguments, campaign.settings.history, context.zone(), now)?;
    let typed = arguments.search.as_deref().map(RecipientQuery::parse);
    let search = typed.map(|typed| looked_for(Some("--search"), typed)).transpose()?;
    let fields = fields_of(&arguments.fields)?;
    let listing = ListRequest {
        batch: arguments.batch.clone(),
        search,
        page_size: page_size(arguments.limit, &wanted),
        to_the_end: arguments.limit.is_none() && wanted.window.horizon.is_none(),
    };
    let mut reader = context.reader(campaign)?;
    let masked = journal::is_masked(common, campaign, "messages on the output")?;
    let layout = RecordFormat {
        fields: fields.clone(),
        masked,
        one_time: campaign.settings.one_time_password,
        searched: listing.search.clone(),
        zone: context.zone().clone(),
        campaign: campaign.settings.id.clone(),
        batch: listing.batch.clone(),
    };
    let format = context.format();
    let streams = MessageWriter::<Stdout>::streams(format, &layout.fields);
    let mut table = MessageTable::new(&layout, !arguments.fields.is_empty(), table_width());
    table.colour = is_coloured(common);
    if format == Format::Table {
        table.used_up = journal::used_up(&context, campaign);
    }
    let mut work = Work {
        batch: listing.batch.clone(),
        wanted,
        limit: arguments.limit.unwrap_or(usize::MAX),
        progress: ProgressLine::start(common.quiet, streams && std::io::stdout().is_terminal()),
        zone: context.zone().clone(),
        loaded: LoadTotals::wanting(&fields),
    };
    let is_search = listing.search.is_some();
    let mut pages = reader.pages(listing);
    let out = BufWriter::new(std::io::stdout());
    if streams {
        let mut output = MessageWriter::begin(out, format, layout, &[], table)?;
        work.stream(&mut pages, &mut output).await?;
    } else {
        let store = work.collect(&mut pages).await?;
        // The progress line is cleared before anything else is printed.
        work.progress = ProgressLine::off();
        let names = if format == Format::Csv { work.value_names(&store) } else { Vec::new() };
        let mut output = MessageWriter::begin(out, format, layout, &names, table)?;
        work.write(&store, &mut output)?;
    }
    let Work { loaded, wanted, limit, progress, .. } = work;
    drop(progress);
    context.notice(&loaded.summary(&wanted, limit, masked, context.zone()));
    if loaded.written > 0 && !loaded.missing.is_empty() {
        context.notice(&format!("None of the loaded messages has a value {}.", loaded.missing.join(", ")));
    }
    match loaded.seen.check(&wanted) {
        // Messages beyond the limit may have it.
        Err(failure) if loaded.end == Some(ReadEnd::Limit) => context.notice(&failure.text.reason()),
        checked => checked?,
    }
    if is_search && loaded.is_nothing_known() {
        context.notice("So it is not known whether there is a message to this recipient.");
        return Ok(Exit::Failed);
    }
    Ok(Exit::Done)
}

fn wanted_of(arguments: &MessagesArguments, history: Duration, zone: &TimeZone, now: Timestamp) -> Result<MessageFilter, Failure> {
    let asked = WindowOptions { since: arguments.since.as_deref(), until: arguments.until.as_deref(), usual: None };
    let window = AttemptWindow::asked(asked, history, zone, now)?;
    let window = if arguments.batch.is_some() { window.whole() } else { window };
    Ok(MessageFilter { statuses: arguments.status.clone(), errors: arguments.error.clone(), window })
}

/// A page holds a thousand, unless only a few of the newest are needed.
fn page_size(limit: Option<usize>, wanted: &MessageFilter) -> u16 {
    match limit {
        Some(limit) if wanted.is_all() => u16::try_from(limit).unwrap_or(u16::MAX).clamp(1, PageRequest::LARGEST),
        _ => PageRequest::LARGEST,
    }
}

/// Why a list could not be read to its end.
pub(super) fn unread(error: ReadError, batch: Option<&BatchId>) -> Failure {
    match error {
        ReadError::Call(error) if error.is_not_found() => match (batch, &error.kind) {
            // In the API's own words: a proxy's 404 says nothing about a batch.
            (Some(batch), CallErrorKind::Api { .. }) => no_such_batch(error, batch),
            _ => error.into(),
        },
        ReadError::Call(error) => error.into(),
        ReadError::NoEnd => Failure::new(
            Exit::Failed,
            "The list could not be read to its end.",
            "The server's cursors lead nowhere: to a page that was read already, to none, or from one empty page to the next.",
            "Try again. If it persists, ask Postman's support.",
        ),
    }
}

/// The API knows no such batch, or no such campaign: its answer to both is the same.
fn no_such_batch(error: CallError, batch: &BatchId) -> Failure {
    let failure = Failure::from(error);
    let text = Explanation {
        what: format!("There is no batch `{batch}` in this campaign"),
        why: "Postman cannot find it.".to_owned(),
        next: "`postwatch status` lists the batches. If every batch is missing, check the campaign's id and the base URL in the configuration."
            .to_owned(),
        ..failure.text
    };
    Failure { text, ..failure }
}
