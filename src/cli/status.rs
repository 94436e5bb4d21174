//! `postwatch status`: how a campaign is going: its messages by class, status, error and batch, and the last 15 minutes.

mod report;
mod table;

use std::collections::HashSet;
use std::io::Write as _;

use clap::Args;
use jiff::{SignedDuration, Timestamp};

use self::report::{ReportBasis, StatusReport};
use super::campaigns::ConfiguredCampaign;
use super::context::{CommandContext, counted};
use super::messages::unread;
use super::moment;
use super::open_journal::used_up;
use super::progress::ProgressLine;
use super::records::write_document;
use super::window::{AttemptWindow, ListedBack, NOT_GIVEN, NewestAttempt, Placement, loaded_back_to};
use super::{Common, EarlyExit, Exit, Format};
use crate::delivery::{BatchId, Message, MessageId, full_stop, how_much_shows};
use crate::monitor::{ListRequest, Reader};
use crate::postman::PageRequest;
use crate::store::{AnswerKind, Reach, RowNumber, Store};

/// What `status` takes.
#[derive(Debug, Clone, Args)]
pub struct StatusArguments {
    /// The campaign, by its name in the configuration or by its id
    pub campaign: String,
    /// Only this batch
    #[arg(long, value_name = "ID", value_parser = super::messages::batch)]
    pub batch: Option<BatchId>,
    /// Only messages created or last attempted at this time or later: a time, a date, today, 2h, 3d [default: those
    /// created within the configured history; for a batch, all]
    #[arg(long, value_name = "T")]
    pub since: Option<String>,
}

/// Prints the figures.
///
/// # Errors
/// Wrong usage, a page that could not be read, an output that could not be written.
pub(super) async fn run(arguments: &StatusArguments, common: &Common) -> Result<Exit, EarlyExit> {
    let context = CommandContext::load(common, std::slice::from_ref(&arguments.campaign))?;
    let campaign = context.campaign(&arguments.campaign)?;
    let (history, is_batch) = (campaign.settings.history, arguments.batch.is_some());
    let asked = AttemptWindow::of_figures(arguments.since.as_deref(), is_batch, history, context.zone(), Timestamp::now())?;
    let (store, window, loaded) = read(&context, campaign, arguments.batch.clone(), &asked).await?;
    let report = StatusReport::of(&store, &window, campaign, &used_up(&context, campaign), context.zone());
    let mut out = std::io::stdout().lock();
    match context.format() {
        format @ (Format::Json | Format::Ndjson) => write_document(&mut out, format, &report)?,
        Format::Csv => table::csv(&report, &mut out)?,
        Format::Table => out.write_all(table::text(&report, context.zone()).as_bytes())?,
    }
    out.flush()?;
    let zone = context.zone();
    match (asked.since, asked.horizon.filter(|_| !window.complete)) {
        (Some(since), Some(_)) => {
            let back = loaded_back_to(&asked, loaded.back.oldest, loaded.whole, zone).unwrap_or_default();
            context.notice(&format!("{back} Messages created or last attempted since {} count.", moment::shown(since, zone)));
        }
        // The user did not ask for this limit, so the figures must not pass for those of the whole campaign.
        (None, Some(horizon)) => context.notice(&format!(
            "Only messages since {} were loaded (`history` in the configuration sets how far): --since reads further back.",
            moment::shown(horizon, zone)
        )),
        (_, None) => {}
    }
    if !loaded.untimed.is_empty() {
        context.notice(&format!("Left out, {NOT_GIVEN}: {}.", counted(loaded.untimed.len(), "message")));
    }
    if window.batch.is_some() && store.is_empty() {
        context.notice(&how_much_shows(None, 0));
    }
    let bad = store.coverage().bad_rows;
    if bad > 0 {
        context.notice(&format!("{} could not be read and are not counted.", counted(bad, "row")));
    }
    Ok(Exit::Done)
}

/// How far the list was loaded for a time window.
struct Loaded {
    /// How far back.
    back: ListedBack,
    /// Whether there is nothing older.
    whole: bool,
    /// Messages that may be in the window, but have no deciding time.
    untimed: HashSet<String>,
}

