//! `postwatch status`: what became of a campaign's messages, in figures.

mod report;
mod table;

use std::io::Write as _;

use clap::Args;
use jiff::{SignedDuration, Timestamp};

use self::report::{Report, Window};
use super::campaigns::Campaign;
use super::context::{Context, counted};
use super::messages::unread;
use super::moment::{self, DayEnd};
use super::progress::Progress;
use super::{Common, End, Exit, Format};
use crate::delivery::{BatchId, MessageId};
use crate::monitor::Listing;
use crate::postman::PageRequest;
use crate::store::{AnswerKind, Reach, Store};

/// What `status` takes.
#[derive(Debug, Clone, Args)]
pub struct StatusArguments {
    /// The campaign, by its name in the configuration or by its id
    pub campaign: String,
    /// Only this batch
    #[arg(long, value_name = "ID")]
    pub batch: Option<String>,
    /// Only messages created then or later: a time, a date, today, 2h, 3d [default: the configured history; a batch whole]
    #[arg(long, value_name = "T")]
    pub since: Option<String>,
}

/// Tells the figures.
///
/// # Errors
/// Wrong usage, a page that could not be read, an output that could not be written.
pub(super) async fn run(arguments: &StatusArguments, common: &Common) -> Result<Exit, End> {
    let context = Context::load_for(common, std::slice::from_ref(&arguments.campaign))?;
    let campaign = context.campaign(&arguments.campaign)?;
    let since = since(arguments, &context, campaign)?;
    let batch = arguments.batch.as_deref().map(BatchId::new);
    let is_usual = arguments.since.is_none() && since.is_some();
    let (store, window) = read(&context, campaign, batch, since).await?;
    let report = Report::of(&store, &window, campaign, context.zone());
    let mut out = std::io::stdout().lock();
    match context.format() {
        Format::Json => {
            serde_json::to_writer_pretty(&mut out, &report).map_err(std::io::Error::from)?;
            out.write_all(b"\n")?;
        }
        Format::Ndjson => {
            serde_json::to_writer(&mut out, &report).map_err(std::io::Error::from)?;
            out.write_all(b"\n")?;
        }
        Format::Csv => table::csv(&report, &mut out)?,
        Format::Table => out.write_all(table::text(&report, context.zone()).as_bytes())?,
    }
    out.flush()?;
    // Nobody asked for this limit, so nobody may take the figures for those of the whole campaign.
    if let Some(since) = since.filter(|_| is_usual && !window.complete) {
        let since = moment::shown(since, context.zone());
        context.notice(&format!(
            "Only messages since {since} were read (`history` in the configuration sets how far): --since reads further back."
        ));
    }
    let bad = store.coverage().bad_rows;
    if bad > 0 {
        context.notice(&format!("{} could not be read and count nowhere.", counted(bad, "row")));
    }
    Ok(Exit::Done)
}

/// Since when: as asked, else the configured history. A batch is read whole, because the question
/// is how it went.
fn since(arguments: &StatusArguments, context: &Context, campaign: &Campaign) -> Result<Option<Timestamp>, super::Failure> {
    let now = Timestamp::now();
    match &arguments.since {
        Some(text) => moment::parse("--since", text, DayEnd::Start, context.zone(), now).map(Some),
        None if arguments.batch.is_some() => Ok(None),
        None => {
            let history = SignedDuration::try_from(campaign.config.history).unwrap_or(SignedDuration::MAX);
            Ok(now.checked_sub(history).ok().and_then(|time| Timestamp::from_millisecond(time.as_millisecond()).ok()))
        }
    }
}

/// Reads the messages of the window. All that lies in it is loaded without a break afterwards.
async fn read(
    context: &Context,
    campaign: &Campaign,
    batch: Option<BatchId>,
    since: Option<Timestamp>,
) -> Result<(Store, Window), super::Failure> {
    let mut reader = context.reader(campaign)?;
    let kind = batch.clone().map_or(AnswerKind::List, AnswerKind::Batch);
    let mut pages =
        reader.pages(Listing { batch: batch.clone(), search: None, page_size: PageRequest::LARGEST, to_the_end: since.is_none() });
    let progress = Progress::start(context.common.quiet, false);
    let mut store = Store::new();
    let mut fetched_at = None;
    let mut complete = true;
    let mut now = Timestamp::now();
    while let Some(answer) = pages.next().await.map_err(unread)? {
        store.merge(&answer.rows, &kind, answer.asked_at);
        fetched_at = fetched_at.or(Some(answer.asked_at));
        now = server_now(answer.server_date, Timestamp::now());
        let mut created = answer.rows.iter().filter_map(|row| row.created_at().value());
        let oldest = created.next_back();
        progress.tell(|| {
            let back = oldest.map(|oldest| format!(", back to {}", moment::shown(oldest, context.zone()))).unwrap_or_default();
            format!("{} read{back}", counted(store.len(), "message"))
        });
        if matches!((since, oldest), (Some(since), Some(oldest)) if oldest < since) {
            complete = false;
            break;
        }
    }
    let reach = match since {
        // No id comes before the empty one: all messages of that very moment are in.
        Some(since) if !complete => Reach { oldest: Some((since, MessageId::new(""))), complete: false, gap: None },
        _ => Reach { oldest: None, complete: true, gap: None },
    };
    store.set_reach(reach);
    Ok((store, Window { batch, fetched_at, complete, now }))
}

/// The server's time where its clock and this one are far apart: a header has whole seconds only,
/// so a small difference says nothing.
fn server_now(date: Option<Timestamp>, local: Timestamp) -> Timestamp {
    const APART: SignedDuration = SignedDuration::from_secs(10);
    date.filter(|date| date.duration_since(local).abs() > APART).unwrap_or(local)
}
