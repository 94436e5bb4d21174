//! From a file to what would be sent: the campaign's newest messages are read first, then the file is checked whole.

use jiff::Timestamp;

use super::super::campaigns::ConfiguredCampaign;
use super::super::context::{CommandContext, joined};
use super::super::file::{self, GivenFile, ReadFile, Unread};
use super::super::open_journal::{folder, unreadable};
use super::super::progress::ProgressLine;
use super::super::{Exit, Failure};
use crate::action::{FileRules, UploadPlan, UploadReading};
use crate::config::{DayEnd, GivenTime};
use crate::monitor::{ListRequest, ReadError};
use crate::postman::HostKind;
use crate::state::{JournalAccess, Server};
use crate::store::{AnswerKind, Reach};

/// How many rows a file has at most in the test environment.
const MOST_TEST_ROWS: u32 = 20;

/// How many pages of today's messages are read at most, to say which numbers had one.
const MOST_PAGES: usize = 10;

/// A file that was checked.
pub(super) struct Prepared {
    pub read: ReadFile,
    /// What it was checked against.
    pub rules: FileRules,
}

/// Reads what the campaign's messages tell, and checks the file against it. Without an answer a check goes on with less;
/// what is to be sent needs it.
///
/// # Errors
/// The file cannot be read, or what is to be sent needs an answer that there is not.
pub(super) async fn prepare(
    context: &CommandContext,
    campaign: &ConfiguredCampaign,
    given: GivenFile,
    only_checks: bool,
) -> Result<Prepared, Failure> {
    let rules = match learnt(context, campaign).await {
        Ok(rules) => rules,
        Err(failure) if only_checks => {
            context.notice(&format!("{} The file is checked without its template.", failure.text.in_full()));
            rules_for(campaign)
        }
        Err(failure) => return Err(failure),
    };
    let progress = ProgressLine::start(context.common.quiet, false);
    let checked_against = rules.clone();
    // A thread of its own, so that a signal ends the wait.
    let read = tokio::task::spawn_blocking(move || {
        file::read(&given, checked_against, |bytes, total| {
            progress.tell(|| match total {
                Some(total) if total > 0 => format!("checking the file, {} %", bytes * 100 / total),
                _ => "checking the file".to_owned(),
            });
            true
        })
    });
    match joined(read.await) {
        Some(Ok(read)) => Ok(Prepared { read, rules }),
        Some(Err(Unread::Failed(failure))) => Err(failure),
        Some(Err(Unread::Cancelled)) | None => Err(Failure::new(Exit::Failed, "The file was not read to its end.", "", "Run it again.")),
    }
}

fn rules_for(campaign: &ConfiguredCampaign) -> FileRules {
    let most_rows = (campaign.settings.host_kind == HostKind::Test).then_some(MOST_TEST_ROWS);
    FileRules { most_rows, ..FileRules::default() }
}

/// What the newest messages tell: the texts of the campaign, and which numbers had a message today.
async fn learnt(context: &CommandContext, campaign: &ConfiguredCampaign) -> Result<FileRules, Failure> {
    let mut reader = context.reader(campaign)?;
    let mut store = campaign.store();
    let midnight = midnight(context);
    let mut pages = reader.pages(ListRequest { batch: None, search: None, page_size: 1000, to_the_end: false });
    let mut is_whole = false;
    for _ in 0..MOST_PAGES {
        let Some(page) = pages.next().await.map_err(|error| match error {
            ReadError::Call(error) => Failure::from(error),
            ReadError::NoEnd => Failure::new(Exit::Failed, "The campaign's messages cannot be read.", error.to_string(), "Run it again."),
        })?
        else {
            is_whole = true;
            break;
        };
        store.merge(&page.rows, &AnswerKind::List, page.asked_at);
        let oldest = store.rows().filter_map(|row| store.cells(row).created_at.map(|at| (at, store.id(row)))).min();
        is_whole = oldest.as_ref().is_some_and(|(oldest, _)| *oldest < midnight);
        store.set_reach(Reach { oldest, complete: false, gap: None });
        if is_whole {
            break;
        }
    }
    if is_whole {
        let reach = store.reach().clone();
        store.set_reach(Reach { complete: reach.oldest.is_none(), ..reach });
    }
    let had_message = store.numbers_since(midnight);
    Ok(FileRules { known: store.known_texts(), had_message, ..rules_for(campaign) })
}

/// When today began, in the configured zone.
fn midnight(context: &CommandContext) -> Timestamp {
    GivenTime::Today(DayEnd::Start).at(context.zone(), context.clock.wall()).unwrap_or(Timestamp::MIN)
}

/// The plan to send the file, after what must be known before was read; `None` where the file has mistakes.
///
/// # Errors
/// The campaign or the journal cannot be read.
pub(super) async fn plan(
    context: &CommandContext,
    campaign: &ConfiguredCampaign,
    prepared: Prepared,
) -> Result<Option<UploadPlan>, Failure> {
    let ReadFile { checked, source } = prepared.read;
    let Some(file) = checked.upload(source) else { return Ok(None) };
    let answer = context.reader(campaign)?.page(&UploadReading::call()).await?;
    let mut reading = UploadReading::new(&answer);
    let folder = folder(&context.common).map_err(|error| unreadable(&error))?;
    if let Some(journal) = JournalAccess::look(&folder).ok().flatten().and_then(|access| access.readable().cloned()) {
        let server = Server::of(campaign.base.as_str());
        let before = journal.uploads_before(&server, &campaign.settings.id, file.sha256().as_str());
        reading.compare_with(&before.map_err(|error| unreadable(&error))?, context.clock.wall());
    }
    Ok(Some(UploadPlan::new(file, reading, context.clock.now())))
}