/// Loads the messages of the window: all of them, and nothing else.
async fn read(
    context: &CommandContext,
    campaign: &ConfiguredCampaign,
    batch: Option<BatchId>,
    stretch: &AttemptWindow,
) -> Result<(Store, ReportBasis, Loaded), super::Failure> {
    let mut reader = context.reader(campaign)?;
    let kind = batch.clone().map_or(AnswerKind::List, AnswerKind::Batch);
    let listing =
        ListRequest { batch: batch.clone(), search: None, page_size: PageRequest::LARGEST, to_the_end: stretch.horizon.is_none() };
    let mut pages = reader.pages(listing);
    let progress = ProgressLine::start(context.common.quiet, false);
    let mut store = campaign.store();
    let mut loaded = Loaded { back: ListedBack::default(), whole: true, untimed: HashSet::new() };
    let mut fetched_at = None;
    // Whether everything counts.
    let mut complete = true;
    let mut now = Timestamp::now();
    while let Some(mut answer) = pages.next().await.map_err(|error| unread(error, batch.as_ref()))? {
        fetched_at = fetched_at.or(Some(answer.asked_at));
        now = server_now(answer.server_date, Timestamp::now());
        answer.rows.iter().for_each(|row| loaded.back.note(row.created_at().value()));
        if stretch.since.is_some() {
            answer.rows.retain(|row| {
                let placement = stretch.placement(row.created_at().value(), || NewestAttempt::of(&Message::from_row(row)));
                if placement == Placement::NotGiven {
                    loaded.untimed.insert(row.id().to_owned());
                }
                complete &= placement == Placement::In;
                placement == Placement::In
            });
        }
        store.merge(&answer.rows, &kind, answer.asked_at);
        progress.loaded(store.len(), loaded.back.oldest, context.zone());
        if loaded.back.is_past(stretch) {
            (loaded.whole, complete) = (false, false);
            break;
        }
    }
    let reach = match stretch.horizon {
        // No id comes before the empty one: all messages of that very moment are included.
        Some(horizon) if !loaded.whole && stretch.since.is_none() => {
            Reach { oldest: Some((horizon, MessageId::new(""))), complete: false, gap: None }
        }
        // Only messages in the window were taken, with or without a creation time.
        _ => Reach { oldest: None, complete: true, gap: None },
    };
    store.set_reach(reach);
    let has_no_time = |row: &RowNumber| store.cells(*row).created_at.is_none() && !store.is_covered(*row);
    loaded.untimed.extend(store.rows().filter(has_no_time).map(|row| store.id(row).as_str().to_owned()));
    if let Some(batch) = &batch {
        learn(&mut reader, context, batch, &mut store).await;
        // A list's end does not prove that it is whole: the batch may still be in preparation.
        let summary = store.batch(batch);
        complete &= summary.is_some_and(|summary| summary.is_whole) && store.coverage().bad_rows == 0;
    }
    Ok((store, ReportBasis { batch, fetched_at, complete, since: stretch.since, now }, loaded))
}

/// What the API says about a batch: its own pages give only its messages, and each message, read singly, gives the batch.
async fn learn(reader: &mut Reader, context: &CommandContext, batch: &BatchId, store: &mut Store) {
    let is_reported = store.batch(batch).is_some_and(|summary| summary.batch.total.is_some() && summary.batch.status.is_some());
    let Some(message) = store.rows().next().map(|row| store.id(row)).filter(|_| !is_reported) else { return };
    match reader.message(&message).await {
        Ok(answer) if answer.rows.iter().any(|row| row.batch().value().is_some_and(|reported| reported.id == batch.as_str())) => {
            store.merge(&answer.rows, &AnswerKind::Single, answer.asked_at);
        }
        // The message stays in the batch whose list has it.
        Ok(_) => context.notice(&not_known("one of its messages, read singly, does not mention it")),
        Err(error) => context.notice(&not_known(&error.explanation().what)),
    }
}

fn not_known(why: &str) -> String {
    full_stop(&format!("The batch's file, status and total are unknown: {why}")).into_owned()
}

/// The server's time if its clock and this one are far apart: a header has whole seconds only, so
/// a small difference means nothing.
pub(super) fn server_now(date: Option<Timestamp>, local: Timestamp) -> Timestamp {
    const APART: SignedDuration = SignedDuration::from_secs(10);
    date.filter(|date| date.duration_since(local).abs() > APART).unwrap_or(local)
}
