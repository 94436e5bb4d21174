//! `postwatch watch`: a line for every change from now on, as it is seen. The dashboard's worker
//! reads, the dashboard's store says what changed.

mod board;
mod limits;
mod output;
mod scope;
mod work;

use std::io::BufWriter;

use clap::Args;
use jiff::Timestamp;

use self::board::Board;
use self::limits::{Limits, Share};
use self::output::ChangeWriter;
use self::scope::Scope;
use self::work::WatchRun;
use super::context::{CommandContext, is_coloured};
use super::journal;
use super::signals::Signals;
use super::window::AttemptWindow;
use super::{Common, EarlyExit, Exit};
use crate::delivery::BatchId;

/// What `watch` takes.
#[derive(Debug, Clone, Args)]
pub struct WatchArguments {
    /// The campaign, by its name in the configuration or by its id
    pub campaign: String,
    /// Only this batch
    #[arg(long, value_name = "ID", value_parser = super::messages::batch)]
    pub batch: Option<BatchId>,
    /// Only messages created or last attempted at this time or later: a time, a date, today, 2h, 3d [default: those
    /// created within the configured history; for a batch, all]
    #[arg(long, value_name = "T")]
    pub since: Option<String>,
    /// Exits when no message that existed at the start is on the way; one sent abroad, or silent at the telco for 48 h,
    /// counts as done
    #[arg(long)]
    pub until_done: bool,
    /// Exits after this time, with code 7: 90s, 30m, 2h
    #[arg(long, value_name = "D", value_parser = limits::timeout)]
    pub timeout: Option<std::time::Duration>,
    /// Exits with code 6 when more than this share of at least 50 finished messages failed: 2%, 0.5%. Counts all messages of
    /// --batch or --since, otherwise those that were seen to finish
    #[arg(long, value_name = "PCT", value_parser = limits::share)]
    pub max_failure: Option<Share>,
}

/// Watches until it is done or stopped.
///
/// # Errors
/// Wrong usage, a refusal of the API, an output that cannot be written.
pub(super) async fn run(arguments: &WatchArguments, common: &Common, signals: &mut Signals) -> Result<Exit, EarlyExit> {
    let context = CommandContext::load(common, std::slice::from_ref(&arguments.campaign))?;
    let campaign = context.campaign(&arguments.campaign)?;
    let (history, batch) = (campaign.settings.history, arguments.batch.clone());
    let window = AttemptWindow::of_figures(arguments.since.as_deref(), batch.is_some(), history, context.zone(), Timestamp::now())?;
    let scope = Scope { batch, window };
    let masked = journal::is_masked(common, campaign, "changes on the output")?;
    let output =
        ChangeWriter::begin(BufWriter::new(std::io::stdout()), context.format(), context.zone().clone(), masked, is_coloured(common))?;
    let limits = Limits { until_done: arguments.until_done, timeout: arguments.timeout, most_failures: arguments.max_failure };
    WatchRun::start(&context, campaign, Board::new(scope), limits, output)?.watch(signals).await
}
